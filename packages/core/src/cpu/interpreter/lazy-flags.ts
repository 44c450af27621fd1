/**
 * The arithmetic flags of the interpreter: an instruction stores its result and one operand, and the flags are computed when they are wanted.
 *
 * Result and operand are kept shifted to the top of 64 bits, so that sign, zero and carry need not know the width.
 * The second operand is not kept: it is the difference of the other two. See `flagsKind` in cpu/state.ts, and `CpuState.settleFlags`, the same in TypeScript.
 */
import { loadField, storeField } from '../builder/fields.ts';
import type { ConditionCode, FlagsBuilder, ResultFlags, Subroutine, Width } from '../builder/builder.ts';
import { arithmeticFlags, flag, flagsKind } from '../state.ts';
import type { Callee, Expression, FunctionBuilder } from '../../wasm/function.ts';

const kindOf = (f: FunctionBuilder): Expression => f.and(loadField(f, 'flagsKind'), f.i32(0xff));
const isSubtraction = (f: FunctionBuilder, kind: Expression): Expression => f.or(f.eq(kind, f.i32(flagsKind.sub)), f.eq(kind, f.i32(flagsKind.dec)));
const bitOf = (f: FunctionBuilder, mask: number): Expression => f.and(f.shrU(loadField(f, 'flags'), Math.log2(mask)), f.i32(1));

/** CF as 0 or 1. */
const carryFlag: Subroutine = {
  name: 'carryFlag', params: [], results: ['i32'], touches: 'registers',
  build: (f) => {
    const kind = f.let(kindOf(f));
    f.if(f.ltU(kind, f.i32(flagsKind.add)), () => f.return(bitOf(f, flag.cf)));
    const x = f.let(loadField(f, 'flagsOperand'));
    const r = f.let(loadField(f, 'flagsResult'));
    f.if(f.eq(kind, f.i32(flagsKind.add)), () => f.return(f.ltU(r, x)));
    f.return(f.ltU(x, f.sub(x, r)));
  },
};

const overflowFlag: Subroutine = {
  name: 'overflowFlag', params: [], results: ['i32'], touches: 'registers',
  build: (f) => {
    const kind = f.let(kindOf(f));
    f.if(f.ltU(kind, f.i32(flagsKind.inc)), () => f.return(bitOf(f, flag.of)));
    const x = f.let(loadField(f, 'flagsOperand'));
    const r = f.let(loadField(f, 'flagsResult'));
    f.if(isSubtraction(f, kind), () => {
      const y = f.let(f.sub(x, r));
      f.return(f.wrap(f.shrU(f.and(f.xor(x, y), f.xor(x, r)), 63)));
    });
    const y = f.let(f.sub(r, x));
    f.return(f.wrap(f.shrU(f.and(f.xor(x, r), f.xor(y, r)), 63)));
  },
};

const parityFlag: Subroutine = {
  name: 'parityFlag', params: [], results: ['i32'], touches: 'registers',
  build: (f) => {
    const word = f.let(loadField(f, 'flagsKind'));
    f.if(f.eqz(f.and(word, f.i32(0xff))), () => f.return(bitOf(f, flag.pf)));
    const low = f.and(f.wrap(f.shrU(loadField(f, 'flagsResult'), f.extendU(f.shrU(word, 8)))), f.i32(0xff));
    f.return(f.xor(f.and(f.op('i32.popcnt', low), f.i32(1)), f.i32(1)));
  },
};

/** Computes whatever is lazy into `flags`. */
export const settleFlags: Subroutine = {
  name: 'settleFlags', params: [], results: ['i32'], touches: 'registers',
  build: (f, call) => {
    const word = f.let(loadField(f, 'flagsKind'));
    const kind = f.let(f.and(word, f.i32(0xff)));
    f.if(f.eqz(kind), () => f.return(loadField(f, 'flags')));
    const r = f.let(loadField(f, 'flagsResult'));
    const flags = f.local('i32');
    f.set(flags, f.and(loadField(f, 'flags'), f.i32(~(flag.zf | flag.sf | flag.pf))));
    f.set(flags, f.or(flags, f.or(f.shl(f.eqz(r), 6), f.or(f.shl(f.wrap(f.shrU(r, 63)), 7), f.shl(f.call(call(parityFlag)), 2)))));
    f.if(f.geU(kind, f.i32(flagsKind.inc)), () => {
      const x = f.let(loadField(f, 'flagsOperand'));
      const y = f.let(f.select(isSubtraction(f, kind), f.sub(x, r), f.sub(r, x)));
      const adjust = f.and(f.wrap(f.shrU(f.xor(f.xor(x, y), r), f.extendU(f.shrU(word, 8)))), f.i32(flag.af));
      f.set(flags, f.or(f.and(flags, f.i32(~(flag.of | flag.af | flag.cf))), f.or(f.or(f.shl(f.call(call(overflowFlag)), 11), adjust), f.call(call(carryFlag)))));
    });
    storeField(f, 'flags', flags);
    storeField(f, 'flagsKind', f.i32(flagsKind.eager));
    f.return(flags);
  },
};

/** Puts CF into `flags` before an instruction that keeps it: INC, DEC. */
const keepCarry: Subroutine = {
  name: 'keepCarry', params: [], results: [], touches: 'registers',
  build: (f, call) => {
    f.if(f.ltU(kindOf(f), f.i32(flagsKind.add)), () => f.return());
    const cf = f.call(call(carryFlag));
    storeField(f, 'flags', f.or(f.and(loadField(f, 'flags'), f.i32(~flag.cf)), cf));
  },
};

export class LazyFlags implements FlagsBuilder {
  readonly #f: FunctionBuilder;
  readonly #call: (subroutine: Subroutine) => Callee;

  constructor(f: FunctionBuilder, call: (subroutine: Subroutine) => Callee) {
    this.#f = f;
    this.#call = call;
  }

  add(width: Width, x: Expression, r: Expression): void {
    this.#store(flagsKind.add, width, r);
    storeField(this.#f, 'flagsOperand', this.#top(width, x));
  }

  sub(width: Width, x: Expression, r: Expression): void {
    this.#store(flagsKind.sub, width, r);
    storeField(this.#f, 'flagsOperand', this.#top(width, x));
  }

  logic(width: Width, r: Expression): void {
    const f = this.#f;
    const top = f.let(this.#top(width, r));
    storeField(f, 'flagsKind', f.i32(flagsKind.add | ((64 - width) << 8)));
    storeField(f, 'flagsResult', top);
    storeField(f, 'flagsOperand', top);
  }

  inc(width: Width, r: Expression, x: Expression): void {
    this.#f.perform(this.#call(keepCarry));
    this.#store(flagsKind.inc, width, r);
    storeField(this.#f, 'flagsOperand', this.#top(width, x));
  }

  dec(width: Width, r: Expression, x: Expression): void {
    this.#f.perform(this.#call(keepCarry));
    this.#store(flagsKind.dec, width, r);
    storeField(this.#f, 'flagsOperand', this.#top(width, x));
  }

  result<T extends readonly Expression[]>(width: Width, r: Expression, operands: T, others: (...operands: T) => ResultFlags): void {
    const f = this.#f;
    const { cf, of, af } = others(...operands);
    const bits = f.or(cf, f.or(f.shl(of, 11), af ? f.shl(af, 4) : f.i32(0)));
    storeField(f, 'flags', f.or(f.and(loadField(f, 'flags'), f.i32(~(flag.cf | flag.of | flag.af))), bits));
    this.#store(flagsKind.result, width, r);
  }

  resultWhen<T extends readonly Expression[]>(condition: Expression, width: Width, r: Expression, operands: T, others: (...operands: T) => ResultFlags): void {
    this.#f.if(condition, () => this.result(width, r, operands, others));
  }

  update(mask: number, bits: Expression): void {
    const f = this.#f;
    if ((mask & arithmeticFlags) === arithmeticFlags) storeField(f, 'flagsKind', f.i32(flagsKind.eager));
    else f.drop(f.call(this.#call(settleFlags)));
    storeField(f, 'flags', f.or(f.and(loadField(f, 'flags'), f.i32(~mask)), bits));
  }

  updateLater<T extends readonly Expression[]>(mask: number, operands: T, bits: (...operands: T) => Expression): void {
    this.update(mask, bits(...operands));
  }

  read(): Expression {
    return this.#f.let(this.#f.call(this.#call(settleFlags)));
  }

  carry(): Expression {
    return this.#f.let(this.#f.call(this.#call(carryFlag)));
  }

  condition(code: ConditionCode): Expression {
    const f = this.#f;
    const positive = this.#positive(code >> 1);
    return code & 1 ? f.eqz(positive) : positive;
  }

  #positive(code: number): Expression {
    const f = this.#f;
    const zero = (): Expression => f.choose('i32', f.eqz(kindOf(f)), () => bitOf(f, flag.zf), () => f.eqz(loadField(f, 'flagsResult')));
    const sign = (): Expression => f.choose('i32', f.eqz(kindOf(f)), () => bitOf(f, flag.sf), () => f.wrap(f.shrU(loadField(f, 'flagsResult'), 63)));
    const carry = (): Expression => f.call(this.#call(carryFlag));
    const overflow = (): Expression => f.call(this.#call(overflowFlag));
    /** After a comparison the operands are at hand: x and y = x - result. */
    const compared = (test: (x: Expression, y: Expression) => Expression, otherwise: () => Expression): Expression =>
      f.choose('i32', f.eq(kindOf(f), f.i32(flagsKind.sub)), () => {
        const x = f.let(loadField(f, 'flagsOperand'));
        return test(x, f.sub(x, loadField(f, 'flagsResult')));
      }, otherwise);
    switch (code) {
      case 0: return overflow();
      case 1: return compared((x, y) => f.ltU(x, y), carry);
      case 2: return zero();
      case 3: return compared((x, y) => f.leU(x, y), () => f.or(carry(), zero()));
      case 4: return sign();
      case 5: return f.call(this.#call(parityFlag));
      case 6: return compared((x, y) => f.ltS(x, y), () => f.xor(sign(), overflow()));
      default: return compared((x, y) => f.leS(x, y), () => f.or(f.xor(sign(), overflow()), zero()));
    }
  }

  #store(kind: number, width: Width, r: Expression): void {
    storeField(this.#f, 'flagsKind', this.#f.i32(kind | ((64 - width) << 8)));
    storeField(this.#f, 'flagsResult', this.#top(width, r));
  }

  #top(width: Width, value: Expression): Expression {
    const f = this.#f;
    return value.type === 'i64' ? f.shl(value, 64 - width) : f.shl(f.extendU(value), 64 - width);
  }
}
