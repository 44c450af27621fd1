/**
 * A stack while a frame is built or taken down: checks every access, and leaves SS:RSP alone until `commit`. Either the current
 * stack, or that of another privilege level or task which a transfer is about to switch to.
 */
import { segment, segmentRight } from '../state.ts';
import type { GuestFault } from '../fault.ts';
import type { LinearMemory, MicrocodeCore } from './core.ts';
import { ss } from './raise.ts';
import { accessOf, baseOf, is64Bit, isCanonical, limitOf } from './registers.ts';

/** Whether `sizeBytes` bytes at `offset` lie within a segment (SDM vol. 3A, 5.3). Null segments have no valid offset. */
export const withinLimit = (access: number, limit: number, offset: number, sizeBytes: number): boolean => {
  const last = offset + sizeBytes - 1;
  const expandsDown = (access & (segmentRight.segment | segmentRight.code | segmentRight.expandDown)) === (segmentRight.segment | segmentRight.expandDown);
  if (!expandsDown) return last <= limit;
  return offset > limit && last <= (access & segmentRight.big ? 0xffff_ffff : 0xffff);
};

const RSP = 4;

export interface StackSegment {
  readonly base: bigint;
  readonly limit: number;
  readonly access: number;
  /** Bits of the stack pointer in use. */
  readonly width: 16 | 32 | 64;
}

export class Stack {
  pointer: bigint;
  readonly #memory: LinearMemory;
  readonly #segment: StackSegment;
  /** Accesses are the processor's own, at supervisor privilege. */
  readonly #implicit: boolean;
  readonly #errorCode: number;

  constructor(memory: LinearMemory, stackSegment: StackSegment, pointer: bigint, implicit: boolean, errorCode: number) {
    this.#memory = memory;
    this.#segment = stackSegment;
    this.pointer = BigInt.asUintN(stackSegment.width, pointer);
    this.#implicit = implicit;
    this.#errorCode = errorCode;
  }

  static current(core: MicrocodeCore): Stack {
    const { state } = core;
    const access = accessOf(state, segment.ss);
    const width = is64Bit(state) ? 64 : access & segmentRight.big ? 32 : 16;
    const base = width === 64 ? 0n : baseOf(state, segment.ss);
    return new Stack(core.memory, { base, limit: limitOf(state, segment.ss), access, width }, state.reg(RSP), false, 0);
  }

  #linear(offset: bigint, size: number): bigint {
    const { width, access, limit, base } = this.#segment;
    if (width === 64) {
      if (!isCanonical(offset) || !isCanonical(BigInt.asUintN(64, offset + BigInt(size - 1)))) throw this.#fault();
      return offset;
    }
    if (!withinLimit(access, limit, Number(offset), size)) throw this.#fault();
    return BigInt.asUintN(32, base + offset);
  }

  #fault(): GuestFault {
    return ss(this.#errorCode);
  }

  /** Makes sure that `count` values can be pushed, before the first one is. */
  require(count: number, size: 2 | 4 | 8): void {
    for (let i = 1; i <= count; i++) this.#linear(BigInt.asUintN(this.#segment.width, this.pointer - BigInt(i * size)), size);
  }

  push(size: 2 | 4 | 8, value: bigint): void {
    this.pushPartly(size, size, value);
  }

  /** Moves the pointer by `slot` bytes, but writes only `size` of them. */
  pushPartly(slot: 2 | 4 | 8, size: 2 | 4 | 8, value: bigint): void {
    const pointer = BigInt.asUintN(this.#segment.width, this.pointer - BigInt(slot));
    const linear = this.#linear(pointer, size);
    if (this.#implicit) this.#memory.writeSystem(linear, size, value);
    else this.#memory.write(linear, size, value);
    this.pointer = pointer;
  }

  pop(size: 2 | 4 | 8): bigint {
    const value = this.peek(0, size);
    this.skip(size);
    return value;
  }

  /** The value `displacement` bytes above the pointer. */
  peek(displacement: number, size: 2 | 4 | 8): bigint {
    const linear = this.#linear(BigInt.asUintN(this.#segment.width, this.pointer + BigInt(displacement)), size);
    return this.#implicit ? this.#memory.readSystem(linear, size) : this.#memory.read(linear, size);
  }

  skip(sizeBytes: number): void {
    this.pointer = BigInt.asUintN(this.#segment.width, this.pointer + BigInt(sizeBytes));
  }

  /** Raises what a write of `size` bytes at the pointer would raise. */
  probe(size: 2 | 4 | 8): void {
    this.#memory.probeWrite(this.#linear(this.pointer, size), size);
  }

  /** Writes the pointer to SP, ESP or RSP. */
  commit(core: MicrocodeCore): void {
    const { state } = core;
    if (this.#segment.width === 16) state.u16[RSP * 4] = Number(this.pointer);
    else state.setReg(RSP, this.pointer);
  }
}
