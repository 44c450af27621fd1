/**
 * Builds the body of one WebAssembly function from typed expressions.
 *
 * An `Expression` is a tree whose code is made when it is constructed, and written out when it is used; it may be used once. To use a value twice, bind it with
 * `let`, which evaluates it now and gives a local that may be used freely: so the order of evaluation is the order of the source.
 * Using a tree twice throws, at generation time. Integer operations on constants are folded.
 *
 * Statements (`set`, `store`, `if`, `loop` …) are appended to the body in the order in which they are called.
 */
import { concatenate, signedLeb, signedLeb32, unsignedLeb } from './encode.ts';
import { isSimd, laneOpcodes, memoryOpcodes, plainOpcodes, simdCode } from './opcodes.ts';
import type { Opcode } from './opcodes.ts';
import { typeCodes } from './types.ts';
import type { FunctionType, ValueType } from './types.ts';

/** Bytes in order, in nested arrays: an operation holds its operands' code and copies none of it. */
type Code = readonly (number | Code)[];

export interface Expression {
  readonly type: ValueType;
  readonly code: Code;
  /** May be used any number of times: a local or a constant. */
  readonly reusable: boolean;
  readonly constant?: bigint;
  used?: boolean;
}

export interface Local extends Expression {
  readonly index: number;
}

export interface Label {
  readonly depth: number;
}

/** A function that can be called: its index in the module is known when the module is laid out. */
export interface Callee {
  readonly name: string;
  readonly type: FunctionType;
  readonly index: number;
}

const truncated = (type: ValueType, value: bigint): bigint => (type === 'i32' ? BigInt.asIntN(32, value) : BigInt.asIntN(64, value));

const fold: Record<string, (x: bigint, y: bigint) => bigint> = {
  add: (x, y) => x + y, sub: (x, y) => x - y, mul: (x, y) => x * y, and: (x, y) => x & y, or: (x, y) => x | y, xor: (x, y) => x ^ y,
};

export class FunctionBuilder {
  readonly name: string;
  readonly type: FunctionType;
  readonly params: readonly Local[];
  /** By index, for those who read the code. */
  readonly localNames = new Map<number, string>();
  #locals: ValueType[] = [];
  #body: number[] = [];
  #depth = 0;
  /** Locals of the scope being built, and those that ended scopes gave back. */
  #scope: Local[] | undefined;
  readonly #free: Record<ValueType, Local[]> = { i32: [], i64: [], f32: [], f64: [], v128: [] };

  constructor(name: string, type: FunctionType) {
    this.name = name;
    this.type = type;
    this.params = type.params.map((t, index) => this.#localExpression(t, index));
  }

  /** The parameters, for destructuring. */
  get parameters(): readonly [Local, Local, Local, Local] {
    return this.params as unknown as readonly [Local, Local, Local, Local];
  }

  /** How many blocks, loops and arms of `if` are open. */
  get depth(): number {
    return this.#depth;
  }

  // — values —

  i32(value: number): Expression {
    return { type: 'i32', code: [0x41, ...signedLeb32(value)], reusable: true, constant: BigInt(value | 0) };
  }

  i64(value: bigint | number): Expression {
    const v = BigInt.asIntN(64, BigInt(value));
    return { type: 'i64', code: [0x42, ...signedLeb(v)], reusable: true, constant: v };
  }

  f64(value: number): Expression {
    return { type: 'f64', code: [0x44, ...new Uint8Array(new Float64Array([value]).buffer)], reusable: true };
  }

  f32(value: number): Expression {
    return { type: 'f32', code: [0x43, ...new Uint8Array(new Float32Array([value]).buffer)], reusable: true };
  }

  /** A 128-bit constant from its 16 bytes, lowest first. */
  v128(bytes: ArrayLike<number>): Expression {
    if (bytes.length !== 16) throw new Error(`v128 takes 16 bytes, not ${bytes.length}`);
    return { type: 'v128', code: [0xfd, 12, ...Array.from(bytes)], reusable: true };
  }

  /** An integer constant of the given type. */
  constant(type: ValueType, value: bigint | number): Expression {
    return type === 'i32' ? this.i32(Number(BigInt.asIntN(32, BigInt(value)))) : this.i64(value);
  }

  /** A local; 0 at first, except in a `scope`, where it may be one that was used before. */
  local(type: ValueType): Local {
    const local = (this.#scope && this.#free[type].pop()) ?? this.#newLocal(type);
    this.#scope?.push(local);
    return local;
  }

  /** A local that outlives the scope in which it is made. */
  lasting(type: ValueType, name?: string): Local {
    const local = this.#newLocal(type);
    if (name) this.localNames.set(local.index, name);
    return local;
  }

  /** Locals made by `body` may be used again after it: a function of hundreds of instructions needs few. */
  scope(body: () => void): void {
    const outer = this.#scope;
    const mine: Local[] = [];
    this.#scope = mine;
    body();
    this.#scope = outer;
    for (const local of mine) this.#free[local.type].push(local);
  }

  #newLocal(type: ValueType): Local {
    this.#locals.push(type);
    return this.#localExpression(type, this.type.params.length + this.#locals.length - 1);
  }

  /** Evaluates `value` now; the result may be used freely. */
  let(value: Expression): Expression {
    if (value.reusable && (value.constant !== undefined || value.code[0] === 0x41)) return value;
    const local = this.local(value.type);
    this.set(local, value);
    return local;
  }

  /** Any instruction without immediates, by its text name. */
  op(name: string, ...operands: Expression[]): Expression {
    const opcode = plainOpcodes.get(name);
    if (!opcode) throw new Error(`wasm has no instruction ${name}`);
    const [x, y] = operands;
    const folded = fold[name.slice(4)];
    if (folded && x?.constant !== undefined && y?.constant !== undefined && !isSimd(opcode.code)) return this.constant(opcode.result!, truncated(opcode.result!, folded(x.constant, y.constant)));
    return this.#tree(opcode, operands, []);
  }

  lane(name: string, lane: number, ...operands: Expression[]): Expression {
    const opcode = laneOpcodes.get(name);
    if (!opcode) throw new Error(`wasm has no lane instruction ${name}`);
    return this.#tree(opcode, operands, [lane]);
  }

  /** i8x16.shuffle: result byte i is byte `pattern[i]` of x (0–15) or y (16–31). */
  shuffle(x: Expression, y: Expression, pattern: readonly number[]): Expression {
    return this.#tree({ name: 'i8x16.shuffle', code: 0xfd00_000d, operands: ['v128', 'v128'], result: 'v128' }, [x, y], pattern);
  }

  load(name: string, address: Expression, offset = 0): Expression {
    return this.#tree(this.#memoryOpcode(name), [address], [0, ...unsignedLeb(offset)]);
  }

  select(condition: Expression, ifTrue: Expression, ifFalse: Expression): Expression {
    const { type } = ifTrue;
    const typed = type === 'v128';
    return this.#tree({ name: 'select', code: typed ? 0x1c : 0x1b, operands: [type, type, 'i32'], result: type }, [ifTrue, ifFalse, condition], typed ? [1, typeCodes.v128] : []);
  }

  call(callee: Callee, ...operands: Expression[]): Expression {
    return this.#tree({ name: callee.name, code: 0x10, operands: callee.type.params, result: callee.type.results[0] }, operands, unsignedLeb(callee.index));
  }

  /** Calls through table 0; `typeIndex` comes from ModuleBuilder.typeIndex. */
  callIndirect(type: FunctionType, typeIndex: number, index: Expression, ...operands: Expression[]): Expression {
    return this.#tree({ name: 'call_indirect', code: 0x11, operands: [...type.params, 'i32'], result: type.results[0] }, [...operands, index], [...unsignedLeb(typeIndex), 0]);
  }

  // — shorthands whose instruction follows from the operand's type —

  add(x: Expression, y: Expression): Expression { return y.constant === 0n ? x : this.op(`${x.type}.add`, x, y); }
  sub(x: Expression, y: Expression): Expression { return this.op(`${x.type}.sub`, x, y); }
  mul(x: Expression, y: Expression): Expression { return this.op(`${x.type}.mul`, x, y); }
  and(x: Expression, y: Expression): Expression { return y.constant === -1n ? x : this.op(`${x.type}.and`, x, y); }
  or(x: Expression, y: Expression): Expression { return this.op(`${x.type}.or`, x, y); }
  xor(x: Expression, y: Expression): Expression { return this.op(`${x.type}.xor`, x, y); }
  shl(x: Expression, y: Expression | number): Expression { return y === 0 ? x : this.op(`${x.type}.shl`, x, this.#count(x, y)); }
  shrU(x: Expression, y: Expression | number): Expression { return y === 0 ? x : this.op(`${x.type}.shr_u`, x, this.#count(x, y)); }
  shrS(x: Expression, y: Expression | number): Expression { return y === 0 ? x : this.op(`${x.type}.shr_s`, x, this.#count(x, y)); }
  eq(x: Expression, y: Expression): Expression { return y.constant === 0n ? this.eqz(x) : this.op(`${x.type}.eq`, x, y); }
  ne(x: Expression, y: Expression): Expression { return this.op(`${x.type}.ne`, x, y); }
  ltU(x: Expression, y: Expression): Expression { return this.op(`${x.type}.lt_u`, x, y); }
  ltS(x: Expression, y: Expression): Expression { return this.op(`${x.type}.lt_s`, x, y); }
  leU(x: Expression, y: Expression): Expression { return this.op(`${x.type}.le_u`, x, y); }
  leS(x: Expression, y: Expression): Expression { return this.op(`${x.type}.le_s`, x, y); }
  gtU(x: Expression, y: Expression): Expression { return this.op(`${x.type}.gt_u`, x, y); }
  gtS(x: Expression, y: Expression): Expression { return this.op(`${x.type}.gt_s`, x, y); }
  geU(x: Expression, y: Expression): Expression { return this.op(`${x.type}.ge_u`, x, y); }
  geS(x: Expression, y: Expression): Expression { return this.op(`${x.type}.ge_s`, x, y); }
  eqz(x: Expression): Expression { return x.constant === undefined ? this.op(`${x.type}.eqz`, x) : this.i32(x.constant ? 0 : 1); }
  wrap(x: Expression): Expression { return x.constant === undefined ? this.op('i32.wrap_i64', x) : this.i32(Number(BigInt.asIntN(32, x.constant))); }
  extendU(x: Expression): Expression { return x.constant === undefined ? this.op('i64.extend_i32_u', x) : this.i64(BigInt.asUintN(32, x.constant)); }
  extendS(x: Expression): Expression { return x.constant === undefined ? this.op('i64.extend_i32_s', x) : this.i64(x.constant); }

  // — statements —

  set(local: Expression, value: Expression): void {
    if (value.type !== local.type) throw new Error(`${this.name}: a ${value.type} does not fit a local of type ${local.type}`);
    this.#emit(value);
    this.#body.push(0x21, ...unsignedLeb((local as Local).index));
  }

  store(name: string, address: Expression, value: Expression, offset = 0): void {
    this.#emit(this.#tree(this.#memoryOpcode(name), [address, value], [0, ...unsignedLeb(offset)]));
  }

  /** Evaluates for its effect. */
  drop(value: Expression): void {
    this.#emit(value);
    this.#body.push(0x1a);
  }

  /** Calls a function without result. */
  perform(callee: Callee, ...operands: Expression[]): void {
    this.#emit(this.call(callee, ...operands));
  }

  memoryCopy(to: Expression, from: Expression, length: Expression): void {
    for (const e of [to, from, length]) this.#emit(e);
    this.#body.push(0xfc, 10, 0, 0);
  }

  memoryFill(to: Expression, value: Expression, length: Expression): void {
    for (const e of [to, value, length]) this.#emit(e);
    this.#body.push(0xfc, 11, 0);
  }

  /** Where the condition is a constant only the arm that it chooses is built. */
  if(condition: Expression, then: () => void, otherwise?: () => void): void {
    if (condition.constant !== undefined) {
      if (condition.constant) then();
      else otherwise?.();
      return;
    }
    this.#emit(condition);
    this.#body.push(0x04, 0x40);
    this.#nested(then);
    if (otherwise) {
      const start = this.#body.push(0x05);
      this.#nested(otherwise);
      if (this.#body.length === start) this.#body.pop(); // it had nothing to say
    }
    this.#body.push(0x0b);
  }

  /** A value that is computed one way or the other; the arms may hold statements. */
  choose(type: ValueType, condition: Expression, then: () => Expression, otherwise: () => Expression): Expression {
    const result = this.local(type);
    this.if(condition, () => this.set(result, then()), () => this.set(result, otherwise()));
    return result;
  }

  block(body: (label: Label) => void): void {
    this.#body.push(0x02, 0x40);
    this.#nested(() => body({ depth: this.#depth }));
    this.#body.push(0x0b);
  }

  /** `br` to the label repeats; running off the end leaves. */
  loop(body: (label: Label) => void): void {
    this.#body.push(0x03, 0x40);
    this.#nested(() => body({ depth: this.#depth }));
    this.#body.push(0x0b);
  }

  br(label: Label): void {
    this.#body.push(0x0c, ...unsignedLeb(this.#depth - label.depth));
  }

  brIf(label: Label, condition: Expression): void {
    this.#emit(condition);
    this.#body.push(0x0d, ...unsignedLeb(this.#depth - label.depth));
  }

  brTable(index: Expression, labels: readonly Label[], otherwise: Label): void {
    this.#emit(index);
    this.#body.push(0x0e, ...unsignedLeb(labels.length));
    for (const label of [...labels, otherwise]) this.#body.push(...unsignedLeb(this.#depth - label.depth));
  }

  return(value?: Expression): void {
    if (value) this.#emit(value);
    this.#body.push(0x0f);
  }

  /** Leaves this function for another of the same result type, which takes its place on the stack. */
  returnCall(callee: Callee, ...operands: Expression[]): void {
    this.#emit(this.#tree({ name: callee.name, code: 0x12, operands: callee.type.params, result: undefined }, operands, unsignedLeb(callee.index)));
  }

  /** The same through table 0. */
  returnCallIndirect(type: FunctionType, typeIndex: number, index: Expression, ...operands: Expression[]): void {
    this.#emit(this.#tree({ name: 'return_call_indirect', code: 0x13, operands: [...type.params, 'i32'], result: undefined }, [...operands, index], [...unsignedLeb(typeIndex), 0]));
  }

  unreachable(): void {
    this.#body.push(0x00);
  }

  /** The function body as the code section holds it, without its size. */
  finish(): Uint8Array {
    const groups: [number, ValueType][] = [];
    for (const type of this.#locals) {
      const last = groups.at(-1);
      if (last && last[1] === type) last[0]++;
      else groups.push([1, type]);
    }
    const locals = unsignedLeb(groups.length);
    for (const [count, type] of groups) locals.push(...unsignedLeb(count), typeCodes[type]);
    return concatenate([locals, this.#body, [0x0b]]);
  }

  get sizeBytes(): number {
    return this.#body.length;
  }

  #nested(body: () => void): void {
    this.#depth++;
    body();
    this.#depth--;
  }

  #localExpression(type: ValueType, index: number): Local {
    return { type, index, code: [0x20, ...unsignedLeb(index)], reusable: true };
  }

  #count(x: Expression, y: Expression | number): Expression {
    return typeof y === 'number' ? this.constant(x.type, y) : y;
  }

  #memoryOpcode(name: string): Opcode {
    const opcode = memoryOpcodes.get(name);
    if (!opcode) throw new Error(`wasm has no memory instruction ${name}`);
    return opcode;
  }

  #tree(opcode: Opcode, operands: readonly Expression[], immediates: readonly number[]): Expression {
    if (operands.length !== opcode.operands.length) throw new Error(`${this.name}: ${opcode.name} takes ${opcode.operands.length} operands, not ${operands.length}`);
    const code: (number | Code)[] = [];
    for (const [i, operand] of operands.entries()) {
      if (operand.type !== opcode.operands[i]) throw new Error(`${this.name}: operand ${i} of ${opcode.name} is ${operand.type}, not ${opcode.operands[i]}`);
      this.#use(operand);
      code.push(operand.code);
    }
    if (isSimd(opcode.code)) code.push(0xfd, ...unsignedLeb(simdCode(opcode.code)));
    else code.push(opcode.code);
    code.push(...immediates);
    return { type: opcode.result ?? 'i32', code, reusable: false };
  }

  #use(value: Expression): void {
    if (value.reusable) return;
    if (value.used) throw new Error(`${this.name}: a value is used twice; bind it with let()`);
    value.used = true;
  }

  #emit(value: Expression): void {
    this.#use(value);
    append(value.code, this.#body);
  }
}

function append(code: Code, to: number[]): void {
  for (const part of code) {
    if (typeof part === 'number') to.push(part);
    else append(part, to);
  }
}
