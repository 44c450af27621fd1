/**
 * xz (LZMA2), as in Apple's ULMO images: blocks of chunks that are range-coded or stored. The checks of the container are passed over: the images have their own.
 *
 * Missing: filters before LZMA2 (branch converters, delta): they are refused.
 */

const XZ_MAGIC = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00];
const LZMA2_FILTER = 0x21;
/** By the type of check in the stream's flags: its bytes. */
const CHECK_BYTES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];

/** @returns at most `length` bytes. @throws Error where it is damaged */
export function unpackXz(packed: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  if (XZ_MAGIC.some((byte, i) => packed[i] !== byte)) throw new Error('it does not begin as xz');
  const checkBytes = CHECK_BYTES[packed[7]! & 0xf]!;
  let at = 12, done = 0;
  while (done < length && packed[at] !== 0) {
    if (at >= packed.length) throw new Error('it ends early');
    at = blockStart(packed, at);
    const decoder = new Lzma2Decoder(packed, at, out, done);
    decoder.run();
    done = decoder.done;
    at = Math.ceil(decoder.at / 4) * 4 + checkBytes;
  }
  return out.subarray(0, done);
}

/** Looks at a block's header. @returns where its data begins */
function blockStart(packed: Uint8Array, start: number): number {
  const end = start + (packed[start]! + 1) * 4;
  const flags = packed[start + 1]!;
  let at = start + 2;
  const number = (): number => {
    let value = 0;
    for (let i = 0; i < 9; i++) {
      const byte = packed[at++] ?? 0;
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    throw new Error('a number of a block header is too long');
  };
  if ((flags & 0x40) !== 0) number();
  if ((flags & 0x80) !== 0) number();
  if ((flags & 3) !== 0 || number() !== LZMA2_FILTER) throw new Error('a block has filters other than LZMA2');
  return end;
}

const STATES = 12, POSITION_STATES = 16, LEAST_MATCH = 2;
const TOP = 2 ** 24, PROBABILITY_BITS = 11, MOVE_BITS = 5;
const EVEN = 1 << (PROBABILITY_BITS - 1);

const evenOdds = (count: number): Uint16Array => new Uint16Array(count).fill(EVEN);

class LengthOdds {
  readonly choice = evenOdds(2);
  readonly low = evenOdds(POSITION_STATES * 8);
  readonly middle = evenOdds(POSITION_STATES * 8);
  readonly high = evenOdds(256);

  reset(): void {
    for (const odds of [this.choice, this.low, this.middle, this.high]) odds.fill(EVEN);
  }
}

class Lzma2Decoder {
  readonly #packed: Uint8Array;
  readonly #out: Uint8Array;
  /** Where in the packed data. */
  at: number;
  /** Bytes in the output. */
  done: number;
  /** Where the dictionary begins. */
  #start: number;
  #range = 0;
  #code = 0;
  #state = 0;
  readonly #distances = new Uint32Array(4);
  #literalContextBits = 0;
  #literalPositionMask = 0;
  #positionMask = 0;
  #literal: Uint16Array = evenOdds(0);
  readonly #isMatch = evenOdds(STATES * POSITION_STATES);
  readonly #isRepeat = evenOdds(STATES);
  readonly #isNotNewest = evenOdds(STATES);
  readonly #isNotSecond = evenOdds(STATES);
  readonly #isNotThird = evenOdds(STATES);
  readonly #isLong = evenOdds(STATES * POSITION_STATES);
  readonly #slots = evenOdds(4 * 64);
  readonly #special = evenOdds(128);
  readonly #align = evenOdds(16);
  readonly #matchLength = new LengthOdds();
  readonly #repeatLength = new LengthOdds();

  constructor(packed: Uint8Array, at: number, out: Uint8Array, done: number) {
    this.#packed = packed;
    this.#out = out;
    this.at = at;
    this.done = done;
    this.#start = done;
  }

  #byte(): number {
    if (this.at >= this.#packed.length) throw new Error('it ends early');
    return this.#packed[this.at++]!;
  }

  #word(): number {
    return (this.#byte() << 8) | this.#byte();
  }

  /** Chunks up to the end, or until the output is full. */
  run(): void {
    let hasProperties = false;
    for (let control = this.#byte(); control !== 0; control = this.#byte()) {
      if (control === 1) this.#start = this.done;
      if (control < 0x80) {
        if (control > 2) throw new Error(`a chunk begins with ${control}`);
        const count = this.#word() + 1;
        if (this.at + count > this.#packed.length) throw new Error('it ends early');
        const taken = Math.min(count, this.#out.length - this.done);
        this.#out.set(this.#packed.subarray(this.at, this.at + taken), this.done);
        this.at += count;
        this.done += taken;
      } else {
        const count = ((control & 0x1f) << 16) + this.#word() + 1;
        const end = this.#word() + 1;
        const reset = (control >> 5) & 3;
        if (reset === 3) this.#start = this.done;
        if (reset >= 2) {
          this.#setProperties(this.#byte());
          hasProperties = true;
        }
        if (!hasProperties) throw new Error('a chunk has no properties');
        if (reset >= 1) this.#resetState();
        const stop = this.at + end;
        this.#unpackChunk(Math.min(this.#out.length, this.done + count));
        if (this.done < this.#out.length && this.at > stop) throw new Error('a chunk is longer than it says');
        this.at = stop;
      }
      if (this.done >= this.#out.length) return;
    }
  }

  #setProperties(byte: number): void {
    const literalContextBits = byte % 9, literalPositionBits = Math.floor(byte / 9) % 5, positionBits = Math.floor(byte / 45);
    if (positionBits > 4 || literalContextBits + literalPositionBits > 4) throw new Error(`its properties are ${byte}`);
    this.#literalContextBits = literalContextBits;
    this.#literalPositionMask = (1 << literalPositionBits) - 1;
    this.#positionMask = (1 << positionBits) - 1;
    this.#literal = evenOdds(0x300 << (literalContextBits + literalPositionBits));
  }

  #resetState(): void {
    this.#state = 0;
    this.#distances.fill(0);
    for (const odds of [this.#literal, this.#isMatch, this.#isRepeat, this.#isNotNewest, this.#isNotSecond, this.#isNotThird, this.#isLong, this.#slots, this.#special, this.#align]) odds.fill(EVEN);
    this.#matchLength.reset();
    this.#repeatLength.reset();
  }

  #bit(odds: Uint16Array, place: number): number {
    const odd = odds[place]!;
    const bound = (this.#range >>> PROBABILITY_BITS) * odd;
    let bit = 0;
    if (this.#code < bound) {
      this.#range = bound;
      odds[place] = odd + (((1 << PROBABILITY_BITS) - odd) >> MOVE_BITS);
    } else {
      this.#range -= bound;
      this.#code -= bound;
      odds[place] = odd - (odd >> MOVE_BITS);
      bit = 1;
    }
    if (this.#range < TOP) this.#normalize();
    return bit;
  }

  #normalize(): void {
    this.#range = (this.#range << 8) >>> 0;
    this.#code = ((this.#code << 8) | this.#byte()) >>> 0;
  }

  #directBits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) {
      this.#range >>>= 1;
      const bit = this.#code >= this.#range ? 1 : 0;
      if (bit === 1) this.#code -= this.#range;
      value = value * 2 + bit;
      if (this.#range < TOP) this.#normalize();
    }
    return value;
  }

  #tree(odds: Uint16Array, start: number, bits: number): number {
    let symbol = 1;
    for (let i = 0; i < bits; i++) symbol = (symbol << 1) | this.#bit(odds, start + symbol);
    return symbol - (1 << bits);
  }

  #reverseTree(odds: Uint16Array, start: number, bits: number): number {
    let symbol = 1, value = 0;
    for (let i = 0; i < bits; i++) {
      const bit = this.#bit(odds, start + symbol);
      symbol = (symbol << 1) | bit;
      value |= bit << i;
    }
    return value;
  }

  #length(odds: LengthOdds, position: number): number {
    if (this.#bit(odds.choice, 0) === 0) return LEAST_MATCH + this.#tree(odds.low, position * 8, 3);
    if (this.#bit(odds.choice, 1) === 0) return LEAST_MATCH + 8 + this.#tree(odds.middle, position * 8, 3);
    return LEAST_MATCH + 16 + this.#tree(odds.high, 0, 8);
  }

  #unpackChunk(end: number): void {
    if (this.#byte() !== 0) throw new Error('a chunk does not begin with 0');
    this.#range = 0xffff_ffff;
    this.#code = 0;
    for (let i = 0; i < 4; i++) this.#code = ((this.#code << 8) | this.#byte()) >>> 0;
    while (this.done < end) {
      const position = (this.done - this.#start) & this.#positionMask;
      if (this.#bit(this.#isMatch, this.#state * POSITION_STATES + position) === 0) this.#takeLiteral();
      else if (this.#bit(this.#isRepeat, this.#state) === 0) this.#takeMatch(position, end);
      else this.#takeRepeat(position, end);
    }
  }

  #takeLiteral(): void {
    const out = this.#out;
    const before = this.done > this.#start ? out[this.done - 1]! : 0;
    const context = (((this.done - this.#start) & this.#literalPositionMask) << this.#literalContextBits) + (before >> (8 - this.#literalContextBits));
    const odds = this.#literal;
    const start = 0x300 * context;
    let symbol = 1;
    if (this.#state >= 7) {
      const distance = this.#distances[0]! + 1;
      if (distance > this.done - this.#start) throw new Error('a match before the beginning');
      for (let match = out[this.done - distance]!; symbol < 0x100; match = (match << 1) & 0xff) {
        const matchBit = match >> 7;
        const bit = this.#bit(odds, start + ((1 + matchBit) << 8) + symbol);
        symbol = (symbol << 1) | bit;
        if (bit !== matchBit) break;
      }
    }
    while (symbol < 0x100) symbol = (symbol << 1) | this.#bit(odds, start + symbol);
    out[this.done++] = symbol;
    this.#state = this.#state < 4 ? 0 : this.#state < 10 ? this.#state - 3 : this.#state - 6;
  }

  #takeMatch(position: number, end: number): void {
    const distances = this.#distances;
    distances[3] = distances[2]!;
    distances[2] = distances[1]!;
    distances[1] = distances[0]!;
    const length = this.#length(this.#matchLength, position);
    this.#state = this.#state < 7 ? 7 : 10;
    const slot = this.#tree(this.#slots, Math.min(length - LEAST_MATCH, 3) * 64, 6);
    if (slot < 4) distances[0] = slot;
    else {
      const bits = (slot >> 1) - 1;
      const base = (2 | (slot & 1)) * 2 ** bits;
      distances[0] = slot < 14 ? base + this.#reverseTree(this.#special, base - slot, bits) : base + this.#directBits(bits - 4) * 16 + this.#reverseTree(this.#align, 0, 4);
    }
    this.#copy(length, end);
  }

  #takeRepeat(position: number, end: number): void {
    const distances = this.#distances;
    if (this.#bit(this.#isNotNewest, this.#state) === 0) {
      if (this.#bit(this.#isLong, this.#state * POSITION_STATES + position) === 0) {
        this.#state = this.#state < 7 ? 9 : 11;
        this.#copy(1, end);
        return;
      }
    } else {
      const which = this.#bit(this.#isNotSecond, this.#state) === 0 ? 1 : this.#bit(this.#isNotThird, this.#state) === 0 ? 2 : 3;
      const distance = distances[which]!;
      for (let place = which; place > 0; place--) distances[place] = distances[place - 1]!;
      distances[0] = distance;
    }
    const length = this.#length(this.#repeatLength, position);
    this.#state = this.#state < 7 ? 8 : 11;
    this.#copy(length, end);
  }

  #copy(length: number, end: number): void {
    const distance = this.#distances[0]! + 1;
    if (distance > this.done - this.#start) throw new Error(`a match from ${distance} bytes before byte ${this.done}`);
    const out = this.#out;
    for (const stop = Math.min(end, this.done + length); this.done < stop; this.done++) out[this.done] = out[this.done - distance]!;
  }
}
