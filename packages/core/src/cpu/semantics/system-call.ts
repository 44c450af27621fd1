/**
 * SYSCALL, SYSRET, SYSENTER, SYSEXIT where nothing special is to be done: the common cases of instructions whose whole meaning is microcode
 * (cpu/microcode/syscall.ts), to which these fall back. Reference: SDM vol. 2B and vol. 3A, 5.8.7–5.8.8.
 *
 * The usual case: no single step or breakpoint, not into or out of compatibility mode, and no interrupt that waits for the IF that is loaded.
 */
import type { Expression, FunctionBuilder } from '../../wasm/function.ts';
import { semantics } from '../builder/builder.ts';
import type { Builder, Semantics, Subroutine } from '../builder/builder.ts';
import { loadField, storeField } from '../builder/fields.ts';
import { CODE32, CODE64, STACK, SYSRET_FLAGS } from '../microcode/syscall.ts';
import { modeBit } from '../modes.ts';
import { efer, flag, flagsKind, gpr, segment } from '../state.ts';
import { deriveState, has, settlePrivilege } from './derived-state.ts';
import { isCanonical, storeSegment } from './segment-registers.ts';

const R11 = 11;

export const isLongCode = (f: FunctionBuilder): Expression => f.eq(f.and(loadField(f, 'mode'), f.i32(modeBit.codeSize)), f.i32(2));
/** Protected mode, 32-bit code without a limit, not IA-32e mode. */
export const isFlatCode32 = (f: FunctionBuilder): Expression => {
  const mode = f.let(f.and(loadField(f, 'mode'), f.i32(modeBit.codeSize | modeBit.protected | modeBit.virtual8086)));
  const notLong = f.eqz(f.and(f.wrap(loadField(f, 'efer')), f.i32(efer.lma)));
  return f.and(f.and(f.eq(mode, f.i32(1 | modeBit.protected)), f.eq(loadField(f, 'segmentLimit', segment.cs), f.i32(-1))), notLong);
};
/** While instructions are run one at a time microcode does what is asked for: traps, breakpoints. */
export const isStepping = (f: FunctionBuilder): Expression => loadField(f, 'stepping');

/** RFLAGS, all of it. */
export const storeFlags = (f: FunctionBuilder, value: Expression): void => {
  storeField(f, 'flags', f.or(value, f.i32(2)));
  storeField(f, 'flagsKind', f.i32(flagsKind.eager));
};
/** May RFLAGS be loaded so, without a trap or an interrupt that follows at once? */
export const loadsQuietly = (f: FunctionBuilder, image: Expression): Expression =>
  f.eqz(f.or(has(f, image, flag.tf), f.and(has(f, image, flag.if), f.ne(loadField(f, 'interruptPending'), f.i32(0)))));

const unless = (f: FunctionBuilder, condition: Expression): void => f.if(f.eqz(condition), () => f.return(f.i32(0)));

const loadFlat = (f: FunctionBuilder, code: Expression, stack: Expression, codeAccess: number, level: 0 | 3): void => {
  const dpl = level << 5;
  storeSegment(f, segment.cs, code, f.i64(0), -1, f.i32(codeAccess | dpl));
  storeSegment(f, segment.ss, stack, f.i64(0), -1, f.i32(STACK | dpl));
  storeField(f, 'cpl', f.i32(level));
};
const selector16 = (f: FunctionBuilder, value: Expression): Expression => f.and(value, f.i32(0xffff));

/** (RIP of the next instruction, RFLAGS) -> 1, or 0 where nothing was done. */
const enterByStar: Subroutine = {
  name: 'enterByStar', params: ['i64', 'i32'], results: ['i32'], touches: 'registers',
  build: (f, call) => {
    const [next, rflags] = f.parameters;
    unless(f, f.and(f.and(isLongCode(f), f.eqz(isStepping(f))), has(f, f.wrap(loadField(f, 'efer')), efer.sce)));
    storeField(f, 'gpr', next, gpr.rcx);
    storeField(f, 'gpr', f.extendU(f.and(rflags, f.i32(~flag.rf))), R11);
    const selector = f.let(f.and(f.wrap(f.shrU(loadField(f, 'star'), 32)), f.i32(0xfffc)));
    loadFlat(f, selector, selector16(f, f.add(selector, f.i32(8))), CODE64, 0);
    storeFlags(f, f.and(rflags, f.xor(f.or(f.wrap(loadField(f, 'sfmask')), f.i32(flag.rf)), f.i32(-1))));
    f.perform(call(settlePrivilege));
    f.return(f.i32(1));
  },
};

/** () -> 1 with the target in RCX, or 0. */
const returnByStar: Subroutine = {
  name: 'returnByStar', params: [], results: ['i32'], touches: 'registers',
  build: (f, call) => {
    const image = f.let(f.and(f.wrap(loadField(f, 'gpr', R11)), f.i32(SYSRET_FLAGS)));
    unless(f, f.and(f.and(isLongCode(f), f.eqz(isStepping(f))), f.and(has(f, f.wrap(loadField(f, 'efer')), efer.sce), f.eqz(loadField(f, 'cpl')))));
    unless(f, f.and(loadsQuietly(f, image), isCanonical(f, loadField(f, 'gpr', gpr.rcx))));
    const selector = f.let(f.wrap(f.shrU(loadField(f, 'star'), 48)));
    loadFlat(f, f.or(selector16(f, f.add(selector, f.i32(16))), f.i32(3)), f.or(selector16(f, f.add(selector, f.i32(8))), f.i32(3)), CODE64, 3);
    storeFlags(f, image);
    f.perform(call(settlePrivilege));
    f.return(f.i32(1));
  },
};

const sysenterSelector = (f: FunctionBuilder): Expression => f.let(f.and(f.wrap(loadField(f, 'sysenterCs')), f.i32(0xfffc)));

/** (RFLAGS) -> 1, or 0. */
const enterByMsr: Subroutine = {
  name: 'enterByMsr', params: ['i32'], results: ['i32'], touches: 'registers',
  build: (f, call) => {
    const rflags = f.params[0]!;
    const selector = sysenterSelector(f);
    unless(f, f.and(f.and(isFlatCode32(f), f.eqz(isStepping(f))), f.ne(selector, f.i32(0))));
    loadFlat(f, selector, f.add(selector, f.i32(8)), CODE32, 0);
    storeFlags(f, f.and(rflags, f.i32(~(flag.vm | flag.if | flag.rf))));
    storeField(f, 'gpr', f.and(loadField(f, 'sysenterEsp'), f.i64(0xffff_ffffn)), gpr.rsp);
    f.drop(f.call(call(deriveState)));
    f.return(f.i32(1));
  },
};

/** () -> 1 with the target in EDX, or 0. */
const returnByMsr: Subroutine = {
  name: 'returnByMsr', params: [], results: ['i32'], touches: 'registers',
  build: (f, call) => {
    const selector = sysenterSelector(f);
    unless(f, f.and(f.and(isFlatCode32(f), f.eqz(isStepping(f))), f.and(f.ne(selector, f.i32(0)), f.eqz(loadField(f, 'cpl')))));
    // IF stays as it is, and was looked at
    const code = f.let(f.or(f.add(selector, f.i32(16)), f.i32(3)));
    loadFlat(f, code, f.or(f.add(selector, f.i32(24)), f.i32(3)), CODE32, 3);
    storeField(f, 'gpr', f.and(loadField(f, 'gpr', gpr.rcx), f.i64(0xffff_ffffn)), gpr.rsp);
    f.drop(f.call(call(deriveState)));
    f.return(f.i32(1));
  },
};

const orMicrocode = (b: Builder, name: string, done: Expression, width: 32 | 64, rip: () => Expression): void =>
  b.f.if(done, () => b.jump(width, rip()), () => b.microcode(name));

export const SYSCALL = semantics('syscall', '', (b) => orMicrocode(b, 'syscall', b.call(enterByStar, b.nextRip(), b.flags.read()), 64, () => b.load('lstar')));

/** The operand tells the operand size: without REX.W it returns to compatibility mode. */
export const SYSRET: Semantics = semantics('sysret', 'r', (b, accumulator) => {
  if (accumulator.width === 64) orMicrocode(b, 'sysret', b.call(returnByStar), 64, () => b.load('gpr', gpr.rcx));
  else b.microcode('sysret');
});

export const SYSENTER = semantics('sysenter', '', (b) => orMicrocode(b, 'sysenter', b.call(enterByMsr, b.flags.read()), 32, () => b.load('sysenterEip')));

export const SYSEXIT = semantics('sysexit', 'r', (b, accumulator) => {
  if (accumulator.width === 64) b.microcode('sysexit');
  else orMicrocode(b, 'sysexit', b.call(returnByMsr), 32, () => b.load('gpr', gpr.rdx));
});
