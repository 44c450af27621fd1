/**
 * Packed integer arithmetic, comparisons, logic and shifts of MMX, SSE2, SSSE3, SSE4.1 and SSE4.2.
 *
 * Reference: SDM vol. 2. Most are one WebAssembly SIMD instruction; what differs is said at each.
 */
import type { Builder, Operand, Semantics } from '../builder/builder.ts';
import { semantics } from '../builder/builder.ts';
import type { Expression, FunctionBuilder } from '../../wasm/function.ts';
import { flag, arithmeticFlags } from '../state.ts';
import { bytes, doublewords, imm8, joined, low64, packed, packedUnary, quadwords, readPacked, shuffled, words, writePacked, zero } from './sse-packed.ts';
import type { PackedWidth } from './sse-packed.ts';

const direct = (name: string, instruction: string): Semantics => packed(name, (f, x, y) => f.op(instruction, x, y));

const andNot = (name: string): Semantics => packed(name, (f, x, y) => f.op('v128.andnot', y, x));

/** Bytes 2 and 3 of every 4 of two vectors of 32-bit products. */
const upperHalves = (f: FunctionBuilder, low: Expression, high: Expression): Expression =>
  f.shuffle(low, high, Array.from({ length: 16 }, (_, i) => (i >> 1) * 4 + 2 + (i & 1)));
const evenDoublewords = (f: FunctionBuilder, x: Expression): Expression => f.shuffle(x, x, [0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11]);

/** dst lane = lane pair of dst, then of src, combined. `laneBytes` 2 or 4. */
const horizontal = (name: string, instruction: string, laneBytes: 2 | 4): Semantics => packed(name, (f, x, y, width) => {
  const pick = (odd: 0 | 1): Expression => shuffled(f, x, y, width, (i) => {
    const lane = Math.floor(i / laneBytes) * 2 + odd;
    const byte = lane * laneBytes + (i % laneBytes);
    return byte < width ? byte : byte - width + 16;
  });
  return f.op(instruction, pick(0), pick(1));
});

/** PSIGN: negated where src is negative, 0 where src is 0. */
const sign = (name: string, shape: string, bits: number): Semantics => packed(name, (f, x, y) => {
  const negative = f.let(f.op(`${shape}.shr_s`, y, f.i32(bits - 1)));
  return f.op('v128.and', f.op(`${shape}.sub`, f.op('v128.xor', x, negative), negative), f.op(`${shape}.ne`, y, zero(f)));
});

/** A shift of every lane; counts beyond the lane's width give 0, or the sign. */
const shift = (name: string, instruction: string, bits: number): Semantics => semantics(name, 'rw r', (b, dst, src) => {
  const { f } = b;
  // The count is the low quadword of the source, or an immediate.
  const count: Expression = src.width === 8 ? imm8(b, src) : src.width === 128 ? f.let(low64(f, src.read())) : src.read();
  const x = readPacked(b, dst);
  const beyond = f.gtU(count, f.constant(count.type, bits - 1));
  const narrow = count.type === 'i64' ? f.wrap(count) : count;
  if (instruction.endsWith('shr_s')) return writePacked(b, dst, f.op(instruction, x, f.select(beyond, f.i32(bits - 1), narrow)));
  return writePacked(b, dst, f.select(beyond, zero(f), f.op(instruction, x, narrow)));
});

/** PSLLDQ, PSRLDQ: a swizzle whose indices leave 0–15 where 0 comes in. */
const byteShift = (name: string, direction: 'add' | 'sub'): Semantics => semantics(name, 'rw r', (b, dst, count) => {
  const { f } = b;
  const distance = imm8(b, count);
  const clamped = f.op('i8x16.splat', f.select(f.gtU(distance, f.i32(16)), f.i32(16), distance));
  dst.write(f.op('i8x16.swizzle', dst.read(), f.op(`i8x16.${direction}`, bytes(f, (i) => i), clamped)));
});

const sumOfAbsoluteDifferences = (f: FunctionBuilder, x: Expression, y: Expression): Expression => {
  const difference = f.op('v128.or', f.op('i8x16.sub_sat_u', x, y), f.op('i8x16.sub_sat_u', y, x));
  const quads = f.let(f.op('i32x4.extadd_pairwise_i16x8_u', f.op('i16x8.extadd_pairwise_i8x16_u', difference)));
  return f.op('i64x2.add', f.op('v128.and', quads, quadwords(f, () => 0xffff_ffffn)), f.op('i64x2.shr_u', quads, f.i32(32)));
};

/** MPSADBW: eight sums of four byte differences of a sliding window of dst against one block of src. */
const mpsadbw = semantics('mpsadbw', 'rw r r', (b, dst, src, control) => {
  const { f } = b;
  const y = src.read();
  const x = dst.read();
  const imm = imm8(b, control);
  const window = f.let(f.op('i8x16.splat', f.and(imm, f.i32(4))));
  const block = f.let(f.shl(f.and(imm, f.i32(3)), 2));
  const sums = Array.from({ length: 4 }, (_, k) => {
    const left = f.let(f.op('i8x16.swizzle', x, f.op('i8x16.add', window, bytes(f, (i) => i + k))));
    const right = f.let(f.op('i8x16.swizzle', y, f.op('i8x16.splat', f.add(block, f.i32(k)))));
    return f.op('i16x8.extend_low_i8x16_u', f.op('v128.or', f.op('i8x16.sub_sat_u', left, right), f.op('i8x16.sub_sat_u', right, left)));
  });
  dst.write(sums.reduce((sum, part) => f.op('i16x8.add', sum, part)));
});

/** PHMINPOSUW: keys of value and position, so that the first of equal minima wins. */
const phminposuw = semantics('phminposuw', 'w r', (b, dst, src) => {
  const { f } = b;
  const x = src.read();
  const keys = (half: 'low' | 'high', first: number): Expression =>
    f.op('v128.or', f.op('i32x4.shl', f.op(`i32x4.extend_${half}_i16x8_u`, x), f.i32(3)), doublewords(f, (i) => first + i));
  const four = f.let(f.op('i32x4.min_u', keys('low', 0), keys('high', 4)));
  const two = f.let(f.op('i32x4.min_u', four, f.shuffle(four, four, [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7])));
  const key = f.let(f.lane('i32x4.extract_lane', 0, f.op('i32x4.min_u', two, f.shuffle(two, two, [4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3]))));
  dst.write(f.lane('i32x4.replace_lane', 0, zero(f), f.or(f.shrU(key, 3), f.shl(f.and(key, f.i32(7)), 16))));
});

/** PTEST: ZF = no common bit, CF = no bit of src outside dst. */
const ptest = semantics('ptest', 'r r', (b: Builder, dst: Operand, src: Operand) => {
  const { f } = b;
  const y = src.read();
  const x = dst.read();
  const isZero = (value: Expression): Expression => f.eqz(f.op('v128.any_true', value));
  const zf = f.shl(isZero(f.op('v128.and', x, y)), Math.log2(flag.zf));
  b.flags.update(arithmeticFlags, f.or(zf, isZero(f.op('v128.andnot', y, x))));
});

/** A pack takes dst and src; of MMX registers both fit into one vector. */
const pack = (name: string, instruction: string): Semantics => packed(name, (f, x, y, width: PackedWidth) => {
  if (width === 16) return f.op(instruction, x, y);
  const both = joined(f, x, y);
  return f.op(instruction, both, both);
});

const absolute = (name: string, instruction: string): Semantics => packedUnary(name, (f, x) => f.op(instruction, x));

const extend = (name: string, instruction: string, then?: string, last?: string): Semantics => semantics(name, 'w r', (b, dst, src) => {
  const { f } = b;
  const value = src.read();
  let vector = value.type === 'i64' ? f.lane('i64x2.replace_lane', 0, zero(f), value) : f.lane('i32x4.replace_lane', 0, zero(f), value);
  for (const step of [instruction, then, last]) if (step) vector = f.op(step, vector);
  dst.write(vector);
});

const highProducts = (name: string, signedness: 's' | 'u'): Semantics => packed(name, (f, x, y) =>
  upperHalves(f, f.op(`i32x4.extmul_low_i16x8_${signedness}`, x, y), f.op(`i32x4.extmul_high_i16x8_${signedness}`, x, y)));

const evenProducts = (name: string, signedness: 's' | 'u'): Semantics => packed(name, (f, x, y) =>
  f.op(`i64x2.extmul_low_i32x4_${signedness}`, evenDoublewords(f, x), evenDoublewords(f, y)));

export const integer = {
  paddb: direct('paddb', 'i8x16.add'), paddw: direct('paddw', 'i16x8.add'), paddd: direct('paddd', 'i32x4.add'), paddq: direct('paddq', 'i64x2.add'),
  psubb: direct('psubb', 'i8x16.sub'), psubw: direct('psubw', 'i16x8.sub'), psubd: direct('psubd', 'i32x4.sub'), psubq: direct('psubq', 'i64x2.sub'),
  paddsb: direct('paddsb', 'i8x16.add_sat_s'), paddsw: direct('paddsw', 'i16x8.add_sat_s'),
  paddusb: direct('paddusb', 'i8x16.add_sat_u'), paddusw: direct('paddusw', 'i16x8.add_sat_u'),
  psubsb: direct('psubsb', 'i8x16.sub_sat_s'), psubsw: direct('psubsw', 'i16x8.sub_sat_s'),
  psubusb: direct('psubusb', 'i8x16.sub_sat_u'), psubusw: direct('psubusw', 'i16x8.sub_sat_u'),
  pand: direct('pand', 'v128.and'), por: direct('por', 'v128.or'), pxor: direct('pxor', 'v128.xor'),
  pandn: andNot('pandn'),
  andps: direct('andps', 'v128.and'), orps: direct('orps', 'v128.or'), xorps: direct('xorps', 'v128.xor'), andnps: andNot('andnps'),
  andpd: direct('andpd', 'v128.and'), orpd: direct('orpd', 'v128.or'), xorpd: direct('xorpd', 'v128.xor'), andnpd: andNot('andnpd'),
  pcmpeqb: direct('pcmpeqb', 'i8x16.eq'), pcmpeqw: direct('pcmpeqw', 'i16x8.eq'), pcmpeqd: direct('pcmpeqd', 'i32x4.eq'), pcmpeqq: direct('pcmpeqq', 'i64x2.eq'),
  pcmpgtb: direct('pcmpgtb', 'i8x16.gt_s'), pcmpgtw: direct('pcmpgtw', 'i16x8.gt_s'), pcmpgtd: direct('pcmpgtd', 'i32x4.gt_s'), pcmpgtq: direct('pcmpgtq', 'i64x2.gt_s'),
  pminub: direct('pminub', 'i8x16.min_u'), pminuw: direct('pminuw', 'i16x8.min_u'), pminud: direct('pminud', 'i32x4.min_u'),
  pminsb: direct('pminsb', 'i8x16.min_s'), pminsw: direct('pminsw', 'i16x8.min_s'), pminsd: direct('pminsd', 'i32x4.min_s'),
  pmaxub: direct('pmaxub', 'i8x16.max_u'), pmaxuw: direct('pmaxuw', 'i16x8.max_u'), pmaxud: direct('pmaxud', 'i32x4.max_u'),
  pmaxsb: direct('pmaxsb', 'i8x16.max_s'), pmaxsw: direct('pmaxsw', 'i16x8.max_s'), pmaxsd: direct('pmaxsd', 'i32x4.max_s'),
  pavgb: direct('pavgb', 'i8x16.avgr_u'), pavgw: direct('pavgw', 'i16x8.avgr_u'),
  pmullw: direct('pmullw', 'i16x8.mul'), pmulld: direct('pmulld', 'i32x4.mul'), pmaddwd: direct('pmaddwd', 'i32x4.dot_i16x8_s'),
  pmulhw: highProducts('pmulhw', 's'), pmulhuw: highProducts('pmulhuw', 'u'),
  pmuludq: evenProducts('pmuludq', 'u'), pmuldq: evenProducts('pmuldq', 's'),
  /** The only product that WebAssembly saturates and x86 does not: -1 × -1. */
  pmulhrsw: packed('pmulhrsw', (f, x, y) => {
    const both = f.op('v128.and', f.op('i16x8.eq', x, words(f, () => 0x8000)), f.op('i16x8.eq', y, words(f, () => 0x8000)));
    return f.op('v128.xor', f.op('i16x8.q15mulr_sat_s', x, y), both);
  }),
  /** Unsigned bytes of dst by signed bytes of src. */
  pmaddubsw: packed('pmaddubsw', (f, x, y) => f.op('i16x8.add_sat_s',
    f.op('i16x8.mul', f.op('v128.and', x, words(f, () => 0xff)), f.op('i16x8.shr_s', f.op('i16x8.shl', y, f.i32(8)), f.i32(8))),
    f.op('i16x8.mul', f.op('i16x8.shr_u', x, f.i32(8)), f.op('i16x8.shr_s', y, f.i32(8))))),
  psadbw: packed('psadbw', sumOfAbsoluteDifferences), mpsadbw, phminposuw, ptest,
  phaddw: horizontal('phaddw', 'i16x8.add', 2), phaddd: horizontal('phaddd', 'i32x4.add', 4), phaddsw: horizontal('phaddsw', 'i16x8.add_sat_s', 2),
  phsubw: horizontal('phsubw', 'i16x8.sub', 2), phsubd: horizontal('phsubd', 'i32x4.sub', 4), phsubsw: horizontal('phsubsw', 'i16x8.sub_sat_s', 2),
  psignb: sign('psignb', 'i8x16', 8), psignw: sign('psignw', 'i16x8', 16), psignd: sign('psignd', 'i32x4', 32),
  pabsb: absolute('pabsb', 'i8x16.abs'), pabsw: absolute('pabsw', 'i16x8.abs'), pabsd: absolute('pabsd', 'i32x4.abs'),
  packsswb: pack('packsswb', 'i8x16.narrow_i16x8_s'), packuswb: pack('packuswb', 'i8x16.narrow_i16x8_u'),
  packssdw: pack('packssdw', 'i16x8.narrow_i32x4_s'), packusdw: pack('packusdw', 'i16x8.narrow_i32x4_u'),
  psllw: shift('psllw', 'i16x8.shl', 16), pslld: shift('pslld', 'i32x4.shl', 32), psllq: shift('psllq', 'i64x2.shl', 64),
  psrlw: shift('psrlw', 'i16x8.shr_u', 16), psrld: shift('psrld', 'i32x4.shr_u', 32), psrlq: shift('psrlq', 'i64x2.shr_u', 64),
  psraw: shift('psraw', 'i16x8.shr_s', 16), psrad: shift('psrad', 'i32x4.shr_s', 32),
  psrldq: byteShift('psrldq', 'add'), pslldq: byteShift('pslldq', 'sub'),
  pmovsxbw: extend('pmovsxbw', 'i16x8.extend_low_i8x16_s'), pmovzxbw: extend('pmovzxbw', 'i16x8.extend_low_i8x16_u'),
  pmovsxbd: extend('pmovsxbd', 'i16x8.extend_low_i8x16_s', 'i32x4.extend_low_i16x8_s'), pmovzxbd: extend('pmovzxbd', 'i16x8.extend_low_i8x16_u', 'i32x4.extend_low_i16x8_u'),
  pmovsxbq: extend('pmovsxbq', 'i16x8.extend_low_i8x16_s', 'i32x4.extend_low_i16x8_s', 'i64x2.extend_low_i32x4_s'),
  pmovzxbq: extend('pmovzxbq', 'i16x8.extend_low_i8x16_u', 'i32x4.extend_low_i16x8_u', 'i64x2.extend_low_i32x4_u'),
  pmovsxwd: extend('pmovsxwd', 'i32x4.extend_low_i16x8_s'), pmovzxwd: extend('pmovzxwd', 'i32x4.extend_low_i16x8_u'),
  pmovsxwq: extend('pmovsxwq', 'i32x4.extend_low_i16x8_s', 'i64x2.extend_low_i32x4_s'), pmovzxwq: extend('pmovzxwq', 'i32x4.extend_low_i16x8_u', 'i64x2.extend_low_i32x4_u'),
  pmovsxdq: extend('pmovsxdq', 'i64x2.extend_low_i32x4_s'), pmovzxdq: extend('pmovzxdq', 'i64x2.extend_low_i32x4_u'),
};
