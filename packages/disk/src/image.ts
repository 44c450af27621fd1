/**
 * What a format makes of a store: a virtual disk, one layer of a chain. Reading, writing over layers, maps and conversion are written once over `locate` and `put`
 * (disk.ts, convert/); a format says where things are.
 */
import type { DiskErrorContext } from './errors.ts';
import type { Awaitable, Store } from './store/store.ts';
import type { Codec } from './codec.ts';

/** A compressed block as it lies in a store. */
export interface PackedBlock {
  readonly store: Store;
  readonly offset: number;
  /** An upper bound where the format knows no better; never beyond the store's end. */
  readonly packedLength: number;
  readonly codec: Codec;
  /** What it gives, in bytes; a longer result is cut, a shorter one is corrupt. */
  readonly unpackedLength: number;
}

/** What the first bytes at an address are. `length` is at least 1 and at most what was asked for; a neighbour may be of the same kind. */
export type Run =
  /** As they are in a store. `isShared`: writing there would change something else too (a snapshot), so a new block has to be put. */
  | { readonly kind: 'data'; readonly length: number; readonly store: Store; readonly offset: number; readonly isShared?: boolean }
  /** In a compressed block, `skip` bytes from its beginning. */
  | { readonly kind: 'packed'; readonly length: number; readonly block: PackedBlock; readonly skip: number }
  /** Zeros, whatever a parent has. `isAllocated`: there is room set aside for it. */
  | { readonly kind: 'zero'; readonly length: number; readonly isAllocated?: boolean }
  /** The parent's; zeros where there is none, or where it has ended. */
  | { readonly kind: 'absent'; readonly length: number };

/** The image below that a layer names. Its user decides whether it may be opened. */
export interface ParentReference {
  /** Names to try in turn, as the image has them: relative ones are relative to the image's folder. */
  readonly names: readonly string[];
  /** As the image says; undefined where it does not. */
  readonly format?: string;
  /** For errors: where the image has it. */
  readonly where: DiskErrorContext;
  /** When none of `names` is there: by its first 512 bytes, among the files with this extension in the folders whose files may be opened. */
  readonly search?: { readonly extension: string; readonly isIt: (head: Uint8Array) => boolean };
  /** @throws DiskError `DISK_PARENT_MISMATCH` when it is not the image that this one was made of */
  readonly verify?: (parent: Image) => Awaitable<void>;
}

/** What `info` tells beyond what all formats have: plain data, keys as in qemu-img's `format-specific` where it has them. */
export type Details = { readonly [name: string]: string | number | boolean | undefined | Details | readonly (string | number | Details)[] };

export interface Image {
  /** The format's name. */
  readonly format: string;
  readonly store: Store;
  /** Of the virtual disk, in bytes. */
  readonly size: number;
  /** The logical sector: 512 or 4096. */
  readonly sectorBytes: number;
  /** The unit of `put`, in bytes: a power of two for all formats with one; raw has its sector. */
  readonly blockBytes: number;
  readonly isWritable: boolean;
  readonly parent?: ParentReference | undefined;

  /** What is at `at`. `at` and `at + length` are within the disk. */
  locate(at: number, length: number): Awaitable<Run>;

  /** Before the first write of any kind: marks that say so (dirty bits, CIDs, GUIDs). Called before each write; must be cheap when there is nothing to do. */
  beforeWrite?(): Awaitable<void>;
  /** Before the stretch is written, zeroed or discarded, in whatever way: for bitmaps of what has changed. Must be cheap when there are none. */
  beforeChange?(at: number, length: number): Awaitable<void>;
  /**
   * Gives a block its contents, in a new place unless the present one may be overwritten: room first, data, then what points there, so that a power cut leaves the old or the
   * new contents. `at` is a multiple of `blockBytes`; `bytes` is a block, or ends with the disk, and is the caller's again afterwards.
   */
  put?(at: number, bytes: Uint8Array): Awaitable<void>;
  /** Gives a block its contents, compressed by `packing`. */
  putPacked?(at: number, packed: Uint8Array): Awaitable<void>;
  /** How blocks for `putPacked` are to be compressed. */
  readonly packing?: { readonly codec: Codec; readonly blockBytes: number } | undefined;
  /**
   * Makes whole blocks zero: `at` a multiple of `blockBytes`, `length` too or up to the end. `keepRoom`: what is allocated stays so.
   * The image decides between `zero` and, where no parent would show through, `absent`.
   */
  putZero?(at: number, length: number, keepRoom: boolean): Awaitable<void>;
  /** Takes whole blocks out, so that they are the parent's again. */
  remove?(at: number, length: number): Awaitable<void>;
  /** @param size in bytes, a multiple of the sector. What is cut off is gone; what is new reads as zeros. */
  resize?(size: number): Awaitable<void>;
  /** Names another parent, or none, without a look at the contents. */
  setParent?(parent: { readonly name: string; readonly format: string; readonly image: Image } | undefined): Awaitable<void>;

  /** Everything written before is there after a power cut. */
  flush(): Awaitable<void>;
  /** Leaves the stores in a clean state and closes them all. */
  close(): Awaitable<void>;
  details(): Awaitable<Details>;

  readonly snapshots?: Snapshots;
  readonly bitmaps?: Bitmaps;
}

export interface Snapshot {
  readonly id: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly createdMs: number;
  /** Of the virtual disk then. */
  readonly size: number;
  readonly vmStateBytes: number;
  /** Nanoseconds that the machine had run. */
  readonly vmClockNs: number;
}

/** Snapshots inside an image. `which` is a name or an id. */
export interface Snapshots {
  list(): Awaitable<readonly Snapshot[]>;
  create(name: string, nowMs: number): Awaitable<void>;
  /** The disk becomes what it was then. */
  apply(which: string): Awaitable<void>;
  delete(which: string): Awaitable<void>;
  /** The disk as it was then, for reading only; it shares the stores, and closing it closes nothing. */
  open(which: string): Awaitable<Image>;
}

export interface Bitmap {
  readonly name: string;
  readonly granularityBytes: number;
  readonly isEnabled: boolean;
  /** It was in use when its image was not closed, so it cannot be relied on. */
  readonly isInconsistent: boolean;
}

/** Dirty bitmaps that an image keeps: each write marks what it changes in every enabled one. */
export interface Bitmaps {
  list(): Awaitable<readonly Bitmap[]>;
  add(name: string, options: { readonly granularityBytes?: number; readonly isEnabled?: boolean }): Awaitable<void>;
  remove(name: string): Awaitable<void>;
  clear(name: string): Awaitable<void>;
  setEnabled(name: string, isEnabled: boolean): Awaitable<void>;
  /** Adds what `from` has marked. */
  merge(into: string, from: { readonly bitmaps: Bitmaps; readonly name: string }): Awaitable<void>;
  /** The marked stretches, in order, joined. */
  ranges(name: string): Awaitable<readonly { readonly start: number; readonly length: number }[]>;
}
