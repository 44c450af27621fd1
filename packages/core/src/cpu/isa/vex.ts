/**
 * The VEX maps: AVX, AVX2, FMA, F16C, BMI1, BMI2 and the VEX forms of AES, PCLMULQDQ and GFNI (SDM vol. 2D, tables and groups 12–17).
 * Most are the SSE instruction of the same opcode with its destination apart: semantics/vex.ts.
 */
import type { Semantics } from '../builder/builder.ts';
import { avx } from '../semantics/avx.ts';
import { bmi } from '../semantics/bmi.ts';
import { packedFma, scalarFma } from '../semantics/fma.ts';
import type { FusedKind, FusedOrder } from '../semantics/fma.ts';
import { vcvtph2ps, vcvtps2ph } from '../semantics/half-precision.ts';
import { convert } from '../semantics/sse-convert.ts';
import { crypto } from '../semantics/sse-crypto.ts';
import { double, single } from '../semantics/sse-environment.ts';
import { float } from '../semantics/sse-float.ts';
import { integer } from '../semantics/sse-integer.ts';
import { move } from '../semantics/sse-move.ts';
import { lanes } from '../semantics/sse-shuffle.ts';
import { strings } from '../semantics/sse-string.ts';
import {
  vex, vexAlignedLoad, vexAlignedStore, vexFloat, vexLowLane, vexLowTo, vexMove, vexNamed, vexScalar, vexSigns, vexToXmm0, vexZeroExtended, vmovddup,
} from '../semantics/vex.ts';
import { byForm, byMode, byPrefix, byRexW, byVectorLength, group, micro, row } from './row.ts';
import type { ByPrefix, Entry, OpcodeMap, Row, RowOptions, VexOptions } from './row.ts';

const options = (extra: RowOptions): RowOptions => ({ unit: 'avx', ignore66: true, protectedOnly: true, feature: 'avx', ...extra });
/** Both lengths of AVX unless `constraints` say otherwise. */
const avxRow = (semantics: Semantics, operands: string, constraints: VexOptions = {}, extra: RowOptions = {}): Row => row(semantics, operands, options({ vex: constraints, ...extra }));
/** 256 bits need AVX2. */
const wide2 = { wide: 'avx2' } as const;
const avx2 = { feature: 'avx2' } as const;
const l0 = { l: 0 } as const;
const l1 = { l: 1 } as const;
const memory = { form: 'memory' } as const;
const register = { form: 'register' } as const;
const p66 = (entry: Entry): ByPrefix => byPrefix({ p66: entry });

/** Packed integers: 128 bits are AVX, 256 bits AVX2. */
const packed = (sse: Semantics, operands = 'Vx Hx Wx', form = {}): Entry => p66(avxRow(vex(sse, form), operands, wide2));
/** Packed singles and doubles. */
const floats = (ps: Semantics, pd: Semantics, operands = 'Vx Hx Wx', form = {}): { none: Entry; p66: Entry } => ({
  none: avxRow(vex(ps, form), operands), p66: avxRow(vex(pd, form), operands),
});
const arithmetic = (ps: Semantics, pd: Semantics, ss: Semantics, sd: Semantics, operands = ['Vx Hx', 'Vo Ho'], immediate = ''): Entry => byPrefix({
  none: avxRow(vexFloat(ps), `${operands[0]!} Wx${immediate}`), p66: avxRow(vexFloat(pd), `${operands[0]!} Wx${immediate}`),
  f3: avxRow(vexScalar(ss, 32), `Vo Ho Wd${immediate}`), f2: avxRow(vexScalar(sd, 64), `Vo Ho Wq${immediate}`),
});
const alignedLoad = (name: string): Entry => byForm({ register: avxRow(vexMove(name), 'Vx Ux'), memory: avxRow(vexAlignedLoad(name), 'Vx Mx') });
const alignedStore = (name: string): Entry => byForm({ register: avxRow(vexMove(name), 'Ux Vx'), memory: avxRow(vexAlignedStore(name), 'Mx Vx') });
const store = (name: string): Entry => byForm({ register: avxRow(vexMove(name), 'Ux Vx'), memory: avxRow(vexMove(name), 'Mx Vx') });
const scalarLoad = (sse: Semantics, name: string, size: 'd' | 'q'): Entry =>
  byForm({ register: avxRow(vexLowLane(sse, size === 'd' ? 32 : 64), `Vo Ho U${size}`), memory: avxRow(vexZeroExtended(name), `Vo M${size}`) });
const scalarStore = (sse: Semantics, name: string, size: 'd' | 'q'): Entry =>
  byForm({ register: avxRow(vexLowLane(sse, size === 'd' ? 32 : 64), `Uo Ho V${size}`), memory: avxRow(vexLowTo(name), `M${size} V${size}`) });
const toGeneral = (sse: Semantics, operands: string): Row => avxRow(vexNamed(sse), operands);
/** A quadword of memory into half of the destination, whose other half comes from the first source. */
const lowHalf = (sse: Semantics): Row => avxRow(vexLowLane(sse, 64), 'Vo Ho Mq', l0, memory);
const shiftImmediate = (sse: Semantics): Entry => p66(avxRow(vex(sse), 'Hx Ux Ib', wide2, register));
const blank = undefined;

/** VMOVD, which W makes VMOVQ. */
const movd = { mnemonic: 'vmovd/vmovd/vmovq' } as const;
/** VEX.W tells quadwords from doublewords, in 64-bit mode. */
const wideInLong = (w0: Entry, w1: Entry): Entry => byMode({ legacy: w0, long: byRexW(w0, w1) });
const zeroing = (of: (registers: 8 | 16) => Semantics): Entry => byMode({ legacy: avxRow(of(8), ''), long: avxRow(of(16), '') });

export const vex0f: OpcodeMap = {
  0x10: byPrefix({ none: avxRow(vexMove('vmovups'), 'Vx Wx'), p66: avxRow(vexMove('vmovupd'), 'Vx Wx'), f3: scalarLoad(move.movss, 'vmovss', 'd'), f2: scalarLoad(move.movsd, 'vmovsd', 'q') }),
  0x11: byPrefix({ none: store('vmovups'), p66: store('vmovupd'), f3: scalarStore(move.movss, 'vmovss', 'd'), f2: scalarStore(move.movsd, 'vmovsd', 'q') }),
  0x12: byPrefix({
    none: byForm({ register: avxRow(vexLowLane(move.movhlps, 64), 'Vo Ho Uo', l0), memory: lowHalf(move.movlps) }), p66: lowHalf(move.movlpd),
    f3: avxRow(vex(move.movsldup), 'Vx Wx'), f2: byVectorLength(avxRow(vmovddup, 'Vo Wq', l0), avxRow(vmovddup, 'Vx Wx', l1)),
  }),
  0x13: byPrefix({ none: avxRow(vexLowTo('vmovlps'), 'Mq Vq', l0, memory), p66: avxRow(vexLowTo('vmovlpd'), 'Mq Vq', l0, memory) }),
  0x14: byPrefix(floats(lanes.unpcklps, lanes.unpcklpd)), 0x15: byPrefix(floats(lanes.unpckhps, lanes.unpckhpd)),
  0x16: byPrefix({
    none: byForm({ register: avxRow(vex(move.movlhps), 'Vo Ho Uq', l0), memory: avxRow(vex(move.movhps), 'Vo Ho Mq', l0) }), p66: avxRow(vex(move.movhpd), 'Vo Ho Mq', l0, memory),
    f3: avxRow(vex(move.movshdup), 'Vx Wx'),
  }),
  0x17: byPrefix({ none: avxRow(vexNamed(move.movhpsStore), 'Mq Vo', l0, memory), p66: avxRow(vexNamed(move.movhpdStore), 'Mq Vo', l0, memory) }),
  0x28: byPrefix({ none: alignedLoad('vmovaps'), p66: alignedLoad('vmovapd') }), 0x29: byPrefix({ none: alignedStore('vmovaps'), p66: alignedStore('vmovapd') }),
  0x2a: byPrefix({ f3: avxRow(vexScalar(convert.cvtsi2ss, 32), 'Vo Ho Ey'), f2: avxRow(vexScalar(convert.cvtsi2sd, 64), 'Vo Ho Ey') }),
  0x2b: byPrefix({ none: avxRow(vexAlignedStore('vmovntps'), 'Mx Vx', {}, memory), p66: avxRow(vexAlignedStore('vmovntpd'), 'Mx Vx', {}, memory) }),
  0x2c: byPrefix({ f3: toGeneral(convert.cvttss2si, 'Gy Wd'), f2: toGeneral(convert.cvttsd2si, 'Gy Wq') }),
  0x2d: byPrefix({ f3: toGeneral(convert.cvtss2si, 'Gy Wd'), f2: toGeneral(convert.cvtsd2si, 'Gy Wq') }),
  0x2e: byPrefix({ none: toGeneral(float.ucomiss, 'Vd Wd'), p66: toGeneral(float.ucomisd, 'Vq Wq') }), 0x2f: byPrefix({ none: toGeneral(float.comiss, 'Vd Wd'), p66: toGeneral(float.comisd, 'Vq Wq') }),
  0x50: byPrefix({ none: avxRow(vexSigns(move.movmskps, 4), 'Gd Ux', {}, register), p66: avxRow(vexSigns(move.movmskpd, 2), 'Gd Ux', {}, register) }),
  0x51: arithmetic(float.sqrtps, float.sqrtpd, float.sqrtss, float.sqrtsd, ['Vx']),
  0x52: byPrefix({ none: avxRow(vex(float.rsqrtps), 'Vx Wx'), f3: avxRow(vexLowLane(float.rsqrtss, 32), 'Vo Ho Wd') }),
  0x53: byPrefix({ none: avxRow(vex(float.rcpps), 'Vx Wx'), f3: avxRow(vexLowLane(float.rcpss, 32), 'Vo Ho Wd') }),
  0x54: byPrefix(floats(integer.andps, integer.andpd)), 0x55: byPrefix(floats(integer.andnps, integer.andnpd)), 0x56: byPrefix(floats(integer.orps, integer.orpd)), 0x57: byPrefix(floats(integer.xorps, integer.xorpd)),
  0x58: arithmetic(float.addps, float.addpd, float.addss, float.addsd), 0x59: arithmetic(float.mulps, float.mulpd, float.mulss, float.mulsd),
  0x5a: byPrefix({
    none: avxRow(vexFloat(convert.cvtps2pd, { widens: true }), 'Vx Wh'), p66: avxRow(vexFloat(convert.cvtpd2ps, { narrows: true }), 'Vo Wx'),
    f3: avxRow(vexScalar(convert.cvtss2sd, 64), 'Vo Ho Wd'), f2: avxRow(vexScalar(convert.cvtsd2ss, 32), 'Vo Ho Wq'),
  }),
  0x5b: byPrefix({ none: avxRow(vexFloat(convert.cvtdq2ps), 'Vx Wx'), p66: avxRow(vexFloat(convert.cvtps2dq), 'Vx Wx'), f3: avxRow(vexFloat(convert.cvttps2dq), 'Vx Wx') }),
  0x5c: arithmetic(float.subps, float.subpd, float.subss, float.subsd), 0x5d: arithmetic(float.minps, float.minpd, float.minss, float.minsd),
  0x5e: arithmetic(float.divps, float.divpd, float.divss, float.divsd), 0x5f: arithmetic(float.maxps, float.maxpd, float.maxss, float.maxsd),
  0x60: packed(lanes.punpcklbw), 0x61: packed(lanes.punpcklwd), 0x62: packed(lanes.punpckldq), 0x63: packed(integer.packsswb),
  0x64: packed(integer.pcmpgtb), 0x65: packed(integer.pcmpgtw), 0x66: packed(integer.pcmpgtd), 0x67: packed(integer.packuswb),
  0x68: packed(lanes.punpckhbw), 0x69: packed(lanes.punpckhwd), 0x6a: packed(lanes.punpckhdq), 0x6b: packed(integer.packssdw),
  0x6c: packed(lanes.punpcklqdq), 0x6d: packed(lanes.punpckhqdq), 0x6e: p66(avxRow(vexZeroExtended('vmovd'), 'Vo Ey', l0, movd)),
  0x6f: byPrefix({ p66: alignedLoad('vmovdqa'), f3: avxRow(vexMove('vmovdqu'), 'Vx Wx') }),
  0x70: byPrefix({ p66: avxRow(vex(lanes.pshufd), 'Vx Wx Ib', wide2), f3: avxRow(vex(lanes.pshufhw), 'Vx Wx Ib', wide2), f2: avxRow(vex(lanes.pshuflw), 'Vx Wx Ib', wide2) }),
  0x71: group(blank, blank, shiftImmediate(integer.psrlw), blank, shiftImmediate(integer.psraw), blank, shiftImmediate(integer.psllw)),
  0x72: group(blank, blank, shiftImmediate(integer.psrld), blank, shiftImmediate(integer.psrad), blank, shiftImmediate(integer.pslld)),
  0x73: group(blank, blank, shiftImmediate(integer.psrlq), shiftImmediate(integer.psrldq), blank, blank, shiftImmediate(integer.psllq), shiftImmediate(integer.pslldq)),
  0x74: packed(integer.pcmpeqb), 0x75: packed(integer.pcmpeqw), 0x76: packed(integer.pcmpeqd), 0x77: byPrefix({ none: byVectorLength(zeroing(avx.vzeroupper), zeroing(avx.vzeroall)) }),
  0x7c: byPrefix({ p66: avxRow(vexFloat(float.haddpd), 'Vx Hx Wx'), f2: avxRow(vexFloat(float.haddps), 'Vx Hx Wx') }),
  0x7d: byPrefix({ p66: avxRow(vexFloat(float.hsubpd), 'Vx Hx Wx'), f2: avxRow(vexFloat(float.hsubps), 'Vx Hx Wx') }),
  0x7e: byPrefix({ p66: avxRow(vexLowTo('vmovd'), 'Ey Vo', l0, movd), f3: avxRow(vexZeroExtended('vmovq'), 'Vo Wq', l0) }),
  0x7f: byPrefix({ p66: alignedStore('vmovdqa'), f3: store('vmovdqu') }),
  0xae: byPrefix({ none: group(blank, blank, micro('vldmxcsr', 'Md', options({ vex: l0, ...memory })), micro('vstmxcsr', 'Md', options({ vex: l0, ...memory }))) }),
  0xc2: arithmetic(float.avxCmpps, float.avxCmppd, float.avxCmpss, float.avxCmpsd, ['Vx Hx'], ' Ib'),
  0xc4: p66(byForm({ register: avxRow(vex(lanes.pinsrw), 'Vo Ho Rd Ib', l0), memory: avxRow(vex(lanes.pinsrw), 'Vo Ho Mw Ib', l0) })),
  0xc5: p66(avxRow(vexNamed(lanes.pextrw), 'Gd Uo Ib', l0, register)),
  0xc6: byPrefix({ none: avxRow(vex(lanes.shufps), 'Vx Hx Wx Ib'), p66: avxRow(vex(lanes.shufpd, { highImmediate: 2 }), 'Vx Hx Wx Ib') }),
  0xd0: byPrefix({ p66: avxRow(vexFloat(float.addsubpd), 'Vx Hx Wx'), f2: avxRow(vexFloat(float.addsubps), 'Vx Hx Wx') }),
  0xd1: packed(integer.psrlw, 'Vx Hx Wo'), 0xd2: packed(integer.psrld, 'Vx Hx Wo'), 0xd3: packed(integer.psrlq, 'Vx Hx Wo'), 0xd4: packed(integer.paddq), 0xd5: packed(integer.pmullw),
  0xd6: p66(byForm({ register: avxRow(vexZeroExtended('vmovq'), 'Uo Vq', l0), memory: avxRow(vexLowTo('vmovq'), 'Mq Vq', l0) })),
  0xd7: p66(avxRow(vexSigns(move.pmovmskb, 16), 'Gd Ux', wide2, register)),
  0xd8: packed(integer.psubusb), 0xd9: packed(integer.psubusw), 0xda: packed(integer.pminub), 0xdb: packed(integer.pand),
  0xdc: packed(integer.paddusb), 0xdd: packed(integer.paddusw), 0xde: packed(integer.pmaxub), 0xdf: packed(integer.pandn),
  0xe0: packed(integer.pavgb), 0xe1: packed(integer.psraw, 'Vx Hx Wo'), 0xe2: packed(integer.psrad, 'Vx Hx Wo'), 0xe3: packed(integer.pavgw), 0xe4: packed(integer.pmulhuw), 0xe5: packed(integer.pmulhw),
  0xe6: byPrefix({
    p66: avxRow(vexFloat(convert.cvttpd2dq, { narrows: true }), 'Vo Wx'), f3: avxRow(vex(convert.cvtdq2pd, { widens: true }), 'Vx Wh'), f2: avxRow(vexFloat(convert.cvtpd2dq, { narrows: true }), 'Vo Wx'),
  }),
  0xe7: p66(avxRow(vexAlignedStore('vmovntdq'), 'Mx Vx', {}, memory)),
  0xe8: packed(integer.psubsb), 0xe9: packed(integer.psubsw), 0xea: packed(integer.pminsw), 0xeb: packed(integer.por),
  0xec: packed(integer.paddsb), 0xed: packed(integer.paddsw), 0xee: packed(integer.pmaxsw), 0xef: packed(integer.pxor),
  0xf0: byPrefix({ f2: avxRow(vexMove('vlddqu'), 'Vx Mx', {}, memory) }),
  0xf1: packed(integer.psllw, 'Vx Hx Wo'), 0xf2: packed(integer.pslld, 'Vx Hx Wo'), 0xf3: packed(integer.psllq, 'Vx Hx Wo'), 0xf4: packed(integer.pmuludq), 0xf5: packed(integer.pmaddwd), 0xf6: packed(integer.psadbw),
  0xf7: p66(micro('maskmovdqu', 'Vo Uo XD', options({ vex: l0, mnemonic: 'vmaskmovdqu', shown: ['Vo', 'Uo'] }))),
  0xf8: packed(integer.psubb), 0xf9: packed(integer.psubw), 0xfa: packed(integer.psubd), 0xfb: packed(integer.psubq),
  0xfc: packed(integer.paddb), 0xfd: packed(integer.paddw), 0xfe: packed(integer.paddd),
};

// — 0F 38 —

/** Extended from a half, a quarter or an eighth of the vector. */
const extended = (sse: Semantics, part: 'h' | 'k' | 'e'): Entry => packed(sse, `Vx W${part}`, { widens: true });
const general = (feature: string): RowOptions => ({ ignore66: true, protectedOnly: true, feature, vex: l0 });
const bmi1 = (semantics: Semantics, operands: string): Row => row(semantics, operands, general('bmi1'));
const bmi2 = (semantics: Semantics, operands: string): Row => row(semantics, operands, general('bmi2'));
const fma = (order: FusedOrder, kind: FusedKind, isScalar = false): Entry => p66(isScalar
  ? byRexW(avxRow(scalarFma(kind, order, single), 'Vo Ho Wd', {}, { feature: 'fma' }), avxRow(scalarFma(kind, order, double), 'Vo Ho Wq', {}, { feature: 'fma' }))
  : byRexW(avxRow(packedFma(kind, order, single), 'Vx Hx Wx', {}, { feature: 'fma' }), avxRow(packedFma(kind, order, double), 'Vx Hx Wx', {}, { feature: 'fma' })));
/** The ten kinds of an order stand at consecutive opcodes. */
const fusedRows = (first: number, order: FusedOrder): OpcodeMap => {
  const kinds: readonly [FusedKind, boolean][] = [
    ['fmaddsub', false], ['fmsubadd', false], ['fmadd', false], ['fmadd', true], ['fmsub', false], ['fmsub', true], ['fnmadd', false], ['fnmadd', true], ['fnmsub', false], ['fnmsub', true],
  ];
  return Object.fromEntries(kinds.map(([kind, isScalar], n) => [first + n, fma(order, kind, isScalar)]));
};
/** Doublewords and quadwords by `index`: as many elements as there are of the larger. */
const gatherRow = (index: 'd' | 'q', mnemonics: readonly [string, string]): Entry => {
  const gather = (name: string, mnemonic: string, isHalf: boolean, vectorIndex: 'x' | 'h'): Row => {
    const shown = isHalf ? (['Vh', 'Mx', 'Hh'] as const) : (['Vx', 'Mx', 'Hx'] as const);
    return micro(name, 'Vx Mx Hx', options({ ...avx2, ...memory, vex: {}, vectorIndex, mnemonic, shown }));
  };
  return p66(byRexW(gather('gather_dwords', mnemonics[0], index === 'q', 'x'), gather('gather_qwords', mnemonics[1], false, index === 'd' ? 'h' : 'x')));
};
const maskedRow = (name: string, operands: string, mnemonic: string, extra: RowOptions = {}, w?: 0 | 1): Row =>
  micro(name, operands, options({ ...memory, vex: w === undefined ? {} : { w }, mnemonic, ...extra }));
const broadcastFloat = (name: string, size: 'd' | 'q', constraints: VexOptions): Entry => {
  const semantics = avx.broadcast(name);
  return byForm({ register: avxRow(semantics, `Vx U${size}`, constraints, avx2), memory: avxRow(semantics, `Vx M${size}`, constraints) });
};
const aes = (sse: Semantics): Entry => p66(avxRow(vex(sse), 'Vx Hx Wx', { wide: 'vaes' }));
const w0 = { w: 0 } as const;
const w1 = { w: 1 } as const;

export const vex0f38: OpcodeMap = {
  0x00: packed(lanes.pshufb), 0x01: packed(integer.phaddw), 0x02: packed(integer.phaddd), 0x03: packed(integer.phaddsw), 0x04: packed(integer.pmaddubsw),
  0x05: packed(integer.phsubw), 0x06: packed(integer.phsubd), 0x07: packed(integer.phsubsw),
  0x08: packed(integer.psignb), 0x09: packed(integer.psignw), 0x0a: packed(integer.psignd), 0x0b: packed(integer.pmulhrsw),
  0x0c: p66(avxRow(avx.vpermilps, 'Vx Hx Wx', w0)), 0x0d: p66(avxRow(avx.vpermilpd, 'Vx Hx Wx', w0)),
  0x0e: p66(avxRow(avx.vtestps, 'Vx Wx', w0)), 0x0f: p66(avxRow(avx.vtestpd, 'Vx Wx', w0)),
  0x13: p66(avxRow(vcvtph2ps, 'Vx Wh', w0, { feature: 'f16c' })),
  0x16: p66(avxRow(avx.vpermps, 'Vx Hx Wx', { ...l1, ...w0 }, avx2)), 0x17: p66(avxRow(avx.vptest, 'Vx Wx')),
  0x18: p66(broadcastFloat('vbroadcastss', 'd', w0)), 0x19: p66(broadcastFloat('vbroadcastsd', 'q', { ...l1, ...w0 })), 0x1a: p66(avxRow(avx.broadcast('vbroadcastf128'), 'Vx Mo', { ...l1, ...w0 }, memory)),
  0x1c: packed(integer.pabsb, 'Vx Wx'), 0x1d: packed(integer.pabsw, 'Vx Wx'), 0x1e: packed(integer.pabsd, 'Vx Wx'),
  0x20: extended(integer.pmovsxbw, 'h'), 0x21: extended(integer.pmovsxbd, 'k'), 0x22: extended(integer.pmovsxbq, 'e'), 0x23: extended(integer.pmovsxwd, 'h'), 0x24: extended(integer.pmovsxwq, 'k'), 0x25: extended(integer.pmovsxdq, 'h'),
  0x28: packed(integer.pmuldq), 0x29: packed(integer.pcmpeqq), 0x2a: p66(avxRow(vexAlignedLoad('vmovntdqa'), 'Vx Mx', wide2, memory)), 0x2b: packed(integer.packusdw),
  0x2c: p66(maskedRow('masked_load_dwords', 'Vx Hx Mx', 'vmaskmovps', {}, 0)), 0x2d: p66(maskedRow('masked_load_qwords', 'Vx Hx Mx', 'vmaskmovpd', {}, 0)),
  0x2e: p66(maskedRow('masked_store_dwords', 'Mx Hx Vx', 'vmaskmovps', {}, 0)), 0x2f: p66(maskedRow('masked_store_qwords', 'Mx Hx Vx', 'vmaskmovpd', {}, 0)),
  0x30: extended(integer.pmovzxbw, 'h'), 0x31: extended(integer.pmovzxbd, 'k'), 0x32: extended(integer.pmovzxbq, 'e'), 0x33: extended(integer.pmovzxwd, 'h'), 0x34: extended(integer.pmovzxwq, 'k'), 0x35: extended(integer.pmovzxdq, 'h'),
  0x36: p66(avxRow(avx.vpermd, 'Vx Hx Wx', { ...l1, ...w0 }, avx2)), 0x37: packed(integer.pcmpgtq),
  0x38: packed(integer.pminsb), 0x39: packed(integer.pminsd), 0x3a: packed(integer.pminuw), 0x3b: packed(integer.pminud),
  0x3c: packed(integer.pmaxsb), 0x3d: packed(integer.pmaxsd), 0x3e: packed(integer.pmaxuw), 0x3f: packed(integer.pmaxud),
  0x40: packed(integer.pmulld), 0x41: p66(avxRow(vex(integer.phminposuw), 'Vo Wo', l0)),
  0x45: p66(byRexW(avxRow(avx.vpsrlvd, 'Vx Hx Wx', {}, avx2), avxRow(avx.vpsrlvq, 'Vx Hx Wx', {}, avx2))), 0x46: p66(avxRow(avx.vpsravd, 'Vx Hx Wx', w0, avx2)),
  0x47: p66(byRexW(avxRow(avx.vpsllvd, 'Vx Hx Wx', {}, avx2), avxRow(avx.vpsllvq, 'Vx Hx Wx', {}, avx2))),
  0x58: p66(avxRow(avx.broadcast('vpbroadcastd'), 'Vx Wd', w0, avx2)), 0x59: p66(avxRow(avx.broadcast('vpbroadcastq'), 'Vx Wq', w0, avx2)),
  0x5a: p66(avxRow(avx.broadcast('vbroadcasti128'), 'Vx Mo', { ...l1, ...w0 }, { ...avx2, ...memory })),
  0x78: p66(avxRow(avx.broadcast('vpbroadcastb'), 'Vx Wb', w0, avx2)), 0x79: p66(avxRow(avx.broadcast('vpbroadcastw'), 'Vx Ww', w0, avx2)),
  0x8c: p66(byRexW(maskedRow('masked_load_dwords', 'Vx Hx Mx', 'vpmaskmovd', avx2), maskedRow('masked_load_qwords', 'Vx Hx Mx', 'vpmaskmovq', avx2))),
  0x8e: p66(byRexW(maskedRow('masked_store_dwords', 'Mx Hx Vx', 'vpmaskmovd', avx2), maskedRow('masked_store_qwords', 'Mx Hx Vx', 'vpmaskmovq', avx2))),
  0x90: gatherRow('d', ['vpgatherdd', 'vpgatherdq']), 0x91: gatherRow('q', ['vpgatherqd', 'vpgatherqq']), 0x92: gatherRow('d', ['vgatherdps', 'vgatherdpd']), 0x93: gatherRow('q', ['vgatherqps', 'vgatherqpd']),
  ...fusedRows(0x96, '132'), ...fusedRows(0xa6, '213'), ...fusedRows(0xb6, '231'),
  0xcf: p66(avxRow(vex(crypto.gf2p8mulb), 'Vx Hx Wx', w0, { feature: 'gfni' })),
  0xdb: p66(avxRow(vex(crypto.aesimc), 'Vo Wo', l0)),
  0xdc: aes(crypto.aesenc), 0xdd: aes(crypto.aesenclast), 0xde: aes(crypto.aesdec), 0xdf: aes(crypto.aesdeclast),
  0xf2: byPrefix({ none: bmi1(bmi.ANDN, 'Gy By Ey') }), 0xf3: byPrefix({ none: group(blank, bmi1(bmi.BLSR, 'By Ey'), bmi1(bmi.BLSMSK, 'By Ey'), bmi1(bmi.BLSI, 'By Ey')) }),
  0xf5: byPrefix({ none: bmi2(bmi.BZHI, 'Gy Ey By'), f3: bmi2(bmi.PEXT, 'Gy By Ey'), f2: bmi2(bmi.PDEP, 'Gy By Ey') }), 0xf6: byPrefix({ f2: bmi2(bmi.MULX, 'Gy By Ey') }),
  0xf7: byPrefix({ none: bmi1(bmi.BEXTR, 'Gy Ey By'), p66: bmi2(bmi.SHLX, 'Gy Ey By'), f3: bmi2(bmi.SARX, 'Gy Ey By'), f2: bmi2(bmi.SHRX, 'Gy Ey By') }),
};

// — 0F 3A —

const lane = (semantics: Semantics, extra: RowOptions): Entry =>
  byForm({ register: avxRow(semantics, 'Uo Vx Ib', { ...l1, ...w0 }, extra), memory: avxRow(semantics, 'Mo Vx Ib', { ...l1, ...w0 }, extra) });
const mask = (sse: Semantics, accumulator = ''): Entry => p66(avxRow(vexToXmm0(sse), `Vo Wo Ib${accumulator}`, l0, { shown: ['Vo', 'Wo', 'Ib'] }));
const index = (sse: Semantics, accumulator = ''): Entry => p66(avxRow(vexNamed(sse), `Vo Wo Ib${accumulator}`, l0, { shown: ['Vo', 'Wo', 'Ib'] }));
const insertGeneral = (sse: Semantics, size: 'b' | 'd' | 'q'): Entry =>
  byForm({ register: avxRow(vex(sse), `Vo Ho R${size === 'b' ? 'd' : size} Ib`, l0), memory: avxRow(vex(sse), `Vo Ho M${size} Ib`, l0) });

export const vex0f3a: OpcodeMap = {
  // W = 0 is undefined in the manual; Zen 4 takes it
  0x00: p66(avxRow(avx.vpermq, 'Vx Wx Ib', l1, avx2)), 0x01: p66(avxRow(avx.vpermpd, 'Vx Wx Ib', l1, avx2)),
  0x02: p66(avxRow(vex({ ...lanes.blendps, name: 'pblendd' }, { highImmediate: 4 }), 'Vx Hx Wx Ib', w0, avx2)),
  0x04: p66(avxRow(avx.vpermilpsImmediate, 'Vx Wx Ib', w0)), 0x05: p66(avxRow(avx.vpermilpdImmediate, 'Vx Wx Ib', w0)), 0x06: p66(avxRow(avx.vperm2f128, 'Vx Hx Wx Ib', { ...l1, ...w0 })),
  0x08: p66(avxRow(vexFloat(float.roundps), 'Vx Wx Ib')), 0x09: p66(avxRow(vexFloat(float.roundpd), 'Vx Wx Ib')),
  0x0a: p66(avxRow(vexScalar(float.roundss, 32), 'Vo Ho Wd Ib')), 0x0b: p66(avxRow(vexScalar(float.roundsd, 64), 'Vo Ho Wq Ib')),
  0x0c: p66(avxRow(vex(lanes.blendps, { highImmediate: 4 }), 'Vx Hx Wx Ib')), 0x0d: p66(avxRow(vex(lanes.blendpd, { highImmediate: 2 }), 'Vx Hx Wx Ib')),
  0x0e: packed(lanes.pblendw, 'Vx Hx Wx Ib'), 0x0f: packed(lanes.palignr, 'Vx Hx Wx Ib'),
  0x14: p66(byForm({ register: avxRow(vexNamed(lanes.pextrb), 'Rd Vo Ib', l0), memory: avxRow(vexNamed(lanes.pextrb), 'Mb Vo Ib', l0) })),
  0x15: p66(byForm({ register: avxRow(vexNamed(lanes.pextrw), 'Rd Vo Ib', l0), memory: avxRow(vexNamed(lanes.pextrw), 'Mw Vo Ib', l0) })),
  0x16: p66(wideInLong(avxRow(vexNamed(lanes.pextrd), 'Ed Vo Ib', l0), avxRow(vexNamed(lanes.pextrq), 'Eq Vo Ib', l0))), 0x17: p66(avxRow(vexNamed(lanes.extractps), 'Ed Vo Ib', l0)),
  0x18: p66(avxRow(avx.vinsertf128, 'Vx Hx Wo Ib', { ...l1, ...w0 })), 0x19: p66(lane(avx.vextractf128, {})),
  0x1d: p66(byForm({ register: avxRow(vcvtps2ph, 'Uo Vx Ib', w0, { feature: 'f16c' }), memory: avxRow(vcvtps2ph, 'Mh Vx Ib', w0, { feature: 'f16c' }) })),
  0x20: p66(insertGeneral(lanes.pinsrb, 'b')), 0x21: p66(byForm({ register: avxRow(vex(lanes.insertps), 'Vo Ho Uo Ib', l0), memory: avxRow(vex(lanes.insertps), 'Vo Ho Md Ib', l0) })),
  0x22: p66(byRexW(insertGeneral(lanes.pinsrd, 'd'), byMode({ long: insertGeneral(lanes.pinsrq, 'q') }))),
  0x38: p66(avxRow(avx.vinserti128, 'Vx Hx Wo Ib', { ...l1, ...w0 }, avx2)), 0x39: p66(lane(avx.vextracti128, avx2)),
  0x40: p66(avxRow(vexFloat(float.dpps), 'Vx Hx Wx Ib')), 0x41: p66(avxRow(vexFloat(float.dppd), 'Vo Ho Wo Ib', l0)), 0x42: packed(integer.mpsadbw, 'Vx Hx Wx Ib', { highImmediate: 3 }),
  0x44: p66(avxRow(vex(crypto.pclmulqdq), 'Vx Hx Wx Ib', { wide: 'vpclmulqdq' })), 0x46: p66(avxRow(avx.vperm2i128, 'Vx Hx Wx Ib', { ...l1, ...w0 }, avx2)),
  0x4a: p66(avxRow(avx.vblendvps, 'Vx Hx Wx Lx', w0)), 0x4b: p66(avxRow(avx.vblendvpd, 'Vx Hx Wx Lx', w0)), 0x4c: p66(avxRow(avx.vpblendvb, 'Vx Hx Wx Lx', { ...w0, ...wide2 })),
  0x60: mask(strings.pcmpestrm, ' eAX'), 0x61: index(strings.pcmpestri, ' eAX'), 0x62: mask(strings.pcmpistrm), 0x63: index(strings.pcmpistri),
  0xce: p66(avxRow(vex(crypto.gf2p8affineqb), 'Vx Hx Wx Ib', w1, { feature: 'gfni' })), 0xcf: p66(avxRow(vex(crypto.gf2p8affineinvqb), 'Vx Hx Wx Ib', w1, { feature: 'gfni' })),
  0xdf: p66(avxRow(vex(crypto.aeskeygenassist), 'Vo Wo Ib', l0)), 0xf0: byPrefix({ f2: bmi2(bmi.RORX, 'Gy Ey Ib') }),
};
