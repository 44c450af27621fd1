/**
 * Hosted sparse extents, read and written: monolithicSparse, the parts of twoGbMaxExtentSparse, and (read only) streamOptimized.
 *
 * Grains are appended, and their tables changed in memory; flush() first makes the grains safe, then writes the tables, both copies. So a power cut leaves a grain that
 * nothing names at most, and qemu-img's two table writes a grain are saved.
 */
import { DiskError } from '../../errors.ts';
import type { CheckProblem } from '../../format.ts';
import type { Awaitable } from '../../store/store.ts';
import { bytesOf, entriesOf } from './esx-extents.ts';
import type { Extent } from './extent.ts';
import { GrainExtent } from './grain-extent.ts';
import type { GrainTable } from './grain-extent.ts';
import { GTE_ZEROED, SECTOR_BYTES, SPARSE_HEADER, SparseFlag } from './layout.ts';
import { directoryEntries, gtSectors, tableFault, tableProblem } from './sparse-layout.ts';
import type { SparseHeader, SparseParts } from './sparse-layout.ts';

/** A 32-bit sector. */
const MOST_SECTORS = 0xffff_ffff;

export class SparseExtent extends GrainExtent implements Extent {
  readonly type = 'SPARSE';
  override readonly isWritable: boolean;
  override readonly whyReadOnly: string | undefined;
  /** As in the file, apart from what is written at once. */
  readonly header: SparseHeader;
  directory: Uint32Array<ArrayBuffer>;
  redundant: Uint32Array<ArrayBuffer> | undefined;
  /** Its directory is told at the end, as in a stream. */
  readonly hasFooter: boolean;
  readonly openProblems: readonly CheckProblem[];
  readonly hasZeroedGrains: boolean;
  #isDirectoryChanged = false;
  /** Where the next grain goes, in sectors. */
  #end: number;
  /** Grains that nothing names any more. */
  #free: number[] = [];
  /** Those that the file's tables still name. */
  #freeAfterFlush: number[] = [];
  /** Does its header say that it is in use? */
  #isMarked: boolean;
  /** It has just been made, and never been flushed: nobody counts on it before it is closed, and then as on any file that is not flushed. */
  #isFresh: boolean;
  #flushing: Promise<void> = Promise.resolve();

  constructor({ store, header, shape, directory, redundant, whyReadOnly, problems, hasFooter = false, isNew = false }: SparseParts) {
    super(store, shape);
    this.header = header;
    this.directory = directory;
    this.redundant = redundant;
    this.isWritable = whyReadOnly === undefined;
    this.whyReadOnly = whyReadOnly;
    this.openProblems = problems;
    this.hasFooter = hasFooter;
    this.#isMarked = isNew;
    this.#isFresh = isNew;
    this.hasZeroedGrains = (header.flags & SparseFlag.zeroedGrains) !== 0;
    this.#end = this.#aligned(Math.ceil(store.length / SECTOR_BYTES));
  }

  #aligned(sector: number): number {
    return Math.ceil(sector / this.grainSectors) * this.grainSectors;
  }

  protected override hasTable(index: number): boolean {
    return this.directory[index] !== 0;
  }

  protected override readTable(index: number): Awaitable<GrainTable> {
    const problem = tableProblem(this, this.directory[index]!);
    if (problem !== undefined) throw problem;
    return this.readTableAt(this.directory[index]!);
  }

  /** Entries as they are in the file, of a table that is known to be there. */
  readTableAt(sector: number): Awaitable<Uint32Array<ArrayBuffer>> {
    const bytes = new Uint8Array(this.entriesPerTable * 4);
    const finish = (): Uint32Array<ArrayBuffer> => {
      const table = entriesOf(bytes);
      // Without the flag 1 is a sector like any other, within the header's reach, and 0 and 1 are what a table means by them.
      if (!this.hasZeroedGrains) for (let i = table.indexOf(GTE_ZEROED); i >= 0; i = table.indexOf(GTE_ZEROED, i + 1)) table[i] = 0xffff_ffff;
      return table;
    };
    const read = this.store.read(sector * SECTOR_BYTES, bytes);
    return read instanceof Promise ? read.then(finish) : finish();
  }

  /** The table, made where there was none. */
  async #tableForWriting(index: number): Promise<GrainTable> {
    if (this.directory[index] === 0) {
      await this.#addTables(index, index + 1);
      this.#isDirectoryChanged = true;
      return this.keepTable(index, new Uint32Array(this.entriesPerTable));
    }
    const table = await this.table(index);
    if (this.changedTables.size >= this.mostTables / 2 && !this.changedTables.has(index)) {
      await this.#writeOut();
      return this.table(index);
    }
    return table;
  }

  /** Room for tables at the end of the file: a hole, which is empty tables. */
  async #addTables(start: number, end: number): Promise<void> {
    for (const directory of this.redundant === undefined ? [this.directory] : [this.redundant, this.directory]) {
      for (let i = start; i < end; i++) {
        directory[i] = this.#end;
        this.#end += gtSectors(this.entriesPerTable);
      }
    }
    this.#end = this.#aligned(this.#end);
    this.#mustFit(this.#end);
    await this.store.resize(this.#end * SECTOR_BYTES);
  }

  #mustFit(end: number): void {
    if (end <= MOST_SECTORS) return;
    throw new DiskError({
      code: 'DISK_NO_SPACE', kind: 'no-space', message: 'a sparse extent cannot be larger than 2 TiB', context: { path: this.store.name, op: 'write' }, hint: 'use -o subformat=twoGbMaxExtentSparse or monolithicFlat',
    });
  }

  #allocate(): number {
    const reused = this.#free.pop();
    if (reused !== undefined) return reused;
    const sector = this.#end;
    this.#mustFit(sector + this.grainSectors);
    this.#end += this.grainSectors;
    return sector;
  }

  put(at: number, bytes: Uint8Array): Awaitable<void> {
    const grain = at / this.grainBytes;
    const index = Math.floor(grain / this.entriesPerTable);
    const table = this.changedTables.has(index) ? this.tables.get(index) : undefined;
    if (table !== undefined) return this.#putGrain(table, index, grain % this.entriesPerTable, bytes);
    return this.#tableForWriting(index).then((read) => this.#putGrain(read, index, grain % this.entriesPerTable, bytes));
  }

  #putGrain(table: GrainTable, index: number, slot: number, bytes: Uint8Array): Awaitable<void> {
    const entry = table[slot]!;
    if (entry > GTE_ZEROED) return this.store.write(entry * SECTOR_BYTES, bytes);
    const sector = this.#allocate();
    // A grain is whole even where the disk ends within it.
    let whole = bytes;
    if (bytes.length < this.grainBytes) (whole = new Uint8Array(this.grainBytes)).set(bytes);
    const point = (): void => {
      table[slot] = sector;
      this.#markChanged(index, table);
    };
    const written = this.store.write(sector * SECTOR_BYTES, whole);
    return written instanceof Promise ? written.then(point) : point();
  }

  #markChanged(index: number, table: GrainTable): void {
    if (this.changedTables.has(index)) return;
    this.changedTables.add(index);
    this.tables.set(index, table);
  }

  async putZero(at: number, length: number, keepRoom: boolean, hidesParent: boolean): Promise<void> {
    await this.#eachTable(at, length, async (index, from, to) => {
      if (this.directory[index] === 0 && !hidesParent) return;
      const table = hidesParent ? await this.#tableForWriting(index) : await this.table(index);
      for (let slot = from; slot < to; slot++) {
        const entry = table[slot]!;
        if (entry > GTE_ZEROED) {
          // Its room goes back to the host, and its place stays: nothing has to be told, and nothing can be torn.
          let end = slot + 1;
          while (end < to && table[end] === entry + (end - slot) * this.grainSectors) end++;
          await this.#emptyGrains(entry, end - slot);
          slot = end - 1;
        } else if (entry === 0 && hidesParent) {
          if (this.hasZeroedGrains && !keepRoom) table[slot] = GTE_ZEROED;
          else table[slot] = await this.#emptyGrain();
          this.#markChanged(index, table);
        }
      }
    });
  }

  async #emptyGrains(sector: number, count: number): Promise<void> {
    if (sector < this.lowestGrain) return;
    await this.store.discard(sector * SECTOR_BYTES, count * this.grainBytes);
  }

  /** A new grain of zeros. */
  async #emptyGrain(): Promise<number> {
    const sector = this.#allocate();
    const end = (sector + this.grainSectors) * SECTOR_BYTES;
    if (end > this.store.length) await this.store.resize(end);
    else await this.store.discard(sector * SECTOR_BYTES, this.grainBytes);
    return sector;
  }

  async remove(at: number, length: number): Promise<void> {
    await this.#eachTable(at, length, async (index, from, to) => {
      if (this.directory[index] === 0) return;
      const table = await this.#tableForWriting(index);
      for (let slot = from; slot < to; slot++) {
        if (table[slot] === 0) continue;
        if (table[slot]! > GTE_ZEROED) this.#freeAfterFlush.push(table[slot]!);
        table[slot] = 0;
        this.#markChanged(index, table);
      }
    });
  }

  async #eachTable(at: number, length: number, action: (index: number, from: number, to: number) => Promise<void>): Promise<void> {
    const first = at / this.grainBytes;
    const end = Math.ceil((at + length) / this.grainBytes);
    for (let index = Math.floor(first / this.entriesPerTable); index * this.entriesPerTable < end; index++) {
      const start = index * this.entriesPerTable;
      await action(index, Math.max(0, first - start), Math.min(this.entriesPerTable, end - start));
    }
  }

  /** New tables, and a new directory where the old one has no room; the header, which makes all of it valid at once, is written last. */
  async grow(size: number): Promise<void> {
    const { header } = this;
    const entries = directoryEntries(size, this.grainBytes, this.entriesPerTable);
    const before = this.directory.length;
    const grown = (directory: Uint32Array): Uint32Array<ArrayBuffer> => {
      const longer = new Uint32Array(entries);
      longer.set(directory);
      return longer;
    };
    const room = Math.ceil((before * 4) / SECTOR_BYTES) * SECTOR_BYTES;
    const isMoved = entries * 4 > room;
    await this.flush();
    await this.#clearTail();
    const offsets = { gdOffset: header.gdOffset, rgdOffset: header.rgdOffset };
    this.directory = grown(this.directory);
    if (this.redundant !== undefined) this.redundant = grown(this.redundant);
    if (isMoved) {
      const sectors = Math.ceil((entries * 4) / SECTOR_BYTES);
      if (this.redundant !== undefined) {
        offsets.rgdOffset = BigInt(this.#end);
        this.#end += sectors;
      }
      offsets.gdOffset = BigInt(this.#end);
      this.#end = this.#aligned(this.#end + sectors);
    }
    if (entries > before) await this.#addTables(before, entries);
    await this.#writeDirectories(offsets);
    await this.store.flush();
    Object.assign(header, offsets);
    header.capacity = size / SECTOR_BYTES;
    this.currentSize = size;
    await this.writeHeader();
    await this.store.flush();
  }

  /** The last grain, where the disk ended within it, becomes whole, with zeros. */
  async #clearTail(): Promise<void> {
    const rest = this.size % this.grainBytes;
    if (rest === 0) return;
    const grain = Math.floor(this.size / this.grainBytes);
    const index = Math.floor(grain / this.entriesPerTable);
    if (this.directory[index] === 0) return;
    const entry = (await this.table(index))[grain % this.entriesPerTable]!;
    if (entry <= GTE_ZEROED || entry < this.lowestGrain) return;
    const end = (entry + this.grainSectors) * SECTOR_BYTES;
    if (end > this.store.length) await this.store.resize(end);
    await this.store.discard(entry * SECTOR_BYTES + rest, this.grainBytes - rest);
  }

  /** The fields of the header; what else the sector holds stays. */
  async writeHeader(): Promise<void> {
    const sector = new Uint8Array(SECTOR_BYTES);
    await this.store.read(0, sector);
    SPARSE_HEADER.write(sector, this.header);
    await this.store.write(0, sector);
  }

  async #writeDirectories({ gdOffset, rgdOffset }: { gdOffset: bigint; rgdOffset: bigint }): Promise<void> {
    if (this.redundant !== undefined) await this.store.write(Number(rgdOffset) * SECTOR_BYTES, bytesOf(this.redundant));
    await this.store.write(Number(gdOffset) * SECTOR_BYTES, bytesOf(this.directory));
  }

  beforeWrite(): Awaitable<void> {
    if (this.#isMarked) return;
    this.#isMarked = true;
    this.header.uncleanShutdown = 1;
    return this.writeHeader();
  }

  override flush(): Promise<void> {
    this.#isFresh = false;
    return this.#writeOut();
  }

  #writeOut(): Promise<void> {
    // One after the other, whether the last one succeeded or not.
    const next = this.#flushing.then(() => this.#writeNow(), () => this.#writeNow());
    this.#flushing = next;
    return next;
  }

  /** Makes safe what was written before; of a fresh extent nothing has been promised yet. */
  async #settle(): Promise<void> {
    if (!this.#isFresh) await this.store.flush();
  }

  async #writeNow(): Promise<void> {
    // Copies: what is put while the grains are being made safe belongs to the next flush.
    const indexes = [...this.changedTables].sort((a, b) => a - b);
    const freed = this.#freeAfterFlush;
    const isDirectoryChanged = this.#isDirectoryChanged;
    const tables = indexes.map((index) => ({ index, bytes: bytesOf(this.tables.get(index) as Uint32Array) }));
    const directories = isDirectoryChanged ? { gd: this.directory, rgd: this.redundant, bytes: bytesOf(this.directory), redundantBytes: this.redundant && bytesOf(this.redundant) } : undefined;
    this.changedTables.clear();
    this.#freeAfterFlush = [];
    this.#isDirectoryChanged = false;
    for (const index of indexes) this.pinnedTables.add(index);
    try {
      await this.#settle();
      for (const { index, bytes } of tables) {
        if (this.redundant !== undefined && tableFault(this, this.redundant[index]!) === undefined) await this.store.write(this.redundant[index]! * SECTOR_BYTES, bytes);
        await this.store.write(this.directory[index]! * SECTOR_BYTES, bytes);
      }
      if (directories !== undefined) {
        await this.#settle();
        await this.#writeDirectories(this.header);
      }
      if (tables.length > 0 || directories !== undefined) await this.#settle();
    } catch (error) {
      for (const index of indexes) this.changedTables.add(index);
      this.#freeAfterFlush.push(...freed);
      this.#isDirectoryChanged ||= isDirectoryChanged;
      throw error;
    } finally {
      this.pinnedTables.clear();
    }
    for (const sector of freed) this.#free.push(sector);
  }

  /** Takes the extent as it is now in the file: after a repair. */
  forgetTables(): void {
    this.tables.clear();
    this.changedTables.clear();
    this.#free = [];
    this.#end = this.#aligned(Math.ceil(this.store.length / SECTOR_BYTES));
  }

  /** Has something been taken out whose room is still in the file? */
  get hasFreeGrains(): boolean {
    return this.#free.length + this.#freeAfterFlush.length > 0;
  }

  override async close(): Promise<void> {
    try {
      if (this.#isMarked) {
        await this.#writeOut();
        this.header.uncleanShutdown = 0;
        await this.writeHeader();
        await this.#settle();
      }
    } finally {
      await this.store.close();
    }
  }
}
