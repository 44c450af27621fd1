/**
 * QEMU's test exit: a write ends the machine; what status becomes of the value is the host's business. kvm-unit-tests use it at port 0xf4.
 *
 * Reference: QEMU device `isa-debug-exit`, properties iobase and iosize.
 */
import { defineDevice } from './device.ts';

export const isaDebugExit = defineDevice({
  name: 'isa-debug-exit',
  version: 1,
  reference: 'QEMU, isa-debug-exit',
  options: { port: 0xf4 },
  host: { exit: (_value: number): void => {} },
  ports: ({ port }) => ({ code: [port, 4, 4] }),
  state: {},
  attach: ({ host }) => ({
    ports: { code: { read: () => 0, write: (_offset, value) => host.exit(value) } },
  }),
});
