/** An extent: a stretch of the disk and the file that holds it. Addresses are in bytes from the extent's beginning. */
import type { Run } from '../../image.ts';
import type { Awaitable, Store } from '../../store/store.ts';
import { MOST_BYTES } from './layout.ts';

export interface Extent {
  /** As the descriptor has it: FLAT, SPARSE, ZERO, VMFS, VMFSSPARSE, SESPARSE. */
  readonly type: string;
  /** Undefined for zeros. */
  readonly store?: Store;
  /** Of the stretch of the disk, in bytes. */
  readonly size: number;
  /** The unit of allocation in bytes; undefined where there is none. */
  readonly grainBytes?: number | undefined;
  readonly isCompressed: boolean;
  /** May it be written, if its file may? */
  readonly isWritable: boolean;
  /** Why it may not, for the one who tries. */
  readonly whyReadOnly?: string | undefined;

  locate(at: number, length: number): Awaitable<Run>;
  put?(at: number, bytes: Uint8Array): Awaitable<void>;
  /** @param hidesParent a grain that is not there would show what is below */
  putZero?(at: number, length: number, keepRoom: boolean, hidesParent: boolean): Awaitable<void>;
  remove?(at: number, length: number): Awaitable<void>;
  /** To a larger size in bytes. */
  grow?(size: number): Promise<void>;
  beforeWrite?(): Awaitable<void>;
  flush(): Awaitable<void>;
  close(): Awaitable<void>;
}

/** A stretch of a file that is the disk's bytes: FLAT and VMFS. */
export class FlatExtent implements Extent {
  readonly type: string;
  readonly store: Store;
  readonly isCompressed = false;
  readonly isWritable = true;
  readonly #offset: number;
  #size: number;

  constructor(type: string, store: Store, offset: number, size: number) {
    this.type = type;
    this.store = store;
    this.#offset = offset;
    this.#size = size;
  }

  get size(): number {
    return this.#size;
  }

  locate(at: number, length: number): Run {
    return { kind: 'data', length, store: this.store, offset: this.#offset + at };
  }

  putZero(at: number, length: number): Awaitable<void> {
    return this.store.discard(this.#offset + at, length);
  }

  async grow(size: number): Promise<void> {
    // What a file holds behind the extent is not part of the disk, and would be.
    if (this.store.length > this.#offset + this.#size) await this.store.discard(this.#offset + this.#size, this.store.length - this.#offset - this.#size);
    if (this.store.length < this.#offset + size) await this.store.resize(this.#offset + size);
    this.#size = size;
  }

  flush(): Awaitable<void> {
    return this.store.flush();
  }

  close(): Awaitable<void> {
    return this.store.close();
  }

  /** Where it ends in its file. */
  get end(): number {
    return this.#offset + this.#size;
  }
}

/** An extent without a file: ZERO. */
export class ZeroExtent implements Extent {
  readonly type = 'ZERO';
  readonly isCompressed = false;
  readonly isWritable = false;
  readonly whyReadOnly = 'ZERO extents have no file to write to';
  readonly size: number;

  constructor(size: number) {
    this.size = size;
  }

  locate(_at: number, length: number): Run {
    return { kind: 'zero', length };
  }

  flush(): void { /* there is nothing */ }

  close(): void { /* there is nothing */ }
}

export const isSizeOfDisk = (bytes: number): boolean => Number.isSafeInteger(bytes) && bytes >= 0 && bytes <= MOST_BYTES;
