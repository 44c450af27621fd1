import { describe, expect, it } from 'vitest';
import { TestBoard, testDevice } from '../testing/device.ts';
import { debugcon } from './debugcon.ts';

testDevice(debugcon, { wiring: (log) => ({ host: { transmit: (byte) => log(`transmit ${byte}`) } }) });

describe('debugcon', () => {
  it('hands each byte of a wider write to the host only for its own port', () => {
    const board = new TestBoard();
    const sent: number[] = [];
    debugcon.place(board, { host: { transmit: (byte) => void sent.push(byte) } });
    board.out8(0xe9, 0x41);
    board.ports.write(0xe9, 2, 0x4342);
    expect(sent).toEqual([0x41, 0x42]);
    expect(board.in8(0xe9)).toBe(0xe9);
    expect(board.ports.unclaimedCount).toBe(1);
  });
});
