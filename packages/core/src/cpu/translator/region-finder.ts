/**
 * Chooses a region: walks decoded records from an entry, along branches and straight on, over the pages that the code TLB has, until it meets calls, returns,
 * indirect jumps, what is not decoded yet, or its size. It decodes nothing, but for instructions that straddle two pages.
 */
import { PAGE_BYTES } from '../../memory/layout.ts';
import type { CodeCache, CodePage } from '../decode/code-cache.ts';
import { RECORD_BYTES, record } from '../decode/record.ts';
import { special } from '../interpreter/generate.ts';
import { readInstruction } from './instruction.ts';
import type { HandlersByNumber, TranslatedInstruction } from './instruction.ts';
import type { RegionBlock, RegionPage } from './region-job.ts';

/** What the finder asks of the code fetch unit. */
export interface CodeSource {
  readonly cache: CodeCache;
  pageAt(linear: bigint): CodePage | undefined;
  straddling(page: CodePage, next: CodePage, offset: number): number;
}

export interface FoundRegion {
  readonly entry: number;
  readonly pages: readonly (RegionPage & { readonly page: CodePage })[];
  readonly blocks: readonly RegionBlock[];
  readonly addresses: Uint32Array<ArrayBuffer>;
}

const MOST_INSTRUCTIONS = 400;
const MOST_PAGES = 4;
/** How far from the entry's page another may lie, in pages. */
const FARTHEST_PAGE = 16;

/** An instruction that was found, by its offset from the start of the entry's page. */
interface Found {
  readonly address: number;
  readonly page: number;
  readonly instruction: TranslatedInstruction;
  /** Offset of what follows; undefined where nothing is known of it, and then the record where the interpreter goes on. */
  next: number | undefined;
  nextRecord: number;
  /** Offset of the branch target, where it is followed. */
  taken: number | undefined;
}

export class RegionFinder {
  readonly #code: CodeSource;
  readonly #view: DataView;
  readonly #handlers: HandlersByNumber;
  readonly #firstFunction: number;

  constructor(code: CodeSource, memory: ArrayBufferLike, handlers: HandlersByNumber, firstFunction: number) {
    this.#code = code;
    this.#view = new DataView(memory);
    this.#handlers = handlers;
    this.#firstFunction = firstFunction;
  }

  /** @param linear page of the entry; @returns undefined when there is nothing to translate */
  find(page: CodePage, linear: bigint, offset: number): FoundRegion | undefined {
    const walk = new Walk(this.#code, this.#view, (at) => readInstruction(this.#view, at, this.#handlers, this.#firstFunction), page, linear);
    return walk.from(offset);
  }
}

class Walk {
  readonly #code: CodeSource;
  readonly #view: DataView;
  readonly #read: (at: number) => TranslatedInstruction;
  readonly #linear: bigint;
  readonly #pages: (RegionPage & { readonly page: CodePage })[];
  readonly #found = new Map<number, Found>();
  readonly #leaders = new Set<number>();
  /** Pages into which an instruction reaches. */
  readonly #straddled = new Set<number>();

  constructor(code: CodeSource, view: DataView, read: (at: number) => TranslatedInstruction, page: CodePage, linear: bigint) {
    this.#code = code;
    this.#view = view;
    this.#read = read;
    this.#linear = linear;
    this.#pages = [{ delta: 0, directory: page.directory, page }];
  }

  from(entry: number): FoundRegion | undefined {
    const work = [entry];
    this.#leaders.add(entry);
    for (let at = work.shift(); at !== undefined; at = work.shift()) this.#walk(at, work);
    const first = this.#found.get(entry);
    if (!first || first.instruction.binding === 'left') return undefined;
    const used = new Set([0, ...this.#straddled]);
    for (const { page } of this.#found.values()) used.add(page);
    const kept = this.#pages.flatMap((page, n) => (used.has(n) ? [{ page, n }] : []));
    return { entry: first.address, pages: kept.map(({ page }) => page), ...this.#blocks(entry, new Map(kept.map(({ n }, i) => [n, i]))) };
  }

  /** Follows the code at an offset to where it ends or has been walked. */
  #walk(start: number, work: number[]): void {
    let before: Found | undefined;
    for (let at = start; ;) {
      if (this.#found.has(at)) {
        this.#leaders.add(at);
        return;
      }
      const place = this.#found.size < MOST_INSTRUCTIONS ? this.#recordAt(at) : undefined;
      if (!place) {
        if (before) before.next = undefined;
        return;
      }
      const { address, page } = place;
      const instruction = this.#read(address);
      const length = this.#view.getUint8(address + record.length);
      const found: Found = { address, page, instruction, next: undefined, nextRecord: address + RECORD_BYTES, taken: undefined };
      this.#found.set(at, found);
      if (instruction.binding === 'left') return;
      const { jump } = instruction.facts!;
      if (jump === 'relative' || jump === 'conditional') {
        const isCall = this.#isCall(instruction);
        const target = at + length + this.#view.getInt32(address + record.immediate, true);
        if (!isCall && this.#recordAt(target)) {
          found.taken = target;
          this.#leaders.add(target);
          work.push(target);
        }
      }
      if (jump === 'relative' || jump === 'indirect') return;
      found.next = at + length;
      if (jump === 'conditional' || Math.floor(found.next / PAGE_BYTES) !== Math.floor(at / PAGE_BYTES)) this.#leaders.add(found.next);
      before = found;
      at += length;
    }
  }

  #isCall(instruction: TranslatedInstruction): boolean {
    return instruction.handler!.semantics.name === 'call';
  }

  /** The record of the instruction at an offset, if it is decoded. */
  #recordAt(at: number): { address: number; page: number } | undefined {
    const delta = Math.floor(at / PAGE_BYTES);
    const page = this.#pageNumber(delta);
    if (page < 0) return undefined;
    const offset = at - delta * PAGE_BYTES;
    const { page: code } = this.#pages[page]!;
    let address = this.#code.cache.recordAt(code, offset);
    while (address) {
      const handler = this.#view.getUint16(address + record.handler, true);
      if (handler !== special.link && handler !== special.counted && handler !== special.translated) break;
      address = this.#view.getUint32(address + record.link, true);
    }
    const handler = address && this.#view.getUint16(address + record.handler, true);
    if (address && handler !== special.relookup && handler !== special.nextPage) return { address, page };
    if (offset < PAGE_BYTES - 15) return undefined;
    const next = this.#pageNumber(delta + 1);
    const straddling = next < 0 ? 0 : this.#code.straddling(code, this.#pages[next]!.page, offset);
    if (!straddling) return undefined;
    this.#straddled.add(next);
    return { address: straddling, page };
  }

  /** Index of a page by its distance from the entry's; -1 if it does not belong to the region. */
  #pageNumber(delta: number): number {
    const known = this.#pages.findIndex((p) => p.delta === delta);
    if (known >= 0) return known;
    if (Math.abs(delta) > FARTHEST_PAGE || this.#pages.length >= MOST_PAGES) return -1;
    const page = this.#code.pageAt(this.#linear + BigInt(delta * PAGE_BYTES));
    if (!page || page.mode !== this.#pages[0]!.page.mode) return -1;
    return this.#pages.push({ delta, directory: page.directory, page }) - 1;
  }

  #blocks(entry: number, pageOf: ReadonlyMap<number, number>): Pick<FoundRegion, 'blocks' | 'addresses'> {
    const starts = [entry, ...[...this.#leaders].filter((at) => at !== entry && this.#found.has(at))];
    const numberOf = new Map(starts.map((at, n) => [at, n]));
    const addresses: number[] = [];
    const blocks = starts.map((start): RegionBlock => {
      const first = addresses.length;
      let last: Found;
      for (let at = start; ;) {
        last = this.#found.get(at)!;
        addresses.push(last.address);
        if (last.next === undefined || numberOf.has(last.next) || !this.#found.has(last.next)) break;
        at = last.next;
      }
      const next = last.next === undefined ? -1 : (numberOf.get(last.next) ?? -1);
      return {
        first, count: addresses.length - first, page: pageOf.get(last.page)!,
        taken: last.taken === undefined ? -1 : (numberOf.get(last.taken) ?? -1),
        next, nextRecord: last.nextRecord, crosses: next >= 0 && Math.floor(last.next! / PAGE_BYTES) !== this.#pages[last.page]!.delta,
      };
    });
    return { blocks, addresses: Uint32Array.from(addresses) };
  }
}
