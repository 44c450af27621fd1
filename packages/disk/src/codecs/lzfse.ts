/**
 * LZFSE, Apple's codec of finite state entropy: blocks that are compressed by it, by LZVN, or not at all, one after the other in one output.
 *
 * Missing: blocks whose frequencies are not compressed ("bvx1"), which Apple's encoder does not write.
 */
import { viewOf } from '../layout.ts';
import { unpackLzvn } from './lzvn.ts';

const END = 0x2478_7662, RAW = 0x2d78_7662, COMPRESSED_2 = 0x3278_7662, LZVN = 0x6e78_7662;

const L_SYMBOLS = 20, M_SYMBOLS = 20, D_SYMBOLS = 64, LITERAL_SYMBOLS = 256;
const L_STATES = 64, M_STATES = 64, D_STATES = 256, LITERAL_STATES = 1024;
const MOST_LITERALS = 40_000, MOST_MATCHES = 10_000;
/** Up to the frequencies. */
const HEADER_BYTES = 32;

const L_EXTRA_BITS = [...new Array<number>(16).fill(0), 2, 3, 5, 8];
const M_EXTRA_BITS = [...new Array<number>(16).fill(0), 3, 5, 8, 11];
const D_EXTRA_BITS = Array.from({ length: D_SYMBOLS }, (_, symbol) => symbol >> 2);

/** A symbol's values begin where those of the one before end. */
const basesOf = (extraBits: readonly number[]): number[] => {
  let base = 0;
  return extraBits.map((bits) => (base += 2 ** bits) - 2 ** bits);
};

/** @returns at most `length` bytes. @throws Error where it is damaged */
export function unpackLzfse(packed: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  const view = viewOf(packed);
  let done = 0;
  for (let at = 0; done < length;) {
    const magic = view.getUint32(at, true);
    if (magic === END) break;
    const rawBytes = view.getUint32(at + 4, true);
    if (magic === RAW) {
      const count = Math.min(rawBytes, length - done, packed.length - at - 8);
      out.set(packed.subarray(at + 8, at + 8 + count), done);
      done += count;
      at += 8 + rawBytes;
    } else if (magic === LZVN) {
      const payloadBytes = view.getUint32(at + 8, true);
      done = unpackLzvn(packed.subarray(at + 12, at + 12 + payloadBytes), out, done, Math.min(length, done + rawBytes));
      at += 12 + payloadBytes;
    } else if (magic === COMPRESSED_2) {
      const block = readBlock(packed, at);
      done = writeBlock(block, out, done, Math.min(length, done + rawBytes));
      at = block.end;
    } else throw new Error(`a block begins with 0x${magic.toString(16)}`);
  }
  return out.subarray(0, done);
}

interface Block {
  readonly literals: Uint8Array;
  readonly matches: number;
  readonly bits: BackwardBits;
  readonly states: readonly [number, number, number];
  readonly decoders: readonly [ValueDecoder, ValueDecoder, ValueDecoder];
  readonly end: number;
}

function readBlock(packed: Uint8Array, at: number): Block {
  const view = viewOf(packed);
  const word = (i: number): bigint => view.getBigUint64(at + 8 + i * 8, true);
  const field = (i: number, shift: number, bits: number): number => Number((word(i) >> BigInt(shift)) & ((1n << BigInt(bits)) - 1n));
  const literalCount = field(0, 0, 20), literalBytes = field(0, 20, 20), matches = field(0, 40, 20), literalBits = field(0, 60, 3) - 7;
  const literalStates = [field(1, 0, 10), field(1, 10, 10), field(1, 20, 10), field(1, 30, 10)];
  const matchBytes = field(1, 40, 20), matchBits = field(1, 60, 3) - 7;
  const headerBytes = field(2, 0, 32), states = [field(2, 32, 10), field(2, 42, 10), field(2, 52, 10)] as const;
  const end = at + headerBytes + literalBytes + matchBytes;
  if (literalCount > MOST_LITERALS || matches > MOST_MATCHES || headerBytes < HEADER_BYTES || end > packed.length) throw new Error('a block is larger than it may be');
  if (states[0] >= L_STATES || states[1] >= M_STATES || states[2] >= D_STATES) throw new Error('a state that is none');
  const frequencies = readFrequencies(packed.subarray(at + HEADER_BYTES, at + headerBytes));
  const [l, m, d, literal] = [frequencies.subarray(0, 20), frequencies.subarray(20, 40), frequencies.subarray(40, 104), frequencies.subarray(104)];
  const literalsEnd = at + headerBytes + literalBytes;
  return {
    literals: readLiterals(new BackwardBits(packed.subarray(at + headerBytes, literalsEnd), literalBits), literalStates, literalCount, makeTable(LITERAL_STATES, literal)),
    matches,
    bits: new BackwardBits(packed.subarray(literalsEnd, end), matchBits),
    states,
    decoders: [new ValueDecoder(makeTable(L_STATES, l), L_EXTRA_BITS), new ValueDecoder(makeTable(M_STATES, m), M_EXTRA_BITS), new ValueDecoder(makeTable(D_STATES, d), D_EXTRA_BITS)],
    end,
  };
}

function writeBlock({ literals, matches, bits, states: [l, m, d], decoders: [lengths, copies, distances] }: Block, out: Uint8Array, start: number, end: number): number {
  let done = start, literal = 0, distance = 0;
  lengths.state = l;
  copies.state = m;
  distances.state = d;
  for (let match = 0; match < matches; match++) {
    const literalCount = lengths.read(bits), copyCount = copies.read(bits), newDistance = distances.read(bits);
    if (newDistance !== 0) distance = newDistance;
    if (literal + literalCount > literals.length || done + literalCount + copyCount > end) throw new Error('a block gives more than it says');
    out.set(literals.subarray(literal, literal + literalCount), done);
    literal += literalCount;
    done += literalCount;
    if (copyCount > 0 && (distance === 0 || distance > done)) throw new Error(`a copy from ${distance} bytes before byte ${done}`);
    for (const stop = done + copyCount; done < stop; done++) out[done] = out[done - distance]!;
  }
  return done;
}

/** Bits that are read from the last to the first. */
class BackwardBits {
  readonly #bytes: Uint8Array;
  /** How many are left. */
  #left: number;

  /** @param adjustment minus the bits of the last byte that are not used */
  constructor(bytes: Uint8Array, adjustment: number) {
    this.#bytes = bytes;
    this.#left = bytes.length * 8 + adjustment;
  }

  /** At most 24. */
  read(count: number): number {
    this.#left -= count;
    if (this.#left < 0) throw new Error('it ends early');
    const first = this.#left >> 3;
    const bytes = this.#bytes;
    const word = bytes[first]! | ((bytes[first + 1] ?? 0) << 8) | ((bytes[first + 2] ?? 0) << 16) | ((bytes[first + 3] ?? 0) << 24);
    return (word >>> (this.#left & 7)) & ((1 << count) - 1);
  }
}

/** By state: the symbol, how many bits to take, and what to add to them for the next state. */
interface Table {
  readonly symbols: Uint8Array;
  readonly bits: Uint8Array;
  readonly deltas: Int32Array;
}

function makeTable(states: number, frequencies: Uint16Array): Table {
  const table: Table = { symbols: new Uint8Array(states), bits: new Uint8Array(states), deltas: new Int32Array(states) };
  let state = 0;
  frequencies.forEach((frequency, symbol) => {
    if (frequency === 0) return;
    if (state + frequency > states) throw new Error('frequencies are more than there are states');
    const bits = Math.clz32(frequency) - Math.clz32(states);
    const withMore = ((2 * states) >> bits) - frequency;
    for (let i = 0; i < frequency; i++, state++) {
      table.symbols[state] = symbol;
      table.bits[state] = i < withMore ? bits : bits - 1;
      table.deltas[state] = i < withMore ? ((frequency + i) << bits) - states : (i - withMore) << (bits - 1);
    }
  });
  return table;
}

class ValueDecoder {
  readonly #table: Table;
  readonly #extraBits: readonly number[];
  readonly #bases: readonly number[];
  state = 0;

  constructor(table: Table, extraBits: readonly number[]) {
    this.#table = table;
    this.#extraBits = extraBits;
    this.#bases = basesOf(extraBits);
  }

  read(bits: BackwardBits): number {
    const { symbols, bits: stateBits, deltas } = this.#table;
    const symbol = symbols[this.state]!, count = stateBits[this.state]!, delta = deltas[this.state]!;
    this.state = nextState(delta, bits.read(count), symbols.length);
    return this.#bases[symbol]! + bits.read(this.#extraBits[symbol]!);
  }
}

function nextState(delta: number, taken: number, states: number): number {
  const state = delta + taken;
  if (state < 0 || state >= states) throw new Error('a state that is none');
  return state;
}

/** Four streams of states take turns. */
function readLiterals(bits: BackwardBits, states: number[], count: number, { symbols, bits: stateBits, deltas }: Table): Uint8Array {
  const literals = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const state = states[i & 3]!;
    literals[i] = symbols[state]!;
    states[i & 3] = nextState(deltas[state]!, bits.read(stateBits[state]!), symbols.length);
  }
  return literals;
}

/** The short codes of frequencies, by their lowest five bits: 8 and 14 have the frequency after them. */
const FREQUENCY_BITS = [2, 3, 2, 5, 2, 3, 2, 8, 2, 3, 2, 5, 2, 3, 2, 14, 2, 3, 2, 5, 2, 3, 2, 8, 2, 3, 2, 5, 2, 3, 2, 14];
const FREQUENCY_VALUES = [0, 2, 1, 4, 0, 3, 1, -1, 0, 2, 1, 5, 0, 3, 1, -1, 0, 2, 1, 6, 0, 3, 1, -1, 0, 2, 1, 7, 0, 3, 1, -1];

function readFrequencies(bytes: Uint8Array): Uint16Array {
  const frequencies = new Uint16Array(L_SYMBOLS + M_SYMBOLS + D_SYMBOLS + LITERAL_SYMBOLS);
  if (bytes.length === 0) return frequencies;
  let at = 0, bits = 0, count = 0;
  for (let i = 0; i < frequencies.length; i++) {
    for (; count < 14 && at < bytes.length; count += 8) bits |= bytes[at++]! << count;
    const length = FREQUENCY_BITS[bits & 31]!;
    if (length > count) throw new Error('frequencies end early');
    frequencies[i] = length === 8 ? 8 + ((bits >> 4) & 0xf) : length === 14 ? 24 + ((bits >> 4) & 0x3ff) : FREQUENCY_VALUES[bits & 31]!;
    bits >>>= length;
    count -= length;
  }
  return frequencies;
}
