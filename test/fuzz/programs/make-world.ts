/** What a random program finds: pages, handlers, registers, and the slices that it is run in. */
import type { Random } from '../random.ts';
import type { Addresses } from './addresses.ts';
import type { Bits, Purposes } from './instruction-writer.ts';
import type { Handler, HandlerStyle, InitialRegisters, PageChoice, PageKind, Paging, Slice } from './program.ts';
import { INTERRUPTS, PAGE, physical, region, SERVICES, STACK_TOP } from './regions.ts';

type Pages = { readonly codePages: PageChoice[]; readonly dataPages: PageChoice[]; readonly stackPages: PageChoice[]; readonly otherRoot: Map<number, PageChoice> };

export function makePages(random: Random, isUser: boolean, paging: Paging): Pages {
  const isPae = paging !== 'two';
  const plain = (kind: PageKind, index: number): PageChoice => ({ kind, index, writable: true, user: isUser || random.chance(50), executable: true, global: false });
  const codePages = Array.from({ length: region.codePages }, (_, n): PageChoice => {
    const page = { ...plain('code', n), writable: random.chance(85), global: random.chance(5) };
    return n > 0 && random.chance(4) ? { ...page, kind: random.pick(['absent', 'absent', 'device', 'stack']) } : page;
  });
  const dataPage = (): PageChoice => {
    const page: PageChoice = { ...plain('memory', random.below(physical.dataPages)), executable: !isPae || random.chance(15), global: random.chance(4) };
    const kind = random.below(100);
    if (kind < 68) return page;
    if (kind < 76) return { ...page, writable: false };
    if (kind < 84) return { ...page, kind: 'absent' };
    if (kind < 88) return { ...page, kind: 'device', index: random.below(2) };
    if (kind < 91) return { ...page, user: false };
    if (kind < 97) return { ...page, kind: 'code', index: random.below(region.codePages) };
    return { ...page, kind: 'stack', index: random.below(region.stackPages) };
  };
  // not made: an operand half in a page of code and half in a device, which translated code may ask twice
  const dataPages = Array.from({ length: region.dataPages }, dataPage).map((page, n, all) => (page.kind === 'device' && (all[n - 1]?.kind === 'code' || all[n + 1]?.kind === 'code') ? plain('memory', 0) : page));
  const stackPages = Array.from({ length: region.stackPages }, (_, n): PageChoice => {
    const page: PageChoice = { ...plain('stack', n), executable: !isPae || random.chance(30) };
    // a stack in a page of code
    return random.chance(10) ? { ...page, kind: 'code', index: random.below(region.codePages), executable: true } : page;
  });
  const otherRoot = new Map<number, PageChoice>();
  for (let changes = random.below(5); changes > 0; changes--) {
    if (random.chance(60)) otherRoot.set(region.data / PAGE + random.below(region.dataPages), { ...dataPage(), global: false });
    else {
      const n = random.below(region.codePages);
      // what is global stays when CR3 is loaded
      if (!codePages[n]!.global) otherRoot.set(region.code / PAGE + n, { ...codePages[n]!, kind: n < 2 ? 'otherCode' : 'code', index: n < 2 ? n : random.below(region.codePages) });
    }
  }
  for (const number of otherRoot.keys()) {
    const at = number - region.data / PAGE;
    if (at >= 0) dataPages[at] = { ...dataPages[at]!, global: false };
  }
  return { codePages, dataPages, stackPages, otherRoot };
}

const NMI = 2, EXCEPTIONS = 20, INTERRUPT_COUNT = 8, SERVICE_COUNT = 12;

export function makeHandlers(random: Random, blocks: number, isUser: boolean, bits: Bits): Map<number, Handler> {
  const handlers = new Map<number, Handler>();
  const usesInterruptStack = bits === 64 && random.chance(isUser ? 20 : 60);
  const set = (number: number, style: HandlerStyle): void => {
    handlers.set(number, { style, isTrapGate: random.chance(15), interruptStack: usesInterruptStack && number < INTERRUPTS });
  };
  for (let number = 0; number < EXCEPTIONS; number++) set(number, random.chance(6) ? { kind: 'elsewhere', target: random.below(blocks) } : { kind: 'skip' });
  for (const number of [3, 4, NMI]) set(number, { kind: 'count' });
  set(1, { kind: 'endTrap' });
  set(7, random.chance(90) ? { kind: 'clearTaskSwitched' } : { kind: 'skip' });
  set(14, { kind: random.chance(50) ? 'fix' : 'skip' });
  set(16, random.chance(70) ? { kind: 'clearFloat' } : { kind: 'skip' });
  const anyPage = (): number => (random.chance(70) ? region.data / PAGE + random.below(region.dataPages) : region.code / PAGE + random.below(region.codePages));
  const change = (): HandlerStyle => random.pick<HandlerStyle>([
    { kind: 'count' }, { kind: 'reloadRoot' }, { kind: 'switchRoot' }, { kind: 'changePage', page: anyPage(), bits: random.pick([1, 2, 1, 4]) }, { kind: 'invalidate', page: anyPage() },
    { kind: 'patch', region: random.pick([region.code, region.codeAgain]) + random.below(0x200), bits: random.pick([0, 1, 0, 0x10]) }, { kind: 'toggleTaskSwitched' },
  ]);
  for (let n = 0; n < INTERRUPT_COUNT; n++) set(INTERRUPTS + n, random.chance(70) ? { kind: 'count' } : change());
  for (let n = 0; n < SERVICE_COUNT; n++) set(SERVICES + n, change());
  return handlers;
}

const specialDoubles = [
  0n, 0x8000_0000_0000_0000n, 0x3ff0_0000_0000_0000n, 0x4000_0000_0000_0000n, 0x7ff0_0000_0000_0000n, 0xfff0_0000_0000_0000n, 0x7ff8_0000_0000_0000n, 0x7ff0_0000_0000_0001n, 0xfff8_0000_0000_1234n, 1n,
  0x000f_ffff_ffff_ffffn, 0x7fef_ffff_ffff_ffffn, 0x3ca0_0000_0000_0000n, 0x43e0_0000_0000_0000n, 0xbff8_0000_0000_0000n, 0x4059_0000_0000_0000n, 0x3f80_0000_4000_0000n, 0x7f80_0000_ff80_0000n, 0x7fc0_0000_0080_0000n, 0x0000_0001_8000_0001n,
] as const;

export function makeRegisters(random: Random, base: bigint, bits: Bits, purposes: Purposes, isUser: boolean, addresses: Addresses): InitialRegisters {
  const address = (): bigint => base + BigInt(addresses.some());
  const general = Array.from({ length: 16 }, (_, n): bigint => {
    if (n >= 8 && bits === 32) return 0n;
    if (n === 4) return base + BigInt(STACK_TOP - 0x400 - 8 * random.below(0x100));
    if (purposes.pointers.includes(n)) return address();
    if (purposes.counters.includes(n)) return BigInt(random.below(40));
    if (n === 1 && random.chance(80)) return BigInt(random.below(70));
    if (random.chance(35)) return address();
    if (random.chance(35)) return BigInt(random.below(256));
    const wide = random.chance(50) ? random.pick([0xffff_ffff_ffff_ffffn, 0x8000_0000_0000_0000n, 0x7fff_ffff_ffff_ffffn, 0xffff_ffffn, 0x8000_0000n, 0x7fff_ffffn, 0xffffn, 0x8080_8080_8080_8080n]) : random.u64();
    return bits === 64 ? wide : wide & 0xffff_ffffn;
  });
  if (bits === 32) general.forEach((value, n) => { general[n] = value & 0xffff_ffffn; });
  const lane = (): bigint => (random.chance(40) ? random.u64() : random.pick(specialDoubles));
  let flags = 2 | (random.u32() & 0x8d5) | (random.chance(60) ? 0x200 : 0) | (random.chance(8) ? 0x400 : 0);
  if (random.chance(4)) flags |= 0x4_0000;
  if (random.chance(2)) flags |= 0x100;
  if (isUser) flags |= random.pick([0, 0, 0x3000]);
  const extended = Array.from({ length: 8 }, (): [bigint, number] => {
    const kind = random.below(10);
    if (kind < 4) return [0x8000_0000_0000_0000n | random.u64(), 0x3fff + random.between(-70, 70) + (random.chance(50) ? 0x8000 : 0)];
    if (kind < 6) return [0x8000_0000_0000_0000n | (BigInt(random.u32() & 0xfff) << 40n), 0x3fff + random.below(30)];
    return random.pick([[0n, 0], [0x8000_0000_0000_0000n, 0x7fff], [0xc000_0000_0000_0000n, 0xffff], [0xa000_0000_0000_0000n, 0x7fff], [1n, 0], [0x8000_0000_0000_0000n, 0x3fff], [0x4000_0000_0000_0000n, 0x3fff], [0n, 0x8000], [0xffff_ffff_ffff_ffffn, 0x7ffe]]);
  });
  const top = random.below(8);
  return {
    general, flags,
    xmm: Array.from({ length: 32 }, lane), ymmHigh: Array.from({ length: 32 }, lane),
    mxcsr: random.chance(65) ? 0x1f80 : 0x1f80 ^ (random.u32() & 0xffc0 & ~(random.chance(80) ? 0x1f80 : 0)),
    x87: {
      control: random.chance(60) ? 0x37f : 0x40 | (random.chance(80) ? 0x3f : random.u32() & 0x3f) | (random.pick([0, 2, 3]) << 8) | (random.below(4) << 10),
      status: (top << 11) | (random.chance(20) ? random.u32() & 0x4700 : 0),
      tag: random.chance(30) ? 0xffff : random.chance(50) ? 0 : Array.from({ length: 8 }, () => (random.chance(50) ? 3 : 0)).reduce<number>((word, bits, n) => word | (bits << (2 * n)), 0),
      mantissas: extended.map(([mantissa]) => mantissa), exponents: extended.map(([, exponent]) => exponent & 0xffff),
    },
    fsBase: random.chance(50) ? address() : 0n, gsBase: address(),
  };
}

/** Instructions of a program, for each of its blocks, and how many slices at most. */
const PER_BLOCK = 50, MOST_SLICES = 24;

export function makeSlices(random: Random, blocks: number): Slice[] {
  const slices: Slice[] = [];
  const isFine = random.chance(30);
  for (let left = blocks * PER_BLOCK; left > 0 && slices.length < MOST_SLICES;) {
    const instructions = Math.min(left, isFine ? random.pick([1, 1, 2, 3, 7, 13, 30, 100]) : random.pick([13, 50, 50, 100, 100, 200, 333]));
    left -= instructions;
    const event = random.below(100);
    const block = !isFine && random.chance(60) ? { block: random.below(blocks) } : {};
    if (event < 20) slices.push({ instructions, interrupt: INTERRUPTS + random.below(INTERRUPT_COUNT), ...block });
    else if (event < 23) slices.push({ instructions, nmi: true, ...block });
    else slices.push({ instructions, ...block });
  }
  return slices;
}
