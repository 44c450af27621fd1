/** A growing image as a layer: a catalog of extents, each with a bitmap of its sectors before it. */
import { corrupt } from '../../errors.ts';
import type { Details, Run } from '../../image.ts';
import { placeIn } from '../../store/store.ts';
import type { Store } from '../../store/store.ts';
import { TablePages } from '../../store/table-pages.ts';
import { ReadOnlyImage } from '../read-only-image.ts';
import { NOT_ALLOCATED, SECTOR_BYTES } from './layout.ts';
import type { Header } from './layout.ts';

const sectorsFor = (bytes: number): number => Math.ceil(bytes / SECTOR_BYTES) * SECTOR_BYTES;

export class BochsImage extends ReadOnlyImage {
  readonly format = 'bochs';
  readonly #header: Header;
  readonly #pages: TablePages;
  readonly #dataStart: number;
  /** Of a bitmap and its extent. */
  readonly #slotBytes: number;

  constructor(store: Store, header: Header) {
    super(store);
    this.#header = header;
    this.#pages = new TablePages(store, 'little');
    this.#dataStart = header.headerSize + header.catalogEntries * 4;
    this.#slotBytes = sectorsFor(header.bitmapSize) + sectorsFor(header.extentSize);
  }

  get size(): number {
    return this.#header.diskSize;
  }

  get blockBytes(): number {
    return SECTOR_BYTES;
  }

  async locate(at: number, length: number): Promise<Run> {
    const { headerSize, extentSize, bitmapSize } = this.#header;
    const entryOffset = headerSize + Math.floor(at / extentSize) * 4;
    for (let loading; (loading = this.#pages.load(entryOffset)) !== undefined;) await loading;
    const entry = this.#pages.u32(entryOffset);
    const within = at % extentSize;
    const most = Math.min(length, extentSize - within);
    if (entry === NOT_ALLOCATED) return { kind: 'absent', length: most };
    const bitmap = this.#dataStart + entry * this.#slotBytes;
    if (bitmap + this.#slotBytes > this.store.length) throw corrupt(`an extent is at ${bitmap}, beyond the end of the file`, placeIn(this.store, entryOffset, 'catalog'));
    const first = Math.floor(within / SECTOR_BYTES);
    const end = Math.ceil((within + most) / SECTOR_BYTES);
    const isThere = await this.#hasSector(bitmap, first);
    let sector = first + 1;
    while (sector < end && (await this.#hasSector(bitmap, sector)) === isThere) sector++;
    const found = Math.min(most, sector * SECTOR_BYTES - within);
    return isThere ? { kind: 'data', length: found, store: this.store, offset: bitmap + sectorsFor(bitmapSize) + within } : { kind: 'absent', length: found };
  }

  #hasSector(bitmap: number, sector: number): boolean | Promise<boolean> {
    const byte = bitmap + (sector >> 3);
    const loading = this.#pages.load(byte);
    if (loading !== undefined) return loading.then(() => this.#hasSector(bitmap, sector));
    return (this.#pages.u8(byte) & (1 << (sector & 7))) !== 0;
  }

  details(): Details {
    return { variant: 'growing', 'extent-size': this.#header.extentSize, extents: this.#header.catalogEntries };
  }
}
