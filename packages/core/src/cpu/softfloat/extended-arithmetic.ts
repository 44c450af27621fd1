/**
 * Arithmetic of the x87 on the 80-bit format: FADD, FSUB, FMUL, FDIV, FSQRT, comparisons, FRNDINT, FSCALE. Rounding and precision follow the
 * control word; exceptions are ORed into `floatRaised`, bit 6 of it being C1.
 *
 * Reference: SDM vol. 1, 8.3 and 8.5; vol. 2A, the tables of results of each instruction.
 */
import type { Expression, Local } from '../../wasm/function.ts';
import type { Subroutine } from '../builder/builder.ts';
import { TOP_BIT } from './binary-format.ts';
import { loadU16, raise, raised, rounding } from './control.ts';
import { roundToInteger } from './conversion.ts';
import {
  areNormal, controlBit, EXTENDED_BIAS, exponentField, extendedType, isInfinityExtended, isMaximum, isNanExtended, isSignallingExtended, isUnsupported, isZeroExtended, operand,
  packSign, raiseDenormalExtended, returnExtended, returnInvalidExtended, returnNanExtended, returnRoundedExtended, returnSpecial, roundingField, signField, unpackExtended,
} from './extended-format.ts';
import type { Extended } from './extended-format.ts';
import { add128, divide128, multiply128, shiftPairRightJam, squareRoot128, subtract128, variable } from './wide.ts';

const binary = (name: string, build: Subroutine['build']): Subroutine => ({ name, params: [...extendedType, ...extendedType], results: ['i64'], build });

const additive = (name: string, subtract: boolean): Subroutine => binary(name, (f, call) => {
  const a = operand(f, 0);
  const b = operand(f, 1);
  const control = f.let(loadU16(f, 'fpuControl'));
  const signA = f.let(signField(f, a));
  const signB = f.let(subtract ? f.xor(signField(f, b), f.i32(1)) : signField(f, b));
  const differ = f.let(f.xor(signA, signB));
  f.if(f.eqz(areNormal(f, a, b)), () => {
    returnNanExtended(f, call, a, b);
    f.if(f.or(isMaximum(f, a), isMaximum(f, b)), () => {
      const infiniteA = f.let(isMaximum(f, a));
      f.if(f.and(f.and(infiniteA, isMaximum(f, b)), differ), () => returnInvalidExtended(f));
      raiseDenormalExtended(f, a, b);
      returnSpecial(f, f.select(infiniteA, signA, signB), 'infinity');
    });
    raiseDenormalExtended(f, a, b);
  });
  const x = unpackExtended(f, a);
  const y = unpackExtended(f, b);
  const smaller = f.or(f.ltS(x.exponent, y.exponent), f.and(f.eq(x.exponent, y.exponent), f.ltU(x.significand, y.significand)));
  const swap = f.let(smaller);
  const exponent = variable(f, f.select(swap, y.exponent, x.exponent));
  const distance = f.let(f.sub(exponent, f.select(swap, x.exponent, y.exponent)));
  const large = { hi: f.let(f.select(swap, y.significand, x.significand)), lo: f.i64(0) };
  const small = shiftPairRightJam(f, { hi: f.select(swap, x.significand, y.significand), lo: f.i64(0) }, distance);
  const sign = f.let(f.select(swap, signB, signA));
  const hi = f.local('i64');
  const lo = f.local('i64');
  f.if(differ, () => {
    const difference = subtract128(f, large, small);
    f.set(hi, difference.hi);
    f.set(lo, difference.lo);
    f.if(f.op('i64.eqz', f.or(hi, lo)), () => returnSpecial(f, f.eq(roundingField(f, control), f.i32(rounding.down)), 'zero'));
    // More than one place is lost only when the operands were aligned to within one place: then `lo` holds no jam.
    f.if(f.op('i64.eqz', hi), () => {
      f.set(hi, lo);
      f.set(lo, f.i64(0));
      f.set(exponent, f.sub(exponent, f.i32(64)));
    });
    const leading = f.let(f.op('i64.clz', hi));
    f.if(f.ne(leading, f.i64(0)), () => {
      f.set(hi, f.or(f.shl(hi, leading), f.shrU(lo, f.sub(f.i64(64), leading))));
      f.set(lo, f.shl(lo, leading));
      f.set(exponent, f.sub(exponent, f.wrap(leading)));
    });
  }, () => {
    const sum = add128(f, large, small);
    f.set(hi, sum.hi);
    f.set(lo, sum.lo);
    f.if(f.op('i64.eqz', large.hi), () => returnSpecial(f, signA, 'zero'));
    f.if(f.ltU(hi, large.hi), () => {
      f.set(lo, f.or(f.or(f.shrU(lo, 1), f.and(lo, f.i64(1))), f.shl(hi, 63)));
      f.set(hi, f.or(f.shrU(hi, 1), f.i64(TOP_BIT)));
      f.set(exponent, f.add(exponent, f.i32(1)));
    });
  });
  returnRoundedExtended(f, call, sign, exponent, hi, lo, control);
});
export const extendedAdd = additive('extendedAdd', false);
export const extendedSub = additive('extendedSub', true);

export const extendedMul = binary('extendedMul', (f, call) => {
  const a = operand(f, 0);
  const b = operand(f, 1);
  const sign = f.let(f.xor(signField(f, a), signField(f, b)));
  f.if(f.eqz(areNormal(f, a, b)), () => {
    returnNanExtended(f, call, a, b);
    f.if(f.or(isMaximum(f, a), isMaximum(f, b)), () => {
      f.if(f.or(isZeroExtended(f, a), isZeroExtended(f, b)), () => returnInvalidExtended(f));
      raiseDenormalExtended(f, a, b);
      returnSpecial(f, sign, 'infinity');
    });
    raiseDenormalExtended(f, a, b);
    f.if(f.or(isZeroExtended(f, a), isZeroExtended(f, b)), () => returnSpecial(f, sign, 'zero'));
  });
  const x = unpackExtended(f, a);
  const y = unpackExtended(f, b);
  const product = multiply128(f, x.significand, y.significand);
  const hi = variable(f, product.hi);
  const lo = variable(f, product.lo);
  const exponent = variable(f, f.add(f.add(x.exponent, y.exponent), f.i32(1 - EXTENDED_BIAS)));
  f.if(f.geS(hi, f.i64(0)), () => {
    f.set(hi, f.or(f.shl(hi, 1), f.shrU(lo, 63)));
    f.set(lo, f.shl(lo, 1));
    f.set(exponent, f.sub(exponent, f.i32(1)));
  });
  returnRoundedExtended(f, call, sign, exponent, hi, lo, loadU16(f, 'fpuControl'));
});

export const extendedDiv = binary('extendedDiv', (f, call) => {
  const a = operand(f, 0);
  const b = operand(f, 1);
  const sign = f.let(f.xor(signField(f, a), signField(f, b)));
  f.if(f.eqz(areNormal(f, a, b)), () => {
    returnNanExtended(f, call, a, b);
    f.if(isMaximum(f, a), () => {
      f.if(isMaximum(f, b), () => returnInvalidExtended(f));
      raiseDenormalExtended(f, b);
      returnSpecial(f, sign, 'infinity');
    });
    f.if(isMaximum(f, b), () => {
      raiseDenormalExtended(f, a);
      returnSpecial(f, sign, 'zero');
    });
    f.if(isZeroExtended(f, b), () => {
      f.if(isZeroExtended(f, a), () => returnInvalidExtended(f));
      raise(f, raised.zeroDivide);
      returnSpecial(f, sign, 'infinity');
    });
    raiseDenormalExtended(f, a, b);
    f.if(isZeroExtended(f, a), () => returnSpecial(f, sign, 'zero'));
  });
  const x = unpackExtended(f, a);
  const y = unpackExtended(f, b);
  const d = y.significand;
  // The quotient has its leading one in bit 63 either way.
  const less = f.let(f.ltU(x.significand, d));
  const high = f.let(f.select(less, x.significand, f.shrU(x.significand, 1)));
  const low = f.let(f.select(less, f.i64(0), f.shl(x.significand, 63)));
  const q = f.let(f.call(call(divide128), high, low, d));
  const rest = f.let(f.sub(low, f.mul(q, d)));
  const complement = f.let(f.sub(d, rest));
  const beyondHalf = f.select(f.gtU(rest, complement), f.i64(TOP_BIT | 1n), f.select(f.eq(rest, complement), f.i64(TOP_BIT), f.i64(1)));
  const extra = f.select(f.op('i64.eqz', rest), f.i64(0), beyondHalf);
  const exponent = f.sub(f.add(f.sub(x.exponent, y.exponent), f.i32(EXTENDED_BIAS)), less);
  returnRoundedExtended(f, call, sign, exponent, q, extra, loadU16(f, 'fpuControl'));
});

export const extendedSqrt: Subroutine = {
  name: 'extendedSqrt', params: [...extendedType], results: ['i64'],
  build: (f, call) => {
    const a = operand(f, 0);
    returnNanExtended(f, call, a, a);
    f.if(isZeroExtended(f, a), () => returnExtended(f, a));
    f.if(signField(f, a), () => returnInvalidExtended(f));
    f.if(isMaximum(f, a), () => returnExtended(f, a));
    raiseDenormalExtended(f, a);
    const x = unpackExtended(f, a);
    const unbiased = f.let(f.sub(x.exponent, f.i32(EXTENDED_BIAS)));
    const odd = f.let(f.and(unbiased, f.i32(1)));
    const hi = f.let(f.select(odd, x.significand, f.shrU(x.significand, 1)));
    const lo = f.let(f.select(odd, f.i64(0), f.shl(x.significand, 63)));
    const root = f.let(f.call(call(squareRoot128), hi, lo));
    const rest = subtract128(f, { hi, lo }, multiply128(f, root, root));
    // (root + 1/2)² = root² + root + 1/4: never hit exactly.
    const beyondHalf = f.or(f.ne(rest.hi, f.i64(0)), f.gtU(rest.lo, root));
    const extra = f.select(f.op('i64.eqz', f.or(rest.hi, rest.lo)), f.i64(0), f.select(beyondHalf, f.i64(TOP_BIT | 1n), f.i64(1)));
    returnRoundedExtended(f, call, f.i32(0), f.add(f.shrS(unbiased, 1), f.i32(EXTENDED_BIAS)), root, extra, loadU16(f, 'fpuControl'));
  },
};

/** (a, b, signalling) -> -1, 0, 1, or 2 when unordered. Any NaN raises IE when signalling, as in FCOM; FUCOM raises it for signalling NaNs only. */
export const extendedCompare: Subroutine = {
  name: 'extendedCompare', params: [...extendedType, ...extendedType, 'i32'], results: ['i32'],
  build: (f) => {
    const a = operand(f, 0);
    const b = operand(f, 1);
    const signalling = f.params[4]!;
    f.if(f.eqz(areNormal(f, a, b)), () => {
      const unsupported = f.let(f.or(isUnsupported(f, a), isUnsupported(f, b)));
      f.if(f.or(unsupported, f.or(isNanExtended(f, a), isNanExtended(f, b))), () => {
        const invalid = f.or(f.or(unsupported, signalling), f.or(isSignallingExtended(f, a), isSignallingExtended(f, b)));
        f.if(invalid, () => raise(f, raised.invalid));
        f.return(f.i32(2));
      });
      raiseDenormalExtended(f, a, b);
    });
    const x = unpackExtended(f, a);
    const y = unpackExtended(f, b);
    f.if(f.op('i64.eqz', f.or(x.significand, y.significand)), () => f.return(f.i32(0)));
    const signA = f.let(signField(f, a));
    f.if(f.ne(signA, signField(f, b)), () => f.return(f.select(signA, f.i32(-1), f.i32(1))));
    const byExponent = f.sub(f.gtS(x.exponent, y.exponent), f.ltS(x.exponent, y.exponent));
    const bySignificand = f.sub(f.gtU(x.significand, y.significand), f.ltU(x.significand, y.significand));
    const order = f.let(f.select(f.ne(x.exponent, y.exponent), byExponent, bySignificand));
    f.return(f.select(signA, f.sub(f.i32(0), order), order));
  },
};

/** FRNDINT. */
export const extendedRoundToInt: Subroutine = {
  name: 'extendedRoundToInt', params: [...extendedType], results: ['i64'],
  build: (f, call) => {
    const a = operand(f, 0);
    returnNanExtended(f, call, a, a);
    f.if(f.or(f.geU(exponentField(f, a), f.i32(EXTENDED_BIAS + 63)), isZeroExtended(f, a)), () => returnExtended(f, a));
    raiseDenormalExtended(f, a);
    const x = unpackExtended(f, a);
    const sign = f.let(signField(f, a));
    const mode = roundingField(f, loadU16(f, 'fpuControl'));
    const whole = f.let(f.call(call(roundToInteger), sign, f.sub(x.exponent, f.i32(EXTENDED_BIAS)), x.significand, mode));
    f.if(f.op('i64.eqz', whole), () => returnSpecial(f, sign, 'zero'));
    const leading = f.let(f.op('i64.clz', whole));
    const exponent = f.sub(f.i32(EXTENDED_BIAS + 63), f.wrap(leading));
    returnExtended(f, { significand: f.shl(whole, leading), signExponent: packSign(f, sign, exponent) });
  },
};

/** Beyond this every number overflows or underflows, even after the adjustment of an unmasked exception. */
const LARGEST_SCALE = 0x1_0000;

/** FSCALE: a · 2^trunc(b). Precision control has no say (SDM vol. 1, 8.1.5.2). */
export const extendedScale = binary('extendedScale', (f, call) => {
  const a = operand(f, 0);
  const b = operand(f, 1);
  returnNanExtended(f, call, a, b);
  const sign = f.let(signField(f, a));
  const down = f.let(signField(f, b));
  f.if(isInfinityExtended(f, b), () => {
    const opposite = f.select(down, isMaximum(f, a), isZeroExtended(f, a));
    f.if(opposite, () => returnInvalidExtended(f));
    raiseDenormalExtended(f, a);
    f.if(down, () => returnSpecial(f, sign, 'zero'), () => returnSpecial(f, sign, 'infinity'));
  });
  raiseDenormalExtended(f, a, b);
  f.if(f.or(isMaximum(f, a), isZeroExtended(f, a)), () => returnExtended(f, a));
  const x = unpackExtended(f, a);
  const distance = f.let(f.sub(exponentField(f, b), f.i32(EXTENDED_BIAS)));
  const scale = variable(f, f.i32(0));
  f.if(f.geS(distance, f.i32(0)), () => {
    const large = f.geS(distance, f.i32(16));
    f.set(scale, f.select(large, f.i32(LARGEST_SCALE), f.wrap(f.shrU(b.significand, f.extendU(f.and(f.sub(f.i32(63), distance), f.i32(63)))))));
    f.if(down, () => f.set(scale, f.sub(f.i32(0), scale)));
  });
  const control = f.or(loadU16(f, 'fpuControl'), f.i32(controlBit.fullPrecision));
  returnRoundedExtended(f, call, sign, f.add(x.exponent, scale), x.significand, f.i64(0), control);
});

/** FXTRACT's exponent as a number, of a finite operand that is not 0. */
export const unbiasedExponent = (f: Parameters<typeof unpackExtended>[0], a: Extended): { exponent: Expression; significand: Local } => {
  const x = unpackExtended(f, a);
  return { exponent: f.let(f.sub(x.exponent, f.i32(EXTENDED_BIAS))), significand: x.significand };
};
