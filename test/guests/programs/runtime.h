/*
 * What the guest programs have instead of a C library, so that they are small, need nothing but a compiler, and run the same source for
 * i386 and amd64. A program defines `run`; its result is printed as `check XXXXXXXX`, and must be the same on every machine.
 */
#include <stddef.h>
#include <stdint.h>

uint32_t run(int argc, char **argv);

/* System calls: the result, or a negated error number. The two architectures number them differently. */
#ifdef __i386__
#define SYS(i386, amd64) (i386)
#else
#define SYS(i386, amd64) (amd64)
#endif

long system_call(long number, long a, long b, long c, long d);
#define SYSTEM_CALL(i386, amd64, a, b, c, d) system_call(SYS(i386, amd64), (long)(a), (long)(b), (long)(c), (long)(d))

#define sys_exit(status) SYSTEM_CALL(1, 60, status, 0, 0, 0)
#define sys_fork() SYSTEM_CALL(2, 57, 0, 0, 0, 0)
#define sys_read(file, to, size) SYSTEM_CALL(3, 0, file, to, size, 0)
#define sys_write(file, from, size) SYSTEM_CALL(4, 1, file, from, size, 0)
#define sys_open(path, flags) SYSTEM_CALL(5, 2, path, flags, 0, 0)
#define sys_close(file) SYSTEM_CALL(6, 3, file, 0, 0, 0)
#define sys_execve(path, argv, environment) SYSTEM_CALL(11, 59, path, argv, environment, 0)
#define sys_lseek(file, offset, from) SYSTEM_CALL(19, 8, file, offset, from, 0)
#define sys_pipe(files) SYSTEM_CALL(42, 22, files, 0, 0, 0)
#define sys_getppid() SYSTEM_CALL(64, 110, 0, 0, 0, 0)
#define sys_munmap(at, size) SYSTEM_CALL(91, 11, at, size, 0, 0)
#define sys_wait4(pid, status) SYSTEM_CALL(114, 61, pid, status, 0, 0)

enum { MAP_READ = 1, MAP_WRITE = 2, MAP_EXECUTE = 4 };
/* Private zeroed pages; ends the program when there are none. */
void *map_pages(size_t size, int access);

/* Ends the program with a line that says why. */
void fail(const char *why);

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memset(void *to, int byte, size_t size);

/* xorshift32: the same numbers everywhere. */
static inline uint32_t next_random(uint32_t *state) {
  uint32_t x = *state;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  return *state = x;
}

/* Takes `value` into a check. */
static inline uint32_t mix(uint32_t check, uint32_t value) {
  return ((check << 5 | check >> 27) ^ value) * 0x9e3779b1u;
}

static inline uint32_t mix64(uint32_t check, uint64_t value) {
  return mix(mix(check, (uint32_t)value), (uint32_t)(value >> 32));
}
