/**
 * Conversions between the 80-bit format and what the x87 loads and stores: binary32, binary64, integers, packed BCD.
 * Loads are exact. Stores round as the control word says and leave C1 in `floatRaised`.
 *
 * Reference: SDM vol. 1, 8.1.5, 4.7 (BCD), 8.2.1 (indefinite values); vol. 2A FBLD, FBSTP, FIST, FST.
 */
import type { Local } from '../../wasm/function.ts';
import type { Subroutine } from '../builder/builder.ts';
import { binary32, binary64, defaultNan, exponentOf, infinityOf, narrow, packers, raiseDenormal, signOf, TOP_BIT, unpack, widen, withSign } from './binary-format.ts';
import type { Format } from './binary-format.ts';
import { loadX87Control, loadU16, raise, raised, rounding } from './control.ts';
import { toSignedInteger } from './conversion.ts';
import type { Extended } from './extended-format.ts';
import {
  EXTENDED_BIAS, EXTENDED_MAXIMUM, exponentField, extendedType, isInfinityExtended, isMaximum, isSignallingExtended, isUnsupported, isZeroExtended, operand, packSign,
  resultExponent, returnExtended, returnSpecial, roundingField, setResultExponent, signField, unpackExtended,
} from './extended-format.ts';
import { variable } from './wide.ts';

const QUIET = 1n << 62n;

/** Memory operands of the arithmetic instructions. A signalling NaN stays one: the operation deals with it. Denormals raise DE. */
const toExtended = (format: Format): Subroutine => ({
  name: `${format.name}ToExtended`, params: [format.type], results: ['i64'],
  build: (f) => {
    const bits = widen(f, format, f.params[0]!);
    const sign = f.let(signOf(f, format, bits));
    const exponent = f.let(exponentOf(f, format, bits));
    f.if(f.ltU(f.sub(exponent, f.i32(1)), f.i32(format.maximum - 1)), () => returnExtended(f, {
      significand: f.or(f.shl(bits, 64 - format.precision), f.i64(TOP_BIT)), signExponent: packSign(f, sign, f.add(exponent, f.i32(EXTENDED_BIAS - format.bias))),
    }));
    f.if(exponent, () => {
      const significand = f.or(f.shl(bits, 64 - format.precision), f.i64(TOP_BIT));
      returnExtended(f, { significand, signExponent: packSign(f, sign, f.i32(EXTENDED_MAXIMUM)) });
    });
    raiseDenormal(f, format, bits);
    const x = unpack(f, format, bits);
    f.if(f.op('i64.eqz', x.significand), () => returnSpecial(f, sign, 'zero'));
    returnExtended(f, { significand: x.significand, signExponent: packSign(f, sign, f.add(x.exponent, f.i32(EXTENDED_BIAS - format.bias))) });
  },
});
export const f32ToExtended = toExtended(binary32);
export const f64ToExtended = toExtended(binary64);

/** FLD m32/m64: what the conversion gave, signalling NaNs made quiet (IE). */
export const quieted: Subroutine = {
  name: 'extendedQuieted', params: ['i64'], results: ['i64'],
  build: (f) => {
    const value: Extended = { significand: f.params[0]!, signExponent: resultExponent(f) };
    f.if(isSignallingExtended(f, value), () => {
      raise(f, raised.invalid);
      f.return(f.or(value.significand, f.i64(QUIET)));
    });
    f.return(value.significand);
  },
};

/** FILD; narrower integers are sign-extended first. */
export const i64ToExtended: Subroutine = {
  name: 'i64ToExtended', params: ['i64'], results: ['i64'],
  build: (f) => {
    const [value] = f.params as [Local];
    f.if(f.op('i64.eqz', value), () => returnSpecial(f, f.i32(0), 'zero'));
    const sign = f.let(f.ltS(value, f.i64(0)));
    const absolute = f.let(f.select(sign, f.sub(f.i64(0), value), value));
    const leading = f.let(f.op('i64.clz', absolute));
    returnExtended(f, { significand: f.shl(absolute, leading), signExponent: packSign(f, sign, f.sub(f.i32(EXTENDED_BIAS + 63), f.wrap(leading))) });
  },
};

/** FST m32/m64: the rounded value. */
const fromExtended = (format: Format): Subroutine => ({
  name: `extendedTo${format.name.toUpperCase()}`, params: [...extendedType], results: [format.type],
  build: (f, call) => {
    const a = operand(f, 0);
    const sign = f.let(signField(f, a));
    // The common case: to nearest, a normal number before and after.
    const target = f.let(f.sub(exponentField(f, a), f.i32(EXTENDED_BIAS - format.bias)));
    const isCommon = f.and(f.eqz(roundingField(f, loadU16(f, 'fpuControl'))), f.and(f.ltU(f.sub(target, f.i32(1)), f.i32(format.maximum - 2)), f.ltS(a.significand, f.i64(0))));
    f.if(isCommon, () => {
      const drop = 64 - format.precision;
      const half = 1n << BigInt(drop - 1);
      const rest = f.let(f.and(a.significand, f.i64(2n * half - 1n)));
      const kept = f.let(f.shrU(a.significand, drop));
      const up = f.let(f.or(f.gtU(rest, f.i64(half)), f.and(f.eq(rest, f.i64(half)), f.wrap(f.and(kept, f.i64(1))))));
      f.if(f.ne(rest, f.i64(0)), () => raise(f, f.or(f.i32(raised.inexact), f.shl(up, 6))));
      // The leading one and a carry both go into the exponent.
      const magnitude = f.add(f.add(f.shl(f.extendU(f.sub(target, f.i32(1))), format.precision - 1), kept), f.extendU(up));
      f.return(narrow(f, format, f.or(magnitude, withSign(f, format, sign, 0n))));
    });
    f.if(isUnsupported(f, a), () => {
      raise(f, raised.invalid);
      f.return(narrow(f, format, f.i64(defaultNan(format))));
    });
    f.if(isMaximum(f, a), () => {
      f.if(isInfinityExtended(f, a), () => f.return(narrow(f, format, withSign(f, format, sign, infinityOf(format)))));
      f.if(isSignallingExtended(f, a), () => raise(f, raised.invalid));
      const payload = f.shrU(f.shl(f.or(a.significand, f.i64(QUIET)), 1), 65 - format.precision);
      f.return(narrow(f, format, f.or(payload, withSign(f, format, sign, infinityOf(format)))));
    });
    f.if(isZeroExtended(f, a), () => f.return(narrow(f, format, withSign(f, format, sign, 0n))));
    const x = unpackExtended(f, a);
    const exponent = f.sub(x.exponent, f.i32(EXTENDED_BIAS - format.bias));
    f.return(narrow(f, format, f.call(call(packers[format.name]), sign, exponent, x.significand, loadX87Control(f))));
  },
});
export const extendedToF32 = fromExtended(binary32);
export const extendedToF64 = fromExtended(binary64);

/** An exponent that fits no integer. */
const TOO_LARGE = 0x7000;

/** FIST, FISTTP: (operand, width 16 | 32 | 64, truncate) -> the integer, sign-extended; the integer indefinite with IE if it does not fit. */
export const extendedToInteger: Subroutine = {
  name: 'extendedToInteger', params: [...extendedType, 'i32', 'i32'], results: ['i64'],
  build: (f, call) => {
    const a = operand(f, 0);
    const [width, truncate] = [f.params[2]!, f.params[3]!];
    const x = unpackExtended(f, a);
    const exponent = variable(f, f.sub(x.exponent, f.i32(EXTENDED_BIAS)));
    const significand = variable(f, x.significand);
    f.if(f.or(isUnsupported(f, a), isMaximum(f, a)), () => {
      f.set(exponent, f.i32(TOO_LARGE));
      f.set(significand, f.i64(TOP_BIT));
    });
    const mode = f.select(truncate, f.i32(rounding.truncate), roundingField(f, loadU16(f, 'fpuControl')));
    f.return(f.call(call(toSignedInteger), signField(f, a), exponent, significand, mode, width));
  },
};

const BCD_LIMIT = 10n ** 18n;
/** Bit 2 of the mode keeps PE and C1 quiet. */
const QUIET_MODE = 4;

/** FBSTP: 18 decimal digits, four bits each, in the result; the sign byte in the result exponent's slot. Packed BCD indefinite with IE if it does not fit. */
export const extendedToBcd: Subroutine = {
  name: 'extendedToBcd', params: [...extendedType], results: ['i64'],
  build: (f, call) => {
    const a = operand(f, 0);
    const sign = f.let(signField(f, a));
    const x = unpackExtended(f, a);
    const exponent = f.let(f.sub(x.exponent, f.i32(EXTENDED_BIAS)));
    const mode = f.let(roundingField(f, loadU16(f, 'fpuControl')));
    f.block((invalid) => {
      f.brIf(invalid, f.or(isUnsupported(f, a), f.geS(exponent, f.i32(60))));
      const integer = (how: typeof mode): typeof mode => f.call(call(toSignedInteger), sign, exponent, x.significand, how, f.i32(64));
      const silent = f.let(integer(f.or(mode, f.i32(QUIET_MODE))));
      const value = variable(f, f.select(sign, f.sub(f.i64(0), silent), silent));
      f.brIf(invalid, f.geU(value, f.i64(BCD_LIMIT)));
      f.drop(integer(mode));
      const digits = variable(f, f.i64(0));
      const shift = variable(f, f.i64(0));
      f.loop((again) => {
        const tenth = f.let(f.op('i64.div_u', value, f.i64(10)));
        f.set(digits, f.or(digits, f.shl(f.sub(value, f.mul(tenth, f.i64(10))), shift)));
        f.set(shift, f.add(shift, f.i64(4)));
        f.set(value, tenth);
        f.brIf(again, f.ltU(shift, f.i64(64)));
      });
      // Digits 16 and 17 share the slot with the sign.
      const high = f.let(f.wrap(value));
      const tens = f.let(f.op('i32.div_u', high, f.i32(10)));
      const top = f.or(f.shl(tens, 4), f.sub(high, f.mul(tens, f.i32(10))));
      setResultExponent(f, f.or(top, f.shl(sign, 15)));
      f.return(digits);
    });
    raise(f, raised.invalid);
    setResultExponent(f, f.i32(0xffff));
    f.return(f.i64(0xc000_0000_0000_0000n));
  },
};

/** FBLD: (digits 0–15, digits 16–17 and the sign byte). Digits beyond 9 count as what they are worth. */
export const bcdToExtended: Subroutine = {
  name: 'bcdToExtended', params: ['i64', 'i32'], results: ['i64'],
  build: (f, call) => {
    const [low, high] = f.params as [Local, Local];
    const value = variable(f, f.extendU(f.add(f.mul(f.and(f.shrU(high, 4), f.i32(15)), f.i32(10)), f.and(high, f.i32(15)))));
    const shift = variable(f, f.i64(64));
    f.loop((again) => {
      f.set(shift, f.sub(shift, f.i64(4)));
      f.set(value, f.add(f.mul(value, f.i64(10)), f.and(f.shrU(low, shift), f.i64(15))));
      f.brIf(again, f.ne(shift, f.i64(0)));
    });
    const significand = f.let(f.call(call(i64ToExtended), value));
    setResultExponent(f, f.or(resultExponent(f), f.and(high, f.i32(0x8000))));
    f.return(significand);
  },
};
