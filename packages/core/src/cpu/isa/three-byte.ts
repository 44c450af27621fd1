/** The three-byte opcode maps 0F 38 and 0F 3A (SDM vol. 2D, tables ): SSSE3 to SSE4.2, AES, PCLMULQDQ, GFNI, SHA, CRC32, MOVBE, ADX, MOVDIRI. */
import type { Semantics } from '../builder/builder.ts';
import { MOVDIRI } from '../semantics/move.ts';
import { adcx, adox } from '../semantics/sse-general.ts';
import { crypto } from '../semantics/sse-crypto.ts';
import { float } from '../semantics/sse-float.ts';
import { integer } from '../semantics/sse-integer.ts';
import { move } from '../semantics/sse-move.ts';
import { lanes } from '../semantics/sse-shuffle.ts';
import { strings } from '../semantics/sse-string.ts';
import { byForm, byPrefix, byRexW, micro, named, row } from './row.ts';
import type { Entry, OpcodeMap, RowOptions } from './row.ts';
import { mmxAndXmm, mmxRow, xmmRow } from './sse.ts';

const ssse3 = (semantics: Semantics): Entry => mmxAndXmm(semantics, { feature: 'ssse3' });
/** Rows that exist with 66 only. */
const only66 = (feature: string) => (semantics: Semantics, operands = 'Vx Wx', options: RowOptions = {}): Entry =>
  byPrefix({ p66: xmmRow(semantics, operands, { feature, ...options }) });
const sse41 = only66('sse4_1');
const sse42 = only66('sse4_2');
const aes = only66('aesni');
const gfni = only66('gfni');
const sha = (semantics: Semantics, operands = 'Vx Wx', options: RowOptions = {}): Entry => byPrefix({ none: xmmRow(semantics, operands, { feature: 'sha', ...options }) });
const byXmm0 = { shown: ['Vx', 'Wx', 'xmm0'] } as const;
const movbe = { feature: 'movbe' } as const;
const crc32 = { feature: 'sse4_2' } as const;
const adx = { feature: 'adx', ignore66: true } as const;

export const map0f38: OpcodeMap = {
  0x00: ssse3(lanes.pshufb), 0x01: ssse3(integer.phaddw), 0x02: ssse3(integer.phaddd), 0x03: ssse3(integer.phaddsw), 0x04: ssse3(integer.pmaddubsw),
  0x05: ssse3(integer.phsubw), 0x06: ssse3(integer.phsubd), 0x07: ssse3(integer.phsubsw),
  0x08: ssse3(integer.psignb), 0x09: ssse3(integer.psignw), 0x0a: ssse3(integer.psignd), 0x0b: ssse3(integer.pmulhrsw),
  0x10: sse41(lanes.pblendvb, 'Vx Wx', byXmm0), 0x14: sse41(lanes.blendvps, 'Vx Wx', byXmm0), 0x15: sse41(lanes.blendvpd, 'Vx Wx', byXmm0), 0x17: sse41(integer.ptest),
  0x1c: ssse3(integer.pabsb), 0x1d: ssse3(integer.pabsw), 0x1e: ssse3(integer.pabsd),
  0x20: sse41(integer.pmovsxbw, 'Vx Wq'), 0x21: sse41(integer.pmovsxbd, 'Vx Wd'), 0x22: sse41(integer.pmovsxbq, 'Vx Ww'),
  0x23: sse41(integer.pmovsxwd, 'Vx Wq'), 0x24: sse41(integer.pmovsxwq, 'Vx Wd'), 0x25: sse41(integer.pmovsxdq, 'Vx Wq'),
  0x28: sse41(integer.pmuldq), 0x29: sse41(integer.pcmpeqq), 0x2a: sse41(move.movntdqa, 'Vx Mx', { form: 'memory' }), 0x2b: sse41(integer.packusdw),
  0x30: sse41(integer.pmovzxbw, 'Vx Wq'), 0x31: sse41(integer.pmovzxbd, 'Vx Wd'), 0x32: sse41(integer.pmovzxbq, 'Vx Ww'),
  0x33: sse41(integer.pmovzxwd, 'Vx Wq'), 0x34: sse41(integer.pmovzxwq, 'Vx Wd'), 0x35: sse41(integer.pmovzxdq, 'Vx Wq'),
  0x37: sse42(integer.pcmpgtq),
  0x38: sse41(integer.pminsb), 0x39: sse41(integer.pminsd), 0x3a: sse41(integer.pminuw), 0x3b: sse41(integer.pminud),
  0x3c: sse41(integer.pmaxsb), 0x3d: sse41(integer.pmaxsd), 0x3e: sse41(integer.pmaxuw), 0x3f: sse41(integer.pmaxud),
  0x40: sse41(integer.pmulld), 0x41: sse41(integer.phminposuw),
  0x82: byPrefix({ p66: micro('invpcid', 'Gy Mx', { feature: 'invpcid', ...named('invpcid', 'Gm Mx') }) }),
  0xc8: sha(crypto.sha1nexte), 0xc9: sha(crypto.sha1msg1), 0xca: sha(crypto.sha1msg2), 0xcb: sha(crypto.sha256rnds2, 'Vx Wx', byXmm0), 0xcc: sha(crypto.sha256msg1), 0xcd: sha(crypto.sha256msg2),
  0xcf: gfni(crypto.gf2p8mulb),
  0xdb: aes(crypto.aesimc), 0xdc: aes(crypto.aesenc), 0xdd: aes(crypto.aesenclast), 0xde: aes(crypto.aesdec), 0xdf: aes(crypto.aesdeclast),
  0xf0: byPrefix({ none: row(move.movbe, 'Gv Mv', { form: 'memory', ...movbe }), p66: row(move.movbe, 'Gv Mv', { form: 'memory', ...movbe }), f2: row(strings.crc32, 'Gy Eb', crc32) }),
  0xf1: byPrefix({ none: row(move.movbe, 'Mv Gv', { form: 'memory', ...movbe }), p66: row(move.movbe, 'Mv Gv', { form: 'memory', ...movbe }), f2: row(strings.crc32, 'Gy Ev', crc32) }),
  0xf6: byPrefix({ p66: row(adcx, 'Gy Ey', adx), f3: row(adox, 'Gy Ey', adx) }),
  0xf9: byPrefix({ none: row(MOVDIRI, 'My Gy', { feature: 'movdiri' }) }),
};

export const map0f3a: OpcodeMap = {
  0x08: sse41(float.roundps, 'Vx Wx Ib'), 0x09: sse41(float.roundpd, 'Vx Wx Ib'), 0x0a: sse41(float.roundss, 'Vd Wd Ib'), 0x0b: sse41(float.roundsd, 'Vq Wq Ib'),
  0x0c: sse41(lanes.blendps, 'Vx Wx Ib'), 0x0d: sse41(lanes.blendpd, 'Vx Wx Ib'), 0x0e: sse41(lanes.pblendw, 'Vx Wx Ib'),
  0x0f: byPrefix({ none: mmxRow(lanes.palignr, 'Pq Qq Ib', { feature: 'ssse3' }), p66: xmmRow(lanes.palignr, 'Vx Wx Ib', { feature: 'ssse3' }) }),
  0x14: byPrefix({ p66: byForm({ register: xmmRow(lanes.pextrb, 'Rd Vx Ib', { feature: 'sse4_1' }), memory: xmmRow(lanes.pextrb, 'Mb Vx Ib', { feature: 'sse4_1' }) }) }),
  0x15: byPrefix({ p66: byForm({ register: xmmRow(lanes.pextrw, 'Rd Vx Ib', { feature: 'sse4_1' }), memory: xmmRow(lanes.pextrw, 'Mw Vx Ib', { feature: 'sse4_1' }) }) }),
  0x16: byRexW(sse41(lanes.pextrd, 'Ed Vx Ib'), sse41(lanes.pextrq, 'Eq Vx Ib')), 0x17: sse41(lanes.extractps, 'Ed Vx Ib'),
  0x20: byPrefix({ p66: byForm({ register: xmmRow(lanes.pinsrb, 'Vx Rd Ib', { feature: 'sse4_1' }), memory: xmmRow(lanes.pinsrb, 'Vx Mb Ib', { feature: 'sse4_1' }) }) }),
  0x21: byPrefix({ p66: byForm({ register: xmmRow(lanes.insertps, 'Vx Ux Ib', { feature: 'sse4_1' }), memory: xmmRow(lanes.insertps, 'Vx Md Ib', { feature: 'sse4_1' }) }) }),
  0x22: byRexW(sse41(lanes.pinsrd, 'Vx Ed Ib'), sse41(lanes.pinsrq, 'Vx Eq Ib')),
  0x40: sse41(float.dpps, 'Vx Wx Ib'), 0x41: sse41(float.dppd, 'Vx Wx Ib'), 0x42: sse41(integer.mpsadbw, 'Vx Wx Ib'),
  0x44: only66('pclmulqdq')(crypto.pclmulqdq, 'Vx Wx Ib'),
  0x60: sse42(strings.pcmpestrm, 'Vx Wx Ib eAX', { shown: ['Vx', 'Wx', 'Ib'] }), 0x61: sse42(strings.pcmpestri, 'Vx Wx Ib eAX', { shown: ['Vx', 'Wx', 'Ib'] }), 0x62: sse42(strings.pcmpistrm, 'Vx Wx Ib'), 0x63: sse42(strings.pcmpistri, 'Vx Wx Ib'),
  0xcc: sha(crypto.sha1rnds4, 'Vx Wx Ib'), 0xce: gfni(crypto.gf2p8affineqb, 'Vx Wx Ib'), 0xcf: gfni(crypto.gf2p8affineinvqb, 'Vx Wx Ib'), 0xdf: aes(crypto.aeskeygenassist, 'Vx Wx Ib'),
};
