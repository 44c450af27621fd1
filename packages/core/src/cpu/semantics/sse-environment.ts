/**
 * What all SSE floating-point instructions share: the formats, the conditions under which WebAssembly's arithmetic gives exactly the
 * hardware's result, and the way out through MXCSR.
 *
 * WebAssembly rounds to nearest and has no flags. With exceptions masked, nearest rounding, no DAZ or FTZ, and PE already set (the state in which
 * programs run nearly always) an operation on normal numbers or zeros whose result is normal or exact is the same; everything else goes through
 * cpu/softfloat, lane by lane.
 *
 * Reference: SDM vol. 1, 10.2.3 (MXCSR), 11.5 (exceptions), appendix E; vol. 3A, 13.1.
 */
import type { Builder, Subroutine } from '../builder/builder.ts';
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

/** One value of a precision, or a vector of them: the same tests of both. Values are bits: i32, i64 or v128. */
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
    return this.isPacked ? 'v128' : this.precision.bits;
  }

  constant(value: bigint): Expression {
    if (!this.isPacked) return this.f.constant(this.precision.bits, value);
    return this.precision === single ? doublewords(this.f, () => Number(value)) : quadwords(this.f, () => value);
  }

  /** A floating-point instruction on bits. */
  float(instruction: string, ...values: Expression[]): Expression {
    const { f, precision: { name, bits, floats } } = this;
    if (this.isPacked) return f.let(f.op(`${floats}.${instruction}`, ...values));
    const result = f.op(`${name}.${instruction}`, ...values.map((value) => f.op(`${name}.reinterpret_${bits}`, value)));
    return f.let(f.op(`${bits}.reinterpret_${name}`, result));
  }

  /** A comparison or arithmetic on the bits as signed integers. */
  integer(instruction: string, x: Expression, y: Expression): Expression {
    return this.f.op(`${this.isPacked ? this.precision.shape : this.precision.bits}.${instruction}`, x, y);
  }

  and(x: Expression, y: Expression): Expression {
    return this.isPacked ? this.f.op('v128.and', x, y) : this.f.and(x, y);
  }

  or(x: Expression, y: Expression): Expression {
    return this.isPacked ? this.f.op('v128.or', x, y) : this.f.or(x, y);
  }

  magnitude(x: Expression): Expression {
    return this.f.let(this.and(x, this.constant(this.precision.signBit - 1n)));
  }

  isZero(magnitude: Expression): Expression {
    return this.integer('eq', magnitude, this.constant(0n));
  }

  /** Finite, and at least `least`. */
  isNormal(magnitude: Expression, least = this.precision.smallestNormal): Expression {
    return this.and(this.integer('gt_s', magnitude, this.constant(least - 1n)), this.integer('lt_s', magnitude, this.constant(this.precision.infinity)));
  }

  isNormalOrZero(magnitude: Expression): Expression {
    return this.or(this.isNormal(magnitude), this.isZero(magnitude));
  }

  /** Neither denormal nor NaN. */
  isOrdinary(magnitude: Expression): Expression {
    const { smallestNormal, infinity } = this.precision;
    const inRange = this.and(this.integer('gt_s', magnitude, this.constant(smallestNormal - 1n)), this.integer('lt_s', magnitude, this.constant(infinity + 1n)));
    return this.or(inRange, this.isZero(magnitude));
  }

  /** All lanes hold; i32. */
  all(condition: Expression): Expression {
    return this.isPacked ? this.f.op(`${this.precision.shape}.all_true`, condition) : condition;
  }
}

const FLAGS = 0x3f;
/** IE, DE, ZE: found before anything is computed (SDM vol. 1, 11.5.1). */
const BEFORE_COMPUTATION = 0x07;
/** Masks, rounding, FTZ, DAZ and PE. */
const SETTINGS_AND_PE = 0xffe0;
const ALL_MASKED_PE_SET = 0x1fa0;

/** MXCSR is as WebAssembly computes, and PE cannot change; i32. */
export const commonState = (f: FunctionBuilder): Expression => f.eq(f.and(loadField(f, 'mxcsr'), f.i32(SETTINGS_AND_PE)), f.i32(ALL_MASKED_PE_SET));
export const isCommonState = (b: Builder): Expression => b.f.eq(b.f.and(b.load('mxcsr'), b.f.i32(SETTINGS_AND_PE)), b.f.i32(ALL_MASKED_PE_SET));

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
