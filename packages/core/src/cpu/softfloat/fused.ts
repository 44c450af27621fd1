/**
 * Fused multiply-add of binary32 and binary64, rounded once, as FMA3 has it (SDM vol. 1, 14.5.2): ±(a · b) ± c. The product is kept whole, in 128 bits; so
 * is the sum, but for what alignment jams into its lowest bit.
 *
 * Reference: IEEE 754-2008, 5.4.1; SDM vol. 1, 14.5.3 for NaNs and exceptions.
 */
import type { Expression, FunctionBuilder, Local } from '../../wasm/function.ts';
import type { Subroutine } from '../builder/builder.ts';
import {
  binary32, binary64, exponentOf, infinityOf, isNan, isSignalling, magnitude, narrow, raiseDenormal, returnInvalid, returnRounded, signOf, sseOperands, unpack, withSign,
} from './binary-format.ts';
import type { Format } from './binary-format.ts';
import { raise, raised, rounding, ROUNDING_SHIFT } from './control.ts';
import { add128, multiply128, shiftPairRightJam, subtract128, variable } from './wide.ts';
import type { Pair } from './wide.ts';

/** Bits of the fourth parameter. */
export const fusedSign = { negateProduct: 1, negateAddend: 2 } as const;

const quietBit = (format: Format): bigint => 1n << BigInt(format.precision - 2);

/** Moves the leading one of the pair, which is not 0, to the top; the exponent follows. */
const normalize = (f: FunctionBuilder, hi: Local, lo: Local, exponent: Local): void => {
  f.if(f.eqz(hi), () => {
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
};

const fused = (format: Format): Subroutine => ({
  name: `${format.name}Fused`, params: [format.type, format.type, format.type, 'i32'], results: [format.type],
  build: (f, call) => {
    const { values, mxcsr } = sseOperands(f, format, 3);
    const [a, b, c] = values as [Local, Local, Local];
    const signs = f.params[3]!;
    const productSign = f.let(f.xor(f.xor(signOf(f, format, a), signOf(f, format, b)), f.and(signs, f.i32(1))));
    const addendSign = f.let(f.xor(signOf(f, format, c), f.shrU(signs, 1)));
    const isZero = (bits: Expression): Expression => f.op('i64.eqz', magnitude(f, format, bits));
    const isInfinite = (bits: Expression): Expression => f.eq(magnitude(f, format, bits), f.i64(infinityOf(format)));
    const isSpecial = (bits: Expression): Expression => f.eq(exponentOf(f, format, bits), f.i32(format.maximum));
    f.if(f.or(f.or(isSpecial(a), isSpecial(b)), isSpecial(c)), () => {
      f.if(f.or(f.or(isNan(f, format, a), isNan(f, format, b)), isNan(f, format, c)), () => {
        f.if(f.or(f.or(isSignalling(f, format, a), isSignalling(f, format, b)), isSignalling(f, format, c)), () => raise(f, raised.invalid));
        // the first that is a NaN, in the order of a, b, c
        f.return(narrow(f, format, f.or(f.select(isNan(f, format, a), a, f.select(isNan(f, format, b), b, c)), f.i64(quietBit(format)))));
      });
      f.if(f.or(isInfinite(a), isInfinite(b)), () => {
        f.if(f.or(isZero(a), isZero(b)), () => returnInvalid(f, format));
        f.if(f.and(isInfinite(c), f.xor(productSign, addendSign)), () => returnInvalid(f, format));
        raiseDenormal(f, format, a, b, c);
        f.return(narrow(f, format, withSign(f, format, productSign, infinityOf(format))));
      });
      raiseDenormal(f, format, a, b);
      f.return(narrow(f, format, withSign(f, format, addendSign, infinityOf(format))));
    });
    raiseDenormal(f, format, a, b, c);
    const z = unpack(f, format, c);
    f.if(f.or(isZero(a), isZero(b)), () => {
      f.if(isZero(c), () => {
        const down = f.eq(f.and(f.shrU(mxcsr, ROUNDING_SHIFT), f.i32(3)), f.i32(rounding.down));
        f.return(narrow(f, format, withSign(f, format, f.select(f.xor(productSign, addendSign), down, productSign), 0n)));
      });
      returnRounded(f, call, format, addendSign, z.exponent, z.significand, mxcsr);
    });
    const x = unpack(f, format, a);
    const y = unpack(f, format, b);
    const product = multiply128(f, x.significand, y.significand);
    // hi · 2^64 + lo, in units of 2^-127 · 2^(exponent - bias)
    const hi = variable(f, product.hi);
    const lo = variable(f, product.lo);
    const exponent = variable(f, f.add(f.add(x.exponent, y.exponent), f.i32(1 - format.bias)));
    normalize(f, hi, lo, exponent);
    const sign = variable(f, productSign);
    f.if(f.eqz(isZero(c)), () => {
      const addendIsLarger = f.let(f.or(f.gtS(z.exponent, exponent), f.and(f.eq(z.exponent, exponent), f.gtU(z.significand, hi))));
      const halved = (pair: Pair): Pair => ({ hi: f.let(f.shrU(pair.hi, 1)), lo: f.let(f.or(f.shrU(pair.lo, 1), f.shl(pair.hi, 63))) });
      const p = halved({ hi, lo });
      const q = halved({ hi: z.significand, lo: f.i64(0) });
      const either = (first: Pair, second: Pair): Pair => ({ hi: f.let(f.select(addendIsLarger, first.hi, second.hi)), lo: f.let(f.select(addendIsLarger, first.lo, second.lo)) });
      const large = either(q, p);
      const distance = f.let(f.sub(z.exponent, exponent));
      const small = shiftPairRightJam(f, either(p, q), f.select(addendIsLarger, distance, f.sub(f.i32(0), distance)));
      const differ = f.let(f.xor(productSign, addendSign));
      f.if(addendIsLarger, () => {
        f.set(exponent, z.exponent);
        f.set(sign, addendSign);
      });
      const sum = add128(f, large, small);
      const difference = subtract128(f, large, small);
      f.set(hi, f.select(differ, difference.hi, sum.hi));
      f.set(lo, f.select(differ, difference.lo, sum.lo));
      f.if(f.op('i64.eqz', f.or(hi, lo)), () => {
        const down = f.eq(f.and(f.shrU(mxcsr, ROUNDING_SHIFT), f.i32(3)), f.i32(rounding.down));
        f.return(narrow(f, format, withSign(f, format, down, 0n)));
      });
      f.set(exponent, f.add(exponent, f.i32(1)));
      normalize(f, hi, lo, exponent);
    });
    returnRounded(f, call, format, sign, exponent, f.or(hi, f.extendU(f.ne(lo, f.i64(0)))), mxcsr);
  },
});

/** (a, b, c, `fusedSign` bits). */
export const f32Fused = fused(binary32);
export const f64Fused = fused(binary64);
