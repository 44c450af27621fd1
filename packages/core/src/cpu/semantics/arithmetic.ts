/**
 * ADD, ADC, SUB, SBB, CMP, INC, DEC, NEG, MUL, IMUL, DIV, IDIV, XADD, CMPXCHG and the decimal adjustments.
 * Reference: SDM vol. 2. Flags that the manual leaves undefined are as a Zen 4 leaves them where that costs nothing.
 */
import type { Expression, FunctionBuilder } from '../../wasm/function.ts';
import type { Builder, Operand, Semantics, Subroutine, Width } from '../builder/builder.ts';
import { semantics } from '../builder/builder.ts';
import { vector } from '../fault.ts';
import { divide128, multiply128 } from '../softfloat/wide.ts';
import { flag, gpr } from '../state.ts';

export const widthOf = (operand: Operand): Width => operand.width as Width;

/** The value as a signed i64. */
export const signed = (f: FunctionBuilder, width: Width, value: Expression): Expression =>
  value.type === 'i64' ? value : width === 32 ? f.extendS(value) : f.op(width === 16 ? 'i64.extend16_s' : 'i64.extend8_s', f.extendU(value));
export const truncate = (f: FunctionBuilder, width: Width, value: Expression): Expression =>
  width === 8 ? f.and(value, f.i32(0xff)) : width === 16 ? f.and(value, f.i32(0xffff)) : value;
/** An i64 as a value of the width. */
const narrow = (f: FunctionBuilder, width: Width, value: Expression): Expression => (width === 64 ? value : truncate(f, width, f.wrap(value)));
/** The most significant bit, as an i32 0 or 1. */
export const signBit = (f: FunctionBuilder, width: Width, value: Expression): Expression =>
  value.type === 'i64' ? f.wrap(f.shrU(value, 63)) : f.and(f.shrU(value, width - 1), f.i32(1));

const sumOrDifference = (name: 'add' | 'sub'): Semantics => semantics(name, 'rw r', (b, dst, src) => {
  const { f } = b;
  const x = dst.read(), y = src.read();
  const r = f.let(f[name](x, y));
  dst.write(r);
  b.flags[name](widthOf(dst), x, r, y);
});
export const ADD = sumOrDifference('add');
export const SUB = sumOrDifference('sub');

export const CMP = semantics('cmp', 'r r', (b, left, right) => {
  const { f } = b;
  const x = left.read(), y = right.read();
  b.flags.sub(widthOf(left), x, f.sub(x, y), y);
});

const adjustCarry = (f: FunctionBuilder, x: Expression, y: Expression, r: Expression): Expression => {
  const mixed = f.xor(f.xor(x, y), r);
  return f.and(f.shrU(mixed.type === 'i64' ? f.wrap(mixed) : mixed, 4), f.i32(1));
};

const withCarry = (name: string, subtract: boolean): Semantics => semantics(name, 'rw r', (b, dst, src) => {
  const { f } = b;
  const width = widthOf(dst);
  const x = dst.read(), y = src.read(), c = b.flags.carry();
  const third = width === 64 ? f.extendU(c) : c;
  const r = f.let(truncate(f, width, subtract ? f.sub(f.sub(x, y), third) : f.add(f.add(x, y), third)));
  dst.write(r);
  b.flags.result(width, r, [x, y, c, r], (before, operand, carried, after) => {
    // with a carry in, equality carries as well: x + ff + 1 = x, x - x - 1
    const [left, right] = subtract ? [before, operand] : [after, before];
    return {
      cf: f.or(f.ltU(left, right), f.and(carried, f.eq(left, right))),
      of: signBit(f, width, f.and(f.xor(subtract ? before : operand, subtract ? operand : after), f.xor(before, after))),
      af: adjustCarry(f, before, operand, after),
    };
  });
});
export const ADC = withCarry('adc', false);
export const SBB = withCarry('sbb', true);

const byOne = (name: 'inc' | 'dec', operation: 'add' | 'sub'): Semantics => semantics(name, 'rw', (b, dst) => {
  const { f } = b;
  const x = dst.read();
  const r = f.let(f[operation](x, f.constant(x.type, 1)));
  dst.write(r);
  b.flags[name](widthOf(dst), r, x);
});
export const INC = byOne('inc', 'add');
export const DEC = byOne('dec', 'sub');

export const NEG = semantics('neg', 'rw', (b, dst) => {
  const { f } = b;
  const x = dst.read();
  const zero = f.constant(x.type, 0);
  const r = f.let(f.sub(zero, x));
  dst.write(r);
  b.flags.sub(widthOf(dst), zero, r);
});

export const XADD = semantics('xadd', 'rw rw', (b, dst, src) => {
  const { f } = b;
  const x = dst.read(), y = src.read();
  const r = f.let(f.add(x, y));
  if (dst.isMemory) {
    dst.write(r);
    src.write(x);
  } else {
    src.write(x);
    dst.write(r);
  }
  b.flags.add(widthOf(dst), x, r);
});

/** A 32-bit register destination is written even when it keeps its value: its upper half becomes 0 only when the comparison succeeds. */
export const CMPXCHG = semantics('cmpxchg', 'rw r', (b, dst, src) => {
  const { f } = b;
  const width = widthOf(dst);
  const x = dst.read(), y = src.read(), accumulator = b.readRegister(gpr.rax, width);
  const equal = f.let(f.eq(accumulator, x));
  if (dst.isMemory) {
    dst.write(f.select(equal, y, x));
    f.if(f.eqz(equal), () => b.writeRegister(gpr.rax, width, x));
  } else f.if(equal, () => dst.write(y), () => b.writeRegister(gpr.rax, width, x));
  b.flags.sub(width, accumulator, f.sub(accumulator, x));
});

const compareExchangePair = (b: Builder, memory: Operand, half: 32 | 64): void => {
  const { f } = b;
  const bytes = half / 8;
  const load = half === 64 ? 'i64.load' : 'i32.load';
  const store = half === 64 ? 'i64.store' : 'i32.store';
  const at = memory.address(bytes * 2, 'modify', half === 32);
  const low = f.let(f.load(load, at)), high = f.let(f.load(load, at, bytes));
  const equal = f.let(f.and(f.eq(low, b.readRegister(gpr.rax, half)), f.eq(high, b.readRegister(gpr.rdx, half))));
  f.store(store, at, f.select(equal, b.readRegister(gpr.rbx, half), low));
  f.store(store, at, f.select(equal, b.readRegister(gpr.rcx, half), high), bytes);
  b.commit(at);
  f.if(f.eqz(equal), () => {
    b.writeRegister(gpr.rax, half, low);
    b.writeRegister(gpr.rdx, half, high);
  });
  b.flags.update(flag.zf, f.shl(equal, 6));
};
export const CMPXCHG8B = semantics('cmpxchg8b', 'a', (b, memory) => compareExchangePair(b, memory, 32));
/** #GP(0) unless the operand is aligned to 16 bytes. */
export const CMPXCHG16B = semantics('cmpxchg16b', 'a', (b, memory) => compareExchangePair(b, memory, 64));

// — multiplication —

/** The upper 64 bits of a product. Emitted in place: a call would cost more, and its operands would have to leave their registers. */
export const multiplyHighUnsigned = (f: FunctionBuilder, x: Expression, y: Expression): Expression => multiply128(f, x, y).hi;
const multiplyHighSigned = (f: FunctionBuilder, x: Expression, y: Expression): Expression =>
  f.let(f.sub(f.sub(multiplyHighUnsigned(f, x, y), f.and(f.shrS(x, 63), y)), f.and(f.shrS(y, 63), x)));

/**
 * Whether the signed product, whose low half is given, exceeds 64 bits. Its double is near enough to tell beyond 1.5 · 2^63; below, the low half has the
 * wrong sign just when the product did not fit. Without a branch, so that nothing of it is left where the flags are not wanted.
 */
const overflows64 = (f: FunctionBuilder, x: Expression, y: Expression, low: Expression): Expression => {
  const product = (): Expression => f.op('f64.mul', f.op('f64.convert_i64_s', x), f.op('f64.convert_i64_s', y));
  const isLarge = f.op('f64.gt', f.op('f64.abs', product()), f.f64(1.5 * 2 ** 63));
  return f.or(isLarge, f.ne(f.op('f64.lt', product(), f.f64(0)), f.ltS(low, f.i64(0))));
};

/** CF = OF = the upper half is significant, found out from `operands`. The other flags, which the manual leaves undefined, follow the low half. */
const productFlags = <T extends readonly Expression[]>(b: Builder, width: Width, low: Expression, operands: T, significant: (...operands: T) => Expression): void =>
  b.flags.result(width, low, operands, (...values) => ({ cf: significant(...values), of: significant(...values) }));

const writeProduct = (b: Builder, width: Width, product: Expression): Expression => {
  const { f } = b;
  if (width === 8) b.writeRegister(gpr.rax, 16, f.wrap(product));
  else {
    b.writeRegister(gpr.rax, width, narrow(f, width, product));
    b.writeRegister(gpr.rdx, width, narrow(f, width, f.shrU(product, width)));
  }
  return f.let(narrow(f, width, product));
};

/** The accumulator times the operand, into the accumulator and RDX (AX for bytes). */
const accumulatorProduct = (name: string, isSigned: boolean): Semantics => semantics(name, 'r', (b, src) => {
  const { f } = b;
  const width = widthOf(src);
  const y = src.read(), x = b.readRegister(gpr.rax, width);
  if (width === 64) {
    const high = isSigned ? multiplyHighSigned(f, x, y) : multiplyHighUnsigned(f, x, y);
    const low = f.let(f.mul(x, y));
    b.writeRegister(gpr.rax, 64, low);
    b.writeRegister(gpr.rdx, 64, high);
    productFlags(b, 64, low, [low, high], (lower, upper) => f.ne(upper, isSigned ? f.shrS(lower, 63) : f.i64(0)));
    return;
  }
  const extend = (value: Expression): Expression => (isSigned ? signed(f, width, value) : f.extendU(value));
  const product = f.let(f.mul(extend(x), extend(y)));
  const low = writeProduct(b, width, product);
  productFlags(b, width, low, [product, low], (whole, half) => f.ne(whole, extend(half)));
});
export const MUL = accumulatorProduct('mul', false);
export const IMUL = accumulatorProduct('imul', true);

const multiplyInto = (b: Builder, dst: Operand, left: Operand, right: Operand): void => {
  const { f } = b;
  const width = widthOf(dst);
  const x = left.read(), y = right.read();
  if (width === 64) {
    const low = f.let(f.mul(x, y));
    dst.write(low);
    productFlags(b, 64, low, [x, y, low], (left, right, half) => overflows64(f, left, right, half));
    return;
  }
  const low = f.let(truncate(f, width, f.mul(x, y)));
  dst.write(low);
  productFlags(b, width, low, [x, y, low], (left, right, half) => f.ne(f.mul(signed(f, width, left), signed(f, width, right)), signed(f, width, half)));
};
export const IMUL_TO = semantics('imul', 'rw r', (b, dst, src) => multiplyInto(b, dst, dst, src));
export const IMUL_BY = semantics('imul', 'w r r', (b, dst, src, immediate) => multiplyInto(b, dst, src, immediate));

// — division —

/** (high, low, divisor) -> quotient; needs high < divisor. For dividends of more than 64 bits. */
const divideWide: Subroutine = {
  name: 'divideWide', params: ['i64', 'i64', 'i64'], results: ['i64'],
  build: (f, call) => {
    const [high, low, divisor] = f.parameters;
    const places = f.let(f.op('i64.clz', divisor));
    const shifted = f.or(f.shl(high, places), f.shrU(f.shrU(low, 1), f.sub(f.i64(63), places)));
    f.return(f.call(call(divide128), shifted, f.shl(low, places), f.shl(divisor, places)));
  },
};

/** Up to 32 bits, from 64-bit results: AL and AH, or the accumulator and RDX. */
const writeDivision = (b: Builder, width: Width, quotient: Expression, remainder: Expression): void => {
  const { f } = b;
  if (width === 8) b.writeRegister(gpr.rax, 16, f.or(f.shl(f.wrap(remainder), 8), f.and(f.wrap(quotient), f.i32(0xff))));
  else {
    b.writeRegister(gpr.rax, width, f.wrap(quotient));
    b.writeRegister(gpr.rdx, width, f.wrap(remainder));
  }
};

export const DIV = semantics('div', 'r', (b, src) => {
  const { f } = b;
  const width = widthOf(src);
  const divisor = src.read();
  const error = (condition: Expression): void => f.if(condition, () => b.fault(vector.de));
  error(f.eqz(divisor));
  if (width === 64) {
    const low = b.readRegister(gpr.rax, 64), high = b.readRegister(gpr.rdx, 64);
    error(f.geU(high, divisor));
    const quotient = f.let(f.choose('i64', f.eqz(high), () => f.op('i64.div_u', low, divisor), () => b.call(divideWide, high, low, divisor)));
    b.writeRegister(gpr.rdx, 64, f.sub(low, f.mul(quotient, divisor)));
    b.writeRegister(gpr.rax, 64, quotient);
    return;
  }
  const dividend = f.let(width === 8 ? f.extendU(b.readRegister(gpr.rax, 16))
    : f.or(f.shl(f.extendU(b.readRegister(gpr.rdx, width)), width), f.extendU(b.readRegister(gpr.rax, width))));
  const d = f.let(f.extendU(divisor));
  const quotient = f.let(f.op('i64.div_u', dividend, d));
  error(f.ne(f.shrU(quotient, width), f.i64(0)));
  const remainder = f.let(f.sub(dividend, f.mul(quotient, d)));
  writeDivision(b, width, quotient, remainder);
});

export const IDIV = semantics('idiv', 'r', (b, src) => {
  const { f } = b;
  const width = widthOf(src);
  const divisor = src.read();
  const error = (condition: Expression): void => f.if(condition, () => b.fault(vector.de));
  error(f.eqz(divisor));
  if (width === 64) {
    const low = b.readRegister(gpr.rax, 64), high = b.readRegister(gpr.rdx, 64);
    // magnitudes; the quotient must fit 63 bits, or be -2^63
    const negative = f.let(f.shrS(high, 63));
    const magnitude = f.let(f.sub(f.xor(divisor, f.shrS(divisor, 63)), f.shrS(divisor, 63)));
    const lowMagnitude = f.let(f.sub(f.xor(low, negative), negative));
    const highMagnitude = f.let(f.add(f.xor(high, negative), f.extendU(f.and(f.eqz(low), f.ne(negative, f.i64(0))))));
    error(f.geU(highMagnitude, magnitude));
    const quotient = f.let(f.choose('i64', f.eqz(highMagnitude), () => f.op('i64.div_u', lowMagnitude, magnitude), () => b.call(divideWide, highMagnitude, lowMagnitude, magnitude)));
    const sign = f.let(f.xor(negative, f.shrS(divisor, 63)));
    error(f.gtU(quotient, f.add(f.i64(0x7fff_ffff_ffff_ffffn), f.and(sign, f.i64(1)))));
    const remainder = f.sub(lowMagnitude, f.mul(quotient, magnitude));
    b.writeRegister(gpr.rdx, 64, f.sub(f.xor(remainder, negative), negative));
    b.writeRegister(gpr.rax, 64, f.sub(f.xor(quotient, sign), sign));
    return;
  }
  const dividend = f.let(width === 8 ? f.op('i64.extend16_s', f.extendU(b.readRegister(gpr.rax, 16)))
    : width === 16 ? f.extendS(f.or(f.shl(b.readRegister(gpr.rdx, 16), 16), b.readRegister(gpr.rax, 16)))
      : f.or(f.shl(f.extendU(b.readRegister(gpr.rdx, 32)), 32), f.extendU(b.readRegister(gpr.rax, 32))));
  const d = f.let(signed(f, width, divisor));
  error(f.and(f.eq(dividend, f.i64(-(1n << 63n))), f.eq(d, f.i64(-1)))); // would trap in the host
  const quotient = f.let(f.op('i64.div_s', dividend, d));
  error(f.ne(quotient, signed(f, width, f.wrap(quotient))));
  const remainder = f.let(f.sub(dividend, f.mul(quotient, d)));
  writeDivision(b, width, quotient, remainder);
});

// — decimal adjustment, not in 64-bit mode —

const decimalAdjust = (subtract: boolean) => (b: Builder): void => {
  const { f } = b;
  const al = b.readRegister(gpr.rax, 8);
  const flags = b.flags.read();
  const low = f.let(f.or(f.and(f.shrU(flags, 4), f.i32(1)), f.gtU(f.and(al, f.i32(0xf)), f.i32(9))));
  const high = f.let(f.or(f.and(flags, f.i32(1)), f.gtU(al, f.i32(0x99))));
  const by = f.let(f.add(f.select(low, f.i32(6), f.i32(0)), f.select(high, f.i32(0x60), f.i32(0))));
  const r = f.let(f.and(subtract ? f.sub(al, by) : f.add(al, by), f.i32(0xff)));
  // DAS: a borrow out of the low digit's adjustment counts as well
  const carry = f.let(subtract ? f.or(high, f.and(low, f.ltU(al, f.i32(6)))) : high);
  b.writeRegister(gpr.rax, 8, r);
  b.flags.result(8, r, [carry, low], (cf, af) => ({ cf, of: f.i32(0), af }));
};
export const DAA = semantics('daa', '', decimalAdjust(false));
export const DAS = semantics('das', '', decimalAdjust(true));

const asciiAdjust = (subtract: boolean) => (b: Builder): void => {
  const { f } = b;
  const ax = b.readRegister(gpr.rax, 16);
  const adjust = f.let(f.or(f.and(f.shrU(b.flags.read(), 4), f.i32(1)), f.gtU(f.and(ax, f.i32(0xf)), f.i32(9))));
  const by = f.select(adjust, f.i32(0x106), f.i32(0));
  const r = f.let(f.and(subtract ? f.sub(ax, by) : f.add(ax, by), f.i32(0xff0f)));
  b.writeRegister(gpr.rax, 16, r);
  b.flags.result(8, r, [adjust], (both) => ({ cf: both, of: f.i32(0), af: both }));
};
export const AAA = semantics('aaa', '', asciiAdjust(false));
export const AAS = semantics('aas', '', asciiAdjust(true));

export const AAM = semantics('aam', 'r', (b, radix) => {
  const { f } = b;
  const d = radix.read(), al = b.readRegister(gpr.rax, 8);
  f.if(f.eqz(d), () => b.fault(vector.de));
  const r = f.let(f.op('i32.rem_u', al, d));
  b.writeRegister(gpr.rax, 16, f.or(f.shl(f.op('i32.div_u', al, d), 8), r));
  b.flags.result(8, r, [], () => ({ cf: f.i32(0), of: f.i32(0) }));
});

export const AAD = semantics('aad', 'r', (b, radix) => {
  const { f } = b;
  const ax = b.readRegister(gpr.rax, 16);
  const r = f.let(f.and(f.add(f.and(ax, f.i32(0xff)), f.mul(f.shrU(ax, 8), radix.read())), f.i32(0xff)));
  b.writeRegister(gpr.rax, 16, r);
  b.flags.result(8, r, [], () => ({ cf: f.i32(0), of: f.i32(0) }));
});
