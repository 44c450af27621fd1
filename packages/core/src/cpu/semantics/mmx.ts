/**
 * The MMX state: what every MMX instruction does to the x87 registers, whose mantissas the MMX registers are.
 *
 * Reference: SDM vol. 1, 9.5; vol. 3A, 12.2 and 12.4. The instructions themselves are in sse-*.ts, once for MMX and XMM registers.
 */
import type { Builder, Semantics } from '../builder/builder.ts';
import { semantics } from '../builder/builder.ts';
import { vector } from '../fault.ts';

const TOP = 0x3800;
const EXCEPTION_SUMMARY = 0x80;
const ALL_VALID = 0;
const ALL_EMPTY = 0xffff;

const setTags = (b: Builder, tags: number): void => {
  b.store('fpuStatus', b.f.and(b.load('fpuStatus'), b.f.i32(0xffff & ~TOP)));
  b.store('fpuTag', b.f.i32(tags));
};

/** A pending x87 exception is raised ahead of every other check. */
const checkPending = (b: Builder): void =>
  b.f.if(b.f.and(b.load('fpuStatus'), b.f.i32(EXCEPTION_SUMMARY)), () => b.fault(vector.mf));

/**
 * An instruction that uses MMX registers: makes TOP 0 and all registers valid, once nothing can fault any more.
 * `registerFormOnly`: a memory source is no use of the MMX registers (CVTPI2PS, CVTPI2PD).
 */
export const withMmx = (plain: Semantics, registerFormOnly = false): Semantics => semantics(plain.name, plain.access.join(' '), (b, ...operands) => {
  const uses = !(registerFormOnly && operands.some((operand) => operand.isMemory));
  if (uses) checkPending(b);
  plain.build(b, ...operands);
  if (uses) setTags(b, ALL_VALID);
});

export const emms = semantics('emms', '', (b) => {
  checkPending(b);
  setTags(b, ALL_EMPTY);
});
