/**
 * FPREM and FPREM1 (SDM vol. 2A). The exponents' distance D below 64 is reduced in one go; beyond, one execution takes off between 32 and 63 places, as
 * the 8087 family does, and reports C2.
 *
 * Returns the remainder; `floatRaised` bits 8, 9, 10 and 14 hold C0–C3 as they lie in the status word (quotient bits C0 = Q2, C3 = Q1, C1 = Q0).
 */
import type { Expression, FunctionBuilder } from '../../wasm/function.ts';
import type { Subroutine } from '../builder/builder.ts';
import { loadU16, raise } from './control.ts';
import {
  controlBit, extendedType, isMaximum, isZeroExtended, operand, raiseDenormalExtended, returnExtended, returnInvalidExtended, returnNanExtended, returnRoundedExtended, returnSpecial, signField,
  unpackExtended,
} from './extended-format.ts';
import { divide128, variable } from './wide.ts';

/** Condition codes in the status word. */
const conditionBit = { c0: 0x100, c1: 0x200, c2: 0x400, c3: 0x4000 } as const;

/** Set in `floatRaised` when the condition codes there mean something: when there was a remainder. */
export const conditionsValid = 0x800;

const raiseQuotient = (f: FunctionBuilder, quotient: Expression): void => {
  const q = f.let(f.wrap(quotient));
  const bit = (from: number, to: number): Expression => f.select(f.and(q, f.i32(from)), f.i32(to), f.i32(0));
  raise(f, f.or(f.i32(conditionsValid), f.or(bit(4, conditionBit.c0), f.or(bit(2, conditionBit.c3), bit(1, conditionBit.c1)))));
};

const remainder = (nearest: boolean): Subroutine => ({
  name: nearest ? 'extendedRemainderNearest' : 'extendedRemainder', params: [...extendedType, ...extendedType], results: ['i64'],
  build: (f, call) => {
    const a = operand(f, 0);
    const b = operand(f, 1);
    returnNanExtended(f, call, a, b);
    f.if(f.or(isMaximum(f, a), isZeroExtended(f, b)), () => returnInvalidExtended(f));
    raiseDenormalExtended(f, a, b);
    f.if(isZeroExtended(f, a), () => {
      raise(f, conditionsValid);
      returnExtended(f, a);
    });
    const x = unpackExtended(f, a);
    const control = f.let(f.or(loadU16(f, 'fpuControl'), f.i32(controlBit.fullPrecision)));
    f.if(isMaximum(f, b), () => {
      raise(f, conditionsValid);
      returnRoundedExtended(f, call, signField(f, a), x.exponent, x.significand, f.i64(0), control);
    });
    const y = unpackExtended(f, b);
    const d = y.significand;
    const sign = variable(f, signField(f, a));
    const exponent = variable(f, x.exponent);
    const rest = variable(f, x.significand);
    const quotient = variable(f, f.i64(0));
    const distance = f.let(f.sub(x.exponent, y.exponent));
    f.if(f.geS(distance, f.i32(0)), () => {
      const partial = f.let(f.geS(distance, f.i32(64)));
      const places = f.let(f.extendU(f.select(partial, f.or(f.and(distance, f.i32(0x1f)), f.i32(0x20)), distance)));
      f.if(f.geU(rest, d), () => {
        f.set(rest, f.sub(rest, d));
        f.set(quotient, f.i64(1));
      });
      f.if(f.ne(places, f.i64(0)), () => {
        const low = f.let(f.shl(rest, places));
        const digits = f.let(f.call(call(divide128), f.shrU(rest, f.sub(f.i64(64), places)), low, d));
        f.set(rest, f.sub(low, f.mul(digits, d)));
        f.set(quotient, f.add(f.shl(quotient, places), digits));
      });
      f.set(exponent, f.sub(exponent, f.wrap(places)));
      f.if(partial, () => {
        raise(f, conditionBit.c2);
        f.set(quotient, f.i64(0));
      });
    });
    if (nearest) {
      // Half a divisor, in units of the remainder's exponent: reached only when that is the divisor's or one less.
      f.if(f.eq(exponent, y.exponent), () => {
        const complement = f.let(f.sub(d, rest));
        const odd = f.wrap(f.and(quotient, f.i64(1)));
        f.if(f.or(f.gtU(rest, complement), f.and(f.eq(rest, complement), odd)), () => {
          f.set(rest, complement);
          f.set(sign, f.xor(sign, f.i32(1)));
          f.set(quotient, f.add(quotient, f.i64(1)));
        });
      }, () => f.if(f.and(f.eq(f.add(exponent, f.i32(1)), y.exponent), f.gtU(rest, d)), () => {
        f.set(rest, f.sub(d, f.sub(rest, d)));
        f.set(sign, f.xor(sign, f.i32(1)));
        f.set(quotient, f.i64(1));
      }));
    }
    raiseQuotient(f, quotient);
    f.if(f.op('i64.eqz', rest), () => returnSpecial(f, signField(f, a), 'zero'));
    const leading = f.let(f.op('i64.clz', rest));
    returnRoundedExtended(f, call, sign, f.sub(exponent, f.wrap(leading)), f.shl(rest, leading), f.i64(0), control);
  },
});
export const extendedRemainder = remainder(false);
export const extendedRemainderNearest = remainder(true);
