/**
 * One virtual CPU: the run loop around the generated interpreter, and everything the interpreter asks of TypeScript: decoding, microcode,
 * faults, device memory. See ARCHITECTURE.md for the life of an instruction.
 *
 * Time is counted in retired instructions; an iteration of a repeated string instruction that was interrupted counts as one.
 * Interrupts are looked at when `run` is entered, when a branch is taken after the budget is spent, and after instructions that enable them.
 */
import type { PortBus } from '../bus/port-bus.ts';
import { CODE_TLB_BASE, CODE_TLB_ENTRIES, EMPTY_RECORD_TABLE, SCRATCH_RECORDS, TLB_BASE, TLB_ENTRY_BYTES, TLB_SET_BYTES, tlbSet } from '../memory/layout.ts';
import { accessBit } from '../memory/mmu.ts';
import type { PhysicalMemory } from '../memory/physical.ts';
import type { Clock } from '../time/clock.ts';
import { CodeCache } from './decode/code-cache.ts';
import type { CodePage } from './decode/code-cache.ts';
import { Decoder } from './decode/decoder.ts';
import { DecodedInstruction } from './decode/instruction.ts';
import { RECORD_BYTES, record } from './decode/record.ts';
import { GuestFault, pushesErrorCode, vector } from './fault.ts';
import { features } from './features.ts';
import { instantiateInterpreter } from './interpreter/instantiate.ts';
import type { Interpreter } from './interpreter/instantiate.ts';
import { outcome, special } from './interpreter/generate.ts';
import { opcodeMaps } from './isa/maps.ts';
import { TranslatedMemory } from './linear-memory.ts';
import { dataBreakpointsArmed, instructionBreakpointHit, noteDataAccess } from './breakpoints.ts';
import type { LocalApicPort, MicrocodeCore, MicrocodeFunction } from './microcode/core.ts';
import { deliverFault, deliverInterrupt } from './microcode/interrupts.ts';
import { microcodeFunctions, microcodeNames } from './microcode/all.ts';
import { SHADOW_MOV_SS } from './microcode/segments.ts';
import { modeWord } from './modes.ts';
import { initState, resetState } from './reset.ts';
import { CpuState, cr0, cr4, flag, segment } from './state.ts';

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
  /** The host's time, for the statistics of exits only; without it they show counts. */
  readonly monotonicNs?: (() => number) | undefined;
}

/** How often, and for how long, generated code was left for TypeScript. */
export interface ExitCounter {
  count: number;
  timeNs: number;
}

const FULL_ARENA = 0;

export class Cpu implements MicrocodeCore {
  readonly state: CpuState;
  readonly physical: PhysicalMemory;
  readonly memory: TranslatedMemory;
  readonly ports: PortBus;
  readonly clock: Clock;
  readonly apic: LocalApicPort;
  readonly tscHz: number;
  readonly random: () => number;
  /** Exits by reason; microcode by instruction. */
  readonly counters = new Map<string, ExitCounter>();

  readonly #interrupts: InterruptSource;
  readonly #hostNs: () => number;
  readonly #interpreter: Interpreter;
  readonly #decoder: Decoder;
  readonly #cache: CodeCache;
  readonly #instruction: DecodedInstruction;
  readonly #bytes: Uint8Array;
  readonly #u32: Uint32Array;
  readonly #codeTlb: BigInt64Array;
  readonly #microcodeCounters: ExitCounter[];
  readonly #straddle = new Uint8Array(32);
  #retiredBefore = 0;
  #slice = 0;
  #jumped = false;
  #exit = false;
  #stop = false;
  #shutdown = false;
  #stepping = false;
  #faulted = false;
  #arenaFull = false;
  #breakpointStatus = 0;
  #heldBreakpoints = 0;
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
    const { wasm } = options.memory;
    this.state = new CpuState(wasm);
    this.#bytes = new Uint8Array(wasm.buffer);
    this.#u32 = new Uint32Array(wasm.buffer);
    this.#codeTlb = new BigInt64Array(wasm.buffer, CODE_TLB_BASE, CODE_TLB_ENTRIES * TLB_ENTRY_BYTES / 8);
    this.#interpreter = instantiateInterpreter(options.memory, {
      fetchPage: (page) => this.#fetchPage(page),
      decodeAt: (table, offset) => this.#decodeAt(table >>> 0, offset),
      microcode: (at, number) => this.#runMicrocode(at >>> 0, number),
      deliver: () => this.#deliver(),
      mmioRead: (phys, size) => this.#mmioRead(phys >>> 0, size as 1 | 2 | 4),
      mmioWrite: (phys, size, value) => this.#mmioWrite(phys >>> 0, size as 1 | 2 | 4, value >>> 0),
      codeWritten: (page) => this.#invalidate(page),
      watchAccess: (linear, size, write) => { this.#breakpointStatus |= noteDataAccess(this.state, linear, size, write !== 0); },
    });
    this.#cache = new CodeCache(wasm.buffer, special.relookup);
    this.#decoder = new Decoder(wasm.buffer, {
      maps: opcodeMaps, catalogue: this.#interpreter.catalogue, special,
      handlerNumber: this.#interpreter.handlerNumber,
      microcodeNumber: (name) => {
        const number = microcodeNames.indexOf(name);
        if (number < 0) throw new Error(`an opcode row names microcode ${name}, which is not there`);
        return number;
      },
      hasFeature: (name) => features[name as keyof typeof features]?.enabled ?? false,
    });
    this.memory = new TranslatedMemory(wasm, this.state, this.#interpreter);
    this.#instruction = new DecodedInstruction(wasm, this.state, this.#interpreter);
    this.#microcodeCounters = microcodeNames.map((name) => this.#counter(`microcode ${name}`));
    options.memory.onCodeChange = (page) => this.#invalidate(page);
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

  /** Statistics of the decoded-code cache. */
  get codeCache(): Pick<CodeCache, 'decodedInstructions' | 'invalidatedPages' | 'emptied'> {
    return this.#cache;
  }

  /** Runs about `maxInstructions` instructions; more by at most one straight-line run. */
  run(maxInstructions: number): RunExit {
    const { state } = this;
    this.#stop = false;
    this.#begin(maxInstructions);
    try {
      for (;;) {
        if (this.#shutdown) return 'shutdown';
        if (this.#arenaFull) this.#emptyArena();
        if (this.#takeInterrupt()) continue;
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
      }
    } finally {
      this.#end();
    }
  }

  /** Runs one instruction, or one iteration of a repeated one; a fault is delivered. Interrupts are not looked at. */
  step(): void {
    this.#begin(1);
    if (this.#arenaFull) this.#emptyArena();
    this.#step();
    this.#end();
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
    // the loop leaves when its budget is spent: move what is left of it out of the slice
    const left = this.state.get('budget') | 0;
    if (left > 0) {
      this.#slice -= left;
      this.state.set('budget', 0);
    }
  }

  stateChanged(): void {
    const { state } = this;
    const mode = modeWord(state);
    if (mode !== state.get('mode')) {
      state.set('mode', mode);
      this.#forgetCode();
    }
    const long = (mode & 3) === 2;
    state.set64('codeBase', long ? 0n : state.get64('segmentBase', segment.cs));
    state.set64('codeMask', long ? 0xffff_ffff_ffff_ffffn : 0xffff_ffffn);
    const user = state.get('cpl') === 3;
    state.set64('codeTag', user ? 1n : 0n);
    const flags = state.get('flags');
    const controls = Number(state.get64('cr0') & 0xffff_ffffn);
    let set: number = user ? tlbSet.user : tlbSet.supervisor;
    if (user && flags & flag.ac && controls & cr0.am) set = tlbSet.unfilled;
    else if (!user && flags & flag.ac && Number(state.get64('cr4') & 0xffff_ffffn) & cr4.smap) set = tlbSet.supervisorUserAccess;
    if (dataBreakpointsArmed(state)) set = tlbSet.unfilled;
    state.set('tlb', TLB_BASE + set * TLB_SET_BYTES);
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
    const since = this.#hostNs();
    if (deliverInterrupt(this, number, origin) === 'shutdown') this.#shutdown = true;
    this.stateChanged();
    this.#count(origin === 'nmi' ? 'interrupt nmi' : 'interrupt external', since);
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
    const hit = state.get('flags') & flag.rf ? 0 : instructionBreakpointHit(state);
    if (hit && !shadowed) {
      this.#debugException(hit, 'fault');
      return;
    }
    this.#stepping = true;
    state.set('stepping', 1);
    this.#forgetCode();
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
    // IRET has loaded RF for the instruction that it returns to
    if (this.#executed !== 'iret') state.set('flags', state.get('flags') & ~flag.rf);
    this.#trapAfterStep(trap);
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

  #debugException(status: number, kind: 'fault' | 'trap'): void {
    const { state } = this;
    // B0 to B3 say what matched this time; the others are only ever set
    state.set64('dr', (state.get64('dr', 6) & ~0xfn) | BigInt(status), 6);
    const since = this.#hostNs();
    const fault = new GuestFault(vector.db);
    const result = kind === 'fault' ? deliverFault(this, fault) : deliverInterrupt(this, vector.db, 'exception');
    if (result === 'shutdown') this.#shutdown = true;
    this.stateChanged();
    this.#count(`fault ${vector.db}`, since);
  }

  // — what generated code asks for —

  /** Finds the records of a linear page; 0 with a fault in the state. */
  #fetchPage(page: bigint): number {
    const { state } = this;
    const linear = BigInt.asUintN(64, page);
    const long = (state.get('mode') & 3) === 2;
    if (long) {
      if (BigInt.asIntN(48, linear) !== page) return this.#faultInState(vector.gp, 0);
    } else if (state.rip > BigInt(state.get('segmentLimit', segment.cs))) return this.#faultInState(vector.gp, 0);
    const host = this.#codeHost(linear);
    if (!host) return 0;
    if (this.#stepping) return EMPTY_RECORD_TABLE;
    const code = this.#codePage(host.physicalPage, host.address);
    if (!code) return FULL_ARENA;
    const entry = (Number(linear >> 12n & 0x3ffn)) * 2;
    this.#codeTlb[entry] = page | state.get64('codeTag');
    this.#codeTlb[entry + 1] = BigInt(code.table);
    return code.table;
  }

  /** Translates a linear page for execution. */
  #codeHost(linear: bigint): { physicalPage: number; address: number } | undefined {
    const walked = this.#interpreter.walk(BigInt.asIntN(64, linear), accessBit.fetch);
    if (walked === -1n) return undefined;
    const phys = Number(BigInt.asUintN(64, walked) & ~0xfffn & this.state.get64('a20Mask'));
    const address = this.physical.hostAddress(phys);
    if (!address) {
      this.#faultInState(vector.ud, 0); // nothing but all-ones on the bus
      return undefined;
    }
    return { physicalPage: Math.floor(phys / 4096), address };
  }

  #codePage(physicalPage: number, host: number): CodePage | undefined {
    const mode = this.state.get('mode');
    const known = this.#cache.find(physicalPage, mode);
    if (known) return known;
    if (this.#cache.isFull) {
      this.#arenaFull = true;
      return undefined;
    }
    const page = this.#cache.add(physicalPage, mode, host);
    this.#interpreter.forgetWritable(host);
    return page;
  }

  /** Decodes the run that starts at state.rip. */
  #decodeAt(table: number, offset: number): number {
    const since = this.#hostNs();
    const first = this.#stepping ? this.#decodeOne(offset) : this.#decodeRun(table, offset);
    this.#count(first === SCRATCH_RECORDS ? 'decode across pages' : 'decode', since);
    return first;
  }

  #decodeRun(table: number, offset: number): number {
    const page = this.#cache.page(table)!;
    if (this.#cache.isFull) {
      this.#arenaFull = true;
      return FULL_ARENA;
    }
    const first = this.#cache.top;
    const mode = this.state.get('mode');
    let at = offset;
    let to = first;
    for (;;) {
      const known = at < 4096 ? this.#cache.recordAt(page, at) : 0;
      if (known) {
        this.#writeSpecial(to, special.link, at, known);
        break;
      }
      if (at >= 4096 || to - first >= MAX_RUN * RECORD_BYTES) {
        this.#writeSpecial(to, special.relookup, at, 0);
        break;
      }
      const length = this.#decoder.decode(this.#bytes, page.host + at, page.host + 4096, mode, at, to);
      if (!length || !this.#withinLimit(at - offset + length)) {
        if (to === first) return this.#decodeOne(offset);
        this.#writeSpecial(to, special.relookup, at, 0);
        break;
      }
      this.#cache.setRecord(page, at, to);
      at += length;
      if (this.#decoder.ends) break;
      to += RECORD_BYTES;
    }
    this.#cache.close(page, to + RECORD_BYTES);
    return first;
  }

  /** Does the code segment reach `bytes` from state.rip? */
  #withinLimit(bytes: number): boolean {
    const { state } = this;
    if ((state.get('mode') & 3) === 2) return true;
    const limit = state.get('segmentLimit', segment.cs);
    return limit === 0xffff_ffff || Number(state.rip) + bytes - 1 <= limit;
  }

  /** One instruction at state.rip, not kept: single steps, and instructions that straddle two pages. */
  #decodeOne(offset: number): number {
    const { state } = this;
    const linear = (state.rip + state.get64('codeBase')) & state.get64('codeMask');
    const page = linear & ~0xfffn;
    const host = this.#codeHost(page);
    if (!host) return 0;
    const at = SCRATCH_RECORDS;
    const mode = state.get('mode');
    let length = this.#decoder.decode(this.#bytes, host.address + offset, host.address + 4096, mode, offset, at);
    if (!length) {
      const next = this.#codeHost((page + 0x1000n) & state.get64('codeMask'));
      if (!next) return 0;
      const here = 4096 - offset;
      this.#straddle.set(this.#bytes.subarray(host.address + offset, host.address + 4096));
      this.#straddle.set(this.#bytes.subarray(next.address, next.address + 16), here);
      length = this.#decoder.decode(this.#straddle, 0, here + 16, mode, offset, at);
    }
    if (!this.#withinLimit(length)) return this.#faultInState(vector.gp, 0);
    this.#writeSpecial(at + RECORD_BYTES, special.relookup, offset + length, 0);
    return at;
  }

  #writeSpecial(at: number, handler: number, pageOffset: number, link: number): void {
    this.#u32[at >> 2] = handler;
    this.#u32[(at + record.pageOffset) >> 2] = pageOffset;
    this.#u32[(at + record.link) >> 2] = link;
  }

  #faultInState(faultVector: number, errorCode: number): 0 {
    this.state.set('faultVector', faultVector + 1);
    this.state.set('faultErrorCode', errorCode);
    return 0;
  }

  #runMicrocode(at: number, number: number): number {
    const counter = this.#microcodeCounters[number]!;
    const since = this.#hostNs();
    const result = this.#carryOut(at, number);
    counter.count++;
    counter.timeNs += this.#hostNs() - since;
    return result;
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
      this.#faultInState(fault.vector, fault.errorCode ?? 0);
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
    const since = this.#hostNs();
    const fault = new GuestFault(number, pushesErrorCode(number) ? state.get('faultErrorCode') : undefined, number === vector.pf ? state.get64('cr2') : undefined);
    if (deliverFault(this, fault) === 'shutdown') {
      this.#shutdown = true;
      return outcome.exit;
    }
    this.stateChanged();
    this.#count(`fault ${number}`, since);
    return this.#exit || this.#stepping ? outcome.exit : outcome.lookup;
  }

  #mmioRead(phys: number, size: 1 | 2 | 4): number {
    const since = this.#hostNs();
    const value = this.physical.mmio.read(phys, size);
    this.#count('mmio read', since);
    return value;
  }

  #mmioWrite(phys: number, size: 1 | 2 | 4, value: number): void {
    const since = this.#hostNs();
    this.physical.mmio.write(phys, size, value);
    this.#count('mmio write', since);
  }

  #invalidate(page: number): void {
    const since = this.#hostNs();
    this.#cache.invalidate(page);
    this.#forgetCode();
    this.#count('code page written', since);
  }

  #forgetCode(): void {
    this.#codeTlb.fill(-1n);
  }

  #emptyArena(): void {
    this.#arenaFull = false;
    this.#cache.empty();
    this.#forgetCode();
  }

  #counter(name: string): ExitCounter {
    let counter = this.counters.get(name);
    if (!counter) this.counters.set(name, counter = { count: 0, timeNs: 0 });
    return counter;
  }

  /** An exit that began at `sinceNs`. */
  #count(name: string, sinceNs: number): void {
    const counter = this.#counter(name);
    counter.count++;
    counter.timeNs += this.#hostNs() - sinceNs;
  }
}

const DR6_SINGLE_STEP = 0x4000;
const softwareInterrupts: ReadonlySet<string | undefined> = new Set(['int_imm', 'int3', 'into', 'int1']);

/** Instructions decoded at most in one run. */
const MAX_RUN = 256;
