/**
 * Reads one instruction: prefixes, opcode bytes, the row that the opcode maps have for them, ModRM, SIB, displacement and immediates.
 * Reference: SDM vol. 2A, ch. 2 (formats, prefixes, ModRM, SIB, REX). Prefixes in any order and number, up to 15 bytes in all; F3 and F2 select
 * before 66; a REX counts only right before the opcode. VEX
 * (2.3): C4 and C5, outside 64-bit mode only where LES and LDS would have a register operand.
 *
 * This is the one place where bytes select a row. The decoder makes records of what it finds, the disassembler makes text.
 */
import type { Entry, OpcodeMap, OperandCode, Row, TrailingOperand } from '../isa/row.ts';
import type { Size, VectorLength } from '../isa/shapes.ts';
import { modeBit } from '../modes.ts';
import { gpr, segment } from '../state.ts';

export interface OpcodeMaps {
  readonly oneByte: OpcodeMap;
  readonly twoByte: OpcodeMap;
  readonly map0f38: OpcodeMap;
  readonly map0f3a: OpcodeMap;
  readonly vex0f: OpcodeMap;
  readonly vex0f38: OpcodeMap;
  readonly vex0f3a: OpcodeMap;
}

export const MAX_INSTRUCTION_BYTES = 15;
/** Values of `InstructionReader.repeat`: as in a record's shape. */
export const repeatPrefix = { none: 0, f3: 0x20, f2: 0x40 } as const;

/** What became of the bytes. */
export const reading = {
  /** `row` is the instruction's. */
  complete: 0,
  /** No row, or one that is not allowed as it is written: #UD. */
  undefinedOpcode: 1,
  /** The instruction goes on after the last byte given, or after the fifteenth. */
  incomplete: 2,
} as const;
export type Reading = (typeof reading)[keyof typeof reading];

/** Kinds of `InstructionReader.memory`. */
export const memoryOperand = {
  none: 0,
  modrm: 1,
  /** The offset follows the opcode and is in `immediate` and `immediateHigh`. */
  offset: 2,
  /** DS:rSI, DS:rDI, DS:rBX of string instructions, MASKMOVQ, XLAT. */
  implicit: 3,
} as const;

const flatten = (map: OpcodeMap): (Entry | undefined)[] => Array.from({ length: 256 }, (_, n) => map[n]);

/** Numbers of the maps that a VEX prefix selects: 0F, 0F 38, 0F 3A come after those without. */
const FIRST_VEX_MAP = 4;
const vexMaps = 3;
const NO_MAP = -1;

/** Base and index registers of 16-bit addressing, SDM vol. 2A, table 2-1. */
const base16: readonly (readonly [base: number, index: number])[] = [
  [gpr.rbx, gpr.rsi], [gpr.rbx, gpr.rdi], [gpr.rbp, gpr.rsi], [gpr.rbp, gpr.rdi], [gpr.rsi, -1], [gpr.rdi, -1], [gpr.rbp, -1], [gpr.rbx, -1],
];

/** The fields describe the instruction read last. */
export class InstructionReader {
  readonly #maps: readonly (readonly (Entry | undefined)[])[];
  readonly #hasFeature: (name: string) => boolean;
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;
  #short = false;

  row: Row | undefined;
  lengthBytes = 0;
  /** In 64-bit mode. */
  long = false;
  #code32 = false;
  #mode = 0;

  rex = 0;
  prefix66 = false;
  prefix67 = false;
  /** A value of `repeatPrefix`. */
  repeat = 0;
  lock = false;
  /** Segment register of the override that counts, or -1. */
  override = -1;
  /** VEX.vvvv, not inverted, or -1 when there is no VEX prefix; bits of a vector by VEX.L, then. */
  vvvv = -1;
  vectorLength: VectorLength = 0;
  /** The last opcode byte. */
  opcode = 0;
  addressSize: Size = 32;
  operandSize: Size = 32;
  /** -1: none was read. */
  modrm = -1;
  isRegister = false;

  /** A value of `memoryOperand`, and its address: register numbers, -1 for none. */
  memory = 0;
  base = -1;
  index = -1;
  scale = 0;
  displacement = 0;
  /** The displacement counts from the next instruction. */
  relative = false;
  /** Segment register of the memory operand. */
  segment = 0;

  /** Sign-extended as the operand asks. Second immediate of ENTER, EXTRQ, INSERTQ: bits 16–23 or 8–15. */
  immediate = 0;
  /** Upper half of a 64-bit immediate or offset; selector of a far pointer. */
  immediateHigh = 0;
  /** Has the immediate an upper half (if only 0)? */
  isWide = false;

  constructor(maps: OpcodeMaps, hasFeature: (name: string) => boolean) {
    this.#maps = [maps.oneByte, maps.twoByte, maps.map0f38, maps.map0f3a, maps.vex0f, maps.vex0f38, maps.vex0f3a].map(flatten);
    this.#hasFeature = hasFeature;
  }

  /** Reads the instruction at `bytes[at]`, of which bytes before `end` are known; `mode` is the mode word (cpu/modes.ts). */
  read(bytes: Uint8Array, at: number, end: number, mode: number): Reading {
    this.#bytes = bytes;
    this.#at = at;
    this.#end = Math.min(end, at + MAX_INSTRUCTION_BYTES);
    this.#short = false;
    this.#mode = mode;
    this.long = (mode & modeBit.codeSize) === 2;
    this.#code32 = (mode & modeBit.codeSize) === 1;
    this.modrm = -1;
    this.isRegister = false;
    this.memory = memoryOperand.none;
    this.relative = false;
    this.immediate = 0;
    this.immediateHigh = 0;
    this.isWide = false;

    const map = this.#prefixesAndOpcode();
    this.row = this.#short ? undefined : this.#select(this.#maps[map]?.[this.opcode], map);
    const allowed = this.row !== undefined && !this.#short && this.#operands(this.row);
    this.lengthBytes = this.#at - at;
    if (this.#short) return reading.incomplete;
    return allowed ? reading.complete : reading.undefinedOpcode;
  }

  /** Number of the register that an operand code names by ModRM or the opcode byte, extended by REX. */
  registerNumber(code: OperandCode): number {
    switch (code[0]) {
      case 'Z': return (this.opcode & 7) | (this.rex & 1 ? 8 : 0);
      case 'G': case 'V': return ((this.modrm >> 3) & 7) | (this.rex & 4 ? 8 : 0);
      case 'B': case 'H': return this.vvvv;
      case 'L': return (this.immediate >> 4) & (this.long ? 15 : 7);
      case 'P': return (this.modrm >> 3) & 7;
      case 'N': case 'Q': case 'F': return this.modrm & 7;
      default: return (this.modrm & 7) | (this.rex & 1 ? 8 : 0);
    }
  }

  #next(): number {
    if (this.#at >= this.#end) {
      this.#short = true;
      return 0;
    }
    return this.#bytes[this.#at++]!;
  }

  #little(bytes: number): number {
    let value = 0;
    for (let i = 0; i < bytes; i++) value |= this.#next() << (8 * i);
    return value;
  }

  /** @returns the number of the opcode map */
  #prefixesAndOpcode(): number {
    this.rex = 0;
    this.prefix66 = false;
    this.prefix67 = false;
    this.repeat = 0;
    this.lock = false;
    this.override = -1;
    this.vvvv = -1;
    this.vectorLength = 0;
    for (;;) {
      let byte = this.#next();
      if (this.#short) return 0;
      if (this.long && (byte & 0xf0) === 0x40) {
        this.rex = byte;
        continue;
      }
      switch (byte) {
        case 0x66: this.prefix66 = true; break;
        case 0x67: this.prefix67 = true; break;
        case 0xf0: this.lock = true; break;
        case 0xf2: this.repeat = repeatPrefix.f2; break;
        case 0xf3: this.repeat = repeatPrefix.f3; break;
        case 0x26: case 0x2e: case 0x36: case 0x3e: if (!this.long) this.override = (byte >> 3) & 3; break;
        case 0x64: this.override = segment.fs; break;
        case 0x65: this.override = segment.gs; break;
        default: {
          this.addressSize = this.long ? (this.prefix67 ? 32 : 64) : this.#code32 !== this.prefix67 ? 32 : 16;
          if ((byte === 0xc4 || byte === 0xc5) && this.#isVex()) return this.#vexPrefix(byte);
          let map = 0;
          if (byte === 0x0f) {
            byte = this.#next();
            map = 1;
            if (byte === 0x38 || byte === 0x3a) {
              map = byte === 0x38 ? 2 : 3;
              byte = this.#next();
            }
          }
          this.opcode = byte;
          return map;
        }
      }
      // a REX that is not the last prefix is ignored
      this.rex = 0;
    }
  }

  /** C4 or C5 has just been read. In real and virtual-8086 mode there is no VEX; a register operand of LES and LDS is #UD. */
  #isVex(): boolean {
    if (!(this.#mode & modeBit.protected) || this.#mode & modeBit.virtual8086) return false;
    return this.long || (this.#at < this.#end && this.#bytes[this.#at]! >= 0xc0);
  }

  /** The rest of the prefix, and the opcode. REX, 66, F3 and F2 become those that VEX stands for. @returns the number of the opcode map; there may be none of it */
  #vexPrefix(first: number): number {
    // before VEX they are #UD
    const isUndefined = this.rex !== 0 || this.prefix66 || this.repeat !== 0 || this.lock;
    let payload = this.#next();
    let rex = (payload & 0x80) ^ 0x80 ? 4 : 0;
    let map = 1;
    if (first === 0xc4) {
      rex = ((payload >> 5) & 7) ^ 7;
      map = payload & 0x1f;
      payload = this.#next();
      if (payload & 0x80) rex |= 8;
    }
    // outside 64-bit mode there are eight registers: R and X are 0 already, B and the top of vvvv play no part
    this.rex = 0x40 | (this.long ? rex : rex & 8);
    this.vvvv = ((payload >> 3) & 15) ^ 15;
    this.vectorLength = payload & 4 ? 256 : 128;
    if (!this.long) this.vvvv &= 7;
    this.prefix66 = (payload & 3) === 1;
    this.repeat = (payload & 3) === 2 ? repeatPrefix.f3 : (payload & 3) === 3 ? repeatPrefix.f2 : repeatPrefix.none;
    this.opcode = this.#next();
    return isUndefined || map < 1 || map > vexMaps ? NO_MAP : FIRST_VEX_MAP + map - 1;
  }

  #readModrm(): number {
    if (this.modrm < 0) this.modrm = this.#next();
    return this.modrm;
  }

  #select(entry: Entry | undefined, map: number): Row | undefined {
    let e = entry;
    while (e) {
      switch (e.kind) {
        case 'semantics': case 'microcode': {
          if (e.feature && !(e.vex?.wide && this.vectorLength === 256) && !this.#hasFeature(e.feature)) {
            e = e.otherwise;
            break;
          }
          return this.#permitted(e) ? e : undefined;
        }
        case 'group': e = e.rows[(this.#readModrm() >> 3) & 7]; break;
        case 'prefix':
          if (this.repeat === repeatPrefix.f3 && e.f3) e = e.f3;
          else if (this.repeat === repeatPrefix.f2 && e.f2) e = e.f2;
          else if (this.repeat && map > 0) e = undefined;
          else e = this.prefix66 ? e.p66 : e.none;
          break;
        case 'form': {
          const modrm = this.#readModrm();
          if (modrm < 0xc0) e = e.memory;
          else {
            const { register } = e;
            e = Array.isArray(register) ? (register as readonly (Entry | undefined)[])[modrm & 7] : (register as Entry | undefined);
          }
          break;
        }
        case 'mode': e = this.long ? e.long : e.legacy; break;
        case 'extension': e = this.rex & 1 ? e.extended : e.plain; break;
        case 'length': e = this.vectorLength === 256 ? e.l1 : e.l0; break;
        case 'wide': e = this.rex & 8 ? e.w1 : e.w0; break;
      }
      if (this.#short) return undefined;
    }
    return undefined;
  }

  #permitted(row: Row): boolean {
    if (row.no64 && this.long) return false;
    if (row.only64 && !this.long) return false;
    const { vex } = row;
    if (vex) {
      if (!row.facts.usesVvvv && this.vvvv !== 0) return false;
      if (vex.l !== undefined && vex.l !== this.vectorLength >> 8) return false;
      if (vex.w !== undefined && vex.w !== (this.rex >> 3 & 1)) return false;
      if (vex.wide && this.vectorLength === 256 && !this.#hasFeature(vex.wide)) return false;
    }
    if (row.protectedOnly && (!(this.#mode & modeBit.protected) || this.#mode & modeBit.virtual8086)) return false;
    return true;
  }

  /** What comes after the opcode. @returns whether the row may be written so */
  #operands(row: Row): boolean {
    this.#setOperandSize(row);
    const { facts } = row;
    if (facts.usesModrm || this.modrm >= 0) {
      const modrm = this.#readModrm();
      this.isRegister = modrm >= 0xc0 || facts.ignoresMod;
      if (!this.isRegister) this.#address(modrm, row.vectorIndex !== undefined);
      if (this.#short) return true;
      if (row.vectorIndex && (this.addressSize === 16 || (modrm & 7) !== 4)) return false;
      if (facts.form && (facts.form === 'register') !== this.isRegister) return false;
    }
    for (const code of facts.trailing) this.#trailing(code);
    return !this.lock || (row.lock === true && !this.isRegister);
  }

  #setOperandSize(row: Row): void {
    if (this.long) {
      if (this.rex & 8 || row.size64 === 'force64') this.operandSize = 64;
      else if (row.ignore66) this.operandSize = row.size64 ? 64 : 32;
      else if (this.prefix66) this.operandSize = 16;
      else this.operandSize = row.size64 ? 64 : 32;
    } else if (row.ignore66) this.operandSize = 32;
    else this.operandSize = this.#code32 !== this.prefix66 ? 32 : 16;
  }

  /** The memory operand of ModRM. */
  #address(modrm: number, vectorIndex: boolean): void {
    const mod = modrm >> 6, rm = modrm & 7;
    this.memory = memoryOperand.modrm;
    this.index = -1;
    this.scale = 0;
    this.displacement = 0;
    if (this.addressSize === 16) {
      if (mod === 0 && rm === 6) {
        this.base = -1;
        this.displacement = (this.#little(2) << 16) >> 16;
        this.#setSegment(segment.ds);
        return;
      }
      [this.base, this.index] = base16[rm]!;
      if (mod) this.displacement = mod === 1 ? (this.#next() << 24) >> 24 : (this.#little(2) << 16) >> 16;
      this.#setSegment(this.base === gpr.rbp ? segment.ss : segment.ds);
      return;
    }
    this.base = rm | (this.rex & 1 ? 8 : 0);
    if (rm === 4) {
      const sib = this.#next();
      const index = ((sib >> 3) & 7) | (this.rex & 2 ? 8 : 0);
      if (index !== 4 || vectorIndex) {
        this.index = index;
        this.scale = sib >> 6;
      }
      this.base = (sib & 7) | (this.rex & 1 ? 8 : 0);
      if ((sib & 7) === 5 && mod === 0) {
        this.base = -1;
        this.displacement = this.#little(4);
      }
    } else if (rm === 5 && mod === 0) {
      this.base = -1;
      this.displacement = this.#little(4);
      this.relative = this.long;
    }
    if (mod) this.displacement = mod === 1 ? (this.#next() << 24) >> 24 : this.#little(4);
    this.#setSegment(this.base === gpr.rsp || this.base === gpr.rbp ? segment.ss : segment.ds);
  }

  #setSegment(defaultSegment: number): void {
    this.segment = this.override >= 0 ? this.override : defaultSegment;
  }

  /** An operand that is not in ModRM: an immediate, an offset, or memory at a fixed register. */
  #trailing(code: TrailingOperand): void {
    switch (code) {
      case 'Is': case 'Ib': case 'Jb': case 'Lx': case 'Lo': this.immediate = (this.#next() << 24) >> 24; return;
      case 'second': this.immediate |= this.#next() << 16; return;
      case 'Iw': this.immediate = this.#little(2); return;
      case 'Iz': case 'Jz': this.immediate = this.operandSize === 16 ? (this.#little(2) << 16) >> 16 : this.#little(4); return;
      case 'Id': this.immediate = this.#little(4); return;
      case 'Iv':
        if (this.operandSize === 64) {
          this.immediate = this.#little(4);
          this.immediateHigh = this.#little(4);
          this.isWide = true;
        } else this.immediate = this.#little(this.operandSize / 8);
        return;
      case 'Ap':
        this.immediate = this.#little(this.operandSize === 16 ? 2 : 4);
        this.immediateHigh = this.#little(2);
        this.isWide = true;
        return;
      case 'Ob': case 'Ov':
        this.immediate = this.#little(Math.min(this.addressSize / 8, 4));
        if (this.addressSize === 64) this.immediateHigh = this.#little(4);
        this.isWide = true;
        this.#implied(memoryOperand.offset, -1);
        return;
      case 'Xs': this.#implied(memoryOperand.implicit, gpr.rsi); return;
      case 'XD': this.#implied(memoryOperand.implicit, gpr.rdi); return;
      case 'XL': this.#implied(memoryOperand.implicit, gpr.rbx); return;
      default:
    }
  }

  #implied(kind: number, base: number): void {
    this.memory = kind;
    this.base = base;
    this.index = -1;
    this.scale = 0;
    this.displacement = 0;
    this.#setSegment(segment.ds);
  }
}
