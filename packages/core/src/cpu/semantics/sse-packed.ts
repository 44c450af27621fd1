/**
 * How packed instructions are described once for MMX (64-bit) and XMM (128-bit) registers, and vector constants.
 *
 * An MMX value is computed in the low half of a vector. Where lanes cross (packs, unpacks, horizontal operations) a pattern follows the width.
 */
import type { Builder, Operand, Semantics } from '../builder/builder.ts';
import { semantics } from '../builder/builder.ts';
import type { Expression, FunctionBuilder } from '../../wasm/function.ts';

const zeroBytes = new Uint8Array(16);

export const zero = (f: FunctionBuilder): Expression => f.v128(zeroBytes);
export const bytes = (f: FunctionBuilder, lane: (i: number) => number): Expression => f.v128(Uint8Array.from({ length: 16 }, (_, i) => lane(i)));
export const words = (f: FunctionBuilder, lane: (i: number) => number): Expression => f.v128(new Uint8Array(Uint16Array.from({ length: 8 }, (_, i) => lane(i)).buffer));
export const doublewords = (f: FunctionBuilder, lane: (i: number) => number): Expression => f.v128(new Uint8Array(Uint32Array.from({ length: 4 }, (_, i) => lane(i)).buffer));
export const quadwords = (f: FunctionBuilder, lane: (i: number) => bigint): Expression => f.v128(new Uint8Array(BigUint64Array.from([lane(0), lane(1)]).buffer));

/** A vector whose low lane is given and whose other lanes are 0. */
export const fromLow64 = (f: FunctionBuilder, value: Expression): Expression => f.lane('i64x2.replace_lane', 0, zero(f), value);
export const fromLow32 = (f: FunctionBuilder, value: Expression): Expression => f.lane('i32x4.replace_lane', 0, zero(f), value);
export const low64 = (f: FunctionBuilder, value: Expression): Expression => f.lane('i64x2.extract_lane', 0, value);

/** The 8-bit immediate, 0 to 255. */
export const imm8 = (b: Builder, operand: Operand): Expression => b.f.let(b.f.and(operand.read(), b.f.i32(0xff)));

/** An operand as a vector, whatever its register file. */
export const readPacked = (b: Builder, operand: Operand): Expression => {
  const value = operand.read();
  if (value.type === 'v128') return value;
  return b.f.let(b.f.op('i64x2.splat', value.type === 'i32' ? b.f.extendU(value) : value));
};

/** 128 bits, of memory that need not be aligned. */
export const readUnaligned = (b: Builder, operand: Operand): Expression =>
  (operand.isMemory ? b.f.let(b.f.load('v128.load', operand.address(16, 'read', true))) : operand.read());

/** Replaces a whole MMX or XMM register. */
export const writePacked = (b: Builder, dst: Operand, value: Expression): void => {
  dst.write(dst.width === 128 ? value : low64(b.f, value));
};

/** Width in bytes of a register of the operand's file. */
export type PackedWidth = 8 | 16;
export const widthOf = (operand: Operand): PackedWidth => (operand.width === 128 ? 16 : 8);

type Combine = (f: FunctionBuilder, x: Expression, y: Expression, width: PackedWidth) => Expression;

/** dst = combine(dst, src). Both values are bound and may be used freely. */
export const packed = (name: string, combine: Combine): Semantics => semantics(name, 'rw r', (b, dst, src) => {
  const y = readPacked(b, src);
  const x = readPacked(b, dst);
  writePacked(b, dst, combine(b.f, x, y, widthOf(dst)));
});

/** dst = combine(src). */
export const packedUnary = (name: string, combine: (f: FunctionBuilder, x: Expression) => Expression): Semantics => semantics(name, 'w r', (b, dst, src) =>
  writePacked(b, dst, combine(b.f, readPacked(b, src))));

/** A shuffle of x and y (bytes 0–15 and 16–31) of which only the low `width` bytes matter. */
export const shuffled = (f: FunctionBuilder, x: Expression, y: Expression, width: PackedWidth, byte: (i: number) => number): Expression =>
  f.shuffle(x, y, Array.from({ length: 16 }, (_, i) => byte(i % width)));

/** Both registers one after the other: x then y, 16 bytes of MMX registers, else the pair itself. */
export const joined = (f: FunctionBuilder, x: Expression, y: Expression): Expression =>
  f.let(f.shuffle(x, y, Array.from({ length: 16 }, (_, i) => (i < 8 ? i : i + 8))));
