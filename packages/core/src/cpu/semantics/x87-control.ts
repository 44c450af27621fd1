/**
 * x87 control: FLDCW, FNSTCW, FNSTSW, FNCLEX, FNINIT, FFREE, FFREEP, FINCSTP, FDECSTP, FNOP, FWAIT, and FNENI, FNDISI, FNSETPM, which do nothing since the 387
 * (SDM vol. 1, 8.1.3–8.1.7; vol. 2A). Instructions whose name begins with FN do not look for pending exceptions.
 */
import type { Expression } from '../../wasm/function.ts';
import { semantics } from '../builder/builder.ts';
import type { Builder, Subroutine } from '../builder/builder.ts';
import { gpr } from '../state.ts';
import { begin, free, physical, rotate, statusBit, updateStatus, wait } from './x87-stack.ts';

/** Bits of the control word that exist; bit 6 reads as 1. */
const CONTROL_BITS = 0x1f3f;
const CONTROL_ALWAYS = 0x40;
const INITIAL_CONTROL = 0x37f;

/** ES and B say whether an exception flag is set that is not masked: they follow a new control word. */
const summarise = (b: Builder): void => {
  const { f } = b;
  const control = f.xor(b.load('fpuControl'), f.i32(-1));
  const status = b.load('fpuStatus');
  const pending = f.and(f.and(status, control), f.i32(statusBit.flags));
  const summary = f.select(pending, f.i32(statusBit.errorSummary | statusBit.busy), f.i32(0));
  b.store('fpuStatus', f.or(f.and(status, f.i32(0xffff & ~(statusBit.errorSummary | statusBit.busy))), summary));
};

export const FLDCW = semantics('fldcw', 'r', (b, source) => {
  wait(b);
  const { f } = b;
  b.store('fpuControl', f.or(f.and(source!.read(), f.i32(CONTROL_BITS)), f.i32(CONTROL_ALWAYS)));
  summarise(b);
});
export const FNSTCW = semantics('fnstcw', 'w', (b, target) => target!.write(b.load('fpuControl')));
export const FNSTSW = semantics('fnstsw', 'w', (b, target) => target!.write(b.load('fpuStatus')));
export const FNSTSW_AX = semantics('fnstsw', '', (b) => b.writeRegister(gpr.rax, 16, b.load('fpuStatus')));
export const FNCLEX = semantics('fnclex', '', (b) =>
  b.store('fpuStatus', b.f.and(b.load('fpuStatus'), b.f.i32(0xffff & ~(statusBit.flags | statusBit.stackFault | statusBit.errorSummary | statusBit.busy)))));
export const FNINIT = semantics('fninit', '', (b) => {
  const { f } = b;
  b.store('fpuControl', f.i32(INITIAL_CONTROL));
  b.store('fpuStatus', f.i32(0));
  b.store('fpuTag', f.i32(0xffff));
  b.store('fpuOpcode', f.i32(0));
  b.store('fpuIp', f.i64(0));
  b.store('fpuDp', f.i64(0));
  b.store('fpuCs', f.i32(0));
  b.store('fpuDs', f.i32(0));
});
export const FNOP = semantics('fnop', '', begin);
/** Answered as FNOP, but without waiting. */
export const FNIGNORED = semantics('fnsetpm', '', () => {});
export const FWAIT = semantics('fwait', '', wait);

/** (i, pops). */
const freeRegister: Subroutine = {
  name: 'x87Free', params: ['i32', 'i32'], results: [],
  build: (f) => {
    free(f, physical(f, f.params[0]!));
    updateStatus(f, statusBit.c1, f.i32(0));
    f.if(f.params[1]!, () => {
      free(f, physical(f, 0));
      rotate(f, 1);
    });
  },
};
const freeing = (name: string, pops: 0 | 1): ReturnType<typeof semantics> => semantics(name, 'r', (b, register) => {
  begin(b);
  const i: Expression = register!.read();
  b.perform(freeRegister, i, b.f.i32(pops));
});
export const FFREE = freeing('ffree', 0);
export const FFREEP = freeing('ffreep', 1);

const turn = (name: string, by: 1 | -1): ReturnType<typeof semantics> => semantics(name, '', (b) => {
  begin(b);
  rotate(b.f, by);
  updateStatus(b.f, statusBit.c1, b.f.i32(0));
});
export const FINCSTP = turn('fincstp', 1);
export const FDECSTP = turn('fdecstp', -1);
