/** A random program from a seed. */
import { Random } from '../random.ts';
import { Addresses } from './addresses.ts';
import { pickEncoding, pickWeighted, styles } from './instruction-choice.ts';
import type { Weights } from './instruction-choice.ts';
import { InstructionWriter, little } from './instruction-writer.ts';
import type { Bits, Purposes } from './instruction-writer.ts';
import { makeHandlers, makePages, makeRegisters, makeSlices } from './make-world.ts';
import type { Block, Item, Paging, Placement, Program, Transfer } from './program.ts';
import { longBases, PAGE, physical, protectedBases, region } from './regions.ts';
import { absolute, moveAddress, stringSetup, systemSequence } from './sequences.ts';
import type { Setting } from './sequences.ts';

export const kinds = ['user64', 'supervisor64', 'user32', 'supervisor32'] as const;
export type Kind = (typeof kinds)[number];

/** Blocks of a program. */
const FEWEST = 6, MOST = 26;
/** Programs' physical memory begins at one of these. */
const FIRST_PAGE = 0x100, PLACES = 24;
/** End of the physical memory that programs need. */
export const RAM_BYTES = (FIRST_PAGE + PLACES * physical.count) * PAGE;

export function makeProgram(seed: number, wanted?: Kind): Program {
  const random = new Random(seed);
  const kind = wanted ?? random.pick(kinds);
  const bits: Bits = kind.endsWith('64') ? 64 : 32;
  const isUser = kind.startsWith('user');
  const paging: Paging = bits === 64 ? 'four' : random.pick(['two', 'pae']);
  const high = bits === 64 ? random.pick(isUser ? longBases.slice(0, 4) : longBases) : random.pick(protectedBases);
  // user code of the upper half is legal, if unusual
  const base = bits === 64 && isUser && random.chance(5) ? random.pick(longBases) : high;
  const purposes = choosePurposes(random, bits);
  const physicalPage = FIRST_PAGE + random.below(PLACES) * physical.count;
  const pages = makePages(random, isUser, paging);
  const addresses = new Addresses(random, pages.dataPages, isUser);
  const setting: Setting = { bits, isUser, isPae: paging !== 'two', base, physicalPage, addresses };
  const blocks = new BlockMaker(random, setting, purposes).make(random.between(FEWEST, MOST));
  const data = new Uint8Array(physical.dataPages * PAGE);
  fillData(random, data);
  const handlers = makeHandlers(random, blocks.length, isUser, bits);
  const cr0 = (random.chance(80) ? 0x1_0000 : 0) | (random.chance(30) ? 0x4_0000 : 0) | (random.chance(70) ? 2 : 0) | (random.chance(92) ? 0x20 : 0) | (random.chance(4) ? 8 : 0) | (random.chance(1) ? 4 : 0);
  const cr4 = (random.chance(98) ? 0x200 : 0) | (random.chance(80) ? 0x400 : 0) | (random.chance(97) ? 0x4_0000 : 0) | (random.chance(40) ? 0x80 : 0) | (random.chance(60) ? 0x1_0000 : 0) | (random.chance(5) ? 4 : 0) | (random.chance(30) ? 0x800 : 0);
  return {
    seed, bits, paging, isUser, base, physicalPage, purposes, blocks, recovery: random.below(blocks.length), ...pages, handlers, data,
    controls: { cr0, cr4, avx: random.chance(98) },
    narrowSegments: bits === 32 && random.chance(15) ? [random.pick([0, 3, 4, 5])] : [],
    registers: makeRegisters(random, base, bits, purposes, isUser, addresses),
    slices: makeSlices(random, blocks.length),
  };
}

function choosePurposes(random: Random, bits: Bits): Purposes {
  if (bits === 32) return { pointers: [3, 5], counters: [6] };
  const free = [3, 5, 8, 9, 10, 11, 12, 13, 14, 15];
  const take = (): number => free.splice(random.below(free.length), 1)[0]!;
  return { pointers: [take(), take(), take()], counters: [take(), take()] };
}

/** Random bytes are slow to make, and most of the pages is never looked at: a pattern, with random places where accesses go. */
function fillData(random: Random, data: Uint8Array): void {
  for (let page = 0; page < data.length; page += PAGE) {
    random.scramble(data.subarray(page, page + 48));
    random.scramble(data.subarray(page + PAGE - 48, page + PAGE));
    data.copyWithin(page + 48, page, page + PAGE - 96);
  }
}

class BlockMaker {
  readonly #random: Random;
  readonly #setting: Setting;
  readonly #purposes: Purposes;
  readonly #writer: InstructionWriter;
  readonly #weights: Weights;
  readonly #items: Item[][] = [];
  #count = 0;
  /** Blocks from here on are subroutines. */
  #main = 0;

  constructor(random: Random, setting: Setting, purposes: Purposes) {
    this.#random = random;
    this.#setting = setting;
    this.#purposes = purposes;
    this.#writer = new InstructionWriter(random, setting.bits, purposes, setting.addresses);
    this.#weights = random.pick(styles);
  }

  make(count: number): Block[] {
    const random = this.#random;
    this.#count = count;
    this.#main = count - random.below(Math.min(4, count - 2));
    for (let n = 0; n < count; n++) this.#items.push(this.#body());
    // tails of loops, which their heads' predecessors prepare
    const ends = new Map<number, { items: Item[]; next: number | undefined }>();
    for (let loops = random.between(1, 4); loops > 0; loops--) {
      const latch = random.below(this.#main), head = Math.max(0, latch - random.below(4));
      if (ends.has(latch)) continue;
      const { start, tail } = this.#loop(head, loops);
      if (head > 0) this.#items[head - 1]!.push(...start);
      ends.set(latch, { items: tail, next: latch + 1 });
    }
    return this.#items.map((items, n) => {
      const end = ends.get(n) ?? this.#end(n);
      this.#addPatches(items);
      const next = end.next === undefined ? undefined : end.next >= (n < this.#main ? this.#main : count) ? 0 : end.next;
      return { items: [...items, ...end.items], placement: this.#placement(), next };
    });
  }

  #placement(): Placement {
    const random = this.#random;
    if (random.chance(12)) return { kind: 'across', bytes: random.between(0, 40) };
    return { kind: 'after', gap: random.chance(80) ? 0 : random.below(60) };
  }

  #code(bytes: readonly number[]): Item {
    return { kind: 'code', written: { bytes: Uint8Array.from(bytes) } };
  }

  #body(): Item[] {
    const random = this.#random;
    const items: Item[] = [];
    for (let n = random.between(1, 7); n > 0; n--) items.push(...this.#some());
    return items;
  }

  #some(): Item[] {
    const random = this.#random, setting = this.#setting;
    const sort = pickWeighted(random, this.#weights);
    switch (sort) {
      case 'system': return systemSequence(setting, random).map((bytes) => this.#code(bytes));
      case 'pointer': return [this.#movePointer()];
      // sites are known when all blocks are there
      case 'patch': return [{ kind: 'patch', site: { block: random.below(this.#count), item: nothing, offset: 0 }, again: random.chance(15), size: 1, value: undefined }];
      case 'string': return [...stringSetup(setting, random).map((bytes) => this.#code(bytes)), { kind: 'code', written: this.#writer.write(pickEncoding(random, setting.bits, sort)) }];
      default: return [{ kind: 'code', written: this.#writer.write(pickEncoding(random, setting.bits, sort)) }];
    }
  }

  #movePointer(): Item {
    const random = this.#random, { bits, base } = this.#setting;
    const pointer = random.pick(this.#purposes.pointers);
    const rex = bits === 64 ? [0x48 | (pointer >> 3)] : [];
    if (random.chance(50)) return this.#code([...rex, 0x83, 0xc0 | (random.chance(70) ? 0 : 5 << 3) | (pointer & 7), random.pick([1, 2, 4, 8, 16, 64, 0xf8, 0xfc])]);
    const address = base + BigInt(this.#setting.addresses.some());
    if (bits === 32) return this.#code([0xb8 | pointer, ...little(Number(address) | 0, 4)]);
    return this.#code([...rex, 0xb8 | (pointer & 7), ...little(Number(address & 0xffff_ffffn) | 0, 4), ...little(Number(address >> 32n & 0xffff_ffffn) | 0, 4)]);
  }

  /** What sets a counter, and what counts and jumps back. */
  #loop(head: number, nesting: number): { start: Item[]; tail: Item[] } {
    const random = this.#random, { bits } = this.#setting;
    const { counters } = this.#purposes;
    // loops of different counters, or those within each other do not end
    const counter = counters[nesting % counters.length]!;
    const count = random.pick([2, 3, 3, 5, 9, 20, 60]);
    const rexB = counter >> 3;
    const rex = (w: number): number[] => (bits === 64 && (w || rexB) ? [0x40 | (w << 3) | rexB] : []);
    const r = counter & 7;
    const set = (value: number): Item => this.#code([...rex(0), 0xb8 | r, ...little(value, 4)]);
    const back = (how: Transfer): Item => ({ kind: 'transfer', how, target: head, again: random.chance(4), isShort: random.chance(70) });
    const w = bits === 64 && random.chance(50) ? 1 : 0;
    switch (counters.length === 1 && nesting % 2 === 0 ? random.between(5, 6) : random.below(8)) {
      case 0: case 1: return { start: [set(count)], tail: [this.#code([...rex(w), 0xff, 0xc8 | r]), back(5)] };
      case 2: return { start: [set(count)], tail: [this.#code([...rex(w), 0x83, 0xe8 | r, 1]), back(random.pick([5, 7, 15]))] };
      case 3: return { start: [set(count)], tail: [this.#code([...rex(w), 0x83, 0xc0 | r, 0xff]), back(random.pick([5, 9]))] };
      case 4: return { start: [set(0)], tail: [this.#code([...rex(w), 0xff, 0xc0 | r]), this.#code([...rex(w), 0x83, 0xf8 | r, count]), back(random.pick([12, 2, 5, 14]))] };
      case 5: return { start: [this.#code([0xb9, ...little(count, 4)])], tail: [back(random.pick(['loop', 'loop', 'loope', 'loopne'] as const))] };
      case 6: {
        const cell = region.data + random.below(region.dataPages) * PAGE + 0x80;
        return { start: [this.#code(absolute(bits, random, [0xc7], 0, cell, little(count, 4)))], tail: [this.#code(absolute(bits, random, [0xff], 1, cell)), back(5)] };
      }
      default: return { start: [set(count)], tail: [this.#code([...rex(w), 0x83, 0xe8 | r, 1]), this.#code([...rex(w), 0x85, 0xc0 | (r << 3) | r].map((byte, n, all) => (n === 0 && all.length === 3 && rexB ? byte | 4 : byte))), back(random.pick([5, 15]))] };
    }
  }

  /** A block to go to: mostly one not far ahead. */
  #target(from: number): number {
    const random = this.#random;
    const near = random.chance(78) ? from + 1 + random.below(4) : from - random.below(4);
    const target = random.chance(85) ? near : random.below(this.#count);
    return Math.min(Math.max(target, 0), this.#count - 1);
  }

  #transfer(how: Transfer, target: number): Item {
    return { kind: 'transfer', how, target, again: this.#random.chance(4), isShort: this.#random.chance(60) };
  }

  #end(n: number): { items: Item[]; next: number | undefined } {
    const random = this.#random;
    const condition = random.below(16);
    if (n >= this.#main && random.chance(75)) return { items: [this.#code(random.chance(80) ? [0xc3] : [0xc2, random.pick([0, 0, 8, 16]), 0])], next: undefined };
    const kind = random.below(100);
    const target = this.#target(n);
    if (kind < 24) return { items: [], next: n + 1 };
    if (kind < 56) return { items: [this.#transfer(condition, target)], next: n + 1 };
    if (kind < 62) return { items: [this.#transfer(condition, target), this.#transfer(random.below(16), this.#target(n))], next: n + 1 };
    if (kind < 70) return { items: [this.#transfer('jmp', target)], next: undefined };
    if (kind < 80) return { items: [this.#transfer('call', this.#main < this.#count && random.chance(85) ? random.between(this.#main, this.#count - 1) : target)], next: n + 1 };
    if (kind < 85) return { items: [this.#transfer(random.pick(['jcxz', 'loop', 'loope', 'loopne'] as const), target)], next: n + 1 };
    if (kind < 97) return this.#indirect(target, n);
    return { items: [this.#transfer('far', target)], next: undefined };
  }

  #indirect(target: number, n: number): { items: Item[]; next: number | undefined } {
    const random = this.#random, setting = this.#setting;
    const register = random.pick([0, 1, 2, 7]);
    const address: Item = { kind: 'address', register, target, again: random.chance(10) };
    const cell = region.data + random.below(region.dataPages) * PAGE + random.pick([0x40, 0xffc, 0x40]);
    const wide = setting.bits === 64 ? [0x48] : [];
    switch (random.below(8)) {
      case 5: case 6: case 7: return this.#select(target, n);
      case 0: return { items: [address, this.#code([0xff, 0xe0 | register])], next: undefined };
      case 1: return { items: [address, this.#code([0xff, 0xd0 | register])], next: n + 1 };
      case 2: return { items: [address, this.#code([0x50 | register]), this.#code([0xc3])], next: undefined };
      case 3: return { items: [address, this.#code(absolute(setting.bits, random, [...wide, 0x89], register, cell)), this.#code(absolute(setting.bits, random, [0xff], random.pick([4, 2]), cell))], next: n + 1 };
      // the stack, which has drifted, anew
      default: return { items: [this.#code(moveAddress({ ...setting, bits: 32 }, random, 4, region.stack + 0x1000 + 8 * random.below(0x100))), address, this.#code([0xff, 0xe0 | register])], next: undefined };
    }
  }

  /** To one of several blocks, by bits of a register. */
  #select(target: number, n: number): { items: Item[]; next: number | undefined } {
    const random = this.#random;
    const wide = this.#setting.bits === 64 ? [0x48] : [];
    const [chosen, other] = random.pick([[0, 1], [1, 2], [2, 7], [7, 0]] as const);
    const from = random.pick([...this.#purposes.counters.filter((r) => r < 8), 3, 6]);
    const items: Item[] = [{ kind: 'address', register: chosen, target, again: random.chance(4) }];
    for (let bit = random.between(1, 5); bit > 0; bit--) {
      items.push({ kind: 'address', register: other, target: this.#target(n), again: random.chance(4) });
      items.push(this.#code([0x0f, 0xba, 0xe0 | from, bit - 1]), this.#code([...wide, 0x0f, 0x42, 0xc0 | (chosen << 3) | other])); // BT; CMOVC
    }
    switch (random.below(4)) {
      case 0: return { items: [...items, this.#code([0xff, 0xd0 | chosen])], next: n + 1 };
      case 1: return { items: [...items, this.#code([0x50 | chosen]), this.#code([0xc3])], next: undefined };
      default: return { items: [...items, this.#code([0xff, 0xe0 | chosen])], next: undefined };
    }
  }

  /** Now that all items are there, patches find their sites. */
  #addPatches(items: Item[]): void {
    const random = this.#random;
    items.forEach((item, at) => {
      if (item.kind !== 'patch') return;
      const block = random.chance(40) ? this.#items.indexOf(items) : item.site.block;
      const victims = this.#items[block]!;
      const victim = victims.length ? random.pick(victims) : item;
      const site = (offset: number) => ({ block, item: victim, offset });
      const kind = random.below(10);
      // an immediate, its last byte; the same again; another instruction
      if (kind < 4) items[at] = { ...item, site: site(-1), value: random.below(256) };
      else if (kind < 7) items[at] = { ...item, site: site(random.between(-4, 3)), size: random.pick([1, 2, 4]) };
      else if (kind < 8) items[at] = { ...item, site: site(0), value: random.pick([0x90, 0xcc, 0xc3, 0x40, 0x66, 0xf9]) };
      else items[at] = { ...item, site: site(random.between(-8, 8)), size: random.pick([1, 2, 4]), value: random.chance(50) ? 0x9090_9090 | 0 : random.u32() | 0 };
    });
  }
}

/** The site of a patch that has none yet. */
const nothing: Item = { kind: 'code', written: { bytes: new Uint8Array(0) } };
