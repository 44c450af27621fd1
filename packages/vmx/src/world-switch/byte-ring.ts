/**
 * A lock-free byte queue between two threads: one producer, one consumer, in a SharedArrayBuffer.
 *
 * Reference: the single-producer single-consumer ring of L. Lamport, "Proving the Correctness of Multiprocess Programs", 1977.
 * Layout: Int32 word 0 = bytes ever taken (written by the consumer), word 1 = bytes ever put (written by the producer), both
 * modulo 2^32; then the data, a power of two of bytes. Data is written plainly and published by the Atomics.store of the
 * count that follows it, which orders both threads. Neither side blocks; waiting is the business of the control block.
 */

const TAKEN = 0;
const PUT = 1;
const HEADER_BYTES = 8;

export class ByteRing {
  readonly capacityBytes: number;
  readonly #counts: Int32Array;
  readonly #data: Uint8Array;
  readonly #mask: number;

  /** Both sides construct one over the same place. `capacityBytes` is a power of two. */
  constructor(shared: SharedArrayBuffer, offset: number, capacityBytes: number) {
    if (capacityBytes < 2 || (capacityBytes & (capacityBytes - 1)) !== 0) throw new RangeError(`ring capacity ${capacityBytes} is not a power of two`);
    this.capacityBytes = capacityBytes;
    this.#counts = new Int32Array(shared, offset, 2);
    this.#data = new Uint8Array(shared, offset + HEADER_BYTES, capacityBytes);
    this.#mask = capacityBytes - 1;
  }

  /** Bytes of shared memory that a ring of this capacity takes; a multiple of 8 keeps the next ring aligned. */
  static sharedBytes(capacityBytes: number): number {
    return HEADER_BYTES + Math.max(capacityBytes, 8);
  }

  /** Bytes that wait to be read. */
  get length(): number {
    return (Atomics.load(this.#counts, PUT) - Atomics.load(this.#counts, TAKEN)) >>> 0;
  }

  get freeBytes(): number {
    return this.capacityBytes - this.length;
  }

  /** Producer: appends one byte; false when the ring is full. */
  writeByte(byte: number): boolean {
    const put = Atomics.load(this.#counts, PUT);
    if (((put - Atomics.load(this.#counts, TAKEN)) >>> 0) === this.capacityBytes) return false;
    this.#data[put & this.#mask] = byte;
    Atomics.store(this.#counts, PUT, (put + 1) | 0);
    return true;
  }

  /** Producer: appends as much of `bytes` as fits and returns how many that were. */
  write(bytes: Uint8Array): number {
    const put = Atomics.load(this.#counts, PUT);
    const free = this.capacityBytes - ((put - Atomics.load(this.#counts, TAKEN)) >>> 0);
    const count = Math.min(free, bytes.length);
    const at = put & this.#mask;
    const untilWrap = Math.min(count, this.capacityBytes - at);
    this.#data.set(bytes.subarray(0, untilWrap), at);
    this.#data.set(bytes.subarray(untilWrap, count), 0);
    Atomics.store(this.#counts, PUT, (put + count) | 0);
    return count;
  }

  /** Consumer: copies up to `into.length` waiting bytes without taking them, and returns how many. */
  peek(into: Uint8Array): number {
    const taken = Atomics.load(this.#counts, TAKEN);
    const waiting = (Atomics.load(this.#counts, PUT) - taken) >>> 0;
    const count = Math.min(waiting, into.length);
    const at = taken & this.#mask;
    const untilWrap = Math.min(count, this.capacityBytes - at);
    into.set(this.#data.subarray(at, at + untilWrap), 0);
    into.set(this.#data.subarray(0, count - untilWrap), untilWrap);
    return count;
  }

  /** Consumer: takes `count` bytes that peek() has shown. */
  skip(count: number): void {
    Atomics.store(this.#counts, TAKEN, (Atomics.load(this.#counts, TAKEN) + count) | 0);
  }

  /** Consumer: takes up to `into.length` bytes and returns how many. */
  read(into: Uint8Array): number {
    const count = this.peek(into);
    this.skip(count);
    return count;
  }
}
