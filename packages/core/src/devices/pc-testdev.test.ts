import { describe, expect, it } from 'vitest';
import { TestBoard, testDevice } from '../testing/device.ts';
import { pcTestdev } from './pc-testdev.ts';

describe('pc-testdev', () => {
  it('drives lines, keeps a port and memory', () => {
    const board = new TestBoard();
    const levels: boolean[] = [];
    pcTestdev.place(board, { lines: { irq14: (level) => void levels.push(level) } });
    board.out8(0x200e, 1);
    board.out8(0x200e, 0);
    expect(levels).toEqual([true, false]);
    board.ports.write(0xe0, 4, 0x1234_5678);
    board.out8(0xe1, 0xaa);
    expect(board.ports.read(0xe0, 4)).toBe(0x1234_aa78);
    board.mmio.write(0xff00_0ffe, 4, 0xdead_beef);
    expect(board.mmio.read(0xff00_1000, 2)).toBe(0xdead);
  });
});

testDevice(pcTestdev, { addresses: [0x2003, 0x200e, 0xe0, 0xe2, 0xff00_0010], steps: 100 });
