/**
 * The tables of an image, read by pages and changed in memory until `write`: a table may be far larger than what is looked at, and a change of one entry need not be written
 * before the data it points to. An entry is named by its offset in the store, so that flat tables and tables of tables are served alike.
 *
 * The pages that are kept are bounded; those that were changed stay until they are written, so whoever changes many looks at `changedPages`.
 */
import type { Store } from './store.ts';
import { viewOf } from '../layout.ts';

const PAGE_BYTES = 64 * 1024;
const MOST_PAGES = 256;
/** What a power cut leaves whole. */
const SECTOR_BYTES = 512;
const PAGE_SECTORS = PAGE_BYTES / SECTOR_BYTES;

interface Page {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** By sector: does it differ from the store's? Sectors between two tables may be data by now, so only these are written. */
  readonly changed: Uint8Array;
  hasChanged: boolean;
}

export class TablePages {
  readonly #store: Store;
  readonly #isLittle: boolean;
  readonly #pages = new Map<number, Page>();
  #changed = 0;
  #lastNumber = -1;
  #last: Page | undefined;

  constructor(store: Store, endian: 'little' | 'big') {
    this.#store = store;
    this.#isLittle = endian === 'little';
  }

  get changedPages(): number {
    return this.#changed;
  }

  /**
   * Makes the entry at `at` ready for the methods below: at once, or by a promise, after which `load` has to be called again, since others may have loaded since.
   * What is beyond the store's end reads as zeros; the caller bounds `at`.
   */
  load(at: number): Promise<void> | undefined {
    const number = Math.floor(at / PAGE_BYTES);
    if (number === this.#lastNumber) return undefined;
    const page = this.#pages.get(number);
    if (page !== undefined) {
      this.#lastNumber = number;
      this.#last = page;
      return undefined;
    }
    const start = number * PAGE_BYTES;
    const bytes = new Uint8Array(PAGE_BYTES);
    const reading = this.#store.read(start, bytes.subarray(0, Math.min(PAGE_BYTES, Math.max(0, this.#store.length - start))));
    if (reading instanceof Promise) return reading.then(() => this.#add(number, bytes));
    this.#add(number, bytes);
    return this.load(at);
  }

  #add(number: number, bytes: Uint8Array): void {
    if (this.#pages.has(number)) return;
    if (this.#pages.size >= MOST_PAGES) this.#dropOldest();
    this.#pages.set(number, { bytes, view: viewOf(bytes), changed: new Uint8Array(PAGE_SECTORS), hasChanged: false });
  }

  #dropOldest(): void {
    for (const [number, page] of this.#pages) {
      if (page.hasChanged) continue;
      this.#pages.delete(number);
      if (number === this.#lastNumber) this.#forgetLast();
      return;
    }
  }

  #forgetLast(): void {
    this.#lastNumber = -1;
    this.#last = undefined;
  }

  /** The end of the page that holds `at`: up to there nothing more has to be loaded. */
  pageEnd(at: number): number {
    return (Math.floor(at / PAGE_BYTES) + 1) * PAGE_BYTES;
  }

  u32(at: number): number {
    return this.#last!.view.getUint32(at % PAGE_BYTES, this.#isLittle);
  }

  u8(at: number): number {
    return this.#last!.bytes[at % PAGE_BYTES]!;
  }

  /** Beyond 2^53 it is not exact, and beyond any store's end all the same. */
  u64(at: number): number {
    const low = this.u32(this.#isLittle ? at : at + 4), high = this.u32(this.#isLittle ? at + 4 : at);
    return high * 0x1_0000_0000 + low;
  }

  setU32(at: number, value: number): void {
    this.#last!.view.setUint32(at % PAGE_BYTES, value, this.#isLittle);
    this.#mark(at % PAGE_BYTES);
  }

  setU64(at: number, value: number): void {
    this.setU32(this.#isLittle ? at : at + 4, value >>> 0);
    this.setU32(this.#isLittle ? at + 4 : at, Math.floor(value / 0x1_0000_0000));
  }

  #mark(place: number): void {
    const page = this.#last!;
    if (!page.hasChanged) {
      this.#changed++;
      page.hasChanged = true;
    }
    page.changed[Math.floor(place / SECTOR_BYTES)] = 1;
  }

  /** Writes what was changed. When it fails, what was not written counts as changed still. */
  async write(): Promise<void> {
    if (this.#changed === 0) return;
    for (const [number, page] of this.#pages) {
      if (!page.hasChanged) continue;
      for (let sector = page.changed.indexOf(1); sector >= 0; sector = page.changed.indexOf(1, sector)) {
        const stop = page.changed.indexOf(0, sector);
        const end = stop < 0 ? PAGE_SECTORS : stop;
        const writing = this.#store.write(number * PAGE_BYTES + sector * SECTOR_BYTES, page.bytes.subarray(sector * SECTOR_BYTES, end * SECTOR_BYTES));
        if (writing !== undefined) await writing;
        page.changed.fill(0, sector, end);
      }
      page.hasChanged = false;
      this.#changed--;
    }
    while (this.#pages.size > MOST_PAGES) this.#dropOldest();
  }

  /** Forgets all pages, whose changes have been written or are given up: what is in the store was changed otherwise. */
  forget(): void {
    this.#pages.clear();
    this.#changed = 0;
    this.#forgetLast();
  }
}
