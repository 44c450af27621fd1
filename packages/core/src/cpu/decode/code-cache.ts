/**
 * Decoded code, by physical page and mode word. A page has a directory of 64 tables; a table has the record addresses of 64 byte offsets, 0 where
 * nothing is decoded. Records lie in runs of consecutive instructions. Everything is in the arena of the WebAssembly memory
 * (memory/layout.ts): runs grow from its start, directories and tables from its end.
 *
 * An instruction that is written over becomes stale where it is: whoever leads to it still does, and it is decoded again when it is reached, in its place if what
 * follows fits. Only when a page is written as a whole, or given up, all its records are turned into "look up again". They
 * stay where they are until the next `reclaim`, between two entries into generated code, so that a run under way can go on; then others may come there. A run is
 * written at the end of all, since its length is not known before, and moves to a place of just its length or to a part of a longer one. When there is no room left the whole arena is emptied.
 */
import { ARENA_BASE, CODE_CHUNK_BYTES, EMPTY_DIRECTORY, EMPTY_RECORD_TABLE, PAGE_ATTRIBUTES_BASE, PAGE_BYTES, RAM_BASE, pageAttribute } from '../../memory/layout.ts';
import { CodeMarks } from './code-marks.ts';
import { KnownPages } from './known-pages.ts';
import { MAX_INSTRUCTION_BYTES } from './reader.ts';
import { RECORD_BYTES, record } from './record.ts';

/** Numbers of the handlers that the cache knows. */
export interface CacheHandlers {
  readonly relookup: number;
  readonly stale: number;
  readonly across: number;
  readonly counted: number;
  readonly translated: number;
}

/** Offsets a table has, and the bytes of a table and of a directory. */
const TABLE_BITS = 6;
const TABLE_OFFSETS = 1 << TABLE_BITS;
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
  /** First record and end of each run, in ascending order, in one list: there are 50,000 runs after a boot. */
  readonly runs: number[];
}

export class CodeCache {
  /** Counts for --stats. */
  discardedPages = 0;
  emptied = 0;
  decodedInstructions = 0;
  staleInstructions = 0;
  readonly marks: CodeMarks;
  readonly #known: KnownPages;

  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #words: Uint32Array;
  readonly #handlers: CacheHandlers;
  readonly #byPhysicalPage = new Map<number, CodePage[]>();
  readonly #byDirectory = new Map<number, CodePage>();
  /** Given back: directories and tables, which have the same size. */
  readonly #free: number[] = [];
  /** Places of runs of discarded pages, by the number of records; and those that a run under way may still be in: first record and end. */
  readonly #places: number[][] = [];
  readonly #left: number[] = [];
  /** End of the runs, and start of the directories and tables. */
  #end = ARENA_BASE;
  #tables = RAM_BASE;

  constructor(memory: ArrayBufferLike, handlers: CacheHandlers) {
    this.marks = new CodeMarks(memory);
    this.#known = new KnownPages(memory);
    this.#bytes = new Uint8Array(memory);
    this.#view = new DataView(memory);
    this.#words = new Uint32Array(memory);
    this.#handlers = handlers;
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
    const page = this.#byPhysicalPage.get(physicalPage)?.find((p) => p.mode === mode);
    if (page) this.#known.add(physicalPage, mode, page.directory);
    return page;
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
    else {
      this.#byPhysicalPage.set(physicalPage, [page]);
      this.marks.begin(physicalPage);
      this.#bytes[PAGE_ATTRIBUTES_BASE + physicalPage]! |= pageAttribute.code;
    }
    this.#known.add(physicalPage, mode, directory);
    return page;
  }

  recordAt(page: CodePage, offset: number): number {
    return this.#words[(this.#words[this.#entry(page, offset)]! >> 2) + (offset & (TABLE_OFFSETS - 1))]!;
  }

  setRecord(page: CodePage, offset: number, address: number): void {
    const entry = this.#entry(page, offset);
    if (this.#words[entry] === EMPTY_RECORD_TABLE) this.#words[entry] = this.#allocate(0);
    this.#words[(this.#words[entry]! >> 2) + (offset & (TABLE_OFFSETS - 1))] = address;
  }

  /** The record of the instruction at an offset itself, behind its entry record; 0 if it was never decoded. */
  instructionAt(page: CodePage, offset: number): number {
    const at = this.recordAt(page, offset);
    return at && this.#isEntry(at) ? this.#words[(at + record.link) >> 2]! : at;
  }

  /** Is there a record of the instruction at an offset, which has not been written over since? */
  isDecoded(page: CodePage, offset: number): boolean {
    const at = this.instructionAt(page, offset);
    return at !== 0 && !this.#isOld(this.#handler(at));
  }

  /** The record of an instruction that was not decoded, or is stale: what leads to that by its entry record leads to this one now. */
  place(page: CodePage, offset: number, at: number): void {
    const known = this.recordAt(page, offset);
    if (!known) {
      this.setRecord(page, offset, at);
      return;
    }
    this.#setHandler(this.instructionAt(page, offset), this.#handlers.relookup);
    if (this.#isEntry(known)) this.#words[(known + record.link) >> 2] = at;
    else this.setRecord(page, offset, at);
  }

  /** Is the record behind the one at `at` one of the same run that goes on with the instruction at the offset? */
  isFollowedBy(page: CodePage, at: number, offset: number): boolean {
    const run = this.#runBefore(page, at + 1);
    const next = at + RECORD_BYTES;
    return next < page.runs[run + 1]! && (this.#words[(next + record.pageOffset) >> 2]! & 0xffff) === offset && this.#handler(next) !== this.#handlers.relookup;
  }

  /** Index of the last run that begins before an address, or of the first. */
  #runBefore({ runs }: CodePage, at: number): number {
    let low = 0;
    for (let high = runs.length >> 1; high - low > 1;) {
      const middle = (low + high) >> 1;
      if (runs[2 * middle]! < at) low = middle;
      else high = middle;
    }
    return 2 * low;
  }

  #isEntry(at: number): boolean {
    const handler = this.#handler(at);
    return handler === this.#handlers.counted || handler === this.#handlers.translated;
  }

  #isOld(handler: number): boolean {
    return handler === this.#handlers.stale || handler === this.#handlers.relookup;
  }

  #handler(at: number): number {
    return this.#words[at >> 2]! & 0xffff;
  }

  #setHandler(at: number, handler: number): void {
    this.#view.setUint16(at + record.handler, handler, true);
  }

  /** Index of the word that has the table of an offset. */
  #entry(page: CodePage, offset: number): number {
    return (page.directory >> 2) + (offset >> TABLE_BITS);
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

  /** A run has been written from `top` to `end`, and what is known of it is known of the page. @returns where it is now */
  close(page: CodePage, end: number): number {
    const start = this.#end;
    const count = (end - start) / RECORD_BYTES;
    const place = this.#takePlace(count);
    if (place === undefined) this.#end = end;
    else this.#move(page, start, end, place);
    const at = place ?? start;
    const before = this.#runBefore(page, at);
    page.runs.splice(page.runs.length && page.runs[before]! < at ? before + 2 : before, 0, at, at + end - start);
    this.decodedInstructions += count;
    return at;
  }

  /** Records from `top` to `end` belong to no page: whoever wrote them makes a look-up of them. */
  keep(end: number): void {
    this.decodedInstructions += (end - this.#end) / RECORD_BYTES;
    this.#end = end;
  }

  /** Not while generated code is running: places of runs that were discarded may be used again. */
  reclaim(): void {
    while (this.#left.length) {
      const end = this.#left.pop()!;
      this.#givePlace(this.#left.pop()!, end);
    }
  }

  #givePlace(first: number, end: number): void {
    if (first < end) (this.#places[(end - first) / RECORD_BYTES] ??= []).push(first);
  }

  #takePlace(count: number): number | undefined {
    for (let size = count; size < this.#places.length; size++) {
      const at = this.#places[size]?.pop();
      if (at === undefined) continue;
      this.#givePlace(at + count * RECORD_BYTES, at + size * RECORD_BYTES);
      return at;
    }
    return undefined;
  }

  /** Nothing outside the page's tables knows of the run yet. */
  #move(page: CodePage, start: number, end: number, place: number): void {
    this.#bytes.copyWithin(place, start, end);
    for (let from = start, to = place; from < end; from += RECORD_BYTES, to += RECORD_BYTES) {
      const offset = this.#words[(to + record.pageOffset) >> 2]! & 0xffff;
      if (offset >= PAGE_BYTES) continue;
      const known = this.recordAt(page, offset);
      if (known === from) this.setRecord(page, offset, to);
      else if (known && this.#isEntry(known) && this.#words[(known + record.link) >> 2] === from) this.#words[(known + record.link) >> 2] = to;
    }
  }

  /** Bytes of a physical page are about to change: the instructions that have some of them become stale. */
  overwrite(physicalPage: number, start: number, end: number): void {
    const from = start & -CODE_CHUNK_BYTES;
    const to = (end + CODE_CHUNK_BYTES - 1) & -CODE_CHUNK_BYTES;
    this.marks.clear(physicalPage, from, to);
    for (const page of this.pagesOf(physicalPage)) {
      for (let offset = Math.max(0, from - MAX_INSTRUCTION_BYTES + 1); offset < to; offset++) {
        const table = this.#words[this.#entry(page, offset)]!;
        if (table === EMPTY_RECORD_TABLE) {
          offset |= TABLE_OFFSETS - 1;
          continue;
        }
        if (!this.#words[(table >> 2) + (offset & (TABLE_OFFSETS - 1))]) continue;
        const at = this.instructionAt(page, offset);
        const handler = this.#handler(at);
        if (this.#isOld(handler)) continue;
        const after = handler === this.#handlers.across ? PAGE_BYTES : offset + this.#bytes[at + record.length]!;
        if (offset < end && after > start) {
          this.#setHandler(at, this.#handlers.stale);
          this.staleInstructions++;
        } else if (after > from) this.marks.add(physicalPage, offset, after);
      }
    }
  }

  /** Forgets what was decoded from a physical page. The caller empties the code TLB, which may name the page's directory. */
  discard(physicalPage: number): void {
    for (const page of this.#byPhysicalPage.get(physicalPage) ?? []) {
      for (let run = 0; run < page.runs.length; run += 2) {
        for (let at = page.runs[run]!; at < page.runs[run + 1]!; at += RECORD_BYTES) this.#setHandler(at, this.#handlers.relookup);
        this.#left.push(page.runs[run]!, page.runs[run + 1]!);
      }
      this.#byDirectory.delete(page.directory);
      this.#known.remove(physicalPage, page.mode, page.directory);
      for (let i = 0; i < DIRECTORY_ENTRIES; i++) {
        const table = this.#words[(page.directory >> 2) + i]!;
        if (table !== EMPTY_RECORD_TABLE) this.#free.push(table);
      }
      this.#free.push(page.directory);
    }
    this.#byPhysicalPage.delete(physicalPage);
    this.#bytes[PAGE_ATTRIBUTES_BASE + physicalPage]! &= ~pageAttribute.code;
    this.discardedPages++;
  }

  /** Forgets everything. Not while generated code is running. */
  empty(): void {
    for (const physicalPage of this.#byPhysicalPage.keys()) this.#bytes[PAGE_ATTRIBUTES_BASE + physicalPage]! &= ~pageAttribute.code;
    this.#byPhysicalPage.clear();
    this.#byDirectory.clear();
    this.#known.clear();
    this.#free.length = 0;
    this.#places.length = 0;
    this.#left.length = 0;
    this.#end = ARENA_BASE;
    this.#tables = RAM_BASE;
    this.emptied++;
  }
}
