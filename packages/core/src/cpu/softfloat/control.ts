/**
 * How the arithmetic reaches the control bits and reports exceptions. Everything works on a control word laid out as MXCSR
 * (SDM vol. 1, 10.2.3): the x87's is translated to it, so that one rounding routine serves both.
 */
import type { Expression, FunctionBuilder } from '../../wasm/function.ts';
import { STATE_BASE } from '../../memory/layout.ts';
import { offsetOf } from '../state.ts';
import type { FieldName } from '../state.ts';

/** MXCSR bits. Flags are bits 0–5; the mask of flag n is bit n + 7. */
export const mxcsrBit = { daz: 0x40, maskOverflow: 0x400, maskUnderflow: 0x800, rounding: 0x6000, ftz: 0x8000 } as const;
export const ROUNDING_SHIFT = 13;
/** Values of the rounding field, in MXCSR, the x87 control word and the immediate of ROUNDSS. */
export const rounding = { nearest: 0, down: 1, up: 2, truncate: 3 } as const;

/** Bits of `floatRaised`; `roundedUp` becomes C1 of the x87, and is no flag of MXCSR. */
export const raised = { invalid: 1, denormal: 2, zeroDivide: 4, overflow: 8, underflow: 0x10, inexact: 0x20, roundedUp: 0x40 } as const;

export const loadU16 = (f: FunctionBuilder, field: FieldName): Expression => f.load('i32.load16_u', f.i32(STATE_BASE), offsetOf[field]);
export const loadMxcsr = (f: FunctionBuilder): Expression => f.let(f.load('i32.load', f.i32(STATE_BASE), offsetOf.mxcsr));

/** The x87 control word as an MXCSR: same masks, same rounding, no DAZ, no FTZ. */
export const loadX87Control = (f: FunctionBuilder): Expression => {
  const fcw = f.let(loadU16(f, 'fpuControl'));
  return f.let(f.or(f.shl(f.and(fcw, f.i32(0x3f)), 7), f.shl(f.and(fcw, f.i32(0xc00)), 3)));
};

/** ORs exception bits into `floatRaised`. */
export const raise = (f: FunctionBuilder, bits: number | Expression): void => {
  const value = typeof bits === 'number' ? f.i32(bits) : bits;
  f.store('i32.store', f.i32(STATE_BASE), f.or(f.load('i32.load', f.i32(STATE_BASE), offsetOf.floatRaised), value), offsetOf.floatRaised);
};
