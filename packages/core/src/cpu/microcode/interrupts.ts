/**
 * Delivery of interrupts and exceptions (SDM vol. 3A, ch. 6 and 20.3; AMD APM vol. 2, 8.7–8.9): real-mode table, 16- and 32-bit
 * gates, task gates, from virtual-8086 mode, 64-bit gates with IST; double fault and shutdown. And INT n, INT3, INTO, INT1.
 *
 * Missing: shadow stacks, user interrupts, FRED.
 */
import { flag, segment } from '../state.ts';
import { GuestFault, vector } from '../fault.ts';
import type { Instruction, MicrocodeCore } from './core.ts';
import { Descriptor, isNull, markAccessed, readDescriptor, systemType } from './descriptor.ts';
import { levelStack, longLevelStack, longStack, longTableStack, sameStack } from './inner-stack.ts';
import type { InnerStack } from './inner-stack.ts';
import { gateCode, gp, np, selectorCode } from './raise.ts';
import {
  cplOf, ioplOf, isCanonical, isLongMode, isProtected, isVirtual8086, selectorOf, setCpl, setNullSegment,
} from './registers.ts';
import { loadHidden, loadParagraph } from './segments.ts';
import { Stack, withinLimit } from './stack.ts';
import { switchTask } from './task-switch.ts';
import { redirectsToProgram, virtualFlags } from './virtual-8086.ts';

export type InterruptOrigin = 'external' | 'nmi' | 'software' | 'exception' | 'int1' | 'int3' | 'into';

interface InterruptEvent {
  readonly vector: number;
  readonly origin: InterruptOrigin;
  readonly errorCode: number | undefined;
  /** What the handler's IRET returns to. */
  readonly returnRip: bigint;
  /** The image of RFLAGS that is pushed. */
  readonly flags: number;
}

/** Through INT n, INT3 and INTO the program chooses the gate: its DPL counts, and EXT is clear in error codes. */
const isProgrammed = (origin: InterruptOrigin): boolean => origin === 'software' || origin === 'int3' || origin === 'into';

/** What every way into a handler ends with. TF, RF, NT and VM are clear in a protected-mode handler. */
const startHandler = (core: MicrocodeCore, event: InterruptEvent, rip: bigint, clearedFlags: number): void => {
  const { state } = core;
  state.rflags = state.rflags & ~clearedFlags;
  state.set('interruptShadow', 0);
  state.set('halted', 0);
  if (event.origin === 'nmi') state.set('nmiBlocked', 1);
  core.jump(rip);
  core.stateChanged();
};

const PROTECTED_CLEARED = flag.tf | flag.nt | flag.rf | flag.vm;

/** Real-address mode (SDM vol. 3A, 20.1.4). No error codes are pushed. */
const enterReal = (core: MicrocodeCore, event: InterruptEvent): void => {
  const { state } = core;
  const entry = event.vector * 4;
  if (entry + 3 > state.get('idtrLimit')) throw gp(gateCode(event.vector));
  const target = Number(core.memory.readSystem(state.get64('idtrBase') + BigInt(entry), 4));
  const stack = Stack.current(core);
  stack.require(3, 2);
  stack.push(2, BigInt(event.flags & 0xffff));
  stack.push(2, BigInt(selectorOf(state, segment.cs)));
  stack.push(2, event.returnRip & 0xffffn);
  stack.commit(core);
  loadParagraph(state, segment.cs, target >>> 16);
  startHandler(core, event, BigInt(target & 0xffff), flag.if | flag.tf | flag.ac | flag.rf);
};

/** INT n of a virtual-8086 program to its own handler, with CR4.VME (SDM vol. 3A, 20.3.3.4). */
const enterRedirected = (core: MicrocodeCore, event: InterruptEvent): void => {
  const { state } = core;
  const target = Number(core.memory.read(BigInt(event.vector * 4), 4));
  const trusted = ioplOf(state) === 3;
  const stack = Stack.current(core);
  stack.require(3, 2);
  stack.push(2, BigInt((trusted ? event.flags : virtualFlags(event.flags)) & 0xffff));
  stack.push(2, BigInt(selectorOf(state, segment.cs)));
  stack.push(2, event.returnRip & 0xffffn);
  stack.commit(core);
  loadParagraph(state, segment.cs, target >>> 16);
  startHandler(core, event, BigInt(target & 0xffff), flag.tf | flag.rf | flag.nt | (trusted ? flag.if : flag.vif));
};

/** Checks the handler's code segment; the new CPL is its DPL, or the current one if it conforms. */
const readHandlerSegment = (core: MicrocodeCore, selector: number): { descriptor: Descriptor; level: number } => {
  const { state } = core;
  if (isNull(selector)) throw gp(0);
  const descriptor = readDescriptor(core, selector);
  const code = selectorCode(selector);
  const cpl = cplOf(state);
  if (!descriptor.isCode || descriptor.dpl > cpl) throw gp(code);
  if (isLongMode(state) && (!descriptor.isLong || descriptor.isBig)) throw gp(code);
  if (!descriptor.isPresent) throw np(code);
  if (isVirtual8086(state) && (descriptor.isConforming || descriptor.dpl !== 0)) throw gp(code);
  return { descriptor, level: descriptor.isConforming ? cpl : descriptor.dpl };
};

const commitHandler = (core: MicrocodeCore, selector: number, descriptor: Descriptor, level: number, inner: InnerStack): void => {
  const { state } = core;
  setCpl(state, level);
  inner.commitSegment();
  inner.stack.commit(core);
  loadHidden(state, segment.cs, (selector & 0xfffc) | level, descriptor);
};

/** Through an interrupt or trap gate of protected mode (SDM vol. 3A, 6.12.1 and 20.3.1). */
const enterThroughGate = (core: MicrocodeCore, event: InterruptEvent, gate: Descriptor): void => {
  const { state } = core;
  const selector = gate.gateSelector;
  const { descriptor, level } = readHandlerSegment(core, selector);
  const wide = (gate.type & 8) !== 0;
  const size = wide ? 4 : 2;
  const rip = wide ? gate.gateOffset32 : gate.gateOffset16;
  const fromVirtual8086 = isVirtual8086(state);
  const changesLevel = fromVirtual8086 || level < cplOf(state);
  const inner = changesLevel ? levelStack(core, level) : sameStack(core);
  const { stack } = inner;
  stack.require((fromVirtual8086 ? 9 : changesLevel ? 5 : 3) + (event.errorCode === undefined ? 0 : 1), size);
  if (!withinLimit(descriptor.access, descriptor.limit, rip, 1)) throw gp(0);
  markAccessed(core, descriptor);
  if (fromVirtual8086) for (const index of [segment.gs, segment.fs, segment.ds, segment.es]) stack.push(size, BigInt(selectorOf(state, index)));
  if (changesLevel) {
    stack.push(size, BigInt(selectorOf(state, segment.ss)));
    stack.push(size, state.reg(4) & (wide ? 0xffff_ffffn : 0xffffn));
  }
  stack.push(size, BigInt(event.flags) & (wide ? 0xffff_ffffn : 0xffffn));
  stack.push(size, BigInt(selectorOf(state, segment.cs)));
  stack.push(size, event.returnRip & (wide ? 0xffff_ffffn : 0xffffn));
  if (event.errorCode !== undefined) stack.push(size, BigInt(event.errorCode));
  commitHandler(core, selector, descriptor, level, inner);
  if (fromVirtual8086) for (const index of [segment.gs, segment.fs, segment.ds, segment.es]) setNullSegment(state, index, 0);
  const isTrapGate = (gate.type & 1) !== 0;
  startHandler(core, event, BigInt(rip), PROTECTED_CLEARED | (isTrapGate ? 0 : flag.if));
};

const checkGate = (core: MicrocodeCore, event: InterruptEvent, gate: Descriptor): void => {
  if (isProgrammed(event.origin) && gate.dpl < cplOf(core.state)) throw gp(gateCode(event.vector));
  if (!gate.isPresent) throw np(gateCode(event.vector));
};

const enterProtected = (core: MicrocodeCore, event: InterruptEvent): void => {
  const { state } = core;
  const entry = event.vector * 8;
  if (entry + 7 > state.get('idtrLimit')) throw gp(gateCode(event.vector));
  const address = state.get64('idtrBase') + BigInt(entry);
  const gate = new Descriptor(0, address, core.memory.readSystem(address, 8));
  switch (gate.isSegment ? 0 : gate.type) {
    case systemType.interruptGate16: case systemType.trapGate16: case systemType.interruptGate32: case systemType.trapGate32:
      checkGate(core, event, gate);
      enterThroughGate(core, event, gate);
      return;
    case systemType.taskGate:
      checkGate(core, event, gate);
      enterTask(core, event, gate.gateSelector);
      return;
    default:
      throw gp(gateCode(event.vector));
  }
};

/** Through a task gate (SDM vol. 3A, 6.12.2). The error code goes to the new task's stack. */
const enterTask = (core: MicrocodeCore, event: InterruptEvent, selector: number): void => {
  if (event.origin === 'nmi') core.state.set('nmiBlocked', 1);
  core.state.set('interruptShadow', 0);
  core.state.set('halted', 0);
  switchTask(core, selector, 'interrupt', event.returnRip, event.flags, event.errorCode);
};

/** IA-32e mode (SDM vol. 3A, 6.14). */
const enterLong = (core: MicrocodeCore, event: InterruptEvent): void => {
  const { state, memory } = core;
  const entry = event.vector * 16;
  if (entry + 15 > state.get('idtrLimit')) throw gp(gateCode(event.vector));
  const address = state.get64('idtrBase') + BigInt(entry);
  const gate = new Descriptor(0, address, memory.readSystem(address, 8));
  if (gate.isSegment || (gate.type !== systemType.interruptGate32 && gate.type !== systemType.trapGate32)) throw gp(gateCode(event.vector));
  const rip = (memory.readSystem(address + 8n, 4) << 32n) | BigInt(gate.gateOffset32);
  checkGate(core, event, gate);
  const selector = gate.gateSelector;
  const { descriptor, level } = readHandlerSegment(core, selector);
  const changesLevel = level < cplOf(state);
  const stackTable = gate.high & 7;
  const inner = stackTable !== 0 ? longTableStack(core, stackTable, level, changesLevel)
    : changesLevel ? longLevelStack(core, level)
      : longStack(core, state.reg(4), level, false);
  if (!isCanonical(rip)) throw gp(0);
  markAccessed(core, descriptor);
  const { stack } = inner;
  stack.pointer &= ~0xfn;
  stack.push(8, BigInt(selectorOf(state, segment.ss)));
  stack.push(8, state.reg(4));
  stack.push(8, BigInt(event.flags));
  stack.push(8, BigInt(selectorOf(state, segment.cs)));
  stack.push(8, event.returnRip);
  if (event.errorCode !== undefined) stack.push(8, BigInt(event.errorCode));
  commitHandler(core, selector, descriptor, level, inner);
  startHandler(core, event, rip, PROTECTED_CLEARED | (gate.type === systemType.interruptGate32 ? flag.if : 0));
};

/** Error codes say that the program did not cause the fault: bit 0, EXT (SDM vol. 3A, 6.13). */
const withExternalBit = (fault: GuestFault): GuestFault => {
  const { errorCode } = fault;
  if (errorCode === undefined || fault.vector === vector.pf) return fault;
  return new GuestFault(fault.vector, errorCode | 1);
};

/** Throws what goes wrong on the way into the handler; the state is untouched then, unless a task switch was under way. */
const enter = (core: MicrocodeCore, event: InterruptEvent): void => {
  const { state } = core;
  try {
    if (!isProtected(state)) enterReal(core, event);
    else if (isLongMode(state)) enterLong(core, event);
    else if (isVirtual8086(state) && event.origin === 'software' && redirectsToProgram(core, event.vector)) enterRedirected(core, event);
    else enterProtected(core, event);
  } catch (fault) {
    if (fault instanceof GuestFault && !isProgrammed(event.origin)) throw withExternalBit(fault);
    throw fault;
  }
};

type FaultClass = 'benign' | 'contributory' | 'pageFault' | 'doubleFault';
const contributory = new Set<number>([vector.de, vector.ts, vector.np, vector.ss, vector.gp]);

const classOf = (faultVector: number): FaultClass => {
  if (faultVector === vector.pf) return 'pageFault';
  if (faultVector === vector.df) return 'doubleFault';
  return contributory.has(faultVector) ? 'contributory' : 'benign';
};

/** SDM vol. 3A, table 6-5: what a second exception, met while the first is delivered, leads to. */
const combine = (first: FaultClass, second: FaultClass): 'serial' | 'doubleFault' | 'shutdown' => {
  if (second === 'benign' || first === 'benign') return 'serial';
  if (first === 'doubleFault') return 'shutdown';
  if (first === 'pageFault') return 'doubleFault';
  return second === 'contributory' ? 'doubleFault' : 'serial';
};

/**
 * RF is 1 in the pushed image of every fault, so that an instruction breakpoint does not hit again; but not for #DB, whose
 * handler decides (SDM vol. 3B, 17.3.1.1).
 */
const faultEvent = (core: MicrocodeCore, fault: GuestFault): InterruptEvent => {
  const { state } = core;
  if (fault.address !== undefined) state.set64('cr2', fault.address);
  return {
    vector: fault.vector,
    origin: 'exception',
    errorCode: fault.errorCode,
    returnRip: state.rip,
    flags: fault.vector === vector.db ? state.rflags : state.rflags | flag.rf,
  };
};

const deliver = (core: MicrocodeCore, first: InterruptEvent): 'delivered' | 'shutdown' => {
  let event = first;
  let eventClass: FaultClass = event.origin === 'exception' ? classOf(event.vector) : 'benign';
  for (;;) {
    try {
      enter(core, event);
      if (event.vector === vector.db && event.origin === 'exception') core.state.set64('dr', core.state.get64('dr', 7) & ~DR7_GD, 7);
      return 'delivered';
    } catch (fault) {
      if (!(fault instanceof GuestFault)) throw fault;
      const result = combine(eventClass, classOf(fault.vector));
      if (result === 'shutdown') return 'shutdown';
      event = faultEvent(core, result === 'doubleFault' ? new GuestFault(vector.df, 0, fault.address) : fault);
      eventClass = classOf(event.vector);
    }
  }
};

/** General detect is off in a debug handler, so that it can reach the debug registers (SDM vol. 3B, 17.2.4). */
const DR7_GD = 0x2000n;

/**
 * An event at an instruction boundary: RIP is where the handler returns to, RF is pushed as it is in RFLAGS. The error code
 * belongs to exceptions that have one.
 */
export const deliverInterrupt = (core: MicrocodeCore, interruptVector: number, origin: InterruptOrigin, errorCode?: number): 'delivered' | 'shutdown' => {
  const { state } = core;
  return deliver(core, { vector: interruptVector, origin, errorCode, returnRip: state.rip, flags: state.rflags });
};

/** An exception of fault class: RIP is the faulting instruction's. */
export const deliverFault = (core: MicrocodeCore, fault: GuestFault): 'delivered' | 'shutdown' => deliver(core, faultEvent(core, fault));

/** A fault on the way replaces the interrupt: it is the INT instruction's own. */
const interruptInstruction = (core: MicrocodeCore, instruction: Instruction, interruptVector: number, origin: InterruptOrigin): void =>
  enter(core, { vector: interruptVector, origin, errorCode: undefined, returnRip: instruction.nextRip, flags: core.state.rflags });

export const int_imm = (core: MicrocodeCore, instruction: Instruction): void =>
  interruptInstruction(core, instruction, Number(instruction.immediate & 0xffn), 'software');

/** INT3 (cc) does not care for IOPL in virtual-8086 mode; neither do INTO and INT1. */
export const int3 = (core: MicrocodeCore, instruction: Instruction): void => interruptInstruction(core, instruction, vector.bp, 'int3');

export const into = (core: MicrocodeCore, instruction: Instruction): void => {
  if (core.state.rflags & flag.of) interruptInstruction(core, instruction, vector.of, 'into');
};

/** INT1 (f1, ICEBP): as a hardware event it ignores the gate's DPL. */
export const int1 = (core: MicrocodeCore, instruction: Instruction): void => interruptInstruction(core, instruction, vector.db, 'int1');
