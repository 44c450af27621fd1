/**
 * SYSCALL/SYSRET and SYSENTER/SYSEXIT (SDM vol. 2B and vol. 3A, 5.8.7–5.8.8), as on Intel's
 * processors, except that compatibility mode has SYSCALL, too (AMD APM vol. 2, 6.1.1, CSTAR): kvm-unit-tests asks for it.
 */
import { efer, flag, segment } from '../state.ts';
import type { CpuState } from '../state.ts';
import type { Instruction, MicrocodeCore } from './core.ts';
import { gp, ud } from './raise.ts';
import { cplOf, is64Bit, isCanonical, isLongMode, isProtected, readEfer, readGpr32, setCpl, setSegment } from './registers.ts';

/** Rights of the flat segments that these instructions load without looking into a descriptor table: accessed, present, 4 KiB granular. */
export const CODE64 = 0xa09b;
export const CODE32 = 0xc09b;
export const STACK = 0xc093;
/** What SYSRET loads of R11: not RF and VM. */
export const SYSRET_FLAGS = 0x3c_7fd7;

const RCX = 1;
const RDX = 2;
const R11 = 11;

const loadFlat = (state: CpuState, code: number, stackSelector: number, codeAccess: number, level: number): void => {
  const dpl = level << 5;
  setSegment(state, segment.cs, code, 0n, 0xffff_ffff, codeAccess | dpl);
  setSegment(state, segment.ss, stackSelector, 0n, 0xffff_ffff, STACK | dpl);
  setCpl(state, level);
};

export const syscall = (core: MicrocodeCore, instruction: Instruction): void => {
  const { state } = core;
  if (!isLongMode(state) || (readEfer(state) & efer.sce) === 0) throw ud();
  const { rflags } = state;
  const target = state.get64(is64Bit(state) ? 'lstar' : 'cstar');
  state.setReg(RCX, instruction.nextRip);
  state.setReg(R11, BigInt(rflags & ~flag.rf));
  const selector = Number((state.get64('star') >> 32n) & 0xfffcn);
  loadFlat(state, selector, (selector + 8) & 0xffff, CODE64, 0);
  state.rflags = rflags & ~(Number(state.get64('sfmask') & 0xffff_ffffn) | flag.rf);
  core.jump(target);
  core.stateChanged();
};

export const sysret = (core: MicrocodeCore, instruction: Instruction): void => {
  const { state } = core;
  if (!is64Bit(state) || (readEfer(state) & efer.sce) === 0) throw ud();
  if (cplOf(state) !== 0) throw gp();
  const toLong = instruction.operandSize === 64;
  const rip = toLong ? state.reg(RCX) : BigInt(readGpr32(state, RCX));
  if (!isCanonical(rip)) throw gp();
  const selector = Number(state.get64('star') >> 48n);
  loadFlat(state, ((selector + (toLong ? 16 : 0)) & 0xffff) | 3, ((selector + 8) & 0xffff) | 3, toLong ? CODE64 : CODE32, 3);
  state.rflags = readGpr32(state, R11) & SYSRET_FLAGS;
  core.jump(rip);
  core.stateChanged();
};

export const sysenter = (core: MicrocodeCore): void => {
  const { state } = core;
  if (!isProtected(state)) throw gp();
  const selector = Number(state.get64('sysenterCs') & 0xfffcn);
  if (selector === 0) throw gp();
  const long = isLongMode(state);
  loadFlat(state, selector, selector + 8, long ? CODE64 : CODE32, 0);
  state.rflags = state.rflags & ~(flag.vm | flag.if | flag.rf);
  const mask = long ? 0xffff_ffff_ffff_ffffn : 0xffff_ffffn;
  state.setReg(4, state.get64('sysenterEsp') & mask);
  core.jump(state.get64('sysenterEip') & mask);
  core.stateChanged();
};

export const sysexit = (core: MicrocodeCore, instruction: Instruction): void => {
  const { state } = core;
  const selector = Number(state.get64('sysenterCs') & 0xfffcn);
  if (!isProtected(state) || cplOf(state) !== 0 || selector === 0) throw gp();
  const toLong = instruction.operandSize === 64;
  const rip = toLong ? state.reg(RDX) : BigInt(readGpr32(state, RDX));
  const rsp = toLong ? state.reg(RCX) : BigInt(readGpr32(state, RCX));
  if (!isCanonical(rip) || !isCanonical(rsp)) throw gp();
  const code = selector + (toLong ? 32 : 16);
  loadFlat(state, code | 3, (code + 8) | 3, toLong ? CODE64 : CODE32, 3);
  state.setReg(4, rsp);
  core.jump(rip);
  core.stateChanged();
};

