/** A MicrocodeCore over a flat array, for unit tests: linear addresses are physical, only the low 1 MiB exists, nothing is decoded. */
import { PhysicalMemory } from '../../memory/physical.ts';
import { GuestFault, pageFaultCode, vector } from '../fault.ts';
import { resetState } from '../reset.ts';
import { CpuState, cr0, cr4, efer, segment } from '../state.ts';
import { setCpl, setSegment } from './registers.ts';
import type { Instruction, LocalApicPort, MicrocodeCore, MicrocodeFunction } from './core.ts';

const MEMORY_BYTES = 0x10_0000;

type Size = 1 | 2 | 4 | 8;

export class FakeCore implements MicrocodeCore {
  readonly physical = new PhysicalMemory(MEMORY_BYTES);
  readonly state = new CpuState(this.physical.wasm);
  readonly bytes = new Uint8Array(MEMORY_BYTES);
  /** What happened on the ports, and what they answer. */
  readonly portLog: string[] = [];
  portValue = 0;
  readonly ports = {
    read: (port: number, size: number): number => {
      this.portLog.push(`in ${port.toString(16)} ${size}`);
      return this.portValue;
    },
    write: (port: number, size: number, value: number): void => {
      this.portLog.push(`out ${port.toString(16)} ${size} ${value.toString(16)}`);
    },
  };
  nowNs = 0;
  readonly clock = { nowNs: (): number => this.nowNs };
  readonly tscHz = 2_000_000_000;
  readonly apicWrites: [number, bigint][] = [];
  tpr = 0;
  readonly apic: LocalApicPort = {
    readBaseMsr: () => 0xfee0_0900n,
    writeBaseMsr: () => true,
    readTpr: () => this.tpr,
    writeTpr: (value) => { this.tpr = value; },
    readMsr: (index) => (index === 0x6e0 ? (this.apicWrites.at(-1)?.[1] ?? 0n) : undefined),
    writeMsr: (index, value) => {
      this.apicWrites.push([index, value]);
      return index === 0x6e0;
    },
  };
  /** Linear pages that are not present, or not writable. */
  readonly missingPages = new Set<number>();
  readonly readOnlyPages = new Set<number>();
  stateChanges = 0;
  exitRequests = 0;
  readonly flushes: string[] = [];
  #jumped = false;

  constructor() {
    resetState(this.state);
    this.state.set('budget', 1000);
  }

  readonly memory = {
    read: (linear: bigint, size: Size): bigint => this.#read(linear, size),
    write: (linear: bigint, size: Size, value: bigint): void => this.#write(linear, size, value),
    probeWrite: (linear: bigint, size: number): void => this.#check(linear, size, true),
    readSystem: (linear: bigint, size: Size): bigint => this.#read(linear, size),
    writeSystem: (linear: bigint, size: Size, value: bigint): void => this.#write(linear, size, value),
    probeWriteSystem: (linear: bigint, size: number): void => this.#check(linear, size, true),
  };

  random(): number { return 0x1234_5678; }

  jump(rip: bigint): void {
    this.state.rip = rip;
    this.#jumped = true;
  }

  stateChanged(): void { this.stateChanges++; }
  flushTlb(global: boolean): void { this.flushes.push(global ? 'all' : 'local'); }
  flushTlbPage(linear: bigint): void { this.flushes.push(linear.toString(16)); }
  requestExit(): void { this.exitRequests++; }

  /** Runs one instruction as the dispatcher does; the fault it raised, or undefined. */
  execute(microcode: MicrocodeFunction, fields: Partial<Instruction> = {}): GuestFault | undefined {
    const lengthBytes = fields.lengthBytes ?? 2;
    const instruction: Instruction = {
      nextRip: this.state.rip + BigInt(lengthBytes), lengthBytes, operandSize: 32, addressSize: 32, isRegister: true, reg: 0, rm: 0, opcode: 0, repeat: 0,
      immediate: 0n, segment: 3, vvvv: 0, vectorBits: 128, vectorIndex: 0, scale: 0, effectiveAddress: () => 0n, linearAddress: () => 0n, ...fields,
    };
    this.#jumped = false;
    try {
      microcode(this, instruction);
    } catch (fault) {
      if (fault instanceof GuestFault) return fault;
      throw fault;
    }
    if (!this.#jumped) this.state.rip = instruction.nextRip;
    return undefined;
  }

  poke(address: number, ...bytes: number[]): void {
    this.bytes.set(bytes, address);
  }

  poke64(address: number, ...quads: bigint[]): void {
    quads.forEach((quad, i) => new DataView(this.bytes.buffer).setBigUint64(address + i * 8, quad, true));
  }

  peek(address: number, size: Size): number {
    return Number(this.#read(BigInt(address), size));
  }

  #check(linear: bigint, size: number, write: boolean): void {
    for (const address of [Number(linear), Number(linear) + size - 1]) {
      const page = address >>> 12;
      const missing = this.missingPages.has(page) || address >= MEMORY_BYTES;
      if (missing || (write && this.readOnlyPages.has(page))) {
        throw new GuestFault(vector.pf, (missing ? 0 : pageFaultCode.present) | (write ? pageFaultCode.write : 0), linear);
      }
    }
  }

  #read(linear: bigint, size: Size): bigint {
    this.#check(linear, size, false);
    let value = 0n;
    for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.bytes[Number(linear) + i]!);
    return value;
  }

  #write(linear: bigint, size: Size, value: bigint): void {
    this.#check(linear, size, true);
    for (let i = 0; i < size; i++) this.bytes[Number(linear) + i] = Number((value >> BigInt(8 * i)) & 0xffn);
  }
}

/** An operand in memory, at a linear address. */
export const at = (address: number): Partial<Instruction> => ({
  isRegister: false,
  effectiveAddress: () => BigInt(address),
  linearAddress: (_size, _write, displacement = 0) => BigInt(address) + BigInt(displacement),
});

/** A descriptor from its parts: base, limit (20 bits), bits 40–47 and 52–55. */
export const descriptor = (base: number, limit: number, access: number, flags: number): bigint =>
  BigInt((limit & 0xffff) + (base & 0xffff) * 0x1_0000) |
  (BigInt((((base >>> 16) & 0xff) | (access << 8) | (limit & 0xf_0000) | (flags << 20) | (base & 0xff00_0000)) >>> 0) << 32n);

export const gate = (selector: number, offset: number, access: number, parameters = 0): bigint =>
  BigInt((offset & 0xffff) + selector * 0x1_0000) | (BigInt((((offset & 0xffff_0000) | (access << 8) | parameters) >>> 0)) << 32n);

/** The selectors of `protectedCore` and `longCore`. */
export const selector = {
  code: 0x08, data: 0x10, userCode: 0x1b, userData: 0x23, tss: 0x28, code16: 0x38, absent: 0x48, readOnly: 0x50, conforming: 0x58, code64: 0x60, userCode64: 0x6b, ldt: 0x70,
  otherTss: 0x80, callGate: 0x90, taskGate: 0xa0, tss16: 0xa8,
} as const;
export const GDT = 0x1000;
export const IDT = 0x2000;
export const TSS = 0x3000;
export const STACK0 = 0x8000;
export const STACK3 = 0xa000;

const loadGdt = (core: FakeCore): void => {
  const set = (index: number, value: bigint): void => core.poke64(GDT + index, value);
  set(selector.code, descriptor(0, 0xf_ffff, 0x9a, 0xc));
  set(selector.data, descriptor(0, 0xf_ffff, 0x92, 0xc));
  set(selector.userCode & 0xf8, descriptor(0, 0xf_ffff, 0xfa, 0xc));
  set(selector.userData & 0xf8, descriptor(0, 0xf_ffff, 0xf2, 0xc));
  set(selector.tss, descriptor(TSS, 0x2067, 0x89, 0));
  set(selector.code16, descriptor(0, 0xffff, 0x9a, 0));
  set(selector.absent, descriptor(0, 0xf_ffff, 0x12, 0xc));
  set(selector.readOnly, descriptor(0, 0xf_ffff, 0x90, 0xc));
  set(selector.conforming, descriptor(0, 0xf_ffff, 0x9e, 0xc));
  set(selector.code64, descriptor(0, 0xf_ffff, 0x9a, 0xa));
  set(selector.userCode64 & 0xf8, descriptor(0, 0xf_ffff, 0xfa, 0xa));
  set(selector.ldt, descriptor(0x6000, 0x1f, 0x82, 0));
  core.state.set64('gdtrBase', BigInt(GDT));
  core.state.set('gdtrLimit', 0xff);
  core.state.set64('idtrBase', BigInt(IDT));
  core.state.set('idtrLimit', 0xfff);
};

const loadSegments = (core: FakeCore, level: 0 | 3, code: number, codeAccess: number): void => {
  const { state } = core;
  const dpl = level << 5;
  const data = level === 3 ? selector.userData : selector.data;
  setSegment(state, segment.cs, code, 0n, 0xffff_ffff, codeAccess | dpl);
  for (const index of [segment.es, segment.ss, segment.ds, segment.fs, segment.gs]) setSegment(state, index, data, 0n, 0xffff_ffff, 0xc093 | dpl);
  setCpl(state, level);
  state.setReg(4, BigInt(level === 3 ? STACK3 : STACK0));
  state.rip = 0x5000n;
};

/** 32-bit protected mode at CPL `level`, with a TSS whose ring-0 stack is at STACK0. */
export const protectedCore = (level: 0 | 3 = 0): FakeCore => {
  const core = new FakeCore();
  loadGdt(core);
  core.state.set('cr0', cr0.pe | cr0.et | cr0.ne);
  loadSegments(core, level, level === 3 ? selector.userCode : selector.code, 0xc09b);
  core.poke64(TSS + 4, BigInt(STACK0) | (BigInt(selector.data) << 32n));
  core.poke(TSS + 0x66, 0x88, 0x00);
  core.poke(GDT + selector.tss + 5, 0x8b);
  setSegment(core.state, segment.tr, selector.tss, BigInt(TSS), 0x2067, 0x8b);
  return core;
};

/** 64-bit mode at CPL `level`. */
export const longCore = (level: 0 | 3 = 0): FakeCore => {
  const core = new FakeCore();
  loadGdt(core);
  core.state.set('cr0', (cr0.pe | cr0.et | cr0.ne | cr0.pg) >>> 0);
  core.state.set('cr4', cr4.pae);
  core.state.set('efer', efer.lme | efer.lma | efer.sce);
  loadSegments(core, level, level === 3 ? selector.userCode64 : selector.code64, 0xa09b);
  core.poke64(TSS + 4, BigInt(STACK0));
  core.poke64(TSS + 0x24, 0x7000n);
  core.poke(TSS + 0x66, 0x88, 0x00);
  core.poke(GDT + selector.tss + 5, 0x8b);
  setSegment(core.state, segment.tr, selector.tss, BigInt(TSS), 0x2067, 0x8b);
  return core;
};
