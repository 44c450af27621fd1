/** MOV to and from debug registers (SDM vol. 3B, 17.2). */
import { GuestFault, vector } from '../fault.ts';
import { cr4 } from '../state.ts';
import type { CpuState } from '../state.ts';
import type { Instruction, MicrocodeCore } from './core.ts';
import { requireCpl0 } from './control-registers.ts';
import { gp, ud } from './raise.ts';
import { is64Bit, readCr4, readGpr, writeGpr } from './registers.ts';

const DR6_BD = 0x2000n;
const DR7_GD = 0x2000n;
/** Bits that read as 1. */
export const DR6_FIXED = 0xffff_0ff0n;
export const DR7_FIXED = 0x400n;
const DR6_WRITABLE = 0xe00fn;
const DR7_WRITABLE = 0xffff_23ffn;

/** DR4 and DR5 are DR6 and DR7, unless CR4.DE is set. */
const registerNumber = (state: CpuState, index: number): number => {
  if (index > 7) throw ud();
  if (index !== 4 && index !== 5) return index;
  if (readCr4(state) & cr4.de) throw ud();
  return index + 2;
};

/** General detect: a debugger owns the registers; the access itself is a #DB. */
const checkGeneralDetect = (state: CpuState): void => {
  if ((state.get64('dr', 7) & DR7_GD) === 0n) return;
  state.set64('dr', state.get64('dr', 6) | DR6_BD, 6);
  throw new GuestFault(vector.db);
};

/** MOV DRn, r64 (0f 23). */
export const mov_to_dr = (core: MicrocodeCore, instruction: Instruction): void => {
  const { state } = core;
  const index = registerNumber(state, instruction.reg);
  requireCpl0(core);
  checkGeneralDetect(state);
  const value = readGpr(state, instruction.rm, is64Bit(state) ? 64 : 32);
  if (index >= 6 && value > 0xffff_ffffn) throw gp();
  if (index === 6) state.set64('dr', (value & DR6_WRITABLE) | DR6_FIXED, 6);
  else if (index === 7) state.set64('dr', (value & DR7_WRITABLE) | DR7_FIXED, 7);
  else state.set64('dr', value, index);
  core.stateChanged();
};

/** MOV r64, DRn (0f 21). */
export const mov_from_dr = (core: MicrocodeCore, instruction: Instruction): void => {
  const { state } = core;
  const index = registerNumber(state, instruction.reg);
  requireCpl0(core);
  checkGeneralDetect(state);
  writeGpr(state, instruction.rm, is64Bit(state) ? 64 : 32, state.get64('dr', index));
};
