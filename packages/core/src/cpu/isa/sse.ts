/**
 * MMX and SSE to SSE4a in the two-byte opcode map (SDM vol. 2D, table A-3 and groups 12–15; AMD APM vol. 3 for SSE4a).
 * The mandatory prefix selects: none is MMX or packed single, 66 packed integers or double, F3 scalar single, F2 scalar double.
 */
import type { Semantics } from '../builder/builder.ts';
import { emms, withMmx } from '../semantics/mmx.ts';
import { convert } from '../semantics/sse-convert.ts';
import { FXRSTOR, FXSAVE, XRSTOR, XSAVE, XSAVEOPT } from '../semantics/extended-state.ts';
import { float } from '../semantics/sse-float.ts';
import { integer } from '../semantics/sse-integer.ts';
import { move } from '../semantics/sse-move.ts';
import { lanes } from '../semantics/sse-shuffle.ts';
import { RDFSBASE, RDGSBASE, WRFSBASE, WRGSBASE } from '../semantics/system.ts';
import { byForm, byPrefix, group, micro, named, row } from './row.ts';
import type { Entry, OpcodeMap, RowOptions, SemanticRow } from './row.ts';

export const xmmRow = (semantics: Semantics, operands: string, options: RowOptions = {}): SemanticRow => row(semantics, operands, { unit: 'sse', ignore66: true, ...options });
export const mmxRow = (semantics: Semantics, operands: string, options: RowOptions = {}): SemanticRow => row(withMmx(semantics), operands, { unit: 'mmx', ignore66: true, ...options });
/** SSE instructions one of whose operands is an MMX register. */
const mixedRow = (semantics: Semantics, operands: string, registerFormOnly = false): SemanticRow =>
  row(withMmx(semantics, registerFormOnly), operands, { unit: 'sse', ignore66: true });

/** The same on MMX registers and, with 66, on XMM registers. */
export const mmxAndXmm = (semantics: Semantics, options: RowOptions = {}): Entry =>
  byPrefix({ none: mmxRow(semantics, 'Pq Qq', options), p66: xmmRow(semantics, 'Vx Wx', options) });
/** Packed singles, and packed doubles with 66. */
const packedPair = (ps: Semantics, pd: Semantics, operands = 'Vx Wx', options: RowOptions = {}): Entry =>
  byPrefix({ none: xmmRow(ps, operands, options), p66: xmmRow(pd, operands, options) });
/** Packed and scalar, single and double. */
const arithmetic = (ps: Semantics, pd: Semantics, ss: Semantics, sd: Semantics, immediate = ''): Entry => byPrefix({
  none: xmmRow(ps, `Vx Wx${immediate}`), p66: xmmRow(pd, `Vx Wx${immediate}`), f3: xmmRow(ss, `Vd Wd${immediate}`), f2: xmmRow(sd, `Vq Wq${immediate}`),
});

const memory = { form: 'memory' } as const;
const register = { form: 'register' } as const;
const sse3 = { feature: 'sse3' } as const;
const sse4a = { feature: 'sse4a' } as const;

/** An operation of groups 12–14, which shift a register by an immediate. */
const shiftRow = (semantics: Semantics): Entry => byPrefix({ none: mmxRow(semantics, 'Nq Ib', register), p66: xmmRow(semantics, 'Ux Ib', register) });
const shiftXmm = (semantics: Semantics): Entry => byPrefix({ p66: xmmRow(semantics, 'Ux Ib', register) });

/** Loads of a scalar clear the rest of the register; moves between registers keep it. */
const loadScalar = (betweenRegisters: Semantics, load: Semantics, size: 'd' | 'q'): Entry =>
  byForm({ register: xmmRow(betweenRegisters, `V${size} U${size}`), memory: xmmRow(load, `Vx M${size}`) });

/** REX.W changes the layout of the x87 pointers. */
const with64 = (name: string): RowOptions => ({ mnemonic: `${name}/${name}/${name}64` });
/** MOVD, which REX.W makes MOVQ. */
const movd = { mnemonic: 'movd/movd/movq' } as const;

const group15: Entry = byPrefix({
  none: byForm({
    memory: group(
      row(FXSAVE, 'Ms', with64('fxsave')), row(FXRSTOR, 'Ms', with64('fxrstor')), micro('ldmxcsr', 'Md', { unit: 'sse' }), micro('stmxcsr', 'Md', { unit: 'sse' }),
      row(XSAVE, 'Ms', { feature: 'xsave', ...with64('xsave') }), row(XRSTOR, 'Ms', { feature: 'xsave', ...with64('xrstor') }), row(XSAVEOPT, 'Ms', { feature: 'xsaveopt', ...with64('xsaveopt') }), micro('clflush', 'Mb'),
    ),
    register: group(undefined, undefined, undefined, undefined, undefined, row(move.lfence, ''), row(move.mfence, ''), row(move.sfence, '')),
  }),
  p66: byForm({ memory: group(undefined, undefined, undefined, undefined, undefined, undefined, micro('clflush', 'Mb', { feature: 'clwb', mnemonic: 'clwb' }), micro('clflush', 'Mb', { feature: 'clflushopt', mnemonic: 'clflushopt' })) }),
  f3: byForm({
    register: group(
      row(RDFSBASE, 'Ry', { feature: 'fsgsbase', only64: true }), row(RDGSBASE, 'Ry', { feature: 'fsgsbase', only64: true }),
      row(WRFSBASE, 'Ry', { feature: 'fsgsbase', only64: true }), row(WRGSBASE, 'Ry', { feature: 'fsgsbase', only64: true }),
    ),
  }),
});

export const sse0f: OpcodeMap = {
  0x10: byPrefix({ none: xmmRow(move.movups, 'Vx Wx'), p66: xmmRow(move.movupd, 'Vx Wx'), f3: loadScalar(move.movss, move.movssLoad, 'd'), f2: loadScalar(move.movsd, move.movsdLoad, 'q') }),
  0x11: byPrefix({
    none: xmmRow(move.movups, 'Wx Vx'), p66: xmmRow(move.movupd, 'Wx Vx'), f3: xmmRow(move.movss, 'Wd Vd'), f2: xmmRow(move.movsd, 'Wq Vq'),
  }),
  0x12: byPrefix({
    none: byForm({ register: xmmRow(move.movhlps, 'Vq Ux'), memory: xmmRow(move.movlps, 'Vq Mq') }), p66: xmmRow(move.movlpd, 'Vq Mq', memory),
    f3: xmmRow(move.movsldup, 'Vx Wx', sse3), f2: xmmRow(move.movddup, 'Vx Wq', sse3),
  }),
  0x13: packedPair(move.movlps, move.movlpd, 'Mq Vq', memory),
  0x14: packedPair(lanes.unpcklps, lanes.unpcklpd), 0x15: packedPair(lanes.unpckhps, lanes.unpckhpd),
  0x16: byPrefix({
    none: byForm({ register: xmmRow(move.movlhps, 'Vx Uq'), memory: xmmRow(move.movhps, 'Vx Mq') }), p66: xmmRow(move.movhpd, 'Vx Mq', memory),
    f3: xmmRow(move.movshdup, 'Vx Wx', sse3),
  }),
  0x17: packedPair(move.movhpsStore, move.movhpdStore, 'Mq Vx', memory),
  0x28: packedPair(move.movaps, move.movapd), 0x29: packedPair(move.movaps, move.movapd, 'Wx Vx'),
  0x2a: byPrefix({ none: mixedRow(convert.cvtpi2ps, 'Vq Qq', true), p66: mixedRow(convert.cvtpi2pd, 'Vx Qq', true), f3: xmmRow(convert.cvtsi2ss, 'Vd Ey'), f2: xmmRow(convert.cvtsi2sd, 'Vq Ey') }),
  0x2b: byPrefix({
    none: xmmRow(move.movntps, 'Mx Vx', memory), p66: xmmRow(move.movntpd, 'Mx Vx', memory),
    f3: xmmRow(move.movntss, 'Md Vd', { ...memory, ...sse4a }), f2: xmmRow(move.movntsd, 'Mq Vq', { ...memory, ...sse4a }),
  }),
  0x2c: byPrefix({ none: mixedRow(convert.cvttps2pi, 'Pq Wq'), p66: mixedRow(convert.cvttpd2pi, 'Pq Wx'), f3: xmmRow(convert.cvttss2si, 'Gy Wd'), f2: xmmRow(convert.cvttsd2si, 'Gy Wq') }),
  0x2d: byPrefix({ none: mixedRow(convert.cvtps2pi, 'Pq Wq'), p66: mixedRow(convert.cvtpd2pi, 'Pq Wx'), f3: xmmRow(convert.cvtss2si, 'Gy Wd'), f2: xmmRow(convert.cvtsd2si, 'Gy Wq') }),
  0x2e: byPrefix({ none: xmmRow(float.ucomiss, 'Vd Wd'), p66: xmmRow(float.ucomisd, 'Vq Wq') }), 0x2f: byPrefix({ none: xmmRow(float.comiss, 'Vd Wd'), p66: xmmRow(float.comisd, 'Vq Wq') }),
  0x50: packedPair(move.movmskps, move.movmskpd, 'Gd Ux', register),
  0x51: arithmetic(float.sqrtps, float.sqrtpd, float.sqrtss, float.sqrtsd),
  0x52: byPrefix({ none: xmmRow(float.rsqrtps, 'Vx Wx'), f3: xmmRow(float.rsqrtss, 'Vd Wd') }), 0x53: byPrefix({ none: xmmRow(float.rcpps, 'Vx Wx'), f3: xmmRow(float.rcpss, 'Vd Wd') }),
  0x54: packedPair(integer.andps, integer.andpd), 0x55: packedPair(integer.andnps, integer.andnpd), 0x56: packedPair(integer.orps, integer.orpd), 0x57: packedPair(integer.xorps, integer.xorpd),
  0x58: arithmetic(float.addps, float.addpd, float.addss, float.addsd), 0x59: arithmetic(float.mulps, float.mulpd, float.mulss, float.mulsd),
  0x5a: byPrefix({ none: xmmRow(convert.cvtps2pd, 'Vx Wq'), p66: xmmRow(convert.cvtpd2ps, 'Vx Wx'), f3: xmmRow(convert.cvtss2sd, 'Vq Wd'), f2: xmmRow(convert.cvtsd2ss, 'Vd Wq') }),
  0x5b: byPrefix({ none: xmmRow(convert.cvtdq2ps, 'Vx Wx'), p66: xmmRow(convert.cvtps2dq, 'Vx Wx'), f3: xmmRow(convert.cvttps2dq, 'Vx Wx') }),
  0x5c: arithmetic(float.subps, float.subpd, float.subss, float.subsd), 0x5d: arithmetic(float.minps, float.minpd, float.minss, float.minsd),
  0x5e: arithmetic(float.divps, float.divpd, float.divss, float.divsd), 0x5f: arithmetic(float.maxps, float.maxpd, float.maxss, float.maxsd),

  0x60: byPrefix({ none: mmxRow(lanes.punpcklbw, 'Pq Qd'), p66: xmmRow(lanes.punpcklbw, 'Vx Wx') }), 0x61: byPrefix({ none: mmxRow(lanes.punpcklwd, 'Pq Qd'), p66: xmmRow(lanes.punpcklwd, 'Vx Wx') }),
  0x62: byPrefix({ none: mmxRow(lanes.punpckldq, 'Pq Qd'), p66: xmmRow(lanes.punpckldq, 'Vx Wx') }),
  0x63: mmxAndXmm(integer.packsswb), 0x64: mmxAndXmm(integer.pcmpgtb), 0x65: mmxAndXmm(integer.pcmpgtw), 0x66: mmxAndXmm(integer.pcmpgtd), 0x67: mmxAndXmm(integer.packuswb),
  0x68: mmxAndXmm(lanes.punpckhbw), 0x69: mmxAndXmm(lanes.punpckhwd), 0x6a: mmxAndXmm(lanes.punpckhdq), 0x6b: mmxAndXmm(integer.packssdw),
  0x6c: byPrefix({ p66: xmmRow(lanes.punpcklqdq, 'Vx Wx') }), 0x6d: byPrefix({ p66: xmmRow(lanes.punpckhqdq, 'Vx Wx') }),
  0x6e: byPrefix({ none: mmxRow(move.movdMmx, 'Pq Ey', movd), p66: xmmRow(move.movd, 'Vx Ey', movd) }),
  0x6f: byPrefix({ none: mmxRow(move.movq, 'Pq Qq'), p66: xmmRow(move.movdqa, 'Vx Wx'), f3: xmmRow(move.movdqu, 'Vx Wx') }),
  0x70: byPrefix({ none: mmxRow(lanes.pshufw, 'Pq Qq Ib'), p66: xmmRow(lanes.pshufd, 'Vx Wx Ib'), f3: xmmRow(lanes.pshufhw, 'Vx Wx Ib'), f2: xmmRow(lanes.pshuflw, 'Vx Wx Ib') }),
  0x71: group(undefined, undefined, shiftRow(integer.psrlw), undefined, shiftRow(integer.psraw), undefined, shiftRow(integer.psllw)),
  0x72: group(undefined, undefined, shiftRow(integer.psrld), undefined, shiftRow(integer.psrad), undefined, shiftRow(integer.pslld)),
  0x73: group(undefined, undefined, shiftRow(integer.psrlq), shiftXmm(integer.psrldq), undefined, undefined, shiftRow(integer.psllq), shiftXmm(integer.pslldq)),
  0x74: mmxAndXmm(integer.pcmpeqb), 0x75: mmxAndXmm(integer.pcmpeqw), 0x76: mmxAndXmm(integer.pcmpeqd), 0x77: byPrefix({ none: row(emms, '', { unit: 'mmx' }) }),
  0x78: byPrefix({ p66: group(xmmRow(lanes.extrqImmediate, 'Ux Iw', { ...register, ...sse4a, ...named('extrq', 'Ux Ib2') })), f2: xmmRow(lanes.insertqImmediate, 'Vx Ux Iw', { ...register, ...sse4a, ...named('insertq', 'Vx Ux Ib2') }) }),
  0x79: byPrefix({ p66: xmmRow(lanes.extrq, 'Vx Ux', { ...register, ...sse4a }), f2: xmmRow(lanes.insertq, 'Vx Ux', { ...register, ...sse4a }) }),
  0x7c: byPrefix({ p66: xmmRow(float.haddpd, 'Vx Wx', sse3), f2: xmmRow(float.haddps, 'Vx Wx', sse3) }), 0x7d: byPrefix({ p66: xmmRow(float.hsubpd, 'Vx Wx', sse3), f2: xmmRow(float.hsubps, 'Vx Wx', sse3) }),
  0x7e: byPrefix({ none: mmxRow(move.movdMmxStore, 'Ey Pq', movd), p66: xmmRow(move.movdStore, 'Ey Vx', movd), f3: xmmRow(move.movqLoad, 'Vx Wq') }),
  0x7f: byPrefix({ none: mmxRow(move.movq, 'Qq Pq'), p66: xmmRow(move.movdqa, 'Wx Vx'), f3: xmmRow(move.movdqu, 'Wx Vx') }),
  0xae: group15,

  0xc2: arithmetic(float.cmpps, float.cmppd, float.cmpss, float.cmpsd, ' Ib'),
  0xc3: byPrefix({ none: row(move.movnti, 'My Gy', memory) }),
  0xc4: byPrefix({
    none: byForm({ register: mmxRow(lanes.pinsrw, 'Pq Rd Ib'), memory: mmxRow(lanes.pinsrw, 'Pq Mw Ib') }), p66: byForm({ register: xmmRow(lanes.pinsrw, 'Vx Rd Ib'), memory: xmmRow(lanes.pinsrw, 'Vx Mw Ib') }),
  }),
  0xc5: byPrefix({ none: mmxRow(lanes.pextrw, 'Gd Nq Ib', register), p66: xmmRow(lanes.pextrw, 'Gd Ux Ib', register) }),
  0xc6: packedPair(lanes.shufps, lanes.shufpd, 'Vx Wx Ib'),

  0xd0: byPrefix({ p66: xmmRow(float.addsubpd, 'Vx Wx', sse3), f2: xmmRow(float.addsubps, 'Vx Wx', sse3) }),
  0xd1: mmxAndXmm(integer.psrlw), 0xd2: mmxAndXmm(integer.psrld), 0xd3: mmxAndXmm(integer.psrlq), 0xd4: mmxAndXmm(integer.paddq), 0xd5: mmxAndXmm(integer.pmullw),
  0xd6: byPrefix({
    p66: byForm({ register: xmmRow(move.movqLoad, 'Ux Vq'), memory: xmmRow(move.movq, 'Mq Vq') }),
    f3: mixedRow(move.movq2dq, 'Vx Nq'), f2: mixedRow(move.movdq2q, 'Pq Uq'),
  }),
  0xd7: byPrefix({ none: mmxRow(move.pmovmskbMmx, 'Gd Nq', register), p66: xmmRow(move.pmovmskb, 'Gd Ux', register) }),
  0xd8: mmxAndXmm(integer.psubusb), 0xd9: mmxAndXmm(integer.psubusw), 0xda: mmxAndXmm(integer.pminub), 0xdb: mmxAndXmm(integer.pand),
  0xdc: mmxAndXmm(integer.paddusb), 0xdd: mmxAndXmm(integer.paddusw), 0xde: mmxAndXmm(integer.pmaxub), 0xdf: mmxAndXmm(integer.pandn),
  0xe0: mmxAndXmm(integer.pavgb), 0xe1: mmxAndXmm(integer.psraw), 0xe2: mmxAndXmm(integer.psrad), 0xe3: mmxAndXmm(integer.pavgw), 0xe4: mmxAndXmm(integer.pmulhuw), 0xe5: mmxAndXmm(integer.pmulhw),
  0xe6: byPrefix({ p66: xmmRow(convert.cvttpd2dq, 'Vx Wx'), f3: xmmRow(convert.cvtdq2pd, 'Vx Wq'), f2: xmmRow(convert.cvtpd2dq, 'Vx Wx') }),
  0xe7: byPrefix({ none: mmxRow(move.movntq, 'Mq Pq', memory), p66: xmmRow(move.movntdq, 'Mx Vx', memory) }),
  0xe8: mmxAndXmm(integer.psubsb), 0xe9: mmxAndXmm(integer.psubsw), 0xea: mmxAndXmm(integer.pminsw), 0xeb: mmxAndXmm(integer.por),
  0xec: mmxAndXmm(integer.paddsb), 0xed: mmxAndXmm(integer.paddsw), 0xee: mmxAndXmm(integer.pmaxsw), 0xef: mmxAndXmm(integer.pxor),
  0xf0: byPrefix({ f2: xmmRow(move.lddqu, 'Vx Mx', { ...memory, ...sse3 }) }),
  0xf1: mmxAndXmm(integer.psllw), 0xf2: mmxAndXmm(integer.pslld), 0xf3: mmxAndXmm(integer.psllq), 0xf4: mmxAndXmm(integer.pmuludq), 0xf5: mmxAndXmm(integer.pmaddwd), 0xf6: mmxAndXmm(integer.psadbw),
  0xf7: byPrefix({ none: micro('maskmovq', 'Pq Nq XD', { unit: 'mmx', shown: ['Pq', 'Nq'] }), p66: micro('maskmovdqu', 'Vx Ux XD', { unit: 'sse', shown: ['Vx', 'Ux'] }) }),
  0xf8: mmxAndXmm(integer.psubb), 0xf9: mmxAndXmm(integer.psubw), 0xfa: mmxAndXmm(integer.psubd), 0xfb: mmxAndXmm(integer.psubq),
  0xfc: mmxAndXmm(integer.paddb), 0xfd: mmxAndXmm(integer.paddw), 0xfe: mmxAndXmm(integer.paddd),
};
