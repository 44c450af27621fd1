import { describe, expect, it } from 'vitest';
import { instantiateSubroutines } from '../../testing/subroutines.ts';
import { raised } from './control.ts';
import { extendedAdd, extendedCompare, extendedDiv, extendedMul, extendedRoundToInt, extendedScale, extendedSqrt, extendedSub } from './extended-arithmetic.ts';
import { bcdToExtended, extendedToBcd, extendedToF32, extendedToF64, extendedToInteger, f32ToExtended, f64ToExtended, i64ToExtended } from './extended-conversion.ts';
import { extendedRemainder, extendedRemainderNearest } from './extended-remainder.ts';
import type { Subroutine } from '../builder/builder.ts';

const module = instantiateSubroutines([
  extendedAdd, extendedSub, extendedMul, extendedDiv, extendedSqrt, extendedCompare, extendedRoundToInt, extendedScale, extendedToF32, extendedToF64, extendedToInteger, f32ToExtended, f64ToExtended,
  i64ToExtended, extendedToBcd, bcdToExtended, extendedRemainder, extendedRemainderNearest,
]);
const { state } = module;

interface Extended { readonly significand: bigint; readonly signExponent: number }
interface Outcome extends Extended { readonly flags: number }
const MASKED = 0x37f;
const LEADING = 1n << 63n;
const BIAS = 0x3fff;

const run = (subroutine: Subroutine, control: number, ...operands: (Extended | number | bigint)[]): Outcome => {
  state.set('fpuControl', control);
  state.set('floatRaised', 0);
  const values = operands.flatMap((x) => (typeof x === 'object' ? [BigInt.asIntN(64, x.significand), x.signExponent] : [x]));
  const result = module.call(subroutine, ...values);
  return { significand: BigInt.asUintN(64, BigInt(result)), signExponent: Number(state.get64('scratch', 15)), flags: state.get('floatRaised') };
};
const make = (sign: 0 | 1, exponent: number, significand: bigint): Extended => ({ signExponent: (sign << 15) | exponent, significand });
const fromNumber = (x: number): Extended => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const { significand, signExponent } = run(f64ToExtended, MASKED, view.getBigInt64(0));
  return { significand, signExponent };
};
const text = (x: Extended): string => `${x.signExponent.toString(16).padStart(4, '0')} ${x.significand.toString(16).padStart(16, '0')}`;

// — the reference: exact numerators, one rounding —

interface Exact { readonly sign: 0 | 1; readonly mantissa: bigint; readonly exponent: number; readonly sticky: boolean }
const bitLength = (x: bigint): number => (x === 0n ? 0 : x.toString(2).length);
const exactOf = (x: Extended): { value: bigint; exponent: number } => {
  const field = x.signExponent & 0x7fff;
  return { value: x.signExponent >> 15 ? -x.significand : x.significand, exponent: Math.max(field, 1) - BIAS - 63 };
};
/** Rounds to `precision` bits, or fewer below the smallest normal exponent; flags as x87 raises them. */
const roundReference = (x: Exact, mode: number, precision: number): Outcome => {
  const scaled = x.mantissa << 200n;
  const biased = x.exponent - 200 + bitLength(scaled) - 1 + BIAS;
  const roundAt = (drop: number): { kept: bigint; inexact: boolean; up: boolean } => {
    const unit = 1n << BigInt(drop);
    const rest = scaled % unit;
    const kept = scaled / unit;
    const beyond = x.sticky;
    const half = unit / 2n;
    const inexact = rest !== 0n || beyond;
    const up = mode === 0 ? rest > half || (rest === half && (beyond || kept % 2n === 1n)) : inexact && mode === (x.sign ? 1 : 2);
    return { kept: up ? kept + 1n : kept, inexact, up };
  };
  const full = roundAt(bitLength(scaled) - precision);
  const tiny = biased < 0 || (biased === 0 && bitLength(full.kept) === precision);
  const denormal = biased <= 0;
  const drop = bitLength(scaled) - precision + (denormal ? 1 - biased : 0);
  const { kept, inexact, up } = roundAt(drop);
  let flags = inexact ? raised.inexact | (tiny ? raised.underflow : 0) | (up ? raised.roundedUp : 0) : 0;
  let significand = kept << BigInt(64 - precision);
  let exponent = denormal ? (significand >= LEADING ? 1 : 0) : biased;
  if (significand >> 64n) {
    significand >>= 1n;
    exponent++;
  }
  if (exponent >= 0x7fff) {
    const finite = mode === 3 || mode === (x.sign ? 2 : 1);
    flags = raised.overflow | raised.inexact | (finite ? 0 : raised.roundedUp);
    significand = finite ? ((1n << BigInt(precision)) - 1n) << BigInt(64 - precision) : LEADING;
    exponent = finite ? 0x7ffe : 0x7fff;
  }
  return { signExponent: (x.sign << 15) | exponent, significand, flags };
};
const signed = (value: bigint, exponent: number, sticky = false): Exact => ({ sign: value < 0n ? 1 : 0, mantissa: value < 0n ? -value : value, exponent, sticky });

const sumOf = (a: Extended, b: Extended, by: 1n | -1n): Exact => {
  const [x, y] = [exactOf(a), exactOf(b)];
  const exponent = Math.min(x.exponent, y.exponent);
  return signed((x.value << BigInt(x.exponent - exponent)) + by * (y.value << BigInt(y.exponent - exponent)), exponent);
};
const productOf = (a: Extended, b: Extended): Exact => {
  const [x, y] = [exactOf(a), exactOf(b)];
  return signed(x.value * y.value, x.exponent + y.exponent);
};
const quotientOf = (a: Extended, b: Extended): Exact => {
  const [x, y] = [exactOf(a), exactOf(b)];
  const numerator = x.value << 200n;
  return signed(numerator / y.value, x.exponent - y.exponent - 200, numerator % y.value !== 0n);
};

let seed = 0x1234_5678_9abc_def1n;
const random = (): bigint => {
  seed = BigInt.asUintN(64, seed * 6364136223846793005n + 1442695040888963407n);
  return BigInt.asUintN(64, seed ^ (seed >> 31n));
};
/** Finite, not 0: dense around 1, at both ends of the exponent's range, with short and long significands. */
const operand = (): Extended => {
  const kind = Number(random() % 8n);
  const sign = Number(random() & 1n) as 0 | 1;
  let significand = random() | LEADING;
  if (kind & 1) significand &= -1n << BigInt(Number(random() % 60n) + 1);
  significand = BigInt.asUintN(64, significand) | LEADING;
  if (kind === 0) return make(sign, 0, (significand >> (1n + (random() % 60n))) | 1n);
  if (kind === 1) return make(sign, 1 + Number(random() % 70n), significand);
  if (kind === 2) return make(sign, 0x7ffe - Number(random() % 70n), significand);
  return make(sign, BIAS - 40 + Number(random() % 80n), significand);
};
const isDenormal = (x: Extended): boolean => (x.signExponent & 0x7fff) === 0;

const precisions = [[24, 0], [53, 0x200], [64, 0x300]] as const;
const COUNT = 1500;

describe('80-bit arithmetic agrees with exact arithmetic, rounded once', () => {
  const operations = [
    [extendedAdd, (a: Extended, b: Extended) => sumOf(a, b, 1n)], [extendedSub, (a: Extended, b: Extended) => sumOf(a, b, -1n)],
    [extendedMul, productOf], [extendedDiv, quotientOf],
  ] as const;
  for (const [subroutine, exact] of operations) {
    for (const [precision, field] of precisions) {
      it(`${subroutine.name}, ${precision} bits`, () => {
        for (let i = 0; i < COUNT; i++) {
          const [a, b, mode] = [operand(), operand(), i & 3];
          const control = 0x7f | field | (mode << 10);
          const value = exact(a, b);
          const got = run(subroutine, control, a, b);
          if (value.mantissa === 0n && !value.sticky) continue;
          const want = roundReference(value, mode, precision);
          const denormal = isDenormal(a) || isDenormal(b) ? raised.denormal : 0;
          expect(`${text(got)} ${got.flags.toString(16)}`, `${text(a)}, ${text(b)}, mode ${mode}`).toBe(`${text(want)} ${(want.flags | denormal).toString(16)}`);
        }
      });
    }
  }
  it('square root', () => {
    for (let i = 0; i < COUNT; i++) {
      const a = { ...operand() };
      const positive = { ...a, signExponent: a.signExponent & 0x7fff };
      const { value, exponent } = exactOf(positive);
      const shift = 201 + (exponent & 1 ? 0 : 1);
      const radicand = value << BigInt(shift);
      let root = BigInt(Math.floor(Math.sqrt(Number(radicand >> 200n)))) << 100n;
      for (let last = 0n; root !== last && root !== last + 1n;) [last, root] = [root, (root + radicand / root) / 2n];
      while (root * root > radicand) root--;
      while ((root + 1n) * (root + 1n) <= radicand) root++;
      const mode = i & 3;
      const want = roundReference({ sign: 0, mantissa: root, exponent: (exponent - shift) / 2, sticky: root * root !== radicand }, mode, 64);
      const got = run(extendedSqrt, 0x37f | (mode << 10), positive);
      expect(`${text(got)} ${got.flags}`, text(positive)).toBe(`${text(want)} ${want.flags | (isDenormal(a) ? raised.denormal : 0)}`);
    }
  });
  it('remainders', () => {
    for (let i = 0; i < COUNT; i++) {
      const b = make(0, BIAS, random() | LEADING);
      const a = make(0, BIAS + Number(random() % 64n), random() | LEADING);
      const x = a.significand << BigInt((a.signExponent & 0x7fff) - BIAS);
      const rest = x % b.significand;
      const got = run(extendedRemainder, MASKED, a, b);
      expect(got.significand, `${text(a)}, ${text(b)}`).toBe(rest << BigInt(rest === 0n ? 0 : BIAS - (got.signExponent & 0x7fff)));
      const quotient = x / b.significand;
      expect(got.flags & 0x4700).toBe((quotient & 4n ? 0x100 : 0) | (quotient & 2n ? 0x4000 : 0) | (quotient & 1n ? 0x200 : 0));
    }
  });
});

describe('special operands', () => {
  const infinity = make(0, 0x7fff, LEADING);
  const one = fromNumber(1);
  const indefinite = 'ffff c000000000000000';
  it('encodings that are not supported are invalid', () => {
    for (const x of [make(0, BIAS, 1n << 62n), make(0, 0x7fff, 0n), make(1, 0x7fff, 5n)]) expect([text(run(extendedAdd, MASKED, x, one)), run(extendedMul, MASKED, one, x).flags]).toEqual([indefinite, raised.invalid]);
  });
  it('a pseudo-denormal counts as the smallest normal, with DE', () => {
    expect(run(extendedAdd, MASKED, make(0, 0, LEADING), make(0, 1, LEADING))).toEqual({ ...make(0, 2, LEADING), flags: raised.denormal });
  });
  it('NaNs: quiet before signalling, then the larger significand', () => {
    const nan = (payload: bigint): Extended => make(0, 0x7fff, LEADING | payload);
    const quiet = 1n << 62n;
    expect(run(extendedAdd, MASKED, nan(quiet | 1n), nan(quiet | 2n))).toEqual({ ...nan(quiet | 2n), flags: 0 });
    expect(run(extendedAdd, MASKED, nan(quiet | 1n), nan(5n))).toEqual({ ...nan(quiet | 1n), flags: raised.invalid });
    expect(run(extendedAdd, MASKED, nan(3n), nan(5n))).toEqual({ ...nan(quiet | 5n), flags: raised.invalid });
  });
  it('invalid operations', () => {
    const zero = make(0, 0, 0n);
    for (const outcome of [run(extendedSub, MASKED, infinity, infinity), run(extendedMul, MASKED, zero, infinity), run(extendedDiv, MASKED, zero, zero), run(extendedSqrt, MASKED, fromNumber(-2)), run(extendedRemainder, MASKED, one, zero)]) {
      expect([text(outcome), outcome.flags]).toEqual([indefinite, raised.invalid]);
    }
    expect(run(extendedDiv, MASKED, fromNumber(-1), zero)).toEqual({ ...make(1, 0x7fff, LEADING), flags: raised.zeroDivide });
  });
  it('unmasked overflow and underflow move the exponent by 0x6000', () => {
    const huge = make(0, 0x7ffe, LEADING);
    const tiny = make(0, 1, LEADING);
    expect(run(extendedMul, MASKED & ~8, huge, huge)).toEqual({ ...make(0, 0x7ffe * 2 - BIAS - 0x6000, LEADING), flags: raised.overflow });
    expect(run(extendedMul, MASKED & ~0x10, tiny, tiny)).toEqual({ ...make(0, 2 - BIAS + 0x6000, LEADING), flags: raised.underflow });
  });
});

describe('conversions', () => {
  it('integers', () => {
    const to = (x: number, width: number, control = MASKED, truncate = 0): [bigint, number] => {
      const { significand, flags } = run(extendedToInteger, control, fromNumber(x), width, truncate);
      return [BigInt.asIntN(64, significand), flags & 0x3f];
    };
    expect(to(2.5, 32)).toEqual([2n, raised.inexact]);
    expect(to(-2.5, 32, MASKED | 0x400)).toEqual([-3n, raised.inexact]);
    expect(to(-2.9, 16, MASKED, 1)).toEqual([-2n, raised.inexact]);
    expect(to(32768, 16)).toEqual([-32768n, raised.invalid]);
    expect(to(-32768, 16)).toEqual([-32768n, 0]);
    expect(to(2 ** 63, 64)).toEqual([-(1n << 63n), raised.invalid]);
    expect(to(NaN, 64)).toEqual([-(1n << 63n), raised.invalid]);
    for (const x of [0n, 1n, -1n, (1n << 63n) - 1n, -(1n << 63n), 12345678901234567n]) expect(BigInt.asIntN(64, run(extendedToInteger, MASKED, run(i64ToExtended, MASKED, x), 64, 0).significand)).toBe(x);
  });
  it('binary32 and binary64', () => {
    expect(run(extendedToF32, MASKED, fromNumber(0.1))).toMatchObject({ flags: raised.inexact | raised.roundedUp });
    const view = new DataView(new ArrayBuffer(8));
    for (const x of [0.1, -1e300, 5e-324, 2 ** -1050, 0, -0, Infinity]) {
      view.setFloat64(0, x);
      expect(run(extendedToF64, MASKED, fromNumber(x))).toMatchObject({ significand: view.getBigUint64(0), flags: 0 });
    }
    expect(run(extendedToF64, MASKED, make(0, BIAS - 1074, LEADING | 1n)).flags).toBe(raised.inexact | raised.underflow);
    expect(Number(run(extendedToF32, MASKED, fromNumber(1e39)).significand)).toBe(0x7f80_0000);
  });
  it('packed BCD', () => {
    const number = run(bcdToExtended, MASKED, 0x1234_5678_9012_3456n, 0x8078);
    expect(number).toMatchObject(run(i64ToExtended, MASKED, -781234567890123456n));
    expect(run(extendedToBcd, MASKED, number)).toEqual({ significand: 0x1234_5678_9012_3456n, signExponent: 0x8078, flags: 0 });
    expect(run(extendedToBcd, MASKED, fromNumber(1e18))).toEqual({ significand: 0xc000_0000_0000_0000n, signExponent: 0xffff, flags: raised.invalid });
  });
  it('rounding to an integral value, scaling, comparison', () => {
    expect(run(extendedRoundToInt, MASKED | 0x800, fromNumber(-0.5))).toMatchObject({ ...make(1, 0, 0n), flags: raised.inexact });
    expect(run(extendedScale, MASKED, fromNumber(1.5), fromNumber(-3.9))).toEqual({ ...fromNumber(1.5 / 8), flags: 0 });
    expect(run(extendedScale, MASKED, fromNumber(1), fromNumber(40000)).flags).toBe(raised.overflow | raised.inexact | raised.roundedUp);
    const compare = (x: number, y: number): bigint => BigInt.asIntN(32, run(extendedCompare, MASKED, fromNumber(x), fromNumber(y), 1).significand);
    expect([compare(1, 2), compare(-1, -2), compare(0, -0), compare(-1, 1), compare(NaN, 1)]).toEqual([-1n, 1n, 0n, -1n, 2n]);
  });
  it('FPREM1 rounds the quotient to nearest even', () => {
    const rest = (x: number, y: number): Extended => {
      const { significand, signExponent } = run(extendedRemainderNearest, MASKED, fromNumber(x), fromNumber(y));
      return { significand, signExponent };
    };
    expect(rest(5, 2)).toEqual(fromNumber(1));
    expect(rest(7, 2)).toEqual(fromNumber(-1));
    expect(rest(1.75, 2)).toEqual(fromNumber(-0.25));
  });
  it('FPREM reports a partial remainder', () => {
    expect(run(extendedRemainder, MASKED, fromNumber(2 ** 100), fromNumber(3)).flags & 0x400).toBe(0x400);
  });
  it('binary32 loads keep signalling NaNs as they are', () => {
    expect(run(f32ToExtended, MASKED, 0x7fa0_0000)).toEqual({ ...make(0, 0x7fff, LEADING | (1n << 61n)), flags: 0 });
  });
});
