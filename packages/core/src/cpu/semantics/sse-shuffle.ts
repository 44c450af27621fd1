/**
 * Shuffles, unpacks, blends, insertions and extractions of lanes, of MMX, SSE, SSE2, SSSE3, SSE4.1; the bit fields of SSE4a.
 *
 * Reference: SDM vol. 2; AMD APM vol. 4 (EXTRQ, INSERTQ). Immediates may be known only at run time, so a shuffle is a swizzle whose indices are computed in a vector.
 */
import type { Builder, Operand, Semantics } from '../builder/builder.ts';
import { semantics } from '../builder/builder.ts';
import type { Expression, FunctionBuilder } from '../../wasm/function.ts';
import { bytes, doublewords, fromLow64, imm8, joined, low64, packed, quadwords, readPacked, shuffled, widthOf, words, writePacked, zero } from './sse-packed.ts';

/** PUNPCKL, PUNPCKH, UNPCK: lanes of dst and src alternate, from the low or the high half. */
const unpack = (name: string, laneBytes: number, half: 'low' | 'high'): Semantics => packed(name, (f, x, y, width) =>
  shuffled(f, x, y, width, (i) => {
    const lane = Math.floor(i / laneBytes);
    const byte = (lane >> 1) * laneBytes + (i % laneBytes) + (half === 'high' ? width / 2 : 0);
    return lane & 1 ? byte + 16 : byte;
  }));

/** Byte indices that select the 32-bit lanes named by the four two-bit fields of `imm`. */
export const doublewordIndices = (f: FunctionBuilder, imm: Expression): Expression => {
  const fields = f.op('i32x4.shr_u', f.op('i32x4.mul', f.op('i32x4.splat', imm), doublewords(f, (i) => 64 >> (2 * i))), f.i32(6));
  return f.op('i32x4.add', f.op('i32x4.mul', f.op('v128.and', fields, doublewords(f, () => 3)), doublewords(f, () => 0x0404_0404)), doublewords(f, () => 0x0302_0100));
};

/** The same of 16-bit lanes, in one half; the other half stays in place. */
const wordIndices = (f: FunctionBuilder, imm: Expression, half: 'low' | 'high'): Expression => {
  const first = half === 'low' ? 0 : 4;
  const within = (i: number): boolean => i >= first && i < first + 4;
  const fields = f.op('i16x8.shr_u', f.op('i16x8.mul', f.op('i16x8.splat', imm), words(f, (i) => (within(i) ? 64 >> (2 * (i - first)) : 0))), f.i32(6));
  const lanes = f.op('i16x8.mul', f.op('v128.and', fields, words(f, () => 3)), words(f, () => 0x0202));
  return f.op('i16x8.add', lanes, words(f, (i) => 0x0100 + 0x0202 * (within(i) ? first : i)));
};

const shuffle = (name: string, indices: (f: FunctionBuilder, imm: Expression) => Expression): Semantics => semantics(name, 'w r r', (b, dst, src, control) => {
  const x = readPacked(b, src);
  writePacked(b, dst, b.f.op('i8x16.swizzle', x, indices(b.f, imm8(b, control))));
});

/** Lanes 0 and 1 from dst, 2 and 3 from src. */
const shufps = semantics('shufps', 'rw r r', (b, dst, src, control) => {
  const { f } = b;
  const y = src.read();
  const x = dst.read();
  const indices = f.let(doublewordIndices(f, imm8(b, control)));
  dst.write(f.shuffle(f.op('i8x16.swizzle', x, indices), f.op('i8x16.swizzle', y, indices), [0, 1, 2, 3, 4, 5, 6, 7, 24, 25, 26, 27, 28, 29, 30, 31]));
});

const shufpd = semantics('shufpd', 'rw r r', (b, dst, src, control) => {
  const { f } = b;
  const y = src.read();
  const x = dst.read();
  const imm = imm8(b, control);
  const pick = (value: Expression, bit: number): Expression =>
    f.select(f.and(imm, f.i32(bit)), f.lane('i64x2.extract_lane', 1, value), f.lane('i64x2.extract_lane', 0, value));
  dst.write(f.lane('i64x2.replace_lane', 1, f.op('i64x2.splat', pick(x, 1)), pick(y, 2)));
});

/** src where the mask is set. */
export const blendBy = (f: FunctionBuilder, x: Expression, y: Expression, mask: Expression): Expression => f.op('v128.bitselect', y, x, mask);

/** Lanes of src where the immediate has a bit. */
const blend = (name: string, lanes: 2 | 4 | 8): Semantics => semantics(name, 'rw r r', (b, dst, src, control) => {
  const { f } = b;
  const y = src.read();
  const x = dst.read();
  const imm = imm8(b, control);
  const shape = lanes === 2 ? 'i64x2' : lanes === 4 ? 'i32x4' : 'i16x8';
  const bits = (): Expression => (lanes === 2 ? quadwords(f, (i) => 1n << BigInt(i)) : lanes === 4 ? doublewords(f, (i) => 1 << i) : words(f, (i) => 1 << i));
  const selected = f.op('v128.and', f.op(`${shape}.splat`, lanes === 2 ? f.extendU(imm) : imm), bits());
  dst.write(blendBy(f, x, y, f.op(`${shape}.eq`, selected, bits())));
});

export const xmm0 = (b: Builder): Expression =>
  b.f.let(b.f.lane('i64x2.replace_lane', 1, b.f.op('i64x2.splat', b.load('xmm', 0)), b.load('xmm', 1)));

/** Lanes of src where XMM0 is negative. */
const blendVariable = (name: string, shape: string, bits: number): Semantics => semantics(name, 'rw r', (b, dst, src) => {
  const y = src.read();
  const x = dst.read();
  dst.write(blendBy(b.f, x, y, b.f.op(`${shape}.shr_s`, xmm0(b), b.f.i32(bits - 1))));
});

/** PSHUFB: index bits 3–0 (MMX: 2–0) count; bit 7 makes 0, as an index of 16 or more does in a swizzle. */
const pshufb = packed('pshufb', (f, x, y, width) => f.op('i8x16.swizzle', x, f.op('v128.and', y, bytes(f, () => 0x80 | (width - 1)))));

/** PALIGNR: dst:src shifted right by bytes. Indices saturate, so that everything beyond is 0. */
const palignr = semantics('palignr', 'rw r r', (b, dst, src, control) => {
  const { f } = b;
  const y = readPacked(b, src);
  const x = readPacked(b, dst);
  const indices = f.let(f.op('i8x16.add_sat_u', bytes(f, (i) => i), f.op('i8x16.splat', imm8(b, control))));
  if (widthOf(dst) === 8) return writePacked(b, dst, f.op('i8x16.swizzle', joined(f, y, x), indices));
  dst.write(f.op('v128.or', f.op('i8x16.swizzle', y, indices), f.op('i8x16.swizzle', x, f.op('i8x16.sub', indices, bytes(f, () => 16)))));
});

/** Byte indices by which a swizzle brings lane `lane` (run-time, already masked) of the given size to the bottom. */
const laneIndices = (f: FunctionBuilder, lane: Expression, laneBytes: 1 | 2 | 4 | 8): Expression => {
  const first = f.op('i8x16.splat', f.shl(lane, Math.log2(laneBytes)));
  return laneBytes === 1 ? first : f.op('i8x16.add', first, bytes(f, (i) => i % laneBytes));
};

/** PEXTRB, PEXTRW, PEXTRD, PEXTRQ, EXTRACTPS: the lane, zero-extended to the destination. */
const extract = (name: string, laneBytes: 1 | 2 | 4 | 8): Semantics => semantics(name, 'w r r', (b, dst, src, control) => {
  const { f } = b;
  const isMmx = src.width === 64;
  const x = isMmx ? fromLow64(f, src.read()) : src.read();
  const lane = f.and(control.read(), f.i32((isMmx ? 8 : 16) / laneBytes - 1));
  const moved = f.op('i8x16.swizzle', x, laneIndices(f, lane, laneBytes));
  if (laneBytes === 8) dst.write(low64(f, moved));
  else if (laneBytes === 4) dst.write(f.lane('i32x4.extract_lane', 0, moved));
  else dst.write(f.lane(laneBytes === 2 ? 'i16x8.extract_lane_u' : 'i8x16.extract_lane_u', 0, moved));
});

/** PINSRB, PINSRW, PINSRD, PINSRQ. */
const insert = (name: string, laneBytes: 1 | 2 | 4 | 8): Semantics => semantics(name, 'rw r r', (b, dst, src, control) => {
  const { f } = b;
  const value = src.read();
  const x = readPacked(b, dst);
  const lane = f.and(control.read(), f.i32(widthOf(dst) / laneBytes - 1));
  const shape = ({ 1: 'i8x16', 2: 'i16x8', 4: 'i32x4', 8: 'i64x2' } as const)[laneBytes];
  const position = f.op('i8x16.eq', f.op('i8x16.splat', lane), bytes(f, (i) => Math.floor(i / laneBytes)));
  writePacked(b, dst, blendBy(f, x, f.op(`${shape}.splat`, value), position));
});

/** INSERTPS: imm bits 7–6 choose the lane of a register source, 5–4 the destination, 3–0 lanes to clear. */
const insertps = semantics('insertps', 'rw r r', (b, dst, src, control) => {
  const { f } = b;
  const y = src.read();
  const x = dst.read();
  const imm = imm8(b, control);
  const value = src.isMemory ? f.op('i32x4.splat', y) : f.op('i8x16.swizzle', y, laneIndices(f, f.shrU(imm, 6), 4));
  const position = f.op('i32x4.eq', f.op('i32x4.splat', f.and(f.shrU(imm, 4), f.i32(3))), doublewords(f, (i) => i));
  const kept = f.op('i32x4.eq', f.op('v128.and', f.op('i32x4.splat', imm), doublewords(f, (i) => 1 << i)), zero(f));
  dst.write(f.op('v128.and', blendBy(f, x, value, position), kept));
});

/** A mask of `length` low bits (six bits; 0 means 64), i64. */
const fieldMask = (f: FunctionBuilder, length: Expression): Expression =>
  f.shrU(f.i64(-1), f.and(f.sub(f.i64(64), length), f.i64(63)));

/** EXTRQ of the low quadword; the high one becomes 0, as Zen parts leave it (undefined in the manual). */
const extractField = (b: Builder, dst: Operand, length: Expression, index: Expression): void => {
  const { f } = b;
  const shifted = f.shrU(low64(f, dst.read()), f.and(index, f.i64(63)));
  dst.write(fromLow64(f, f.and(shifted, fieldMask(f, length))));
};

const insertField = (b: Builder, dst: Operand, src: Operand, length: Expression, index: Expression): void => {
  const { f } = b;
  const field = low64(f, src.read());
  const at = f.let(f.and(index, f.i64(63)));
  const mask = f.let(fieldMask(f, length));
  const rest = f.and(low64(f, dst.read()), f.xor(f.shl(mask, at), f.i64(-1)));
  dst.write(fromLow64(f, f.or(rest, f.shl(f.and(field, mask), at))));
};

/** Two immediate bytes, read as one word: length, then index. */
const immediateFields = (b: Builder, control: Operand): [Expression, Expression] => {
  const both = b.f.let(b.f.extendU(control.read()));
  return [both, b.f.shrU(both, 8)];
};

export const lanes = {
  punpcklbw: unpack('punpcklbw', 1, 'low'), punpcklwd: unpack('punpcklwd', 2, 'low'), punpckldq: unpack('punpckldq', 4, 'low'), punpcklqdq: unpack('punpcklqdq', 8, 'low'),
  punpckhbw: unpack('punpckhbw', 1, 'high'), punpckhwd: unpack('punpckhwd', 2, 'high'), punpckhdq: unpack('punpckhdq', 4, 'high'), punpckhqdq: unpack('punpckhqdq', 8, 'high'),
  unpcklps: unpack('unpcklps', 4, 'low'), unpckhps: unpack('unpckhps', 4, 'high'), unpcklpd: unpack('unpcklpd', 8, 'low'), unpckhpd: unpack('unpckhpd', 8, 'high'),
  pshufd: shuffle('pshufd', doublewordIndices),
  pshufw: shuffle('pshufw', (f, imm) => wordIndices(f, imm, 'low')),
  pshuflw: shuffle('pshuflw', (f, imm) => wordIndices(f, imm, 'low')),
  pshufhw: shuffle('pshufhw', (f, imm) => wordIndices(f, imm, 'high')),
  shufps, shufpd, pshufb, palignr, insertps,
  blendps: blend('blendps', 4), blendpd: blend('blendpd', 2), pblendw: blend('pblendw', 8),
  blendvps: blendVariable('blendvps', 'i32x4', 32), blendvpd: blendVariable('blendvpd', 'i64x2', 64), pblendvb: blendVariable('pblendvb', 'i8x16', 8),
  pextrb: extract('pextrb', 1), pextrw: extract('pextrw', 2), pextrd: extract('pextrd', 4), pextrq: extract('pextrq', 8), extractps: extract('extractps', 4),
  pinsrb: insert('pinsrb', 1), pinsrw: insert('pinsrw', 2), pinsrd: insert('pinsrd', 4), pinsrq: insert('pinsrq', 8),
  extrqImmediate: semantics('extrq', 'rw r', (b, dst, control) => extractField(b, dst, ...immediateFields(b, control))),
  extrq: semantics('extrq', 'rw r', (b, dst, control) => {
    const fields = b.f.let(low64(b.f, control.read()));
    extractField(b, dst, fields, b.f.shrU(fields, 8));
  }),
  insertqImmediate: semantics('insertq', 'rw r r', (b, dst, src, control) => insertField(b, dst, src, ...immediateFields(b, control))),
  insertq: semantics('insertq', 'rw r', (b, dst, src) => {
    const fields = b.f.let(b.f.lane('i64x2.extract_lane', 1, src.read()));
    insertField(b, dst, src, fields, b.f.shrU(fields, 8));
  }),
};
