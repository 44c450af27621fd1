/**
 * Whether a result that WebAssembly rounded to nearest is exact: what sets PE of MXCSR while that is not yet set. Operands and result are normal numbers
 * or zeros (of a sum the result may be denormal). Subroutines set PE; what is short is told in place.
 *
 * A sum's error is a number of the same format, found by six operations (Knuth, The Art of Computer Programming, vol. 2, 4.2.2, theorem C). Products,
 * quotients and roots of singles are checked in doubles, where a product of two singles is exact. With doubles the product of the 53-bit significands of x and y,
 * or of result and divisor, is compared modulo 2^64 with what it has to be: it differs from that by less than 2^54.
 */
import { loadField, storeField } from '../builder/fields.ts';
import type { Subroutine } from '../builder/builder.ts';
import type { Expression, FunctionBuilder } from '../../wasm/function.ts';
import type { ValueType } from '../../wasm/types.ts';
import { double, PRECISION_FLAG, single } from './sse-environment.ts';
import type { ExactnessNote, Lanes, Precision } from './sse-environment.ts';

const zeros = new Uint8Array(16);
const F64_BIAS = 1023;
const FRACTION_BITS = 52;

const setPrecisionFlag = (f: FunctionBuilder, isInexact: Expression): void =>
  f.if(isInexact, () => storeField(f, 'mxcsr', f.or(loadField(f, 'mxcsr'), f.i32(PRECISION_FLAG))));

/** Values of one type, and a condition over them. */
const noting = (name: string, type: ValueType, values: number, isInexact: (f: FunctionBuilder, ...values: Expression[]) => Expression): Subroutine => ({
  name: `${name}Exactness`, params: Array<ValueType>(values).fill(type), results: [],
  build: (f) => setPrecisionFlag(f, isInexact(f, ...f.params)),
});

/** The error of r = x + y, or x - y. */
const sumError = (f: FunctionBuilder, prefix: string, isDifference: boolean, x: Expression, y: Expression, r: Expression): Expression => {
  const op = (name: string, p: Expression, q: Expression): Expression => f.op(`${prefix}.${name}`, p, q);
  const yAsAdded = f.let(op('sub', r, x));
  const xAsAdded = op('sub', r, yAsAdded);
  return op('add', op('sub', x, xAsAdded), isDifference ? op('sub', f.op(`${prefix}.neg`, y), yAsAdded) : op('sub', y, yAsAdded));
};

const promoted = (f: FunctionBuilder, x: Expression): Expression => f.op('f64.promote_f32', x);

const isNotZero = (f: FunctionBuilder, x: Expression): Expression => f.op('f64.ne', x, f.f64(0));

/** x · y is not z in doubles, of singles. A z of 0 is exact: it may have come from an infinite divisor. */
const differsInDoubles = (f: FunctionBuilder, x: Expression, y: Expression, z: Expression): Expression => {
  const expected = f.let(promoted(f, z));
  return f.and(f.op('f64.ne', f.op('f64.mul', promoted(f, x), promoted(f, y)), expected), isNotZero(f, expected));
};
/** The same of vectors. */
const differsInVectors = (f: FunctionBuilder, x: Expression, y: Expression, z: Expression): Expression => {
  const half = (value: Expression, high: boolean): Expression =>
    f.op('f64x2.promote_low_f32x4', high ? f.shuffle(value, value, [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15]) : value);
  const differs = (high: boolean): Expression => {
    const expected = f.let(half(z, high));
    return f.op('v128.and', f.op('f64x2.ne', f.op('f64x2.mul', half(x, high), half(y, high)), expected), f.op('f64x2.ne', expected, f.v128(zeros)));
  };
  return f.op('v128.any_true', f.op('v128.or', differs(false), differs(true)));
};

interface Parts {
  /** With the leading one. */
  readonly significand: Expression;
  readonly exponent: Expression;
}
const partsOf = (f: FunctionBuilder, x: Expression): Parts => {
  const bits = f.let(f.op('i64.reinterpret_f64', x));
  const fraction = f.shrU(f.shl(bits, 12), 12);
  return { significand: f.let(f.or(fraction, f.i64(1n << BigInt(FRACTION_BITS)))), exponent: f.let(f.and(f.shrU(bits, FRACTION_BITS), f.i64(0x7ff))) };
};

/** r = x · y: the places of the exact product that its rounding dropped are zeros. */
const productIsInexact = (f: FunctionBuilder, x: Expression, y: Expression, r: Expression): Expression => {
  const [a, b, c] = [partsOf(f, x), partsOf(f, y), partsOf(f, r)];
  const carry = f.sub(f.sub(c.exponent, f.add(a.exponent, b.exponent)), f.i64(-F64_BIAS));
  const dropped = f.shl(f.mul(a.significand, b.significand), f.sub(f.i64(64 - FRACTION_BITS), carry));
  return f.and(f.ne(dropped, f.i64(0)), isNotZero(f, r));
};
/** p · q = z, where one of them was rounded. */
const productDiffers = (f: FunctionBuilder, p: Expression, q: Expression, z: Expression): Expression => {
  const [a, b, c] = [partsOf(f, p), partsOf(f, q), partsOf(f, z)];
  const places = f.sub(f.add(c.exponent, f.i64(FRACTION_BITS + F64_BIAS)), f.add(a.exponent, b.exponent));
  return f.and(f.ne(f.mul(a.significand, b.significand), f.shl(c.significand, places)), isNotZero(f, z));
};

/** Of both doubles of vectors. */
const eitherLane = (isInexact: (f: FunctionBuilder, ...values: Expression[]) => Expression) => (f: FunctionBuilder, ...values: Expression[]): Expression => {
  const lane = (n: number): Expression => isInexact(f, ...values.map((value) => f.let(f.lane('f64x2.extract_lane', n, value))));
  const first = f.let(lane(0));
  return f.or(first, lane(1));
};

type Rounded = 'add' | 'sub' | 'mul' | 'div' | 'sqrt';
type ScalarNotes = Readonly<Record<Exclude<Rounded, 'add' | 'sub'>, Subroutine>>;
type PackedNotes = Readonly<Record<Rounded, Subroutine>>;

const notesOfDoubles: ScalarNotes = {
  mul: noting('f64Mul', 'f64', 3, (f, x, y, r) => productIsInexact(f, x!, y!, r!)),
  div: noting('f64Div', 'f64', 3, (f, x, y, r) => productDiffers(f, r!, y!, x!)),
  sqrt: noting('f64Sqrt', 'f64', 2, (f, x, r) => productDiffers(f, r!, r!, x!)),
};
const notesOfSingles: ScalarNotes = {
  mul: noting('f32Mul', 'f32', 3, (f, x, y, r) => differsInDoubles(f, x!, y!, r!)),
  div: noting('f32Div', 'f32', 3, (f, x, y, r) => differsInDoubles(f, r!, y!, x!)),
  sqrt: noting('f32Sqrt', 'f32', 2, (f, x, r) => differsInDoubles(f, r!, r!, x!)),
};
const packedSum = (precision: Precision, isDifference: boolean): Subroutine => noting(`${precision.floats}${isDifference ? 'Sub' : 'Add'}`, 'v128', 3, (f, x, y, r) =>
  f.op('v128.any_true', f.op(`${precision.floats}.ne`, sumError(f, precision.floats, isDifference, x!, y!, r!), f.v128(zeros))));
const notesOfPackedDoubles: PackedNotes = {
  add: packedSum(double, false), sub: packedSum(double, true),
  mul: noting('f64x2Mul', 'v128', 3, eitherLane((f, x, y, r) => productIsInexact(f, x!, y!, r!))),
  div: noting('f64x2Div', 'v128', 3, eitherLane((f, x, y, r) => productDiffers(f, r!, y!, x!))),
  sqrt: noting('f64x2Sqrt', 'v128', 2, eitherLane((f, x, r) => productDiffers(f, r!, r!, x!))),
};
const notesOfPackedSingles: PackedNotes = {
  add: packedSum(single, false), sub: packedSum(single, true),
  mul: noting('f32x4Mul', 'v128', 3, (f, x, y, r) => differsInVectors(f, x!, y!, r!)),
  div: noting('f32x4Div', 'v128', 3, (f, x, y, r) => differsInVectors(f, r!, y!, x!)),
  sqrt: noting('f32x4Sqrt', 'v128', 2, (f, x, r) => differsInVectors(f, r!, r!, x!)),
};

/** Of sums, products and quotients `values` are the operands, of roots there is one. */
export const arithmeticNote = ({ f, precision, isPacked }: Lanes, operation: Rounded, result: Expression, ...values: Expression[]): ExactnessNote => {
  const all = [...values, result];
  if (isPacked) return { subroutine: (precision === single ? notesOfPackedSingles : notesOfPackedDoubles)[operation], values: all };
  if (operation === 'add' || operation === 'sub') {
    const [x, y] = values as [Expression, Expression];
    const nothing = precision === single ? f.f32(0) : f.f64(0);
    return { isInexact: () => f.op(`${precision.name}.ne`, sumError(f, precision.name, operation === 'sub', x, y, result), nothing) };
  }
  return { subroutine: (precision === single ? notesOfSingles : notesOfDoubles)[operation], values: all };
};

/** (x, y) of vectors: lanes that are not 0 are inexact. */
export const vectorNote = (name: string, inexactLanes: (f: FunctionBuilder, x: Expression, y: Expression) => Expression): Subroutine =>
  noting(name, 'v128', 2, (f, x, y) => f.op('v128.any_true', inexactLanes(f, x!, y!)));

/** (integer): whether it has more significant bits than the format. */
const integerNote = (type: 'i32' | 'i64', bits: number): Subroutine => noting(`${type}To${bits}Bits`, type, 1, (f, value) => {
  const x = value!;
  const width = type === 'i32' ? 32 : 64;
  const mask = f.let(f.shrS(x, width - 1));
  const unused = f.add(f.op(`${type}.clz`, f.sub(f.xor(x, mask), mask)), f.op(`${type}.ctz`, x));
  return f.ltU(unused, f.constant(type, width - bits));
});
export const integerNotes = { f32: { i32: integerNote('i32', 24), i64: integerNote('i64', 24) }, f64: { i64: integerNote('i64', 53) } } as const;
