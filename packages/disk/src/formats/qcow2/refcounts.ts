/**
 * How often each cluster of the file is referred to ("Host cluster management"), and which are free.
 *
 * Changes are made in memory. `write` brings them to the file before what refers to the clusters; `free` takes effect with `release`, after what referred to the cluster no longer
 * does so in the file: a cluster is never given out while an older state of the image could still need it.
 */
import { beyondLimit, corrupt, unsupported } from '../../errors.ts';
import { viewOf } from '../../layout.ts';
import { placeIn } from '../../store/store.ts';
import type { Awaitable, Store } from '../../store/store.ts';
import type { Geometry } from './geometry.ts';
import type { Header } from './header.ts';
import { HIGH, MOST_REFCOUNT_TABLE_BYTES, OFFSET_LOW } from './layout.ts';
import { TableCache } from './table-cache.ts';
import type { Table } from './table-cache.ts';

const CACHE_BYTES = 8 * 1024 * 1024;
/** Free clusters that are remembered one by one; the others are found by a search from the front. */
const MOST_KNOWN_FREE = 65_536;
const ENTRY_BYTES = 8;

/** Reads and writes one refcount of a block. Those of less than a byte begin at its low end. */
export interface RefcountAccess {
  get(view: DataView, index: number): number;
  set(view: DataView, index: number, value: number): void;
}

export function refcountAccess(bits: number): RefcountAccess {
  switch (bits) {
    case 8: return { get: (view, i) => view.getUint8(i), set: (view, i, value) => view.setUint8(i, value) };
    case 16: return { get: (view, i) => view.getUint16(i * 2), set: (view, i, value) => view.setUint16(i * 2, value) };
    case 32: return { get: (view, i) => view.getUint32(i * 4), set: (view, i, value) => view.setUint32(i * 4, value) };
    case 64: return {
      get: (view, i) => Math.min(Number.MAX_SAFE_INTEGER, view.getUint32(i * 8) * HIGH + view.getUint32(i * 8 + 4)),
      set(view, i, value) {
        view.setUint32(i * 8, Math.floor(value / HIGH));
        view.setUint32(i * 8 + 4, value % HIGH);
      },
    };
    default: {
      const perByte = 8 / bits, mask = (1 << bits) - 1;
      return {
        get: (view, i) => (view.getUint8(Math.floor(i / perByte)) >> ((i % perByte) * bits)) & mask,
        set(view, i, value) {
          const at = Math.floor(i / perByte), shift = (i % perByte) * bits;
          view.setUint8(at, (view.getUint8(at) & ~(mask << shift)) | (value << shift));
        },
      };
    }
  }
}

export class Refcounts {
  readonly #header: Header;
  readonly #store: Store;
  #geometry: Geometry;
  #access: RefcountAccess;
  #blocks: TableCache;
  /** The refcount table: places of the blocks. */
  #table: DataView;
  #tableChangedFrom = Infinity;
  #tableChangedTo = 0;
  /** A larger table that the header does not tell of yet. */
  #newTable: { readonly offset: number; readonly clusters: number } | undefined;
  /** No cluster below is free, except those of `#known`. */
  #cursor = 0;
  #known: number[] = [];
  /** Pairs of a cluster and a count, joined where they are neighbours. */
  #leaving: number[] = [];
  /** The same, for clusters whose room is to be given back to the host. */
  #discarded: number[] = [];
  /** Where compressed data ends in a cluster that has room left; 0 where there is none. */
  #packedEnd = 0;
  #isLoaded = false;

  constructor(header: Header) {
    this.#header = header;
    this.#store = header.store;
    this.#geometry = header.geometry;
    this.#access = refcountAccess(this.#geometry.refcountBits);
    this.#blocks = this.#newCache();
    this.#table = new DataView(new ArrayBuffer(0));
  }

  #newCache(): TableCache {
    return new TableCache(this.#store, this.#geometry.clusterBytes, CACHE_BYTES, 'refcount block');
  }

  /** Reads the table; called before anything else. Only who writes or checks needs it. */
  async load(): Promise<void> {
    if (this.#isLoaded) return;
    const { refcount_table_offset: offset, refcount_table_clusters: clusters } = this.#header.fields;
    if (offset === 0 || clusters === 0) throw corrupt('there is no refcount table', placeIn(this.#store, 48, 'refcount_table_offset'), 'repair it with check --repair all');
    const bytes = new Uint8Array(clusters * this.#geometry.clusterBytes);
    await this.#store.read(offset, bytes);
    this.#table = viewOf(bytes);
    this.#isLoaded = true;
  }

  /** After the structures in the file have been replaced. */
  async reload(): Promise<void> {
    this.#isLoaded = false;
    this.#geometry = this.#header.geometry;
    this.#access = refcountAccess(this.#geometry.refcountBits);
    this.#blocks = this.#newCache();
    this.#known = [];
    this.#leaving = [];
    this.#discarded = [];
    this.#cursor = 0;
    this.#packedEnd = 0;
    this.#newTable = undefined;
    this.#tableChangedFrom = Infinity;
    this.#tableChangedTo = 0;
    await this.load();
  }

  get hasChanges(): boolean {
    return this.#blocks.hasChanges || this.#tableChangedTo > 0 || this.#leaving.length > 0 || this.#discarded.length > 0;
  }

  /** Memory that `write` and `release` would give back. */
  get changedBytes(): number {
    return this.#blocks.changedBytes + (this.#leaving.length + this.#discarded.length) * 8;
  }

  get tableEntries(): number {
    return this.#table.byteLength / ENTRY_BYTES;
  }

  /** Where a block is; 0 where there is none, so that all its clusters are free. */
  blockOffset(index: number): number {
    if (index >= this.tableEntries) return 0;
    return this.#table.getUint32(index * ENTRY_BYTES) * HIGH + ((this.#table.getUint32(index * ENTRY_BYTES + 4) & OFFSET_LOW) >>> 0);
  }

  #block(index: number): Awaitable<Table> | undefined {
    const offset = this.blockOffset(index);
    if (offset === 0) return undefined;
    const { refcount_table_offset: table, refcount_table_clusters: clusters } = this.#header.fields;
    if (offset >= table && offset < table + clusters * this.#geometry.clusterBytes) {
      throw corrupt(`refcount block ${index} is said to be within the refcount table`, placeIn(this.#store, offset, 'refcount block'), 'repair it with check --repair all');
    }
    return this.#blocks.get(offset);
  }

  async get(cluster: number): Promise<number> {
    const found = this.#block(Math.floor(cluster / this.#geometry.refcountsPerBlock));
    const block = found instanceof Promise ? await found : found;
    return block === undefined ? 0 : this.#access.get(block.view, cluster % this.#geometry.refcountsPerBlock);
  }

  /**
   * The refcounts of a block, or undefined where it has none.
   * @throws DiskError where the table's entry is not a place for one
   */
  async block(index: number): Promise<DataView | undefined> {
    const found = this.#block(index);
    return (found instanceof Promise ? await found : found)?.view;
  }

  /** @throws DiskError where the cluster has no block, which only `allocate` makes */
  async set(cluster: number, value: number): Promise<void> {
    const { refcountsPerBlock, refcountBits, mostRefcount } = this.#geometry;
    const found = this.#block(Math.floor(cluster / refcountsPerBlock));
    const block = found instanceof Promise ? await found : found;
    const where = placeIn(this.#store, cluster * this.#geometry.clusterBytes, 'refcount');
    if (block === undefined) throw corrupt('a cluster in use has no refcount block', where, 'repair it with check --repair all');
    if (value > mostRefcount) throw unsupported(`a cluster would have ${value} references; refcounts of ${refcountBits} bits hold ${mostRefcount}`, where, 'make an image with larger refcount_bits');
    const index = cluster % refcountsPerBlock;
    this.#access.set(block.view, index, value);
    this.#blocks.changed(block, Math.floor((index * refcountBits) / 8), Math.ceil(refcountBits / 8));
  }

  /** One reference more for each of `count` clusters. */
  async increase(cluster: number, count = 1): Promise<void> {
    for (let i = cluster; i < cluster + count; i++) await this.set(i, (await this.get(i)) + 1);
  }

  /** One reference less at once: for what is not referred to in the file any longer. A cluster that has none has been free all along. */
  async decrease(cluster: number, count = 1): Promise<void> {
    for (let i = cluster; i < cluster + count; i++) {
      const value = await this.get(i);
      if (value === 0) continue;
      await this.set(i, value - 1);
      if (value > 1) continue;
      if (Math.floor(this.#packedEnd / this.#geometry.clusterBytes) === i) this.#packedEnd = 0;
      if (this.#known.length < MOST_KNOWN_FREE) this.#known.push(i);
      else this.#cursor = Math.min(this.#cursor, i);
    }
  }

  /** One reference less for each cluster that has a byte of the stretch, once `release` is called. @param isDiscarded its room shall go back to the host */
  free(offset: number, length: number, isDiscarded = false): void {
    const { clusterBytes } = this.#geometry;
    const first = Math.floor(offset / clusterBytes);
    const count = Math.floor((offset + length - 1) / clusterBytes) - first + 1;
    const list = isDiscarded ? this.#discarded : this.#leaving;
    const last = list.length - 2;
    const end = last < 0 ? -1 : list[last]! + list[last + 1]!;
    if (end === first) list[last + 1]! += count;
    else list.push(first, count);
  }

  /** A place for `count` clusters that follow one another, each with one reference. @returns its offset */
  async allocate(count = 1): Promise<number> {
    const { clusterBytes, refcountsPerBlock } = this.#geometry;
    for (let known = count === 1 ? this.#known.pop() : undefined; known !== undefined; known = this.#known.pop()) {
      if ((await this.get(known)) === 0) return this.#take(known, 1);
    }
    let found = 0;
    for (let cluster = this.#cursor; ;) {
      const index = Math.floor(cluster / refcountsPerBlock);
      if (index >= this.tableEntries) break;
      const loaded = this.#block(index);
      const block = loaded instanceof Promise ? await loaded : loaded;
      const end = (index + 1) * refcountsPerBlock;
      if (block === undefined) {
        found = 0;
        cluster = end;
        continue;
      }
      for (; cluster < end; cluster++) {
        found = this.#access.get(block.view, cluster % refcountsPerBlock) === 0 ? found + 1 : 0;
        if (found < count) continue;
        const start = cluster - count + 1;
        if (count === 1 || start === this.#cursor) this.#cursor = cluster + 1;
        return this.#take(start, count);
      }
      if (count === 1) this.#cursor = end;
    }
    return (await this.#append(count)) * clusterBytes;
  }

  async #take(cluster: number, count: number): Promise<number> {
    const { clusterBytes } = this.#geometry;
    for (let i = cluster; i < cluster + count; i++) {
      await this.set(i, 1);
      if (Math.floor(this.#packedEnd / clusterBytes) === i) this.#packedEnd = 0;
    }
    return cluster * clusterBytes;
  }

  /** Room for `count` clusters where no block has been yet: blocks for them, and a larger table where the old one is full. @returns the first of them */
  async #append(count: number): Promise<number> {
    const { clusterBytes, refcountsPerBlock } = this.#geometry;
    let top = this.tableEntries;
    while (top > 0 && this.blockOffset(top - 1) === 0) top--;
    const first = top * refcountsPerBlock;
    let blocks = 1, tableClusters = 0;
    for (let isSettled = false; !isSettled;) {
      const neededBlocks = Math.ceil((blocks + count + tableClusters) / refcountsPerBlock);
      const neededEntries = top + neededBlocks;
      // Half as much again: a table that grows is moved seldom.
      const neededTable = neededEntries <= this.tableEntries ? 0 : Math.max(tableClusters, Math.ceil((neededEntries * 1.5 * ENTRY_BYTES) / clusterBytes));
      isSettled = neededBlocks <= blocks && neededTable === tableClusters;
      blocks = Math.max(blocks, neededBlocks);
      tableClusters = neededTable;
    }
    if (tableClusters * clusterBytes > MOST_REFCOUNT_TABLE_BYTES) throw beyondLimit('the file would be larger than its refcount table can count', placeIn(this.#store, first * clusterBytes, 'refcount_table_clusters'));
    const used = blocks + count + tableClusters;
    for (let i = 0; i < blocks; i++) {
      const block = this.#blocks.add((first + i) * clusterBytes);
      const isOf = Math.min(refcountsPerBlock, used - i * refcountsPerBlock);
      for (let index = 0; index < isOf; index++) this.#access.set(block.view, index, 1);
    }
    if (tableClusters > 0) this.#enlargeTable(tableClusters);
    for (let i = 0; i < blocks; i++) this.#setEntry(top + i, (first + i) * clusterBytes);
    this.#cursor = Math.max(this.#cursor, first + used);
    if (tableClusters > 0) {
      this.#newTable = { offset: (first + blocks + count) * clusterBytes, clusters: tableClusters };
      await this.#switchTable();
    }
    return first + blocks;
  }

  #setEntry(index: number, offset: number): void {
    this.#table.setUint32(index * ENTRY_BYTES, Math.floor(offset / HIGH));
    this.#table.setUint32(index * ENTRY_BYTES + 4, offset % HIGH);
    this.#tableChangedFrom = Math.min(this.#tableChangedFrom, index * ENTRY_BYTES);
    this.#tableChangedTo = Math.max(this.#tableChangedTo, (index + 1) * ENTRY_BYTES);
  }

  #enlargeTable(clusters: number): void {
    const larger = new Uint8Array(clusters * this.#geometry.clusterBytes);
    larger.set(new Uint8Array(this.#table.buffer, this.#table.byteOffset, this.#table.byteLength));
    this.#table = viewOf(larger);
  }

  /** Blocks first, then the table that tells of them, then the header that tells of the table. Tried again by `write` where it failed. */
  async #switchTable(): Promise<void> {
    if (this.#newTable === undefined) return;
    const { fields } = this.#header;
    const { offset, clusters } = this.#newTable;
    const old = { offset: fields.refcount_table_offset, clusters: fields.refcount_table_clusters };
    await this.#blocks.write();
    await this.#store.write(offset, new Uint8Array(this.#table.buffer));
    await this.#store.flush();
    Object.assign(fields, { refcount_table_offset: offset, refcount_table_clusters: clusters });
    try {
      await this.#header.writeFields();
      await this.#store.flush();
    } catch (error) {
      Object.assign(fields, { refcount_table_offset: old.offset, refcount_table_clusters: old.clusters });
      throw error;
    }
    this.#newTable = undefined;
    this.free(old.offset, old.clusters * this.#geometry.clusterBytes);
    this.#tableChangedFrom = Infinity;
    this.#tableChangedTo = 0;
  }

  /** A place for compressed data of at most a cluster: after other such data, where its cluster may have another reference. */
  async allocateBytes(length: number): Promise<number> {
    const { clusterBytes, mostRefcount } = this.#geometry;
    const offset = this.#packedEnd;
    const rest = clusterBytes - (offset % clusterBytes);
    if (offset > 0 && rest < clusterBytes) {
      const cluster = Math.floor(offset / clusterBytes);
      const references = await this.get(cluster);
      const fits = length <= rest;
      const isNextFree = !fits && this.blockOffset(Math.floor((cluster + 1) / this.#geometry.refcountsPerBlock)) !== 0 && (await this.get(cluster + 1)) === 0;
      if (references > 0 && references < mostRefcount && (fits || isNextFree)) {
        await this.set(cluster, references + 1);
        if (isNextFree) await this.set(cluster + 1, 1);
        this.#packedEnd = offset + length;
        return offset;
      }
    }
    const start = await this.allocate();
    this.#packedEnd = start + length;
    return start;
  }

  /** Brings what was allocated to the file. Before anything refers to it there, the store is to be flushed. */
  async write(): Promise<void> {
    await this.#switchTable();
    await this.#blocks.write();
    if (this.#tableChangedTo === 0) return;
    // A block that the table tells of has to be there.
    await this.#store.flush();
    const from = Math.floor(this.#tableChangedFrom / 512) * 512, to = Math.ceil(this.#tableChangedTo / 512) * 512;
    await this.#store.write(this.#header.fields.refcount_table_offset + from, new Uint8Array(this.#table.buffer, from, to - from));
    this.#tableChangedFrom = Infinity;
    this.#tableChangedTo = 0;
  }

  /** Nothing in the file refers to what was freed any longer: it may be used again. */
  async release(): Promise<void> {
    const leaving = this.#leaving, discarded = this.#discarded;
    this.#leaving = [];
    this.#discarded = [];
    // From the last to the first: the ones before are then given out first.
    for (let i = leaving.length - 2; i >= 0; i -= 2) await this.decrease(leaving[i]!, leaving[i + 1]!);
    for (let i = discarded.length - 2; i >= 0; i -= 2) await this.#discard(discarded[i]!, discarded[i + 1]!);
  }

  async #discard(cluster: number, count: number): Promise<void> {
    const { clusterBytes } = this.#geometry;
    await this.decrease(cluster, count);
    for (let from = cluster; from < cluster + count;) {
      let to = from;
      while (to < cluster + count && (await this.get(to)) === 0) to++;
      if (to > from) await this.#store.discard(from * clusterBytes, (to - from) * clusterBytes);
      from = to + 1;
    }
  }
}
