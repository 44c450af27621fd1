/** LAR, LSL, VERR, VERW, ARPL: what a selector would give, without loading it (SDM vol. 3A, 5.10). */
import { flag } from '../state.ts';
import type { Instruction, MicrocodeCore } from './core.ts';
import { findDescriptor, isNull, systemType } from './descriptor.ts';
import type { Descriptor } from './descriptor.ts';
import { readWord } from './operands.ts';
import { ud } from './raise.ts';
import { cplOf, hasParagraphs, isLongMode, readGpr, writeGpr } from './registers.ts';

const setZero = (core: MicrocodeCore, isSet: boolean): void => {
  const { state } = core;
  state.rflags = isSet ? state.rflags | flag.zf : state.rflags & ~flag.zf;
};

/** The descriptor, if CPL and RPL may see it. */
const visibleDescriptor = (core: MicrocodeCore, selector: number): Descriptor | undefined => {
  const descriptor = isNull(selector) ? undefined : findDescriptor(core, selector);
  if (!descriptor) return undefined;
  if (descriptor.isCode && descriptor.isConforming) return descriptor;
  return Math.max(cplOf(core.state), selector & 3) > descriptor.dpl ? undefined : descriptor;
};

const isIn = (types: readonly number[], descriptor: Descriptor): boolean => descriptor.isSegment || types.includes(descriptor.type);

const withLimit = [systemType.tss16, systemType.ldt, systemType.tss16Busy, systemType.tss32, systemType.tss32Busy];
const withLimitLong = [systemType.ldt, systemType.tss32, systemType.tss32Busy];
const withRights = [...withLimit, systemType.callGate16, systemType.taskGate, systemType.callGate32];
const withRightsLong = [...withLimitLong, systemType.callGate32];

/** Puts what `value` gives into the destination, and 1 into ZF; or ZF = 0. */
const query = (core: MicrocodeCore, instruction: Instruction, types: readonly number[], value: (descriptor: Descriptor) => number): void => {
  const { state } = core;
  if (hasParagraphs(state)) throw ud();
  const descriptor = visibleDescriptor(core, readWord(core, instruction));
  const known = descriptor !== undefined && isIn(types, descriptor);
  if (known) writeGpr(state, instruction.reg, instruction.operandSize, BigInt(value(descriptor)));
  setZero(core, known);
};

export const lar = (core: MicrocodeCore, instruction: Instruction): void =>
  query(core, instruction, isLongMode(core.state) ? withRightsLong : withRights, (descriptor) => descriptor.high & 0x00f0_ff00);

export const lsl = (core: MicrocodeCore, instruction: Instruction): void =>
  query(core, instruction, isLongMode(core.state) ? withLimitLong : withLimit, (descriptor) => descriptor.limit);

const verify = (core: MicrocodeCore, instruction: Instruction, isAllowed: (descriptor: Descriptor) => boolean): void => {
  if (hasParagraphs(core.state)) throw ud();
  const descriptor = visibleDescriptor(core, readWord(core, instruction));
  setZero(core, descriptor !== undefined && isAllowed(descriptor));
};

export const verr = (core: MicrocodeCore, instruction: Instruction): void => verify(core, instruction, (descriptor) => descriptor.isReadable);
export const verw = (core: MicrocodeCore, instruction: Instruction): void => verify(core, instruction, (descriptor) => descriptor.isWritable);

/** ARPL Ew, Gw: raises the RPL of the destination to that of the source. Memory is written, and has to be writable, only if that changes it. */
export const arpl = (core: MicrocodeCore, instruction: Instruction): void => {
  const { state, memory } = core;
  if (hasParagraphs(state)) throw ud();
  const selector = readWord(core, instruction);
  const rpl = Number(readGpr(state, instruction.reg, 16)) & 3;
  const raises = (selector & 3) < rpl;
  if (raises) {
    const result = BigInt((selector & 0xfffc) | rpl);
    if (instruction.isRegister) writeGpr(state, instruction.rm, 16, result);
    else memory.write(instruction.linearAddress(2, true), 2, result);
  }
  setZero(core, raises);
};
