/**
 * What all SSE floating-point instructions share: the formats, the conditions under which WebAssembly's arithmetic gives exactly the
 * hardware's result, and the way out through MXCSR.
 *
 * WebAssembly rounds to nearest and has no flags. With exceptions masked, nearest rounding, no DAZ or FTZ (the state in which programs run nearly always)
 * an operation on normal numbers or zeros whose result is normal or exact is the same, and can raise PE alone: while that is not yet set, it is found out
 * whether the result is exact (sse-exactness.ts). Everything else goes through cpu/softfloat, lane by lane.
 *
 * Reference: SDM vol. 1, 10.2.3 (MXCSR), 11.5 (exceptions), appendix E; vol. 3A, 13.1.
 */
import type { Builder, Operand, Subroutine } from '../builder/builder.ts';
import type { Expression, FunctionBuilder } from '../../wasm/function.ts';
import type { ValueType } from '../../wasm/types.ts';
import { loadField, storeField } from '../builder/fields.ts';
import { vector } from '../fault.ts';
import { cr4 } from '../state.ts';
import { doublewords, quadwords } from './sse-packed.ts';

/** binary32 or binary64, as bits. */
export interface Precision {
  readonly name: 'f32' | 'f64';
  readonly bits: 'i32' | 'i64';
  readonly shape: 'i32x4' | 'i64x2';
  readonly floats: 'f32x4' | 'f64x2';
  readonly lanes: 4 | 2;
  readonly signBit: bigint;
  readonly infinity: bigint;
  readonly smallestNormal: bigint;
  readonly quietBit: bigint;
}
export const single: Precision = {
  name: 'f32', bits: 'i32', shape: 'i32x4', floats: 'f32x4', lanes: 4, signBit: 1n << 31n, infinity: 0x7f80_0000n, smallestNormal: 0x80_0000n, quietBit: 0x40_0000n,
};
export const double: Precision = {
  name: 'f64', bits: 'i64', shape: 'i64x2', floats: 'f64x2', lanes: 2, signBit: 1n << 63n, infinity: 0x7ff0_0000_0000_0000n, smallestNormal: 0x10_0000_0000_0000n, quietBit: 0x8_0000_0000_0000n,
};

/** One value of a precision, as f32 or f64, or a vector of them: the same tests of both. */
export class Lanes {
  readonly f: FunctionBuilder;
  readonly precision: Precision;
  readonly isPacked: boolean;

  constructor(f: FunctionBuilder, precision: Precision, isPacked: boolean) {
    this.f = f;
    this.precision = precision;
    this.isPacked = isPacked;
  }

  get type(): ValueType {
    return this.isPacked ? 'v128' : this.precision.name;
  }

  /** A vector of bits. */
  constant(value: bigint): Expression {
    return this.precision === single ? doublewords(this.f, () => Number(value)) : quadwords(this.f, () => value);
  }

  /** A floating-point instruction. */
  float(instruction: string, ...values: Expression[]): Expression {
    const { f, precision: { name, floats } } = this;
    return f.let(f.op(`${this.isPacked ? floats : name}.${instruction}`, ...values));
  }

  /** A comparison or arithmetic on the bits of vectors as signed integers. */
  integer(instruction: string, x: Expression, y: Expression): Expression {
    return this.f.op(`${this.precision.shape}.${instruction}`, x, y);
  }

  bits(x: Expression): Expression {
    return this.isPacked ? x : this.f.op(`${this.precision.bits}.reinterpret_${this.precision.name}`, x);
  }

  fromBits(x: Expression): Expression {
    return this.isPacked ? x : this.f.op(`${this.precision.name}.reinterpret_${this.precision.bits}`, x);
  }

  and(x: Expression, y: Expression): Expression {
    return this.isPacked ? this.f.op('v128.and', x, y) : this.f.and(x, y);
  }

  or(x: Expression, y: Expression): Expression {
    return this.isPacked ? this.f.op('v128.or', x, y) : this.f.or(x, y);
  }

  /** What the tests below look at: of a vector the absolute values, of one value twice its bits, which drops the sign. */
  magnitude(x: Expression): Expression {
    return this.isPacked ? this.f.let(this.f.op(`${this.precision.floats}.abs`, x)) : this.f.let(this.f.shl(this.bits(x), 1));
  }

  isZero(magnitude: Expression): Expression {
    return this.isPacked ? this.#compare('eq', magnitude, 0n) : this.f.eqz(magnitude);
  }

  /** Of a vector, no NaN either. */
  isNotDenormal(magnitude: Expression): Expression {
    const { smallestNormal } = this.precision;
    if (this.isPacked) return this.or(this.#compare('ge', magnitude, smallestNormal), this.isZero(magnitude));
    // 0 wraps to the largest
    return this.f.geU(this.f.sub(magnitude, this.#scalar(2n)), this.#scalar(2n * smallestNormal - 2n));
  }

  isFinite(magnitude: Expression): Expression {
    const { infinity } = this.precision;
    return this.isPacked ? this.#compare('lt', magnitude, infinity) : this.f.ltU(magnitude, this.#scalar(2n * infinity));
  }

  /** Normal, and not of the smallest exponent: surely not tiny before it was rounded. */
  isWellInRange(magnitude: Expression): Expression {
    const { infinity } = this.precision;
    const least = this.precision.smallestNormal * 2n;
    if (this.isPacked) return this.and(this.#compare('ge', magnitude, least), this.#compare('lt', magnitude, infinity));
    return this.f.ltU(this.f.sub(magnitude, this.#scalar(2n * least)), this.#scalar(2n * (infinity - least)));
  }

  isNormalOrZero(magnitude: Expression): Expression {
    if (this.isPacked) return this.and(this.isNotDenormal(magnitude), this.isFinite(magnitude));
    const { infinity, smallestNormal } = this.precision;
    return this.f.or(this.f.ltU(this.f.sub(magnitude, this.#scalar(2n * smallestNormal)), this.#scalar(2n * (infinity - smallestNormal))), this.isZero(magnitude));
  }

  /** Neither denormal nor NaN. */
  isOrdinary(magnitude: Expression): Expression {
    if (this.isPacked) return this.isNotDenormal(magnitude);
    const { infinity, smallestNormal } = this.precision;
    return this.f.or(this.f.leU(this.f.sub(magnitude, this.#scalar(2n * smallestNormal)), this.#scalar(2n * (infinity - smallestNormal))), this.isZero(magnitude));
  }

  /** Smaller than the value with these bits. */
  isBelow(magnitude: Expression, bound: bigint): Expression {
    return this.isPacked ? this.#compare('lt', magnitude, bound) : this.f.ltU(magnitude, this.#scalar(2n * bound));
  }

  /** All lanes hold; i32. */
  all(condition: Expression): Expression {
    return this.isPacked ? this.f.op(`${this.precision.shape}.all_true`, condition) : condition;
  }

  #compare(how: 'eq' | 'lt' | 'ge', x: Expression, bits: bigint): Expression {
    return this.f.op(`${this.precision.floats}.${how}`, x, this.constant(bits));
  }

  #scalar(value: bigint): Expression {
    return this.f.constant(this.precision.bits, value);
  }
}

/** A scalar operand as f32 or f64, or a vector. */
export const readValue = (b: Builder, lanes: Lanes, operand: Operand): Expression => {
  if (lanes.isPacked) return operand.read();
  return operand.readFloat ? operand.readFloat() : b.f.let(lanes.fromBits(operand.read()));
};

export const writeValue = (lanes: Lanes, operand: Operand, value: Expression): void =>
  operand.write(lanes.isPacked || operand.readFloat ? value : lanes.bits(value));

const FLAGS = 0x3f;
/** IE, DE, ZE: found before anything is computed (SDM vol. 1, 11.5.1). */
const BEFORE_COMPUTATION = 0x07;
/** Masks, rounding, FTZ and DAZ; all masked and to nearest. */
const SETTINGS = 0xffc0;
const ALL_MASKED = 0x1f80;
export const PRECISION_FLAG = 0x20;

/** MXCSR is as WebAssembly computes, and PE cannot change; i32. */
export const commonState = (f: FunctionBuilder): Expression =>
  f.eq(f.and(loadField(f, 'mxcsr'), f.i32(SETTINGS | PRECISION_FLAG)), f.i32(ALL_MASKED | PRECISION_FLAG));

/**
 * Accounts for what softfloat has raised: sets MXCSR's flags and, if one is unmasked, leaves #XM (#UD where the system does not handle it) in
 * the state and gives 1. An unmasked exception of one lane's operands keeps all lanes from being computed, so rounding raises nothing.
 */
const settleFloat: Subroutine = {
  name: 'settleFloat', params: [], results: ['i32'],
  build: (f) => {
    const mxcsr = f.let(loadField(f, 'mxcsr'));
    const found = f.let(f.and(loadField(f, 'floatRaised'), f.i32(FLAGS)));
    const unmasked = f.let(f.and(found, f.xor(f.shrU(mxcsr, 7), f.i32(-1))));
    const counted = f.select(f.and(unmasked, f.i32(BEFORE_COMPUTATION)), f.and(found, f.i32(BEFORE_COMPUTATION)), found);
    storeField(f, 'mxcsr', f.or(mxcsr, counted));
    f.if(f.eqz(unmasked), () => f.return(f.i32(0)));
    const handled = f.ne(f.and(loadField(f, 'cr4'), f.i64(cr4.osxmmexcpt)), f.i64(0));
    storeField(f, 'faultVector', f.select(handled, f.i32(vector.xm + 1), f.i32(vector.ud + 1)));
    storeField(f, 'faultErrorCode', f.i32(0));
    f.return(f.i32(1));
  },
};

/** Ends the instruction if it raised an exception that is not masked. */
export const meetFloatExceptions = (b: Builder): void => b.faultIfPending(b.call(settleFloat));

/** A value that softfloat computes. */
export const bySoftfloat = (b: Builder, compute: () => Expression): Expression => {
  if (b.isPart) return b.f.let(compute());
  b.store('floatRaised', b.f.i32(0));
  const result = b.f.let(compute());
  meetFloatExceptions(b);
  return result;
};

/** `fast` where the condition holds (evaluated there only), else through softfloat. */
export const fastOrExact = (b: Builder, type: ValueType, condition: Expression, fast: () => Expression, exact: () => Expression): Expression =>
  b.f.choose(type, condition, fast, () => bySoftfloat(b, exact));

/** How it is found out whether a result is exact: by a subroutine that sets PE (sse-exactness.ts) or, where that is short, in place. */
export type ExactnessNote = { readonly subroutine: Subroutine; readonly values: readonly Expression[] } | { readonly isInexact: () => Expression };

/**
 * The same for an operation that may be inexact, with its result in hand: taken if `good` holds and MXCSR is as WebAssembly computes. While PE is not set,
 * `note` tells whether it becomes so.
 */
export const roundedOrExact = (
  b: Builder, type: ValueType, good: Expression, result: Expression | (() => Expression), note: ExactnessNote, exact: () => Expression,
): Expression => {
  const { f } = b;
  const mxcsr = f.let(b.load('mxcsr'));
  return fastOrExact(b, type, f.and(f.eq(f.and(mxcsr, f.i32(SETTINGS)), f.i32(ALL_MASKED)), good), () => {
    f.if(f.eqz(f.and(mxcsr, f.i32(PRECISION_FLAG))), () => {
      if ('subroutine' in note) b.perform(note.subroutine, ...note.values);
      else f.if(note.isInexact(), () => storeField(f, 'mxcsr', f.or(mxcsr, f.i32(PRECISION_FLAG))));
    });
    return typeof result === 'function' ? result() : result;
  }, exact);
};

const vectorized = new Map<string, Subroutine>();

/** A subroutine on vectors from subroutines on lanes, one a lane. Further i32 operands go to every lane. */
export const eachLane = (precision: Precision, name: string, perLane: readonly Subroutine[], extra = 0): Subroutine => {
  const known = vectorized.get(name);
  if (known) return known;
  const operands = perLane[0]!.params.length - extra;
  const made: Subroutine = {
    name, params: [...Array<ValueType>(operands).fill('v128'), ...Array<ValueType>(extra).fill('i32')], results: ['v128'],
    build: (f, call) => {
      const results = perLane.map((subroutine, lane) =>
        f.let(f.call(call(subroutine), ...f.params.map((param) => (param.type === 'v128' ? f.lane(`${precision.shape}.extract_lane`, lane, param) : param)))));
      let result = f.op(`${precision.shape}.splat`, results[0]!);
      results.slice(1).forEach((value, i) => { result = f.lane(`${precision.shape}.replace_lane`, i + 1, result, value); });
      f.return(result);
    },
  };
  vectorized.set(name, made);
  return made;
};
