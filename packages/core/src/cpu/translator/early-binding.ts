/**
 * Binds operands early: register numbers, displacements and immediates are those of one decoded instruction and become constants, registers are
 * locals (registers.ts), flags are known (known-flags.ts). What has to be done outside of the region, or may fail, leaves it before the instruction: then
 * nothing of it has happened, because semantic functions read and check before they write.
 */
import { STATE_BASE } from '../../memory/layout.ts';
import { accessBit } from '../../memory/mmu.ts';
import type { Callee, Expression, FunctionBuilder } from '../../wasm/function.ts';
import type { Access, Builder, NearJump, Operand, Subroutine, Width } from '../builder/builder.ts';
import { loadField, storeField } from '../builder/fields.ts';
import { REGISTER_FORM } from '../builder/addressing.ts';
import { addressKind, record } from '../decode/record.ts';
import { vector } from '../fault.ts';
import type { Shape } from '../interpreter/late-binding.ts';
import { modeBit } from '../modes.ts';
import { gpr, offsetOf, segment } from '../state.ts';
import type { FieldName } from '../state.ts';
import type { KnownFlags } from './known-flags.ts';
import { anchoredAt, RegionMemory } from './region-memory.ts';
import type { AnchoredPlace, BoundAnchor, UseOfPlace } from './region-memory.ts';
import type { RegisterFile } from './registers.ts';

/** How an instruction of a region goes on elsewhere. Every one of them ends the code in which it is used. */
interface RegionExits {
  /** Before the instruction, for the interpreter to carry it out; or, with a fault in the state, to raise it. */
  leave(why: 'interpret' | 'fault'): void;
  /** The same when a slow path says so (region-access.ts), which has settled what there was. */
  leaveIf(failed: Expression): void;
  /** The region's branch was taken. `checkTarget` where the target may lie outside of CS. */
  branch(): void;
  /** To any address; `rip` may be used freely. */
  jump(rip: Expression, kind: NearJump | undefined): void;
}

interface Place {
  readonly at: number;
  readonly address: number;
  readonly pageBytes: number;
  readonly unsettled: number;
  readonly memory: BoundAnchor | undefined;
  readonly stack: BoundAnchor | undefined;
  readonly accessesTwice: boolean;
}

const slots = [record.a, record.b, record.c, record.d] as const;
const mantissas = STATE_BASE + offsetOf.fpuMantissa;
const noHigh = (): never => { throw new Error('this operand has no upper half'); };
const noAddress = (): never => { throw new Error('this operand has no address'); };

/** What stays the same in a region. */
export interface RegionFrame {
  readonly f: FunctionBuilder;
  readonly callee: (subroutine: Subroutine) => Callee;
  readonly registers: RegisterFile;
  readonly flags: KnownFlags;
  readonly mode: number;
  readonly isCodeFlat: boolean;
  /** Locals: i32, address of the TLB set; i64, linear page of the region's entry; i32, what is left of the budget. */
  readonly tlb: Expression;
  readonly page: Expression;
  readonly budget: Expression;
  readonly exits: RegionExits;
  readonly noteFailure: (weight: number) => void;
}

export class EarlyBinding implements Builder {
  readonly f: FunctionBuilder;
  readonly flags: KnownFlags;
  readonly isPart = false;
  readonly memory: RegionMemory;
  readonly #frame: RegionFrame;
  readonly #records: DataView;
  readonly #registers: RegisterFile;
  readonly #isLong: boolean;
  /** The instruction: offset of its record's copy, where the record is, its page relative to the entry's in bytes, instructions since the budget was settled. */
  #at = 0;
  #address = 0;
  #pageBytes = 0;
  #unsettled = 0;
  /** RSP as it was when a guard was set; put back when the instruction is left. */
  #guard: Expression | undefined;
  #accessesTwice = false;
  #memoryAnchor: BoundAnchor | undefined;
  #stackAnchor: BoundAnchor | undefined;
  /** How far RSP has been moved by this instruction. */
  #stackMoved = 0;
  #afterwards: (() => void)[] = [];

  constructor(frame: RegionFrame, records: DataView) {
    this.f = frame.f;
    this.flags = frame.flags;
    this.#frame = frame;
    this.#records = records;
    this.#registers = frame.registers;
    this.#isLong = (frame.mode & modeBit.codeSize) === 2;
    this.memory = new RegionMemory({ ...frame, isLong: this.#isLong });
  }

  /** Turns to an instruction. */
  begin(at: number, address: number, pageBytes: number, unsettled: number, memory?: BoundAnchor, stack?: BoundAnchor, accessesTwice = false): void {
    this.#accessesTwice = accessesTwice;
    this.#memoryAnchor = memory;
    this.#stackAnchor = stack;
    this.#stackMoved = 0;
    this.#at = at;
    this.#address = address;
    this.#pageBytes = pageBytes;
    this.#unsettled = unsettled;
    this.#guard = undefined;
    this.memory.begin(address, unsettled, accessesTwice);
  }

  /** The instruction turned to; for code that is made in the middle of it. */
  get place(): Place {
    return { at: this.#at, address: this.#address, pageBytes: this.#pageBytes, unsettled: this.#unsettled, memory: this.#memoryAnchor, stack: this.#stackAnchor, accessesTwice: this.#accessesTwice };
  }

  return(to: Place): void {
    this.begin(to.at, to.address, to.pageBytes, to.unsettled, to.memory, to.stack, to.accessesTwice);
  }

  /** What remains to be done after its semantics. */
  end(): void {
    for (const todo of this.#afterwards) todo();
    this.#afterwards = [];
  }

  get address(): number { return this.#address; }
  get unsettled(): number { return this.#unsettled; }
  get pageBytes(): number { return this.#pageBytes; }

  /** To be called on every way out: a guarded stack pointer becomes what it was. */
  restoreStack(): void {
    if (this.#guard) this.f.set(this.#registers.general(gpr.rsp), this.#guard);
  }

  operands(shapes: readonly Shape[], access: readonly Access[]): Operand[] {
    let slot = 0;
    return shapes.map(({ kind, width }, i) => {
      if (kind === 'memory') return this.#memoryOperand(width, access[i]!, width !== 128);
      if (kind === 'vectorMemory') return this.#memoryOperand(width, access[i]!, true);
      if (kind === 'immediate') return this.#constantOperand(width, this.#immediate(width));
      if (kind === 'wide') return this.#constantOperand(width, this.f.i64(this.#records.getBigInt64(this.#at + record.wide, true)));
      if (kind === 'none') return this.#constantOperand(width, this.f.i32(0));
      if (kind === 'one') return this.#constantOperand(width, this.f.i32(1));
      const place = this.#byte(slots[slot++]!);
      if (kind === 'register') return this.#registerOperand(width as Width, place);
      if (kind === 'ymm') return this.#ymmOperand(width, place >> 4);
      if (kind === 'source') {
        if (!(this.#byte(record.shape) & REGISTER_FORM)) return this.#sourceOperand(width);
        return this.#ymmOperand(width, place >> 4);
      }
      if (kind === 'vector') return this.#vectorOperand(width as Width, place >> 4);
      if (kind === 'mmx') return this.#mmxOperand(width as Width, place >> 4);
      return this.#constantOperand(width, this.f.i32(place >> 4)); // ST(i): its number
    });
  }

  // — values of the state —

  call(subroutine: Subroutine, ...values: Expression[]): Expression {
    return this.f.let(this.f.call(this.#frame.callee(subroutine), ...values));
  }

  perform(subroutine: Subroutine, ...values: Expression[]): void {
    this.f.perform(this.#frame.callee(subroutine), ...values);
  }

  load(field: FieldName, index = 0): Expression {
    const { f } = this;
    switch (field) {
      case 'gpr': return f.let(this.#registers.general(index));
      case 'xmm': return f.let(f.lane('i64x2.extract_lane', index & 1, this.#registers.vector(index >> 1)));
      case 'ymmHigh': return f.let(!this.#registers.holdsHigh(index >> 1) ? loadField(f, field, index) : f.lane('i64x2.extract_lane', index & 1, this.#registers.vectorHigh(index >> 1)));
      case 'codePage': return f.let(this.#page());
      case 'mode': return f.i32(this.#frame.mode);
      default: return f.let(loadField(f, field, index));
    }
  }

  store(field: FieldName, value: Expression, index = 0): void {
    const { f } = this;
    switch (field) {
      case 'gpr': f.set(this.#registers.general(index), value); return;
      case 'xmm': {
        const whole = this.#registers.vector(index >> 1);
        f.set(whole, f.lane('i64x2.replace_lane', index & 1, whole, value));
        return;
      }
      case 'ymmHigh': {
        if (!this.#registers.holdsHigh(index >> 1)) return storeField(f, field, value, index);
        const whole = this.#registers.vectorHigh(index >> 1);
        f.set(whole, f.lane('i64x2.replace_lane', index & 1, whole, value));
        return;
      }
      default: storeField(f, field, value, index);
    }
  }

  readRegister(register: number, width: Width): Expression {
    return this.f.let(this.#registers.read(register << 3, width));
  }

  writeRegister(register: number, width: Width, value: Expression): void {
    this.#registers.write(register << 3, width, value);
  }

  recordAddress(): Expression {
    return this.f.i32(this.#address);
  }

  noteX87(): void {
    const { f } = this;
    const rip = this.rip(this.#records.getUint16(this.#at + record.pageOffset, true));
    storeField(f, 'fpuIp', this.#isLong ? rip : f.and(rip, f.i64(0xffff_ffffn)));
    storeField(f, 'fpuOpcode', f.i32(this.#records.getUint16(this.#at + record.x87Opcode, true)));
  }

  // — memory —

  effectiveAddress(): Expression {
    const { f } = this;
    const size = (this.#byte(record.shape) >> 2) & 3;
    if (size === 2) return f.let(this.#sum64());
    const sum = f.let(f.wrap(this.#sum64()));
    return f.extendU(size === 0 ? f.and(sum, f.i32(0xffff)) : sum);
  }

  commit(address: Expression): void {
    this.memory.commit(address);
  }

  push(width: 16 | 32 | 64, value: Expression): void {
    const { f } = this;
    const v = f.let(value);
    const bytes = width / 8;
    this.#stackAccess(-bytes, bytes, accessBit.write | accessBit.stack, this.memory.storing(width, v));
    this.#moveStack(f.i64(-bytes));
    this.#stackMoved -= bytes;
  }

  peek(width: 16 | 32 | 64): Expression {
    return this.memory.loading(width, (use) => this.#stackAccess(0, width / 8, accessBit.stack, use));
  }

  #stackAccess(displacement: number, bytes: number, how: number, use: UseOfPlace): void {
    this.memory.anchored(this.#stackAnchor, this.#stackMoved + displacement, () => this.#stackTop(displacement), bytes, how, use);
  }

  release(width: 16 | 32 | 64, extraBytes?: Expression): void {
    const { f } = this;
    this.#moveStack(extraBytes ? f.add(f.extendU(extraBytes), f.i64(width / 8)) : f.i64(width / 8));
    this.#stackMoved += width / 8;
  }

  get isStackGuarded(): boolean { return this.#guard !== undefined; }

  guardStack(): void {
    this.#guard = this.f.let(this.#registers.general(gpr.rsp));
  }

  unguardStack(): void {
    this.#guard = undefined;
  }

  // — ways out —

  fault(faultVector: number, errorCode = 0): void {
    this.f.rarely();
    storeField(this.f, 'faultVector', this.f.i32(faultVector + 1));
    storeField(this.f, 'faultErrorCode', this.f.i32(errorCode));
    this.#frame.exits.leave('fault');
  }

  faultIfPending(condition: Expression): void {
    const { f } = this;
    f.if(condition, () => {
      f.rarely();
      f.if(loadField(f, 'faultVector'), () => this.#frame.exits.leave('fault'));
    });
  }

  microcode(): void {
    this.f.rarely();
    this.#frame.exits.leave('interpret');
  }

  requestExit(): void { throw new Error('not bound early'); }
  repeat(): void { throw new Error('not bound early'); }

  /** RIP at an offset from the instruction's page. */
  rip(offset: number): Expression {
    const { f } = this;
    const linear = f.add(this.#frame.page, f.i64(this.#pageBytes + offset));
    return this.#isLong ? linear : f.sub(linear, loadField(f, 'codeBase'));
  }

  get nextOffset(): number {
    return this.#records.getUint16(this.#at + record.pageOffset, true) + this.#byte(record.length);
  }

  nextRip(): Expression {
    return this.f.let(this.rip(this.nextOffset));
  }

  /** Where the branch goes, by its displacement. */
  branchTarget(width: 16 | 32 | 64): Expression {
    return this.#truncateRip(width, this.rip(this.nextOffset + this.#records.getInt32(this.#at + record.immediate, true)));
  }

  /** The same as an offset from the start of the entry's page. */
  get targetOffset(): number {
    return this.#pageBytes + this.nextOffset + this.#records.getInt32(this.#at + record.immediate, true);
  }

  checkRelative(width: 16 | 32 | 64): void {
    if (width !== 64 && !this.#frame.isCodeFlat) this.checkTarget(width, this.f.let(this.branchTarget(width)));
  }

  checkTarget(width: 16 | 32 | 64, rip: Expression): void {
    const { f } = this;
    if (width === 64) f.if(f.ne(f.shrS(rip, 47), f.shrS(f.shl(rip, 16), 63)), () => this.fault(vector.gp, 0));
    else if (!this.#frame.isCodeFlat) f.if(f.gtU(f.wrap(rip), loadField(f, 'segmentLimit', segment.cs)), () => this.fault(vector.gp, 0));
  }

  jumpRelative(): void {
    this.#frame.exits.branch();
  }

  jump(width: 16 | 32 | 64, rip: Expression, kind?: NearJump): void {
    this.#frame.exits.jump(this.f.let(this.#truncateRip(width, rip)), kind);
  }

  #truncateRip(width: 16 | 32 | 64, rip: Expression): Expression {
    return width === 64 ? rip : this.f.and(rip, this.f.i64(width === 32 ? 0xffff_ffffn : 0xffffn));
  }

  // — operands —

  #byte(offset: number): number {
    return this.#records.getUint8(this.#at + offset);
  }

  #page(): Expression {
    return this.f.add(this.#frame.page, this.f.i64(this.#pageBytes));
  }

  #constantOperand(width: Operand['width'], value: Expression): Operand {
    return { width, isMemory: false, readHigh: noHigh, read: () => value, write: noAddress, address: noAddress };
  }

  #immediate(width: Operand['width']): Expression {
    const { f } = this;
    const value = this.#records.getInt32(this.#at + record.immediate, true);
    if (width === 64) return f.i64(value);
    return f.i32(width === 8 ? value & 0xff : width === 16 ? value & 0xffff : value);
  }

  #registerOperand(width: Width, place: number): Operand {
    return {
      width, isMemory: false, readHigh: noHigh,
      read: () => this.f.let(this.#registers.read(place, width)),
      write: (value) => this.#registers.write(place, width, value),
      address: noAddress,
    };
  }

  #vectorOperand(width: Width, n: number): Operand {
    return {
      width, isMemory: false, readHigh: noHigh,
      read: () => this.f.let(this.#registers.readVector(n, width)),
      readFloat: () => this.f.let(this.#registers.readFloat(n, width as 32 | 64)),
      write: (value) => this.#registers.writeVector(n, width, value),
      address: (_sizeBytes, access) => {
        const address = this.#registers.spilled(n);
        if (access !== 'read') this.#afterwards.push(() => this.#registers.taken(n));
        return this.f.i32(address);
      },
    };
  }

  #ymmOperand(width: Operand['width'], n: number): Operand {
    const { f } = this;
    return {
      width, isMemory: false,
      read: () => f.let(this.#registers.readVector(n, Math.min(width, 128) as Width)),
      readHigh: () => f.let(this.#registers.vectorHigh(n)),
      write: (value, high) => {
        const low = f.let(value);
        f.set(this.#registers.vectorHigh(n), high ?? f.v128(new Uint8Array(16)));
        f.set(this.#registers.vector(n), low);
      },
      address: noAddress,
    };
  }

  #sourceOperand(width: Operand['width']): Operand {
    const { f } = this;
    let address: Expression | undefined;
    return {
      width, isMemory: false,
      read: () => {
        address = this.#operandHost(width / 8, this.#stackBit());
        return f.let(this.memory.loadFrom(Math.min(width, 128) as Width, address));
      },
      readHigh: () => f.let(f.load('v128.load', address!, 16)),
      write: noAddress, address: noAddress,
    };
  }

  #mmxOperand(width: Width, n: number): Operand {
    const { f } = this;
    const mantissa = mantissas + 8 * n;
    return {
      width, isMemory: false, readHigh: noHigh,
      read: () => f.let(this.memory.loadFrom(width, f.i32(mantissa))),
      write: (value) => {
        this.memory.storeTo(width, f.i32(mantissa), value);
        f.store('i32.store16', f.i32(STATE_BASE + offsetOf.fpuExponent + 2 * n), f.i32(0xffff));
      },
      address: () => f.i32(mantissa),
    };
  }

  #memoryOperand(width: Operand['width'], access: Access, mayBeUnaligned: boolean): Operand {
    const { f } = this;
    let linear: Expression | undefined;
    let host: Expression | undefined;
    /** An anchor that leads to the operand; where that fails, `host` is set by the read. */
    let anchored: AnchoredPlace | undefined;
    const bits = { read: 0, write: accessBit.write, modify: accessBit.write | accessBit.modify };
    const align = (sizeBytes: number): void => {
      const at = linear ??= this.#linear();
      f.if(f.and(at.type === 'i64' ? f.wrap(at) : at, f.i32(sizeBytes - 1)), () => this.fault(vector.gp, 0));
    };
    const bytes = (width as number) / 8;
    const part = Math.min(width, 128) as Width;
    const reach = (how: keyof typeof bits, use: UseOfPlace): void => {
      if (!mayBeUnaligned) align(bytes);
      this.#operandAccess(bytes, bits[how] | this.#stackBit(), use, linear);
    };
    return {
      width, isMemory: true,
      read: () => {
        if (access === 'r' && width !== 256) return this.memory.loading(part, (use) => reach('read', use));
        const how = access === 'r' ? 'read' : access === 'rw' ? 'modify' : 'write';
        anchored = width === 256 || !mayBeUnaligned ? undefined : this.#operandAnchor(bytes);
        const found = host = f.local('i32');
        if (!anchored) {
          reach(how, { at: (place, offset) => f.set(found, f.add(place, f.i32(offset))) });
          return f.let(this.memory.loadFrom(part, found));
        }
        return this.memory.loading(part, (use) => reach(how, {
          at: (place, offset, isSlow) => {
            if (isSlow) f.set(found, place);
            use.at(isSlow ? found : place, offset, isSlow);
          },
        }));
      },
      readHigh: () => f.let(f.load('v128.load', host!, 16)),
      readFloat: () => {
        const value = f.local(width === 64 ? 'f64' : 'f32');
        this.#operandAccess(bytes, this.#stackBit(), { at: (place, offset) => f.set(value, f.load(width === 64 ? 'f64.load' : 'f32.load', place, offset)) }, linear);
        return value;
      },
      write: (value, high) => {
        const v = f.let(value);
        const store = this.memory.storing(part, v);
        if (width === 256) {
          const at = access === 'r' || !host ? this.#operandHost(bytes, bits.write | this.#stackBit()) : host;
          this.memory.storeTo(part, at, v);
          f.store('v128.store', at, high!, 16);
          this.memory.commit(at);
        } else if (access === 'r' || !host) reach('write', store);
        else if (anchored?.isSure) store.at(anchored.address, anchored.offset, false);
        else if (anchored) f.if(anchored.address, () => store.at(anchored!.address, anchored!.offset, false), () => {
          f.rarely();
          store.at(host!, 0, true);
        });
        else store.at(host, 0, true);
      },
      address: (sizeBytes, how, unaligned = true, displacement) => {
        if (displacement) return this.memory.hostOf((use) => this.memory.access(this.#linear(displacement), sizeBytes, bits[how] | this.#stackBit(), use));
        if (!unaligned) align(sizeBytes);
        const at = this.#operandHost(sizeBytes, bits[how] | this.#stackBit(), linear);
        if (width === 256 || width === 128) host = at;
        return at;
      },
    };
  }

  #operandAccess(bytes: number, how: number, use: UseOfPlace, linear?: Expression): void {
    this.memory.anchored(this.#memoryAnchor, this.#displacement, () => linear ?? this.#linear(), bytes, how, use);
  }

  #operandHost(bytes: number, how: number, linear?: Expression): Expression {
    return this.memory.hostOf((use) => this.#operandAccess(bytes, how, use, linear));
  }

  #operandAnchor(bytes: number): AnchoredPlace | undefined {
    return anchoredAt(this.#memoryAnchor, this.#displacement, bytes);
  }

  get #displacement(): number {
    return this.#records.getInt32(this.#at + record.displacement, true);
  }

  #stackBit(): number {
    return this.#byte(record.segment) === segment.ss ? accessBit.stack : 0;
  }

  // — addresses —

  /** The general register that the record names at `slot`, or none. */
  #addressRegister(slot: number): Expression | undefined {
    const place = this.#byte(slot);
    return place < offsetOf.zero ? this.#registers.general(place >> 3) : undefined;
  }

  /** base + index << scale + displacement, in 64 bits; with RIP-relative addressing of both kinds. */
  #sum64(): Expression {
    const { f } = this;
    const isPageRelative = this.#byte(record.base) === offsetOf.codePage;
    const relative = this.#byte(record.addressKind) === addressKind.relative ? this.nextOffset : 0;
    const displacement = this.#records.getInt32(this.#at + record.displacement, true) + relative + (isPageRelative ? this.#pageBytes : 0);
    const base = isPageRelative ? this.#frame.page : this.#addressRegister(record.base);
    const index = this.#addressRegister(record.index);
    const scaled = index && f.shl(index, this.#byte(record.scale));
    const sum = base && scaled ? f.add(base, scaled) : (base ?? scaled);
    return sum ? f.add(sum, f.i64(displacement)) : f.i64(displacement);
  }

  /** The same in 32 bits. */
  #sum32(): Expression {
    const { f } = this;
    const base = this.#addressRegister(record.base);
    const index = this.#addressRegister(record.index);
    const scaled = index && f.shl(f.wrap(index), this.#byte(record.scale));
    const sum = base && scaled ? f.add(f.wrap(base), scaled) : (base && f.wrap(base)) ?? scaled;
    const displacement = f.i32(this.#records.getInt32(this.#at + record.displacement, true));
    return sum ? f.add(sum, displacement) : displacement;
  }

  /** Linear address of the memory operand: i64 in 64-bit mode, i32 in a flat segment of 32-bit code. */
  #linear(displacement?: Expression): Expression {
    const { f } = this;
    const segmentBase = this.#byte(record.segmentBase);
    const hasBase = segmentBase !== offsetOf.zero;
    const baseAddress = STATE_BASE + offsetOf.gpr + segmentBase;
    if (this.#byte(record.addressKind) === addressKind.flat64) {
      let sum = this.#sum64();
      if (displacement) sum = f.add(sum, displacement);
      return f.let(hasBase ? f.add(sum, f.load('i64.load', f.i32(0), baseAddress)) : sum);
    }
    let sum = this.#sum32();
    if (displacement) sum = f.add(sum, f.wrap(displacement));
    return f.let(hasBase ? f.add(sum, f.load('i32.load', f.i32(0), baseAddress)) : sum);
  }

  #stackTop(displacement: number): Expression {
    const { f } = this;
    const rsp = this.#registers.general(gpr.rsp);
    return f.let(this.#isLong ? f.add(rsp, f.i64(displacement)) : f.add(f.wrap(rsp), f.i32(displacement)));
  }

  #moveStack(by: Expression): void {
    const { f } = this;
    const rsp = this.#registers.general(gpr.rsp);
    const sum = f.add(rsp, by);
    f.set(rsp, this.#isLong ? sum : f.and(sum, f.i64(0xffff_ffffn)));
  }
}
