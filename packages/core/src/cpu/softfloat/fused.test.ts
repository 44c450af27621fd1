import { describe, expect, it } from 'vitest';
import { instantiateSubroutines } from '../../testing/subroutines.ts';
import { raised } from './control.ts';
import { f32Fused, f64Fused, fusedSign } from './fused.ts';
import { f16ToF32, f32ToF16 } from './half.ts';

const module = instantiateSubroutines([f32Fused, f64Fused, f16ToF32, f32ToF16]);
const { state } = module;
const MASKED = 0x1f80;

const run = (subroutine: Parameters<typeof module.call>[0], mxcsr: number, ...values: (number | bigint)[]): { bits: number | bigint; flags: number } => {
  state.set('mxcsr', mxcsr);
  state.set('floatRaised', 0);
  return { bits: module.call(subroutine, ...values), flags: state.get('floatRaised') & 0x3f };
};

interface Shape {
  readonly width: bigint;
  readonly fractionBits: bigint;
  readonly bias: bigint;
}
const binary32: Shape = { width: 32n, fractionBits: 23n, bias: 127n };
const binary64: Shape = { width: 64n, fractionBits: 52n, bias: 1023n };

/** A finite number in units of the smallest denormal. */
const exact = ({ width, fractionBits }: Shape, bits: bigint): bigint => {
  const exponent = (bits >> fractionBits) & ((1n << (width - 1n - fractionBits)) - 1n);
  const fraction = bits & ((1n << fractionBits) - 1n);
  const significand = exponent ? fraction | (1n << fractionBits) : fraction;
  const value = significand << (exponent ? exponent - 1n : 0n);
  return bits >> (width - 1n) ? -value : value;
};
/** That is 2^-unit. */
const unit = ({ fractionBits, bias }: Shape): bigint => bias - 1n + fractionBits;

/** Rounds value · 2^-(2 unit) by an MXCSR rounding mode; bits, and whether that was inexact. Overflow is left out: operands are chosen so. */
const rounded = (shape: Shape, value: bigint, mode: number): { bits: bigint; inexact: boolean } => {
  const { width, fractionBits } = shape;
  const negative = value < 0n;
  const magnitude = negative ? -value : value;
  const length = BigInt(magnitude.toString(2).length);
  // bits dropped: down to the precision, but not beyond the smallest denormal
  const least = unit(shape);
  const drop = length - (fractionBits + 1n) > least ? length - (fractionBits + 1n) : least;
  const rest = magnitude & ((1n << drop) - 1n);
  let kept = magnitude >> drop;
  const half = 1n << (drop - 1n);
  const up = mode === 0 ? rest > half || (rest === half && (kept & 1n) === 1n) : mode === 1 ? negative && rest > 0n : mode === 2 ? !negative && rest > 0n : false;
  if (up) kept += 1n;
  // kept · 2^(drop - least) smallest denormals; the carry into the exponent comes by itself
  const exponent = drop - least;
  const magnitudeBits = (exponent << fractionBits) + kept;
  return { bits: magnitudeBits | (negative ? 1n << (width - 1n) : 0n), inexact: rest > 0n };
};

/** Deterministic finite patterns whose products neither overflow nor are far below the smallest denormal only. */
const patterns = ({ width, fractionBits, bias }: Shape, count: number): bigint[] => {
  let seed = 0x9e37_79b9_7f4a_7c15n;
  const next = (): bigint => {
    seed = BigInt.asUintN(64, seed * 6364136223846793005n + 1442695040888963407n);
    return seed ^ (seed >> 29n);
  };
  return Array.from({ length: count }, (_, i) => {
    const range = i % 4;
    const exponent = range === 0 ? bias + (next() & 7n) - 4n : range === 1 ? bias + (next() & 127n) - 64n : range === 2 ? next() & 3n : bias / 2n + (next() & 63n) - 32n;
    // short fractions make exact cancellations and ties
    const fraction = (next() & ((1n << fractionBits) - 1n)) & (i & 16 ? -1n : -1n << (fractionBits - 3n));
    return ((next() & 1n) << (width - 1n)) | (exponent << fractionBits) | fraction;
  });
};

describe('fused multiply-add rounds the exact result once', () => {
  for (const [subroutine, shape] of [[f32Fused, binary32], [f64Fused, binary64]] as const) {
    const signed = (bits: bigint): number | bigint => (shape === binary32 ? Number(BigInt.asIntN(32, bits)) : BigInt.asIntN(64, bits));
    it(subroutine.name, () => {
      const values = patterns(shape, 96);
      for (let i = 0; i < 6000; i++) {
        const [a, b, c] = [values[i % 96]!, values[(i * 7 + 3) % 96]!, values[(i * 31 + Math.floor(i / 96)) % 96]!];
        const mode = i & 3;
        const signs = (i >> 2) & 3;
        const product = exact(shape, a) * exact(shape, b) * (signs & fusedSign.negateProduct ? -1n : 1n);
        const sum = product + (exact(shape, c) << unit(shape)) * (signs & fusedSign.negateAddend ? -1n : 1n);
        if (sum === 0n) continue;
        const want = rounded(shape, sum, mode);
        const got = run(subroutine, MASKED | (mode << 13), signed(a), signed(b), signed(c), signs);
        const what = `${a.toString(16)} * ${b.toString(16)} + ${c.toString(16)} mode ${mode} signs ${signs}`;
        expect(BigInt.asUintN(Number(shape.width), BigInt(got.bits)).toString(16), what).toBe(want.bits.toString(16));
        expect((got.flags & raised.inexact) !== 0, what).toBe(want.inexact);
      }
    });
  }

  it('cancels exactly where two roundings would not', () => {
    const x = 0x3ff0_0000_0000_0001n; // 1 + 2^-52, whose square is 1 + 2^-51 + 2^-104
    const square = 0x3ff0_0000_0000_0002n;
    expect(run(f64Fused, MASKED, x, x, square, fusedSign.negateAddend).bits).toBe(0x3970_0000_0000_0000n); // 2^-104
  });

  it('has the sign of zero by the rounding mode, and infinity times zero invalid', () => {
    const one = 0x3f80_0000, down = MASKED | (1 << 13);
    expect(run(f32Fused, MASKED, one, one, one, fusedSign.negateAddend).bits).toBe(0);
    expect(run(f32Fused, down, one, one, one, fusedSign.negateAddend).bits).toBe(0x8000_0000 | 0);
    expect(run(f32Fused, MASKED, 0x7f80_0000, 0, one, 0)).toEqual({ bits: 0xffc0_0000 | 0, flags: raised.invalid });
    expect(run(f32Fused, MASKED, 0x7f80_0000, 0, 0x7fc0_0001, 0)).toEqual({ bits: 0x7fc0_0001, flags: 0 });
  });
});

describe('F16C', () => {
  const valueOf = (half: number): number => {
    const exponent = (half >> 10) & 31, fraction = half & 0x3ff;
    const magnitude = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
    return half & 0x8000 ? -magnitude : magnitude;
  };
  const view = new DataView(new ArrayBuffer(4));
  const float32 = (bits: number): number => { view.setInt32(0, bits); return view.getFloat32(0); };

  it('widens every finite half exactly and narrows it back', () => {
    for (let half = 0; half < 0x1_0000; half++) {
      if ((half & 0x7c00) === 0x7c00) continue;
      const wide = run(f16ToF32, MASKED, half);
      if (!Object.is(float32(wide.bits as number), valueOf(half)) || wide.flags) expect.unreachable(`${half.toString(16)} became ${float32(wide.bits as number)}`);
      const back = run(f32ToF16, MASKED, wide.bits, 0);
      if (back.bits !== half || back.flags) expect.unreachable(`${half.toString(16)} came back as ${back.bits.toString(16)}, flags ${back.flags}`);
    }
  });

  it('rounds as the immediate says', () => {
    const tie = 0x3f80_1000; // 1 + 2^-11, half-way between two halves
    expect([0, 1, 2, 3].map((mode) => run(f32ToF16, MASKED, tie, mode).bits)).toEqual([0x3c00, 0x3c00, 0x3c01, 0x3c00]);
    expect(run(f32ToF16, MASKED | (2 << 13), tie, 4).bits).toBe(0x3c01);
    expect(run(f32ToF16, MASKED, 0x4780_0000, 0)).toEqual({ bits: 0x7c00, flags: raised.overflow | raised.inexact }); // 65536
  });
});
