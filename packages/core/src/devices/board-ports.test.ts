// The one-register parts of the board: port 0x92, port 0xcf9, the test exit and the DMA page latches.
import { describe, expect, it } from 'vitest';
import { TestBoard, testDevice } from '../testing/device.ts';
import { dmaPage } from './dma-page.ts';
import { isaDebugExit } from './isa-debug-exit.ts';
import { portCf9 } from './port-cf9.ts';
import { port92 } from './port92.ts';

describe('board ports', () => {
  it('port 0x92 gates A20 and resets on a rising bit 0', () => {
    const board = new TestBoard();
    const events: string[] = [];
    port92.place(board, { host: { reset: () => void events.push('reset') }, lines: { a20: (level) => void events.push(`a20 ${level}`) } });
    board.out8(0x92, 2);
    board.out8(0x92, 3);
    board.out8(0x92, 3);
    board.out8(0x92, 0);
    expect(events).toEqual(['a20 true', 'reset', 'a20 false']);
    expect(board.in8(0x92)).toBe(0);
  });

  it('port 0xcf9 resets hard or soft', () => {
    const board = new TestBoard();
    const events: boolean[] = [];
    portCf9.place(board, { host: { reset: (hard) => void events.push(hard) } });
    board.out8(0xcf9, 0x02);
    expect(board.in8(0xcf9)).toBe(0x02);
    board.out8(0xcf9, 0x06);
    board.out8(0xcf9, 0x04);
    expect(events).toEqual([true, false]);
  });

  it('the test exit takes a value of any width', () => {
    const board = new TestBoard();
    const values: number[] = [];
    isaDebugExit.place(board, { host: { exit: (value) => void values.push(value) } });
    board.ports.write(0xf4, 4, 0);
    board.ports.write(0xf4, 2, 0x10);
    board.out8(0xf4, 0x7f);
    expect(values).toEqual([0, 0x10, 0x7f]);
    const moved = new TestBoard();
    isaDebugExit.place(moved, { options: { port: 0x501 } });
    expect([moved.in8(0x501), moved.in8(0xf4)]).toEqual([0, 0xff]);
  });

  it('page registers are latches, 0x80 tells the host', () => {
    const board = new TestBoard();
    const codes: number[] = [];
    dmaPage.place(board, { host: { postCode: (code) => void codes.push(code) } });
    board.ports.write(0x80, 2, 0xabcd);
    expect([board.in8(0x80), board.in8(0x81), codes]).toEqual([0xcd, 0xab, [0xcd]]);
  });
});

testDevice(port92, { wiring: (log) => ({ host: { reset: () => log('reset') } }) });
testDevice(portCf9, { wiring: (log) => ({ host: { reset: (hard) => log(`reset ${hard}`) } }) });
testDevice(isaDebugExit, { wiring: (log) => ({ host: { exit: (value) => log(`exit ${value}`) } }) });
testDevice(dmaPage, { wiring: (log) => ({ host: { postCode: (code) => log(`post ${code}`) } }) });
