/**
 * The way into a handler for interrupts and faults, where nothing special is to be done: from 64-bit code through a 64-bit gate, and from flat 32-bit code
 * through a 32-bit one, to CPL 0. What else there is, and everything that goes wrong, is microcode's (cpu/microcode/interrupts.ts), to which this leaves it
 * before anything has changed. Reference: SDM vol. 3A, 6.12.1 and 6.14.
 */
import { BOUNCE_END } from '../../memory/layout.ts';
import type { Callee, Expression, FunctionBuilder } from '../../wasm/function.ts';
import { accessBit, commitSlow } from '../../memory/mmu.ts';
import { semantics } from '../builder/builder.ts';
import type { Subroutine } from '../builder/builder.ts';
import { loadField, storeField } from '../builder/fields.ts';
import { modeBit } from '../modes.ts';
import { flag, gpr, segment } from '../state.ts';
import { deriveState, has, settlePrivilege } from './derived-state.ts';
import { isCanonical, loadSegment, requireDescriptor, storeNullSegment, tryReach, tryReachSystem, usual } from './segment-registers.ts';
import { isFlatCode32, isLongCode, storeFlags } from './system-call.ts';

type Call = (subroutine: Subroutine) => Callee;
const unless = (f: FunctionBuilder, condition: Expression): void => f.if(f.eqz(condition), () => f.return(f.i32(0)));

/** The error code of an event without one. */
export const NO_ERROR_CODE = -1n;
/** An interrupt gate (type 14) or trap gate (15) that is present: bits 8–15 of its second dword without the DPL, and bit 8. */
const isGate = (f: FunctionBuilder, high: Expression): Expression => f.eq(f.and(high, f.i32(0x9e00)), f.i32(0x8e00));

const readTable = (f: FunctionBuilder, call: Call, base: Expression, offset: Expression, bytes: number, limit: Expression): Expression => {
  unless(f, f.leU(f.add(offset, f.i32(bytes - 1)), limit));
  const host = f.let(f.call(call(tryReachSystem), f.add(base, f.extendU(offset)), f.i32(bytes)));
  unless(f, host);
  return host;
};

/** Memory for a frame: of the processor's own accord where the stack is another level's. */
const frameAt = (f: FunctionBuilder, call: Call, linear: Expression, bytes: number, isInner: Expression): Expression => {
  const how = f.i32(bytes | accessBit.write | accessBit.stack);
  const host = f.choose('i32', isInner, () => f.call(call(tryReachSystem), linear, how), () => f.call(call(tryReach), linear, how));
  unless(f, host);
  return host;
};
const commit = (f: FunctionBuilder, call: Call, host: Expression): void => f.if(f.ltU(host, f.i32(BOUNCE_END)), () => f.perform(call(commitSlow)));

const HANDLER_CLEARED = flag.tf | flag.nt | flag.rf | flag.vm;

/** What every way in ends with. A trap gate leaves IF. */
const startHandler = (f: FunctionBuilder, flags: Expression, rip: Expression, gateHigh: Expression): void => {
  const cleared = f.select(has(f, gateHigh, 0x100), f.i32(HANDLER_CLEARED), f.i32(HANDLER_CLEARED | flag.if));
  storeFlags(f, f.and(flags, f.xor(cleared, f.i32(-1))));
  storeField(f, 'interruptShadow', f.i32(0));
  storeField(f, 'halted', f.i32(0));
  storeField(f, 'rip', rip);
};
const inner = (f: FunctionBuilder): Expression => f.let(f.ne(loadField(f, 'cpl'), f.i32(0)));
const noCode = (f: FunctionBuilder, errorCode: Expression): Expression => f.ltS(errorCode, f.i64(0));

/** (vector, RFLAGS as pushed, error code or NO_ERROR_CODE) -> 1 with the handler in RIP, or 0. RIP is where it returns to. */
const enterLong: Subroutine = {
  name: 'enterLong', params: ['i32', 'i32', 'i64'], results: ['i32'], touches: 'registers',
  build: (f, call) => {
    const [number, flags, errorCode] = f.parameters;
    const gate = readTable(f, call, loadField(f, 'idtrBase'), f.let(f.shl(number, 4)), 16, loadField(f, 'idtrLimit'));
    const low = f.let(f.load('i32.load', gate));
    const high = f.let(f.load('i32.load', gate, 4));
    const rip = f.let(f.or(f.extendU(f.or(f.and(low, f.i32(0xffff)), f.and(high, f.i32(-0x1_0000)))), f.shl(f.load('i64.load32_u', gate, 8), 32)));
    unless(f, f.and(isGate(f, high), isCanonical(f, rip)));
    const selector = f.let(f.shrU(low, 16));
    const descriptor = requireDescriptor(f, call, selector, usual.longCode, f.i32(0), false);
    const isInner = inner(f);
    const stackTable = f.let(f.and(high, f.i32(7)));
    const pointer = f.local('i64');
    f.if(f.or(stackTable, isInner), () => {
      const offset = f.let(f.select(stackTable, f.add(f.shl(stackTable, 3), f.i32(28)), f.i32(4)));
      f.set(pointer, f.load('i64.load', readTable(f, call, loadField(f, 'segmentBase', segment.tr), offset, 8, loadField(f, 'segmentLimit', segment.tr))));
    }, () => f.set(pointer, loadField(f, 'gpr', gpr.rsp)));
    unless(f, isCanonical(f, pointer));
    f.set(pointer, f.sub(f.and(pointer, f.i64(~0xfn)), f.i64(40)));
    // all that can fail comes before the frame: with an error code it has one quadword more
    const withCode = f.let(f.eqz(noCode(f, errorCode)));
    const frame = f.local('i32');
    f.if(withCode, () => {
      f.set(pointer, f.sub(pointer, f.i64(8)));
      const at = frameAt(f, call, pointer, 48, isInner);
      f.store('i64.store', at, errorCode);
      f.set(frame, f.add(at, f.i32(8)));
    }, () => f.set(frame, frameAt(f, call, pointer, 40, isInner)));
    const put = (at: number, value: Expression): void => f.store('i64.store', frame, value, at);
    put(0, loadField(f, 'rip'));
    put(8, f.extendU(loadField(f, 'segmentSelector', segment.cs)));
    put(16, f.extendU(flags));
    put(24, loadField(f, 'gpr', gpr.rsp));
    put(32, f.extendU(loadField(f, 'segmentSelector', segment.ss)));
    commit(f, call, frame);
    f.if(isInner, () => storeNullSegment(f, segment.ss, f.i32(0)));
    storeField(f, 'cpl', f.i32(0));
    storeField(f, 'gpr', pointer, gpr.rsp);
    f.perform(call(loadSegment), f.i32(segment.cs), f.and(selector, f.i32(0xfffc)), descriptor);
    startHandler(f, flags, rip, high);
    f.perform(call(settlePrivilege));
    f.return(f.i32(1));
  },
};

const TSS32_BUSY = 0xb;

/** The same in flat 32-bit protected mode. */
const enterFlat32: Subroutine = {
  name: 'enterFlat32', params: ['i32', 'i32', 'i64'], results: ['i32'], touches: 'registers',
  build: (f, call) => {
    const [number, flags, errorCode] = f.parameters;
    const gate = readTable(f, call, loadField(f, 'idtrBase'), f.let(f.shl(number, 3)), 8, loadField(f, 'idtrLimit'));
    const low = f.let(f.load('i32.load', gate));
    const high = f.let(f.load('i32.load', gate, 4));
    unless(f, isGate(f, high));
    const selector = f.let(f.shrU(low, 16));
    const descriptor = requireDescriptor(f, call, selector, usual.code32, f.i32(0), true);
    const isInner = inner(f);
    const pointer = f.local('i64');
    const stack = f.local('i32');
    const stackDescriptor = f.local('i64');
    f.if(isInner, () => {
      unless(f, f.eq(f.and(loadField(f, 'segmentAccess', segment.tr), f.i32(0x1f)), f.i32(TSS32_BUSY)));
      const tss = readTable(f, call, loadField(f, 'segmentBase', segment.tr), f.i32(4), 6, loadField(f, 'segmentLimit', segment.tr));
      f.set(pointer, f.load('i64.load32_u', tss));
      f.set(stack, f.load('i32.load16_u', tss, 4));
      unless(f, f.eqz(f.and(stack, f.i32(3))));
      f.set(stackDescriptor, requireDescriptor(f, call, stack, usual.stack32, f.i32(0), true));
    }, () => {
      unless(f, has(f, loadField(f, 'mode'), modeBit.flatStack32));
      f.set(pointer, f.and(loadField(f, 'gpr', gpr.rsp), f.i64(0xffff_ffffn)));
    });
    unless(f, f.gtU(pointer, f.i64(24)));
    const frame = f.local('i32');
    const push = (value: Expression): void => {
      f.set(frame, f.sub(frame, f.i32(4)));
      f.store('i32.store', frame, value);
    };
    // the frame from its top: 2 dwords with a change of level, 3 always, 1 with an error code
    const bytes = f.let(f.add(f.i32(12), f.add(f.shl(isInner, 3), f.shl(f.eqz(noCode(f, errorCode)), 2))));
    f.set(pointer, f.sub(pointer, f.extendU(bytes)));
    const how = f.let(f.or(bytes, f.i32(accessBit.write | accessBit.stack)));
    const at = f.choose('i32', isInner, () => f.call(call(tryReachSystem), pointer, how), () => f.call(call(tryReach), pointer, how));
    unless(f, at);
    f.set(frame, f.add(at, bytes));
    f.if(isInner, () => {
      push(loadField(f, 'segmentSelector', segment.ss));
      push(f.wrap(loadField(f, 'gpr', gpr.rsp)));
    });
    push(flags);
    push(loadField(f, 'segmentSelector', segment.cs));
    push(f.wrap(loadField(f, 'rip')));
    f.if(f.ne(frame, at), () => push(f.wrap(errorCode)));
    commit(f, call, at);
    storeField(f, 'cpl', f.i32(0));
    f.if(isInner, () => f.perform(call(loadSegment), f.i32(segment.ss), stack, stackDescriptor));
    storeField(f, 'gpr', pointer, gpr.rsp);
    f.perform(call(loadSegment), f.i32(segment.cs), f.and(selector, f.i32(0xfffc)), descriptor);
    startHandler(f, flags, f.extendU(f.or(f.and(low, f.i32(0xffff)), f.and(high, f.i32(-0x1_0000)))), high);
    f.drop(f.call(call(deriveState)));
    f.return(f.i32(1));
  },
};

/** (vector, RFLAGS as pushed, error code or NO_ERROR_CODE) -> 1 with the handler in RIP, or 0 where nothing was done. The gate's DPL does not count. */
export const enterHandler: Subroutine = {
  name: 'enterHandler', params: ['i32', 'i32', 'i64'], results: ['i32'], touches: 'registers',
  build: (f, call) => {
    const parameters = f.parameters;
    f.if(isLongCode(f), () => f.return(f.call(call(enterLong), parameters[0]!, parameters[1]!, parameters[2]!)));
    f.if(isFlatCode32(f), () => f.return(f.call(call(enterFlat32), parameters[0]!, parameters[1]!, parameters[2]!)));
    f.return(f.i32(0));
  },
};

/**
 * (vector, RFLAGS, RIP of the next instruction) -> as enterHandler, for what a program chose: the gate's DPL has to allow it.
 */
const enterByChoice: Subroutine = {
  name: 'enterByChoice', params: ['i32', 'i32', 'i64'], results: ['i32'], touches: 'registers',
  build: (f, call) => {
    const [number, flags, next] = f.parameters;
    unless(f, f.eqz(loadField(f, 'stepping')));
    // elsewhere the gate may not be looked at: the table of virtual-8086 mode is another
    unless(f, f.or(isLongCode(f), isFlatCode32(f)));
    const log2 = f.let(f.add(f.i32(3), isLongCode(f)));
    const gate = readTable(f, call, loadField(f, 'idtrBase'), f.let(f.shl(number, log2)), 8, loadField(f, 'idtrLimit'));
    unless(f, f.geU(f.and(f.shrU(f.load('i32.load', gate, 4), 13), f.i32(3)), loadField(f, 'cpl')));
    storeField(f, 'rip', next);
    f.return(f.call(call(enterHandler), number, flags, f.i64(NO_ERROR_CODE)));
  },
};

/** INT n. */
export const INT = semantics('int', 'r', (b, number) => {
  const entered = b.call(enterByChoice, number.read(), b.flags.read(), b.nextRip());
  b.f.if(entered, () => b.jump(64, b.load('rip')), () => b.microcode('int_imm'));
});
