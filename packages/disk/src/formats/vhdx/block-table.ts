/** The block allocation table (2.5): payload blocks in chunks, after each chunk the entry of its sector bitmap. */
import { BAT_ENTRY_BYTES, MIB } from './layout.ts';
import type { MetadataPages, Page } from './metadata-pages.ts';
import type { Region } from './regions.ts';

export interface Entry {
  readonly state: number;
  /** In the file, in bytes; what it means is the state's. */
  readonly offset: number;
}

export class BlockTable {
  readonly #pages: MetadataPages;
  readonly region: Region;
  readonly ratio: number;

  constructor(pages: MetadataPages, region: Region, ratio: number) {
    this.#pages = pages;
    this.region = region;
    this.ratio = ratio;
  }

  entryAt(block: number): number {
    return this.region.offset + (block + Math.floor(block / this.ratio)) * BAT_ENTRY_BYTES;
  }

  bitmapEntryAt(chunk: number): number {
    return this.region.offset + (chunk * (this.ratio + 1) + this.ratio) * BAT_ENTRY_BYTES;
  }

  page(entryAt: number): Page | Promise<Page> {
    return this.#pages.get(entryAt);
  }

  async read(entryAt: number): Promise<Entry> {
    const page = await this.#pages.get(entryAt);
    return { state: stateIn(page, entryAt), offset: offsetIn(page, entryAt) };
  }

  async write(entryAt: number, { state, offset }: Entry): Promise<void> {
    const page = await this.#pages.get(entryAt);
    writeEntry(page.view, entryAt - page.at, state, offset);
    this.#pages.markChanged(page);
  }
}

export const stateIn = ({ at, view }: Page, entryAt: number): number => view.getUint8(entryAt - at) & 7;

export const offsetIn = ({ at, view }: Page, entryAt: number): number => view.getUint32(entryAt - at + 4, true) * 0x1_0000_0000 + ((view.getUint32(entryAt - at, true) >>> 20) * MIB);

export function writeEntry(view: DataView, at: number, state: number, offset: number): void {
  view.setUint32(at, ((offset % 0x1_0000_0000) | state) >>> 0, true);
  view.setUint32(at + 4, Math.floor(offset / 0x1_0000_0000), true);
}
