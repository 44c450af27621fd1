/** The short way of the arithmetic against the one that knows all cases, on operands that round in every way there is. */
import { describe, expect, it } from 'vitest';
import { instantiateSubroutines } from '../../testing/subroutines.ts';
import { storeField } from '../builder/fields.ts';
import type { Subroutine } from '../builder/builder.ts';
import { raised } from '../softfloat/control.ts';
import { extendedAdd, extendedDiv, extendedMul, extendedSub } from '../softfloat/extended-arithmetic.ts';
import { extendedToF32, extendedToF64, extendedToInteger } from '../softfloat/extended-conversion.ts';
import { stackArithmetic, store, storeInteger } from './x87-normal.ts';
import { statusBit } from './x87-stack.ts';

/** Where a subroutine that is left to the other one says so. */
const LEFT = 3;
const leaving = (name: string, params: Subroutine['params'], results: Subroutine['results']): Subroutine => ({
  name, params, results,
  build: (f) => {
    storeField(f, 'scratch', f.i64(1), LEFT);
    if (results.length) f.return(f.i32(0));
  },
});
const arithmetic = (['add', 'sub', 'mul', 'div'] as const).map((name) => stackArithmetic(name, leaving(name, ['i32', 'i32', 'i32', 'i32'], [])));
const cores = [extendedAdd, extendedSub, extendedMul, extendedDiv];
const [storeF32, storeF64] = [store('f32', leaving('f32', ['i32', 'i32'], ['i32'])), store('f64', leaving('f64', ['i32', 'i32'], ['i32']))];
const storeI = storeInteger(leaving('integer', ['i32', 'i32', 'i32', 'i32'], ['i32']));
const module = instantiateSubroutines([...arithmetic, ...cores, storeF32, storeF64, storeI, extendedToF32, extendedToF64, extendedToInteger]);
const { state } = module;

/** Numerical Recipes' linear congruential generator: the same operands every time. */
let seed = 1;
const random = (below: number): number => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((seed / 2 ** 32) * below);
};
const TOP = 1n << 63n;
const bits64 = (): bigint => (BigInt(random(2 ** 32)) << 32n) | BigInt(random(2 ** 32));
/** Arbitrary, few bits at either end, or half-way between two numbers of 53 or 24 bits. */
const significand = (): bigint => {
  switch (random(6)) {
    case 0: return TOP | BigInt(random(4));
    case 1: return (1n << 64n) - 1n - BigInt(random(4));
    case 2: return TOP | (1n << BigInt(random(63)));
    case 3: return (bits64() & ~0x7ffn) | TOP | 0x400n;
    case 4: return (bits64() & ~0xff_ffff_ffffn) | TOP | 0x80_0000_0000n;
    default: return bits64() | TOP;
  }
};
const distances = [0, 0, 1, 2, 3, 10, 11, 40, 62, 63, 64, 65, 70] as const;
const controls = { 'of 64 bits': 0x37f, 'of 53 bits': 0x27f, 'of 24 bits': 0x07f } as const;
const ADDRESS = 0x8000;

const setRegister = (register: number, value: bigint, signExponent: number): void => {
  state.set64('fpuMantissa', value, register);
  state.set('fpuExponent', signExponent, register);
};
const reset = (control: number): void => {
  state.set('fpuControl', control);
  // TOP = 3, all registers in use, C1 set
  state.set('fpuStatus', (3 << 11) | statusBit.c1);
  state.set('fpuTag', 0);
  state.set('floatRaised', 0);
  state.set64('scratch', 0n, LEFT);
};
const statusOf = (found: number, top: number): number =>
  (top << 11) | (found & statusBit.flags) | (found & raised.roundedUp ? statusBit.c1 : 0);

describe.each(Object.entries(controls))('results %s', (_, control) => {
  it.each(cores.map((core, i) => [core.name, i] as const))('%s', (_name, i) => {
    let taken = 0;
    for (let n = 0; n < 3000; n++) {
      const exponent = 0x3f00 + random(0x200);
      const [x, y] = [significand(), random(5) ? significand() : undefined];
      const [ex, ey] = [(random(2) << 15) | exponent, (random(2) << 15) | (exponent + distances[random(distances.length)]! * (random(2) ? 1 : -1))];
      const operands = [BigInt.asIntN(64, x), ex, BigInt.asIntN(64, y ?? x), ey] as const;
      reset(control);
      const expected = BigInt.asUintN(64, BigInt(module.call(cores[i]!, ...operands)));
      const [expectedExponent, found] = [Number(state.get64('scratch', 15)), state.get('floatRaised')];
      reset(control);
      setRegister(3, x, ex);
      setRegister(5, y ?? x, ey);
      module.call(arithmetic[i]!, 0, 2, 2, 1);
      if (state.get64('scratch', LEFT)) continue;
      taken++;
      expect([state.get64('fpuMantissa', 5), state.get('fpuExponent', 5), state.get('fpuStatus'), state.get('fpuTag')], `${operands.join(' ')}`)
        .toEqual([expected, expectedExponent, statusOf(found, 4), 3 << 6]);
    }
    expect(taken).toBeGreaterThan(2000);
  });
});

describe('stores', () => {
  const view = new DataView(state.u8.buffer);

  it.each([['binary32', storeF32, extendedToF32, 4, 0x3fff], ['binary64', storeF64, extendedToF64, 8, 0x3fff]] as const)('%s', (_, subroutine, core, sizeBytes, middle) => {
    let taken = 0;
    for (let n = 0; n < 3000; n++) {
      const [x, ex] = [significand(), (random(2) << 15) | (middle - 130 + random(260))];
      reset(0x37f);
      const expected = module.call(core, BigInt.asIntN(64, x), ex);
      const found = state.get('floatRaised');
      reset(0x37f);
      setRegister(3, x, ex);
      if (module.call(subroutine, ADDRESS, 1) === 0) continue;
      taken++;
      expect([sizeBytes === 4 ? view.getInt32(ADDRESS, true) : view.getBigInt64(ADDRESS, true), state.get('fpuStatus')]).toEqual([expected, statusOf(found, 4)]);
    }
    expect(taken).toBeGreaterThan(2000);
  });

  it.each([[16, 0], [32, 0], [64, 0], [32, 1]])('integers of %i bits, truncated %i', (width, truncate) => {
    let taken = 0;
    for (let n = 0; n < 3000; n++) {
      const control = random(2) ? 0x37f : 0xf7f;
      const isZero = random(20) === 0;
      const [x, ex] = isZero ? [0n, random(2) << 15] : [significand(), (random(2) << 15) | (0x3fff - 4 + random(width + 4))];
      reset(control);
      const expected = BigInt(module.call(extendedToInteger, BigInt.asIntN(64, x), ex, width, truncate));
      const found = state.get('floatRaised');
      reset(control);
      setRegister(3, x, ex);
      if (module.call(storeI, ADDRESS, 0, width, truncate) === 0) continue;
      taken++;
      expect([BigInt.asIntN(width, view.getBigInt64(ADDRESS, true)), state.get('fpuStatus')]).toEqual([BigInt.asIntN(width, expected), statusOf(found, 3)]);
    }
    expect(taken).toBeGreaterThan(2000);
  });
});
