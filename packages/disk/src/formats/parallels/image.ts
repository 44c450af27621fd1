/** An expanding Parallels image as a layer: a header with the BAT after it, clusters. */
import type { Details, Image, Run } from '../../image.ts';
import { ABSENT, BlockTable } from '../../layer/block-table.ts';
import { DiskError } from '../../errors.ts';
import type { Store } from '../../store/store.ts';
import { TablePages } from '../../store/table-pages.ts';
import { readExtension } from './extension.ts';
import type { FormatExtension } from './extension.ts';
import { CLOSED_2, header, HEADER_BYTES, IN_USE, MAGIC_1, MOST_CLUSTERS, SECTOR_BYTES, sectorsOf } from './layout.ts';
import type { Header } from './layout.ts';

export class ParallelsImage implements Image {
  readonly format = 'parallels';
  readonly store: Store;
  readonly sectorBytes = SECTOR_BYTES;
  readonly isWritable: boolean;
  readonly header: Header;
  /** The header is in the sector where the BAT begins, so both are changed here. */
  readonly pages: TablePages;
  extension: FormatExtension | undefined;
  blockTable!: BlockTable;
  #isPrepared = false;
  #hasRemoved = false;

  private constructor(store: Store, values: Header, isWritable: boolean) {
    this.store = store;
    this.header = values;
    this.isWritable = isWritable;
    this.pages = new TablePages(store, 'little');
  }

  /** @param values checked */
  static async open(store: Store, values: Header, isWritable: boolean): Promise<ParallelsImage> {
    const image = new ParallelsImage(store, values, isWritable);
    await image.makeTable();
    if (values.extensionOffset !== 0) image.extension = await readExtension(store, values.extensionOffset * SECTOR_BYTES, image.blockBytes);
    return image;
  }

  async makeTable(): Promise<void> {
    const { batEntries, magic } = this.header;
    const entryBytes = magic === MAGIC_1 ? SECTOR_BYTES : this.blockBytes;
    this.blockTable = new BlockTable({
      store: this.store,
      pages: this.pages,
      field: 'BAT',
      tableOffset: HEADER_BYTES,
      blocks: batEntries,
      blockBytes: this.blockBytes,
      areaStart: await this.#areaStart(),
      slotBytes: this.blockBytes,
      decode: (entry) => (entry === 0 ? ABSENT : entry * entryBytes),
      encode: (place) => (place < 0 ? 0 : place / entryBytes),
    });
  }

  /** Clusters of the second kind are at multiples of their size; those of the first follow one another, from a sector that may not be said anywhere. */
  async #areaStart(): Promise<number> {
    const { magic, dataOffset, batEntries } = this.header;
    const { blockBytes } = this;
    const batEnd = HEADER_BYTES + batEntries * 4;
    const start = dataOffset === 0 ? Math.ceil(batEnd / SECTOR_BYTES) * SECTOR_BYTES : dataOffset * SECTOR_BYTES;
    if (magic !== MAGIC_1) return Math.ceil(start / blockBytes) * blockBytes;
    for (let at = HEADER_BYTES; at < batEnd; at += 4) {
      for (let loading; (loading = this.pages.load(at)) !== undefined;) await loading;
      const place = this.pages.u32(at) * SECTOR_BYTES;
      if (place !== 0) return Math.ceil(batEnd / SECTOR_BYTES) * SECTOR_BYTES + (place - Math.ceil(batEnd / SECTOR_BYTES) * SECTOR_BYTES) % blockBytes;
      if (at >= this.pages.pageEnd(0) - 4) break;
    }
    return start;
  }

  get size(): number {
    return sectorsOf(this.header) * SECTOR_BYTES;
  }

  get blockBytes(): number {
    return this.header.tracks * SECTOR_BYTES;
  }

  /** Was it closed by whoever wrote it last? */
  get isInUse(): boolean {
    return this.header.inUse === IN_USE;
  }

  /** Places in the area that hold no cluster of the disk. */
  get reserved(): number[] {
    return this.extension === undefined ? [] : [this.extension.place, ...this.extension.bitmaps.flatMap(({ places }) => places)];
  }

  locate(at: number, length: number): Run | Promise<Run> {
    return this.blockTable.locate(at, length);
  }

  beforeWrite(): Promise<void> | undefined {
    return this.#isPrepared ? undefined : this.#prepare();
  }

  /** Bitmaps would not know of what is written, so they are dropped; their clusters are free then. */
  async #prepare(): Promise<void> {
    const scan = await this.blockTable.scan();
    await this.blockTable.prepare(scan, 0);
    this.header.inUse = IN_USE;
    if (this.header.extensionOffset !== 0) {
      this.header.extensionOffset = 0;
      this.extension = undefined;
      this.#hasRemoved = true;
    }
    await this.writeHeader();
    this.#isPrepared = true;
  }

  async put(at: number, bytes: Uint8Array): Promise<void> {
    await this.blockTable.put(at / this.blockBytes, bytes);
    if (this.blockTable.needsCommit) await this.blockTable.commit();
  }

  async putZero(at: number, length: number): Promise<void> {
    await this.blockTable.zero(at, length, false);
  }

  async compact(): Promise<void> {
    await this.blockTable.commit();
    await this.blockTable.compact(await this.blockTable.scan());
    if (this.store.length > this.blockTable.areaEnd) await this.store.resize(this.blockTable.areaEnd);
    this.#hasRemoved = false;
  }

  /** Durable when it returns. */
  async writeHeader(): Promise<void> {
    const bytes = header.encode(this.header);
    const view = new DataView(bytes.buffer);
    for (let at = 0; at < HEADER_BYTES; at += 4) {
      for (let loading; (loading = this.pages.load(at)) !== undefined;) await loading;
      this.pages.setU32(at, view.getUint32(at, true));
    }
    await this.blockTable.commit();
  }

  /** Where the BAT has no room for more entries, the clusters after it move to the end first. The header, in one sector, changes last. */
  async resize(size: number): Promise<void> {
    const clusters = Math.ceil(size / this.blockBytes);
    const sectors = size / SECTOR_BYTES;
    const { magic, batEntries } = this.header;
    if (clusters > MOST_CLUSTERS || (magic === MAGIC_1 && sectors > 0xffff_ffff)) {
      throw new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message: `${size} bytes are too many for it`, context: { path: this.store.name, op: 'resize' } });
    }
    const isLess = size < this.size;
    if (!isLess) {
      await this.#clearTail(size);
      await this.#makeRoom(HEADER_BYTES + clusters * 4);
      for (let entry = batEntries; entry < clusters; entry++) {
        const at = HEADER_BYTES + entry * 4;
        for (let loading; (loading = this.pages.load(at)) !== undefined;) await loading;
        this.pages.setU32(at, 0);
      }
      await this.blockTable.commit();
    }
    const { slots } = this.blockTable;
    Object.assign(this.header, {
      sectorsLow: sectors % 0x1_0000_0000, sectorsHigh: Math.floor(sectors / 0x1_0000_0000), batEntries: isLess ? clusters : Math.max(batEntries, clusters),
      cylinders: cylindersFor(sectors),
    });
    await this.writeHeader();
    await this.makeTable();
    await this.blockTable.prepare(await this.blockTable.scan(), isLess ? 0 : slots);
    if (isLess) await this.compact();
  }

  async #clearTail(size: number): Promise<void> {
    const end = Math.min(size, Math.ceil(this.size / this.blockBytes) * this.blockBytes);
    if (end === this.size) return;
    const place = await this.blockTable.place(Math.floor(this.size / this.blockBytes));
    if (place >= 0) await this.store.write(place + (this.size % this.blockBytes), new Uint8Array(end - this.size));
  }

  async #makeRoom(batEnd: number): Promise<void> {
    const { shape } = this.blockTable;
    const shift = Math.ceil((batEnd - shape.areaStart) / this.blockBytes);
    if (shift > 0) {
      await this.blockTable.vacate(shift);
      await this.blockTable.commit();
      const start = shape.areaStart + shift * this.blockBytes;
      if (this.store.length < start) await this.store.resize(start);
      this.header.dataOffset = start / SECTOR_BYTES;
      this.blockTable.slots -= shift;
    } else if (this.header.dataOffset === 0) this.header.dataOffset = shape.areaStart / SECTOR_BYTES;
  }

  async flush(): Promise<void> {
    await this.blockTable.commit();
  }

  async close(): Promise<void> {
    try {
      if (this.isWritable && this.#isPrepared) {
        await this.blockTable.commit();
        if (this.#hasRemoved) await this.compact();
        await this.markClosed();
      }
    } finally {
      await this.store.close();
    }
  }

  async markClosed(): Promise<void> {
    this.header.inUse = this.header.magic === MAGIC_1 ? 0 : CLOSED_2;
    await this.writeHeader();
  }

  details(): Details {
    const { magic, batEntries } = this.header;
    return {
      variant: 'expanding', version: magic === MAGIC_1 ? 1 : 2, 'cluster-size': this.blockBytes, clusters: batEntries, 'in-use': this.isInUse,
      ...(this.extension === undefined ? {} : { bitmaps: this.extension.bitmaps.map(({ id, granularityBytes }) => ({ id, granularity: granularityBytes })), 'bitmaps-whole': this.extension.isWhole }),
    };
  }
}

export const HEADS = 16;
const SECTORS_PER_TRACK = 32;

export const cylindersFor = (sectors: number): number => Math.min(0xffff_ffff, Math.floor(sectors / HEADS / SECTORS_PER_TRACK));
