import { describe, expect, it } from 'vitest';
import { TestBoard, testDevice } from '../testing/device.ts';
import { mc146818Rtc } from './mc146818-rtc.ts';

const at = (iso: string): number => Date.parse(iso) / 1000;

function powered(start = '2024-02-29T23:59:50Z') {
  const board = new TestBoard();
  let irq = false;
  let edges = 0;
  const masks: boolean[] = [];
  const device = mc146818Rtc.place(board, {
    host: { wallClockSeconds: () => at(start), nmiMasked: (masked) => void masks.push(masked) },
    lines: {
      irq(level) {
        irq = level;
        if (level) edges++;
      },
    },
  });
  const read = (index: number): number => {
    board.out8(0x70, index);
    return board.in8(0x71);
  };
  const write = (index: number, value: number): void => {
    board.out8(0x70, index);
    board.out8(0x71, value);
  };
  const clockFace = (): number[] => [0x32, 9, 8, 7, 6, 4, 2, 0].map(read);
  return { board, device, read, write, clockFace, irq: () => irq, edges: () => edges, masks };
}

describe('MC146818', () => {
  it('shows the wall clock in BCD and carries over a leap day', () => {
    const { board, clockFace } = powered();
    expect(clockFace()).toEqual([0x20, 0x24, 0x02, 0x29, 0x05, 0x23, 0x59, 0x50]);
    board.advance(10e9);
    expect(clockFace()).toEqual([0x20, 0x24, 0x03, 0x01, 0x06, 0x00, 0x00, 0x00]);
  });

  it('changes format with register B: binary, 12 hours', () => {
    const { board, read, write } = powered('2024-02-29T23:59:50Z');
    write(0x0b, 0x06);
    expect([read(4), read(2), read(9), read(0x32)]).toEqual([23, 59, 24, 20]);
    write(0x0b, 0x00);
    expect(read(4)).toBe(0x91);
    board.advance(10e9);
    expect(read(4)).toBe(0x12);
    board.advance(12 * 3600e9);
    expect(read(4)).toBe(0x92);
    write(0x0b, 0x04);
    expect(read(4)).toBe(0x8c);
  });

  it('stops while SET, and goes on from what was written', () => {
    const { board, read, write, clockFace } = powered();
    write(0x0b, 0x82);
    board.advance(5e9);
    expect(read(0)).toBe(0x50);
    expect(read(0x0a) & 0x80).toBe(0);
    [[0, 0x58], [2, 0x59], [4, 0x23], [6, 0x03], [7, 0x31], [8, 0x12], [9, 0x99], [0x32, 0x19]].forEach(([index, value]) => write(index, value));
    write(0x0b, 0x02);
    board.advance(2e9);
    expect(clockFace()).toEqual([0x20, 0x00, 0x01, 0x01, 0x04, 0x00, 0x00, 0x00]);
  });

  it('warns of the update for 244 microseconds', () => {
    const { board, read } = powered();
    board.advance(999_700_000);
    expect(read(0x0a)).toBe(0x26);
    board.advance(100_000);
    expect(read(0x0a)).toBe(0xa6);
    expect(read(0)).toBe(0x50);
    board.advance(200_000);
    expect(read(0x0a)).toBe(0x26);
    expect(read(0)).toBe(0x51);
  });

  it('sets flags without interrupts, and clears them by reading C', () => {
    const { board, read, irq } = powered();
    board.advance(1e9);
    expect(read(0x0c)).toBe(0x50);
    expect(read(0x0c)).toBe(0);
    expect(irq()).toBe(false);
  });

  it('interrupts periodically at the chosen rate, once until acknowledged', () => {
    const { board, read, write, irq, edges } = powered();
    write(0x0b, 0x42);
    board.advance(2e6);
    expect([irq(), read(0x0c)]).toEqual([true, 0xc0]);
    for (let step = 0; step < 4096; step++) {
      board.advance(1e9 / 4096);
      if (irq()) read(0x0c);
    }
    expect(edges()).toBeGreaterThanOrEqual(1024);
    expect(edges()).toBeLessThanOrEqual(1026);
    write(0x0a, 0x2f);
    const before = edges();
    for (let step = 0; step < 100; step++) {
      board.advance(50e6);
      if (irq()) read(0x0c);
    }
    expect(edges() - before).toBe(10);
  });

  it('interrupts after each update', () => {
    const { board, read, write, irq } = powered();
    write(0x0b, 0x12);
    board.advance(0.9e9);
    expect(irq()).toBe(false);
    board.advance(0.1e9);
    expect(irq()).toBe(true);
    expect(read(0x0c) & 0x90).toBe(0x90);
    expect(irq()).toBe(false);
    // SET clears UIE.
    write(0x0b, 0x92);
    expect(read(0x0b)).toBe(0x82);
  });

  it('matches alarms with wildcards, in 12-hour mode too', () => {
    const { board, read, write, irq } = powered('2024-05-05T11:59:00Z');
    write(0x0b, 0x00);
    write(1, 0x05);
    write(3, 0x00);
    write(5, 0x92);
    write(0x0b, 0x20);
    board.advance(64e9);
    expect(irq()).toBe(false);
    board.advance(1e9);
    expect(irq()).toBe(true);
    expect(read(0x0c)).toBe(0xf0);
    write(5, 0xff);
    write(3, 0xc0);
    board.advance(59e9);
    expect(irq()).toBe(false);
    board.advance(1e9);
    expect(irq()).toBe(true);
    write(5, 0x55);
    read(0x0c);
    board.advance(86400e9);
    expect(irq()).toBe(false);
  });

  it('raises at once when an interrupt is enabled whose flag is set', () => {
    const { board, write, irq } = powered();
    board.advance(1e9);
    write(0x0b, 0x12);
    expect(irq()).toBe(true);
  });

  it('starts its divider half a second before the first update', () => {
    const { board, read, write } = powered();
    write(0x0a, 0x66);
    board.advance(3e9);
    expect(read(0)).toBe(0x50);
    write(0x0a, 0x26);
    // UIP rises eight cycles of 32,768 Hz before the update, to the nanosecond.
    board.advance(500e6 - 244_140 - 1);
    expect([read(0), read(0x0a) & 0x80]).toEqual([0x50, 0]);
    board.advance(1);
    expect([read(0), read(0x0a) & 0x80]).toEqual([0x50, 0x80]);
    board.advance(244_140);
    expect([read(0), read(0x0a) & 0x80]).toEqual([0x51, 0]);
  });

  it('fires an alarm for the hour of its half of the day only', () => {
    const { board, read, write } = powered();
    const elevenHoursFromThree = (alarmHours: number): number => {
      write(0x0a, 0x76);
      write(5, alarmHours);
      write(4, 3);
      write(2, 0);
      write(0, 0);
      read(0x0c);
      write(0x0a, 0x26);
      board.advance(11 * 3600e9);
      expect(read(4)).toBe(0x82);
      return read(0x0c) & 0x20;
    };
    write(1, 0xc0);
    write(3, 0xc0);
    write(0x0b, 0x04);
    expect(elevenHoursFromThree(0x82)).toBe(0x20);
    expect(elevenHoursFromThree(0x02)).toBe(0);
  });

  it('wraps in every format', () => {
    const { board, read, write } = powered();
    const after = (mode: number, hours: number, minutes: number, seconds: number, seconds2: number): number[] => {
      write(0x0b, mode);
      write(0x0a, 0x76);
      write(4, hours);
      write(2, minutes);
      write(0, seconds);
      write(0x0a, 0x26);
      board.advance(seconds2 * 1e9);
      return [read(4), read(2), read(0)];
    };
    expect(after(0, 0x81, 0x59, 0, 60)).toEqual([0x82, 0, 0]);
    expect(after(0, 0x12, 0x59, 0x59, 1)).toEqual([0x01, 0, 0]);
    expect(after(0, 0x92, 0x59, 0x59, 1)).toEqual([0x81, 0, 0]);
    expect(after(0, 0x11, 0x59, 0x59, 1)).toEqual([0x92, 0, 0]);
    expect(after(0, 0x91, 0x59, 0x59, 1)).toEqual([0x12, 0, 0]);
    expect(after(4, 0x8b, 59, 59, 1)).toEqual([0x0c, 0, 0]);
    expect(after(4, 0x0c, 59, 59, 1)).toEqual([0x01, 0, 0]);
    expect(after(2, 0x23, 0x59, 0, 60)).toEqual([0, 0, 0]);
    expect(after(6, 9, 59, 0, 60)).toEqual([10, 0, 0]);
  });

  it('keeps memory over a reset, masks NMI by bit 7 of the index', () => {
    const { board, device, read, write, masks } = powered();
    write(0x40, 0x99);
    device.inputs.writeCmos(0x34, 0x12);
    write(0x0b, 0x72);
    board.advance(3e9);
    device.reset();
    expect([read(0x40), read(0x34), read(0x0b), read(0), read(0x0d)]).toEqual([0x99, 0x12, 0x02, 0x53, 0x80]);
    board.out8(0x70, 0x8f);
    expect(masks.at(-1)).toBe(true);
    expect(board.in8(0x70)).toBe(0xff);
  });
});

testDevice(mc146818Rtc, {
  wiring: (log) => ({ host: { nmiMasked: (masked) => log(`nmi masked ${masked}`) } }),
  addresses: [0x71],
  drive(inputs, random, log) {
    if (random(2) === 0) inputs.writeCmos(random(64), random(256));
    else log(`cmos ${inputs.readCmos(random(14))}`);
  },
});
