/** The two-byte opcode map (0F xx): SDM vol. 2D, table A-3 and groups 6–9, 15. MMX and SSE rows come from sse.ts. */
import { CMPXCHG, CMPXCHG16B, CMPXCHG8B, IMUL_TO, XADD } from '../semantics/arithmetic.ts';
import { BSF, BSR, BT, BTC, BTR, BTS, LZCNT, POPCNT, TZCNT } from '../semantics/bits.ts';
import { JCC } from '../semantics/branch.ts';
import { BSWAP, CMOV, MOVSX, MOVZX, NOP, SET } from '../semantics/move.ts';
import { SHLD, SHRD } from '../semantics/shift.ts';
import type { Semantics } from '../builder/builder.ts';
import { byForm, byMode, byPrefix, byRexW, group, micro, row } from './row.ts';
import type { Entry, OpcodeMap } from './row.ts';
import { sse0f } from './sse.ts';

const lock = { lock: true } as const;
const stack = { size64: 'default64' } as const;
const protectedOnly = { protectedOnly: true } as const;
/** An operand that is decoded but not touched. */
const hint = row(NOP, 'Es');
const bits = (s: Semantics, writes = true): Entry => row(s, 'Ev Gv', writes ? lock : {});

const group7: Entry = byForm({
  memory: group(
    micro('sgdt', 'Ms'), micro('sidt', 'Ms'), micro('lgdt', 'Ms'), micro('lidt', 'Ms'), micro('smsw', 'Ew'), undefined, micro('lmsw', 'Ew'), micro('invlpg', 'Ms'),
  ),
  register: group(
    byForm({ register: [undefined, micro('vmcall'), undefined, undefined, undefined, undefined, undefined, undefined] }),
    byForm({ register: [undefined, undefined, micro('clac'), micro('stac'), undefined, undefined, undefined, undefined] }),
    byForm({ register: [micro('xgetbv'), micro('xsetbv'), undefined, undefined, undefined, undefined, undefined, undefined] }),
    byForm({ register: [undefined, micro('vmcall'), undefined, undefined, undefined, undefined, undefined, undefined] }),
    micro('smsw', 'Ev'),
    byForm({ register: [row(NOP, '', { feature: 'serialize' }), undefined, undefined, undefined, undefined, undefined, micro('rdpkru', '', { feature: 'pku' }), micro('wrpkru', '', { feature: 'pku' })] }),
    micro('lmsw', 'Ew'),
    byForm({ register: [micro('swapgs', '', { only64: true }), micro('rdtscp'), undefined, undefined, undefined, undefined, undefined, undefined] }),
  ),
});

export const twoByte: OpcodeMap = {
  ...sse0f,
  0x00: group(
    micro('sldt', 'Ev', protectedOnly), micro('str', 'Ev', protectedOnly), micro('lldt', 'Ew', protectedOnly), micro('ltr', 'Ew', protectedOnly), micro('verr', 'Ew', protectedOnly),
    // with LOCK and a memory operand it runs on AMD's Zen, as the recorded vectors show
    micro('verw', 'Ew', { ...protectedOnly, ...lock }),
  ),
  0x01: group7,
  0x02: micro('lar', 'Gv Ew', protectedOnly), 0x03: micro('lsl', 'Gv Ew', protectedOnly),
  0x05: micro('syscall', '', { ends: true }), 0x06: micro('clts'), 0x07: micro('sysret', '', { ends: true }), 0x08: micro('invd'), 0x09: micro('wbinvd'),
  0x0b: micro('ud', '', { ends: true }), 0x0d: byForm({ memory: hint }),
  0x18: hint, 0x19: hint, 0x1a: hint, 0x1b: hint, 0x1c: hint, 0x1d: hint, 0x1e: hint, 0x1f: hint,
  0x20: micro('mov_from_cr', 'Rq Gq'), 0x21: micro('mov_from_dr', 'Rq Gq'), 0x22: micro('mov_to_cr', 'Gq Rq'), 0x23: micro('mov_to_dr', 'Gq Rq'),
  0x30: micro('wrmsr'), 0x31: micro('rdtsc'), 0x32: micro('rdmsr'), 0x33: micro('rdpmc'), 0x34: micro('sysenter', '', { ends: true }), 0x35: micro('sysexit', '', { ends: true }), 0x37: micro('getsec'),
  ...Object.fromEntries(CMOV.map((s, n) => [0x40 + n, row(s, 'Gv Ev')])),
  ...Object.fromEntries(JCC.map((s, n) => [0x80 + n, row(s, 'Jz', stack)])),
  ...Object.fromEntries(SET.map((s, n) => [0x90 + n, row(s, 'Eb')])),
  0xa0: micro('push_sreg', '', stack), 0xa1: micro('pop_sreg', '', stack), 0xa2: micro('cpuid'), 0xa3: bits(BT, false), 0xa4: row(SHLD, 'Ev Gv Ib'), 0xa5: row(SHLD, 'Ev Gv CL'),
  0xa8: micro('push_sreg', '', stack), 0xa9: micro('pop_sreg', '', stack), 0xaa: micro('rsm', '', { ends: true }), 0xab: bits(BTS), 0xac: row(SHRD, 'Ev Gv Ib'), 0xad: row(SHRD, 'Ev Gv CL'),
  0xaf: row(IMUL_TO, 'Gv Ev'),
  0xb0: row(CMPXCHG, 'Eb Gb', lock), 0xb1: row(CMPXCHG, 'Ev Gv', lock),
  0xb2: micro('load_far_pointer', 'Gv Ms', { form: 'memory' }), 0xb3: bits(BTR), 0xb4: micro('load_far_pointer', 'Gv Ms', { form: 'memory' }), 0xb5: micro('load_far_pointer', 'Gv Ms', { form: 'memory' }),
  0xb6: row(MOVZX, 'Gv Eb'), 0xb7: row(MOVZX, 'Gv Ew'), 0xb8: byPrefix({ f3: row(POPCNT, 'Gv Ev', { feature: 'popcnt' }) }),
  0xb9: micro('ud', 'Gv Ev', { ends: true }), 0xff: micro('ud', 'Gv Ev', { ends: true }),
  0xba: group(undefined, undefined, undefined, undefined, row(BT, 'Ev Ib'), row(BTS, 'Ev Ib', lock), row(BTR, 'Ev Ib', lock), row(BTC, 'Ev Ib', lock)),
  0xbb: bits(BTC),
  0xbc: byPrefix({ none: row(BSF, 'Gv Ev'), p66: row(BSF, 'Gv Ev'), f2: row(BSF, 'Gv Ev'), f3: row(TZCNT, 'Gv Ev', { feature: 'bmi1', otherwise: row(BSF, 'Gv Ev') }) }),
  0xbd: byPrefix({ none: row(BSR, 'Gv Ev'), p66: row(BSR, 'Gv Ev'), f2: row(BSR, 'Gv Ev'), f3: row(LZCNT, 'Gv Ev', { feature: 'lzcnt', otherwise: row(BSR, 'Gv Ev') }) }),
  0xbe: row(MOVSX, 'Gv Eb'), 0xbf: row(MOVSX, 'Gv Ew'),
  0xc0: row(XADD, 'Eb Gb', lock), 0xc1: row(XADD, 'Ev Gv', lock),
  0xc7: byForm({
    memory: group(
      undefined,
      byMode({ legacy: row(CMPXCHG8B, 'Mq', lock), long: byRexW(row(CMPXCHG8B, 'Mq', lock), row(CMPXCHG16B, 'Mx', lock)) }),
      undefined, undefined, micro('xsavec', 'Ms', { feature: 'xsave' }),
    ),
    register: group(undefined, undefined, undefined, undefined, undefined, undefined, micro('rdrand', 'Ev', { feature: 'rdrand' }), micro('rdseed', 'Ev', { feature: 'rdseed' })),
  }),
  ...Object.fromEntries(Array.from({ length: 8 }, (_, n) => [0xc8 + n, row(BSWAP, 'Zv')])),
};
