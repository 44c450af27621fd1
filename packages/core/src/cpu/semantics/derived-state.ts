/**
 * What follows from the control registers, CS, SS, CPL and RFLAGS: the mode word (cpu/modes.ts), how code addresses are made and tagged, and which data TLB is
 * in force. Whoever changes one of these calls `deriveState`, in TypeScript as `Cpu.stateChanged`; an instruction that changes no more than CPL and
 * RFLAGS within one code size, `settlePrivilege`.
 */
import { CODE_TLB_SLOT, TLB_BASE, TLB_SET_BYTES, tlbSet } from '../../memory/layout.ts';
import type { Expression, FunctionBuilder } from '../../wasm/function.ts';
import type { Subroutine } from '../builder/builder.ts';
import { loadField, storeField } from '../builder/fields.ts';
import { codeTag, flatSegment, modeBit } from '../modes.ts';
import { cr0, cr4, efer, flag, segment, segmentRight } from '../state.ts';

export const has = (f: FunctionBuilder, value: Expression, bits: number): Expression => f.ne(f.and(value, f.i32(bits)), f.i32(0));
/** `to` if all of `value` that counts is there: a bit moved to another place. */
const bitWhen = (f: FunctionBuilder, condition: Expression, to: number): Expression => f.select(condition, f.i32(to), f.i32(0));
const low = (f: FunctionBuilder, field: 'cr0' | 'cr4' | 'efer'): Expression => f.wrap(loadField(f, field));

/** A readable and writable segment of 4 GiB that grows up. */
const isFlat = (f: FunctionBuilder, n: number): Expression => {
  const wanted = segmentRight.present | segmentRight.segment | segmentRight.writable;
  const rights = f.and(loadField(f, 'segmentAccess', n), f.i32(wanted | segmentRight.expandDown | segmentRight.code));
  return f.and(f.eq(rights, f.i32(wanted)), f.eq(loadField(f, 'segmentLimit', n), f.i32(-1)));
};

const isUser = (f: FunctionBuilder): Expression => f.eq(loadField(f, 'cpl'), f.i32(3));

/** DR7 enables a breakpoint on data: of type 1 or 3, whose low bit is set (SDM vol. 3B, 17.2.4). */
const watchesData = (f: FunctionBuilder, dr7: Expression): Expression => {
  const some = f.local('i32');
  f.set(some, f.i32(0));
  for (let n = 0; n < 4; n++) f.set(some, f.or(some, f.and(has(f, dr7, 3 << (2 * n)), has(f, dr7, 1 << (16 + 4 * n)))));
  return some;
};

/** CPL or RFLAGS.AC changed: the privilege in the code TLB's tag, and the data TLB in force (memory/layout.ts). */
export const settlePrivilege: Subroutine = {
  name: 'settlePrivilege', params: [], results: [],
  build: (f) => {
    const user = f.let(isUser(f));
    const tag = f.let(f.or(f.and(loadField(f, 'codeTag'), f.i64(~BigInt(codeTag.user))), f.extendU(user)));
    storeField(f, 'codeTag', tag);
    storeField(f, 'jumpKey', f.xor(f.shl(tag, 52), f.and(tag, f.i64(~0xfffn))));
    const set = f.local('i32');
    f.set(set, f.select(user, f.i32(tlbSet.user), f.i32(tlbSet.supervisor)));
    f.if(has(f, loadField(f, 'flags'), flag.ac), () => {
      f.if(user, () => f.if(has(f, low(f, 'cr0'), cr0.am), () => f.set(set, f.i32(tlbSet.unfilled))), () => {
        f.if(has(f, low(f, 'cr4'), cr4.smap), () => f.set(set, f.i32(tlbSet.supervisorUserAccess)));
      });
    });
    const dr7 = f.let(f.wrap(loadField(f, 'dr', 7)));
    f.if(has(f, dr7, 0xff), () => f.if(watchesData(f, dr7), () => f.set(set, f.i32(tlbSet.unfilled))));
    storeField(f, 'tlb', f.add(f.mul(set, f.i32(TLB_SET_BYTES)), f.i32(TLB_BASE)));
  },
};

const computeMode = (f: FunctionBuilder, long: Expression): Expression => {
  const mode = f.local('i32');
  const add = (bits: Expression): void => f.set(mode, f.or(mode, bits));
  const virtual8086 = f.let(has(f, loadField(f, 'flags'), flag.vm));
  const big = f.and(has(f, loadField(f, 'segmentAccess', segment.cs), segmentRight.big), f.eqz(virtual8086));
  f.set(mode, f.select(long, f.i32(2), big));
  const controls = f.let(low(f, 'cr0'));
  add(bitWhen(f, has(f, controls, cr0.pe), modeBit.protected));
  add(bitWhen(f, virtual8086, modeBit.virtual8086));
  f.if(f.eqz(long), () => {
    for (let n = 0; n < 6; n++) add(bitWhen(f, isFlat(f, n), flatSegment(n)));
    const hasBase0 = (n: number): Expression => f.and(has(f, mode, flatSegment(n)), f.eqz(loadField(f, 'segmentBase', n)));
    add(bitWhen(f, hasBase0(segment.es), modeBit.zeroBaseEs));
    add(bitWhen(f, hasBase0(segment.ds), modeBit.zeroBaseDs));
    f.if(has(f, loadField(f, 'segmentAccess', segment.ss), segmentRight.big), () => {
      add(f.i32(modeBit.stack32));
      add(bitWhen(f, hasBase0(segment.ss), modeBit.flatStack32));
    });
  });
  add(bitWhen(f, has(f, controls, cr0.ts), modeBit.taskSwitched));
  add(bitWhen(f, has(f, controls, cr0.em), modeBit.emulation));
  add(bitWhen(f, has(f, controls, cr0.mp), modeBit.monitorCoprocessor));
  const extensions = f.let(low(f, 'cr4'));
  add(bitWhen(f, has(f, extensions, cr4.osfxsr), modeBit.osfxsr));
  add(bitWhen(f, f.and(has(f, extensions, cr4.osxsave), f.eq(f.and(loadField(f, 'xcr0'), f.i64(6)), f.i64(6))), modeBit.avx));
  return mode;
};

/** See the head of the file. Returns the mode word. */
export const deriveState: Subroutine = {
  name: 'deriveState', params: [], results: ['i32'],
  build: (f, call) => {
    const long = f.let(f.and(has(f, low(f, 'efer'), efer.lma), has(f, loadField(f, 'segmentAccess', segment.cs), segmentRight.long)));
    const mode = computeMode(f, long);
    storeField(f, 'mode', mode);
    storeField(f, 'codeBase', f.select(long, f.i64(0), loadField(f, 'segmentBase', segment.cs)));
    storeField(f, 'codeMask', f.select(long, f.i64(-1), f.i64(0xffff_ffffn)));
    const part = (bits: number): Expression => f.and(mode, f.i32(bits));
    const inLow = f.or(f.shl(part(codeTag.lowMode), codeTag.lowShift), f.shrU(part(codeTag.controls), codeTag.controlsDown));
    const above = f.or(f.shl(f.extendU(part(codeTag.segments)), codeTag.segmentsShift), f.shl(f.extendU(part(codeTag.bases)), codeTag.basesShift));
    storeField(f, 'codeTag', f.or(f.extendU(inLow), above));
    storeField(f, 'codeSlot', f.select(part(flatSegment(segment.fs)), f.i32(CODE_TLB_SLOT), f.i32(0)));
    f.perform(call(settlePrivilege));
    f.return(mode);
  },
};
