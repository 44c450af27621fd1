/**
 * Reads one instruction: prefixes, opcode bytes, the row that the opcode maps have for them, ModRM, SIB, displacement and immediates.
 * Reference: SDM vol. 2A, ch. 2 (formats, prefixes, ModRM, SIB, REX). Prefixes in any order and number, up to 15 bytes in all; F3 and F2 select
 * before 66; a REX counts only right before the opcode. VEX
 * (2.3): C4 and C5, outside 64-bit mode only where LES and LDS would have a register operand.
 *
 * This is the one place where bytes select a row. The decoder makes records of what it finds, the disassembler makes text.
 */
import type { OpcodeMap, OperandCode, Row } from '../isa/row.ts';
import type { Size, VectorLength } from '../isa/shapes.ts';
import { modeBit } from '../modes.ts';
import { gpr, segment } from '../state.ts';
import { OpcodeNode, placeOfRegister, registerIn, rowFlag, selectBy, trailing } from './opcode-node.ts';

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

/** Numbers of the maps that a VEX prefix selects: 0F, 0F 38, 0F 3A come after those without. */
const FIRST_VEX_MAP = 4;
const vexMaps = 3;
const NO_MAP = -1;
const MAPS = FIRST_VEX_MAP + vexMaps;

/** Base and index registers of 16-bit addressing, SDM vol. 2A, table 2-1. */
const base16 = [gpr.rbx, gpr.rbx, gpr.rbp, gpr.rbp, gpr.rsi, gpr.rdi, gpr.rbp, gpr.rbx] as const;
const index16 = [gpr.rsi, gpr.rdi, gpr.rsi, gpr.rdi, -1, -1, -1, -1] as const;

/** The fields describe the instruction read last. */
export class InstructionReader {
  readonly #maps: readonly OpcodeMap[];
  /** By map and opcode, made when the first instruction asks; null where the map has none. */
  readonly #nodes: (OpcodeNode | null | undefined)[] = Array.from({ length: MAPS * 256 });
  readonly #hasFeature: (name: string) => boolean;
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;
  #short = false;

  /** Of the row, or none. */
  node: OpcodeNode | undefined;
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
    this.#maps = [maps.oneByte, maps.twoByte, maps.map0f38, maps.map0f3a, maps.vex0f, maps.vex0f38, maps.vex0f3a];
    this.#hasFeature = hasFeature;
  }

  get row(): Row | undefined {
    return this.node?.row;
  }

  #nodeFor(map: number): OpcodeNode | undefined {
    if (map === NO_MAP) return undefined;
    const at = (map << 8) | this.opcode;
    const known = this.#nodes[at];
    if (known !== undefined) return known ?? undefined;
    const entry = this.#maps[map]![this.opcode];
    const node = entry && new OpcodeNode(entry, this.#hasFeature);
    this.#nodes[at] = node ?? null;
    return node;
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
    const node = this.#short ? undefined : this.#select(this.#nodeFor(map), map);
    this.node = node;
    const allowed = node !== undefined && !this.#short && this.#operands(node);
    this.lengthBytes = this.#at - at;
    if (this.#short) return reading.incomplete;
    return allowed ? reading.complete : reading.undefinedOpcode;
  }

  /** Number of the register that an operand code names by ModRM or the opcode byte, extended by REX. */
  registerNumber(code: OperandCode): number {
    return this.registerAt(placeOfRegister(code));
  }

  /** The same, by a value of `registerIn`. */
  registerAt(place: number): number {
    switch (place) {
      case registerIn.opcode: return (this.opcode & 7) | (this.rex & 1 ? 8 : 0);
      case registerIn.reg: return ((this.modrm >> 3) & 7) | (this.rex & 4 ? 8 : 0);
      case registerIn.vvvv: return this.vvvv;
      case registerIn.immediate: return (this.immediate >> 4) & (this.long ? 15 : 7);
      case registerIn.regWithoutRex: return (this.modrm >> 3) & 7;
      case registerIn.rmWithoutRex: return this.modrm & 7;
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
    const at = this.#at, known = this.#bytes;
    if (at + bytes > this.#end) {
      this.#at = this.#end;
      this.#short = true;
      return 0;
    }
    this.#at = at + bytes;
    const low = known[at]! | (known[at + 1]! << 8);
    return bytes === 2 ? low : low | (known[at + 2]! << 16) | (known[at + 3]! << 24);
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

  #select(first: OpcodeNode | undefined, map: number): OpcodeNode | undefined {
    let node = first;
    while (node !== undefined) {
      switch (node.by) {
        case selectBy.nothing:
          if (node.flags & (this.vectorLength === 256 ? rowFlag.absent256 : rowFlag.absent)) {
            node = node.next[0];
            break;
          }
          return this.#permitted(node) ? node : undefined;
        case selectBy.group: node = node.next[(this.#readModrm() >> 3) & 7]; break;
        case selectBy.prefix:
          if (this.repeat === repeatPrefix.f3 && node.next[2]) node = node.next[2];
          else if (this.repeat === repeatPrefix.f2 && node.next[3]) node = node.next[3];
          else if (this.repeat && map > 0) node = undefined;
          else node = node.next[this.prefix66 ? 1 : 0];
          break;
        case selectBy.form: node = node.next[this.#readModrm() < 0xc0 ? 0 : 1]; break;
        case selectBy.formAndRm: {
          const modrm = this.#readModrm();
          node = node.next[modrm < 0xc0 ? 0 : 1 + (modrm & 7)];
          break;
        }
        case selectBy.mode: node = node.next[this.long ? 1 : 0]; break;
        case selectBy.rexB: node = node.next[this.rex & 1]; break;
        case selectBy.vectorLength: node = node.next[this.vectorLength === 256 ? 1 : 0]; break;
        default: node = node.next[(this.rex >> 3) & 1]; break;
      }
      if (this.#short) return undefined;
    }
    return undefined;
  }

  #permitted(node: OpcodeNode): boolean {
    const { flags } = node;
    if (flags & (this.long ? rowFlag.no64 : rowFlag.only64)) return false;
    if (flags & rowFlag.vex) {
      if (!(flags & rowFlag.usesVvvv) && this.vvvv !== 0) return false;
      if (node.vexL >= 0 && node.vexL !== this.vectorLength >> 8) return false;
      if (this.vectorLength === 256 && flags & rowFlag.no256) return false;
      if (node.vexW >= 0 && node.vexW !== (this.rex >> 3 & 1)) return false;
    }
    return !(flags & rowFlag.protectedOnly) || ((this.#mode & modeBit.protected) !== 0 && !(this.#mode & modeBit.virtual8086));
  }

  /** What comes after the opcode. @returns whether the row may be written so */
  #operands(node: OpcodeNode): boolean {
    const { flags } = node;
    this.#setOperandSize(flags);
    if (flags & rowFlag.usesModrm || this.modrm >= 0) {
      const modrm = this.#readModrm();
      this.isRegister = modrm >= 0xc0 || (flags & rowFlag.ignoresMod) !== 0;
      if (!this.isRegister) this.#address(modrm, (flags & rowFlag.vectorIndex) !== 0);
      if (this.#short) return true;
      if (flags & rowFlag.vectorIndex && (this.addressSize === 16 || (modrm & 7) !== 4)) return false;
      if (flags & (this.isRegister ? rowFlag.onlyMemory : rowFlag.onlyRegister)) return false;
    }
    if (flags & rowFlag.hasTrailing) for (let n = 0; n < node.trailing.length; n++) this.#trailing(node.trailing[n]!);
    return !this.lock || ((flags & rowFlag.lock) !== 0 && !this.isRegister);
  }

  #setOperandSize(flags: number): void {
    if (this.long) {
      if (this.rex & 8 || flags & rowFlag.force64) this.operandSize = 64;
      else if (this.prefix66 && !(flags & rowFlag.ignore66)) this.operandSize = 16;
      else this.operandSize = flags & rowFlag.default64 ? 64 : 32;
    } else if (flags & rowFlag.ignore66) this.operandSize = 32;
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
      this.base = base16[rm]!;
      this.index = index16[rm]!;
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
  #trailing(code: number): void {
    switch (code) {
      case trailing.byte: this.immediate = (this.#next() << 24) >> 24; return;
      case trailing.second: this.immediate |= this.#next() << 16; return;
      case trailing.word: this.immediate = this.#little(2); return;
      case trailing.operandSize: this.immediate = this.operandSize === 16 ? (this.#little(2) << 16) >> 16 : this.#little(4); return;
      case trailing.dword: this.immediate = this.#little(4); return;
      case trailing.wide:
        if (this.operandSize === 64) {
          this.immediate = this.#little(4);
          this.immediateHigh = this.#little(4);
          this.isWide = true;
        } else this.immediate = this.#little(this.operandSize === 16 ? 2 : 4);
        return;
      case trailing.farPointer:
        this.immediate = this.#little(this.operandSize === 16 ? 2 : 4);
        this.immediateHigh = this.#little(2);
        this.isWide = true;
        return;
      case trailing.offset:
        this.immediate = this.#little(this.addressSize === 16 ? 2 : 4);
        if (this.addressSize === 64) this.immediateHigh = this.#little(4);
        this.isWide = true;
        this.#implied(memoryOperand.offset, -1);
        return;
      case trailing.atRsi: this.#implied(memoryOperand.implicit, gpr.rsi); return;
      case trailing.atRdi: this.#implied(memoryOperand.implicit, gpr.rdi); return;
      case trailing.atRbx: this.#implied(memoryOperand.implicit, gpr.rbx); return;
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
