import { describe, expect, it } from 'vitest';
import { instantiateSubroutines } from '../../testing/subroutines.ts';
import { raised } from './control.ts';
import { f32Add, f32CompareQuiet, f32Div, f32Mul, f32RoundToInt, f32Sqrt, f32Sub, f32ToF64, f32ToI32, f64ToF32 } from './float32.ts';
import { f64Add, f64CompareSignalling, f64Div, f64Max, f64Min, f64Mul, f64RoundToInt, f64Sqrt, f64Sub, f64ToI32Truncated, f64ToI64, i64ToF64 } from './float64.ts';

const module = instantiateSubroutines([
  f32Add, f32Sub, f32Mul, f32Div, f32Sqrt, f32CompareQuiet, f32RoundToInt, f32ToF64, f32ToI32, f64ToF32,
  f64Add, f64Sub, f64Mul, f64Div, f64Sqrt, f64CompareSignalling, f64Max, f64Min, f64RoundToInt, f64ToI32Truncated, f64ToI64, i64ToF64,
]);
const { state } = module;
const MASKED = 0x1f80;

const view = new DataView(new ArrayBuffer(8));
const bitsOf64 = (value: number): bigint => { view.setFloat64(0, value); return view.getBigInt64(0); };
const bitsOf32 = (value: number): number => { view.setFloat32(0, value); return view.getInt32(0); };
const float64 = (bits: bigint): number => { view.setBigInt64(0, bits); return view.getFloat64(0); };
const float32 = (bits: number): number => { view.setInt32(0, bits); return view.getFloat32(0); };

const run = (subroutine: Parameters<typeof module.call>[0], mxcsr: number, ...values: (number | bigint)[]): { bits: number | bigint; flags: number } => {
  state.set('mxcsr', mxcsr);
  state.set('floatRaised', 0);
  return { bits: module.call(subroutine, ...values), flags: state.get('floatRaised') & 0x3f };
};

/** Deterministic bit patterns, many of them near the ends of the exponent range. */
const patterns64 = (count: number): bigint[] => {
  let seed = 0x9e37_79b9_7f4a_7c15n;
  const next = (): bigint => {
    seed = BigInt.asUintN(64, seed * 6364136223846793005n + 1442695040888963407n);
    return seed ^ (seed >> 29n);
  };
  const edges = [0n, 1n, 0xf_ffff_ffff_ffffn, 0x10_0000_0000_0000n, 0x3ff0_0000_0000_0000n, 0x7fef_ffff_ffff_ffffn, 0x7ff0_0000_0000_0000n, 0x3fff_ffff_ffff_ffffn];
  const random = Array.from({ length: count }, (_, i) => (i % 3 === 0 ? next() : (next() & 0x801f_ffff_ffff_ffffn) | (i % 3 === 1 ? 0x3fe0n << 48n : 0n)));
  return [...edges, ...edges.map((x) => x | (1n << 63n)), ...random].map((x) => BigInt.asIntN(64, x));
};
const patterns32 = (count: number): number[] => patterns64(count).map((x) => Number(BigInt.asIntN(32, (x >> 32n) ^ ((x & 0xffn) << 8n))));

describe('round to nearest agrees with the arithmetic of the host', () => {
  const binary64 = [[f64Add, (x, y) => x + y], [f64Sub, (x, y) => x - y], [f64Mul, (x, y) => x * y], [f64Div, (x, y) => x / y]] as const satisfies [unknown, (x: number, y: number) => number][];
  for (const [subroutine, reference] of binary64) {
    it(subroutine.name, () => {
      const values = patterns64(60);
      for (const a of values) {
        for (const b of values) {
          const want = reference(float64(a), float64(b));
          const got = float64(run(subroutine, MASKED, a, b).bits as bigint);
          expect(Object.is(got, want), `${a.toString(16)} ${b.toString(16)}: ${got} for ${want}`).toBe(true);
        }
      }
    });
  }
  const binary32 = [[f32Add, (x, y) => x + y], [f32Sub, (x, y) => x - y], [f32Mul, (x, y) => x * y], [f32Div, (x, y) => x / y]] as const satisfies [unknown, (x: number, y: number) => number][];
  for (const [subroutine, reference] of binary32) {
    it(subroutine.name, () => {
      const values = patterns32(60);
      for (const a of values) {
        for (const b of values) {
          const want = Math.fround(reference(float32(a), float32(b)));
          const got = float32(run(subroutine, MASKED, a, b).bits as number);
          expect(Object.is(got, want), `${a} ${b}: ${got} for ${want}`).toBe(true);
        }
      }
    });
  }
  it('square roots and format conversions', () => {
    for (const a of patterns64(500)) {
      expect(float64(run(f64Sqrt, MASKED, a).bits as bigint)).toBe(Math.sqrt(float64(a)));
      expect(float32(run(f64ToF32, MASKED, a).bits as number)).toBe(Math.fround(float64(a)));
      expect(float64(run(i64ToF64, MASKED, a).bits as bigint)).toBe(Number(a));
    }
    for (const a of patterns32(500)) {
      expect(float32(run(f32Sqrt, MASKED, a).bits as number)).toBe(Math.fround(Math.sqrt(float32(a))));
      expect(float64(run(f32ToF64, MASKED, a).bits as bigint)).toBe(float32(a));
    }
  });
});

describe('exceptions', () => {
  const one = bitsOf64(1);
  const smallest = 1n;
  it('flags', () => {
    expect(run(f64Add, MASKED, one, bitsOf64(2 ** -60)).flags).toBe(raised.inexact);
    expect(run(f64Add, MASKED, one, one).flags).toBe(0);
    expect(run(f64Div, MASKED, one, 0n)).toEqual({ bits: bitsOf64(Infinity), flags: raised.zeroDivide });
    expect(run(f64Mul, MASKED, bitsOf64(2 ** 1000), bitsOf64(2 ** 1000))).toEqual({ bits: bitsOf64(Infinity), flags: raised.overflow | raised.inexact });
    expect(run(f64Mul, MASKED, smallest, bitsOf64(0.25))).toEqual({ bits: 0n, flags: raised.denormal | raised.underflow | raised.inexact });
    expect(run(f64Mul, MASKED, smallest, one)).toEqual({ bits: 1n, flags: raised.denormal });
  });
  it('an unmasked underflow is raised for an exact tiny result too', () => {
    expect(run(f64Mul, MASKED & ~0x800, smallest, one).flags).toBe(raised.denormal | raised.underflow);
  });
  it('the default NaN is negative; NaNs are quieted and the first wins', () => {
    expect(run(f64Sub, MASKED, bitsOf64(Infinity), bitsOf64(Infinity))).toEqual({ bits: BigInt.asIntN(64, 0xfff8n << 48n), flags: raised.invalid });
    expect(run(f64Add, MASKED, 0x7ff8_0000_0000_0001n, 0x7ff0_0000_0000_0002n)).toEqual({ bits: 0x7ff8_0000_0000_0001n, flags: raised.invalid });
    expect(run(f64Add, MASKED, one, 0x7ff0_0000_0000_0002n)).toEqual({ bits: 0x7ff8_0000_0000_0002n, flags: raised.invalid });
    expect(run(f64Add, MASKED, one, 0x7ff8_0000_0000_0002n).flags).toBe(0);
  });
  it('comparisons', () => {
    expect(run(f32CompareQuiet, MASKED, bitsOf32(-0), bitsOf32(0)).bits).toBe(0);
    expect(run(f32CompareQuiet, MASKED, bitsOf32(-1), bitsOf32(-2)).bits).toBe(1);
    expect(run(f32CompareQuiet, MASKED, bitsOf32(1), 0x7fc0_0000)).toEqual({ bits: 2, flags: 0 });
    expect(run(f64CompareSignalling, MASKED, one, 0x7ff8n << 48n)).toEqual({ bits: 2, flags: raised.invalid });
    expect(run(f64Min, MASKED, 0n, bitsOf64(-0)).bits).toBe(bitsOf64(-0));
    expect(run(f64Max, MASKED, 0x7ff8n << 48n, one)).toEqual({ bits: one, flags: raised.invalid });
  });
});

describe('MXCSR', () => {
  const third = bitsOf64(1 / 3);
  it('rounds as RC says', () => {
    const results = [0, 1, 2, 3].map((mode) => run(f64Div, MASKED | (mode << 13), bitsOf64(-1), bitsOf64(3)).bits);
    expect(results.map((bits) => BigInt.asUintN(63, bits as bigint) - third)).toEqual([0n, 1n, 0n, 0n]);
    expect([0, 1, 2, 3].map((mode) => run(f32ToI32, MASKED | (mode << 13), bitsOf32(-2.5)).bits)).toEqual([-2, -3, -2, -2]);
    expect([0, 1, 2, 3].map((mode) => float64(run(f64RoundToInt, MASKED, bitsOf64(3.5), mode).bits as bigint))).toEqual([4, 3, 4, 3]);
  });
  it('DAZ and FTZ', () => {
    expect(run(f64Mul, MASKED | 0x40, 1n, bitsOf64(1))).toEqual({ bits: 0n, flags: 0 });
    expect(run(f64Mul, MASKED | 0x8000, bitsOf64(2 ** -1022), bitsOf64(-0.5))).toEqual({ bits: bitsOf64(-0), flags: raised.underflow | raised.inexact });
    expect(run(f64Mul, (MASKED & ~0x800) | 0x8000, bitsOf64(2 ** -1022), bitsOf64(0.5)).bits).toBe(bitsOf64(2 ** -1023));
  });
  it('integers that do not fit', () => {
    expect(run(f64ToI32Truncated, MASKED, bitsOf64(2 ** 31))).toEqual({ bits: -(2 ** 31), flags: raised.invalid });
    expect(run(f64ToI32Truncated, MASKED, bitsOf64(-(2 ** 31) - 0.5))).toEqual({ bits: -(2 ** 31), flags: raised.inexact });
    expect(run(f64ToI64, MASKED, bitsOf64(NaN))).toEqual({ bits: -(1n << 63n), flags: raised.invalid });
    expect(run(f32RoundToInt, MASKED, bitsOf32(0.5), 8)).toEqual({ bits: 0, flags: 0 });
  });
});
