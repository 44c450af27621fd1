/**
 * The escape opcodes D8–DF: SDM vol. 2D, tables. Register forms that the tables leave blank but hardware executes as aliases are here as well
 * (AMD APM vol. 3, appendix A: FCOM, FCOMP, FXCH, FSTP; FFREEP).
 * Not here because nothing executes them any more: FRSTPM (DB E5) is #UD.
 */
import {
  FABS, FCHS, FCOM, FCOMI, FCOMIP, FCOMP, FCOMPP, FPREM, FPREM1, FRNDINT, FSCALE, FSQRT, FTST, FUCOM, FUCOMI, FUCOMIP, FUCOMP, FUCOMPP, FXAM, FXTRACT, memoryArithmetic, toRegister, toTop,
} from '../semantics/x87-arithmetic.ts';
import { FDECSTP, FFREE, FFREEP, FINCSTP, FLDCW, FNCLEX, FNIGNORED, FNINIT, FNOP, FNSTCW, FNSTSW, FNSTSW_AX } from '../semantics/x87-control.ts';
import type { MemoryFormat } from '../semantics/x87-normal.ts';
import {
  conditionalMoves, FBLD, FBSTP, FISTP_16, FISTP_32, FISTP_64, FISTTP_16, FISTTP_32, FISTTP_64, FIST_16, FIST_32, FLD1, FLDL2E, FLDL2T, FLDLG2, FLDLN2, FLDPI, FLDZ, FLD_EXTENDED, FLD_REGISTER,
  FSTP_F32, FSTP_F64, FSTP_F80, FSTP_NO_CHECK, FSTP_REGISTER, FST_F32, FST_F64, FST_REGISTER, FXCH, loading,
} from '../semantics/x87-transfer.ts';
import type { Semantics } from '../builder/builder.ts';
import { byForm, group, micro, named, row } from './row.ts';
import type { Entry, Group, OpcodeMap } from './row.ts';

const x87 = { unit: 'x87' } as const;
const memory = (s: Semantics, operand: string): Entry => row(s, operand, x87);
/** With ST(i). */
const st = (s: Semantics): Entry => row(s, 'Ft', x87);
/** The same with ST(i) as its destination. */
const to = (s: Semantics): Entry => row(s, 'Ft', { ...x87, mnemonic: `${s.name} to` });
const alone = (s: Semantics): Entry => row(s, '', x87);
/** Of the 8087 and the 80287: they do nothing any more. */
const ignored = (name: string): Entry => row(FNIGNORED, '', { ...x87, mnemonic: name });
const cold = (name: string): Entry => micro(name, '', x87);
/** Eight encodings by ModRM.rm. */
const eight = (...entries: (Entry | undefined)[]): Entry => byForm({ register: entries });

const arithmetic = (format: MemoryFormat, operand: string): Group => group(...[0, 1, 2, 3, 4, 5, 6, 7].map((reg) => memory(memoryArithmetic(reg, format), operand)));
const [b, e, be, u, nb, ne, nbe, nu] = conditionalMoves as [Semantics, Semantics, Semantics, Semantics, Semantics, Semantics, Semantics, Semantics];

export const x87Map: OpcodeMap = {
  0xd8: byForm({
    memory: arithmetic('f32', 'Md'),
    register: group(st(toTop(0)), st(toTop(1)), st(FCOM), st(FCOMP), st(toTop(4)), st(toTop(5)), st(toTop(6)), st(toTop(7))),
  }),
  0xd9: byForm({
    memory: group(
      memory(loading('f32'), 'Md'), undefined, memory(FST_F32, 'Md'), memory(FSTP_F32, 'Md'), micro('fldenv', 'Ms', x87), memory(FLDCW, 'Mw'), micro('fnstenv', 'Ms', x87), memory(FNSTCW, 'Mw'),
    ),
    register: group(
      st(FLD_REGISTER), st(FXCH), eight(alone(FNOP)), st(FSTP_NO_CHECK),
      eight(alone(FCHS), alone(FABS), undefined, undefined, alone(FTST), alone(FXAM)),
      eight(alone(FLD1), alone(FLDL2T), alone(FLDL2E), alone(FLDPI), alone(FLDLG2), alone(FLDLN2), alone(FLDZ)),
      eight(cold('f2xm1'), cold('fyl2x'), cold('fptan'), cold('fpatan'), alone(FXTRACT), alone(FPREM1), alone(FDECSTP), alone(FINCSTP)),
      eight(alone(FPREM), cold('fyl2xp1'), alone(FSQRT), cold('fsincos'), alone(FRNDINT), alone(FSCALE), cold('fsin'), cold('fcos')),
    ),
  }),
  0xda: byForm({
    memory: arithmetic('i32', 'Md'),
    register: group(st(b), st(e), st(be), st(u), undefined, eight(undefined, alone(FUCOMPP))),
  }),
  0xdb: byForm({
    memory: group(
      memory(loading('i32'), 'Md'), memory(FISTTP_32, 'Md'), memory(FIST_32, 'Md'), memory(FISTP_32, 'Md'), undefined, memory(FLD_EXTENDED, 'Mt'), undefined, memory(FSTP_F80, 'Mt'),
    ),
    register: group(
      st(nb), st(ne), st(nbe), st(nu), eight(ignored('fneni'), ignored('fndisi'), alone(FNCLEX), alone(FNINIT), ignored('fnsetpm')), st(FUCOMI), st(FCOMI), undefined,
    ),
  }),
  0xdc: byForm({
    memory: arithmetic('f64', 'Mq'),
    register: group(to(toRegister(0, 0)), to(toRegister(1, 0)), st(FCOM), st(FCOMP), to(toRegister(4, 0)), to(toRegister(5, 0)), to(toRegister(6, 0)), to(toRegister(7, 0))),
  }),
  0xdd: byForm({
    memory: group(
      memory(loading('f64'), 'Mq'), memory(FISTTP_64, 'Mq'), memory(FST_F64, 'Mq'), memory(FSTP_F64, 'Mq'), micro('frstor', 'Ms', x87), undefined, micro('fnsave', 'Ms', x87), memory(FNSTSW, 'Mw'),
    ),
    register: group(st(FFREE), st(FXCH), st(FST_REGISTER), st(FSTP_REGISTER), st(FUCOM), st(FUCOMP)),
  }),
  0xde: byForm({
    memory: arithmetic('i16', 'Mw'),
    register: group(
      st(toRegister(0, 1)), st(toRegister(1, 1)), st(FCOMP), eight(undefined, alone(FCOMPP)), st(toRegister(4, 1)), st(toRegister(5, 1)), st(toRegister(6, 1)), st(toRegister(7, 1)),
    ),
  }),
  0xdf: byForm({
    memory: group(
      memory(loading('i16'), 'Mw'), memory(FISTTP_16, 'Mw'), memory(FIST_16, 'Mw'), memory(FISTP_16, 'Mw'), memory(FBLD, 'Mt'), memory(loading('i64'), 'Mq'), memory(FBSTP, 'Mt'), memory(FISTP_64, 'Mq'),
    ),
    register: group(st(FFREEP), st(FXCH), st(FSTP_REGISTER), st(FSTP_REGISTER), eight(row(FNSTSW_AX, '', { ...x87, ...named('fnstsw', 'ax') })), st(FUCOMIP), st(FCOMIP)),
  }),
};
