/**
 * The transcendental instructions of the x87, as microcode: F2XM1, FYL2X, FYL2XP1, FPTAN, FPATAN, FSIN, FCOS, FSINCOS (SDM vol. 1, 8.3.7, 8.3.8;
 * vol. 2A, the tables of special operands). Results are rounded to 64 bits by the rounding control; precision control has no say.
 *
 * Outside an instruction's domain the manual leaves the result open. Here it is what AMD's Zen 4 gives: F2XM1 and FYL2XP1 return their operand, and
 * PE is set though the result may be exact. Results may differ from any part's in the last bit (SDM vol. 1, 8.3.10).
 */
import { GuestFault, vector } from '../fault.ts';
import type { Instruction, MicrocodeFunction } from '../microcode/core.ts';
import { cr0 } from '../state.ts';
import type { CpuState } from '../state.ts';
import { raised } from './control.ts';
import { add, arcTangent, bitLength, cosine, divide, HALF_PI, logarithm2, logarithm2OfOnePlus, multiply, PI, power2MinusOne, reduce, sine } from './real.ts';
import type { Real } from './real.ts';

interface Value {
  readonly sign: 0 | 1;
  readonly exponent: number;
  readonly significand: bigint;
}
/** A result and the exceptions that came with it; bit 6 is C1. */
interface Result {
  readonly value: Value;
  readonly flags: number;
}

const BIAS = 0x3fff;
const MAXIMUM = 0x7fff;
const LEADING = 1n << 63n;
const QUIET = 1n << 62n;
const MASK_UNDERFLOW = 0x10;
const MASK_OVERFLOW = 8;
const UNMASKED_ADJUSTMENT = 0x6000;
const INDEFINITE: Value = { sign: 1, exponent: MAXIMUM, significand: LEADING | QUIET };
const INVALID: Result = { value: INDEFINITE, flags: raised.invalid };
const PLUS_ONE: Value = { sign: 0, exponent: BIAS, significand: LEADING };

const isUnsupported = (x: Value): boolean => x.exponent !== 0 && x.significand < LEADING;
const isNan = (x: Value): boolean => x.exponent === MAXIMUM && x.significand > LEADING;
const isSignalling = (x: Value): boolean => isNan(x) && !(x.significand & QUIET);
const isInfinity = (x: Value): boolean => x.exponent === MAXIMUM && x.significand === LEADING;
const isZero = (x: Value): boolean => x.significand === 0n;
const denormalFlag = (...values: Value[]): number => (values.some((x) => x.exponent === 0 && x.significand !== 0n) ? raised.denormal : 0);
const zero = (sign: number): Value => ({ sign: sign as 0 | 1, exponent: 0, significand: 0n });
const infinity = (sign: number): Value => ({ sign: sign as 0 | 1, exponent: MAXIMUM, significand: LEADING });
const exact = (value: Value, flags = 0): Result => ({ value, flags });

/** The NaN among operands (SDM vol. 1, table 4-7), or what unsupported encodings give; undefined when all are numbers. */
const nanAmong = (...values: Value[]): Result | undefined => {
  if (values.some(isUnsupported)) return INVALID;
  const nans = values.filter(isNan);
  if (!nans.length) return undefined;
  const quiet = nans.filter((x) => !isSignalling(x));
  const candidates = quiet.length ? quiet : nans;
  const chosen = candidates.reduce((x, y) => (y.significand > x.significand || (y.significand === x.significand && y.sign < x.sign) ? y : x));
  return { value: { ...chosen, significand: chosen.significand | QUIET }, flags: quiet.length === nans.length ? 0 : raised.invalid };
};

const magnitude = (x: Value): Real => ({ mantissa: x.significand, exponent: Math.max(x.exponent, 1) - BIAS - 63 });
const negative = (r: Real): Real => ({ mantissa: -r.mantissa, exponent: r.exponent });
const toReal = (x: Value): Real => {
  const { mantissa, exponent } = magnitude(x);
  return { mantissa: x.sign ? -mantissa : mantissa, exponent };
};

/** Rounds a real that is not 0. PE is raised even when nothing is lost. */
const round = (real: Real, control: number): Result => {
  const sign = real.mantissa < 0n ? 1 : 0;
  let m = sign ? -real.mantissa : real.mantissa;
  const length = bitLength(m);
  let exponent = real.exponent + length - 1 + BIAS;
  const mode = (control >> 10) & 3;
  const away = mode === (sign ? 1 : 2);
  // 64 bits to keep, and whatever follows behind them
  const extraBits = 66;
  const shift = length - 64 - extraBits;
  m = shift >= 0 ? (m >> BigInt(shift)) | (m & ((1n << BigInt(shift)) - 1n) ? 1n : 0n) : m << BigInt(-shift);
  const roundAt = (bits: number): { kept: bigint; up: boolean } => {
    const unit = 1n << BigInt(bits);
    const rest = m & (unit - 1n);
    const kept = m >> BigInt(bits);
    const up = mode === 0 ? rest * 2n > unit || (rest * 2n === unit && (kept & 1n) === 1n) : away && rest !== 0n;
    return { kept: up ? kept + 1n : kept, up };
  };
  let flags: number = raised.inexact;
  let { kept, up } = roundAt(extraBits);
  const tiny = exponent < 0 || (exponent === 0 && kept >> 64n === 0n);
  if (tiny) flags |= raised.underflow;
  if (exponent <= 0 && (!tiny || control & MASK_UNDERFLOW)) {
    ({ kept, up } = roundAt(Math.min(extraBits + 1 - exponent, 200)));
    exponent = kept >= LEADING ? 1 : 0;
  } else {
    if (tiny) exponent += UNMASKED_ADJUSTMENT;
    if (kept >> 64n) {
      kept >>= 1n;
      exponent++;
    }
    if (exponent >= MAXIMUM) {
      flags |= raised.overflow;
      if (control & MASK_OVERFLOW) {
        const finite = mode !== 0 && !away;
        return { value: finite ? { sign, exponent: MAXIMUM - 1, significand: (1n << 64n) - 1n } : infinity(sign), flags: finite ? flags : flags | raised.roundedUp };
      }
      exponent -= UNMASKED_ADJUSTMENT;
    }
  }
  return { value: { sign, exponent, significand: kept }, flags: up ? flags | raised.roundedUp : flags };
};
const plus = (result: Result, flags: number): Result => ({ value: result.value, flags: result.flags | flags });

// — the functions —

const powerMinusOne = (x: Value, control: number): Result => {
  const nan = nanAmong(x);
  if (nan) return nan;
  if (isInfinity(x)) return exact(x.sign ? { ...PLUS_ONE, sign: 1 } : x);
  if (isZero(x)) return exact(x);
  if (x.exponent >= BIAS) {
    if (x.exponent === BIAS && x.significand === LEADING) return exact(x.sign ? { ...PLUS_ONE, sign: 1, exponent: BIAS - 1 } : x, x.sign ? raised.inexact : raised.inexact | raised.roundedUp);
    return exact(x, raised.inexact);
  }
  return plus(round(power2MinusOne(toReal(x)), control), denormalFlag(x));
};

/** y · log, where the logarithm has the given sign, 0 standing for a logarithm of 0. For operands one of which is special. */
const specialProduct = (y: Value, logarithmSign: -1 | 0 | 1, flags: number): Result | undefined => {
  const negative = logarithmSign < 0 ? 1 : 0;
  if (isInfinity(y)) return logarithmSign === 0 ? INVALID : exact(infinity(y.sign ^ negative), flags);
  if (isZero(y) || logarithmSign === 0) return exact(zero(y.sign ^ negative), flags);
  return undefined;
};

const yLog2X = (y: Value, x: Value, control: number): Result => {
  const nan = nanAmong(y, x);
  if (nan) return nan;
  if (x.sign && !isZero(x)) return INVALID;
  if (isZero(x)) {
    if (isZero(y)) return INVALID;
    return exact(infinity(y.sign ^ 1), isInfinity(y) ? 0 : raised.zeroDivide);
  }
  const flags = denormalFlag(y, x);
  if (isInfinity(x)) return isZero(y) ? INVALID : exact(infinity(y.sign), flags);
  const isOne = x.exponent === BIAS && x.significand === LEADING;
  const special = specialProduct(y, isOne ? 0 : x.exponent < BIAS ? -1 : 1, flags);
  return special ?? plus(round(multiply(toReal(y), logarithm2(magnitude(x))), control), flags);
};

const yLog2XPlus1 = (y: Value, x: Value, control: number): Result => {
  const nan = nanAmong(y, x);
  if (nan) return nan;
  const flags = denormalFlag(y, x);
  if (isInfinity(x)) return x.sign || isZero(y) ? INVALID : exact(infinity(y.sign), flags);
  if (isZero(x)) return isInfinity(y) ? INVALID : exact(zero(y.sign ^ x.sign), flags);
  const special = specialProduct(y, x.sign ? -1 : 1, flags);
  if (special) return special;
  if (x.sign && x.exponent >= BIAS) return exact(x, flags | raised.inexact);
  return plus(round(multiply(toReal(y), logarithm2OfOnePlus(toReal(x))), control), flags);
};

const THREE_QUARTERS_PI: Real = { mantissa: PI.mantissa * 3n, exponent: PI.exponent - 2 };
const QUARTER_PI: Real = { mantissa: PI.mantissa, exponent: PI.exponent - 2 };

/** The angle of (x, y), in magnitude: y ≥ 0; undefined when it is exactly 0. */
const angle = (y: Value, x: Value): Real | undefined => {
  if (isInfinity(y)) return isInfinity(x) ? (x.sign ? THREE_QUARTERS_PI : QUARTER_PI) : HALF_PI;
  if (isZero(y) || isInfinity(x)) return x.sign ? PI : undefined;
  if (isZero(x)) return HALF_PI;
  const [a, b] = [magnitude(y), magnitude(x)];
  const steep = y.exponent > x.exponent || (y.exponent === x.exponent && y.significand > x.significand);
  const ratio = steep ? divide(b, a) : divide(a, b);
  // A ratio of less than 2^-200 leaves π or π/2 as they are: what is lost is below any bit that matters.
  const small = ratio.exponent + bitLength(ratio.mantissa) < -200;
  if (steep) return small ? HALF_PI : x.sign ? add(HALF_PI, arcTangent(ratio)) : add(HALF_PI, negative(arcTangent(ratio)));
  if (!x.sign) return arcTangent(ratio);
  return small ? PI : add(PI, negative(arcTangent(ratio)));
};

const arcTangent2 = (y: Value, x: Value, control: number): Result => {
  const nan = nanAmong(y, x);
  if (nan) return nan;
  const flags = denormalFlag(y, x);
  const result = angle(y, x);
  if (!result) return exact(zero(y.sign), flags);
  return plus(round(y.sign ? { mantissa: -result.mantissa, exponent: result.exponent } : result, control), flags);
};

/** Arguments from 2^63 on are out of range: C2. */
const isOutOfRange = (x: Value): boolean => x.exponent >= BIAS + 63 && !isInfinity(x) && !isNan(x) && !isUnsupported(x);

type Function3 = 'sine' | 'cosine' | 'tangent';

/** The functions asked for, of one angle. */
const circular = (x: Value, control: number, ...wanted: Function3[]): Result[] => {
  const nan = nanAmong(x) ?? (isInfinity(x) ? INVALID : undefined);
  if (nan) return wanted.map(() => nan);
  if (isZero(x)) return wanted.map((name) => exact(name === 'cosine' ? PLUS_ONE : x));
  const { quadrant, rest } = reduce(toReal(x));
  const flags = denormalFlag(x);
  const sineAt = (q: number): Real => {
    const value = q & 1 ? cosine(rest) : sine(rest);
    return q & 2 ? negative(value) : value;
  };
  const quotient = (n: Real, d: Real): Real => (d.mantissa < 0n ? divide(negative(n), negative(d)) : divide(n, d));
  return wanted.map((name) => {
    const s = name === 'cosine' ? sineAt((quadrant + 1) & 3) : sineAt(quadrant);
    return plus(round(name === 'tangent' ? quotient(s, sineAt((quadrant + 1) & 3)) : s, control), flags);
  });
};

// — registers, stack and status —

const C1 = 0x200;
const C2 = 0x400;
const SUMMARY = 0x8080;
const STACK_FAULT = 0x41;
const PRE_COMPUTATION = raised.invalid | raised.denormal | raised.zeroDivide;

const physical = (state: CpuState, i: number): number => ((state.get('fpuStatus') >> 11) + i) & 7;
const isEmpty = (state: CpuState, i: number): boolean => ((state.get('fpuTag') >> (2 * physical(state, i))) & 3) === 3;
const read = (state: CpuState, i: number): Value => {
  const register = physical(state, i);
  const signExponent = state.get('fpuExponent', register);
  return { sign: (signExponent >> 15) as 0 | 1, exponent: signExponent & MAXIMUM, significand: state.get64('fpuMantissa', register) };
};
const write = (state: CpuState, i: number, x: Value): void => {
  const register = physical(state, i);
  state.set64('fpuMantissa', x.significand, register);
  state.set('fpuExponent', (x.sign << 15) | x.exponent, register);
  state.set('fpuTag', state.get('fpuTag') & ~(3 << (2 * register)));
};
const rotate = (state: CpuState, by: number): void => {
  const status = state.get('fpuStatus');
  state.set('fpuStatus', (status & ~0x3800) | ((status + (by << 11)) & 0x3800));
};
const pop = (state: CpuState): void => {
  state.set('fpuTag', state.get('fpuTag') | (3 << (2 * physical(state, 0))));
  rotate(state, 1);
};
const push = (state: CpuState, x: Value): void => {
  rotate(state, -1);
  write(state, 0, x);
};

/** Raises a pending exception first, then becomes the last x87 instruction. */
const begin = (state: CpuState, instruction: Instruction): void => {
  if (state.get('fpuStatus') & 0x80 && state.get64('cr0') & BigInt(cr0.ne)) throw new GuestFault(vector.mf);
  state.set64('fpuIp', state.rip);
  state.set('fpuOpcode', ((instruction.opcode & 7) << 8) | 0xc0 | ((instruction.reg & 7) << 3) | (instruction.rm & 7));
};

/** False when an unmasked exception forbids the result. */
const settle = (state: CpuState, flags: number): boolean => {
  const unmasked = flags & ~state.get('fpuControl') & 0x3f;
  const forbidden = (unmasked & PRE_COMPUTATION) !== 0;
  const kept = forbidden ? flags & PRE_COMPUTATION : flags;
  state.set('fpuStatus', (state.get('fpuStatus') & ~C1) | (kept & 0x3f) | (kept & raised.roundedUp ? C1 : 0) | (unmasked ? SUMMARY : 0));
  return !forbidden;
};
/** True when masked: an indefinite is delivered. */
const stackFault = (state: CpuState, overflow: boolean): boolean => {
  const masked = (state.get('fpuControl') & raised.invalid) !== 0;
  state.set('fpuStatus', (state.get('fpuStatus') & ~C1) | STACK_FAULT | (overflow ? C1 : 0) | (masked ? 0 : SUMMARY));
  return masked;
};

/** ST(0) = f(ST(0)). */
const unary = (f: (x: Value, control: number) => Result, limited: boolean): MicrocodeFunction => ({ state }, instruction) => {
  begin(state, instruction);
  if (limited) state.set('fpuStatus', state.get('fpuStatus') & ~C2);
  if (isEmpty(state, 0)) {
    if (stackFault(state, false)) write(state, 0, INDEFINITE);
    return;
  }
  const x = read(state, 0);
  if (limited && isOutOfRange(x)) {
    state.set('fpuStatus', (state.get('fpuStatus') & ~C1) | C2);
    return;
  }
  const result = f(x, state.get('fpuControl'));
  if (settle(state, result.flags)) write(state, 0, result.value);
};

/** ST(1) = f(ST(1), ST(0)), then pops. */
const binary = (f: (y: Value, x: Value, control: number) => Result): MicrocodeFunction => ({ state }, instruction) => {
  begin(state, instruction);
  let value = INDEFINITE;
  if (isEmpty(state, 0) || isEmpty(state, 1)) {
    if (!stackFault(state, false)) return;
  } else {
    const result = f(read(state, 1), read(state, 0), state.get('fpuControl'));
    if (!settle(state, result.flags)) return;
    ({ value } = result);
  }
  write(state, 1, value);
  pop(state);
};

/** ST(0) = f(ST(0)), then pushes a second result. */
const pushing = (f: (x: Value, control: number) => [Result, Result]): MicrocodeFunction => ({ state }, instruction) => {
  begin(state, instruction);
  state.set('fpuStatus', state.get('fpuStatus') & ~C2);
  const empty = isEmpty(state, 0);
  if (empty || !isEmpty(state, -1)) {
    if (!stackFault(state, !empty)) return;
    write(state, 0, INDEFINITE);
    push(state, INDEFINITE);
    return;
  }
  const x = read(state, 0);
  if (isOutOfRange(x)) {
    state.set('fpuStatus', (state.get('fpuStatus') & ~C1) | C2);
    return;
  }
  const [first, second] = f(x, state.get('fpuControl'));
  if (!settle(state, first.flags | second.flags)) return;
  write(state, 0, first.value);
  push(state, second.value);
};

export const x87Microcode = {
  f2xm1: unary(powerMinusOne, false),
  fyl2x: binary(yLog2X),
  fyl2xp1: binary(yLog2XPlus1),
  fpatan: binary(arcTangent2),
  fsin: unary((x, control) => circular(x, control, 'sine')[0]!, true),
  fcos: unary((x, control) => circular(x, control, 'cosine')[0]!, true),
  // C1 tells how the sine was rounded.
  fsincos: pushing((x, control) => {
    const [sin, cos] = circular(x, control, 'sine', 'cosine') as [Result, Result];
    return [sin, { ...cos, flags: cos.flags & ~raised.roundedUp }];
  }),
  // A NaN is pushed along with the result that it is.
  fptan: pushing((x, control) => {
    const [tan] = circular(x, control, 'tangent') as [Result];
    return [tan, isNan(tan.value) ? tan : exact(PLUS_ONE)];
  }),
} as const satisfies Record<string, MicrocodeFunction>;
