/**
 * Elementary functions on reals of high precision, in BigInt: a real is mantissa · 2^exponent. Series are summed in fixed point with
 * `BITS` bits behind the point; results are good to well over 90 bits, so that rounding them to 64 bits is right but for the rarest ties.
 *
 * Reference: Abramowitz & Stegun, 4.1.24 (logarithm), 4.2.1 (exponential), 4.3.65 (sine, cosine), 4.4.42 (arc tangent).
 */
export interface Real {
  readonly mantissa: bigint;
  readonly exponent: number;
}

const BITS = 128;
const SHIFT = BigInt(BITS);
const ONE = 1n << SHIFT;

/** Of a positive number. */
export const bitLength = (x: bigint): number => {
  const digits = x.toString(16);
  return digits.length * 4 + 28 - Math.clz32(parseInt(digits[0]!, 16));
};

export const multiply = (x: Real, y: Real): Real => ({ mantissa: x.mantissa * y.mantissa, exponent: x.exponent + y.exponent });
const fixed = (mantissa: bigint): Real => ({ mantissa, exponent: -BITS });

export const add = (x: Real, y: Real): Real => {
  const [high, low] = x.exponent >= y.exponent ? [x, y] : [y, x];
  return { mantissa: (high.mantissa << BigInt(high.exponent - low.exponent)) + low.mantissa, exponent: low.exponent };
};

/** To fixed point, towards minus infinity. */
const toFixed = (x: Real): bigint => {
  const shift = x.exponent + BITS;
  return shift >= 0 ? x.mantissa << BigInt(shift) : x.mantissa >> BigInt(-shift);
};

/** x / y to BITS + 64 significant bits. */
export const divide = (x: Real, y: Real): Real => {
  const shift = Math.max(0, BITS + 64 + bitLength(y.mantissa) - bitLength(x.mantissa));
  return { mantissa: (x.mantissa << BigInt(shift)) / y.mantissa, exponent: x.exponent - y.exponent - shift };
};

/** A polynomial in fixed point, the coefficient of the highest power last. */
const polynomial = (coefficients: readonly bigint[], x: bigint): bigint => {
  let sum = 0n;
  for (let i = coefficients.length - 1; i >= 0; i--) sum = ((sum * x) >> SHIFT) + coefficients[i]!;
  return sum;
};
/** Coefficients 1/1, ±1/3, 1/5, … */
const oddReciprocals = (count: number, alternating: boolean): bigint[] => Array.from({ length: count }, (_, i) => (alternating && i % 2 ? -ONE : ONE) / BigInt(2 * i + 1));
/** 1/first!, ±1/(first + step)!, … times first! */
const factorialReciprocals = (count: number, first: number, step: number, sign: bigint): bigint[] => {
  const table = [ONE];
  for (let k = first; table.length < count; k += step) {
    let next = sign * table.at(-1)!;
    for (let i = 1; i <= step; i++) next /= BigInt(k + i);
    table.push(next);
  }
  return table;
};

/**
 * The series below are 1 less something for small arguments, however small: one unit off keeps a result from looking exact.
 * atan(z) / z for 0 ≤ z ≤ 2^-4, by its square.
 */
const ARC_TANGENT = oddReciprocals(BITS / 8 + 1, true);
const arcTangentSeries = (square: bigint): bigint => polynomial(ARC_TANGENT, square) - 1n;

/** atan(k / 16), from atan(k/16) - atan((k-1)/16) = atan(16 / (256 + k (k-1))). */
const arcTangents = ((): bigint[] => {
  const table = [0n];
  for (let k = 1n; k <= 16n; k++) {
    const z = (ONE * 16n) / (256n + k * (k - 1n));
    table.push(table.at(-1)! + ((arcTangentSeries((z * z) >> SHIFT) * z) >> SHIFT));
  }
  return table;
})();
export const PI: Real = fixed(4n * arcTangents[16]!);
export const HALF_PI: Real = { mantissa: PI.mantissa, exponent: PI.exponent - 1 };

/** atan of a real from 0 to 1. */
export const arcTangent = (z: Real): Real => {
  const approximate = toFixed(z);
  const step = (approximate * 16n + ONE / 2n) >> SHIFT;
  if (step === 0n) return multiply(z, fixed(arcTangentSeries((approximate * approximate) >> SHIFT)));
  const difference = ((approximate * 16n - step * ONE) << SHIFT) / (16n * ONE + step * approximate);
  const rest = (arcTangentSeries((difference * difference) >> SHIFT) * difference) >> SHIFT;
  return fixed(arcTangents[Number(step)]! + rest);
};

/** ln((1 + z) / (1 - z)) / (2 z), for |z| up to 1/3, by the square of z. */
const LOGARITHM = oddReciprocals(Math.ceil(BITS / 3), false);
/** Up to 1/5, which is all that is needed but for ln 2 itself. */
const LOGARITHM_SHORT = LOGARITHM.slice(0, BITS / 4);
const twiceArtanh = (z: Real, coefficients = LOGARITHM_SHORT): Real => {
  const approximate = toFixed(z);
  return { ...multiply(z, fixed(polynomial(coefficients, (approximate * approximate) >> SHIFT))), exponent: z.exponent - BITS + 1 };
};
/** ln 2 = 2 artanh(1/3). */
const LN2 = twiceArtanh(divide({ mantissa: 1n, exponent: 0 }, { mantissa: 3n, exponent: 0 }), LOGARITHM);

/** log2 of x > 0. */
export const logarithm2 = (x: Real): Real => {
  // x = m · 2^e with m from 3/4 to 3/2, so that a logarithm near 0 keeps its precision.
  let exponent = x.exponent + bitLength(x.mantissa) - 1;
  if ((x.mantissa * 2n) >> BigInt(bitLength(x.mantissa) - 1) === 3n) exponent++;
  const m: Real = { mantissa: x.mantissa, exponent: x.exponent - exponent };
  const minusOne = add(m, { mantissa: -1n, exponent: 0 });
  const whole: Real = { mantissa: BigInt(exponent), exponent: 0 };
  if (minusOne.mantissa === 0n) return whole;
  const ratio = divide(minusOne, add(m, { mantissa: 1n, exponent: 0 }));
  return add(whole, divide(twiceArtanh(ratio), LN2));
};

/** log2(1 + x) for any x > -1; exact in its leading bits however small x is. */
export const logarithm2OfOnePlus = (x: Real): Real => {
  if (x.exponent + bitLength(x.mantissa) > -BITS) return logarithm2(add(x, { mantissa: 1n, exponent: 0 }));
  return divide(x, LN2);
};

/** (e^t - 1) / t for |t| below 1. */
const EXPONENTIAL = factorialReciprocals(34, 1, 1, 1n);
/** 2^x - 1 for |x| ≤ 1. */
export const power2MinusOne = (x: Real): Real => {
  const t = multiply(x, LN2);
  return multiply(t, fixed(polynomial(EXPONENTIAL, toFixed(t))));
};

/** sin(r) / r and cos(r) for |r| below 1, by the square of r. */
const SINE = factorialReciprocals(18, 1, 2, -1n);
const COSINE = factorialReciprocals(18, 0, 2, -1n);
const squareOf = (r: Real): bigint => toFixed(multiply(r, r));
export const sine = (r: Real): Real => multiply(r, fixed(polynomial(SINE, squareOf(r)) - 1n));
/** One unit more off than the sine, so that a tangent is more than its argument. */
export const cosine = (r: Real): Real => fixed(polynomial(COSINE, squareOf(r)) - 2n);

/** π as the x87 knows it: 66 bits (SDM vol. 1, 8.3.8). */
const X87_PI: Real = { mantissa: 0x3243f6a8885a308d3n, exponent: -64 };
/** x as quadrant · π/2 + rest, the rest at most π/4 in magnitude. */
export const reduce = (x: Real): { quadrant: number; rest: Real } => {
  if (x.exponent + bitLength(x.mantissa < 0n ? -x.mantissa : x.mantissa) < 0) return { quadrant: 0, rest: x };
  const exponent = Math.min(x.exponent, X87_PI.exponent - 1);
  const value = x.mantissa << BigInt(x.exponent - exponent);
  const halfPi = X87_PI.mantissa << BigInt(X87_PI.exponent - 1 - exponent);
  const twice = 2n * value + halfPi;
  let quotient = twice / (2n * halfPi);
  if (twice < 0n && quotient * 2n * halfPi !== twice) quotient--;
  return { quadrant: Number(quotient & 3n), rest: { mantissa: value - quotient * halfPi, exponent } };
};
