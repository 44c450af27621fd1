/**
 * The MMX state: what every MMX instruction does to the x87 registers, whose mantissas the MMX registers are.
 *
 * Reference: SDM vol. 1, 9.5; vol. 3A, 12.2 and 12.4. The instructions themselves are in sse-*.ts, once for MMX and XMM registers.
 */
import type { Builder } from '../builder/builder.ts';
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

/** Every MMX instruction makes TOP 0 and all registers valid. Call it once nothing can fault any more. */
export const enterMmx = (b: Builder): void => setTags(b, ALL_VALID);

/** SSE instructions with an MMX operand meet a pending x87 exception as MMX instructions do, ahead of every other check. */
export const checkPendingX87 = (b: Builder): void =>
  b.f.if(b.f.and(b.load('fpuStatus'), b.f.i32(EXCEPTION_SUMMARY)), () => b.fault(vector.mf));

export const emms = semantics('emms', '', (b) => setTags(b, ALL_EMPTY));
