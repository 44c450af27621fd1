/**
 * Where a modern x86 differs from the part a SingleStepTests set was recorded on, by design. Vectors that a row covers are counted as
 * skipped, under its reason. A row is as narrow as the difference: it names opcodes and, where not all vectors of the opcode are
 * concerned, a condition on the vector alone (never on what the CPU under test did).
 *
 * Sources: Intel 64 and IA-32 SDM vol. 3B, ch. 23 "Architecture Compatibility"; iAPX 286 Programmer's Reference, appendix D;
 * 8086 Family User's Manual; and the sets' own notes on undocumented opcodes.
 */
import type { Encoding } from './encoding.ts';
import type { MooTest } from './moo.ts';

export type Part = '8086' | '80286';

export interface ModelDifference {
  readonly part: Part;
  /** Matched against the file's opcode: `8F`, `80.1`. */
  readonly opcodes: RegExp;
  readonly when?: (test: MooTest, encoding: Encoding) => boolean;
  readonly reason: string;
}

const reg = (e: Encoding): number => (e.modrm >> 3) & 7;
const isRegister = (e: Encoding): boolean => e.modrm >= 0xc0;
const al = (test: MooTest): number => test.initial.ax! & 0xff;
const hasAuxiliary = (test: MooTest): boolean => (test.initial.flags! & 0x10) !== 0;
const cell = (test: MooTest, address: number): number => test.initialRam.find(([at]) => at === address)?.[1] ?? 0;
const vectorAddress = (test: MooTest, vector: number): readonly [ip: number, cs: number] => [
  cell(test, 4 * vector) | (cell(test, 4 * vector + 1) << 8),
  cell(test, 4 * vector + 2) | (cell(test, 4 * vector + 3) << 8),
];

/** Whether the part took interrupt `vector`: CS:IP is its handler and six bytes were pushed. */
export function tookInterrupt(test: MooTest, vector: number): boolean {
  const [ip, cs] = vectorAddress(test, vector);
  const sp = test.final.sp ?? test.initial.sp!;
  return (test.final.ip ?? test.initial.ip) === ip && (test.final.cs ?? test.initial.cs) === cs && sp === ((test.initial.sp! - 6) & 0xffff);
}

/** Bytes at both ends of a segment were touched: a word or a far pointer lay across its end. */
function wrapsSegment(test: MooTest): boolean {
  const touched = new Set([...test.initialRam, ...test.finalRam].map(([address]) => address));
  return (['cs', 'ss', 'ds', 'es'] as const).some((name) => {
    const base = test.initial[name]! << 4;
    return touched.has((base + 0xffff) & 0xf_ffff) && touched.has(base & 0xf_ffff);
  });
}

/** One vector each of three opcodes, among fifteen thousand: the far frame holds SS instead of CS, which no manual describes. */
function pushedStackSegment(test: MooTest): boolean {
  const { ss, cs } = test.initial;
  const frame = (ss! << 4) + ((test.final.sp ?? test.initial.sp!) & 0xffff) + 2;
  const at = (address: number): number | undefined => test.finalRam.find(([a]) => a === address)?.[1];
  return ss !== cs && at(frame) === (ss! & 0xff) && at(frame + 1) === ss! >> 8;
}

/** What may carry LOCK since the 80386: a read-modify-write with a memory destination (SDM vol. 2A, LOCK). */
function isLockable(e: Encoding): boolean {
  const { opcode } = e;
  if (isRegister(e)) return false;
  if (opcode < 0x38) return (opcode & 7) < 2;
  if (opcode >= 0x80 && opcode <= 0x83) return reg(e) !== 7;
  if (opcode === 0x86 || opcode === 0x87) return true;
  if (opcode === 0xf6 || opcode === 0xf7) return reg(e) === 2 || reg(e) === 3;
  return opcode >= 0xfe && reg(e) < 2;
}

const stackOpcodes = new Set([0x07, 0x17, 0x1f, 0x60, 0x61, 0x8f, 0x9d, 0xc2, 0xc3, 0xc8, 0xc9, 0xca, 0xcb, 0xcf]);

/** Accesses memory through SS: a pop, PUSHA, a return, or an operand with BP as base or an SS override. */
function usesStackSegment(e: Encoding): boolean {
  const { opcode } = e;
  if (stackOpcodes.has(opcode) || (opcode >= 0x58 && opcode <= 0x5f)) return true;
  const override = e.prefixes.findLast((prefix) => prefix === 0x26 || prefix === 0x2e || prefix === 0x36 || prefix === 0x3e);
  if (override !== undefined) return override === 0x36;
  const rm = e.modrm & 7;
  return !isRegister(e) && (rm === 2 || rm === 3 || (rm === 6 && e.modrm >= 0x40));
}

const LONGEST_BYTES = 10;

/** Length where a word immediate follows ModRM; a test that raised #13 for its length may not show all bytes. */
function longWithImmediate(e: Encoding): boolean {
  if (![0x69, 0x81, 0xc7, 0xf7].includes(e.opcode) || isRegister(e)) return false;
  const displacementBytes = e.modrm >> 6 === 2 || (e.modrm & 0xc7) === 6 ? 2 : e.modrm >> 6;
  return e.prefixes.length + 2 + displacementBytes + 2 > LONGEST_BYTES;
}

const modelDifferences: readonly ModelDifference[] = [
  // opcodes that were given another meaning
  { part: '8086', opcodes: /^0F$/, reason: 'POP CS; the two-byte opcodes since the 80286' },
  { part: '8086', opcodes: /^6/, reason: 'alias of 70-7F; PUSHA, BOUND, ARPL, prefixes, PUSH and IMUL immediate, INS, OUTS since' },
  { part: '8086', opcodes: /^C[0189]$/, reason: 'alias of RET and RETF; shifts by an immediate, ENTER and LEAVE since the 80186' },
  { part: '8086', opcodes: /^D[0123]\.6$/, reason: 'SETMO, SETMOC: sets every bit; a shift since the 80186' },
  { part: '8086', opcodes: /^D[89A-F]$/, reason: 'escape without a coprocessor: reads its operand and does nothing' },
  { part: '80286', opcodes: /^D[89A-F]$/, reason: 'escape without a coprocessor' },
  // encodings that raise #UD since
  { part: '8086', opcodes: /^FF\.7$/, reason: 'alias of PUSH; #UD since' },
  { part: '8086', opcodes: /^8F$/, when: (_, e) => reg(e) !== 0, reason: 'alias of POP; #UD or XOP since' },
  { part: '8086', opcodes: /^C[67]$/, when: (_, e) => reg(e) !== 0, reason: 'alias of MOV; #UD since' },
  { part: '8086', opcodes: /^8C$/, when: (_, e) => reg(e) > 3, reason: 'alias of a segment register; FS, GS and #UD since the 80386' },
  { part: '8086', opcodes: /^8E$/, when: (_, e) => reg(e) > 3 || reg(e) === 1, reason: 'alias of a segment register, or MOV CS; FS, GS and #UD since' },
  { part: '8086', opcodes: /^(8D|C4|C5|FF\.[35])$/, when: (_, e) => isRegister(e), reason: 'memory form with a register operand: undefined; #UD since' },
  { part: '80286', opcodes: /^8[CE]$/, when: (_, e) => reg(e) > 3, reason: 'FS and GS do not exist: #UD; valid since the 80386' },
  { part: '80286', opcodes: /./, when: (_, e) => e.prefixes.includes(0xf0) && !isLockable(e), reason: 'LOCK on an instruction that cannot be locked; #UD since the 80386' },
  // semantics
  { part: '8086', opcodes: /^54$/, reason: 'PUSH SP pushes the new value; the old one since the 80286' },
  { part: '8086', opcodes: /^FF\.6$/, when: (_, e) => e.modrm === 0xf4, reason: 'PUSH SP pushes the new value; the old one since the 80286' },
  { part: '8086', opcodes: /^D[23]\./, when: (t) => (t.initial.cx! & 0xff) > 31, reason: 'the shift count is not masked to five bits' },
  { part: '8086', opcodes: /^(F[67]\.[67]|D4)$/, when: (t) => tookInterrupt(t, 0), reason: 'the divide error pushes the address of the next instruction; of the DIV since the 80286' },
  { part: '8086', opcodes: /^F[67]\.[4567]$/, when: (_, e) => e.repeat !== 0, reason: 'a REP prefix negates the product or quotient' },
  { part: '80286', opcodes: /^F6\.7$/, when: (t) => !t.exception && ((t.final.ax ?? t.initial.ax!) & 0xff) === 0x80, reason: 'some quotients below -80h are delivered as 80h; #DE since the 80386' },
  { part: '80286', opcodes: /^(CD|CE|FF\.3)$/, when: pushedStackSegment, reason: 'recorded with the value of SS where CS was pushed' },
  { part: '80286', opcodes: /^D4$/, when: (t) => t.exception?.vector === 0, reason: 'AAM by 0 has changed SF, ZF and PF; they are unchanged since the 80386' },
  { part: '80286', opcodes: /./, when: (t, e) => t.exception?.vector === 13 && (t.bytes.length - 1 > LONGEST_BYTES || longWithImmediate(e)), reason: 'an instruction of more than 10 bytes is #13; of more than 15 since the 80386' },
  { part: '80286', opcodes: /./, when: (t, e) => t.exception?.vector === 13 && usesStackSegment(e), reason: 'a word across the end of the stack segment is #13; #12 since the 80386' },
  { part: '80286', opcodes: /^(6[CDEF]|A[4567ABCDEF])$/, when: (t) => t.exception?.vector === 13, reason: 'a string instruction that raises #13 has advanced its registers; they are unchanged since the 80386' },
  { part: '8086', opcodes: /^(27|2F)$/, when: (t) => hasAuxiliary(t) && al(t) >= 0x9a && al(t) <= 0x9f, reason: 'with AF set the high digit is corrected above 9F, not above 99' },
  { part: '8086', opcodes: /^2F$/, when: (t) => al(t) < 6 && hasAuxiliary(t), reason: 'the borrow of the first correction does not reach CF; it does since the 80286' },
  { part: '8086', opcodes: /^37$/, when: (t) => al(t) >= 0xfa, reason: 'the carry out of AL + 6 does not reach AH; AX + 106h since the 80286' },
  { part: '8086', opcodes: /^3F$/, when: (t) => al(t) < 6 && hasAuxiliary(t), reason: 'the borrow of AL - 6 does not reach AH; AX - 6 since the 80286' },
  { part: '8086', opcodes: /./, when: (t) => wrapsSegment(t), reason: 'an operand across offset FFFF wraps to 0; #GP or #SS since the 80386' },
];

export const differenceFor = (part: Part, opcode: string, test: MooTest, encoding: Encoding): ModelDifference | undefined =>
  modelDifferences.find((d) => d.part === part && d.opcodes.test(opcode) && (!d.when || d.when(test, encoding)));
