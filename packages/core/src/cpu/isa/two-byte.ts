/** The two-byte opcode map (0F xx): SDM vol. 2D, table A-3 and groups 6–9, 15. MMX and SSE rows come from sse.ts. */
import { CMPXCHG, CMPXCHG16B, CMPXCHG8B, IMUL_TO, XADD } from '../semantics/arithmetic.ts';
import { BSF, BSR, BT, BTC, BTR, BTS, LZCNT, POPCNT, TZCNT } from '../semantics/bits.ts';
import { JCC } from '../semantics/branch.ts';
import { BSWAP, CMOV, MOVSX, MOVZX, NOP, SET } from '../semantics/move.ts';
import { POP_SEGMENT, PUSH_SEGMENT } from '../semantics/segment-load.ts';
import { XSAVEC } from '../semantics/extended-state.ts';
import { SHLD, SHRD } from '../semantics/shift.ts';
import { CLAC, FROM_CONTROL, INVLPG, RDPKRU, RDTSC, RDTSCP, STAC, SWAPGS, TO_CONTROL, WRPKRU } from '../semantics/system.ts';
import { SYSCALL, SYSENTER, SYSEXIT, SYSRET } from '../semantics/system-call.ts';
import type { Semantics } from '../builder/builder.ts';
import { segment } from '../state.ts';
import { byForm, byMode, byPrefix, byRexW, group, micro, named, row } from './row.ts';
import type { Entry, OpcodeMap } from './row.ts';
import { sse0f } from './sse.ts';

const lock = { lock: true } as const;
const stack = { size64: 'default64' } as const;
const protectedOnly = { protectedOnly: true } as const;
/** An operand that is decoded but not touched. */
const hint = row(NOP, 'Es', { shown: ['Ev', 'Gv'] });
const namedHint = (mnemonic: string): Entry => row(NOP, 'Es', { mnemonic });
/** Hints by ModRM.reg; what has no name is a NOP. */
const hints = (...names: (string | undefined)[]): Entry => group(...Array.from({ length: 8 }, (_, n) => (names[n] ? namedHint(names[n]) : hint)));
/** 0F 0D; reserved ones are PREFETCH. */
const prefetches = ['prefetch', 'prefetchw', 'prefetchwt1', 'prefetchw', 'prefetch', 'prefetch', 'prefetch', 'prefetch'] as const;
/** Marks where indirect branches may land: a NOP without CET (F3 0F 1E FA and FB). */
const endbranch = byForm({ memory: hint, register: group(...Array.from({ length: 7 }, () => hint), byForm({ register: [hint, hint, row(NOP, '', { mnemonic: 'endbr64' }), row(NOP, '', { mnemonic: 'endbr32' }), hint, hint, hint, hint] })) });
const bits = (s: Semantics, writes = true): Entry => row(s, 'Ev Gv', writes ? lock : {});

/** Memory operands of these are selectors, whatever the operand size. */
const storeSelector = (name: string): Entry => byForm({ memory: micro(name, 'Mw', protectedOnly), register: micro(name, 'Rv', protectedOnly) });
const querySelector = (name: string): Entry => byForm({ memory: micro(name, 'Gv Mw', protectedOnly), register: micro(name, 'Gv Rv', protectedOnly) });
const wbinvd = micro('wbinvd');

const group7: Entry = byForm({
  memory: group(
    micro('sgdt', 'Ms'), micro('sidt', 'Ms'), micro('lgdt', 'Ms'), micro('lidt', 'Ms'), micro('smsw', 'Mw'), undefined, micro('lmsw', 'Ew'), row(INVLPG, 'Ms'),
  ),
  register: group(
    byForm({ register: [undefined, micro('vmcall'), undefined, undefined, undefined, undefined, undefined, undefined] }),
    byForm({ register: [undefined, undefined, row(CLAC, ''), row(STAC, ''), undefined, undefined, undefined, undefined] }),
    byForm({ register: [micro('xgetbv'), micro('xsetbv'), undefined, undefined, undefined, undefined, undefined, undefined] }),
    byForm({ register: [undefined, micro('vmcall', '', { mnemonic: 'vmmcall' }), undefined, undefined, undefined, undefined, undefined, undefined] }),
    micro('smsw', 'Rv'),
    byForm({ register: [row(NOP, '', { feature: 'serialize', mnemonic: 'serialize' }), undefined, undefined, undefined, undefined, undefined, row(RDPKRU, '', { feature: 'pku' }), row(WRPKRU, '', { feature: 'pku' })] }),
    micro('lmsw', 'Ew'),
    byForm({ register: [row(SWAPGS, '', { only64: true }), row(RDTSCP, ''), undefined, undefined, undefined, undefined, undefined, undefined] }),
  ),
});

export const twoByte: OpcodeMap = {
  ...sse0f,
  0x00: group(
    storeSelector('sldt'), storeSelector('str'), micro('lldt', 'Ew', protectedOnly), micro('ltr', 'Ew', protectedOnly), micro('verr', 'Ew', protectedOnly),
    // with LOCK and a memory operand it runs on AMD's Zen, as the recorded vectors show
    micro('verw', 'Ew', { ...protectedOnly, ...lock }),
  ),
  0x01: group7,
  0x02: querySelector('lar'), 0x03: querySelector('lsl'),
  0x05: row(SYSCALL, '', { ends: true }), 0x06: micro('clts'), 0x07: row(SYSRET, 'eAX', { ends: true, ...named('sysret/sysret/sysretq') }), 0x08: micro('invd'),
  0x09: byPrefix({ none: wbinvd, p66: wbinvd, f2: wbinvd, f3: micro('wbinvd', '', { mnemonic: 'wbnoinvd' }) }),
  0x0b: micro('ud', '', { ends: true, mnemonic: 'ud2' }), 0x0d: byForm({ memory: hints(...prefetches) }),
  0x18: byForm({ memory: hints('prefetchnta', 'prefetcht0', 'prefetcht1', 'prefetcht2', undefined, undefined, 'prefetchit1', 'prefetchit0'), register: hint }), 0x19: hint, 0x1a: hint, 0x1b: hint, 0x1c: hint, 0x1d: hint,
  0x1e: byPrefix({ none: hint, p66: hint, f2: hint, f3: endbranch }), 0x1f: group(row(NOP, 'Es', { shown: ['Ev'] }), ...Array.from({ length: 7 }, () => hint)),
  0x20: row(FROM_CONTROL, 'Rq Gq', { ignoresMod: true, ...named('mov', 'Rm Cr') }), 0x21: micro('mov_from_dr', 'Rq Gq', named('mov', 'Rm Dr')), 0x22: row(TO_CONTROL, 'Rq Gq', { ignoresMod: true, ...named('mov', 'Cr Rm') }), 0x23: micro('mov_to_dr', 'Gq Rq', named('mov', 'Dr Rm')),
  0x30: micro('wrmsr'), 0x31: row(RDTSC, ''), 0x32: micro('rdmsr'), 0x33: micro('rdpmc'), 0x34: row(SYSENTER, '', { ends: true }), 0x35: row(SYSEXIT, 'eAX', { ends: true, ...named('sysexit/sysexit/sysexitq') }), 0x37: micro('getsec'),
  ...Object.fromEntries(CMOV.map((s, n) => [0x40 + n, row(s, 'Gv Ev')])),
  ...Object.fromEntries(JCC.map((s, n) => [0x80 + n, row(s, 'Jz', stack)])),
  ...Object.fromEntries(SET.map((s, n) => [0x90 + n, row(s, 'Eb')])),
  0xa0: row(PUSH_SEGMENT(segment.fs), 'eAX', { ...stack, ...named('push', 'fs') }), 0xa1: row(POP_SEGMENT(segment.fs), 'eAX', { ...stack, ...named('pop', 'fs') }), 0xa2: micro('cpuid'), 0xa3: bits(BT, false), 0xa4: row(SHLD, 'Ev Gv Ib'), 0xa5: row(SHLD, 'Ev Gv CL'),
  0xa8: row(PUSH_SEGMENT(segment.gs), 'eAX', { ...stack, ...named('push', 'gs') }), 0xa9: row(POP_SEGMENT(segment.gs), 'eAX', { ...stack, ...named('pop', 'gs') }), 0xaa: micro('rsm', '', { ends: true }), 0xab: bits(BTS), 0xac: row(SHRD, 'Ev Gv Ib'), 0xad: row(SHRD, 'Ev Gv CL'),
  0xaf: row(IMUL_TO, 'Gv Ev'),
  0xb0: row(CMPXCHG, 'Eb Gb', lock), 0xb1: row(CMPXCHG, 'Ev Gv', lock),
  0xb2: micro('load_far_pointer', 'Gv Ms', { form: 'memory', mnemonic: 'lss' }), 0xb3: bits(BTR), 0xb4: micro('load_far_pointer', 'Gv Ms', { form: 'memory', mnemonic: 'lfs' }), 0xb5: micro('load_far_pointer', 'Gv Ms', { form: 'memory', mnemonic: 'lgs' }),
  0xb6: row(MOVZX, 'Gv Eb'), 0xb7: row(MOVZX, 'Gv Ew'), 0xb8: byPrefix({ f3: row(POPCNT, 'Gv Ev', { feature: 'popcnt' }) }),
  0xb9: micro('ud', 'Gv Ev', { ends: true, mnemonic: 'ud1' }), 0xff: micro('ud', 'Gv Ev', { ends: true, mnemonic: 'ud0' }),
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
      undefined, undefined, row(XSAVEC, 'Ms', { feature: 'xsave', mnemonic: 'xsavec/xsavec/xsavec64' }),
    ),
    register: group(undefined, undefined, undefined, undefined, undefined, undefined, micro('rdrand', 'Ev', { feature: 'rdrand' }), micro('rdseed', 'Ev', { feature: 'rdseed' })),
  }),
  ...Object.fromEntries(Array.from({ length: 8 }, (_, n) => [0xc8 + n, row(BSWAP, 'Zv')])),
};
