/**
 * The two interchange formats, binary32 and binary64, and the steps every operation on them shares: taking operands apart, NaNs,
 * and rounding. Significands are kept in an i64 with the leading one in bit 63; what does not fit is jammed into bit 0.
 *
 * Reference: IEEE 754-2008; SDM vol. 1, 4.8 (formats, NaNs: table 4-7), 4.9 (exceptions), 11.5 (SSE); tininess is detected after rounding, as x86 does.
 */
import type { Callee, Expression, FunctionBuilder, Local } from '../../wasm/function.ts';
import type { ValueType } from '../../wasm/types.ts';
import type { Subroutine } from '../builder/builder.ts';
import { loadMxcsr, mxcsrBit, raise, raised, rounding, ROUNDING_SHIFT } from './control.ts';
import { shiftRightJam, variable } from './wide.ts';

export interface Format {
  readonly name: 'f16' | 'f32' | 'f64';
  readonly type: ValueType;
  readonly widthBits: 16 | 32 | 64;
  /** Bits of the significand, the hidden one included. */
  readonly precision: number;
  readonly bias: number;
  /** The exponent of infinities and NaNs. */
  readonly maximum: number;
}

/** Only converted from and to. */
export const binary16: Format = { name: 'f16', type: 'i32', widthBits: 16, precision: 11, bias: 15, maximum: 0x1f };
export const binary32: Format = { name: 'f32', type: 'i32', widthBits: 32, precision: 24, bias: 127, maximum: 0xff };
export const binary64: Format = { name: 'f64', type: 'i64', widthBits: 64, precision: 53, bias: 1023, maximum: 0x7ff };

export const TOP_BIT = -(1n << 63n);
const fractionMask = (format: Format): bigint => (1n << BigInt(format.precision - 1)) - 1n;
const quietBit = (format: Format): bigint => 1n << BigInt(format.precision - 2);
const signBit = (format: Format): bigint => 1n << BigInt(format.widthBits - 1);
const magnitudeMask = (format: Format): bigint => signBit(format) - 1n;
export const infinityOf = (format: Format): bigint => BigInt(format.maximum) << BigInt(format.precision - 1);
/** "Real indefinite": a negative quiet NaN. */
export const defaultNan = (format: Format): bigint => signBit(format) | infinityOf(format) | quietBit(format);

/** All arithmetic is on i64, whatever the format. */
export const widen = (f: FunctionBuilder, format: Format, value: Expression): Local => variable(f, format.type === 'i32' ? f.extendU(value) : value);
export const narrow = (f: FunctionBuilder, format: Format, value: Expression): Expression => (format.type === 'i32' ? f.wrap(value) : value);

export const exponentOf = (f: FunctionBuilder, format: Format, bits: Expression): Expression =>
  f.and(f.wrap(f.shrU(bits, format.precision - 1)), f.i32(format.maximum));
/** 0 or 1, as i32. */
export const signOf = (f: FunctionBuilder, format: Format, bits: Expression): Expression => f.wrap(f.shrU(bits, format.widthBits - 1));
export const magnitude = (f: FunctionBuilder, format: Format, bits: Expression): Expression => f.and(bits, f.i64(magnitudeMask(format)));
export const isNan = (f: FunctionBuilder, format: Format, bits: Expression): Expression => f.gtU(magnitude(f, format, bits), f.i64(infinityOf(format)));
export const isSignalling = (f: FunctionBuilder, format: Format, bits: Expression): Expression =>
  f.and(isNan(f, format, bits), f.op('i64.eqz', f.and(bits, f.i64(quietBit(format)))));
const isDenormal = (f: FunctionBuilder, format: Format, bits: Expression): Expression =>
  f.ltU(f.sub(magnitude(f, format, bits), f.i64(1)), f.i64(fractionMask(format)));
/** ±0 or ±infinity with the sign (i32 0/1) given. */
export const withSign = (f: FunctionBuilder, format: Format, sign: Expression, value: bigint): Expression =>
  f.or(f.shl(f.extendU(sign), format.widthBits - 1), f.i64(value));

/** The operation is invalid: raises IE and gives the real indefinite. */
export const returnInvalid = (f: FunctionBuilder, format: Format): void => {
  raise(f, raised.invalid);
  f.return(narrow(f, format, f.i64(defaultNan(format))));
};

/** DAZ turns a denormal into a zero of its sign; `bits` changes. */
const denormalIsZero = (f: FunctionBuilder, format: Format, bits: Local): void => {
  f.if(isDenormal(f, format, bits), () => f.set(bits, f.and(bits, f.i64(signBit(format)))));
};

/** Raises DE when one of the operands is denormal (DAZ has been applied). */
export const raiseDenormal = (f: FunctionBuilder, format: Format, ...operands: Expression[]): void => {
  const any = operands.map((bits) => isDenormal(f, format, bits)).reduce((x, y) => f.or(x, y));
  f.if(any, () => raise(f, raised.denormal));
};

export interface Unpacked {
  /** Biased; of a denormal what it would be if the exponent reached so low; 0 of zero. */
  readonly exponent: Local;
  /** Leading one in bit 63; 0 of zero. */
  readonly significand: Local;
}

/** Takes a finite number apart. */
export const unpack = (f: FunctionBuilder, format: Format, bits: Expression): Unpacked => {
  const exponent = variable(f, exponentOf(f, format, bits));
  const significand = variable(f, f.shl(f.and(bits, f.i64(fractionMask(format))), 64 - format.precision));
  f.if(exponent, () => f.set(significand, f.or(significand, f.i64(TOP_BIT))), () => {
    f.if(f.ne(significand, f.i64(0)), () => {
      const leading = f.let(f.op('i64.clz', significand));
      f.set(exponent, f.sub(f.i32(1), f.wrap(leading)));
      f.set(significand, f.shl(significand, leading));
    });
  });
  return { exponent, significand };
};

/** The NaN that follows from (a, b), one of which is a NaN: the first that is, made quiet (SDM vol. 1, table 4-7, SSE). Raises IE for a signalling one. */
const propagate = (format: Format): Subroutine => ({
  name: `${format.name}Propagate`, params: ['i64', 'i64'], results: ['i64'],
  build: (f) => {
    const [a, b] = f.params as [Local, Local];
    f.if(f.or(isSignalling(f, format, a), isSignalling(f, format, b)), () => raise(f, raised.invalid));
    f.return(f.or(f.select(isNan(f, format, a), a, b), f.i64(quietBit(format))));
  },
});
const propagators = { f16: propagate(binary16), f32: propagate(binary32), f64: propagate(binary64) };

type Call = (subroutine: Subroutine) => Callee;

/** Returns the propagated NaN if there is one among (a, b). */
export const returnNan = (f: FunctionBuilder, call: Call, format: Format, a: Expression, b: Expression): void => {
  f.if(f.or(isNan(f, format, a), isNan(f, format, b)), () => f.return(narrow(f, format, f.call(call(propagators[format.name]), a, b))));
};

/**
 * Rounds ±significand / 2^63 · 2^(exponent - bias) into the format: (sign, exponent, significand, control). Bit 63 of the significand is set.
 * `control` is an MXCSR. With masked exceptions the result is what SDM vol. 1, 4.9.1 says; of unmasked ones only the flags differ.
 */
const roundPack = (format: Format): Subroutine => ({
  name: `${format.name}RoundPack`, params: ['i32', 'i32', 'i64', 'i32'], results: ['i64'],
  build: (f) => {
    const [sign, exponentIn, significandIn, control] = f.params as [Local, Local, Local, Local];
    const drop = 64 - format.precision;
    const dropped = (1n << BigInt(drop)) - 1n;
    const half = 1n << BigInt(drop - 1);
    const exponent = variable(f, exponentIn);
    const significand = variable(f, significandIn);
    const mode = f.let(f.and(f.shrU(control, ROUNDING_SHIFT), f.i32(3)));
    const awayMode = f.let(f.select(sign, f.i32(rounding.down), f.i32(rounding.up)));
    const away = f.let(f.eq(mode, awayMode));
    const increment = f.let(f.select(mode, f.select(away, f.i64(dropped), f.i64(0)), f.i64(half)));
    const tiny = variable(f, f.i32(0));
    const isSettled = variable(f, f.i32(0));
    f.if(f.leS(exponent, f.i32(0)), () => {
      // Rounding to full precision may still reach the smallest normal number.
      f.set(tiny, f.or(f.ltS(exponent, f.i32(0)), f.geU(f.add(significand, increment), significand)));
      f.if(tiny, () => {
        f.if(f.eqz(f.and(control, f.i32(mxcsrBit.maskUnderflow))), () => {
          // Only what is lost at full precision counts as inexact (SDM vol. 1, 4.9.1.5).
          raise(f, f.select(f.ne(f.and(significand, f.i64(dropped)), f.i64(0)), f.i32(raised.underflow | raised.inexact), f.i32(raised.underflow)));
          f.set(isSettled, f.i32(1));
        }, () => {
          f.if(f.and(control, f.i32(mxcsrBit.ftz)), () => {
            raise(f, raised.underflow | raised.inexact);
            f.return(withSign(f, format, sign, 0n));
          });
        });
      });
      f.set(significand, shiftRightJam(f, significand, f.sub(f.i32(1), exponent)));
      f.set(exponent, f.i32(1));
    });
    const remainder = f.let(f.and(significand, f.i64(dropped)));
    const sum = f.let(f.add(significand, increment));
    const carry = f.let(f.ltU(sum, significand));
    const tie = f.and(f.eqz(mode), f.eq(remainder, f.i64(half)));
    const rounded = f.let(f.and(f.or(f.shrU(sum, drop), f.shl(f.extendU(carry), format.precision)), f.xor(f.i64(-1), f.extendU(tie))));
    const flags = variable(f, f.i32(0));
    f.if(f.ne(remainder, f.i64(0)), () => {
      const up = f.ne(rounded, f.shrU(significand, drop));
      f.set(flags, f.or(f.select(tiny, f.i32(raised.inexact | raised.underflow), f.i32(raised.inexact)), f.mul(up, f.i32(raised.roundedUp))));
    });
    // The exponent after rounding, one lower than the field: the leading one is added to it.
    const over = f.or(f.geS(exponent, f.i32(format.maximum)), f.and(f.eq(exponent, f.i32(format.maximum - 1)), carry));
    const result = f.local('i64');
    f.if(over, () => {
      const finite = f.let(f.or(f.eq(mode, f.i32(rounding.truncate)), f.and(f.ne(mode, f.i32(0)), f.eqz(away))));
      const inexact = f.select(f.and(control, f.i32(mxcsrBit.maskOverflow)), f.i32(raised.overflow | raised.inexact), f.i32(raised.overflow));
      const up = f.select(finite, f.i32(0), f.i32(raised.roundedUp));
      f.set(flags, f.or(f.or(f.and(flags, f.i32(~raised.roundedUp)), inexact), up));
      f.set(result, f.sub(f.i64(infinityOf(format)), f.extendU(finite)));
    }, () => f.set(result, f.add(f.shl(f.extendS(f.sub(exponent, f.i32(1))), format.precision - 1), rounded)));
    f.if(f.select(isSettled, f.i32(0), flags), () => raise(f, flags));
    f.return(f.or(result, f.shl(f.extendU(sign), format.widthBits - 1)));
  },
});
/** As i64, of either format. */
export const packers = { f16: roundPack(binary16), f32: roundPack(binary32), f64: roundPack(binary64) };

/** Rounds and returns, in the format's own type. */
export const returnRounded = (f: FunctionBuilder, call: Call, format: Format, sign: Expression, exponent: Expression, significand: Expression, control: Expression): void => {
  f.return(narrow(f, format, f.call(call(packers[format.name]), sign, exponent, significand, control)));
};

/** The operands of an SSE instruction as i64, DAZ applied. */
export const sseOperands = (f: FunctionBuilder, format: Format, count = f.params.length): { values: Local[]; mxcsr: Expression } => {
  const mxcsr = loadMxcsr(f);
  const values = f.params.slice(0, count).map((param) => widen(f, format, param));
  f.if(f.and(mxcsr, f.i32(mxcsrBit.daz)), () => values.forEach((bits) => denormalIsZero(f, format, bits)));
  return { values, mxcsr };
};
