/**
 * Where a partition table or a file system is: a disk, a partition of one, a file, memory. File systems know no image format, and a volume no file system.
 */
import type { Disk } from '../disk.ts';
import { corrupt, DiskError } from '../errors.ts';
import type { DiskErrorContext } from '../errors.ts';
import type { Awaitable, Store } from '../store/store.ts';

export interface Volume {
  /** For errors. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** The logical sector: 512 or 4096. */
  readonly sectorBytes: number;
  readonly isWritable: boolean;
  /** Fills `into` with the bytes from `at` on. @throws DiskError where the volume ends before */
  read(at: number, into: Uint8Array): Awaitable<void>;
  /** @throws DiskError where the volume ends before, or is open for reading only */
  write(at: number, from: Uint8Array): Awaitable<void>;
  /** Makes the bytes read as zeros, giving their room back where that is possible. */
  discard(at: number, length: number): Awaitable<void>;
  flush(): Awaitable<void>;
}

/** Something on a volume that takes bytes: an inclusive start and a length, in bytes. */
export interface ByteRange {
  readonly start: number;
  readonly length: number;
}

export function volumeOf(disk: Disk): Volume {
  return {
    name: disk.image.store.name,
    sectorBytes: disk.image.sectorBytes,
    get size() { return disk.size; },
    get isWritable() { return disk.isWritable; },
    read: (at, into) => disk.read(at, into),
    write: (at, from) => disk.write(at, from),
    discard: async (at, length) => {
      // A disk discards whole blocks only; the rest of the stretch is written with zeros.
      await disk.zero(at, length);
    },
    flush: () => disk.flush(),
  };
}

/** A store as a volume: for file systems that are a file of their own, and for tests. */
export function storeVolume(store: Store, { sectorBytes = 512 } = {}): Volume {
  return {
    name: store.name,
    sectorBytes,
    get size() { return store.length; },
    get isWritable() { return store.isWritable; },
    read: (at, into) => store.read(at, into),
    write(at, from) {
      if (at + from.length > store.length) throw outside(this, at, from.length, 'write');
      return store.write(at, from);
    },
    discard: (at, length) => store.discard(at, length),
    flush: () => store.flush(),
  };
}

function outside(volume: Volume, at: number, length: number, op: string): DiskError {
  return new DiskError({ code: 'DISK_OUT_OF_RANGE', kind: 'range', message: `${length} bytes are not within a volume of ${volume.size}`, context: { path: volume.name, offset: at, op } });
}

/** Refuses a stretch that a structure names and the volume has not. */
export function mustBeWithin(volume: Volume, at: number, length: number, field: string): void {
  if (!Number.isSafeInteger(at) || at < 0 || length < 0 || at + length > volume.size) {
    throw corrupt(`${field} is ${length} bytes at ${at}, and the volume ends at ${volume.size}`, { path: volume.name, offset: at, field });
  }
}

/** A copy of `length` bytes that a structure names. The caller bounds `length`. */
export async function readVolume(volume: Volume, at: number, length: number, field: string): Promise<Uint8Array<ArrayBuffer>> {
  mustBeWithin(volume, at, length, field);
  const into = new Uint8Array(length);
  await volume.read(at, into);
  return into;
}

export const placeOn = (volume: Volume, offset: number, field?: string): DiskErrorContext => ({ path: volume.name, offset, ...(field === undefined ? {} : { field }) });

/** @throws DiskError where the volume is open for reading only */
export function mustBeWritable(volume: Volume, op: string): void {
  if (!volume.isWritable) throw new DiskError({ code: 'DISK_READ_ONLY', kind: 'read-only', message: 'is open for reading only', context: { path: volume.name, op } });
}
