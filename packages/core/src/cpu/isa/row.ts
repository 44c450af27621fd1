/**
 * One row of an opcode map, in the operand vocabulary of SDM vol. 2D, appendix A.
 *
 * Operand code = addressing letter + size letter:
 *   E ModRM r/m, general register or memory · G ModRM reg, general · Z low three opcode bits (REX.B), general · I immediate · J relative branch
 *   M ModRM r/m, memory only · R ModRM r/m, general register only · O moffs · S segment register in ModRM reg
 *   B VEX.vvvv, general register · H VEX.vvvv, XMM or YMM · L bits 7–4 of an immediate byte, XMM or YMM
 *   V ModRM reg, XMM · W r/m, XMM or memory · U r/m, XMM only · P ModRM reg, MMX · Q r/m, MMX or memory · N r/m, MMX only
 *   F ST(i) of ModRM r/m (x87)
 *   X memory at DS:rSI and Y at ES:rDI, of string instructions
 *   b 8 · w 16 · d 32 · q 64 · x 128 bits · o always 128 · t 80 bits · v operand size · z 16 or 32 (immediates sign-extended) · y 32 or 64 · s address only (any size)
 * In a VEX row V, W, U, H, L are YMM registers where x is 256 bits, as it is with VEX.L; and h is half of x, k a quarter, e an eighth.
 * Is: a byte, sign-extended to the operand size. Ap: far pointer (offset of the operand size, then selector).
 * Fixed operands: AL, CL, AX, DX; eAX, eBP (operand size); rCX (address size); Xs, memory at DS:rSI; XD, at DS:rDI; XL, the byte at [rBX + AL]; Ys, memory at ES:rDI; 1.
 * Only in text (`shown`): Cr and Dr, control and debug register in ModRM reg; m 32 or, in 64-bit mode, 64; Mp far pointer in memory; zAX, AX or EAX;
 * Ib2, two immediate bytes; a register's own name.
 */
import type { Semantics } from '../builder/builder.ts';

type AddressLetter = 'E' | 'G' | 'Z' | 'I' | 'J' | 'M' | 'R' | 'O' | 'S' | 'V' | 'W' | 'U' | 'P' | 'Q' | 'N' | 'F' | 'B' | 'H' | 'L';
type SizeLetter = 'b' | 'w' | 'd' | 'q' | 'x' | 'o' | 'h' | 'k' | 'e' | 't' | 'v' | 'z' | 'y' | 's';
export type OperandCode = `${AddressLetter}${SizeLetter}` | 'AL' | 'CL' | 'AX' | 'DX' | 'eAX' | 'eBP' | 'rCX' | 'Is' | 'Xs' | 'Ys' | 'XL' | 'XD' | 'Ap' | '1';
export type ShownOperand = OperandCode | 'Cr' | 'Dr' | 'Rm' | 'Gm' | 'Mp' | 'zAX' | 'Ib2' | 'es' | 'cs' | 'ss' | 'ds' | 'fs' | 'gs' | 'ax' | 'xmm0';

/** How a VEX prefix has to be for the row (SDM vol. 2A, 2.3). VEX.vvvv has to be 1111b unless an operand is in it. */
export interface VexOptions {
  /** VEX.L, where it has to be this. */
  readonly l?: 0 | 1;
  /** VEX.W, where it has to be this. */
  readonly w?: 0 | 1;
  /** CPUID feature that VEX.L = 1 needs in place of the row's. */
  readonly wide?: string;
}

export interface RowOptions {
  /** LOCK is allowed (with a memory destination). */
  readonly lock?: boolean;
  /** #UD in 64-bit mode, or outside it. */
  readonly no64?: boolean;
  readonly only64?: boolean;
  /** #UD in real and virtual-8086 mode. */
  readonly protectedOnly?: boolean;
  /** Operand size in 64-bit mode: 64 unless 66h asks for 16 ('default64'), or always 64 ('force64'). */
  readonly size64?: 'default64' | 'force64';
  /** The operand size is always this one (66h selects another row, as in SSE). */
  readonly ignore66?: boolean;
  /** Nothing after it is decoded in the same run: jumps, returns, far transfers. */
  readonly ends?: boolean;
  /** CPUID feature (cpu/features.ts) without which the row is #UD. */
  readonly feature?: string;
  /** What the encoding means where the feature is absent (LZCNT is BSR). */
  readonly otherwise?: Row;
  /** Checked before the instruction (SDM vol. 3A, 13.1, 2.5): #UD when CR0.EM or not CR4.OSFXSR, #NM when CR0.TS; x87: #NM when EM or TS; wait: #NM when TS and MP. */
  /** avx: #UD unless the system has enabled AVX, #NM when CR0.TS. */
  readonly unit?: 'x87' | 'mmx' | 'sse' | 'avx' | 'wait';
  /** A row of the VEX maps. */
  readonly vex?: VexOptions;
  /** The address has a vector register of this size as its index (VSIB): SIB is needed. */
  readonly vectorIndex?: 'x' | 'h';
  /** Only the register form, or only the memory form, exists; the other is #UD. */
  readonly form?: 'register' | 'memory';
  /** Any ModRM stands for a register form. Rows of microcode with an R operand do so in any case. */
  readonly ignoresMod?: boolean;
  /**
   * Mnemonic, where it is not the name of the semantics or the microcode: 'cbw/cwde/cdqe' by operand size 16, 32, 64; 'jcxz|jecxz|jrcxz' by address size;
   * 'ret~' has w, d or q in place of ~ when the operand size is not the code's own.
   */
  readonly mnemonic?: string;
  /** Operands as text, where they are not `operands`. */
  readonly shown?: readonly ShownOperand[];
}

/** `named('retf~')`, `named('in', 'AL Ib')`: mnemonic and operands as text; no operands if none are given. */
export const named = (mnemonic: string, shown = ''): Pick<RowOptions, 'mnemonic' | 'shown'> => ({ mnemonic, shown: shown ? (shown.split(' ') as ShownOperand[]) : [] });

/** An operand that comes after ModRM. Second: ENTER's level, after another immediate. */
export type TrailingOperand = OperandCode | 'second';

/** What follows from the operands, worked out once. */
interface OperandFacts {
  readonly usesModrm: boolean;
  /** ModRM has to be of this form. */
  readonly form?: 'register' | 'memory' | undefined;
  /** Moves to and from control and debug registers take any ModRM for a register form. */
  readonly ignoresMod: boolean;
  readonly trailing: readonly TrailingOperand[];
  /** An operand is in VEX.vvvv. */
  readonly usesVvvv: boolean;
  /** ModRM.rm names a register or memory operand of several forms. */
  readonly hasForms: boolean;
}

/** Executed by generated code. */
export interface SemanticRow extends RowOptions {
  readonly kind: 'semantics';
  readonly semantics: Semantics;
  readonly operands: readonly OperandCode[];
  readonly facts: OperandFacts;
}

/** Executed by a function of cpu/microcode/registry.ts. `operands` tell the decoder and the disassembler what follows the opcode. */
export interface MicrocodeRow extends RowOptions {
  readonly kind: 'microcode';
  readonly microcode: string;
  readonly operands: readonly OperandCode[];
  readonly facts: OperandFacts;
}

export type Row = SemanticRow | MicrocodeRow;
/** Selected by ModRM.reg; an entry may itself depend on the form. */
export interface Group {
  readonly kind: 'group';
  readonly rows: readonly (Entry | undefined)[];
}
/** Selected by the mandatory prefix: F3 and F2 win over 66. */
export interface ByPrefix {
  readonly kind: 'prefix';
  readonly none?: Entry | undefined;
  readonly p66?: Entry | undefined;
  readonly f3?: Entry | undefined;
  readonly f2?: Entry | undefined;
}
/** Selected by the form: register or memory; `register` may be eight entries by ModRM.rm. */
export interface ByForm {
  readonly kind: 'form';
  readonly memory?: Entry | undefined;
  readonly register?: Entry | readonly (Entry | undefined)[] | undefined;
}
/** Different meaning in 64-bit mode. */
export interface ByMode {
  readonly kind: 'mode';
  readonly legacy?: Entry | undefined;
  readonly long?: Entry | undefined;
}
/** Different meaning with REX.W. */
export interface ByWide {
  readonly kind: 'wide';
  readonly w0?: Entry | undefined;
  readonly w1?: Entry | undefined;
}
/** Different meaning with REX.B: 90 is NOP, 41 90 exchanges R8. */
export interface ByExtension {
  readonly kind: 'extension';
  readonly plain: Entry;
  readonly extended: Entry;
}
/** Different meaning with VEX.L. */
export interface ByVectorLength {
  readonly kind: 'length';
  readonly l0: Entry;
  readonly l1: Entry;
}
export type Entry = Row | Group | ByPrefix | ByForm | ByMode | ByWide | ByExtension | ByVectorLength;
/** Opcode byte -> entry; what is absent is #UD. */
export type OpcodeMap = Readonly<Record<number, Entry>>;

const split = (operands: string): OperandCode[] => (operands ? (operands.split(' ') as OperandCode[]) : []);

const modrmLetters = new Set(['E', 'G', 'M', 'R', 'S', 'V', 'W', 'U', 'P', 'Q', 'N', 'F']);
const vvvvLetters = new Set(['B', 'H']);
const registerLetters = new Set(['R', 'U', 'N']);
const fixedOperands = new Set<OperandCode>(['AL', 'CL', 'AX', 'DX', 'eAX', 'eBP', 'rCX', '1']);
const usesModrm = (code: OperandCode): boolean => !fixedOperands.has(code) && modrmLetters.has(code[0]!);

const factsOf = (kind: Row['kind'], operands: readonly OperandCode[], options: RowOptions): OperandFacts => {
  const first = (letters: ReadonlySet<string>): boolean => operands.some((code) => letters.has(code[0]!));
  return {
    usesModrm: operands.some(usesModrm),
    form: options.form ?? (first(registerLetters) ? 'register' : operands.some((code) => code[0] === 'M') ? 'memory' : undefined),
    ignoresMod: options.ignoresMod ?? (kind === 'microcode' && operands.some((code) => code[0] === 'R')),
    usesVvvv: first(vvvvLetters),
    // in VEX rows W is one form, which finds out at run time
    hasForms: operands.some((code) => code[0] === 'E' || code[0] === 'Q' || (code[0] === 'W' && !options.vex)),
    trailing: operands.filter((code) => !usesModrm(code) && !fixedOperands.has(code) && !vvvvLetters.has(code[0]!)).map((code, n, all) => (code === 'Ib' && all[n - 1] === 'Iw' ? 'second' : code)),
  };
};

/** `row(ADC, 'Ev Gv', { lock: true })` */
export const row = (semantics: Semantics, operands: string, options: RowOptions = {}): SemanticRow => {
  const codes = split(operands);
  return { kind: 'semantics', semantics, operands: codes, facts: factsOf('semantics', codes, options), ...options };
};
/** `micro('lgdt', 'Ms')` */
export const micro = (microcode: string, operands = '', options: RowOptions = {}): MicrocodeRow => {
  const codes = split(operands);
  return { kind: 'microcode', microcode, operands: codes, facts: factsOf('microcode', codes, options), ...options };
};
export const group = (...rows: (Entry | undefined)[]): Group => ({ kind: 'group', rows });
export const byPrefix = (entries: Omit<ByPrefix, 'kind'>): ByPrefix => ({ kind: 'prefix', ...entries });
export const byForm = (entries: Omit<ByForm, 'kind'>): ByForm => ({ kind: 'form', ...entries });
export const byMode = (entries: Omit<ByMode, 'kind'>): ByMode => ({ kind: 'mode', ...entries });
export const byRexW = (w0: Entry, w1: Entry): ByWide => ({ kind: 'wide', w0, w1 });
export const byRexB = (plain: Entry, extended: Entry): ByExtension => ({ kind: 'extension', plain, extended });
export const byVectorLength = (l0: Entry, l1: Entry): ByVectorLength => ({ kind: 'length', l0, l1 });
