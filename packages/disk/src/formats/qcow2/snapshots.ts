/**
 * Snapshots inside an image: an L1 table of their own, and a reference more for everything it leads to.
 *
 * Each operation first counts what will be referred to, then takes the COPIED flags away, so that nothing shared is written in place, then lets the header point to the new
 * tables, and frees the old last. Version 3 marks the image dirty meanwhile.
 */
import { DiskError, corrupt, unsupported } from '../../errors.ts';
import type { Details, Image, Run, Snapshot, Snapshots } from '../../image.ts';
import { placeIn } from '../../store/store.ts';
import type { Awaitable, Store } from '../../store/store.ts';
import { ClusterMap, compressedPlace, L1Table, offsetOf } from './cluster-map.ts';
import { l1EntriesFor, wholeClusters } from './geometry.ts';
import { COMPRESSED_HIGH, Incompatible, MOST_SNAPSHOTS, NO_ICOUNT } from './layout.ts';
import { setCopiedFlags } from './repair.ts';
import { encodeSnapshotTable, readSnapshotTable } from './snapshot-table.ts';
import type { SnapshotEntry } from './snapshot-table.ts';
import { readL1 } from './state.ts';
import type { State } from './state.ts';

const MOST_TEXT_BYTES = 65_535;

export class QcowSnapshots implements Snapshots {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  async #entries(): Promise<readonly SnapshotEntry[]> {
    return (await readSnapshotTable(this.#state.header)).snapshots;
  }

  async list(): Promise<readonly Snapshot[]> {
    return (await this.#entries()).map(({ id, name, seconds, nanoseconds, size, vmStateBytes, vmClockNs }) => ({
      id, name, createdMs: seconds * 1000 + Math.floor(nanoseconds / 1e6), size, vmStateBytes, vmClockNs: Number(vmClockNs),
    }));
  }

  /** An id goes before a name. */
  async #find(which: string): Promise<SnapshotEntry> {
    const entries = await this.#entries();
    const found = entries.find(({ id }) => id === which) ?? entries.find(({ name }) => name === which);
    if (found === undefined) throw new DiskError({ code: 'DISK_NOT_FOUND', kind: 'not-found', message: `has no snapshot ${JSON.stringify(which)}`, context: { path: this.#state.store.name }, hint: `it has ${entries.map(({ name }) => JSON.stringify(name)).join(', ') || 'none'}` });
    return found;
  }

  create(name: string, nowMs: number): Promise<void> {
    return this.#change(async (state) => {
      const { header, l1, geometry, store, refcounts } = state;
      const entries = await this.#entries();
      if (new TextEncoder().encode(name).length > MOST_TEXT_BYTES) throw unsupported('the name is too long', { path: store.name, op: 'snapshot' });
      if (entries.some((entry) => entry.name === name)) throw new DiskError({ code: 'DISK_EXISTS', kind: 'usage', message: `has a snapshot ${JSON.stringify(name)} already`, context: { path: store.name, op: 'snapshot' } });
      if (entries.length >= MOST_SNAPSHOTS) throw unsupported(`has ${entries.length} snapshots, the most that are accepted`, { path: store.name, op: 'snapshot' });
      await this.#mustHold(l1);
      await this.#count(l1, 1);
      await state.settle();
      await setCopiedFlags(state);
      await state.commit();
      const l1Offset = l1.byteLength === 0 ? 0 : await refcounts.allocate(wholeClusters(geometry, l1.byteLength) / geometry.clusterBytes);
      const copy = l1.bytes.slice();
      if (l1Offset > 0) await store.write(l1Offset, padTo(copy, geometry.clusterBytes));
      const id = String(entries.reduce((most, entry) => Math.max(most, Number.parseInt(entry.id, 10) || 0), 0) + 1);
      const seconds = Math.floor(nowMs / 1000);
      await this.#replaceTable([...entries, {
        id, name, l1Offset, l1Entries: l1.entries, seconds, nanoseconds: Math.floor((nowMs - seconds * 1000) * 1e6), vmClockNs: 0n, vmStateBytes: 0, size: header.fields.size, icount: NO_ICOUNT, unknownExtra: new Uint8Array(0),
      }]);
    });
  }

  apply(which: string): Promise<void> {
    return this.#change(async (state) => {
      const { header, l1, geometry, store, refcounts } = state;
      const entry = await this.#find(which);
      const old = await this.#table(entry);
      if (state.dataFile !== undefined) throw this.#refuseDataFile();
      await this.#mustHold(old);
      await this.#count(old, 1);
      await state.settle();
      const entries = Math.max(old.entries, l1EntriesFor(geometry, entry.size));
      const bytes = new Uint8Array(entries * 8);
      bytes.set(old.bytes);
      const offset = await refcounts.allocate(Math.max(1, wholeClusters(geometry, bytes.length) / geometry.clusterBytes));
      const before = new L1Table(l1.offset, l1.bytes.slice());
      // In memory it is the disk's table now, so that the flags of what it leads to can be taken away before the header points to it.
      l1.moved(offset, bytes);
      try {
        await setCopiedFlags(state);
        await store.write(offset, padTo(l1.bytes, geometry.clusterBytes));
        await state.commit();
        await state.settle();
      } catch (error) {
        l1.moved(before.offset, before.bytes);
        throw error;
      }
      Object.assign(header.fields, { l1_table_offset: offset, l1_size: entries, size: entry.size });
      await header.writeFields();
      await store.flush();
      await this.#count(before, -1);
      if (before.byteLength > 0) await refcounts.decrease(before.offset / geometry.clusterBytes, wholeClusters(geometry, before.byteLength) / geometry.clusterBytes);
      await setCopiedFlags(state);
    });
  }

  delete(which: string): Promise<void> {
    return this.#change(async (state) => {
      const { geometry, refcounts } = state;
      const entry = await this.#find(which);
      const old = await this.#table(entry);
      await this.#replaceTable((await this.#entries()).filter((other) => other.id !== entry.id || other.name !== entry.name || other.l1Offset !== entry.l1Offset));
      await this.#count(old, -1);
      if (old.byteLength > 0) await refcounts.decrease(old.offset / geometry.clusterBytes, wholeClusters(geometry, old.byteLength) / geometry.clusterBytes);
      await state.settle();
      await setCopiedFlags(state);
    });
  }

  async open(which: string): Promise<Image> {
    const entry = await this.#find(which);
    return new SnapshotImage(this.#state, entry, await this.#table(entry));
  }

  #refuseDataFile(): DiskError {
    return unsupported('an image with a data file has no snapshots: its clusters have one place only', { path: this.#state.store.name, op: 'snapshot' });
  }

  async #change(action: (state: State) => Promise<void>): Promise<void> {
    const state = this.#state;
    if (state.dataFile !== undefined) throw this.#refuseDataFile();
    await state.alone(async () => {
      await state.mark();
      await state.settle();
      await state.markDirty();
      await action(state);
      await state.settle();
      await state.markClean();
    });
  }

  async #table({ l1Offset, l1Entries, name }: SnapshotEntry): Promise<L1Table> {
    const { store, geometry } = this.#state;
    if (l1Offset % geometry.clusterBytes !== 0) throw corrupt(`the L1 table of snapshot ${JSON.stringify(name)} is not at a cluster`, placeIn(store, l1Offset, 'l1_table_offset'));
    return readL1(store, l1Offset, l1Entries, false);
  }

  /** @throws DiskError where another reference to what a table leads to cannot be counted, before anything is changed */
  async #mustHold(l1: L1Table): Promise<void> {
    const { refcounts, geometry, store } = this.#state;
    await this.#visit(l1, async (offset, length) => {
      for (let cluster = Math.floor(offset / geometry.clusterBytes); cluster <= Math.floor((offset + length - 1) / geometry.clusterBytes); cluster++) {
        if ((await refcounts.get(cluster)) >= geometry.mostRefcount) {
          throw unsupported(`refcounts of ${geometry.refcountBits} bits cannot count another snapshot`, placeIn(store, cluster * geometry.clusterBytes, 'refcount'), 'amend it with a larger refcount_bits');
        }
      }
    });
  }

  async #count(l1: L1Table, by: 1 | -1): Promise<void> {
    const { refcounts, geometry, tables } = this.#state;
    await this.#visit(l1, async (offset, length) => {
      const first = Math.floor(offset / geometry.clusterBytes);
      const count = Math.floor((offset + length - 1) / geometry.clusterBytes) - first + 1;
      if (by === 1) await refcounts.increase(first, count);
      else await refcounts.decrease(first, count);
    });
    // Freed L2 tables may become anything.
    if (by === -1) tables.forget();
  }

  /** Every stretch that a table leads to, L2 tables included. */
  async #visit(l1: L1Table, visit: (offset: number, length: number) => Promise<void>): Promise<void> {
    const { header, tables, data, geometry, store } = this.#state;
    const { clusterBytes, l2EntryBytes } = geometry;
    const map = new ClusterMap({ header, l1, tables, data, hasDataFile: false });
    for (let index = 0; index < l1.entries; index++) {
      const table = await map.table(index);
      if (table === undefined) continue;
      for (let at = 0; at < clusterBytes; at += l2EntryBytes) {
        const high = table.view.getUint32(at), low = table.view.getUint32(at + 4);
        if (high === 0 && low === 0) continue;
        const place = (high & COMPRESSED_HIGH) !== 0 ? compressedPlace(geometry, high, low) : { offset: offsetOf(high, low), length: clusterBytes };
        if (place.offset === 0) continue;
        if (place.offset >= store.length) throw corrupt('an L2 entry is beyond the end of the file', placeIn(store, table.offset + at, 'l2_table'), 'check tells what else is wrong');
        await visit(place.offset, place.length);
      }
      await visit(table.offset, clusterBytes);
    }
  }

  /** A new table, then the header that tells of it, then the old one's clusters are free. */
  async #replaceTable(entries: readonly SnapshotEntry[]): Promise<void> {
    const { header, store, refcounts, geometry } = this.#state;
    const { clusterBytes } = geometry;
    const old = await readSnapshotTable(header);
    const oldOffset = header.fields.snapshots_offset;
    const bytes = encodeSnapshotTable(entries);
    const offset = bytes.length === 0 ? 0 : await refcounts.allocate(wholeClusters(geometry, bytes.length) / clusterBytes);
    if (offset > 0) await store.write(offset, padTo(bytes, clusterBytes));
    await this.#state.settle();
    Object.assign(header.fields, { snapshots_offset: offset, nb_snapshots: entries.length });
    await header.writeFields();
    await store.flush();
    if (old.byteLength > 0) await refcounts.decrease(oldOffset / clusterBytes, wholeClusters(geometry, old.byteLength) / clusterBytes);
  }
}

function padTo(bytes: Uint8Array<ArrayBuffer>, multiple: number): Uint8Array<ArrayBuffer> {
  const padded = new Uint8Array(Math.ceil(bytes.length / multiple) * multiple);
  padded.set(bytes);
  return padded;
}

/** The disk as it was, for reading. */
class SnapshotImage implements Image {
  readonly format = 'qcow2';
  readonly sectorBytes = 512;
  readonly isWritable = false;
  readonly size: number;
  readonly #state: State;
  readonly #map: ClusterMap;
  readonly #entry: SnapshotEntry;

  constructor(state: State, entry: SnapshotEntry, l1: L1Table) {
    const { header, tables, data, geometry, store } = state;
    if (l1.entries < l1EntriesFor(geometry, entry.size)) throw corrupt(`the L1 table of snapshot ${JSON.stringify(entry.name)} has ${l1.entries} entries, too few for ${entry.size} bytes`, placeIn(store, entry.l1Offset, 'l1_size'));
    this.size = entry.size;
    this.#state = state;
    this.#entry = entry;
    this.#map = new ClusterMap({ header, l1, tables, data, hasDataFile: header.has(Incompatible.dataFile) });
  }

  get store(): Store {
    return this.#state.store;
  }

  get blockBytes(): number {
    return this.#state.geometry.subclusterBytes;
  }

  locate(at: number, length: number): Awaitable<Run> {
    return this.#map.locate(at, length);
  }

  flush(): void { /* nothing is written */ }

  close(): void { /* the image that it is in closes the stores */ }

  details(): Details {
    return { snapshot: this.#entry.name };
  }
}
