/**
 * IRET within 64-bit code, and within flat 32-bit protected mode: the common cases of what is microcode otherwise (cpu/microcode/iret.ts), to which
 * everything else is left before anything has changed. Reference: SDM vol. 2A, IRET.
 */
import type { Callee, Expression, FunctionBuilder } from '../../wasm/function.ts';
import { accessBit } from '../../memory/mmu.ts';
import { semantics } from '../builder/builder.ts';
import type { Subroutine } from '../builder/builder.ts';
import { loadField, storeField } from '../builder/fields.ts';
import { IRET_FLAGS, IRET_WIDE_FLAGS } from '../microcode/iret.ts';
import { modeBit } from '../modes.ts';
import { flag, gpr, segment } from '../state.ts';
import { deriveState, has, settlePrivilege } from './derived-state.ts';
import { dropInnerSegments, isCanonical, loadSegment, requireDescriptor, storeNullSegment, tryReach, usual } from './segment-registers.ts';
import { isFlatCode32, isLongCode, isStepping, loadsQuietly, storeFlags } from './system-call.ts';

type Call = (subroutine: Subroutine) => Callee;
const unless = (f: FunctionBuilder, condition: Expression): void => f.if(f.eqz(condition), () => f.return(f.i32(0)));

/** No task to return to, no NMI that was held, nothing stepped. */
const isPlain = (f: FunctionBuilder, rflags: Expression): Expression =>
  f.eqz(f.or(f.or(has(f, rflags, flag.nt), f.ne(loadField(f, 'nmiPending'), f.i32(0))), isStepping(f)));

/** RFLAGS after IRET from the present CPL; RF is dropped, as no breakpoint is armed. */
const newFlags = (f: FunctionBuilder, rflags: Expression, image: Expression, outermost: number): Expression => {
  const cpl = f.let(loadField(f, 'cpl'));
  const mayIf = f.select(f.leU(cpl, f.and(f.shrU(rflags, 12), f.i32(3))), f.i32(flag.if), f.i32(0));
  const changeable = f.let(f.or(f.or(f.i32(IRET_FLAGS | IRET_WIDE_FLAGS), mayIf), f.select(cpl, f.i32(0), f.i32(outermost))));
  const merged = f.or(f.and(rflags, f.xor(changeable, f.i32(-1))), f.and(image, changeable));
  return f.let(f.and(merged, f.i32(~flag.rf)));
};

const finish = (f: FunctionBuilder, call: Call, flags: Expression, rip: Expression, outward: Expression): void => {
  f.if(outward, () => f.perform(call(dropInnerSegments)));
  storeFlags(f, flags);
  storeField(f, 'nmiBlocked', f.i32(0));
  storeField(f, 'rip', rip);
};

/** (RFLAGS) -> 1 with the target in RIP, or 0. */
const returnLong: Subroutine = {
  name: 'returnLong', params: ['i32'], results: ['i32'], touches: 'registers',
  build: (f, call) => {
    const rflags = f.params[0]!;
    unless(f, f.and(isLongCode(f), isPlain(f, rflags)));
    const frame = f.let(f.call(call(tryReach), loadField(f, 'gpr', gpr.rsp), f.i32(40 | accessBit.stack)));
    unless(f, frame);
    const [rip, pointer] = [0, 24].map((at) => f.let(f.load('i64.load', frame, at)));
    const [code, stack] = [8, 32].map((at) => f.let(f.load('i32.load16_u', frame, at)));
    const image = f.let(f.load('i32.load', frame, 16));
    const level = f.let(f.and(code!, f.i32(3)));
    const cpl = f.let(loadField(f, 'cpl'));
    unless(f, f.and(f.geU(level, cpl), f.and(isCanonical(f, rip!), f.eq(f.and(stack!, f.i32(3)), level))));
    const codeDescriptor = requireDescriptor(f, call, code!, usual.longCode, level, false);
    const flags = newFlags(f, rflags, image, flag.iopl | flag.vif | flag.vip);
    unless(f, loadsQuietly(f, flags));
    f.if(f.and(stack!, f.i32(0xfffc)), () => {
      const descriptor = requireDescriptor(f, call, stack!, usual.data, level, false);
      unless(f, f.wrap(f.and(f.shrU(descriptor, 41), f.i64(1)))); // writable
      f.perform(call(loadSegment), f.i32(segment.ss), stack!, descriptor);
    }, () => {
      unless(f, f.ne(level, f.i32(3)));
      storeNullSegment(f, segment.ss, stack!);
    });
    storeField(f, 'cpl', level);
    f.perform(call(loadSegment), f.i32(segment.cs), code!, codeDescriptor);
    storeField(f, 'gpr', pointer!, gpr.rsp);
    finish(f, call, flags, rip!, f.gtU(level, cpl));
    f.perform(call(settlePrivilege));
    f.return(f.i32(1));
  },
};

/** The same for 32-bit code and stacks of 4 GiB. */
const returnFlat32: Subroutine = {
  name: 'returnFlat32', params: ['i32'], results: ['i32'], touches: 'registers',
  build: (f, call) => {
    const rflags = f.params[0]!;
    unless(f, f.and(f.and(isFlatCode32(f), has(f, loadField(f, 'mode'), modeBit.flatStack32)), isPlain(f, rflags)));
    const esp = f.let(f.and(loadField(f, 'gpr', gpr.rsp), f.i64(0xffff_ffffn)));
    unless(f, f.leU(esp, f.i64(0xffff_ffffn - 19n))); // no wrap-around
    const frame = f.let(f.call(call(tryReach), esp, f.i32(12 | accessBit.stack)));
    unless(f, frame);
    const rip = f.let(f.load('i64.load32_u', frame));
    const code = f.let(f.load('i32.load16_u', frame, 4));
    const image = f.let(f.load('i32.load', frame, 8));
    const level = f.let(f.and(code, f.i32(3)));
    const cpl = f.let(loadField(f, 'cpl'));
    unless(f, f.and(f.geU(level, cpl), f.eqz(has(f, image, flag.vm))));
    const codeDescriptor = requireDescriptor(f, call, code, usual.code32, level, true);
    const flags = newFlags(f, rflags, image, flag.iopl | flag.vif | flag.vip);
    unless(f, loadsQuietly(f, flags));
    const pointer = f.local('i64');
    f.if(f.gtU(level, cpl), () => {
      const outer = f.let(f.call(call(tryReach), f.add(esp, f.i64(12)), f.i32(8 | accessBit.stack)));
      unless(f, outer);
      f.set(pointer, f.load('i64.load32_u', outer));
      const stack = f.let(f.load('i32.load16_u', outer, 4));
      unless(f, f.eq(f.and(stack, f.i32(3)), level));
      const descriptor = requireDescriptor(f, call, stack, usual.stack32, level, true);
      f.perform(call(loadSegment), f.i32(segment.ss), stack, descriptor);
    }, () => f.set(pointer, f.add(esp, f.i64(12))));
    storeField(f, 'cpl', level);
    f.perform(call(loadSegment), f.i32(segment.cs), code, codeDescriptor);
    storeField(f, 'gpr', pointer, gpr.rsp);
    finish(f, call, flags, rip, f.gtU(level, cpl));
    f.drop(f.call(call(deriveState)));
    f.return(f.i32(1));
  },
};

/** The operand tells the operand size. */
export const IRET = semantics('iret', 'r', (b, accumulator) => {
  const { width } = accumulator;
  if (width === 16) {
    b.microcode('iret');
    return;
  }
  // a frame in a device: it sees the time of this instruction
  b.store('instruction', b.recordAddress());
  const done = b.call(width === 64 ? returnLong : returnFlat32, b.flags.read());
  b.f.if(done, () => b.jump(width === 64 ? 64 : 32, b.load('rip')), () => b.microcode('iret'));
});
