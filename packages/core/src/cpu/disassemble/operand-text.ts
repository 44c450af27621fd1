/**
 * Operands as text, in NASM's syntax. Reference: SDM vol. 2D, appendix A for the operand codes.
 * The reader (decode/reader.ts) has just read the instruction.
 */
import type { InstructionReader } from '../decode/reader.ts';
import { memoryOperand } from '../decode/reader.ts';
import type { OperandCode, ShownOperand } from '../isa/row.ts';
import { gpr, segment } from '../state.ts';
import { numberText, targetText } from './number-text.ts';

const names64 = ['rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi'] as const;
const names8 = ['al', 'cl', 'dl', 'bl', 'spl', 'bpl', 'sil', 'dil'] as const;
const highBytes = ['ah', 'ch', 'dh', 'bh'] as const;
const segmentNames = ['es', 'cs', 'ss', 'ds', 'fs', 'gs'] as const;

const generalName = (number: number, bits: number, hasRex = true): string => {
  if (number >= 8) return `r${number}${{ 8: 'b', 16: 'w', 32: 'd', 64: '' }[bits] ?? ''}`;
  if (bits === 8) return number >= 4 && !hasRex ? highBytes[number - 4]! : names8[number]!;
  const name = names64[number]!;
  return bits === 64 ? name : bits === 32 ? `e${name.slice(1)}` : name.slice(1);
};

const vectorName = (number: number, bits: number): string => `${bits === 256 ? 'ymm' : 'xmm'}${number}`;

/** What NASM calls a memory operand's size. */
const sizeKeywords: Readonly<Record<number, string>> = { 8: 'byte', 16: 'word', 32: 'dword', 64: 'qword', 80: 'tword', 128: 'oword', 256: 'yword' };

/** The operand sizes of code, before prefixes; in 64-bit code most instructions work on 32 bits. */
export const defaultOperandSize = (codeSize: number): number => (codeSize === 16 ? 16 : 32);

export class OperandText {
  readonly #reader: InstructionReader;
  #codeSize = 64;
  #nextRip = 0n;
  #showsSize = false;

  constructor(reader: InstructionReader) {
    this.#reader = reader;
  }

  /** @param showsSize is the size of a memory operand written? */
  attach(codeSize: number, nextRip: bigint, showsSize: boolean): void {
    this.#codeSize = codeSize;
    this.#nextRip = nextRip;
    this.#showsSize = showsSize;
  }

  /** Empty when there is nothing to show. */
  text(code: ShownOperand): string {
    const r = this.#reader;
    switch (code) {
      case 'AL': return 'al';
      case 'CL': return 'cl';
      case 'AX': return 'ax';
      case 'DX': return 'dx';
      case 'eAX': return generalName(0, r.operandSize);
      case 'zAX': return generalName(0, Math.min(r.operandSize, 32));
      case 'rCX': return r.addressSize === this.#codeSize ? '' : generalName(1, r.addressSize);
      case 'Sw': return segmentNames[(r.modrm >> 3) & 7]!;
      case 'Cr': return `cr${r.registerNumber('Gq')}`;
      case 'Dr': return `dr${r.registerNumber('Gq')}`;
      case 'Mp': return `${this.#ownSize()}far ${this.#address()}`;
      case 'Ap': return `${this.#ownSize()}${numberText(BigInt(r.immediateHigh))}:${numberText(BigInt(r.immediate >>> 0))}`;
      case 'Ib2': return `${numberText(BigInt(r.immediate & 0xff))},${numberText(BigInt((r.immediate >> 8) & 0xff))}`;
      default: return /^[a-z1]/.test(code) ? code : this.#byLetter(code as OperandCode);
    }
  }

  /** Bits of an operand by its size letter; 0 when it has none. */
  bits(letter: string): number {
    const r = this.#reader;
    const { operandSize } = r;
    switch (letter) {
      case 'b': return 8;
      case 'w': return 16;
      case 'd': return 32;
      case 'q': return 64;
      case 'x': return r.vectorLength || 128;
      case 'h': return r.vectorLength / 2;
      case 'k': return r.vectorLength / 4;
      case 'e': return r.vectorLength / 8;
      case 'o': return 128;
      case 't': return 80;
      case 'v': return operandSize;
      case 'z': return Math.min(operandSize, 32);
      case 'y': return operandSize === 64 ? 64 : 32;
      case 'm': return this.#codeSize === 64 ? 64 : 32;
      default: return 0;
    }
  }

  #byLetter(code: OperandCode): string {
    const r = this.#reader;
    const bits = this.bits(code[1]!);
    const general = (): string => generalName(r.registerNumber(code), bits, r.rex !== 0);
    switch (code[0]) {
      case 'G': case 'Z': case 'R': case 'B': return general();
      case 'E': return r.isRegister ? general() : this.#memory(bits);
      case 'V': case 'U': case 'H': case 'L': return vectorName(r.registerNumber(code), bits);
      case 'W': return r.isRegister ? vectorName(r.registerNumber(code), bits) : this.#memory(bits);
      case 'P': case 'N': return `mm${r.registerNumber(code)}`;
      case 'Q': return r.isRegister ? `mm${r.registerNumber(code)}` : this.#memory(bits);
      case 'F': return `st${r.registerNumber(code)}`;
      case 'M': case 'O': return this.#memory(bits);
      case 'J': return this.#target(code);
      case 'I': return this.#immediate(code);
      default: return '';
    }
  }

  /** The operand size, where it is not the code's own and no register shows it. */
  #ownSize(): string {
    const { operandSize } = this.#reader;
    return operandSize === this.#codeSize ? '' : `${sizeKeywords[operandSize]!} `;
  }

  #target(code: OperandCode): string {
    const { operandSize, immediate } = this.#reader;
    const size = code === 'Jz' ? this.#ownSize() : '';
    return size + targetText(this.#nextRip + BigInt(immediate), operandSize);
  }

  #immediate(code: OperandCode): string {
    const r = this.#reader;
    switch (code) {
      case 'Ib': return numberText(BigInt((r.row?.operands[0] === 'Iw' ? r.immediate >> 16 : r.immediate) & 0xff));
      case 'Iw': return numberText(BigInt(r.immediate & 0xffff));
      case 'Iv': return numberText(r.isWide ? (BigInt(r.immediateHigh >>> 0) << 32n) | BigInt(r.immediate >>> 0) : BigInt.asUintN(r.operandSize, BigInt(r.immediate)));
      default: return numberText(BigInt.asUintN(r.operandSize, BigInt(r.immediate)));
    }
  }

  #memory(bits: number): string {
    const keyword = this.#showsSize && bits ? `${sizeKeywords[bits]!} ` : '';
    return keyword + this.#address();
  }

  #defaultSegment(): number {
    const { base } = this.#reader;
    return base === gpr.rsp || base === gpr.rbp ? segment.ss : segment.ds;
  }

  #address(): string {
    const r = this.#reader;
    const override = r.override >= 0 && r.override !== this.#defaultSegment() ? `${segmentNames[r.override]!}:` : '';
    if (r.memory === memoryOperand.offset) {
      const offset = BigInt.asUintN(r.addressSize, (BigInt(r.immediateHigh >>> 0) << 32n) | BigInt(r.immediate >>> 0));
      const size = this.#codeSize === 64 ? r.addressSize === 64 : r.addressSize !== this.#codeSize;
      return `[${size ? `${sizeKeywords[r.addressSize]!} ` : ''}${override}${numberText(offset)}]`;
    }
    if (r.relative) {
      const size = r.addressSize === this.#codeSize ? '' : `${sizeKeywords[r.addressSize]!} `;
      return `[${size}${override}rel ${numberText(BigInt.asUintN(r.addressSize, this.#nextRip + BigInt(r.displacement)))}]`;
    }
    const parts: string[] = [];
    if (r.base >= 0) parts.push(generalName(r.base, r.addressSize));
    const { vectorIndex } = r.row!;
    if (r.index >= 0) parts.push((vectorIndex ? vectorName(r.index, this.bits(vectorIndex)) : generalName(r.index, r.addressSize)) + (r.scale || r.base < 0 ? `*${1 << r.scale}` : ''));
    const { displacement } = r;
    if (!parts.length) return `[${override}${numberText(BigInt.asUintN(r.addressSize, BigInt(displacement)))}]`;
    const distance = displacement === 0 ? '' : `${displacement < 0 ? '-' : '+'}${numberText(BigInt(Math.abs(displacement)))}`;
    return `[${override}${parts.join('+')}${distance}]`;
  }
}
