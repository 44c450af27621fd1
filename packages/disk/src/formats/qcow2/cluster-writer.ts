/**
 * Changes to the cluster mapping. Each leaves the L2 table in memory with the new entry, the data in the store, the new cluster counted and the old one noted as free:
 * in which order that becomes durable is `State.commit`'s to decide.
 */
import { unpack } from '../../codec.ts';
import { corrupt, unsupported } from '../../errors.ts';
import { placeIn, readPadded } from '../../store/store.ts';
import type { Store } from '../../store/store.ts';
import { compressedEntry, compressedLimit, compressedPlace, offsetOf } from './cluster-map.ts';
import type { ClusterMap } from './cluster-map.ts';
import type { Geometry } from './geometry.ts';
import type { Header } from './header.ts';
import { COMPRESSED_HIGH, COPIED_HIGH, HIGH, SUBCLUSTERS, ZERO_LOW } from './layout.ts';
import type { Refcounts } from './refcounts.ts';
import type { Table } from './table-cache.ts';

export interface WriterParts {
  readonly header: Header;
  readonly refcounts: Refcounts;
  readonly map: ClusterMap;
  readonly data: Store;
  readonly hasDataFile: boolean;
  /** Called where memory for changes may have to be given back. */
  readonly makeRoom: () => Promise<void>;
}

/** What whole clusters become: zeros that hide a parent, or nothing at all. */
export type Emptiness = 'zero' | 'absent';

const ALL_SUBCLUSTERS = 0xffff_ffff;

export class ClusterWriter {
  readonly #header: Header;
  readonly #refcounts: Refcounts;
  readonly #map: ClusterMap;
  readonly #data: Store;
  readonly #hasDataFile: boolean;
  readonly #makeRoom: () => Promise<void>;

  constructor({ header, refcounts, map, data, hasDataFile, makeRoom }: WriterParts) {
    this.#header = header;
    this.#refcounts = refcounts;
    this.#map = map;
    this.#data = data;
    this.#hasDataFile = hasDataFile;
    this.#makeRoom = makeRoom;
  }

  get #geometry(): Geometry {
    return this.#header.geometry;
  }

  /** The L2 table for an L1 entry, the active disk's own: a new one where there is none, a copy where a snapshot has it too. */
  async table(index: number): Promise<Table> {
    const { l1, tables } = this.#map;
    const found = this.#map.table(index);
    const table = found instanceof Promise ? await found : found;
    if (table !== undefined && l1.isCopied(index)) return table;
    const offset = await this.#refcounts.allocate();
    const own = tables.add(offset, table?.bytes.slice());
    if (table !== undefined) this.#refcounts.free(table.offset, this.#geometry.clusterBytes);
    l1.set(index, offset, true);
    return own;
  }

  #setEntry(table: Table, index: number, high: number, low: number): void {
    const { l2EntryBytes } = this.#geometry;
    table.view.setUint32(index * l2EntryBytes, high);
    table.view.setUint32(index * l2EntryBytes + 4, low);
    this.#map.tables.changed(table, index * l2EntryBytes, l2EntryBytes);
  }

  /** Points an entry to a cluster of its own. */
  #setCluster(table: Table, index: number, offset: number): void {
    this.#setEntry(table, index, Math.floor(offset / HIGH) + COPIED_HIGH, offset % HIGH);
  }

  #setBits(table: Table, index: number, zeroBits: number, dataBits: number): void {
    table.view.setUint32(index * 16 + 8, zeroBits);
    table.view.setUint32(index * 16 + 12, dataBits);
    this.#map.tables.changed(table, index * 16, 16);
  }

  /** What an entry referred to is so no longer. */
  #release(high: number, low: number, isDiscarded = false): void {
    if ((high & COMPRESSED_HIGH) !== 0) {
      const { offset, length } = compressedPlace(this.#geometry, high, low);
      this.#refcounts.free(offset, length, isDiscarded);
    } else if (!this.#hasDataFile && offsetOf(high, low) !== 0) {
      this.#refcounts.free(offsetOf(high, low), this.#geometry.clusterBytes, isDiscarded);
    }
  }

  /** One block: a cluster or a subcluster. The disk may end within it. */
  async put(at: number, bytes: Uint8Array): Promise<void> {
    await this.#makeRoom();
    const { l2Reach, clusterBytes, hasSubclusters } = this.#geometry;
    const table = await this.table(Math.floor(at / l2Reach));
    const index = Math.floor((at % l2Reach) / clusterBytes);
    if (hasSubclusters && bytes.length < clusterBytes) await this.#putSubcluster(table, index, at, bytes);
    else await this.#putCluster(table, index, at, bytes);
  }

  async #putCluster(table: Table, index: number, at: number, bytes: Uint8Array): Promise<void> {
    const { clusterBytes, l2EntryBytes, hasSubclusters } = this.#geometry;
    const high = table.view.getUint32(index * l2EntryBytes), low = table.view.getUint32(index * l2EntryBytes + 4);
    const isCompressed = (high & COMPRESSED_HIGH) !== 0;
    if (this.#hasDataFile) {
      if (isCompressed) throw corrupt('a cluster is compressed, which it cannot be in an image with a data file', placeIn(this.#header.store, table.offset + index * l2EntryBytes, 'l2_table'));
      await this.#data.write(at, bytes);
      this.#setCluster(table, index, at);
    } else {
      const whole = padded(bytes, clusterBytes);
      const old = offsetOf(high, low);
      if (!isCompressed && old !== 0 && (high & COPIED_HIGH) !== 0) {
        await this.#data.write(old, whole);
        if (!hasSubclusters && (low & ZERO_LOW) === 0) return;
        this.#setCluster(table, index, old);
      } else {
        const offset = await this.#newCluster(whole);
        this.#release(high, low);
        this.#setCluster(table, index, offset);
      }
    }
    if (hasSubclusters) this.#setBits(table, index, 0, ALL_SUBCLUSTERS);
  }

  /** A new cluster with its contents; `skip` bytes of it are left as they are. */
  async #newCluster(bytes: Uint8Array, skip = 0): Promise<number> {
    const offset = await this.#refcounts.allocate();
    try {
      const written = this.#data.write(offset + skip, bytes);
      if (written instanceof Promise) await written;
    } catch (error) {
      await this.#refcounts.decrease(offset / this.#geometry.clusterBytes);
      throw error;
    }
    return offset;
  }

  async #putSubcluster(table: Table, index: number, at: number, bytes: Uint8Array): Promise<void> {
    const { clusterBytes, subclusterBytes } = this.#geometry;
    const skip = at % clusterBytes;
    await this.#expand(table, index, at - skip);
    const high = table.view.getUint32(index * 16), low = table.view.getUint32(index * 16 + 4);
    const zeroBits = table.view.getUint32(index * 16 + 8), dataBits = table.view.getUint32(index * 16 + 12);
    const whole = padded(bytes, subclusterBytes);
    const old = offsetOf(high, low);
    if (this.#hasDataFile) {
      await this.#data.write(at, bytes);
      this.#setCluster(table, index, at - skip);
    } else if (old === 0) {
      this.#setCluster(table, index, await this.#newCluster(whole, skip));
    } else if ((high & COPIED_HIGH) !== 0) {
      await this.#data.write(old + skip, whole);
    } else {
      const copy = await readPadded(this.#data, old, clusterBytes);
      copy.set(whole, skip);
      const offset = await this.#newCluster(copy);
      this.#release(high, low);
      this.#setCluster(table, index, offset);
    }
    const bit = 2 ** (skip / subclusterBytes);
    this.#setBits(table, index, (zeroBits & ~bit) >>> 0, (dataBits | bit) >>> 0);
  }

  /** A compressed cluster becomes a common one, so that a part of it can be changed. */
  async #expand(table: Table, index: number, at: number): Promise<void> {
    const { clusterBytes, l2EntryBytes } = this.#geometry;
    if ((table.view.getUint32(index * l2EntryBytes) & COMPRESSED_HIGH) === 0) return;
    const run = await this.#map.locate(at, clusterBytes);
    if (run.kind !== 'packed') return;
    const { block } = run;
    const packed = await readPadded(block.store, block.offset, block.packedLength);
    await this.#putCluster(table, index, at, await unpack(block.codec, packed, block.unpackedLength, placeIn(block.store, block.offset)));
  }

  /** A cluster's compressed contents. What is not smaller for it is written as it was. */
  async putPacked(at: number, packed: Uint8Array): Promise<void> {
    await this.#makeRoom();
    const { l2Reach, clusterBytes, l2EntryBytes, hasSubclusters } = this.#geometry;
    const table = await this.table(Math.floor(at / l2Reach));
    const index = Math.floor((at % l2Reach) / clusterBytes);
    if (packed.length >= clusterBytes) {
      await this.#putCluster(table, index, at, await unpack(this.#map.codec, packed, clusterBytes, { path: this.#header.store.name, op: 'write compressed' }));
      return;
    }
    const offset = await this.#refcounts.allocateBytes(packed.length);
    if (offset >= compressedLimit(this.#geometry)) throw unsupported('compressed data cannot be so far from the beginning of the file with clusters of this size', placeIn(this.#header.store, offset, 'l2_table'));
    const written = this.#data.write(offset, packed);
    if (written instanceof Promise) await written;
    this.#release(table.view.getUint32(index * l2EntryBytes), table.view.getUint32(index * l2EntryBytes + 4));
    const { high, low } = compressedEntry(this.#geometry, offset, packed.length);
    this.#setEntry(table, index, high, low);
    if (hasSubclusters) this.#setBits(table, index, 0, 0);
  }

  /**
   * Empties whole blocks. Version 2 has no zeros that hide a parent: there `zero` is for who knows that none is.
   * @param end where the disk ends too, or a multiple of the block
   * @param keepRoom clusters of the disk's own stay allocated
   */
  async clear(at: number, end: number, emptiness: Emptiness, keepRoom: boolean): Promise<void> {
    const { l2Reach, clusterBytes } = this.#geometry;
    for (let here = at; here < end;) {
      const l1Index = Math.floor(here / l2Reach);
      const stop = Math.min(end, (l1Index + 1) * l2Reach);
      await this.#makeRoom();
      if (emptiness === 'zero' || this.#map.l1.l2Offset(l1Index) !== 0) {
        const table = await this.table(l1Index);
        for (let cluster = here - (here % clusterBytes); cluster < stop; cluster += clusterBytes) {
          const index = Math.floor((cluster % l2Reach) / clusterBytes);
          if (this.#geometry.hasSubclusters) await this.#clearSubclusters(table, index, cluster, Math.max(here, cluster), Math.min(stop, cluster + clusterBytes), emptiness, keepRoom);
          else await this.#clearCluster(table, index, cluster, emptiness, keepRoom);
        }
      }
      here = stop;
    }
  }

  async #clearCluster(table: Table, index: number, at: number, emptiness: Emptiness, keepRoom: boolean): Promise<void> {
    const high = table.view.getUint32(index * 8), low = table.view.getUint32(index * 8 + 4);
    if (high === 0 && low === 0 && emptiness === 'absent') return;
    const offset = offsetOf(high, low);
    const isOwn = (high & (COMPRESSED_HIGH | COPIED_HIGH)) === (COPIED_HIGH | 0) && (this.#hasDataFile || offset !== 0);
    if (this.#hasDataFile && isOwn) await this.#data.discard(at, this.#geometry.clusterBytes);
    if (keepRoom && isOwn) {
      if (this.#geometry.version > 2) this.#setEntry(table, index, high, (low | ZERO_LOW) >>> 0);
      else await this.#data.write(offset, new Uint8Array(this.#geometry.clusterBytes));
      return;
    }
    const wanted = emptiness === 'zero' && this.#geometry.version > 2 ? ZERO_LOW : 0;
    if (high === 0 && low === wanted) return;
    this.#release(high, low, true);
    this.#setEntry(table, index, 0, wanted);
  }

  async #clearSubclusters(table: Table, index: number, cluster: number, from: number, to: number, emptiness: Emptiness, keepRoom: boolean): Promise<void> {
    const { subclusterBytes, clusterBytes } = this.#geometry;
    const first = Math.floor((from - cluster) / subclusterBytes), last = to % subclusterBytes === 0 ? (to - cluster) / subclusterBytes : SUBCLUSTERS;
    const isWhole = first === 0 && last === SUBCLUSTERS;
    if (!isWhole) await this.#expand(table, index, cluster);
    const high = table.view.getUint32(index * 16), low = table.view.getUint32(index * 16 + 4);
    const zeroBits = table.view.getUint32(index * 16 + 8), dataBits = table.view.getUint32(index * 16 + 12);
    if (high === 0 && low === 0 && zeroBits === 0 && emptiness === 'absent') return;
    const mask = isWhole ? ALL_SUBCLUSTERS : (2 ** last - 2 ** first) >>> 0;
    const isCompressed = (high & COMPRESSED_HIGH) !== 0;
    const hasCluster = !isCompressed && (offsetOf(high, low) !== 0 || (this.#hasDataFile && (high & COPIED_HIGH) !== 0));
    if (this.#hasDataFile && hasCluster) await this.#data.discard(from, to - from);
    const isKept = keepRoom && hasCluster && (high & COPIED_HIGH) !== 0;
    const newData = isCompressed ? 0 : (dataBits & ~mask) >>> 0;
    const newZero = emptiness === 'zero' || isKept ? (zeroBits | mask) >>> 0 : (zeroBits & ~mask) >>> 0;
    if (isCompressed || (hasCluster && newData === 0 && !isKept)) {
      this.#release(high, low, isWhole && to - from === clusterBytes);
      this.#setEntry(table, index, 0, 0);
    }
    this.#setBits(table, index, newZero, newData);
  }
}

function padded(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length === length) return bytes;
  const whole = new Uint8Array(length);
  whole.set(bytes);
  return whole;
}
