/** A store as it would be after its log has been replayed, without a write to it: for opening read-only. */
import { refuseWrite, truncated } from '../../store/store.ts';
import type { Awaitable, Store, StoreExtent } from '../../store/store.ts';
import { LOG_SECTOR_BYTES } from './layout.ts';

export class OverlayStore implements Store {
  readonly name: string;
  readonly isWritable = false;
  readonly #below: Store;
  /** By number: pages of a log sector. */
  readonly #pages = new Map<number, Uint8Array>();
  readonly #zeros: { readonly start: number; readonly end: number }[] = [];
  #length: number;

  constructor(below: Store) {
    this.name = below.name;
    this.#below = below;
    this.#length = below.length;
  }

  get length(): number {
    return this.#length;
  }

  /** What the log writes. @param at a multiple of a log sector, as is the length */
  replace(at: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; done += LOG_SECTOR_BYTES) this.#pages.set((at + done) / LOG_SECTOR_BYTES, bytes.slice(done, done + LOG_SECTOR_BYTES));
    this.#length = Math.max(this.#length, at + bytes.length);
  }

  zero(start: number, length: number): void {
    for (const number of this.#pages.keys()) if (number * LOG_SECTOR_BYTES >= start && number * LOG_SECTOR_BYTES < start + length) this.#pages.delete(number);
    this.#zeros.push({ start, end: start + length });
    this.#length = Math.max(this.#length, start + length);
  }

  extend(length: number): void {
    this.#length = Math.max(this.#length, length);
  }

  read(at: number, into: Uint8Array): Awaitable<void> {
    if (at + into.length > this.#length) throw truncated(this, at, into.length);
    const there = Math.max(0, Math.min(into.length, this.#below.length - at));
    into.fill(0, there);
    const reading = there === 0 ? undefined : this.#below.read(at, into.subarray(0, there));
    return reading === undefined ? this.#overlay(at, into) : reading.then(() => this.#overlay(at, into));
  }

  #overlay(at: number, into: Uint8Array): void {
    const end = at + into.length;
    for (const zero of this.#zeros) if (zero.start < end && zero.end > at) into.fill(0, Math.max(0, zero.start - at), Math.min(into.length, zero.end - at));
    for (let number = Math.floor(at / LOG_SECTOR_BYTES); number * LOG_SECTOR_BYTES < end; number++) {
      const page = this.#pages.get(number);
      if (page === undefined) continue;
      const start = number * LOG_SECTOR_BYTES;
      const from = Math.max(at, start), to = Math.min(end, start + LOG_SECTOR_BYTES);
      into.set(page.subarray(from - start, to - start), from - at);
    }
  }

  write(): never {
    throw refuseWrite(this, 'write');
  }

  discard(): never {
    throw refuseWrite(this, 'discard');
  }

  resize(): never {
    throw refuseWrite(this, 'resize');
  }

  flush(): void { /* nothing is written */ }

  extents(at: number, length: number): Awaitable<readonly StoreExtent[]> {
    const there = Math.max(0, Math.min(length, this.#below.length - at));
    const isTouched = [...this.#pages.keys()].some((number) => (number + 1) * LOG_SECTOR_BYTES > at && number * LOG_SECTOR_BYTES < at + length);
    if (there < length || isTouched) return [{ start: at, length, isData: true }];
    return this.#below.extents(at, length);
  }

  allocatedBytes(): Awaitable<number | undefined> {
    return this.#below.allocatedBytes();
  }

  close(): Awaitable<void> {
    return this.#below.close();
  }
}
