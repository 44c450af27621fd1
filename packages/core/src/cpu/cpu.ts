/**
 * One virtual CPU: the run loop around the generated interpreter, and everything the interpreter asks of TypeScript: decoding, microcode,
 * faults, device memory. See ARCHITECTURE.md for the life of an instruction.
 *
 * Time is counted in retired instructions; an iteration of a repeated string instruction that was interrupted counts as one, and so does
 * a fault that is delivered.
 * Interrupts are looked at when `run` is entered, when a branch is taken after the budget is spent, and after instructions that enable them.
 */
import type { PortBus } from '../bus/port-bus.ts';
import { PAGE_BYTES, SCRATCH_RECORDS } from '../memory/layout.ts';
import type { PhysicalMemory } from '../memory/physical.ts';
import type { Clock } from '../time/clock.ts';
import { CodeFetch, faultInState } from './decode/code-fetch.ts';
import { DecodedInstruction } from './decode/instruction.ts';
import { RECORD_BYTES } from './decode/record.ts';
import { ExitTimer } from './exit-timer.ts';
import type { ExitCounter } from './exit-timer.ts';
import { GuestFault, pushesErrorCode, vector } from './fault.ts';
import { instantiateInterpreter } from './interpreter/instantiate.ts';
import type { Interpreter, InterpreterStore } from './interpreter/instantiate.ts';
import { outgrownBy } from './decode/outgrown.ts';
import { outcome } from './interpreter/generate.ts';
import { regionReturns } from './interpreter/region-result.ts';
import type { RegionReturn } from './interpreter/region-result.ts';
import { TranslatedMemory } from './linear-memory.ts';
import { instructionBreakpointHit, noteDataAccess } from './breakpoints.ts';
import type { LocalApicPort, MicrocodeCore, MicrocodeFunction } from './microcode/core.ts';
import { deliverFault, deliverInterrupt } from './microcode/interrupts.ts';
import { microcodeFunctions, microcodeNames } from './microcode/all.ts';
import { SHADOW_MOV_SS } from './microcode/segments.ts';
import { codeBoundOf } from './modes.ts';
import { NO_ERROR_CODE } from './semantics/interrupt-entry.ts';
import { clockTicks } from './msr.ts';
import { initState, resetState } from './reset.ts';
import { CpuState, flag } from './state.ts';
import { Translator } from './translator/translator.ts';
import type { TranslationCounts, TranslationOptions } from './translator/translator.ts';

export type RunExit = 'budget' | 'halt' | 'shutdown' | 'stop';

/** The maskable interrupt line: PIC and local APIC together. */
export interface InterruptSource {
  pending(): boolean;
  /** INTA: the vector. Negative when the request has gone away. */
  acknowledge(): number;
}

export interface CpuOptions {
  readonly memory: PhysicalMemory;
  readonly ports: PortBus;
  readonly clock: Clock;
  readonly tscHz: number;
  readonly interrupts: InterruptSource;
  readonly apic: LocalApicPort;
  /** 32 random bits. */
  random(): number;
  /** The host's time, for the statistics of exits, and to return from a run that takes too long; the guest does not see it. Without it statistics show counts. */
  readonly monotonicNs?: (() => number) | undefined;
  /** Hot code is translated; without it everything is interpreted. */
  readonly translation?: TranslationOptions | undefined;
  readonly interpreterStore?: InterpreterStore | undefined;
}

/** What a run has cost, besides the exits. */
export interface CpuStatistics {
  /** Page walks, for data and for code. */
  readonly dataTlbMisses: number;
  readonly codeTlbMisses: number;
  /** The cache of decoded code: instructions that were decoded, and that were written over; pages that were discarded because they were written, how often all of it was. */
  readonly decodedInstructions: number;
  readonly staleInstructions: number;
  readonly discardedPages: number;
  readonly emptied: number;
  readonly translation: (TranslationCounts & {
    readonly instructionsInRegions: number;
    /** How regions came back to the interpreter. */
    readonly returns: Readonly<Record<RegionReturn, number>>;
  }) | undefined;
}

export class Cpu implements MicrocodeCore {
  readonly state: CpuState;
  readonly physical: PhysicalMemory;
  readonly memory: TranslatedMemory;
  readonly ports: PortBus;
  readonly clock: Clock;
  readonly apic: LocalApicPort;
  readonly tscHz: number;
  readonly random: () => number;
  readonly #counters = new Map<string, ExitCounter>();
  readonly #interrupts: InterruptSource;
  readonly #hostNs: () => number;
  readonly #exitTimer: ExitTimer;
  readonly #interpreter: Interpreter;
  readonly #code: CodeFetch;
  readonly #translator: Translator | undefined;
  readonly #instruction: DecodedInstruction;
  readonly #microcodeCounters: ExitCounter[];
  readonly #clockReads = this.#counter('clock read');
  #retiredBefore = 0;
  #slice = 0;
  #jumped = false;
  #exit = false;
  #stop = false;
  #shutdown = false;
  #stepping = false;
  #faulted = false;
  #breakpointStatus = 0;
  #heldBreakpoints = 0;
  /** When, by the host's time, the run under way has to return. */
  #overdueNs = Infinity;
  /** What was left of the budget when the run was found to take too long, if nothing else has asked it to return. */
  #leftWhenOverdue = -Infinity;
  /** The limit of CS where offsets can exceed it, or Infinity. */
  #codeBound = Infinity;
  #boundBase = 0n;
  /** The microcode that a single step ran. */
  #executed: string | undefined;
  /** Retired instructions when RF was last seen set. */
  #resumeAt = 0;

  constructor(options: CpuOptions) {
    this.physical = options.memory;
    this.ports = options.ports;
    this.clock = options.clock;
    this.apic = options.apic;
    this.tscHz = options.tscHz;
    this.random = options.random;
    this.#interrupts = options.interrupts;
    this.#hostNs = options.monotonicNs ?? (() => 0);
    this.#exitTimer = new ExitTimer(this.#hostNs);
    const { wasm } = options.memory;
    this.state = new CpuState(wasm);
    this.#interpreter = instantiateInterpreter(options.memory, {
      fetchPage: (page) => this.#code.fetchPage(page),
      decodeAt: (table, offset) => this.#decodeAt(table >>> 0, offset),
      microcode: (at, number) => this.#runMicrocode(at >>> 0, number),
      deliver: () => this.#deliver(),
      branchTarget: (directory, offset, target) => this.#code.branchTarget(directory >>> 0, offset, target >>> 0),
      becameHot: (entry) => this.#translator?.becameHot(entry >>> 0, this.state.get64('codePage')),
      outgrown: (entry, why) => this.#translator?.outgrown(entry >>> 0, this.state.get64('codePage'), why === outgrownBy.anchors),
      acrossPages: (at) => this.#acrossPages(at >>> 0),
      decodeAgain: (at) => this.#decodeAgain(at >>> 0),
      mmioRead: (phys, size) => this.#mmioRead(phys >>> 0, size as 1 | 2 | 4),
      mmioWrite: (phys, size, value) => this.#mmioWrite(phys >>> 0, size as 1 | 2 | 4, value >>> 0),
      codeWritten: (phys, length) => this.#codeWritten(phys >>> 0, length),
      watchAccess: (linear, size, write) => { this.#breakpointStatus |= noteDataAccess(this.state, linear, size, write !== 0); },
      clockTicks: () => this.#readClock(),
    }, options.interpreterStore);
    this.#code = new CodeFetch(options.memory, this.state, this.#interpreter, (page, offset) => this.#translator?.entriesUntilHot(page, offset) ?? 0x7fff_ffff);
    this.#translator = options.translation && new Translator(wasm, this.#interpreter, this.#code, options.translation, () => this.instructionsRetired);
    this.memory = new TranslatedMemory(wasm, this.state, this.#interpreter);
    this.#instruction = new DecodedInstruction(wasm, this.state, this.#interpreter);
    this.#microcodeCounters = microcodeNames.map((name) => this.#counter(`microcode ${name}`));
    options.memory.onCodeChange = (phys, length) => this.#codeWritten(phys, length);
    options.memory.onMapChange = () => {
      this.state.set64('a20Mask', this.physical.a20 ? -1n & 0xffff_ffff_ffff_ffffn : 0xffff_ffff_ffef_ffffn);
      this.flushTlb(true);
    };
    this.state.set64('a20Mask', 0xffff_ffff_ffff_ffffn);
    this.reset();
  }

  /** Power-on or reset: SDM vol. 3A, table 9-1. */
  reset(): void {
    resetState(this.state);
    this.#afterReset();
  }

  /** INIT: as reset, but floating-point state, MSRs and caches keep their contents. */
  init(): void {
    initState(this.state);
    this.#afterReset();
  }

  #afterReset(): void {
    this.#shutdown = false;
    this.#heldBreakpoints = 0;
    this.flushTlb(true);
    this.stateChanged();
  }

  /** Instructions retired since the machine was made, exact also in the middle of a run. */
  get instructionsRetired(): number {
    const { state } = this;
    const underWay = (state.get('instruction') - state.get('runStart')) / RECORD_BYTES;
    const left = state.get('budget') | 0;
    return this.#retiredBefore + this.#slice - left + (underWay > 0 ? underWay : 0);
  }

  /** Exits by reason; microcode by instruction. Faults are counted also where generated code delivered them, which is no exit and takes no time here. */
  get counters(): ReadonlyMap<string, ExitCounter> {
    for (let n = 0; n < 32; n++) {
      const delivered = this.state.get('faultsDelivered', n);
      if (!delivered) continue;
      this.#counter(`fault ${n}`).count += delivered;
      this.state.set('faultsDelivered', 0, n);
    }
    return this.#counters;
  }

  get statistics(): CpuStatistics {
    const { state } = this;
    const { decodedInstructions, staleInstructions, discardedPages, emptied } = this.#code.cache;
    return {
      dataTlbMisses: Number(state.get64('tlbMisses', 0)), codeTlbMisses: Number(state.get64('tlbMisses', 1)),
      decodedInstructions, staleInstructions, discardedPages, emptied,
      translation: this.#translator && {
        ...this.#translator.counts,
        instructionsInRegions: Number(state.get64('regionInstructions')),
        returns: Object.fromEntries(regionReturns.map((reason, i) => [reason, Number(state.get64('regionReturns', i))])) as Record<RegionReturn, number>,
      },
    };
  }

  /** Runs about `maxInstructions` instructions; more by at most one straight-line run, and fewer when they take the host long. */
  run(maxInstructions: number): RunExit {
    const { state } = this;
    this.#stop = false;
    this.#begin(maxInstructions);
    this.#overdueNs = this.#hostNs() + LONGEST_RUN_NS;
    this.#translator?.poll();
    this.#code.cache.reclaim();
    let inARow = 0;
    try {
      for (;;) {
        if (this.#shutdown) return 'shutdown';
        if (this.#code.isFull) this.#emptyCode();
        if (this.#takeInterrupt()) {
          if (++inARow < MOST_INTERRUPTS_IN_A_ROW || this.#shutdown) continue;
          this.#step();
        }
        inARow = 0;
        if (state.get('halted')) return 'halt';
        if (this.#stop) return 'stop';
        if ((state.get('budget') | 0) <= 0) return 'budget';
        this.#exit = false;
        if (this.#mustStep()) this.#step();
        else {
          this.#executed = undefined;
          this.#interpreter.run();
          // SYSRET traps by the TF that it loads, not by the one it began with
          if (this.#executed === 'sysret' && state.get('flags') & flag.tf) this.#debugException(DR6_SINGLE_STEP, 'trap');
        }
        if (this.#hostNs() > this.#overdueNs) return 'budget';
      }
    } finally {
      this.#end();
    }
  }

  /** Runs one instruction, or one iteration of a repeated one; a fault is delivered. Interrupts are not looked at. */
  step(): void {
    this.#begin(1);
    if (this.#code.isFull) this.#emptyCode();
    this.#step();
    this.#end();
  }

  /** Translates what begins at state.rip without running it: for tests that run it once. @returns whether there is a region for it now. */
  translateHere(): boolean {
    const { state } = this;
    const linear = (state.rip + state.get64('codeBase')) & state.get64('codeMask');
    const page = BigInt.asIntN(64, linear & ~0xfffn);
    const directory = this.#translator ? this.#code.fetchPage(page) : 0;
    const entry = directory && this.#code.entryAt(directory, Number(linear & 0xfffn));
    // a fault will be met again when the code is run
    state.set('faultVector', 0);
    return entry !== 0 && this.#translator!.translate(entry, page);
  }

  requestStop(): void {
    this.#stop = true;
    this.requestExit();
  }

  interruptLineChanged(): void {
    const pending = this.#interrupts.pending();
    this.state.set('interruptPending', pending ? 1 : 0);
    if (pending) this.requestExit();
  }

  /** Is there an interrupt that ends a halt? */
  get isWoken(): boolean {
    const { state } = this;
    if (state.get('nmiPending') && !state.get('nmiBlocked')) return true;
    return (state.get('flags') & flag.if) !== 0 && this.#interrupts.pending();
  }

  raiseNmi(): void {
    this.state.set('nmiPending', 1);
    this.requestExit();
  }

  // — MicrocodeCore —

  jump(rip: bigint): void {
    this.state.rip = rip;
    this.#jumped = true;
  }

  requestExit(): void {
    this.#exit = true;
    this.#leftWhenOverdue = -Infinity;
    // the loop leaves when its budget is spent: move what is left of it out of the slice
    const left = this.state.get('budget') | 0;
    if (left > 0) {
      this.#slice -= left;
      this.state.set('budget', 0);
      this.state.set('regionBudget', this.state.get('regionBudget') - left);
    }
  }

  stateChanged(): void {
    const { state } = this;
    const mode = this.#interpreter.deriveState();
    const codeBound = codeBoundOf(state, mode);
    // what the code TLB holds was found within the limit, from the base
    const boundBase = codeBound === Infinity ? 0n : state.get64('codeBase');
    if (codeBound !== this.#codeBound || boundBase !== this.#boundBase) {
      this.#codeBound = codeBound;
      this.#boundBase = boundBase;
      this.#code.forget();
    }
    const flags = state.get('flags');
    if (flags & flag.rf) this.#resumeAt = this.instructionsRetired;
    if (flags & flag.tf || state.get('dr', 7) & 0xff || state.get('interruptShadow')) this.requestExit();
    else if (flags & flag.if && this.#interrupts.pending()) this.requestExit();
  }

  flushTlb(global: boolean): void {
    this.#interpreter.flushTlb(global ? 1 : 0);
  }

  flushTlbPage(linear: bigint): void {
    this.#interpreter.flushTlbPage(linear);
  }

  // — the run loop —

  #begin(instructions: number): void {
    this.#retiredBefore += this.#slice - (this.state.get('budget') | 0);
    this.#slice = instructions;
    this.state.set('budget', instructions);
    this.#leftWhenOverdue = -Infinity;
    this.#settleRun();
  }

  #end(): void {
    this.#settleRun();
  }

  /** No run is under way: nothing is to be added to the budget's count. */
  #settleRun(): void {
    this.state.set('instruction', 0);
    this.state.set('runStart', 0);
  }

  /** NMI or a maskable interrupt, if one can be taken now. */
  #takeInterrupt(): boolean {
    const { state } = this;
    if (state.get('interruptShadow')) return false;
    if (state.get('nmiPending') && !state.get('nmiBlocked')) {
      state.set('nmiPending', 0);
      state.set('nmiBlocked', 1);
      this.#interrupt(vector.nmi, 'nmi');
      return true;
    }
    if (!(state.get('flags') & flag.if) || !this.#interrupts.pending()) return false;
    const number = this.#interrupts.acknowledge();
    state.set('interruptPending', this.#interrupts.pending() ? 1 : 0);
    if (number < 0) return false;
    this.#interrupt(number, 'external');
    return true;
  }

  #interrupt(number: number, origin: 'external' | 'nmi'): void {
    const { state } = this;
    state.set('halted', 0);
    // RF lasts for the instruction after the IRET that set it
    if (state.get('flags') & flag.rf && this.instructionsRetired > this.#resumeAt + 1) state.set('flags', state.get('flags') & ~flag.rf);
    const began = this.#exitTimer.begin();
    if (this.#mustStep() || !this.#interpreter.enterHandler(number, state.rflags, NO_ERROR_CODE)) {
      if (deliverInterrupt(this, number, origin) === 'shutdown') this.#shutdown = true;
      this.stateChanged();
    }
    this.#count(origin === 'nmi' ? 'interrupt nmi' : 'interrupt external', began);
  }

  #mustStep(): boolean {
    const { state } = this;
    return (state.get('flags') & flag.tf) !== 0 || state.get('interruptShadow') !== 0 || (state.get('dr', 7) & 0xff) !== 0;
  }

  /** One instruction, with the traps that follow it (SDM vol. 3B, 17.3.1). */
  #step(): void {
    const { state } = this;
    const trap = (state.get('flags') & flag.tf) !== 0;
    const shadowed = state.get('interruptShadow') !== 0;
    this.#faulted = false;
    this.#breakpointStatus = this.#heldBreakpoints;
    this.#heldBreakpoints = 0;
    this.#executed = undefined;
    const before = state.rip;
    const hit = state.get('flags') & flag.rf ? 0 : instructionBreakpointHit(state);
    if (hit && !shadowed) {
      this.#debugException(hit, 'fault');
      return;
    }
    this.#stepping = true;
    state.set('stepping', 1);
    this.#code.forget();
    const slice = this.#slice, budget = state.get('budget') | 0;
    state.set('budget', 1);
    this.#slice = slice - budget + 1;
    this.#interpreter.run();
    const left = state.get('budget') | 0;
    if (left >= 0) {
      // what is left of the slice, unless it was ended meanwhile
      this.#slice += budget - 1;
      state.set('budget', budget - 1 + left);
    }
    this.#stepping = false;
    state.set('stepping', 0);
    this.#settleRun();
    if (shadowed) {
      state.set('interruptShadow', 0);
      this.stateChanged();
    }
    // a fault's handler is entered with TF clear; the trap of the instruction that faulted does not happen
    if (this.#faulted || this.#shutdown) return;
    // IRET has loaded RF for the instruction that it returns to; between the elements of a string it is set (SDM vol. 3B 19.3.1.1)
    if (this.#executed !== 'iret') state.set('flags', this.#isBetweenElements(before) ? state.get('flags') | flag.rf : state.get('flags') & ~flag.rf);
    this.#trapAfterStep(trap);
  }

  /** Is the instruction that was stepped a repeated string instruction with elements to come? */
  #isBetweenElements(rip: bigint): boolean {
    if (this.state.rip !== rip) return false;
    this.#instruction.attach(SCRATCH_RECORDS); // where a single step decodes
    return this.#instruction.repeat !== 0 && stringOpcodes.has(this.#instruction.opcode);
  }

  /** Single step and data breakpoints; SDM vol. 3B, 17.3.1 and 6.8.3. */
  #trapAfterStep(trap: boolean): void {
    const { state } = this;
    const executed = this.#executed;
    const trapNow = (state.get('flags') & flag.tf) !== 0;
    // entering a handler cleared TF, and the trap with it; SYSCALL and SYSRET trap by the TF that they leave
    const single = executed === 'syscall' || executed === 'sysret' ? trapNow : softwareInterrupts.has(executed) ? trap && trapNow : trap;
    if (state.get('interruptShadow') === SHADOW_MOV_SS) {
      // MOV SS: a single step is lost, a data breakpoint waits for the instruction that follows
      this.#heldBreakpoints = this.#breakpointStatus;
    } else if (executed === 'int1') {
      // the exception that a data breakpoint waited for
      state.set64('dr', state.get64('dr', 6) | BigInt(this.#breakpointStatus), 6);
    } else if (this.#breakpointStatus || single) this.#debugException(this.#breakpointStatus | (single ? DR6_SINGLE_STEP : 0), 'trap');
  }

  /**
   * A fault counts as an instruction: a handler that faults at its first one, on a stack of its own each time, would go round for ever in one run.
   */
  #countDelivery(): void {
    this.state.set('budget', (this.state.get('budget') | 0) - 1);
  }

  #debugException(status: number, kind: 'fault' | 'trap'): void {
    const { state } = this;
    // B0 to B3 say what matched this time; the others are only ever set
    state.set64('dr', (state.get64('dr', 6) & ~0xfn) | BigInt(status), 6);
    const began = this.#exitTimer.begin();
    const fault = new GuestFault(vector.db);
    if (kind === 'fault') this.#countDelivery();
    const result = kind === 'fault' ? deliverFault(this, fault) : deliverInterrupt(this, vector.db, 'exception');
    if (result === 'shutdown') this.#shutdown = true;
    this.stateChanged();
    this.#count(`fault ${vector.db}`, began);
  }

  // — what generated code asks for —

  #decodeAt(table: number, offset: number): number {
    if (this.#leavesHere) return 0;
    const began = this.#exitTimer.begin();
    const first = this.#code.decodeAt(table, offset);
    this.#count(first === SCRATCH_RECORDS ? 'decode one' : 'decode', began);
    return first;
  }

  #decodeAgain(at: number): number {
    if (this.#leavesHere) return 0;
    const began = this.#exitTimer.begin();
    const found = this.#code.decodeAgain(at);
    this.#count('decode again', began);
    return found;
  }

  #acrossPages(at: number): number {
    const began = this.#exitTimer.begin();
    const found = this.#code.acrossPages(at);
    this.#count('decode across pages', began);
    return found;
  }

  #runMicrocode(at: number, number: number): number {
    const counter = this.#microcodeCounters[number]!;
    const began = this.#exitTimer.begin();
    const result = this.#carryOut(at, number);
    this.#account(counter, began);
    return this.#exit && result === outcome.lookup ? outcome.exit : result;
  }

  #carryOut(at: number, number: number): number {
    const { state } = this;
    this.#instruction.attach(at);
    state.rip = this.#instruction.rip;
    this.#jumped = false;
    this.#executed = microcodeNames[number];
    try {
      (microcodeFunctions[number] as MicrocodeFunction)(this, this.#instruction);
    } catch (fault) {
      if (!(fault instanceof GuestFault)) throw fault;
      faultInState(state, fault.vector, fault.errorCode ?? 0);
      if (fault.address !== undefined) state.set64('cr2', fault.address);
      return outcome.fault;
    }
    if (!this.#jumped) state.rip = this.#instruction.nextRip;
    if (state.get('halted') || state.get('interruptShadow')) this.#exit = true;
    return this.#exit ? outcome.exit : outcome.lookup;
  }

  /** Enters the handler of the fault in the state. */
  #deliver(): number {
    const { state } = this;
    const number = state.get('faultVector') - 1;
    if (number < 0) return outcome.exit; // the arena is full
    state.set('faultVector', 0);
    if (state.get('stackGuard')) {
      state.set('stackGuard', 0);
      state.setReg(4, state.get64('guardedRsp'));
    }
    this.#faulted = true;
    this.#countDelivery();
    const began = this.#exitTimer.begin();
    const fault = new GuestFault(number, pushesErrorCode(number) ? state.get('faultErrorCode') : undefined, number === vector.pf ? state.get64('cr2') : undefined);
    if (deliverFault(this, fault) === 'shutdown') {
      this.#shutdown = true;
      return outcome.exit;
    }
    this.stateChanged();
    this.#count(`fault ${number}`, began);
    return this.#exit || this.#stepping ? outcome.exit : outcome.lookup;
  }

  #readClock(): number {
    const began = this.#exitTimer.begin();
    const ticks = clockTicks(this);
    this.#account(this.#clockReads, began);
    return ticks;
  }

  #mmioRead(phys: number, size: 1 | 2 | 4): number {
    const began = this.#exitTimer.begin();
    const value = this.physical.mmio.read(phys, size);
    this.#count('mmio read', began);
    return value;
  }

  #mmioWrite(phys: number, size: 1 | 2 | 4, value: number): void {
    const began = this.#exitTimer.begin();
    this.physical.mmio.write(phys, size, value);
    this.#count('mmio write', began);
  }

  #emptyCode(): void {
    this.#translator?.discardAll();
    this.#code.empty();
  }

  #codeWritten(phys: number, length: number): void {
    const began = this.#exitTimer.begin();
    const page = Math.floor(phys / PAGE_BYTES);
    const pages = this.#code.cache.pagesOf(page);
    const isExhausted = this.#code.cache.marks.isExhausted(page);
    if (isExhausted || length === PAGE_BYTES) {
      if (isExhausted) this.#code.cache.marks.giveUp(page);
      this.#translator?.discard(pages);
      this.#code.discard(page);
      this.state.set('regionStale', 1);
    } else {
      const start = phys % PAGE_BYTES;
      if (this.#translator?.overwrite(pages, start, start + length)) {
        this.#code.forgetRegions();
        this.state.set('regionStale', 1);
      }
      this.#code.overwrite(page, start, start + length);
    }
    this.#count('code written', began);
  }

  #counter(name: string): ExitCounter {
    let counter = this.#counters.get(name);
    if (!counter) this.#counters.set(name, counter = { count: 0, timeNs: 0 });
    return counter;
  }

  /** An exit that began at `began`. */
  #count(name: string, began: number): void {
    this.#account(this.#counter(name), began);
  }

  #account(counter: ExitCounter, began: number): void {
    if (this.#exitTimer.end(counter, began) <= this.#overdueNs) return;
    const left = this.state.get('budget') | 0;
    if (left <= 0) {
      this.#exit = true;
      return;
    }
    this.requestExit();
    this.#leftWhenOverdue = left;
  }

  /**
   * Straight-line code that keeps changing itself would go on to its end before it looks at time. It is left at an instruction that has to be decoded, where nothing
   * but the host's time is the reason: an interrupt that is due is taken where code that was decoded before would take it.
   */
  get #leavesHere(): boolean {
    return !this.#stepping && this.#leftWhenOverdue + (this.state.get('budget') | 0) > 0;
  }
}

const DR6_SINGLE_STEP = 0x4000;
/** Instructions differ in what they take by a factor of thousands (REP MOVS, XSAVE, a slow device); timers and requests wait for the end of a run. */
const LONGEST_RUN_NS = 250e3;
/** A level-triggered request that nothing acknowledges, with a handler that leaves IF set, would be delivered for ever and no instruction run. */
const MOST_INTERRUPTS_IN_A_ROW = 32;
/** INS and OUTS, MOVS and CMPS, STOS to SCAS. */
const stringOpcodes: ReadonlySet<number> = new Set([0x6c, 0x6d, 0x6e, 0x6f, 0xa4, 0xa5, 0xa6, 0xa7, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf]);
const softwareInterrupts: ReadonlySet<string | undefined> = new Set(['int_imm', 'int3', 'into', 'int1']);
