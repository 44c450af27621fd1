/**
 * Records of instructions that begin in one page and end in the next. Each is two records: the instruction, and a look-up of what follows. The records of the
 * first page that lead to one (`across`) look whether the second page is still mapped; a store to either part takes both away.
 */
import { PAGE_BYTES } from '../../memory/layout.ts';
import type { CodePage } from './code-cache.ts';
import type { CodeMarks } from './code-marks.ts';
import { record } from './record.ts';

interface Straddling {
  readonly key: string;
  readonly at: number;
  readonly page: CodePage;
  readonly next: CodePage;
  readonly offset: number;
  /** Bytes in the next page. */
  readonly beyond: number;
  /** The records that lead to it. */
  readonly across: Set<number>;
}

const keyOf = (page: CodePage, next: CodePage, offset: number): string => `${page.directory}:${offset}:${next.directory}`;

export class StraddlingInstructions {
  readonly #view: DataView;
  readonly #relookup: number;
  readonly #marks: CodeMarks;
  readonly #byKey = new Map<string, Straddling>();
  readonly #byPhysicalPage = new Map<number, Set<Straddling>>();

  constructor(memory: ArrayBufferLike, relookup: number, marks: CodeMarks) {
    this.#view = new DataView(memory);
    this.#relookup = relookup;
    this.#marks = marks;
  }

  /** The record of one; 0 if there is none. */
  find(page: CodePage, next: CodePage, offset: number): number {
    return this.#byKey.get(keyOf(page, next, offset))?.at ?? 0;
  }

  /** `at` is the record of an instruction that has been decoded. */
  add(page: CodePage, next: CodePage, offset: number, beyond: number, at: number): void {
    const key = keyOf(page, next, offset);
    const straddling: Straddling = { key, at, page, next, offset, beyond, across: new Set() };
    this.#byKey.set(key, straddling);
    for (const { physicalPage } of [page, next]) {
      const others = this.#byPhysicalPage.get(physicalPage);
      if (others) others.add(straddling);
      else this.#byPhysicalPage.set(physicalPage, new Set([straddling]));
    }
    this.mark(page.physicalPage);
    this.mark(next.physicalPage);
  }

  /** Has the record at `across` lead to one that there is. */
  lead(across: number, page: CodePage, next: CodePage, offset: number): void {
    const straddling = this.#byKey.get(keyOf(page, next, offset))!;
    this.#view.setUint32(across + record.link, straddling.at, true);
    this.#view.setUint32(across + record.slot, next.directory, true);
    straddling.across.add(across);
  }

  /** Bytes of a physical page are about to change. */
  overwrite(physicalPage: number, start: number, end: number): void {
    for (const straddling of this.#byPhysicalPage.get(physicalPage) ?? []) {
      const { page, next, offset, beyond } = straddling;
      if ((page.physicalPage === physicalPage && end > offset) || (next.physicalPage === physicalPage && start < beyond)) this.#drop(straddling);
    }
  }

  /** Marks what there is of a page's instructions. Regions hold some that were never reached, so that nothing else has marked where they begin. */
  mark(physicalPage: number): void {
    for (const { page, next, offset, beyond } of this.#byPhysicalPage.get(physicalPage) ?? []) {
      if (page.physicalPage === physicalPage) this.#marks.add(physicalPage, offset, PAGE_BYTES);
      if (next.physicalPage === physicalPage) this.#marks.add(physicalPage, 0, beyond);
    }
  }

  /** All that begins or ends in a physical page. */
  discard(physicalPage: number): void {
    this.overwrite(physicalPage, 0, PAGE_BYTES);
  }

  clear(): void {
    this.#byKey.clear();
    this.#byPhysicalPage.clear();
  }

  #drop(straddling: Straddling): void {
    this.#view.setUint16(straddling.at + record.handler, this.#relookup, true);
    // a directory may be used again for another page
    for (const across of straddling.across) this.#view.setUint32(across + record.slot, 0, true);
    this.#byKey.delete(straddling.key);
    for (const { physicalPage } of [straddling.page, straddling.next]) {
      const others = this.#byPhysicalPage.get(physicalPage);
      others?.delete(straddling);
      if (others?.size === 0) this.#byPhysicalPage.delete(physicalPage);
    }
  }
}
