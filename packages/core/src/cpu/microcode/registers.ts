/** Views of CpuState that microcode needs all the time: modes (SDM vol. 3A, 2.2), segment caches, and general registers by operand size. */
import { cr0, efer, flag, offsetOf, segment, segmentRight } from '../state.ts';
import type { CpuState } from '../state.ts';

const cr0Word = offsetOf.cr0 >> 2;
const cr4Word = offsetOf.cr4 >> 2;
const eferWord = offsetOf.efer >> 2;
/** Low half. */
const dr7Word = (offsetOf.dr >> 2) + 14;
const DR7_ENABLES = 0xff;
const flagsWord = offsetOf.flags >> 2;
const cplWord = offsetOf.cpl >> 2;
const selectorWord = offsetOf.segmentSelector >> 2;
const accessWord = offsetOf.segmentAccess >> 2;
const limitWord = offsetOf.segmentLimit >> 2;
const baseQuad = offsetOf.segmentBase >> 3;

/** Bits 0–31; the upper halves of CR0, CR4 and EFER are reserved. */
export const readCr0 = (state: CpuState): number => state.u32[cr0Word]!;
export const setCr0 = (state: CpuState, value: number): void => {
  state.u32[cr0Word] = value;
};
export const readCr4 = (state: CpuState): number => state.u32[cr4Word]!;
export const readEfer = (state: CpuState): number => state.u32[eferWord]!;

export const isProtected = (state: CpuState): boolean => (readCr0(state) & cr0.pe) !== 0;
/** VM is never a lazy flag, so `flags` need not be settled. */
export const isVirtual8086 = (state: CpuState): boolean => (state.u32[flagsWord]! & flag.vm) !== 0;
/** Real-address or virtual-8086 mode: selectors are paragraph numbers. */
export const hasParagraphs = (state: CpuState): boolean => !isProtected(state) || isVirtual8086(state);
/** IA-32e mode: 64-bit or compatibility. */
export const isLongMode = (state: CpuState): boolean => (readEfer(state) & efer.lma) !== 0;
export const is64Bit = (state: CpuState): boolean => isLongMode(state) && (state.u32[accessWord + segment.cs]! & segmentRight.long) !== 0;

export const cplOf = (state: CpuState): number => state.u32[cplWord]!;
export const ioplOf = (state: CpuState): number => (state.u32[flagsWord]! & flag.iopl) >>> 12;

export const selectorOf = (state: CpuState, index: number): number => state.u32[selectorWord + index]!;
/** 0 when the register is unusable (null). */
export const accessOf = (state: CpuState, index: number): number => state.u32[accessWord + index]!;
export const limitOf = (state: CpuState, index: number): number => state.u32[limitWord + index]!;
export const baseOf = (state: CpuState, index: number): bigint => state.u64[baseQuad + index]!;

export const setSegment = (state: CpuState, index: number, selector: number, base: bigint, limit: number, access: number): void => {
  state.u32[selectorWord + index] = selector;
  state.u64[baseQuad + index] = base;
  state.u32[limitWord + index] = limit;
  state.u32[accessWord + index] = access;
};

export const setCpl = (state: CpuState, cpl: number): void => {
  state.u32[cplWord] = cpl;
};

/**
 * RF, loaded with a return or a task switch, lasts for one instruction. Only instruction breakpoints see that, so where none is armed it is dropped at once;
 * the run loop clears it after an instruction that it steps.
 */
export const settleResumeFlag = (state: CpuState): void => {
  if ((state.u32[dr7Word]! & DR7_ENABLES) === 0) state.u32[flagsWord]! &= ~flag.rf;
};

/** Unusable. The base becomes 0, as Intel's processors do it. */
export const setNullSegment = (state: CpuState, index: number, selector: number): void => setSegment(state, index, selector, 0n, 0, 0);

export const isCanonical = (address: bigint): boolean => BigInt.asUintN(64, BigInt.asIntN(48, address)) === address;

export const readGpr = (state: CpuState, index: number, size: 16 | 32 | 64): bigint => BigInt.asUintN(size, state.reg(index));

/** 32-bit results clear the upper half, 16-bit results leave the rest (SDM vol. 1, 3.4.1.1). */
export const writeGpr = (state: CpuState, index: number, size: 16 | 32 | 64, value: bigint): void => {
  if (size === 16) state.u16[index * 4] = Number(value & 0xffffn);
  else state.setReg(index, BigInt.asUintN(size, value));
};

/** A general register's low half. */
export const readGpr32 = (state: CpuState, index: number): number => state.u32[index * 2]!;

export const writeGpr32 = (state: CpuState, index: number, value: number): void => {
  state.u32[index * 2] = value;
  state.u32[index * 2 + 1] = 0;
};

/** EDX:EAX, as RDMSR, XGETBV, RDTSC and their opposites use it. */
export const readEdxEax = (state: CpuState): bigint => (BigInt(readGpr32(state, 2)) << 32n) | BigInt(readGpr32(state, 0));

export const writeEdxEax = (state: CpuState, value: bigint): void => {
  state.setReg(0, value & 0xffff_ffffn);
  state.setReg(2, BigInt.asUintN(32, value >> 32n));
};
