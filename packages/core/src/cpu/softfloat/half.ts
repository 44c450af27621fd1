/**
 * Conversions of F16C between binary16 (IEEE 754-2008, 3.6) and binary32. MXCSR's rounding yields to the immediate's; FTZ does not apply to halves,
 * nor do DAZ and DE to those converted from.
 *
 * Reference: SDM vol. 1, 14.4.1; vol. 2C, VCVTPH2PS, VCVTPS2PH.
 */
import type { Local } from '../../wasm/function.ts';
import type { Subroutine } from '../builder/builder.ts';
import {
  binary16, binary32, exponentOf, infinityOf, isNan, isSignalling, magnitude, narrow, packers, raiseDenormal, signOf, sseOperands, unpack, widen, withSign,
} from './binary-format.ts';
import { mxcsrBit, raise, raised, ROUNDING_SHIFT } from './control.ts';

const QUIET_32 = 1n << 22n;
const QUIET_16 = 1n << 9n;
const SHIFT = binary32.precision - binary16.precision;

export const f16ToF32: Subroutine = {
  name: 'f16ToF32', params: ['i32'], results: ['i32'],
  build: (f) => {
    const a = widen(f, binary16, f.params[0]!);
    const sign = f.let(signOf(f, binary16, a));
    f.if(f.eq(exponentOf(f, binary16, a), f.i32(binary16.maximum)), () => {
      f.if(f.eqz(isNan(f, binary16, a)), () => f.return(f.wrap(withSign(f, binary32, sign, infinityOf(binary32)))));
      f.if(isSignalling(f, binary16, a), () => raise(f, raised.invalid));
      f.return(f.wrap(f.or(f.shl(magnitude(f, binary16, a), SHIFT), withSign(f, binary32, sign, infinityOf(binary32) | QUIET_32))));
    });
    f.if(f.op('i64.eqz', magnitude(f, binary16, a)), () => f.return(f.wrap(withSign(f, binary32, sign, 0n))));
    // every half is a normal single
    const x = unpack(f, binary16, a);
    const exponent = f.extendS(f.add(x.exponent, f.i32(binary32.bias - binary16.bias - 1)));
    f.return(f.wrap(f.or(f.add(f.shl(exponent, binary32.precision - 1), f.shrU(x.significand, 64 - binary32.precision)), withSign(f, binary32, sign, 0n))));
  },
};

/** (single, immediate): bit 2 takes MXCSR's rounding mode. */
export const f32ToF16: Subroutine = {
  name: 'f32ToF16', params: ['i32', 'i32'], results: ['i32'],
  build: (f, call) => {
    const { values, mxcsr } = sseOperands(f, binary32, 1);
    const [a] = values as [Local];
    const immediate = f.params[1]!;
    const sign = f.let(signOf(f, binary32, a));
    f.if(f.eq(exponentOf(f, binary32, a), f.i32(binary32.maximum)), () => {
      f.if(f.eqz(isNan(f, binary32, a)), () => f.return(f.wrap(withSign(f, binary16, sign, infinityOf(binary16)))));
      f.if(isSignalling(f, binary32, a), () => raise(f, raised.invalid));
      f.return(f.wrap(f.or(f.and(f.shrU(a, SHIFT), f.i64(QUIET_16 - 1n)), withSign(f, binary16, sign, infinityOf(binary16) | QUIET_16))));
    });
    f.if(f.op('i64.eqz', magnitude(f, binary32, a)), () => f.return(f.wrap(withSign(f, binary16, sign, 0n))));
    raiseDenormal(f, binary32, a);
    const x = unpack(f, binary32, a);
    const own = f.shl(f.and(immediate, f.i32(3)), ROUNDING_SHIFT);
    const mode = f.select(f.and(immediate, f.i32(4)), f.and(mxcsr, f.i32(mxcsrBit.rounding)), own);
    const control = f.or(f.and(mxcsr, f.i32(~(mxcsrBit.rounding | mxcsrBit.ftz))), mode);
    f.return(narrow(f, binary32, f.call(call(packers.f16), sign, f.add(x.exponent, f.i32(binary16.bias - binary32.bias)), x.significand, control)));
  },
};
