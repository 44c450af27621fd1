/**
 * PCMPESTRI, PCMPESTRM, PCMPISTRI, PCMPISTRM (SDM vol. 1, 12.10.3; vol. 2B, 4.1), and CRC32.
 *
 * A comparison compares every element of src with every element of dst. It is carried out a row at a time: one element of dst against
 * all of src, as a bit mask.
 */
import type { Builder, Operand, Semantics, Subroutine } from '../builder/builder.ts';
import { semantics } from '../builder/builder.ts';
import type { Expression, FunctionBuilder, Local } from '../../wasm/function.ts';
import { arithmeticFlags, flag } from '../state.ts';
import { readUnaligned, words, zero } from './sse-packed.ts';

/** Immediate bits. */
const WORDS = 1;
const SIGNED = 2;
const aggregation = { equalAny: 0, ranges: 1, equalEach: 2, equalOrdered: 3 } as const;
const NEGATE = 0x10;
const NEGATE_VALID_ONLY = 0x20;
const MOST_SIGNIFICANT_OR_EXPANDED = 0x40;

const isWords = (f: FunctionBuilder, imm: Expression): Expression => f.and(imm, f.i32(WORDS));
const elements = (f: FunctionBuilder, imm: Expression): Expression => f.select(isWords(f, imm), f.i32(8), f.i32(16));

/** All elements equal to element `index` of x. */
const repeated = (f: FunctionBuilder, imm: Expression, x: Expression, index: Expression): Expression => {
  const byte = f.op('i8x16.splat', index);
  const word = f.op('i16x8.add', f.op('i16x8.splat', f.mul(index, f.i32(0x0202))), words(f, () => 0x0100));
  return f.op('i8x16.swizzle', x, f.select(isWords(f, imm), word, byte));
};

/** Which elements compare so, one bit each. Words are compared as words. */
const bits = (f: FunctionBuilder, imm: Expression, comparison: 'eq' | 'gt', x: Expression, y: Expression): Expression => {
  if (comparison === 'eq') return f.select(isWords(f, imm), f.op('i16x8.bitmask', f.op('i16x8.eq', x, y)), f.op('i8x16.bitmask', f.op('i8x16.eq', x, y)));
  const by = (sign: 's' | 'u'): Expression =>
    f.select(isWords(f, imm), f.op('i16x8.bitmask', f.op(`i16x8.gt_${sign}`, x, y)), f.op('i8x16.bitmask', f.op(`i8x16.gt_${sign}`, x, y)));
  return f.select(f.and(imm, f.i32(SIGNED)), by('s'), by('u'));
};

/** For index from 0 while it is below `limit`. */
const count = (f: FunctionBuilder, limit: Expression, step: number, body: (index: Local) => void): void => {
  const index = f.local('i32');
  f.set(index, f.i32(0));
  f.block((done) => f.loop((again) => {
    f.brIf(done, f.geS(index, limit));
    body(index);
    f.set(index, f.add(index, f.i32(step)));
    f.br(again);
  }));
};

/** IntRes2 of (dst, src, valid elements of dst, of src, imm): one bit an element. */
const compareStrings: Subroutine = {
  name: 'compareStrings', params: ['v128', 'v128', 'i32', 'i32', 'i32'], results: ['i32'],
  build: (f) => {
    const [x, y, xLength, yLength, imm] = f.params as [Local, Local, Local, Local, Local];
    const number = f.let(elements(f, imm));
    const below = (length: Expression): Expression => f.let(f.sub(f.shl(f.i32(1), length), f.i32(1)));
    const all = below(number);
    const yValid = below(yLength);
    const result = f.local('i32');
    f.set(result, f.i32(0));
    const how = f.let(f.and(f.shrU(imm, 2), f.i32(3)));
    const is = (kind: number): Expression => f.eq(how, f.i32(kind));
    f.if(is(aggregation.equalAny), () => count(f, xLength, 1, (i) =>
      f.set(result, f.or(result, bits(f, imm, 'eq', f.let(repeated(f, imm, x, i)), y)))));
    f.if(is(aggregation.ranges), () => count(f, f.sub(xLength, f.i32(1)), 2, (i) => {
      const from = f.let(repeated(f, imm, x, i));
      const to = f.let(repeated(f, imm, x, f.let(f.add(i, f.i32(1)))));
      const outside = f.or(bits(f, imm, 'gt', from, y), bits(f, imm, 'gt', y, to));
      f.set(result, f.or(result, f.xor(outside, f.i32(-1))));
    }));
    f.set(result, f.and(result, yValid));
    f.if(is(aggregation.equalEach), () => {
      const xValid = below(xLength);
      const bothValid = f.and(f.and(bits(f, imm, 'eq', x, y), xValid), yValid);
      f.set(result, f.or(bothValid, f.and(f.xor(f.or(xValid, yValid), f.i32(-1)), all)));
    });
    f.if(is(aggregation.equalOrdered), () => {
      f.set(result, all);
      count(f, xLength, 1, (i) => {
        const equal = f.shrU(f.and(bits(f, imm, 'eq', f.let(repeated(f, imm, x, i)), y), yValid), i);
        // What would lie beyond the register does not count.
        f.set(result, f.and(result, f.or(equal, f.xor(f.shrU(all, i), f.i32(-1)))));
      });
    });
    const negated = f.select(f.and(imm, f.i32(NEGATE_VALID_ONLY)), yValid, all);
    f.set(result, f.xor(result, f.select(f.and(imm, f.i32(NEGATE)), negated, f.i32(0))));
    f.return(f.and(result, all));
  },
};

/** Elements before the first that is 0. */
const implicitLength = (b: Builder, imm: Expression, x: Expression): Expression => {
  const { f } = b;
  const zeros = bits(f, imm, 'eq', x, zero(f));
  return f.let(f.op('i32.ctz', f.or(zeros, f.shl(f.i32(1), elements(f, imm)))));
};

/** |EAX| or |EDX| (RAX, RDX), at most the number of elements. */
const explicitLength = (b: Builder, imm: Expression, register: number, width: 32 | 64): Expression => {
  const { f } = b;
  const raw = b.readRegister(register, width);
  const value = f.let(width === 64 ? raw : f.extendS(raw));
  const absolute = f.let(f.select(f.ltS(value, f.i64(0)), f.sub(f.i64(0), value), value));
  const most = f.let(f.extendU(elements(f, imm)));
  return f.let(f.wrap(f.select(f.gtU(absolute, most), most, absolute)));
};

const RAX = 0;
const RCX = 1;
const RDX = 2;

/** The mask as bits in XMM0, or expanded to whole elements. */
const writeMask = (b: Builder, imm: Expression, result: Expression): void => {
  const { f } = b;
  // Bit i of the element that it concerns; a byte's is in the low or the high byte of the result.
  const byteBits = f.op('v128.and', f.op('i8x16.swizzle', f.op('i16x8.splat', result), f.v128([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1])), f.v128(Array.from({ length: 16 }, (_, i) => 1 << (i & 7))));
  const wordBits = f.op('v128.and', f.op('i16x8.splat', result), words(f, (i) => 1 << i));
  const expanded = f.select(isWords(f, imm), f.op('i16x8.ne', wordBits, zero(f)), f.op('i8x16.ne', byteBits, zero(f)));
  const mask = f.let(f.select(f.and(imm, f.i32(MOST_SIGNIFICANT_OR_EXPANDED)), expanded, f.lane('i32x4.replace_lane', 0, zero(f), result)));
  b.store('xmm', f.lane('i64x2.extract_lane', 0, mask), 0);
  b.store('xmm', f.lane('i64x2.extract_lane', 1, mask), 1);
};

/** The least or most significant bit that is set; the number of elements if none is. */
const indexOf = (f: FunctionBuilder, imm: Expression, result: Expression): Expression => {
  const least = f.op('i32.ctz', result);
  const most = f.sub(f.i32(31), f.op('i32.clz', result));
  return f.select(result, f.select(f.and(imm, f.i32(MOST_SIGNIFICANT_OR_EXPANDED)), most, least), elements(f, imm));
};

const stringComparison = (name: string, length: 'explicit' | 'implicit', output: 'index' | 'mask'): Semantics => semantics(name, length === 'explicit' ? 'r r r r' : 'r r r', (b, dst, src, control, accumulator) => {
  const { f } = b;
  const y = readUnaligned(b, src);
  const x = dst.read();
  const imm = f.let(control.read());
  // The accumulator is an operand for the sake of its width, which is also that of RDX.
  const width = accumulator?.width === 64 ? 64 : 32;
  const xLength = length === 'implicit' ? implicitLength(b, imm, x) : explicitLength(b, imm, RAX, width);
  const yLength = length === 'implicit' ? implicitLength(b, imm, y) : explicitLength(b, imm, RDX, width);
  const result = f.let(b.call(compareStrings, x, y, xLength, yLength, imm));
  if (output === 'index') b.writeRegister(RCX, 32, indexOf(f, imm, result));
  else writeMask(b, imm, result);
  const isShort = (elementsValid: Expression, bit: number): Expression => f.mul(f.ltS(elementsValid, elements(f, imm)), f.i32(bit));
  const cf = f.ne(result, f.i32(0));
  const of = f.mul(f.and(result, f.i32(1)), f.i32(flag.of));
  b.flags.update(arithmeticFlags, f.or(f.or(cf, of), f.or(isShort(yLength, flag.zf), isShort(xLength, flag.sf))));
});

/** Castagnoli's polynomial, reflected. */
const CRC32C = 0x82f6_3b78;

/** (crc, data, bits) to crc. */
const crc32c: Subroutine = {
  name: 'crc32c', params: ['i32', 'i64', 'i32'], results: ['i32'],
  build: (f) => {
    const [crc, data, length] = f.params as [Local, Local, Local];
    const remaining = f.local('i32');
    f.set(remaining, length);
    f.loop((again) => {
      const mixed = f.let(f.xor(crc, f.and(f.wrap(data), f.i32(0xff))));
      let value: Expression = mixed;
      for (let bit = 0; bit < 8; bit++) value = f.let(f.xor(f.shrU(value, 1), f.and(f.i32(CRC32C | 0), f.sub(f.i32(0), f.and(value, f.i32(1))))));
      f.set(crc, value);
      f.set(data, f.shrU(data, 8));
      f.set(remaining, f.sub(remaining, f.i32(8)));
      f.brIf(again, remaining);
    });
    f.return(crc);
  },
};

const crc32 = semantics('crc32', 'rw r', (b: Builder, dst: Operand, src: Operand) => {
  const { f } = b;
  const x = src.read();
  const old = dst.read();
  const crc = b.call(crc32c, old.type === 'i64' ? f.wrap(old) : old, x.type === 'i64' ? x : f.extendU(x), f.i32(src.width));
  dst.write(dst.width === 64 ? f.extendU(crc) : crc);
});

export const strings = {
  pcmpestri: stringComparison('pcmpestri', 'explicit', 'index'), pcmpestrm: stringComparison('pcmpestrm', 'explicit', 'mask'),
  pcmpistri: stringComparison('pcmpistri', 'implicit', 'index'), pcmpistrm: stringComparison('pcmpistrm', 'implicit', 'mask'),
  crc32,
};
