/**
 * The PCI-to-ISA bridge of the 82371SB (PIIX3): routes the four PCI interrupts to ISA interrupts.
 *
 * Reference: Intel 82371FB/82371SB datasheet 290550-002 (PCI to ISA bridge, function 0).
 *
 * The parts of the real chip that are devices of their own here: 8259A with ELCR, 8254, RTC index, reset control.
 * Missing: IDE (function 1) and USB (function 2); the X-bus and memory decode registers are kept and have no effect.
 */
import type { LineInput } from '../bus/line.ts';
import { u8 } from '../struct/fields.ts';
import { defineDevice } from '../devices/device.ts';

const PIRQ = ['PIRQRCA', 'PIRQRCB', 'PIRQRCC', 'PIRQRCD'] as const;
const ROUTING_DISABLED = 0x80;
/** The ISA interrupts that PCI may use. */
const ISA_IRQ = [3, 4, 5, 6, 7, 9, 10, 11, 12, 14, 15] as const;

export const piix3 = defineDevice({
  name: 'piix3',
  version: 1,
  reference: 'Intel 82371FB/82371SB datasheet 290550-002',
  lines: ['irq3', 'irq4', 'irq5', 'irq6', 'irq7', 'irq9', 'irq10', 'irq11', 'irq12', 'irq14', 'irq15'],
  pci: {
    vendorId: 0x8086,
    deviceId: 0x7000,
    revision: 0,
    classCode: 0x06_0100,
    multifunction: true,
    command: { reset: 0x0007, writable: 0x0108 },
    status: 0x0200,
    registers: {
      IORT: { offset: 0x4c, sizeBytes: 1, reset: 0x4d, writable: 0xff },
      XBCS: { offset: 0x4e, sizeBytes: 2, reset: 0x0003, writable: 0x01ff },
      PIRQRCA: { offset: 0x60, sizeBytes: 1, reset: 0x80, writable: 0x8f },
      PIRQRCB: { offset: 0x61, sizeBytes: 1, reset: 0x80, writable: 0x8f },
      PIRQRCC: { offset: 0x62, sizeBytes: 1, reset: 0x80, writable: 0x8f },
      PIRQRCD: { offset: 0x63, sizeBytes: 1, reset: 0x80, writable: 0x8f },
      TOM: { offset: 0x69, sizeBytes: 1, reset: 0x02, writable: 0xfe },
      MSTAT: { offset: 0x6a, sizeBytes: 2, writable: 0x8094 },
      MBIRQ0: { offset: 0x70, sizeBytes: 1, reset: 0x80, writable: 0xef },
      MBIRQ1: { offset: 0x71, sizeBytes: 1, reset: 0x80, writable: 0xef },
      MBDMA0: { offset: 0x76, sizeBytes: 1, reset: 0x0c, writable: 0x8f },
      MBDMA1: { offset: 0x77, sizeBytes: 1, reset: 0x0c, writable: 0x8f },
      PCSC: { offset: 0x78, sizeBytes: 2, reset: 0x0002, writable: 0xffff },
      APICBASE: { offset: 0x80, sizeBytes: 1, writable: 0x7f },
      DLC: { offset: 0x82, sizeBytes: 1, writable: 0x0f },
      SMICNTL: { offset: 0xa0, sizeBytes: 1, reset: 0x08, writable: 0x1f },
      SMIEN: { offset: 0xa2, sizeBytes: 2, writable: 0x01ff },
      SEE: { offset: 0xa4, sizeBytes: 4, writable: 0xffff_ffff },
      FTMR: { offset: 0xa8, sizeBytes: 1, reset: 0x0f, writable: 0xff },
      SMIREQ: { offset: 0xaa, sizeBytes: 2, writable: 0x01ff },
    },
  },
  state: {
    /** Levels of PIRQA#..PIRQD#, asserted is 1. */
    pirqs: u8(0),
  },
  attach({ state, pci, lines }) {
    function update(): void {
      let asserted = 0;
      for (const [index, register] of PIRQ.entries()) {
        const routing = pci.get(register);
        if ((routing & ROUTING_DISABLED) === 0 && (state.pirqs & (1 << index)) !== 0) asserted |= 1 << (routing & 0x0f);
      }
      for (const irq of ISA_IRQ) lines[`irq${irq}`].set((asserted & (1 << irq)) !== 0);
    }

    return {
      inputs: {
        /** The receiving end of PIRQA# (0) … PIRQD# (3); shared, so drivers join in a WiredOr. */
        pirq: (index: 0 | 1 | 2 | 3): LineInput => (asserted) => {
          state.pirqs = asserted ? state.pirqs | (1 << index) : state.pirqs & ~(1 << index);
          update();
        },
      },
      configWritten: update,
      resume: update,
    };
  },
});
