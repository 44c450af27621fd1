/**
 * Conversions among binary32, binary64 and integers, and rounding to an integral value, as SSE has them.
 * A value that does not fit raises IE and gives the integer indefinite; conversions to integers take no notice of denormals but for DAZ.
 *
 * Reference: SDM vol. 1, 4.8.4, 11.5.2; vol. 2, CVT* and ROUND*.
 */
import type { Callee, Expression, FunctionBuilder, Local } from '../../wasm/function.ts';
import type { Subroutine } from '../builder/builder.ts';
import {
  exponentOf, infinityOf, isNan, isSignalling, magnitude, narrow, raiseDenormal, returnNan, returnRounded, signOf, sseOperands, TOP_BIT, unpack, withSign,
} from './binary-format.ts';
import type { Format } from './binary-format.ts';
import { loadMxcsr, raise, raised, rounding, ROUNDING_SHIFT } from './control.ts';
import { variable } from './wide.ts';

type Call = (subroutine: Subroutine) => Callee;
const INDEFINITE_EXPONENT = 0x7000;

/**
 * The integer next to significand / 2^63 · 2^exponent by the rounding mode: (sign, exponent, significand, mode), exponent < 64.
 * PE and C1 are raised unless bit 2 of the mode is set.
 */
export const roundToInteger: Subroutine = {
  name: 'roundToInteger', params: ['i32', 'i32', 'i64', 'i32'], results: ['i64'],
  build: (f) => {
    const [sign, exponent, significand, mode] = f.params as [Local, Local, Local, Local];
    const drop = f.let(f.extendU(f.sub(f.i32(63), exponent)));
    const whole = variable(f, f.i64(0));
    // What lies behind the point, as a fraction of 2^64; below 2^-64 only that it is there matters.
    const fraction = variable(f, f.extendU(f.ne(significand, f.i64(0))));
    f.if(f.ltU(drop, f.i64(64)), () => {
      f.set(whole, f.shrU(significand, drop));
      f.set(fraction, f.select(f.op('i64.eqz', drop), f.i64(0), f.shl(significand, f.sub(f.i64(0), drop))));
    }, () => f.if(f.eq(drop, f.i64(64)), () => f.set(fraction, significand)));
    f.if(f.op('i64.eqz', fraction), () => f.return(whole));
    const direction = f.let(f.and(mode, f.i32(3)));
    const nearest = f.or(f.gtU(fraction, f.i64(TOP_BIT)), f.and(f.eq(fraction, f.i64(TOP_BIT)), f.wrap(f.and(whole, f.i64(1)))));
    const away = f.eq(direction, f.select(sign, f.i32(rounding.down), f.i32(rounding.up)));
    const up = f.let(f.select(direction, away, nearest));
    f.if(f.eqz(f.and(mode, f.i32(4))), () => raise(f, f.select(up, f.i32(raised.inexact | raised.roundedUp), f.i32(raised.inexact))));
    f.return(f.add(whole, f.extendU(up)));
  },
};

/**
 * A signed integer of `width` bits (sign-extended) from (sign, exponent, significand, mode, width); IE and the integer indefinite if it does not fit.
 * An exponent of `INDEFINITE_EXPONENT` stands for NaNs and infinities.
 */
export const toSignedInteger: Subroutine = {
  name: 'toSignedInteger', params: ['i32', 'i32', 'i64', 'i32', 'i32'], results: ['i64'],
  build: (f, call) => {
    const [sign, exponent, significand, mode, width] = f.params as [Local, Local, Local, Local, Local];
    f.if(f.op('i64.eqz', significand), () => f.return(f.i64(0)));
    const limit = f.let(f.shl(f.i64(1), f.extendU(f.sub(width, f.i32(1)))));
    f.block((invalid) => {
      f.brIf(invalid, f.geS(exponent, f.i32(64)));
      const silent = f.let(f.call(call(roundToInteger), sign, exponent, significand, f.or(mode, f.i32(4))));
      f.brIf(invalid, f.geU(silent, f.add(limit, f.extendU(sign))));
      f.drop(f.call(call(roundToInteger), sign, exponent, significand, mode));
      f.return(f.select(sign, f.sub(f.i64(0), silent), silent));
    });
    raise(f, raised.invalid);
    f.return(f.sub(f.i64(0), limit));
  },
};

/** Of a finite number or not: what `toSignedInteger` takes as exponent and significand. */
const integerOperand = (f: FunctionBuilder, format: Format, bits: Expression): { exponent: Expression; significand: Expression } => {
  const x = unpack(f, format, bits);
  f.if(f.eq(exponentOf(f, format, bits), f.i32(format.maximum)), () => f.set(x.exponent, f.i32(INDEFINITE_EXPONENT)));
  return { exponent: f.sub(x.exponent, f.i32(format.bias)), significand: x.significand };
};

const roundingMode = (f: FunctionBuilder, mxcsr: Expression): Expression => f.and(f.shrU(mxcsr, ROUNDING_SHIFT), f.i32(3));

/** CVTSS2SI and its kin; `truncated` as CVTTSS2SI. */
export const toInteger = (format: Format, width: 32 | 64, truncated: boolean): Subroutine => ({
  name: `${format.name}ToI${width}${truncated ? 'Truncated' : ''}`, params: [format.type], results: [width === 32 ? 'i32' : 'i64'],
  build: (f, call) => {
    const { values, mxcsr } = sseOperands(f, format);
    const [a] = values as [Local];
    const { exponent, significand } = integerOperand(f, format, a);
    const mode = truncated ? f.i32(rounding.truncate) : roundingMode(f, mxcsr);
    const value = f.call(call(toSignedInteger), signOf(f, format, a), exponent, significand, mode, f.i32(width));
    f.return(width === 32 ? f.wrap(value) : value);
  },
});

/** Rounds the signed integer `value` (i64) into the format under `control`, and returns it. */
const returnFromInteger = (f: FunctionBuilder, call: Call, format: Format, value: Expression, control: Expression): void => {
  const v = f.let(value);
  f.if(f.op('i64.eqz', v), () => f.return(narrow(f, format, f.i64(0))));
  const sign = f.let(f.ltS(v, f.i64(0)));
  const absolute = f.let(f.select(sign, f.sub(f.i64(0), v), v));
  const leading = f.let(f.op('i64.clz', absolute));
  returnRounded(f, call, format, sign, f.sub(f.i32(format.bias + 63), f.wrap(leading)), f.shl(absolute, leading), control);
};

export const fromInteger = (format: Format, width: 32 | 64): Subroutine => ({
  name: `i${width}To${format.name.toUpperCase()}`, params: [width === 32 ? 'i32' : 'i64'], results: [format.type],
  build: (f, call) => {
    const [value] = f.params as [Local];
    returnFromInteger(f, call, format, width === 32 ? f.extendS(value) : value, loadMxcsr(f));
  },
});

/** CVTSS2SD: exact. */
export const widening = (from: Format, to: Format): Subroutine => ({
  name: `${from.name}To${to.name.toUpperCase()}`, params: [from.type], results: [to.type],
  build: (f, call) => {
    const { values, mxcsr } = sseOperands(f, from);
    const [a] = values as [Local];
    const sign = f.let(signOf(f, from, a));
    const shift = to.precision - from.precision;
    f.if(f.eq(exponentOf(f, from, a), f.i32(from.maximum)), () => {
      f.if(f.op('i64.eqz', f.sub(magnitude(f, from, a), f.i64(infinityOf(from)))), () => f.return(withSign(f, to, sign, infinityOf(to))));
      f.if(isSignalling(f, from, a), () => raise(f, raised.invalid));
      const payload = f.shl(magnitude(f, from, a), shift);
      f.return(f.or(payload, withSign(f, to, sign, infinityOf(to) | (1n << BigInt(to.precision - 2)))));
    });
    f.if(f.op('i64.eqz', magnitude(f, from, a)), () => f.return(withSign(f, to, sign, 0n)));
    raiseDenormal(f, from, a);
    const x = unpack(f, from, a);
    returnRounded(f, call, to, sign, f.add(x.exponent, f.i32(to.bias - from.bias)), x.significand, mxcsr);
  },
});

/** CVTSD2SS. */
export const narrowing = (from: Format, to: Format): Subroutine => ({
  name: `${from.name}To${to.name.toUpperCase()}`, params: [from.type], results: [to.type],
  build: (f, call) => {
    const { values, mxcsr } = sseOperands(f, from);
    const [a] = values as [Local];
    const sign = f.let(signOf(f, from, a));
    const shift = from.precision - to.precision;
    f.if(f.eq(exponentOf(f, from, a), f.i32(from.maximum)), () => {
      f.if(isNan(f, from, a), () => {
        f.if(isSignalling(f, from, a), () => raise(f, raised.invalid));
        const payload = f.and(f.shrU(a, shift), f.i64((1n << BigInt(to.precision - 2)) - 1n));
        f.return(narrow(f, to, f.or(payload, withSign(f, to, sign, infinityOf(to) | (1n << BigInt(to.precision - 2))))));
      });
      f.return(narrow(f, to, withSign(f, to, sign, infinityOf(to))));
    });
    f.if(f.op('i64.eqz', magnitude(f, from, a)), () => f.return(narrow(f, to, withSign(f, to, sign, 0n))));
    raiseDenormal(f, from, a);
    const x = unpack(f, from, a);
    returnRounded(f, call, to, sign, f.add(x.exponent, f.i32(to.bias - from.bias)), x.significand, mxcsr);
  },
});

/** ROUNDSS: (bits, immediate). Immediate bit 2 takes the rounding mode of MXCSR, bit 3 keeps PE quiet (SDM vol. 2B, figure 4-24). */
export const roundToIntegral = (format: Format): Subroutine => ({
  name: `${format.name}RoundToInt`, params: [format.type, 'i32'], results: [format.type],
  build: (f, call) => {
    const { values, mxcsr } = sseOperands(f, format, 1);
    const [a] = values as [Local];
    const immediate = f.params[1]!;
    returnNan(f, call, format, a, a);
    const exponent = f.let(f.sub(exponentOf(f, format, a), f.i32(format.bias)));
    f.if(f.geS(exponent, f.i32(format.precision - 1)), () => f.return(narrow(f, format, a)));
    const x = unpack(f, format, a);
    const sign = f.let(signOf(f, format, a));
    const direction = f.select(f.and(immediate, f.i32(4)), roundingMode(f, mxcsr), f.and(immediate, f.i32(3)));
    const mode = f.or(direction, f.shrU(f.and(immediate, f.i32(8)), 1));
    const whole = f.let(f.call(call(roundToInteger), sign, f.sub(x.exponent, f.i32(format.bias)), x.significand, mode));
    f.if(f.op('i64.eqz', whole), () => f.return(narrow(f, format, withSign(f, format, sign, 0n))));
    const leading = f.let(f.op('i64.clz', whole));
    returnRounded(f, call, format, sign, f.sub(f.i32(format.bias + 63), f.wrap(leading)), f.shl(whole, leading), mxcsr);
  },
});
