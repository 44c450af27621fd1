/**
 * Builds the body of one WebAssembly function from typed expressions.
 *
 * An `Expression` is a tree whose code is written out when a statement uses it; it may be used once. To use a value twice, bind it with
 * `let`, which evaluates it now and gives a local that may be used freely: so the order of evaluation is the order of the source.
 * Using a tree twice throws, at generation time. Integer operations on constants are folded.
 *
 * Statements (`set`, `store`, `if`, `loop` …) are appended to the body in the order in which they are called.
 */
import { ByteWriter } from './byte-writer.ts';
import { CodeWriter } from './code-writer.ts';
import { Expression, form, isValue } from './expression.ts';
import type { Form } from './expression.ts';
import { foldable, laneOpcodes, memoryOpcodes, plainOpcodes, selectOpcodes, shuffleOpcode, typedOpcodes, v128ConstOpcode } from './opcodes.ts';
import type { Opcode, OpcodeByType } from './opcodes.ts';
import { typeCodes } from './types.ts';
import type { FunctionType, ValueType } from './types.ts';

export type { Expression } from './expression.ts';

/** `index` is that of the local. */
export type Local = Expression;

export interface Label {
  readonly depth: number;
}

/** A branch of a body: its instruction's offset from the start of the body, where the locals are declared. */
export interface BranchHint {
  readonly offset: number;
  readonly isLikely: boolean;
}

/** A function that can be called: its index in the module is known when the module is laid out. */
export interface Callee {
  readonly name: string;
  readonly type: FunctionType;
  readonly index: number;
}

const v128Type = [1, typeCodes.v128];

/** Constants are never changed, so those that are wanted often are made once. */
const SMALLEST = -0x80, LARGEST = 0x1000;
const small32 = new Array<Expression | undefined>(LARGEST - SMALLEST + 1);
const small64 = new Array<Expression | undefined>(LARGEST - SMALLEST + 1);

export class FunctionBuilder {
  readonly name: string;
  readonly type: FunctionType;
  readonly params: readonly Local[];
  /** By index, for those who read the code. */
  readonly localNames = new Map<number, string>();
  #locals: ValueType[] = [];
  readonly #body = new CodeWriter();
  /** Offsets are in the code until `finish` knows how long the declarations before it are. */
  #hints: BranchHint[] = [];
  /** The innermost `if` that is open: where its instruction is, and which arm is being built. */
  #arm: { readonly offset: number; readonly isThen: boolean } | undefined;
  #sizeBytes = 0;
  #depth = 0;
  /** Locals of the scopes being built, inner ones last, and those that ended scopes gave back. */
  readonly #scoped: Local[] = [];
  #scopes = 0;
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
    const v = value | 0;
    if (v < SMALLEST || v > LARGEST) return new Expression('i32', form.i32, 0x41, v);
    return (small32[v - SMALLEST] ??= new Expression('i32', form.i32, 0x41, v));
  }

  i64(value: bigint | number): Expression {
    if (typeof value === 'bigint') {
      const v = BigInt.asIntN(64, value);
      const exact = Number(v);
      return Number.isSafeInteger(exact) ? this.#exact64(exact) : new Expression('i64', form.i64, 0x42, 0, undefined, undefined, undefined, v);
    }
    return Number.isSafeInteger(value) ? this.#exact64(value) : this.i64(BigInt(value));
  }

  #exact64(value: number): Expression {
    if (value < SMALLEST || value > LARGEST) return new Expression('i64', form.i64, 0x42, value);
    return (small64[value - SMALLEST] ??= new Expression('i64', form.i64, 0x42, value));
  }

  f64(value: number): Expression {
    return this.#bytesConstant('f64', 0x44, new Uint8Array(new Float64Array([value]).buffer));
  }

  f32(value: number): Expression {
    return this.#bytesConstant('f32', 0x43, new Uint8Array(new Float32Array([value]).buffer));
  }

  /** A 128-bit constant from its 16 bytes, lowest first. */
  v128(bytes: ArrayLike<number>): Expression {
    if (bytes.length !== 16) throw new Error(`v128 takes 16 bytes, not ${bytes.length}`);
    return this.#bytesConstant('v128', v128ConstOpcode.encoding, Uint8Array.from(bytes));
  }

  #bytesConstant(type: ValueType, code: number, bytes: Uint8Array): Expression {
    return new Expression(type, form.literal, code, 0, undefined, undefined, undefined, bytes);
  }

  /** An integer constant of the given type. */
  constant(type: ValueType, value: bigint | number): Expression {
    if (type !== 'i32') return this.i64(value);
    return this.i32(typeof value === 'number' && Number.isSafeInteger(value) ? value : Number(BigInt.asIntN(32, BigInt(value))));
  }

  /** A local; 0 at first, except in a `scope`, where it may be one that was used before. */
  local(type: ValueType): Local {
    if (!this.#scopes) return this.#newLocal(type);
    const local = this.#free[type].pop() ?? this.#newLocal(type);
    this.#scoped.push(local);
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
    const scoped = this.#scoped;
    const first = scoped.length;
    this.#scopes++;
    body();
    this.#scopes--;
    for (let i = first; i < scoped.length; i++) this.#free[scoped[i]!.type].push(scoped[i]!);
    scoped.length = first;
  }

  #newLocal(type: ValueType): Local {
    this.#locals.push(type);
    return this.#localExpression(type, this.type.params.length + this.#locals.length - 1);
  }

  /** Evaluates `value` now; the result may be used freely. */
  let(value: Expression): Expression {
    if (value.isConstant) return value;
    const local = this.local(value.type);
    this.set(local, value);
    return local;
  }

  /** Any instruction without immediates, by its text name. */
  op(name: string, ...operands: Expression[]): Expression {
    const opcode = plainOpcodes.get(name);
    if (!opcode) throw new Error(`wasm has no instruction ${name}`);
    if (operands.length !== opcode.operands.length) this.#refuseCount(opcode, operands.length);
    return this.#plain(opcode, operands[0]!, operands[1], operands[2]);
  }

  lane(name: string, lane: number, ...operands: Expression[]): Expression {
    const opcode = laneOpcodes.get(name);
    if (!opcode) throw new Error(`wasm has no lane instruction ${name}`);
    if (operands.length !== opcode.operands.length) this.#refuseCount(opcode, operands.length);
    return this.#tree(form.lane, opcode, lane, undefined, operands[0]!, operands[1]);
  }

  /** i8x16.shuffle: result byte i is byte `pattern[i]` of x (0–15) or y (16–31). */
  shuffle(x: Expression, y: Expression, pattern: readonly number[]): Expression {
    return this.#tree(form.bytes, shuffleOpcode, 0, pattern, x, y);
  }

  load(name: string, address: Expression, offset = 0): Expression {
    return this.#tree(form.access, this.#memoryOpcode(name), offset, undefined, address);
  }

  select(condition: Expression, ifTrue: Expression, ifFalse: Expression): Expression {
    const { type } = ifTrue;
    return type === 'v128' ? this.#tree(form.bytes, selectOpcodes.v128, 0, v128Type, ifTrue, ifFalse, condition) : this.#tree(form.plain, selectOpcodes[type], 0, undefined, ifTrue, ifFalse, condition);
  }

  call(callee: Callee, ...operands: Expression[]): Expression {
    this.#useAll(callee.name, callee.type.params, operands);
    return new Expression(callee.type.results[0] ?? 'i32', form.call, 0x10, callee.index, undefined, undefined, undefined, operands);
  }

  /** Calls through table 0; `typeIndex` comes from ModuleBuilder.typeIndex. */
  callIndirect(type: FunctionType, typeIndex: number, index: Expression, ...operands: Expression[]): Expression {
    operands.push(index);
    this.#useAll('call_indirect', [...type.params, 'i32'], operands);
    return new Expression(type.results[0] ?? 'i32', form.callIndirect, 0x11, typeIndex, undefined, undefined, undefined, operands);
  }

  // — shorthands whose instruction follows from the operand's type —

  add(x: Expression, y: Expression): Expression { return isValue(y, 0) ? x : this.#typed(typedOpcodes.add, x, y); }
  sub(x: Expression, y: Expression): Expression { return this.#typed(typedOpcodes.sub, x, y); }
  mul(x: Expression, y: Expression): Expression { return this.#typed(typedOpcodes.mul, x, y); }
  and(x: Expression, y: Expression): Expression { return isValue(y, -1) ? x : this.#typed(typedOpcodes.and, x, y); }
  or(x: Expression, y: Expression): Expression { return this.#typed(typedOpcodes.or, x, y); }
  xor(x: Expression, y: Expression): Expression { return this.#typed(typedOpcodes.xor, x, y); }
  shl(x: Expression, y: Expression | number): Expression { return y === 0 ? x : this.#typed(typedOpcodes.shl, x, this.#count(x, y)); }
  shrU(x: Expression, y: Expression | number): Expression { return y === 0 ? x : this.#typed(typedOpcodes.shrU, x, this.#count(x, y)); }
  shrS(x: Expression, y: Expression | number): Expression { return y === 0 ? x : this.#typed(typedOpcodes.shrS, x, this.#count(x, y)); }
  eq(x: Expression, y: Expression): Expression { return isValue(y, 0) ? this.eqz(x) : this.#typed(typedOpcodes.eq, x, y); }
  ne(x: Expression, y: Expression): Expression { return this.#typed(typedOpcodes.ne, x, y); }
  ltU(x: Expression, y: Expression): Expression { return this.#typed(typedOpcodes.ltU, x, y); }
  ltS(x: Expression, y: Expression): Expression { return this.#typed(typedOpcodes.ltS, x, y); }
  leU(x: Expression, y: Expression): Expression { return this.#typed(typedOpcodes.leU, x, y); }
  leS(x: Expression, y: Expression): Expression { return this.#typed(typedOpcodes.leS, x, y); }
  gtU(x: Expression, y: Expression): Expression { return this.#typed(typedOpcodes.gtU, x, y); }
  gtS(x: Expression, y: Expression): Expression { return this.#typed(typedOpcodes.gtS, x, y); }
  geU(x: Expression, y: Expression): Expression { return this.#typed(typedOpcodes.geU, x, y); }
  geS(x: Expression, y: Expression): Expression { return this.#typed(typedOpcodes.geS, x, y); }
  eqz(x: Expression): Expression { return x.isConstant ? this.i32(isValue(x, 0) ? 1 : 0) : this.#typed(typedOpcodes.eqz, x); }
  wrap(x: Expression): Expression { return x.isConstant ? this.i32(Number(BigInt.asIntN(32, x.constant!))) : this.op('i32.wrap_i64', x); }
  extendU(x: Expression): Expression { return x.isConstant ? this.i64(BigInt.asUintN(32, x.constant!)) : this.op('i64.extend_i32_u', x); }
  extendS(x: Expression): Expression { return x.isConstant ? this.i64(x.constant!) : this.op('i64.extend_i32_s', x); }

  // — statements —

  set(local: Expression, value: Expression): void {
    if (value.type !== local.type) throw new Error(`${this.name}: a ${value.type} does not fit a local of type ${local.type}`);
    if (local.form !== form.local) throw new Error(`${this.name}: only a local can be set`);
    this.#emit(value);
    this.#body.localSet(local.index);
  }

  store(name: string, address: Expression, value: Expression, offset = 0): void {
    const opcode = this.#memoryOpcode(name);
    this.#check(opcode, 0, address);
    this.#check(opcode, 1, value);
    this.#emit(address);
    this.#emit(value);
    this.#body.access(opcode.encoding, offset);
  }

  /** Evaluates for its effect. */
  drop(value: Expression): void {
    this.#emit(value);
    this.#byte(0x1a);
  }

  /** Calls a function without result. */
  perform(callee: Callee, ...operands: Expression[]): void {
    this.#emit(this.call(callee, ...operands));
  }

  memoryCopy(to: Expression, from: Expression, length: Expression): void {
    for (const e of [to, from, length]) this.#emit(e);
    this.#body.append([0xfc, 10, 0, 0]);
  }

  memoryFill(to: Expression, value: Expression, length: Expression): void {
    for (const e of [to, value, length]) this.#emit(e);
    this.#body.append([0xfc, 11, 0]);
  }

  /** Where the condition is a constant only the arm that it chooses is built. */
  if(condition: Expression, then: () => void, otherwise?: () => void): void {
    if (condition.isConstant) {
      if (!isValue(condition, 0)) then();
      else otherwise?.();
      return;
    }
    this.#emit(condition);
    const outer = this.#arm;
    this.#arm = { offset: this.#body.length, isThen: true };
    this.#twoBytes(0x04, 0x40);
    this.#depth++;
    then();
    if (otherwise) {
      this.#arm = { offset: this.#arm.offset, isThen: false };
      this.#byte(0x05);
      const start = this.#body.length;
      otherwise();
      if (this.#body.length === start) this.#body.cut(start - 1); // it had nothing to say
    }
    this.#arm = outer;
    this.#depth--;
    this.#byte(0x0b);
  }

  /** The arm that is being built is seldom gone through: the engine then keeps its calls from costing the other way anything. */
  rarely(): void {
    if (this.#arm) this.#hints.push({ offset: this.#arm.offset, isLikely: !this.#arm.isThen });
  }

  /** A value that is computed one way or the other; the arms may hold statements. */
  choose(type: ValueType, condition: Expression, then: () => Expression, otherwise: () => Expression): Expression {
    const result = this.local(type);
    this.if(condition, () => this.set(result, then()), () => this.set(result, otherwise()));
    return result;
  }

  block(body: (label: Label) => void): void {
    this.#labelled(0x02, body);
  }

  /** `br` to the label repeats; running off the end leaves. */
  loop(body: (label: Label) => void): void {
    this.#labelled(0x03, body);
  }

  #labelled(code: number, body: (label: Label) => void): void {
    this.#twoBytes(code, 0x40);
    this.#depth++;
    body({ depth: this.#depth });
    this.#depth--;
    this.#byte(0x0b);
  }

  br(label: Label): void {
    this.#body.indexed(0x0c, this.#depth - label.depth);
  }

  brIf(label: Label, condition: Expression): void {
    this.#emit(condition);
    this.#body.indexed(0x0d, this.#depth - label.depth);
  }

  brTable(index: Expression, labels: readonly Label[], otherwise: Label): void {
    this.#emit(index);
    this.#body.indexed(0x0e, labels.length);
    this.#body.reserve(5 * (labels.length + 1));
    for (const label of labels) this.#body.unsigned(this.#depth - label.depth);
    this.#body.unsigned(this.#depth - otherwise.depth);
  }

  return(value?: Expression): void {
    if (value) this.#emit(value);
    this.#byte(0x0f);
  }

  /** Leaves this function for another of the same result type, which takes its place on the stack. */
  returnCall(callee: Callee, ...operands: Expression[]): void {
    this.#useAll(callee.name, callee.type.params, operands);
    for (const operand of operands) this.#body.expression(operand);
    this.#body.indexed(0x12, callee.index);
  }

  /** The same through table 0. */
  returnCallIndirect(type: FunctionType, typeIndex: number, index: Expression, ...operands: Expression[]): void {
    operands.push(index);
    this.#useAll('return_call_indirect', [...type.params, 'i32'], operands);
    for (const operand of operands) this.#body.expression(operand);
    this.#body.indexed(0x13, typeIndex);
    this.#byte(0);
  }

  unreachable(): void {
    this.#byte(0x00);
  }

  /** The function body as the code section holds it, without its size; once. */
  finish(): Uint8Array<ArrayBuffer> {
    const groups: [number, ValueType][] = [];
    for (const type of this.#locals) {
      const last = groups.at(-1);
      if (last && last[1] === type) last[0]++;
      else groups.push([1, type]);
    }
    this.#byte(0x0b);
    this.#sizeBytes = this.#body.length - 1;
    const whole = new ByteWriter();
    whole.reserve(5 + 6 * groups.length + this.#body.length);
    whole.unsigned(groups.length);
    for (const [count, type] of groups) {
      whole.unsigned(count);
      whole.byte(typeCodes[type]);
    }
    const declarations = whole.length;
    whole.appendWriter(this.#body);
    this.#body.clear();
    // one a branch, in the order of the code
    const byOffset = new Map(this.#hints.map(({ offset, isLikely }) => [offset + declarations, isLikely]));
    this.#hints = [...byOffset].sort(([x], [y]) => x - y).map(([offset, isLikely]) => ({ offset, isLikely }));
    return whole.take();
  }

  /** After `finish`. */
  get branchHints(): readonly BranchHint[] {
    return this.#hints;
  }

  get sizeBytes(): number {
    return this.#sizeBytes || this.#body.length;
  }

  #localExpression(type: ValueType, index: number): Local {
    return new Expression(type, form.local, 0x20, index);
  }

  #count(x: Expression, y: Expression | number): Expression {
    return typeof y === 'number' ? this.constant(x.type, y) : y;
  }

  #memoryOpcode(name: string): Opcode {
    const opcode = memoryOpcodes.get(name);
    if (!opcode) throw new Error(`wasm has no memory instruction ${name}`);
    return opcode;
  }

  // — trees —

  #typed(instruction: OpcodeByType, x: Expression, y?: Expression): Expression {
    const opcode = instruction[x.type];
    if (typeof opcode === 'string') throw new Error(`wasm has no instruction ${opcode}`);
    return this.#plain(opcode, x, y);
  }

  #plain(opcode: Opcode, x: Expression, y?: Expression, z?: Expression): Expression {
    if (y && x.isConstant && y.isConstant) {
      const combine = foldable.get(opcode);
      if (combine) return this.constant(opcode.result!, combine(x.constant!, y.constant!));
    }
    return this.#tree(form.plain, opcode, 0, undefined, x, y, z);
  }

  #tree(kind: Form, opcode: Opcode, index: number, detail: Expression['detail'], x: Expression, y?: Expression, z?: Expression): Expression {
    this.#check(opcode, 0, x);
    this.#use(x);
    if (y) {
      this.#check(opcode, 1, y);
      this.#use(y);
    }
    if (z) {
      this.#check(opcode, 2, z);
      this.#use(z);
    }
    return new Expression(opcode.result!, kind, opcode.encoding, index, x, y, z, detail);
  }

  #check(opcode: Opcode, i: number, operand: Expression): void {
    if (operand.type !== opcode.operands[i]) throw new Error(`${this.name}: operand ${i} of ${opcode.name} is ${operand.type}, not ${opcode.operands[i]}`);
  }

  #refuseCount(opcode: Pick<Opcode, 'name' | 'operands'>, count: number): never {
    throw new Error(`${this.name}: ${opcode.name} takes ${opcode.operands.length} operands, not ${count}`);
  }

  #useAll(name: string, types: readonly ValueType[], operands: readonly Expression[]): void {
    if (operands.length !== types.length) this.#refuseCount({ name, operands: types }, operands.length);
    for (let i = 0; i < types.length; i++) {
      if (operands[i]!.type !== types[i]) throw new Error(`${this.name}: operand ${i} of ${name} is ${operands[i]!.type}, not ${types[i]}`);
      this.#use(operands[i]!);
    }
  }

  #use(value: Expression): void {
    if (value.isReusable) return;
    if (value.used) throw new Error(`${this.name}: a value is used twice; bind it with let()`);
    value.used = true;
  }

  // — code —

  #emit(value: Expression): void {
    this.#use(value);
    this.#body.expression(value);
  }

  #byte(value: number): void {
    this.#body.reserve(1);
    this.#body.byte(value);
  }

  #twoBytes(first: number, second: number): void {
    this.#body.reserve(2);
    this.#body.byte(first);
    this.#body.byte(second);
  }
}
