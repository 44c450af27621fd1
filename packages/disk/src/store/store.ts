/**
 * Where an image's bytes are: a file, several files, memory, a server. A store knows no format.
 *
 * Methods may finish at once and return nothing, or return a promise: callers await either. A file's cached blocks are read in 2 µs, which a promise of the thread pool would make 60.
 */
import { DiskError } from '../errors.ts';
import type { DiskErrorContext } from '../errors.ts';

export type Awaitable<T> = T | Promise<T>;

/** A stretch of a store that was written, or that reads as zeros because it never was. Neighbours may be of one kind. */
export interface StoreExtent {
  readonly start: number;
  readonly length: number;
  readonly isData: boolean;
}

export interface Store {
  /** For errors: the path as the user gave it, or a URL. */
  readonly name: string;
  readonly isWritable: boolean;
  /** In bytes. It grows with what is written. */
  readonly length: number;
  /**
   * Fills `into` with the bytes from `at` on.
   * @throws DiskError `DISK_IMAGE_TRUNCATED` where the store ends before
   */
  read(at: number, into: Uint8Array): Awaitable<void>;
  /** Writes all of `from`; the store grows where it ends before. Bytes between the old end and `at` are zero. */
  write(at: number, from: Uint8Array): Awaitable<void>;
  /** Makes the bytes read as zeros, giving their room back where that is possible. The store does not grow. */
  discard(at: number, length: number): Awaitable<void>;
  /** Cuts or, with zeros, extends. */
  resize(length: number): Awaitable<void>;
  /** When it is through, everything that was written before will be there after a power cut. */
  flush(): Awaitable<void>;
  /** What has been written between `at` and `at + length`, in order and without gaps; one stretch of data where that cannot be known. */
  extents(at: number, length: number): Awaitable<readonly StoreExtent[]>;
  /** Bytes that the host has set aside, where that can be known. */
  allocatedBytes(): Awaitable<number | undefined>;
  close(): Awaitable<void>;
}

/** A store that ends before what is asked of it. */
export function truncated(store: Store, at: number, length: number, op = 'read'): DiskError {
  return new DiskError({
    code: 'DISK_IMAGE_TRUNCATED', kind: 'corrupt', message: `${length} bytes are wanted there, but it ends at ${store.length}`, context: { path: store.name, offset: at, op },
    hint: 'the file may have been copied in part',
  });
}

/** What is not written through. */
export function refuseWrite(store: Store, op: string): DiskError {
  return new DiskError({ code: 'DISK_READ_ONLY', kind: 'read-only', message: `is open for reading only`, context: { path: store.name, op } });
}

/** A copy of `length` bytes. The caller bounds `length`. */
export async function readBytes(store: Store, at: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const into = new Uint8Array(length);
  await store.read(at, into);
  return into;
}

/** As many of `length` bytes as there are, for what may be cut off at the end of a file, zeros after. */
export async function readPadded(store: Store, at: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const into = new Uint8Array(length);
  const there = Math.min(length, Math.max(0, store.length - at));
  if (there > 0) await store.read(at, into.subarray(0, there));
  return into;
}

export const placeIn = (store: Store, offset: number, field?: string): DiskErrorContext => ({ path: store.name, offset, ...(field === undefined ? {} : { field }) });

/** Are these bytes all zero? Compares the bytes with themselves one further on, which the host does with its widest loads. */
export function isZero(bytes: Uint8Array): boolean {
  const { length } = bytes;
  if (length === 0) return true;
  if (bytes[0] !== 0) return false;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, length);
  return buffer.compare(buffer, 0, length - 1, 1, length) === 0;
}
