/**
 * x87 arithmetic and comparison: FADD to FDIVR in all forms, FSQRT, FRNDINT, FSCALE, FPREM, FPREM1, FXTRACT, FABS, FCHS, FTST, FXAM, FCOM, FUCOM,
 * FCOMI (SDM vol. 1, 8.3; vol. 2A). Each operation is one subroutine that minds the stack, the exceptions and the pop.
 */
import type { Expression, FunctionBuilder } from '../../wasm/function.ts';
import { loadField, storeField } from '../builder/fields.ts';
import { semantics } from '../builder/builder.ts';
import type { Semantics, Subroutine } from '../builder/builder.ts';
import { raise, raised } from '../softfloat/control.ts';
import {
  extendedAdd, extendedCompare, extendedDiv, extendedMul, extendedRoundToInt, extendedScale, extendedSqrt, extendedSub, unbiasedExponent,
} from '../softfloat/extended-arithmetic.ts';
import { f32ToExtended, f64ToExtended, i64ToExtended } from '../softfloat/extended-conversion.ts';
import {
  EXTENDED_MAXIMUM, exponentField, INDEFINITE, isInfinityExtended, isMaximum, isNanExtended, isUnsupported, isZeroExtended, packSign, raiseDenormalExtended, resultExponent, returnNanExtended,
  signField,
} from '../softfloat/extended-format.ts';
import type { Extended } from '../softfloat/extended-format.ts';
import { conditionsValid, extendedRemainder, extendedRemainderNearest } from '../softfloat/extended-remainder.ts';
import { flag } from '../state.ts';
import {
  begin, extendedResult, finishMemory, isEmpty, mayWrite, physical, pop, readRegister, replaceRegister, rotate, settle, stackOverflow, stackUnderflow, statusBit, updateStatus, writeIndefinite, writeRegister,
} from './x87-stack.ts';
import { compareFlags, compareMemory as normalCompareMemory, compareStack, memoryArithmetic as normalMemoryArithmetic, StackView, stackArithmetic, valueTypeOf } from './x87-normal.ts';
import type { Arithmetic, MemoryFormat } from './x87-normal.ts';
import type { Call } from './x87-stack.ts';

/** ST(target) = ST(x) op ST(y), then pops: (x, y, target, pops). */
const stackOperation = (core: Subroutine): Subroutine => ({
  name: `x87${core.name}`, params: ['i32', 'i32', 'i32', 'i32'], results: [],
  build: (f, call) => {
    const x = physical(f, f.params[0]!);
    const y = physical(f, f.params[1]!);
    const target = physical(f, f.params[2]!);
    f.if(f.or(isEmpty(f, x), isEmpty(f, y)), () => {
      f.if(stackUnderflow(f, call), () => {
        writeIndefinite(f, target);
        pop(f, f.params[3]!);
      });
      f.return();
    });
    const a = readRegister(f, x);
    const b = readRegister(f, y);
    const result = extendedResult(f, f.call(call(core), a.significand, a.signExponent, b.significand, b.signExponent));
    f.if(mayWrite(f, call), () => {
      replaceRegister(f, target, result);
      pop(f, f.params[3]!);
    });
  },
});

/** A memory operand that is denormal raises DE only when the operation takes place: not for NaNs, invalid operations and divisions by 0. */
const withdrawDenormal = (f: FunctionBuilder, noResult: Expression): void => {
  const found = f.let(loadField(f, 'floatRaised'));
  const drop = f.or(noResult, f.ne(f.and(found, f.i32(raised.invalid | raised.zeroDivide)), f.i32(0)));
  storeField(f, 'floatRaised', f.and(found, f.select(drop, f.i32(~raised.denormal), f.i32(-1))));
};

/** ST(0) = ST(0) op operand, or operand op ST(0): (significand, reversed), sign and exponent in the result slot. */
const memoryOperation = (core: Subroutine): Subroutine => ({
  name: `x87${core.name}Memory`, params: ['i64', 'i32'], results: [],
  build: (f, call) => {
    const memory: Extended = { significand: f.params[0]!, signExponent: resultExponent(f) };
    const reversed = f.params[1]!;
    const target = physical(f, 0);
    f.if(isEmpty(f, target), () => {
      f.if(stackUnderflow(f, call), () => writeIndefinite(f, target));
      f.return();
    });
    const register = readRegister(f, target);
    const pick = (x: Extended, y: Extended): Expression[] => [f.select(reversed, x.significand, y.significand), f.select(reversed, x.signExponent, y.signExponent)];
    const result = extendedResult(f, f.call(call(core), ...pick(memory, register), ...pick(register, memory)));
    withdrawDenormal(f, isNanExtended(f, result));
    f.if(mayWrite(f, call), () => replaceRegister(f, target, result));
  },
});

const formats = ['f32', 'f64', 'i32', 'i16'] as const;

/** Memory bits to an extended number; sign and exponent are in the result slot. */
export const fromMemory = (f: FunctionBuilder, call: Call, format: MemoryFormat | 'i64', bits: Expression): Expression => {
  if (format === 'f32') return f.call(call(f32ToExtended), bits);
  if (format === 'f64') return f.call(call(f64ToExtended), bits);
  return f.call(call(i64ToExtended), format === 'i64' ? bits : f.extendS(format === 'i16' ? f.op('i32.extend16_s', bits) : bits));
};

interface Operation {
  readonly name: string;
  readonly stack: Subroutine;
  /** (bits), by the operand's format. */
  readonly memory: Readonly<Record<MemoryFormat, Subroutine>>;
  readonly reversed: boolean;
}
const operation = (name: string, normal: Arithmetic, core: Subroutine): [Operation, Operation] => {
  const stack = stackArithmetic(normal, stackOperation(core));
  const inMemory = memoryOperation(core);
  const memory = (reversed: boolean): Operation['memory'] => Object.fromEntries(formats.map((format) => [format, normalMemoryArithmetic(normal, format, reversed, {
    name: `${inMemory.name}${format}${reversed ? 'r' : ''}`, params: [valueTypeOf(format)], results: [],
    build: (f, call) => f.perform(call(inMemory), fromMemory(f, call, format, f.params[0]!), f.i32(reversed ? 1 : 0)),
  })])) as Record<MemoryFormat, Subroutine>;
  return [{ name, stack, memory: memory(false), reversed: false }, { name: `${name}r`, stack, memory: memory(true), reversed: true }];
};
const [add] = operation('fadd', 'add', extendedAdd);
const [multiply] = operation('fmul', 'mul', extendedMul);
const [subtract, subtractReversed] = operation('fsub', 'sub', extendedSub);
const [divide, divideReversed] = operation('fdiv', 'div', extendedDiv);
/** In the order of ModRM.reg; 2 and 3 are comparisons. */
const operations = [add, multiply, undefined, undefined, subtract, subtractReversed, divide, divideReversed] as const;

/** (significand, pops) or ST(y) against ST(0); sets C3, C2, C0. Unordered when a register is empty; an unmasked exception keeps the pop from happening, not the result. */
const compareCore = (f: FunctionBuilder, call: Call, empty: Expression, other: () => Extended, signalling: Expression, pops: Expression): Expression => {
  const relation = f.local('i32');
  f.set(relation, f.i32(2));
  f.if(empty, () => f.if(stackUnderflow(f, call), () => pop(f, pops)), () => {
    const y = other();
    const x = readRegister(f, physical(f, 0));
    f.set(relation, f.call(call(extendedCompare), x.significand, x.signExponent, y.significand, y.signExponent, signalling));
    withdrawDenormal(f, f.eq(relation, f.i32(2)));
    f.if(mayWrite(f, call), () => pop(f, pops));
  });
  return relation;
};
const conditionsOf = (f: FunctionBuilder, relation: Expression): Expression => {
  const ordered = f.select(f.ltS(relation, f.i32(0)), f.i32(statusBit.c0), f.select(relation, f.i32(0), f.i32(statusBit.c3)));
  return f.select(f.eq(relation, f.i32(2)), f.i32(statusBit.c3 | statusBit.c2 | statusBit.c0), ordered);
};
const setConditions = (f: FunctionBuilder, relation: Expression): void =>
  updateStatus(f, statusBit.c0 | statusBit.c2 | statusBit.c3, conditionsOf(f, relation));

/** (y, signalling, pops). */
const compareStackExactly: Subroutine = {
  name: 'x87Compare', params: ['i32', 'i32', 'i32'], results: [],
  build: (f, call) => {
    const y = physical(f, f.params[0]!);
    const empty = f.let(f.or(isEmpty(f, physical(f, 0)), isEmpty(f, y)));
    setConditions(f, compareCore(f, call, empty, () => readRegister(f, y), f.params[1]!, f.params[2]!));
  },
};
/** (significand, pops): FCOM with a memory operand. */
const compareMemory: Subroutine = {
  name: 'x87CompareMemory', params: ['i64', 'i32'], results: [],
  build: (f, call) => {
    const memory: Extended = { significand: f.params[0]!, signExponent: resultExponent(f) };
    setConditions(f, compareCore(f, call, f.let(isEmpty(f, physical(f, 0))), () => memory, f.i32(1), f.params[1]!));
  },
};
/** (y, signalling, pops) -> ZF, PF, CF. C1 stays, but for a stack underflow. */
const compareFlagsExactly: Subroutine = {
  name: 'x87CompareFlags', params: ['i32', 'i32', 'i32'], results: ['i32'],
  build: (f, call) => {
    const y = physical(f, f.params[0]!);
    const empty = f.let(f.or(isEmpty(f, physical(f, 0)), isEmpty(f, y)));
    const c1 = f.let(f.and(loadField(f, 'fpuStatus'), f.i32(statusBit.c1)));
    const relation = compareCore(f, call, empty, () => readRegister(f, y), f.params[1]!, f.params[2]!);
    f.if(f.eqz(empty), () => updateStatus(f, 0, c1));
    const ordered = f.select(f.ltS(relation, f.i32(0)), f.i32(flag.cf), f.select(relation, f.i32(0), f.i32(flag.zf)));
    f.return(f.select(f.eq(relation, f.i32(2)), f.i32(flag.zf | flag.pf | flag.cf), ordered));
  },
};

const compareRegister = compareStack(compareStackExactly);
const compareRegisterToFlags = compareFlags(compareFlagsExactly);
/** (bits, pops), by the operand's format. */
const compareWithMemory = Object.fromEntries(formats.map((format) => [format, normalCompareMemory(format, {
  name: `x87CompareMemory${format}`, params: [valueTypeOf(format), 'i32'], results: [],
  build: (f, call) => f.perform(call(compareMemory), fromMemory(f, call, format, f.params[0]!), f.params[1]!),
})])) as Record<MemoryFormat, Subroutine>;

/** `reg` as in ModRM: FADD, FMUL, FCOM, FCOMP, FSUB, FSUBR, FDIV, FDIVR with a memory operand. */
export const memoryArithmetic = (reg: number, format: MemoryFormat): Semantics => {
  const op = operations[reg];
  const prefix = format.startsWith('i') ? 'fi' : 'f';
  const name = op ? op.name : reg === 2 ? 'fcom' : 'fcomp';
  return semantics(prefix + name.slice(1), 'r', (b, source) => {
    begin(b);
    const value = source!.read();
    if (op) b.perform(op.memory[format], value);
    else b.perform(compareWithMemory[format], value, b.f.i32(reg - 2));
    finishMemory(b);
  });
};

/** D8: ST(0) = ST(0) op ST(i). */
export const toTop = (reg: number): Semantics => {
  const op = operations[reg]!;
  return semantics(op.name, 'r', (b, register) => {
    begin(b);
    const { f } = b;
    const i = register!.read();
    b.perform(op.stack, op.reversed ? i : f.i32(0), op.reversed ? f.i32(0) : i, f.i32(0), f.i32(0));
  });
};
/**
 * DC and DE: ST(i) = ST(i) op ST(0). The opcode map counts operands the other way round than for D8: what is encoded like FSUB there
 * is FSUBR here (SDM vol. 2, appendix A, escape opcodes).
 */
export const toRegister = (reg: number, pops: 0 | 1): Semantics => {
  const op = operations[reg >= 4 ? reg ^ 1 : reg]!;
  return semantics(pops ? `${op.name.endsWith('r') ? op.name.slice(0, -1) + 'rp' : op.name + 'p'}` : op.name, 'r', (b, register) => {
    begin(b);
    const { f } = b;
    const i = register!.read();
    b.perform(op.stack, op.reversed ? f.i32(0) : i, op.reversed ? i : f.i32(0), i, f.i32(pops));
  });
};

const comparing = (name: string, signalling: boolean, pops: 0 | 1 | 2): Semantics => semantics(name, pops === 2 ? '' : 'r', (b, register) => {
  begin(b);
  b.perform(compareRegister, register ? register.read() : b.f.i32(1), b.f.i32(signalling ? 1 : 0), b.f.i32(pops));
});
export const FCOM = comparing('fcom', true, 0);
export const FCOMP = comparing('fcomp', true, 1);
export const FCOMPP = comparing('fcompp', true, 2);
export const FUCOM = comparing('fucom', false, 0);
export const FUCOMP = comparing('fucomp', false, 1);
export const FUCOMPP = comparing('fucompp', false, 2);

const comparingFlags = (name: string, signalling: boolean, pops: 0 | 1): Semantics => semantics(name, 'r', (b, register) => {
  begin(b);
  const { f } = b;
  const mask = flag.zf | flag.pf | flag.cf | flag.of | flag.sf | flag.af;
  b.flags.update(mask, b.call(compareRegisterToFlags, register!.read(), f.i32(signalling ? 1 : 0), f.i32(pops)));
});
export const FCOMI = comparingFlags('fcomi', true, 0);
export const FCOMIP = comparingFlags('fcomip', true, 1);
export const FUCOMI = comparingFlags('fucomi', false, 0);
export const FUCOMIP = comparingFlags('fucomip', false, 1);

/** ST(0) = op ST(0). */
const unary = (name: string, core: Subroutine): Semantics => {
  const subroutine: Subroutine = {
    name: `x87${core.name}`, params: [], results: [],
    build: (f, call) => {
      const target = physical(f, 0);
      f.if(isEmpty(f, target), () => {
        f.if(stackUnderflow(f, call), () => writeIndefinite(f, target));
        f.return();
      });
      const x = readRegister(f, target);
      const result = extendedResult(f, f.call(call(core), x.significand, x.signExponent));
      f.if(mayWrite(f, call), () => replaceRegister(f, target, result));
    },
  };
  return semantics(name, '', (b) => {
    begin(b);
    b.perform(subroutine);
  });
};
export const FSQRT = unary('fsqrt', extendedSqrt);
export const FRNDINT = unary('frndint', extendedRoundToInt);

const scale = stackOperation(extendedScale);
export const FSCALE = semantics('fscale', '', (b) => {
  begin(b);
  b.perform(scale, b.f.i32(0), b.f.i32(1), b.f.i32(0), b.f.i32(0));
});

/** The condition codes that a remainder left in `floatRaised`; C1 is one of them. Without a remainder C0 and C3 stay. */
const remainder = (name: string, core: Subroutine): Semantics => {
  const operate = stackOperation(core);
  return semantics(name, '', (b) => {
    begin(b);
    const { f } = b;
    b.store('fpuStatus', f.and(b.load('fpuStatus'), f.i32(0xffff & ~statusBit.c2)));
    b.perform(operate, f.i32(0), f.i32(1), f.i32(0), f.i32(0));
    const found = b.load('floatRaised');
    const stopped = f.and(f.and(found, f.i32(raised.denormal)), f.xor(b.load('fpuControl'), f.i32(-1)));
    f.if(f.select(stopped, f.i32(0), f.and(found, f.i32(conditionsValid))), () => {
      const conditions = f.and(found, f.i32(statusBit.conditions));
      b.store('fpuStatus', f.or(f.and(b.load('fpuStatus'), f.i32(0xffff & ~statusBit.conditions)), conditions));
    });
  });
};
export const FPREM = remainder('fprem', extendedRemainder);
export const FPREM1 = remainder('fprem1', extendedRemainderNearest);

/** FABS and FCHS change a bit of whatever there is, NaNs and unsupported encodings too. */
const signOperation = (name: string, change: (f: FunctionBuilder, signExponent: Expression) => Expression): Semantics => {
  const subroutine: Subroutine = {
    name: `x87${name}`, params: [], results: [],
    build: (f, call) => {
      const target = physical(f, 0);
      f.if(isEmpty(f, target), () => {
        f.if(stackUnderflow(f, call), () => writeIndefinite(f, target));
        f.return();
      });
      const x = readRegister(f, target);
      replaceRegister(f, target, { significand: x.significand, signExponent: change(f, x.signExponent) });
      updateStatus(f, statusBit.c1, f.i32(0));
    },
  };
  return semantics(name, '', (b) => {
    const { f } = b;
    const view = new StackView(f, begin(b));
    const target = view.physical(0);
    f.if(view.anyEmpty(target), () => b.perform(subroutine), () => {
      view.writeSignExponent(target, change(f, view.read(target).signExponent));
      view.leave(statusBit.c1, f.i32(0));
    });
  });
};
export const FABS = signOperation('fabs', (f, x) => f.and(x, f.i32(0x7fff)));
export const FCHS = signOperation('fchs', (f, x) => f.xor(x, f.i32(0x8000)));

/** Against +0.0. */
const test: Subroutine = {
  name: 'x87ftst', params: [], results: [],
  build: (f, call) => {
    const zero: Extended = { significand: f.i64(0), signExponent: f.i32(0) };
    setConditions(f, compareCore(f, call, f.let(isEmpty(f, physical(f, 0))), () => zero, f.i32(1), f.i32(0)));
  },
};
export const FTST = semantics('ftst', '', (b) => {
  begin(b);
  b.perform(test);
});

/** The class of ST(0) in C3, C2, C0, its sign in C1: the sign of an empty register too. */
const examine: Subroutine = {
  name: 'x87fxam', params: [], results: [],
  build: (f) => {
    const register = physical(f, 0);
    const x = readRegister(f, register);
    const { c0, c2, c3 } = statusBit;
    const kind = f.local('i32');
    f.set(kind, f.i32(c2));
    f.if(f.eqz(exponentField(f, x)), () => f.set(kind, f.select(isZeroExtended(f, x), f.i32(c3), f.i32(c3 | c2))));
    f.if(isUnsupported(f, x), () => f.set(kind, f.i32(0)));
    f.if(isNanExtended(f, x), () => f.set(kind, f.i32(c0)));
    f.if(isInfinityExtended(f, x), () => f.set(kind, f.i32(c2 | c0)));
    f.if(isEmpty(f, register), () => f.set(kind, f.i32(c3 | c0)));
    updateStatus(f, statusBit.conditions, f.or(kind, f.select(signField(f, x), f.i32(statusBit.c1), f.i32(0))));
  },
};
export const FXAM = semantics('fxam', '', (b) => {
  begin(b);
  b.perform(examine);
});

/** FXTRACT's significand: sign and fraction of ST(0) with an exponent of 0. Specials, and 0 (ZE), stay what they are. */
const extractSignificand: Subroutine = {
  name: 'x87ExtractSignificand', params: ['i64', 'i32'], results: ['i64'],
  build: (f, call) => {
    const x: Extended = { significand: f.params[0]!, signExponent: f.params[1]! };
    returnNanExtended(f, call, x, x);
    f.if(isZeroExtended(f, x), () => raise(f, raised.zeroDivide));
    raiseDenormalExtended(f, x);
    f.return(x.significand);
  },
};
const extract: Subroutine = {
  name: 'x87fxtract', params: [], results: [],
  build: (f, call) => {
    const bottom = physical(f, 0);
    const above = physical(f, -1);
    f.if(isEmpty(f, bottom), () => {
      f.if(stackUnderflow(f, call), () => {
        writeIndefinite(f, bottom);
        rotate(f, -1);
        writeIndefinite(f, above);
      });
      f.return();
    });
    f.if(f.eqz(isEmpty(f, above)), () => {
      f.if(stackOverflow(f, call), () => {
        writeIndefinite(f, bottom);
        rotate(f, -1);
        writeIndefinite(f, above);
      });
      f.return();
    });
    const x = readRegister(f, bottom);
    const checked = f.let(f.call(call(extractSignificand), x.significand, x.signExponent));
    const unmasked = settle(f, call);
    f.if(f.and(unmasked, f.i32(raised.invalid | raised.denormal | raised.zeroDivide)), () => f.return());
    rotate(f, -1);
    const sign = f.let(signField(f, x));
    f.if(f.or(isUnsupported(f, x), isNanExtended(f, x)), () => {
      const nan = extendedResult(f, checked);
      writeRegister(f, bottom, nan);
      writeRegister(f, above, nan);
      f.return();
    });
    f.if(isZeroExtended(f, x), () => {
      writeRegister(f, bottom, { significand: f.i64(INDEFINITE.significand & ~(1n << 62n)), signExponent: f.i32(0x8000 | EXTENDED_MAXIMUM) });
      writeRegister(f, above, x);
      f.return();
    });
    f.if(isMaximum(f, x), () => {
      writeRegister(f, bottom, { significand: x.significand, signExponent: f.i32(EXTENDED_MAXIMUM) });
      writeRegister(f, above, x);
      f.return();
    });
    const { exponent, significand } = unbiasedExponent(f, x);
    writeRegister(f, bottom, extendedResult(f, f.call(call(i64ToExtended), f.extendS(exponent))));
    writeRegister(f, above, { significand, signExponent: packSign(f, sign, f.i32(0x3fff)) });
  },
};
export const FXTRACT = semantics('fxtract', '', (b) => {
  begin(b);
  b.perform(extract);
});
