/**
 * Floating-point arithmetic of SSE, SSE2, SSE3 and SSE4.1, packed and scalar, with MXCSR and #XM as the hardware has them.
 *
 * Reference: SDM vol. 2; vol. 1, 11.5 and appendix E. RCP and RSQRT give the correctly rounded value where parts give 12 bits of it
 * (the manual allows any relative error up to 1.5 · 2^-12); their special cases are the manual's.
 */
import type { Builder, Operand, Semantics, Subroutine } from '../builder/builder.ts';
import { semantics } from '../builder/builder.ts';
import type { Expression, Local } from '../../wasm/function.ts';
import { arithmeticFlags } from '../state.ts';
import { f32Add, f32CompareQuiet, f32CompareSignalling, f32Div, f32Max, f32Min, f32Mul, f32RoundToInt, f32Sqrt, f32Sub } from '../softfloat/float32.ts';
import { f64Add, f64CompareQuiet, f64CompareSignalling, f64Div, f64Max, f64Min, f64Mul, f64RoundToInt, f64Sqrt, f64Sub } from '../softfloat/float64.ts';
import { bySoftfloat, double, eachLane, fastOrExact, Lanes, readValue, roundedOrExact, single, writeValue } from './sse-environment.ts';
import type { Precision } from './sse-environment.ts';
import { arithmeticNote } from './sse-exactness.ts';
import { doublewords, imm8, zero } from './sse-packed.ts';

type Operation = 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max' | 'sqrt';
const soft: Record<'f32' | 'f64', Record<Operation, Subroutine>> = {
  f32: { add: f32Add, sub: f32Sub, mul: f32Mul, div: f32Div, min: f32Min, max: f32Max, sqrt: f32Sqrt },
  f64: { add: f64Add, sub: f64Sub, mul: f64Mul, div: f64Div, min: f64Min, max: f64Max, sqrt: f64Sqrt },
};

const softOf = (lanes: Lanes, operation: Operation): Subroutine => {
  const subroutine = soft[lanes.precision.name][operation];
  return lanes.isPacked ? eachLane(lanes.precision, `${subroutine.name}Packed`, Array<Subroutine>(lanes.precision.lanes).fill(subroutine)) : subroutine;
};

/**
 * x op y. A result whose exponent is the smallest may have been tiny before rounding: products and quotients must lie one binade higher. Sums may be anything
 * finite: of normal numbers they are exact where they are denormal.
 */
const arithmetic = (b: Builder, lanes: Lanes, operation: 'add' | 'sub' | 'mul' | 'div', x: Expression, y: Expression): Expression => {
  const { f } = b;
  const result = lanes.float(operation, x, y);
  const [mx, my, mr] = [lanes.magnitude(x), lanes.magnitude(y), lanes.magnitude(result)];
  const operands = lanes.and(lanes.isNotDenormal(mx), lanes.isNotDenormal(my));
  let good: Expression;
  if (operation === 'add' || operation === 'sub') good = lanes.and(operands, lanes.isFinite(mr));
  else {
    const zeroOperand = operation === 'mul' ? lanes.or(lanes.isZero(mx), lanes.isZero(my)) : lanes.isZero(mx);
    good = lanes.and(operands, lanes.or(lanes.isWellInRange(mr), lanes.and(lanes.isZero(mr), zeroOperand)));
  }
  const note = arithmeticNote(lanes, operation, result, x, y);
  const exact = (): Expression => lanes.fromBits(b.call(softOf(lanes, operation), f.let(lanes.bits(x)), f.let(lanes.bits(y))));
  return roundedOrExact(b, lanes.type, lanes.all(good), result, note, exact);
};

/** x < y ? x : y, or x > y ? x : y: of NaNs and of equals the second, which is what pmin and pmax do with operands exchanged. */
const extremum = (b: Builder, lanes: Lanes, operation: 'min' | 'max', x: Expression, y: Expression): Expression => {
  const { f } = b;
  const good = lanes.all(lanes.and(lanes.isOrdinary(lanes.magnitude(x)), lanes.isOrdinary(lanes.magnitude(y))));
  const native = (): Expression => {
    if (lanes.isPacked) return lanes.float(`p${operation}`, y, x);
    return f.select(f.op(`${lanes.precision.name}.${operation === 'min' ? 'lt' : 'gt'}`, x, y), x, y);
  };
  return fastOrExact(b, lanes.type, good, native, () => lanes.fromBits(b.call(softOf(lanes, operation), f.let(lanes.bits(x)), f.let(lanes.bits(y)))));
};

const squareRoot = (b: Builder, lanes: Lanes, x: Expression): Expression => {
  const { f } = lanes;
  const result = lanes.float('sqrt', x);
  const magnitude = lanes.magnitude(x);
  // the root of a negative number is a NaN, that of an ordinary one never denormal
  const good = lanes.and(lanes.isNotDenormal(magnitude), lanes.isFinite(lanes.magnitude(result)));
  const note = arithmeticNote(lanes, 'sqrt', result, x);
  return roundedOrExact(b, lanes.type, lanes.all(good), result, note, () => lanes.fromBits(b.call(softOf(lanes, 'sqrt'), f.let(lanes.bits(x)))));
};

/** The width of the destination tells packed from scalar. */
const lanesOf = (b: Builder, dst: Operand, precision: Precision): Lanes => new Lanes(b.f, precision, dst.width === 128);

const binary = (name: string, precision: Precision, operation: Exclude<Operation, 'sqrt'>): Semantics => semantics(name, 'rw r', (b, dst, src) => {
  const lanes = lanesOf(b, dst, precision);
  const y = readValue(b, lanes, src);
  const x = readValue(b, lanes, dst);
  writeValue(lanes, dst, operation === 'min' || operation === 'max' ? extremum(b, lanes, operation, x, y) : arithmetic(b, lanes, operation, x, y));
});

const sqrt = (name: string, precision: Precision): Semantics => semantics(name, 'w r', (b, dst, src) => {
  const lanes = lanesOf(b, dst, precision);
  writeValue(lanes, dst, squareRoot(b, lanes, readValue(b, lanes, src)));
});

/** Neighbours of dst, then of src, combined. */
const horizontal = (name: string, precision: Precision, operation: 'add' | 'sub'): Semantics => semantics(name, 'rw r', (b, dst, src) => {
  const y = src.read();
  const x = dst.read();
  const size = 16 / precision.lanes;
  const pick = (odd: 0 | 1): Expression => b.f.let(b.f.shuffle(x, y, Array.from({ length: 16 }, (_, i) => (Math.floor(i / size) * 2 + odd) * size + (i % size))));
  dst.write(arithmetic(b, lanesOf(b, dst, precision), operation, pick(0), pick(1)));
});

/** ADDSUB: even lanes are subtracted, odd ones added. */
const addSubtract = (name: string, precision: Precision): Semantics => semantics(name, 'rw r', (b, dst, src) => {
  const { f } = b;
  const y = src.read();
  const x = dst.read();
  const lanes = lanesOf(b, dst, precision);
  const size = 16 / precision.lanes;
  // subtracting is adding with the other sign
  const evenSigns = lanes.constant(precision.signBit);
  const signs = f.shuffle(evenSigns, f.v128(new Uint8Array(16)), Array.from({ length: 16 }, (_, i) => (Math.floor(i / size) & 1 ? i + 16 : i)));
  const addend = f.let(f.op('v128.xor', y, signs));
  const result = lanes.float('add', x, addend);
  const good = lanes.and(lanes.and(lanes.isNotDenormal(lanes.magnitude(x)), lanes.isNotDenormal(lanes.magnitude(y))), lanes.isFinite(lanes.magnitude(result)));
  const { add, sub } = soft[precision.name];
  const perLane = Array.from({ length: precision.lanes }, (_, i) => (i & 1 ? add : sub));
  const note = arithmeticNote(lanes, 'add', result, x, addend);
  dst.write(roundedOrExact(b, 'v128', lanes.all(good), result, note, () => b.call(eachLane(precision, name, perLane), x, y)));
});

/** DPPS, DPPD: products of the lanes that imm bits 7–4 name, their sum to the lanes that bits 3–0 name. Each step's exceptions are met before the next. */
const dotProduct = (name: string, precision: Precision): Semantics => semantics(name, 'rw r r', (b, dst, src, control) => {
  const { f } = b;
  const y = src.read();
  const x = dst.read();
  const imm = imm8(b, control);
  const { shape, lanes, bits } = precision;
  const { add, mul } = soft[precision.name];
  const lane = (value: Expression, i: number): Expression => f.lane(`${shape}.extract_lane`, i, value);
  const bit = (i: number): Expression => f.and(imm, f.i32(1 << i));
  const step = (compute: () => Expression): Expression => bySoftfloat(b, compute);
  const nothing = f.constant(bits, 0n);
  const products = f.let(step(() => {
    const values = Array.from({ length: lanes }, (_, i) => f.choose(bits, bit(i + 4), () => b.call(mul, lane(x, i), lane(y, i)), () => nothing));
    return values.reduce<Expression>((vector, value, i) => f.lane(`${shape}.replace_lane`, i, vector, value), zero(f));
  }));
  const pair = (i: number): Expression => step(() => b.call(add, lane(products, i), lane(products, i + 1)));
  let sum = pair(0);
  if (lanes === 4) {
    const second = pair(2);
    sum = step(() => b.call(add, sum, second));
  }
  const values = Array.from({ length: lanes }, (_, i) => f.select(bit(i), sum, nothing));
  dst.write(values.reduce<Expression>((vector, value, i) => f.lane(`${shape}.replace_lane`, i, vector, value), zero(f)));
});

// — comparisons —

/** For predicates 0–15, the relations (bit 0 less, 1 equal, 2 greater, 3 unordered) that satisfy them, a nibble each. 16–31 are the same with the other answer to quiet NaNs. */
const SATISFIED_BY = 0xf465_0b9a_7ced_8312n;
/** LT, LE, NLT, NLE and what AVX has besides: a quiet NaN is invalid too. */
const SIGNALLING_PREDICATES = 0b1001_1001_1001_1001_0110_0110_0110_0110;

const predicateOf = (precision: Precision): Subroutine => ({
  name: `${precision.name}Predicate`, params: [precision.bits, precision.bits, 'i32'], results: [precision.bits],
  build: (f, call) => {
    const [x, y, imm] = f.params as [Local, Local, Local];
    const predicate = f.let(f.and(imm, f.i32(31)));
    const [quiet, signalling] = precision === single ? [f32CompareQuiet, f32CompareSignalling] : [f64CompareQuiet, f64CompareSignalling];
    const relation = f.choose('i32', f.and(f.shrU(f.i32(SIGNALLING_PREDICATES | 0), predicate), f.i32(1)), () => f.call(call(signalling), x, y), () => f.call(call(quiet), x, y));
    const relations = f.wrap(f.shrU(f.i64(SATISFIED_BY), f.extendU(f.shl(f.and(predicate, f.i32(15)), 2))));
    const satisfied = f.and(f.shrU(relations, f.add(relation, f.i32(1))), f.i32(1));
    f.return(f.select(satisfied, f.constant(precision.bits, -1n), f.constant(precision.bits, 0n)));
  },
});
const predicates = { f32: predicateOf(single), f64: predicateOf(double) };

/** The comparison that imm names, of numbers: all ones where it holds; bits. */
const nativePredicate = (lanes: Lanes, imm: Expression, x: Expression, y: Expression): Expression => {
  const { f, precision } = lanes;
  const zeroBits = lanes.isPacked ? zero(f) : f.constant(precision.bits, 0);
  const ones = lanes.isPacked ? f.v128(new Uint8Array(16).fill(0xff)) : f.constant(precision.bits, -1);
  const mask = (comparison: string): Expression => {
    if (lanes.isPacked) return f.op(`${precision.floats}.${comparison}`, x, y);
    const truth = f.op(`${precision.name}.${comparison}`, x, y);
    return f.sub(f.constant(precision.bits, 0n), precision.bits === 'i64' ? f.extendU(truth) : truth);
  };
  const isPredicate = (p: number): Expression => f.eq(f.and(imm, f.i32(3)), f.i32(p));
  const positive = f.select(isPredicate(0), mask('eq'), f.select(isPredicate(1), mask('lt'), f.select(isPredicate(2), mask('le'), zeroBits)));
  const inverted = f.select(f.and(imm, f.i32(4)), ones, zeroBits);
  return lanes.isPacked ? f.op('v128.xor', positive, inverted) : f.xor(positive, inverted);
};

/** SSE takes 3 bits of the immediate, AVX 5. */
const compare = (name: string, precision: Precision, immediateMask = 7): Semantics => semantics(name, 'rw r r', (b, dst, src, control) => {
  const { f } = b;
  const lanes = lanesOf(b, dst, precision);
  const y = readValue(b, lanes, src);
  const x = readValue(b, lanes, dst);
  const imm = f.let(f.and(control.read(), f.i32(immediateMask)));
  const good = lanes.all(lanes.and(lanes.isOrdinary(lanes.magnitude(x)), lanes.isOrdinary(lanes.magnitude(y))));
  const predicate = predicates[precision.name];
  const exact = lanes.isPacked ? eachLane(precision, `${predicate.name}Packed`, Array<Subroutine>(precision.lanes).fill(predicate), 1) : predicate;
  const type = lanes.isPacked ? 'v128' : precision.bits;
  dst.write(fastOrExact(b, type, good, () => nativePredicate(lanes, imm, x, y), () => b.call(exact, f.let(lanes.bits(x)), f.let(lanes.bits(y)), imm)));
});

/** ZF, PF, CF by relation + 1: less, equal, greater, unordered (SDM vol. 2A, COMISD). */
const COMPARISON_FLAGS = 0x4500_4001;

/** COMIS, UCOMIS. OF, SF and AF become 0. */
const compareToFlags = (name: string, precision: Precision, compareSoft: Subroutine): Semantics => semantics(name, 'r r', (b, dst, src) => {
  const { f } = b;
  const lanes = new Lanes(f, precision, false);
  const y = readValue(b, lanes, src);
  const x = readValue(b, lanes, dst);
  const good = lanes.and(lanes.isOrdinary(lanes.magnitude(x)), lanes.isOrdinary(lanes.magnitude(y)));
  const bits = fastOrExact(b, 'i32', good,
    () => f.or(f.shl(f.op(`${precision.name}.eq`, x, y), 6), f.op(`${precision.name}.lt`, x, y)),
    () => f.and(f.shrU(f.i32(COMPARISON_FLAGS), f.shl(f.add(b.call(compareSoft, f.let(lanes.bits(x)), f.let(lanes.bits(y))), f.i32(1)), 3)), f.i32(0xff)));
  b.flags.update(arithmeticFlags, bits);
});

// — ROUND, RCP, RSQRT —

/** Bit 3 of the immediate keeps PE from being set. */
const NO_PRECISION_EXCEPTION = 8;

const round = (name: string, precision: Precision): Semantics => semantics(name, 'w r r', (b, dst, src, control) => {
  const { f } = b;
  const lanes = lanesOf(b, dst, precision);
  const x = readValue(b, lanes, src);
  const imm = imm8(b, control);
  const scalar = precision === single ? f32RoundToInt : f64RoundToInt;
  const exact = lanes.isPacked ? eachLane(precision, `${scalar.name}Packed`, Array<Subroutine>(precision.lanes).fill(scalar), 1) : scalar;
  const direction = f.let(f.select(f.and(imm, f.i32(4)), f.i32(0), f.and(imm, f.i32(3))));
  const when = (mode: number, instruction: string, otherwise: Expression): Expression => f.select(f.eq(direction, f.i32(mode)), lanes.float(instruction, x), otherwise);
  const result = f.let(when(0, 'nearest', when(1, 'floor', when(2, 'ceil', lanes.float('trunc', x)))));
  const isInexact = (): Expression => {
    const differs = lanes.isPacked ? f.op('v128.any_true', f.op(`${precision.floats}.ne`, x, result)) : f.op(`${precision.name}.ne`, x, result);
    return f.and(differs, f.eqz(f.and(imm, f.i32(NO_PRECISION_EXCEPTION))));
  };
  const note = { isInexact };
  writeValue(lanes, dst, roundedOrExact(b, lanes.type, lanes.all(lanes.isNormalOrZero(lanes.magnitude(x))), result, note,
    () => lanes.fromBits(b.call(exact, f.let(lanes.bits(x)), imm))));
});

/** RCPPS, RSQRTPS: no exceptions, MXCSR plays no part; denormals count as zeros, tiny results become zeros. */
const approximate = (name: string, isRoot: boolean): Semantics => semantics(name, 'w r', (b, dst, src) => {
  const { f } = b;
  const operand = src.read();
  const x = operand.type === 'v128' ? operand : f.let(f.op('i32x4.splat', operand));
  const lanes = new Lanes(f, single, true);
  const sign = f.let(f.op('v128.and', x, lanes.constant(single.signBit)));
  const magnitude = lanes.magnitude(x);
  const one = (): Expression => doublewords(f, () => 0x3f80_0000);
  const choose = (condition: Expression, yes: Expression, no: Expression): Expression => f.op('v128.bitselect', yes, no, condition);
  let result = lanes.float('div', one(), isRoot ? lanes.float('sqrt', x) : x);
  const isTiny = lanes.integer('lt_s', lanes.magnitude(result), lanes.constant(single.smallestNormal));
  result = choose(isTiny, sign, result);
  if (isRoot) result = choose(lanes.integer('lt_s', x, lanes.constant(0n)), lanes.constant(0xffc0_0000n), result);
  result = choose(lanes.integer('lt_s', magnitude, lanes.constant(single.smallestNormal)), f.op('v128.or', sign, lanes.constant(single.infinity)), result);
  result = choose(lanes.integer('gt_s', magnitude, lanes.constant(single.infinity)), f.op('v128.or', x, lanes.constant(single.quietBit)), result);
  dst.write(dst.width === 128 ? result : f.lane('i32x4.extract_lane', 0, result));
});

export const float = {
  addps: binary('addps', single, 'add'), addss: binary('addss', single, 'add'), addpd: binary('addpd', double, 'add'), addsd: binary('addsd', double, 'add'),
  subps: binary('subps', single, 'sub'), subss: binary('subss', single, 'sub'), subpd: binary('subpd', double, 'sub'), subsd: binary('subsd', double, 'sub'),
  mulps: binary('mulps', single, 'mul'), mulss: binary('mulss', single, 'mul'), mulpd: binary('mulpd', double, 'mul'), mulsd: binary('mulsd', double, 'mul'),
  divps: binary('divps', single, 'div'), divss: binary('divss', single, 'div'), divpd: binary('divpd', double, 'div'), divsd: binary('divsd', double, 'div'),
  minps: binary('minps', single, 'min'), minss: binary('minss', single, 'min'), minpd: binary('minpd', double, 'min'), minsd: binary('minsd', double, 'min'),
  maxps: binary('maxps', single, 'max'), maxss: binary('maxss', single, 'max'), maxpd: binary('maxpd', double, 'max'), maxsd: binary('maxsd', double, 'max'),
  sqrtps: sqrt('sqrtps', single), sqrtss: sqrt('sqrtss', single), sqrtpd: sqrt('sqrtpd', double), sqrtsd: sqrt('sqrtsd', double),
  rcpps: approximate('rcpps', false), rcpss: approximate('rcpss', false), rsqrtps: approximate('rsqrtps', true), rsqrtss: approximate('rsqrtss', true),
  haddps: horizontal('haddps', single, 'add'), haddpd: horizontal('haddpd', double, 'add'), hsubps: horizontal('hsubps', single, 'sub'), hsubpd: horizontal('hsubpd', double, 'sub'),
  addsubps: addSubtract('addsubps', single), addsubpd: addSubtract('addsubpd', double),
  dpps: dotProduct('dpps', single), dppd: dotProduct('dppd', double),
  cmpps: compare('cmpps', single), cmpss: compare('cmpss', single), cmppd: compare('cmppd', double), cmpsd: compare('cmpsd', double),
  avxCmpps: compare('cmpps', single, 31), avxCmpss: compare('cmpss', single, 31), avxCmppd: compare('cmppd', double, 31), avxCmpsd: compare('cmpsd', double, 31),
  ucomiss: compareToFlags('ucomiss', single, f32CompareQuiet), ucomisd: compareToFlags('ucomisd', double, f64CompareQuiet),
  comiss: compareToFlags('comiss', single, f32CompareSignalling), comisd: compareToFlags('comisd', double, f64CompareSignalling),
  roundps: round('roundps', single), roundss: round('roundss', single), roundpd: round('roundpd', double), roundsd: round('roundsd', double),
};
