/**
 * Integer arithmetic beyond 64 bits, in WebAssembly. Products and jams are emitted in place; division and square root are subroutines.
 *
 * Reference: Knuth, The Art of Computer Programming, vol. 2, 4.3.1 (algorithm D).
 */
import type { Expression, FunctionBuilder, Local } from '../../wasm/function.ts';
import type { Subroutine } from '../builder/builder.ts';

const LOW_32 = 0xffff_ffffn;

export interface Pair {
  readonly hi: Expression;
  readonly lo: Expression;
}

/** A local that starts with `value`. */
export const variable = (f: FunctionBuilder, value: Expression): Local => {
  const local = f.local(value.type);
  f.set(local, value);
  return local;
};

/** i32 0/1 as i64. */
const bit = (f: FunctionBuilder, condition: Expression): Expression => f.extendU(condition);

/** `x` >> `count` (i64; i32, not negative, any size), what is lost ORed into bit 0: rounding needs no more of it. */
export const shiftRightJam = (f: FunctionBuilder, x: Expression, count: Expression): Expression => {
  const value = f.let(x);
  const n = f.let(f.extendU(count));
  const lost = f.and(value, f.sub(f.shl(f.i64(1), n), f.i64(1)));
  const shifted = f.or(f.shrU(value, n), bit(f, f.ne(lost, f.i64(0))));
  return f.let(f.select(f.ltU(n, f.i64(64)), shifted, bit(f, f.ne(value, f.i64(0)))));
};

/** (hi, lo) >> count, 0 ≤ count, what is lost ORed into bit 0 of `lo`. */
export const shiftPairRightJam = (f: FunctionBuilder, pair: Pair, count: Expression): Pair => {
  const hi = variable(f, pair.hi);
  const lo = variable(f, pair.lo);
  const n = variable(f, f.extendU(count));
  f.if(f.geU(n, f.i64(64)), () => {
    f.set(lo, f.or(hi, bit(f, f.ne(lo, f.i64(0)))));
    f.set(hi, f.i64(0));
    f.set(n, f.sub(n, f.i64(64)));
    f.if(f.geU(n, f.i64(64)), () => {
      f.set(lo, bit(f, f.ne(lo, f.i64(0))));
      f.set(n, f.i64(0));
    });
  });
  f.if(f.ne(n, f.i64(0)), () => {
    const lost = f.and(lo, f.sub(f.shl(f.i64(1), n), f.i64(1)));
    const jam = f.let(bit(f, f.ne(lost, f.i64(0))));
    f.set(lo, f.or(f.or(f.shrU(lo, n), f.shl(hi, f.sub(f.i64(64), n))), jam));
    f.set(hi, f.shrU(hi, n));
  });
  return { hi, lo };
};

export const multiply128 = (f: FunctionBuilder, x: Expression, y: Expression): Pair => {
  const a = f.let(x);
  const b = f.let(y);
  const low = (v: Expression): Expression => f.and(v, f.i64(LOW_32));
  const a0 = f.let(low(a));
  const a1 = f.let(f.shrU(a, 32));
  const b0 = f.let(low(b));
  const b1 = f.let(f.shrU(b, 32));
  const middle = f.let(f.add(f.mul(a1, b0), f.shrU(f.mul(a0, b0), 32)));
  const carry = f.let(f.add(low(middle), f.mul(a0, b1)));
  const hi = f.let(f.add(f.add(f.mul(a1, b1), f.shrU(middle, 32)), f.shrU(carry, 32)));
  return { hi, lo: f.let(f.mul(a, b)) };
};

export const add128 = (f: FunctionBuilder, x: Pair, y: Pair): Pair => {
  const lo = f.let(f.add(x.lo, y.lo));
  return { lo, hi: f.let(f.add(f.add(x.hi, y.hi), bit(f, f.ltU(lo, x.lo)))) };
};

export const subtract128 = (f: FunctionBuilder, x: Pair, y: Pair): Pair => ({
  hi: f.let(f.sub(f.sub(x.hi, y.hi), bit(f, f.ltU(x.lo, y.lo)))), lo: f.let(f.sub(x.lo, y.lo)),
});

/** One base-2^32 digit of a quotient; `r` becomes the remainder. `r` < `d`, bit 63 of `d` is set. */
const divideDigit = (f: FunctionBuilder, r: Local, digit: Expression, d: Expression, d1: Expression, d0: Expression): Expression => {
  const next = f.let(digit);
  const q = variable(f, f.op('i64.div_u', r, d1));
  const rest = variable(f, f.sub(r, f.mul(q, d1)));
  f.loop((again) => {
    const tooLarge = f.or(f.ne(f.shrU(q, 32), f.i64(0)), f.gtU(f.mul(q, d0), f.or(f.shl(rest, 32), next)));
    f.if(tooLarge, () => {
      f.set(q, f.sub(q, f.i64(1)));
      f.set(rest, f.add(rest, d1));
      f.brIf(again, f.eqz(f.shrU(rest, 32)));
    });
  });
  f.set(r, f.sub(f.or(f.shl(r, 32), next), f.mul(q, d)));
  return q;
};

/** (hi, lo) / d, with hi < d and bit 63 of d set. The remainder is lo - quotient · d (mod 2^64). */
export const divide128: Subroutine = {
  name: 'divide128', params: ['i64', 'i64', 'i64'], results: ['i64'],
  build: (f) => {
    const [hi, lo, d] = f.params as [Local, Local, Local];
    const d1 = f.let(f.shrU(d, 32));
    const d0 = f.let(f.and(d, f.i64(LOW_32)));
    const r = variable(f, hi);
    const q1 = divideDigit(f, r, f.shrU(lo, 32), d, d1, d0);
    const q0 = divideDigit(f, r, f.and(lo, f.i64(LOW_32)), d, d1, d0);
    f.return(f.or(f.shl(q1, 32), q0));
  },
};

/**
 * The integer square root of (hi, lo), rounded down; one of the two top bits of `hi` is set, so the root has 64 bits.
 * An estimate of 52 bits, one Newton step from the exact remainder, and a correction by ones.
 */
export const squareRoot128: Subroutine = {
  name: 'squareRoot128', params: ['i64', 'i64'], results: ['i64'],
  build: (f) => {
    const [hi, lo] = f.params as [Local, Local];
    const half = f.op('f64.min', f.op('f64.mul', f.op('f64.sqrt', f.op('f64.convert_i64_u', hi)), f.f64(2 ** 31)), f.f64(2 ** 63 - 1024));
    const root = variable(f, f.shl(f.op('i64.trunc_f64_s', half), 1));
    const remainder = (): Pair => subtract128(f, { hi, lo }, multiply128(f, root, root));
    const first = remainder();
    const value = f.op('f64.add', f.op('f64.mul', f.op('f64.convert_i64_s', first.hi), f.f64(2 ** 64)), f.op('f64.convert_i64_u', first.lo));
    const delta = f.let(f.op('i64.trunc_f64_s', f.op('f64.div', value, f.op('f64.mul', f.op('f64.convert_i64_u', root), f.f64(2)))));
    // The root is below 2^64, but its estimate may pass it.
    const refined = f.let(f.add(root, delta));
    f.set(root, f.select(f.and(f.gtS(delta, f.i64(0)), f.ltU(refined, root)), f.i64(-1), refined));
    f.loop((again) => {
      const r = remainder();
      f.if(f.ltS(r.hi, f.i64(0)), () => {
        f.set(root, f.sub(root, f.i64(1)));
        f.br(again);
      });
      f.if(f.or(f.gtS(r.hi, f.i64(1)), f.and(f.eq(r.hi, f.i64(1)), f.gtU(r.lo, f.shl(root, 1)))), () => {
        f.set(root, f.add(root, f.i64(1)));
        f.br(again);
      });
    });
    f.return(root);
  },
};
