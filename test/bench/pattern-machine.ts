/** A CPU without devices that runs one pattern in a loop, paging on, in 32-bit or 64-bit code at privilege level 0. */
import { Cpu } from '../../packages/core/src/cpu/cpu.ts';
import type { CpuOptions } from '../../packages/core/src/cpu/cpu.ts';
import { cr0, cr4, efer, segment } from '../../packages/core/src/cpu/state.ts';
import { PhysicalMemory } from '../../packages/core/src/memory/physical.ts';
import { setFields, setSegment } from '../conformance/registers.ts';
import type { Pattern } from './patterns.ts';

export type Bits = 32 | 64;

const RAM_BYTES = 0x80_0000;
const LARGE_PAGE_32 = 0x40_0000;
const LARGE_PAGE_64 = 0x20_0000;
const PRESENT_WRITABLE = 3;
const PRESENT_WRITABLE_LARGE = 0x83;
const place = { root: 0x1000, directoryPointers: 0x2000, directory: 0x3000, code: 0x10_0000, data: 0x20_0000, stack: 0x30_0000 } as const;
/** Of the table of addresses from the data that patterns touch. */
const TABLE = 0x2000;
/** How often a pattern stands in the loop. */
const COPIES = 16;
const LOOP_INSTRUCTIONS = 2;
const access = { code64: 0xa09b, code32: 0xc09b, data: 0xc093 } as const;
const RET = 0xc3;
const HLT = 0xf4;

export interface LoopRun {
  readonly ns: number;
  readonly instructions: number;
  /** Of these, in code that the translator made. */
  readonly inRegions: number;
}

export class PatternMachine {
  readonly #cpu: Cpu;
  readonly #memory = new PhysicalMemory(RAM_BYTES);
  readonly #loop: number;

  constructor(pattern: Pattern, bits: Bits, options: Pick<CpuOptions, 'translation'>) {
    const cpu: Cpu = new Cpu({
      memory: this.#memory,
      ports: { read: () => 0, write: () => undefined },
      clock: { nowNs: () => cpu.instructionsRetired },
      tscHz: 1e9,
      random: () => 0,
      interrupts: { pending: () => false, acknowledge: () => -1 },
      apic: { readBaseMsr: () => 0xfee0_0900n, writeBaseMsr: () => true, readTpr: () => 0, writeTpr: () => undefined, readMsr: () => undefined, writeMsr: () => false },
      ...options,
    });
    this.#cpu = cpu;
    this.#writePageTables(bits);
    this.#setMode(bits);
    this.#loop = this.#writeLoop(pattern);
    [1.5, 2.25, 0.75].forEach((value, index) => {
      const double = new DataView(new ArrayBuffer(8));
      double.setFloat64(0, value);
      cpu.state.set64('xmm', double.getBigUint64(0), 2 * index);
      this.#memory.writeU64(place.data + 8 * index, double.getBigUint64(0));
    });
    cpu.flushTlb(true);
    cpu.stateChanged();
  }

  /** Goes through the loop so many times. */
  run(times: number): LoopRun {
    const { state } = this.#cpu;
    const BUDGET = 1_000_000_000;
    [0, 3, 5, place.data, place.stack, times, 7, place.data].forEach((value, register) => state.setReg(register, BigInt(value)));
    state.rip = BigInt(this.#loop);
    state.set('halted', 0);
    this.#cpu.stateChanged();
    const retiredBefore = this.#cpu.instructionsRetired;
    const regionsBefore = this.#inRegions;
    const start = performance.now();
    for (let exit = this.#cpu.run(BUDGET); exit !== 'halt'; exit = this.#cpu.run(BUDGET)) {
      if (exit === 'shutdown') {
        throw new Error(`the pattern ended in a triple fault at ${state.rip.toString(16)}`);
      }
    }
    const ns = (performance.now() - start) * 1e6;
    return { ns, instructions: this.#cpu.instructionsRetired - retiredBefore, inRegions: this.#inRegions - regionsBefore };
  }

  get #inRegions(): number {
    return this.#cpu.statistics.translation?.instructionsInRegions ?? 0;
  }

  #writePageTables(bits: Bits): void {
    const memory = this.#memory;
    if (bits === 32) {
      for (let page = 0; page < RAM_BYTES / LARGE_PAGE_32; page++) {
        memory.writeU32(place.root + 4 * page, page * LARGE_PAGE_32 + PRESENT_WRITABLE_LARGE);
      }
      return;
    }
    memory.writeU64(place.root, BigInt(place.directoryPointers + PRESENT_WRITABLE));
    memory.writeU64(place.directoryPointers, BigInt(place.directory + PRESENT_WRITABLE));
    for (let page = 0; page < RAM_BYTES / LARGE_PAGE_64; page++) {
      memory.writeU64(place.directory + 8 * page, BigInt(page * LARGE_PAGE_64 + PRESENT_WRITABLE_LARGE));
    }
  }

  #setMode(bits: Bits): void {
    const { state } = this.#cpu;
    setFields(state, {
      cr0: BigInt((cr0.pe | cr0.mp | cr0.et | cr0.ne | cr0.pg) >>> 0), cr3: BigInt(place.root), cr4: BigInt(cr4.osfxsr | cr4.osxmmexcpt | (bits === 64 ? cr4.pae : cr4.pse)),
      efer: BigInt(bits === 64 ? efer.lme | efer.lma : 0), cpl: 0n, mxcsr: 0x1f80n, fpuControl: 0x37fn, fpuTag: 0xffffn,
    });
    setSegment(state, segment.cs, [8, 0n, 0xffff_ffff, bits === 64 ? access.code64 : access.code32]);
    for (const index of [segment.es, segment.ss, segment.ds, segment.fs, segment.gs]) {
      setSegment(state, index, [16, 0n, 0xffff_ffff, access.data]);
    }
  }

  /** A function that returns, the loop, HLT; where the loop starts. */
  #writeLoop({ code, name }: Pattern): number {
    const memory = this.#memory;
    let entries = 0;
    const table = {
      returns: place.code,
      add: (target: number): number => {
        const displacement = TABLE + 8 * entries++;
        memory.writeU64(place.data + displacement, BigInt(target));
        return displacement;
      },
    };
    memory.write(place.code, Uint8Array.of(RET));
    const loop = place.code + 0x40;
    let at = loop;
    for (let copy = 0; copy < COPIES; copy++) {
      const hex = (typeof code === 'string' ? code : code(at, table)).replaceAll(/\s/g, '');
      if (!/^([0-9a-f]{2})+$/.test(hex)) {
        throw new Error(`${name}: ${hex} are no bytes`);
      }
      const bytes = Buffer.from(hex, 'hex');
      memory.write(at, bytes);
      at += bytes.length;
    }
    const END = 9;
    const back = loop - (at + END - 1);
    memory.write(at, Uint8Array.of(0xff, 0xcd, 0x0f, 0x85, back, back >> 8, back >> 16, back >> 24, HLT)); // dec ebp; jnz loop; hlt
    return loop;
  }
}

/** Instructions of one time through the loop. */
export const loopInstructions = ({ instructions }: Pattern): number => COPIES * instructions + LOOP_INSTRUCTIONS;
