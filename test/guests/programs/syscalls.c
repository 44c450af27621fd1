/* System calls that do little: who is the parent, one byte from /dev/zero, one to /dev/null, a seek. */
#include "runtime.h"

uint32_t run(int argc, char **argv) {
  (void)argc, (void)argv;
  const long zero = sys_open("/dev/zero", 0), null = sys_open("/dev/null", 1), parent = sys_getppid();
  if (zero < 0 || null < 0) fail("/dev/zero and /dev/null do not open");
  uint32_t check = 0;
  for (uint32_t n = 0; n < 300000; n++) {
    char byte = 1;
    check = mix(check, sys_getppid() == parent);
    if (n % 2 == 0) {
      check = mix(check, (uint32_t)sys_read(zero, &byte, 1) + (uint32_t)byte);
      check = mix(check, (uint32_t)sys_write(null, &byte, 1));
      check = mix(check, (uint32_t)sys_lseek(null, 0, 1));
    }
  }
  return check;
}
