/**
 * Decodes one instruction, as reader.ts finds it, into a record: handler, operands, address, immediate. What is not an instruction becomes a record that
 * raises its exception.
 */
import type { HandlerCatalogue } from '../isa/shapes.ts';
import { takesSlot } from '../isa/shapes.ts';
import type { OperandCode, Row, SemanticRow } from '../isa/row.ts';
import { vector } from '../fault.ts';
import { flatSegment, hasZeroBase, modeBit } from '../modes.ts';
import { gpr, offsetOf, segment } from '../state.ts';
import type { OpcodeNode, RecordPlan } from './opcode-node.ts';
import { placeOfRegister, registerIn, registerWriting, rowFlag } from './opcode-node.ts';
import { InstructionReader, MAX_INSTRUCTION_BYTES, memoryOperand, reading } from './reader.ts';
import type { OpcodeMaps } from './reader.ts';
import { addressKind, record } from './record.ts';

/** Handlers that belong to no row. */
interface SpecialHandlers {
  /** Calls microcode. */
  readonly microcode: number;
  /** Raises the exception whose vector is the immediate. */
  readonly raise: number;
}

export interface DecoderOptions {
  readonly maps: OpcodeMaps;
  readonly catalogue: HandlerCatalogue;
  readonly special: SpecialHandlers;
  /** Adds to a catalogue index to give the record's handler. */
  handlerNumber(index: number): number;
  microcodeNumber(name: string): number;
  hasFeature(name: string): boolean;
}

const LOCK = 0x80, REGISTER_FORM = 0x10;
const NONE = offsetOf.zero;
const slotOffsets = [record.a, record.b, record.c, record.d] as const;
/** Plans a row may have: by operand size, address size, form and vector length. */
const FORMS = 2, ADDRESS_SIZES = 3 * FORMS, OPERAND_SIZES = 3 * ADDRESS_SIZES;

/** Register operands that the opcode implies. */
const fixedRegisters: Partial<Record<OperandCode, number>> = { AL: 0, AX: 0, eAX: 0, CL: gpr.rcx * 8, DX: gpr.rdx * 8, eBP: gpr.rbp * 8 };

export class Decoder {
  readonly #o: DecoderOptions;
  readonly #bytes: Uint8Array;
  readonly #halves: Uint16Array;
  readonly #words: Int32Array;
  readonly #microcodeNumbers = new Map<string, number>();
  readonly #reader: InstructionReader;
  #mode = 0;
  #to = 0;

  /** @param memory where records are written: the machine's WebAssembly memory */
  constructor(memory: ArrayBufferLike, options: DecoderOptions) {
    this.#bytes = new Uint8Array(memory);
    this.#halves = new Uint16Array(memory);
    this.#words = new Int32Array(memory);
    this.#o = options;
    this.#reader = new InstructionReader(options.maps, (name) => options.hasFeature(name));
  }

  /** Did the instruction decoded last end its run? */
  ends = false;

  /**
   * Decodes the instruction at `bytes[at]`, of which bytes before `end` are known, into the record at address `to`.
   * @returns its length; 0 when more bytes are needed. An illegal instruction gives a record that raises its exception.
   */
  decode(bytes: Uint8Array, at: number, end: number, mode: number, pageOffset: number, to: number): number {
    const reader = this.#reader;
    const outcome = reader.read(bytes, at, end, mode);
    let length = reader.lengthBytes;
    if (outcome === reading.incomplete && Math.min(end - at, MAX_INSTRUCTION_BYTES) < MAX_INSTRUCTION_BYTES) return 0;
    this.#mode = mode;
    this.#to = to;
    const words = this.#words, word = to >> 2;
    words[word] = 0;
    words[word + (record.a >> 2)] = (NONE << (8 * (record.base & 3))) | (NONE << (8 * (record.index & 3)));
    words[word + 2] = 0;
    words[word + 3] = 0;
    words[word + (record.pageOffset >> 2)] = pageOffset;
    words[word + (record.segmentBase >> 2)] = NONE;
    words[word + 6] = 0;
    words[word + 7] = 0;
    this.ends = false;
    if (outcome === reading.complete) this.#fill(reader.node!, pageOffset);
    else if (outcome === reading.undefinedOpcode) this.#raise(vector.ud);
    else {
      this.#raise(vector.gp); // longer than 15 bytes
      length = MAX_INSTRUCTION_BYTES;
    }
    this.#bytes[to + record.length] = length;
    return length;
  }

  #fill(node: OpcodeNode, pageOffset: number): void {
    const out = this.#bytes, to = this.#to, reader = this.#reader, { flags } = node;
    const operandSize = reader.operandSize >> 5, addressSize = reader.addressSize >> 5;
    out[to + record.opcode] = reader.opcode;
    out[to + record.shape] = operandSize | (addressSize << 2) | (reader.isRegister ? REGISTER_FORM : 0) | reader.repeat | (reader.lock ? LOCK : 0);
    if (reader.memory !== memoryOperand.none) this.#address(pageOffset);
    if (reader.isWide) {
      this.#words[(to + record.wide) >> 2] = reader.immediate;
      this.#words[(to + record.wide + 4) >> 2] = reader.immediateHigh;
    } else this.#words[(to + record.immediate) >> 2] = reader.immediate;

    const { modrm } = reader;
    if (modrm >= 0 && !reader.isWide) {
      out[to + record.reg] = ((modrm >> 3) & 7) | (reader.rex & 4 ? 8 : 0);
      out[to + record.rm] = (modrm & 7) | (reader.rex & 1 ? 8 : 0);
    }
    const unavailable = flags & rowFlag.hasUnit ? this.#unitFault(node.row!) : 0;
    if (unavailable) this.#raise(unavailable);
    else if (flags & rowFlag.microcode) this.#microcode(node.row!);
    else {
      const form = operandSize * ADDRESS_SIZES + addressSize * FORMS + (reader.isRegister ? 1 : 0) + (reader.vectorLength >> 7) * OPERAND_SIZES;
      const { handler, places, writings } = node.plans[form] ??= this.#plan(node.row as SemanticRow);
      for (let n = 0; n < places.length; n++) out[to + slotOffsets[n]!] = this.#register(places[n]!, writings[n]!);
      this.#halves[(to + record.handler) >> 1] = handler;
      if (flags & rowFlag.x87) this.#halves[(to + record.x87Opcode) >> 1] = ((reader.opcode & 7) << 8) | modrm;
      this.ends = (flags & rowFlag.ends) !== 0;
    }
  }

  #plan(row: SemanticRow): RecordPlan {
    const { operandSize, addressSize, isRegister, vectorLength } = this.#reader;
    const index = this.#o.catalogue.index(row, operandSize, addressSize, isRegister, vectorLength);
    const places: number[] = [];
    const writings: number[] = [];
    this.#o.catalogue.handlers[index]!.shapes.forEach((shape, n) => {
      if (!takesSlot(shape)) return;
      const code = row.operands[n]!;
      const fixed = fixedRegisters[code];
      places.push(fixed === undefined ? placeOfRegister(code) : registerIn.fixed);
      writings.push(fixed ?? (shape.kind !== 'register' ? registerWriting.other : shape.width === 8 ? registerWriting.generalByte : registerWriting.general));
    });
    return { handler: this.#o.handlerNumber(index), places, writings };
  }

  #microcode(row: Row): void {
    if (row.kind !== 'microcode') return;
    this.#halves[(this.#to + record.handler) >> 1] = this.#o.special.microcode;
    this.#bytes[this.#to + record.microcode] = this.#microcodeNumber(row.microcode);
    if (row.vex) this.#vex(row);
    this.ends = row.ends === true;
  }

  /** What VEX microcode finds in the record besides. With a vector index the address has no other. */
  #vex(row: Row): void {
    const out = this.#bytes, to = this.#to, reader = this.#reader;
    out[to + record.vvvv] = reader.vvvv;
    out[to + record.vexL] = reader.vectorLength >> 8;
    if (!row.vectorIndex) return;
    out[to + record.vectorIndex] = reader.index;
    out[to + record.index] = NONE;
  }

  #microcodeNumber(name: string): number {
    let number = this.#microcodeNumbers.get(name);
    if (number === undefined) this.#microcodeNumbers.set(name, number = this.#o.microcodeNumber(name));
    return number;
  }

  #unitFault(row: Row): number {
    const mode = this.#mode;
    switch (row.unit) {
      case 'x87': return mode & (modeBit.emulation | modeBit.taskSwitched) ? vector.nm : 0;
      case 'wait': return (mode & (modeBit.monitorCoprocessor | modeBit.taskSwitched)) === (modeBit.monitorCoprocessor | modeBit.taskSwitched) ? vector.nm : 0;
      case 'mmx': return mode & modeBit.emulation ? vector.ud : mode & modeBit.taskSwitched ? vector.nm : 0;
      case 'sse': return mode & modeBit.emulation || !(mode & modeBit.osfxsr) ? vector.ud : mode & modeBit.taskSwitched ? vector.nm : 0;
      case 'avx': return !(mode & modeBit.avx) ? vector.ud : mode & modeBit.taskSwitched ? vector.nm : 0;
      default: return 0;
    }
  }

  #raise(faultVector: number): void {
    this.#halves[(this.#to + record.handler) >> 1] = this.#o.special.raise;
    this.#words[(this.#to + record.immediate) >> 2] = faultVector;
    this.ends = true;
  }

  /** Register operand: byte offset of a general register, or number × 16. */
  #register(place: number, writing: number): number {
    if (place === registerIn.fixed) return writing;
    const number = this.#reader.registerAt(place);
    if (writing === registerWriting.other) return number * 16;
    if (writing === registerWriting.generalByte && !this.#reader.rex && number >= 4 && number < 8) return (number - 4) * 8 + 1; // AH CH DH BH
    return number * 8;
  }

  #address(pageOffset: number): void {
    const out = this.#bytes, to = this.#to, reader = this.#reader;
    if (reader.base >= 0) out[to + record.base] = reader.base * 8;
    if (reader.index >= 0) {
      out[to + record.index] = reader.index * 8;
      out[to + record.scale] = reader.scale;
    }
    this.#words[(to + record.displacement) >> 2] = reader.displacement;
    this.#setSegment(reader.segment);
    if (reader.memory === memoryOperand.offset) this.#offset();
    else if (reader.relative) this.#relativeTo(pageOffset);
  }

  /** The offset of A0 to A3: a displacement as any other, where it fits and needs no check. Compilers write globals of 32-bit code so. */
  #offset(): void {
    const out = this.#bytes, to = this.#to, { immediate, immediateHigh } = this.#reader;
    const kind = out[to + record.addressKind];
    if (kind === addressKind.flat32 || (kind === addressKind.flat64 && (immediateHigh | 0) === immediate >> 31)) this.#words[(to + record.displacement) >> 2] = immediate;
    else out[to + record.addressKind] = addressKind.absolute;
  }

  /** RIP-relative displacements count from the next instruction; the record's from the page. */
  #relativeTo(pageOffset: number): void {
    const out = this.#bytes, to = this.#to;
    out[to + record.base] = offsetOf.codePage;
    const sum = this.#reader.displacement + pageOffset + this.#reader.lengthBytes;
    if (sum > 0x7fff_ffff) out[to + record.addressKind] = addressKind.relative;
    else this.#words[(to + record.displacement) >> 2] = sum;
  }

  #setSegment(number: number): void {
    const out = this.#bytes, to = this.#to, { long, addressSize } = this.#reader;
    out[to + record.segment] = number;
    if (long) {
      if (number >= segment.fs) out[to + record.segmentBase] = offsetOf.segmentBase + 8 * number;
      out[to + record.addressKind] = addressSize === 64 ? addressKind.flat64 : addressKind.general;
      return;
    }
    const isFlat = addressSize === 32 && (this.#mode & flatSegment(number)) !== 0;
    if (!isFlat || !hasZeroBase(this.#mode, number)) out[to + record.segmentBase] = offsetOf.segmentBase + 8 * number;
    out[to + record.addressKind] = isFlat ? addressKind.flat32 : addressKind.general;
  }
}
