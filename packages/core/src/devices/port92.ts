/**
 * System control port A (0x92): the fast A20 gate and the fast CPU reset of the PS/2.
 *
 * Reference: IBM PS/2 Hardware Interface Technical Reference (1988), system control port A.
 * Missing: the fixed-disk activity light and the security lock (kept, without effect).
 */
import { u8 } from '../struct/fields.ts';
import { defineDevice } from './device.ts';

const FAST_RESET = 1 << 0;
const A20 = 1 << 1;

export const port92 = defineDevice({
  name: 'port92',
  version: 1,
  reference: 'IBM PS/2 Hardware Interface Technical Reference, system control port A',
  host: { reset: (): void => {} },
  /** To the CPU's A20M#, as the keyboard controller's gate; the board joins them. */
  lines: ['a20'],
  ports: { control: [0x92, 1] },
  state: { control: u8(0) },
  attach: ({ state, lines, host }) => ({
    ports: {
      control: {
        read: () => state.control,
        write(_offset, value) {
          const pulse = (value & ~state.control & FAST_RESET) !== 0;
          state.control = value;
          lines.a20.set((value & A20) !== 0);
          if (pulse) host.reset();
        },
      },
    },
    resume: () => lines.a20.set((state.control & A20) !== 0),
  }),
});
