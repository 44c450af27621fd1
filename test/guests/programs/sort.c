/* Quicksort, heap sort, and a merge sort that compares through a function pointer. */
#include "runtime.h"

enum { COUNT = 200000 };
static uint32_t keys[COUNT], sorted[COUNT], scratch[COUNT];

static void quick(uint32_t *low, uint32_t *high) {
  while (high - low > 12) {
    const uint32_t pivot = low[(high - low) / 2];
    uint32_t *left = low, *right = high - 1;
    for (;;) {
      while (*left < pivot) left++;
      while (*right > pivot) right--;
      if (left >= right) break;
      const uint32_t kept = *left;
      *left++ = *right;
      *right-- = kept;
    }
    if (left - low < high - left) {
      quick(low, left);
      low = left;
    } else {
      quick(left, high);
      high = left;
    }
  }
  for (uint32_t *at = low + 1; at < high; at++) {
    const uint32_t key = *at;
    uint32_t *to = at;
    for (; to > low && to[-1] > key; to--) *to = to[-1];
    *to = key;
  }
}

static void sift(uint32_t *heap, uint32_t at, uint32_t count) {
  const uint32_t key = heap[at];
  for (uint32_t child; (child = 2 * at + 1) < count; at = child) {
    if (child + 1 < count && heap[child + 1] > heap[child]) child++;
    if (heap[child] <= key) break;
    heap[at] = heap[child];
  }
  heap[at] = key;
}

static void heap_sort(uint32_t *heap, uint32_t count) {
  for (uint32_t at = count / 2; at-- > 0;) sift(heap, at, count);
  while (count-- > 1) {
    const uint32_t largest = heap[0];
    heap[0] = heap[count];
    heap[count] = largest;
    sift(heap, 0, count);
  }
}

typedef int (*Compare)(uint32_t a, uint32_t b);

__attribute__((noipa)) static int by_low_bits(uint32_t a, uint32_t b) {
  const uint32_t left = a << 8 | a >> 24, right = b << 8 | b >> 24;
  return left < right ? -1 : left > right;
}

static void merge_sort(uint32_t *items, uint32_t count, Compare compare) {
  if (count < 2) return;
  const uint32_t half = count / 2;
  merge_sort(items, half, compare);
  merge_sort(items + half, count - half, compare);
  for (uint32_t at = 0; at < half; at++) scratch[at] = items[at];
  for (uint32_t left = 0, right = half, to = 0; left < half; to++) {
    items[to] = right < count && compare(items[right], scratch[left]) < 0 ? items[right++] : scratch[left++];
  }
}

uint32_t run(int argc, char **argv) {
  (void)argc, (void)argv;
  uint32_t random = 0xbadcafe, check = 0;
  volatile Compare compare = by_low_bits;
  for (int round = 0; round < 6; round++) {
    for (int at = 0; at < COUNT; at++) keys[at] = next_random(&random);
    for (int kind = 0; kind < 3; kind++) {
      for (int at = 0; at < COUNT; at++) sorted[at] = keys[at];
      if (kind == 0) quick(sorted, sorted + COUNT);
      else if (kind == 1) heap_sort(sorted, COUNT);
      else merge_sort(sorted, COUNT, compare);
      for (int at = 1; at < COUNT; at++) {
        if (kind < 2 ? sorted[at] < sorted[at - 1] : by_low_bits(sorted[at], sorted[at - 1]) < 0) fail("not sorted");
      }
      for (int at = 0; at < COUNT; at += 997) check = mix(check, sorted[at]);
    }
  }
  return check;
}
