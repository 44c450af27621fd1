/**
 * Chooses a region: walks decoded records from an entry, along branches and straight on, over the pages that the code TLB has, until it meets what is
 * not decoded yet, or its size. Calls are followed to a small depth when the caller has been walked; a call of code that is being called already leads back to it, so
 * recursion stays in the region. Where calls that are not followed return to, the region can be entered again, so that a function is not cut at each of its calls. Indirect jumps and calls are followed to where the interpreter saw them go. It decodes nothing, but for instructions that straddle two pages.
 */
import { PAGE_BYTES } from '../../memory/layout.ts';
import type { CodeCache, CodePage } from '../decode/code-cache.ts';
import { RECORD_BYTES, record } from '../decode/record.ts';
import { special } from '../decode/special.ts';
import { readInstruction } from './instruction.ts';
import type { HandlersByNumber, TranslatedInstruction } from './instruction.ts';
import type { IndirectTargets } from '../decode/indirect-targets.ts';
import type { RegionBlock, RegionEntry, RegionPage } from './region-job.ts';

/** What the finder asks of the code fetch unit. */
export interface CodeSource {
  readonly cache: CodeCache;
  pageAt(linear: bigint): CodePage | undefined;
  straddling(page: CodePage, next: CodePage, offset: number): number;
  /** Has an instruction in the middle of a run counted, as a branch target is; where `entries` are given, it gets a region after these even if others hold it. */
  branchTarget(directory: number, offset: number, target: number, entries?: number): number;
  /** Empties the jump cache. */
  forgetRegions(): void;
  /** Does the code segment reach to the end of the address space? */
  readonly isWithoutLimit: boolean;
  readonly indirectTargets: IndirectTargets;
}

export interface FoundRegion {
  readonly entries: readonly (RegionEntry & { readonly entryRecord: number })[];
  readonly pages: readonly (RegionPage & { readonly page: CodePage })[];
  readonly blocks: readonly RegionBlock[];
  readonly addresses: Uint32Array<ArrayBuffer>;
  /** Those of them that are not called. */
  readonly own: readonly number[];
}

const MOST_INSTRUCTIONS = 128;
/** Of these, in code that is called. */
const MOST_CALLED_INSTRUCTIONS = 56;
/** Of these, of one call. */
const MOST_OF_CALL = 40;
const MOST_CALL_DEPTH = 2;
const MOST_PAGES = 6;
/** A branch target is left out that was entered less than 1/COLD_FRACTION as often as the entry. */
const COLD_FRACTION = 16;
/** Where a region ends for its size is about as hot as it is itself, and counted from now on: a region of its own is made for it after so much fewer entries. */
const CONTINUATION_FRACTION = 8;
/** An indirect jump is followed to targets that were at least this share of those that were seen. */
const LEAST_SHARE = 1 / 64;
/** Indirect calls lead to copies of what they call. */
const MOST_CALL_TARGETS = 8;
const MOST_ENTRIES = 8;
/** How far from the entry's page a page may lie that is not called. */
const FARTHEST_PAGE = 16;

/** A call that is followed: its code is the region's once for each place where it is called from, so its return is known, but for recursion. */
interface Activation {
  readonly depth: number;
  readonly caller: Activation | undefined;
  /** Offset where it begins, and where it returns to. */
  readonly entry: number;
  readonly returnsTo: number;
  /** Keys of where it returns to after it was called from within itself; of where its indirect jumps lead. */
  readonly recursions: Set<number>;
  readonly jumpTargets: Set<number>;
  readonly number: number;
  instructions: number;
}

/** An instruction that was found. Offsets are from the start of the entry's page. */
interface Found {
  readonly activation: Activation;
  readonly address: number;
  readonly page: number;
  readonly instruction: TranslatedInstruction;
  /** Key of what follows; undefined where nothing is known of it, and then the record where the interpreter goes on. */
  next: number | undefined;
  crosses: boolean;
  readonly nextRecord: number;
  continuesAt: number | undefined;
  /** Key of the branch target, where it is followed. */
  taken: number | undefined;
  /** Keys of where an indirect jump or call leads. */
  targets: readonly number[];
}

/** An instruction in an activation, and its offset again. */
const keyOf = (activation: Activation, offset: number): number => activation.number * 2 ** 33 + offset + 2 ** 32;
const offsetOf = (key: number): number => (key % 2 ** 33) - 2 ** 32;

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

  /**
   * @param linear page of the entry
   * @param entries how often the entry was entered, and so what others are compared with
   * @returns undefined when there is nothing to translate
   */
  find(page: CodePage, linear: bigint, offset: number, entries: number): FoundRegion | undefined {
    const walk = new Walk(this.#code, this.#view, (at) => readInstruction(this.#view, at, this.#handlers, this.#firstFunction), page, linear, entries);
    return walk.from(offset);
  }
}

class Walk {
  readonly #code: CodeSource;
  readonly #view: DataView;
  readonly #read: (at: number) => TranslatedInstruction;
  readonly #linear: bigint;
  readonly #pages: (Omit<RegionPage, 'isHome'> & { readonly page: CodePage })[];
  readonly #found = new Map<number, Found>();
  readonly #leaders = new Set<number>();
  /** Pages that are checked at the entry: of the code that is not called, and of what its instructions reach into. */
  readonly #home = new Set([0]);
  /** What is still to be walked, by depth of calls. */
  readonly #work: { activation: Activation; offset: number }[][] = [];
  readonly #timesEntered: number;
  /** Keys of where it can be entered. */
  readonly #entries = new Set<number>();
  #activations = 0;
  #called = 0;

  constructor(code: CodeSource, view: DataView, read: (at: number) => TranslatedInstruction, page: CodePage, linear: bigint, entries: number) {
    this.#timesEntered = entries;
    this.#code = code;
    this.#view = view;
    this.#read = read;
    this.#linear = linear;
    this.#pages = [{ delta: 0, directory: page.directory, page }];
  }

  from(offset: number): FoundRegion | undefined {
    const outermost = this.#activation(undefined, offset, 0);
    this.#later(outermost, offset);
    for (let work = this.#work.find((list) => list.length); work; work = this.#work.find((list) => list.length)) {
      const next = work.shift()!;
      this.#walk(next.activation, next.offset);
    }
    const entry = keyOf(outermost, offset);
    this.#entries.add(entry);
    const first = this.#found.get(entry);
    if (!first || first.instruction.binding === 'left') return undefined;
    const used = new Set(this.#home);
    for (const { page } of this.#found.values()) used.add(page);
    const kept = this.#pages.flatMap((page, n) => (used.has(n) ? [{ page: { ...page, isHome: this.#home.has(n) }, n }] : []));
    const own = [...this.#found.values()].flatMap(({ activation, address }) => (activation === outermost ? address : []));
    return { own, pages: kept.map(({ page }) => page), ...this.#blocks(entry, new Map(kept.map(({ n }, i) => [n, i]))) };
  }

  #activation(caller: Activation | undefined, entry: number, returnsTo: number): Activation {
    return { caller, entry, returnsTo, recursions: new Set(), jumpTargets: new Set(), depth: caller ? caller.depth + 1 : 0, number: this.#activations++, instructions: 0 };
  }

  #later(activation: Activation, offset: number): number {
    const key = keyOf(activation, offset);
    if (!this.#leaders.has(key)) (this.#work[activation.depth] ??= []).push({ activation, offset });
    this.#leaders.add(key);
    return key;
  }

  /** Follows the code at an offset to where it ends or has been walked. */
  #walk(activation: Activation, start: number): void {
    let before: Found | undefined;
    for (let at = start; ;) {
      const key = keyOf(activation, at);
      if (this.#found.has(key)) {
        this.#leaders.add(key);
        return;
      }
      const place = this.#recordAt(activation, at);
      if (!place || this.#isFull(activation)) {
        if (before) {
          before.next = undefined;
          if (place) before.continuesAt = this.#continuation(place, at);
        }
        return;
      }
      const { address, page } = place;
      const instruction = this.#read(address);
      const length = this.#view.getUint8(address + record.length);
      const found: Found = {
        activation, address, page, instruction, next: undefined, crosses: false, nextRecord: address + RECORD_BYTES, continuesAt: undefined, taken: undefined, targets: [],
      };
      this.#found.set(key, found);
      activation.instructions++;
      if (activation.depth) this.#called++;
      else this.#home.add(page);
      if (instruction.binding === 'left') return;
      const { jump } = instruction.facts!;
      if (jump === 'relative' || jump === 'conditional') this.#follow(activation, found, at + length);
      if (jump === 'indirect') this.#followIndirect(activation, found, at + length);
      if (jump !== 'none' && jump !== 'conditional') return;
      const next = at + length;
      found.next = keyOf(activation, next);
      found.crosses = Math.floor(next / PAGE_BYTES) !== Math.floor(at / PAGE_BYTES);
      if (jump === 'conditional' || found.crosses) this.#leaders.add(found.next);
      before = found;
      at = next;
    }
  }

  #isFull({ depth, instructions }: Activation): boolean {
    return this.#found.size >= MOST_INSTRUCTIONS || (depth > 0 && (this.#called >= MOST_CALLED_INSTRUCTIONS || instructions >= MOST_OF_CALL));
  }

  /** Where another region can go on with the code for which this one has no room. */
  #continuation({ address, page }: { address: number; page: number }, at: number): number | undefined {
    const offset = this.#view.getUint16(address + record.pageOffset, true);
    const { directory, page: code } = this.#pages[page]!;
    const known = this.#code.cache.recordAt(code, offset);
    if (!known) return undefined; // it straddles two pages
    if (known === address) this.#code.branchTarget(directory, offset, address, Math.ceil(this.#timesEntered / CONTINUATION_FRACTION));
    return at;
  }

  /** The target of a branch or of a call. */
  #follow(activation: Activation, found: Found, after: number): void {
    const target = after + this.#view.getInt32(found.address + record.immediate, true);
    if (found.instruction.handler!.semantics.name !== 'call') {
      if (this.#recordAt(activation, target) && !this.#isCold(activation, target)) found.taken = this.#later(activation, target);
      return;
    }
    found.taken = this.#call(activation, target, after, (called) => !this.#isCold(called, target));
    if (found.taken === undefined) this.#enterAgain(activation, after);
  }

  /** Behind a call that is not followed. */
  #enterAgain(activation: Activation, after: number): void {
    if (activation.depth > 0 || after < 0 || after >= PAGE_BYTES || this.#entries.size >= MOST_ENTRIES || this.#isFull(activation)) return;
    const entryRecord = this.#code.cache.recordAt(this.#pages[0]!.page, after);
    if (!entryRecord || this.#view.getUint16(entryRecord + record.handler, true) !== special.counted) return;
    if (this.#recordAt(activation, after) && !this.#isCold(activation, after)) this.#entries.add(this.#later(activation, after));
  }

  /** Where an indirect jump or call was seen to go. */
  #followIndirect(activation: Activation, found: Found, after: number): void {
    const targets = this.#code.indirectTargets.of(found.address, LEAST_SHARE).map((linear) => Number(BigInt.asIntN(64, linear - this.#linear)));
    if (found.instruction.handler!.semantics.name === 'call') {
      found.targets = targets.slice(0, MOST_CALL_TARGETS).flatMap((target) => this.#call(activation, target, after, () => true) ?? []);
      this.#enterAgain(activation, after);
      return;
    }
    found.targets = targets.flatMap((target) => (this.#recordAt(activation, target) ? this.#later(activation, target) : []));
    for (const key of found.targets) activation.jumpTargets.add(key);
  }

  /** Follows a call: to code that is being called already, or to a copy for this call. @returns the key where it goes on */
  #call(activation: Activation, target: number, after: number, isWanted: (called: Activation) => boolean): number | undefined {
    if (!this.#recordAt(activation, after)) return undefined; // nothing has returned yet
    for (let outer: Activation | undefined = activation; outer; outer = outer.caller) {
      if (outer.entry !== target) continue;
      outer.recursions.add(this.#later(activation, after));
      return keyOf(outer, target);
    }
    if (activation.depth >= MOST_CALL_DEPTH || this.#isFull(activation)) return undefined;
    const called = this.#activation(activation, target, after);
    if (!this.#recordAt(called, target) || !isWanted(called)) return undefined;
    this.#later(activation, after);
    return this.#later(called, target);
  }

  /** Has the branch target been entered much less often than the region's entry? */
  #isCold(activation: Activation, at: number): boolean {
    if (this.#timesEntered < COLD_FRACTION) return false;
    const delta = Math.floor(at / PAGE_BYTES);
    const { page } = this.#pages[this.#pageNumber(delta, activation)]!;
    const address = this.#code.cache.recordAt(page, at - delta * PAGE_BYTES);
    if (!address) return false; // it straddles two pages, and is not counted
    const handler = this.#view.getUint16(address + record.handler, true);
    if (handler === special.translated) return false;
    if (handler !== special.counted) return true; // never the target of a branch
    const left = this.#view.getInt32(address + record.count, true);
    return left <= this.#timesEntered && this.#timesEntered - left < this.#timesEntered / COLD_FRACTION;
  }

  /** Keys of where an indirect jump or a return leads. Jumps with many targets share theirs, and so what tells these apart. */
  #targets({ activation, instruction, targets }: Found): readonly number[] {
    const jump = instruction.facts?.jump;
    if (jump === 'return') return [...(activation.caller ? [keyOf(activation.caller, activation.returnsTo)] : []), ...activation.recursions];
    const isJump = jump === 'indirect' && instruction.handler!.semantics.name !== 'call';
    return isJump && targets.length > 2 ? [...activation.jumpTargets] : targets;
  }

  /** The record of the instruction at an offset, if it is decoded. */
  #recordAt(activation: Activation, at: number): { address: number; page: number } | undefined {
    const delta = Math.floor(at / PAGE_BYTES);
    const page = this.#pageNumber(delta, activation);
    if (page < 0) return undefined;
    const offset = at - delta * PAGE_BYTES;
    const { page: code } = this.#pages[page]!;
    const address = this.#interpretedAt(code, offset);
    const handler = address && this.#view.getUint16(address + record.handler, true);
    if (address && handler !== special.relookup && handler !== special.stale && handler !== special.nextPage && handler !== special.across) return { address, page };
    if (offset < PAGE_BYTES - 15) return undefined;
    const next = this.#pageNumber(delta + 1, activation);
    // where it reaches into has to be known before it is carried out
    if (next < 0 || (activation.depth > 0 && !this.#home.has(next))) return undefined;
    const straddling = this.#code.straddling(code, this.#pages[next]!.page, offset);
    if (!straddling) return undefined;
    if (activation.depth === 0) this.#home.add(next);
    return { address: straddling, page };
  }

  /** The record with which the interpreter goes on at an offset; for an instruction that reaches into the next page, the one that looks at that page. */
  #interpretedAt(code: CodePage, offset: number): number {
    for (let address = this.#code.cache.recordAt(code, offset); ; address = this.#view.getUint32(address + record.link, true)) {
      const handler = address && this.#view.getUint16(address + record.handler, true);
      if (!address || (handler !== special.link && handler !== special.counted && handler !== special.translated)) return address;
    }
  }

  /** Index of a page by its distance from the entry's; -1 if it does not belong to the region. */
  #pageNumber(delta: number, { depth }: Activation): number {
    const known = this.#pages.findIndex((p) => p.delta === delta);
    if (known >= 0) return known;
    if ((depth === 0 && Math.abs(delta) > FARTHEST_PAGE) || this.#pages.length >= MOST_PAGES) return -1;
    const page = this.#code.pageAt(this.#linear + BigInt(delta * PAGE_BYTES));
    if (!page || page.mode !== this.#pages[0]!.page.mode) return -1;
    return this.#pages.push({ delta, directory: page.directory, page }) - 1;
  }

  #blocks(entry: number, pageOf: ReadonlyMap<number, number>): Pick<FoundRegion, 'entries' | 'blocks' | 'addresses'> {
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
        targets: this.#targets(last).flatMap((key) => numberOf.get(key) ?? []),
        returnsToCaller: last.instruction.facts?.jump === 'return' && last.activation.recursions.size === 0,
        next, nextRecord: last.nextRecord, continuesAt: last.next === undefined ? last.continuesAt : undefined, crosses: next >= 0 && last.crosses,
      };
    });
    const { page } = this.#pages[0]!;
    const entries = [...this.#entries].flatMap((key) => {
      const block = numberOf.get(key);
      if (block === undefined) return [];
      const at = offsetOf(key);
      return { block, record: this.#interpretedAt(page, at), entryRecord: this.#code.cache.recordAt(page, at) };
    });
    return { entries, blocks, addresses: Uint32Array.from(addresses) };
  }
}
