/**
 * Conversions of SSE and SSE2 between integers (general, MMX, packed) and floating point, and between the precisions.
 *
 * Reference: SDM vol. 2A, CVT*; vol. 1, 11.5.2.
 */
import type { Builder, Semantics, Subroutine } from '../builder/builder.ts';
import { semantics } from '../builder/builder.ts';
import type { Expression } from '../../wasm/function.ts';
import { f32ToF64, f32ToI32, f32ToI32Truncated, f32ToI64, f32ToI64Truncated, f64ToF32, i32ToF32, i64ToF32 } from '../softfloat/float32.ts';
import { f64ToI32, f64ToI32Truncated, f64ToI64, f64ToI64Truncated, i64ToF64 } from '../softfloat/float64.ts';
import { bySoftfloat, double, eachLane, fastOrExact, isCommonState, Lanes, single } from './sse-environment.ts';
import type { Precision } from './sse-environment.ts';
import { fromLow64, low64 } from './sse-packed.ts';

const packedLanes = (b: Builder, precision: Precision): Lanes => new Lanes(b.f, precision, true);
const scalarLanes = (b: Builder, precision: Precision): Lanes => new Lanes(b.f, precision, false);

// — integers to floating point —

/** CVTSI2SS, CVTSI2SD from a general register or memory. */
const fromGeneral = (name: string, precision: Precision): Semantics => semantics(name, 'w r', (b, dst, src) => {
  const { f } = b;
  const x = src.read();
  const native = (): Expression => f.op(`${precision.bits}.reinterpret_${precision.name}`, f.op(`${precision.name}.convert_${x.type}_s`, x));
  if (precision === double && x.type === 'i32') return dst.write(native());
  const exact = precision === double ? i64ToF64 : x.type === 'i64' ? i64ToF32 : i32ToF32;
  dst.write(fastOrExact(b, precision.bits, isCommonState(b), native, () => b.call(exact, x)));
});

const singlesFromDoublewords = (b: Builder, x: Expression): Expression => fastOrExact(b, 'v128', isCommonState(b),
  () => b.f.op('f32x4.convert_i32x4_s', x), () => b.call(eachLane(single, 'i32ToF32Packed', Array<Subroutine>(4).fill(i32ToF32)), x));

const cvtdq2ps = semantics('cvtdq2ps', 'w r', (b, dst, src) => dst.write(singlesFromDoublewords(b, src.read())));
/** Exact. */
const cvtdq2pd = semantics('cvtdq2pd', 'w r', (b, dst, src) => dst.write(b.f.op('f64x2.convert_low_i32x4_s', fromLow64(b.f, src.read()))));

const cvtpi2ps = semantics('cvtpi2ps', 'w r', (b, dst, src) => dst.write(low64(b.f, singlesFromDoublewords(b, b.f.let(fromLow64(b.f, src.read()))))));
const cvtpi2pd = semantics('cvtpi2pd', 'w r', (b, dst, src) => dst.write(b.f.op('f64x2.convert_low_i32x4_s', fromLow64(b.f, src.read()))));

// — floating point to integers —

/** A bound below which truncation, or rounding to nearest, fits into the integer. */
const bounds = {
  f32: { i32: 0x4e80_0000n, i64: 0x5e80_0000n }, // 2^30, 2^62
  f64: { i32: 0x41d0_0000_0000_0000n, i64: 0x43d0_0000_0000_0000n },
} as const;

const softToInteger = (precision: Precision, to: 'i32' | 'i64', truncated: boolean): Subroutine => {
  if (precision === single) return to === 'i32' ? (truncated ? f32ToI32Truncated : f32ToI32) : (truncated ? f32ToI64Truncated : f32ToI64);
  return to === 'i32' ? (truncated ? f64ToI32Truncated : f64ToI32) : (truncated ? f64ToI64Truncated : f64ToI64);
};

/** CVTSS2SI and its kin, to a general register. */
const toGeneral = (name: string, precision: Precision, truncated: boolean): Semantics => semantics(name, 'w r', (b, dst, src) => {
  const { f } = b;
  const x = src.read();
  const to = dst.width === 64 ? 'i64' : 'i32';
  const lanes = scalarLanes(b, precision);
  const fits = f.op(`${precision.bits}.lt_s`, lanes.magnitude(x), f.constant(precision.bits, bounds[precision.name][to]));
  const value = (): Expression => {
    const number = f.op(`${precision.name}.reinterpret_${precision.bits}`, x);
    return f.op(`${to}.trunc_${precision.name}_s`, truncated ? number : f.op(`${precision.name}.nearest`, number));
  };
  dst.write(fastOrExact(b, to, f.and(isCommonState(b), fits), value, () => b.call(softToInteger(precision, to, truncated), x)));
});

/** Four singles to four doublewords. */
const doublewordsFromSingles = (b: Builder, x: Expression, truncated: boolean): Expression => {
  const soft = softToInteger(single, 'i32', truncated);
  const exact = (): Expression => b.call(eachLane(single, `${soft.name}Packed`, Array<Subroutine>(4).fill(soft)), x);
  if (!truncated) return bySoftfloat(b, exact);
  const lanes = packedLanes(b, single);
  const fits = lanes.all(lanes.integer('lt_s', lanes.magnitude(x), lanes.constant(bounds.f32.i32)));
  return fastOrExact(b, 'v128', b.f.and(isCommonState(b), fits), () => b.f.op('i32x4.trunc_sat_f32x4_s', x), exact);
};
const singlesToPacked = (name: string, truncated: boolean): Semantics => semantics(name, 'w r', (b, dst, src) => dst.write(doublewordsFromSingles(b, src.read(), truncated)));
const singlesToMmx = (name: string, truncated: boolean): Semantics => semantics(name, 'w r', (b, dst, src) =>
  dst.write(low64(b.f, doublewordsFromSingles(b, b.f.let(fromLow64(b.f, src.read())), truncated))));

/** Two doubles to two doublewords, as an i64. */
const doublewordsFromDoubles = (b: Builder, x: Expression, truncated: boolean): Expression => bySoftfloat(b, () => {
  const { f } = b;
  const convert = (lane: number): Expression => f.extendU(b.call(softToInteger(double, 'i32', truncated), f.lane('i64x2.extract_lane', lane, x)));
  const low = f.let(convert(0));
  return f.or(low, f.shl(convert(1), 32));
});
const doublesToPacked = (name: string, truncated: boolean): Semantics => semantics(name, 'w r', (b, dst, src) =>
  dst.write(fromLow64(b.f, doublewordsFromDoubles(b, src.read(), truncated))));
const doublesToMmx = (name: string, truncated: boolean): Semantics => semantics(name, 'w r', (b, dst, src) => dst.write(doublewordsFromDoubles(b, src.read(), truncated)));

// — between the precisions —

/** Exact, and without flags but for denormals and signalling NaNs. */
const cvtss2sd = semantics('cvtss2sd', 'w r', (b, dst, src) => {
  const { f } = b;
  const x = src.read();
  const lanes = scalarLanes(b, single);
  dst.write(fastOrExact(b, 'i64', lanes.isNormalOrZero(lanes.magnitude(x)),
    () => f.op('i64.reinterpret_f64', f.op('f64.promote_f32', f.op('f32.reinterpret_i32', x))), () => b.call(f32ToF64, x)));
});

const cvtsd2ss = semantics('cvtsd2ss', 'w r', (b, dst, src) => {
  const { f } = b;
  const x = src.read();
  const result = f.let(f.op('i32.reinterpret_f32', f.op('f32.demote_f64', f.op('f64.reinterpret_i64', x))));
  const [from, to] = [scalarLanes(b, double), scalarLanes(b, single)];
  const isZero = from.isZero(from.magnitude(x));
  const good = f.or(isZero, to.isNormal(to.magnitude(result), single.smallestNormal * 2n));
  dst.write(fastOrExact(b, 'i32', f.and(isCommonState(b), good), () => result, () => b.call(f64ToF32, x)));
});

const cvtps2pd = semantics('cvtps2pd', 'w r', (b, dst, src) => {
  const { f } = b;
  const x = f.let(fromLow64(f, src.read()));
  const lanes = packedLanes(b, single);
  const widen = (lane: number): Expression => f.let(b.call(f32ToF64, f.lane('i32x4.extract_lane', lane, x)));
  dst.write(fastOrExact(b, 'v128', lanes.all(lanes.isNormalOrZero(lanes.magnitude(x))), () => f.op('f64x2.promote_low_f32x4', x), () => {
    const low = widen(0);
    return f.lane('i64x2.replace_lane', 1, f.op('i64x2.splat', low), widen(1));
  }));
});

const cvtpd2ps = semantics('cvtpd2ps', 'w r', (b, dst, src) => {
  const { f } = b;
  const x = src.read();
  const result = f.let(f.op('f32x4.demote_f64x2_zero', x));
  const lanes = packedLanes(b, single);
  // The upper lanes are zeros and pass; of the lower ones a zero may have been a tiny number.
  const low = f.let(f.op('i64x2.extend_low_i32x4_u', lanes.magnitude(result)));
  const wide = packedLanes(b, double);
  const isNormal = f.op('v128.and', f.op('i64x2.gt_s', low, wide.constant(single.smallestNormal * 2n - 1n)), f.op('i64x2.lt_s', low, wide.constant(single.infinity)));
  const good = wide.all(wide.or(isNormal, wide.isZero(wide.magnitude(x))));
  const narrow = (lane: number): Expression => f.extendU(b.call(f64ToF32, f.lane('i64x2.extract_lane', lane, x)));
  dst.write(fastOrExact(b, 'v128', f.and(isCommonState(b), good), () => result, () => {
    const first = f.let(narrow(0));
    return fromLow64(f, f.or(first, f.shl(narrow(1), 32)));
  }));
});

export const convert = {
  cvtsi2ss: fromGeneral('cvtsi2ss', single), cvtsi2sd: fromGeneral('cvtsi2sd', double),
  cvtss2si: toGeneral('cvtss2si', single, false), cvttss2si: toGeneral('cvttss2si', single, true),
  cvtsd2si: toGeneral('cvtsd2si', double, false), cvttsd2si: toGeneral('cvttsd2si', double, true),
  cvtdq2ps, cvtdq2pd, cvtpi2ps, cvtpi2pd,
  cvtps2dq: singlesToPacked('cvtps2dq', false), cvttps2dq: singlesToPacked('cvttps2dq', true),
  cvtps2pi: singlesToMmx('cvtps2pi', false), cvttps2pi: singlesToMmx('cvttps2pi', true),
  cvtpd2dq: doublesToPacked('cvtpd2dq', false), cvttpd2dq: doublesToPacked('cvttpd2dq', true),
  cvtpd2pi: doublesToMmx('cvtpd2pi', false), cvttpd2pi: doublesToMmx('cvttpd2pi', true),
  cvtss2sd, cvtsd2ss, cvtps2pd, cvtpd2ps,
};
