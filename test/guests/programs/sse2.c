/* Double precision in SSE2: a matrix product in pairs of doubles, planets in single ones, conversions to and from integers. */
#include "runtime.h"

typedef double Pair __attribute__((vector_size(16)));

enum { SIZE = 96, BODIES = 5 };
static double left[SIZE][SIZE], right[SIZE][SIZE];
static Pair product[SIZE][SIZE / 2];

static void multiply(void) {
  for (int row = 0; row < SIZE; row++) {
    for (int pair = 0; pair < SIZE / 2; pair++) {
      Pair sum = {0, 0};
      for (int k = 0; k < SIZE; k++) {
        const Pair factor = {left[row][k], left[row][k]};
        sum += factor * *(const Pair *)&right[k][2 * pair];
      }
      product[row][pair] = sum;
    }
  }
}

static struct { double x, y, z, vx, vy, vz, mass; } bodies[BODIES];

static void advance(double time) {
  for (int i = 0; i < BODIES; i++) {
    for (int j = i + 1; j < BODIES; j++) {
      const double dx = bodies[i].x - bodies[j].x, dy = bodies[i].y - bodies[j].y, dz = bodies[i].z - bodies[j].z;
      const double square = dx * dx + dy * dy + dz * dz + 0.01;
      const double pull = time / (square * __builtin_sqrt(square));
      bodies[i].vx -= dx * bodies[j].mass * pull;
      bodies[i].vy -= dy * bodies[j].mass * pull;
      bodies[i].vz -= dz * bodies[j].mass * pull;
      bodies[j].vx += dx * bodies[i].mass * pull;
      bodies[j].vy += dy * bodies[i].mass * pull;
      bodies[j].vz += dz * bodies[i].mass * pull;
    }
  }
  for (int i = 0; i < BODIES; i++) {
    bodies[i].x += time * bodies[i].vx;
    bodies[i].y += time * bodies[i].vy;
    bodies[i].z += time * bodies[i].vz;
  }
}

static uint32_t mix_double(uint32_t check, double value) {
  uint64_t bits;
  __builtin_memcpy(&bits, &value, sizeof bits);
  return mix64(check, bits);
}

uint32_t run(int argc, char **argv) {
  (void)argc, (void)argv;
  uint32_t random = 0x5eed5eed, check = 0;
  for (int row = 0; row < SIZE; row++) {
    for (int column = 0; column < SIZE; column++) {
      left[row][column] = (int)(next_random(&random) >> 8) / 65536.0 - 128;
      right[row][column] = (int)(next_random(&random) >> 8) / 65536.0 - 128;
    }
  }
  for (int i = 0; i < BODIES; i++) {
    bodies[i].x = i * 3.5 + 1, bodies[i].y = i * i * 0.75, bodies[i].z = 2.25 - i;
    bodies[i].vx = 0.125 * i, bodies[i].vy = 0.5 - 0.25 * i, bodies[i].vz = 0.0625;
    bodies[i].mass = 1.0 / (i + 1);
  }
  for (int round = 0; round < 56; round++) {
    multiply();
    for (int row = 0; row < SIZE; row++) {
      for (int pair = 0; pair < SIZE / 2; pair++) {
        check = mix(check, (uint32_t)(int)product[row][pair][0]);
        check = mix_double(check, product[row][pair][1]);
      }
    }
    left[round][round] += product[round][round / 2][0] / 1e6;
    for (int step = 0; step < 5000; step++) advance(0.001);
    for (int i = 0; i < BODIES; i++) check = mix_double(mix_double(check, bodies[i].x), bodies[i].vy);
  }
  return check;
}
