/**
 * Pages of the file's tables (block allocation table, sector bitmaps, metadata), in the log's unit. Changes stay in memory until the image is flushed. Pages that have not been
 * changed are dropped when there are many: the table of 64 TiB in blocks of 1 MiB has 512 MiB.
 */
import { viewOf } from '../../layout.ts';
import type { Store } from '../../store/store.ts';
import { LOG_SECTOR_BYTES } from './layout.ts';

const MOST_PAGES = 4096;

export interface Page {
  /** In the file. */
  readonly at: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
}

export class MetadataPages {
  readonly #store: Store;
  readonly #pages = new Map<number, Page>();
  readonly #changed = new Set<Page>();
  #last: Page | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /** The page that has the byte at `at`. */
  get(at: number): Page | Promise<Page> {
    const start = at - (at % LOG_SECTOR_BYTES);
    if (this.#last?.at === start) return this.#last;
    const known = this.#pages.get(start);
    if (known !== undefined) return (this.#last = known);
    const bytes = new Uint8Array(LOG_SECTOR_BYTES);
    const reading = this.#store.read(start, bytes);
    return reading === undefined ? this.#keep(start, bytes) : reading.then(() => this.#pages.get(start) ?? this.#keep(start, bytes));
  }

  #keep(at: number, bytes: Uint8Array<ArrayBuffer>): Page {
    if (this.#pages.size >= MOST_PAGES) {
      for (const page of this.#pages.values()) {
        if (this.#changed.has(page)) continue;
        this.#pages.delete(page.at);
        break;
      }
    }
    const page: Page = { at, bytes, view: viewOf(bytes) };
    this.#pages.set(at, page);
    return (this.#last = page);
  }

  markChanged(page: Page): void {
    this.#changed.add(page);
  }

  /** Changes bytes wherever they are; the last page of a structure that ends in one goes to its end. */
  async patch(at: number, bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const page = await this.get(at + done);
      const within = at + done - page.at;
      const piece = bytes.subarray(done, done + LOG_SECTOR_BYTES - within);
      page.bytes.set(piece, within);
      this.markChanged(page);
      done += piece.length;
    }
  }

  get changedCount(): number {
    return this.#changed.size;
  }

  /** In the order of the file. */
  changed(): Page[] {
    return [...this.#changed].sort((a, b) => a.at - b.at);
  }

  markWritten(pages: readonly Page[]): void {
    for (const page of pages) this.#changed.delete(page);
  }

  /** What is in the file has been changed otherwise. */
  forget(): void {
    this.#pages.clear();
    this.#changed.clear();
    this.#last = undefined;
  }
}
