/**
 * Control registers: MOV to and from CR0, CR2, CR3, CR4, CR8, CLTS, LMSW, SMSW, XGETBV, XSETBV, and TLB and cache management
 * (SDM vol. 3A, 2.5, 4.10.4, 9.8.5; vol. 2 for each instruction's faults).
 *
 * PCIDs tag nothing: every load of CR3 flushes, which is allowed at any time (SDM vol. 3A, 4.10.4.1).
 * Missing: CR4 bits of features that features.ts does not have (LA57, CET, SMXE, VMXE …) raise #GP.
 */
import { isEnabled, physicalAddressBits, supportedXcr0 } from '../features.ts';
import type { FeatureName } from '../features.ts';
import { cr0, cr4, efer, segment, segmentRight } from '../state.ts';
import type { CpuState } from '../state.ts';
import type { Instruction, MicrocodeCore } from './core.ts';
import { readWord, writeWord } from './operands.ts';
import { gp, ud } from './raise.ts';
import {
  accessOf, cplOf, is64Bit, isCanonical, isLongMode, isVirtual8086, readCr0, readCr4, readEdxEax, readEfer, readGpr, readGpr32, setCr0, writeEdxEax, writeGpr,
} from './registers.ts';

export const requireCpl0 = (core: MicrocodeCore): void => {
  if (cplOf(core.state) !== 0) throw gp();
};

const CR0_BITS = cr0.pe | cr0.mp | cr0.em | cr0.ts | cr0.et | cr0.ne | cr0.wp | cr0.am | cr0.nw | cr0.cd | cr0.pg;

const featureOfCr4: readonly (readonly [number, FeatureName])[] = [
  [cr4.vme | cr4.pvi, 'vme'], [cr4.tsd, 'tsc'], [cr4.de, 'de'], [cr4.pse, 'pse'], [cr4.pae, 'pae'], [cr4.mce, 'mce'], [cr4.pge, 'pge'],
  [cr4.osfxsr, 'fxsr'], [cr4.osxmmexcpt, 'sse'], [cr4.umip, 'umip'], [cr4.fsgsbase, 'fsgsbase'], [cr4.pcide, 'pcid'], [cr4.osxsave, 'xsave'],
  [cr4.smep, 'smep'], [cr4.smap, 'smap'], [cr4.pke, 'pku'],
];
const CR4_BITS = featureOfCr4.reduce<number>((bits, [bit, feature]) => (isEnabled(feature) ? bits | bit : bits), cr4.pce);

const PHYSICAL_RESERVED = ~((1n << BigInt(physicalAddressBits)) - 1n) & 0xffff_ffff_ffff_ffffn;

/** Reserved bits of the four page-directory-pointer entries that a load of CR3 in PAE mode reads (SDM vol. 3A, 4.4.1). */
const checkPdptes = (core: MicrocodeCore, cr3: bigint): void => {
  const table = Number(cr3 & 0xffff_ffe0n);
  for (let i = 0; i < 4; i++) {
    const entry = core.physical.readU64(table + i * 8);
    if (entry & 1n && entry & (0x1e6n | PHYSICAL_RESERVED)) throw gp();
  }
};

const usesPdptes = (state: CpuState, newCr0: number, newCr4: number): boolean =>
  (newCr0 & cr0.pg) !== 0 && (newCr4 & cr4.pae) !== 0 && (readEfer(state) & efer.lme) === 0;

/** IA-32e mode is entered and left with CR0.PG (SDM vol. 3A, 9.8.5). */
const checkPagingChange = (core: MicrocodeCore, value: number, turnsOn: boolean): void => {
  const { state } = core;
  if (turnsOn) {
    if (readEfer(state) & efer.lme) {
      const tssIsNarrow = (accessOf(state, segment.tr) & 0xd) === 1;
      if ((readCr4(state) & cr4.pae) === 0 || accessOf(state, segment.cs) & segmentRight.long || tssIsNarrow) throw gp();
    } else if (usesPdptes(state, value, readCr4(state))) checkPdptes(core, state.get64('cr3'));
  } else if (is64Bit(state) || readCr4(state) & cr4.pcide) throw gp();
};

const writeCr0 = (core: MicrocodeCore, wide: bigint): void => {
  const { state } = core;
  if (wide > 0xffff_ffffn) throw gp();
  const value = ((Number(wide) & CR0_BITS) | cr0.et) >>> 0;
  if (value & cr0.pg && (value & cr0.pe) === 0) throw gp();
  if (value & cr0.nw && (value & cr0.cd) === 0) throw gp();
  const old = readCr0(state);
  const changed = old ^ value;
  if (changed & cr0.pg) {
    const turnsOn = (value & cr0.pg) !== 0;
    checkPagingChange(core, value, turnsOn);
    if (readEfer(state) & efer.lme) state.set('efer', turnsOn ? readEfer(state) | efer.lma : readEfer(state) & ~efer.lma);
  }
  setCr0(state, value);
  if (changed & (cr0.pg | cr0.pe | cr0.wp)) core.flushTlb(true);
  core.stateChanged();
};

const PCID_MASK = 0xfffn;

const writeCr3 = (core: MicrocodeCore, value: bigint): void => {
  const { state } = core;
  let cr3 = value;
  if (isLongMode(state)) {
    if (readCr4(state) & cr4.pcide) cr3 &= ~(1n << 63n);
    if (cr3 & PHYSICAL_RESERVED) throw gp();
  } else if (usesPdptes(state, readCr0(state), readCr4(state))) checkPdptes(core, cr3);
  state.set64('cr3', cr3);
  core.flushTlb(false);
};

const writeCr4 = (core: MicrocodeCore, wide: bigint): void => {
  const { state } = core;
  const value = Number(wide & 0xffff_ffffn);
  if (wide > 0xffff_ffffn || value & ~CR4_BITS) throw gp();
  const old = readCr4(state);
  const changed = old ^ value;
  if (isLongMode(state) && (value & cr4.pae) === 0) throw gp();
  if (changed & value & cr4.pcide && (!isLongMode(state) || state.get64('cr3') & PCID_MASK)) throw gp();
  const pagingBits = cr4.pse | cr4.pae | cr4.pge | cr4.smep;
  if (changed & pagingBits && usesPdptes(state, readCr0(state), value)) checkPdptes(core, state.get64('cr3'));
  state.set('cr4', value);
  if (changed & (pagingBits | cr4.pcide | cr4.smap | cr4.pke)) core.flushTlb(true);
  core.stateChanged();
};

/** MOV CRn, r64 (0f 22). ModRM.mod does not matter. */
export const mov_to_cr = (core: MicrocodeCore, instruction: Instruction): void => {
  const { state } = core;
  const value = readGpr(state, instruction.rm, is64Bit(state) ? 64 : 32);
  switch (instruction.reg) {
    case 0: requireCpl0(core); writeCr0(core, value); return;
    case 2: requireCpl0(core); state.set64('cr2', value); return;
    case 3: requireCpl0(core); writeCr3(core, value); return;
    case 4: requireCpl0(core); writeCr4(core, value); return;
    case 8:
      requireCpl0(core);
      if (value > 0xfn) throw gp();
      core.apic.writeTpr(Number(value));
      return;
    default: throw ud();
  }
};

const readControlRegister = (core: MicrocodeCore, index: number): bigint => {
  const { state } = core;
  switch (index) {
    case 0: return state.get64('cr0');
    case 2: return state.get64('cr2');
    case 3: return state.get64('cr3');
    case 4: return state.get64('cr4');
    case 8: return BigInt(core.apic.readTpr());
    default: throw ud();
  }
};

/** MOV r64, CRn (0f 20). */
export const mov_from_cr = (core: MicrocodeCore, instruction: Instruction): void => {
  const { state } = core;
  const value = readControlRegister(core, instruction.reg);
  requireCpl0(core);
  writeGpr(state, instruction.rm, is64Bit(state) ? 64 : 32, value);
};

export const clts = (core: MicrocodeCore): void => {
  requireCpl0(core);
  setCr0(core.state, readCr0(core.state) & ~cr0.ts);
  core.stateChanged();
};

/** LMSW sets PE but never clears it. */
export const lmsw = (core: MicrocodeCore, instruction: Instruction): void => {
  requireCpl0(core);
  const { state } = core;
  const value = readWord(core, instruction);
  const loaded = cr0.mp | cr0.em | cr0.ts;
  const old = readCr0(state);
  writeCr0(core, BigInt(((old & ~loaded) | (value & (loaded | cr0.pe))) >>> 0));
};

/** User-mode instruction prevention: SGDT, SIDT, SLDT, STR, SMSW outside CPL 0. */
export const checkUmip = (core: MicrocodeCore): void => {
  const { state } = core;
  if (readCr4(state) & cr4.umip && cplOf(state) !== 0) throw gp();
};

export const smsw = (core: MicrocodeCore, instruction: Instruction): void => {
  checkUmip(core);
  const { state } = core;
  if (instruction.isRegister) writeGpr(state, instruction.rm, instruction.operandSize, state.get64('cr0'));
  else writeWord(core, instruction, readCr0(state) & 0xffff);
};

/** Nothing is cached, so there is nothing to write back: INVD, WBINVD. */
export const wbinvd = (core: MicrocodeCore): void => requireCpl0(core);

export const invlpg = (core: MicrocodeCore, instruction: Instruction): void => {
  requireCpl0(core);
  if (instruction.isRegister) throw ud();
  const { state } = core;
  const offset = instruction.effectiveAddress();
  const isFlat = is64Bit(state) && instruction.segment !== segment.fs && instruction.segment !== segment.gs;
  const linear = isFlat ? offset : BigInt.asUintN(is64Bit(state) ? 64 : 32, offset + state.get64('segmentBase', instruction.segment));
  if (isCanonical(linear)) core.flushTlbPage(linear);
};

/** Types 0–3: one address, one context, all contexts with and without global pages. */
export const invpcid = (core: MicrocodeCore, instruction: Instruction): void => {
  if (instruction.isRegister || isVirtual8086(core.state)) throw ud();
  requireCpl0(core);
  const { state, memory } = core;
  const type = readGpr(state, instruction.reg, is64Bit(state) ? 64 : 32);
  if (type > 3n) throw gp();
  const pcid = memory.read(instruction.linearAddress(8, false), 8);
  const address = memory.read(instruction.linearAddress(8, false, 8), 8);
  const usesPcid = (readCr4(state) & cr4.pcide) !== 0;
  if (type < 2n && (pcid >> 12n || (pcid !== 0n && !usesPcid))) throw gp();
  if (type === 0n && !isCanonical(address)) throw gp();
  if (type === 0n) core.flushTlbPage(address);
  else core.flushTlb(type === 2n);
};

const requireOsxsave = (core: MicrocodeCore): void => {
  if ((readCr4(core.state) & cr4.osxsave) === 0) throw ud();
};

/** ECX 0 is XCR0; ECX 1 is XCR0 AND XINUSE, where all components count as in use. */
export const xgetbv = (core: MicrocodeCore): void => {
  requireOsxsave(core);
  const { state } = core;
  if (readGpr32(state, 1) > (isEnabled('xgetbv1') ? 1 : 0)) throw gp();
  writeEdxEax(state, state.get64('xcr0'));
};

export const xsetbv = (core: MicrocodeCore): void => {
  requireOsxsave(core);
  requireCpl0(core);
  const { state } = core;
  const value = readEdxEax(state);
  const avxWithoutSse = (value & 6n) === 4n;
  if (readGpr32(state, 1) !== 0 || (value & 1n) === 0n || value & ~supportedXcr0 || avxWithoutSse) throw gp();
  state.set64('xcr0', value);
  core.stateChanged();
};

/** RDPKRU, WRPKRU. */
const requirePke = (core: MicrocodeCore): void => {
  if ((readCr4(core.state) & cr4.pke) === 0) throw ud();
  if (readGpr32(core.state, 1) !== 0) throw gp();
};

export const rdpkru = (core: MicrocodeCore): void => {
  requirePke(core);
  writeEdxEax(core.state, BigInt(core.state.get('pkru')));
};

/** The TLBs hold what PKRU allowed when they were filled, for global pages too. */
export const setPkru = (core: MicrocodeCore, value: number): void => {
  if (value === core.state.get('pkru')) return;
  core.state.set('pkru', value);
  if (readCr4(core.state) & cr4.pke) core.flushTlb(true);
};

export const wrpkru = (core: MicrocodeCore): void => {
  requirePke(core);
  const { state } = core;
  if (readGpr32(state, 2) !== 0) throw gp();
  setPkru(core, readGpr32(state, 0));
};
