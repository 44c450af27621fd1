/**
 * The mode word: everything besides the bytes themselves that decoding depends on. Decoded code is kept by (physical page, mode word).
 */
import { cr0, cr4, efer, flag, segment, segmentRight } from './state.ts';
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

const isFlat = (state: CpuState, n: number): boolean => {
  const rights = state.get('segmentAccess', n);
  const wanted = segmentRight.present | segmentRight.segment | segmentRight.writable;
  return (rights & (wanted | segmentRight.expandDown | segmentRight.code)) === wanted && state.get('segmentLimit', n) === 0xffff_ffff;
};

/** The last offset of the code segment, or Infinity where no offset exceeds it: 64-bit code, and limits that end with the offset's size. */
export const codeBoundOf = (state: CpuState, mode: number): number => {
  const size = mode & modeBit.codeSize;
  const limit = state.get('segmentLimit', segment.cs);
  return size === 2 || limit >= (size === 1 ? 0xffff_ffff : 0xffff) ? Infinity : limit;
};

export const modeWord = (state: CpuState): number => {
  const controls = Number(state.get64('cr0') & 0xffff_ffffn) >>> 0;
  const codeAccess = state.get('segmentAccess', segment.cs);
  const virtual8086 = (state.get('flags') & flag.vm) !== 0;
  const long = (Number(state.get64('efer')) & efer.lma) !== 0 && (codeAccess & segmentRight.long) !== 0;
  let mode = long ? 2 : codeAccess & segmentRight.big && !virtual8086 ? 1 : 0;
  if (controls & cr0.pe) mode |= modeBit.protected;
  if (virtual8086) mode |= modeBit.virtual8086;
  if (!long) {
    for (let n = 0; n < 6; n++) if (isFlat(state, n)) mode |= flatSegment(n);
    if (mode & flatSegment(segment.es) && state.get64('segmentBase', segment.es) === 0n) mode |= modeBit.zeroBaseEs;
    if (mode & flatSegment(segment.ds) && state.get64('segmentBase', segment.ds) === 0n) mode |= modeBit.zeroBaseDs;
    if (state.get('segmentAccess', segment.ss) & segmentRight.big) {
      mode |= modeBit.stack32;
      if (mode & flatSegment(segment.ss) && state.get64('segmentBase', segment.ss) === 0n) mode |= modeBit.flatStack32;
    }
  }
  if (controls & cr0.ts) mode |= modeBit.taskSwitched;
  if (controls & cr0.em) mode |= modeBit.emulation;
  if (controls & cr0.mp) mode |= modeBit.monitorCoprocessor;
  const extensions = Number(state.get64('cr4') & 0xffff_ffffn);
  if (extensions & cr4.osfxsr) mode |= modeBit.osfxsr;
  if (extensions & cr4.osxsave && (state.get64('xcr0') & 6n) === 6n) mode |= modeBit.avx;
  return mode;
};
