/**
 * From an address of the disk to a place in the file ("Cluster mapping"): an L1 table in memory, L2 tables as they are needed. The active disk and each snapshot have a map.
 */
import { corrupt } from '../../errors.ts';
import type { DiskError } from '../../errors.ts';
import { viewOf } from '../../layout.ts';
import type { Run } from '../../image.ts';
import type { Codec } from '../../codec.ts';
import { placeIn, truncated } from '../../store/store.ts';
import type { Awaitable, Store } from '../../store/store.ts';
import type { Geometry } from './geometry.ts';
import type { Header } from './header.ts';
import { COMPRESSED_HIGH, COPIED_HIGH, HIGH, OFFSET_HIGH, OFFSET_LOW, SUBCLUSTERS, ZERO_LOW } from './layout.ts';
import type { Table, TableCache } from './table-cache.ts';

const L1_ENTRY_BYTES = 8;
const SECTOR_BYTES = 512;

/** An L1 table. */
export class L1Table {
  offset: number;
  view: DataView<ArrayBuffer>;
  #changedFrom = Infinity;
  #changedTo = 0;

  constructor(offset: number, bytes: Uint8Array<ArrayBuffer>) {
    this.offset = offset;
    this.view = viewOf(bytes) as DataView<ArrayBuffer>;
  }

  get entries(): number {
    return this.view.byteLength / L1_ENTRY_BYTES;
  }

  get byteLength(): number {
    return this.view.byteLength;
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.view.buffer, this.view.byteOffset, this.view.byteLength);
  }

  get isChanged(): boolean {
    return this.#changedTo > 0;
  }

  high(index: number): number {
    return this.view.getUint32(index * L1_ENTRY_BYTES);
  }

  /** Of the L2 table; 0 where there is none. */
  l2Offset(index: number): number {
    return offsetOf(this.high(index), this.view.getUint32(index * L1_ENTRY_BYTES + 4));
  }

  isCopied(index: number): boolean {
    return (this.high(index) & COPIED_HIGH) !== 0;
  }

  set(index: number, offset: number, isCopied: boolean): void {
    this.view.setUint32(index * L1_ENTRY_BYTES, Math.floor(offset / HIGH) + (isCopied ? COPIED_HIGH : 0));
    this.view.setUint32(index * L1_ENTRY_BYTES + 4, offset % HIGH);
    this.#changedFrom = Math.min(this.#changedFrom, index * L1_ENTRY_BYTES);
    this.#changedTo = Math.max(this.#changedTo, (index + 1) * L1_ENTRY_BYTES);
  }

  async write(store: Store): Promise<void> {
    const from = Math.floor(this.#changedFrom / SECTOR_BYTES) * SECTOR_BYTES;
    const to = Math.min(this.byteLength, Math.ceil(this.#changedTo / SECTOR_BYTES) * SECTOR_BYTES);
    await store.write(this.offset + from, this.bytes.subarray(from, to));
    this.#changedFrom = Infinity;
    this.#changedTo = 0;
  }

  /** It stands elsewhere now, and there as it is here. */
  moved(offset: number, bytes: Uint8Array<ArrayBuffer>): void {
    this.offset = offset;
    this.view = viewOf(bytes) as DataView<ArrayBuffer>;
    this.#changedFrom = Infinity;
    this.#changedTo = 0;
  }
}

export const offsetOf = (high: number, low: number): number => (high & OFFSET_HIGH) * HIGH + ((low & OFFSET_LOW) >>> 0);

/** Bits that must be zero in entries that are not of compressed clusters: 56 to 61 (and 62 of an L1 entry), and 1 to 8, with 0 where no zero flag is. */
const RESERVED_HIGH = 0x3f00_0000;
export const l1ReservedBits = (high: number, low: number): boolean => (high & (RESERVED_HIGH | COMPRESSED_HIGH)) !== 0 || (low & 0x1ff) !== 0;
export const l2ReservedBits = (geometry: Geometry, high: number, low: number): boolean =>
  (high & RESERVED_HIGH) !== 0 || (low & (geometry.version === 2 || geometry.hasSubclusters ? 0x1ff : 0x1fe)) !== 0;

/** "Compressed Clusters Descriptor": where the data begins, and the most bytes that it may have. */
export function compressedPlace(geometry: Geometry, high: number, low: number): { readonly offset: number; readonly length: number } {
  const offsetBits = 62 - (geometry.clusterBits - 8) - 32;
  const offset = (high & (2 ** offsetBits - 1)) * HIGH + low;
  const sectors = ((high & ~(COPIED_HIGH | COMPRESSED_HIGH)) >>> offsetBits) + 1;
  return { offset, length: sectors * SECTOR_BYTES - (offset % SECTOR_BYTES) };
}

export function compressedEntry(geometry: Geometry, offset: number, length: number): { readonly high: number; readonly low: number } {
  const offsetBits = 62 - (geometry.clusterBits - 8) - 32;
  const sectors = Math.floor((offset + length - 1) / SECTOR_BYTES) - Math.floor(offset / SECTOR_BYTES);
  return { high: (COMPRESSED_HIGH + sectors * 2 ** offsetBits + Math.floor(offset / HIGH)) >>> 0, low: offset % HIGH };
}

/** The first offset that compressed data cannot begin at. */
export const compressedLimit = (geometry: Geometry): number => 2 ** (62 - (geometry.clusterBits - 8));

export interface MapParts {
  readonly header: Header;
  readonly l1: L1Table;
  readonly tables: TableCache;
  /** Where data clusters are: the image's file, or its data file, deciphered where it is encrypted. */
  readonly data: Store;
  readonly hasDataFile: boolean;
}

export class ClusterMap {
  readonly l1: L1Table;
  readonly tables: TableCache;
  readonly #header: Header;
  readonly #data: Store;
  readonly #hasDataFile: boolean;

  constructor({ header, l1, tables, data, hasDataFile }: MapParts) {
    this.#header = header;
    this.l1 = l1;
    this.tables = tables;
    this.#data = data;
    this.#hasDataFile = hasDataFile;
  }

  get geometry(): Geometry {
    return this.#header.geometry;
  }

  /** The L2 table of an L1 entry; undefined where there is none. @throws DiskError where the entry cannot be right */
  table(index: number): Awaitable<Table> | undefined {
    const high = this.l1.high(index), low = this.l1.view.getUint32(index * L1_ENTRY_BYTES + 4);
    if (high === 0 && low === 0) return undefined;
    const offset = offsetOf(high, low);
    const place = this.l1.offset + index * L1_ENTRY_BYTES;
    if (l1ReservedBits(high, low)) throw this.#wrong(`L1 entry ${index} has reserved bits set`, place, 'l1_table');
    if (offset === 0) return undefined;
    if (this.#isMetadata(offset)) throw this.#wrong(`L1 entry ${index} has its L2 table at ${offset}, where the header, the L1 table or the refcount table is`, place, 'l1_table');
    return this.tables.get(offset);
  }

  #wrong(message: string, offset: number, field: string): DiskError {
    return corrupt(message, placeIn(this.#header.store, offset, field), 'check tells what else is wrong');
  }

  #isMetadata(offset: number): boolean {
    const { fields, geometry } = this.#header;
    return offset < geometry.clusterBytes || (offset >= this.l1.offset && offset < this.l1.offset + this.l1.byteLength)
      || (offset >= fields.refcount_table_offset && offset < fields.refcount_table_offset + fields.refcount_table_clusters * geometry.clusterBytes);
  }

  locate(at: number, length: number): Awaitable<Run> {
    const { l2Reach } = this.geometry;
    const index = Math.floor(at / l2Reach);
    const table = this.table(index);
    if (table === undefined) {
      // Neighbours without a table are the same; the walk is short, since a table maps much.
      let end = index + 1;
      while (end * l2Reach < at + length && end < this.l1.entries && this.l1.l2Offset(end) === 0 && this.l1.high(end) === 0) end++;
      return { kind: 'absent', length: Math.min(length, end * l2Reach - at) };
    }
    if (table instanceof Promise) return table.then((loaded) => this.#run(loaded, at, length));
    return this.#run(table, at, length);
  }

  #run(table: Table, at: number, length: number): Run {
    const { clusterBytes, l2Reach, l2Entries, hasSubclusters } = this.geometry;
    const index = Math.floor((at % l2Reach) / clusterBytes);
    const skip = at % clusterBytes;
    const most = Math.min(length, (l2Entries - index) * clusterBytes - skip);
    return hasSubclusters ? this.#subclusterRun(table, index, skip, most) : this.#clusterRun(table, index, skip, most);
  }

  /** @param skip bytes of the first cluster before the address @param length at most to the end of what the table maps */
  #clusterRun({ view, offset: tableOffset }: Table, index: number, skip: number, length: number): Run {
    const { geometry } = this;
    const { clusterBytes } = geometry;
    let at = index * 8;
    const high = view.getUint32(at), low = view.getUint32(at + 4);
    if ((high & COMPRESSED_HIGH) !== 0) return this.#packed(high, low, skip, length);
    let end = clusterBytes;
    const most = skip + length;
    if (high === 0 && low === 0) {
      for (at += 8; end < most && view.getUint32(at) === 0 && view.getUint32(at + 4) === 0; at += 8) end += clusterBytes;
      return { kind: 'absent', length: Math.min(end, most) - skip };
    }
    if (l2ReservedBits(geometry, high, low)) throw this.#wrong('an L2 entry has reserved bits set', tableOffset + at, 'l2_table');
    if ((low & ZERO_LOW) !== 0) {
      const isAllocated = offsetOf(high, low) !== 0;
      for (at += 8; end < most; at += 8) {
        const nextHigh = view.getUint32(at), nextLow = view.getUint32(at + 4);
        if ((nextHigh & COMPRESSED_HIGH) !== 0 || (nextLow & ZERO_LOW) === 0 || (offsetOf(nextHigh, nextLow) !== 0) !== isAllocated) break;
        end += clusterBytes;
      }
      return { kind: 'zero', length: Math.min(end, most) - skip, isAllocated };
    }
    const offset = offsetOf(high, low);
    this.#mustBeCluster(offset, high, tableOffset + at);
    const flags = high & COPIED_HIGH;
    for (at += 8; end < most; at += 8) {
      const next = offset + end;
      if (view.getUint32(at) !== ((next / HIGH) | flags) >>> 0 || view.getUint32(at + 4) !== next % HIGH) break;
      end += clusterBytes;
    }
    return this.#dataRun(offset + skip, Math.min(end, most) - skip, flags === 0);
  }

  #mustBeCluster(offset: number, high: number, place: number): void {
    if (offset % this.geometry.clusterBytes !== 0) throw this.#wrong(`an L2 entry has its cluster at ${offset}, which is not a multiple of the cluster`, place, 'l2_table');
    if (this.#hasDataFile) {
      if (offset === 0 && (high & COPIED_HIGH) === 0) throw this.#wrong('an L2 entry has no cluster and says that it has one', place, 'l2_table');
    } else if (this.#isMetadata(offset)) {
      throw this.#wrong(`an L2 entry has its cluster at ${offset}, where the header, the L1 table or the refcount table is`, place, 'l2_table');
    }
  }

  /** What is of the cluster beyond the file's end was never written: it is zero. A cluster that is all there is missing. */
  #dataRun(offset: number, length: number, isShared: boolean): Run {
    const { clusterBytes } = this.geometry;
    const store = this.#data;
    const there = store.length - offset;
    if (there >= length) return isShared ? { kind: 'data', length, store, offset, isShared } : { kind: 'data', length, store, offset };
    if (store.length <= offset - (offset % clusterBytes)) throw truncated(store, offset, length);
    if (there > 0) return isShared ? { kind: 'data', length: there, store, offset, isShared } : { kind: 'data', length: there, store, offset };
    return { kind: 'zero', length: Math.min(length, clusterBytes - (offset % clusterBytes)), isAllocated: true };
  }

  get codec(): Codec {
    return this.#header.compression === 'zstd' ? { name: 'zstd' } : { name: 'deflate', windowBits: 12 };
  }

  #packed(high: number, low: number, skip: number, length: number): Run {
    const { geometry } = this;
    const { offset, length: most } = compressedPlace(geometry, high, low);
    const { store } = this.#header;
    if (this.#hasDataFile) throw this.#wrong('a cluster is compressed, which it cannot be in an image with a data file', offset, 'l2_table');
    if (offset >= store.length) throw truncated(store, offset, most);
    return {
      kind: 'packed', length: Math.min(length, geometry.clusterBytes - skip), skip,
      block: { store, offset, packedLength: Math.min(most, store.length - offset), codec: this.codec, unpackedLength: geometry.clusterBytes },
    };
  }

  /** "Extended L2 Entries" */
  #subclusterRun(table: Table, index: number, skip: number, length: number): Run {
    const { geometry } = this;
    const { subclusterBytes } = geometry;
    const { view, offset: tableOffset } = table;
    const firstHigh = view.getUint32(index * 16), firstLow = view.getUint32(index * 16 + 4);
    if ((firstHigh & COMPRESSED_HIGH) !== 0) return this.#packed(firstHigh, firstLow, skip, length);
    let kind: 'data' | 'zero' | 'absent' | undefined;
    let offset = 0, flags = 0, isAllocated = false;
    let end = skip - (skip % subclusterBytes);
    const most = skip + length;
    let subcluster = end / subclusterBytes;
    for (let entry = index; end < most; entry++, subcluster = 0) {
      const high = view.getUint32(entry * 16), low = view.getUint32(entry * 16 + 4);
      const zeroBits = view.getUint32(entry * 16 + 8), dataBits = view.getUint32(entry * 16 + 12);
      if (entry > index && (high & COMPRESSED_HIGH) !== 0) break;
      if (l2ReservedBits(geometry, high, low)) throw this.#wrong('an L2 entry has reserved bits set', tableOffset + entry * 16, 'l2_table');
      if ((zeroBits & dataBits) !== 0) throw this.#wrong('a subcluster is said to be both allocated and zero', tableOffset + entry * 16, 'l2_table');
      const host = offsetOf(high, low);
      if (dataBits !== 0) this.#mustBeCluster(host, high, tableOffset + entry * 16);
      let isSame = true;
      for (; subcluster < SUBCLUSTERS && end < most; subcluster++, end += subclusterBytes) {
        const bit = 1 << subcluster;
        const found = (dataBits & bit) !== 0 ? 'data' : (zeroBits & bit) !== 0 ? 'zero' : 'absent';
        if (kind === undefined) {
          kind = found;
          flags = high & COPIED_HIGH;
          isAllocated = host !== 0;
          // Where the run's first cluster begins: `end` counts from there too.
          offset = host;
        }
        isSame = found === kind && (kind === 'absent' || (kind === 'zero' ? isAllocated === (host !== 0) : (high & COPIED_HIGH) === flags && host + subcluster * subclusterBytes === offset + end));
        if (!isSame) break;
      }
      if (!isSame) break;
    }
    const found = Math.min(end, most) - skip;
    if (kind === 'data') return this.#dataRun(offset + skip, found, flags === 0);
    return kind === 'zero' ? { kind, length: found, isAllocated } : { kind: 'absent', length: found };
  }
}
