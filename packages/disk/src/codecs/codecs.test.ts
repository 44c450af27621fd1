import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { RandomSource } from '../testing/random-source.ts';
import { unpackAdc } from './adc.ts';
import { unpackBzip2 } from './bzip2.ts';
import { unpackLzfse } from './lzfse.ts';
import { unpackXz } from './lzma.ts';

const random = new RandomSource(11);
const words = Array.from({ length: 300 }, () => Buffer.from(random.bytes(1 + random.below(9))).toString('base64'));
const text = Buffer.from(Array.from({ length: 40_000 }, () => random.pick(words)).join(' '));

const INPUTS: readonly (readonly [string, Uint8Array])[] = [
  ['nothing', new Uint8Array(0)],
  ['a byte', Uint8Array.of(65)],
  ['text', text],
  ['zeros', new Uint8Array(1_000_000)],
  ['noise', random.bytes(100_000)],
  ['runs of each length', Buffer.concat(Array.from({ length: 300 }, (_, i) => Buffer.alloc(i + 1, 65 + (i % 3))))],
  ['text among noise', Buffer.concat([text.subarray(0, 50_000), random.bytes(70_000), text.subarray(20_000, 90_000), Buffer.alloc(70_000)])],
];

type Unpack = (packed: Uint8Array, length: number) => Uint8Array;

function packBy(program: string, flags: readonly string[], input: Uint8Array): Uint8Array {
  const { status, stdout } = spawnSync(program, [...flags], { input, maxBuffer: 64 * 1024 * 1024 });
  if (status !== 0) throw new Error(`${program} ended with ${status}`);
  return stdout;
}

/** Changed bytes give an error or something, in bounded time, and never more than was asked for. */
function expectSurvivesDamage(unpack: Unpack, packed: Uint8Array, length: number): void {
  const source = new RandomSource(12);
  for (let i = 0; i < 300; i++) {
    const damaged = packed.slice(0, source.isOnceIn(4) ? source.below(packed.length) : packed.length);
    for (let n = source.below(4); n > 0 && damaged.length > 0; n--) damaged[source.below(Math.min(damaged.length, 200))] = source.below(256);
    try {
      expect(unpack(damaged, length).length).toBeLessThanOrEqual(length);
    } catch (error) {
      expect(error).toBeInstanceOf(Error);
    }
  }
}

const PROGRAMS: readonly (readonly [string, string, readonly (readonly string[])[], Unpack])[] = [
  ['bzip2', 'bzip2', [['-1'], ['-9']], unpackBzip2],
  ['xz', 'xz', [['-0'], ['-6'], ['-6', '--lzma2=lc=0,lp=2,pb=0'], ['--block-size=65536', '--check=crc64', '-T1']], unpackXz],
];

describe.each(PROGRAMS)('%s', (name, program, flagSets, unpack) => {
  const isThere = spawnSync(program, ['--version'], { input: '' }).status === 0;
  describe.skipIf(!isThere)(`what ${program} packs${isThere ? '' : ` (${program} is not there)`}`, () => {
    it.each(INPUTS)('%s', (_, input) => {
      for (const flags of flagSets) {
        const packed = packBy(program, flags, input);
        expect(Buffer.compare(unpack(packed, input.length), input)).toBe(0);
        const less = Math.floor(input.length / 3);
        expect(Buffer.compare(unpack(packed, less), input.subarray(0, less)), 'no more than is wanted').toBe(0);
        if (input.length > 0) expect(unpack(packed, input.length + 1000).length, 'no more than there is').toBe(input.length);
      }
    });

    it('survives damage', () => expectSurvivesDamage(unpack, packBy(program, flagSets[0]!, text.subarray(0, 5000)), 5000));
  });

  it('refuses what is none', () => {
    expect(() => unpack(Buffer.from(`${name} it is not, whatever it says`), 10)).toThrow(Error);
  });
});

it('bzip2: several streams, and a checksum that does not hold', () => {
  // What bzip2 makes of "hello".
  const hello = Buffer.from('QlpoOTFBWSZTWRkxZT0AAACBAAJEoAAhmmgzTQczi7kinChIDJiynoA=', 'base64');
  expect(Buffer.from(unpackBzip2(Buffer.concat([hello, hello]), 100)).toString()).toBe('hellohello');
  hello[10]! ^= 1;
  expect(() => unpackBzip2(hello, 5)).toThrow(/checksum/);
});

describe('ADC', () => {
  it('has literals, near and far copies', () => {
    // Four literals; two-byte copy of 3 from 4 before; three-byte copy of 6 from 1 before, which repeats.
    const packed = Uint8Array.of(0x83, 1, 2, 3, 4, 0x00, 0x03, 0x42, 0x00, 0x00);
    expect([...unpackAdc(packed, 100)]).toEqual([1, 2, 3, 4, 1, 2, 3, 3, 3, 3, 3, 3, 3]);
    expect([...unpackAdc(packed, 5)]).toEqual([1, 2, 3, 4, 1]);
  });

  it('does not copy from before the beginning', () => {
    expect(() => unpackAdc(Uint8Array.of(0x80, 1, 0x00, 0x05), 100)).toThrow(/before/);
    expectSurvivesDamage(unpackAdc, Uint8Array.of(0x83, 1, 2, 3, 4, 0x00, 0x03, 0x42, 0x00, 0x00), 100);
  });
});

describe('LZFSE', () => {
  const END = [0x62, 0x76, 0x78, 0x24];
  const word = (value: number): number[] => [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, value >>> 24];
  const lzvn = (rawBytes: number, payload: readonly number[]): Uint8Array => Uint8Array.from([0x62, 0x76, 0x78, 0x6e, ...word(rawBytes), ...word(payload.length), ...payload, ...END]);

  it('has blocks that are not compressed', () => {
    expect([...unpackLzfse(Uint8Array.from([0x62, 0x76, 0x78, 0x2d, ...word(3), 7, 8, 9, 0x62, 0x76, 0x78, 0x2d, ...word(1), 5, ...END]), 4)]).toEqual([7, 8, 9, 5]);
  });

  it('has LZVN, with each kind of opcode', () => {
    const payload = [
      0xe3, 1, 2, 3, // three literals
      0x40 | (1 << 3) | 0, 3, 4, // one literal, four bytes from 3 before
      0x06 | (2 << 6), 5, 6, // two literals, three bytes from as far
      0xa0 | (1 << 3) | 1, (2 << 2) | 1, 0, 9, // one literal, 8 bytes from 2 before
      0x07 | (1 << 6), 10, 0, 8, // one literal, three bytes from 10 before
      0xf2, // two more
      0x0e, // nothing
      0xe0, 0, ...Array.from({ length: 16 }, (_, i) => 100 + i), // 16 literals
      0xf0, 1, // 17 more
      0x06, 0, 0, 0, 0, 0, 0, 0,
    ];
    const expected = [1, 2, 3, 4];
    const copy = (count: number, distance: number): void => {
      for (let i = 0; i < count; i++) expected.push(expected[expected.length - distance]!);
    };
    copy(4, 3);
    expected.push(5, 6);
    copy(3, 3);
    expected.push(9);
    copy(8, 2);
    expected.push(8);
    copy(3, 10);
    copy(2, 10);
    expected.push(...Array.from({ length: 16 }, (_, i) => 100 + i));
    copy(17, 10);
    expect([...unpackLzfse(lzvn(expected.length, payload), expected.length)]).toEqual(expected);
    expectSurvivesDamage(unpackLzfse, lzvn(expected.length, payload), expected.length);
  });

  it('has entropy-coded blocks', () => {
    const literals = text.subarray(0, 2000);
    const { packed, expected } = encodeBlock(literals, [[700, 20, 5], [300, 400, 400], [1000, 3, 1700]]);
    expect(Buffer.compare(unpackLzfse(Buffer.concat([packed, Buffer.from(END)]), expected.length), expected)).toBe(0);
    expectSurvivesDamage(unpackLzfse, packed, expected.length);
  });
});

interface Coder {
  readonly states: number;
  readonly frequencies: readonly number[];
  /** By state: symbol, bits, what is added to them. */
  readonly table: readonly (readonly [symbol: number, bits: number, base: number])[];
}

/** Equal shares for all symbols in use; each symbol's states take up the whole range of states that may come after. */
function makeCoder(states: number, alphabet: number, used: ReadonlySet<number>): Coder {
  const share = Math.floor(states / used.size);
  const frequencies = Array.from({ length: alphabet }, (_, symbol) => (used.has(symbol) ? share : 0));
  frequencies[[...used][0]!]! += states - share * used.size;
  const table: [number, number, number][] = [];
  frequencies.forEach((frequency, symbol) => {
    if (frequency === 0) return;
    const least = Math.floor(Math.log2(states / frequency));
    const isPower = 2 ** least * frequency === states;
    const large = isPower ? frequency : (states >> least) - frequency;
    for (let i = 0; i < frequency; i++) {
      // The first ones take one bit more and come after the others' stretches.
      const bits = isPower ? least : i < large ? least + 1 : least;
      const base = isPower ? i << least : i < large ? ((frequency + i) << (least + 1)) - states : (i - large) << least;
      table.push([symbol, bits, base]);
    }
  });
  return { states, frequencies, table };
}

class BitWriter {
  #bits = '';

  write(value: number, count: number): void {
    if (count > 0) this.#bits = value.toString(2).padStart(count, '0') + this.#bits;
  }

  /** The first byte has the first bits, lowest first. */
  finish(): { bytes: Buffer; unused: number } {
    const unused = (8 - (this.#bits.length % 8)) % 8;
    const bits = '0'.repeat(unused) + this.#bits;
    return { bytes: Buffer.from(Array.from({ length: bits.length / 8 }, (_, i) => Number.parseInt(bits.slice(i * 8, i * 8 + 8), 2)).toReversed()), unused };
  }
}

/** Which state gives `symbol` and goes on to `next`: and the bits that do it. */
function step({ table }: Coder, symbol: number, next: number): { state: number; bits: number; value: number } {
  const state = table.findIndex(([candidate, bits, base]) => candidate === symbol && next >= base && next < base + 2 ** bits);
  if (state < 0) throw new Error(`no state for ${symbol} before ${next}`);
  return { state, bits: table[state]![1], value: next - table[state]![2] };
}

/** A block ("bvx2") of matches [literals before it, length, distance], written here from the format's description alone, to judge the decoder by. */
function encodeBlock(literals: Uint8Array, matches: readonly (readonly [number, number, number])[]): { packed: Buffer; expected: Buffer } {
  const extra = { l: [...new Array<number>(16).fill(0), 2, 3, 5, 8], m: [...new Array<number>(16).fill(0), 3, 5, 8, 11], d: Array.from({ length: 64 }, (_, i) => i >> 2) };
  const split = (bits: readonly number[], value: number): { symbol: number; bits: number; rest: number } => {
    let base = 0;
    for (let symbol = 0; symbol < bits.length; base += 2 ** bits[symbol++]!) if (value < base + 2 ** bits[symbol]!) return { symbol, bits: bits[symbol]!, rest: value - base };
    throw new Error(`${value} is too large`);
  };
  // More literals than a symbol holds go in several matches of no length.
  const parts = matches.flatMap(([count, length, distance]) => {
    const list: [number, number, number][] = [];
    for (let left = count; left > 300; left -= 300) list.push([300, 0, distance]);
    return [...list, [count - list.length * 300, length, distance] as [number, number, number]];
  });
  const values = parts.map(([count, length, distance]) => ({ l: split(extra.l, count), m: split(extra.m, length), d: split(extra.d, distance) }));
  const coders = {
    l: makeCoder(64, 20, new Set(values.map(({ l }) => l.symbol))), m: makeCoder(64, 20, new Set(values.map(({ m }) => m.symbol))),
    d: makeCoder(256, 64, new Set(values.map(({ d }) => d.symbol))), literal: makeCoder(1024, 256, new Set(literals)),
  };
  const matchBits = new BitWriter();
  const state = { l: 0, m: 0, d: 0 };
  for (const value of values.toReversed()) {
    for (const kind of ['d', 'm', 'l'] as const) {
      const { symbol, bits, rest } = value[kind];
      const found = step(coders[kind], symbol, state[kind]);
      matchBits.write(rest, bits);
      matchBits.write(found.value, found.bits);
      state[kind] = found.state;
    }
  }
  const literalBits = new BitWriter();
  const literalStates = [0, 0, 0, 0];
  for (let i = literals.length - 1; i >= 0; i--) {
    const found = step(coders.literal, literals[i]!, literalStates[i & 3]!);
    literalBits.write(found.value, found.bits);
    literalStates[i & 3] = found.state;
  }
  const frequencies = new FrequencyWriter();
  for (const { frequencies: all } of [coders.l, coders.m, coders.d, coders.literal]) for (const frequency of all) frequencies.write(frequency);
  const tables = frequencies.finish(), literalPart = literalBits.finish(), matchPart = matchBits.finish();
  const expected: number[] = [];
  let taken = 0;
  for (const [count, length, distance] of parts) {
    expected.push(...literals.subarray(taken, taken + count));
    taken += count;
    for (let i = 0; i < length; i++) expected.push(expected[expected.length - distance]!);
  }
  const head = Buffer.alloc(32);
  head.write('bvx2', 'latin1');
  head.writeUInt32LE(expected.length, 4);
  const pack = (...fields: (readonly [number, number])[]): bigint => fields.reduce((sum, [value, shift]) => sum | (BigInt(value) << BigInt(shift)), 0n);
  head.writeBigUInt64LE(pack([literals.length, 0], [literalPart.bytes.length, 20], [values.length, 40], [7 - literalPart.unused, 60]), 8);
  head.writeBigUInt64LE(pack(...literalStates.map((value, i) => [value, i * 10] as const), [matchPart.bytes.length, 40], [7 - matchPart.unused, 60]), 16);
  head.writeBigUInt64LE(pack([32 + tables.length, 0], [state.l, 32], [state.m, 42], [state.d, 52]), 24);
  return { packed: Buffer.concat([head, tables, literalPart.bytes, matchPart.bytes]), expected: Buffer.from(expected) };
}

/** Frequencies have codes of 2, 3 and 5 bits up to 7, and 8 and 14 with the rest of the number in them; the lowest bits come first. */
class FrequencyWriter {
  #bits = '';

  write(frequency: number): void {
    const short = ['00', '10', '01', '101', '00011', '01011', '10011', '11011'][frequency];
    const code = short ?? (frequency < 24 ? (frequency - 8).toString(2).padStart(4, '0') + '0111' : (frequency - 24).toString(2).padStart(10, '0') + '1111');
    this.#bits = code + this.#bits;
  }

  finish(): Buffer {
    const bits = this.#bits.padStart(Math.ceil(this.#bits.length / 8) * 8, '0');
    return Buffer.from(Array.from({ length: bits.length / 8 }, (_, i) => Number.parseInt(bits.slice(i * 8, i * 8 + 8), 2)).toReversed());
  }
}
