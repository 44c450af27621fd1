import { describe, expect, it } from 'vitest';
import { TestBoard, testDevice } from '../testing/device.ts';
import { i8254Pit } from './i8254-pit.ts';

const TICK_NS = 88_000 / 105;

function powered() {
  const board = new TestBoard();
  const rises: number[] = [];
  let level = false;
  i8254Pit.place(board, {
    lines: {
      out0(next) {
        level = next;
        if (next) rises.push(board.clock.ns);
      },
    },
  });
  rises.length = 0;
  const ticks = (count: number): void => board.advance(Math.ceil(count * TICK_NS));
  const program = (counter: number, control: number, count: number): void => {
    board.out8(0x43, (counter << 6) | 0x30 | control);
    // A control word for modes 1 to 5 sets OUT high, which is an edge after mode 0.
    rises.length = 0;
    board.out8(0x40 + counter, count & 0xff);
    board.out8(0x40 + counter, count >> 8);
  };
  const count = (counter: number): number => {
    board.out8(0x43, counter << 6);
    return board.in8(0x40 + counter) | (board.in8(0x40 + counter) << 8);
  };
  const status = (counter: number): number => {
    board.out8(0x43, 0xe0 | (2 << counter));
    return board.in8(0x40 + counter);
  };
  return { board, rises, level: () => level, ticks, program, count, status };
}

describe('8254', () => {
  it('mode 0: OUT low until the terminal count, then the count wraps', () => {
    const pit = powered();
    pit.program(0, 0x00, 1000);
    expect(pit.level()).toBe(false);
    expect(pit.status(0) & 0xc0).toBe(0x40);
    pit.ticks(2);
    expect(pit.status(0) & 0xc0).toBe(0x00);
    pit.ticks(997);
    expect(pit.level()).toBe(false);
    pit.ticks(3);
    expect(pit.level()).toBe(true);
    expect(pit.rises).toHaveLength(1);
    expect(pit.rises[0]).toBeCloseTo(1001 * TICK_NS, -1);
    expect(pit.status(0)).toBe(0xb0);
    pit.ticks(10);
    expect(pit.count(0)).toBeGreaterThan(0xfff0);
    pit.board.advance(1e9);
    expect(pit.rises).toHaveLength(1);
  });

  it('mode 0: the first byte of a new count stops the counter', () => {
    const pit = powered();
    pit.program(0, 0x00, 100);
    pit.ticks(50);
    pit.board.out8(0x40, 10);
    pit.ticks(500);
    expect(pit.level()).toBe(false);
    pit.board.out8(0x40, 0);
    pit.ticks(12);
    expect(pit.level()).toBe(true);
  });

  it('mode 2: interrupts once a period, at exactly 105/88 MHz', () => {
    const pit = powered();
    pit.program(0, 0x04, 11_932);
    pit.board.advance(1e9);
    expect(pit.rises).toHaveLength(99);
    const last = pit.rises.at(-1) ?? 0;
    expect(Math.abs(last - (99 * 11_932 + 1) * TICK_NS)).toBeLessThan(2);
    expect(pit.status(0) & 0x3f).toBe(0x34);
  });

  it('mode 2: counts from N down to 1 and OUT is low for one clock', () => {
    const pit = powered();
    pit.program(2, 0x04, 4);
    pit.board.out8(0x61, 0x01);
    pit.ticks(1);
    const seen: [number, number][] = [];
    for (let tick = 0; tick < 8; tick++) {
      seen.push([pit.count(2), pit.board.in8(0x61) & 0x20]);
      pit.ticks(1);
    }
    expect(seen).toEqual([4, 3, 2, 1, 4, 3, 2, 1].map((count) => [count, count === 1 ? 0 : 0x20]));
  });

  it('mode 2: a new count takes effect at the end of the period', () => {
    const pit = powered();
    pit.program(0, 0x04, 1000);
    pit.ticks(500);
    pit.board.out8(0x40, 100);
    pit.board.out8(0x40, 0);
    pit.ticks(10_000);
    const gaps = pit.rises.slice(0, 3).map((ns, index) => Math.round((ns - (pit.rises[index - 1] ?? 0)) / TICK_NS));
    expect(gaps).toEqual([1001, 100, 100]);
  });

  it('mode 3: a square wave, one clock longer high for an odd count', () => {
    const pit = powered();
    pit.program(2, 0x06, 5);
    pit.board.out8(0x61, 0x01);
    pit.ticks(1);
    const wave: number[] = [];
    const counts: number[] = [];
    for (let tick = 0; tick < 10; tick++) {
      wave.push((pit.board.in8(0x61) >> 5) & 1);
      counts.push(pit.count(2));
      pit.ticks(1);
    }
    expect(wave).toEqual([1, 1, 1, 0, 0, 1, 1, 1, 0, 0]);
    expect(counts).toEqual([4, 2, 0, 4, 2, 4, 2, 0, 4, 2]);
  });

  it('modes 1 and 5 start on a rising gate only', () => {
    const pit = powered();
    pit.program(2, 0x02, 20);
    pit.ticks(100);
    expect(pit.board.in8(0x61) & 0x20).toBe(0x20);
    pit.board.out8(0x61, 1);
    pit.ticks(2);
    expect(pit.board.in8(0x61) & 0x20).toBe(0);
    pit.board.out8(0x61, 0);
    pit.ticks(20);
    expect(pit.board.in8(0x61) & 0x20).toBe(0x20);
    pit.program(2, 0x0a, 20);
    pit.board.out8(0x61, 1);
    const low = Array.from({ length: 40 }, () => {
      pit.ticks(1);
      return pit.board.in8(0x61) & 0x20;
    });
    expect(low.filter((out) => out === 0)).toHaveLength(1);
    expect(low.indexOf(0)).toBe(20);
  });

  it('mode 4: one strobe after a software trigger', () => {
    const pit = powered();
    pit.program(0, 0x08, 300);
    pit.board.advance(1e9);
    expect(pit.rises).toHaveLength(1);
    expect(pit.rises[0]).toBeCloseTo(302 * TICK_NS, -1);
  });

  it('a low gate pauses modes 0 and 4, and restarts modes 2 and 3', () => {
    const pit = powered();
    pit.board.out8(0x61, 1);
    pit.program(2, 0x00, 1000);
    pit.ticks(400);
    pit.board.out8(0x61, 0);
    const paused = pit.count(2);
    pit.ticks(5000);
    expect(pit.count(2)).toBe(paused);
    pit.board.out8(0x61, 1);
    pit.ticks(100);
    expect(Math.abs(paused - 100 - pit.count(2))).toBeLessThanOrEqual(1);
    pit.program(2, 0x04, 1000);
    pit.ticks(400);
    pit.board.out8(0x61, 0);
    pit.board.out8(0x61, 1);
    pit.ticks(2);
    expect(pit.count(2)).toBeGreaterThan(990);
  });

  it('counts in BCD', () => {
    const pit = powered();
    pit.program(0, 0x05, 0x1000);
    pit.ticks(2);
    expect(pit.count(0)).toBe(0x0999);
    pit.program(0, 0x05, 0);
    pit.ticks(2);
    expect(pit.count(0)).toBe(0x9999);
  });

  it('latches once until read; read-back latches status before count', () => {
    const pit = powered();
    pit.program(0, 0x04, 0x8000);
    pit.ticks(10);
    pit.board.out8(0x43, 0x00);
    pit.ticks(1000);
    pit.board.out8(0x43, 0x00);
    const latched = pit.board.in8(0x40) | (pit.board.in8(0x40) << 8);
    expect(0x8000 - latched).toBeLessThan(12);
    pit.board.out8(0x43, 0xc2);
    expect(pit.board.in8(0x40)).toBe(0xb4);
    const both = pit.board.in8(0x40) | (pit.board.in8(0x40) << 8);
    expect(0x8000 - both).toBeGreaterThan(1000);
  });

  it('reads and writes single bytes by the access mode', () => {
    const pit = powered();
    pit.board.out8(0x43, 0x14);
    pit.board.out8(0x40, 0x20);
    pit.ticks(0x11);
    expect(pit.board.in8(0x40)).toBe(0x10);
    pit.board.out8(0x43, 0x24);
    pit.board.out8(0x40, 0x20);
    pit.ticks(2);
    expect(pit.board.in8(0x40)).toBe(0x1f);
  });

  it('port 0x61 keeps four bits and toggles the refresh bit', () => {
    const pit = powered();
    pit.board.out8(0x61, 0xff);
    expect(pit.board.in8(0x61) & 0x0f).toBe(0x0f);
    const before = pit.board.in8(0x61) & 0x10;
    pit.board.advance(15_085);
    expect(pit.board.in8(0x61) & 0x10).not.toBe(before);
  });
});

testDevice(i8254Pit);
