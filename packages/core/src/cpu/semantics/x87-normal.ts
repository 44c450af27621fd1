/**
 * The x87's arithmetic where it is short: normal numbers in registers that are in use, rounding to nearest, all exceptions masked. Each operation is one
 * subroutine without a call (but for the division of 128 bits), which reads and writes stack, tags and status word once; whatever else there is, it leaves
 * to the subroutine that knows all cases, before anything is changed.
 *
 * Why the results are the same: sum and product are formed exactly in 128 bits, with no bit lost (operands 64 binades and more apart are left to the other path),
 * and rounded by the same rule, half-way cases to even; the exponent is checked to be far from both its ends afterwards. PE and C1 (rounded up) follow
 * from the bits that rounding drops (SDM vol. 1, 8.1.3.3, 8.5.6).
 */
import { STATE_BASE } from '../../memory/layout.ts';
import type { Expression, FunctionBuilder, Label, Local } from '../../wasm/function.ts';
import type { ValueType } from '../../wasm/types.ts';
import { loadField, storeField } from '../builder/fields.ts';
import type { Subroutine } from '../builder/builder.ts';
import { TOP_BIT } from '../softfloat/binary-format.ts';
import { raised } from '../softfloat/control.ts';
import { EXTENDED_BIAS, EXTENDED_MAXIMUM } from '../softfloat/extended-format.ts';
import type { Extended } from '../softfloat/extended-format.ts';
import { divide128, multiply128, variable } from '../softfloat/wide.ts';
import { offsetOf } from '../state.ts';
import { statusBit } from './x87-stack.ts';
import type { Call } from './x87-stack.ts';

const TOP_SHIFT = 11;
/** Rounding field and exception masks of the control word: to nearest, all masked. */
const SETTINGS = 0xc3f;
const NEAREST_ALL_MASKED = 0x3f;
const PRECISION = 0x300;
const C1_SHIFT = 9;
const F64_BIAS = 1023;
const F32_BIAS = 127;

/** The stack as an instruction finds it, read once. */
export class StackView {
  readonly #f: FunctionBuilder;
  readonly status: Expression;
  readonly #tags: Expression;
  /** Bit 2 · i: register i is empty. */
  readonly #empty: Expression;

  /** @param status the status word where that is known */
  constructor(f: FunctionBuilder, status?: Expression) {
    this.#f = f;
    this.status = status ?? f.let(loadField(f, 'fpuStatus'));
    this.#tags = f.let(loadField(f, 'fpuTag'));
    this.#empty = f.let(f.and(this.#tags, f.shrU(this.#tags, 1)));
  }

  /** Physical number of ST(index). */
  physical(index: Expression | number): Expression {
    const { status } = this;
    const f = this.#f;
    return f.let(f.and(f.add(f.shrU(status, TOP_SHIFT), typeof index === 'number' ? f.i32(index) : index), f.i32(7)));
  }

  /** Bit 0: whether one of them is. Other bits mean nothing. */
  anyEmpty(...registers: Expression[]): Expression {
    const f = this.#f;
    return f.and(registers.map((register) => f.shrU(this.#empty, f.shl(register, 1))).reduce((x, y) => f.or(x, y)), f.i32(1));
  }

  read(register: Expression): Extended {
    const f = this.#f;
    return {
      significand: f.let(f.load('i64.load', f.shl(register, 3), STATE_BASE + offsetOf.fpuMantissa)),
      signExponent: f.let(f.load('i32.load16_u', f.shl(register, 1), STATE_BASE + offsetOf.fpuExponent)),
    };
  }

  writeSignExponent(register: Expression, value: Expression): void {
    this.#f.store('i32.store16', this.#f.shl(register, 1), value, STATE_BASE + offsetOf.fpuExponent);
  }

  write(register: Expression, value: Extended): void {
    const f = this.#f;
    f.store('i64.store', f.shl(register, 3), value.significand, STATE_BASE + offsetOf.fpuMantissa);
    f.store('i32.store16', f.shl(register, 1), value.signExponent, STATE_BASE + offsetOf.fpuExponent);
  }

  /** Copies the contents of one register to another, which is then in use, and pops or not. C1 becomes 0. */
  copy(from: Expression, to: Expression, pops: boolean): void {
    const f = this.#f;
    if (from !== to) this.write(to, this.read(from));
    const used = f.let(f.and(this.#tags, f.xor(f.shl(f.i32(3), f.shl(to, 1)), f.i32(-1))));
    storeField(f, 'fpuTag', pops ? f.or(used, f.shl(f.i32(3), f.shl(from, 1))) : used);
    if (pops) this.#turn(1, statusBit.c1, f.i32(0));
    else this.leave(statusBit.c1, f.i32(0));
  }

  /** Replaces `cleared` bits of the status word by `set`. */
  leave(cleared: number, set: Expression): void {
    const f = this.#f;
    storeField(f, 'fpuStatus', f.or(f.and(this.status, f.i32(0xffff & ~cleared)), set));
  }

  /** The same, with ST(0) popped, or ST(0) and ST(1). */
  leavePopping(cleared: number, set: Expression, count: 1 | 2 = 1): void {
    const f = this.#f;
    const tag = (index: number): Expression => f.shl(f.i32(3), f.shl(this.physical(index), 1));
    storeField(f, 'fpuTag', f.or(this.#tags, count === 2 ? f.or(tag(0), tag(1)) : tag(0)));
    this.#turn(count, cleared, set);
  }

  /** A value becomes ST(0); `register` is physical(-1), and empty. C1 becomes 0. */
  push(register: Expression, value: Extended): void {
    const f = this.#f;
    this.write(register, value);
    storeField(f, 'fpuTag', f.and(this.#tags, f.xor(f.shl(f.i32(3), f.shl(register, 1)), f.i32(-1))));
    this.#turn(-1, statusBit.c1, f.i32(0));
  }

  #turn(by: 1 | 2 | -1, cleared: number, set: Expression): void {
    const f = this.#f;
    const top = f.and(f.add(this.status, f.i32(by << TOP_SHIFT)), f.i32(statusBit.top));
    storeField(f, 'fpuStatus', f.or(f.or(f.and(this.status, f.i32(0xffff & ~(statusBit.top | cleared))), top), set));
  }
}

const exponentOf = (f: FunctionBuilder, x: Extended): Expression => f.and(x.signExponent, f.i32(EXTENDED_MAXIMUM));
const isInRange = (f: FunctionBuilder, exponent: Expression): Expression => f.ltU(f.sub(exponent, f.i32(1)), f.i32(EXTENDED_MAXIMUM - 1));

/** A number with its parts. */
interface Normal {
  readonly significand: Expression;
  readonly exponent: Expression;
  /** In bit 15, others meaning nothing. */
  readonly sign: Expression;
}

/** Goes to `other` unless the register's contents are a normal number. */
const normalOrElse = (f: FunctionBuilder, x: Extended, other: Label): Normal => {
  const exponent = f.let(exponentOf(f, x));
  f.brIf(other, f.or(f.eqz(isInRange(f, exponent)), f.geS(x.significand, f.i64(0))));
  return { significand: x.significand, exponent, sign: x.signExponent };
};

/** Goes to `other` unless rounding is to nearest and all exceptions are masked. Gives the control word. */
const settingsOrElse = (f: FunctionBuilder, other: Label): Expression => {
  const control = f.let(loadField(f, 'fpuControl'));
  f.brIf(other, f.ne(f.and(control, f.i32(SETTINGS)), f.i32(NEAREST_ALL_MASKED)));
  return control;
};

/** What is still to be rounded: (hi + lo / 2^64) / 2^63 · 2^(exponent - bias), bit 63 of `hi` set. */
interface Unrounded {
  readonly hi: Local;
  readonly lo: Local;
  readonly exponent: Local;
  readonly sign: Expression;
}

/** Rounds into `target` and returns; goes to `other` where the exponent is near its ends. */
const roundInto = (f: FunctionBuilder, view: StackView, control: Expression, target: Expression, pops: Expression, x: Unrounded, other: Label): void => {
  const { hi, lo, exponent } = x;
  f.brIf(other, f.geU(f.sub(exponent, f.i32(1)), f.i32(EXTENDED_MAXIMUM - 2)));
  const unit = variable(f, f.i64(1));
  // 53 or 24 bits: what is beyond them joins what is lost
  f.if(f.ne(f.and(control, f.i32(PRECISION)), f.i32(PRECISION)), () => {
    const precision = f.let(f.and(f.shrU(control, 8), f.i32(3)));
    f.if(f.ne(precision, f.i32(1)), () => {
      const drop = f.let(f.select(precision, f.i64(11), f.i64(40)));
      f.set(lo, f.or(f.shl(hi, f.sub(f.i64(64), drop)), f.extendU(f.ne(lo, f.i64(0)))));
      f.set(unit, f.shl(unit, drop));
      f.set(hi, f.and(hi, f.sub(f.i64(0), unit)));
    });
  });
  const odd = f.ne(f.and(hi, unit), f.i64(0));
  const up = f.let(f.or(f.gtU(lo, f.i64(TOP_BIT)), f.and(f.eq(lo, f.i64(TOP_BIT)), odd)));
  // whether it rounds up cannot be predicted, that it carries out of the top can
  f.set(hi, f.add(hi, f.select(up, unit, f.i64(0))));
  f.if(f.eqz(hi), () => {
    f.set(hi, f.i64(TOP_BIT));
    f.set(exponent, f.add(exponent, f.i32(1)));
  });
  view.write(target, { significand: hi, signExponent: f.or(f.and(x.sign, f.i32(0x8000)), exponent) });
  const flags = f.let(f.or(f.shl(f.ne(lo, f.i64(0)), Math.log2(raised.inexact)), f.shl(up, C1_SHIFT)));
  f.if(pops, () => view.leavePopping(statusBit.c1, flags), () => view.leave(statusBit.c1, flags));
  f.return();
};

type Finish = (result: Unrounded) => void;
/** Emits x op y. `zero` ends with +0; `finish` rounds and returns; `other` is the way out. */
type Operate = (f: FunctionBuilder, call: Call, x: Normal, y: Normal, ways: { readonly finish: Finish; readonly zero: () => void; readonly other: Label }) => void;

const additive = (subtracts: boolean): Operate => (f, _call, x, y, { finish, zero, other }) => {
  const swap = f.let(f.or(f.ltU(x.exponent, y.exponent), f.and(f.eq(x.exponent, y.exponent), f.ltU(x.significand, y.significand))));
  const exponent = variable(f, f.select(swap, y.exponent, x.exponent));
  const distance = f.let(f.sub(exponent, f.select(swap, x.exponent, y.exponent)));
  f.brIf(other, f.geU(distance, f.i32(64)));
  const by = f.let(f.extendU(distance));
  const large = f.let(f.select(swap, y.significand, x.significand));
  const small = f.let(f.select(swap, x.significand, y.significand));
  const smallHigh = f.let(f.shrU(small, by));
  // in two steps, so that a distance of 0 leaves nothing
  const lo = variable(f, f.shl(f.shl(small, 1), f.sub(f.i64(63), by)));
  const hi = f.local('i64');
  const ySign = subtracts ? f.let(f.xor(y.sign, f.i32(0x8000))) : y.sign;
  f.if(f.and(f.xor(x.sign, ySign), f.i32(0x8000)), () => {
    f.set(hi, f.sub(f.sub(large, smallHigh), f.extendU(f.ne(lo, f.i64(0)))));
    f.set(lo, f.sub(f.i64(0), lo));
    f.if(f.eqz(hi), () => {
      f.brIf(other, f.ne(lo, f.i64(0)));
      zero();
    });
    const leading = f.let(f.op('i64.clz', hi));
    f.set(hi, f.or(f.shl(hi, leading), f.shrU(f.shrU(lo, 1), f.sub(f.i64(63), leading))));
    f.set(lo, f.shl(lo, leading));
    f.set(exponent, f.sub(exponent, f.wrap(leading)));
  }, () => {
    f.set(hi, f.add(large, smallHigh));
    const carry = f.let(f.ltU(hi, large));
    f.set(lo, f.select(carry, f.or(f.or(f.shrU(lo, 1), f.and(lo, f.i64(1))), f.shl(hi, 63)), lo));
    f.set(hi, f.select(carry, f.or(f.shrU(hi, 1), f.i64(TOP_BIT)), hi));
    f.set(exponent, f.add(exponent, carry));
  });
  finish({ hi, lo, exponent, sign: f.select(swap, ySign, x.sign) });
};

const multiplicative: Operate = (f, _call, x, y, { finish }) => {
  const product = multiply128(f, x.significand, y.significand);
  const leading = f.let(f.xor(f.shrU(product.hi, 63), f.i64(1)));
  const hi = variable(f, f.or(f.shl(product.hi, leading), f.shrU(f.shrU(product.lo, 1), f.sub(f.i64(63), leading))));
  const lo = variable(f, f.shl(product.lo, leading));
  const exponent = variable(f, f.sub(f.add(f.add(x.exponent, y.exponent), f.i32(1 - EXTENDED_BIAS)), f.wrap(leading)));
  finish({ hi, lo, exponent, sign: f.xor(x.sign, y.sign) });
};

const divisive: Operate = (f, call, x, y, { finish }) => {
  const d = y.significand;
  // the quotient has its leading one in bit 63 either way
  const less = f.let(f.ltU(x.significand, d));
  const high = f.let(f.select(less, x.significand, f.shrU(x.significand, 1)));
  const low = f.let(f.select(less, f.i64(0), f.shl(x.significand, 63)));
  const hi = variable(f, f.call(call(divide128), high, low, d));
  const rest = f.let(f.sub(low, f.mul(hi, d)));
  const complement = f.let(f.sub(d, rest));
  const beyondHalf = f.select(f.gtU(rest, complement), f.i64(TOP_BIT | 1n), f.select(f.eq(rest, complement), f.i64(TOP_BIT), f.i64(1)));
  const lo = variable(f, f.select(f.eqz(rest), f.i64(0), beyondHalf));
  const exponent = variable(f, f.sub(f.add(f.sub(x.exponent, y.exponent), f.i32(EXTENDED_BIAS)), less));
  finish({ hi, lo, exponent, sign: f.xor(x.sign, y.sign) });
};

export type Arithmetic = 'add' | 'sub' | 'mul' | 'div';
const operations: Readonly<Record<Arithmetic, Operate>> = { add: additive(false), sub: additive(true), mul: multiplicative, div: divisive };

const operate = (f: FunctionBuilder, call: Call, operation: Arithmetic, view: StackView, control: Expression, operands: readonly [Normal, Normal], to: { target: Expression; pops: Expression }, other: Label): void => {
  const { target, pops } = to;
  operations[operation](f, call, ...operands, {
    other,
    finish: (result) => roundInto(f, view, control, target, pops, result, other),
    zero: () => {
      view.write(target, { significand: f.i64(0), signExponent: f.i32(0) });
      f.if(pops, () => view.leavePopping(statusBit.c1, f.i32(0)), () => view.leave(statusBit.c1, f.i32(0)));
      f.return();
    },
  });
};

/** ST(target) = ST(x) op ST(y), then pops: (x, y, target, pops). `exact` has the same parameters. */
export const stackArithmetic = (operation: Arithmetic, exact: Subroutine): Subroutine => ({
  name: `${exact.name}Normal`, params: exact.params, results: [],
  build: (f, call) => {
    const [xIndex, yIndex, targetIndex, pops] = f.parameters;
    f.block((other) => {
      const view = new StackView(f);
      const x = view.physical(xIndex);
      const y = view.physical(yIndex);
      f.brIf(other, view.anyEmpty(x, y));
      const control = settingsOrElse(f, other);
      const a = normalOrElse(f, view.read(x), other);
      const b = normalOrElse(f, view.read(y), other);
      operate(f, call, operation, view, control, [a, b], { target: view.physical(targetIndex), pops }, other);
    });
    f.perform(call(exact), xIndex, yIndex, targetIndex, pops);
  },
});

export type MemoryFormat = 'f32' | 'f64' | 'i32' | 'i16';

export const valueTypeOf = (format: MemoryFormat | 'i64'): ValueType => (format === 'f64' || format === 'i64' ? 'i64' : 'i32');

/** A memory operand's bits as a normal number. */
const normalFromMemory = (f: FunctionBuilder, format: MemoryFormat, bits: Expression, other: Label): Normal => {
  if (format === 'f32') {
    const exponent = f.let(f.and(f.shrU(bits, 23), f.i32(0xff)));
    f.brIf(other, f.geU(f.sub(exponent, f.i32(1)), f.i32(0xfe)));
    const significand = f.let(f.or(f.shl(f.extendU(bits), 40), f.i64(TOP_BIT)));
    return { significand, exponent: f.let(f.add(exponent, f.i32(EXTENDED_BIAS - F32_BIAS))), sign: f.let(f.shrU(bits, 16)) };
  }
  if (format === 'f64') {
    const exponent = f.let(f.and(f.wrap(f.shrU(bits, 52)), f.i32(0x7ff)));
    f.brIf(other, f.geU(f.sub(exponent, f.i32(1)), f.i32(0x7fe)));
    const significand = f.let(f.or(f.shl(bits, 11), f.i64(TOP_BIT)));
    return { significand, exponent: f.let(f.add(exponent, f.i32(EXTENDED_BIAS - F64_BIAS))), sign: f.let(f.wrap(f.shrU(bits, 48))) };
  }
  return normalFromInteger(f, f.extendS(format === 'i16' ? f.op('i32.extend16_s', bits) : bits), other);
};

/** A whole number but 0. */
const normalFromInteger = (f: FunctionBuilder, value: Expression, other: Label): Normal => {
  const v = f.let(value);
  f.brIf(other, f.eqz(v));
  const mask = f.let(f.shrS(v, 63));
  const absolute = f.let(f.sub(f.xor(v, mask), mask));
  const leading = f.let(f.op('i64.clz', absolute));
  return { significand: f.let(f.shl(absolute, leading)), exponent: f.let(f.sub(f.i32(EXTENDED_BIAS + 63), f.wrap(leading))), sign: f.let(f.wrap(mask)) };
};

/** ST(0) = ST(0) op operand, or operand op ST(0) where `reversed`: (bits). `exact` has the same parameters. */
export const memoryArithmetic = (operation: Arithmetic, format: MemoryFormat, reversed: boolean, exact: Subroutine): Subroutine => ({
  name: `${exact.name}Normal`, params: exact.params, results: [],
  build: (f, call) => {
    const [bits] = f.parameters;
    f.block((other) => {
      const view = new StackView(f);
      const target = view.physical(0);
      f.brIf(other, view.anyEmpty(target));
      const control = settingsOrElse(f, other);
      const memory = normalFromMemory(f, format, bits, other);
      const register = normalOrElse(f, view.read(target), other);
      operate(f, call, operation, view, control, reversed ? [memory, register] : [register, memory], { target, pops: f.i32(0) }, other);
    });
    f.perform(call(exact), bits);
  },
});

/** FLD m32, m64; FILD: (bits). */
export const load = (format: MemoryFormat | 'i64', exact: Subroutine): Subroutine => ({
  name: `${exact.name}Normal`, params: exact.params, results: [],
  build: (f, call) => {
    const [bits] = f.parameters;
    f.block((other) => {
      const view = new StackView(f);
      const target = view.physical(-1);
      f.brIf(other, f.eqz(view.anyEmpty(target)));
      const push = ({ significand, exponent, sign }: Normal): void => {
        view.push(target, { significand, signExponent: f.or(f.and(sign, f.i32(0x8000)), exponent) });
        f.return();
      };
      if (format === 'i64') push(normalFromInteger(f, bits, other));
      else push(normalFromMemory(f, format, bits, other));
    });
    f.perform(call(exact), bits);
  },
});

/** FST m32, m64: (address, pops) -> 1 when it was stored. */
export const store = (format: 'f32' | 'f64', exact: Subroutine): Subroutine => ({
  name: `${exact.name}Normal`, params: exact.params, results: ['i32'],
  build: (f, call) => {
    const [address, pops] = f.parameters;
    const [precision, bias, maximum] = format === 'f32' ? [24, F32_BIAS, 0xff] : [53, F64_BIAS, 0x7ff];
    const drop = 64 - precision;
    const half = 1n << BigInt(drop - 1);
    f.block((other) => {
      const view = new StackView(f);
      const source = view.physical(0);
      f.brIf(other, view.anyEmpty(source));
      settingsOrElse(f, other);
      const value = view.read(source);
      const exponent = f.let(f.sub(exponentOf(f, value), f.i32(EXTENDED_BIAS - bias)));
      // rounding may carry into the exponent
      f.brIf(other, f.or(f.geU(f.sub(exponent, f.i32(1)), f.i32(maximum - 2)), f.geS(value.significand, f.i64(0))));
      const rest = f.let(f.and(value.significand, f.i64(2n * half - 1n)));
      const kept = f.let(f.shrU(value.significand, drop));
      const up = f.let(f.or(f.gtU(rest, f.i64(half)), f.and(f.eq(rest, f.i64(half)), f.wrap(f.and(kept, f.i64(1))))));
      const magnitude = f.add(f.add(f.shl(f.extendU(f.sub(exponent, f.i32(1))), precision - 1), kept), f.extendU(up));
      const sign = f.shl(f.extendU(f.and(value.signExponent, f.i32(0x8000))), format === 'f32' ? 16 : 48);
      if (format === 'f32') f.store('i64.store32', address, f.or(magnitude, sign));
      else f.store('i64.store', address, f.or(magnitude, sign));
      const flags = f.let(f.or(f.shl(f.ne(rest, f.i64(0)), Math.log2(raised.inexact)), f.shl(up, C1_SHIFT)));
      f.if(pops, () => view.leavePopping(statusBit.c1, flags), () => view.leave(statusBit.c1, flags));
      f.return(f.i32(1));
    });
    f.return(f.call(call(exact), address, pops));
  },
});

/** Numbers that compare by sign, exponent and significand: normal ones and zeros. */
const ordinary = (f: FunctionBuilder, x: Extended): Expression => {
  const exponent = f.let(exponentOf(f, x));
  const isZero = f.eqz(f.or(x.significand, f.extendU(exponent)));
  return f.or(f.and(isInRange(f, exponent), f.ltS(x.significand, f.i64(0))), isZero);
};

/** FIST, FISTP, FISTTP: (address, pops, width, truncate) -> 1 when it was stored. Numbers that keep a place from the integer's limits, to nearest or truncated. */
export const storeInteger = (exact: Subroutine): Subroutine => ({
  name: `${exact.name}Normal`, params: exact.params, results: ['i32'],
  build: (f, call) => {
    const [address, pops, width, truncate] = f.parameters;
    f.block((other) => {
      const view = new StackView(f);
      const source = view.physical(0);
      f.brIf(other, view.anyEmpty(source));
      const control = f.let(loadField(f, 'fpuControl'));
      const mode = f.let(f.select(truncate, f.i32(3), f.and(f.shrU(control, 10), f.i32(3))));
      const settled = f.and(f.eq(f.and(control, f.i32(0x3f)), f.i32(0x3f)), f.or(f.eqz(mode), f.eq(mode, f.i32(3))));
      f.brIf(other, f.eqz(settled));
      const value = view.read(source);
      const exponent = f.let(f.sub(exponentOf(f, value), f.i32(EXTENDED_BIAS)));
      const whole = f.local('i64');
      // the fraction, in units of 2^-64
      const rest = f.local('i64');
      f.if(f.ltS(exponent, f.i32(0)), () => {
        f.brIf(other, f.eqz(ordinary(f, value)));
        f.set(whole, f.i64(0));
        f.set(rest, f.select(f.eq(exponent, f.i32(-1)), value.significand, f.extendU(f.ne(value.significand, f.i64(0)))));
      }, () => {
        f.brIf(other, f.or(f.geU(exponent, f.sub(width, f.i32(2))), f.geS(value.significand, f.i64(0))));
        const places = f.let(f.extendU(exponent));
        f.set(whole, f.shrU(value.significand, f.sub(f.i64(63), places)));
        f.set(rest, f.shl(f.shl(value.significand, 1), places));
      });
      const nearer = f.or(f.gtU(rest, f.i64(TOP_BIT)), f.and(f.eq(rest, f.i64(TOP_BIT)), f.wrap(f.and(whole, f.i64(1)))));
      const up = f.let(f.select(mode, f.i32(0), nearer));
      const absolute = f.let(f.add(whole, f.extendU(up)));
      const result = f.let(f.select(f.and(value.signExponent, f.i32(0x8000)), f.sub(f.i64(0), absolute), absolute));
      f.if(f.eq(width, f.i32(32)), () => f.store('i64.store32', address, result), () => {
        f.if(f.eq(width, f.i32(16)), () => f.store('i64.store16', address, result), () => f.store('i64.store', address, result));
      });
      const flags = f.let(f.or(f.shl(f.ne(rest, f.i64(0)), Math.log2(raised.inexact)), f.shl(up, C1_SHIFT)));
      f.if(pops, () => view.leavePopping(statusBit.c1, flags), () => view.leave(statusBit.c1, flags));
      f.return(f.i32(1));
    });
    f.return(f.call(call(exact), address, pops, width, truncate));
  },
});

/** x against y, ordinary numbers both: `less` and `equal` as 0 or 1. */
const order = (f: FunctionBuilder, x: Extended, y: Extended): { readonly less: Expression; readonly equal: Expression } => {
  const [ex, ey] = [f.let(exponentOf(f, x)), f.let(exponentOf(f, y))];
  const negative = f.let(f.shrU(x.signExponent, 15));
  const sameMagnitude = f.let(f.and(f.eq(x.significand, y.significand), f.eq(ex, ey)));
  const sameSign = f.let(f.eqz(f.and(f.xor(x.signExponent, y.signExponent), f.i32(0x8000))));
  const equal = f.let(f.and(sameMagnitude, f.or(sameSign, f.eqz(x.significand))));
  const smaller = f.or(f.ltU(ex, ey), f.and(f.eq(ex, ey), f.ltU(x.significand, y.significand)));
  // of two negative numbers the one with the larger magnitude is less
  const less = f.and(f.select(sameSign, f.xor(smaller, negative), negative), f.eqz(equal));
  return { less: f.let(less), equal };
};

const conditions = (f: FunctionBuilder, less: Expression, equal: Expression): Expression =>
  f.or(f.shl(less, Math.log2(statusBit.c0)), f.shl(equal, Math.log2(statusBit.c3)));

/** FCOM, FUCOM with a register: (i, signalling, pops). */
export const compareStack = (exact: Subroutine): Subroutine => ({
  name: `${exact.name}Normal`, params: exact.params, results: [],
  build: (f, call) => {
    const [index, signalling, pops] = f.parameters;
    f.block((other) => {
      const view = new StackView(f);
      const [x, y] = [view.physical(0), view.physical(index)];
      f.brIf(other, view.anyEmpty(x, y));
      const [a, b] = [view.read(x), view.read(y)];
      f.brIf(other, f.eqz(f.and(ordinary(f, a), ordinary(f, b))));
      const { less, equal } = order(f, a, b);
      const result = f.let(conditions(f, less, equal));
      f.if(f.eqz(pops), () => view.leave(statusBit.conditions, result), () => {
        f.if(f.eq(pops, f.i32(1)), () => view.leavePopping(statusBit.conditions, result), () => view.leavePopping(statusBit.conditions, result, 2));
      });
      f.return();
    });
    f.perform(call(exact), index, signalling, pops);
  },
});

/** FCOM, FICOM with a memory operand: (bits, pops). */
export const compareMemory = (format: MemoryFormat, exact: Subroutine): Subroutine => ({
  name: `${exact.name}Normal`, params: exact.params, results: [],
  build: (f, call) => {
    const [bits, pops] = f.parameters;
    f.block((other) => {
      const view = new StackView(f);
      const x = view.physical(0);
      f.brIf(other, view.anyEmpty(x));
      const a = view.read(x);
      const memory = normalFromMemory(f, format, bits, other);
      f.brIf(other, f.eqz(ordinary(f, a)));
      const { less, equal } = order(f, a, { significand: memory.significand, signExponent: f.let(f.or(f.and(memory.sign, f.i32(0x8000)), memory.exponent)) });
      const result = f.let(conditions(f, less, equal));
      f.if(pops, () => view.leavePopping(statusBit.conditions, result), () => view.leave(statusBit.conditions, result));
      f.return();
    });
    f.perform(call(exact), bits, pops);
  },
});

/** FCOMI, FUCOMI: (i, signalling, pops) -> ZF, PF, CF. */
export const compareFlags = (exact: Subroutine): Subroutine => ({
  name: `${exact.name}Normal`, params: exact.params, results: ['i32'],
  build: (f, call) => {
    const [index, signalling, pops] = f.parameters;
    f.block((other) => {
      const view = new StackView(f);
      const [x, y] = [view.physical(0), view.physical(index)];
      f.brIf(other, view.anyEmpty(x, y));
      const [a, b] = [view.read(x), view.read(y)];
      f.brIf(other, f.eqz(f.and(ordinary(f, a), ordinary(f, b))));
      const { less, equal } = order(f, a, b);
      f.if(pops, () => view.leavePopping(0, f.i32(0)));
      f.return(f.or(less, f.shl(equal, 6)));
    });
    f.return(f.call(call(exact), index, signalling, pops));
  },
});
