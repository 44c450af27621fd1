/* Pointer chasing: one cycle through 4 MiB in random order, so that each step waits for the load before it and most miss the TLB. */
#include "runtime.h"

struct Node {
  struct Node *next;
  uint32_t value;
};

enum { NODES = 1 << 16, NODE_BYTES = 64 };

uint32_t run(int argc, char **argv) {
  (void)argc, (void)argv;
  char *const memory = map_pages(NODES * NODE_BYTES, MAP_READ | MAP_WRITE);
  uint32_t *const order = map_pages(NODES * sizeof(uint32_t), MAP_READ | MAP_WRITE);
  uint32_t random = 0xc0ffee11, check = 0;
#define NODE(n) ((struct Node *)(memory + (size_t)(n) * NODE_BYTES))
  for (uint32_t n = 0; n < NODES; n++) order[n] = n;
  /* Sattolo's shuffle: a single cycle. */
  for (uint32_t n = NODES - 1; n > 0; n--) {
    const uint32_t other = next_random(&random) % n, kept = order[n];
    order[n] = order[other];
    order[other] = kept;
  }
  for (uint32_t n = 0; n < NODES; n++) {
    NODE(n)->next = NODE(order[n]);
    NODE(n)->value = next_random(&random);
  }
  struct Node *node = NODE(0);
  for (uint32_t step = 0; step < 6000000; step++) {
    check += node->value ^ step;
    node = node->next;
  }
  return mix(check, (uint32_t)(((char *)node - memory) / NODE_BYTES));
}
