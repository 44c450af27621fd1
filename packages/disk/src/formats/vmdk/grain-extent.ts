/**
 * What all sparse extents have in common: a directory of tables of grains. Entries are turned into sectors of the file when a table is read, 0 for a grain that is not there
 * and 1 for one of zeros; what a directory and a table look like on disk is the subclass's.
 */
import { corrupt, DiskError } from '../../errors.ts';
import type { PackedBlock, Run } from '../../image.ts';
import { placeIn, readBytes, truncated } from '../../store/store.ts';
import type { Awaitable, Store } from '../../store/store.ts';
import type { Extent } from './extent.ts';
import { GRAIN_MARKER_BYTES, GTE_ZEROED, MARKER, SECTOR_BYTES } from './layout.ts';
import { unpackTail } from './tail-grain.ts';

export type GrainTable = Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** Tables that are kept: those of a disk of 128 GiB at the usual sizes. */
const CACHED_TABLE_BYTES = 8 * 1024 * 1024;

/** `plain`: grains are compressed, and nothing stands before them. */
export type Compression = 'none' | 'plain' | 'markers';

export interface GrainShape {
  readonly size: number;
  readonly grainBytes: number;
  readonly entriesPerTable: number;
  readonly compression: Compression;
  /** Before this sector no grain can be. */
  readonly lowestGrain: number;
}

export abstract class GrainExtent implements Extent {
  abstract readonly type: string;
  readonly isWritable: boolean = false;
  readonly whyReadOnly: string | undefined = undefined;
  readonly store: Store;
  readonly grainBytes: number;
  readonly entriesPerTable: number;
  readonly compression: Compression;
  readonly lowestGrain: number;
  readonly grainSectors: number;
  protected currentSize: number;
  protected readonly tables = new Map<number, GrainTable>();
  /** Tables that the file has not got as they are; they stay in `tables`. */
  protected readonly changedTables = new Set<number>();
  /** Those that are being written. */
  protected readonly pinnedTables = new Set<number>();
  readonly mostTables: number;
  #tailLength: number | undefined;

  constructor(store: Store, { size, grainBytes, entriesPerTable, compression, lowestGrain }: GrainShape) {
    this.store = store;
    this.currentSize = size;
    this.grainBytes = grainBytes;
    this.grainSectors = grainBytes / SECTOR_BYTES;
    this.entriesPerTable = entriesPerTable;
    this.compression = compression;
    this.lowestGrain = lowestGrain;
    this.mostTables = Math.max(16, Math.floor(CACHED_TABLE_BYTES / (entriesPerTable * 4)));
  }

  get size(): number {
    return this.currentSize;
  }

  get isCompressed(): boolean {
    return this.compression !== 'none';
  }

  /** Is there a table for this part of the disk? */
  protected abstract hasTable(index: number): boolean;
  /** @throws DiskError */
  protected abstract readTable(index: number): Awaitable<GrainTable>;

  /** Reads a table, or takes one that was read. */
  protected table(index: number): Awaitable<GrainTable> {
    const known = this.tables.get(index);
    if (known !== undefined) return known;
    const read = this.readTable(index);
    return read instanceof Promise ? read.then((table) => this.keepTable(index, table)) : this.keepTable(index, read);
  }

  protected keepTable(index: number, table: GrainTable): GrainTable {
    // While this one was being read another may have asked for it and changed it.
    const known = this.tables.get(index);
    if (known !== undefined) return known;
    if (this.tables.size >= this.mostTables) {
      for (const oldest of this.tables.keys()) {
        if (this.changedTables.has(oldest) || this.pinnedTables.has(oldest)) continue;
        this.tables.delete(oldest);
        break;
      }
    }
    this.tables.set(index, table);
    return table;
  }

  locate(at: number, length: number): Awaitable<Run> {
    const tableBytes = this.entriesPerTable * this.grainBytes;
    const index = Math.floor(at / tableBytes);
    const known = this.tables.get(index);
    if (known !== undefined) return this.#run(known, index * tableBytes, at, length);
    if (this.hasTable(index)) {
      const table = this.table(index);
      return table instanceof Promise ? table.then((read) => this.#run(read, index * tableBytes, at, length)) : this.#run(table, index * tableBytes, at, length);
    }
    let end = index + 1;
    while (end * tableBytes < at + length && !this.tables.has(end) && !this.hasTable(end)) end++;
    return { kind: 'absent', length: Math.min(length, end * tableBytes - at) };
  }

  /** @param tableStart where the table's part of the disk begins */
  #run(table: GrainTable, tableStart: number, at: number, length: number): Awaitable<Run> {
    const { grainBytes, grainSectors } = this;
    const slot = Math.floor((at - tableStart) / grainBytes);
    const skip = (at - tableStart) % grainBytes;
    const entry = table[slot]!;
    if (entry > GTE_ZEROED && this.isCompressed) return this.#packedRun(entry, at - skip, skip, length);
    const last = Math.min(this.entriesPerTable, slot + Math.ceil((skip + length) / grainBytes));
    let end = slot + 1;
    if (entry <= GTE_ZEROED) {
      while (end < last && table[end] === entry) end++;
      return { kind: entry === GTE_ZEROED ? 'zero' : 'absent', length: Math.min(length, (end - slot) * grainBytes - skip) };
    }
    while (end < last && table[end] === entry + (end - slot) * grainSectors) end++;
    const runLength = Math.min(length, (end - slot) * grainBytes - skip);
    const offset = entry * SECTOR_BYTES + skip;
    this.mustBeGrain(entry, offset + runLength, at - skip);
    return { kind: 'data', length: runLength, store: this.store, offset };
  }

  mustBeGrain(sector: number, end: number, at: number): void {
    const where = placeIn(this.store, sector * SECTOR_BYTES, 'grain table entry');
    if (sector < this.lowestGrain) throw corrupt(`the grain of the disk's byte ${at} would be within the extent's own structures`, where, 'see what check says');
    if (end > this.store.length) {
      throw new DiskError({ code: 'DISK_IMAGE_TRUNCATED', kind: 'corrupt', message: `the grain of the disk's byte ${at} would end at ${end}, and the file at ${this.store.length}`, context: where, hint: 'the file may have been copied in part' });
    }
  }

  #packedRun(sector: number, grainStart: number, skip: number, length: number): Awaitable<Run> {
    const found = this.packedGrain(sector, grainStart);
    const whole = (block: PackedBlock): Awaitable<Run> => {
      const run = (packed: PackedBlock): Run => ({ kind: 'packed', length: Math.min(length, this.grainBytes - skip), block: packed, skip });
      if (grainStart + this.grainBytes <= this.size) return run(block);
      return this.#tail(block).then((unpackedLength) => run({ ...block, unpackedLength }));
    };
    return found instanceof Promise ? found.then(whole) : whole(found);
  }

  /** The grain whose marker, or whose first byte, is in `sector`. @throws DiskError where it cannot be this one */
  packedGrain(sector: number, grainStart: number): Awaitable<PackedBlock> {
    const offset = sector * SECTOR_BYTES;
    this.mustBeGrain(sector, offset + GRAIN_MARKER_BYTES, grainStart);
    const block = { store: this.store, codec: { name: 'zlib' as const }, unpackedLength: this.grainBytes };
    if (this.compression === 'plain') return { ...block, offset, packedLength: Math.min(this.grainBytes * 2, this.store.length - offset) };
    const bytes = new Uint8Array(MARKER.byteLength);
    const finish = (): PackedBlock => {
      const { val, size } = MARKER.read(bytes, 0, placeIn(this.store, offset, 'marker'));
      if (val * SECTOR_BYTES !== grainStart) {
        throw corrupt(`the marker there is of the grain at ${val * SECTOR_BYTES}, and the grain table names it for ${grainStart}`, placeIn(this.store, offset, 'marker'));
      }
      if (size === 0 || size > this.grainBytes * 2) throw corrupt(`a compressed grain of ${size} bytes`, placeIn(this.store, offset, 'marker'));
      const start = offset + GRAIN_MARKER_BYTES;
      if (start + size > this.store.length) throw truncated(this.store, start, size);
      return { ...block, offset: start, packedLength: size };
    };
    const read = this.store.read(offset, bytes.subarray(0, GRAIN_MARKER_BYTES));
    return read instanceof Promise ? read.then(finish) : finish();
  }

  /** What the last grain unpacks to, where the disk ends within it: some fill it up and some do not. */
  async #tail(block: PackedBlock): Promise<number> {
    if (this.#tailLength !== undefined) return this.#tailLength;
    const packed = await readBytes(block.store, block.offset, block.packedLength);
    const tailBytes = this.size % this.grainBytes;
    // What cannot be unpacked is told where it is read.
    this.#tailLength = await unpackTail(packed, this.grainBytes, tailBytes, placeIn(block.store, block.offset)).then(({ length }) => length, () => tailBytes);
    return this.#tailLength;
  }

  flush(): Awaitable<void> {
    return this.store.flush();
  }

  close(): Awaitable<void> {
    return this.store.close();
  }
}
