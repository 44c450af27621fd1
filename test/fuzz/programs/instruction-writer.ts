/** Writes one instruction of a given encoding, with operands that mean something to the program. */
import type { OperandCode, TrailingOperand } from '../../../packages/core/src/cpu/isa/row.ts';
import type { Random } from '../random.ts';
import type { Addresses } from './addresses.ts';
import type { Encoding } from './encodings.ts';
import { longDisplacements, protectedDisplacements } from './regions.ts';

export type Bits = 32 | 64;
type OperandSize = 16 | 32 | 64;

/** Bytes; a RIP-relative displacement is filled in where the instruction gets its address. */
export interface Written {
  readonly bytes: Uint8Array;
  /** Number of the encoding. */
  readonly encoding?: number;
  readonly relative?: { readonly at: number; readonly region: number };
}

/** General registers with a purpose, which other instructions mostly leave alone. */
export interface Purposes {
  readonly pointers: readonly number[];
  readonly counters: readonly number[];
}

interface MemoryOperand {
  /** ModRM without its reg field, SIB and displacement. */
  readonly bytes: readonly number[];
  /** REX.X and REX.B. */
  readonly rex: number;
  readonly relativeTo?: number;
  readonly segment: number;
}

const RSP = 4;
const edges = [0, 1, 2, 3, 7, 8, 15, 16, 31, 32, 33, 63, 64, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff] as const;
const fixedOperands: ReadonlySet<OperandCode> = new Set<OperandCode>(['AL', 'AX', 'CL', 'DX', 'XL', 'XD', 'Ap', 'Is', 'Xs', 'Ys']);

/** Of a value of 32 bits, sign-extended beyond. */
export const little = (value: number, bytes: number): number[] => Array.from({ length: bytes }, (_, i) => (i < 4 ? (value >> (8 * i)) & 0xff : (value | 0) < 0 ? 0xff : 0));

const operandIndex = ({ row }: Encoding, letters: string): number => row.operands.findIndex((code) => code.length === 2 && letters.includes(code[0]!) && !fixedOperands.has(code));

export class InstructionWriter {
  readonly #random: Random;
  readonly #long: boolean;
  readonly #purposes: Purposes;
  readonly #kept: ReadonlySet<number>;
  readonly #addresses: Addresses;

  constructor(random: Random, bits: Bits, purposes: Purposes, addresses: Addresses) {
    this.#addresses = addresses;
    this.#random = random;
    this.#long = bits === 64;
    this.#purposes = purposes;
    this.#kept = new Set([RSP, ...purposes.pointers, ...purposes.counters]);
  }

  write(encoding: Encoding): Written {
    const random = this.#random;
    const { row } = encoding;
    const hasModrm = row.facts.usesModrm || encoding.digit !== undefined || encoding.rm !== undefined || encoding.form !== undefined;
    const isRegister = encoding.form ? encoding.form === 'register' : random.chance(50);
    const isNarrow = !encoding.isVex && this.#long && random.chance(1);
    let { opcode } = encoding;
    let rex = encoding.b === 1 ? 1 : 0;
    let modrm: readonly number[] = [];
    let memory: MemoryOperand | undefined;
    if (hasModrm) {
      const reg = encoding.digit ?? this.#register(encoding, 'GVPS');
      if (reg & 8) rex |= 4;
      if (isRegister) {
        const rm = encoding.rm ?? this.#register(encoding, 'ERWUQNFM');
        if (rm & 8) rex |= 1;
        modrm = [0xc0 | ((reg & 7) << 3) | (rm & 7)];
      } else {
        memory = this.#memory(row.vectorIndex !== undefined, row.unit === 'sse');
        rex |= memory.rex;
        modrm = [memory.bytes[0]! | ((reg & 7) << 3), ...memory.bytes.slice(1)];
      }
    } else if (operandIndex(encoding, 'Z') >= 0 && encoding.map !== 2) {
      // a register with a purpose: rAX in its place
      const number = (opcode & 7) | (this.#long && encoding.b === undefined && random.chance(40) ? 8 : 0) | (rex & 1 ? 8 : 0);
      if (!this.#kept.has(number) || encoding.b === 1 || random.chance(2)) rex |= number & 8 ? 1 : 0;
      else opcode = (opcode & 0xf8) | (encoding.b === 0 ? opcode & 7 : 0);
    }
    const head = encoding.isVex ? this.#vex(encoding, rex, opcode) : this.#legacy(encoding, rex, opcode, memory?.segment ?? 0, isNarrow);
    const bytes = Uint8Array.from([...head.bytes, ...modrm, ...row.facts.trailing.flatMap((code) => this.#immediate(code, encoding, head.operandSize, isNarrow))]);
    if (memory?.relativeTo === undefined) return { bytes, encoding: encoding.number };
    return { bytes, encoding: encoding.number, relative: { at: head.bytes.length + 1, region: memory.relativeTo } };
  }

  #legacy(encoding: Encoding, rexBits: number, opcode: number, segment: number, isNarrow: boolean): { bytes: number[]; operandSize: OperandSize } {
    const random = this.#random, long = this.#long;
    const { row, prefix, map } = encoding;
    const bytes: number[] = [];
    const has66 = prefix === 'p66' || (prefix === undefined && !row.ignore66 && row.unit === undefined && random.chance(15));
    const isString = row.operands.some((code) => code === 'Ys' || code === 'Xs');
    if (has66) bytes.push(0x66);
    if (prefix === 'f3') bytes.push(0xf3);
    else if (prefix === 'f2') bytes.push(0xf2);
    else if (isString && random.chance(65)) bytes.push(random.pick([0xf3, 0xf2]));
    if (isNarrow) bytes.push(0x67);
    if (segment) bytes.push(segment);
    if (row.lock && segment === 0 && random.chance(5)) bytes.push(0xf0);
    const isWide = long && (encoding.w ?? (random.chance(45) ? 1 : 0)) === 1;
    if (long) {
      const rex = rexBits | (isWide ? 8 : 0);
      if (rex || (encoding.b === undefined && random.chance(15))) bytes.push(0x40 | rex);
    }
    if (map > 0) bytes.push(0x0f);
    if (map > 1) bytes.push(map === 2 ? 0x38 : 0x3a);
    bytes.push(opcode);
    const operandSize = isWide || (long && row.size64 === 'force64') ? 64 : row.ignore66 ? (long && row.size64 ? 64 : 32) : has66 ? 16 : long && row.size64 ? 64 : 32;
    return { bytes, operandSize };
  }

  #vex(encoding: Encoding, rex: number, opcode: number): { bytes: number[]; operandSize: OperandSize } {
    const random = this.#random, long = this.#long;
    const { row, map, prefix } = encoding;
    const w = encoding.w ?? (random.chance(30) ? 1 : 0);
    const l = encoding.l ?? (random.chance(50) ? 1 : 0);
    const vvvv = !row.facts.usesVvvv ? 0 : operandIndex(encoding, 'B') >= 0 ? this.#register(encoding, 'B') : random.below(long ? 16 : 8);
    const pp = prefix === 'p66' ? 1 : prefix === 'f3' ? 2 : prefix === 'f2' ? 3 : 0;
    const last = ((~vvvv & 15) << 3) | (l << 2) | pp;
    const high = (rex & 4 ? 0 : 0x80) | (rex & 2 ? 0 : 0x40) | (rex & 1 ? 0 : 0x20);
    const operandSize = w ? 64 : 32;
    if (map === 1 && !w && (high & 0x60) === 0x60 && random.chance(60)) return { bytes: [0xc5, (high & 0x80) | last, opcode], operandSize };
    return { bytes: [0xc4, high | map, (w << 7) | last, opcode], operandSize };
  }

  #immediate(code: TrailingOperand, encoding: Encoding, operandSize: OperandSize, isNarrow: boolean): number[] {
    const random = this.#random;
    const value = random.chance(50) ? random.pick(edges) * (random.chance(20) ? -1 : 1) : random.u32();
    switch (code) {
      case 'Is': case 'Ib': case 'Jb': case 'Lx': case 'Lo': return little(value, 1);
      case 'second': return [random.below(4)];
      // ENTER and returns: not out of the stack at once
      case 'Iw': return little(operandIndex(encoding, 'E') < 0 ? random.below(0x40) : value, 2);
      case 'Iz': case 'Jz': return little(value, operandSize === 16 ? 2 : 4);
      case 'Id': return little(value, 4);
      case 'Iv': return operandSize === 64 && random.chance(50) ? [...little(value, 4), ...little(random.u32(), 4)] : little(value, operandSize / 8);
      case 'Ap': return [...little(value, operandSize === 16 ? 2 : 4), 0x18, 0];
      case 'Ob': case 'Ov': return little(this.#displacement(), this.#long && !isNarrow ? 8 : 4);
      default: return [];
    }
  }

  #displacement(): number {
    return this.#random.pick(this.#long ? longDisplacements : protectedDisplacements) + this.#addresses.some();
  }

  /** A register number for the operand with one of these letters; where it is a general register that is written, seldom one that has a purpose. */
  #register(encoding: Encoding, letters: string): number {
    const random = this.#random;
    const { row } = encoding;
    const at = operandIndex(encoding, letters);
    const letter = at < 0 ? 'P' : row.operands[at]![0]!;
    const count = this.#long && !'PQNFS'.includes(letter) ? 16 : 8;
    const access = row.kind === 'semantics' ? row.semantics.access[at] : 'w';
    const isRead = !'GERBM'.includes(letter) || access === 'r' || access === 'a';
    const isByte = at >= 0 && row.operands[at]![1] === 'b';
    for (;;) {
      const number = random.below(count);
      // AH to BH, without REX
      const isHigh = isByte && number >= 4 && number < 8;
      if (isRead || random.chance(1) || (!this.#kept.has(number) && !(isHigh && this.#kept.has(number - 4)))) return number;
      if (isHigh && !this.#long && !this.#kept.has(number - 4)) return number;
    }
  }

  #memory(vectorIndex: boolean, mayHaveToBeAligned: boolean): MemoryOperand {
    const random = this.#random, long = this.#long;
    const segment = random.chance(3) ? random.pick([0x64, 0x65, 0x64, 0x65, 0x2e, 0x36, 0x3e, 0x26]) : 0;
    const kind = random.below(100);
    const displacement = mayHaveToBeAligned && random.chance(75) ? 16 * random.between(-2, 2) : random.between(-24, 24);
    const index = vectorIndex || random.chance(6) ? random.below(long ? 16 : 8) : undefined;
    if (vectorIndex || kind < 45) return this.#based(random.pick(this.#purposes.pointers), displacement, index, segment);
    if (kind < 72) return { bytes: long ? [0x04, 0x25, ...little(this.#displacement(), 4)] : [0x05, ...little(this.#displacement(), 4)], rex: 0, segment };
    if (kind < 84 && long) return { bytes: [0x05, 0, 0, 0, 0], rex: 0, relativeTo: this.#addresses.some(), segment };
    if (kind < 97) return this.#based(RSP, random.between(-24, 40), undefined, segment);
    return this.#based(random.below(long ? 16 : 8), random.between(-200, 200), index, segment);
  }

  #based(base: number, displacement: number, index: number | undefined, segment: number): MemoryOperand {
    const random = this.#random;
    const isShort = displacement >= -128 && displacement < 128 && random.chance(85);
    const rex = (base & 8 ? 1 : 0) | (index !== undefined && index & 8 ? 2 : 0);
    const mod = displacement === 0 && (base & 7) !== 5 ? 0 : isShort ? 0x40 : 0x80;
    const tail = mod === 0 ? [] : little(displacement, mod === 0x40 ? 1 : 4);
    if (index !== undefined) return { bytes: [mod | 4, (random.below(4) << 6) | ((index & 7) << 3) | (base & 7), ...tail], rex, segment };
    if ((base & 7) === 4) return { bytes: [mod | 4, 0x24, ...tail], rex, segment };
    return { bytes: [mod | (base & 7), ...tail], rex, segment };
  }
}
