/**
 * Persistent bitmaps: which parts of the disk have changed since one was made or cleared.
 *
 * Before the first write each enabled bitmap is marked as in use, and its bits are in memory; when the image is closed they are written and the mark goes. After a power cut
 * the mark is still there, and nobody takes the bitmap for right.
 */
import { DiskError, unsupported } from '../../errors.ts';
import type { Bitmap, Bitmaps } from '../../image.ts';
import { isZero, readPadded } from '../../store/store.ts';
import type { Awaitable } from '../../store/store.ts';
import { encodeBitmapDirectory, readBitmapDirectory, readBitmapTable } from './bitmap-directory.ts';
import { wholeClusters } from './geometry.ts';
import { Autoclear, BitmapFlag, bitmapsExtensionLayout, Extension, HIGH, MOST_BITMAP_NAME_BYTES, MOST_BITMAP_TABLE_ENTRIES, MOST_BITMAPS } from './layout.ts';
import type { State } from './state.ts';

/** A cluster of bits: none set, or those of the bytes. */
type Segment = Uint8Array | undefined;

interface Loaded {
  readonly name: string;
  readonly granularityBits: number;
  readonly extraData: Uint8Array;
  flags: number;
  /** In the file; no entries for a new one. */
  tableOffset: number;
  tableEntries: number;
  flagsOffset: number;
  segments: Segment[] | undefined;
  isChanged: boolean;
}

const LEAST_GRANULARITY = 4 * 1024;
const MOST_GRANULARITY = 64 * 1024;
const ALL_ONES = 0xff;

export class QcowBitmaps implements Bitmaps {
  readonly #state: State;
  #loaded: Loaded[] | undefined;
  /** Those that follow each write. */
  #enabled: Loaded[] | undefined;

  constructor(state: State) {
    this.#state = state;
  }

  async #all(): Promise<Loaded[]> {
    return (this.#loaded ??= (await readBitmapDirectory(this.#state.header)).map((entry) => ({ ...entry, segments: undefined, isChanged: false })));
  }

  async #find(name: string): Promise<Loaded> {
    const found = (await this.#all()).find((bitmap) => bitmap.name === name);
    if (found === undefined) throw new DiskError({ code: 'DISK_NOT_FOUND', kind: 'not-found', message: `has no bitmap ${JSON.stringify(name)}`, context: { path: this.#state.store.name, op: 'bitmap' } });
    return found;
  }

  /** One whose bits mean something. */
  async #usable(name: string): Promise<Loaded> {
    const bitmap = await this.#find(name);
    const context = { path: this.#state.store.name, op: 'bitmap' };
    if (this.#isInconsistent(bitmap)) throw new DiskError({ code: 'DISK_IMAGE_CORRUPT', kind: 'corrupt', message: `bitmap ${JSON.stringify(name)} was in use when the image was not closed`, context, hint: 'remove it, and make a new one' });
    if (bitmap.extraData.length > 0 && (bitmap.flags & BitmapFlag.extraDataCompatible) === 0) throw unsupported(`bitmap ${JSON.stringify(name)} has data that is not known`, context);
    await this.#load(bitmap);
    return bitmap;
  }

  #isInconsistent(bitmap: Loaded): boolean {
    return (bitmap.flags & BitmapFlag.inUse) !== 0 && this.#enabled?.includes(bitmap) !== true;
  }

  async list(): Promise<readonly Bitmap[]> {
    return (await this.#all()).map((bitmap) => ({
      name: bitmap.name, granularityBytes: 2 ** bitmap.granularityBits, isEnabled: (bitmap.flags & BitmapFlag.auto) !== 0, isInconsistent: this.#isInconsistent(bitmap),
    }));
  }

  #bytesOf({ granularityBits }: { readonly granularityBits: number }, size = this.#state.header.fields.size): number {
    return Math.ceil(Math.ceil(size / 2 ** granularityBits) / 8);
  }

  async #load(bitmap: Loaded): Promise<Segment[]> {
    if (bitmap.segments !== undefined) return bitmap.segments;
    const { header, geometry, store } = this.#state;
    const { clusterBytes } = geometry;
    const wanted = Math.ceil(this.#bytesOf(bitmap) / clusterBytes);
    const segments: Segment[] = Array.from({ length: wanted });
    const table = await readBitmapTable(header, { ...bitmap, flagsOffset: 0 });
    for (const [i, { offset, isOnes }] of table.slice(0, wanted).entries()) {
      if (offset !== 0) segments[i] = await readPadded(store, offset, clusterBytes);
      else if (isOnes) segments[i] = new Uint8Array(clusterBytes).fill(ALL_ONES);
    }
    return (bitmap.segments = segments);
  }

  /** Called before each write. */
  mark(at: number, length: number): Awaitable<void> {
    if (this.#enabled === undefined) {
      if (this.#state.header.bitmaps === undefined) return;
      return this.#state.alone(() => this.#use()).then(() => this.#markAll(at, length));
    }
    this.#markAll(at, length);
  }

  #markAll(at: number, length: number): void {
    for (const bitmap of this.#enabled ?? []) this.#setBits(bitmap, at, length);
  }

  #setBits(bitmap: Loaded, at: number, length: number): void {
    if (length === 0) return;
    const { clusterBytes } = this.#state.geometry;
    const granularity = 2 ** bitmap.granularityBits;
    const last = Math.floor((at + length - 1) / granularity);
    for (let bit = Math.floor(at / granularity); bit <= last;) {
      const byte = Math.floor(bit / 8);
      const segment = (bitmap.segments![Math.floor(byte / clusterBytes)] ??= new Uint8Array(clusterBytes));
      if (bit % 8 === 0 && bit + 7 <= last) {
        segment[byte % clusterBytes] = ALL_ONES;
        bit += 8;
      } else {
        segment[byte % clusterBytes]! |= 1 << (bit % 8);
        bit++;
      }
    }
    bitmap.isChanged = true;
  }

  /** Before the first write: their bits are in memory from now on, and the file says so. */
  async #use(): Promise<void> {
    if (this.#enabled !== undefined) return;
    const { store } = this.#state;
    const enabled: Loaded[] = [];
    for (const bitmap of await this.#all()) {
      if ((bitmap.flags & BitmapFlag.auto) === 0 || this.#isInconsistent(bitmap)) continue;
      await this.#load(bitmap);
      enabled.push(bitmap);
    }
    for (const bitmap of enabled) {
      bitmap.flags |= BitmapFlag.inUse;
      const flags = new Uint8Array(4);
      new DataView(flags.buffer).setUint32(0, bitmap.flags);
      await store.write(bitmap.flagsOffset, flags);
    }
    this.#enabled = enabled;
    if (enabled.length > 0) await store.flush();
  }

  /** Before the image is closed. */
  async save(): Promise<void> {
    if ((this.#enabled?.length ?? 0) > 0) await this.#store(await this.#all());
  }

  /** Writes the bitmaps that changed to new places, then a new directory, then the header. */
  async #store(bitmaps: Loaded[]): Promise<void> {
    const state = this.#state;
    const { header, store, refcounts, geometry } = state;
    const { clusterBytes } = geometry;
    await state.mark();
    const oldPlaces = await this.#placesOfChanged(bitmaps);
    const oldDirectory = header.bitmaps;
    for (const bitmap of bitmaps) {
      if (this.#enabled?.includes(bitmap) === true) bitmap.flags &= ~BitmapFlag.inUse;
      if (bitmap.isChanged) await this.#write(bitmap);
    }
    this.#enabled = undefined;
    this.#loaded = undefined;
    if (bitmaps.length === 0) {
      header.setExtension(Extension.bitmaps, undefined);
      header.setAutoclear(Autoclear.bitmaps, false);
    } else {
      const directory = encodeBitmapDirectory(bitmaps);
      const offset = await refcounts.allocate(wholeClusters(geometry, directory.length) / clusterBytes);
      const whole = new Uint8Array(wholeClusters(geometry, directory.length));
      whole.set(directory);
      await store.write(offset, whole);
      header.setExtension(Extension.bitmaps, bitmapsExtensionLayout.encode({ nb_bitmaps: bitmaps.length, bitmap_directory_size: directory.length, bitmap_directory_offset: offset }));
      header.setAutoclear(Autoclear.bitmaps, true);
    }
    await state.settle();
    await header.writeAll();
    await store.flush();
    for (const { offset, length } of oldPlaces) refcounts.free(offset, length);
    if (oldDirectory !== undefined) refcounts.free(oldDirectory.directoryOffset, oldDirectory.directoryBytes);
    await state.settle();
    await state.settle();
  }

  /** What the file has of bitmaps that will stand elsewhere, or nowhere. */
  async #placesOfChanged(bitmaps: readonly Loaded[]): Promise<{ offset: number; length: number }[]> {
    const { header, geometry } = this.#state;
    const places: { offset: number; length: number }[] = [];
    for (const entry of await readBitmapDirectory(header)) {
      if (bitmaps.find(({ name, tableOffset }) => name === entry.name && tableOffset === entry.tableOffset)?.isChanged === false) continue;
      if (entry.tableEntries > 0) places.push({ offset: entry.tableOffset, length: entry.tableEntries * 8 });
      for (const { offset } of await readBitmapTable(header, entry)) if (offset !== 0) places.push({ offset, length: geometry.clusterBytes });
    }
    return places;
  }

  async #write(bitmap: Loaded): Promise<void> {
    const { store, refcounts, geometry } = this.#state;
    const { clusterBytes } = geometry;
    const segments = bitmap.segments ?? [];
    const table = new Uint8Array(wholeClusters(geometry, Math.max(1, segments.length) * 8));
    const view = new DataView(table.buffer);
    for (const [i, segment] of segments.entries()) {
      if (segment === undefined || isZero(segment)) continue;
      const offset = await refcounts.allocate();
      await store.write(offset, segment);
      view.setUint32(i * 8, Math.floor(offset / HIGH));
      view.setUint32(i * 8 + 4, offset % HIGH);
    }
    bitmap.tableEntries = segments.length;
    bitmap.tableOffset = await refcounts.allocate(table.length / clusterBytes);
    await store.write(bitmap.tableOffset, table);
  }

  /** A change of the bitmaps themselves, stored at once. */
  #change(action: (bitmaps: Loaded[]) => Promise<Loaded[] | void>): Promise<void> {
    return this.#state.alone(async () => {
      if (this.#state.geometry.version === 2) throw unsupported('version 2 has no bitmaps', { path: this.#state.store.name, op: 'bitmap' }, 'amend it with compat=1.1');
      await this.#state.mark();
      const bitmaps = await this.#all();
      await this.#store((await action(bitmaps)) ?? bitmaps);
    });
  }

  add(name: string, options: { readonly granularityBytes?: number; readonly isEnabled?: boolean }): Promise<void> {
    return this.#change(async (bitmaps) => {
      const { geometry, store } = this.#state;
      const context = { path: store.name, op: 'bitmap' };
      const granularity = options.granularityBytes ?? Math.min(MOST_GRANULARITY, Math.max(LEAST_GRANULARITY, geometry.clusterBytes));
      const granularityBits = Math.log2(granularity);
      if (!Number.isInteger(granularityBits) || granularityBits < 9 || granularityBits > 31) throw new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message: `a granularity of ${granularity}: a power of two from 512 to 2G is wanted`, context });
      const nameBytes = new TextEncoder().encode(name).length;
      if (nameBytes === 0 || nameBytes > MOST_BITMAP_NAME_BYTES) throw new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message: `a bitmap's name has from 1 to ${MOST_BITMAP_NAME_BYTES} bytes`, context });
      if (bitmaps.some((bitmap) => bitmap.name === name)) throw new DiskError({ code: 'DISK_EXISTS', kind: 'usage', message: `has a bitmap ${JSON.stringify(name)} already`, context });
      const segments = Math.ceil(this.#bytesOf({ granularityBits }) / geometry.clusterBytes);
      if (bitmaps.length >= MOST_BITMAPS || segments > MOST_BITMAP_TABLE_ENTRIES) throw unsupported('there are too many bitmaps, or one has too many bits', context, 'say a larger granularity');
      return [...bitmaps, {
        name, granularityBits, extraData: new Uint8Array(0), flags: options.isEnabled === false ? 0 : BitmapFlag.auto, tableOffset: 0, tableEntries: 0, flagsOffset: 0, segments: Array.from<Segment>({ length: segments }), isChanged: true,
      }];
    });
  }

  remove(name: string): Promise<void> {
    return this.#change(async (bitmaps) => {
      const found = await this.#find(name);
      return bitmaps.filter((bitmap) => bitmap !== found);
    });
  }

  clear(name: string): Promise<void> {
    return this.#change(async () => {
      const bitmap = await this.#usable(name);
      bitmap.segments = bitmap.segments!.map(() => undefined);
      bitmap.isChanged = true;
    });
  }

  setEnabled(name: string, isEnabled: boolean): Promise<void> {
    return this.#change(async () => {
      const bitmap = await this.#usable(name);
      bitmap.flags = isEnabled ? bitmap.flags | BitmapFlag.auto : bitmap.flags & ~BitmapFlag.auto;
    });
  }

  async merge(into: string, from: { readonly bitmaps: Bitmaps; readonly name: string }): Promise<void> {
    const ranges = await from.bitmaps.ranges(from.name);
    await this.#change(async () => {
      const bitmap = await this.#usable(into);
      const { size } = this.#state.header.fields;
      for (const { start, length } of ranges) if (start < size) this.#setBits(bitmap, start, Math.min(length, size - start));
      bitmap.isChanged = true;
    });
  }

  async ranges(name: string): Promise<readonly { readonly start: number; readonly length: number }[]> {
    const bitmap = await this.#usable(name);
    const { size } = this.#state.header.fields;
    const { clusterBytes } = this.#state.geometry;
    const granularity = 2 ** bitmap.granularityBits;
    const ranges: { start: number; length: number }[] = [];
    const bits = Math.ceil(size / granularity);
    let start = -1;
    for (let bit = 0; bit <= bits;) {
      const byte = Math.floor(bit / 8);
      const segment = bitmap.segments![Math.floor(byte / clusterBytes)];
      const value = segment === undefined ? 0 : segment[byte % clusterBytes]!;
      const isSet = bit < bits && ((value >> (bit % 8)) & 1) !== 0;
      if (isSet && start < 0) start = bit;
      if (!isSet && start >= 0) {
        ranges.push({ start: start * granularity, length: Math.min(bit * granularity, size) - start * granularity });
        start = -1;
      }
      if (bit % 8 !== 0) bit++;
      else if (segment === undefined && bit < bits) bit = Math.min(bits, (Math.floor(byte / clusterBytes) + 1) * clusterBytes * 8);
      else if (value === (start < 0 ? 0 : ALL_ONES) && bit + 8 <= bits) bit += 8;
      else bit++;
    }
    return ranges;
  }

  /** A change of the disk's size: the bitmaps get it too. */
  async resized(size: number, resize: () => Promise<void>): Promise<void> {
    const state = this.#state;
    const bitmaps = state.header.bitmaps === undefined ? [] : await this.#all();
    for (const bitmap of bitmaps) {
      if (this.#isInconsistent(bitmap)) bitmap.segments = [];
      else await this.#load(bitmap);
    }
    await resize();
    if (bitmaps.length === 0) return;
    for (const bitmap of bitmaps) {
      const bytes = this.#bytesOf(bitmap, size);
      const { clusterBytes } = state.geometry;
      const segments = Array.from<Segment, Segment>({ length: Math.ceil(bytes / clusterBytes) }, (_, i) => bitmap.segments![i]);
      bitmap.segments = segments;
      bitmap.isChanged = true;
      // Bits beyond the end are zero, should the disk grow again.
      const bits = Math.ceil(size / 2 ** bitmap.granularityBits);
      const last = segments.at(-1);
      if (last === undefined) continue;
      const within = bits - (segments.length - 1) * clusterBytes * 8;
      last.fill(0, Math.ceil(within / 8));
      if (within % 8 !== 0) last[Math.floor(within / 8)]! &= (1 << (within % 8)) - 1;
    }
    await this.#store(bitmaps);
  }
}
