/** ModRM.rm operands of microcode: register or memory (`Ew`, `Ev`, `Mw` … of the opcode tables). */
import type { Instruction, MicrocodeCore } from './core.ts';
import { readGpr, writeGpr } from './registers.ts';

export const readWord = (core: MicrocodeCore, instruction: Instruction): number => {
  if (instruction.isRegister) return Number(readGpr(core.state, instruction.rm, 16));
  return Number(core.memory.read(instruction.linearAddress(2, false), 2));
};

/** A selector, status word …: 16 bits to memory; to a register zero-extended to the operand size. */
export const writeWord = (core: MicrocodeCore, instruction: Instruction, value: number): void => {
  if (instruction.isRegister) writeGpr(core.state, instruction.rm, instruction.operandSize, BigInt(value));
  else core.memory.write(instruction.linearAddress(2, true), 2, BigInt(value));
};

export const sizeBytesOf = (size: 16 | 32 | 64): 2 | 4 | 8 => (size === 16 ? 2 : size === 32 ? 4 : 8);
