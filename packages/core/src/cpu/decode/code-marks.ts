/**
 * Where in a page of RAM instructions are decoded, in chunks: what the slow path of stores looks at (memory/mmu.ts, `storeToCode`), so that data beside code can be
 * written without anything being looked up. A mark may be there without an instruction; an instruction is never without its marks.
 *
 * A page with many such stores is given up: often its code is long gone and the page serves for something else. When it was a mistake the page is kept twice as long
 * the next time.
 */
import { CODE_CHUNK_BYTES, CODE_MARKS_BASE, CODE_MARKS_BYTES, PAGE_BYTES, codeMarks } from '../../memory/layout.ts';

/** Stores to data among decoded code after which the code is given up, the first time, and how often that number is doubled at most. */
const FIRST_PATIENCE = 1024;
const MOST_DOUBLINGS = 20;

export class CodeMarks {
  readonly #bytes: Uint8Array;
  readonly #words: Int32Array;

  constructor(memory: ArrayBufferLike) {
    this.#bytes = new Uint8Array(memory);
    this.#words = new Int32Array(memory);
  }

  /** A page becomes one of code. */
  begin(physicalPage: number): void {
    this.clear(physicalPage, 0, PAGE_BYTES);
    this.#words[this.#word(physicalPage, codeMarks.storesLeft)] = FIRST_PATIENCE << this.#words[this.#word(physicalPage, codeMarks.timesGivenUp)]!;
  }

  /** There are instructions from one offset to another. */
  add(physicalPage: number, start: number, end: number): void {
    const base = CODE_MARKS_BASE + physicalPage * CODE_MARKS_BYTES;
    for (let chunk = start >> CHUNK_BITS; chunk << CHUNK_BITS < end; chunk++) this.#bytes[base + (chunk >> 3)]! |= 1 << (chunk & 7);
  }

  /** There is nothing in the chunks from one offset to another. */
  clear(physicalPage: number, start: number, end: number): void {
    const base = CODE_MARKS_BASE + physicalPage * CODE_MARKS_BYTES;
    for (let chunk = start >> CHUNK_BITS; chunk << CHUNK_BITS < end; chunk++) this.#bytes[base + (chunk >> 3)]! &= ~(1 << (chunk & 7));
  }

  /** Have there been so many stores to the page's other chunks? */
  isExhausted(physicalPage: number): boolean {
    return this.#words[this.#word(physicalPage, codeMarks.storesLeft)]! <= 0;
  }

  /** For want of patience. */
  giveUp(physicalPage: number): void {
    const times = this.#word(physicalPage, codeMarks.timesGivenUp);
    this.#words[times] = Math.min(MOST_DOUBLINGS, this.#words[times]! + 1);
  }

  #word(physicalPage: number, field: number): number {
    return (CODE_MARKS_BASE + physicalPage * CODE_MARKS_BYTES + field) >> 2;
  }
}

const CHUNK_BITS = Math.log2(CODE_CHUNK_BYTES);
