import { describe, expect, it } from 'vitest';
import { array, bool, retained, time, u32, u8 } from '../struct/fields.ts';
import { StateError } from '../struct/state-error.ts';
import { struct } from '../struct/struct.ts';
import { TestBoard, testDevice } from '../testing/device.ts';
import { defineDevice } from './device.ts';

const metronome = defineDevice({
  name: 'metronome',
  version: 2,
  reference: 'none: a part made for this test',
  options: { base: 0x80 },
  host: { strike: (_count: number): void => {} },
  lines: ['tick'],
  timers: ['beat'],
  ports: ({ base }) => ({ registers: [base, 2] }),
  mmio: { window: [0xfed0_0000, 0x10, 4] },
  state: { periodMs: u8(0), dueNs: time(0), high: bool(false), windowAt: u32(0xfed0_0000), serial: retained(u8(7)), notes: array(2, struct({ pitch: u8(3) })) },
  migrations: [(old) => ({ ...old, notes: [{ pitch: 3 }, { pitch: 3 }] })],
  attach: ({ state, lines, timers, clock, host, claims }) => ({
    ports: {
      registers: {
        read: (offset) => (offset === 0 ? state.periodMs : state.serial),
        write(offset, value) {
          if (offset === 1) state.serial = value;
          else {
            state.periodMs = value;
            state.dueNs = clock.nowNs() + value * 1e6;
            timers.beat.scheduleAt(value === 0 ? Infinity : state.dueNs);
          }
        },
      },
    },
    mmio: { window: { read: () => state.notes[0]?.pitch ?? 0, write: (_offset, value) => void (state.notes[0] = { pitch: value & 0xff }) } },
    timers: {
      beat() {
        state.high = !state.high;
        lines.tick.set(state.high);
        host.strike(state.periodMs);
        state.dueNs += state.periodMs * 1e6;
        timers.beat.scheduleAt(state.dueNs);
      },
    },
    inputs: {
      stop: () => timers.beat.cancel(),
      hide: () => claims.window.moveTo(undefined),
      move(to: number) {
        state.windowAt = to;
        claims.window.moveTo(to);
      },
    },
    resume() {
      lines.tick.set(state.high);
      claims.window.moveTo(state.windowAt);
      timers.beat.scheduleAt(state.periodMs === 0 ? Infinity : state.dueNs);
    },
  }),
});

describe('defineDevice', () => {
  it('infers types from the declaration', () => {
    const dummy = { name: 'x', version: 1, reference: 'x', state: { a: u8(0) } } as const;
    const handler = { read: () => 0, write: () => {} };
    // @ts-expect-error a claimed range without a handler
    defineDevice({ ...dummy, ports: { a: [0, 1], b: [1, 1] }, attach: () => ({ ports: { a: handler } }) });
    // @ts-expect-error no ports at all
    defineDevice({ ...dummy, ports: { a: [0, 1] }, attach: () => ({}) });
    // @ts-expect-error an undeclared line
    defineDevice({ ...dummy, lines: ['irq'], attach: ({ lines }) => ({ reset: () => lines.drq.raise() }) });
    // @ts-expect-error an undeclared timer
    defineDevice({ ...dummy, timers: ['tick'], attach: ({ timers }) => ({ timers: { tick: () => timers.tock.cancel() } }) });
    // @ts-expect-error guest memory that was not claimed
    defineDevice({ ...dummy, attach: ({ dma }) => ({ reset: () => dma.read(0, new Uint8Array(1)) }) });
    // @ts-expect-error a state field of another type
    defineDevice({ ...dummy, attach: ({ state }) => ({ reset: () => void (state.a = true) }) });
    defineDevice({ ...dummy, dma: true, attach: ({ dma }) => ({ reset: () => dma.read(0, new Uint8Array(1)) }) });
  });

  it('places claims by option and follows moves', () => {
    const board = new TestBoard();
    const device = metronome.place(board, { options: { base: 0x90 } });
    expect(board.in8(0x91)).toBe(7);
    expect(board.in8(0x80)).toBe(0xff);
    device.inputs.hide();
    expect(board.mmio.read(0xfed0_0000, 4)).toBe(0xffff_ffff);
    device.inputs.move(0xfee0_0000);
    expect(board.mmio.read(0xfee0_0000, 4)).toBe(3);
  });

  it('runs timers, drives lines and resets all but what is retained', () => {
    const board = new TestBoard();
    const levels: boolean[] = [];
    const device = metronome.place(board, { lines: { tick: (level) => void levels.push(level) } });
    board.out8(0x80, 10);
    board.out8(0x81, 99);
    board.advance(35e6);
    expect(levels).toEqual([true, false, true]);
    device.reset();
    expect(levels).toEqual([true, false, true, false]);
    expect(board.timers.nextDeadlineNs()).toBe(Infinity);
    expect(board.in8(0x81)).toBe(99);
  });

  it('migrates older state and refuses newer', () => {
    const device = metronome.place(new TestBoard());
    const { notes: _notes, ...first } = device.save().state;
    device.restore({ device: 'metronome', version: 1, state: { ...first, serial: 44 } });
    expect(device.save().state).toMatchObject({ serial: 44, notes: [{ pitch: 3 }, { pitch: 3 }] });
    expect(() => device.restore({ device: 'metronome', version: 3, state: first })).toThrow(StateError);
  });
});

testDevice(metronome, {
  wiring: (log) => ({ host: { strike: (count) => log(`strike ${count}`) } }),
  drive: (inputs, random) => (random(2) === 0 ? inputs.move(0xfed0_0000 + random(4) * 0x1000) : undefined),
});
