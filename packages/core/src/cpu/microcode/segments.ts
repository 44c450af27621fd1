/**
 * Loading of segment registers in every mode (SDM vol. 3A, 3.4 and 5.6; vol. 2 MOV, POP, LDS), and the instructions that
 * move them. CS is loaded by far transfers only.
 */
import { segment } from '../state.ts';
import type { CpuState } from '../state.ts';
import type { GuestFault } from '../fault.ts';
import type { Instruction, MicrocodeCore } from './core.ts';
import { isNull, markAccessed, readDescriptor } from './descriptor.ts';
import type { Descriptor } from './descriptor.ts';
import { readWord, sizeBytesOf, writeWord } from './operands.ts';
import { gp, np, selectorCode, ss, ud } from './raise.ts';
import { accessOf, cplOf, hasParagraphs, is64Bit, isVirtual8086, limitOf, selectorOf, setNullSegment, setSegment, writeGpr } from './registers.ts';
import { Stack } from './stack.ts';

/** Data, writable, accessed, present, DPL 3: what virtual-8086 mode has in every segment register (SDM vol. 3A, 20.1.1). */
const VIRTUAL_8086_ACCESS = 0xf3;

/** In real mode limit and rights stay as they are, from reset or from protected mode (SDM vol. 3A, 9.9.2). */
export const loadParagraph = (state: CpuState, index: number, selector: number): void => {
  if (isVirtual8086(state)) loadVirtual8086Segment(state, index, selector);
  else setSegment(state, index, selector, BigInt(selector * 16), limitOf(state, index), accessOf(state, index));
};

export const loadVirtual8086Segment = (state: CpuState, index: number, selector: number): void =>
  setSegment(state, index, selector, BigInt(selector * 16), 0xffff, VIRTUAL_8086_ACCESS);

/** Fills the hidden part from a descriptor that has passed its checks; the accessed bit is set in the register, too. */
export const loadHidden = (state: CpuState, index: number, selector: number, descriptor: Descriptor): void =>
  setSegment(state, index, selector, BigInt(descriptor.base), descriptor.limit, descriptor.access | 1);

/** Checks a stack segment for privilege level `level`; `fault` raises everything but "not present". */
export const checkStackSegment = (core: MicrocodeCore, selector: number, level: number, fault: (errorCode: number) => GuestFault): Descriptor => {
  const descriptor = readDescriptor(core, selector, fault);
  const code = selectorCode(selector);
  if ((selector & 3) !== level || !descriptor.isWritable || descriptor.dpl !== level) throw fault(code);
  if (!descriptor.isPresent) throw ss(code);
  return descriptor;
};

/** Checks a segment for DS, ES, FS or GS. */
export const checkDataSegment = (core: MicrocodeCore, selector: number, level: number, fault: (errorCode: number) => GuestFault): Descriptor => {
  const descriptor = readDescriptor(core, selector, fault);
  const code = selectorCode(selector);
  if (!descriptor.isReadable) throw fault(code);
  const conforming = descriptor.isCode && descriptor.isConforming;
  if (!conforming && (level > descriptor.dpl || (selector & 3) > descriptor.dpl)) throw fault(code);
  if (!descriptor.isPresent) throw np(code);
  return descriptor;
};

/** ES, SS, DS, FS or GS. The caller tells `core.stateChanged()`. */
const loadSegment = (core: MicrocodeCore, index: number, selector: number): void => {
  const { state } = core;
  if (hasParagraphs(state)) {
    loadParagraph(state, index, selector);
    return;
  }
  const cpl = cplOf(state);
  if (isNull(selector)) {
    if (index === segment.ss && (!is64Bit(state) || cpl === 3 || (selector & 3) !== cpl)) throw gp();
    setNullSegment(state, index, selector);
    return;
  }
  const descriptor = index === segment.ss ? checkStackSegment(core, selector, cpl, gp) : checkDataSegment(core, selector, cpl, gp);
  markAccessed(core, descriptor);
  loadHidden(state, index, selector, descriptor);
};

/** `interruptShadow` after STI: maskable interrupts wait for one instruction. */
export const SHADOW_STI = 1;
/** After MOV SS and POP SS debug traps and NMI wait, too (SDM vol. 3A, 6.8.3). */
export const SHADOW_MOV_SS = 2;

const finishLoad = (core: MicrocodeCore, index: number): void => {
  if (index === segment.ss) core.state.set('interruptShadow', SHADOW_MOV_SS);
  core.stateChanged();
};

/** MOV Sreg, Ew (8e). */
export const mov_sreg = (core: MicrocodeCore, instruction: Instruction): void => {
  const index = instruction.reg & 7;
  if (index === segment.cs || index > segment.gs) throw ud();
  loadSegment(core, index, readWord(core, instruction));
  finishLoad(core, index);
};

/** MOV Ev, Sreg (8c). */
export const mov_from_sreg = (core: MicrocodeCore, instruction: Instruction): void => {
  const index = instruction.reg & 7;
  if (index > segment.gs) throw ud();
  writeWord(core, instruction, selectorOf(core.state, index));
};

/** 06 0e 16 1e, 0f a0, 0f a8: bits 3–5 are the segment register. */
const segmentOfOpcode = (opcode: number): number => (opcode >> 3) & 7;

/** With a 32-bit operand the slot's upper half is left alone, as Intel's processors do it (SDM vol. 2B, PUSH). */
export const push_sreg = (core: MicrocodeCore, instruction: Instruction): void => {
  const selector = selectorOf(core.state, segmentOfOpcode(instruction.opcode));
  const stack = Stack.current(core);
  if (instruction.operandSize === 64) stack.push(8, BigInt(selector));
  else stack.pushPartly(sizeBytesOf(instruction.operandSize), 2, BigInt(selector));
  stack.commit(core);
};

export const pop_sreg = (core: MicrocodeCore, instruction: Instruction): void => {
  const index = segmentOfOpcode(instruction.opcode);
  const stack = Stack.current(core);
  const selector = Number(stack.peek(0, 2));
  stack.skip(sizeBytesOf(instruction.operandSize));
  loadSegment(core, index, selector);
  stack.commit(core);
  finishLoad(core, index);
};

const segmentOfFarLoad: Readonly<Record<number, number>> = { 0xc4: segment.es, 0xc5: segment.ds, 0xb2: segment.ss, 0xb4: segment.fs, 0xb5: segment.gs };

/** LES (c4), LDS (c5), LSS, LFS, LGS (0f b2, b4, b5). LSS has no interrupt shadow: it loads both halves at once. */
export const load_far_pointer = (core: MicrocodeCore, instruction: Instruction): void => {
  if (instruction.isRegister) throw ud();
  const size = sizeBytesOf(instruction.operandSize);
  const offset = core.memory.read(instruction.linearAddress(size, false), size);
  const selector = Number(core.memory.read(instruction.linearAddress(2, false, size), 2));
  loadSegment(core, segmentOfFarLoad[instruction.opcode]!, selector);
  writeGpr(core.state, instruction.reg, instruction.operandSize, offset);
  core.stateChanged();
};
