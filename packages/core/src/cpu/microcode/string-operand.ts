/** Memory operands that an instruction implies, by rSI or rDI: INS, OUTS, MASKMOVQ, MASKMOVDQU. */
import { segment, segmentRight } from '../state.ts';
import type { CpuState } from '../state.ts';
import { gp, ss } from './raise.ts';
import { accessOf, baseOf, hasParagraphs, is64Bit, isCanonical, limitOf } from './registers.ts';
import { withinLimit } from './stack.ts';

/** Its linear address; the segment is checked as for any data access. */
export const stringAddress = (state: CpuState, index: number, offset: bigint, size: number, write: boolean): bigint => {
  const isStack = index === segment.ss;
  if (is64Bit(state)) {
    const linear = BigInt.asUintN(64, offset + (index === segment.fs || index === segment.gs ? baseOf(state, index) : 0n));
    if (!isCanonical(linear)) throw isStack ? ss() : gp();
    return linear;
  }
  const access = accessOf(state, index);
  if (!hasParagraphs(state)) {
    const isCode = (access & segmentRight.code) !== 0;
    const allowed = write ? !isCode && (access & segmentRight.writable) !== 0 : !isCode || (access & segmentRight.readable) !== 0;
    if (access === 0 || !allowed) throw gp();
  }
  if (!withinLimit(access, limitOf(state, index), Number(offset), size)) throw isStack ? ss() : gp();
  return BigInt.asUintN(32, offset + baseOf(state, index));
};
