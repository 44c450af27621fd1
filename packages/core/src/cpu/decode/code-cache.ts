/**
 * Decoded code, by physical page and mode word. A page has a directory of 64 tables; a table has the record addresses of 64 byte offsets, 0 where
 * nothing is decoded. Records lie in runs of consecutive instructions. Everything is in the arena of the WebAssembly memory
 * (memory/layout.ts): runs grow from its start, directories and tables from its end.
 *
 * When a page is written its records are turned into "look up again", so that a run under way stops at its next record; they
 * stay where they are until the whole arena is emptied, between two entries into generated code.
 */
import { ARENA_BASE, EMPTY_DIRECTORY, EMPTY_RECORD_TABLE, PAGE_ATTRIBUTES_BASE, PAGE_BYTES, RAM_BASE, pageAttribute } from '../../memory/layout.ts';
import { RECORD_BYTES, record } from './record.ts';

/** Offsets a table has, and the bytes of a table and of a directory. */
const TABLE_OFFSETS = 64;
const TABLE_BYTES = TABLE_OFFSETS * 4;
const DIRECTORY_ENTRIES = PAGE_BYTES / TABLE_OFFSETS;
/** What the next page and the longest run may take. */
const ROOM_BYTES = TABLE_BYTES * (DIRECTORY_ENTRIES + 1) + PAGE_BYTES * RECORD_BYTES;

export interface CodePage {
  readonly physicalPage: number;
  readonly mode: number;
  /** Address of the page's bytes, and of its directory. */
  readonly host: number;
  readonly directory: number;
  /** [first record, end] of each run. */
  readonly runs: [number, number][];
}

export class CodeCache {
  /** Counts for --stats. */
  invalidatedPages = 0;
  emptied = 0;
  decodedInstructions = 0;

  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #words: Uint32Array;
  readonly #relookup: number;
  readonly #byPhysicalPage = new Map<number, CodePage[]>();
  readonly #byDirectory = new Map<number, CodePage>();
  /** Given back: directories and tables, which have the same size. */
  readonly #free: number[] = [];
  /** End of the runs, and start of the directories and tables. */
  #end = ARENA_BASE;
  #tables = RAM_BASE;

  /** @param relookup number of the handler that looks RIP up again */
  constructor(memory: ArrayBufferLike, relookup: number) {
    this.#bytes = new Uint8Array(memory);
    this.#view = new DataView(memory);
    this.#words = new Uint32Array(memory);
    this.#relookup = relookup;
    this.#words.fill(EMPTY_RECORD_TABLE, EMPTY_DIRECTORY >> 2, (EMPTY_DIRECTORY >> 2) + DIRECTORY_ENTRIES);
  }

  /** Address where the next run's records may be written. */
  get top(): number {
    return this.#end;
  }

  /** Is there room for another page or a run? If not, `empty` has to be called before decoding goes on. */
  get isFull(): boolean {
    return this.#end + ROOM_BYTES > this.#tables;
  }

  page(directory: number): CodePage | undefined {
    return this.#byDirectory.get(directory);
  }

  find(physicalPage: number, mode: number): CodePage | undefined {
    return this.#byPhysicalPage.get(physicalPage)?.find((p) => p.mode === mode);
  }

  /** A physical page in all modes in which it was decoded. */
  pagesOf(physicalPage: number): readonly CodePage[] {
    return this.#byPhysicalPage.get(physicalPage) ?? [];
  }

  /** Adds a page; `host` is where its bytes are. */
  add(physicalPage: number, mode: number, host: number): CodePage {
    const directory = this.#allocate(EMPTY_RECORD_TABLE);
    const page: CodePage = { physicalPage, mode, host, directory, runs: [] };
    this.#byDirectory.set(directory, page);
    const others = this.#byPhysicalPage.get(physicalPage);
    if (others) others.push(page);
    else this.#byPhysicalPage.set(physicalPage, [page]);
    this.#bytes[PAGE_ATTRIBUTES_BASE + physicalPage]! |= pageAttribute.code;
    return page;
  }

  recordAt(page: CodePage, offset: number): number {
    return this.#words[(this.#words[this.#entry(page, offset)]! >> 2) + (offset % TABLE_OFFSETS)]!;
  }

  setRecord(page: CodePage, offset: number, address: number): void {
    const entry = this.#entry(page, offset);
    if (this.#words[entry] === EMPTY_RECORD_TABLE) this.#words[entry] = this.#allocate(0);
    this.#words[(this.#words[entry]! >> 2) + (offset % TABLE_OFFSETS)] = address;
  }

  /** Index of the word that has the table of an offset. */
  #entry(page: CodePage, offset: number): number {
    return (page.directory >> 2) + Math.floor(offset / TABLE_OFFSETS);
  }

  /** A directory or table whose words have the value. */
  #allocate(value: number): number {
    let at = this.#free.pop();
    if (at === undefined) {
      this.#tables -= TABLE_BYTES;
      at = this.#tables;
    }
    this.#words.fill(value, at >> 2, (at + TABLE_BYTES) >> 2);
    return at;
  }

  /** A run has been written from `top` to `end`. */
  close(page: CodePage, end: number): void {
    page.runs.push([this.#end, end]);
    this.decodedInstructions += (end - this.#end) / RECORD_BYTES;
    this.#end = end;
  }

  /** Forgets what was decoded from a physical page. The caller empties the code TLB, which may name the page's directory. */
  invalidate(physicalPage: number): void {
    for (const page of this.#byPhysicalPage.get(physicalPage) ?? []) {
      for (const [first, end] of page.runs) {
        for (let at = first; at < end; at += RECORD_BYTES) this.#view.setUint16(at + record.handler, this.#relookup, true);
      }
      this.#byDirectory.delete(page.directory);
      for (let i = 0; i < DIRECTORY_ENTRIES; i++) {
        const table = this.#words[(page.directory >> 2) + i]!;
        if (table !== EMPTY_RECORD_TABLE) this.#free.push(table);
      }
      this.#free.push(page.directory);
    }
    this.#byPhysicalPage.delete(physicalPage);
    this.#bytes[PAGE_ATTRIBUTES_BASE + physicalPage]! &= ~pageAttribute.code;
    this.invalidatedPages++;
  }

  /** Forgets everything. Not while generated code is running. */
  empty(): void {
    for (const physicalPage of this.#byPhysicalPage.keys()) this.#bytes[PAGE_ATTRIBUTES_BASE + physicalPage]! &= ~pageAttribute.code;
    this.#byPhysicalPage.clear();
    this.#byDirectory.clear();
    this.#free.length = 0;
    this.#end = ARENA_BASE;
    this.#tables = RAM_BASE;
    this.emptied++;
  }
}
