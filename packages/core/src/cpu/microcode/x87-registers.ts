/** The x87 register file in the shapes that its memory images have (SDM vol. 1, 8.1 and 10.5.1). */
import type { CpuState } from '../state.ts';

const EMPTY = 3;
const topOf = (state: CpuState): number => (state.get('fpuStatus') >> 11) & 7;
/** ST(i) is this physical register. */
const physical = (state: CpuState, i: number): number => (topOf(state) + i) & 7;

const isEmpty = (state: CpuState, register: number): boolean => ((state.get('fpuTag') >> (register * 2)) & 3) === EMPTY;

export const readSt = (state: CpuState, i: number): { mantissa: bigint; exponent: number } => {
  const register = physical(state, i);
  return { mantissa: state.get64('fpuMantissa', register), exponent: state.get('fpuExponent', register) };
};

export const writeSt = (state: CpuState, i: number, mantissa: bigint, exponent: number): void => {
  const register = physical(state, i);
  state.set64('fpuMantissa', mantissa, register);
  state.set('fpuExponent', exponent, register);
};

/** Tags: 0 valid, 1 zero, 2 special (infinity, NaN, denormal, unsupported), 3 empty. */
const tagOf = (mantissa: bigint, exponent: number): number => {
  const magnitude = exponent & 0x7fff;
  if (magnitude === 0 && mantissa === 0n) return 1;
  return magnitude === 0 || magnitude === 0x7fff || mantissa >> 63n === 0n ? 2 : 0;
};

/** The tag word as FNSTENV stores it, from the registers' contents. */
export const fullTagWord = (state: CpuState): number => {
  let word = 0;
  for (let register = 0; register < 8; register++) {
    const tag = isEmpty(state, register) ? EMPTY : tagOf(state.get64('fpuMantissa', register), state.get('fpuExponent', register));
    word |= tag << (register * 2);
  }
  return word;
};

/** FXSAVE's tag byte: a bit set for each physical register that is not empty. */
export const abridgedTag = (state: CpuState): number => {
  let byte = 0;
  for (let register = 0; register < 8; register++) if (!isEmpty(state, register)) byte |= 1 << register;
  return byte;
};

export const setAbridgedTag = (state: CpuState, byte: number): void => {
  let word = 0;
  for (let register = 0; register < 8; register++) if ((byte & (1 << register)) === 0) word |= EMPTY << (register * 2);
  state.set('fpuTag', word);
};

const BUSY_AND_SUMMARY = 0x8080;

/** ES and B follow from flags and masks, whatever was in memory. */
export const setStatus = (state: CpuState, status: number): void => {
  const pending = status & ~state.get('fpuControl') & 0x3f;
  state.set('fpuStatus', pending ? status | BUSY_AND_SUMMARY : status & ~BUSY_AND_SUMMARY);
};

/** Bit 6 always reads as 1; bits 7 and 13–15 as 0. */
export const setControl = (state: CpuState, control: number): void => state.set('fpuControl', (control & 0x1f7f) | 0x40);

/** FNINIT. Register contents stay. */
export const initializeX87 = (state: CpuState): void => {
  state.set('fpuControl', 0x37f);
  state.set('fpuStatus', 0);
  state.set('fpuTag', 0xffff);
  state.set('fpuOpcode', 0);
  state.set('fpuCs', 0);
  state.set('fpuDs', 0);
  state.set64('fpuIp', 0n);
  state.set64('fpuDp', 0n);
};
