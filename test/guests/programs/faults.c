/* Page faults: maps 4 MiB, reads each page (the shared zero page), writes it (a page of its own), unmaps. */
#include "runtime.h"

uint32_t run(int argc, char **argv) {
  (void)argc, (void)argv;
  enum { PAGE = 4096, PAGES = 1024 };
  uint32_t check = 0;
  for (uint32_t round = 0; round < 45; round++) {
    volatile uint32_t *const memory = map_pages(PAGES * PAGE, MAP_READ | MAP_WRITE);
    for (uint32_t page = 0; page < PAGES; page++) {
      const uint32_t at = (page * PAGE + (page * 68 & (PAGE - 4))) / 4;
      if (round % 2 == 0) check += memory[at];
      memory[at] = page ^ round;
    }
    for (uint32_t page = 0; page < PAGES; page += 7) check = mix(check, memory[(page * PAGE + (page * 68 & (PAGE - 4))) / 4]);
    if (sys_munmap(memory, PAGES * PAGE) != 0) fail("munmap");
  }
  return check;
}
