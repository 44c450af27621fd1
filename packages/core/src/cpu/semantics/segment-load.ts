/**
 * MOV, PUSH and POP of segment registers: the common cases of what is microcode otherwise (cpu/microcode/segments.ts), for ES, DS, FS and GS in protected mode.
 * Reference: SDM vol. 2, MOV, PUSH, POP; vol. 3A, 5.6.
 */
import { BOUNCE_END, STATE_BASE } from '../../memory/layout.ts';
import { accessBit } from '../../memory/mmu.ts';
import type { Expression, FunctionBuilder } from '../../wasm/function.ts';
import { semantics } from '../builder/builder.ts';
import type { Builder, Semantics, Subroutine } from '../builder/builder.ts';
import { loadField, storeField } from '../builder/fields.ts';
import { record } from '../decode/record.ts';
import { modeBit } from '../modes.ts';
import { gpr, offsetOf, segment } from '../state.ts';
import { deriveState } from './derived-state.ts';
import { accessOf, dplOf, gdtDescriptor, isUsual, loadSegment, tryReach, usual } from './segment-registers.ts';
import { isLongCode, isStepping } from './system-call.ts';

const unless = (f: FunctionBuilder, condition: Expression): void => f.if(f.eqz(condition), () => f.return(f.i32(0)));
const dataSegments = (1 << segment.es) | (1 << segment.ds) | (1 << segment.fs) | (1 << segment.gs);

/** (segment register, selector) -> 1, or 0 where nothing was done. */
const loadData: Subroutine = {
  name: 'loadData', params: ['i32', 'i32'], results: ['i32'],
  build: (f, call) => {
    const [index, selector] = f.parameters;
    const isProtected = f.eq(f.and(loadField(f, 'mode'), f.i32(modeBit.protected | modeBit.virtual8086)), f.i32(modeBit.protected));
    unless(f, f.and(f.and(isProtected, f.eqz(isStepping(f))), f.and(f.shrU(f.i32(dataSegments), index), f.i32(1))));
    const descriptor = f.local('i64');
    f.if(f.and(selector, f.i32(0xfffc)), () => {
      f.set(descriptor, f.call(call(gdtDescriptor), selector));
      const access = f.let(accessOf(f, descriptor));
      const dpl = f.let(dplOf(f, access));
      unless(f, f.and(isUsual(f, access, usual.data), f.and(f.geU(dpl, loadField(f, 'cpl')), f.geU(dpl, f.and(selector, f.i32(3))))));
      f.perform(call(loadSegment), index, selector, descriptor);
    }, () => {
      f.store('i32.store', f.shl(index, 2), selector, STATE_BASE + offsetOf.segmentSelector);
      f.store('i64.store', f.shl(index, 3), f.i64(0), STATE_BASE + offsetOf.segmentBase);
      for (const field of ['segmentLimit', 'segmentAccess'] as const) f.store('i32.store', f.shl(index, 2), f.i32(0), STATE_BASE + offsetOf[field]);
    });
    // 64-bit code does not depend on data segments
    f.if(f.eqz(isLongCode(f)), () => f.drop(f.call(call(deriveState))));
    f.return(f.i32(1));
  },
};

/** ModRM.reg, as microcode finds it. */
const registerOf = (b: Builder): Expression => b.f.load('i32.load8_u', b.recordAddress(), record.reg);
/** The mode word may be another one now, and code is kept by it. */
const goOn = (b: Builder, done: Expression, name: string): void =>
  b.f.if(done, () => b.jump(64, b.f.and(b.nextRip(), b.load('codeMask'))), () => b.microcode(name));

/** The operand is the register or memory that has the selector. */
export const LOAD_SEGMENT = semantics('load_segment', 'r', (b, source) => {
  const { f } = b;
  const value = source.read();
  const selector = f.let(f.and(value.type === 'i64' ? f.wrap(value) : value, f.i32(0xffff)));
  goOn(b, b.call(loadData, registerOf(b), selector), 'mov_sreg');
});

/** To memory 16 bits; to a register zero-extended. */
export const STORE_SEGMENT = semantics('store_segment', 'w', (b, destination) => {
  const { f } = b;
  const selector = f.let(f.load('i32.load', f.shl(registerOf(b), 2), STATE_BASE + offsetOf.segmentSelector));
  destination.write(destination.width === 64 ? f.extendU(selector) : selector);
});

/** So many bytes below ESP of a stack of 4 GiB, or RSP; elsewhere it leaves 0 from the function. */
const stackTop = (f: FunctionBuilder, below: number): Expression => {
  const linear = f.local('i64');
  f.set(linear, f.sub(loadField(f, 'gpr', gpr.rsp), f.i64(below)));
  f.if(f.eqz(isLongCode(f)), () => {
    unless(f, f.and(loadField(f, 'mode'), f.i32(modeBit.flatStack32)));
    f.set(linear, f.and(linear, f.i64(0xffff_ffffn)));
  });
  return linear;
};
const moveStack = (f: FunctionBuilder, by: number): void => {
  const moved = f.let(f.add(loadField(f, 'gpr', gpr.rsp), f.i64(by)));
  storeField(f, 'gpr', f.select(isLongCode(f), moved, f.and(moved, f.i64(0xffff_ffffn))), gpr.rsp);
};

/** (segment register) -> 1, or 0. POP reads the selector alone, and PUSH writes no more of a 32-bit slot. */
const popInto = (bytes: number): Subroutine => ({
  name: `popSegment${bytes}`, params: ['i32'], results: ['i32'], touches: 'registers',
  build: (f, call) => {
    const host = f.let(f.call(call(tryReach), stackTop(f, 0), f.i32(2 | accessBit.stack)));
    unless(f, host);
    unless(f, f.call(call(loadData), f.params[0]!, f.let(f.load('i32.load16_u', host))));
    moveStack(f, bytes);
    f.return(f.i32(1));
  },
});
const pushFrom = (bytes: number): Subroutine => ({
  name: `pushSegment${bytes}`, params: ['i32'], results: ['i32'], touches: 'registers',
  build: (f, call) => {
    const width = bytes === 8 ? 8 : 2;
    const host = f.let(f.call(call(tryReach), stackTop(f, bytes), f.i32(width | accessBit.write | accessBit.stack)));
    unless(f, f.geU(host, f.i32(BOUNCE_END)));
    const selector = f.load('i32.load', f.shl(f.params[0]!, 2), STATE_BASE + offsetOf.segmentSelector);
    if (bytes === 8) f.store('i64.store', host, f.extendU(selector));
    else f.store('i32.store16', host, selector);
    moveStack(f, -bytes);
    f.return(f.i32(1));
  },
});

/** By operand size in bytes, and then by segment register: the low opcode byte tells it, which is no operand. */
const bySize = (make: (bytes: number) => Subroutine): Readonly<Record<number, Subroutine>> => ({ 32: make(4), 64: make(8) });
const pops = bySize(popInto);
const pushes = bySize(pushFrom);

export const POP_SEGMENT = (index: number): Semantics => semantics(`pop_segment${index}`, 'r', (b, accumulator) => {
  const subroutine = pops[accumulator.width];
  if (subroutine) goOn(b, b.call(subroutine, b.f.i32(index)), 'pop_sreg');
  else b.microcode('pop_sreg');
});

export const PUSH_SEGMENT = (index: number): Semantics => semantics(`push_segment${index}`, 'r', (b, accumulator) => {
  const subroutine = pushes[accumulator.width];
  if (subroutine) b.f.if(b.f.eqz(b.call(subroutine, b.f.i32(index))), () => b.microcode('push_sreg'));
  else b.microcode('push_sreg');
});
