/**
 * Where the interpreter gets its code: translates RIP for execution, keeps the code TLB, and decodes what has not been decoded.
 *
 * Runs go into the cache (code-cache.ts). Single steps are decoded into the scratch records, as is what lies in a page that the limit of CS cuts, which
 * other segments may see whole. An instruction that straddles two pages has a record of its own (straddling.ts), to which another leads that looks whether the second
 * page is still the one with which it was decoded.
 */
import { CODE_TLB_BASE, CODE_TLB_ENTRIES, EMPTY_DIRECTORY, JUMP_CACHE_BASE, JUMP_CACHE_ENTRIES, JUMP_CACHE_ENTRY_BYTES, PAGE_BYTES, SCRATCH_RECORDS, TLB_ENTRY_BYTES } from '../../memory/layout.ts';
import { accessBit, walked as walkedBits } from '../../memory/mmu.ts';
import type { PhysicalMemory } from '../../memory/physical.ts';
import { vector } from '../fault.ts';
import { features } from '../features.ts';
import { special } from './special.ts';
import type { Interpreter } from '../interpreter/instantiate.ts';
import { opcodeMaps } from '../isa/maps.ts';
import { microcodeNames } from '../microcode/all.ts';
import { segment } from '../state.ts';
import type { CpuState } from '../state.ts';
import { IndirectTargets } from './indirect-targets.ts';
import { CodeCache } from './code-cache.ts';
import type { CodePage } from './code-cache.ts';
import { Decoder } from './decoder.ts';
import { RECORD_BYTES, record } from './record.ts';
import { StraddlingInstructions } from './straddling.ts';

/** Instructions decoded at most in one run. */
const MAX_RUN = 256;
/** Stale instructions that are decoded together when the first is reached: code that was written anew is likely to run on. */
const MOST_AGAIN = 16;
/** What fetchPage and decodeAt give when there is no room: not an address, and no fault in the state. */
const FULL_ARENA = 0;

/** Leaves a fault for the run loop to deliver. */
export const faultInState = (state: CpuState, faultVector: number, errorCode: number): 0 => {
  state.set('faultVector', faultVector + 1);
  state.set('faultErrorCode', errorCode);
  return 0;
};

const microcodeNumber = (name: string): number => {
  const number = microcodeNames.indexOf(name);
  if (number < 0) throw new Error(`an opcode row names microcode ${name}, which is not there`);
  return number;
};

export class CodeFetch {
  readonly cache: CodeCache;
  /** Decoding stopped for want of room: `empty` before going on. */
  isFull = false;
  readonly #state: CpuState;
  readonly #physical: PhysicalMemory;
  readonly #interpreter: Interpreter;
  readonly #decoder: Decoder;
  readonly indirectTargets: IndirectTargets;
  readonly #entriesUntilHot: (page: CodePage, offset: number) => number;
  readonly #bytes: Uint8Array;
  readonly #u32: Uint32Array;
  readonly #codeTlb: BigInt64Array;
  readonly #jumpCache: BigInt64Array;
  readonly #straddle = new Uint8Array(32);
  readonly #straddling: StraddlingInstructions;

  /** @param entriesUntilHot of a branch target, how often it is entered before it is called hot */
  constructor(physical: PhysicalMemory, state: CpuState, interpreter: Interpreter, entriesUntilHot: (page: CodePage, offset: number) => number) {
    const { buffer } = physical.wasm;
    this.#entriesUntilHot = entriesUntilHot;
    this.indirectTargets = new IndirectTargets(buffer);
    this.#state = state;
    this.#physical = physical;
    this.#interpreter = interpreter;
    this.#bytes = new Uint8Array(buffer);
    this.#u32 = new Uint32Array(buffer);
    this.#codeTlb = new BigInt64Array(buffer, CODE_TLB_BASE, (CODE_TLB_ENTRIES * TLB_ENTRY_BYTES) / 8);
    this.#jumpCache = new BigInt64Array(buffer, JUMP_CACHE_BASE, (JUMP_CACHE_ENTRIES * JUMP_CACHE_ENTRY_BYTES) / 8);
    this.cache = new CodeCache(buffer, special);
    this.#straddling = new StraddlingInstructions(buffer, special.relookup, this.cache.marks);
    this.#decoder = new Decoder(buffer, {
      maps: opcodeMaps, catalogue: interpreter.catalogue, special, handlerNumber: interpreter.handlerNumber, microcodeNumber,
      hasFeature: (name) => features[name as keyof typeof features]?.enabled ?? false,
    });
  }

  get #isStepping(): boolean {
    return this.#state.get('stepping') !== 0;
  }

  /** Bytes of a physical page with decoded code are about to change. */
  overwrite(physicalPage: number, start: number, end: number): void {
    this.#straddling.overwrite(physicalPage, start, end);
    this.cache.overwrite(physicalPage, start, end);
    this.#straddling.mark(physicalPage);
  }

  /** A physical page with decoded code is about to change as a whole. */
  discard(physicalPage: number): void {
    this.#straddling.discard(physicalPage);
    this.cache.discard(physicalPage);
    this.forget();
  }

  /** Empties the code TLB: after a change of mode, or of what it names. */
  forget(): void {
    this.#codeTlb.fill(-1n);
    this.forgetRegions();
  }

  /** Empties the jump cache: a region has gone. */
  forgetRegions(): void {
    this.#jumpCache.fill(-1n);
  }

  /** Forgets all decoded code. Not while generated code is running. */
  empty(): void {
    this.isFull = false;
    this.#straddling.clear();
    this.indirectTargets.forget();
    this.cache.empty();
    this.forget();
  }

  /** Finds the records of a linear page; 0 with a fault in the state. */
  fetchPage(page: bigint): number {
    const state = this.#state;
    const linear = BigInt.asUintN(64, page);
    const { rip } = state;
    const at = (rip + state.get64('codeBase')) & state.get64('codeMask');
    const limit = state.get('segmentLimit', segment.cs);
    const long = (state.get('mode') & 3) === 2;
    if (long) {
      if (BigInt.asIntN(48, linear) !== page) return faultInState(this.#state, vector.gp, 0);
    } else if (rip > BigInt(limit)) return faultInState(this.#state, vector.gp, 0);
    const host = this.#codeHost(at);
    if (!host) return 0;
    const isCut = !long && Number(rip) + 0xfff - Number(at & 0xfffn) > limit;
    if (this.#isStepping || isCut) return EMPTY_DIRECTORY;
    const code = this.#codePage(host.physicalPage, host.address);
    if (!code) return FULL_ARENA;
    this.#interpreter.fillCodeTlb(page, code.directory, Number(host.isGlobal));
    return code.directory;
  }

  /** Index in the code TLB of a page's entry. */
  #codeTlbEntry(page: bigint): number {
    return ((Number(page >> 12n & 0x3ffn) * TLB_ENTRY_BYTES) ^ this.#state.get('codeSlot')) >> 3;
  }

  /** The page that the code TLB has for a linear page. */
  pageAt(linear: bigint): CodePage | undefined {
    const page = BigInt.asIntN(64, linear & this.#state.get64('codeMask'));
    const entry = this.#codeTlbEntry(page);
    return this.#codeTlb[entry] === (page | this.#state.get64('codeTag')) ? this.cache.page(Number(this.#codeTlb[entry + 1]! & 0xffff_ffffn)) : undefined;
  }

  /** The entry record at state.rip, which is decoded if it is not; 0 where there is none: stepping, across pages, a fault in the state. */
  entryAt(directory: number, offset: number): number {
    const page = this.cache.page(directory);
    if (!page) return 0;
    if (!this.cache.isDecoded(page, offset)) this.#decodeRun(page, offset);
    const known = this.cache.recordAt(page, offset);
    const handler = known && this.#u32[known >> 2]! & 0xffff;
    return !known || handler === special.counted || handler === special.translated ? known : this.branchTarget(directory, offset, known);
  }

  /** The entry record of a branch target that is in the middle of a run; `entries` as in translator/region-finder.ts, CodeSource. */
  branchTarget(directory: number, offset: number, target: number, entries?: number): number {
    const page = this.cache.page(directory);
    if (!page || this.cache.isFull) return target;
    const entry = this.cache.top;
    this.#writeEntry(page, entry, offset, target, entries);
    return this.cache.close(page, entry + RECORD_BYTES);
  }

  #writeEntry(page: CodePage, at: number, offset: number, target: number, entries?: number): void {
    this.#writeSpecial(at, special.counted, offset, target);
    this.#u32[(at + record.count) >> 2] = entries ?? this.#entriesUntilHot(page, offset);
    this.#bytes[at + record.noted] = entries === undefined ? 0 : 1;
    this.cache.setRecord(page, offset, at);
  }

  /**
   * The record of an instruction that begins at `offset` of one page and ends in the next, followed by a look-up; 0 if it is none. It lasts as long as what is
   * decoded from either.
   */
  straddling(page: CodePage, next: CodePage, offset: number): number {
    const known = this.#straddling.find(page, next, offset);
    if (known) return known;
    if (this.cache.isFull) return 0;
    const at = this.cache.top;
    const here = PAGE_BYTES - offset;
    this.#straddle.set(this.#bytes.subarray(page.host + offset, page.host + PAGE_BYTES));
    this.#straddle.set(this.#bytes.subarray(next.host, next.host + 16), here);
    const length = this.#decoder.decode(this.#straddle, 0, here + 16, page.mode, offset, at);
    if (length <= here) return 0;
    this.#writeSpecial(at + RECORD_BYTES, special.nextPage, offset + length, 0);
    this.cache.keep(at + 2 * RECORD_BYTES);
    this.#straddling.add(page, next, offset, length - here, at);
    return at;
  }

  /**
   * Finds the record of the instruction at state.rip, which reaches into the next page, and has the record at `at` lead to it for as long as the next page is
   * mapped as it is now. 0 with a fault in the state, or when the arena is full.
   */
  acrossPages(at: number): number {
    const state = this.#state;
    const offset = this.#u32[(at + record.pageOffset) >> 2]! & 0xffff;
    const page = this.pageAt(state.get64('codePage'));
    const linear = BigInt.asIntN(64, (state.get64('codePage') + BigInt(PAGE_BYTES)) & state.get64('codeMask'));
    const host = this.#codeHost(linear);
    if (!host) return 0;
    // what the limit of CS may cut is looked at each time
    if (!page || !this.isWithoutLimit || BigInt.asIntN(48, linear) !== linear) return this.#decodeOne(offset);
    const next = this.#codePage(host.physicalPage, host.address);
    if (!next) return FULL_ARENA;
    const straddling = this.straddling(page, next, offset);
    if (!straddling) return this.#decodeOne(offset);
    this.#interpreter.fillCodeTlb(linear, next.directory, Number(host.isGlobal));
    this.#straddling.lead(at, page, next, offset);
    return straddling;
  }

  /** Does the code segment reach to the end of the address space? */
  get isWithoutLimit(): boolean {
    return (this.#state.get('mode') & 3) === 2 || this.#state.get('segmentLimit', segment.cs) === 0xffff_ffff;
  }

  /** Translates a linear address for execution, and gives its page; a fault names the address in CR2. */
  #codeHost(linear: bigint): { physicalPage: number; address: number; isGlobal: boolean } | undefined {
    const walked = this.#interpreter.walk(BigInt.asIntN(64, linear), accessBit.fetch);
    if (walked === -1n) return undefined;
    const phys = Number(BigInt.asUintN(64, walked) & ~0xfffn & this.#state.get64('a20Mask'));
    const address = this.#physical.hostAddress(phys);
    if (!address) {
      faultInState(this.#state, vector.ud, 0); // nothing but all-ones on the bus
      return undefined;
    }
    return { physicalPage: Math.floor(phys / 4096), address, isGlobal: (walked & walkedBits.global) !== 0n };
  }

  #codePage(physicalPage: number, host: number): CodePage | undefined {
    const mode = this.#state.get('mode');
    const known = this.cache.find(physicalPage, mode);
    if (known) return known;
    if (this.cache.isFull) {
      this.isFull = true;
      return undefined;
    }
    const page = this.cache.add(physicalPage, mode, host);
    this.#interpreter.forgetWritable(host);
    return page;
  }

  /** Decodes at state.rip: a run, or one instruction where the page has no directory. 0 with a fault in the state, or when the arena is full. */
  decodeAt(directory: number, offset: number): number {
    return directory === EMPTY_DIRECTORY ? this.#decodeOne(offset) : this.#decodeRun(this.cache.page(directory)!, offset);
  }

  /**
   * Finds the instruction at state.rip, whose record at `at` is stale: decoded again in its place, or elsewhere where what follows it there is not what follows it
   * now. 0 with a fault in the state, or when the arena is full.
   */
  decodeAgain(at: number): number {
    const linear = this.#state.get64('codePage');
    const directory = this.pageAt(linear)?.directory ?? this.fetchPage(BigInt.asIntN(64, linear));
    if (!directory) return 0;
    const page = this.cache.page(directory);
    const offset = this.#u32[(at + record.pageOffset) >> 2]! & 0xffff;
    if (page && this.cache.isDecoded(page, offset)) return this.cache.recordAt(page, offset);
    if (!page || this.cache.instructionAt(page, offset) !== at) return this.decodeAt(directory, offset);
    return this.#replace(page, offset, at) ? at : this.#decodeRun(page, offset);
  }

  /** Decodes stale instructions in their places. @returns whether the first is decoded */
  #replace(page: CodePage, offset: number, first: number): boolean {
    const most = this.#bytesWithinLimit();
    let from = offset;
    for (let at = first; at < first + MOST_AGAIN * RECORD_BYTES; at += RECORD_BYTES) {
      const length = this.#decoder.decode(this.#bytes, page.host + from, page.host + PAGE_BYTES, page.mode, from, at);
      const after = length ? from + length : PAGE_BYTES;
      const ends = !length || this.#decoder.ends;
      if (!length) this.#writeAcross(at, from);
      else if (after - offset > most || (!ends && !this.cache.isFollowedBy(page, at, after))) {
        this.#writeSpecial(at, special.stale, from, 0);
        return at > first;
      }
      this.cache.decodedInstructions++;
      this.cache.marks.add(page.physicalPage, from, after);
      if (ends || (this.#u32[(at + RECORD_BYTES) >> 2]! & 0xffff) !== special.stale) break;
      from = after;
    }
    return true;
  }

  /** What is stale at the offset keeps its entry record, if it has one. @returns the first record, which is an entry record where nothing was */
  #decodeRun(page: CodePage, offset: number): number {
    if (this.cache.isFull) {
      this.isFull = true;
      return FULL_ARENA;
    }
    const start = this.cache.top;
    const isNew = !this.cache.recordAt(page, offset);
    const first = isNew ? start + RECORD_BYTES : start;
    const mode = this.#state.get('mode');
    const most = this.#bytesWithinLimit();
    let at = offset;
    let to = first;
    for (;;) {
      if (at < PAGE_BYTES && this.cache.isDecoded(page, at)) {
        this.#writeSpecial(to, special.link, at, this.cache.recordAt(page, at));
        break;
      }
      if (at >= 4096 || to - first >= MAX_RUN * RECORD_BYTES) {
        this.#writeSpecial(to, at >= PAGE_BYTES ? special.nextPage : special.relookup, at, 0);
        break;
      }
      const length = this.#decoder.decode(this.#bytes, page.host + at, page.host + 4096, mode, at, to);
      if (length && at - offset + length > most) {
        if (to === first) return this.#decodeOne(offset);
        this.#writeSpecial(to, special.relookup, at, 0);
        break;
      }
      if (isNew && to === first) this.#writeEntry(page, start, at, first);
      else this.cache.place(page, at, to);
      if (!length) {
        this.#writeAcross(to, at);
        at = PAGE_BYTES;
        break;
      }
      at += length;
      if (this.#decoder.ends) break;
      to += RECORD_BYTES;
    }
    this.cache.marks.add(page.physicalPage, offset, at);
    return this.cache.close(page, to + RECORD_BYTES);
  }

  #writeAcross(at: number, offset: number): void {
    this.#writeSpecial(at, special.across, offset, 0);
    this.#u32[(at + record.slot) >> 2] = 0;
  }

  /** How far the code segment reaches from state.rip. */
  #bytesWithinLimit(): number {
    return this.isWithoutLimit ? Infinity : this.#state.get('segmentLimit', segment.cs) + 1 - Number(this.#state.rip);
  }

  /** One instruction at state.rip, not kept: single steps, and what the limit of CS may cut. */
  #decodeOne(offset: number): number {
    const state = this.#state;
    const linear = (state.rip + state.get64('codeBase')) & state.get64('codeMask');
    const page = linear & ~0xfffn;
    const host = this.#codeHost(linear);
    if (!host) return 0;
    const at = SCRATCH_RECORDS;
    const mode = state.get('mode');
    let length = this.#decoder.decode(this.#bytes, host.address + offset, host.address + 4096, mode, offset, at);
    if (!length) {
      const next = this.#codeHost((page + 0x1000n) & state.get64('codeMask'));
      if (!next) return 0;
      const here = 4096 - offset;
      this.#straddle.set(this.#bytes.subarray(host.address + offset, host.address + 4096));
      this.#straddle.set(this.#bytes.subarray(next.address, next.address + 16), here);
      length = this.#decoder.decode(this.#straddle, 0, here + 16, mode, offset, at);
    }
    if (length > this.#bytesWithinLimit()) return faultInState(this.#state, vector.gp, 0);
    this.#writeSpecial(at + RECORD_BYTES, special.nextPage, offset + length, 0);
    return at;
  }

  #writeSpecial(at: number, handler: number, pageOffset: number, link: number): void {
    this.#u32[at >> 2] = handler;
    this.#u32[(at + record.pageOffset) >> 2] = pageOffset;
    this.#u32[(at + record.link) >> 2] = link;
  }
}
