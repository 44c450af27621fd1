/**
 * QEMU's test device: lets kvm-unit-tests drive interrupt lines, and gives them memory and a port without side effects.
 *
 * Reference: QEMU device `pc-testdev`: ports 0x2000 + n (interrupt line n), 0xe0 (32 bits of storage), 0xe4 (page flush),
 * 64 KiB of memory reached as MMIO at 0xff000000.
 *
 * Missing: the page flush, which exercises a host's shadow page tables, does nothing.
 */
import { bytes, u32 } from '../struct/fields.ts';
import { defineDevice } from './device.ts';

const LINE_COUNT = 24;
const LINES = ['irq0', 'irq1', 'irq2', 'irq3', 'irq4', 'irq5', 'irq6', 'irq7', 'irq8', 'irq9', 'irq10', 'irq11', 'irq12', 'irq13', 'irq14', 'irq15', 'irq16', 'irq17', 'irq18', 'irq19', 'irq20', 'irq21', 'irq22', 'irq23'] as const;
const MEMORY_BYTES = 0x1_0000;

export const pcTestdev = defineDevice({
  name: 'pc-testdev',
  version: 1,
  reference: 'QEMU, pc-testdev',
  lines: LINES,
  ports: { storage: [0xe0, 4], flush: [0xe4, 4, 4], lines: [0x2000, LINE_COUNT] },
  mmio: { memory: [0xff00_0000, MEMORY_BYTES] },
  state: { storage: bytes(4), memory: bytes(MEMORY_BYTES), levels: u32(0) },
  attach({ state, lines }) {
    const setLine = (line: number): void => lines[LINES[line]].set((state.levels & (1 << line)) !== 0);
    return {
      ports: {
        storage: { read: (offset) => state.storage[offset], write: (offset, value) => void (state.storage[offset] = value) },
        flush: { read: () => 0, write: () => {} },
        lines: {
          read: () => 0xff,
          write(line, value) {
            state.levels = (value !== 0 ? state.levels | (1 << line) : state.levels & ~(1 << line)) >>> 0;
            setLine(line);
          },
        },
      },
      mmio: { memory: { read: (offset) => state.memory[offset], write: (offset, value) => void (state.memory[offset] = value) } },
      resume() {
        for (let line = 0; line < LINE_COUNT; line++) setLine(line);
      },
    };
  },
});
