/**
 * FMA3 (SDM vol. 2, VFMADD132PD …). The digits name the operands of a · b + c: 132 is first · third + second, 213 second · first + third,
 * 231 second · third + first; the first is the destination. All go through softfloat: WebAssembly has no exact fused operation.
 */
import type { Expression, FunctionBuilder } from '../../wasm/function.ts';
import type { Semantics, Subroutine } from '../builder/builder.ts';
import { semantics } from '../builder/builder.ts';
import { f32Fused, f64Fused, fusedSign } from '../softfloat/fused.ts';
import { double, single } from './sse-environment.ts';
import type { Precision } from './sse-environment.ts';
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

/** (a, b, c, signs of even lanes, of odd lanes) on every lane of a vector. */
const eachLaneFused = (precision: Precision): Subroutine => ({
  name: `${precision.name}FusedPacked`, params: ['v128', 'v128', 'v128', 'i32', 'i32'], results: ['v128'],
  build: (f, call) => {
    const [a, b, c, even, odd] = f.params as unknown as [Expression, Expression, Expression, Expression, Expression];
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
