/** Trees of typed values, as FunctionBuilder makes them: an object each, written as code (code-writer.ts) when a statement takes them. */
import type { ValueType } from './types.ts';

/** What an expression's code is, after that of its operands. */
export const form = {
  /** The opcode alone. */
  plain: 0,
  /** A memory access at the offset `index`. */
  access: 1,
  /** Operands and opcode, then the byte `index`. */
  lane: 2,
  /** Opcode, then the bytes `detail`. */
  bytes: 3,
  /** The operands `detail`; the function `index`, or a function of the type `index` in table 0. */
  call: 4,
  callIndirect: 5,
  /** A constant: opcode, then the bytes `detail`. From here on an expression may be used any number of times. */
  literal: 6,
  local: 7,
  /** The constant `index`; or `detail`, where that is no exact number. */
  i32: 8,
  i64: 9,
} as const;
export type Form = (typeof form)[keyof typeof form];

/** A value; made by FunctionBuilder alone. */
export class Expression {
  readonly type: ValueType;
  /** The number of a local; see `form`. */
  readonly index: number;
  used = false;
  readonly form: Form;
  /** Opcode.encoding. */
  readonly code: number;
  readonly x: Expression | undefined;
  readonly y: Expression | undefined;
  readonly z: Expression | undefined;
  readonly detail: bigint | ArrayLike<number> | readonly Expression[] | undefined;

  constructor(type: ValueType, kind: Form, code: number, index: number, x?: Expression, y?: Expression, z?: Expression, detail?: Expression['detail']) {
    this.type = type;
    this.index = index;
    this.form = kind;
    this.code = code;
    this.x = x;
    this.y = y;
    this.z = z;
    this.detail = detail;
  }

  /** May be used any number of times: a local or a constant. */
  get isReusable(): boolean {
    return this.form >= form.literal;
  }

  /** An integer constant. */
  get isConstant(): boolean {
    return this.form >= form.i32;
  }

  /** Of an integer constant. */
  get constant(): bigint | undefined {
    return this.form < form.i32 ? undefined : this.detail === undefined ? BigInt(this.index) : (this.detail as bigint);
  }
}

/** Is it this integer constant? */
export const isValue = (x: Expression, value: number): boolean => x.isConstant && x.index === value && x.detail === undefined;
