/**
 * Conversions of SSE and SSE2 between integers (general, MMX, packed) and floating point, and between the precisions.
 *
 * Reference: SDM vol. 2A, CVT*; vol. 1, 11.5.2.
 */
import type { Builder, Semantics, Subroutine } from '../builder/builder.ts';
import { semantics } from '../builder/builder.ts';
import type { Expression, FunctionBuilder } from '../../wasm/function.ts';
import { f32ToF64, f32ToI32, f32ToI32Truncated, f32ToI64, f32ToI64Truncated, f64ToF32, i32ToF32, i64ToF32 } from '../softfloat/float32.ts';
import { f64ToI32, f64ToI32Truncated, f64ToI64, f64ToI64Truncated, i64ToF64 } from '../softfloat/float64.ts';
import { double, eachLane, fastOrExact, Lanes, readValue, roundedOrExact, single, writeValue } from './sse-environment.ts';
import type { Precision } from './sse-environment.ts';
import { integerNotes, vectorNote } from './sse-exactness.ts';
import { fromLow64, low64 } from './sse-packed.ts';

const packedLanes = (b: Builder, precision: Precision): Lanes => new Lanes(b.f, precision, true);
const scalarLanes = (b: Builder, precision: Precision): Lanes => new Lanes(b.f, precision, false);
/** Both halves of a value of 128 bits as the low half of one. */
const lowHalf = (_: FunctionBuilder, x: Expression): Expression => x;
const highHalf = (f: FunctionBuilder, x: Expression): Expression => f.shuffle(x, x, [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15]);

// — integers to floating point —

/** CVTSI2SS, CVTSI2SD from a general register or memory. */
const fromGeneral = (name: string, precision: Precision): Semantics => semantics(name, 'w r', (b, dst, src) => {
  const { f } = b;
  const lanes = scalarLanes(b, precision);
  const x = src.read();
  const result = f.let(f.op(`${precision.name}.convert_${x.type}_s`, x));
  if (precision === double && x.type === 'i32') return writeValue(lanes, dst, result);
  const exact = precision === double ? i64ToF64 : x.type === 'i64' ? i64ToF32 : i32ToF32;
  const subroutine = precision === double ? integerNotes.f64.i64 : integerNotes.f32[x.type as 'i32' | 'i64'];
  writeValue(lanes, dst, roundedOrExact(b, precision.name, f.i32(1), result, { subroutine, values: [x] }, () => lanes.fromBits(b.call(exact, x))));
});

/** (doublewords, singles): whether all are the same numbers. */
const doublewordsSame: Subroutine = vectorNote('i32x4ToF32x4', (f, x, r) => {
  const differs = (half: typeof lowHalf): Expression => f.op('f64x2.ne', f.op('f64x2.convert_low_i32x4_s', half(f, x)), f.op('f64x2.promote_low_f32x4', half(f, r)));
  return f.op('v128.or', differs(lowHalf), differs(highHalf));
});

const singlesFromDoublewords = (b: Builder, x: Expression): Expression => {
  const result = b.f.let(b.f.op('f32x4.convert_i32x4_s', x));
  return roundedOrExact(b, 'v128', b.f.i32(1), result, { subroutine: doublewordsSame, values: [x, result] },
    () => b.call(eachLane(single, 'i32ToF32Packed', Array<Subroutine>(4).fill(i32ToF32)), x));
};

const cvtdq2ps = semantics('cvtdq2ps', 'w r', (b, dst, src) => dst.write(singlesFromDoublewords(b, src.read())));
/** Exact. */
const cvtdq2pd = semantics('cvtdq2pd', 'w r', (b, dst, src) => dst.write(b.f.op('f64x2.convert_low_i32x4_s', fromLow64(b.f, src.read()))));

const cvtpi2ps = semantics('cvtpi2ps', 'w r', (b, dst, src) => dst.write(low64(b.f, singlesFromDoublewords(b, b.f.let(fromLow64(b.f, src.read()))))));
const cvtpi2pd = semantics('cvtpi2pd', 'w r', (b, dst, src) => dst.write(b.f.op('f64x2.convert_low_i32x4_s', fromLow64(b.f, src.read()))));

// — floating point to integers —

/** A bound below which truncation, or rounding to nearest, fits into the integer: 2^31, 2^63, and 2^31 - 1 for doubles, since those may be rounded up to 2^31. */
const bounds = {
  f32: { i32: 0x4f00_0000n, i64: 0x5f00_0000n },
  f64: { i32: 0x41df_ffff_ffc0_0000n, i64: 0x43e0_0000_0000_0000n },
} as const;

const softToInteger = (precision: Precision, to: 'i32' | 'i64', truncated: boolean): Subroutine => {
  if (precision === single) return to === 'i32' ? (truncated ? f32ToI32Truncated : f32ToI32) : (truncated ? f32ToI64Truncated : f32ToI64);
  return to === 'i32' ? (truncated ? f64ToI32Truncated : f64ToI32) : (truncated ? f64ToI64Truncated : f64ToI64);
};

/** CVTSS2SI and its kin, to a general register. */
const toGeneral = (name: string, precision: Precision, truncated: boolean): Semantics => semantics(name, 'w r', (b, dst, src) => {
  const { f } = b;
  const lanes = scalarLanes(b, precision);
  const x = readValue(b, lanes, src);
  const to = dst.width === 64 ? 'i64' : 'i32';
  const fits = f.let(lanes.isBelow(lanes.magnitude(x), bounds[precision.name][to]));
  const whole = (): Expression => f.op(`${precision.name}.${truncated ? 'trunc' : 'nearest'}`, x);
  const note = { isInexact: () => f.op(`${precision.name}.ne`, x, whole()) };
  // converted where it fits only: WebAssembly traps otherwise
  dst.write(roundedOrExact(b, to, fits, () => f.op(`${to}.trunc_${precision.name}_s`, truncated ? x : whole()), note, () => b.call(softToInteger(precision, to, truncated), f.let(lanes.bits(x)))));
});

/** Four singles to four doublewords. */
const doublewordsFromSingles = (b: Builder, x: Expression, truncated: boolean): Expression => {
  const { f } = b;
  const soft = softToInteger(single, 'i32', truncated);
  const lanes = packedLanes(b, single);
  const whole = truncated ? lanes.float('trunc', x) : lanes.float('nearest', x);
  const result = f.let(f.op('i32x4.trunc_sat_f32x4_s', whole));
  return roundedOrExact(b, 'v128', lanes.all(lanes.isBelow(lanes.magnitude(x), bounds.f32.i32)), result, { isInexact: () => f.op('v128.any_true', f.op('f32x4.ne', x, whole)) },
    () => b.call(eachLane(single, `${soft.name}Packed`, Array<Subroutine>(4).fill(soft)), x));
};
const singlesToPacked = (name: string, truncated: boolean): Semantics => semantics(name, 'w r', (b, dst, src) => dst.write(doublewordsFromSingles(b, src.read(), truncated)));
const singlesToMmx = (name: string, truncated: boolean): Semantics => semantics(name, 'w r', (b, dst, src) =>
  dst.write(low64(b.f, doublewordsFromSingles(b, b.f.let(fromLow64(b.f, src.read())), truncated))));

/** Two doubles to two doublewords, as a vector whose upper half is 0. */
const doublewordsFromDoubles = (b: Builder, x: Expression, truncated: boolean): Expression => {
  const { f } = b;
  const lanes = packedLanes(b, double);
  const whole = truncated ? lanes.float('trunc', x) : lanes.float('nearest', x);
  const result = f.let(f.op('i32x4.trunc_sat_f64x2_s_zero', whole));
  return roundedOrExact(b, 'v128', lanes.all(lanes.isBelow(lanes.magnitude(x), bounds.f64.i32)), result, { isInexact: () => f.op('v128.any_true', f.op('f64x2.ne', x, whole)) }, () => {
    const convert = (lane: number): Expression => f.extendU(b.call(softToInteger(double, 'i32', truncated), f.lane('i64x2.extract_lane', lane, x)));
    const low = f.let(convert(0));
    return fromLow64(f, f.or(low, f.shl(convert(1), 32)));
  });
};
const doublesToPacked = (name: string, truncated: boolean): Semantics => semantics(name, 'w r', (b, dst, src) => dst.write(doublewordsFromDoubles(b, src.read(), truncated)));
const doublesToMmx = (name: string, truncated: boolean): Semantics => semantics(name, 'w r', (b, dst, src) => dst.write(low64(b.f, doublewordsFromDoubles(b, src.read(), truncated))));

// — between the precisions —

/** Exact, and without flags but for denormals and signalling NaNs. */
const cvtss2sd = semantics('cvtss2sd', 'w r', (b, dst, src) => {
  const { f } = b;
  const [from, to] = [scalarLanes(b, single), scalarLanes(b, double)];
  const x = readValue(b, from, src);
  writeValue(to, dst, fastOrExact(b, 'f64', from.isNormalOrZero(from.magnitude(x)),
    () => f.op('f64.promote_f32', x), () => to.fromBits(b.call(f32ToF64, f.let(from.bits(x))))));
});

const cvtsd2ss = semantics('cvtsd2ss', 'w r', (b, dst, src) => {
  const { f } = b;
  const [from, to] = [scalarLanes(b, double), scalarLanes(b, single)];
  const x = readValue(b, from, src);
  const result = f.let(f.op('f32.demote_f64', x));
  const good = f.or(from.isZero(from.magnitude(x)), to.isWellInRange(to.magnitude(result)));
  writeValue(to, dst, roundedOrExact(b, 'f32', good, result, { isInexact: () => f.op('f64.ne', x, f.op('f64.promote_f32', result)) }, () => to.fromBits(b.call(f64ToF32, f.let(from.bits(x))))));
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

/** (doubles, singles): whether all are the same numbers. */
const narrowedVectorSame: Subroutine = vectorNote('f64x2ToF32x4', (f, x, r) => f.op('f64x2.ne', x, f.op('f64x2.promote_low_f32x4', r)));

const cvtpd2ps = semantics('cvtpd2ps', 'w r', (b, dst, src) => {
  const { f } = b;
  const x = src.read();
  const result = f.let(f.op('f32x4.demote_f64x2_zero', x));
  const [from, to] = [packedLanes(b, double), packedLanes(b, single)];
  const wellInRange = f.op('i64x2.extend_low_i32x4_s', to.isWellInRange(to.magnitude(result)));
  const good = from.all(from.or(wellInRange, from.isZero(from.magnitude(x))));
  const narrow = (lane: number): Expression => f.extendU(b.call(f64ToF32, f.lane('i64x2.extract_lane', lane, x)));
  dst.write(roundedOrExact(b, 'v128', good, result, { subroutine: narrowedVectorSame, values: [x, result] }, () => {
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
