/**
 * The assembled PC, and its life: power-on, slices of execution with the timers between them, reset, end.
 *
 * Time is the host's, or follows retired instructions (`virtualTime`): then a slice ends at the next deadline and a halted CPU is moved to it
 * at once, so a run depends on nothing but its input. The machine never sleeps: `runSlice` says that the CPU is halted, and the caller waits.
 *
 * What the guest does is never an exception: it ends in an outcome. Images that cannot be booted are CoreErrors from `createPc`.
 * Missing: more than one CPU; saving and restoring (the devices have it, CPU and RAM do not yet).
 */

import { MmioSpace } from '../bus/mmio-bus.ts';
import { PortSpace } from '../bus/port-bus.ts';
import { Cpu } from '../cpu/cpu.ts';
import type { CpuStatistics, RunExit } from '../cpu/cpu.ts';
import type { InterpreterStore } from '../cpu/interpreter/instantiate.ts';
import { handlerCatalogue } from '../cpu/isa/catalogue.ts';
import { cmosMemorySizes, CONVENTIONAL_END, HIGH_MEMORY_START } from '../firmware/e820.ts';
import { isMultiboot } from '../firmware/multiboot.ts';
import { PhysicalMemory } from '../memory/physical.ts';
import { HostClock, VirtualClock } from '../time/clock.ts';
import type { Clock } from '../time/clock.ts';
import { Timers } from '../time/timers.ts';
import { HPET_BASE, IOAPIC_BASE, LOCAL_APIC_BASE, SOFT_OFF } from './board.ts';
import { planBoot } from './boot.ts';
import type { BootPlan } from './boot.ts';
import { checkConfig } from './config.ts';
import type { MachineConfig } from './config.ts';
import { enterKernel } from './cpu-entry.ts';
import { CountedMmio, CountedPorts } from './exit-counters.ts';
import { setUpLikeFirmware } from './firmware-setup.ts';
import { placeParts } from './pc.ts';
import type { PcParts, PcSignals } from './pc.ts';
import { hostRandomness, repeatableRandomness } from './randomness.ts';

/** The one door through which the world outside enters a machine, and its output leaves. */
export interface PcHost {
  monotonicNs(): number;
  wallClockMs(): number;
  randomBytes(into: Uint8Array): void;
  serialOutput(port: number, byte: number): void;
  /** The debug consoles at ports 0xe9 and 0x402. */
  debugOutput?(byte: number): void;
  /** A write to port 0x80. */
  postCode?(code: number): void;
  /** Where the generated interpreter is kept; without it each process generates its own. */
  readonly interpreterStore?: InterpreterStore | undefined;
}

type SliceEnd = 'budget' | 'halted' | 'ended';

export type PcOutcome =
  | { readonly reason: 'power-off' }
  | { readonly reason: 'reset' }
  | { readonly reason: 'triple-fault' }
  /** The guest wrote `value` to isa-debug-exit. */
  | { readonly reason: 'debug-exit'; readonly value: number };

interface ExitCount {
  readonly reason: string;
  readonly count: number;
  readonly timeNs: number;
}

export interface Pc {
  /** Runs about `maxInstructions`; returns early when the CPU halts or the machine ends. */
  runSlice(maxInstructions: number): SliceEnd;
  /** How long a halted machine sleeps until its next timer; 0 when it can go on, Infinity when only input wakes it. */
  idleNs(): number;
  /** The caller slept as `idleNs` said, or was woken. */
  idled(): void;
  /** Bytes for a serial port; returns how many its receiver took, none while the guest does not listen. */
  receive(port: number, bytes: Uint8Array): number;
  pressPowerButton(): void;
  readonly outcome: PcOutcome | undefined;
  readonly instructionsRetired: number;
  /** Guest time since power-on. */
  readonly nowNs: number;
  exits(): readonly ExitCount[];
  cpuStatistics(): CpuStatistics;
  /** Where the next instruction is, for profiles. */
  position(): { readonly linear: bigint; readonly isUser: boolean };
  /** Where system calls enter the kernel, 0 while they do not: what tells where a kernel was moved to. */
  kernelEntries(): { readonly syscall: bigint; readonly sysenter: bigint };
  /** For debuggers and tests. */
  readonly cpu: Cpu;
  readonly memory: PhysicalMemory;
  readonly ports: PortSpace;
}

/** With 1 GHz a tick of the TSC is a nanosecond of guest time. */
const TSC_HZ = 1e9;
const NS_PER_S = 1e9;
const MMIO_NAMES: ReadonlyMap<number, string> = new Map([[LOCAL_APIC_BASE, 'lapic'], [IOAPIC_BASE, 'ioapic'], [HPET_BASE, 'hpet']]);
/** What the CPU counts as well, without knowing the part. */
const COUNTED_AT_THE_BUS: ReadonlySet<string> = new Set(['microcode in', 'microcode out', 'microcode ins', 'microcode outs', 'mmio read', 'mmio write']);
/**
 * With the host's time, a run is planned as a number of instructions that take this long, or until the next deadline; and not less than the shortest, which is a few times
 * what it costs to plan one. Code may turn slower by ten within a run: a plan that reached as far as a distant deadline would then miss it by as much.
 */
const LONGEST_PLAN_NS = 100e3;
const SHORTEST_PLAN_NS = 5e3;
/** Translated code is at one end; at the other are instructions that move 4,096 elements, or leave for a device. Beyond it the host did something else meanwhile. */
const FASTEST_NS_PER_INSTRUCTION = 0.1;
const SLOWEST_NS_PER_INSTRUCTION = 20e3;

/** Does what all machines of a thread share, for whoever has to wait for a configuration. */
export function preparePc(): void {
  handlerCatalogue();
}

/** @throws CoreError when the configuration or an image is not usable */
export function createPc(config: MachineConfig, host: PcHost): Pc {
  checkConfig(config);
  return new PcMachine(config, host);
}

class PcMachine implements Pc {
  readonly cpu: Cpu;
  readonly memory: PhysicalMemory;
  readonly ports = new PortSpace();
  readonly #config: MachineConfig;
  readonly #host: PcHost;
  readonly #mmio = new MmioSpace();
  readonly #countedPorts: CountedPorts;
  readonly #countedMmio: CountedMmio;
  readonly #virtualClock: VirtualClock | undefined;
  readonly #hostClock: HostClock | undefined;
  readonly #timers: Timers;
  readonly #parts: PcParts;
  readonly #boot: BootPlan;
  #outcome: PcOutcome | undefined;
  #resetRequested = false;
  #initRequested = false;
  /** Measured, to end a slice near the next deadline when time is the host's. */
  #nsPerInstruction = 10;

  constructor(config: MachineConfig, host: PcHost) {
    this.#config = config;
    this.#host = host;
    const { virtualTime } = config;
    this.#virtualClock = virtualTime === undefined ? undefined : new VirtualClock(() => this.cpu?.instructionsRetired ?? 0, virtualTime.nsPerInstruction);
    this.#hostClock = this.#virtualClock === undefined ? new HostClock(() => host.monotonicNs()) : undefined;
    this.#timers = new Timers((this.#virtualClock ?? this.#hostClock) as Clock);
    this.memory = new PhysicalMemory(config.memoryBytes);
    this.#countedPorts = new CountedPorts(this.ports, () => host.monotonicNs());
    this.#countedMmio = new CountedMmio(this.#mmio, MMIO_NAMES, () => host.monotonicNs());
    this.memory.mmio = this.#countedMmio;

    const kernel = config.boot.kind === 'kernel' ? config.boot.kernel : undefined;
    const lateSignals = this.#signals();
    this.#parts = placeParts(
      { ports: this.ports, mmio: this.#mmio, timers: this.#timers, dma: this.memory },
      lateSignals,
      { debugExit: config.debugExit ?? (kernel !== undefined && isMultiboot(kernel)), withoutFirmware: kernel !== undefined },
    );
    const { localApic } = this.#parts;
    this.cpu = new Cpu({
      memory: this.memory,
      ports: this.#countedPorts,
      clock: this.#timers.guestClock,
      tscHz: TSC_HZ,
      interrupts: localApic.inputs,
      apic: localApic.inputs,
      monotonicNs: () => host.monotonicNs(),
      translation: config.translation,
      interpreterStore: host.interpreterStore,
      random: virtualTime === undefined ? hostRandomness((into) => host.randomBytes(into)) : repeatableRandomness(),
    });
    this.#timers.onDue = () => this.cpu.requestExit();
    this.#boot = planBoot(config.boot, config.memoryBytes, this.#mmio.read(HPET_BASE, 4));
    this.#installFirmware();
    this.#reset();
  }

  get outcome(): PcOutcome | undefined {
    return this.#outcome;
  }

  get instructionsRetired(): number {
    return this.cpu.instructionsRetired;
  }

  get nowNs(): number {
    return this.#timers.clock.nowNs();
  }

  runSlice(maxInstructions: number): SliceEnd {
    const { cpu } = this;
    if (this.#outcome !== undefined) return 'ended';
    const end = cpu.instructionsRetired + maxInstructions;
    do {
      this.#timers.runDue();
      // a timer may have ended the machine, or asked for its reset
      if (this.outcome !== undefined) return 'ended';
      if (this.#serveRequests()) return 'budget';
      const exit = this.#run(end - cpu.instructionsRetired);
      if (exit === 'shutdown') this.#requestReset('triple-fault');
      const wasReset = this.#serveRequests();
      if (this.#outcome !== undefined) return 'ended';
      // A guest that resets at once, for ever, does so a slice at a time.
      if (wasReset) return 'budget';
      if (exit === 'halt') {
        // A timer may have come due while the slice ran: then nobody has to wait.
        this.#timers.runDue();
        return 'halted';
      }
    } while (cpu.instructionsRetired < end);
    this.#timers.runDue();
    return 'budget';
  }

  idleNs(): number {
    this.#hostClock?.catchUp();
    const deadlineNs = this.#timers.nextDeadlineNs();
    if (this.cpu.isWoken || (this.#virtualClock !== undefined && deadlineNs !== Infinity)) return 0;
    return Math.max(0, deadlineNs - this.nowNs);
  }

  idled(): void {
    this.#hostClock?.catchUp();
    const deadlineNs = this.#timers.nextDeadlineNs();
    if (this.#virtualClock !== undefined && deadlineNs !== Infinity && !this.cpu.isWoken) this.#virtualClock.skipTo(deadlineNs);
    this.#timers.runDue();
  }

  receive(port: number, bytes: Uint8Array): number {
    const inputs = this.#parts.serial[port]?.inputs;
    return inputs?.isListening() === true ? inputs.receive(bytes) : 0;
  }

  pressPowerButton(): void {
    this.#parts.powerManagement.inputs.pressPowerButton();
  }

  exits(): readonly ExitCount[] {
    const all = [...this.cpu.counters].filter(([reason]) => !COUNTED_AT_THE_BUS.has(reason));
    return [...all, ...this.#countedPorts.counters.byReason, ...this.#countedMmio.counters.byReason]
      .filter(([, { count }]) => count > 0)
      .map(([reason, { count, timeNs }]) => ({ reason, count, timeNs }));
  }

  cpuStatistics(): CpuStatistics {
    return this.cpu.statistics;
  }

  position(): { linear: bigint; isUser: boolean } {
    const { state } = this.cpu;
    return { linear: (state.rip + state.get64('codeBase')) & state.get64('codeMask'), isUser: state.get('cpl') === 3 };
  }

  kernelEntries(): { syscall: bigint; sysenter: bigint } {
    const { state } = this.cpu;
    return { syscall: state.get64('lstar'), sysenter: state.get64('sysenterEip') };
  }

  #run(instructions: number): RunExit {
    const { cpu } = this;
    const deadlineNs = this.#timers.nextDeadlineNs();
    if (this.#virtualClock !== undefined) {
      return cpu.run(deadlineNs === Infinity ? instructions : Math.min(instructions, this.#virtualClock.instructionsUntil(deadlineNs)));
    }
    const untilNs = deadlineNs - this.nowNs;
    const planNs = Math.max(SHORTEST_PLAN_NS, Math.min(LONGEST_PLAN_NS, untilNs));
    const startNs = this.#host.monotonicNs();
    const startRetired = cpu.instructionsRetired;
    const exit = cpu.run(Math.min(instructions, Math.ceil(planNs / this.#nsPerInstruction)));
    const retired = cpu.instructionsRetired - startRetired;
    if (retired > 0) this.#learnRate((this.#host.monotonicNs() - startNs) / retired);
    return exit;
  }

  /** Slower at once, faster by and by: too short a run costs a microsecond, too long a run makes an interrupt late. */
  #learnRate(measuredNs: number): void {
    const nsPerInstruction = measuredNs > this.#nsPerInstruction ? measuredNs : (this.#nsPerInstruction + measuredNs) / 2;
    this.#nsPerInstruction = Math.min(SLOWEST_NS_PER_INSTRUCTION, Math.max(FASTEST_NS_PER_INSTRUCTION, nsPerInstruction));
  }

  /** What a device asked for in the middle of an instruction is done between two. True after a reset. */
  #serveRequests(): boolean {
    if (this.#initRequested) {
      this.#initRequested = false;
      this.cpu.init();
    }
    if (!this.#resetRequested || this.#outcome !== undefined) return false;
    this.#reset();
    return true;
  }

  #requestReset(reason: 'reset' | 'triple-fault'): void {
    if (this.#config.onReset === 'end') this.#end({ reason });
    else {
      this.#resetRequested = true;
      this.cpu.requestStop();
    }
  }

  #end(outcome: PcOutcome): void {
    this.#outcome ??= outcome;
    this.cpu.requestStop();
  }

  /** Power-on and every reset after it. RAM keeps its contents, as it does in a PC. */
  #reset(): void {
    this.#resetRequested = false;
    for (const part of this.#parts.all) part.reset();
    this.memory.setA20(true);
    this.cpu.reset();
    if (this.#boot.load === undefined) return;
    setUpLikeFirmware(this.ports, this.cpu);
    enterKernel(this.cpu, this.#boot.load(this.memory));
  }

  #installFirmware(): void {
    const { lowRom, highRomAddress, firmware } = this.#boot;
    this.memory.mapRom(highRomAddress ?? lowRom.address, lowRom.image);
    const { inputs } = this.#parts.firmwareConfiguration;
    for (const [key, bytes] of firmware.keys) inputs.setItem(key, bytes);
    for (const [name, bytes] of firmware.files) inputs.setFile(name, bytes);
    for (const [index, value] of cmosMemorySizes(this.#config.memoryBytes)) this.#parts.rtc.inputs.writeCmos(index, value);
  }

  #signals(): PcSignals {
    const host = this.#host;
    return {
      reset: () => this.#requestReset('reset'),
      sleep: (type) => {
        if (type === SOFT_OFF) this.#end({ reason: 'power-off' });
      },
      debugExit: (value) => this.#end({ reason: 'debug-exit', value }),
      a20: (enabled) => this.memory.setA20(enabled),
      // Parts are placed, and settle, before there is a CPU.
      interruptPendingChanged: () => this.cpu?.interruptLineChanged(),
      nmi: () => this.cpu.raiseNmi(),
      init: () => {
        this.#initRequested = true;
        this.cpu.requestStop();
      },
      mapShadow: (start, lengthBytes, read, write) => this.#mapShadow(start, lengthBytes, read, write),
      mapSmram: (open) => {
        if (open) this.memory.mapRam(CONVENTIONAL_END, 0x2_0000);
        else this.memory.unmap(CONVENTIONAL_END, 0x2_0000);
      },
      serialOutput: (port, byte) => host.serialOutput(port, byte),
      debugOutput: (byte) => host.debugOutput?.(byte),
      postCode: (code) => host.postCode?.(code),
      wallClockSeconds: () => Math.floor(host.wallClockMs() / 1000),
      tscToNs: (tsc) => Math.ceil((Number(tsc) * NS_PER_S) / TSC_HZ),
    };
  }

  #mapShadow(start: number, lengthBytes: number, read: 'ram' | 'rom', write: boolean): void {
    const rom = this.#boot?.lowRom;
    const isRom = rom !== undefined && start >= rom.address && start + lengthBytes <= HIGH_MEMORY_START;
    this.memory.mapShadow(start, lengthBytes, read, write, isRom ? { image: rom.image, offset: rom.offset + start - rom.address } : undefined);
  }
}
