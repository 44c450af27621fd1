/** Far RET (SDM vol. 2B, RET; vol. 3A, 5.8.6). */
import { segment } from '../state.ts';
import type { Instruction, MicrocodeCore } from './core.ts';
import { markAccessed } from './descriptor.ts';
import { checkOuterStack, checkReturnSegment, checkTarget, commitOuterStack, dropInnerSegments } from './iret.ts';
import { sizeBytesOf } from './operands.ts';
import { gp } from './raise.ts';
import { cplOf, hasParagraphs, isLongMode, limitOf, setCpl } from './registers.ts';
import { loadHidden, loadParagraph } from './segments.ts';
import { Stack } from './stack.ts';

const returnOutward = (core: MicrocodeCore, stack: Stack, rip: bigint, selector: number, size: 2 | 4 | 8, released: number): void => {
  const { state } = core;
  const descriptor = checkReturnSegment(core, selector);
  const level = selector & 3;
  const pointer = stack.pop(size);
  const outer = checkOuterStack(core, Number(stack.pop(size) & 0xffffn), level, isLongMode(state) && descriptor.isLong);
  checkTarget(core, descriptor, rip);
  markAccessed(core, descriptor);
  if (outer.descriptor) markAccessed(core, outer.descriptor);
  setCpl(state, level);
  loadHidden(state, segment.cs, selector, descriptor);
  // The caller's parameters lie on both stacks.
  commitOuterStack(core, outer, BigInt.asUintN(64, pointer + BigInt(released)));
  dropInnerSegments(state);
};

const returnFar = (core: MicrocodeCore, instruction: Instruction, released: number): void => {
  const { state } = core;
  const size = sizeBytesOf(instruction.operandSize);
  const stack = Stack.current(core);
  const rip = stack.pop(size);
  const selector = Number(stack.pop(size) & 0xffffn);
  if (hasParagraphs(state)) {
    if (rip > BigInt(limitOf(state, segment.cs))) throw gp();
    stack.skip(released);
    stack.commit(core);
    loadParagraph(state, segment.cs, selector);
  } else if ((selector & 3) > cplOf(state)) {
    stack.skip(released);
    returnOutward(core, stack, rip, selector, size, released);
  } else {
    const descriptor = checkReturnSegment(core, selector);
    checkTarget(core, descriptor, rip);
    markAccessed(core, descriptor);
    stack.skip(released);
    stack.commit(core);
    loadHidden(state, segment.cs, selector, descriptor);
  }
  core.jump(rip);
  core.stateChanged();
};

export const ret_far = (core: MicrocodeCore, instruction: Instruction): void => returnFar(core, instruction, 0);
export const ret_far_imm = (core: MicrocodeCore, instruction: Instruction): void => returnFar(core, instruction, Number(instruction.immediate & 0xffffn));
