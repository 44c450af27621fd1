/** QED as a layer: an L1 table of L2 tables of clusters. Room is taken at the end of the file and never given up, so there is nothing to count references with. */
import { corrupt, DiskError } from '../../errors.ts';
import type { Details, Image, ParentReference, Run } from '../../image.ts';
import { placeIn } from '../../store/store.ts';
import type { Store } from '../../store/store.ts';
import { TablePages } from '../../store/table-pages.ts';
import { capacityOf, entriesOf, FEATURE_BACKING_FILE, FEATURE_BACKING_RAW, FEATURE_NEED_CHECK, header, SECTOR_BYTES, ZERO_CLUSTER } from './layout.ts';
import type { Header } from './layout.ts';
import { scanTables } from './scan.ts';

/** Changed pages of tables after which they are written in between. */
const MOST_CHANGED_PAGES = 128;

export class QedImage implements Image {
  readonly format = 'qed';
  readonly store: Store;
  readonly sectorBytes = SECTOR_BYTES;
  readonly isWritable: boolean;
  readonly header: Header;
  /** Two, so that the L2 tables are durable before the L1 table points to them. */
  readonly l1: TablePages;
  readonly l2: TablePages;
  readonly entries: number;
  parent?: ParentReference;
  #isPrepared = false;
  #end = 0;

  constructor(store: Store, values: Header, backingName: string | undefined, isWritable: boolean) {
    this.store = store;
    this.header = values;
    this.isWritable = isWritable;
    this.l1 = new TablePages(store, 'little');
    this.l2 = new TablePages(store, 'little');
    this.entries = entriesOf(values);
    if (backingName !== undefined) this.parent = this.#parentReference(backingName);
  }

  #parentReference(name: string): ParentReference {
    const isRaw = (this.header.features & FEATURE_BACKING_RAW) !== 0;
    return { names: [name], ...(isRaw ? { format: 'raw' } : {}), where: placeIn(this.store, this.header.backingFilenameOffset, 'backing_filename') };
  }

  get size(): number {
    return this.header.imageSize;
  }

  get blockBytes(): number {
    return this.header.clusterSize;
  }

  l1EntryOffset(at: number): number {
    return this.header.l1TableOffset + Math.floor(at / this.blockBytes / this.entries) * 8;
  }

  #l2EntryOffset(table: number, at: number): number {
    return table + (Math.floor(at / this.blockBytes) % this.entries) * 8;
  }

  locate(at: number, length: number): Run | Promise<Run> {
    const l1Offset = this.l1EntryOffset(at);
    const loadingL1 = this.l1.load(l1Offset);
    if (loadingL1 !== undefined) return loadingL1.then(() => this.locate(at, length));
    const table = this.l1.u64(l1Offset);
    const { blockBytes, entries } = this;
    const cluster = Math.floor(at / blockBytes);
    const tableEnd = (Math.floor(cluster / entries) + 1) * entries * blockBytes;
    if (table === 0) return { kind: 'absent', length: Math.min(length, tableEnd - at) };
    this.mustBeTable(table, l1Offset);
    const l2Offset = this.#l2EntryOffset(table, at);
    const loadingL2 = this.l2.load(l2Offset);
    if (loadingL2 !== undefined) return loadingL2.then(() => this.locate(at, length));
    const first = this.l2.u64(l2Offset);
    const last = Math.min(Math.ceil((at + length) / blockBytes), tableEnd / blockBytes, cluster + (this.l2.pageEnd(l2Offset) - l2Offset) / 8);
    let next = cluster + 1;
    for (let place = first; next < last; next++) {
      place = first <= ZERO_CLUSTER ? first : place + blockBytes;
      if (this.l2.u64(l2Offset + (next - cluster) * 8) !== place) break;
    }
    const found = Math.min(length, next * blockBytes - at);
    if (first === 0) return { kind: 'absent', length: found };
    if (first === ZERO_CLUSTER) return { kind: 'zero', length: found };
    if (first % blockBytes !== 0 || first < this.header.headerSize * blockBytes || first >= this.store.length) {
      throw corrupt(`a cluster is at ${first}, which is no place for one`, placeIn(this.store, l2Offset, 'L2 table'));
    }
    return { kind: 'data', length: found, store: this.store, offset: first + (at - cluster * blockBytes) };
  }

  /** @throws DiskError where no table can be */
  mustBeTable(table: number, entryOffset: number): void {
    if (this.isTable(table)) return;
    throw corrupt(`an L2 table is at ${table}, which is no place for one`, placeIn(this.store, entryOffset, 'L1 table'));
  }

  isTable(table: number): boolean {
    const { headerSize, tableSize } = this.header;
    return table % this.blockBytes === 0 && table >= headerSize * this.blockBytes && table + tableSize * this.blockBytes <= this.store.length;
  }

  beforeWrite(): Promise<void> | undefined {
    return this.#isPrepared ? undefined : this.#prepare();
  }

  /** Tables that an image which was not closed may have damaged are looked at first; so is each, since a cluster that two entries share must not be written. */
  async #prepare(): Promise<void> {
    const { problems } = await scanTables(this);
    if (problems.length > 0) throw corrupt(problems[0]!.message, { path: this.store.name, offset: problems[0]!.offset, op: 'write' }, 'repair it with check --repair all');
    await this.markNeedsCheck(true);
    this.#end = Math.ceil(this.store.length / this.blockBytes) * this.blockBytes;
    this.#isPrepared = true;
  }

  /** Durable when it returns. */
  async markNeedsCheck(needs: boolean): Promise<void> {
    const { features } = this.header;
    // Features that a writer does not know of and may be cleared are, by whoever writes.
    this.header.autoclearFeatures = 0;
    this.header.features = needs ? features | FEATURE_NEED_CHECK : features & ~FEATURE_NEED_CHECK;
    await this.writeHeader();
    await this.store.flush();
  }

  async writeHeader(): Promise<void> {
    await this.store.write(0, header.encode(this.header));
  }

  async #take(clusters: number): Promise<number> {
    const place = this.#end;
    await this.store.resize(place + clusters * this.blockBytes);
    this.#end = place + clusters * this.blockBytes;
    return place;
  }

  /** Cuts off what nothing points to. */
  async truncate(end: number): Promise<void> {
    await this.#commit();
    await this.store.resize(end);
    // What was cut off is zero when it comes back.
    this.l1.forget();
    this.l2.forget();
    this.#end = end;
  }

  async #table(at: number): Promise<number> {
    const l1Offset = this.l1EntryOffset(at);
    for (let loading; (loading = this.l1.load(l1Offset)) !== undefined;) await loading;
    const known = this.l1.u64(l1Offset);
    if (known !== 0) {
      this.mustBeTable(known, l1Offset);
      return known;
    }
    const table = await this.#take(this.header.tableSize);
    for (let loading; (loading = this.l1.load(l1Offset)) !== undefined;) await loading;
    this.l1.setU64(l1Offset, table);
    return table;
  }

  async #set(at: number, value: number): Promise<void> {
    const offset = this.#l2EntryOffset(await this.#table(at), at);
    for (let loading; (loading = this.l2.load(offset)) !== undefined;) await loading;
    this.l2.setU64(offset, value);
    if (this.l2.changedPages > MOST_CHANGED_PAGES) await this.#commit();
  }

  async put(at: number, bytes: Uint8Array): Promise<void> {
    const place = await this.#take(1);
    await this.store.write(place, bytes);
    await this.#set(at, place);
  }

  /** A cluster that has a place keeps it and gives back its room in the file. */
  async putZero(at: number, length: number): Promise<void> {
    for (let here = at; here < at + length;) {
      const run = await this.locate(here, at + length - here);
      if (run.kind === 'data') await this.store.discard(run.offset, run.length);
      else if (run.kind === 'absent' && this.parent !== undefined) {
        for (let done = 0; done < run.length; done += this.blockBytes) await this.#set(here + done, ZERO_CLUSTER);
      }
      here += run.length;
    }
  }

  async #commit(): Promise<void> {
    await this.store.flush();
    if (this.l2.changedPages === 0 && this.l1.changedPages === 0) return;
    await this.l2.write();
    await this.store.flush();
    if (this.l1.changedPages === 0) return;
    await this.l1.write();
    await this.store.flush();
  }

  async resize(size: number): Promise<void> {
    const old = this.size;
    if (size < old) throw new DiskError({ code: 'DISK_OPERATION_UNSUPPORTED', kind: 'unsupported', message: 'a QED image only grows', context: { path: this.store.name, op: 'resize' }, hint: 'convert it' });
    if (size > capacityOf(this.header)) throw new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message: `its tables have room for ${capacityOf(this.header)} bytes`, context: { path: this.store.name, op: 'resize' } });
    const lastEnd = Math.min(size, Math.ceil(old / this.blockBytes) * this.blockBytes);
    if (lastEnd > old) {
      const run = await this.locate(old, lastEnd - old);
      if (run.kind === 'data') await this.store.write(run.offset, new Uint8Array(lastEnd - old));
      // Where the last cluster is the parent's, and the parent longer, its rest shows: a layer cannot read the parent, so that is for the disk to zero.
    }
    await this.store.flush();
    this.header.imageSize = size;
    if (this.parent !== undefined) await this.putZero(Math.ceil(old / this.blockBytes) * this.blockBytes, size - Math.ceil(old / this.blockBytes) * this.blockBytes);
    await this.#commit();
    await this.writeHeader();
    await this.store.flush();
  }

  async setParent(parent: { readonly name: string; readonly format: string } | undefined): Promise<void> {
    const { headerSize, clusterSize, features } = this.header;
    const name = Buffer.from(parent?.name ?? '');
    if (name.length > Math.min(1023, headerSize * clusterSize - header.byteLength)) throw new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message: 'the name of the backing file is too long', context: { path: this.store.name } });
    const others = features & ~(FEATURE_BACKING_FILE | FEATURE_BACKING_RAW);
    this.header.features = parent === undefined ? others : others | FEATURE_BACKING_FILE | (parent.format === 'raw' ? FEATURE_BACKING_RAW : 0);
    this.header.backingFilenameOffset = parent === undefined ? 0 : header.byteLength;
    this.header.backingFilenameSize = name.length;
    await this.store.write(0, Buffer.concat([header.encode(this.header), name]));
    await this.store.flush();
    if (parent === undefined) delete this.parent;
    else this.parent = this.#parentReference(parent.name);
  }

  async flush(): Promise<void> {
    await this.#commit();
  }

  async close(): Promise<void> {
    try {
      if (this.isWritable && this.#isPrepared) {
        await this.#commit();
        await this.markNeedsCheck(false);
      }
    } finally {
      await this.store.close();
    }
  }

  details(): Details {
    const { clusterSize, tableSize, features, backingFilenameSize } = this.header;
    return { 'cluster-size': clusterSize, 'table-size': tableSize, 'needs-check': (features & FEATURE_NEED_CHECK) !== 0, ...(backingFilenameSize === 0 ? {} : { 'backing-raw': (features & FEATURE_BACKING_RAW) !== 0 }) };
  }
}
