/* Calls: doubly recursive, triply recursive, deep, and through a table of functions. */
#include "runtime.h"

__attribute__((noipa)) static uint32_t fibonacci(uint32_t n) {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

__attribute__((noipa)) static int tak(int x, int y, int z) {
  return y >= x ? z : tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y));
}

__attribute__((noipa)) static uint32_t deep(uint32_t depth, uint32_t value) {
  return depth == 0 ? value : deep(depth - 1, value * 5 + depth) ^ depth;
}

#define STEP(name, expression) \
  __attribute__((noipa)) static uint32_t name(uint32_t x) { return expression; }
STEP(add, x + 0x1234567)
STEP(scale, x * 69069)
STEP(fold, x ^ x >> 15)
STEP(turn, x << 7 | x >> 25)
STEP(less, x - (x >> 3))
STEP(flip, ~x)
STEP(swap, __builtin_bswap32(x))
STEP(both, add(fold(x)))

typedef uint32_t (*Step)(uint32_t);
static const Step steps[8] = {add, scale, fold, turn, less, flip, swap, both};

uint32_t run(int argc, char **argv) {
  (void)argc, (void)argv;
  uint32_t check = 0, random = 0x2468ace;
  for (int round = 0; round < 8; round++) {
    check = mix(check, fibonacci(30));
    check = mix(check, (uint32_t)tak(18, 12, 6));
    for (int n = 0; n < 1500; n++) check = deep(1000, check);
    for (int n = 0; n < 3000000; n++) check = steps[next_random(&random) >> 29](check);
  }
  return check;
}
