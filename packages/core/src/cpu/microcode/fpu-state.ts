/**
 * FXSAVE, FXRSTOR, the XSAVE family, LDMXCSR and STMXCSR (SDM vol. 1, 10.5 and ch. 13).
 *
 * Components: x87 (0), SSE (1), AVX (2) and PKRU (9), as features.ts enables them. Every component counts as modified since the last XRSTOR,
 * so XSAVEOPT writes more than it might; components in their initial state it leaves out.
 * Missing: supervisor components (XSAVES, IA32_XSS).
 */
import { isEnabled, stateComponents, supportedXcr0 } from '../features.ts';
import { cr0, cr4 } from '../state.ts';
import type { CpuState } from '../state.ts';
import type { Instruction, MicrocodeCore } from './core.ts';
import { setPkru } from './control-registers.ts';
import { gp, nm, ud } from './raise.ts';
import { is64Bit, readCr0, readCr4, readEdxEax } from './registers.ts';
import { abridgedTag, initializeX87, readSt, setAbridgedTag, setControl, setStatus, writeSt } from './x87-registers.ts';

export const MXCSR_MASK = 0xffff;
export const MXCSR_INITIAL = 0x1f80;

/** Offsets in the 512-byte legacy region (SDM vol. 1, table 10-2). */
export const legacy = { x87: 0, mxcsr: 24, st: 32, xmm: 160, end: 416, bytes: 512 } as const;
export const HEADER = legacy.bytes;
export const EXTENDED = HEADER + 64;

export const component = { x87: 1n, sse: 2n, avx: 4n, pkru: 0x200n } as const;

/** An area in memory: checked once as a whole for writing, so that no store faults half-way. */
class Area {
  readonly #core: MicrocodeCore;
  readonly #instruction: Instruction;

  constructor(core: MicrocodeCore, instruction: Instruction, alignment: number) {
    if (instruction.isRegister) throw ud();
    this.#core = core;
    this.#instruction = instruction;
    if (instruction.linearAddress(1, false) & BigInt(alignment - 1)) throw gp();
  }

  /** Raises what writing any of these bytes would raise. */
  probe(offset: number, sizeBytes: number): void {
    for (let at = offset; at < offset + sizeBytes; at += 8) this.#core.memory.probeWrite(this.#instruction.linearAddress(8, true, at), 8);
  }

  read(offset: number, size: 1 | 2 | 4 | 8): bigint {
    return this.#core.memory.read(this.#instruction.linearAddress(size, false, offset), size);
  }

  write(offset: number, size: 1 | 2 | 4 | 8, value: bigint): void {
    this.#core.memory.write(this.#instruction.linearAddress(size, true, offset), size, value);
  }
}

const xmmCount = (state: CpuState): number => (is64Bit(state) ? 16 : 8);

/** Control, status, pointers; 64-bit pointers with REX.W, selector and 32-bit offset otherwise. */
const saveX87 = (state: CpuState, area: Area, wide: boolean): void => {
  const head = state.get('fpuControl') | (state.get('fpuStatus') << 16);
  area.write(0, 8, BigInt(head >>> 0) | (BigInt(abridgedTag(state)) << 32n) | (BigInt(state.get('fpuOpcode')) << 48n));
  area.write(8, 8, wide ? state.get64('fpuIp') : (state.get64('fpuIp') & 0xffff_ffffn) | (BigInt(state.get('fpuCs')) << 32n));
  area.write(16, 8, wide ? state.get64('fpuDp') : (state.get64('fpuDp') & 0xffff_ffffn) | (BigInt(state.get('fpuDs')) << 32n));
  for (let i = 0; i < 8; i++) {
    const { mantissa, exponent } = readSt(state, i);
    area.write(legacy.st + i * 16, 8, mantissa);
    area.write(legacy.st + i * 16 + 8, 8, BigInt(exponent));
  }
};

const restoreX87 = (state: CpuState, area: Area, wide: boolean): void => {
  const head = area.read(0, 8);
  const ip = area.read(8, 8);
  const dp = area.read(16, 8);
  const registers = Array.from({ length: 8 }, (_, i) => [area.read(legacy.st + i * 16, 8), area.read(legacy.st + i * 16 + 8, 2)] as const);
  setControl(state, Number(head & 0xffffn));
  setStatus(state, Number((head >> 16n) & 0xffffn));
  setAbridgedTag(state, Number((head >> 32n) & 0xffn));
  state.set('fpuOpcode', Number((head >> 48n) & 0x7ffn));
  state.set64('fpuIp', wide ? ip : ip & 0xffff_ffffn);
  state.set64('fpuDp', wide ? dp : dp & 0xffff_ffffn);
  state.set('fpuCs', wide ? 0 : Number((ip >> 32n) & 0xffffn));
  state.set('fpuDs', wide ? 0 : Number((dp >> 32n) & 0xffffn));
  registers.forEach(([mantissa, exponent], i) => writeSt(state, i, mantissa, Number(exponent)));
};

const resetX87 = (state: CpuState): void => {
  initializeX87(state);
  for (let i = 0; i < 8; i++) writeSt(state, i, 0n, 0);
};

const saveMxcsr = (state: CpuState, area: Area): void => area.write(legacy.mxcsr, 8, BigInt(state.get('mxcsr')) | (BigInt(MXCSR_MASK) << 32n));

const readMxcsr = (area: Area): number => {
  const mxcsr = Number(area.read(legacy.mxcsr, 4));
  if (mxcsr & ~MXCSR_MASK) throw gp();
  return mxcsr;
};

const saveXmm = (state: CpuState, area: Area): void => {
  for (let i = 0; i < xmmCount(state) * 2; i++) area.write(legacy.xmm + i * 8, 8, state.get64('xmm', i));
};

const restoreXmm = (state: CpuState, area: Area): void => {
  const values = Array.from({ length: xmmCount(state) * 2 }, (_, i) => area.read(legacy.xmm + i * 8, 8));
  values.forEach((value, i) => state.set64('xmm', value, i));
};

const requireFxsr = (core: MicrocodeCore): void => {
  if (readCr0(core.state) & (cr0.em | cr0.ts)) throw nm();
};

export const fxsave = (core: MicrocodeCore, instruction: Instruction): void => {
  requireFxsr(core);
  const { state } = core;
  const area = new Area(core, instruction, 16);
  area.probe(0, legacy.end);
  saveX87(state, area, instruction.operandSize === 64);
  saveMxcsr(state, area);
  if (readCr4(state) & cr4.osfxsr) saveXmm(state, area);
};

export const fxrstor = (core: MicrocodeCore, instruction: Instruction): void => {
  requireFxsr(core);
  const { state } = core;
  const area = new Area(core, instruction, 16);
  const mxcsr = readMxcsr(area);
  area.read(legacy.end - 8, 8);
  restoreX87(state, area, instruction.operandSize === 64);
  state.set('mxcsr', mxcsr);
  if (readCr4(state) & cr4.osfxsr) restoreXmm(state, area);
};

const requireXsave = (core: MicrocodeCore): void => {
  if (!isEnabled('xsave') || (readCr4(core.state) & cr4.osxsave) === 0) throw ud();
  if (readCr0(core.state) & cr0.ts) throw nm();
};

/** FNINIT's state, and registers that are 0. */
const isX87Initial = (state: CpuState): boolean => {
  if (state.get('fpuControl') !== 0x37f || state.get('fpuStatus') || state.get('fpuTag') !== 0xffff || state.get('fpuOpcode') || state.get('fpuCs') || state.get('fpuDs')) return false;
  if (state.get64('fpuIp') || state.get64('fpuDp')) return false;
  for (let i = 0; i < 8; i++) if (state.get64('fpuMantissa', i) || state.get('fpuExponent', i)) return false;
  return true;
};

/** Whether a component has anything but its initial value: XINUSE (SDM vol. 1, 13.6). */
const isInUse = (state: CpuState, bit: bigint): boolean => {
  const someOf = (field: 'xmm' | 'ymmHigh'): boolean => {
    for (let i = 0; i < xmmCount(state) * 2; i++) if (state.get64(field, i) !== 0n) return true;
    return false;
  };
  if (bit === component.sse) return someOf('xmm') || state.get('mxcsr') !== MXCSR_INITIAL;
  if (bit === component.avx) return someOf('ymmHigh');
  return bit === component.pkru ? state.get('pkru') !== 0 : !isX87Initial(state);
};

const inUse = (state: CpuState, requested: bigint): bigint => {
  let bits = 0n;
  for (let bit = 1n; bit <= requested; bit <<= 1n) if (requested & bit && isInUse(state, bit)) bits |= bit;
  return bits;
};

/** Components 2 and up of `layout`, with their place: in order of number in the compacted format. */
const extendedPlaces = (layout: bigint, compacted: boolean): { number: number; bit: bigint; offset: number }[] => {
  let next = EXTENDED;
  return Object.entries(stateComponents).flatMap(([key, { offset, sizeBytes }]) => {
    const number = Number(key);
    const bit = 1n << BigInt(number);
    if ((layout & bit) === 0n) return [];
    const place = { number, bit, offset: compacted ? next : offset };
    next += sizeBytes;
    return [place];
  });
};

const saveExtended = (state: CpuState, area: Area, bit: bigint, offset: number): void => {
  if (bit === component.pkru) area.write(offset, 8, BigInt(state.get('pkru')));
  else for (let i = 0; i < xmmCount(state) * 2; i++) area.write(offset + i * 8, 8, state.get64('ymmHigh', i));
};

/** @param written components whose data goes to memory; of `requested`, the others are marked as initial */
const save = (core: MicrocodeCore, instruction: Instruction, area: Area, requested: bigint, written: bigint, compacted: boolean): void => {
  const { state } = core;
  const places = extendedPlaces(requested, compacted);
  if (written & (component.sse | component.x87)) area.probe(0, legacy.end);
  area.probe(HEADER, 16);
  for (const { bit, number, offset } of places) if (written & bit) area.probe(offset, stateComponents[number]!.sizeBytes);
  if (written & component.x87) saveX87(state, area, instruction.operandSize === 64);
  // MXCSR goes with SSE or AVX, also where their registers are initial (SDM vol. 1, 13.7).
  if ((compacted ? written : requested) & (component.sse | component.avx)) saveMxcsr(state, area);
  if (written & component.sse) saveXmm(state, area);
  for (const { bit, offset } of places) if (written & bit) saveExtended(state, area, bit, offset);
};

const requestedComponents = (state: CpuState): bigint => readEdxEax(state) & state.get64('xcr0');
const COMPACTED = 1n << 63n;

/** Standard format; `optimize` leaves initial components out. */
const saveStandard = (core: MicrocodeCore, instruction: Instruction, optimize: boolean): void => {
  requireXsave(core);
  const { state } = core;
  const area = new Area(core, instruction, 64);
  const requested = requestedComponents(state);
  const used = inUse(state, requested);
  save(core, instruction, area, requested, optimize ? used : requested, false);
  const header = area.read(HEADER, 8);
  area.write(HEADER, 8, (header & ~requested) | used);
};

export const xsave = (core: MicrocodeCore, instruction: Instruction): void => saveStandard(core, instruction, false);
export const xsaveopt = (core: MicrocodeCore, instruction: Instruction): void => saveStandard(core, instruction, true);

export const xsavec = (core: MicrocodeCore, instruction: Instruction): void => {
  requireXsave(core);
  const { state } = core;
  const area = new Area(core, instruction, 64);
  const requested = requestedComponents(state);
  const used = inUse(state, requested);
  save(core, instruction, area, requested, used, true);
  area.write(HEADER, 8, used);
  area.write(HEADER + 8, 8, requested | COMPACTED);
};

const restoreExtended = (core: MicrocodeCore, area: Area, bit: bigint, offset: number | undefined): void => {
  const { state } = core;
  if (bit === component.pkru) {
    setPkru(core, offset === undefined ? 0 : Number(area.read(offset, 4)));
    return;
  }
  for (let i = 0; i < xmmCount(state) * 2; i++) state.set64('ymmHigh', offset === undefined ? 0n : area.read(offset + i * 8, 8), i);
};

interface XsaveHeader {
  readonly present: bigint;
  readonly layout: bigint;
  readonly compacted: boolean;
}

/** Checks the header as XRSTOR has to (SDM vol. 1, 13.8.1, 13.8.2). */
const readHeader = (state: CpuState, area: Area): XsaveHeader => {
  const present = area.read(HEADER, 8);
  const format = area.read(HEADER + 8, 8);
  const reserved = area.read(HEADER + 16, 8);
  const xcr0 = state.get64('xcr0');
  const compacted = (format & COMPACTED) !== 0n;
  if (compacted) {
    const layout = format & ~COMPACTED;
    let rest = reserved;
    for (let at = 24; at < 64; at += 8) rest |= area.read(HEADER + at, 8);
    if (!isEnabled('xsavec') || layout & ~xcr0 || present & ~layout || rest) throw gp();
    return { present, layout, compacted };
  }
  if (present & ~xcr0 || format || reserved) throw gp();
  return { present, layout: supportedXcr0, compacted };
};

export const xrstor = (core: MicrocodeCore, instruction: Instruction): void => {
  requireXsave(core);
  const { state } = core;
  const area = new Area(core, instruction, 64);
  const requested = requestedComponents(state);
  const { present, layout, compacted } = readHeader(state, area);
  const restored = requested & present;
  // Standard format loads MXCSR with SSE or AVX even if these are initial; compacted, only with SSE data.
  const loadsMxcsr = compacted ? (restored & component.sse) !== 0n : (requested & (component.sse | component.avx)) !== 0n;
  const mxcsr = loadsMxcsr ? readMxcsr(area) : requested & component.sse ? MXCSR_INITIAL : state.get('mxcsr');
  const places = extendedPlaces(layout, compacted);
  // Touch everything before anything changes.
  if (restored & (component.x87 | component.sse)) for (let at = 0; at < legacy.end; at += 8) area.read(at, 8);
  for (const { bit, offset, number } of places) if (restored & bit) area.read(offset + stateComponents[number]!.sizeBytes - 8, 8);

  if (restored & component.x87) restoreX87(state, area, instruction.operandSize === 64);
  else if (requested & component.x87) resetX87(state);
  state.set('mxcsr', mxcsr);
  if (restored & component.sse) restoreXmm(state, area);
  else if (requested & component.sse) for (let i = 0; i < xmmCount(state) * 2; i++) state.set64('xmm', 0n, i);
  for (const number of Object.keys(stateComponents)) {
    const bit = 1n << BigInt(number);
    if (requested & bit) restoreExtended(core, area, bit, restored & bit ? places.find((place) => place.bit === bit)?.offset : undefined);
  }
};

const requireSse = (core: MicrocodeCore): void => {
  const { state } = core;
  if (readCr0(state) & cr0.em || (readCr4(state) & cr4.osfxsr) === 0) throw ud();
  if (readCr0(state) & cr0.ts) throw nm();
};

/** The decoder has seen to it that AVX is enabled. */
export const vldmxcsr = (core: MicrocodeCore, instruction: Instruction): void => {
  const value = Number(core.memory.read(instruction.linearAddress(4, false), 4));
  if (value & ~MXCSR_MASK) throw gp();
  core.state.set('mxcsr', value);
};

export const vstmxcsr = (core: MicrocodeCore, instruction: Instruction): void => {
  core.memory.write(instruction.linearAddress(4, true), 4, BigInt(core.state.get('mxcsr')));
};

export const ldmxcsr = (core: MicrocodeCore, instruction: Instruction): void => {
  requireSse(core);
  vldmxcsr(core, instruction);
};

export const stmxcsr = (core: MicrocodeCore, instruction: Instruction): void => {
  requireSse(core);
  vstmxcsr(core, instruction);
};
