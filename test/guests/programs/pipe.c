/* Two processes that send a word to and fro through two pipes: a switch of address spaces each time. */
#include "runtime.h"

uint32_t run(int argc, char **argv) {
  (void)argc, (void)argv;
  enum { TURNS = 20000 };
  int there[2], back[2], status = 0;
  uint32_t word = 1;
  if (sys_pipe(there) != 0 || sys_pipe(back) != 0) fail("pipe");
  const long child = sys_fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    sys_close(there[1]);
    while (sys_read(there[0], &word, sizeof word) == sizeof word) {
      word = mix(word, 0x1234567);
      sys_write(back[1], &word, sizeof word);
    }
    for (;;) sys_exit(5);
  }
  for (uint32_t turn = 0; turn < TURNS; turn++) {
    word += turn;
    sys_write(there[1], &word, sizeof word);
    if (sys_read(back[0], &word, sizeof word) != sizeof word) fail("read");
  }
  sys_close(there[1]);
  if (sys_wait4(child, &status) != child) fail("wait");
  return mix(word, (uint32_t)status);
}
