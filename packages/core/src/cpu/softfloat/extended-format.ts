/**
 * The 80-bit extended format of the x87: a 64-bit significand with an explicit leading one, and sign and exponent in 16 bits.
 * An operand is two values: (significand i64, sign and exponent i32). A subroutine returns the significand; sign and exponent of the
 * result are in the state's `scratch`, see `resultExponent`.
 *
 * Reference: SDM vol. 1, 8.2 (formats and encodings that are not supported), 8.5 (exceptions), 4.8.3.5 and table 4-7 (NaNs).
 */
import type { Callee, Expression, FunctionBuilder, Local } from '../../wasm/function.ts';
import type { Subroutine } from '../builder/builder.ts';
import { loadField, storeField } from '../builder/fields.ts';
import { TOP_BIT } from './binary-format.ts';
import { raise, raised, rounding } from './control.ts';
import { shiftPairRightJam, variable } from './wide.ts';

export const EXTENDED_BIAS = 0x3fff;
export const EXTENDED_MAXIMUM = 0x7fff;
const QUIET_BIT = 1n << 62n;
const UNMASKED_ADJUSTMENT = 0x6000;
/** Control word bits. */
export const controlBit = { maskInvalid: 1, maskOverflow: 8, maskUnderflow: 0x10, fullPrecision: 0x300 } as const;

export type Call = (subroutine: Subroutine) => Callee;

/** Where sign and exponent of a result are left. */
const RESULT_SLOT = 15;
export const resultExponent = (f: FunctionBuilder): Expression => f.let(f.wrap(loadField(f, 'scratch', RESULT_SLOT)));
export const setResultExponent = (f: FunctionBuilder, value: Expression): void => storeField(f, 'scratch', f.extendU(value), RESULT_SLOT);

export interface Extended {
  readonly significand: Expression;
  /** Bit 15 and 14–0. */
  readonly signExponent: Expression;
}

export const extendedType = ['i64', 'i32'] as const;
/** Parameters 2 · n and 2 · n + 1. */
export const operand = (f: FunctionBuilder, n: number): Extended => ({ significand: f.params[2 * n]!, signExponent: f.params[2 * n + 1]! });

export const returnExtended = (f: FunctionBuilder, value: Extended): void => {
  setResultExponent(f, value.signExponent);
  f.return(value.significand);
};
/** "Real indefinite". */
export const INDEFINITE = { significand: TOP_BIT | QUIET_BIT, signExponent: 0xffff } as const;
export const returnInvalidExtended = (f: FunctionBuilder): void => {
  raise(f, raised.invalid);
  returnExtended(f, { significand: f.i64(INDEFINITE.significand), signExponent: f.i32(INDEFINITE.signExponent) });
};

export const exponentField = (f: FunctionBuilder, x: Extended): Expression => f.and(x.signExponent, f.i32(EXTENDED_MAXIMUM));
export const signField = (f: FunctionBuilder, x: Extended): Expression => f.and(f.shrU(x.signExponent, 15), f.i32(1));
export const packSign = (f: FunctionBuilder, sign: Expression, exponent: Expression): Expression => f.or(f.shl(sign, 15), exponent);

/** Infinity, NaN, or an encoding that is not supported: whatever is no number. Unnormals, pseudo-NaNs, pseudo-infinities have an exponent but no leading one. */
export const isUnsupported = (f: FunctionBuilder, x: Extended): Expression => f.and(f.ne(exponentField(f, x), f.i32(0)), f.geS(x.significand, f.i64(0)));
export const isMaximum = (f: FunctionBuilder, x: Extended): Expression => f.eq(exponentField(f, x), f.i32(EXTENDED_MAXIMUM));
export const isNanExtended = (f: FunctionBuilder, x: Extended): Expression => f.and(isMaximum(f, x), f.gtU(x.significand, f.i64(TOP_BIT)));
export const isSignallingExtended = (f: FunctionBuilder, x: Extended): Expression =>
  f.and(isNanExtended(f, x), f.op('i64.eqz', f.and(x.significand, f.i64(QUIET_BIT))));
export const isInfinityExtended = (f: FunctionBuilder, x: Extended): Expression => f.and(isMaximum(f, x), f.eq(x.significand, f.i64(TOP_BIT)));
export const isZeroExtended = (f: FunctionBuilder, x: Extended): Expression => f.op('i64.eqz', x.significand);
/** Pseudo-denormals included. */
const isDenormalExtended = (f: FunctionBuilder, x: Extended): Expression => f.and(f.eqz(exponentField(f, x)), f.ne(x.significand, f.i64(0)));
export const raiseDenormalExtended = (f: FunctionBuilder, ...operands: Extended[]): void => {
  const any = operands.map((x) => isDenormalExtended(f, x)).reduce((x, y) => f.or(x, y));
  f.if(any, () => raise(f, raised.denormal));
};

/** All are normal numbers: the common case, for which no special operand need be looked for. */
export const areNormal = (f: FunctionBuilder, ...operands: Extended[]): Expression => {
  const inRange = operands.map((x) => f.ltU(f.sub(exponentField(f, x), f.i32(1)), f.i32(EXTENDED_MAXIMUM - 1)));
  const leading = operands.map((x) => x.significand).reduce((x, y) => f.and(x, y));
  return f.and(inRange.reduce((x, y) => f.and(x, y)), f.ltS(leading, f.i64(0)));
};

export interface UnpackedExtended {
  /** Biased; of a denormal as if the exponent reached so low; far below all of zero. */
  readonly exponent: Local;
  /** Leading one in bit 63; 0 of zero. */
  readonly significand: Local;
}

const ZERO_EXPONENT = -0x1_0000;

export const unpackExtended = (f: FunctionBuilder, x: Extended): UnpackedExtended => {
  const exponent = variable(f, exponentField(f, x));
  const significand = variable(f, x.significand);
  f.if(f.eqz(exponent), () => {
    const leading = f.let(f.op('i64.clz', significand));
    f.set(significand, f.shl(significand, leading));
    f.set(exponent, f.select(f.op('i64.eqz', significand), f.i32(ZERO_EXPONENT), f.sub(f.i32(1), f.wrap(leading))));
  });
  return { exponent, significand };
};

/**
 * The NaN that follows from two operands one of which is a NaN: the larger significand, but a quiet one before a signalling one; the positive one of equals.
 * Of two numbers with the same significand the sign decides.
 */
const propagateExtended: Subroutine = {
  name: 'extendedPropagate', params: [...extendedType, ...extendedType], results: ['i64'],
  build: (f) => {
    const a = operand(f, 0);
    const b = operand(f, 1);
    const signallingA = f.let(isSignallingExtended(f, a));
    const signallingB = f.let(isSignallingExtended(f, b));
    const nanA = f.let(isNanExtended(f, a));
    const nanB = f.let(isNanExtended(f, b));
    f.if(f.or(signallingA, signallingB), () => raise(f, raised.invalid));
    const takeA = f.local('i32');
    f.if(f.eqz(f.and(nanA, nanB)), () => f.set(takeA, nanA), () => {
      f.if(f.ne(signallingA, signallingB), () => f.set(takeA, signallingB), () => {
        const larger = f.gtU(a.significand, b.significand);
        const positive = f.leU(a.signExponent, b.signExponent);
        f.set(takeA, f.or(larger, f.and(f.eq(a.significand, b.significand), positive)));
      });
    });
    setResultExponent(f, f.select(takeA, a.signExponent, b.signExponent));
    f.return(f.or(f.select(takeA, a.significand, b.significand), f.i64(QUIET_BIT)));
  },
};

/** Returns for operands that are not supported, and for NaNs. */
export const returnNanExtended = (f: FunctionBuilder, call: Call, a: Extended, b: Extended): void => {
  f.if(f.or(isUnsupported(f, a), isUnsupported(f, b)), () => returnInvalidExtended(f));
  f.if(f.or(isNanExtended(f, a), isNanExtended(f, b)), () =>
    f.return(f.call(call(propagateExtended), a.significand, a.signExponent, b.significand, b.signExponent)));
};

/** ±0 or ±infinity. */
export const returnSpecial = (f: FunctionBuilder, sign: Expression, kind: 'zero' | 'infinity'): void => {
  returnExtended(f, { significand: f.i64(kind === 'zero' ? 0n : TOP_BIT), signExponent: packSign(f, sign, f.i32(kind === 'zero' ? 0 : EXTENDED_MAXIMUM)) });
};

/** The rounding field of a control word. */
export const roundingField = (f: FunctionBuilder, control: Expression): Expression => f.and(f.shrU(control, 10), f.i32(3));

/**
 * Rounds ±(significand + extra / 2^64) / 2^63 · 2^(exponent - bias): (sign, exponent, significand, extra, control word). Bit 63 of the
 * significand is set. Precision control shortens the significand, not the exponent. An unmasked overflow or underflow gives the
 * result with its exponent moved by 0x6000 (SDM vol. 1, 8.5.4, 8.5.5).
 */
const roundPackExtended: Subroutine = {
  name: 'extendedRoundPack', params: ['i32', 'i32', 'i64', 'i64', 'i32'], results: ['i64'],
  build: (f) => {
    const [sign, exponentIn, significandIn, extraIn, control] = f.params as [Local, Local, Local, Local, Local];
    // The common case: full precision, to nearest, far from both ends of the exponent.
    f.if(f.and(f.eq(f.and(control, f.i32(0xf00)), f.i32(controlBit.fullPrecision)), f.ltU(f.sub(exponentIn, f.i32(1)), f.i32(EXTENDED_MAXIMUM - 2))), () => {
      const odd = f.wrap(f.and(significandIn, f.i64(1)));
      const up = f.let(f.or(f.gtU(extraIn, f.i64(TOP_BIT)), f.and(f.eq(extraIn, f.i64(TOP_BIT)), odd)));
      f.if(f.ne(extraIn, f.i64(0)), () => raise(f, f.or(f.i32(raised.inexact), f.shl(up, 6))));
      const rounded = f.let(f.add(significandIn, f.extendU(up)));
      const carried = f.let(f.op('i64.eqz', rounded));
      setResultExponent(f, packSign(f, sign, f.add(exponentIn, carried)));
      f.return(f.or(rounded, f.shl(f.extendU(carried), 63)));
    });
    const exponent = variable(f, exponentIn);
    const significand = variable(f, significandIn);
    const extra = variable(f, extraIn);
    const precision = f.let(f.and(f.shrU(control, 8), f.i32(3)));
    const drop = f.let(f.extendU(f.select(precision, f.select(f.eq(precision, f.i32(2)), f.i32(11), f.i32(0)), f.i32(40))));
    const mode = f.let(roundingField(f, control));
    const away = f.let(f.eq(mode, f.select(sign, f.i32(rounding.down), f.i32(rounding.up))));
    const kept = f.let(f.shl(f.i64(-1), drop));
    const up = f.local('i32');
    const remainder = f.local('i64');
    /** Sets `remainder`, as a fraction of one unit in the last place, and `up`. */
    const decide = (): void => {
      f.set(remainder, extra);
      f.if(f.ne(drop, f.i64(0)), () => f.set(remainder, f.or(f.shl(significand, f.sub(f.i64(64), drop)), f.extendU(f.ne(extra, f.i64(0))))));
      const odd = f.wrap(f.and(f.shrU(significand, drop), f.i64(1)));
      const nearest = f.or(f.gtU(remainder, f.i64(TOP_BIT)), f.and(f.eq(remainder, f.i64(TOP_BIT)), odd));
      f.set(up, f.select(mode, f.and(away, f.ne(remainder, f.i64(0))), nearest));
    };
    const flags = variable(f, f.i32(0));
    const tiny = variable(f, f.i32(0));
    decide();
    f.if(f.leS(exponent, f.i32(0)), () => {
      const carries = f.and(up, f.eq(f.and(significand, kept), kept));
      f.set(tiny, f.or(f.ltS(exponent, f.i32(0)), f.eqz(carries)));
      f.if(f.and(tiny, f.eqz(f.and(control, f.i32(controlBit.maskUnderflow)))), () => {
        f.set(flags, f.i32(raised.underflow));
        f.set(exponent, f.add(exponent, f.i32(UNMASKED_ADJUSTMENT)));
        // FSCALE may get farther than the adjustment reaches: then the result is 0, or infinity at the other end.
        f.if(f.leS(exponent, f.i32(0)), () => {
          raise(f, raised.underflow | raised.inexact);
          returnSpecial(f, sign, 'zero');
        });
      }, () => {
        const shifted = shiftPairRightJam(f, { hi: significand, lo: extra }, f.sub(f.i32(1), exponent));
        f.set(significand, shifted.hi);
        f.set(extra, shifted.lo);
        f.set(exponent, f.i32(0));
        decide();
      });
    });
    const rounded = variable(f, f.add(f.and(significand, kept), f.shl(f.extendU(up), drop)));
    f.if(f.ne(remainder, f.i64(0)), () => {
      const inexact = f.or(f.i32(raised.inexact), f.select(up, f.i32(raised.roundedUp), f.i32(0)));
      const underflow = f.select(tiny, f.i32(raised.underflow), f.i32(0));
      f.set(flags, f.or(flags, f.or(inexact, underflow)));
    });
    f.if(exponent, () => {
      f.if(f.op('i64.eqz', rounded), () => {
        f.set(rounded, f.i64(TOP_BIT));
        f.set(exponent, f.add(exponent, f.i32(1)));
      });
      f.if(f.geS(exponent, f.i32(EXTENDED_MAXIMUM)), () => {
        f.if(f.and(control, f.i32(controlBit.maskOverflow)), () => {
          const finite = f.let(f.and(f.ne(mode, f.i32(rounding.nearest)), f.eqz(away)));
          f.set(flags, f.select(finite, f.i32(raised.overflow | raised.inexact), f.i32(raised.overflow | raised.inexact | raised.roundedUp)));
          f.set(exponent, f.sub(f.i32(EXTENDED_MAXIMUM), finite));
          f.set(rounded, f.select(finite, kept, f.i64(TOP_BIT)));
        }, () => {
          f.set(flags, f.or(flags, f.i32(raised.overflow)));
          f.set(exponent, f.sub(exponent, f.i32(UNMASKED_ADJUSTMENT)));
          f.if(f.geS(exponent, f.i32(EXTENDED_MAXIMUM)), () => {
            raise(f, raised.overflow | raised.inexact | raised.roundedUp);
            returnSpecial(f, sign, 'infinity');
          });
        });
      });
    }, () => f.if(f.ltS(rounded, f.i64(0)), () => f.set(exponent, f.i32(1))));
    f.if(flags, () => raise(f, flags));
    setResultExponent(f, packSign(f, sign, exponent));
    f.return(rounded);
  },
};

export const returnRoundedExtended = (
  f: FunctionBuilder, call: Call, sign: Expression, exponent: Expression, significand: Expression, extra: Expression, control: Expression,
): void => {
  f.return(f.call(call(roundPackExtended), sign, exponent, significand, extra, control));
};
