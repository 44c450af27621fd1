/**
 * Memory of a region: by an anchor or the TLB, inline; where these fail by the slow paths (region-access.ts), which may have the region left before the instruction.
 */
import { BOUNCE_END, TLB_ENTRIES, TLB_ENTRY_BYTES, TLB_WRITE_HALF } from '../../memory/layout.ts';
import { accessBit } from '../../memory/mmu.ts';
import type { Callee, Expression, FunctionBuilder } from '../../wasm/function.ts';
import type { Subroutine, Width } from '../builder/builder.ts';
import { loadField } from '../builder/fields.ts';
import type { Anchor } from './anchors.ts';
import { anchorAccess, anchorWrites, regionAnchor, regionCommit, regionReach, regionStore, siteOf } from './region-access.ts';
import type { RegisterFile } from './registers.ts';

/** An anchor for an instruction: local with its address in this memory, or 0 if it is not sure; from the anchor's start to what the base register points to; bytes. */
export interface BoundAnchor {
  readonly address: Expression;
  readonly offset: number;
  readonly length: number;
  readonly isSure: boolean;
}

/** What is done with a place that has been reached. */
export interface UseOfPlace {
  /** Made twice, for where the TLB or an anchor has it, and for the slow way, after which a store has to be committed. */
  readonly at: (place: Expression, offset: number, isSlow: boolean) => void;
  /** An integer that is stored there, where nothing else is done: the slow way does it all. */
  readonly stored?: Expression;
}

/** A place at an offset from where an anchor leads to. */
export interface AnchoredPlace {
  readonly address: Expression;
  readonly offset: number;
  readonly isSure: boolean;
}

/** The anchor's, if the access lies in its range; `offset` is from what the anchor's register points to. */
export const anchoredAt = (anchor: BoundAnchor | undefined, offset: number, bytes: number): AnchoredPlace | undefined => {
  const at = anchor ? anchor.offset + offset : -1;
  return !anchor || at < 0 || at + bytes > anchor.length ? undefined : { address: anchor.address, offset: at, isSure: anchor.isSure };
};

/** What it uses of the region. */
interface MemoryFrame {
  readonly f: FunctionBuilder;
  readonly callee: (subroutine: Subroutine) => Callee;
  readonly registers: RegisterFile;
  readonly isLong: boolean;
  /** Locals: i32, address of the TLB set; i32, what is left of the budget. */
  readonly tlb: Expression;
  readonly budget: Expression;
  readonly exits: MemoryExits;
  /** An anchor has failed: how much that counts. */
  readonly noteFailure: (weight: number) => void;
}

/** How the region is left before the instruction. */
interface MemoryExits {
  leave(why: 'interpret'): void;
  /** When a slow path says so. */
  leaveIf(failed: Expression): void;
}

/** An anchor that fails before a loop may make all its turns slow. */
const WEIGHT_BEFORE_LOOP = 100;

export class RegionMemory {
  readonly f: FunctionBuilder;
  readonly #frame: MemoryFrame;
  /** The instruction: its record, instructions since the budget was settled, and whether it accesses memory by its address and by way of the stack. */
  #address = 0;
  #unsettled = 0;
  #accessesTwice = false;

  constructor(frame: MemoryFrame) {
    this.f = frame.f;
    this.#frame = frame;
  }

  /** Turns to an instruction. */
  begin(address: number, unsettled: number, accessesTwice: boolean): void {
    this.#address = address;
    this.#unsettled = unsettled;
    this.#accessesTwice = accessesTwice;
  }

  commit(address: Expression): void {
    const { f } = this;
    f.if(f.ltU(address, f.i32(BOUNCE_END)), () => {
      f.rarely();
      f.perform(this.#frame.callee(regionCommit), this.#site, this.#frame.budget);
      this.#takeBudget();
    });
  }

  get #site(): Expression {
    return this.f.i32(siteOf(this.#address, this.#unsettled));
  }

  /** After a slow path, which may have ended it. */
  #takeBudget(): void {
    this.f.set(this.#frame.budget, loadField(this.f, 'budget'));
  }

  /** What is loaded, in a local, wherever it is found. */
  loading(width: Width, reach: (use: UseOfPlace) => void): Expression {
    const value = this.f.local(width === 128 ? 'v128' : width === 64 ? 'i64' : 'i32');
    reach({ at: (place, offset) => this.f.set(value, this.loadFrom(width, place, offset)) });
    return value;
  }

  storing(width: Width, value: Expression): UseOfPlace {
    return {
      at: (place, offset, isSlow) => {
        this.storeTo(width, place, value, offset);
        if (isSlow) this.commit(place);
      },
      ...(value.type === 'i32' || value.type === 'i64' ? { stored: value } : {}),
    };
  }

  /** The place itself, in a local. */
  hostOf(reach: (use: UseOfPlace) => void): Expression {
    const { f } = this;
    const host = f.local('i32');
    reach({ at: (place, offset) => f.set(host, f.add(place, f.i32(offset))) });
    return host;
  }

  /** By the anchor, if the access lies in its range; `offset` is from what the anchor's register points to. */
  anchored(anchor: BoundAnchor | undefined, offset: number, linear: () => Expression, bytes: number, how: number, use: UseOfPlace): void {
    const at = anchoredAt(anchor, offset, bytes);
    if (!at) this.access(linear(), bytes, how, use);
    else if (at.isSure) use.at(at.address, at.offset, false);
    else this.f.if(at.address, () => use.at(at.address, at.offset, false), () => this.#slowAccess(linear(), bytes, how, use));
  }

  loadFrom(width: Width, address: Expression, offset = 0): Expression {
    const name = width === 128 ? 'v128.load' : width === 64 ? 'i64.load' : width === 32 ? 'i32.load' : width === 16 ? 'i32.load16_u' : 'i32.load8_u';
    return this.f.load(name, address, offset);
  }

  storeTo(width: Width, address: Expression, value: Expression, offset = 0): void {
    const isFloat = value.type === 'f64' || value.type === 'f32';
    const name = isFloat ? `${value.type}.store` : width === 128 ? 'v128.store' : width === 64 ? 'i64.store' : width === 32 ? 'i32.store' : width === 16 ? 'i32.store16' : 'i32.store8';
    this.f.store(name, address, value, offset);
  }

  /** To `bytes` bytes at a linear address, by the TLB; where that fails the region is left. */
  access(linear: Expression, bytes: number, how: number, use: UseOfPlace): void {
    this.#inTlb(linear, bytes, (how & accessBit.write) !== 0, (place) => use.at(place, 0, false), () => this.#slowAccess(linear, bytes, how, use));
  }

  /** The TLB has the page in which all the bytes lie, and where that is in this memory; or not. */
  #inTlb(linear: Expression, bytes: number, writes: boolean, found: (place: Expression) => void, otherwise: () => void): void {
    const { f } = this;
    const half = writes ? TLB_WRITE_HALF : 0;
    const isWide = linear.type === 'i64';
    const low = (): Expression => (isWide ? f.wrap(linear) : linear);
    const entry = f.let(f.add(this.#frame.tlb, f.and(f.shrU(low(), 8), f.i32((TLB_ENTRIES - 1) * TLB_ENTRY_BYTES))));
    const last = bytes === 1 ? linear : f.add(linear, f.constant(linear.type, bytes - 1));
    const tag = isWide ? f.and(last, f.i64(~0xfffn)) : f.extendU(f.and(last, f.i32(~0xfff)));
    f.if(f.eq(f.load('i64.load', entry, half), tag), () => found(f.add(low(), f.load('i32.load', entry, half + 8))), otherwise);
  }

  #slowAccess(linear: Expression, bytes: number, how: number, { at, stored }: UseOfPlace): void {
    const { f } = this;
    const { callee, exits, budget } = this.#frame;
    f.rarely();
    const wide = (value: Expression): Expression => (value.type === 'i64' ? value : f.extendU(value));
    const isFirst = this.#accessesTwice && !(how & accessBit.write);
    const bits = f.i32(bytes | how | (isFirst ? accessBit.first : 0));
    const reached = f.let(stored
      ? f.call(callee(regionStore), wide(linear), wide(stored), bits, this.#site, budget)
      : f.call(callee(regionReach), wide(linear), bits, this.#site, budget));
    this.#takeBudget();
    exits.leaveIf(f.eqz(reached));
    if (!stored) at(reached, 0, true);
  }

  /** Looks an anchor up: sets `address` to where its range begins in this memory, or to 0 if it is not sure. */
  lookUp({ register, low, high, writes, isSure, isBeforeLoop, for: access }: Anchor, address: Expression): void {
    const { f } = this;
    const base = this.#frame.registers.general(register);
    const start = this.#frame.isLong ? f.let(f.add(base, f.i64(low))) : f.let(f.add(f.wrap(base), f.i32(low)));
    this.#inTlb(start, high - low, writes, (place) => f.set(address, place), () => {
      f.rarely();
      f.set(address, f.call(this.#frame.callee(regionAnchor), this.#frame.isLong ? start : f.extendU(start), f.i32((high - low) | (writes ? anchorWrites : 0)), f.i32(access ? anchorAccess(access.offset - low, access.bytes, access.writes) : 0)));
      f.if(f.eqz(address), () => {
        f.rarely();
        this.#frame.noteFailure(isBeforeLoop ? WEIGHT_BEFORE_LOOP : 1);
        if (isSure) this.#frame.exits.leave('interpret');
      });
    });
  }
}
