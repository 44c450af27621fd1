/**
 * Instructions on RFLAGS that depend on privilege: PUSHF, POPF, CLI, STI, CLAC, STAC (SDM vol. 2; vol. 3A, 20.3.3 and 20.4 for
 * virtual-8086 mode extensions and protected-mode virtual interrupts).
 */
import { cr4, flag } from '../state.ts';
import type { CpuState } from '../state.ts';
import type { Instruction, MicrocodeCore } from './core.ts';
import { sizeBytesOf } from './operands.ts';
import { gp, ud } from './raise.ts';
import { cplOf, ioplOf, isProtected, isVirtual8086, readCr4 } from './registers.ts';
import { SHADOW_STI } from './segments.ts';
import { Stack } from './stack.ts';
import { hasVme, virtualFlags } from './virtual-8086.ts';

/** What POPF changes at any privilege; AC and ID need a 32- or 64-bit operand. RF is cleared by it. */
export const POPF_FLAGS = flag.cf | flag.pf | flag.af | flag.zf | flag.sf | flag.tf | flag.df | flag.of | flag.nt;
export const POPF_WIDE_FLAGS = flag.ac | flag.id;

/** In virtual-8086 mode without IOPL: a 16-bit operand and CR4.VME are needed. */
const isVirtualized = (core: MicrocodeCore, instruction: Instruction): boolean => {
  const { state } = core;
  if (!isVirtual8086(state) || ioplOf(state) === 3) return false;
  if (!hasVme(core) || instruction.operandSize !== 16) throw gp();
  return true;
};

export const pushf = (core: MicrocodeCore, instruction: Instruction): void => {
  const { rflags } = core.state;
  const image = isVirtualized(core, instruction) ? virtualFlags(rflags) : rflags & ~(flag.rf | flag.vm);
  const stack = Stack.current(core);
  stack.push(sizeBytesOf(instruction.operandSize), BigInt(instruction.operandSize === 16 ? image & 0xffff : image));
  stack.commit(core);
};

const changeableFlags = (state: CpuState, operandSize: number): number => {
  let mask = POPF_FLAGS | (operandSize === 16 ? 0 : POPF_WIDE_FLAGS);
  if (!isProtected(state)) return mask | flag.if | flag.iopl;
  const cpl = cplOf(state);
  if (cpl <= ioplOf(state)) mask |= flag.if;
  if (cpl === 0) mask |= flag.iopl;
  return mask;
};

export const popf = (core: MicrocodeCore, instruction: Instruction): void => {
  const { state } = core;
  const virtualized = isVirtualized(core, instruction);
  const stack = Stack.current(core);
  const image = Number(stack.pop(sizeBytesOf(instruction.operandSize)) & 0xffff_ffffn);
  const { rflags } = state;
  if (virtualized) {
    if (image & flag.tf || (image & flag.if && rflags & flag.vip)) throw gp();
    state.rflags = (rflags & ~(POPF_FLAGS | flag.vif | flag.rf)) | (image & POPF_FLAGS) | (image & flag.if ? flag.vif : 0);
  } else {
    const mask = changeableFlags(state, instruction.operandSize);
    state.rflags = (rflags & ~(mask | flag.rf)) | (image & mask);
  }
  stack.commit(core);
  core.stateChanged();
};

/** Whether CLI and STI work on IF, or on VIF; throws where they may do neither. */
const interruptFlag = (core: MicrocodeCore): number => {
  const { state } = core;
  if (!isProtected(state) || cplOf(state) <= ioplOf(state)) return flag.if;
  const extension = isVirtual8086(state) ? cr4.vme : cr4.pvi;
  if (cplOf(state) === 3 && readCr4(state) & extension) return flag.vif;
  throw gp();
};

export const cli = (core: MicrocodeCore): void => {
  const { state } = core;
  state.rflags = state.rflags & ~interruptFlag(core);
  core.stateChanged();
};

export const sti = (core: MicrocodeCore): void => {
  const { state } = core;
  const which = interruptFlag(core);
  const { rflags } = state;
  if (which === flag.vif && rflags & flag.vip) throw gp();
  if (which === flag.if && (rflags & flag.if) === 0) state.set('interruptShadow', SHADOW_STI);
  state.rflags = rflags | which;
  core.stateChanged();
};

const changeAccess = (core: MicrocodeCore, allow: boolean): void => {
  const { state } = core;
  if (cplOf(state) !== 0) throw ud();
  state.rflags = allow ? state.rflags | flag.ac : state.rflags & ~flag.ac;
  core.stateChanged();
};

export const clac = (core: MicrocodeCore): void => changeAccess(core, false);
export const stac = (core: MicrocodeCore): void => changeAccess(core, true);
