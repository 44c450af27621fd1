/**
 * FMA3 (SDM vol. 2, VFMADD132PD …). The digits name the operands of a · b + c: 132 is first · third + second, 213 second · first + third,
 * 231 second · third + first; the first is the destination. WebAssembly has no exact fused operation: doubles go through softfloat, and singles where double
 * precision is not enough to tell.
 */
import type { Expression, FunctionBuilder } from '../../wasm/function.ts';
import type { Semantics, Subroutine } from '../builder/builder.ts';
import { semantics } from '../builder/builder.ts';
import { f32Fused, f64Fused, fusedSign } from '../softfloat/fused.ts';
import { commonState, double, Lanes, single } from './sse-environment.ts';
import type { Precision } from './sse-environment.ts';
import { quadwords, zero } from './sse-packed.ts';
import { withFloatExceptions } from './vex.ts';

export type FusedOrder = '132' | '213' | '231';
/** What is done with the product and the third operand, of even and of odd lanes. */
const kinds = {
  fmadd: [0, 0], fmsub: [fusedSign.negateAddend, fusedSign.negateAddend],
  fnmadd: [fusedSign.negateProduct, fusedSign.negateProduct], fnmsub: [fusedSign.negateProduct | fusedSign.negateAddend, fusedSign.negateProduct | fusedSign.negateAddend],
  fmaddsub: [fusedSign.negateAddend, 0], fmsubadd: [0, fusedSign.negateAddend],
} as const;
export type FusedKind = keyof typeof kinds;

const fusedOf = (precision: Precision): Subroutine => (precision === single ? f32Fused : f64Fused);

/** Bits of a double's significand below a single's, and their value half-way between two singles. */
const BELOW_SINGLE = (1n << 29n) - 1n;
const HALFWAY = 1n << 28n;

/**
 * Four singles by way of doubles, returned if that is exact. The product of two singles is a double. Their rounded sum lies on the same side of every point half-way
 * between singles as the exact sum, as these points are doubles; only where it falls on one does the second rounding not know.
 */
const returnByDoubles = (f: FunctionBuilder, [a, b, c]: readonly Expression[], even: Expression, odd: Expression): void => {
  const lanes = new Lanes(f, single, true);
  const ordinary = [a!, b!, c!].map((x) => lanes.isNormalOrZero(lanes.magnitude(x))).reduce((p, q) => lanes.and(p, q));
  f.if(f.and(commonState(f), lanes.all(ordinary)), () => {
    const alternate = Array.from({ length: 16 }, (_, i) => (i & 4 ? i + 16 : i));
    /** The sign bit of the lanes whose `kinds` have the bit. */
    const signs = (bit: number): Expression => {
      const sign = (of: Expression): Expression => f.op('i32x4.splat', f.shl(f.and(of, f.i32(bit)), 32 - bit));
      return f.shuffle(sign(even), sign(odd), alternate);
    };
    const x = f.let(f.op('v128.xor', a!, signs(fusedSign.negateProduct)));
    const z = f.let(f.op('v128.xor', c!, signs(fusedSign.negateAddend)));
    const sums = [0, 8].map((first) => {
      const half = (value: Expression): Expression => f.op('f64x2.promote_low_f32x4', first ? f.shuffle(value, value, Array.from({ length: 16 }, (_, i) => (i + first) & 15)) : value);
      return f.let(f.op('f64x2.add', f.op('f64x2.mul', half(x), half(b!)), half(z)));
    });
    const [low, high] = [sums[0]!, sums[1]!];
    const both = (of: (sum: Expression) => Expression): Expression => f.shuffle(of(low), of(high), Array.from({ length: 16 }, (_, i) => (i >> 2) * 8 + (i & 3)));
    const isHalfway = both((sum) => f.op('i64x2.eq', f.op('v128.and', sum, quadwords(f, () => BELOW_SINGLE)), quadwords(f, () => HALFWAY)));
    const isZero = both((sum) => f.op('f64x2.eq', sum, zero(f)));
    const rounded = (sum: Expression): Expression => f.op('f32x4.demote_f64x2_zero', sum);
    const result = f.let(f.shuffle(rounded(low), rounded(high), Array.from({ length: 16 }, (_, i) => (i < 8 ? i : i + 8))));
    const magnitude = lanes.magnitude(result);
    const certain = f.op('v128.andnot', lanes.or(isZero, lanes.isWellInRange(magnitude)), isHalfway);
    f.if(lanes.all(certain), () => f.return(result));
  });
};

/** (a, b, c, signs of even lanes, of odd lanes) on every lane of a vector. */
const eachLaneFused = (precision: Precision): Subroutine => ({
  name: `${precision.name}FusedPacked`, params: ['v128', 'v128', 'v128', 'i32', 'i32'], results: ['v128'],
  build: (f, call) => {
    const [a, b, c, even, odd] = f.params as unknown as [Expression, Expression, Expression, Expression, Expression];
    if (precision === single) returnByDoubles(f, [a, b, c], even, odd);
    let result: Expression = a;
    for (let i = 0; i < precision.lanes; i++) {
      const lane = (vector: Expression): Expression => f.lane(`${precision.shape}.extract_lane`, i, vector);
      result = f.lane(`${precision.shape}.replace_lane`, i, result, f.call(call(fusedOf(precision)), lane(a), lane(b), lane(c), i & 1 ? odd : even));
    }
    f.return(result);
  },
});
const packedFused = { f32: eachLaneFused(single), f64: eachLaneFused(double) };

const ordered = <T>(order: FusedOrder, [first, second, third]: readonly [T, T, T]): [T, T, T] =>
  (order === '132' ? [first, third, second] : order === '213' ? [second, first, third] : [second, third, first]);

const nameOf = (kind: FusedKind, order: FusedOrder, suffix: string): string => `v${kind}${order}${suffix}`;

export const packedFma = (kind: FusedKind, order: FusedOrder, precision: Precision): Semantics => semantics(nameOf(kind, order, precision === single ? 'ps' : 'pd'), 'rw r r', (b, dst, second, third) => {
  const { f } = b;
  const isWide = dst.width === 256;
  const z = [third.read(), isWide ? third.readHigh() : undefined];
  const x = [dst.read(), isWide ? dst.readHigh() : undefined];
  const y = [second.read(), isWide ? second.readHigh() : undefined];
  const [even, odd] = kinds[kind];
  const half = (n: 0 | 1): Expression => b.call(packedFused[precision.name], ...ordered(order, [x[n]!, y[n]!, z[n]!]), f.i32(even), f.i32(odd));
  let result: Expression[] = [];
  withFloatExceptions(b, () => { result = isWide ? [half(0), half(1)] : [half(0)]; });
  dst.write(result[0]!, result[1]);
});

/** The lowest lane; those above stay. */
export const scalarFma = (kind: FusedKind, order: FusedOrder, precision: Precision): Semantics => semantics(nameOf(kind, order, precision === single ? 'ss' : 'sd'), 'rw r r', (b, dst, second, third) => {
  const { f } = b;
  const low = (g: FunctionBuilder, vector: Expression): Expression => g.let(g.lane(`${precision.shape}.extract_lane`, 0, vector));
  const z = third.read();
  const x = dst.read();
  const y = low(f, second.read());
  let result: Expression | undefined;
  withFloatExceptions(b, () => { result = b.call(fusedOf(precision), ...ordered(order, [low(f, x), y, z]), f.i32(kinds[kind][0])); });
  dst.write(f.lane(`${precision.shape}.replace_lane`, 0, x, result!));
});
