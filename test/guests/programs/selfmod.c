/*
 * Code that is written while it runs: functions made anew in one place, many functions that stay, and one whose constant is changed
 * before each call.
 */
#include "runtime.h"

#ifdef __i386__
typedef uint32_t (__attribute__((fastcall)) *Code)(uint32_t count);
#else
typedef uint32_t (*Code)(uint32_t count);
#endif

enum { PATCHED = 4096, FUNCTIONS = 200, FUNCTION_BYTES = 64 };

static uint8_t *put32(uint8_t *at, uint32_t value) {
  __builtin_memcpy(at, &value, 4);
  return at + 4;
}

/* count times: x = x * factor + term, from x = start. Where `term` was put comes back. */
static uint8_t *write_function(uint8_t *at, uint32_t start, uint32_t factor, uint32_t term) {
#ifndef __i386__
  *at++ = 0x89, *at++ = 0xf9;                   /* mov ecx, edi; with fastcall it is there already */
#endif
  *at++ = 0xb8, at = put32(at, start);          /* mov eax, start */
  uint8_t *const loop = at;
  *at++ = 0x69, *at++ = 0xc0, at = put32(at, factor);   /* imul eax, eax, factor */
  *at++ = 0x05;                                 /* add eax, term */
  uint8_t *const place = at;
  at = put32(at, term);
  *at++ = 0xff, *at++ = 0xc9;                   /* dec ecx */
  *at++ = 0x75, *at = (uint8_t)(loop - (at + 1)), at++;   /* jnz loop */
  *at = 0xc3;                                   /* ret */
  return place;
}

uint32_t run(int argc, char **argv) {
  (void)argc, (void)argv;
  uint8_t *const code = map_pages(8 * 4096, MAP_READ | MAP_WRITE | MAP_EXECUTE);
  uint32_t random = 0x0ddba11, check = 0;
  for (int n = 0; n < 3000; n++) {
    write_function(code, next_random(&random), next_random(&random) | 1, next_random(&random));
    check = mix(check, ((Code)(uintptr_t)code)(20 + (uint32_t)n % 200));
  }
  uint8_t *const many = code + 4 * 4096;
  for (int n = 0; n < FUNCTIONS; n++) write_function(many + n * FUNCTION_BYTES, next_random(&random), next_random(&random) | 1, next_random(&random));
  for (int round = 0; round < 300; round++) {
    for (int n = 0; n < FUNCTIONS; n++) check = mix(check, ((Code)(uintptr_t)(many + n * FUNCTION_BYTES))(100));
  }
  uint8_t *const place = write_function(code + PATCHED, 1, 0x10dcd, 0);
  for (int n = 0; n < 30000; n++) {
    put32(place, check);
    check = mix(check, ((Code)(uintptr_t)(code + PATCHED))(50));
  }
  return check;
}
