import { describe, expect, it } from 'vitest';
import { TestBoard, testDevice } from '../testing/device.ts';
import { piix3 } from './piix3.ts';

describe('PIIX3', () => {
  it('routes PCI interrupts to ISA interrupts and shares them', () => {
    const board = new TestBoard();
    const events: string[] = [];
    const { inputs } = piix3.place(board, {
      at: { device: 1, function: 0 },
      lines: { irq10: (level) => void events.push(`10 ${level}`), irq11: (level) => void events.push(`11 ${level}`) },
    });
    const route = (pirq: number, value: number): void => board.pci.write(1 << 3, 0x60 + pirq, 1, value);
    inputs.pirq(0)(true);
    expect(events).toEqual([]);
    route(0, 10);
    inputs.pirq(1)(true);
    route(1, 10);
    expect(events).toEqual(['10 true']);
    inputs.pirq(0)(false);
    route(1, 11);
    expect(events).toEqual(['10 true', '10 false', '11 true']);
    route(1, 0x8b);
    expect(events.at(-1)).toBe('11 false');
    expect(board.pci.read(1 << 3, 0x60, 4)).toBe(0x8080_8b0a);
  });

  it('identifies itself as a multifunction ISA bridge', () => {
    const board = new TestBoard();
    piix3.place(board, { at: { device: 1, function: 0 } });
    expect(board.pci.read(1 << 3, 0, 4)).toBe(0x7000_8086);
    expect(board.pci.read(1 << 3, 8, 4)).toBe(0x0601_0000);
    expect(board.pci.read(1 << 3, 14, 1)).toBe(0x80);
  });
});

testDevice(piix3, { drive: (inputs, random) => inputs.pirq(random(4) as 0 | 1 | 2 | 3)(random(2) === 0) });
