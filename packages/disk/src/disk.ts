/**
 * A virtual disk: an image and the images below it, read and written as one. What every format needs and none should write again is here: reading through a chain,
 * compressed blocks, copying a block before a part of it is changed, order among concurrent requests.
 */
import { unpack } from './codec.ts';
import { DiskError } from './errors.ts';
import type { Image, PackedBlock, Run } from './image.ts';
import { readBytes } from './store/store.ts';

/** What is at an address of a disk, through the chain. */
export interface Extent {
  readonly start: number;
  readonly length: number;
  /** `absent`: no layer has it, so it reads as zeros. */
  readonly kind: 'data' | 'zero' | 'absent';
  /** Which layer: 0 is the disk's own. */
  readonly depth: number;
  readonly isCompressed: boolean;
  /** Where in the layer's file, when it is there as it is. */
  readonly offset?: number;
  /** The file, when `offset` is given. */
  readonly file?: string;
  /** There is room for it in the file. */
  readonly isAllocated: boolean;
}

export interface DiskParts {
  readonly image: Image;
  readonly parent?: Disk;
  /** Called when the disk has been closed: locks, temporary files. */
  readonly onClose?: () => void | Promise<void>;
}

/** Unpacked blocks that are kept: small reads of a compressed block come one after the other. */
const UNPACKED_BYTES = 8 * 1024 * 1024;
/** A block of zeros is written as such; larger blocks by parts of this. */
const BUFFER_BYTES = 2 * 1024 * 1024;

export class Disk {
  readonly image: Image;
  readonly parent: Disk | undefined;
  readonly #onClose: DiskParts['onClose'];
  readonly #unpacked = new UnpackedBlocks();
  /** Writers follow one another, and wait for the readers before them; readers wait for writers only. */
  #lastWrite: Promise<void> | undefined;
  #readers = 0;
  #whenRead: (() => void) | undefined;
  #isClosed = false;

  constructor({ image, parent, onClose }: DiskParts) {
    this.image = image;
    this.parent = parent;
    this.#onClose = onClose;
  }

  get size(): number {
    return this.image.size;
  }

  get isWritable(): boolean {
    return this.image.isWritable;
  }

  /** Fills `into` with the disk's bytes from `at` on. */
  async read(at: number, into: Uint8Array): Promise<void> {
    this.#mustContain(at, into.length, 'read');
    while (this.#lastWrite !== undefined) await this.#lastWrite;
    this.#readers++;
    try {
      await this.#fill(at, into);
    } finally {
      if (--this.#readers === 0) this.#whenRead?.();
    }
  }

  async #fill(at: number, into: Uint8Array): Promise<void> {
    for (let done = 0; done < into.length;) {
      const found = this.image.locate(at + done, into.length - done);
      const run = found instanceof Promise ? await found : found;
      const piece = into.subarray(done, done + run.length);
      const filled = this.#fillRun(at + done, run, piece);
      if (filled instanceof Promise) await filled;
      done += run.length;
    }
  }

  #fillRun(at: number, run: Run, into: Uint8Array): void | Promise<void> {
    switch (run.kind) {
      case 'data': return run.store.read(run.offset, into);
      case 'packed': return this.#unpack(run.block).then((bytes) => into.set(bytes.subarray(run.skip, run.skip + run.length)));
      case 'zero': return void into.fill(0);
      case 'absent': return this.#readParent(at, into);
    }
  }

  #readParent(at: number, into: Uint8Array): void | Promise<void> {
    const there = this.parent === undefined ? 0 : Math.max(0, Math.min(into.length, this.parent.size - at));
    if (there < into.length) into.fill(0, there);
    if (there > 0) return this.parent!.read(at, into.subarray(0, there));
  }

  async #unpack(block: PackedBlock): Promise<Uint8Array> {
    const known = this.#unpacked.get(block);
    if (known !== undefined) return known;
    const packed = await readBytes(block.store, block.offset, block.packedLength);
    const bytes = await unpack(block.codec, packed, block.unpackedLength, { path: block.store.name, offset: block.offset });
    this.#unpacked.add(block, bytes);
    return bytes;
  }

  /** Writes all of `from` at `at`. */
  write(at: number, from: Uint8Array): Promise<void> {
    this.#mustContain(at, from.length, 'write');
    return this.change(async () => {
      await this.image.beforeChange?.(at, from.length);
      for (let done = 0; done < from.length;) {
        const found = this.image.locate(at + done, from.length - done);
        const run = found instanceof Promise ? await found : found;
        if (run.kind === 'data' && run.isShared !== true) {
          await run.store.write(run.offset, from.subarray(done, done + run.length));
          done += run.length;
        } else {
          done += await this.#writeBlock(at + done, from, done);
        }
      }
    });
  }

  /** Puts one block, of which `from` has a part; the rest stays what it is. @returns how many bytes of `from` it took */
  async #writeBlock(at: number, from: Uint8Array, done: number): Promise<number> {
    const { blockBytes } = this.image;
    const start = at - (at % blockBytes);
    const length = Math.min(blockBytes, this.size - start);
    const count = Math.min(start + length - at, from.length - done);
    if (count === length) {
      await this.#put(start, from.subarray(done, done + length));
    } else {
      const block = new Uint8Array(length);
      if (at > start) await this.#fill(start, block.subarray(0, at - start));
      if (at + count < start + length) await this.#fill(at + count, block.subarray(at + count - start));
      block.set(from.subarray(done, done + count), at - start);
      await this.#put(start, block);
    }
    return count;
  }

  async #put(at: number, bytes: Uint8Array): Promise<void> {
    if (this.image.put === undefined) throw this.#unsupported('write');
    await this.image.put(at, bytes);
  }

  /** Writes a block that is compressed already, by the image's `packing`; `at` is a multiple of its blocks. */
  writePacked(at: number, packed: Uint8Array): Promise<void> {
    return this.change(async () => {
      if (this.image.putPacked === undefined) throw this.#unsupported('write compressed');
      await this.image.beforeChange?.(at, Math.min(this.image.packing?.blockBytes ?? this.image.blockBytes, this.size - at));
      await this.image.putPacked(at, packed);
    });
  }

  /** Makes a stretch read as zeros. `keepRoom`: what is allocated stays so; else its room is given back. */
  zero(at: number, length: number, { keepRoom = false } = {}): Promise<void> {
    this.#mustContain(at, length, 'zero');
    return this.change(async () => {
      await this.image.beforeChange?.(at, length);
      const { blockBytes, putZero } = this.image;
      const end = at + length;
      const firstWhole = putZero === undefined ? end : Math.min(end, Math.ceil(at / blockBytes) * blockBytes);
      const lastWhole = end === this.size ? end : Math.max(firstWhole, end - (end % blockBytes));
      await this.#writeZeros(at, firstWhole);
      if (lastWhole > firstWhole) await this.image.putZero!(firstWhole, lastWhole - firstWhole, keepRoom);
      await this.#writeZeros(Math.max(firstWhole, lastWhole), end);
    });
  }

  async #writeZeros(start: number, end: number): Promise<void> {
    const zeros = new Uint8Array(Math.min(BUFFER_BYTES, Math.max(0, end - start)));
    for (let at = start; at < end;) {
      const run = await this.image.locate(at, Math.min(end - at, zeros.length));
      if (run.kind === 'data' && run.isShared !== true) await run.store.write(run.offset, zeros.subarray(0, run.length));
      // Nothing is there, and nothing below shows through: it reads as zeros already.
      else if (run.kind !== 'zero' && (run.kind !== 'absent' || (this.parent !== undefined && at < this.parent.size))) {
        at += await this.#writeBlock(at, zeros.subarray(0, Math.min(zeros.length, end - at)), 0);
        continue;
      }
      at += run.length;
    }
  }

  /** Gives back the room of whole blocks: they read as zeros, or, where a parent is, as zeros that hide it. */
  discard(at: number, length: number): Promise<void> {
    this.#mustContain(at, length, 'discard');
    const { blockBytes } = this.image;
    const start = Math.ceil(at / blockBytes) * blockBytes;
    const end = at + length === this.size ? this.size : Math.floor((at + length) / blockBytes) * blockBytes;
    return end <= start ? Promise.resolve() : this.change(async () => {
      await this.image.beforeChange?.(start, end - start);
      await this.image.putZero?.(start, end - start, false);
    });
  }

  /**
   * Changes the image with no other request under way; what changes it from outside (resize, snapshots, repair) goes through here as well.
   * @throws DiskError `DISK_READ_ONLY`
   */
  async change<T>(action: () => Promise<T>): Promise<T> {
    if (!this.isWritable) throw new DiskError({ code: 'DISK_READ_ONLY', kind: 'read-only', message: 'is open for reading only', context: { path: this.image.store.name } });
    while (this.#lastWrite !== undefined) await this.#lastWrite;
    let done!: () => void;
    this.#lastWrite = new Promise((resolve) => { done = resolve; });
    try {
      if (this.#readers > 0) await new Promise<void>((resolve) => { this.#whenRead = resolve; });
      this.#whenRead = undefined;
      const marked = this.image.beforeWrite?.();
      if (marked !== undefined) await marked;
      this.#unpacked.clear();
      return await action();
    } finally {
      this.#lastWrite = undefined;
      done();
    }
  }

  /** What is where, from `at` on, through the chain; neighbours of one kind are joined where they are neighbours in the file too. */
  async *extents(at = 0, length = this.size - at): AsyncGenerator<Extent> {
    this.#mustContain(at, length, 'map');
    let last: Extent | undefined;
    for await (const extent of this.#pieces(at, at + length, 0)) {
      const joined = last && join(last, extent);
      if (joined === undefined && last !== undefined) yield last;
      last = joined ?? extent;
    }
    if (last !== undefined) yield last;
  }

  async *#pieces(at: number, end: number, depth: number): AsyncGenerator<Extent> {
    for (let here = at; here < end;) {
      const run = await this.image.locate(here, end - here);
      const stop = here + run.length;
      if (run.kind === 'absent' && this.parent !== undefined && here < this.parent.size) {
        const middle = Math.min(stop, this.parent.size);
        yield* this.parent.#pieces(here, middle, depth + 1);
        if (stop > middle) yield { start: middle, length: stop - middle, kind: 'absent', depth, isCompressed: false, isAllocated: false };
      } else if (run.kind === 'data') {
        for (const part of await run.store.extents(run.offset, run.length)) {
          yield {
            start: here + part.start - run.offset, length: part.length, kind: part.isData ? 'data' : 'zero', depth, isCompressed: false, isAllocated: true, offset: part.start, file: run.store.name,
          };
        }
      } else {
        yield {
          start: here, length: run.length, kind: run.kind === 'packed' ? 'data' : run.kind, depth, isCompressed: run.kind === 'packed', isAllocated: run.kind === 'packed' || (run.kind === 'zero' && run.isAllocated === true),
        };
      }
      here = stop;
    }
  }

  async flush(): Promise<void> {
    while (this.#lastWrite !== undefined) await this.#lastWrite;
    if (this.isWritable) await this.image.flush();
  }

  /** Closes the chain. A second time does nothing. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    while (this.#lastWrite !== undefined) await this.#lastWrite;
    try {
      await this.image.close();
    } finally {
      await this.parent?.close();
      await this.#onClose?.();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #mustContain(at: number, length: number, op: string): void {
    if (!Number.isSafeInteger(at) || at < 0 || at + length > this.size) {
      throw new DiskError({ code: 'DISK_OUT_OF_RANGE', kind: 'range', message: `${length} bytes at ${at} are not within a disk of ${this.size}`, context: { path: this.image.store.name, op } });
    }
  }

  #unsupported(op: string): DiskError {
    return new DiskError({ code: 'DISK_OPERATION_UNSUPPORTED', kind: 'unsupported', message: `${this.image.format} images of this kind are only read`, context: { path: this.image.store.name, op } });
  }
}

function join(a: Extent, b: Extent): Extent | undefined {
  const isSame = a.kind === b.kind && a.depth === b.depth && a.isCompressed === b.isCompressed && a.isAllocated === b.isAllocated && a.file === b.file
    && (a.offset === undefined ? b.offset === undefined : b.offset === a.offset + a.length);
  return isSame ? { ...a, length: a.length + b.length } : undefined;
}

/** By place in the store, the least recently used go first. */
class UnpackedBlocks {
  readonly #blocks = new Map<string, Uint8Array>();
  #bytes = 0;

  get(block: PackedBlock): Uint8Array | undefined {
    const key = keyOf(block);
    const bytes = this.#blocks.get(key);
    if (bytes !== undefined) {
      this.#blocks.delete(key);
      this.#blocks.set(key, bytes);
    }
    return bytes;
  }

  add(block: PackedBlock, bytes: Uint8Array): void {
    if (bytes.length > UNPACKED_BYTES) return;
    this.#blocks.set(keyOf(block), bytes);
    this.#bytes += bytes.length;
    for (const [key, oldest] of this.#blocks) {
      if (this.#bytes <= UNPACKED_BYTES) break;
      this.#blocks.delete(key);
      this.#bytes -= oldest.length;
    }
  }

  clear(): void {
    this.#blocks.clear();
    this.#bytes = 0;
  }
}

const keyOf = ({ store, offset }: PackedBlock): string => `${offset} ${store.name}`;
