/**
 * Far CALL and JMP: to code segments, through call gates, task gates and to a TSS (SDM vol. 3A, 5.8; vol. 2 CALL, JMP).
 * A far pointer in memory has a 64-bit offset with REX.W, as on Intel's processors.
 */
import { segment } from '../state.ts';
import type { Instruction, MicrocodeCore } from './core.ts';
import { isNull, markAccessed, readDescriptor, readUpperHalf, systemType } from './descriptor.ts';
import type { Descriptor } from './descriptor.ts';
import { levelStack, longLevelStack } from './inner-stack.ts';
import { checkTarget } from './iret.ts';
import { sizeBytesOf } from './operands.ts';
import { gp, np, selectorCode, ud } from './raise.ts';
import { cplOf, hasParagraphs, isLongMode, limitOf, selectorOf, setCpl } from './registers.ts';
import { loadHidden, loadParagraph } from './segments.ts';
import { Stack } from './stack.ts';
import { switchTask } from './task-switch.ts';

interface FarPointer {
  readonly selector: number;
  readonly offset: bigint;
}

/** ptr16:16 and ptr16:32 are decoded as offset | selector << 32. */
const immediatePointer = (instruction: Instruction): FarPointer => ({
  selector: Number((instruction.immediate >> 32n) & 0xffffn),
  offset: BigInt.asUintN(instruction.operandSize === 16 ? 16 : 32, instruction.immediate),
});

const memoryPointer = (core: MicrocodeCore, instruction: Instruction): FarPointer => {
  if (instruction.isRegister) throw ud();
  const size = sizeBytesOf(instruction.operandSize);
  const offset = core.memory.read(instruction.linearAddress(size, false), size);
  return { offset, selector: Number(core.memory.read(instruction.linearAddress(2, false, size), 2)) };
};

const pushReturn = (core: MicrocodeCore, stack: Stack, size: 2 | 4 | 8, returnRip: bigint): void => {
  stack.push(size, BigInt(selectorOf(core.state, segment.cs)));
  stack.push(size, size === 2 ? returnRip & 0xffffn : returnRip);
};

const transferToParagraph = (core: MicrocodeCore, instruction: Instruction, target: FarPointer, isCall: boolean): void => {
  const { state } = core;
  if (target.offset > BigInt(limitOf(state, segment.cs))) throw gp();
  if (isCall) {
    const stack = Stack.current(core);
    const size = sizeBytesOf(instruction.operandSize);
    stack.require(2, size);
    pushReturn(core, stack, size, instruction.nextRip);
    stack.commit(core);
  }
  loadParagraph(state, segment.cs, target.selector);
  core.jump(target.offset);
  core.stateChanged();
};

/** To a code segment, without a change of privilege. */
const transferToSegment = (core: MicrocodeCore, instruction: Instruction, target: FarPointer, descriptor: Descriptor, isCall: boolean): void => {
  const { state } = core;
  const code = selectorCode(target.selector);
  const cpl = cplOf(state);
  if (!descriptor.isCode) throw gp(code);
  if (descriptor.isConforming ? descriptor.dpl > cpl : (target.selector & 3) > cpl || descriptor.dpl !== cpl) throw gp(code);
  if (isLongMode(state) && descriptor.isLong && descriptor.isBig) throw gp(code);
  if (!descriptor.isPresent) throw np(code);
  const stack = Stack.current(core);
  const size = sizeBytesOf(instruction.operandSize);
  if (isCall) stack.require(2, size);
  checkTarget(core, descriptor, target.offset);
  markAccessed(core, descriptor);
  if (isCall) {
    pushReturn(core, stack, size, instruction.nextRip);
    stack.commit(core);
  }
  loadHidden(state, segment.cs, (target.selector & 0xfffc) | cpl, descriptor);
  core.jump(target.offset);
  core.stateChanged();
};

/** The code segment that a call gate names, checked (SDM vol. 3A, 5.8.4). */
const readGateTarget = (core: MicrocodeCore, selector: number, isCall: boolean): Descriptor => {
  const { state } = core;
  if (isNull(selector)) throw gp();
  const descriptor = readDescriptor(core, selector);
  const code = selectorCode(selector);
  const cpl = cplOf(state);
  if (!descriptor.isCode || descriptor.dpl > cpl) throw gp(code);
  if (isLongMode(state) && (!descriptor.isLong || descriptor.isBig)) throw gp(code);
  if (!isCall && !descriptor.isConforming && descriptor.dpl !== cpl) throw gp(code);
  if (!descriptor.isPresent) throw np(code);
  return descriptor;
};

interface GateTarget extends FarPointer {
  readonly descriptor: Descriptor;
  /** Bytes of a pushed value. */
  readonly size: 2 | 4 | 8;
  readonly parameters: number;
}

/** CALL through a gate to a more privileged level: new stack, parameters copied from the old one. */
const callInward = (core: MicrocodeCore, instruction: Instruction, target: GateTarget): void => {
  const { state } = core;
  const { size, parameters, descriptor } = target;
  const level = descriptor.dpl;
  const oldStack = Stack.current(core);
  const inner = size === 8 ? longLevelStack(core, level) : levelStack(core, level);
  const { stack } = inner;
  stack.require(4 + parameters, size);
  checkTarget(core, descriptor, target.offset);
  const copied = Array.from({ length: parameters }, (_, i) => oldStack.peek(i * size, size));
  markAccessed(core, descriptor);
  stack.push(size, BigInt(selectorOf(state, segment.ss)));
  stack.push(size, size === 2 ? oldStack.pointer & 0xffffn : oldStack.pointer);
  for (const value of copied.reverse()) stack.push(size, value);
  pushReturn(core, stack, size, instruction.nextRip);
  setCpl(state, level);
  inner.commitSegment();
  stack.commit(core);
  loadHidden(state, segment.cs, (target.selector & 0xfffc) | level, descriptor);
  core.jump(target.offset);
  core.stateChanged();
};

const transferThroughGate = (core: MicrocodeCore, instruction: Instruction, gate: Descriptor, isCall: boolean): void => {
  const { state } = core;
  const long = isLongMode(state);
  const wide = (gate.type & 8) !== 0;
  const upper = long ? readUpperHalf(core, gate) : 0n;
  const selector = gate.gateSelector;
  const descriptor = readGateTarget(core, selector, isCall);
  const offset = (upper << 32n) | BigInt(wide ? gate.gateOffset32 : gate.gateOffset16);
  const size = long ? 8 : wide ? 4 : 2;
  if (isCall && !descriptor.isConforming && descriptor.dpl < cplOf(state)) {
    callInward(core, instruction, { selector, offset, descriptor, size, parameters: long ? 0 : gate.gateParameters });
    return;
  }
  const stack = Stack.current(core);
  if (isCall) stack.require(2, size);
  checkTarget(core, descriptor, offset);
  markAccessed(core, descriptor);
  if (isCall) {
    pushReturn(core, stack, size, instruction.nextRip);
    stack.commit(core);
  }
  loadHidden(state, segment.cs, (selector & 0xfffc) | cplOf(state), descriptor);
  core.jump(offset);
  core.stateChanged();
};

/** To a call gate, a task gate or an available TSS. */
const transferToSystem = (core: MicrocodeCore, instruction: Instruction, descriptor: Descriptor, isCall: boolean): void => {
  const { state } = core;
  const { selector, type } = descriptor;
  const code = selectorCode(selector);
  const long = isLongMode(state);
  const isCallGate = type === systemType.callGate32 || (type === systemType.callGate16 && !long);
  const isTaskGate = type === systemType.taskGate && !long;
  const isTss = (type === systemType.tss16 || type === systemType.tss32) && !long;
  if (!isCallGate && !isTaskGate && !isTss) throw gp(code);
  if (descriptor.dpl < cplOf(state) || descriptor.dpl < (selector & 3)) throw gp(code);
  if (!descriptor.isPresent) throw np(code);
  if (isCallGate) transferThroughGate(core, instruction, descriptor, isCall);
  else switchTask(core, isTaskGate ? descriptor.gateSelector : selector, isCall ? 'call' : 'jump', instruction.nextRip, state.rflags, undefined);
};

const transfer = (core: MicrocodeCore, instruction: Instruction, target: FarPointer, isCall: boolean): void => {
  if (hasParagraphs(core.state)) {
    transferToParagraph(core, instruction, target, isCall);
    return;
  }
  if (isNull(target.selector)) throw gp();
  const descriptor = readDescriptor(core, target.selector);
  if (descriptor.isSegment) transferToSegment(core, instruction, target, descriptor, isCall);
  else transferToSystem(core, instruction, descriptor, isCall);
};

/** CALL ptr16:16, ptr16:32 (9a). */
export const call_far = (core: MicrocodeCore, instruction: Instruction): void => transfer(core, instruction, immediatePointer(instruction), true);
/** CALL m16:16, m16:32, m16:64 (ff /3). */
export const call_far_mem = (core: MicrocodeCore, instruction: Instruction): void => transfer(core, instruction, memoryPointer(core, instruction), true);
/** JMP ptr16:16, ptr16:32 (ea). */
export const jmp_far = (core: MicrocodeCore, instruction: Instruction): void => transfer(core, instruction, immediatePointer(instruction), false);
/** JMP m16:16, m16:32, m16:64 (ff /5). */
export const jmp_far_mem = (core: MicrocodeCore, instruction: Instruction): void => transfer(core, instruction, memoryPointer(core, instruction), false);
