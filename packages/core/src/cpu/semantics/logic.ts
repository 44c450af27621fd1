/** AND, OR, XOR, TEST, NOT. Reference: SDM vol. 2. AF, which the manual leaves undefined, becomes 0. */
import type { Expression, FunctionBuilder } from '../../wasm/function.ts';
import { semantics } from '../builder/builder.ts';
import type { Semantics } from '../builder/builder.ts';
import { widthOf } from './arithmetic.ts';

const bitwise = (name: string, op: (f: FunctionBuilder, x: Expression, y: Expression) => Expression): Semantics => semantics(name, 'rw r', (b, dst, src) => {
  const { f } = b;
  const x = dst.read(), y = src.read();
  const r = f.let(op(f, x, y));
  dst.write(r);
  b.flags.logic(widthOf(dst), r);
});

export const AND = bitwise('and', (f, x, y) => f.and(x, y));
export const OR = bitwise('or', (f, x, y) => f.or(x, y));
export const XOR = bitwise('xor', (f, x, y) => f.xor(x, y));

export const TEST = semantics('test', 'r r', (b, left, right) => {
  const x = left.read(), y = right.read();
  b.flags.logic(widthOf(left), b.f.and(x, y));
});

export const NOT = semantics('not', 'rw', (b, dst) => {
  const x = dst.read();
  dst.write(b.f.xor(x, b.f.constant(x.type, -1)));
});
