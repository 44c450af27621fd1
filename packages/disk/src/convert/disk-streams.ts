/** A disk's contents as streams, raw, from its first byte to its last; and a disk filled from one. */
import { Readable, Writable } from 'node:stream';
import type { Disk } from '../disk.ts';
import { DiskError } from '../errors.ts';
import { loadedChunks, throwIfAborted } from './loaded-chunks.ts';
import { nonZeroRanges } from './zero-runs.ts';

export interface DiskStreamOptions {
  readonly threads?: number;
  readonly signal?: AbortSignal;
}

/** The disk's bytes, in pieces of at most 1 MiB, each a copy of its own. The disk must not be written meanwhile, and is not closed. */
export async function* contentsOf(disk: Disk, options: DiskStreamOptions = {}): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for await (const { bytes } of loadedChunks(disk, { ...options, isComplete: true })) yield new Uint8Array(bytes);
}

/** As {@link contentsOf}, for Web streams. */
export function readableStreamOf(disk: Disk, options: DiskStreamOptions = {}): ReadableStream<Uint8Array<ArrayBuffer>> {
  return ReadableStream.from(contentsOf(disk, options)) as ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** As {@link contentsOf}, for Node.js' streams. */
export function readableOf(disk: Disk, options: DiskStreamOptions = {}): Readable {
  return Readable.from(contentsOf(disk, options), { objectMode: false });
}

export interface DiskWriterOptions {
  readonly signal?: AbortSignal;
  /** Zeros of this length in bytes are not written; 4096 when it is not given, 0: everything is. */
  readonly sparse?: number;
  /** The disk reads as zeros, so that none have to be written. */
  readonly targetIsZero?: boolean;
}

const UNIT_BYTES = 4096;
const BUFFER_BYTES = 1024 * 1024;

/**
 * Fills a disk from its first byte on with what comes in pieces of any size. What the pieces do not reach stays as it is.
 */
class SequentialWriter {
  readonly #disk: Disk;
  readonly #options: DiskWriterOptions;
  readonly #unitBytes: number;
  readonly #buffer: Uint8Array<ArrayBuffer>;
  #buffered = 0;
  /** Of the disk, before what is in the buffer. */
  #at = 0;

  constructor(disk: Disk, options: DiskWriterOptions = {}) {
    const { image } = disk;
    this.#disk = disk;
    this.#options = options;
    const block = image.put === undefined ? 512 : image.blockBytes;
    this.#unitBytes = Math.ceil((options.sparse ?? UNIT_BYTES) / block) * block || block;
    this.#buffer = new Uint8Array(Math.ceil(BUFFER_BYTES / this.#unitBytes) * this.#unitBytes);
  }

  /** Bytes that came. */
  get length(): number {
    return this.#at + this.#buffered;
  }

  /** @throws DiskError `DISK_OUT_OF_RANGE` where there is more than the disk takes */
  async write(bytes: Uint8Array): Promise<void> {
    if (this.length + bytes.length > this.#disk.size) {
      throw new DiskError({ code: 'DISK_OUT_OF_RANGE', kind: 'range', message: `more comes than a disk of ${this.#disk.size} bytes takes`, context: { path: this.#disk.image.store.name, op: 'write' } });
    }
    for (let done = 0; done < bytes.length;) {
      const count = Math.min(bytes.length - done, this.#buffer.length - this.#buffered);
      this.#buffer.set(bytes.subarray(done, done + count), this.#buffered);
      this.#buffered += count;
      done += count;
      if (this.#buffered === this.#buffer.length) await this.#empty();
    }
  }

  async #empty(): Promise<void> {
    throwIfAborted(this.#options.signal);
    const bytes = this.#buffer.subarray(0, this.#buffered);
    let end = 0;
    for (const range of this.#options.sparse === 0 ? [{ start: 0, end: bytes.length }] : nonZeroRanges(bytes, this.#unitBytes)) {
      await this.#zero(end, range.start);
      await this.#disk.write(this.#at + range.start, bytes.subarray(range.start, range.end));
      end = range.end;
    }
    await this.#zero(end, bytes.length);
    this.#at += this.#buffered;
    this.#buffered = 0;
  }

  async #zero(start: number, end: number): Promise<void> {
    if (end > start && this.#options.targetIsZero !== true) await this.#disk.zero(this.#at + start, end - start);
  }

  /** Writes what is left; flushes the disk. */
  async finish(): Promise<void> {
    await this.#empty();
    await this.#disk.flush();
  }
}

/** A Web stream whose pieces fill the disk from its first byte on. The disk is flushed at the end and not closed. */
export function writableStreamTo(disk: Disk, options: DiskWriterOptions = {}): WritableStream<Uint8Array> {
  const writer = new SequentialWriter(disk, options);
  return new WritableStream({ write: (bytes) => writer.write(bytes), close: () => writer.finish() });
}

/** The same for Node.js' streams. */
export function writableTo(disk: Disk, options: DiskWriterOptions = {}): Writable {
  const writer = new SequentialWriter(disk, options);
  const then = (work: Promise<void>, done: (error?: Error | null) => void): void => void work.then(() => done(), done);
  return new Writable({ write: (bytes: Uint8Array, _, done) => then(writer.write(bytes), done), final: (done) => then(writer.finish(), done) });
}
