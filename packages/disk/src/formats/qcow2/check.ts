/**
 * What `check` tells of an image, and repairs: every reference is counted and compared with the refcounts, and flags and places in tables are looked at. The counts of
 * problems are qemu-img's.
 */
import { DiskError, beyondLimit } from '../../errors.ts';
import type { CheckProblem, CheckReport, Repair } from '../../format.ts';
import { placeIn, readPadded } from '../../store/store.ts';
import { bitmapPlaces } from './bitmap-directory.ts';
import { compressedPlace, l1ReservedBits, l2ReservedBits, offsetOf } from './cluster-map.ts';
import { clustersIn } from './geometry.ts';
import type { Qcow2Image } from './image.ts';
import { COMPRESSED_HIGH, COPIED_HIGH, Incompatible } from './layout.ts';
import { ReferenceCounts } from './reference-counts.ts';
import { refcountAccess } from './refcounts.ts';
import type { RefcountAccess } from './refcounts.ts';
import { rebuildCounts, setCopiedFlags } from './repair.ts';
import { readSnapshotTable } from './snapshot-table.ts';
import type { State } from './state.ts';

const MOST_PROBLEMS = 1000;
const MOST_CHANGED_BYTES = 4 * 1024 * 1024;
/** L1 entries of the disk and all snapshots: 128 MiB of tables. */
const MOST_L1_ENTRIES = 16 * 1024 * 1024;

/** @throws DiskError only where the image cannot be checked at all: what is wrong with it is in the report */
export async function checkImage(image: Qcow2Image, repair: Repair | undefined): Promise<CheckReport> {
  const { state } = image;
  if (state.isMarked) await state.alone(() => state.settle());
  return state.alone(() => new Check(state, repair).run());
}

class Check {
  readonly #state: State;
  readonly #repair: Repair | undefined;
  readonly #references: ReferenceCounts;
  readonly #problems: CheckProblem[] = [];
  readonly #counts = { corruptions: 0, leaks: 0, corruptionsFixed: 0, leaksFixed: 0 };
  #allocated = 0;
  #compressed = 0;
  #fragmented = 0;
  #nextOffset = 0;
  #end = 0;
  readonly #access: RefcountAccess;
  /** Refcounts of the block that was asked for last. */
  #block: DataView | undefined;
  #blockIndex = -1;
  readonly #blockBytes: Uint8Array<ArrayBuffer>;
  readonly #blockView: DataView;
  #wanted = 0;
  /** The refcounts cannot be put right where they are. */
  #mustRebuild = false;
  #isUnreadable = false;
  /** In an image that was not closed they are not expected to be right. */
  readonly #isStale: boolean;

  constructor(state: State, repair: Repair | undefined) {
    this.#state = state;
    this.#repair = repair;
    this.#references = new ReferenceCounts(clustersIn(state.geometry, state.store.length));
    this.#blockBytes = new Uint8Array(state.geometry.clusterBytes);
    this.#blockView = new DataView(this.#blockBytes.buffer);
    this.#access = refcountAccess(state.geometry.refcountBits);
    this.#isStale = state.header.has(Incompatible.dirty);
  }

  async run(): Promise<CheckReport> {
    const { state } = this;
    const isReadable = await this.#loadCounts();
    await this.#countAll();
    await this.#countCounts(isReadable);
    await this.#compare();
    if (this.#repair !== undefined) await this.#fix();
    return {
      problems: this.#problems, ...this.#counts,
      allocated: this.#allocated, total: clustersIn(state.geometry, state.header.fields.size), compressed: this.#compressed, fragmented: this.#fragmented, endOffset: this.#end * state.geometry.clusterBytes,
    };
  }

  get state(): State {
    return this.#state;
  }

  #tell(kind: CheckProblem['kind'], message: string, offset?: number, isFixed = false): void {
    if (kind === 'corruption') this.#counts[isFixed ? 'corruptionsFixed' : 'corruptions']++;
    if (kind === 'leak') this.#counts[isFixed ? 'leaksFixed' : 'leaks']++;
    if (this.#problems.length < MOST_PROBLEMS) this.#problems.push({ kind, message, ...(offset === undefined ? {} : { offset }), ...(isFixed ? { isFixed } : {}) });
  }

  async #loadCounts(): Promise<boolean> {
    try {
      await this.state.refcounts.load();
      return true;
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      this.#tell('corruption', `the refcount table cannot be read: ${error.message}`, this.state.header.fields.refcount_table_offset, this.#repair === 'all');
      this.#mustRebuild = true;
      this.#isUnreadable = true;
      return false;
    }
  }

  /** One reference more for each cluster of a stretch; one that is not in the file is told of. */
  #count(offset: number, length: number, what: string, times = 1): boolean {
    const { clusterBytes } = this.state.geometry;
    const { length: fileLength } = this.state.store;
    if (length === 0) return true;
    if (offset + length - fileLength >= clusterBytes) {
      this.#tell('corruption', `${what} is beyond the end of the file, which is at ${fileLength}`, offset);
      return false;
    }
    const last = Math.min(this.#references.clusters - 1, Math.floor((offset + length - 1) / clusterBytes));
    for (let cluster = Math.floor(offset / clusterBytes); cluster <= last; cluster++) this.#references.add(cluster, times);
    return true;
  }

  async #countAll(): Promise<void> {
    const { header, geometry, l1, store } = this.state;
    const { fields } = header;
    this.#count(0, geometry.clusterBytes, 'the header');
    this.#count(l1.offset, l1.byteLength, 'the L1 table');
    /** Places of L2 tables, one more for those of the active disk: sorted, so that a table is read once however many snapshots have it. */
    const places: number[] = [];
    await this.#collect(l1.view, l1.offset, true, places);
    let entries = l1.entries;
    try {
      const table = await readSnapshotTable(this.state.header);
      this.#count(fields.snapshots_offset, table.byteLength, 'the snapshot table');
      for (const { l1Offset, l1Entries, name } of table.snapshots) {
        entries += l1Entries;
        if (entries > MOST_L1_ENTRIES) throw beyondLimit(`the L1 tables have more than ${MOST_L1_ENTRIES} entries`, placeIn(store, l1Offset, 'l1_size'));
        const what = `the L1 table of snapshot ${JSON.stringify(name)}`;
        if (l1Offset % geometry.clusterBytes !== 0) this.#tell('corruption', `${what} is not at a cluster`, l1Offset);
        else if (this.#count(l1Offset, l1Entries * 8, what)) await this.#collect(new DataView((await readPadded(store, l1Offset, l1Entries * 8)).buffer), l1Offset, false, places);
      }
    } catch (error) {
      this.#tellError(error, 'the snapshots', fields.snapshots_offset);
    }
    const encryption = header.encryptionHeader;
    if (encryption !== undefined) this.#count(encryption.offset, encryption.length, 'the encryption header');
    try {
      for (const { offset, length, what } of await bitmapPlaces(header)) this.#count(offset, length, what);
    } catch (error) {
      this.#tellError(error, 'the bitmaps');
    }
    await this.#countTables(Float64Array.from(places).sort());
  }

  #tellError(error: unknown, what: string, offset?: number): void {
    if (!(error instanceof DiskError)) throw error;
    this.#tell('corruption', `${what}: ${error.message}`, error.context.offset ?? offset);
  }

  async #collect(view: DataView, offset: number, isActive: boolean, places: number[]): Promise<void> {
    for (let at = 0; at < view.byteLength; at += 8) {
      const high = view.getUint32(at), low = view.getUint32(at + 4);
      if (high === 0 && low === 0) continue;
      const place = offsetOf(high, low);
      if (l1ReservedBits(high, low)) this.#tell('corruption', `L1 entry ${at / 8} has reserved bits set`, offset + at);
      if (place === 0) continue;
      if (place % this.state.geometry.clusterBytes !== 0) this.#tell('corruption', `L1 entry ${at / 8} has its L2 table at ${place}, which is not a cluster`, offset + at);
      else {
        places.push(place + (isActive ? 1 : 0));
        if (!isActive) continue;
        const cluster = place / this.state.geometry.clusterBytes;
        await this.#need(cluster);
        this.#checkCopied(cluster, (high & COPIED_HIGH) !== 0, offset + at, 'L1');
      }
    }
  }

  /** Makes the refcount of a cluster, and of its neighbours, known. */
  async #need(cluster: number): Promise<void> {
    const index = Math.floor(cluster / this.state.geometry.refcountsPerBlock);
    if (index === this.#blockIndex) return;
    this.#blockIndex = index;
    this.#block = undefined;
    const { clusterBytes } = this.state.geometry;
    const offset = this.#isUnreadable ? 0 : this.state.refcounts.blockOffset(index);
    // One that is no cluster of the file is told of by the walk over the refcount table.
    if (offset === 0 || offset % clusterBytes !== 0 || offset + clusterBytes > this.state.store.length) return;
    // Into the same memory each time: a large image has thousands.
    const read = this.state.store.read(offset, this.#blockBytes);
    if (read instanceof Promise) await read;
    this.#block = this.#blockView;
  }

  #checkCopied(cluster: number, isCopied: boolean, offset: number, what: string): void {
    const refcount = this.#block === undefined ? 0 : this.#access.get(this.#block, cluster % this.state.geometry.refcountsPerBlock);
    if ((refcount === 1) === isCopied) return;
    this.#tell(this.#isStale ? 'leak' : 'corruption', `the COPIED flag of an ${what} entry does not fit the refcount of its cluster, ${refcount}`, offset, this.#repair === 'all');
  }

  async #countTables(places: Float64Array): Promise<void> {
    const { geometry, store, header } = this.state;
    const { clusterBytes } = geometry;
    const { fields } = header;
    const bytes = new Uint8Array(clusterBytes);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < places.length;) {
      const place = places[i]! - (places[i]! % 512);
      let times = 0, active = 0;
      for (; i < places.length && places[i]! - (places[i]! % 512) === place; i++) {
        times++;
        active += places[i]! % 512;
      }
      if (!this.#count(place, clusterBytes, 'an L2 table', times)) continue;
      const isOverTable = (from: number, length: number): boolean => place >= from && place < from + length;
      if (isOverTable(0, clusterBytes) || isOverTable(this.state.l1.offset, this.state.l1.byteLength) || isOverTable(fields.refcount_table_offset, fields.refcount_table_clusters * clusterBytes)) {
        this.#tell('corruption', 'an L2 table is where the header, the L1 table or the refcount table is', place);
        continue;
      }
      const there = Math.min(clusterBytes, store.length - place);
      if (there < clusterBytes) bytes.fill(0, Math.max(0, there));
      const read = there <= 0 ? undefined : store.read(place, bytes.subarray(0, there));
      if (read instanceof Promise) await read;
      this.#nextOffset = 0;
      for (let at = 0; at < clusterBytes;) {
        at = this.#countEntries(view, place, times, active > 0, at);
        if (at < clusterBytes) await this.#need(this.#wanted);
      }
    }
  }

  /**
   * What the entries of an L2 table refer to, so many times as the table itself is.
   * @returns where it goes on once the refcount of `#wanted` is known; the table's length when it is through
   */
  #countEntries(view: DataView, place: number, times: number, isActive: boolean, from: number): number {
    const { geometry, store } = this.state;
    const { clusterBytes, l2EntryBytes, hasSubclusters, refcountsPerBlock } = geometry;
    const hasDataFile = this.state.header.has(Incompatible.dataFile);
    const { length: fileLength } = store;
    const access = this.#access;
    for (let at = from; at < clusterBytes; at += l2EntryBytes) {
      const high = view.getUint32(at), low = view.getUint32(at + 4);
      if (high === 0 && low === 0) continue;
      if ((high & COMPRESSED_HIGH) !== 0) {
        if ((high & COPIED_HIGH) !== 0) this.#tell('corruption', 'a compressed cluster has the COPIED flag', place + at);
        if (hasDataFile) this.#tell('corruption', 'a cluster is compressed in an image with a data file', place + at);
        const { offset, length } = compressedPlace(geometry, high, low);
        this.#count(offset, length, 'a compressed cluster', times);
        if (isActive) {
          this.#allocated++;
          this.#compressed++;
          this.#fragmented++;
        }
        continue;
      }
      const offset = offsetOf(high, low);
      const cluster = Math.floor(offset / clusterBytes);
      if (isActive && !hasDataFile && offset !== 0 && Math.floor(cluster / refcountsPerBlock) !== this.#blockIndex) {
        this.#wanted = cluster;
        return at;
      }
      if (l2ReservedBits(geometry, high, low)) this.#tell('corruption', `an L2 entry has reserved bits set: ${high.toString(16)} ${low.toString(16)}`, place + at);
      if (hasSubclusters && (view.getUint32(at + 8) & view.getUint32(at + 12)) !== 0) this.#tell('corruption', 'subclusters are said to be both allocated and zero', place + at);
      if (offset === 0) {
        if ((high & COPIED_HIGH) !== 0 && !hasDataFile) this.#tell('warning', 'an L2 entry has the COPIED flag and no cluster', place + at);
        if (!hasDataFile || (high & COPIED_HIGH) === 0) continue;
      }
      if (isActive) {
        this.#allocated++;
        if (this.#nextOffset !== 0 && offset !== this.#nextOffset) this.#fragmented++;
        this.#nextOffset = offset + clusterBytes;
      }
      if (offset % clusterBytes !== 0) {
        this.#tell('corruption', `an L2 entry has its cluster at ${offset}, which is not a multiple of the cluster`, place + at);
        continue;
      }
      if (hasDataFile) continue;
      if (offset + clusterBytes - fileLength >= clusterBytes) this.#tell('corruption', `a data cluster is beyond the end of the file, which is at ${fileLength}`, offset);
      else this.#references.add(offset / clusterBytes, times);
      if (!isActive) continue;
      // The same as `#checkCopied`, without a call for each of millions.
      const refcount = this.#block === undefined ? 0 : access.get(this.#block, cluster % refcountsPerBlock);
      if ((refcount === 1) !== ((high & COPIED_HIGH) !== 0)) this.#checkCopied(cluster, (high & COPIED_HIGH) !== 0, place + at, 'L2');
    }
    return clusterBytes;
  }

  /** The refcount table and its blocks. */
  async #countCounts(isReadable: boolean): Promise<void> {
    const { geometry, header, refcounts } = this.state;
    const { clusterBytes } = geometry;
    const { fields } = header;
    if (!isReadable) return;
    this.#count(fields.refcount_table_offset, fields.refcount_table_clusters * clusterBytes, 'the refcount table');
    for (let index = 0; index < refcounts.tableEntries; index++) {
      const offset = refcounts.blockOffset(index);
      if (offset === 0) continue;
      if (offset % clusterBytes !== 0 || offset >= this.state.store.length) {
        this.#tell('corruption', `refcount block ${index} is at ${offset}, which is not a cluster of the file`, offset, this.#repair === 'all');
        this.#mustRebuild = true;
        continue;
      }
      this.#count(offset, clusterBytes, 'a refcount block');
      if (this.#references.get(offset / clusterBytes) === 1) continue;
      this.#tell('corruption', `refcount block ${index} is where something else is too`, offset, this.#repair === 'all');
      this.#mustRebuild = true;
    }
  }

  async #compare(): Promise<void> {
    const { geometry, refcounts } = this.state;
    const { refcountsPerBlock, clusterBytes } = geometry;
    const access = this.#access;
    const references = this.#references;
    // What is counted beyond the end of the file wastes nothing, and qemu-img does not look there either.
    for (let index = 0; index * refcountsPerBlock < references.clusters; index++) {
      const first = index * refcountsPerBlock;
      await this.#need(first);
      const block = this.#block;
      if (block === undefined && !references.hasAny(first, Math.min(references.clusters, first + refcountsPerBlock))) continue;
      if (block === undefined) this.#mustRebuild = true;
      const count = Math.min(refcountsPerBlock, references.clusters - first);
      for (let i = 0; i < count; i++) {
        const counted = block === undefined ? 0 : access.get(block, i);
        const found = references.get(first + i);
        if (counted > 0 || found > 0) this.#end = first + i + 1;
        if (counted === found) continue;
        const offset = (first + i) * clusterBytes;
        if (counted > found) this.#tell('leak', `cluster ${first + i} has refcount ${counted} and ${found} references`, offset, this.#repair !== undefined);
        else this.#tell(this.#isStale ? 'leak' : 'corruption', `cluster ${first + i} has refcount ${counted} and ${found} references`, offset, this.#repair === 'all');
        if (block !== undefined && !this.#mustRebuild && (this.#repair === 'all' || (this.#repair === 'leaks' && counted > found))) await refcounts.set(first + i, found);
      }
      if (refcounts.changedBytes > MOST_CHANGED_BYTES) await refcounts.write();
    }
  }

  async #fix(): Promise<void> {
    const { state } = this;
    const { header } = state;
    if (this.#repair === 'all' && this.#mustRebuild) {
      await rebuildCounts(state, this.#references);
    } else if (!this.#isUnreadable) {
      await state.refcounts.write();
      await state.store.flush();
      await state.refcounts.reload();
    }
    if (this.#repair !== 'all') return;
    await setCopiedFlags(state);
    await state.commit();
    header.set(Incompatible.dirty, false);
    if (this.#counts.corruptions === 0) header.set(Incompatible.corrupt, false);
    if (state.geometry.version > 2) await header.writeFields();
    await state.store.flush();
  }
}
