/** IRET in every mode (SDM vol. 2A, IRET; vol. 3A, 20.2.1 and 6.14.3). */
import { cr4, flag, segment, segmentRight } from '../state.ts';
import type { CpuState } from '../state.ts';
import type { Instruction, MicrocodeCore } from './core.ts';
import { isNull, markAccessed, readDescriptor } from './descriptor.ts';
import type { Descriptor } from './descriptor.ts';
import { sizeBytesOf } from './operands.ts';
import { gp, np, selectorCode } from './raise.ts';
import {
  accessOf, baseOf, cplOf, ioplOf, is64Bit, isCanonical, isLongMode, isProtected, isVirtual8086, limitOf, readCr4, setCpl, setNullSegment, setSegment, settleResumeFlag,
} from './registers.ts';
import { checkStackSegment, loadHidden, loadParagraph, loadVirtual8086Segment } from './segments.ts';
import { Stack, withinLimit } from './stack.ts';
import { switchTask } from './task-switch.ts';

interface ReturnFrame {
  readonly rip: bigint;
  readonly selector: number;
  readonly flags: number;
}

/** What every IRET may change; RF, AC and ID with a 32- or 64-bit operand only. */
export const IRET_FLAGS = flag.cf | flag.pf | flag.af | flag.zf | flag.sf | flag.tf | flag.df | flag.of | flag.nt;
export const IRET_WIDE_FLAGS = flag.rf | flag.ac | flag.id;

const replaceFlags = (state: CpuState, image: number, changeable: number): void => {
  state.rflags = (state.rflags & ~changeable) | (image & changeable);
};

const popFrame = (stack: Stack, size: 2 | 4 | 8): ReturnFrame => {
  const rip = stack.pop(size);
  const selector = Number(stack.pop(size) & 0xffffn);
  return { rip, selector, flags: Number(stack.pop(size) & 0xffff_ffffn) };
};

const iretReal = (core: MicrocodeCore, size: 2 | 4 | 8): void => {
  const { state } = core;
  const stack = Stack.current(core);
  const frame = popFrame(stack, size);
  if (frame.rip > BigInt(limitOf(state, segment.cs))) throw gp();
  stack.commit(core);
  loadParagraph(state, segment.cs, frame.selector);
  replaceFlags(state, frame.flags, IRET_FLAGS | flag.if | flag.iopl | (size === 2 ? 0 : IRET_WIDE_FLAGS));
  core.jump(frame.rip);
};

/** Without IOPL a 16-bit IRET works on VIF, if CR4.VME is set (SDM vol. 3A, 20.3.3.4, table 20-2). */
const iretVirtual8086 = (core: MicrocodeCore, size: 2 | 4 | 8): void => {
  const { state } = core;
  const trusted = ioplOf(state) === 3;
  if (!trusted && (size !== 2 || (readCr4(state) & cr4.vme) === 0)) throw gp();
  const stack = Stack.current(core);
  const frame = popFrame(stack, size);
  if (frame.rip > 0xffffn) throw gp();
  if (!trusted && (frame.flags & flag.tf || (frame.flags & flag.if && state.rflags & flag.vip))) throw gp();
  stack.commit(core);
  loadParagraph(state, segment.cs, frame.selector);
  if (trusted) {
    replaceFlags(state, frame.flags, IRET_FLAGS | flag.if | (size === 2 ? 0 : IRET_WIDE_FLAGS));
  } else {
    replaceFlags(state, (frame.flags & 0xffff) | (frame.flags & flag.if ? flag.vif : 0), IRET_FLAGS | flag.vif);
  }
  core.jump(frame.rip);
};

/** From the monitor, at CPL 0, to a virtual-8086 program: ESP, SS, ES, DS, FS, GS follow EFLAGS on the stack. */
const returnToVirtual8086 = (core: MicrocodeCore, stack: Stack, frame: ReturnFrame): void => {
  const { state } = core;
  if (frame.rip > 0xffffn) throw gp();
  const pointer = stack.pop(4);
  const selectors = [segment.ss, segment.es, segment.ds, segment.fs, segment.gs].map((index) => [index, Number(stack.pop(4) & 0xffffn)] as const);
  state.rflags = frame.flags & 0x3f_7fd7;
  for (const [index, selector] of selectors) loadVirtual8086Segment(state, index, selector);
  loadVirtual8086Segment(state, segment.cs, frame.selector);
  state.setReg(4, pointer);
  setCpl(state, 3);
  core.jump(frame.rip);
};

/** Checks the code segment that a return leads to (IRET and RET, SDM vol. 3A, 5.8.6). */
export const checkReturnSegment = (core: MicrocodeCore, selector: number): Descriptor => {
  if (isNull(selector)) throw gp();
  const descriptor = readDescriptor(core, selector);
  const code = selectorCode(selector);
  const rpl = selector & 3;
  if (!descriptor.isCode || rpl < cplOf(core.state)) throw gp(code);
  if (descriptor.isConforming ? descriptor.dpl > rpl : descriptor.dpl !== rpl) throw gp(code);
  if (isLongMode(core.state) && descriptor.isLong && descriptor.isBig) throw gp(code);
  if (!descriptor.isPresent) throw np(code);
  return descriptor;
};

/** RIP within the code segment's limit, or canonical in 64-bit code. */
export const checkTarget = (core: MicrocodeCore, descriptor: Descriptor, rip: bigint): void => {
  if (isLongMode(core.state) && descriptor.isLong) {
    if (!isCanonical(rip)) throw gp();
  } else if (rip > 0xffff_ffffn || !withinLimit(descriptor.access, descriptor.limit, Number(rip), 1)) throw gp();
};

export interface OuterStack {
  readonly selector: number;
  /** Undefined = a null selector, which 64-bit code may have. */
  readonly descriptor: Descriptor | undefined;
}

/** Checks SS of the level that is returned to. */
export const checkOuterStack = (core: MicrocodeCore, selector: number, level: number, toLongCode: boolean): OuterStack => {
  if (!isNull(selector)) return { selector, descriptor: checkStackSegment(core, selector, level, gp) };
  if (!toLongCode || level === 3 || (selector & 3) !== level) throw gp();
  return { selector, descriptor: undefined };
};

/** Loads SS:RSP of the outer level, and makes data segments unusable that it may not have. CPL is the new one. */
export const commitOuterStack = (core: MicrocodeCore, outer: OuterStack, pointer: bigint): void => {
  const { state } = core;
  const { selector, descriptor } = outer;
  if (descriptor) loadHidden(state, segment.ss, selector, descriptor);
  else setNullSegment(state, segment.ss, selector);
  if (is64Bit(state)) state.setReg(4, pointer);
  else if (accessOf(state, segment.ss) & segmentRight.big) state.setReg(4, pointer & 0xffff_ffffn);
  else state.u16[4 * 4] = Number(pointer & 0xffffn);
};

/** A more privileged segment must not stay usable after a return outwards (SDM vol. 3A, 5.8.6); its base stays, which 64-bit code sees in FS and GS. */
export const dropInnerSegments = (state: CpuState): void => {
  const cpl = cplOf(state);
  for (const index of [segment.es, segment.fs, segment.gs, segment.ds]) {
    const access = accessOf(state, index);
    const isConformingCode = (access & (segmentRight.code | segmentRight.conforming)) === (segmentRight.code | segmentRight.conforming);
    if (access !== 0 && !isConformingCode && ((access >> 5) & 3) < cpl) setSegment(state, index, 0, baseOf(state, index), limitOf(state, index), 0);
  }
};

/** Flags that an IRET executed at the current CPL may change. */
const changeableFlags = (state: CpuState, size: 2 | 4 | 8): number => {
  const cpl = cplOf(state);
  let mask = IRET_FLAGS | (size === 2 ? 0 : IRET_WIDE_FLAGS);
  if (cpl <= ioplOf(state)) mask |= flag.if;
  if (cpl === 0) mask |= flag.iopl | (size === 2 ? 0 : flag.vif | flag.vip);
  return mask;
};

const iretProtected = (core: MicrocodeCore, size: 2 | 4 | 8): void => {
  const { state } = core;
  const cpl = cplOf(state);
  const stack = Stack.current(core);
  const frame = popFrame(stack, size);
  if (size === 4 && frame.flags & flag.vm && cpl === 0 && !isLongMode(state)) {
    returnToVirtual8086(core, stack, frame);
    return;
  }
  const descriptor = checkReturnSegment(core, frame.selector);
  const rpl = frame.selector & 3;
  const outward = rpl > cpl;
  // 64-bit code always pops SS:RSP, also without a change of level.
  const popsStack = outward || is64Bit(state);
  let outer: OuterStack | undefined;
  let pointer = 0n;
  if (popsStack) {
    pointer = stack.pop(size);
    outer = checkOuterStack(core, Number(stack.pop(size) & 0xffffn), rpl, isLongMode(state) && descriptor.isLong);
  }
  checkTarget(core, descriptor, frame.rip);
  markAccessed(core, descriptor);
  if (outer?.descriptor) markAccessed(core, outer.descriptor);
  const mask = changeableFlags(state, size);
  setCpl(state, rpl);
  loadHidden(state, segment.cs, frame.selector, descriptor);
  if (outer) commitOuterStack(core, outer, pointer);
  else stack.commit(core);
  if (outward) dropInnerSegments(state);
  replaceFlags(state, frame.flags, mask);
  core.jump(frame.rip);
};

/** NT = 1: back to the task that the current one's backlink names. */
const returnFromTask = (core: MicrocodeCore, instruction: Instruction): void => {
  const { state } = core;
  if (isLongMode(state)) throw gp();
  const selector = Number(core.memory.readSystem(baseOf(state, segment.tr), 2));
  switchTask(core, selector, 'iret', instruction.nextRip, state.rflags, undefined);
};

export const iret = (core: MicrocodeCore, instruction: Instruction): void => {
  const { state } = core;
  const size = sizeBytesOf(instruction.operandSize);
  // NMIs are let in again even if this IRET faults (SDM vol. 3A, 6.7.1).
  state.set('nmiBlocked', 0);
  // One that waits is taken after this instruction, not at the end of the slice.
  if (state.get('nmiPending')) core.requestExit();
  if (!isProtected(state)) iretReal(core, size);
  else if (isVirtual8086(state)) iretVirtual8086(core, size);
  else if (state.rflags & flag.nt) returnFromTask(core, instruction);
  else iretProtected(core, size);
  settleResumeFlag(state);
  core.stateChanged();
};
