/** The one-byte opcode map: SDM vol. 2D, table A-2 and groups 1–5, 11. Rows are in the order of the map. */
import { AAA, AAD, AAM, AAS, ADC, ADD, CMP, DAA, DAS, DEC, DIV, IDIV, IMUL, IMUL_BY, INC, MUL, NEG, SBB, SUB } from '../semantics/arithmetic.ts';
import { CALL, CALL_TO, JCC, JCXZ, JMP, JMP_TO, LOOP, LOOPE, LOOPNE, RET, RET_RELEASING } from '../semantics/branch.ts';
import { CLC, CLD, CMC, LAHF, SAHF, SALC, STC, STD } from '../semantics/flags.ts';
import { FWAIT } from '../semantics/x87-control.ts';
import { CLI, PUSHF, STI } from '../semantics/interrupt-flag.ts';
import { INT } from '../semantics/interrupt-entry.ts';
import { IRET } from '../semantics/interrupt-return.ts';
import { AND, NOT, OR, TEST, XOR } from '../semantics/logic.ts';
import { CBW, CWD, LEA, MOV, MOVSX, NOP, XCHG, XLAT } from '../semantics/move.ts';
import { LOAD_SEGMENT, POP_SEGMENT, PUSH_SEGMENT, STORE_SEGMENT } from '../semantics/segment-load.ts';
import { RCL, RCR, ROL, ROR, SAR, SHL, SHR } from '../semantics/shift.ts';
import { LEAVE, POP, POPA, PUSH, PUSHA } from '../semantics/stack.ts';
import { CMPS, LODS, MOVS, SCAS, STOS } from '../semantics/string.ts';
import { POPF } from '../semantics/system.ts';
import type { Semantics } from '../builder/builder.ts';
import { segment } from '../state.ts';
import { byForm, byMode, byPrefix, byRexB, group, micro, named, row } from './row.ts';
import type { Entry, OpcodeMap } from './row.ts';
import { x87Map } from './x87.ts';

const lock = { lock: true } as const;
const no64 = { no64: true } as const;
const stack = { size64: 'default64' } as const;
/** A 66h prefix in 64-bit mode makes near branches 16 bits wide, as AMD has it (APM vol. 3, 1.2.4). */
const near = { size64: 'default64', ends: true } as const;

/** Six encodings of a two-operand operation, from `first`. */
const arithmetic = (first: number, s: Semantics): Record<number, Entry> => ({
  [first]: row(s, 'Eb Gb', lock), [first + 1]: row(s, 'Ev Gv', lock), [first + 2]: row(s, 'Gb Eb'), [first + 3]: row(s, 'Gv Ev'),
  [first + 4]: row(s, 'AL Ib'), [first + 5]: row(s, 'eAX Iz'),
});
const compare = (first: number): Record<number, Entry> => ({
  [first]: row(CMP, 'Eb Gb'), [first + 1]: row(CMP, 'Ev Gv'), [first + 2]: row(CMP, 'Gb Eb'), [first + 3]: row(CMP, 'Gv Ev'),
  [first + 4]: row(CMP, 'AL Ib'), [first + 5]: row(CMP, 'eAX Iz'),
});
const eight = (first: number, entry: (n: number) => Entry): Record<number, Entry> =>
  Object.fromEntries(Array.from({ length: 8 }, (_, n) => [first + n, entry(n)]));

const group1 = (operands: string): Entry =>
  group(row(ADD, operands, lock), row(OR, operands, lock), row(ADC, operands, lock), row(SBB, operands, lock), row(AND, operands, lock), row(SUB, operands, lock), row(XOR, operands, lock), row(CMP, operands));
/** 90 exchanges rAX with itself: it does nothing, unless REX.B makes it R8. */
const exchange = row(XCHG, 'Zv eAX');
const nop = byRexB(row(NOP, ''), exchange);
const loop = (s: Semantics, mnemonic = s.name): Entry => row(s, 'rCX Jb', { ...stack, mnemonic, shown: ['Jb', 'rCX'] });
const loopne = loop(LOOPNE);
/** A selector in memory has 16 bits. There are six segment registers, and MOV does not load CS. */
const storeSegment = byForm({ memory: row(STORE_SEGMENT, 'Mw Sw', { mnemonic: 'mov' }), register: row(STORE_SEGMENT, 'Rv Sw', { mnemonic: 'mov' }) });
const loadSegment = byForm({ memory: row(LOAD_SEGMENT, 'Mw Sw', named('mov', 'Sw Mw')), register: row(LOAD_SEGMENT, 'Rv Sw', named('mov', 'Sw Rv')) });
/** SAL (/6) is SHL. */
const group2 = (operands: string): Entry =>
  group(row(ROL, operands), row(ROR, operands), row(RCL, operands), row(RCR, operands), row(SHL, operands), row(SHR, operands), row(SHL, operands, { mnemonic: 'sal' }), row(SAR, operands));
const group3 = (size: 'b' | 'v', immediate: 'Ib' | 'Iz'): Entry => {
  const test = row(TEST, `E${size} ${immediate}`);
  return group(test, test, row(NOT, `E${size}`, lock), row(NEG, `E${size}`, lock), row(MUL, `E${size}`), row(IMUL, `E${size}`), row(DIV, `E${size}`), row(IDIV, `E${size}`));
};

export const oneByte: OpcodeMap = {
  ...arithmetic(0x00, ADD), 0x06: row(PUSH_SEGMENT(segment.es), 'eAX', { ...no64, ...named('push', 'es') }), 0x07: row(POP_SEGMENT(segment.es), 'eAX', { ...no64, ...named('pop', 'es') }),
  ...arithmetic(0x08, OR), 0x0e: row(PUSH_SEGMENT(segment.cs), 'eAX', { ...no64, ...named('push', 'cs') }),
  ...arithmetic(0x10, ADC), 0x16: row(PUSH_SEGMENT(segment.ss), 'eAX', { ...no64, ...named('push', 'ss') }), 0x17: micro('pop_sreg', '', { ...no64, ...named('pop', 'ss') }),
  ...arithmetic(0x18, SBB), 0x1e: row(PUSH_SEGMENT(segment.ds), 'eAX', { ...no64, ...named('push', 'ds') }), 0x1f: row(POP_SEGMENT(segment.ds), 'eAX', { ...no64, ...named('pop', 'ds') }),
  ...arithmetic(0x20, AND), 0x27: row(DAA, '', no64),
  ...arithmetic(0x28, SUB), 0x2f: row(DAS, '', no64),
  ...arithmetic(0x30, XOR), 0x37: row(AAA, '', no64),
  ...compare(0x38), 0x3f: row(AAS, '', no64),
  // 0x40–0x4f are REX prefixes in 64-bit mode
  ...eight(0x40, () => row(INC, 'Zv')), ...eight(0x48, () => row(DEC, 'Zv')),
  ...eight(0x50, () => row(PUSH, 'Zv', stack)), ...eight(0x58, () => row(POP, 'Zv', stack)),
  0x60: row(PUSHA, 'eAX', { ...no64, ...named('pusha~') }), 0x61: row(POPA, 'eAX', { ...no64, ...named('popa~') }), 0x62: micro('bound', 'Gv Ms', { ...no64, form: 'memory' }),
  0x63: byMode({ legacy: micro('arpl', 'Ew Gw', { protectedOnly: true }), long: row(MOVSX, 'Gv Ed', { mnemonic: 'movsxd' }) }),
  0x68: row(PUSH, 'Iz', stack), 0x69: row(IMUL_BY, 'Gv Ev Iz'), 0x6a: row(PUSH, 'Is', stack), 0x6b: row(IMUL_BY, 'Gv Ev Is'),
  0x6c: micro('ins', 'Ys', named('insb')), 0x6d: micro('ins', 'Ys', named('insw/insd/insd')), 0x6e: micro('outs', 'Xs', named('outsb')), 0x6f: micro('outs', 'Xs', named('outsw/outsd/outsd')),
  ...Object.fromEntries(JCC.map((s, n) => [0x70 + n, row(s, 'Jb', stack)])),
  0x80: group1('Eb Ib'), 0x81: group1('Ev Iz'), 0x82: byMode({ legacy: group1('Eb Ib') }), 0x83: group1('Ev Is'),
  0x84: row(TEST, 'Eb Gb'), 0x85: row(TEST, 'Ev Gv'), 0x86: row(XCHG, 'Eb Gb', { ...lock, ...named('xchg', 'Gb Eb') }), 0x87: row(XCHG, 'Ev Gv', { ...lock, ...named('xchg', 'Gv Ev') }),
  0x88: row(MOV, 'Eb Gb'), 0x89: row(MOV, 'Ev Gv'), 0x8a: row(MOV, 'Gb Eb'), 0x8b: row(MOV, 'Gv Ev'),
  0x8c: group(storeSegment, storeSegment, storeSegment, storeSegment, storeSegment, storeSegment), 0x8d: row(LEA, 'Gv Ms', { form: 'memory' }), 0x8e: group(loadSegment, undefined, loadSegment, loadSegment, loadSegment, loadSegment),
  0x8f: group(row(POP, 'Ev', stack)),
  0x90: byPrefix({ none: nop, p66: nop, f3: byRexB(row(NOP, '', { mnemonic: 'pause' }), exchange) }),
  ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((n) => [0x90 + n, exchange])),
  0x98: row(CBW, 'eAX', named('cbw/cwde/cdqe')), 0x99: row(CWD, 'eAX', named('cwd/cdq/cqo')), 0x9a: micro('call_far', 'Ap', { ...no64, ends: true, mnemonic: 'call' }),
  0x9b: row(FWAIT, '', { unit: 'wait', mnemonic: 'wait' }),
  0x9c: row(PUSHF, 'eAX', { ...stack, ...named('pushf~') }), 0x9d: row(POPF, 'eAX', { ...stack, ...named('popf~') }), 0x9e: row(SAHF, ''), 0x9f: row(LAHF, ''),
  0xa0: row(MOV, 'AL Ob'), 0xa1: row(MOV, 'eAX Ov'), 0xa2: row(MOV, 'Ob AL'), 0xa3: row(MOV, 'Ov eAX'),
  0xa4: row(MOVS, 'AL Xs Ys', named('movsb')), 0xa5: row(MOVS, 'eAX Xs Ys', named('movsw/movsd/movsq')), 0xa6: row(CMPS, 'AL Xs Ys', named('cmpsb')), 0xa7: row(CMPS, 'eAX Xs Ys', named('cmpsw/cmpsd/cmpsq')),
  0xa8: row(TEST, 'AL Ib'), 0xa9: row(TEST, 'eAX Iz'),
  0xaa: row(STOS, 'AL Ys', named('stosb')), 0xab: row(STOS, 'eAX Ys', named('stosw/stosd/stosq')), 0xac: row(LODS, 'AL Xs', named('lodsb')), 0xad: row(LODS, 'eAX Xs', named('lodsw/lodsd/lodsq')),
  0xae: row(SCAS, 'AL Ys', named('scasb')), 0xaf: row(SCAS, 'eAX Ys', named('scasw/scasd/scasq')),
  ...eight(0xb0, () => row(MOV, 'Zb Ib')), ...eight(0xb8, () => row(MOV, 'Zv Iv')),
  0xc0: group2('Eb Ib'), 0xc1: group2('Ev Ib'),
  0xc2: row(RET_RELEASING, 'eAX Iw', { ...near, ...named('ret~', 'Iw') }), 0xc3: row(RET, 'eAX', { ...near, ...named('ret~') }),
  0xc4: micro('load_far_pointer', 'Gv Ms', { ...no64, form: 'memory', mnemonic: 'les' }), 0xc5: micro('load_far_pointer', 'Gv Ms', { ...no64, form: 'memory', mnemonic: 'lds' }),
  0xc6: group(row(MOV, 'Eb Ib')), 0xc7: group(row(MOV, 'Ev Iz')),
  0xc8: micro('enter', 'Iw Ib', stack), 0xc9: row(LEAVE, 'eBP', { ...stack, ...named('leave') }),
  0xca: micro('ret_far_imm', 'Iw', { ends: true, mnemonic: 'retf~' }), 0xcb: micro('ret_far', '', { ends: true, mnemonic: 'retf~' }),
  0xcc: micro('int3', '', { ends: true }), 0xcd: row(INT, 'Ib', { ends: true }), 0xce: micro('into', '', no64), 0xcf: row(IRET, 'eAX', { ends: true, ...named('iret~') }),
  0xd0: group2('Eb 1'), 0xd1: group2('Ev 1'), 0xd2: group2('Eb CL'), 0xd3: group2('Ev CL'),
  0xd4: row(AAM, 'Ib', no64), 0xd5: row(AAD, 'Ib', no64), 0xd6: row(SALC, '', no64), 0xd7: row(XLAT, 'XL', named('xlatb')),
  ...x87Map,
  // with F3 the hardware looks at ZF as REPE does
  0xe0: byPrefix({ none: loopne, p66: loopne, f2: loopne, f3: loop(LOOPE, 'loopne') }), 0xe1: loop(LOOPE), 0xe2: loop(LOOP), 0xe3: row(JCXZ, 'rCX Jb', { ...stack, ...named('jcxz|jecxz|jrcxz', 'Jb') }),
  0xe4: micro('in', 'Ib', named('in', 'AL Ib')), 0xe5: micro('in', 'Ib', named('in', 'zAX Ib')), 0xe6: micro('out', 'Ib', named('out', 'Ib AL')), 0xe7: micro('out', 'Ib', named('out', 'Ib zAX')),
  0xe8: row(CALL, 'Jz', near), 0xe9: row(JMP, 'Jz', near), 0xea: micro('jmp_far', 'Ap', { ...no64, ends: true, mnemonic: 'jmp' }), 0xeb: row(JMP, 'Jb', near),
  0xec: micro('in', '', named('in', 'AL DX')), 0xed: micro('in', '', named('in', 'zAX DX')), 0xee: micro('out', '', named('out', 'DX AL')), 0xef: micro('out', '', named('out', 'DX zAX')),
  0xf1: micro('int1', '', { ends: true }), 0xf4: micro('hlt'), 0xf5: row(CMC, ''),
  0xf6: group3('b', 'Ib'), 0xf7: group3('v', 'Iz'),
  0xf8: row(CLC, ''), 0xf9: row(STC, ''), 0xfa: row(CLI, ''), 0xfb: row(STI, ''), 0xfc: row(CLD, ''), 0xfd: row(STD, ''),
  0xfe: group(row(INC, 'Eb', lock), row(DEC, 'Eb', lock)),
  0xff: group(
    row(INC, 'Ev', lock), row(DEC, 'Ev', lock), row(CALL_TO, 'Ev', near), micro('call_far_mem', 'Ms', { form: 'memory', ends: true, ...named('call', 'Mp') }),
    row(JMP_TO, 'Ev', near), micro('jmp_far_mem', 'Ms', { form: 'memory', ends: true, ...named('jmp', 'Mp') }), row(PUSH, 'Ev', stack), undefined,
  ),
};

