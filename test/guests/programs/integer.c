/* Integer arithmetic: CRC-32 by table, a sieve, Euclid's algorithm, 64-bit multiplication and shifts, bit counts. */
#include "runtime.h"

enum { BYTES = 1 << 16, SIEVE = 1 << 20 };
static uint8_t bytes[BYTES];
static uint8_t composite[SIEVE];
static uint32_t table[256];

static uint32_t crc32(uint32_t crc) {
  crc = ~crc;
  for (int at = 0; at < BYTES; at++) crc = table[(crc ^ bytes[at]) & 0xff] ^ crc >> 8;
  return ~crc;
}

static uint32_t primes(void) {
  uint32_t count = 0;
  memset(composite, 0, SIEVE);
  for (uint32_t n = 2; n < SIEVE; n++) {
    if (composite[n]) continue;
    count++;
    for (uint32_t multiple = 2 * n; multiple < SIEVE; multiple += n) composite[multiple] = 1;
  }
  return count;
}

static uint32_t divisor(uint32_t a, uint32_t b) {
  while (b != 0) {
    const uint32_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

static uint32_t ones(uint32_t x) {
  x -= x >> 1 & 0x55555555;
  x = (x & 0x33333333) + (x >> 2 & 0x33333333);
  return ((x + (x >> 4)) & 0x0f0f0f0f) * 0x01010101 >> 24;
}

uint32_t run(int argc, char **argv) {
  (void)argc, (void)argv;
  uint32_t random = 0x12345678, check = 0;
  for (uint32_t n = 0; n < 256; n++) {
    uint32_t row = n;
    for (int bit = 0; bit < 8; bit++) row = row >> 1 ^ (row & 1 ? 0xedb88320 : 0);
    table[n] = row;
  }
  for (int at = 0; at < BYTES; at++) bytes[at] = (uint8_t)next_random(&random);
  uint64_t wide = 0x9e3779b97f4a7c15;
  for (int round = 0; round < 24; round++) {
    for (int pass = 0; pass < 16; pass++) check = crc32(check);
    check = mix(check, primes());
    for (int n = 0; n < 20000; n++) check = mix(check, divisor(next_random(&random), next_random(&random) >> 8));
    for (int n = 0; n < 400000; n++) {
      wide ^= wide >> 12;
      wide ^= wide << 25;
      wide ^= wide >> 27;
      wide *= 0x2545f4914f6cdd1d;
      check += ones((uint32_t)(wide >> 32));
    }
    check = mix64(check, wide);
  }
  return check;
}
