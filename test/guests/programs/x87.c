/* Extended precision in the x87 FPU: points of the Mandelbrot set, a series, roots; add, subtract, multiply, divide, compare. */
#include "runtime.h"

static uint32_t mix_extended(uint32_t check, long double value) {
  struct { uint64_t mantissa; uint16_t exponent; } bits;
  __builtin_memcpy(&bits, &value, 10);
  return mix(mix64(check, bits.mantissa), bits.exponent);
}

static uint32_t escape(long double x, long double y) {
  enum { LIMIT = 200 };
  long double re = 0, im = 0;
  for (uint32_t steps = 0; steps < LIMIT; steps++) {
    const long double square_re = re * re, square_im = im * im;
    if (square_re + square_im > 4) return steps;
    im = 2 * re * im + y;
    re = square_re - square_im + x;
  }
  return LIMIT;
}

uint32_t run(int argc, char **argv) {
  (void)argc, (void)argv;
  enum { EDGE = 220 };
  uint32_t check = 0;
  for (int row = 0; row < EDGE; row++) {
    for (int column = 0; column < EDGE; column++) check = mix(check, escape(-2 + column * 3.0L / EDGE, -1.5L + row * 3.0L / EDGE));
  }
  long double sum = 0;
  for (int n = 1; n < 2000000; n++) sum += (n & 1 ? 1.0L : -1.0L) / (2 * n - 1);
  check = mix_extended(check, sum);
  long double root = 2;
  for (int n = 0; n < 700000; n++) {
    root = __builtin_sqrtl(root + n);
    check += (uint32_t)(int)root;
  }
  return mix_extended(check, root);
}
