/**
 * A store whose sectors are enciphered in another one. Callers see what is meant, at any byte; below, whole sectors are read and written.
 *
 * What has never been written below deciphers to noise, so nothing here is called empty, and a write beyond the end leaves noise between: a caller that wants zeros writes them.
 * `discard` and `resize` do, which takes as long as it takes.
 */
import { truncated } from '../store/store.ts';
import type { Awaitable, Store, StoreExtent } from '../store/store.ts';
import { CIPHER_SECTOR_BYTES } from './sector-cipher.ts';
import type { SectorCipher } from './sector-cipher.ts';

/** What is enciphered at once; a copy of the caller's bytes is made for it. */
const BATCH_BYTES = 1024 * 1024;

const floor = (at: number): number => at - (at % CIPHER_SECTOR_BYTES);
const ceil = (at: number): number => floor(at + CIPHER_SECTOR_BYTES - 1);

export class CipherStore implements Store {
  readonly #store: Store;
  readonly #cipher: SectorCipher;

  /** The first sector of `store` has the number 0. */
  constructor(store: Store, cipher: SectorCipher) {
    this.#store = store;
    this.#cipher = cipher;
  }

  get name(): string {
    return this.#store.name;
  }

  get isWritable(): boolean {
    return this.#store.isWritable;
  }

  get length(): number {
    return this.#store.length;
  }

  read(at: number, into: Uint8Array): Awaitable<void> {
    if (at + into.length > this.length) throw truncated(this, at, into.length);
    const start = floor(at), end = ceil(at + into.length);
    // A last sector that is cut off was never written whole.
    if (end > this.length) throw truncated(this, start, end - start);
    const isWhole = start === at && end === at + into.length;
    const bytes = isWhole ? into : new Uint8Array(end - start);
    const decrypt = (): void => {
      this.#cipher.decrypt(start / CIPHER_SECTOR_BYTES, bytes);
      if (!isWhole) into.set(bytes.subarray(at - start, at - start + into.length));
    };
    const read = this.#store.read(start, bytes);
    return read instanceof Promise ? read.then(decrypt) : decrypt();
  }

  async write(at: number, from: Uint8Array): Promise<void> {
    for (let done = 0; done < from.length;) {
      const start = floor(at + done);
      const part = from.subarray(done, done + Math.min(from.length - done, start + BATCH_BYTES - (at + done)));
      const end = ceil(at + done + part.length);
      const bytes = new Uint8Array(end - start);
      if (start < at + done) await this.#readSector(start, bytes.subarray(0, CIPHER_SECTOR_BYTES));
      const lastSector = end - CIPHER_SECTOR_BYTES;
      if (end > at + done + part.length && (lastSector > start || start === at + done)) await this.#readSector(lastSector, bytes.subarray(lastSector - start));
      bytes.set(part, at + done - start);
      this.#cipher.encrypt(start / CIPHER_SECTOR_BYTES, bytes);
      await this.#store.write(start, bytes);
      done += part.length;
    }
  }

  /** Zeros beyond the end. */
  async #readSector(at: number, into: Uint8Array): Promise<void> {
    if (at + into.length <= this.length) await this.read(at, into);
  }

  async #writeZeros(start: number, end: number): Promise<void> {
    const zeros = new Uint8Array(Math.min(BATCH_BYTES, end - start));
    for (let at = start; at < end; at += zeros.length) await this.write(at, zeros.subarray(0, Math.min(zeros.length, end - at)));
  }

  async discard(at: number, length: number): Promise<void> {
    const end = Math.min(at + length, this.length);
    if (end > at) await this.#writeZeros(at, end);
  }

  async resize(length: number): Promise<void> {
    const before = this.length;
    if (length <= before) await this.#store.resize(length);
    else await this.#writeZeros(before, length);
  }

  flush(): Awaitable<void> {
    return this.#store.flush();
  }

  extents(at: number, length: number): StoreExtent[] {
    return length === 0 ? [] : [{ start: at, length, isData: true }];
  }

  allocatedBytes(): Awaitable<number | undefined> {
    return this.#store.allocatedBytes();
  }

  close(): Awaitable<void> {
    return this.#store.close();
  }
}
