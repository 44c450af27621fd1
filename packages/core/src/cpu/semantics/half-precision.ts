/**
 * F16C: VCVTPH2PS, VCVTPS2PH (SDM vol. 1, 14.4). Denormal halves are always honoured, without DE; DAZ applies to singles, FTZ to nothing.
 */
import type { Expression } from '../../wasm/function.ts';
import type { Semantics } from '../builder/builder.ts';
import { semantics } from '../builder/builder.ts';
import { f16ToF32, f32ToF16 } from '../softfloat/half.ts';
import { imm8, zero } from './sse-packed.ts';
import { withFloatExceptions } from './vex.ts';

export const vcvtph2ps: Semantics = semantics('vcvtph2ps', 'w r', (b, dst, src) => {
  const { f } = b;
  const isWide = dst.width === 256;
  const x = src.read();
  const half = (n: number): Expression => {
    let vector: Expression = zero(f);
    for (let i = 0; i < 4; i++) {
      const at = n * 4 + i;
      const bits = isWide ? f.lane('i16x8.extract_lane_u', at, x) : f.and(f.wrap(f.shrU(x, 16 * at)), f.i32(0xffff));
      vector = f.lane('i32x4.replace_lane', i, vector, b.call(f16ToF32, bits));
    }
    return f.let(vector);
  };
  let low: Expression | undefined, high: Expression | undefined;
  withFloatExceptions(b, () => {
    low = half(0);
    high = isWide ? half(1) : undefined;
  });
  dst.write(low!, high);
});

/** To memory, or to a register whose rest becomes 0. */
export const vcvtps2ph: Semantics = semantics('vcvtps2ph', 'w r r', (b, dst, src, control) => {
  const { f } = b;
  const imm = imm8(b, control);
  // faults come before exceptions
  if (dst.isMemory) dst.address(dst.width / 8, 'write');
  const low = src.read();
  const halves = src.width === 256 ? [low, src.readHigh()] : [low];
  let vector: Expression = zero(f);
  withFloatExceptions(b, () => {
    halves.forEach((x, n) => {
      for (let i = 0; i < 4; i++) vector = f.lane('i16x8.replace_lane', n * 4 + i, vector, b.call(f32ToF16, f.lane('i32x4.extract_lane', i, x), imm));
    });
    vector = f.let(vector);
  });
  dst.write(dst.isMemory && dst.width === 64 ? f.lane('i64x2.extract_lane', 0, vector) : vector);
});
