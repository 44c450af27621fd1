/**
 * Binds operands late: register numbers, displacements and immediates are read from the decoded record when the instruction runs.
 * One handler so made serves every instruction of its shape (ADD r32, r32). Used in two ways: as a function (record) -> outcome, or
 * inline in the interpreter's loop; they differ only in `Exits`.
 */
import { BOUNCE_END, STATE_BASE, TLB_ENTRIES, TLB_ENTRY_BYTES, TLB_WRITE_HALF } from '../../memory/layout.ts';
import { accessBit, accessSlow, commitSlow } from '../../memory/mmu.ts';
import type { Callee, Expression, FunctionBuilder } from '../../wasm/function.ts';
import type { Access, Builder, NearJump, Operand, Subroutine, Width } from '../builder/builder.ts';
import { loadField, storeField } from '../builder/fields.ts';
import { addressKind, record } from '../decode/record.ts';
import { vector } from '../fault.ts';
import { modeBit } from '../modes.ts';
import { gpr, offsetOf, segment } from '../state.ts';
import type { FieldName } from '../state.ts';
import { REGISTER_FORM, segmentLinear, stackLinear, vectorAddress } from '../builder/addressing.ts';
import { LazyFlags } from './lazy-flags.ts';

/** How a handler leaves. Every one of them ends the straight-line code in which it is used. */
export interface Exits {
  /** RIP was stored: continue there. */
  lookup(): void;
  /** To the branch target that the record describes; RIP is computed when the record has no link yet. */
  branch(target: () => Expression): void;
  /** A fault was left in the state. */
  fault(): void;
  /** RIP was stored: continue there after a look at interrupts. */
  exit(): void;
  /** The instruction is carried out by microcode. */
  microcode(name: string): void;
}

/** What an operand is in a handler: part of the handler's identity. */
/** ymm: a vector register, of which a write clears what is above it; source: the same or memory, found out at run time; vectorMemory: memory that may be unaligned. */
type OperandKind = 'ymm' | 'source' | 'vectorMemory' | 'register' | 'memory' | 'immediate' | 'wide' | 'one' | 'vector' | 'mmx' | 'stack87' | 'none';
export interface Shape {
  readonly kind: OperandKind;
  readonly width: Operand['width'];
}

const slots = [record.a, record.b, record.c, record.d] as const;
const xmmBase = STATE_BASE + offsetOf.xmm;
/** From a register's lower to its upper half. */
const YMM_DISTANCE = offsetOf.ymmHigh - offsetOf.xmm;
const noHigh = (): never => { throw new Error('this operand has no upper half'); };
const gprBase = STATE_BASE + offsetOf.gpr;

export class LateBinding implements Builder {
  readonly f: FunctionBuilder;
  readonly flags: LazyFlags;
  readonly isPart = false;
  readonly #record: Expression;
  readonly #callee: (subroutine: Subroutine) => Callee;
  readonly #exits: Exits;

  constructor(f: FunctionBuilder, recordLocal: Expression, callee: (subroutine: Subroutine) => Callee, exits: Exits) {
    this.f = f;
    this.#record = recordLocal;
    this.#callee = callee;
    this.#exits = exits;
    this.flags = new LazyFlags(f, callee);
  }

  /** Operands of the given shapes; register operands take the record's slots in their order. */
  operands(shapes: readonly Shape[], access: readonly Access[]): Operand[] {
    let slot = 0;
    return shapes.map((shape, i) => {
      const { kind, width } = shape;
      if (kind === 'memory') return this.#memoryOperand(width, access[i]!);
      if (kind === 'vectorMemory') return this.#vectorMemory(width, access[i]!);
      if (kind === 'immediate') return this.#valueOperand(width, () => this.#immediate(width));
      if (kind === 'wide') return this.#valueOperand(width, () => this.f.load('i64.load', this.#record, record.wide));
      if (kind === 'none') return this.#valueOperand(width, () => { throw new Error('this operand only tells a width'); });
      if (kind === 'one') return this.#valueOperand(width, () => this.f.i32(1));
      const at = slots[slot++];
      if (at === undefined) throw new Error('an instruction has at most four register operands');
      if (kind === 'register') return this.#registerOperand(width as Width, at);
      if (kind === 'ymm') return this.#ymmOperand(width, at);
      if (kind === 'source') return this.#sourceOperand(width, at);
      if (kind === 'vector') return this.#vectorOperand(width as Width, at);
      if (kind === 'mmx') return this.#mmxOperand(width as Width, at);
      return this.#valueOperand(width, () => this.f.shrU(this.#byte(at), 4)); // ST(i): its number
    });
  }

  call(subroutine: Subroutine, ...values: Expression[]): Expression {
    return this.f.let(this.f.call(this.#callee(subroutine), ...values));
  }

  perform(subroutine: Subroutine, ...values: Expression[]): void {
    this.f.perform(this.#callee(subroutine), ...values);
  }

  load(field: FieldName, index = 0): Expression {
    return this.f.let(loadField(this.f, field, index));
  }

  store(field: FieldName, value: Expression, index = 0): void {
    storeField(this.f, field, value, index);
  }

  readRegister(register: number, width: Width): Expression {
    return this.f.let(this.#loadRegister(width, this.f.i32(register * 8)));
  }

  writeRegister(register: number, width: Width, value: Expression): void {
    this.#storeRegister(width, this.f.i32(register * 8), value);
  }

  effectiveAddress(): Expression {
    const { f } = this;
    const sum = f.let(this.#offset());
    const kind = f.let(this.#byte(record.addressKind));
    return f.choose('i64', f.eqz(kind), () => sum, () => {
      f.if(f.eq(kind, f.i32(addressKind.relative)), () => f.set(sum, f.add(sum, f.extendU(f.add(f.load('i32.load16_u', this.#record, record.pageOffset), this.#byte(record.length))))));
      const size = f.let(f.and(f.shrU(this.#byte(record.shape), 2), f.i32(3)));
      return f.select(f.eqz(size), f.and(sum, f.i64(0xffff)), f.select(f.eq(size, f.i32(1)), f.and(sum, f.i64(0xffff_ffffn)), sum));
    });
  }

  recordAddress(): Expression {
    return this.#record;
  }

  noteX87(): void {
    const { f } = this;
    const linear = f.add(loadField(f, 'codePage'), f.extendU(f.load('i32.load16_u', this.#record, record.pageOffset)));
    storeField(f, 'fpuIp', f.and(f.sub(linear, loadField(f, 'codeBase')), loadField(f, 'codeMask')));
    storeField(f, 'fpuOpcode', f.load('i32.load16_u', this.#record, record.x87Opcode));
  }

  commit(address: Expression): void {
    const { f } = this;
    f.if(f.ltU(address, f.i32(BOUNCE_END)), () => {
      f.rarely();
      f.perform(this.#callee(commitSlow));
    });
  }

  push(width: 16 | 32 | 64, value: Expression): void {
    const { f } = this;
    const v = f.let(value);
    const bytes = width / 8;
    const linear = this.#stackTop(width, -bytes);
    const host = this.#access(linear, bytes, accessBit.write | accessBit.stack);
    this.#storeTo(width, host, v);
    this.commit(host);
    this.#moveStack(width, f.i64(-bytes));
  }

  peek(width: 16 | 32 | 64): Expression {
    const linear = this.#stackTop(width, 0);
    const host = this.#access(linear, width / 8, accessBit.stack);
    return this.f.let(this.#loadFrom(width, host));
  }

  release(width: 16 | 32 | 64, extraBytes?: Expression): void {
    const { f } = this;
    this.#moveStack(width, extraBytes ? f.add(f.extendU(extraBytes), f.i64(width / 8)) : f.i64(width / 8));
  }

  guardStack(): void {
    storeField(this.f, 'guardedRsp', loadField(this.f, 'gpr', gpr.rsp));
    storeField(this.f, 'stackGuard', this.f.i32(1));
  }

  unguardStack(): void {
    storeField(this.f, 'stackGuard', this.f.i32(0));
  }

  fault(faultVector: number, errorCode = 0): void {
    this.f.rarely();
    this.store('faultVector', this.f.i32(faultVector + 1));
    this.store('faultErrorCode', this.f.i32(errorCode));
    this.#exits.fault();
  }

  faultIfPending(condition: Expression): void {
    this.f.if(condition, () => this.f.if(loadField(this.f, 'faultVector'), () => this.#exits.fault()));
  }

  nextRip(): Expression {
    const { f } = this;
    const linear = f.add(loadField(f, 'codePage'), f.extendU(f.add(this.f.load('i32.load16_u', this.#record, record.pageOffset), this.#byte(record.length))));
    return f.let(f.sub(linear, loadField(f, 'codeBase')));
  }

  checkRelative(width: 16 | 32 | 64): void {
    if (width !== 64) this.checkTarget(width, this.f.let(this.#relativeTarget(width)));
  }

  jumpRelative(width: 16 | 32 | 64): void {
    this.#exits.branch(() => {
      const target = this.f.let(this.#relativeTarget(width));
      if (width !== 64) this.checkTarget(width, target);
      return target;
    });
  }

  #relativeTarget(width: 16 | 32 | 64): Expression {
    return this.#truncateRip(width, this.f.add(this.nextRip(), this.f.load('i64.load32_s', this.#record, record.immediate)));
  }

  checkTarget(width: 16 | 32 | 64, rip: Expression): void {
    const { f } = this;
    if (width === 64) f.if(f.ne(f.shrS(rip, 47), f.shrS(f.shl(rip, 16), 63)), () => this.fault(vector.gp, 0));
    else f.if(f.gtU(f.wrap(rip), loadField(f, 'segmentLimit', segment.cs)), () => this.fault(vector.gp, 0));
  }

  jump(width: 16 | 32 | 64, rip: Expression, kind?: NearJump): void {
    storeField(this.f, 'rip', this.#truncateRip(width, rip));
    if (kind === 'indirect') storeField(this.f, 'indirectFrom', this.#record);
    this.#exits.lookup();
  }

  microcode(name: string): void {
    this.f.rarely();
    this.#exits.microcode(name);
  }

  requestExit(): void {
    storeField(this.f, 'rip', this.nextRip());
    this.#exits.exit();
  }

  repeat(): void {
    const { f } = this;
    storeField(f, 'rip', f.sub(f.add(loadField(f, 'codePage'), f.extendU(f.load('i32.load16_u', this.#record, record.pageOffset))), loadField(f, 'codeBase')));
    this.#exits.exit();
  }

  // — operands —

  #byte(offset: number): Expression {
    return this.f.load('i32.load8_u', this.#record, offset);
  }

  #valueOperand(width: Operand['width'], read: () => Expression): Operand {
    return {
      width, isMemory: false, readHigh: noHigh,
      read: () => this.f.let(read()),
      write: () => { throw new Error('an immediate is not written'); },
      address: () => { throw new Error('an immediate has no address'); },
    };
  }

  #immediate(width: Operand['width']): Expression {
    const { f } = this;
    if (width === 64) return f.load('i64.load32_s', this.#record, record.immediate);
    const value = f.load('i32.load', this.#record, record.immediate);
    return width === 8 ? f.and(value, f.i32(0xff)) : width === 16 ? f.and(value, f.i32(0xffff)) : value;
  }


  #registerOperand(width: Width, slot: number): Operand {
    return {
      width, isMemory: false, readHigh: noHigh,
      read: () => this.f.let(this.#loadRegister(width, this.#byte(slot))),
      write: (value) => this.#storeRegister(width, this.#byte(slot), value),
      address: () => { throw new Error('a register has no address'); },
    };
  }

  #loadRegister(width: Width, offset: Expression): Expression {
    const name = width === 64 ? 'i64.load' : width === 32 ? 'i32.load' : width === 16 ? 'i32.load16_u' : 'i32.load8_u';
    return this.f.load(name, offset, gprBase);
  }

  #storeRegister(width: Width, offset: Expression, value: Expression): void {
    const { f } = this;
    if (width === 64) f.store('i64.store', offset, value, gprBase);
    else if (width === 32) f.store('i64.store', offset, f.extendU(value), gprBase);
    else f.store(width === 16 ? 'i32.store16' : 'i32.store8', offset, value, gprBase);
  }

  #vectorOperand(width: Width, slot: number): Operand {
    const base = STATE_BASE + offsetOf.xmm;
    return {
      width, isMemory: false, readHigh: noHigh,
      read: () => this.f.let(this.#loadFrom(width, this.#byte(slot), base)),
      readFloat: () => this.f.let(this.f.load(width === 64 ? 'f64.load' : 'f32.load', this.#byte(slot), base)),
      write: (value) => this.#storeTo(width, this.#byte(slot), value, base),
      address: () => this.f.let(this.f.add(this.#byte(slot), this.f.i32(base))),
    };
  }

  #ymmOperand(width: Operand['width'], slot: number): Operand {
    const { f } = this;
    return {
      width, isMemory: false,
      read: () => f.let(this.#loadFrom(Math.min(width, 128) as Width, this.#byte(slot), xmmBase)),
      readHigh: () => f.let(f.load('v128.load', this.#byte(slot), xmmBase + YMM_DISTANCE)),
      write: (value, high) => {
        f.store('v128.store', this.#byte(slot), value, xmmBase);
        f.store('v128.store', this.#byte(slot), high ?? f.v128(new Uint8Array(16)), xmmBase + YMM_DISTANCE);
      },
      address: () => { throw new Error('a register has no address'); },
    };
  }

  #vectorAddress(slot: number, how: number): Expression {
    const { f } = this;
    const address = f.let(f.call(this.#callee(vectorAddress), this.#record, f.i32(slot), f.i32(how)));
    f.if(f.eqz(address), () => this.#exits.fault());
    return address;
  }

  #sourceOperand(width: Operand['width'], slot: number): Operand {
    const { f } = this;
    let address: Expression | undefined;
    return {
      width, isMemory: false,
      read: () => {
        address = this.#vectorAddress(slot, width / 8);
        return f.let(this.#loadFrom(Math.min(width, 128) as Width, address));
      },
      readHigh: () => {
        // in memory the upper half comes after 16 bytes
        const isRegister = f.and(this.#byte(record.shape), f.i32(REGISTER_FORM));
        return f.let(f.load('v128.load', f.add(address!, f.mul(isRegister, f.i32((YMM_DISTANCE - 16) / REGISTER_FORM))), 16));
      },
      write: () => { throw new Error('a source is not written'); },
      address: () => { throw new Error('a source may be a register'); },
    };
  }

  #vectorMemory(width: Operand['width'], access: Access): Operand {
    const { f } = this;
    let address: Expression | undefined;
    const operand: Operand = {
      width, isMemory: true,
      read: () => {
        address = this.#vectorAddress(0, (width / 8) | (access === 'r' ? 0 : accessBit.write | accessBit.modify));
        return f.let(this.#loadFrom(Math.min(width, 128) as Width, address));
      },
      readHigh: () => f.let(f.load('v128.load', address!, 16)),
      write: (value, high) => {
        const v = f.let(value);
        const at = address ?? this.#vectorAddress(0, (width / 8) | accessBit.write);
        this.#storeTo(Math.min(width, 128) as Width, at, v);
        if (width === 256) f.store('v128.store', at, high!, 16);
        this.commit(at);
      },
      address: (sizeBytes, how, mayBeUnaligned = true) => {
        const bits = how === 'read' ? 0 : how === 'write' ? accessBit.write : accessBit.write | accessBit.modify;
        address = this.#vectorAddress(0, sizeBytes | bits | (mayBeUnaligned ? 0 : accessBit.aligned));
        return address;
      },
    };
    return operand;
  }

  #mmxOperand(width: Width, slot: number): Operand {
    const { f } = this;
    const mantissas = STATE_BASE + offsetOf.fpuMantissa;
    return {
      width, isMemory: false, readHigh: noHigh,
      read: () => f.let(this.#loadFrom(width, f.shrU(this.#byte(slot), 1), mantissas)),
      write: (value) => {
        this.#storeTo(width, f.shrU(this.#byte(slot), 1), value, mantissas);
        f.store('i32.store16', f.shrU(this.#byte(slot), 3), f.i32(0xffff), STATE_BASE + offsetOf.fpuExponent);
      },
      address: () => f.let(f.add(f.shrU(this.#byte(slot), 1), f.i32(mantissas))),
    };
  }

  #memoryOperand(width: Operand['width'], access: Access): Operand {
    let writable: Expression | undefined;
    let linear: Expression | undefined;
    const address = (sizeBytes: number, how: 'read' | 'write' | 'modify', mayBeUnaligned: boolean, displacement?: Expression): Expression => {
      const bits = how === 'read' ? 0 : how === 'write' ? accessBit.write : accessBit.write | accessBit.modify;
      linear ??= this.#linear(sizeBytes | bits, displacement);
      if (!mayBeUnaligned) {
        const at = linear;
        this.f.if(this.f.and(this.f.wrap(at), this.f.i32(sizeBytes - 1)), () => this.fault(vector.gp, 0));
      }
      return this.#access(linear, sizeBytes, bits);
    };
    const mayBeUnaligned = width !== 128;
    const bytes = (width as number) / 8;
    return {
      width, isMemory: true, readHigh: noHigh,
      readFloat: () => this.f.let(this.f.load(width === 64 ? 'f64.load' : 'f32.load', address(bytes, 'read', mayBeUnaligned))),
      read: () => {
        if (access === 'r') return this.f.let(this.#loadFrom(width as Width, address(bytes, 'read', mayBeUnaligned)));
        writable = address(bytes, access === 'rw' ? 'modify' : 'write', mayBeUnaligned);
        return this.f.let(this.#loadFrom(width as Width, writable));
      },
      write: (value) => {
        const v = this.f.let(value);
        const at = writable ?? address(bytes, 'write', mayBeUnaligned);
        this.#storeTo(width as Width, at, v);
        this.commit(at);
      },
      address: (sizeBytes, how, unaligned = true, displacement) => address(sizeBytes, how, unaligned, displacement),
    };
  }

  #loadFrom(width: Width, address: Expression, offset = 0): Expression {
    const name = width === 128 ? 'v128.load' : width === 64 ? 'i64.load' : width === 32 ? 'i32.load' : width === 16 ? 'i32.load16_u' : 'i32.load8_u';
    return this.f.load(name, address, offset);
  }

  #storeTo(width: Width, address: Expression, value: Expression, offset = 0): void {
    const isFloat = value.type === 'f64' || value.type === 'f32';
    const name = isFloat ? `${value.type}.store` : width === 128 ? 'v128.store' : width === 64 ? 'i64.store' : width === 32 ? 'i32.store' : width === 16 ? 'i32.store16' : 'i32.store8';
    this.f.store(name, address, value, offset);
  }

  // — addresses —

  /** base + index << scale + displacement. */
  #offset(): Expression {
    const { f } = this;
    const base = f.load('i64.load', this.#byte(record.base), gprBase);
    const index = f.shl(f.load('i64.load', this.#byte(record.index), gprBase), f.extendU(this.#byte(record.scale)));
    return f.add(f.add(base, index), f.load('i64.load32_s', this.#record, record.displacement));
  }

  /** Linear address of the memory operand; faults leave. `how` = size | access bits. */
  #linear(how: number, displacement?: Expression): Expression {
    const { f } = this;
    const linear = f.local('i64');
    f.set(linear, displacement ? f.add(this.#offset(), displacement) : this.#offset());
    const kind = f.let(this.#byte(record.addressKind));
    f.if(f.eqz(kind), () => f.set(linear, f.add(linear, f.load('i64.load', this.#byte(record.segmentBase), gprBase))), () => {
      f.if(f.eq(kind, f.i32(addressKind.flat32)), () => {
        f.set(linear, f.and(f.add(linear, f.load('i64.load', this.#byte(record.segmentBase), gprBase)), f.i64(0xffff_ffffn)));
      }, () => {
        f.rarely();
        f.set(linear, f.call(this.#callee(segmentLinear), this.#record, linear, f.i32(how)));
        f.if(loadField(f, 'faultVector'), () => this.#exits.fault());
      });
    });
    return linear;
  }

  #stackTop(width: 16 | 32 | 64, displacement: number): Expression {
    const { f } = this;
    if (width === 64) return f.let(f.add(loadField(f, 'gpr', gpr.rsp), f.i64(displacement)));
    const linear = f.local('i64');
    f.if(f.and(loadField(f, 'mode'), f.i32(modeBit.flatStack32)), () => {
      f.set(linear, f.and(f.add(loadField(f, 'gpr', gpr.rsp), f.i64(displacement)), f.i64(0xffff_ffffn)));
    }, () => {
      f.rarely();
      f.set(linear, f.call(this.#callee(stackLinear), f.i32(displacement), f.i32((width / 8) | (displacement < 0 ? accessBit.write : 0))));
      f.if(loadField(f, 'faultVector'), () => this.#exits.fault());
    });
    return linear;
  }

  /** Moves the stack pointer, of which the stack's address size is changed. */
  #moveStack(width: 16 | 32 | 64, by: Expression): void {
    const { f } = this;
    const sum = f.let(f.add(loadField(f, 'gpr', gpr.rsp), by));
    if (width === 64) {
      storeField(f, 'gpr', sum, gpr.rsp);
      return;
    }
    const mode = f.let(loadField(f, 'mode'));
    f.if(f.and(mode, f.i32(modeBit.stack32)), () => storeField(f, 'gpr', f.and(sum, f.i64(0xffff_ffffn)), gpr.rsp), () => {
      f.if(f.eq(f.and(mode, f.i32(modeBit.codeSize)), f.i32(2)), () => storeField(f, 'gpr', sum, gpr.rsp), () => {
        f.store('i64.store16', f.i32(0), sum, gprBase + gpr.rsp * 8);
      });
    });
  }

  /** Address in this memory of `bytes` bytes at a linear address, by the TLB; faults leave. */
  #access(linear: Expression, bytes: number, how: number): Expression {
    const { f } = this;
    const half = how & accessBit.write ? TLB_WRITE_HALF : 0;
    const entry = f.let(f.add(loadField(f, 'tlb'), f.and(f.wrap(f.shrU(linear, 8)), f.i32((TLB_ENTRIES - 1) * TLB_ENTRY_BYTES))));
    const last = bytes === 1 ? linear : f.add(linear, f.i64(bytes - 1));
    const host = f.local('i32');
    f.if(f.eq(f.load('i64.load', entry, half), f.and(last, f.i64(~0xfffn))), () => f.set(host, f.add(f.wrap(linear), f.load('i32.load', entry, half + 8))), () => {
      f.rarely();
      storeField(f, 'instruction', this.#record);
      f.set(host, f.call(this.#callee(accessSlow), linear, f.or(f.i32(bytes | how), how & accessBit.stack ? f.i32(0) : f.shl(f.eq(this.#byte(record.segment), f.i32(segment.ss)), 10))));
      f.if(f.eqz(host), () => this.#exits.fault());
    });
    return host;
  }

  #truncateRip(width: 16 | 32 | 64, rip: Expression): Expression {
    const { f } = this;
    return width === 64 ? rip : f.and(rip, f.i64(width === 32 ? 0xffff_ffffn : 0xffffn));
  }
}
