/**
 * The mode word: everything besides the bytes themselves that decoding depends on. Decoded code is kept by (physical page, mode word).
 * semantics/derived-state.ts computes it.
 */
import { segment } from './state.ts';
import type { CpuState } from './state.ts';

export const modeBit = {
  /** Two bits: code of 16 (0), 32 (1) or 64 (2) bits. */
  codeSize: 3,
  protected: 4,
  virtual8086: 8,
  /** Six bits, one a segment register: readable, writable, 4 GiB, expand-up; so its offsets need no check. */
  flatSegments: 0x3f0,
  stack32: 0x400,
  /** A 32-bit stack with base 0 and 4 GiB. */
  flatStack32: 0x800,
  taskSwitched: 0x1000,
  emulation: 0x2000,
  monitorCoprocessor: 0x4000,
  osfxsr: 0x8000,
  /** CR4.OSXSAVE, and XCR0 has SSE and AVX: VEX instructions on vectors are enabled. */
  avx: 0x1_0000,
  /** ES and DS, where they are flat, have base 0. Of SS `flatStack32` says it. */
  zeroBaseEs: 0x2_0000, zeroBaseDs: 0x4_0000,
} as const;
/** modeBit.flatSegments, for segment register n. */
export const flatSegment = (n: number): number => 0x10 << n;

/** A flat segment whose base need not be added. */
export const hasZeroBase = (mode: number, n: number): boolean =>
  (mode & (n === segment.ss ? modeBit.flatStack32 : n === segment.ds ? modeBit.zeroBaseDs : n === segment.es ? modeBit.zeroBaseEs : 0)) !== 0;

/**
 * Where the mode word is in `codeTag`, by which the code TLB tells modes and privileges apart, so that it need not be emptied when they change: bits 0–11,
 * which a page's address leaves, and for what matters outside 64-bit mode bits 32–41, which addresses do not have there.
 */
export const codeTag = {
  user: 1,
  lowMode: modeBit.codeSize | modeBit.protected | modeBit.virtual8086, lowShift: 1,
  /** The bits of CR0, CR4 and XCR0; they move down. */
  controls: modeBit.taskSwitched | modeBit.emulation | modeBit.monitorCoprocessor | modeBit.osfxsr | modeBit.avx, controlsDown: 7,
  segments: modeBit.flatSegments | modeBit.stack32 | modeBit.flatStack32, segmentsShift: 28,
  bases: modeBit.zeroBaseEs | modeBit.zeroBaseDs, basesShift: 23,
} as const;

/** The last offset of the code segment, or Infinity where no offset exceeds it: 64-bit code, and limits that end with the offset's size. */
export const codeBoundOf = (state: CpuState, mode: number): number => {
  const size = mode & modeBit.codeSize;
  const limit = state.get('segmentLimit', segment.cs);
  return size === 2 || limit >= (size === 1 ? 0xffff_ffff : 0xffff) ? Infinity : limit;
};
