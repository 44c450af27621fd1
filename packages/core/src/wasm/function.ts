/**
 * Builds the body of one WebAssembly function from typed expressions.
 *
 * An `Expression` is a tree whose code is made when it is constructed, and written out when it is used; it may be used once. To use a value twice, bind it with
 * `let`, which evaluates it now and gives a local that may be used freely: so the order of evaluation is the order of the source.
 * Using a tree twice throws, at generation time. Integer operations on constants are folded.
 *
 * Statements (`set`, `store`, `if`, `loop` …) are appended to the body in the order in which they are called.
 */
import { ByteWriter } from './byte-writer.ts';
import { concatenate, unsignedLeb } from './encode.ts';
import { isSimd, laneOpcodes, memoryOpcodes, plainOpcodes, simdCode } from './opcodes.ts';
import type { Opcode } from './opcodes.ts';
import { typeCodes } from './types.ts';
import type { FunctionType, ValueType } from './types.ts';

type Kind = 'operation' | 'access' | 'local' | 'i32' | 'i64' | 'bytes';

/** One class for all, so that generating code, which makes little else, looks each field up in one way. */
class Tree {
  readonly type: ValueType;
  readonly kind: Kind;
  /** Of an operation or access its opcode, of a local its index, of an i32 its value. */
  readonly index: number;
  readonly constant: bigint | undefined;
  readonly operands: readonly Tree[];
  /** Of an access its offset, of an operation a number that follows the opcode, or -1. */
  readonly immediate: number;
  /** What follows then. */
  readonly bytes: ArrayLike<number>;
  isUsed = false;

  constructor(type: ValueType, kind: Kind, index: number, constant?: bigint, operands: readonly Tree[] = nothing, immediate = -1, bytes: ArrayLike<number> = nothing) {
    this.type = type;
    this.kind = kind;
    this.index = index;
    this.constant = constant;
    this.operands = operands;
    this.immediate = immediate;
    this.bytes = bytes;
  }
}

const nothing: readonly never[] = [];

/** A value: an operation may be used once, a local or a constant any number of times. */
export type Expression = Tree;

/** `index` is that of the local. */
export type Local = Tree;

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

type ByType = Readonly<Record<ValueType, Opcode | undefined>>;

/** The instructions of one name, by the type of their operands. */
const typed = (name: string): ByType => {
  const of = (type: ValueType): Opcode | undefined => plainOpcodes.get(`${type}.${name}`);
  return { i32: of('i32'), i64: of('i64'), f32: of('f32'), f64: of('f64'), v128: of('v128') };
};

const operation = {
  add: typed('add'), sub: typed('sub'), mul: typed('mul'), and: typed('and'), or: typed('or'), xor: typed('xor'), shl: typed('shl'), shrU: typed('shr_u'), shrS: typed('shr_s'),
  eq: typed('eq'), ne: typed('ne'), ltU: typed('lt_u'), ltS: typed('lt_s'), leU: typed('le_u'), leS: typed('le_s'), gtU: typed('gt_u'), gtS: typed('gt_s'), geU: typed('ge_u'), geS: typed('ge_s'),
  eqz: typed('eqz'),
};

/** Of integers. */
const folded: ReadonlyMap<Opcode, (x: bigint, y: bigint) => bigint> = new Map((['i32', 'i64'] as const).flatMap((type) => [
  [operation.add[type]!, (x: bigint, y: bigint) => x + y], [operation.sub[type]!, (x: bigint, y: bigint) => x - y], [operation.mul[type]!, (x: bigint, y: bigint) => x * y],
  [operation.and[type]!, (x: bigint, y: bigint) => x & y], [operation.or[type]!, (x: bigint, y: bigint) => x | y], [operation.xor[type]!, (x: bigint, y: bigint) => x ^ y],
] as const));

const shuffleOpcode: Opcode = { name: 'i8x16.shuffle', code: 0xfd00_000d, operands: ['v128', 'v128'], result: 'v128' };
const LANES: readonly (readonly number[])[] = Array.from({ length: 16 }, (_, lane) => [lane]);
/** Constants that nearly every function has. */
const SMALL = 256;
const smallConstants = Array.from({ length: 2 * SMALL }, (_, i) => new Tree('i32', 'i32', i - SMALL, BigInt(i - SMALL)));

export class FunctionBuilder {
  readonly name: string;
  readonly type: FunctionType;
  readonly params: readonly Local[];
  /** By index, for those who read the code. */
  readonly localNames = new Map<number, string>();
  #locals: ValueType[] = [];
  readonly #body = new ByteWriter();
  /** Where the last `local.set` ends, and its local: a `local.get` of it that follows at once becomes one `local.tee`. */
  #setEnd = -1;
  #setLocal = -1;
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
    const v = value | 0;
    return smallConstants[v + SMALL] ?? new Tree('i32', 'i32', v, BigInt(v));
  }

  i64(value: bigint | number): Expression {
    return new Tree('i64', 'i64', 0, BigInt.asIntN(64, BigInt(value)));
  }

  f64(value: number): Expression {
    return new Tree('f64', 'bytes', 0, undefined, nothing, -1, [0x44, ...new Uint8Array(new Float64Array([value]).buffer)]);
  }

  f32(value: number): Expression {
    return new Tree('f32', 'bytes', 0, undefined, nothing, -1, [0x43, ...new Uint8Array(new Float32Array([value]).buffer)]);
  }

  /** A 128-bit constant from its 16 bytes, lowest first. */
  v128(bytes: ArrayLike<number>): Expression {
    if (bytes.length !== 16) throw new Error(`v128 takes 16 bytes, not ${bytes.length}`);
    return new Tree('v128', 'bytes', 0, undefined, nothing, -1, [0xfd, 12, ...Array.from(bytes)]);
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
    if (value.constant !== undefined) return value;
    const local = this.local(value.type);
    this.set(local, value);
    return local;
  }

  /** Any instruction without immediates, by its text name. */
  op(name: string, ...operands: Expression[]): Expression {
    const opcode = plainOpcodes.get(name);
    if (!opcode) throw new Error(`wasm has no instruction ${name}`);
    return this.#operation(opcode, operands);
  }

  lane(name: string, lane: number, ...operands: Expression[]): Expression {
    const opcode = laneOpcodes.get(name);
    if (!opcode) throw new Error(`wasm has no lane instruction ${name}`);
    return this.#tree(opcode, operands, -1, LANES[lane]!);
  }

  /** i8x16.shuffle: result byte i is byte `pattern[i]` of x (0–15) or y (16–31). */
  shuffle(x: Expression, y: Expression, pattern: readonly number[]): Expression {
    return this.#tree(shuffleOpcode, [x, y], -1, pattern);
  }

  load(name: string, address: Expression, offset = 0): Expression {
    return this.#access(name, [address], offset);
  }

  select(condition: Expression, ifTrue: Expression, ifFalse: Expression): Expression {
    const { type } = ifTrue;
    const isTyped = type === 'v128';
    return this.#tree({ name: 'select', code: isTyped ? 0x1c : 0x1b, operands: [type, type, 'i32'], result: type }, [ifTrue, ifFalse, condition], -1, isTyped ? [1, typeCodes.v128] : nothing);
  }

  call(callee: Callee, ...operands: Expression[]): Expression {
    return this.#tree({ name: callee.name, code: 0x10, operands: callee.type.params, result: callee.type.results[0] }, operands, callee.index);
  }

  /** Calls through table 0; `typeIndex` comes from ModuleBuilder.typeIndex. */
  callIndirect(type: FunctionType, typeIndex: number, index: Expression, ...operands: Expression[]): Expression {
    return this.#tree({ name: 'call_indirect', code: 0x11, operands: [...type.params, 'i32'], result: type.results[0] }, [...operands, index], typeIndex, TABLE_0);
  }

  // — shorthands whose instruction follows from the operand's type —

  add(x: Expression, y: Expression): Expression { return y.constant === 0n ? x : this.#typed(operation.add, x, y); }
  sub(x: Expression, y: Expression): Expression { return this.#typed(operation.sub, x, y); }
  mul(x: Expression, y: Expression): Expression { return this.#typed(operation.mul, x, y); }
  and(x: Expression, y: Expression): Expression { return y.constant === -1n ? x : this.#typed(operation.and, x, y); }
  or(x: Expression, y: Expression): Expression { return this.#typed(operation.or, x, y); }
  xor(x: Expression, y: Expression): Expression { return this.#typed(operation.xor, x, y); }
  shl(x: Expression, y: Expression | number): Expression { return y === 0 ? x : this.#typed(operation.shl, x, this.#count(x, y)); }
  shrU(x: Expression, y: Expression | number): Expression { return y === 0 ? x : this.#typed(operation.shrU, x, this.#count(x, y)); }
  shrS(x: Expression, y: Expression | number): Expression { return y === 0 ? x : this.#typed(operation.shrS, x, this.#count(x, y)); }
  eq(x: Expression, y: Expression): Expression { return y.constant === 0n ? this.eqz(x) : this.#typed(operation.eq, x, y); }
  ne(x: Expression, y: Expression): Expression { return this.#typed(operation.ne, x, y); }
  ltU(x: Expression, y: Expression): Expression { return this.#typed(operation.ltU, x, y); }
  ltS(x: Expression, y: Expression): Expression { return this.#typed(operation.ltS, x, y); }
  leU(x: Expression, y: Expression): Expression { return this.#typed(operation.leU, x, y); }
  leS(x: Expression, y: Expression): Expression { return this.#typed(operation.leS, x, y); }
  gtU(x: Expression, y: Expression): Expression { return this.#typed(operation.gtU, x, y); }
  gtS(x: Expression, y: Expression): Expression { return this.#typed(operation.gtS, x, y); }
  geU(x: Expression, y: Expression): Expression { return this.#typed(operation.geU, x, y); }
  geS(x: Expression, y: Expression): Expression { return this.#typed(operation.geS, x, y); }
  eqz(x: Expression): Expression { return x.constant === undefined ? this.#typed(operation.eqz, x) : this.i32(x.constant ? 0 : 1); }
  wrap(x: Expression): Expression { return x.constant === undefined ? this.op('i32.wrap_i64', x) : this.i32(Number(BigInt.asIntN(32, x.constant))); }
  extendU(x: Expression): Expression { return x.constant === undefined ? this.op('i64.extend_i32_u', x) : this.i64(BigInt.asUintN(32, x.constant)); }
  extendS(x: Expression): Expression { return x.constant === undefined ? this.op('i64.extend_i32_s', x) : this.i64(x.constant); }

  // — statements —

  set(local: Expression, value: Expression): void {
    if (value.type !== local.type) throw new Error(`${this.name}: a ${value.type} does not fit a local of type ${local.type}`);
    if (local.kind !== 'local') throw new Error(`${this.name}: only a local can be set`);
    this.#emit(value);
    this.#body.byte(0x21);
    this.#body.unsigned(local.index);
    this.#setEnd = this.#body.length;
    this.#setLocal = local.index;
  }

  store(name: string, address: Expression, value: Expression, offset = 0): void {
    this.#emit(this.#access(name, [address, value], offset));
  }

  /** Evaluates for its effect. */
  drop(value: Expression): void {
    this.#emit(value);
    this.#body.byte(0x1a);
  }

  /** Calls a function without result. */
  perform(callee: Callee, ...operands: Expression[]): void {
    this.#emit(this.call(callee, ...operands));
  }

  memoryCopy(to: Expression, from: Expression, length: Expression): void {
    for (const e of [to, from, length]) this.#emit(e);
    this.#body.bytes([0xfc, 10, 0, 0]);
  }

  memoryFill(to: Expression, value: Expression, length: Expression): void {
    for (const e of [to, value, length]) this.#emit(e);
    this.#body.bytes([0xfc, 11, 0]);
  }

  /** Where the condition is a constant only the arm that it chooses is built. */
  if(condition: Expression, then: () => void, otherwise?: () => void): void {
    if (condition.constant !== undefined) {
      if (condition.constant) then();
      else otherwise?.();
      return;
    }
    this.#emit(condition);
    this.#body.bytes(IF);
    this.#nested(then);
    if (otherwise) {
      const start = this.#body.length;
      this.#body.byte(0x05);
      this.#nested(otherwise);
      if (this.#body.length === start + 1) this.#body.truncate(start); // it had nothing to say
    }
    this.#body.byte(END);
  }

  /** A value that is computed one way or the other; the arms may hold statements. */
  choose(type: ValueType, condition: Expression, then: () => Expression, otherwise: () => Expression): Expression {
    const result = this.local(type);
    this.if(condition, () => this.set(result, then()), () => this.set(result, otherwise()));
    return result;
  }

  block(body: (label: Label) => void): void {
    this.#body.bytes(BLOCK);
    this.#nested(() => body({ depth: this.#depth }));
    this.#body.byte(END);
  }

  /** `br` to the label repeats; running off the end leaves. */
  loop(body: (label: Label) => void): void {
    this.#body.bytes(LOOP);
    this.#nested(() => body({ depth: this.#depth }));
    this.#body.byte(END);
  }

  br(label: Label): void {
    this.#body.byte(0x0c);
    this.#body.unsigned(this.#depth - label.depth);
  }

  brIf(label: Label, condition: Expression): void {
    this.#emit(condition);
    this.#body.byte(0x0d);
    this.#body.unsigned(this.#depth - label.depth);
  }

  brTable(index: Expression, labels: readonly Label[], otherwise: Label): void {
    this.#emit(index);
    this.#body.byte(0x0e);
    this.#body.unsigned(labels.length);
    for (const label of [...labels, otherwise]) this.#body.unsigned(this.#depth - label.depth);
  }

  return(value?: Expression): void {
    if (value) this.#emit(value);
    this.#body.byte(0x0f);
  }

  /** Leaves this function for another of the same result type, which takes its place on the stack. */
  returnCall(callee: Callee, ...operands: Expression[]): void {
    this.#emit(this.#tree({ name: callee.name, code: 0x12, operands: callee.type.params, result: undefined }, operands, callee.index));
  }

  /** The same through table 0. */
  returnCallIndirect(type: FunctionType, typeIndex: number, index: Expression, ...operands: Expression[]): void {
    this.#emit(this.#tree({ name: 'return_call_indirect', code: 0x13, operands: [...type.params, 'i32'], result: undefined }, [...operands, index], typeIndex, TABLE_0));
  }

  unreachable(): void {
    this.#body.byte(0x00);
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
    return concatenate([locals, this.#body.written(), [END]]);
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
    return new Tree(type, 'local', index);
  }

  #count(x: Expression, y: Expression | number): Expression {
    return typeof y === 'number' ? this.constant(x.type, y) : y;
  }

  #typed(opcodes: ByType, ...operands: Expression[]): Expression {
    const { type } = operands[0]!;
    const opcode = opcodes[type];
    if (!opcode) throw new Error(`${this.name}: no such operation of ${type}`);
    return this.#operation(opcode, operands);
  }

  #operation(opcode: Opcode, operands: readonly Expression[]): Expression {
    const [x, y] = operands;
    if (x?.constant !== undefined && y?.constant !== undefined) {
      const fold = folded.get(opcode);
      if (fold) return this.constant(opcode.result!, truncated(opcode.result!, fold(x.constant, y.constant)));
    }
    return this.#tree(opcode, operands, -1);
  }

  #access(name: string, operands: readonly Expression[], offset: number): Expression {
    const opcode = memoryOpcodes.get(name);
    if (!opcode) throw new Error(`wasm has no memory instruction ${name}`);
    return this.#tree(opcode, operands, offset, nothing, 'access');
  }

  #tree(opcode: Opcode, operands: readonly Expression[], immediate: number, bytes: ArrayLike<number> = nothing, kind: Kind = 'operation'): Expression {
    if (operands.length !== opcode.operands.length) throw new Error(`${this.name}: ${opcode.name} takes ${opcode.operands.length} operands, not ${operands.length}`);
    for (let i = 0; i < operands.length; i++) {
      const operand = operands[i]!;
      if (operand.type !== opcode.operands[i]) throw new Error(`${this.name}: operand ${i} of ${opcode.name} is ${operand.type}, not ${opcode.operands[i]}`);
      this.#use(operand);
    }
    return new Tree(opcode.result ?? 'i32', kind, opcode.code, undefined, operands, immediate, bytes);
  }

  #use(value: Expression): void {
    if (value.kind !== 'operation' && value.kind !== 'access') return;
    if (value.isUsed) throw new Error(`${this.name}: a value is used twice; bind it with let()`);
    value.isUsed = true;
  }

  #emit(value: Expression): void {
    this.#use(value);
    this.#write(value);
  }

  #write(value: Expression): void {
    const body = this.#body;
    switch (value.kind) {
      case 'local':
        if (this.#setEnd === body.length && this.#setLocal === value.index) this.#becomeTee(value.index);
        else {
          body.byte(0x20);
          body.unsigned(value.index);
        }
        return;
      case 'i32':
        body.byte(0x41);
        body.signed(value.index);
        return;
      case 'i64':
        body.byte(0x42);
        body.signed64(value.constant!);
        return;
      case 'bytes':
        body.bytes(value.bytes);
        return;
      case 'operation': case 'access': this.#writeOperation(value);
    }
  }

  #writeOperation({ kind, index, operands, immediate, bytes }: Expression): void {
    const body = this.#body;
    for (let i = 0; i < operands.length; i++) this.#write(operands[i]!);
    if (isSimd(index)) {
      body.byte(0xfd);
      body.unsigned(simdCode(index));
    } else body.byte(index);
    if (kind === 'access') body.byte(0); // no promise of alignment
    if (immediate >= 0) body.unsigned(immediate);
    if (bytes.length) body.bytes(bytes);
  }

  #becomeTee(local: number): void {
    const body = this.#body;
    body.truncate(body.length - unsignedLeb(local).length - 1);
    body.byte(0x22);
    body.unsigned(local);
    this.#setEnd = -1;
  }
}

const IF: readonly number[] = [0x04, 0x40];
const BLOCK: readonly number[] = [0x02, 0x40];
const LOOP: readonly number[] = [0x03, 0x40];
const END = 0x0b;
const TABLE_0: readonly number[] = [0];
