import { describe, expect, it } from 'vitest';
import { TestBoard, testDevice } from '../testing/device.ts';
import { hpet } from './hpet.ts';

const BASE = 0xfed0_0000;

function powered() {
  const board = new TestBoard();
  const edges: Record<string, number> = {};
  const level: Record<string, boolean> = {};
  const legacy: boolean[] = [];
  const watch = (name: string) => (high: boolean) => {
    level[name] = high;
    if (high) edges[name] = (edges[name] ?? 0) + 1;
  };
  hpet.place(board, {
    host: { legacyReplacement: (active) => void legacy.push(active) },
    lines: { irq0: watch('irq0'), irq8: watch('irq8'), gsi2: watch('gsi2'), gsi20: watch('gsi20') },
  });
  const read = (offset: number): number => board.mmio.read(BASE + offset, 4);
  const write = (offset: number, value: number): void => board.mmio.write(BASE + offset, 4, value >>> 0);
  return { board, read, write, edges, level, legacy };
}

describe('HPET', () => {
  it('states its capabilities', () => {
    const { read } = powered();
    expect([read(0), read(4)]).toEqual([0x8086_a201, 10_000_000]);
    expect([read(0x100), read(0x104), read(0x108), read(0x10c)]).toEqual([0x30, 0x00ff_0104, 0xffff_ffff, 0xffff_ffff]);
  });

  it('counts at 100 MHz while enabled, and carries into the high half', () => {
    const { board, read, write } = powered();
    board.advance(1000);
    expect(read(0xf0)).toBe(0);
    write(0xf0, 0xffff_fff0);
    write(0xf4, 7);
    write(0x10, 1);
    board.advance(200);
    expect([read(0xf0), read(0xf4)]).toEqual([4, 8]);
    write(0x10, 0);
    board.advance(1e9);
    expect([read(0xf0), read(0xf4)]).toEqual([4, 8]);
    write(0x10, 1);
    board.advance(55);
    expect(board.mmio.read(BASE + 0xf0, 1)).toBe(9);
  });

  it('one shot: edge interrupt on its route', () => {
    const { board, write, edges } = powered();
    write(0x10, 1);
    write(0x120, (20 << 9) | 4);
    write(0x128, 1000);
    write(0x12c, 0);
    board.advance(9_999);
    expect(edges['gsi20']).toBeUndefined();
    board.advance(1);
    expect(edges['gsi20']).toBe(1);
    board.advance(1e9);
    expect(edges['gsi20']).toBe(1);
  });

  it('periodic with legacy replacement, programmed as Linux does', () => {
    const { board, write, edges, legacy } = powered();
    write(0x10, 3);
    expect(legacy.at(-1)).toBe(true);
    write(0x100, 0x14c);
    write(0x108, 100_000);
    write(0x108, 100_000);
    board.advance(1e9);
    expect(edges['irq0']).toBe(1000);
    write(0x100, 0x100);
    board.advance(1e9);
    expect(edges['irq0']).toBe(1000);
    write(0x10, 1);
    expect(legacy.at(-1)).toBe(false);
  });

  it.each([0, 2e6, 7e6])('goes on with its period when the host was busy between the writes of start and period: %d ns', (busyNs) => {
    const { board, write, edges } = powered();
    board.advance(1e9);
    write(0x10, 3);
    board.advance(1e9);
    write(0x100, 0x14c);
    write(0x108, 100_100_000);
    board.advance(busyNs);
    write(0x108, 100_000);
    const before = edges['irq0'] ?? 0;
    board.advance(10e6);
    expect((edges['irq0'] ?? 0) - before).toBe(10);
  });

  it('starts with the next period when the start has passed before it is written', () => {
    const { board, write, edges } = powered();
    write(0x10, 3);
    board.advance(1.7e6);
    write(0x100, 0x14c);
    write(0x108, 100_000);
    write(0x108, 100_000);
    board.advance(0.3e6);
    expect(edges['irq0']).toBe(1);
    board.advance(10e6);
    expect(edges['irq0']).toBe(11);
  });

  it('a periodic timer whose interrupt is off wakes nobody, and goes on in phase', () => {
    const { board, read, write, edges } = powered();
    write(0x10, 3);
    write(0x100, 0x14c);
    write(0x108, 100_000);
    write(0x108, 100_000);
    board.advance(1.5e6);
    expect(edges['irq0']).toBe(1);
    write(0x100, 0x108);
    expect(board.timers.nextDeadlineNs()).toBe(Infinity);
    board.advance(10e6);
    expect(read(0x108)).toBe(1_200_000);
    write(0x100, 0x10c);
    board.advance(0.4e6);
    expect(edges['irq0']).toBe(1);
    board.advance(0.2e6);
    expect(edges['irq0']).toBe(2);
  });

  it('periodic in 64 bits: the two halves of a write are one', () => {
    const { board, write, edges } = powered();
    write(0x10, 3);
    write(0x100, 0x4c);
    write(0x108, 50_000);
    write(0x10c, 0);
    write(0x108, 200_000);
    write(0x10c, 0);
    board.advance(6.6e6);
    expect(edges['irq0']).toBe(4);
  });

  it('level: holds the line until its status bit is cleared', () => {
    const { board, read, write, level, edges } = powered();
    write(0x10, 1);
    write(0x140, (20 << 9) | 6);
    write(0x148, 100);
    write(0x14c, 0);
    board.advance(2000);
    expect([level['gsi20'], read(0x20)]).toEqual([true, 4]);
    write(0x20, 1);
    expect(level['gsi20']).toBe(true);
    write(0x20, 4);
    expect([level['gsi20'], read(0x20), edges['gsi20']]).toEqual([false, 0, 1]);
  });

  it('refuses a route that is not offered', () => {
    const { read, write } = powered();
    write(0x100, 5 << 9);
    expect(read(0x100) & 0x3e00).toBe(0);
    write(0x100, 16 << 9);
    expect(read(0x100) & 0x3e00).toBe(16 << 9);
  });

  it('a host that is busy between two readings of its clock loses no tick', () => {
    const { board, write, edges } = powered();
    write(0x10, 3);
    write(0x100, 0x14c);
    write(0x108, 50_000);
    write(0x108, 200_000);
    const { clock } = board;
    const nowNs = clock.nowNs.bind(clock);
    let stallNs = 0;
    clock.nowNs = () => {
      const ns = nowNs();
      clock.ns += stallNs;
      return ns;
    };
    board.advance(0.5e6);
    clock.ns += 2e6;
    stallNs = 1.5e6;
    board.timers.runDue();
    stallNs = 0;
    const before = edges['irq0']!;
    board.advance(20e6);
    expect(edges['irq0']! - before).toBeGreaterThanOrEqual(9);
  });

  it('matches again after the 32-bit counter wraps', () => {
    const { board, write, edges } = powered();
    write(0x10, 3);
    write(0x100, 0x104);
    write(0x108, 1000);
    board.advance(43e9);
    expect(edges['irq0']).toBe(2);
  });
});

testDevice(hpet, {
  wiring: (log) => ({ host: { legacyReplacement: (active) => log(`legacy ${active}`) } }),
  addresses: [0, 0x10, 0x20, 0xf0, 0xf4, 0x100, 0x104, 0x108, 0x10c, 0x120, 0x128, 0x12c, 0x140, 0x148, 0x14c].map((offset) => BASE + offset),
  prepare: (board) => board.mmio.write(BASE + 0x10, 4, 1),
});
