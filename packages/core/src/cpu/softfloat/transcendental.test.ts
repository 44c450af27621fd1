import { describe, expect, it } from 'vitest';
import type { Instruction, MicrocodeCore } from '../microcode/core.ts';
import { GuestFault } from '../fault.ts';
import { CpuState } from '../state.ts';
import { x87Microcode } from './transcendental.ts';

const state = new CpuState(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }));
// Transcendental microcode looks at nothing but the state and the opcode.
const core = { state } as unknown as MicrocodeCore;
const instruction = { opcode: 0xd9, reg: 7, rm: 6 } as unknown as Instruction;

interface Extended { readonly signExponent: number; readonly significand: bigint }
const LEADING = 1n << 63n;
const extended = (signExponent: number, significand: bigint): Extended => ({ signExponent, significand });
const fromNumber = (x: number): Extended => {
  if (x === 0) return extended(Object.is(x, -0) ? 0x8000 : 0, 0n);
  const exponent = Math.floor(Math.log2(Math.abs(x)));
  return extended((x < 0 ? 0x8000 : 0) | (exponent + 0x3fff), BigInt(Math.abs(x) * 2 ** (52 - exponent)) << 11n);
};
const toNumber = (x: Extended): number => (x.signExponent >> 15 ? -1 : 1) * Number(x.significand) * 2 ** ((x.signExponent & 0x7fff) - 0x3fff - 63);

/** Runs on a stack of the operands given, the last being ST(0). */
const run = (name: keyof typeof x87Microcode, ...operands: Extended[]): { st: Extended[]; status: number } => {
  state.set('fpuControl', 0x37f);
  state.set('fpuTag', 0xffff);
  const top = 8 - operands.length;
  state.set('fpuStatus', (top & 7) << 11);
  operands.toReversed().forEach((x, i) => {
    state.set('fpuExponent', x.signExponent, top + i);
    state.set64('fpuMantissa', x.significand, top + i);
    state.set('fpuTag', state.get('fpuTag') & ~(3 << (2 * (top + i))));
  });
  x87Microcode[name](core, instruction);
  const status = state.get('fpuStatus');
  const newTop = (status >> 11) & 7;
  const st = [0, 1].map((i) => extended(state.get('fpuExponent', (newTop + i) & 7), state.get64('fpuMantissa', (newTop + i) & 7)));
  return { st, status: status & ~0x3800 };
};
const valueOf = (name: keyof typeof x87Microcode, ...operands: number[]): number => toNumber(run(name, ...operands.map(fromNumber)).st[0]!);
const near = (got: number, want: number): void => expect(Math.abs(got - want)).toBeLessThanOrEqual(Math.abs(want) * 2 ** -50);

describe('agrees with Math to double precision', () => {
  it('FSIN, FCOS, FPTAN', () => {
    for (const x of [0.1, 1, -2, 3, 100, -12345.678, 1e-8]) {
      near(valueOf('fsin', x), Math.sin(x));
      near(valueOf('fcos', x), Math.cos(x));
      const { st } = run('fptan', fromNumber(x));
      expect(toNumber(st[0]!)).toBe(1);
      near(toNumber(st[1]!), Math.tan(x));
    }
  });
  it('FPATAN', () => {
    for (const y of [0.5, -3, 1e-10, 1e10]) for (const x of [1, -1, 0.001, -7e5]) near(valueOf('fpatan', y, x), Math.atan2(y, x));
  });
  it('F2XM1, FYL2X, FYL2XP1', () => {
    for (const x of [0.5, -0.5, 1e-9, -0.999]) near(valueOf('f2xm1', x), Math.expm1(x * Math.LN2));
    for (const x of [0.3, 1.5, 1e10, 2]) near(valueOf('fyl2x', 3, x), 3 * Math.log2(x));
    for (const x of [0.2, -0.2, 1e-12]) near(valueOf('fyl2xp1', 3, x), (3 * Math.log1p(x)) / Math.LN2);
  });
});

describe('to the last bit (Zen 4)', () => {
  it('the argument is reduced by a π of 66 bits', () => {
    expect(run('fsin', extended(0x4000, 0xc90f_daa2_2168_c235n)).st[0]).toEqual(extended(0xbfbf, LEADING));
  });
  it('sin 1, cos 1, log2 3, atan 1, 2^0.5 - 1', () => {
    const one = fromNumber(1);
    expect(run('fsin', one).st[0]!.significand).toBe(0xd76a_a478_4867_7021n);
    expect(run('fcos', one).st[0]!.significand).toBe(0x8a51_407d_a834_5c92n);
    expect(run('fyl2x', one, fromNumber(3)).st[0]!.significand).toBe(0xcae0_0d1c_fdeb_43d0n);
    expect(run('fpatan', one, one).st[0]).toEqual(extended(0x3ffe, 0xc90f_daa2_2168_c235n));
    expect(run('f2xm1', fromNumber(0.5)).st[0]!.significand).toBe(0xd413_cccf_e779_9211n);
  });
});

describe('special operands', () => {
  const infinity = extended(0x7fff, LEADING);
  const indefinite = extended(0xffff, LEADING | (1n << 62n));
  it('out of range: C2 and the operand stays', () => {
    const large = extended(0x3fff + 63, LEADING);
    expect(run('fsin', large)).toMatchObject({ status: 0x400, st: [large, {}] });
  });
  it('infinities', () => {
    expect(run('fcos', infinity)).toMatchObject({ status: 1, st: [indefinite, {}] });
    expect(run('f2xm1', extended(0xffff, LEADING)).st[0]).toEqual(fromNumber(-1));
    expect(run('fyl2x', fromNumber(1), fromNumber(0))).toMatchObject({ status: 4, st: [extended(0xffff, LEADING), {}] });
    expect(run('fyl2x', infinity, fromNumber(1)).status).toBe(1);
    expect(run('fyl2x', fromNumber(1), fromNumber(-2)).status).toBe(1);
  });
  it('zeros have signs', () => {
    expect(run('fpatan', fromNumber(-0), fromNumber(1)).st[0]).toEqual(fromNumber(-0));
    expect(run('fpatan', fromNumber(0), fromNumber(-0)).st[0]).toEqual(extended(0x4000, 0xc90f_daa2_2168_c235n));
    expect(run('fsin', fromNumber(-0))).toMatchObject({ status: 0, st: [fromNumber(-0), {}] });
  });
  it('an empty stack is an underflow', () => {
    expect(run('fsin')).toMatchObject({ status: 0x41, st: [indefinite, {}] });
  });
  it('a pending exception comes first', () => {
    state.set64('cr0', 0x20n);
    state.set('fpuStatus', 0x80);
    expect(() => x87Microcode.fsin(core, instruction)).toThrow(GuestFault);
  });
});
