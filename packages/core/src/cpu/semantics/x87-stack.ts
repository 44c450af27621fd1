/**
 * The x87's register stack, status word and exceptions (SDM vol. 1, 8.1, 8.5): what all x87 instructions share. Registers are kept by
 * physical number; ST(i) is register (TOP + i) mod 8.
 *
 * An unmasked exception sets ES and B and shows as #MF at the next waiting instruction (CR0.NE = 1).
 * Missing: with CR0.NE = 0 the part asserts FERR#, which PCs wire to IRQ 13; here the exception stays pending in the status word and nothing is raised.
 */
import { STATE_BASE } from '../../memory/layout.ts';
import type { Callee, Expression, FunctionBuilder } from '../../wasm/function.ts';
import { loadField, storeField } from '../builder/fields.ts';
import type { Builder, Subroutine } from '../builder/builder.ts';
import { vector } from '../fault.ts';
import { raised } from '../softfloat/control.ts';
import { INDEFINITE, resultExponent } from '../softfloat/extended-format.ts';
import type { Extended } from '../softfloat/extended-format.ts';
import { cr0, offsetOf } from '../state.ts';

/** Status word bits; the flags are bits 0–5. */
export const statusBit = {
  flags: 0x3f, stackFault: 0x40, errorSummary: 0x80, c0: 0x100, c1: 0x200, c2: 0x400, c3: 0x4000, conditions: 0x4700, top: 0x3800, busy: 0x8000,
} as const;
const TOP_SHIFT = 11;
/** Exceptions found before an operation; unmasked, they leave its destination alone. */
const PRE_COMPUTATION = raised.invalid | raised.denormal | raised.zeroDivide;
const EMPTY = 3;

export type Call = (subroutine: Subroutine) => Callee;

/** Physical number of ST(index). */
export const physical = (f: FunctionBuilder, index: Expression | number): Expression => {
  const top = f.shrU(loadField(f, 'fpuStatus'), TOP_SHIFT);
  return f.let(f.and(f.add(top, typeof index === 'number' ? f.i32(index) : index), f.i32(7)));
};

export const isEmpty = (f: FunctionBuilder, register: Expression): Expression =>
  f.eq(f.and(f.shrU(loadField(f, 'fpuTag'), f.shl(register, 1)), f.i32(3)), f.i32(EMPTY));

/** The register's contents, whatever its tag. */
export const readRegister = (f: FunctionBuilder, register: Expression): Extended => ({
  significand: f.let(f.load('i64.load', f.shl(register, 3), STATE_BASE + offsetOf.fpuMantissa)),
  signExponent: f.let(f.load('i32.load16_u', f.shl(register, 1), STATE_BASE + offsetOf.fpuExponent)),
});

/** Replaces the contents of a register that is in use. */
export const replaceRegister = (f: FunctionBuilder, register: Expression, value: Extended): void => {
  f.store('i64.store', f.shl(register, 3), value.significand, STATE_BASE + offsetOf.fpuMantissa);
  f.store('i32.store16', f.shl(register, 1), value.signExponent, STATE_BASE + offsetOf.fpuExponent);
};
/** Writes a register and marks it as in use. */
export const writeRegister = (f: FunctionBuilder, register: Expression, value: Extended): void => {
  replaceRegister(f, register, value);
  const mask = f.shl(f.i32(EMPTY), f.shl(register, 1));
  storeField(f, 'fpuTag', f.and(loadField(f, 'fpuTag'), f.xor(mask, f.i32(-1))));
};
export const writeIndefinite = (f: FunctionBuilder, register: Expression): void =>
  writeRegister(f, register, { significand: f.i64(INDEFINITE.significand), signExponent: f.i32(INDEFINITE.signExponent) });

/** What a subroutine of softfloat returned. */
export const extendedResult = (f: FunctionBuilder, significand: Expression): Extended => {
  const value = f.let(significand);
  return { significand: value, signExponent: resultExponent(f) };
};

export const free = (f: FunctionBuilder, register: Expression): void => {
  storeField(f, 'fpuTag', f.or(loadField(f, 'fpuTag'), f.shl(f.i32(EMPTY), f.shl(register, 1))));
};

/** TOP += by and C1 = 0, in one step. */
export const rotateClearingC1 = (f: FunctionBuilder, by: 1 | -1): void => {
  const status = f.let(loadField(f, 'fpuStatus'));
  const top = f.and(f.add(status, f.i32(by << TOP_SHIFT)), f.i32(statusBit.top));
  storeField(f, 'fpuStatus', f.or(f.and(status, f.i32(0xffff & ~(statusBit.top | statusBit.c1))), top));
};

/** TOP += by. */
export const rotate = (f: FunctionBuilder, by: Expression | number): void => {
  const status = f.let(loadField(f, 'fpuStatus'));
  const top = f.and(f.add(status, f.shl(typeof by === 'number' ? f.i32(by) : by, TOP_SHIFT)), f.i32(statusBit.top));
  storeField(f, 'fpuStatus', f.or(f.and(status, f.i32(0xffff & ~statusBit.top)), top));
};

/** Pops `count` (i32, 0–2) registers. */
export const pop = (f: FunctionBuilder, count: Expression): void => {
  f.if(count, () => {
    free(f, physical(f, 0));
    f.if(f.eq(count, f.i32(2)), () => free(f, physical(f, 1)));
    rotate(f, count);
  });
};

/** Replaces status bits. */
export const updateStatus = (f: FunctionBuilder, mask: number, bits: Expression): void => {
  storeField(f, 'fpuStatus', f.or(f.and(loadField(f, 'fpuStatus'), f.i32(0xffff & ~mask)), bits));
};

/** Stack overflow (c1 = C1) or underflow (0): IE and SF. Gives 1 when masked: the caller then delivers an indefinite. */
const stackFaultSubroutine: Subroutine = {
  name: 'x87StackFault', params: ['i32'], results: ['i32'],
  build: (f) => {
    const masked = f.let(f.and(loadField(f, 'fpuControl'), f.i32(raised.invalid)));
    const summary = f.select(masked, f.i32(0), f.i32(statusBit.errorSummary | statusBit.busy));
    updateStatus(f, statusBit.c1, f.or(f.or(f.params[0]!, summary), f.i32(raised.invalid | statusBit.stackFault)));
    storeField(f, 'floatRaised', f.i32(0));
    f.return(masked);
  },
};
export const stackUnderflow = (f: FunctionBuilder, call: Call): Expression => f.call(call(stackFaultSubroutine), f.i32(0));
export const stackOverflow = (f: FunctionBuilder, call: Call): Expression => f.call(call(stackFaultSubroutine), f.i32(statusBit.c1));

/** Takes what the operation raised into the status word, C1 included, and gives the exceptions that are not masked. */
const settleSubroutine: Subroutine = {
  name: 'x87Settle', params: [], results: ['i32'],
  build: (f) => {
    const found = f.let(loadField(f, 'floatRaised'));
    f.if(f.eqz(found), () => {
      updateStatus(f, statusBit.c1, f.i32(0));
      f.return(f.i32(0));
    });
    const unmasked = f.let(f.and(f.and(found, f.xor(loadField(f, 'fpuControl'), f.i32(-1))), f.i32(statusBit.flags)));
    // The operation is not carried out, and so has neither overflowed nor lost precision.
    const kept = f.let(f.and(found, f.select(f.and(unmasked, f.i32(PRE_COMPUTATION)), f.i32(PRE_COMPUTATION), f.i32(statusBit.flags | raised.roundedUp))));
    const c1 = f.shl(f.and(kept, f.i32(raised.roundedUp)), 3);
    const summary = f.select(unmasked, f.i32(statusBit.errorSummary | statusBit.busy), f.i32(0));
    updateStatus(f, statusBit.c1, f.or(f.or(f.and(kept, f.i32(statusBit.flags)), c1), summary));
    f.return(unmasked);
  },
};
export const settle = (f: FunctionBuilder, call: Call): Expression => f.let(f.call(call(settleSubroutine)));
/** Settles; 1 when the destination may be written. */
export const mayWrite = (f: FunctionBuilder, call: Call): Expression => f.eqz(f.and(settle(f, call), f.i32(PRE_COMPUTATION)));

/** The beginning of every waiting instruction: a pending exception is raised. Gives the status word. */
export const wait = (b: Builder): Expression => {
  const { f } = b;
  const status = f.let(b.load('fpuStatus'));
  f.if(f.and(status, f.i32(statusBit.errorSummary)), () => {
    f.if(f.ne(f.and(b.load('cr0'), f.i64(cr0.ne)), f.i64(0)), () => b.fault(vector.mf));
  });
  b.store('floatRaised', f.i32(0));
  return status;
};

/** The beginning of an instruction that is not a control instruction. */
export const begin = (b: Builder): Expression => {
  const status = wait(b);
  b.noteX87();
  return status;
};

/**
 * The end of an instruction with a memory operand. FDP is kept up to date only when an unmasked exception needs it, as parts do that report FDP_EXCPTN_ONLY.
 * The selectors, FCS and FDS, stay 0.
 */
export const finishMemory = (b: Builder): void => {
  const { f } = b;
  f.if(f.and(b.load('fpuStatus'), f.i32(statusBit.errorSummary)), () => b.store('fpuDp', b.effectiveAddress()));
};

/** Pushes the result of a conversion (significand; the rest in the result slot), with what it raised. */
export const pushExtended: Subroutine = {
  name: 'x87Push', params: ['i64'], results: [],
  build: (f, call) => {
    const target = physical(f, -1);
    f.if(f.eqz(isEmpty(f, target)), () => {
      f.if(stackOverflow(f, call), () => {
        rotate(f, -1);
        writeIndefinite(f, target);
      });
      f.return();
    });
    const value = extendedResult(f, f.params[0]!);
    f.if(f.eqz(loadField(f, 'floatRaised')), () => {
      rotateClearingC1(f, -1);
      writeRegister(f, target, value);
      f.return();
    });
    // A denormal is loaded even when DE is not masked.
    f.if(f.eqz(f.and(settle(f, call), f.i32(raised.invalid))), () => {
      rotate(f, -1);
      writeRegister(f, target, value);
    });
  },
};
