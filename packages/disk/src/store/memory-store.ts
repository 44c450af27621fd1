/** A store in memory: for tests, for images that are made on the way to somewhere else, and for what is read as a whole. */
import { refuseWrite, truncated } from './store.ts';
import type { Store, StoreExtent } from './store.ts';

/** Sparse: a page that has not been written takes no memory. */
const PAGE_BYTES = 64 * 1024;

export class MemoryStore implements Store {
  readonly name: string;
  readonly isWritable: boolean;
  readonly #pages = new Map<number, Uint8Array>();
  #length = 0;

  constructor(name = 'memory', contents: Uint8Array = new Uint8Array(0), isWritable = true) {
    this.name = name;
    this.isWritable = true;
    this.write(0, contents);
    this.isWritable = isWritable;
  }

  get length(): number {
    return this.#length;
  }

  read(at: number, into: Uint8Array): void {
    if (at + into.length > this.#length) throw truncated(this, at, into.length);
    for (const { page, from, to, done } of pieces(at, into.length)) {
      const bytes = this.#pages.get(page);
      if (bytes === undefined) into.fill(0, done, done + to - from);
      else into.set(bytes.subarray(from, to), done);
    }
  }

  write(at: number, from: Uint8Array): void {
    if (!this.isWritable) throw refuseWrite(this, 'write');
    for (const { page, from: start, to, done } of pieces(at, from.length)) {
      let bytes = this.#pages.get(page);
      if (bytes === undefined) this.#pages.set(page, (bytes = new Uint8Array(PAGE_BYTES)));
      bytes.set(from.subarray(done, done + to - start), start);
    }
    this.#length = Math.max(this.#length, at + from.length);
  }

  discard(at: number, length: number): void {
    if (!this.isWritable) throw refuseWrite(this, 'discard');
    for (const { page, from, to } of pieces(at, Math.max(0, Math.min(length, this.#length - at)))) {
      if (to - from === PAGE_BYTES) this.#pages.delete(page);
      else this.#pages.get(page)?.fill(0, from, to);
    }
  }

  resize(length: number): void {
    if (!this.isWritable) throw refuseWrite(this, 'resize');
    if (length < this.#length) {
      for (const page of this.#pages.keys()) if (page * PAGE_BYTES >= length) this.#pages.delete(page);
      this.#pages.get(Math.floor(length / PAGE_BYTES))?.fill(0, length % PAGE_BYTES);
    }
    this.#length = length;
  }

  flush(): void { /* there is nothing behind it */ }

  extents(at: number, length: number): StoreExtent[] {
    const extents: StoreExtent[] = [];
    for (const { page, from, to, done } of pieces(at, length)) extents.push({ start: at + done, length: to - from, isData: this.#pages.has(page) });
    return extents;
  }

  allocatedBytes(): number {
    return this.#pages.size * PAGE_BYTES;
  }

  close(): void { /* it goes with its last user */ }
}

interface Piece {
  readonly page: number;
  /** Within the page. */
  readonly from: number;
  readonly to: number;
  /** Bytes of the request before this piece. */
  readonly done: number;
}

function* pieces(at: number, length: number): Generator<Piece> {
  for (let done = 0; done < length;) {
    const page = Math.floor((at + done) / PAGE_BYTES);
    const from = (at + done) % PAGE_BYTES;
    const to = Math.min(PAGE_BYTES, from + length - done);
    yield { page, from, to, done };
    done += to - from;
  }
}
