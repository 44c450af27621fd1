/**
 * Decoded code, by physical page and mode word. A page has a table of 4096 record addresses, one a byte offset, 0 where nothing is decoded;
 * its records lie in runs of consecutive instructions. Everything is in the arena of the WebAssembly memory (memory/layout.ts).
 *
 * When a page is written its records are turned into "look up again", so that a run under way stops at its next record; they
 * stay where they are until the whole arena is emptied, between two entries into generated code.
 */
import { ARENA_BASE, PAGE_ATTRIBUTES_BASE, PAGE_BYTES, RAM_BASE, pageAttribute } from '../../memory/layout.ts';
import { RECORD_BYTES, record } from './record.ts';

const TABLE_BYTES = PAGE_BYTES * 4;

export interface CodePage {
  readonly physicalPage: number;
  readonly mode: number;
  /** Address of the page's bytes, and of its table. */
  readonly host: number;
  readonly table: number;
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
  readonly #byTable = new Map<number, CodePage>();
  readonly #freeTables: number[] = [];
  #end = ARENA_BASE;
  /** The arena has never been used from here on: it is zero, and costs no memory of the host as long as it is not written. */
  #virginFrom = ARENA_BASE;

  /** @param relookup number of the handler that looks RIP up again */
  constructor(memory: ArrayBufferLike, relookup: number) {
    this.#bytes = new Uint8Array(memory);
    this.#view = new DataView(memory);
    this.#words = new Uint32Array(memory);
    this.#relookup = relookup;
  }

  /** Address where the next run's records may be written. */
  get top(): number {
    return this.#end;
  }

  /** Is there room for another page or a run? If not, `empty` has to be called before decoding goes on. */
  get isFull(): boolean {
    return this.#end + TABLE_BYTES + PAGE_BYTES * RECORD_BYTES > RAM_BASE;
  }

  page(table: number): CodePage | undefined {
    return this.#byTable.get(table);
  }

  find(physicalPage: number, mode: number): CodePage | undefined {
    return this.#byPhysicalPage.get(physicalPage)?.find((p) => p.mode === mode);
  }

  /** Adds a page; `host` is where its bytes are. */
  add(physicalPage: number, mode: number, host: number): CodePage {
    let table = this.#freeTables.pop();
    if (table === undefined) {
      table = this.#end;
      this.#end += TABLE_BYTES;
    }
    // one record may have been tried there and given up
    this.#bytes.fill(0, table, Math.min(table + TABLE_BYTES, Math.max(this.#virginFrom, table + RECORD_BYTES)));
    this.#virginFrom = Math.max(this.#virginFrom, this.#end);
    const page: CodePage = { physicalPage, mode, host, table, runs: [] };
    this.#byTable.set(table, page);
    const others = this.#byPhysicalPage.get(physicalPage);
    if (others) others.push(page);
    else this.#byPhysicalPage.set(physicalPage, [page]);
    this.#bytes[PAGE_ATTRIBUTES_BASE + physicalPage]! |= pageAttribute.code;
    return page;
  }

  /** Has the page's writes reported, although nothing that begins in it may be decoded. */
  watch(physicalPage: number): void {
    this.#bytes[PAGE_ATTRIBUTES_BASE + physicalPage]! |= pageAttribute.code;
  }

  recordAt(page: CodePage, offset: number): number {
    return this.#words[(page.table >> 2) + offset]!;
  }

  setRecord(page: CodePage, offset: number, address: number): void {
    this.#words[(page.table >> 2) + offset] = address;
  }

  /** A run has been written from `top` to `end`. */
  close(page: CodePage, end: number): void {
    page.runs.push([this.#end, end]);
    this.decodedInstructions += (end - this.#end) / RECORD_BYTES;
    this.#end = end;
    this.#virginFrom = Math.max(this.#virginFrom, end);
  }

  /** Forgets what was decoded from a physical page. The caller empties the code TLB, which may name the page's table. */
  invalidate(physicalPage: number): void {
    for (const page of this.#byPhysicalPage.get(physicalPage) ?? []) {
      for (const [first, end] of page.runs) {
        for (let at = first; at < end; at += RECORD_BYTES) this.#view.setUint16(at + record.handler, this.#relookup, true);
      }
      this.#byTable.delete(page.table);
      this.#freeTables.push(page.table);
    }
    this.#byPhysicalPage.delete(physicalPage);
    this.#bytes[PAGE_ATTRIBUTES_BASE + physicalPage]! &= ~pageAttribute.code;
    this.invalidatedPages++;
  }

  /** Forgets everything. Not while generated code is running. */
  empty(): void {
    for (const physicalPage of this.#byPhysicalPage.keys()) this.#bytes[PAGE_ATTRIBUTES_BASE + physicalPage]! &= ~pageAttribute.code;
    this.#byPhysicalPage.clear();
    this.#byTable.clear();
    this.#freeTables.length = 0;
    this.#end = ARENA_BASE;
    this.emptied++;
  }
}
