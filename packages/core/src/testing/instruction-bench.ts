/**
 * A test double of the tiers: runs the semantics of one row on registers in a CPU state block and on plain memory, so that they can be
 * tested before, and apart from, decoder, paging and flags machinery.
 *
 * Missing: jumps, the stack, lazy flags (`flags.add` and its kin), repeat: semantics that use them throw while they are built, as does
 * everything else outside `Vocabulary`.
 */
import type { Builder, FlagsBuilder, Operand, Subroutine, Width } from '../cpu/builder/builder.ts';
import type { OperandCode, SemanticRow } from '../cpu/isa/row.ts';
import { CpuState, offsetOf, stateFields } from '../cpu/state.ts';
import type { FieldName } from '../cpu/state.ts';
import { STATE_BASE } from '../memory/layout.ts';
import type { Callee, Expression, FunctionBuilder } from '../wasm/function.ts';
import { ModuleBuilder } from '../wasm/module.ts';

const MEMORY_PAGES = 4;
/** Plain memory for operands, behind the state. */
export const DATA_BASE = 0x1_0000;

/** Registers by number; GPR r/m and reg share the numbering; `address` is where a memory operand lies, for `reach` to interpret. */
export interface Encoding {
  readonly isRegister: boolean;
  readonly operandSize: 16 | 32 | 64;
  readonly reg: number;
  readonly rm: number;
  readonly immediate: number;
  /** Byte registers 4–7 are AH, CH, DH, BH. */
  readonly legacyBytes?: boolean;
}

/** Where in the memory `sizeBytes` of the memory operand are; a number below 0 is -(fault vector + 1). */
export type Reach = (sizeBytes: number, write: boolean, mustBeAligned: boolean) => number;

export interface Outcome {
  /** undefined: no fault. */
  readonly fault: number | undefined;
}

type Compiled = (reg: number, rm: number, immediate: number) => number;

const sizes: Readonly<Record<string, Width>> = { b: 8, w: 16, d: 32, q: 64, x: 128 };
const widthOf = (code: OperandCode, operandSize: 16 | 32 | 64): Width => {
  if (code === 'eAX') return operandSize;
  const size = code.at(-1)!;
  if (size === 'v') return operandSize;
  if (size === 'y') return operandSize === 64 ? 64 : 32;
  const width = sizes[size];
  if (!width) throw new Error(`the bench does not know operand ${code}`);
  return width;
};

const loadOf: Readonly<Record<Width, string>> = { 8: 'i32.load8_u', 16: 'i32.load16_u', 32: 'i32.load', 64: 'i64.load', 128: 'v128.load' };
const storeOf: Readonly<Record<Width, string>> = { 8: 'i32.store8', 16: 'i32.store16', 32: 'i32.store', 64: 'i64.store', 128: 'v128.store' };

const storageOf = (letter: string): FieldName => (letter === 'P' || letter === 'Q' || letter === 'N' ? 'fpuMantissa' : letter === 'V' || letter === 'W' || letter === 'U' ? 'xmm' : 'gpr');
const isModrmReg = (letter: string): boolean => letter === 'G' || letter === 'V' || letter === 'P';

type Vocabulary = 'f' | 'flags' | 'call' | 'perform' | 'load' | 'store' | 'readRegister' | 'writeRegister' | 'fault' | 'faultIfPending' | 'commit';

class BenchBuilder implements Pick<Builder, Vocabulary> {
  readonly f: FunctionBuilder;
  readonly flags: FlagsBuilder;
  readonly #callee: (subroutine: Subroutine) => Callee;
  readonly #reach: Callee;

  constructor(f: FunctionBuilder, callee: (subroutine: Subroutine) => Callee, reach: Callee) {
    this.f = f;
    this.#callee = callee;
    this.#reach = reach;
    const absent = (): never => { throw new Error('the bench has eager flags only'); };
    this.flags = {
      add: absent, sub: absent, logic: absent, inc: absent, dec: absent, result: absent, resultWhen: absent, updateLater: absent, carry: absent, condition: absent,
      update: (mask, bits) => this.store('flags', f.or(f.and(this.load('flags'), f.i32(~mask)), bits)),
      read: () => f.let(this.load('flags')),
    };
  }

  operand(code: OperandCode, access: string, row: Encoding): Operand {
    const { f } = this;
    const letter = code === 'eAX' ? 'eAX' : code[0]!;
    const width = widthOf(code, row.operandSize);
    const isMemory = letter === 'M' || (!row.isRegister && 'EWQ'.includes(letter));
    const absent = (): never => { throw new Error(`${code} is no memory operand`); };
    if (letter === 'I') {
      const value = f.params[2]!;
      return { width, isMemory, read: () => value, readHigh: absent, write: absent, address: absent };
    }
    const address = (bytes: number, how: 'read' | 'write' | 'modify', mayBeUnaligned = true): Expression => {
      const at = f.let(f.call(this.#reach, f.i32(bytes), f.i32(how === 'read' ? 0 : 1), f.i32(mayBeUnaligned ? 0 : 1)));
      f.if(f.ltS(at, f.i32(0)), () => f.return(f.sub(f.i32(0), at)));
      return at;
    };
    if (isMemory) {
      const bytes = width / 8;
      return {
        width, isMemory, address, readHigh: absent,
        read: () => f.let(f.load(loadOf[width], address(bytes, access === 'rw' ? 'modify' : 'read', bytes < 16))),
        write: (value) => f.store(storeOf[width], address(bytes, 'write', bytes < 16), value),
      };
    }
    const field = storageOf(letter);
    const number = letter === 'eAX' ? f.i32(0) : f.params[isModrmReg(letter) ? 0 : 1]!;
    const at = (): Expression => f.add(f.i32(STATE_BASE + offsetOf[field]), number);
    return {
      width, isMemory, address: absent, readHigh: absent,
      read: () => f.let(f.load(loadOf[width], at())),
      write: (value) => {
        if (field === 'gpr' && width === 32) f.store('i64.store', at(), f.extendU(value));
        else f.store(storeOf[width], at(), value);
        if (field === 'fpuMantissa') f.store('i32.store16', f.add(f.i32(STATE_BASE + offsetOf.fpuExponent), f.shrU(number, 2)), f.i32(0xffff));
      },
    };
  }

  call(subroutine: Subroutine, ...values: Expression[]): Expression { return this.f.call(this.#callee(subroutine), ...values); }
  perform(subroutine: Subroutine, ...values: Expression[]): void { this.f.perform(this.#callee(subroutine), ...values); }

  load(field: FieldName, index = 0): Expression {
    const [type] = stateFields[field];
    return this.f.load(({ u8: 'i32.load8_u', u16: 'i32.load16_u', u32: 'i32.load', u64: 'i64.load' } as const)[type], this.f.i32(STATE_BASE), this.#at(field, index));
  }

  store(field: FieldName, value: Expression, index = 0): void {
    const [type] = stateFields[field];
    this.f.store(({ u8: 'i32.store8', u16: 'i32.store16', u32: 'i32.store', u64: 'i64.store' } as const)[type], this.f.i32(STATE_BASE), value, this.#at(field, index));
  }

  readRegister(register: number, width: Width): Expression { return this.f.load(loadOf[width], this.f.i32(STATE_BASE), offsetOf.gpr + 8 * register); }
  writeRegister(register: number, width: Width, value: Expression): void {
    if (width === 32) this.store('gpr', this.f.extendU(value), register);
    else this.f.store(storeOf[width], this.f.i32(STATE_BASE), value, offsetOf.gpr + 8 * register);
  }

  fault(vector: number): void { this.f.return(this.f.i32(vector + 1)); }
  faultIfPending(condition: Expression): void {
    this.f.if(condition, () => this.f.if(this.load('faultVector'), () => this.f.return(this.load('faultVector'))));
  }

  commit(): void {}

  #at(field: FieldName, index: number): number {
    const bytes = { u8: 1, u16: 2, u32: 4, u64: 8 }[stateFields[field][0]];
    return offsetOf[field] + bytes * index;
  }
}

export class InstructionBench {
  readonly memory = new WebAssembly.Memory({ initial: MEMORY_PAGES, maximum: MEMORY_PAGES, shared: true });
  readonly state = new CpuState(this.memory);
  readonly bytes = new Uint8Array(this.memory.buffer);
  readonly #compiled = new Map<string, Compiled>();
  readonly #rows = new Map<SemanticRow, number>();
  #reach: Reach = () => DATA_BASE;

  /** Executes; memory operands are at `reach`, by default at DATA_BASE whatever the access. */
  run(row: SemanticRow, encoding: Encoding, reach: Reach = () => DATA_BASE): Outcome {
    this.#reach = reach;
    let id = this.#rows.get(row);
    if (id === undefined) this.#rows.set(row, (id = this.#rows.size));
    const key = `${id} ${encoding.isRegister} ${encoding.operandSize}`;
    let compiled = this.#compiled.get(key);
    if (!compiled) this.#compiled.set(key, (compiled = this.#compile(row, encoding)));
    const byte = row.operands.some((code) => code === 'Eb' || code === 'Gb');
    const scale = (letterOf: 'reg' | 'rm'): number => {
      const code = row.operands.find((c) => c !== 'eAX' && c[0] !== 'I' && c[0] !== 'M' && isModrmReg(c[0]!) === (letterOf === 'reg'));
      const number = encoding[letterOf];
      if (!code) return 0;
      const field = storageOf(code[0]!);
      if (field === 'xmm') return number * 16;
      if (byte && code.endsWith('b') && encoding.legacyBytes && number >= 4 && number < 8) return (number - 4) * 8 + 1;
      return field === 'fpuMantissa' ? (number & 7) * 8 : number * 8;
    };
    const result = compiled(scale('reg'), scale('rm'), encoding.immediate);
    return { fault: result === 0 ? undefined : result - 1 };
  }

  #compile(row: SemanticRow, encoding: Encoding): Compiled {
    const module = new ModuleBuilder();
    module.importMemory(MEMORY_PAGES, MEMORY_PAGES);
    const reach = module.importFunction('reach', ['i32', 'i32', 'i32'], ['i32']);
    const callees = new Map<Subroutine, Callee>();
    const pending: Subroutine[] = [];
    const calleeOf = (subroutine: Subroutine): Callee => {
      let callee = callees.get(subroutine);
      if (!callee) {
        callees.set(subroutine, (callee = module.declare(subroutine.name, subroutine.params, subroutine.results)));
        pending.push(subroutine);
      }
      return callee;
    };
    const run = module.declare('run', ['i32', 'i32', 'i32'], ['i32']);
    module.define(run, (f) => {
      const b = new BenchBuilder(f, calleeOf, reach);
      row.semantics.build(b as Pick<Builder, Vocabulary> as Builder, ...row.operands.map((code, i) => b.operand(code, row.semantics.access[i] ?? 'r', encoding)));
      f.return(f.i32(0));
    });
    for (let next = pending.pop(); next; next = pending.pop()) {
      const subroutine = next;
      module.define(calleeOf(subroutine), (f) => subroutine.build(f, calleeOf));
    }
    module.export(run);
    const imports = { env: { memory: this.memory, reach: (size: number, write: number, aligned: number) => this.#reach(size, write !== 0, aligned !== 0) } };
    return new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()), imports).exports['run'] as Compiled;
  }
}
