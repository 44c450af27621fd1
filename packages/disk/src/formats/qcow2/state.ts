/**
 * An open image: its header, tables and counts, and the one place where changes become durable in the right order.
 *
 * A power cut may lose any writes since the last flush, in any order. So what was allocated is counted in the file before an entry points to it, data and new tables are
 * there before what points to them, and what is freed is used again only when nothing in the file points to it: at worst a cluster is counted and not used.
 */
import type { LuksVolume } from '../../encryption/luks/volume.ts';
import { DiskError, corrupt } from '../../errors.ts';
import { placeIn, readPadded } from '../../store/store.ts';
import type { Store } from '../../store/store.ts';
import { ClusterMap, L1Table } from './cluster-map.ts';
import { ClusterWriter } from './cluster-writer.ts';
import type { Geometry } from './geometry.ts';
import { clearUnknownAutoclear, refuseCorrupt } from './header.ts';
import type { Header } from './header.ts';
import { Compatible, Incompatible } from './layout.ts';
import { Refcounts } from './refcounts.ts';
import { TableCache } from './table-cache.ts';

const L2_CACHE_BYTES = 32 * 1024 * 1024;
/** Changes in memory before they are written without having been asked for. */
const MOST_CHANGED_BYTES = 8 * 1024 * 1024;
const SECTOR_BYTES = 512;

export interface StateParts {
  readonly header: Header;
  readonly l1: L1Table;
  readonly data: Store;
  /** The external data file; the state closes it. */
  readonly dataFile?: Store;
  /** Whose cipher `data` goes through. */
  readonly volume?: LuksVolume;
  readonly isWritable: boolean;
}

export class State {
  readonly header: Header;
  readonly store: Store;
  readonly data: Store;
  readonly dataFile: Store | undefined;
  readonly volume: LuksVolume | undefined;
  readonly isWritable: boolean;
  readonly refcounts: Refcounts;
  readonly tables: TableCache;
  readonly map: ClusterMap;
  readonly writer: ClusterWriter;
  #isMarked = false;
  /** In dirty images refcounts are written last. */
  #isLazy = false;
  #busy: Promise<void> | undefined;

  constructor({ header, l1, data, dataFile, volume, isWritable }: StateParts) {
    this.header = header;
    this.store = header.store;
    this.data = data;
    this.dataFile = dataFile;
    this.volume = volume;
    this.isWritable = isWritable;
    this.refcounts = new Refcounts(header);
    this.tables = new TableCache(this.store, header.geometry.clusterBytes, L2_CACHE_BYTES, 'L2 table');
    this.map = new ClusterMap({ header, l1, tables: this.tables, data, hasDataFile: dataFile !== undefined });
    this.writer = new ClusterWriter({ header, refcounts: this.refcounts, map: this.map, data, hasDataFile: dataFile !== undefined, makeRoom: () => this.#makeRoom() });
  }

  get l1(): L1Table {
    return this.map.l1;
  }

  get geometry(): Geometry {
    return this.header.geometry;
  }

  /** Requests that change the image, one after the other: a flush may come while a write is under way. */
  async alone<T>(action: () => Promise<T>): Promise<T> {
    while (this.#busy !== undefined) await this.#busy;
    let done!: () => void;
    this.#busy = new Promise((resolve) => { done = resolve; });
    try {
      return await action();
    } finally {
      this.#busy = undefined;
      done();
    }
  }

  get isMarked(): boolean {
    return this.#isMarked;
  }

  /** Marks the image before its first change: it may be dirty from now on, and features that are not known no longer hold. */
  async mark(): Promise<void> {
    if (this.#isMarked) return;
    refuseCorrupt(this.header);
    if (!this.isWritable) throw new DiskError({ code: 'DISK_READ_ONLY', kind: 'read-only', message: 'is open for reading only', context: { path: this.store.name } });
    await this.refcounts.load();
    clearUnknownAutoclear(this.header);
    this.#isLazy = (this.header.fields.compatible_features & Compatible.lazyRefcounts) !== 0n;
    if (this.#isLazy) this.header.set(Incompatible.dirty, true);
    if (this.geometry.version > 2) {
      await this.header.writeFields();
      if (this.#isLazy) await this.store.flush();
    }
    this.#isMarked = true;
  }

  /** Refcounts and COPIED flags may be out of step for a while: who opens the image after a power cut is to repair it. Version 2 cannot say so. */
  async markDirty(): Promise<void> {
    if (this.geometry.version === 2 || this.header.has(Incompatible.dirty)) return;
    this.header.set(Incompatible.dirty, true);
    await this.header.writeFields();
    await this.store.flush();
  }

  /** All counts are in the file again. In an image with lazy refcounts the mark stays until it is closed. */
  async markClean(): Promise<void> {
    if (this.#isLazy || !this.header.has(Incompatible.dirty)) return;
    await this.#writeCounts();
    this.header.set(Incompatible.dirty, false);
    await this.header.writeFields();
    await this.store.flush();
  }

  async #makeRoom(): Promise<void> {
    if (this.tables.changedBytes + this.refcounts.changedBytes > MOST_CHANGED_BYTES) await this.commit();
  }

  /** Everything changed so far becomes durable. */
  async commit(): Promise<void> {
    if (this.dataFile !== undefined) await this.dataFile.flush();
    if (this.header.isBehind) {
      await this.settleTables();
      await this.header.writeAll();
    }
    if (!this.tables.hasChanges && !this.l1.isChanged) {
      await this.store.flush();
      await this.refcounts.release();
      return;
    }
    if (!this.#isLazy) await this.refcounts.write();
    await this.store.flush();
    await this.tables.write();
    if (this.l1.isChanged) {
      await this.store.flush();
      await this.l1.write(this.store);
    }
    await this.store.flush();
    await this.refcounts.release();
    if (this.#isLazy && this.refcounts.changedBytes > MOST_CHANGED_BYTES / 2) await this.refcounts.write();
  }

  /** What is in memory and in the file is the same. */
  async settle(): Promise<void> {
    await this.commit();
    await this.#writeCounts();
  }

  /** What the header is about to tell of is in the file. */
  async settleTables(): Promise<void> {
    await this.refcounts.write();
    await this.store.flush();
    await this.tables.write();
    if (this.l1.isChanged) await this.l1.write(this.store);
    await this.store.flush();
  }

  async #writeCounts(): Promise<void> {
    await this.refcounts.write();
    await this.store.flush();
  }

  async flush(): Promise<void> {
    if (this.isWritable) await this.commit();
  }

  /** Leaves a clean image. */
  async finish(): Promise<void> {
    if (!this.isWritable || !this.#isMarked) return;
    await this.settle();
    if (this.header.has(Incompatible.dirty)) {
      this.header.set(Incompatible.dirty, false);
      await this.header.writeFields();
    }
    // Compressed data may end anywhere; readers read sectors.
    if (this.store.length % SECTOR_BYTES !== 0) await this.store.resize(Math.ceil(this.store.length / SECTOR_BYTES) * SECTOR_BYTES);
    await this.store.flush();
    this.#isMarked = false;
  }

  /** After the structures in the file were replaced by a repair. */
  async reload(): Promise<void> {
    this.tables.forget();
    await this.refcounts.reload();
  }
}

/** @throws DiskError where it is not in the file, unless `isForCheck`: what is missing is zero then */
export async function readL1(store: Store, offset: number, entries: number, isForCheck: boolean): Promise<L1Table> {
  const length = entries * 8;
  if (offset + length > store.length && !isForCheck) throw corrupt(`the L1 table goes beyond the end of the file, which is at ${store.length}`, placeIn(store, offset, 'l1_table_offset'), 'the file may have been copied in part');
  return new L1Table(offset, await readPadded(store, offset, length));
}
