/**
 * The vocabulary in which instructions are described. A semantic function receives a `Builder` and its operands and states, in this order:
 * reads, checks, writes, flags. It never learns whether operands are found in a decoded record at run time (interpreter) or
 * are known when code is made (translator).
 *
 * Values are WebAssembly expressions: i32, zero-extended, for widths of 8, 16 and 32 bits; i64 for 64; v128 for 128.
 * `b.f` has the arithmetic; an expression that is used twice must be bound with `b.f.let`.
 */
import type { Callee, Expression, FunctionBuilder } from '../../wasm/function.ts';
import type { ValueType } from '../../wasm/types.ts';
import type { FieldName } from '../state.ts';

export type Width = 8 | 16 | 32 | 64 | 128;

export interface Operand {
  /** 80 is a memory operand of the x87, reached by `address` only. */
  readonly width: Width | 256 | 80 | 0;
  readonly isMemory: boolean;
  /** Of 256 bits `read` gives the lower 128 and makes the access to all, `readHigh` the upper; `write` takes the upper ones as a second value, 0 if absent. */
  readHigh(): Expression;
  /** Fetches the value, once; bound to a local, so it may be used freely. A memory operand may fault here. */
  read(): Expression;
  /** Operands of 32 and 64 bits in vector registers or memory may give their value as f32 or f64; then `write` takes it so as well. */
  readFloat?(): Expression;
  /** Replaces the value. A 32-bit general register's upper half becomes 0, as the architecture has it; 8 and 16 bits leave the rest. */
  write(value: Expression, high?: Expression): void;
  /**
   * Memory operands: makes `sizeBytes` at the operand accessible and gives the address in the WebAssembly memory where they can be loaded (`f.load`) or stored.
   * Faults leave the instruction. After storing to it call `b.commit(address)`. `mayBeUnaligned: false` raises #GP(0) unless aligned to the size.
   */
  /** `displacement` (i64) is added to the address: bit strings. */
  address(sizeBytes: number, access: 'read' | 'write' | 'modify', mayBeUnaligned?: boolean, displacement?: Expression): Expression;
}

/** A function in the module that semantic functions of both tiers may call, generated once when it is first used. */
export interface Subroutine {
  readonly name: string;
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
  /**
   * Set where it, or what it calls, reads or writes general or vector registers, arithmetic flags or RIP in the state block, or gives an address among them:
   * whoever holds these elsewhere has to put them there before the call and to fetch them afterwards. The static flags (DF, AC …) do not count.
   */
  readonly touches?: 'registers';
  /** `call` gives another subroutine's callee. */
  build(f: FunctionBuilder, call: (subroutine: Subroutine) => Callee): void;
}

export type ConditionCode = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15;

/** CF, OF and AF, each an i32 0 or 1; no AF: it becomes 0. */
export interface ResultFlags {
  readonly cf: Expression;
  readonly of: Expression;
  readonly af?: Expression;
}

/** The arithmetic flags. Widths say where the sign is; values need not be truncated to the width. */
export interface FlagsBuilder {
  /** After r = x + y. */
  add(width: Width, x: Expression, r: Expression, y?: Expression): void;
  /** After r = x - y, and CMP. `y` saves computing it again where it is asked for. */
  sub(width: Width, x: Expression, r: Expression, y?: Expression): void;
  /** CF = OF = AF = 0; ZF, SF, PF from r. */
  logic(width: Width, r: Expression): void;
  /** As add/sub of 1, CF unchanged. */
  inc(width: Width, r: Expression, x: Expression): void;
  dec(width: Width, r: Expression, x: Expression): void;
  /** ZF, SF, PF from r; the others computed from `operands`, perhaps later and more than once, or never. */
  result<T extends readonly Expression[]>(width: Width, r: Expression, operands: T, others: (...operands: T) => ResultFlags): void;
  /** The same where the condition (an i32) is not 0; else all flags stay as they are. */
  resultWhen<T extends readonly Expression[]>(condition: Expression, width: Width, r: Expression, operands: T, others: (...operands: T) => ResultFlags): void;
  /** Replaces the flags in `mask` by those of `bits` (i32, already in place); the others keep their value. */
  update(mask: number, bits: Expression): void;
  /** The same for arithmetic flags that are computed from `operands`, perhaps later and more than once, or never. */
  updateLater<T extends readonly Expression[]>(mask: number, operands: T, bits: (...operands: T) => Expression): void;
  /** All of RFLAGS as an i32, settled. */
  read(): Expression;
  /** CF as 0 or 1. */
  carry(): Expression;
  /** 0 or 1. Codes as in Jcc (SDM vol. 1, appendix B). */
  condition(code: ConditionCode): Expression;
}

export interface Builder {
  readonly f: FunctionBuilder;
  /** What is built is one part of an instruction: its floating-point exceptions are met when all parts are done. */
  readonly isPart: boolean;
  readonly flags: FlagsBuilder;
  /** Calls a subroutine for its result. */
  call(subroutine: Subroutine, ...values: Expression[]): Expression;
  /** Calls a subroutine without result. */
  perform(subroutine: Subroutine, ...values: Expression[]): void;

  /** A field of the CPU state: u8, u16, u32 as i32; u64 as i64. `index` for arrays. */
  load(field: FieldName, index?: number): Expression;
  store(field: FieldName, value: Expression, index?: number): void;
  /** A general register by number, whatever the operands. */
  readRegister(register: number, width: Width): Expression;
  writeRegister(register: number, width: Width, value: Expression): void;
  /** The effective address of the memory operand (LEA), truncated to the address size. i64. */
  effectiveAddress(): Expression;

  /** Address of the instruction's decoded record, for subroutines that read it. */
  recordAddress(): Expression;
  /** FIP and FOP of the x87 become this instruction's (SDM vol. 1, 8.1.8). */
  noteX87(): void;
  /** Completes a store made through `Operand.address`. */
  commit(address: Expression): void;
  push(width: 16 | 32 | 64, value: Expression): void;
  /** The top of the stack, RSP unchanged: call `release` after the checks. */
  peek(width: 16 | 32 | 64): Expression;
  release(width: 16 | 32 | 64, extraBytes?: Expression): void;
  /** Between these a fault puts the stack pointer back to what it is now. */
  guardStack(): void;
  unguardStack(): void;

  /** The instruction is abandoned with an exception. Used within `f.if`. */
  fault(vector: number, errorCode?: number): void;
  /**
   * Leaves after a subroutine that left a fault in the state (`faultVector`, `faultErrorCode`): call it when `condition` may hold.
   */
  faultIfPending(condition: Expression): void;

  /** RIP of the next instruction, i64, and jumps; a jump ends the instruction. Width = operand size, to which RIP is truncated. */
  nextRip(): Expression;
  /** #GP(0) unless the target is canonical, or within CS; to be called before anything is changed. */
  checkTarget(width: 16 | 32 | 64, rip: Expression): void;
  /** The same for the instruction's relative target, before CALL pushes. */
  checkRelative(width: 16 | 32 | 64): void;
  jumpRelative(width: 16 | 32 | 64): void;
  /** @param kind of a near jump or call, or a near return, which change nothing but RIP and the stack */
  jump(width: 16 | 32 | 64, rip: Expression, kind?: NearJump): void;
  /** Leaves the instruction to microcode (cpu/microcode/registry.ts), before anything has been changed. */
  microcode(name: string): void;
  /** Interrupts are looked at after this instruction. */
  requestExit(): void;
  /** Runs this instruction again, after a look at interrupts and time (a string instruction that is not yet done). */
  repeat(): void;
}

/** To an address that was computed, or read from the stack. */
export type NearJump = 'indirect' | 'return';

export type Access = 'r' | 'w' | 'rw' | 'a';

export interface Semantics {
  readonly name: string;
  /** One a operand: read, written, both (then a memory operand is probed for write at `read`), or only addressed. */
  readonly access: readonly Access[];
  readonly build: (b: Builder, ...operands: Operand[]) => void;
}

/** `semantics('adc', 'rw r', (b, dst, src) => …)`. */
export const semantics = (name: string, access: string, build: Semantics['build']): Semantics => ({
  name, access: access === '' ? [] : (access.split(' ') as Access[]), build,
});
