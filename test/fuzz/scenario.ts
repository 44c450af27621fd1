/**
 * A start for a fuzzed CPU: memory, registers and code of one mode, all from one seed. Descriptors, gates, page tables, flags and control
 * registers are mostly sound and now and then not. Handlers of exceptions step over one byte of what faulted, so the code goes on.
 */
import type { CodeSize } from '../../packages/core/src/cpu/disassemble/disassembler.ts';
import { cr0, cr4, efer, flag, segment } from '../../packages/core/src/cpu/state.ts';
import type { CpuState } from '../../packages/core/src/cpu/state.ts';
import { setFields, setSegment } from '../conformance/registers.ts';
import { CodeWriter, flatReach, segmentedReach } from './instructions.ts';
import { HANDLER_BYTES, place } from './places.ts';
import { Random } from './random.ts';

export const modes = ['real', 'unreal', 'v86', 'protected16', 'protected32', 'paged32', 'pae32', 'long64', 'compatibility32', 'compatibility16'] as const;
export type Mode = (typeof modes)[number];

export interface Scenario {
  readonly seed: number;
  readonly mode: Mode;
  readonly codeSize: CodeSize;
  /** The instructions, which lie one behind the other. */
  readonly chunks: readonly Uint8Array[];
  /** Where the first one lies, from `place.code`. */
  readonly lead: number;
  /** Physical memory from 0; without the chunks. */
  readonly memory: Uint8Array;
  setUp(state: CpuState): void;
}

const errorCodeVectors = new Set([8, 10, 11, 12, 13, 14, 17]);
const PRESENT = 1, WRITABLE = 2, USER = 4;

/** Entries of the GDT: base, limit, access rights (as CpuState.segmentAccess). The selector is 8 × the index. */
const descriptors: readonly (readonly [base: number, limit: number, access: number])[] = [
  [0, 0, 0], [0, 0xf_ffff, 0xc09b], [0, 0xf_ffff, 0xc093], [0, 0xf_ffff, 0xc0fb], [0, 0xf_ffff, 0xc0f3], [place.tss, 0x67, 0x89],
  [place.code, 0xffff, 0x009b], [place.data, 0xffff, 0x0093], [place.stack, 0x1fff, 0x0093], [place.code, 0xffff, 0x00fb], [place.data, 0xffff, 0x00f3], [place.stack, 0x1fff, 0x00f3],
  [place.data, 0x0fff, 0x40f7], [place.data, 0x3ff9, 0x4093], [place.code, 0x1ff5, 0x409b], [place.code, 0x1fff, 0x409f], [0, 0xf_ffff, 0xc091], [0, 0xf_ffff, 0xc099],
  [0, 0xf_ffff, 0x4013], [place.ldt, 0x3f, 0x0082], [place.otherTss, 0x67, 0x0089], [place.otherTss, 0x2b, 0x0081], [0, 0xf_ffff, 0xa09b], [0, 0xf_ffff, 0xa0fb], [place.stack, 0x1, 0xc097],
];
const selectorOf = { code32: 0x08, data32: 0x10, userCode32: 0x1b, userData32: 0x23, tss: 0x28, code16: 0x30, data16: 0x38, stack16: 0x40, userCode16: 0x4b, userData16: 0x53, userStack16: 0x5b, oddData: [0x63, 0x68, 0x80], oddCode: [0x70, 0x78], ldt: 0x98, code64: 0xb0, userCode64: 0xbb, longTss: 0xd0 } as const;
const GDT_BYTES = 0x140;

const describe = (base: number, limit: number, access: number): bigint =>
  BigInt(limit & 0xffff) | (BigInt(base & 0xff_ffff) << 16n) | (BigInt(access & 0xff) << 40n) | (BigInt((limit >> 16) & 0xf) << 48n) | (BigInt(access >> 12) << 52n) | (BigInt(base >>> 24) << 56n);

export function makeScenario(seed: number, wanted?: Mode): Scenario {
  const random = new Random(seed);
  const mode = wanted ?? random.pick(modes);
  const codeSize: CodeSize = mode === 'long64' ? 64 : /32/.test(mode) ? 32 : 16;
  const isLong = mode === 'long64' || mode.startsWith('compatibility');
  const isReal = mode === 'real' || mode === 'unreal';
  const isUser = mode === 'v86' || (!isReal && random.chance(40));
  const isSegmented = codeSize === 16 || (codeSize === 32 && random.chance(30));
  const writer = new CodeWriter(random, codeSize, isSegmented ? segmentedReach : flatReach);
  // sometimes across the page boundary
  const lead = random.chance(40) ? 0x1000 - random.between(1, 60) : random.chance(50) ? 0 : random.below(0x400);
  const chunks = writer.write(random.between(20, 240));

  const memory = new Uint8Array(place.end);
  const view = new DataView(memory.buffer);
  random.scramble(memory.subarray(place.data, place.data + place.dataBytes));
  if (random.chance(50)) random.scramble(memory.subarray(place.stack, place.stack + place.stackBytes));
  memory.fill(0x90, place.code, place.code + place.codeBytes);
  // what runs off the end goes round
  memory.set(codeSize === 16 ? [0xe9, 0xfd - place.codeBytes & 0xff, (0xfffd - place.codeBytes) >> 8 & 0xff] : [0xe9, 0, 0xe0, 0xff, 0xff], place.code + place.codeBytes - 5);
  const tables = new Tables(random, memory, view);
  if (isReal) tables.realVectors();
  else {
    tables.gdt(isLong);
    tables.idt(isLong);
    tables.taskStates(isLong);
  }
  const paging = mode === 'paged32' || (mode === 'v86' && random.chance(40)) ? 'two' : mode === 'pae32' ? 'pae' : isLong ? 'four' : 'none';
  if (paging !== 'none') tables.pages(paging);

  const registers = registerValues(random, writer, codeSize, isSegmented);
  const flags = flagsFor(random, mode);
  const controls = controlsFor(random, mode, paging);
  const segments = segmentsFor(random, mode, isUser, isSegmented);
  const debug = debugRegisters(random, writer);
  const hasAvx = random.chance(70);
  const xmm = Array.from({ length: 32 }, () => random.chance(50) ? random.u64() : random.pick([0n, 0x3ff0_0000_0000_0000n, 0x7ff8_0000_0000_0001n, 0x7f80_0000_ff80_0000n, 1n]));
  return {
    seed, mode, codeSize, chunks, lead, memory,
    setUp(state) {
      registers.forEach((value, index) => state.setReg(index, value));
      setFields(state, {
        ...controls, gdtrBase: BigInt(place.gdt), gdtrLimit: BigInt(GDT_BYTES - 1), idtrBase: isReal ? 0n : BigInt(place.idt), idtrLimit: isReal ? 0x3ffn : isLong ? 0xfffn : 0x7ffn,
        cpl: isUser ? 3n : 0n, mxcsr: 0x1f80n, fpuControl: 0x37fn, fpuStatus: 0n, fpuTag: 0xffffn, xcr0: hasAvx ? 7n : 3n,
        star: 0x0018_0008_0000_0000n, lstar: BigInt(place.code), cstar: BigInt(place.code), sfmask: 0x300n, sysenterCs: BigInt(selectorOf.code32), sysenterEip: BigInt(place.code), sysenterEsp: BigInt(place.stack + 0x800),
      });
      for (const [index, selector] of segments) {
        if (isReal || (mode === 'v86' && index < segment.ldtr)) setSegment(state, index, [selector, BigInt(selector << 4), mode === 'unreal' && index !== segment.cs ? 0xffff_ffff : 0xffff, mode === 'v86' ? 0xf3 : 0x93]);
        else loadSegment(state, index, selector, isLong);
      }
      state.rip = BigInt((isSegmented ? 0 : place.code) + lead);
      // RF without an armed breakpoint is a state that no guest comes to: IRET drops it
      state.rflags = debug[7]! & 0xffn ? flags : flags & ~flag.rf;
      debug.forEach((value, index) => state.set64('dr', value, index));
      xmm.forEach((value, index) => {
        state.set64('xmm', value, index);
        state.set64('ymmHigh', value ^ 0x5555_0000_1234_0000n, index);
      });
    },
  };

  function loadSegment(state: CpuState, index: number, selector: number, long: boolean): void {
    const [base, limit, access] = descriptors[index === segment.tr && long ? 5 : selector >> 3]!;
    if (selector === 0) setSegment(state, index, [0, 0n, 0, 0]);
    else setSegment(state, index, [selector, BigInt(base), access & 0x8000 ? limit * 4096 + 0xfff : limit, index === segment.tr ? 0x8b : access]);
  }
}

function registerValues(random: Random, writer: CodeWriter, codeSize: CodeSize, isSegmented: boolean): bigint[] {
  const values = Array.from({ length: 16 }, () => {
    if (random.chance(60)) return BigInt(writer.address());
    if (random.chance(50)) return BigInt(random.below(256));
    const wide = random.chance(30) ? random.pick([0xffff_ffff_ffff_fff0n, 0x8000_0000_0000_0000n, 0xffff_fff8n, 0x7fff_ffff_fff9n, 0x1_0000n]) : random.u64();
    return codeSize === 64 ? wide : wide & 0xffff_ffffn;
  });
  values[1] = BigInt(random.chance(80) ? random.below(100) : random.below(0x3000));
  values[4] = BigInt((isSegmented ? 0 : place.stack) + (random.chance(85) ? 0x1800 - 8 * random.below(40) : random.between(0x1000 - 9, 0x1000 + 9)));
  return values;
}

function flagsFor(random: Random, mode: Mode): number {
  let flags = 2 | (random.u32() & 0x8d5);
  if (random.chance(20)) flags |= flag.df;
  if (random.chance(50)) flags |= flag.if;
  if (random.chance(6)) flags |= flag.tf;
  if (random.chance(15)) flags |= flag.ac;
  if (random.chance(5)) flags |= flag.rf;
  if (mode !== 'real' && mode !== 'unreal') {
    flags |= random.pick([0, 0x3000, 0x3000, random.below(4) << 12]);
    if (random.chance(4) && mode !== 'long64') flags |= flag.nt;
  }
  return mode === 'v86' ? flags | flag.vm : flags;
}

function controlsFor(random: Random, mode: Mode, paging: 'none' | 'two' | 'pae' | 'four') {
  const isLong = paging === 'four';
  let zero = cr0.et | cr0.ne;
  if (mode !== 'real' && mode !== 'unreal') zero |= cr0.pe;
  for (const [bit, percent] of [[cr0.wp, 60], [cr0.am, 40], [cr0.mp, 70], [cr0.ts, 5], [cr0.em, 4]] as const) if (random.chance(percent)) zero |= bit;
  if (random.chance(20)) zero &= ~cr0.ne;
  let four = 0;
  for (const [bit, percent] of [
    [cr4.osfxsr, 92], [cr4.osxmmexcpt, 70], [cr4.osxsave, 80], [cr4.de, 50], [cr4.tsd, 10], [cr4.pge, 50], [cr4.pse, 70], [cr4.pce, 50], [cr4.umip, 10], [cr4.vme, 30], [cr4.pvi, 20],
    [cr4.smep, 10], [cr4.smap, 10], [cr4.fsgsbase, isLong ? 60 : 20],
  ] as const) if (random.chance(percent)) four |= bit;
  if (paging === 'pae' || isLong) four |= cr4.pae;
  return {
    cr0: BigInt((paging === 'none' ? zero : zero | cr0.pg) >>> 0), cr3: paging === 'none' ? 0n : BigInt(place.pageTables), cr4: BigInt(four), cr2: 0n,
    efer: BigInt((isLong ? efer.lme | efer.lma : 0) | (random.chance(80) ? efer.sce : 0) | (random.chance(70) ? efer.nxe : 0)),
  };
}

function segmentsFor(random: Random, mode: Mode, isUser: boolean, isSegmented: boolean): [index: number, selector: number][] {
  const { es, cs, ss, ds, fs, gs, ldtr, tr } = segment;
  const system: [number, number][] = [[tr, selectorOf.tss], [ldtr, random.chance(30) ? selectorOf.ldt : 0]];
  if (mode === 'real' || mode === 'unreal' || mode === 'v86') {
    const far = (): number => random.chance(20) ? random.below(0x8000) : place.data >> 4;
    return [[es, random.chance(30) ? place.code >> 4 : far()], [cs, place.code >> 4], [ss, place.stack >> 4], [ds, far()], [fs, far()], [gs, far()], ...system];
  }
  const rpl = isUser ? 3 : 0;
  const flat = isUser ? selectorOf.userData32 : selectorOf.data32;
  const data16 = isUser ? selectorOf.userData16 : selectorOf.data16;
  const data = (): number => random.chance(12) ? random.pick(selectorOf.oddData) | rpl : random.chance(8) ? 0 : isSegmented ? data16 : flat;
  let code: number = isUser ? selectorOf.userCode32 : selectorOf.code32;
  if (mode === 'long64') code = isUser ? selectorOf.userCode64 : selectorOf.code64;
  else if (mode === 'protected16' || mode === 'compatibility16') code = isUser ? selectorOf.userCode16 : selectorOf.code16;
  else if (isSegmented) code = isUser ? 0x7b : 0x70;
  const stack = isSegmented ? (isUser ? selectorOf.userStack16 : selectorOf.stack16) : flat;
  return [[es, data()], [cs, code], [ss, stack], [ds, data()], [fs, data()], [gs, data()], ...system];
}

function debugRegisters(random: Random, writer: CodeWriter): bigint[] {
  const registers = Array.from({ length: 8 }, () => 0n);
  registers[6] = 0xffff_0ff0n;
  registers[7] = 0x400n;
  if (!random.chance(8)) return registers;
  for (let n = 0; n < 4; n++) registers[n] = BigInt(random.chance(50) ? place.code + random.below(0x60) : random.chance(50) ? place.handlers + random.below(0x100) : writer.address());
  registers[7] = BigInt((0x400 | (random.u32() & 0xffff_03ff)) >>> 0);
  return registers;
}

/** Writes the tables that a mode needs into memory. */
class Tables {
  readonly #random: Random;
  readonly #memory: Uint8Array;
  readonly #view: DataView;

  constructor(random: Random, memory: Uint8Array, view: DataView) {
    this.#random = random;
    this.#memory = memory;
    this.#view = view;
  }

  realVectors(): void {
    for (let vector = 0; vector < 256; vector++) {
      const handler = place.handlers + vector * HANDLER_BYTES;
      // PUSH BP; MOV BP,SP; INC word [BP+2]; POP BP; IRET
      this.#memory.set([0x55, 0x89, 0xe5, 0xff, 0x46, 0x02, 0x5d, 0xcf], handler);
      this.#view.setUint32(4 * vector, this.#random.chance(3) ? this.#random.u32() : handler, true);
    }
  }

  gdt(isLong: boolean): void {
    descriptors.forEach((entry, index) => this.#view.setBigUint64(place.gdt + 8 * index, describe(...entry), true));
    if (isLong) {
      this.#view.setBigUint64(place.gdt + selectorOf.longTss, describe(place.tss, 0x67, 0x89), true);
      this.#view.setBigUint64(place.gdt + selectorOf.longTss + 8, 0n, true);
    }
    for (let at = place.gdt + 0xe0; at < place.gdt + GDT_BYTES; at += 8) this.#view.setBigUint64(at, this.#gate() ?? this.#random.u64(), true);
    for (let at = place.ldt; at < place.ldt + 0x40; at += 8) this.#view.setBigUint64(at, this.#random.chance(50) ? describe(...this.#random.pick(descriptors)) : this.#random.u64(), true);
  }

  /** Call and task gates to what is there. */
  #gate(): bigint | undefined {
    const random = this.#random;
    if (random.chance(30)) return undefined;
    const target = BigInt(random.chance(80) ? place.code + random.below(0x40) : random.u32());
    const selector = BigInt(random.chance(80) ? random.pick([0x08, 0x18, 0x30, 0x70, 0x78, 0xa0, 0xb0]) : random.below(0x140));
    const type = BigInt(random.pick([0x84, 0x8c, 0xec, 0xe4, 0xe5, 0x85, 0xec, random.below(256)]));
    return (target & 0xffffn) | (selector << 16n) | (BigInt(random.below(4)) << 32n) | (type << 40n) | ((target >> 16n) << 48n);
  }

  idt(isLong: boolean): void {
    const random = this.#random;
    const size = isLong ? 16 : 8;
    for (let vector = 0; vector < 256; vector++) {
      const handler = place.handlers + vector * HANDLER_BYTES;
      const hasErrorCode = errorCodeVectors.has(vector);
      // ADD rSP,n; INC [rSP]; IRET
      if (isLong) this.#memory.set([...(hasErrorCode ? [0x48, 0x83, 0xc4, 0x08] : []), 0x48, 0xff, 0x04, 0x24, 0x48, 0xcf], handler);
      else this.#memory.set([...(hasErrorCode ? [0x83, 0xc4, 0x04] : []), 0xff, 0x04, 0x24, 0xcf], handler);
      const at = place.idt + size * vector;
      const type = BigInt(vector === 3 || vector === 4 || vector >= 0x20 ? random.pick([0xee, 0xef]) : random.pick([0x8e, 0x8e, 0x8f]));
      let gate = BigInt(handler) | (BigInt(isLong ? selectorOf.code64 : selectorOf.code32) << 16n) | (type << 40n);
      if (isLong && random.chance(20)) gate |= BigInt(random.below(8)) << 32n; // IST
      if (random.chance(4)) gate = random.chance(50) ? random.u64() : this.#gate() ?? 0n;
      this.#view.setBigUint64(at, gate, true);
      if (isLong) this.#view.setBigUint64(at + 8, random.chance(99) ? 0n : random.u64(), true);
    }
  }

  taskStates(isLong: boolean): void {
    const random = this.#random, view = this.#view;
    if (isLong) {
      for (const at of [4, 12, 20, 0x24, 0x2c, 0x34, 0x3c, 0x44, 0x4c, 0x54]) view.setBigUint64(place.tss + at, BigInt(place.stack + 0x400 + 8 * random.below(0x80)), true);
    } else {
      view.setUint32(place.tss + 4, place.stack + 0x400, true);
      view.setUint32(place.tss + 8, selectorOf.data32, true);
      for (const at of [0x0c, 0x14]) view.setUint32(place.tss + at, place.stack + 0x600, true);
    }
    view.setUint16(place.tss + 0x66, random.chance(80) ? 0x68 : random.u32() & 0xffff, true);
    if (random.chance(50)) random.scramble(this.#memory.subarray(place.tss + 0x68, place.tss + 0x168));
    // a task to switch to
    const fields: readonly (readonly [number, number])[] = [
      [0x1c, 0], [0x20, place.code], [0x24, 2], [0x38, place.stack + 0x1000], [0x48, selectorOf.data32], [0x4c, selectorOf.code32], [0x50, selectorOf.data32], [0x54, selectorOf.data32],
    ];
    for (const [at, value] of fields) view.setUint32(place.otherTss + at, random.chance(90) ? value : random.u32(), true);
    view.setUint32(place.otherTss + 0x1c, place.pageTables, true);
    view.setUint16(place.otherTss + 0x66, 0x68, true);
  }

  /** Maps everything below `place.end` but the page tables one to one; a few pages have other rights, or show another page. */
  pages(kind: 'two' | 'pae' | 'four'): void {
    const random = this.#random, view = this.#view;
    const root = place.pageTables;
    const entryBytes = kind === 'two' ? 4 : 8;
    const top = PRESENT | WRITABLE | USER;
    let table = root + 0x1000;
    if (kind === 'two') view.setUint32(root, table | top, true);
    else {
      if (kind === 'four') {
        view.setUint32(root, (root + 0x2000) | top, true);
        view.setUint32(root + 0x2000, (root + 0x3000) | top, true);
        view.setUint32(root + 0x3000, table | top, true);
      } else {
        view.setUint32(root, (root + 0x2000) | PRESENT, true);
        view.setUint32(root + 0x2000, table | top, true);
      }
    }
    for (let page = 0; page < place.end / 0x1000; page++) {
      const linear = page * 0x1000;
      if (linear >= place.pageTables && linear < place.pageTablesEnd) continue;
      let entry = linear | top | (random.chance(50) ? 0x60 : 0);
      let high = 0;
      const isAtStart = linear >= place.code && linear < place.code + 0x1000;
      if (linear >= place.code && random.chance(12) && !isAtStart) {
        entry = random.pick([linear, place.code, place.code + 0x1000, place.data, place.stack, 0xf_0000]) | random.pick([top, top, PRESENT, PRESENT | USER, PRESENT | WRITABLE, 0, top | 0x100]);
        if (entryBytes === 8 && random.chance(20)) high = 0x8000_0000;
      }
      view.setUint32(table + page * entryBytes, entry, true);
      if (entryBytes === 8) view.setUint32(table + page * 8 + 4, high, true);
    }
    table += 0x1000;
  }
}
