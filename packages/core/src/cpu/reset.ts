/** Power-on reset and INIT (SDM vol. 3A, 9.1.1, table 9-1). The processor starts at f000:fff0 with CS base ffff0000. */
import { SIGNATURE } from './cpuid.ts';
import { DR6_FIXED, DR7_FIXED } from './microcode/debug-registers.ts';
import { setCpl, setSegment } from './microcode/registers.ts';
import { cr0, segment } from './state.ts';
import type { CpuState } from './state.ts';

/** Present, writable, accessed data: also CS, until a far jump. */
const DATA_ACCESS = 0x93;
const LDT_ACCESS = 0x82;
const BUSY_TSS_ACCESS = 0x8b;
const RDX = 2;

/** What INIT and reset have in common. */
const resetCore = (state: CpuState, newCr0: number): void => {
  for (let i = 0; i < 16; i++) state.setReg(i, 0n);
  state.setReg(RDX, BigInt(SIGNATURE));
  state.rflags = 2;
  state.rip = 0xfff0n;
  for (const index of [segment.es, segment.ss, segment.ds, segment.fs, segment.gs]) setSegment(state, index, 0, 0n, 0xffff, DATA_ACCESS);
  setSegment(state, segment.cs, 0xf000, 0xffff_0000n, 0xffff, DATA_ACCESS);
  setSegment(state, segment.ldtr, 0, 0n, 0xffff, LDT_ACCESS);
  setSegment(state, segment.tr, 0, 0n, 0xffff, BUSY_TSS_ACCESS);
  setCpl(state, 0);
  for (const table of ['gdtr', 'idtr'] as const) {
    state.set64(`${table}Base`, 0n);
    state.set(`${table}Limit`, 0xffff);
  }
  state.set('cr0', newCr0);
  for (const register of ['cr2', 'cr3', 'cr4', 'efer'] as const) state.set64(register, 0n);
  for (let i = 0; i < 8; i++) state.set64('dr', 0n, i);
  state.set64('dr', DR6_FIXED, 6);
  state.set64('dr', DR7_FIXED, 7);
  for (const pending of ['interruptShadow', 'halted', 'nmiPending', 'nmiBlocked', 'faultVector', 'faultErrorCode'] as const) state.set(pending, 0);
};

export const resetState = (state: CpuState): void => {
  resetCore(state, (cr0.cd | cr0.nw | cr0.et) >>> 0);
  for (const register of ['star', 'lstar', 'cstar', 'sfmask', 'kernelGsBase', 'sysenterCs', 'sysenterEsp', 'sysenterEip', 'tscAux', 'tscOffset', 'tscAdjust', 'mtrrDefault'] as const) {
    state.set64(register, 0n);
  }
  for (let i = 0; i < 11; i++) state.set64('mtrrFixed', 0n, i);
  for (let i = 0; i < 16; i++) state.set64('mtrrVariable', 0n, i);
  state.set64('pat', 0x0007_0406_0007_0406n);
  // Fast strings; no branch trace store, no precise event sampling.
  state.set64('miscEnable', 0x1801n);
  state.set64('xcr0', 1n);
  state.set('pkru', 0);
  for (let i = 0; i < 8; i++) {
    state.set64('fpuMantissa', 0n, i);
    state.set('fpuExponent', 0, i);
  }
  state.set('fpuControl', 0x40);
  state.set('fpuStatus', 0);
  state.set('fpuTag', 0x5555);
  for (const register of ['fpuOpcode', 'fpuCs', 'fpuDs'] as const) state.set(register, 0);
  state.set64('fpuIp', 0n);
  state.set64('fpuDp', 0n);
  state.set('mxcsr', 0x1f80);
  for (let i = 0; i < 32; i++) {
    state.set64('xmm', 0n, i);
    state.set64('ymmHigh', 0n, i);
  }
};

/** INIT leaves floating-point state, MSRs, the time-stamp counter and the cache bits of CR0 alone. */
export const initState = (state: CpuState): void => resetCore(state, ((state.get('cr0') & (cr0.cd | cr0.nw)) | cr0.et) >>> 0);
