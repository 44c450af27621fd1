/* An interpreter of a register machine: an indirect jump for each of its instructions. */
#include "runtime.h"

enum Operation { LOAD, MOVE, ADD, SUB, MUL, SHIFT, GET, PUT, LESS, JUMP, STOP };
struct Instruction {
  uint8_t operation, to, left, right;
  int32_t constant;
};

enum { CELLS = 8192 };
static uint32_t cells[CELLS];

/* A sieve, then a hash of what it left, `r7` times. r0 = 0, r1 = 1, r2 = CELLS, r3 and r5 count, r6 is the hash. */
static const struct Instruction program[] = {
  /*  0 */ {LOAD, 0, 0, 0, 0}, {LOAD, 1, 0, 0, 1}, {LOAD, 2, 0, 0, CELLS},
  /*  3 */ {MOVE, 3, 0, 0, 0},
  /*  4 clear */ {PUT, 0, 3, 0, 0}, {ADD, 3, 3, 1, 0}, {LESS, 0, 3, 2, 4},
  /*  7 */ {LOAD, 3, 0, 0, 2},
  /*  8 number */ {GET, 4, 3, 0, 0}, {LESS, 0, 0, 4, 16}, {ADD, 5, 3, 3, 0},
  /* 11 multiple */ {LESS, 0, 5, 2, 13}, {JUMP, 0, 0, 0, 16}, {PUT, 1, 5, 0, 0}, {ADD, 5, 5, 3, 0}, {JUMP, 0, 0, 0, 11},
  /* 16 */ {ADD, 3, 3, 1, 0}, {LESS, 0, 3, 2, 8},
  /* 18 */ {LOAD, 3, 0, 0, 0}, {LOAD, 9, 0, 0, 31},
  /* 20 hash */ {GET, 4, 3, 0, 0}, {MUL, 6, 6, 9, 0}, {ADD, 6, 6, 4, 0}, {SHIFT, 8, 6, 0, 7}, {ADD, 6, 6, 8, 0}, {ADD, 3, 3, 1, 0}, {LESS, 0, 3, 2, 20},
  /* 27 */ {SUB, 7, 7, 1, 0}, {LESS, 0, 0, 7, 3},
  /* 29 */ {MOVE, 10, 6, 0, 0}, {STOP, 0, 0, 0, 0},
};

__attribute__((noipa)) static uint32_t interpret(const struct Instruction *code, uint32_t rounds) {
  static const void *const handlers[] = {&&load, &&move, &&add, &&sub, &&mul, &&shift, &&get, &&put, &&less, &&jump, &&stop};
  uint32_t r[16] = {0};
  const struct Instruction *at = code;
  r[7] = rounds;
#define NEXT goto *handlers[at->operation]
  NEXT;
load: r[at->to] = (uint32_t)at->constant; at++; NEXT;
move: r[at->to] = r[at->left]; at++; NEXT;
add: r[at->to] = r[at->left] + r[at->right]; at++; NEXT;
sub: r[at->to] = r[at->left] - r[at->right]; at++; NEXT;
mul: r[at->to] = r[at->left] * r[at->right]; at++; NEXT;
shift: r[at->to] = r[at->left] >> at->constant; at++; NEXT;
get: r[at->to] = cells[r[at->left] % CELLS]; at++; NEXT;
put: cells[r[at->left] % CELLS] = r[at->to]; at++; NEXT;
less: at = r[at->left] < r[at->right] ? code + at->constant : at + 1; NEXT;
jump: at = code + at->constant; NEXT;
stop: return r[10];
}

uint32_t run(int argc, char **argv) {
  (void)argc, (void)argv;
  volatile uint32_t rounds = 360;
  return interpret(program, rounds);
}
