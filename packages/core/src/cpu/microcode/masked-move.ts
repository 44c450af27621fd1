/**
 * MASKMOVQ and MASKMOVDQU (SDM vol. 2B): the bytes of the first operand whose mask byte has bit 7 set go to DS:[rDI]; the segment may be overridden.
 * A byte that is not selected is not accessed, and cannot fault.
 */
import { GuestFault, vector } from '../fault.ts';
import type { CpuState } from '../state.ts';
import type { Instruction, MicrocodeCore } from './core.ts';
import { readGpr } from './registers.ts';
import { stringAddress } from './string-operand.ts';

const RDI = 7;
/** Of the x87 status word: an unmasked exception is pending. */
const ERROR_SUMMARY = 0x80;

const storeSelected = (core: MicrocodeCore, instruction: Instruction, source: readonly bigint[], mask: readonly bigint[]): void => {
  const { state, memory } = core;
  const offset = readGpr(state, RDI, instruction.addressSize);
  const stores = source.flatMap((quad, n) => Array.from({ length: 8 }, (_, i) => i)
    .filter((i) => ((mask[n]! >> BigInt(i * 8 + 7)) & 1n) !== 0n)
    .map((i) => {
      const at = BigInt.asUintN(instruction.addressSize, offset + BigInt(n * 8 + i));
      return [stringAddress(state, instruction.segment, at, 1, true), (quad >> BigInt(i * 8)) & 0xffn] as const;
    }));
  for (const [linear] of stores) memory.probeWrite(linear, 1);
  for (const [linear, value] of stores) memory.write(linear, 1, value);
};

const quads = (state: CpuState, register: number): bigint[] => [state.get64('xmm', register * 2), state.get64('xmm', register * 2 + 1)];

export const maskmovdqu = (core: MicrocodeCore, instruction: Instruction): void =>
  storeSelected(core, instruction, quads(core.state, instruction.reg), quads(core.state, instruction.rm));

/** MMX registers are the mantissas of the physical x87 registers; using them makes TOP 0 and all of them valid (SDM vol. 1, 9.5). */
export const maskmovq = (core: MicrocodeCore, instruction: Instruction): void => {
  const { state } = core;
  if (state.get('fpuStatus') & ERROR_SUMMARY) throw new GuestFault(vector.mf);
  // Even if the store faults, as recorded on hardware.
  state.set('fpuStatus', state.get('fpuStatus') & ~0x3800);
  state.set('fpuTag', 0);
  storeSelected(core, instruction, [state.get64('fpuMantissa', instruction.reg & 7)], [state.get64('fpuMantissa', instruction.rm & 7)]);
};
