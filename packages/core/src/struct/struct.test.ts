import { describe, expect, it } from 'vitest';
import { decodeSaved, encodeSaved } from './encode.ts';
import { array, bool, bytes, ranged, retained, time, u16, u32, u64, u8 } from './fields.ts';
import type { Saved } from './fields.ts';
import { StateError } from './state-error.ts';
import { struct } from './struct.ts';

const schema = struct({
  mode: u8(3),
  count: u16(0xffff),
  mask: u32(0xffff_ffff),
  wide: u64(1n << 63n),
  gate: bool(true),
  loadedAtNs: time(-5),
  level: ranged(2, 1, 4),
  fifo: bytes(4, Uint8Array.of(1, 2)),
  channels: array(2, struct({ count: u8(7), kept: retained(u8(1)) })),
  memory: retained(bytes(2, 0xaa)),
});

describe('struct', () => {
  it('starts with the reset values, each time anew', () => {
    const state = schema.create();
    expect(state.wide).toBe(1n << 63n);
    expect([...state.fifo]).toEqual([1, 2, 0, 0]);
    state.channels[0].count = 9;
    expect(schema.create().channels[0].count).toBe(7);
  });

  it('restores in place, so that references stay good', () => {
    const state = schema.create();
    const [first] = state.channels;
    const { fifo } = state;
    const saved = schema.save({ ...schema.create(), channels: [{ count: 1, kept: 2 }, { count: 3, kept: 4 }], fifo: Uint8Array.of(9, 9, 9, 9) });
    schema.copy(state, schema.parse(saved, 'test'));
    expect([first.count, first.kept, fifo[0], state.channels[0] === first]).toEqual([1, 2, 9, true]);
  });

  it('resets all but retained fields, also nested ones', () => {
    const state = schema.create();
    state.mode = 0;
    state.channels[1].count = 0;
    state.channels[1].kept = 0;
    state.memory[0] = 0;
    state.fifo[0] = 0;
    schema.reset(state);
    expect([state.mode, state.channels[1].count, state.channels[1].kept, state.memory[0], state.fifo[0]]).toEqual([3, 7, 0, 0, 1]);
  });

  it('names the place of what is wrong', () => {
    const saved = schema.save(schema.create()) as Record<string, Saved>;
    const wrong = (change: Record<string, Saved>): string => {
      try {
        schema.parse({ ...saved, ...change }, 'pit');
      } catch (error) {
        return error instanceof StateError ? error.path : 'another error';
      }
      return 'accepted';
    };
    expect(wrong({})).toBe('accepted');
    expect(wrong({ mode: 256 })).toBe('pit.mode');
    expect(wrong({ mode: -1 })).toBe('pit.mode');
    expect(wrong({ level: 5 })).toBe('pit.level');
    expect(wrong({ wide: 1n << 64n })).toBe('pit.wide');
    expect(wrong({ wide: 5 })).toBe('accepted');
    expect(wrong({ gate: 1 })).toBe('pit.gate');
    expect(wrong({ fifo: new Uint8Array(5) })).toBe('pit.fifo');
    expect(wrong({ channels: [{ count: 1, kept: 1 }] })).toBe('pit.channels');
    expect(wrong({ channels: [{ count: 1, kept: 1 }, { count: 'x', kept: 1 }] })).toBe('pit.channels[1].count');
    expect(wrong({ more: 1 })).toBe('pit.more');
    expect(() => schema.parse({ mode: 3 }, 'pit')).toThrow('pit.count should be u16 in 0..65535, found undefined');
  });

  it('refuses a reset value out of range', () => {
    expect(() => u8(256)).toThrow(RangeError);
  });
});

describe('encoding', () => {
  it('follows RFC 8949, appendix A', () => {
    const cases: [Saved, string][] = [
      [0, '00'], [23, '17'], [24, '1818'], [1000, '1903e8'], [1_000_000, '1a000f4240'], [1_000_000_000_000, '1b000000e8d4a51000'],
      [18_446_744_073_709_551_615n, '1bffffffffffffffff'], [-1, '20'], [-1000, '3903e7'], [false, 'f4'], [true, 'f5'],
      [Uint8Array.of(1, 2, 3, 4), '4401020304'], ['IETF', '6449455446'], [[1, [2, 3]], '8201820203'], [{ a: 1, b: [2, 3] }, 'a26161016162820203'],
    ];
    for (const [value, hex] of cases) {
      const encoded = encodeSaved(value);
      expect(Buffer.from(encoded).toString('hex')).toBe(hex);
      expect(decodeSaved(encoded)).toEqual(value);
    }
  });

  it('takes no more than there is, however long it says to be', () => {
    const hostile = ['', '18', '5bffffffffffffffff', '9b0000000100000000', 'bb00000000ffffffff', '5f', '62ff', 'fb3ff0000000000000', 'a10000', 'a2616100616100', '0000', '81'.repeat(50) + '00', 'a1695f5f70726f746f5f5f00'];
    for (const hex of hostile) expect(() => decodeSaved(Buffer.from(hex, 'hex')), hex).toThrow(StateError);
  });
});
