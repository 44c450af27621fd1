/**
 * The opcode maps in the form in which the reader walks them: all entries are of one class, with numbers and bits in place of options that a row may or may not have.
 * A row's options have many combinations, and so have the objects; looking into those for each instruction was a third of the time that decoding took.
 */
import type { Entry, OperandCode, Row, TrailingOperand } from '../isa/row.ts';

/** What an entry's successors are selected by, or that it is a row. */
export const selectBy = { nothing: 0, group: 1, prefix: 2, form: 3, formAndRm: 4, mode: 5, rexB: 6, vectorLength: 7, rexW: 8 } as const;

/** Bits of `OpcodeNode.flags`. */
export const rowFlag = {
  no64: 1, only64: 2, protectedOnly: 4, lock: 8, ignore66: 0x10, default64: 0x20, force64: 0x40, usesModrm: 0x80, ignoresMod: 0x100,
  vex: 0x200, usesVvvv: 0x400, vectorIndex: 0x800, ends: 0x1000, microcode: 0x2000, onlyRegister: 0x4000, onlyMemory: 0x8000, x87: 0x1_0000,
  /** Its feature is absent: the row means something else, or nothing. Of the 256-bit form another feature may decide, and then it means nothing. */
  absent: 0x2_0000, absent256: 0x4_0000, no256: 0x8_0000,
  hasTrailing: 0x10_0000, hasUnit: 0x20_0000,
} as const;

/** Operands after ModRM, by number. */
export const trailing = { byte: 0, second: 1, word: 2, operandSize: 3, dword: 4, wide: 5, farPointer: 6, offset: 7, atRsi: 8, atRdi: 9, atRbx: 10, nothing: 11 } as const;

const trailingCodes: Partial<Record<TrailingOperand, number>> = {
  Is: trailing.byte, Ib: trailing.byte, Jb: trailing.byte, Lx: trailing.byte, Lo: trailing.byte, second: trailing.second, Iw: trailing.word,
  Iz: trailing.operandSize, Jz: trailing.operandSize, Id: trailing.dword, Iv: trailing.wide, Ap: trailing.farPointer, Ob: trailing.offset, Ov: trailing.offset,
  Xs: trailing.atRsi, XD: trailing.atRdi, XL: trailing.atRbx,
};

/** Where a register operand's number is. */
export const registerIn = { opcode: 0, reg: 1, vvvv: 2, immediate: 3, regWithoutRex: 4, rmWithoutRex: 5, rm: 6, fixed: 7 } as const;
type RegisterIn = (typeof registerIn)[keyof typeof registerIn];

export const placeOfRegister = (code: OperandCode): RegisterIn => {
  switch (code[0]) {
    case 'Z': return registerIn.opcode;
    case 'G': case 'V': return registerIn.reg;
    case 'B': case 'H': return registerIn.vvvv;
    case 'L': return registerIn.immediate;
    case 'P': return registerIn.regWithoutRex;
    case 'N': case 'Q': case 'F': return registerIn.rmWithoutRex;
    default: return registerIn.rm;
  }
};

/** How an instruction's record is filled in. */
export interface RecordPlan {
  readonly handler: number;
  /** Of each register operand its place, a value of `registerIn`; and how its number is written there, or the fixed value. */
  readonly places: readonly number[];
  readonly writings: readonly number[];
}

/** How a register's number is written: as an offset among the general registers, with AH to BH where there is no REX; or times 16. */
export const registerWriting = { general: 0, generalByte: 1, other: 2 } as const;

export class OpcodeNode {
  /** A value of `selectBy`. */
  readonly by: number;
  /** In the order of `successors`; of a row, what it means where its feature is absent. */
  readonly next: readonly (OpcodeNode | undefined)[];
  readonly row: Row | undefined;
  readonly flags: number;
  /** VEX.L and VEX.W where they have to be this, or -1. */
  readonly vexL: number;
  readonly vexW: number;
  /** Values of `trailing`. */
  readonly trailing: readonly number[];
  /** Of a row, by sizes and form: what the decoder worked out with the first such instruction. */
  readonly plans: (RecordPlan | undefined)[] = [];

  constructor(entry: Entry, hasFeature: (name: string) => boolean) {
    const isRow = entry.kind === 'semantics' || entry.kind === 'microcode';
    this.by = selection(entry);
    this.next = successors(entry).map((next) => next && new OpcodeNode(next, hasFeature));
    this.row = isRow ? entry : undefined;
    this.flags = isRow ? flagsOf(entry, hasFeature) : 0;
    this.vexL = isRow ? entry.vex?.l ?? -1 : -1;
    this.vexW = isRow ? entry.vex?.w ?? -1 : -1;
    this.trailing = isRow ? entry.facts.trailing.map((code) => trailingCodes[code] ?? trailing.nothing) : [];
  }
}

const selection = (entry: Entry): number => {
  switch (entry.kind) {
    case 'group': return selectBy.group;
    case 'prefix': return selectBy.prefix;
    case 'form': return Array.isArray(entry.register) ? selectBy.formAndRm : selectBy.form;
    case 'mode': return selectBy.mode;
    case 'extension': return selectBy.rexB;
    case 'length': return selectBy.vectorLength;
    case 'wide': return selectBy.rexW;
    default: return selectBy.nothing;
  }
};

const successors = (entry: Entry): readonly (Entry | undefined)[] => {
  switch (entry.kind) {
    case 'group': return entry.rows;
    case 'prefix': return [entry.none, entry.p66, entry.f3, entry.f2];
    case 'form': return [entry.memory, ...(Array.isArray(entry.register) ? (entry.register as readonly (Entry | undefined)[]) : [entry.register as Entry | undefined])];
    case 'mode': return [entry.legacy, entry.long];
    case 'extension': return [entry.plain, entry.extended];
    case 'length': return [entry.l0, entry.l1];
    case 'wide': return [entry.w0, entry.w1];
    default: return [entry.otherwise];
  }
};

const flagsOf = (row: Row, hasFeature: (name: string) => boolean): number => {
  const { facts, vex } = row;
  let flags = 0;
  const add = (bit: number, condition: unknown): void => { if (condition) flags |= bit; };
  add(rowFlag.no64, row.no64);
  add(rowFlag.only64, row.only64);
  add(rowFlag.protectedOnly, row.protectedOnly);
  add(rowFlag.lock, row.lock);
  add(rowFlag.ignore66, row.ignore66);
  add(rowFlag.default64, row.size64 === 'default64');
  add(rowFlag.force64, row.size64 === 'force64');
  add(rowFlag.usesModrm, facts.usesModrm);
  add(rowFlag.ignoresMod, facts.ignoresMod);
  add(rowFlag.onlyRegister, facts.form === 'register');
  add(rowFlag.onlyMemory, facts.form === 'memory');
  add(rowFlag.vex, vex);
  add(rowFlag.usesVvvv, facts.usesVvvv);
  add(rowFlag.vectorIndex, row.vectorIndex);
  add(rowFlag.ends, row.ends);
  add(rowFlag.microcode, row.kind === 'microcode');
  add(rowFlag.x87, row.unit === 'x87');
  add(rowFlag.hasUnit, row.unit);
  add(rowFlag.hasTrailing, facts.trailing.length);
  add(rowFlag.absent, row.feature && !hasFeature(row.feature));
  add(rowFlag.absent256, flags & rowFlag.absent && !vex?.wide);
  add(rowFlag.no256, vex?.wide && !hasFeature(vex.wide));
  return flags;
};
