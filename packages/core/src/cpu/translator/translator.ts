/**
 * Which code is translated, when, and for how long: counts come from entry records, regions are chosen (region-finder.ts), given to a compiler, put into
 * the function table, and taken out of it when their code is written over, or when the cache is full.
 *
 * An entry record is `counted` until its target is hot, and then `translated` for as long as its region lives. A page whose translations are discarded again and again
 * has to become hotter each time before it is translated.
 */
import type { CodePage } from '../decode/code-cache.ts';
import { RECORD_BYTES, record } from '../decode/record.ts';
import { REGION_SLOTS, special } from '../interpreter/generate.ts';
import type { Interpreter } from '../interpreter/instantiate.ts';
import { handlersByNumber, ImmediateCompiler } from './compile.ts';
import { isTranslatable } from './instruction.ts';
import { RegionFinder } from './region-finder.ts';
import type { CodeSource } from './region-finder.ts';
import type { CompiledRegions, RegionCompiler, RegionJob, RegionTarget } from './region-job.ts';

export interface TranslationOptions {
  /** Given what it has to know of the machine; the default translates at once. */
  readonly compiler?: (target: RegionTarget) => RegionCompiler;
  /** How often a branch target is entered before it is translated. */
  readonly hotAfter?: number;
  /** How often that number is doubled at most, for a page whose translations are discarded again and again; 0 for tests that run many programs in one page. */
  readonly mostDoublings?: number;
  /** Called for each region that is made, discarded or evicted. */
  readonly onEvent?: (event: TranslationEvent) => void;
}

export interface TranslationEvent {
  readonly kind: 'made' | 'discarded' | 'evicted';
  readonly linear: bigint;
  readonly job: RegionJob;
  readonly sizeBytes: number;
  readonly milliseconds: number;
  /** Where the bytes of each of the job's pages are. */
  readonly hosts: readonly number[];
}

/** Counts for --stats. */
export interface TranslationCounts {
  regionsMade: number;
  regionsAlive: number;
  regionsDiscarded: number;
  regionsEvicted: number;
  instructionsTranslated: number;
  codeBytes: number;
  generateMs: number;
  compileMs: number;
  modules: number;
}

interface Region {
  readonly job: RegionJob;
  /** Its entry record, while it leads to this region. */
  readonly entryRecord: number;
  readonly pages: readonly CodePage[];
  isStale: boolean;
  sizeBytes: number;
}

const HOT_AFTER = 400;
/** A count that is never reached. */
const NEVER = 0x7fff_ffff;
/** How often a page's translations are discarded before it is left alone for longer, and the longest factor. */
const MOST_DOUBLINGS = 12;

export class Translator {
  readonly counts: TranslationCounts = {
    regionsMade: 0, regionsAlive: 0, regionsDiscarded: 0, regionsEvicted: 0, instructionsTranslated: 0, codeBytes: 0, generateMs: 0, compileMs: 0, modules: 0,
  };
  readonly #options: TranslationOptions;
  readonly #interpreter: Interpreter;
  readonly #memory: WebAssembly.Memory;
  readonly #view: DataView;
  readonly #code: CodeSource;
  readonly #finder: RegionFinder;
  readonly #compiler: RegionCompiler;
  readonly #hotAfter: number;
  readonly #regions = new Map<number, Region>();
  readonly #byPage = new Map<CodePage, Set<Region>>();
  readonly #freeSlots: number[] = [];
  /** How often translations of a physical page were discarded. */
  readonly #discards = new Map<number, number>();
  #nextSlot: number;
  #nextId = 1;

  constructor(memory: WebAssembly.Memory, interpreter: Interpreter, code: CodeSource, options: TranslationOptions) {
    this.#options = options;
    this.#interpreter = interpreter;
    this.#memory = memory;
    this.#view = new DataView(memory.buffer);
    this.#code = code;
    this.#nextSlot = interpreter.firstRegion;
    this.#hotAfter = options.hotAfter ?? HOT_AFTER;
    const target: RegionTarget = { memoryPages: memory.buffer.byteLength / 0x1_0000, tableSize: interpreter.table.length, firstFunction: interpreter.firstFunction };
    this.#compiler = options.compiler ? options.compiler(target) : new ImmediateCompiler(target);
    this.#finder = new RegionFinder(code, memory.buffer, handlersByNumber(), interpreter.firstFunction);
  }

  /** How often a target in the page is to be entered before it is translated. */
  entriesUntilHot(page: CodePage): number {
    if (!isTranslatable(page.mode)) return NEVER;
    const doublings = Math.min(this.#options.mostDoublings ?? MOST_DOUBLINGS, this.#discards.get(page.physicalPage) ?? 0);
    return Math.min(NEVER, this.#hotAfter * 2 ** doublings);
  }

  /** An entry record's count has run out. Not while a region is running. */
  becameHot(entryRecord: number, linearPage: bigint): void {
    const view = this.#view;
    view.setInt32(entryRecord + record.count, NEVER, true);
    const page = this.#code.pageAt(linearPage);
    const offset = view.getUint16(entryRecord + record.pageOffset, true);
    if (!page || this.#code.cache.recordAt(page, offset) !== entryRecord) {
      view.setInt32(entryRecord + record.count, this.#hotAfter, true);
      return;
    }
    const found = this.#finder.find(page, linearPage, offset, this.entriesUntilHot(page));
    if (!found) return;
    const slot = this.#slot();
    if (slot === undefined) return;
    const records = new Uint8Array(found.addresses.length * RECORD_BYTES);
    const bytes = new Uint8Array(this.#memory.buffer);
    found.addresses.forEach((address, i) => records.set(bytes.subarray(address, address + RECORD_BYTES), i * RECORD_BYTES));
    const job: RegionJob = {
      id: this.#nextId++, slot, linear: linearPage + BigInt(offset), mode: page.mode, entry: found.entry,
      pages: found.pages.map(({ delta, directory, isHome }) => ({ delta, directory, isHome })), blocks: found.blocks, records, addresses: found.addresses,
    };
    const region: Region = { job, entryRecord, pages: found.pages.map((p) => p.page), isStale: false, sizeBytes: 0 };
    this.#regions.set(job.id, region);
    for (const p of region.pages) {
      const others = this.#byPage.get(p);
      if (others) others.add(region);
      else this.#byPage.set(p, new Set([region]));
    }
    this.#compiler.submit(job);
    this.poll();
  }

  /** Takes what the compiler has ready. Not while a region is running. */
  poll(): void {
    for (let compiled = this.#compiler.take(); compiled; compiled = this.#compiler.take()) this.#install(compiled);
  }

  #install({ module, regions, generateMs, compileMs }: CompiledRegions): void {
    new WebAssembly.Instance(module, { env: { memory: this.#memory, table: this.#interpreter.table, ...this.#interpreter.subroutines } });
    this.counts.modules++;
    this.counts.generateMs += generateMs;
    this.counts.compileMs += compileMs;
    for (const { id, slot, sizeBytes } of regions) {
      const region = this.#regions.get(id)!;
      if (region.isStale) {
        this.#release(region);
        continue;
      }
      region.sizeBytes = sizeBytes;
      this.#view.setInt32(region.entryRecord + record.slot, slot, true);
      this.#view.setUint16(region.entryRecord + record.handler, special.translated, true);
      this.counts.regionsMade++;
      this.counts.regionsAlive++;
      this.counts.instructionsTranslated += region.job.addresses.length;
      this.counts.codeBytes += sizeBytes;
      this.#report('made', region, (generateMs + compileMs) / regions.length);
    }
  }

  /** Code of these pages is no longer decoded: their regions will not be entered again. Their entry records are gone, or about to go. */
  discard(pages: readonly CodePage[]): void {
    for (const page of pages) {
      const regions = this.#byPage.get(page);
      if (!regions) continue;
      this.#discards.set(page.physicalPage, (this.#discards.get(page.physicalPage) ?? 0) + 1);
      for (const region of regions) this.#retire(region, 'discarded');
    }
  }

  /** All decoded code is forgotten. */
  discardAll(): void {
    for (const region of [...this.#regions.values()]) this.#retire(region, 'evicted');
  }

  #retire(region: Region, kind: 'discarded' | 'evicted'): void {
    for (const page of region.pages) this.#byPage.get(page)?.delete(region);
    if (region.isStale) return;
    region.isStale = true;
    const isMade = region.sizeBytes > 0;
    if (this.#view.getUint16(region.entryRecord + record.handler, true) === special.translated && this.#view.getInt32(region.entryRecord + record.slot, true) === region.job.slot) {
      this.#view.setUint16(region.entryRecord + record.handler, special.counted, true);
      this.#view.setInt32(region.entryRecord + record.count, this.#hotAfter, true);
    }
    if (!isMade) return; // released when the compiler is done with it
    if (kind === 'discarded') this.counts.regionsDiscarded++;
    else this.counts.regionsEvicted++;
    this.counts.regionsAlive--;
    this.counts.codeBytes -= region.sizeBytes;
    this.#report(kind, region, 0);
    this.#release(region);
  }

  #release(region: Region): void {
    this.#regions.delete(region.job.id);
    this.#interpreter.table.set(region.job.slot, null);
    this.#freeSlots.push(region.job.slot);
  }

  #slot(): number | undefined {
    const free = this.#freeSlots.pop();
    if (free !== undefined) return free;
    if (this.#nextSlot >= this.#interpreter.firstRegion + REGION_SLOTS) return undefined;
    return this.#nextSlot++;
  }

  #report(kind: TranslationEvent['kind'], { job, sizeBytes, pages }: Region, milliseconds: number): void {
    this.#options.onEvent?.({ kind, linear: job.linear, job, sizeBytes, milliseconds, hosts: pages.map(({ host }) => host) });
  }
}
