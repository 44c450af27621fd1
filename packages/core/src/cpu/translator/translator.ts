/**
 * Which code is translated, when, and for how long: counts come from entry records, regions are chosen (region-finder.ts), given to a compiler, put into
 * the function table, and taken out of it when their code is written over, or when the cache is full.
 *
 * What a living region holds is likely to be entered by way of it. So the first time that another place in it becomes hot nothing is made of it but a note, and only
 * what goes on being entered by itself gets a region of its own. Without that, four instructions of five would be translated that have been translated already.
 *
 * A region that is often left by indirect jumps to places that it does not hold is made again with these, twice at most; the old one serves until then.
 *
 * An entry record is `counted` until its target is hot, and then `translated` for as long as its region lives. Code whose translations are discarded again and again
 * has to become hotter each time before it is translated.
 *
 * When there is more code than may be, all regions are put on probation: their entry records count again, a little, and those that become hot once more are used as
 * before. The next time, modules none of whose regions did are dropped; and then, if that is not enough, those that did so longest ago.
 */
import { ARENA_BASE, PAGE_BYTES, RAM_BASE } from '../../memory/layout.ts';
import type { CodePage } from '../decode/code-cache.ts';
import { RECORD_BYTES, record } from '../decode/record.ts';
import { special } from '../decode/special.ts';
import { REGION_SLOTS } from '../interpreter/generate.ts';
import type { Interpreter } from '../interpreter/instantiate.ts';
import { handlersByNumber, ImmediateCompiler } from './compile.ts';
import { isTranslatable } from './instruction.ts';
import { overlaps, regionBytes } from './region-bytes.ts';
import type { ByteRanges } from './region-bytes.ts';
import { RegionFinder } from './region-finder.ts';
import type { CodeSource } from './region-finder.ts';
import type { CompiledRegions, RegionCompiler, RegionJob, RegionTarget } from './region-job.ts';

export interface TranslationOptions {
  /** Given what it has to know of the machine; the default translates at once. */
  readonly compiler?: (target: RegionTarget) => RegionCompiler;
  /** How often a branch target is entered before it is translated. */
  readonly hotAfter?: number;
  /** How often that number is doubled at most, for code whose translations are discarded again and again; 0 for tests that run many programs in one page. */
  readonly mostDoublings?: number;
  /** Bytes of WebAssembly that are kept at most, of whole modules. Machine code takes several times as much. */
  readonly mostCodeBytes?: number;
  /** How often a region is left by indirect jumps to places that it does not hold until it is made again. */
  readonly outgrownAfter?: number;
  /** Called for each region that is made, replaced, discarded or evicted. */
  readonly onEvent?: (event: TranslationEvent) => void;
}

interface RegionEvent {
  readonly linear: bigint;
  readonly sizeBytes: number;
}
export type TranslationEvent =
  /** `hosts`: where the bytes of each of the job's pages are. */
  | (RegionEvent & { readonly kind: 'made'; readonly job: RegionJob; readonly milliseconds: number; readonly hosts: readonly number[] })
  | (RegionEvent & { readonly kind: 'replaced' | 'discarded' | 'evicted' });

/** Counts for --stats. */
export interface TranslationCounts {
  regionsMade: number;
  regionsAlive: number;
  regionsReplaced: number;
  regionsDiscarded: number;
  regionsEvicted: number;
  instructionsTranslated: number;
  /** Of the regions that live, and of the modules that hold them: what V8 keeps. */
  codeBytes: number;
  heldBytes: number;
  generateMs: number;
  compileMs: number;
  modules: number;
}

interface Region {
  readonly id: number;
  readonly slot: number;
  readonly linear: bigint;
  /** Its entry records, of which the first leads to this region while it lives; the others do where they led to no other. */
  readonly entryRecords: readonly number[];
  readonly pages: readonly CodePage[];
  /** Of each page, what it was made of. */
  readonly bytes: readonly ByteRanges[];
  /** Records of its instructions, without those of code that it calls. */
  readonly own: readonly number[];
  /** The region in whose place it comes, and how often that was done. */
  readonly replaces: Region | undefined;
  readonly generation: number;
  readonly isAnchored: boolean;
  /** Until it is made. */
  job: RegionJob | undefined;
  module: Module | undefined;
  isStale: boolean;
  isOnProbation: boolean;
  sizeBytes: number;
}

/** Regions that were compiled together: their code goes when all of them have gone. */
interface Module {
  readonly regions: Set<Region>;
  /** Also of those that have gone. */
  readonly sizeBytes: number;
}

const HOT_AFTER = 8_000;
/** How much more often a place that a region holds is to be entered by itself until it gets one of its own. */
const HELD_FACTOR = 2;
const OUTGROWN_AFTER = 2_000;
const MOST_GENERATIONS = 2;
/** A count that is never reached. */
const NEVER = 0x7fff_ffff;
/** How often a target's translations are discarded before it is left alone for longer, and the longest factor; after how many instructions that is forgotten by one step. */
const MOST_DOUBLINGS = 12;
const FORGIVEN_AFTER_INSTRUCTIONS = 20e6;
/** Targets are taken together that lie as close, and so many such places are remembered at most. */
const PLACE_BYTES = 64;
/** So many times the usual number of entries are counted at once. */
const MOST_AT_ONCE = 4;
const MOST_PLACES = 4096;
const MOST_CODE_BYTES = 8 * 1024 * 1024;
/** How often a region on probation is entered by way of the interpreter until it has proved itself. */
const PROBATION_ENTRIES = 32;

export class Translator {
  readonly counts: TranslationCounts = {
    regionsMade: 0, regionsAlive: 0, regionsReplaced: 0, regionsDiscarded: 0, regionsEvicted: 0, instructionsTranslated: 0, codeBytes: 0, heldBytes: 0, generateMs: 0, compileMs: 0, modules: 0,
  };
  readonly #options: TranslationOptions;
  readonly #interpreter: Interpreter;
  readonly #memory: WebAssembly.Memory;
  readonly #view: DataView;
  readonly #code: CodeSource;
  readonly #finder: RegionFinder;
  readonly #imports: { readonly env: object };
  readonly #compiler: RegionCompiler;
  readonly #hotAfter: number;
  readonly #outgrownAfter: number;
  readonly #regions = new Map<number, Region>();
  /** Of each record of the arena, in how many regions that live or are being made it is. Pages of it that are never written take no memory. */
  readonly #holders = new Uint16Array((RAM_BASE - ARENA_BASE) / RECORD_BYTES);
  readonly #byPage = new Map<CodePage, Set<Region>>();
  readonly #freeSlots: number[] = [];
  readonly #byEntryRecord = new Map<number, Region>();
  /** In the order in which they were made, or proved themselves. */
  readonly #modules = new Set<Module>();
  /** How often translations of what begins in a place were discarded, when last, and how often it was entered since. In the order of that. */
  readonly #discards = new Map<number, { readonly times: number; readonly atInstruction: number; entered: number }>();
  readonly #instructionsRetired: () => number;
  #nextSlot: number;
  #nextId = 1;

  constructor(memory: WebAssembly.Memory, interpreter: Interpreter, code: CodeSource, options: TranslationOptions, instructionsRetired: () => number) {
    this.#options = options;
    this.#instructionsRetired = instructionsRetired;
    this.#interpreter = interpreter;
    this.#memory = memory;
    this.#view = new DataView(memory.buffer);
    this.#code = code;
    this.#nextSlot = interpreter.firstRegion;
    this.#hotAfter = options.hotAfter ?? HOT_AFTER;
    this.#outgrownAfter = options.outgrownAfter ?? OUTGROWN_AFTER;
    const target: RegionTarget = { memoryPages: memory.buffer.byteLength / 0x1_0000, tableSize: interpreter.table.length, firstFunction: interpreter.firstFunction };
    this.#compiler = options.compiler ? options.compiler(target) : new ImmediateCompiler(target);
    this.#imports = { env: { memory, table: interpreter.table, ...interpreter.subroutines } };
    this.#finder = new RegionFinder(code, memory.buffer, handlersByNumber(), interpreter.firstFunction);
  }

  /** How often a target in the page is to be entered before it is translated, or looked at again. */
  entriesUntilHot(page: CodePage, offset: number): number {
    return isTranslatable(page.mode) ? Math.min(this.#entriesDue(placeOf(page, offset)), this.#hotAfter * MOST_AT_ONCE, NEVER) : NEVER;
  }

  #entriesDue(place: number): number {
    return this.#hotAfter * 2 ** Math.min(this.#options.mostDoublings ?? MOST_DOUBLINGS, this.#timesDiscarded(place));
  }

  /** After as many entries as were to be counted: are they enough, now that its discards are perhaps forgotten? */
  #isDue(page: CodePage, offset: number): boolean {
    const place = placeOf(page, offset);
    const due = this.#entriesDue(place);
    const known = this.#discards.get(place);
    if (!known) return true;
    known.entered += this.entriesUntilHot(page, offset);
    return known.entered >= due;
  }

  #timesDiscarded(place: number): number {
    const known = this.#discards.get(place);
    if (!known) return 0;
    const forgiven = Math.floor((this.#instructionsRetired() - known.atInstruction) / FORGIVEN_AFTER_INSTRUCTIONS);
    if (forgiven < known.times) return known.times - forgiven;
    this.#discards.delete(place);
    return 0;
  }

  #noteDiscard(place: number): void {
    const times = this.#timesDiscarded(place) + 1;
    this.#discards.delete(place);
    this.#discards.set(place, { times, atInstruction: this.#instructionsRetired(), entered: 0 });
    if (this.#discards.size > MOST_PLACES) this.#discards.delete(this.#discards.keys().next().value!);
  }

  /** Hot or not. @returns whether the entry record leads to a region. */
  translate(entryRecord: number, linearPage: bigint): boolean {
    const isTranslated = (): boolean => this.#view.getUint16(entryRecord + record.handler, true) === special.translated;
    if (!isTranslated() && isTranslatable(this.#code.pageAt(linearPage)?.mode ?? 0)) this.becameHot(entryRecord, linearPage);
    return isTranslated();
  }

  /** An entry record's count has run out. Not while a region is running. */
  becameHot(entryRecord: number, linearPage: bigint): void {
    const view = this.#view;
    const onProbation = this.#byEntryRecord.get(entryRecord);
    if (onProbation?.isOnProbation) {
      onProbation.isOnProbation = false;
      this.#lead(onProbation);
      // the modules that were needed last are dropped last
      const module = onProbation.module!;
      this.#modules.delete(module);
      this.#modules.add(module);
      return;
    }
    if (this.#holders[holderIndex(view.getUint32(entryRecord + record.link, true))] && !view.getUint8(entryRecord + record.noted)) {
      view.setUint8(entryRecord + record.noted, 1);
      view.setInt32(entryRecord + record.count, HELD_FACTOR * this.#hotAfter, true);
      return;
    }
    view.setInt32(entryRecord + record.count, NEVER, true);
    const region = this.#choose(entryRecord, linearPage, undefined);
    if (region) this.#byEntryRecord.set(entryRecord, region);
    this.poll();
  }

  /** A region has been left often by jumps to places that it does not hold, or its anchors have often failed (decode/outgrown.ts). It may be running. */
  outgrown(entryRecord: number, linearPage: bigint, anchorsFail: boolean): void {
    const region = this.#byEntryRecord.get(entryRecord);
    const isCounting = !region || region.isOnProbation; // entries, again
    this.#view.setInt32(entryRecord + record.count, isCounting ? 1 : NEVER, true);
    if (!isCounting && region.module && region.generation < MOST_GENERATIONS) this.#choose(entryRecord, linearPage, region, region.isAnchored && !anchorsFail);
  }

  /** Chooses a region, and has it made. */
  #choose(entryRecord: number, linearPage: bigint, replaces: Region | undefined, isAnchored = true): Region | undefined {
    const view = this.#view;
    const page = this.#code.pageAt(linearPage);
    const offset = view.getUint16(entryRecord + record.pageOffset, true);
    if (!page || this.#code.cache.recordAt(page, offset) !== entryRecord) {
      view.setInt32(entryRecord + record.count, this.#hotAfter, true);
      return undefined;
    }
    if (!replaces && !this.#isDue(page, offset)) {
      view.setInt32(entryRecord + record.count, this.entriesUntilHot(page, offset), true);
      return undefined;
    }
    const found = this.#finder.find(page, linearPage, offset, this.entriesUntilHot(page, offset));
    if (!found) return undefined;
    const slot = this.#slot();
    if (slot === undefined) {
      // as many regions as there are places: it is counted again while room is made
      view.setInt32(entryRecord + record.count, this.#hotAfter, true);
      if (!replaces) this.#makeRoom();
      return undefined;
    }
    const generation = replaces ? replaces.generation + 1 : 0;
    const records = new Uint8Array(found.addresses.length * RECORD_BYTES);
    const bytes = new Uint8Array(this.#memory.buffer);
    found.addresses.forEach((address, i) => records.set(bytes.subarray(address, address + RECORD_BYTES), i * RECORD_BYTES));
    const job: RegionJob = {
      id: this.#nextId++, slot, linear: linearPage + BigInt(offset), mode: page.mode, isCodeFlat: this.#code.isWithoutLimit, entries: found.entries.map(({ block, record: at }) => ({ block, record: at })), isAnchored, missesIn: generation < MOST_GENERATIONS ? entryRecord : 0,
      pages: found.pages.map(({ delta, directory, isHome }) => ({ delta, directory, isHome })), blocks: found.blocks, records, addresses: found.addresses,
    };
    const region: Region = {
      id: job.id, slot, linear: job.linear, entryRecords: found.entries.map((entry) => entry.entryRecord), pages: found.pages.map((p) => p.page), bytes: regionBytes(job), own: found.own,
      replaces, generation, isAnchored, job, module: undefined, isStale: false, isOnProbation: false, sizeBytes: 0,
    };
    this.#regions.set(job.id, region);
    for (const at of region.own) this.#holders[holderIndex(at)]!++;
    for (const p of region.pages) {
      const others = this.#byPage.get(p);
      if (others) others.add(region);
      else this.#byPage.set(p, new Set([region]));
    }
    this.#compiler.submit(job);
    return region;
  }

  /** Takes a module if the compiler has one ready; the next at the next call, since each keeps interrupts waiting for some 100 µs. Not while a region is running. */
  poll(): void {
    const compiled = this.#compiler.take();
    if (compiled) this.#install(compiled);
  }

  #install({ module, regions, generateMs, compileMs }: CompiledRegions): void {
    void new WebAssembly.Instance(module, this.#imports); // puts its functions into the table
    this.counts.modules++;
    this.counts.generateMs += generateMs;
    this.counts.compileMs += compileMs;
    const together: Module = { regions: new Set(), sizeBytes: regions.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
    let replaced = false;
    for (const { id, sizeBytes } of regions) {
      const region = this.#regions.get(id)!;
      const job = region.job!;
      region.job = undefined;
      if (region.isStale) {
        this.#release(region);
        continue;
      }
      region.sizeBytes = sizeBytes;
      region.module = together;
      together.regions.add(region);
      if (region.replaces) {
        this.#byEntryRecord.set(region.entryRecords[0]!, region);
        this.#retire(region.replaces, 'replaced');
        replaced = true;
      }
      this.#lead(region);
      this.counts.regionsMade++;
      this.counts.regionsAlive++;
      this.counts.instructionsTranslated += job.addresses.length;
      this.counts.codeBytes += sizeBytes;
      this.#options.onEvent?.({
        kind: 'made', linear: region.linear, sizeBytes, job, milliseconds: (generateMs + compileMs) / regions.length, hosts: region.pages.map(({ host }) => host),
      });
    }
    if (together.regions.size) {
      this.#modules.add(together);
      this.counts.heldBytes += together.sizeBytes;
    }
    if (replaced) this.#code.forgetRegions();
    if (this.counts.heldBytes > (this.#options.mostCodeBytes ?? MOST_CODE_BYTES)) this.#makeRoom();
  }

  /** Has the region's entry records call it. */
  #lead(region: Region): void {
    const view = this.#view;
    for (const [selector, at] of region.entryRecords.entries()) {
      const leadsTo = this.#byEntryRecord.get(at);
      if (leadsTo ? leadsTo !== region : view.getUint16(at + record.handler, true) !== special.counted) continue;
      this.#byEntryRecord.set(at, region);
      view.setInt32(at + record.slot, region.slot, true);
      view.setInt32(at + record.selector, selector, true);
      view.setInt32(at + record.count, this.#outgrownAfter, true);
      view.setUint16(at + record.handler, special.translated, true);
    }
  }

  /** Has the region's entry records count again. */
  #count(region: Region, entries: (entryRecord: number) => number): void {
    const view = this.#view;
    for (const at of region.entryRecords) {
      if (view.getUint16(at + record.handler, true) !== special.translated || view.getInt32(at + record.slot, true) !== region.slot) continue;
      view.setUint16(at + record.handler, special.counted, true);
      view.setInt32(at + record.count, entries(at), true);
    }
  }

  #makeRoom(): void {
    const most = this.#options.mostCodeBytes ?? MOST_CODE_BYTES;
    for (const module of this.#modules) {
      if ([...module.regions].every((region) => region.isOnProbation)) this.#drop(module);
    }
    for (const module of this.#modules) {
      if (this.counts.heldBytes <= most * 0.75) break;
      this.#drop(module);
    }
    for (const module of this.#modules) {
      for (const region of module.regions) {
        region.isOnProbation = true;
        this.#count(region, () => PROBATION_ENTRIES);
      }
    }
    this.#code.forgetRegions();
  }

  #drop(module: Module): void {
    for (const region of module.regions) this.#retire(region, 'evicted');
  }

  /** Code of these pages is no longer decoded: their regions will not be entered again. Their entry records are gone, or about to go. */
  discard(pages: readonly CodePage[]): void {
    for (const page of pages) {
      const regions = this.#byPage.get(page);
      if (!regions) continue;
      for (const region of regions) this.#retire(region, 'discarded');
      this.#byPage.delete(page);
    }
  }

  /** Bytes of these pages, of one physical page, are about to change. @returns whether regions were made of them */
  overwrite(pages: readonly CodePage[], start: number, end: number): boolean {
    let any = false;
    for (const page of pages) {
      for (const region of this.#byPage.get(page) ?? []) {
        if (!region.pages.some((p, n) => p === page && overlaps(region.bytes[n]!, start, end))) continue;
        this.#retire(region, 'discarded');
        any = true;
      }
    }
    return any;
  }

  /** All decoded code is forgotten. */
  discardAll(): void {
    for (const region of this.#regions.values()) this.#retire(region, 'evicted');
  }

  #retire(region: Region, kind: 'replaced' | 'discarded' | 'evicted'): void {
    for (const page of region.pages) this.#byPage.get(page)?.delete(region);
    if (region.isStale) return;
    region.isStale = true;
    for (const at of region.own) this.#holders[holderIndex(at)]!--;
    const page = region.pages[0]!; // where all its entries are
    const offsetOf = (at: number): number => this.#view.getUint16(at + record.pageOffset, true);
    if (kind === 'discarded') for (const place of new Set(region.entryRecords.map((at) => placeOf(page, offsetOf(at))))) this.#noteDiscard(place);
    for (const at of region.entryRecords) {
      if (this.#byEntryRecord.get(at) !== region) continue;
      this.#byEntryRecord.delete(at);
      if (region.isOnProbation) this.#view.setInt32(at + record.count, this.entriesUntilHot(page, offsetOf(at)), true);
    }
    this.#count(region, (at) => this.entriesUntilHot(page, offsetOf(at)));
    if (region.job) return; // released when the compiler is done with it
    if (kind === 'replaced') this.counts.regionsReplaced++;
    else if (kind === 'discarded') this.counts.regionsDiscarded++;
    else this.counts.regionsEvicted++;
    this.counts.regionsAlive--;
    this.counts.codeBytes -= region.sizeBytes;
    this.#options.onEvent?.({ kind, linear: region.linear, sizeBytes: region.sizeBytes });
    this.#release(region);
  }

  #release(region: Region): void {
    this.#regions.delete(region.id);
    const { module } = region;
    module?.regions.delete(region);
    if (module?.regions.size === 0 && this.#modules.delete(module)) this.counts.heldBytes -= module.sizeBytes;
    this.#interpreter.table.set(region.slot, null);
    this.#freeSlots.push(region.slot);
  }

  #slot(): number | undefined {
    const free = this.#freeSlots.pop();
    if (free !== undefined) return free;
    if (this.#nextSlot >= this.#interpreter.firstRegion + REGION_SLOTS) return undefined;
    return this.#nextSlot++;
  }
}

const holderIndex = (at: number): number => (at - ARENA_BASE) / RECORD_BYTES;

/** Of a branch target, in physical memory. */
const placeOf = (page: CodePage, offset: number): number => page.physicalPage * (PAGE_BYTES / PLACE_BYTES) + Math.floor(offset / PLACE_BYTES);
