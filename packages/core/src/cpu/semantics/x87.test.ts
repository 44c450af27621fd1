import { beforeEach, describe, expect, it } from 'vitest';
import { createInterpreter } from '../../testing/interpreter.ts';
import { segment, stateBytes } from '../state.ts';
import { resetState } from '../reset.ts';

/** A program in real mode, at 0000:1000; DS is 0. A fault leads to 0000:2000 + vector. */
const executor = createInterpreter(0x10_0000);
const { state, memory } = executor;
const CODE = 0x1000;
const DATA = 0x3000;
const NE = 0x20;
const VECTOR_MF = 16;
const VECTOR_NM = 7;

const load = (cr0 = 0x10 | NE): void => {
  state.u8.fill(0);
  resetState(state);
  for (let s = 0; s < 6; s++) {
    state.set64('segmentBase', 0n, s);
    state.set('segmentSelector', 0, s);
  }
  state.set('segmentSelector', 0, segment.cs);
  state.set64('cr0', BigInt(cr0));
  state.rip = BigInt(CODE);
  state.setReg(4, 0x8000n);
  executor.load(state.u8.slice(0, stateBytes));
  for (let v = 0; v < 32; v++) memory.writeU32(v * 4, 0x2000 + v);
};
const run = (count: number, ...bytes: number[]): void => {
  memory.write(CODE, new Uint8Array([...bytes, 0x90]));
  for (let i = 0; i < count; i++) executor.step();
};
/** The vector of the fault that was taken, or undefined. */
const faultTaken = (): number | undefined => (Number(state.rip) >= 0x2000 && Number(state.rip) < 0x2020 ? Number(state.rip) - 0x2000 : undefined);
const FNINIT = [0xdb, 0xe3];
const FLD1 = [0xd9, 0xe8];
const FLDZ = [0xd9, 0xee];
const FDIVP = [0xde, 0xf9];
/** FLDCW [DATA] */
const FLDCW = [0xd9, 0x2e, DATA & 0xff, DATA >> 8];

beforeEach(() => load());

describe('a pending exception', () => {
  const divide = [...FNINIT, ...FLDCW, ...FLD1, ...FLDZ, ...FDIVP];
  beforeEach(() => memory.writeU16(DATA, 0x37b)); // ZE unmasked

  it('waits for the next waiting instruction, and the division leaves its operands', () => {
    run(5, ...divide);
    expect(faultTaken()).toBeUndefined();
    expect(state.get('fpuStatus')).toBe(0xb084);
    expect(state.get('fpuExponent', 6)).toBe(0);
  });
  for (const [name, ...bytes] of [['FWAIT', 0x9b], ['FLD1', 0xd9, 0xe8], ['FLDENV', 0xd9, 0x26, 0, 0x30], ['FSIN', 0xd9, 0xfe]] as [string, ...number[]][]) {
    it(`is raised by ${name}`, () => {
      run(6, ...divide, ...bytes);
      expect(faultTaken()).toBe(VECTOR_MF);
    });
  }
  for (const [name, ...bytes] of [['FNSTSW AX', 0xdf, 0xe0], ['FNCLEX', 0xdb, 0xe2], ['FNINIT', 0xdb, 0xe3], ['FNSTCW', 0xd9, 0x3e, 0, 0x30]] as [string, ...number[]][]) {
    it(`is ignored by ${name}`, () => {
      run(6, ...divide, ...bytes);
      expect(faultTaken()).toBeUndefined();
    });
  }
  it('is forgotten when FLDCW masks it', () => {
    run(5, ...divide);
    expect(state.get('fpuStatus') & 0x8080).toBe(0x8080);
    load();
    memory.writeU16(DATA, 0x37f);
    run(5, ...FNINIT, ...FLD1, ...FLDZ, ...FDIVP, ...FLDCW);
    expect(state.get('fpuStatus') & 0x80ff).toBe(0x0004);
  });
  it('is raised when FLDCW unmasks a flag that is set', () => {
    run(6, ...FNINIT, ...FLD1, ...FLDZ, ...FDIVP, ...FLDCW, 0x9b);
    expect(faultTaken()).toBe(VECTOR_MF);
  });
  it('is not raised with CR0.NE clear', () => {
    load(0x10);
    run(6, ...divide, 0x9b);
    expect(faultTaken()).toBeUndefined();
  });
});

describe('the stack', () => {
  it('an overflow gives the indefinite and C1', () => {
    run(10, ...FNINIT, ...Array.from({ length: 9 }, () => FLD1).flat());
    expect(state.get('fpuStatus')).toBe(0x3a41);
    expect([state.get('fpuExponent', 7), state.get64('fpuMantissa', 7)]).toEqual([0xffff, 0xc000_0000_0000_0000n]);
  });
  it('an underflow gives the indefinite without C1', () => {
    run(2, ...FNINIT, 0xd8, 0xc1);
    expect(state.get('fpuStatus')).toBe(0x0041);
    expect(state.get('fpuTag') & 3).toBe(0);
  });
  it('FXCH exchanges, FSTP pops', () => {
    run(5, ...FNINIT, ...FLD1, ...FLDZ, 0xd9, 0xc9, 0xdd, 0xd8);
    expect([state.get('fpuStatus') >> 11, state.get('fpuTag'), state.get('fpuExponent', 7)]).toEqual([7, 0x3fff, 0]);
  });
});

describe('comparison and constants', () => {
  it('FCOMI sets ZF, PF, CF', () => {
    run(4, ...FNINIT, ...FLDZ, ...FLD1, 0xdb, 0xf1);
    expect(state.rflags & 0x45).toBe(0);
    load();
    run(4, ...FNINIT, ...FLD1, ...FLDZ, 0xdb, 0xf1);
    expect(state.rflags & 0x45).toBe(1);
  });
  it('FLDPI follows the rounding control', () => {
    const significands = [0x37f, 0x77f, 0xb7f, 0xf7f].map((control) => {
      load();
      memory.writeU16(DATA, control);
      run(3, ...FNINIT, ...FLDCW, 0xd9, 0xeb);
      return state.get64('fpuMantissa', 7) & 0xffn;
    });
    expect(significands).toEqual([0x35n, 0x34n, 0x35n, 0x34n]);
  });
  it('FXAM tells an empty register', () => {
    run(2, ...FNINIT, 0xd9, 0xe5);
    expect(state.get('fpuStatus') & 0x4700).toBe(0x4100);
  });
});

describe('the last instruction', () => {
  it('FIP and FOP are its own; control instructions do not count', () => {
    run(4, ...FNINIT, ...FLD1, 0xdf, 0xe0, ...FLDCW);
    expect([state.get64('fpuIp'), state.get('fpuOpcode')]).toEqual([BigInt(CODE + 2), 0x1e8]);
    load();
    run(3, ...FNINIT, ...FLD1, 0xd9, 0xfe);
    expect([state.get64('fpuIp'), state.get('fpuOpcode')]).toEqual([BigInt(CODE + 4), 0x1fe]);
  });
  it('FDP is the operand of an unmasked exception', () => {
    memory.writeU16(DATA, 0x37b);
    memory.writeU32(DATA + 8, 0);
    run(4, ...FNINIT, ...FLDCW, ...FLD1, 0xd8, 0x36, (DATA + 8) & 0xff, DATA >> 8);
    expect([state.get('fpuStatus') & 0x80, state.get64('fpuDp'), state.get('fpuOpcode')]).toEqual([0x80, BigInt(DATA + 8), 0x036]);
  });
});

describe('availability', () => {
  it('CR0.TS raises #NM', () => {
    load(0x10 | NE | 8);
    run(1, ...FLD1);
    expect(faultTaken()).toBe(VECTOR_NM);
  });
  it('FWAIT needs MP as well as TS for it', () => {
    load(0x10 | NE | 8);
    run(1, 0x9b);
    expect(faultTaken()).toBeUndefined();
    load(0x10 | NE | 8 | 2);
    run(1, 0x9b);
    expect(faultTaken()).toBe(VECTOR_NM);
  });
});
