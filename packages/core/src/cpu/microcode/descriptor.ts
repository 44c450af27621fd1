/**
 * Segment and system descriptors (SDM vol. 3A, 3.4.5, 3.5, 5.8.3, 7.2.2): their layout, and how they are fetched from GDT or LDT.
 */
import type { GuestFault } from '../fault.ts';
import { segment } from '../state.ts';
import type { MicrocodeCore } from './core.ts';
import { gp, selectorCode } from './raise.ts';
import { accessOf, baseOf, limitOf } from './registers.ts';

/** Types of system descriptors. In IA-32e mode the 32-bit ones are 64-bit and the 16-bit ones do not exist. */
export const systemType = {
  tss16: 1, ldt: 2, tss16Busy: 3, callGate16: 4, taskGate: 5, interruptGate16: 6, trapGate16: 7,
  tss32: 9, tss32Busy: 0xb, callGate32: 0xc, interruptGate32: 0xe, trapGate32: 0xf,
} as const;

export const isNull = (selector: number): boolean => (selector & 0xfffc) === 0;

export class Descriptor {
  readonly selector: number;
  /** Where the descriptor itself is. */
  readonly address: bigint;
  readonly low: number;
  readonly high: number;

  constructor(selector: number, address: bigint, raw: bigint) {
    this.selector = selector;
    this.address = address;
    this.low = Number(raw & 0xffff_ffffn);
    this.high = Number(raw >> 32n);
  }

  get access(): number { return (this.high >>> 8) & 0xf0ff; }
  /** The four type bits; with S clear one of `systemType`. */
  get type(): number { return (this.high >>> 8) & 0xf; }
  get dpl(): number { return (this.high >>> 13) & 3; }
  get isPresent(): boolean { return (this.high & 0x8000) !== 0; }
  get isSegment(): boolean { return (this.high & 0x1000) !== 0; }
  get isCode(): boolean { return (this.high & 0x1800) === 0x1800; }
  get isConforming(): boolean { return (this.high & 0x400) !== 0; }
  get isLong(): boolean { return (this.high & 0x20_0000) !== 0; }
  get isBig(): boolean { return (this.high & 0x40_0000) !== 0; }
  get isReadable(): boolean { return this.isSegment && (!this.isCode || (this.high & 0x200) !== 0); }
  get isWritable(): boolean { return (this.high & 0x1a00) === 0x1200; }

  get base(): number { return ((this.low >>> 16) | ((this.high & 0xff) << 16) | (this.high & 0xff00_0000)) >>> 0; }

  /** Last valid offset. */
  get limit(): number {
    const limit = (this.low & 0xffff) | (this.high & 0xf_0000);
    return this.high & 0x80_0000 ? ((limit << 12) | 0xfff) >>> 0 : limit;
  }

  /** Gates (SDM vol. 3A, figure 5-8). */
  get gateSelector(): number { return this.low >>> 16; }
  get gateOffset16(): number { return this.low & 0xffff; }
  get gateOffset32(): number { return ((this.low & 0xffff) | (this.high & 0xffff_0000)) >>> 0; }
  get gateParameters(): number { return this.high & 0x1f; }
}

/** Linear address of a selector's table entry, or undefined when `size` bytes of it exceed the table's limit. */
const entryAddress = (core: MicrocodeCore, selector: number, size: number): bigint | undefined => {
  const { state } = core;
  const offset = selector & 0xfff8;
  if (selector & 4) {
    if (accessOf(state, segment.ldtr) === 0 || offset + size - 1 > limitOf(state, segment.ldtr)) return undefined;
    return baseOf(state, segment.ldtr) + BigInt(offset);
  }
  if (offset + size - 1 > state.get('gdtrLimit')) return undefined;
  return state.get64('gdtrBase') + BigInt(offset);
};

/** Undefined when the selector lies outside its table. */
export const findDescriptor = (core: MicrocodeCore, selector: number): Descriptor | undefined => {
  const address = entryAddress(core, selector, 8);
  return address === undefined ? undefined : new Descriptor(selector, address, core.memory.readSystem(address, 8));
};

export const readDescriptor = (core: MicrocodeCore, selector: number, fault: (errorCode: number) => GuestFault = gp): Descriptor => {
  const descriptor = findDescriptor(core, selector);
  if (!descriptor) throw fault(selectorCode(selector));
  return descriptor;
};

/** Bits 64–127 of a 16-byte descriptor of IA-32e mode: bits 0–31 are an address' upper half; the type field above has to be 0. */
export const readUpperHalf = (core: MicrocodeCore, descriptor: Descriptor): bigint => {
  const { selector } = descriptor;
  if (entryAddress(core, selector, 16) === undefined) throw gp(selectorCode(selector));
  const raw = core.memory.readSystem(descriptor.address + 8n, 8);
  if ((raw >> 40n) & 0x1fn) throw gp(selectorCode(selector));
  return raw & 0xffff_ffffn;
};

/** Sets the accessed bit, unless it is set: a read-only descriptor table may hold only descriptors that have it. */
export const markAccessed = (core: MicrocodeCore, descriptor: Descriptor): void => {
  if ((descriptor.high & 0x100) === 0) core.memory.writeSystem(descriptor.address + 5n, 1, BigInt(((descriptor.high >>> 8) & 0xff) | 1));
};

/** Sets or clears the busy bit of a TSS descriptor. */
export const markBusy = (core: MicrocodeCore, address: bigint, busy: boolean): void => {
  const access = core.memory.readSystem(address + 5n, 1);
  core.memory.writeSystem(address + 5n, 1, busy ? access | 2n : access & ~2n);
};
