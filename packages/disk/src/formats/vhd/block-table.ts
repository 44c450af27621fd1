/** The block allocation table, in memory as a whole (2040 GiB in blocks of 2 MiB are 4 MiB of it); changes are written by sectors. */
import { viewOf } from '../../layout.ts';
import { readBytes } from '../../store/store.ts';
import type { Store } from '../../store/store.ts';
import { ENTRY_BYTES, SECTOR_BYTES, UNUSED_ENTRY } from './layout.ts';

/** Read at a time. */
const PIECE_ENTRIES = 256 * 1024;
const SECTOR_ENTRIES = SECTOR_BYTES / ENTRY_BYTES;

export class BlockTable {
  readonly #store: Store;
  offset: number;
  entries: Uint32Array<ArrayBuffer>;
  readonly #changedSectors = new Set<number>();

  constructor(store: Store, offset: number, entries: Uint32Array<ArrayBuffer>) {
    this.#store = store;
    this.offset = offset;
    this.entries = entries;
  }

  /** The caller has bounded `count`. */
  static async read(store: Store, offset: number, count: number): Promise<BlockTable> {
    const entries = new Uint32Array(count);
    for (let first = 0; first < count; first += PIECE_ENTRIES) {
      const piece = Math.min(PIECE_ENTRIES, count - first);
      const view = viewOf(await readBytes(store, offset + first * ENTRY_BYTES, piece * ENTRY_BYTES));
      for (let i = 0; i < piece; i++) entries[first + i] = view.getUint32(i * ENTRY_BYTES);
    }
    return new BlockTable(store, offset, entries);
  }

  set(block: number, entry: number): void {
    this.entries[block] = entry;
    this.#changedSectors.add(Math.floor(block / SECTOR_ENTRIES));
  }

  get isChanged(): boolean {
    return this.#changedSectors.size > 0;
  }

  /** Writes what has changed, neighbours together. */
  async write(): Promise<void> {
    const sectors = [...this.#changedSectors].sort((a, b) => a - b);
    for (let i = 0; i < sectors.length;) {
      const first = sectors[i]!;
      let after = first + 1;
      for (i++; sectors[i] === after; i++) after++;
      await this.#store.write(this.offset + first * SECTOR_BYTES, encodeEntries(this.entries.subarray(first * SECTOR_ENTRIES, after * SECTOR_ENTRIES)));
    }
    this.#changedSectors.clear();
  }
}

/** To the end of a sector, unused ones last. */
export function encodeEntries(entries: Uint32Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(tableBytesOf(entries.length)).fill(0xff);
  const view = viewOf(bytes);
  for (let i = 0; i < entries.length; i++) view.setUint32(i * ENTRY_BYTES, entries[i]!);
  return bytes;
}

export const tableBytesOf = (entries: number): number => Math.ceil((entries * ENTRY_BYTES) / SECTOR_BYTES) * SECTOR_BYTES;

export const newEntries = (count: number): Uint32Array<ArrayBuffer> => new Uint32Array(count).fill(UNUSED_ENTRY);
