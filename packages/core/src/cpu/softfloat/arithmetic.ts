/**
 * Addition, multiplication, division, square root, comparison and minimum/maximum of binary32 and binary64, as SSE has them.
 * Each reads MXCSR (rounding, DAZ, FTZ) and ORs its exceptions into `floatRaised`; the result is that of masked exceptions.
 *
 * Reference: IEEE 754-2008; SDM vol. 1, 11.5.2 (exceptions) and appendix E.
 */
import type { Callee, Expression, FunctionBuilder, Local } from '../../wasm/function.ts';
import type { Subroutine } from '../builder/builder.ts';
import {
  exponentOf, infinityOf, isNan, isSignalling, magnitude, narrow, raiseDenormal, returnInvalid, returnNan, returnRounded, signOf, sseOperands, unpack, withSign,
} from './binary-format.ts';
import type { Format } from './binary-format.ts';
import { raise, raised, rounding, ROUNDING_SHIFT } from './control.ts';
import { divide128, multiply128, shiftRightJam, squareRoot128 } from './wide.ts';

type Call = (subroutine: Subroutine) => Callee;

const subroutine = (format: Format, name: string, operands: 1 | 2, build: Subroutine['build']): Subroutine => ({
  name: format.name + name, params: operands === 2 ? [format.type, format.type] : [format.type], results: [format.type], build,
});

const anySpecial = (f: FunctionBuilder, format: Format, a: Expression, b: Expression): Expression =>
  f.or(f.eq(exponentOf(f, format, a), f.i32(format.maximum)), f.eq(exponentOf(f, format, b), f.i32(format.maximum)));
const isInfinite = (f: FunctionBuilder, format: Format, bits: Expression): Expression => f.eq(magnitude(f, format, bits), f.i64(infinityOf(format)));
const isZero = (f: FunctionBuilder, format: Format, bits: Expression): Expression => f.op('i64.eqz', magnitude(f, format, bits));

/** a + b, or a - b. */
export const addition = (format: Format, subtract: boolean): Subroutine => subroutine(format, subtract ? 'Sub' : 'Add', 2, (f, call) => {
  const { values, mxcsr } = sseOperands(f, format);
  const [a, b] = values as [Local, Local];
  const signA = f.let(signOf(f, format, a));
  const signB = f.let(subtract ? f.xor(signOf(f, format, b), f.i32(1)) : signOf(f, format, b));
  const differ = f.let(f.xor(signA, signB));
  f.if(anySpecial(f, format, a, b), () => {
    returnNan(f, call, format, a, b);
    f.if(f.and(f.and(isInfinite(f, format, a), isInfinite(f, format, b)), differ), () => returnInvalid(f, format));
    raiseDenormal(f, format, a, b);
    f.return(narrow(f, format, withSign(f, format, f.select(isInfinite(f, format, a), signA, signB), infinityOf(format))));
  });
  raiseDenormal(f, format, a, b);
  const x = unpack(f, format, a);
  const y = unpack(f, format, b);
  // The larger magnitude first; a zero sorts below every number, and its significand adds nothing.
  const swap = f.let(f.ltU(magnitude(f, format, a), magnitude(f, format, b)));
  const exponent = f.let(f.select(swap, y.exponent, x.exponent));
  const distance = f.let(f.select(swap, f.sub(y.exponent, x.exponent), f.sub(x.exponent, y.exponent)));
  const large = f.let(f.shrU(f.select(swap, y.significand, x.significand), 1));
  const small = f.let(f.shrU(f.select(swap, x.significand, y.significand), 1));
  // Zero's exponent of 0 may lie above a denormal's: the distance does not matter then.
  const aligned = f.let(shiftRightJam(f, small, f.and(distance, f.i32(0xfff))));
  const sum = f.let(f.select(differ, f.sub(large, aligned), f.add(large, aligned)));
  const sign = f.let(f.select(swap, signB, signA));
  f.if(f.op('i64.eqz', sum), () => {
    const down = f.eq(f.and(f.shrU(mxcsr, ROUNDING_SHIFT), f.i32(3)), f.i32(rounding.down));
    f.return(narrow(f, format, withSign(f, format, f.select(differ, down, signA), 0n)));
  });
  const leading = f.let(f.op('i64.clz', sum));
  returnRounded(f, call, format, sign, f.sub(f.add(exponent, f.i32(1)), f.wrap(leading)), f.shl(sum, leading), mxcsr);
});

/** The product of two significands, its leading one in bit 63 or 62. */
const product = (f: FunctionBuilder, format: Format, x: Expression, y: Expression): Expression => {
  if (format.precision <= 32) return f.let(f.mul(f.shrU(x, 32), f.shrU(y, 32)));
  const { hi, lo } = multiply128(f, x, y);
  return f.let(f.or(hi, f.extendU(f.ne(lo, f.i64(0)))));
};

export const multiplication = (format: Format): Subroutine => subroutine(format, 'Mul', 2, (f, call) => {
  const { values, mxcsr } = sseOperands(f, format);
  const [a, b] = values as [Local, Local];
  const sign = f.let(signOf(f, format, f.xor(a, b)));
  f.if(anySpecial(f, format, a, b), () => {
    returnNan(f, call, format, a, b);
    f.if(f.or(isZero(f, format, a), isZero(f, format, b)), () => returnInvalid(f, format));
    raiseDenormal(f, format, a, b);
    f.return(narrow(f, format, withSign(f, format, sign, infinityOf(format))));
  });
  raiseDenormal(f, format, a, b);
  f.if(f.or(isZero(f, format, a), isZero(f, format, b)), () => f.return(narrow(f, format, withSign(f, format, sign, 0n))));
  const x = unpack(f, format, a);
  const y = unpack(f, format, b);
  const p = product(f, format, x.significand, y.significand);
  const leading = f.let(f.op('i64.clz', p));
  const exponent = f.sub(f.add(f.add(x.exponent, y.exponent), f.i32(1 - format.bias)), f.wrap(leading));
  returnRounded(f, call, format, sign, exponent, f.shl(p, leading), mxcsr);
});

/** x / y · 2^62 to 2^63, jammed. */
const quotient = (f: FunctionBuilder, call: Call, format: Format, x: Expression, y: Expression): Expression => {
  if (format.precision <= 32) {
    // 24 bits by 24: 40 bits of quotient, moved up.
    const numerator = f.let(f.shl(f.shrU(x, 64 - format.precision), 63 - format.precision));
    const divisor = f.let(f.shrU(y, 64 - format.precision));
    const q = f.let(f.op('i64.div_u', numerator, divisor));
    const jam = f.extendU(f.ne(f.mul(q, divisor), numerator));
    return f.let(f.or(f.shl(q, format.precision), jam));
  }
  const low = f.let(f.shl(x, 63));
  const q = f.let(f.call(call(divide128), f.shrU(x, 1), low, y));
  return f.let(f.or(q, f.extendU(f.ne(f.mul(q, y), low))));
};

export const division = (format: Format): Subroutine => subroutine(format, 'Div', 2, (f, call) => {
  const { values, mxcsr } = sseOperands(f, format);
  const [a, b] = values as [Local, Local];
  const sign = f.let(signOf(f, format, f.xor(a, b)));
  f.if(anySpecial(f, format, a, b), () => {
    returnNan(f, call, format, a, b);
    f.if(isInfinite(f, format, a), () => {
      f.if(isInfinite(f, format, b), () => returnInvalid(f, format));
      raiseDenormal(f, format, b);
      f.return(narrow(f, format, withSign(f, format, sign, infinityOf(format))));
    });
    raiseDenormal(f, format, a);
    f.return(narrow(f, format, withSign(f, format, sign, 0n)));
  });
  f.if(isZero(f, format, b), () => {
    f.if(isZero(f, format, a), () => returnInvalid(f, format));
    raise(f, raised.zeroDivide);
    f.return(narrow(f, format, withSign(f, format, sign, infinityOf(format))));
  });
  raiseDenormal(f, format, a, b);
  f.if(isZero(f, format, a), () => f.return(narrow(f, format, withSign(f, format, sign, 0n))));
  const x = unpack(f, format, a);
  const y = unpack(f, format, b);
  const q = quotient(f, call, format, x.significand, y.significand);
  const leading = f.let(f.op('i64.clz', q));
  const exponent = f.sub(f.add(f.sub(x.exponent, y.exponent), f.i32(format.bias)), f.wrap(leading));
  returnRounded(f, call, format, sign, exponent, f.shl(q, leading), mxcsr);
});

export const squareRoot = (format: Format): Subroutine => subroutine(format, 'Sqrt', 1, (f, call) => {
  const { values, mxcsr } = sseOperands(f, format);
  const [a] = values as [Local];
  returnNan(f, call, format, a, a);
  f.if(isZero(f, format, a), () => f.return(narrow(f, format, a)));
  f.if(signOf(f, format, a), () => returnInvalid(f, format));
  f.if(isInfinite(f, format, a), () => f.return(narrow(f, format, a)));
  raiseDenormal(f, format, a);
  const x = unpack(f, format, a);
  // An even unbiased exponent halves; an odd one leaves one binary place in the radicand.
  const unbiased = f.let(f.sub(x.exponent, f.i32(format.bias)));
  const odd = f.let(f.extendU(f.and(unbiased, f.i32(1))));
  const radicand = f.let(f.shrU(x.significand, f.sub(f.i64(1), odd)));
  // A significand of at most 53 bits loses nothing to that shift.
  const root = f.let(f.call(call(squareRoot128), radicand, f.i64(0)));
  const square = multiply128(f, root, root);
  const jam = f.extendU(f.or(f.ne(square.hi, radicand), f.ne(square.lo, f.i64(0))));
  returnRounded(f, call, format, f.i32(0), f.add(f.shrS(unbiased, 1), f.i32(format.bias)), f.or(root, jam), mxcsr);
});

/** -1, 0, 1, or 2 when unordered. IE for a signalling NaN, and if `signalling` for any NaN. */
export const comparison = (format: Format, signalling: boolean): Subroutine => {
  const name = `${format.name}Compare${signalling ? 'Signalling' : 'Quiet'}`;
  const made = comparisons.get(name) ?? makeComparison(name, format, signalling);
  comparisons.set(name, made);
  return made;
};
const comparisons = new Map<string, Subroutine>();

const makeComparison = (name: string, format: Format, signalling: boolean): Subroutine => ({
  name, params: [format.type, format.type], results: ['i32'],
  build: (f) => {
    const { values } = sseOperands(f, format);
    const [a, b] = values as [Local, Local];
    f.if(f.or(isNan(f, format, a), isNan(f, format, b)), () => {
      if (signalling) raise(f, raised.invalid);
      else f.if(f.or(isSignalling(f, format, a), isSignalling(f, format, b)), () => raise(f, raised.invalid));
      f.return(f.i32(2));
    });
    raiseDenormal(f, format, a, b);
    // Sign and magnitude to two's complement; both zeros become 0.
    const ordered = (bits: Expression): Expression =>
      f.let(f.select(signOf(f, format, bits), f.sub(f.i64(0), magnitude(f, format, bits)), magnitude(f, format, bits)));
    const x = ordered(a);
    const y = ordered(b);
    f.return(f.sub(f.gtS(x, y), f.ltS(x, y)));
  },
});

/** MINSS and the like (SDM vol. 2B): the second operand when either is a NaN or both are zeros; any NaN raises IE. */
export const extremum = (format: Format, maximum: boolean): Subroutine => subroutine(format, maximum ? 'Max' : 'Min', 2, (f, call) => {
  const { values } = sseOperands(f, format);
  const [a, b] = values as [Local, Local];
  const relation = f.let(f.call(call(comparison(format, true)), narrow(f, format, a), narrow(f, format, b)));
  const first = f.eq(relation, f.i32(maximum ? 1 : -1));
  f.return(narrow(f, format, f.select(first, a, b)));
});
