/**
 * A CPU with just enough around it to run fuzzed programs: RAM, a device that answers by what it has been asked before, an interrupt line. One machine runs
 * any number of programs, from the same state each.
 */
import { Cpu } from '../../../packages/core/src/cpu/cpu.ts';
import type { CpuOptions, RunExit } from '../../../packages/core/src/cpu/cpu.ts';
import { flagsKind, offsetOf, stateBytes } from '../../../packages/core/src/cpu/state.ts';
import { PhysicalMemory } from '../../../packages/core/src/memory/physical.ts';
import { internalRanges } from '../register-blocks.ts';
import type { Assembled } from './assemble.ts';
import { RAM_BYTES } from './make-program.ts';
import type { Program, Slice } from './program.ts';
import { INTERRUPTS, PAGE, physical, region } from './regions.ts';
import { setUp } from './world.ts';

const internalBytes = internalRanges();

/** Some device writes raise the interrupt line. */
const RAISES = 0x7;
const REGION_MASK = 0x1f_ffffn;

export class ProgramMachine {
  readonly memory = new PhysicalMemory(Math.ceil(RAM_BYTES / 0x1_0000) * 0x1_0000);
  readonly cpu: Cpu;
  /** Of everything that devices and the program said to each other, and when. */
  log = 0;
  #offered = -1;
  #start = 0;
  #base = 0n;
  #blockAt: readonly number[] = [];
  #window: Uint8Array = new Uint8Array(0);
  #view: Uint8Array = new Uint8Array(0);

  /** @param options what the CPU has besides: translation */
  constructor(options: Partial<CpuOptions> = {}) {
    const cpu: Cpu = new Cpu({
      memory: this.memory,
      ports: { read: (port, size) => this.#answer(1, port, size), write: (port, size, value) => this.#told(2, port, size, value) },
      clock: { nowNs: () => this.retired },
      tscHz: 1e9,
      random: () => this.#note(5, 0),
      interrupts: {
        pending: () => this.#offered >= 0,
        acknowledge: () => {
          const vector = this.#offered;
          this.#offered = -1;
          return vector;
        },
      },
      apic: { readBaseMsr: () => 0xfee0_0900n, writeBaseMsr: () => true, readTpr: () => 0, writeTpr: () => undefined, readMsr: () => undefined, writeMsr: () => false },
      ...options,
    });
    this.cpu = cpu;
    this.memory.mmio = { read: (at, size) => this.#answer(3, at, size), write: (at, size, value) => this.#told(4, at, size, value) };
  }

  load(program: Program, assembled: Assembled, memory: Uint8Array): void {
    const { cpu } = this;
    this.#offered = -1;
    cpu.interruptLineChanged();
    cpu.reset();
    cpu.state.u8.fill(0, 0, offsetOf.mode);
    setUp(program, assembled, cpu.state);
    this.memory.write(program.physicalPage * PAGE, memory);
    const host = this.memory.hostAddress(program.physicalPage * PAGE);
    this.#window = this.memory.bytes.subarray(host, host + physical.count * PAGE);
    this.#view = cpu.state.u8.subarray(0, stateBytes);
    cpu.flushTlb(true);
    cpu.stateChanged();
    this.#base = program.base;
    this.#blockAt = assembled.blockAt;
    this.#start = cpu.instructionsRetired;
    this.log = 0x811c_9dc5 | 0;
  }

  /** Empties all memory: what a program without paging left behind outside of its own pages. */
  clear(): void {
    const page = new Uint8Array(PAGE);
    for (let at = 0; at < RAM_BYTES; at += PAGE) this.memory.write(at, page);
  }

  run({ instructions, interrupt, nmi, block }: Slice): RunExit {
    const { state } = this.cpu;
    if (block !== undefined && Number(state.rip & REGION_MASK) < region.data) state.rip = this.#base + BigInt(this.#blockAt[block]!);
    if (interrupt !== undefined) {
      this.#offered = interrupt;
      this.cpu.interruptLineChanged();
    }
    if (nmi) this.cpu.raiseNmi();
    return this.cpu.run(instructions);
  }

  /** Throws away what has been decoded, and all translations: it makes no difference to the program. */
  forget({ physicalPage }: Program): void {
    for (let page = physicalPage; page < physicalPage + physical.count; page++) this.memory.writeU8(page * PAGE, this.memory.readU8(page * PAGE));
    this.cpu.flushTlb(true);
  }

  /** Instructions since `load`. */
  get retired(): number {
    return this.cpu.instructionsRetired - this.#start;
  }

  /** The program's physical memory. */
  get window(): Uint8Array {
    return this.#window;
  }

  /** The registers with their flags settled; the machine goes on with its own. */
  registers(): Uint8Array {
    const { state } = this.cpu;
    const block = this.#view.slice();
    const flags = state.u32[offsetOf.flags >> 2]!, kind = state.u32[offsetOf.flagsKind >> 2]!;
    if ((kind & 0xff) !== flagsKind.eager) {
      const settled = state.rflags;
      state.u32[offsetOf.flags >> 2] = flags;
      state.u32[offsetOf.flagsKind >> 2] = kind;
      new DataView(block.buffer).setUint32(offsetOf.flags, settled, true);
    }
    block.fill(0, offsetOf.flagsKind, offsetOf.flagsOperand + 8);
    for (const [from, to] of internalBytes) block.fill(0, from, to);
    return block;
  }

  #note(kind: number, value: number): number {
    let mixed = Math.imul(this.log ^ value ^ Math.imul(kind, 0x9e37_79b1), 0x0100_0193);
    mixed = Math.imul(mixed ^ (mixed >>> 15) ^ this.retired, 0x85eb_ca6b);
    this.log = mixed ^ (mixed >>> 13);
    return this.log >>> 0;
  }

  #answer(kind: number, at: number, size: number): number {
    const value = this.#note(kind, at * 8 + size);
    return size === 4 ? value : size === 2 ? value & 0xffff : value & 0xff;
  }

  #told(kind: number, at: number, size: number, value: number): void {
    this.#note(kind, at * 8 + size);
    this.#note(kind, value);
    if ((value & 0xff) !== RAISES) return;
    this.#offered = INTERRUPTS + (at & 7);
    this.cpu.interruptLineChanged();
  }
}
