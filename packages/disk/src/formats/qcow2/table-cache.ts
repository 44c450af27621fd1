/**
 * Tables of one cluster each (L2 tables, refcount blocks) kept in memory: those that were used lately, and those that are changed and not yet written.
 */
import { corrupt } from '../../errors.ts';
import { viewOf } from '../../layout.ts';
import { placeIn } from '../../store/store.ts';
import type { Awaitable, Store } from '../../store/store.ts';

/** Changes are written by whole sectors: an entry is never torn. */
const SECTOR_BYTES = 512;
/** What a table costs beside its bytes. */
const OVERHEAD_BYTES = 384;

export class Table {
  readonly offset: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
  wasUsed = true;
  #from = Infinity;
  #to = 0;

  constructor(offset: number, bytes: Uint8Array<ArrayBuffer>) {
    this.offset = offset;
    this.bytes = bytes;
    this.view = viewOf(bytes);
  }

  get isChanged(): boolean {
    return this.#from < this.#to;
  }

  /** Call `TableCache.changed`, which does this and remembers the table. */
  mark(at: number, length: number): void {
    this.#from = Math.min(this.#from, at);
    this.#to = Math.max(this.#to, at + length);
  }

  async write(store: Store): Promise<void> {
    const from = Math.floor(this.#from / SECTOR_BYTES) * SECTOR_BYTES;
    const to = Math.min(this.bytes.length, Math.ceil(this.#to / SECTOR_BYTES) * SECTOR_BYTES);
    await store.write(this.offset + from, this.bytes.subarray(from, to));
    this.#from = Infinity;
    this.#to = 0;
  }
}

export class TableCache {
  readonly #store: Store;
  readonly #tableBytes: number;
  readonly #mostTables: number;
  readonly #field: string;
  readonly #tables = new Map<number, Table>();
  readonly #loading = new Map<number, Promise<Table>>();
  readonly #changed = new Set<Table>();

  /** @param field what its tables are, for errors @param mostBytes of tables that are not changed */
  constructor(store: Store, tableBytes: number, mostBytes: number, field: string) {
    this.#store = store;
    this.#tableBytes = tableBytes;
    this.#mostTables = Math.max(4, Math.floor(mostBytes / (tableBytes + OVERHEAD_BYTES)));
    this.#field = field;
  }

  get changedBytes(): number {
    return this.#changed.size * (this.#tableBytes + OVERHEAD_BYTES);
  }

  get hasChanges(): boolean {
    return this.#changed.size > 0;
  }

  /** @throws DiskError where the place is not a cluster of the file */
  get(offset: number): Awaitable<Table> {
    const known = this.#tables.get(offset);
    if (known !== undefined) {
      known.wasUsed = true;
      return known;
    }
    const coming = this.#loading.get(offset);
    if (coming !== undefined) return coming;
    if (offset % this.#tableBytes !== 0 || offset === 0) throw corrupt(`an ${this.#field} is said to be there, which is not a place for one`, placeIn(this.#store, offset, this.#field));
    const bytes = new Uint8Array(this.#tableBytes);
    const read = this.#store.read(offset, bytes);
    if (!(read instanceof Promise)) return this.#keep(new Table(offset, bytes));
    const table = read.then(() => this.#keep(new Table(offset, bytes))).finally(() => this.#loading.delete(offset));
    this.#loading.set(offset, table);
    return table;
  }

  /** A new table at a place that is free, to be written. */
  add(offset: number, bytes = new Uint8Array(this.#tableBytes)): Table {
    this.drop(offset);
    const table = this.#keep(new Table(offset, bytes));
    this.changed(table, 0, bytes.length);
    return table;
  }

  changed(table: Table, at: number, length: number): void {
    table.mark(at, length);
    this.#changed.add(table);
    // It may have made way for others since it was asked for; nobody may read the old one from the file now.
    if (this.#tables.get(table.offset) !== table) this.#tables.set(table.offset, table);
  }

  /** Its cluster is no longer a table. */
  drop(offset: number): void {
    const table = this.#tables.get(offset);
    if (table === undefined) return;
    this.#tables.delete(offset);
    this.#changed.delete(table);
  }

  /** Writes all that is changed, in the order of the file. */
  async write(): Promise<void> {
    const order = [...this.#changed].sort((a, b) => a.offset - b.offset);
    for (const table of order) {
      await table.write(this.#store);
      this.#changed.delete(table);
    }
    this.#evict();
  }

  forget(): void {
    this.#tables.clear();
    this.#changed.clear();
  }

  #keep(table: Table): Table {
    this.#tables.set(table.offset, table);
    if (this.#tables.size > this.#mostTables) this.#evict();
    return table;
  }

  /** Those that were used since the last look get another turn. */
  #evict(): void {
    let turns = this.#tables.size;
    for (const [offset, table] of this.#tables) {
      if (this.#tables.size <= this.#mostTables || turns-- === 0) return;
      this.#tables.delete(offset);
      if (!table.wasUsed && !table.isChanged) continue;
      table.wasUsed = false;
      this.#tables.set(offset, table);
    }
  }
}
