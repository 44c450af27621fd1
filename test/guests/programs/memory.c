/* memcpy, memset, strlen and memcmp, each by string instructions, by words and by SSE2, at sizes from 8 bytes to 256 KiB. */
#include "runtime.h"

typedef char Bytes __attribute__((vector_size(16)));
typedef char Unaligned __attribute__((vector_size(16), aligned(1)));
typedef unsigned long Word __attribute__((may_alias, aligned(1)));

enum { BUFFER = 1 << 18 };
static char source[BUFFER + 64] __attribute__((aligned(64))), target[BUFFER + 64] __attribute__((aligned(64)));

static void copy_string(char *to, const char *from, size_t size) {
  size_t words = size / sizeof(long), rest = size % sizeof(long);
#ifdef __i386__
  __asm__ volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
#else
  __asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
#endif
  __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(rest) : : "memory");
}

__attribute__((noipa)) static void copy_words(char *to, const char *from, size_t size) {
  for (; size >= sizeof(Word); size -= sizeof(Word), to += sizeof(Word), from += sizeof(Word)) *(Word *)to = *(const Word *)from;
  for (; size > 0; size--) *to++ = *from++;
}

__attribute__((noipa)) static void copy_vectors(char *to, const char *from, size_t size) {
  for (; size >= 16; size -= 16, to += 16, from += 16) *(Unaligned *)to = *(const Unaligned *)from;
  for (; size > 0; size--) *to++ = *from++;
}

__attribute__((noipa)) static void set_vectors(char *to, char byte, size_t size) {
  const Bytes all = {byte, byte, byte, byte, byte, byte, byte, byte, byte, byte, byte, byte, byte, byte, byte, byte};
  for (; size >= 16; size -= 16, to += 16) *(Unaligned *)to = (Unaligned)all;
  for (; size > 0; size--) *to++ = byte;
}

__attribute__((noipa)) static size_t length_vectors(const char *text) {
  const char *at = (const char *)((uintptr_t)text & ~(uintptr_t)15);
  unsigned zeros = (unsigned)__builtin_ia32_pmovmskb128(*(const Bytes *)at == 0) >> (text - at) << (text - at);
  while (zeros == 0) zeros = (unsigned)__builtin_ia32_pmovmskb128(*(const Bytes *)(at += 16) == 0);
  return (size_t)(at + __builtin_ctz(zeros) - text);
}

__attribute__((noipa)) static size_t length_bytes(const char *text) {
  const char *at = text;
  while (*at != 0) at++;
  return (size_t)(at - text);
}

static size_t length_string(const char *text) {
  const char *at = text;
  size_t left = (size_t)-1;
  __asm__ volatile("repne scasb" : "+D"(at), "+c"(left) : "a"(0) : "memory", "cc");
  return (size_t)(at - text) - 1;
}

__attribute__((noipa)) static uint32_t same_bytes(const char *a, const char *b, size_t size) {
  size_t at = 0;
  while (at < size && a[at] == b[at]) at++;
  return (uint32_t)at;
}

uint32_t run(int argc, char **argv) {
  (void)argc, (void)argv;
  static const struct { uint32_t size, times; } plan[] = {{8, 240000}, {61, 120000}, {700, 24000}, {4096, 6000}, {65536, 480}, {BUFFER, 160}};
  uint32_t random = 0xfeedf00d, check = 0;
  for (int at = 0; at < BUFFER; at++) source[at] = (char)(next_random(&random) | 1);
  for (unsigned row = 0; row < sizeof plan / sizeof plan[0]; row++) {
    const uint32_t size = plan[row].size, room = BUFFER - size;
    for (uint32_t n = 0; n < plan[row].times; n++) {
      const uint32_t from = room == 0 ? 0 : next_random(&random) % room, to = n & 63;
      copy_string(target + to, source + from, size);
      copy_words(target + (to ^ 3), source + from, size);
      copy_vectors(target + to, source + from, size);
      target[to + size] = 0;
      check = mix(check, (uint32_t)(length_vectors(target + to) + length_string(target + to)));
      if (n % 4 == 0) check = mix(check, (uint32_t)length_bytes(target + to) + same_bytes(target + to, source + from, size));
      set_vectors(target + to, (char)n, size / 2);
      memset(target + to + size / 2, (char)~n, size / 4);
      check = mix(check, (uint8_t)target[to + size / 3] + (uint32_t)((uint8_t)target[to + size * 5 / 8] << 8));
    }
  }
  return check;
}
