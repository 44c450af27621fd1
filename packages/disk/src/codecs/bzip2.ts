/** bzip2: blocks of Huffman-coded, moved-to-front, sorted bytes, with runs before and after. Each block's checksum is looked at. */

const BLOCK_MAGIC = 0x3141_5926_5359;
const END_MAGIC = 0x1772_4538_5090;
const MOST_CODE_BITS = 20;
const SHORT_BITS = 10;
const GROUP_SYMBOLS = 50;
const MOST_SELECTORS = 18_002;

/** CRC-32 with the most significant bit first. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit++) value = value < 0 ? (value << 1) ^ 0x04c1_1db7 : value << 1;
  return value;
});

class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #bits = 0;
  #count = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Up to 24 bits, the most significant first. */
  read(count: number): number {
    while (this.#count < count) {
      if (this.#at >= this.#bytes.length) throw new Error('it ends early');
      this.#bits = ((this.#bits << 8) | this.#bytes[this.#at++]!) >>> 0;
      this.#count += 8;
    }
    this.#count -= count;
    const value = this.#bits >>> this.#count;
    this.#bits &= (1 << this.#count) - 1;
    return value;
  }

  /** The next `MOST_CODE_BITS` bits, zeros where there are none. */
  peek(): number {
    while (this.#count < MOST_CODE_BITS) {
      this.#bits = ((this.#bits << 8) | (this.#bytes[this.#at] ?? 0)) >>> 0;
      this.#at++;
      this.#count += 8;
    }
    return this.#bits >>> (this.#count - MOST_CODE_BITS);
  }

  skip(count: number): void {
    this.#count -= count;
    this.#bits &= (1 << this.#count) - 1;
    if (this.#at - (this.#count >> 3) > this.#bytes.length) throw new Error('it ends early');
  }

  read32(): number {
    return this.read(16) * 0x1_0000 + this.read(16);
  }

  read48(): number {
    return this.read(24) * 0x100_0000 + this.read(24);
  }

  /** To the next byte. */
  align(): void {
    this.#at -= this.#count >> 3;
    this.#bits = 0;
    this.#count = 0;
  }

  get isAtEnd(): boolean {
    return this.#at + 10 > this.#bytes.length;
  }
}

/**
 * Of one stream or several, one after the other.
 * @returns at most `length` bytes
 * @throws Error where it is damaged
 */
export function unpackBzip2(packed: Uint8Array, length: number): Uint8Array {
  const bits = new BitReader(packed);
  const out = new Uint8Array(length);
  let done = 0;
  let sorted: Uint32Array | undefined;
  while (done < length) {
    if (bits.read(24) !== 0x42_5a68) throw new Error('it does not begin with BZh');
    const level = bits.read(8) - 0x30;
    if (level < 1 || level > 9) throw new Error(`its block size is ${level}`);
    if (sorted === undefined || sorted.length < level * 100_000) sorted = new Uint32Array(level * 100_000);
    for (let magic = bits.read48(); magic !== END_MAGIC; magic = bits.read48()) {
      if (magic !== BLOCK_MAGIC) throw new Error('a block has no beginning');
      const checksum = bits.read32();
      if (bits.read(1) === 1) throw new Error('a block is randomised, which bzip2 has not done since 1997');
      const origin = bits.read(24);
      const count = readBlock(bits, sorted.subarray(0, level * 100_000));
      if (origin >= count) throw new Error(`a block of ${count} bytes begins at ${origin}`);
      done = writeBlock(sorted, count, origin, out, done, checksum);
      if (done >= length) return out;
    }
    bits.read32();
    bits.align();
    if (bits.isAtEnd) break;
  }
  return out.subarray(0, done);
}

interface Code {
  /** By length: the first code that is longer, and what to add to a code for its place in `symbols`. */
  readonly limits: Int32Array;
  readonly offsets: Int32Array;
  readonly symbols: Uint16Array;
  /** By the next `SHORT_BITS` bits: the symbol and, in the lowest five bits, its length; 0 for longer codes. */
  readonly short: Uint16Array;
}

function makeCode(lengths: Uint8Array): Code {
  const limits = new Int32Array(MOST_CODE_BITS + 1).fill(-1), offsets = new Int32Array(MOST_CODE_BITS + 1), symbols = new Uint16Array(lengths.length);
  const short = new Uint16Array(1 << SHORT_BITS);
  for (let bits = 1, code = 0, placed = 0; bits <= MOST_CODE_BITS; bits++, code <<= 1) {
    offsets[bits] = placed - code;
    for (let symbol = 0; symbol < lengths.length; symbol++) if (lengths[symbol] === bits) {
      symbols[placed++] = symbol;
      if (bits <= SHORT_BITS) short.fill((symbol << 5) | bits, code << (SHORT_BITS - bits), (code + 1) << (SHORT_BITS - bits));
      code++;
    }
    limits[bits] = code;
  }
  return { limits, offsets, symbols, short };
}

function readSymbol(bits: BitReader, { limits, offsets, symbols, short }: Code): number {
  const window = bits.peek();
  const entry = short[window >>> (MOST_CODE_BITS - SHORT_BITS)]!;
  if (entry !== 0) {
    bits.skip(entry & 31);
    return entry >> 5;
  }
  for (let length = SHORT_BITS + 1; length <= MOST_CODE_BITS; length++) {
    const code = window >>> (MOST_CODE_BITS - length);
    if (code >= limits[length]!) continue;
    const place = code + offsets[length]!;
    if (place < 0 || place >= symbols.length) break;
    bits.skip(length);
    return symbols[place]!;
  }
  throw new Error('a code that is none');
}

function readCodes(bits: BitReader, symbols: number, tables: number): Code[] {
  return Array.from({ length: tables }, () => {
    const lengths = new Uint8Array(symbols);
    let length = bits.read(5);
    for (let symbol = 0; symbol < symbols; symbol++) {
      for (;;) {
        if (length < 1 || length > MOST_CODE_BITS) throw new Error(`a code of ${length} bits`);
        if (bits.read(1) === 0) break;
        length += bits.read(1) === 0 ? 1 : -1;
      }
      lengths[symbol] = length;
    }
    return makeCode(lengths);
  });
}

function readBytesInUse(bits: BitReader): number[] {
  const groups = bits.read(16);
  const inUse: number[] = [];
  for (let group = 0; group < 16; group++) {
    if ((groups & (0x8000 >> group)) === 0) continue;
    const map = bits.read(16);
    for (let i = 0; i < 16; i++) if ((map & (0x8000 >> i)) !== 0) inUse.push(group * 16 + i);
  }
  if (inUse.length === 0) throw new Error('a block uses no byte');
  return inUse;
}

function readSelectors(bits: BitReader, tables: number): Uint8Array {
  const count = bits.read(15);
  if (count === 0) throw new Error('a block has no selectors');
  const order = Array.from({ length: tables }, (_, i) => i);
  const selectors = new Uint8Array(Math.min(count, MOST_SELECTORS));
  for (let i = 0; i < count; i++) {
    let place = 0;
    while (bits.read(1) === 1) if (++place >= tables) throw new Error('a selector that is none');
    const [table] = order.splice(place, 1);
    order.unshift(table!);
    // bzip2 itself passes over those that no block can need.
    if (i < MOST_SELECTORS) selectors[i] = table!;
  }
  return selectors;
}

/** Fills `sorted` with the last column of the sorted rotations. @returns how many there are */
function readBlock(bits: BitReader, sorted: Uint32Array): number {
  const front = Uint8Array.from(readBytesInUse(bits));
  const tables = bits.read(3);
  if (tables < 2 || tables > 6) throw new Error(`a block has ${tables} tables`);
  const selectors = readSelectors(bits, tables);
  const end = front.length + 1;
  const codes = readCodes(bits, front.length + 2, tables);
  let count = 0, run = 0, runBit = 1;
  const flushRun = (): void => {
    if (count + run > sorted.length) throw new Error('a block is longer than it may be');
    sorted.fill(front[0]!, count, count + run);
    count += run;
    run = 0;
    runBit = 1;
  };
  for (let group = 0; ; group++) {
    if (group >= selectors.length) throw new Error('a block has too few selectors');
    const code = codes[selectors[group]!]!;
    for (let i = 0; i < GROUP_SYMBOLS; i++) {
      const symbol = readSymbol(bits, code);
      if (symbol <= 1) {
        if (run > sorted.length) throw new Error('a run is longer than its block');
        run += runBit << symbol;
        runBit <<= 1;
        continue;
      }
      flushRun();
      if (symbol === end) return count;
      const byte = front[symbol - 1]!;
      for (let place = symbol - 1; place > 0; place--) front[place] = front[place - 1]!;
      front[0] = byte;
      if (count >= sorted.length) throw new Error('a block is longer than it may be');
      sorted[count++] = byte;
    }
  }
}

/** Undoes the sorting, and the runs of four and more. @returns the end of what is in `out` */
function writeBlock(sorted: Uint32Array, count: number, origin: number, out: Uint8Array, start: number, checksum: number): number {
  const starts = new Uint32Array(257);
  for (let i = 0; i < count; i++) starts[(sorted[i]! & 0xff) + 1]!++;
  for (let byte = 0; byte < 256; byte++) starts[byte + 1]! += starts[byte]!;
  for (let i = 0; i < count; i++) sorted[starts[sorted[i]! & 0xff]!++]! |= i << 8;
  let at = sorted[origin]! >>> 8;
  let done = start, crc = -1, last = -1, repeats = 0;
  for (let i = 0; i < count; i++) {
    const entry = sorted[at]!;
    const byte = entry & 0xff;
    at = entry >>> 8;
    let times = 1;
    if (repeats === 4) {
      times = byte;
      repeats = 0;
    } else {
      repeats = byte === last ? repeats + 1 : 1;
      last = byte;
    }
    for (; times > 0; times--) {
      crc = (crc << 8) ^ CRC_TABLE[(crc >>> 24) ^ last]!;
      if (done < out.length) out[done] = last;
      done++;
    }
    if (repeats === 0) last = -1;
  }
  if (~crc >>> 0 !== checksum) throw new Error('the checksum of a block does not hold');
  return Math.min(done, out.length);
}
