/** A part of another store, as if it were one of its own: an image inside a file, raw's `offset` and `size`. */
import { DiskError } from '../errors.ts';
import { truncated } from './store.ts';
import type { Awaitable, Store, StoreExtent } from './store.ts';

export class WindowStore implements Store {
  readonly name: string;
  readonly #store: Store;
  readonly #start: number;
  readonly #fixedLength: number | undefined;

  /** @param length to the end of `store`, which may move, when it is not given */
  constructor(store: Store, start: number, length?: number) {
    if (start > store.length || (length !== undefined && start + length > store.length)) throw truncated(store, start, length ?? 0, 'open a part');
    this.name = store.name;
    this.#store = store;
    this.#start = start;
    this.#fixedLength = length;
  }

  get isWritable(): boolean {
    return this.#store.isWritable;
  }

  get length(): number {
    return this.#fixedLength ?? Math.max(0, this.#store.length - this.#start);
  }

  read(at: number, into: Uint8Array): Awaitable<void> {
    if (at + into.length > this.length) throw truncated(this, at, into.length);
    return this.#store.read(this.#start + at, into);
  }

  write(at: number, from: Uint8Array): Awaitable<void> {
    this.#mustContain(at + from.length);
    return this.#store.write(this.#start + at, from);
  }

  discard(at: number, length: number): Awaitable<void> {
    return this.#store.discard(this.#start + at, Math.max(0, Math.min(length, this.length - at)));
  }

  resize(length: number): Awaitable<void> {
    this.#mustContain(length);
    if (this.#fixedLength === undefined) return this.#store.resize(this.#start + length);
    if (length !== this.#fixedLength) throw new DiskError({ code: 'DISK_OUT_OF_RANGE', kind: 'range', message: `a part of ${this.#fixedLength} bytes keeps its size`, context: { path: this.name, op: 'resize' } });
  }

  flush(): Awaitable<void> {
    return this.#store.flush();
  }

  async extents(at: number, length: number): Promise<StoreExtent[]> {
    return (await this.#store.extents(this.#start + at, length)).map((extent) => ({ ...extent, start: extent.start - this.#start }));
  }

  allocatedBytes(): Awaitable<number | undefined> {
    return this.#fixedLength === undefined ? this.#store.allocatedBytes() : undefined;
  }

  close(): Awaitable<void> {
    return this.#store.close();
  }

  #mustContain(end: number): void {
    if (this.#fixedLength !== undefined && end > this.#fixedLength) {
      throw new DiskError({ code: 'DISK_OUT_OF_RANGE', kind: 'range', message: `${end} is beyond the end of a part of ${this.#fixedLength} bytes`, context: { path: this.name, offset: end, op: 'write' } });
    }
  }
}
