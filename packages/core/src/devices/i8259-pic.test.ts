import { describe, expect, it } from 'vitest';
import type { LineInput } from '../bus/line.ts';
import { TestBoard, testDevice } from '../testing/device.ts';
import { i8259Pic } from './i8259-pic.ts';

function initialized(icw4 = 0x01) {
  const board = new TestBoard();
  let intr = false;
  const pic = i8259Pic.place(board, { lines: { intr: (level) => void (intr = level) } });
  const setUp = (port: number, base: number, icw3: number): void => {
    board.out8(port, 0x11);
    board.out8(port + 1, base);
    board.out8(port + 1, icw3);
    board.out8(port + 1, icw4);
    board.out8(port + 1, 0);
  };
  setUp(0x20, 0x08, 0x04);
  setUp(0xa0, 0x70, 0x02);
  const irq: LineInput[] = Array.from({ length: 16 }, (_, request) => pic.inputs.irq(request));
  return { board, pic, irq, intr: () => intr, acknowledge: () => pic.inputs.acknowledge() };
}

describe('8259A', () => {
  it('delivers by priority and nests only above what is in service', () => {
    const { board, irq, intr, acknowledge } = initialized();
    irq[4](true);
    irq[1](true);
    expect(acknowledge()).toBe(0x09);
    expect(intr()).toBe(false);
    irq[0](true);
    expect(intr()).toBe(true);
    expect(acknowledge()).toBe(0x08);
    board.out8(0x20, 0x20);
    expect(intr()).toBe(false);
    board.out8(0x20, 0x20);
    expect(acknowledge()).toBe(0x0c);
  });

  it('cascades the slave through IR2 and needs both ends of interrupt', () => {
    const { board, irq, intr, acknowledge } = initialized();
    irq[12](true);
    irq[8](true);
    expect(acknowledge()).toBe(0x70);
    expect(intr()).toBe(false);
    board.out8(0xa0, 0x20);
    expect(intr()).toBe(false);
    board.out8(0x20, 0x20);
    expect(intr()).toBe(true);
    expect(acknowledge()).toBe(0x74);
    board.out8(0x20, 0x0b);
    board.out8(0xa0, 0x0b);
    expect([board.in8(0x20), board.in8(0xa0)]).toEqual([0x04, 0x10]);
  });

  it('lets the slave interrupt itself in special fully nested mode', () => {
    const { irq, intr, acknowledge } = initialized(0x11);
    irq[12](true);
    expect(acknowledge()).toBe(0x74);
    irq[9](true);
    expect(intr()).toBe(true);
    expect(acknowledge()).toBe(0x71);
  });

  it('latches an edge once, and repeats a level until it drops', () => {
    const { board, irq, intr, acknowledge } = initialized();
    irq[5](true);
    expect(acknowledge()).toBe(0x0d);
    board.out8(0x20, 0x20);
    expect(intr()).toBe(false);
    board.out8(0x4d0, 0xff);
    expect(board.in8(0x4d0)).toBe(0xf8);
    expect(intr()).toBe(true);
    expect(acknowledge()).toBe(0x0d);
    board.out8(0x20, 0x65);
    expect(intr()).toBe(true);
    irq[5](false);
    expect(intr()).toBe(false);
    board.out8(0x4d1, 0xff);
    expect(board.in8(0x4d1)).toBe(0xde);
  });

  it('gives the spurious vectors 7 and 15', () => {
    const { board, irq, acknowledge } = initialized();
    irq[3](true);
    irq[3](false);
    expect(acknowledge()).toBe(0x0f);
    board.out8(0x20, 0x0b);
    expect(board.in8(0x20)).toBe(0);
    irq[10](true);
    board.out8(0xa1, 0x04);
    expect(acknowledge()).toBe(0x0f);
  });

  it('masks, and special mask mode lets lower requests through', () => {
    const { board, irq, intr, acknowledge } = initialized();
    board.out8(0x21, 0x02);
    irq[1](true);
    expect(intr()).toBe(false);
    board.out8(0x21, 0x00);
    expect(acknowledge()).toBe(0x09);
    irq[6](true);
    expect(intr()).toBe(false);
    board.out8(0x21, 0x02);
    board.out8(0x20, 0x68);
    expect(intr()).toBe(true);
    expect(acknowledge()).toBe(0x0e);
    // The non-specific end of interrupt leaves the masked one in service.
    board.out8(0x20, 0x20);
    board.out8(0x20, 0x0b);
    expect(board.in8(0x20)).toBe(0x02);
  });

  it('rotates on specific and non-specific end of interrupt and by command', () => {
    const { board, irq, acknowledge } = initialized();
    irq[2 + 1](true);
    expect(acknowledge()).toBe(0x0b);
    board.out8(0x20, 0xa0);
    irq[3](false);
    irq[3](true);
    irq[4](true);
    expect(acknowledge()).toBe(0x0c);
    board.out8(0x20, 0xe4);
    board.out8(0x20, 0xc2);
    irq[0](true);
    expect(acknowledge()).toBe(0x0b);
  });

  it('ends interrupts by itself in AEOI mode, with rotation if told', () => {
    const { board, irq, acknowledge } = initialized(0x03);
    board.out8(0x20, 0x80);
    irq[0](true);
    irq[1](true);
    expect(acknowledge()).toBe(0x08);
    irq[0](false);
    irq[0](true);
    expect(acknowledge()).toBe(0x09);
    expect(acknowledge()).toBe(0x08);
    board.out8(0x20, 0x0b);
    expect(board.in8(0x20)).toBe(0);
  });

  it('answers a poll and takes the request', () => {
    const { board, irq } = initialized();
    irq[6](true);
    board.out8(0x20, 0x0c);
    expect(board.in8(0x20)).toBe(0x86);
    expect(board.in8(0x20)).toBe(0);
    board.out8(0x20, 0x0c);
    expect(board.in8(0x20) & 0x80).toBe(0);
  });

  it('needs a new edge after initialization', () => {
    const { board, irq, intr } = initialized();
    irq[4](true);
    board.out8(0x20, 0x11);
    expect(intr()).toBe(false);
    expect(board.in8(0x20)).toBe(0);
  });
});

testDevice(i8259Pic, { drive: (inputs, random, log) => (random(3) === 0 ? log(`vector ${inputs.acknowledge()}`) : inputs.irq(random(16))(random(2) === 0)) });
