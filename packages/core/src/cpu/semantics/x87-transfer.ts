/**
 * x87 loads, stores, exchanges and constants: FLD, FST, FSTP, FILD, FIST, FISTP, FISTTP, FBLD, FBSTP, FXCH, FCMOVcc, FLD1 … FLDLN2
 * (SDM vol. 1, 8.3.3, 8.3.4; vol. 2A). A store that an unmasked exception prevents leaves memory and stack alone.
 */
import type { Expression, FunctionBuilder } from '../../wasm/function.ts';
import { loadField, storeField } from '../builder/fields.ts';
import { semantics } from '../builder/builder.ts';
import type { Builder, ConditionCode, Operand, Semantics, Subroutine } from '../builder/builder.ts';
import { raised, rounding } from '../softfloat/control.ts';
import { bcdToExtended, extendedToBcd, extendedToF32, extendedToF64, extendedToInteger, quieted } from '../softfloat/extended-conversion.ts';
import { INDEFINITE, resultExponent, roundingField, setResultExponent } from '../softfloat/extended-format.ts';
import type { Extended } from '../softfloat/extended-format.ts';
import {
  begin, finishMemory, free, isEmpty, physical, pop, pushExtended, readRegister, replaceRegister, rotate, rotateClearingC1, settle, stackOverflow, stackUnderflow, statusBit, updateStatus, writeIndefinite, writeRegister,
} from './x87-stack.ts';
import type { Call } from './x87-stack.ts';
import { fromMemory } from './x87-arithmetic.ts';
import { load, StackView, store, storeInteger as storeIntegerNormally, valueTypeOf } from './x87-normal.ts';
import type { MemoryFormat } from './x87-normal.ts';

const isInteger = (format: MemoryFormat | 'i64'): boolean => format.startsWith('i');
/** (bits). */
const loadFrom = (format: MemoryFormat | 'i64'): Subroutine => load(format, {
  name: `x87Load${format}`, params: [valueTypeOf(format)], results: [],
  build: (f, call) => {
    const value = fromMemory(f, call, format, f.params[0]!);
    f.perform(call(pushExtended), isInteger(format) ? value : f.call(call(quieted), value));
  },
});
const loads = { f32: loadFrom('f32'), f64: loadFrom('f64'), i16: loadFrom('i16'), i32: loadFrom('i32'), i64: loadFrom('i64') };

/** FLD m32, m64; FILD. */
export const loading = (format: MemoryFormat | 'i64'): Semantics => semantics(isInteger(format) ? 'fild' : 'fld', 'r', (b, source) => {
  begin(b);
  b.perform(loads[format], source!.read());
  finishMemory(b);
});

/** FLD m80: as it is. */
export const FLD_EXTENDED = semantics('fld', 'a', (b, source) => {
  begin(b);
  const { f } = b;
  const address = source!.address(10, 'read');
  setResultExponent(f, f.load('i32.load16_u', address, 8));
  b.perform(pushExtended, f.load('i64.load', address));
  finishMemory(b);
});

export const FBLD = semantics('fbld', 'a', (b, source) => {
  begin(b);
  const { f } = b;
  const address = source!.address(10, 'read');
  b.perform(pushExtended, b.call(bcdToExtended, f.load('i64.load', address), f.load('i32.load16_u', address, 8)));
  finishMemory(b);
});

/** (i): FLD ST(i). */
const pushRegister: Subroutine = {
  name: 'x87PushRegister', params: ['i32'], results: [],
  build: (f, call) => {
    const source = physical(f, f.params[0]!);
    const target = physical(f, -1);
    const push = (write: () => void): void => {
      rotate(f, -1);
      write();
    };
    // An empty source is an underflow even where there is no room for it.
    const empty = f.let(isEmpty(f, source));
    f.if(f.or(empty, f.eqz(isEmpty(f, target))), () => {
      const masked = f.choose('i32', empty, () => stackUnderflow(f, call), () => stackOverflow(f, call));
      f.if(masked, () => push(() => writeIndefinite(f, target)));
      f.return();
    });
    rotateClearingC1(f, -1);
    writeRegister(f, target, readRegister(f, source));
  },
};
export const FLD_REGISTER = semantics('fld', 'r', (b, register) => {
  const { f } = b;
  const view = new StackView(f, begin(b));
  const i = register!.read();
  const [source, target] = [view.physical(i), view.physical(-1)];
  f.if(f.or(view.anyEmpty(source), f.eqz(view.anyEmpty(target))), () => b.perform(pushRegister, i), () => view.push(target, view.read(source)));
});

/** (significand, sign and exponent, last bits that rounding up adds to): a constant. */
const constant = (name: string, significand: bigint, exponent: number, nearestIsUp?: boolean): Semantics => semantics(name, '', (b) => {
  const status = begin(b);
  const { f } = b;
  if (nearestIsUp === undefined) {
    const view = new StackView(f, status);
    const target = view.physical(-1);
    f.if(view.anyEmpty(target), () => view.push(target, { significand: f.i64(significand), signExponent: f.i32(exponent) }), () => b.perform(pushExtended, f.i64(significand)));
    return;
  }
  setResultExponent(f, f.i32(exponent));
  const value = ((): Expression => {
    const mode = f.let(roundingField(f, b.load('fpuControl')));
    const up = f.eq(mode, f.i32(rounding.up));
    return f.add(f.i64(significand), f.extendU(nearestIsUp ? f.or(up, f.eqz(mode)) : up));
  })();
  b.perform(pushExtended, value);
});
export const FLD1 = constant('fld1', 0x8000_0000_0000_0000n, 0x3fff);
export const FLDZ = constant('fldz', 0n, 0);
// Truncated to 64 bits; the flag says whether the nearest value is the next one (SDM vol. 1, 8.3.8: the rounding mode decides).
export const FLDL2T = constant('fldl2t', 0xd49a_784b_cd1b_8afen, 0x4000, false);
export const FLDL2E = constant('fldl2e', 0xb8aa_3b29_5c17_f0bbn, 0x3fff, true);
export const FLDPI = constant('fldpi', 0xc90f_daa2_2168_c234n, 0x4000, true);
export const FLDLG2 = constant('fldlg2', 0x9a20_9a84_fbcf_f798n, 0x3ffd, true);
export const FLDLN2 = constant('fldln2', 0xb172_17f7_d1cf_79abn, 0x3ffe, true);

/** (i, pops): FST ST(i), FSTP ST(i). */
const storeRegister: Subroutine = {
  name: 'x87StoreRegister', params: ['i32', 'i32'], results: [],
  build: (f, call) => {
    const source = physical(f, 0);
    const target = physical(f, f.params[0]!);
    f.if(isEmpty(f, source), () => {
      f.if(stackUnderflow(f, call), () => {
        writeIndefinite(f, target);
        pop(f, f.params[1]!);
      });
      f.return();
    });
    writeRegister(f, target, readRegister(f, source));
    f.if(f.params[1]!, () => {
      free(f, source);
      rotateClearingC1(f, 1);
    }, () => updateStatus(f, statusBit.c1, f.i32(0)));
  },
};
const storingRegister = (name: string, pops: 0 | 1): Semantics => semantics(name, 'r', (b, register) => {
  const { f } = b;
  const view = new StackView(f, begin(b));
  const i = register!.read();
  const source = view.physical(0);
  f.if(view.anyEmpty(source), () => b.perform(storeRegister, i, f.i32(pops)), () => view.copy(source, i.constant === 0n ? source : view.physical(i), pops === 1));
});
export const FST_REGISTER = storingRegister('fst', 0);
export const FSTP_REGISTER = storingRegister('fstp', 1);

/** D9 D8+i: FSTP that does not mind an empty register: it pops that, and copies nothing. */
const moveRegister: Subroutine = {
  name: 'x87MoveRegister', params: ['i32'], results: [],
  build: (f) => {
    const source = physical(f, 0);
    const target = physical(f, f.params[0]!);
    f.if(f.eqz(isEmpty(f, source)), () => writeRegister(f, target, readRegister(f, source)));
    updateStatus(f, statusBit.c1, f.i32(0));
    pop(f, f.i32(1));
  },
};
export const FSTP_NO_CHECK = semantics('fstpnce', 'r', (b, register) => {
  begin(b);
  b.perform(moveRegister, register!.read());
});

/**
 * A store to memory: (address, pops, …) -> 1 when it was stored. `write` converts and stores ST(0); `forbidding` are the exceptions whose unmasked
 * form prevents the store; `indefinite` stores what a masked stack underflow gives.
 */
const storing = (name: string, extra: readonly 'i32'[], forbidding: number, convert: (f: FunctionBuilder, call: Call, x: Extended) => () => void, indefinite: (f: FunctionBuilder) => void): Subroutine => ({
  name, params: ['i32', 'i32', ...extra], results: ['i32'],
  build: (f, call) => {
    const source = physical(f, 0);
    const pops = f.params[1]!;
    f.if(isEmpty(f, source), () => {
      f.if(f.eqz(stackUnderflow(f, call)), () => f.return(f.i32(0)));
      indefinite(f);
      pop(f, pops);
      f.return(f.i32(1));
    });
    const store = convert(f, call, readRegister(f, source));
    const found = f.let(loadField(f, 'floatRaised'));
    f.if(f.eqz(found), () => {
      store();
      f.if(pops, () => {
        free(f, source);
        rotateClearingC1(f, 1);
      }, () => updateStatus(f, statusBit.c1, f.i32(0)));
      f.return(f.i32(1));
    });
    // An overflow or underflow that prevents the store is reported alone.
    const prevented = f.and(f.and(found, f.i32(forbidding)), f.xor(loadField(f, 'fpuControl'), f.i32(-1)));
    storeField(f, 'floatRaised', f.and(found, f.select(prevented, f.i32(~(raised.inexact | raised.roundedUp)), f.i32(-1))));
    f.if(f.and(settle(f, call), f.i32(forbidding)), () => f.return(f.i32(0)));
    store();
    pop(f, pops);
    f.return(f.i32(1));
  },
});
const { invalid, overflow, underflow } = raised;

const storeF32 = store('f32', storing('x87StoreF32', [], invalid | overflow | underflow, (f, call, x) => {
  const bits = f.let(f.call(call(extendedToF32), x.significand, x.signExponent));
  return () => f.store('i32.store', f.params[0]!, bits);
}, (f) => f.store('i32.store', f.params[0]!, f.i32(0xffc0_0000))));
const storeF64 = store('f64', storing('x87StoreF64', [], invalid | overflow | underflow, (f, call, x) => {
  const bits = f.let(f.call(call(extendedToF64), x.significand, x.signExponent));
  return () => f.store('i64.store', f.params[0]!, bits);
}, (f) => f.store('i64.store', f.params[0]!, f.i64(0xfff8_0000_0000_0000n))));

/** The low `width` bits of an i64, at parameter 0. */
const storeInteger = (f: FunctionBuilder, width: Expression, value: Expression): void => {
  const address = f.params[0]!;
  f.if(f.eq(width, f.i32(16)), () => f.store('i64.store16', address, value), () => {
    f.if(f.eq(width, f.i32(32)), () => f.store('i64.store32', address, value), () => f.store('i64.store', address, value));
  });
};
/** (address, pops, width, truncate). */
const storeI = storeIntegerNormally(storing('x87StoreInteger', ['i32', 'i32'], invalid, (f, call, x) => {
  const value = f.let(f.call(call(extendedToInteger), x.significand, x.signExponent, f.params[2]!, f.params[3]!));
  return () => storeInteger(f, f.params[2]!, value);
}, (f) => storeInteger(f, f.params[2]!, f.let(f.shl(f.i64(-1), f.extendU(f.sub(f.params[2]!, f.i32(1))))))));

const storeExtended = (f: FunctionBuilder, x: Extended): void => {
  f.store('i64.store', f.params[0]!, x.significand);
  f.store('i32.store16', f.params[0]!, x.signExponent, 8);
};
const storeF80 = storing('x87StoreF80', [], 0, (f, _call, x) => () => storeExtended(f, x),
  (f) => storeExtended(f, { significand: f.i64(INDEFINITE.significand), signExponent: f.i32(INDEFINITE.signExponent) }));
const storeBcd = storing('x87StoreBcd', [], invalid, (f, call, x) => {
  const digits = f.let(f.call(call(extendedToBcd), x.significand, x.signExponent));
  const high = resultExponent(f);
  return () => storeExtended(f, { significand: digits, signExponent: high });
}, (f) => storeExtended(f, { significand: f.i64(0xc000_0000_0000_0000n), signExponent: f.i32(0xffff) }));

const toMemory = (name: string, subroutine: Subroutine, sizeBytes: number, pops: 0 | 1, ...extra: number[]): Semantics => semantics(name, 'a', (b: Builder, target?: Operand) => {
  begin(b);
  const { f } = b;
  const address = target!.address(sizeBytes, 'write');
  f.if(b.call(subroutine, address, f.i32(pops), ...extra.map((value) => f.i32(value))), () => b.commit(address));
  finishMemory(b);
});
export const FST_F32 = toMemory('fst', storeF32, 4, 0);
export const FSTP_F32 = toMemory('fstp', storeF32, 4, 1);
export const FST_F64 = toMemory('fst', storeF64, 8, 0);
export const FSTP_F64 = toMemory('fstp', storeF64, 8, 1);
export const FSTP_F80 = toMemory('fstp', storeF80, 10, 1);
export const FBSTP = toMemory('fbstp', storeBcd, 10, 1);
export const FIST_16 = toMemory('fist', storeI, 2, 0, 16, 0);
export const FIST_32 = toMemory('fist', storeI, 4, 0, 32, 0);
export const FISTP_16 = toMemory('fistp', storeI, 2, 1, 16, 0);
export const FISTP_32 = toMemory('fistp', storeI, 4, 1, 32, 0);
export const FISTP_64 = toMemory('fistp', storeI, 8, 1, 64, 0);
export const FISTTP_16 = toMemory('fisttp', storeI, 2, 1, 16, 1);
export const FISTTP_32 = toMemory('fisttp', storeI, 4, 1, 32, 1);
export const FISTTP_64 = toMemory('fisttp', storeI, 8, 1, 64, 1);

/** (i): an empty register takes part as an indefinite when IE is masked. */
const exchange: Subroutine = {
  name: 'x87Exchange', params: ['i32'], results: [],
  build: (f, call) => {
    const top = physical(f, 0);
    const other = physical(f, f.params[0]!);
    const emptyTop = f.let(isEmpty(f, top));
    const emptyOther = f.let(isEmpty(f, other));
    f.if(f.or(emptyTop, emptyOther), () => {
      f.if(f.eqz(stackUnderflow(f, call)), () => f.return());
      f.if(emptyTop, () => writeIndefinite(f, top));
      f.if(emptyOther, () => writeIndefinite(f, other));
    }, () => updateStatus(f, statusBit.c1, f.i32(0)));
    const x = readRegister(f, top);
    const y = readRegister(f, other);
    replaceRegister(f, top, y);
    replaceRegister(f, other, x);
  },
};
export const FXCH = semantics('fxch', 'r', (b, register) => {
  const { f } = b;
  const view = new StackView(f, begin(b));
  const i = register!.read();
  const [top, other] = [view.physical(0), view.physical(i)];
  f.if(view.anyEmpty(top, other), () => b.perform(exchange, i), () => {
    const [x, y] = [view.read(top), view.read(other)];
    view.write(top, y);
    view.write(other, x);
    view.leave(statusBit.c1, f.i32(0));
  });
});

/** (i, condition). C1 stays, but for a stack underflow. */
const conditionalMove: Subroutine = {
  name: 'x87ConditionalMove', params: ['i32', 'i32'], results: [],
  build: (f, call) => {
    const target = physical(f, 0);
    const source = physical(f, f.params[0]!);
    f.if(f.or(isEmpty(f, target), isEmpty(f, source)), () => {
      f.if(stackUnderflow(f, call), () => writeIndefinite(f, target));
      f.return();
    });
    f.if(f.params[1]!, () => replaceRegister(f, target, readRegister(f, source)));
  },
};
/** The conditions in the order of ModRM.reg: B, E, BE, U and their negations. */
export const conditionalMoves = (['b', 'e', 'be', 'u', 'nb', 'ne', 'nbe', 'nu'] as const).map((suffix, i) => {
  const code = ([2, 4, 6, 10, 3, 5, 7, 11] as const satisfies ConditionCode[])[i]!;
  return semantics(`fcmov${suffix}`, 'r', (b, register) => {
    begin(b);
    const i87 = register!.read();
    b.perform(conditionalMove, i87, b.flags.condition(code));
  });
});
