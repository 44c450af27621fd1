/** The stack of a more privileged level, from the TSS (SDM vol. 3A, 5.8.5, 6.12.1, 6.14.2; AMD APM vol. 2, 8.9.3). */
import { segment, segmentRight } from '../state.ts';
import type { GuestFault } from '../fault.ts';
import type { MicrocodeCore } from './core.ts';
import { isNull, markAccessed, systemType } from './descriptor.ts';
import { selectorCode, ss, ts } from './raise.ts';
import { accessOf, baseOf, isCanonical, limitOf, selectorOf, setNullSegment } from './registers.ts';
import { checkStackSegment, loadHidden } from './segments.ts';
import { Stack } from './stack.ts';

export interface InnerStack {
  readonly stack: Stack;
  /** Loads SS; CPL has to be the new one by then. */
  commitSegment(): void;
}

const currentTssFault = (core: MicrocodeCore): GuestFault => ts(selectorCode(selectorOf(core.state, segment.tr)));

/** IA-32e mode: a stack pointer from the TSS, `offset` bytes into it. */
const readLongPointer = (core: MicrocodeCore, offset: number): bigint => {
  const { state } = core;
  if (offset + 7 > limitOf(state, segment.tr)) throw currentTssFault(core);
  const pointer = core.memory.readSystem(baseOf(state, segment.tr) + BigInt(offset), 8);
  if (!isCanonical(pointer)) throw ss();
  return pointer;
};

/** A flat 64-bit stack for privilege level `level`. With a change of level SS becomes null (SDM vol. 3A, 6.14.2). */
export const longStack = (core: MicrocodeCore, pointer: bigint, level: number, changesLevel: boolean): InnerStack => ({
  stack: new Stack(core.memory, { base: 0n, limit: 0, access: 0, width: 64 }, pointer, changesLevel, 0),
  commitSegment: () => {
    if (changesLevel) setNullSegment(core.state, segment.ss, level);
  },
});

/** RSP0–RSP2. */
export const longLevelStack = (core: MicrocodeCore, level: number): InnerStack => longStack(core, readLongPointer(core, 4 + level * 8), level, true);

/** IST1–IST7. */
export const longTableStack = (core: MicrocodeCore, index: number, level: number, changesLevel: boolean): InnerStack =>
  longStack(core, readLongPointer(core, 28 + index * 8), level, changesLevel);

/** SSn:ESPn of the current TSS; protected mode. */
export const levelStack = (core: MicrocodeCore, level: number): InnerStack => {
  const { state, memory } = core;
  const tss = baseOf(state, segment.tr);
  const wide = (accessOf(state, segment.tr) & 0xf) === systemType.tss32Busy;
  const offset = wide ? 4 + level * 8 : 2 + level * 4;
  if (offset + (wide ? 5 : 3) > limitOf(state, segment.tr)) throw currentTssFault(core);
  const pointer = memory.readSystem(tss + BigInt(offset), wide ? 4 : 2);
  const selector = Number(memory.readSystem(tss + BigInt(offset + (wide ? 4 : 2)), 2));
  if (isNull(selector)) throw ts(0);
  const descriptor = checkStackSegment(core, selector, level, ts);
  markAccessed(core, descriptor);
  const { limit, access } = descriptor;
  return {
    stack: new Stack(memory, { base: BigInt(descriptor.base), limit, access, width: access & segmentRight.big ? 32 : 16 }, pointer, true, selectorCode(selector)),
    commitSegment: () => loadHidden(state, segment.ss, selector, descriptor),
  };
};

/** The current stack, in the same shape. */
export const sameStack = (core: MicrocodeCore): InnerStack => ({ stack: Stack.current(core), commitSegment: () => undefined });
