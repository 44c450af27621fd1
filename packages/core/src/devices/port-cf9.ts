/**
 * The reset control register at 0xcf9, byte accesses only (a dword at 0xcf8 is PCI configuration).
 *
 * Reference: Intel 82371SB datasheet 290550-002 (reset control register).
 */
import { u8 } from '../struct/fields.ts';
import { defineDevice } from './device.ts';

const HARD = 1 << 1;
const RESET_CPU = 1 << 2;

export const portCf9 = defineDevice({
  name: 'port-cf9',
  version: 1,
  reference: 'Intel 82371SB datasheet 290550-002, reset control register',
  host: { reset: (_hard: boolean): void => {} },
  ports: { control: [0xcf9, 1] },
  state: { control: u8(0) },
  attach: ({ state, host }) => ({
    ports: {
      control: {
        read: () => state.control,
        write(_offset, value) {
          // RCPU acts on its rising edge and reads as zero afterwards: the reset clears it.
          state.control = value & HARD;
          if ((value & RESET_CPU) !== 0) host.reset((value & HARD) !== 0);
        },
      },
    },
  }),
});
