/*
 * Start code and system calls of the guest programs.
 *
 * Reference: System V ABI, i386 and AMD64 supplements, "Process Initialization"; Linux' entry points int 0x80 and SYSCALL.
 * Missing: the vDSO; an i386 C library enters the kernel by SYSENTER, these programs by int 0x80.
 */
#include "runtime.h"

#ifdef __i386__
__asm__(".globl _start\n_start: xorl %ebp, %ebp\n movl %esp, %eax\n andl $-16, %esp\n subl $12, %esp\n pushl %eax\n call start\n");

__attribute__((noinline)) long system_call(long number, long a, long b, long c, long d) {
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d) : "memory");
  return result;
}
#else
__asm__(".globl _start\n_start: xorl %ebp, %ebp\n movq %rsp, %rdi\n andq $-16, %rsp\n call start\n");

__attribute__((noinline)) long system_call(long number, long a, long b, long c, long d) {
  long result;
  register long fourth __asm__("r10") = d;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth) : "rcx", "r11", "memory");
  return result;
}
#endif

static void print(const char *text) {
  size_t length = 0;
  while (text[length] != 0) length++;
  sys_write(1, text, length);
}

void fail(const char *why) {
  print("failed: ");
  print(why);
  print("\n");
  for (;;) sys_exit(1);
}

void *map_pages(size_t size, int access) {
  enum { PRIVATE_ANONYMOUS = 0x22 };
#ifdef __i386__
  /* The old call, which takes its six arguments in memory. */
  const long arguments[6] = {0, (long)size, access, PRIVATE_ANONYMOUS, -1, 0};
  const long at = system_call(90, (long)arguments, 0, 0, 0);
#else
  long at;
  register long flags __asm__("r10") = PRIVATE_ANONYMOUS;
  register long file __asm__("r8") = -1;
  register long offset __asm__("r9") = 0;
  __asm__ volatile("syscall" : "=a"(at) : "a"(9L), "D"(0L), "S"(size), "d"((long)access), "r"(flags), "r"(file), "r"(offset) : "rcx", "r11", "memory");
#endif
  if ((unsigned long)at > -4096ul) fail("no memory");
  return (void *)at;
}

void *memcpy(void *restrict to, const void *restrict from, size_t size) {
  void *const start = to;
  __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
  return start;
}

void *memset(void *to, int byte, size_t size) {
  void *const start = to;
  __asm__ volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(byte) : "memory");
  return start;
}

__attribute__((used)) void start(long *stack) {
  const uint32_t check = run((int)stack[0], (char **)(stack + 1));
  char line[] = "check 00000000\n";
  for (int digit = 0; digit < 8; digit++) line[6 + digit] = "0123456789abcdef"[check >> (28 - 4 * digit) & 15];
  print(line);
  for (;;) sys_exit(0);
}
