/** ENTER and BOUND (SDM vol. 2A). */
import { GuestFault, vector } from '../fault.ts';
import { segment, segmentRight } from '../state.ts';
import type { Instruction, MicrocodeCore } from './core.ts';
import { sizeBytesOf } from './operands.ts';
import { ud } from './raise.ts';
import { accessOf, is64Bit, readGpr, writeGpr } from './registers.ts';
import { Stack } from './stack.ts';

const RSP = 4;
const RBP = 5;

/**
 * ENTER Iw, Ib: `immediate` holds the frame's size in bits 0–15 and the nesting level in bits 16–23. What has been pushed stays in memory when
 * the new top of stack turns out not to be writable; RSP and RBP do not move.
 */
export const enter = (core: MicrocodeCore, instruction: Instruction): void => {
  const { state } = core;
  const size = sizeBytesOf(instruction.operandSize);
  const frameBytes = Number(instruction.immediate & 0xffffn);
  const level = Number((instruction.immediate >> 16n) & 0x1fn);
  const width = is64Bit(state) ? 64 : accessOf(state, segment.ss) & segmentRight.big ? 32 : 16;
  const stack = Stack.current(core);
  stack.push(size, readGpr(state, RBP, instruction.operandSize));
  const frame = width === 16 ? (state.reg(RSP) & ~0xffffn) | stack.pointer : stack.pointer;
  if (level > 0) {
    const display = Stack.current(core);
    display.pointer = readGpr(state, RBP, width);
    for (let i = 1; i < level; i++) {
      display.skip(-size);
      stack.push(size, display.peek(0, size));
    }
    stack.push(size, BigInt.asUintN(instruction.operandSize, frame));
  }
  stack.skip(-frameBytes);
  stack.probe(size);
  stack.commit(core);
  writeGpr(state, RBP, instruction.operandSize, frame);
};

/** BOUND Gv, Ma: a signed index against the two bounds in memory. */
export const bound = (core: MicrocodeCore, instruction: Instruction): void => {
  if (instruction.isRegister) throw ud();
  const { operandSize } = instruction;
  const size = sizeBytesOf(operandSize);
  const read = (displacement: number): bigint => BigInt.asIntN(operandSize, core.memory.read(instruction.linearAddress(size, false, displacement), size));
  const index = BigInt.asIntN(operandSize, readGpr(core.state, instruction.reg, operandSize));
  const lower = read(0);
  const upper = read(size);
  if (index < lower || index > upper) throw new GuestFault(vector.br);
};
