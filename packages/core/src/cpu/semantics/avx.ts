/**
 * Instructions that AVX and AVX2 have and SSE has not: broadcasts, 128-bit lanes, permutations, variable shifts, tests, blends by register.
 * Reference: SDM vol. 2. A permutation across the halves looks every byte up in both.
 */
import type { Builder, Operand, Semantics } from '../builder/builder.ts';
import { semantics } from '../builder/builder.ts';
import type { Expression, FunctionBuilder } from '../../wasm/function.ts';
import { arithmeticFlags, flag } from '../state.ts';
import { bytes, doublewords, imm8, quadwords, zero } from './sse-packed.ts';
import { blendBy, doublewordIndices } from './sse-shuffle.ts';

interface Halves {
  readonly low: Expression;
  readonly high: Expression | undefined;
}
const read = (operand: Operand): Halves => {
  const low = operand.read();
  return { low, high: operand.width === 256 ? operand.readHigh() : undefined };
};

/** dst = combine(x, y) in each half. */
const binary = (name: string, combine: (f: FunctionBuilder, x: Expression, y: Expression) => Expression): Semantics => semantics(name, 'w r r', (b, dst, first, second) => {
  const y = read(second);
  const x = read(first);
  const low = b.f.let(combine(b.f, x.low, y.low));
  dst.write(low, y.high && combine(b.f, x.high!, y.high));
});

/** An element into all lanes. */
const broadcast = (name: string): Semantics => semantics(name, 'w r', (b, dst, src) => {
  const { f } = b;
  const x = src.read();
  const shape = ({ 8: 'i8x16', 16: 'i16x8', 32: 'i32x4', 64: 'i64x2' } as Record<number, string>)[src.width];
  const all = shape ? f.let(f.op(`${shape}.splat`, x)) : x;
  dst.write(all, dst.width === 256 ? all : undefined);
});

// — lanes of 128 bits —

const insertLane = (name: string): Semantics => semantics(name, 'w r r r', (b, dst, first, second, control) => {
  const { f } = b;
  const y = second.read();
  const x = read(first);
  const toHigh = f.let(f.and(control.read(), f.i32(1)));
  const low = f.let(f.select(toHigh, x.low, y));
  dst.write(low, f.select(toHigh, y, x.high!));
});

const extractLane = (name: string): Semantics => semantics(name, 'w r r', (b, dst, src, control) => {
  const x = read(src);
  dst.write(b.f.select(b.f.and(control.read(), b.f.i32(1)), x.high!, x.low));
});

/** Imm bits 1–0 and 5–4 select from (first low, first high, second low, second high); bits 3 and 7 give 0. */
const permuteLanes = (name: string): Semantics => semantics(name, 'w r r r', (b, dst, first, second, control) => {
  const { f } = b;
  const y = read(second);
  const x = read(first);
  const imm = imm8(b, control);
  const has = (bit: number): Expression => f.and(imm, f.i32(bit));
  const choose = (at: number): Expression => f.let(f.select(has(8 << at), zero(f),
    f.select(has(2 << at), f.select(has(1 << at), y.high!, y.low), f.select(has(1 << at), x.high!, x.low))));
  const low = choose(0);
  dst.write(low, choose(4));
});

// — permutations —

/** Byte indices 0–31 into both halves: a swizzle gives 0 for an index that is not in its half. */
const lookUp = (f: FunctionBuilder, x: Halves, indices: Expression): Expression => f.let(f.op('v128.or',
  f.op('i8x16.swizzle', x.low, indices), f.op('i8x16.swizzle', x.high!, f.op('i8x16.sub', indices, bytes(f, () => 16)))));

/** From lane numbers, 32 bits each, to byte indices. */
const ofDoublewords = (f: FunctionBuilder, lanes: Expression, mask: number): Expression => f.let(f.op('i32x4.add',
  f.op('i32x4.mul', f.op('v128.and', lanes, doublewords(f, () => mask)), doublewords(f, () => 0x0404_0404)), doublewords(f, () => 0x0302_0100)));

/** VPERMD, VPERMPS: lane numbers are in the first source. */
const permuteDoublewords = (name: string): Semantics => semantics(name, 'w r r', (b, dst, first, second) => {
  const { f } = b;
  const y = read(second);
  const x = read(first);
  const low = lookUp(f, y, ofDoublewords(f, x.low, 7));
  dst.write(low, lookUp(f, y, ofDoublewords(f, x.high!, 7)));
});

/** VPERMQ, VPERMPD: two bits of the immediate for each quadword. */
const permuteQuadwords = (name: string): Semantics => semantics(name, 'w r r', (b, dst, src, control) => {
  const { f } = b;
  const x = read(src);
  const imm = imm8(b, control);
  const indices = (at: number): Expression => {
    const lane = (shift: number): Expression => f.and(f.shrU(imm, shift), f.i32(3));
    const lanes = f.lane('i64x2.replace_lane', 1, f.op('i64x2.splat', f.extendU(lane(at))), f.extendU(lane(at + 2)));
    const first = f.op('i8x16.swizzle', f.op('i64x2.shl', lanes, f.i32(3)), f.v128([0, 0, 0, 0, 0, 0, 0, 0, 8, 8, 8, 8, 8, 8, 8, 8]));
    return f.let(f.op('i8x16.add', first, bytes(f, (i) => i & 7)));
  };
  const low = lookUp(f, x, indices(0));
  dst.write(low, lookUp(f, x, indices(4)));
});

/** VPERMILPD: bit 1 of each quadword of the control. */
const quadwordControl = (f: FunctionBuilder, x: Expression, control: Expression): Expression => {
  const high = f.op('i64x2.shr_s', f.op('i64x2.shl', control, f.i32(62)), f.i32(63));
  return blendBy(f, f.shuffle(x, x, [0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7]), f.shuffle(x, x, [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15]), high);
};

const vpermilpsImmediate = semantics('vpermilps', 'w r r', (b, dst, src, control) => {
  const { f } = b;
  const x = read(src);
  const indices = f.let(doublewordIndices(f, imm8(b, control)));
  dst.write(f.op('i8x16.swizzle', x.low, indices), x.high && f.op('i8x16.swizzle', x.high, indices));
});

const vpermilpdImmediate = semantics('vpermilpd', 'w r r', (b, dst, src, control) => {
  const { f } = b;
  const x = read(src);
  const imm = imm8(b, control);
  // the bit of each lane, where the register form has it
  const selectors = (at: number): Expression => f.let(f.op('v128.and', f.op('i64x2.splat', f.extendU(f.shl(f.shrU(imm, at), 1))), quadwords(f, (i) => 2n << BigInt(i))));
  const spread = (at: number): Expression => {
    const bits = selectors(at);
    return f.let(f.op('v128.and', f.op('i64x2.ne', bits, zero(f)), quadwords(f, () => 2n)));
  };
  const low = f.let(quadwordControl(f, x.low, spread(0)));
  dst.write(low, x.high && quadwordControl(f, x.high, spread(2)));
});

// — shifts by a vector —

/** Each lane by its own count; counts beyond the lane give 0, or the sign. */
const variableShift = (name: string, shift: 'shl' | 'shr_u' | 'shr_s', laneBits: 32 | 64): Semantics => binary(name, (f, x, y) => {
  const [type, shape, lanes] = laneBits === 32 ? ['i32', 'i32x4', 4] as const : ['i64', 'i64x2', 2] as const;
  let result: Expression = x;
  for (let i = 0; i < lanes; i++) {
    const value = f.lane(`${shape}.extract_lane`, i, x);
    const count = f.let(f.lane(`${shape}.extract_lane`, i, y));
    const fits = f.op(`${type}.lt_u`, count, f.constant(type, laneBits));
    const shifted = shift === 'shr_s'
      ? f.op(`${type}.shr_s`, value, f.select(fits, count, f.constant(type, laneBits - 1)))
      : f.select(fits, f.op(`${type}.${shift}`, value, count), f.constant(type, 0));
    result = f.lane(`${shape}.replace_lane`, i, result, shifted);
  }
  return result;
});

// — tests and blends —

/** ZF: no bit that the mask admits is common. CF: none of src is outside dst. */
const test = (name: string, mask?: (f: FunctionBuilder) => Expression): Semantics => semantics(name, 'r r', (b, dst, src) => {
  const { f } = b;
  const y = read(src);
  const x = read(dst);
  const both = (instruction: string): Expression => {
    const low = f.op(instruction, y.low, x.low);
    const all = y.high ? f.op('v128.or', low, f.op(instruction, y.high, x.high!)) : low;
    return f.eqz(f.op('v128.any_true', mask ? f.op('v128.and', all, mask(f)) : all));
  };
  const zf = f.let(f.shl(both('v128.and'), Math.log2(flag.zf)));
  b.flags.update(arithmeticFlags, f.or(zf, both('v128.andnot')));
});

/** Lanes of the second source where the third is negative. */
const blendVariable = (name: string, shape: string, bits: number): Semantics => semantics(name, 'w r r r', (b, dst, first, second, control) => {
  const { f } = b;
  const y = read(second);
  const x = read(first);
  const m = read(control);
  const blended = (p: Expression, q: Expression, mask: Expression): Expression => blendBy(f, p, q, f.op(`${shape}.shr_s`, mask, f.i32(bits - 1)));
  const low = f.let(blended(x.low, y.low, m.low));
  dst.write(low, y.high && blended(x.high!, y.high, m.high!));
});

/** Upper halves of all YMM registers, of 16 in 64-bit mode and 8 outside it. VZEROALL: the lower ones too. */
const zeroRegisters = (name: string, fields: readonly ('xmm' | 'ymmHigh')[]) => (registers: 8 | 16): Semantics => semantics(name, '', (b: Builder) => {
  for (const field of fields) for (let i = 0; i < 2 * registers; i++) b.store(field, b.f.i64(0), i);
});

export const avx = {
  broadcast,
  vinsertf128: insertLane('vinsertf128'), vinserti128: insertLane('vinserti128'), vextractf128: extractLane('vextractf128'), vextracti128: extractLane('vextracti128'),
  vperm2f128: permuteLanes('vperm2f128'), vperm2i128: permuteLanes('vperm2i128'),
  vpermd: permuteDoublewords('vpermd'), vpermps: permuteDoublewords('vpermps'), vpermq: permuteQuadwords('vpermq'), vpermpd: permuteQuadwords('vpermpd'),
  vpermilps: binary('vpermilps', (f, x, y) => f.op('i8x16.swizzle', x, ofDoublewords(f, y, 3))), vpermilpd: binary('vpermilpd', quadwordControl),
  vpermilpsImmediate, vpermilpdImmediate,
  vpsllvd: variableShift('vpsllvd', 'shl', 32), vpsllvq: variableShift('vpsllvq', 'shl', 64),
  vpsrlvd: variableShift('vpsrlvd', 'shr_u', 32), vpsrlvq: variableShift('vpsrlvq', 'shr_u', 64), vpsravd: variableShift('vpsravd', 'shr_s', 32),
  vptest: test('vptest'), vtestps: test('vtestps', (f) => doublewords(f, () => 0x8000_0000)), vtestpd: test('vtestpd', (f) => quadwords(f, () => 1n << 63n)),
  vblendvps: blendVariable('vblendvps', 'i32x4', 32), vblendvpd: blendVariable('vblendvpd', 'i64x2', 64), vpblendvb: blendVariable('vpblendvb', 'i8x16', 8),
  vzeroupper: zeroRegisters('vzeroupper', ['ymmHigh']), vzeroall: zeroRegisters('vzeroall', ['xmm', 'ymmHigh']),
};
