/**
 * Hardware task switch by JMP, CALL, interrupt and IRET, with 16- and 32-bit TSS (SDM vol. 3A, ch. 7). It does not exist in IA-32e mode.
 *
 * What faults up to the commit point leaves the old task as it was. What faults while segments are loaded is the new task's
 * fault: its registers are there then, RIP is its first instruction.
 */
import { GuestFault, vector } from '../fault.ts';
import { cr0, flag, segment } from '../state.ts';
import type { MicrocodeCore } from './core.ts';
import { findDescriptor, isNull, markAccessed, markBusy, readDescriptor, systemType } from './descriptor.ts';
import type { Descriptor } from './descriptor.ts';
import { gp, np, selectorCode, ts } from './raise.ts';
import { accessOf, baseOf, cplOf, limitOf, readCr0, readGpr32, selectorOf, setCpl, setCr0, setNullSegment, setSegment, settleResumeFlag, writeGpr32 } from './registers.ts';
import { checkDataSegment, checkStackSegment, loadHidden, loadVirtual8086Segment } from './segments.ts';
import { Stack, withinLimit } from './stack.ts';

type TaskSwitchReason = 'jump' | 'call' | 'interrupt' | 'iret';

interface TssLayout {
  /** Bytes of a register. */
  readonly size: 2 | 4;
  /** Smallest limit. */
  readonly limit: number;
  /** Offsets; undefined where the 16-bit TSS has none. */
  readonly cr3: number | undefined;
  readonly ip: number;
  readonly flags: number;
  /** EAX ECX EDX EBX ESP EBP ESI EDI from here. */
  readonly registers: number;
  /** ES CS SS DS FS GS from here. */
  readonly segments: number;
  readonly segmentCount: number;
  readonly ldt: number;
  readonly debugTrap: number | undefined;
}

/** SDM vol. 3A, figures 7-2 and 7-10. */
const tss32: TssLayout = { size: 4, limit: 0x67, cr3: 0x1c, ip: 0x20, flags: 0x24, registers: 0x28, segments: 0x48, segmentCount: 6, ldt: 0x60, debugTrap: 0x64 };
const tss16: TssLayout = { size: 2, limit: 0x2b, cr3: undefined, ip: 0x0e, flags: 0x10, registers: 0x12, segments: 0x22, segmentCount: 4, ldt: 0x2a, debugTrap: undefined };

const layoutOf = (type: number): TssLayout => (type & 8 ? tss32 : tss16);
const BUSY = 2;

/** Finds the new task's TSS descriptor and makes sure that a switch to it is allowed. */
const checkNewTss = (core: MicrocodeCore, selector: number, reason: TaskSwitchReason): Descriptor => {
  const fault = reason === 'iret' ? ts : gp;
  const code = selectorCode(selector);
  if (isNull(selector) || selector & 4) throw fault(code);
  const descriptor = readDescriptor(core, selector, fault);
  const type = descriptor.type;
  const isTss = !descriptor.isSegment && (type & 5) === 1;
  const isBusy = (type & BUSY) !== 0;
  if (!isTss || isBusy !== (reason === 'iret')) throw fault(code);
  if (!descriptor.isPresent) throw np(code);
  if (descriptor.limit < layoutOf(type).limit) throw ts(code);
  return descriptor;
};

/** Everything that the switch reads or writes has to be in memory before it begins. */
const probe = (core: MicrocodeCore, oldBase: bigint, oldLayout: TssLayout, descriptor: Descriptor, newBase: bigint, newLayout: TssLayout): void => {
  const { memory, state } = core;
  if (limitOf(state, segment.tr) < oldLayout.limit) throw ts(selectorCode(selectorOf(state, segment.tr)));
  memory.probeWriteSystem(oldBase + BigInt(oldLayout.ip), oldLayout.ldt - oldLayout.ip);
  memory.readSystem(newBase, 1);
  memory.readSystem(newBase + BigInt(newLayout.limit), 1);
  memory.probeWriteSystem(newBase, 2);
  memory.probeWriteSystem(descriptor.address, 8);
  memory.probeWriteSystem(state.get64('gdtrBase') + BigInt(selectorOf(state, segment.tr) & 0xfff8), 8);
};

const saveTask = (core: MicrocodeCore, base: bigint, layout: TssLayout, rip: bigint, flags: number): void => {
  const { memory, state } = core;
  const { size } = layout;
  const save = (offset: number, value: number): void => memory.writeSystem(base + BigInt(offset), size, BigInt(size === 2 ? value & 0xffff : value >>> 0));
  save(layout.ip, Number(rip & 0xffff_ffffn));
  save(layout.flags, flags);
  for (let i = 0; i < 8; i++) save(layout.registers + i * size, readGpr32(state, i));
  for (let i = 0; i < layout.segmentCount; i++) memory.writeSystem(base + BigInt(layout.segments + i * size), 2, BigInt(selectorOf(state, i)));
};

interface NewTask {
  readonly cr3: number | undefined;
  readonly eip: number;
  readonly eflags: number;
  readonly registers: readonly number[];
  readonly selectors: readonly number[];
  readonly ldt: number;
  readonly trap: boolean;
}

/** The upper halves that a 16-bit TSS does not hold are undefined by the manual; ones, as on a 386. */
const readTask = (core: MicrocodeCore, base: bigint, layout: TssLayout): NewTask => {
  const { size } = layout;
  const read = (offset: number, bytes: 2 | 4 = size): number => Number(core.memory.readSystem(base + BigInt(offset), bytes));
  const upper = size === 2 ? 0xffff_0000 : 0;
  return {
    cr3: layout.cr3 === undefined ? undefined : read(layout.cr3),
    eip: read(layout.ip),
    eflags: read(layout.flags),
    registers: Array.from({ length: 8 }, (_, i) => (read(layout.registers + i * size) | upper) >>> 0),
    selectors: Array.from({ length: 6 }, (_, i) => (i < layout.segmentCount ? read(layout.segments + i * size, 2) : 0)),
    ldt: read(layout.ldt, 2),
    trap: layout.debugTrap !== undefined && (read(layout.debugTrap, 2) & 1) !== 0,
  };
};

const loadLdt = (core: MicrocodeCore, selector: number): void => {
  const { state } = core;
  if (isNull(selector)) return;
  const code = selectorCode(selector);
  const descriptor = selector & 4 ? undefined : findDescriptor(core, selector);
  if (!descriptor || descriptor.isSegment || descriptor.type !== systemType.ldt || !descriptor.isPresent) throw ts(code);
  setSegment(state, segment.ldtr, selector, BigInt(descriptor.base), descriptor.limit, descriptor.access);
};

const loadCode = (core: MicrocodeCore, selector: number): void => {
  const code = selectorCode(selector);
  if (isNull(selector)) throw ts(code);
  const descriptor = readDescriptor(core, selector, ts);
  const rpl = selector & 3;
  if (!descriptor.isCode || (descriptor.isConforming ? descriptor.dpl > rpl : descriptor.dpl !== rpl)) throw ts(code);
  if (!descriptor.isPresent) throw np(code);
  markAccessed(core, descriptor);
  loadHidden(core.state, segment.cs, selector, descriptor);
};

/** Steps after the commit point: descriptors of the new task, in its own context. */
const loadSegments = (core: MicrocodeCore, task: NewTask): void => {
  const { state } = core;
  const { selectors } = task;
  loadLdt(core, task.ldt);
  if (task.eflags & flag.vm) return;
  loadCode(core, selectors[segment.cs]!);
  const cpl = cplOf(state);
  const stackSelector = selectors[segment.ss]!;
  if (isNull(stackSelector)) throw ts(selectorCode(stackSelector));
  const stackDescriptor = checkStackSegment(core, stackSelector, cpl, ts);
  markAccessed(core, stackDescriptor);
  loadHidden(state, segment.ss, stackSelector, stackDescriptor);
  for (const index of [segment.ds, segment.es, segment.fs, segment.gs]) {
    const selector = selectors[index]!;
    if (isNull(selector)) continue;
    const descriptor = checkDataSegment(core, selector, cpl, ts);
    markAccessed(core, descriptor);
    loadHidden(state, index, selector, descriptor);
  }
};

/** The registers of the new task; its segments hold selectors only, until their descriptors are loaded. */
const commitRegisters = (core: MicrocodeCore, task: NewTask, nested: boolean): void => {
  const { state } = core;
  if (task.cr3 !== undefined && readCr0(state) & cr0.pg) {
    state.set64('cr3', BigInt(task.cr3));
    core.flushTlb(false);
  }
  setCr0(state, readCr0(state) | cr0.ts);
  // A switch disables the local breakpoints (SDM vol. 3B, 17.2.4).
  state.set64('dr', state.get64('dr', 7) & ~0x155n, 7);
  task.registers.forEach((value, i) => writeGpr32(state, i, value));
  const eflags = (task.eflags & 0x3f_7fd7) | (nested ? flag.nt : 0);
  state.rflags = eflags;
  settleResumeFlag(state);
  const virtual8086 = (eflags & flag.vm) !== 0;
  task.selectors.forEach((selector, index) => {
    if (virtual8086) loadVirtual8086Segment(state, index, selector);
    else setNullSegment(state, index, selector);
  });
  setNullSegment(state, segment.ldtr, task.ldt);
  setCpl(state, virtual8086 ? 3 : task.selectors[segment.cs]! & 3);
  state.rip = BigInt(task.eip);
  core.jump(BigInt(task.eip));
  core.stateChanged();
};

const DR6_BT = 0x8000n;

/**
 * @param returnRip where the old task goes on
 * @param savedFlags EFLAGS as they are stored in the old task's TSS
 * @param errorCode pushed on the new task's stack
 */
export const switchTask = (
  core: MicrocodeCore, selector: number, reason: TaskSwitchReason, returnRip: bigint, savedFlags: number, errorCode: number | undefined,
): void => {
  const { state, memory } = core;
  const descriptor = checkNewTss(core, selector, reason);
  const oldSelector = selectorOf(state, segment.tr);
  const oldBase = baseOf(state, segment.tr);
  const oldLayout = layoutOf(accessOf(state, segment.tr) & 0xf);
  const newBase = BigInt(descriptor.base);
  const newLayout = layoutOf(descriptor.type);
  probe(core, oldBase, oldLayout, descriptor, newBase, newLayout);

  const nested = reason === 'call' || reason === 'interrupt';
  if (!nested) markBusy(core, state.get64('gdtrBase') + BigInt(oldSelector & 0xfff8), false);
  saveTask(core, oldBase, oldLayout, returnRip, reason === 'iret' ? savedFlags & ~flag.nt : savedFlags);
  const task = readTask(core, newBase, newLayout);
  if (nested) memory.writeSystem(newBase, 2, BigInt(oldSelector));
  if (reason !== 'iret') markBusy(core, descriptor.address, true);
  setSegment(state, segment.tr, selector, newBase, descriptor.limit, descriptor.access | BUSY);
  commitRegisters(core, task, nested);

  loadSegments(core, task);
  core.stateChanged();
  if (!withinLimit(accessOf(state, segment.cs), limitOf(state, segment.cs), task.eip, 1)) throw gp();
  if (errorCode !== undefined) {
    const stack = Stack.current(core);
    stack.push(newLayout.size, BigInt(errorCode));
    stack.commit(core);
  }
  if (task.trap) {
    state.set64('dr', state.get64('dr', 6) | DR6_BT, 6);
    throw new GuestFault(vector.db);
  }
};
