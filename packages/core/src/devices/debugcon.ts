/**
 * The debug console of Bochs and QEMU: a byte written to port 0xe9 goes to the host; a read gives 0xe9, by which
 * guests detect it (QEMU docs/specs, `-debugcon`). The smallest device here: copy it to begin another.
 */
import { defineDevice } from './device.ts';

const READBACK = 0xe9;

export const debugcon = defineDevice({
  name: 'debugcon',
  version: 1,
  reference: 'Bochs user manual, port_e9_hack; QEMU isa-debugcon',
  options: { port: 0xe9 },
  host: { transmit: (_byte: number): void => {} },
  ports: ({ port }) => ({ data: [port, 1] }),
  state: {},
  attach: ({ host }) => ({
    ports: {
      data: {
        // The same at every port.
        read: () => READBACK,
        write: (_offset, value) => host.transmit(value),
      },
    },
  }),
});
