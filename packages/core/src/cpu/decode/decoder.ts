/**
 * Decodes one instruction, as reader.ts finds it, into a record: handler, operands, address, immediate. What is not an instruction becomes a record that
 * raises its exception.
 */
import type { HandlerCatalogue, Size } from '../isa/shapes.ts';
import { takesSlot } from '../isa/shapes.ts';
import type { OperandCode, Row } from '../isa/row.ts';
import { vector } from '../fault.ts';
import { flatSegment, hasZeroBase, modeBit } from '../modes.ts';
import { gpr, offsetOf, segment } from '../state.ts';
import { InstructionReader, MAX_INSTRUCTION_BYTES, memoryOperand, reading } from './reader.ts';
import type { OpcodeMaps } from './reader.ts';
import { addressKind, record, RECORD_BYTES } from './record.ts';

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
const sizeCode = (size: Size): number => size >> 5;

export class Decoder {
  readonly #o: DecoderOptions;
  readonly #out: DataView;
  readonly #words: Uint32Array;
  readonly #microcodeNumbers = new Map<string, number>();
  readonly #reader: InstructionReader;
  #mode = 0;
  #to = 0;

  /** @param memory where records are written: the machine's WebAssembly memory */
  constructor(memory: ArrayBufferLike, options: DecoderOptions) {
    this.#out = new DataView(memory);
    this.#words = new Uint32Array(memory);
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
    const out = this.#out, reader = this.#reader;
    const outcome = reader.read(bytes, at, end, mode);
    let length = reader.lengthBytes;
    if (outcome === reading.incomplete && Math.min(end - at, MAX_INSTRUCTION_BYTES) < MAX_INSTRUCTION_BYTES) return 0;
    this.#mode = mode;
    this.#to = to;
    this.#words.fill(0, to >> 2, (to + RECORD_BYTES) >> 2);
    out.setUint16(to + record.pageOffset, pageOffset, true);
    out.setUint8(to + record.base, NONE);
    out.setUint8(to + record.index, NONE);
    out.setUint8(to + record.segmentBase, NONE);
    this.ends = false;
    if (outcome === reading.complete) this.#fill(reader.row!, pageOffset);
    else if (outcome === reading.undefinedOpcode) this.#raise(vector.ud);
    else {
      this.#raise(vector.gp); // longer than 15 bytes
      length = MAX_INSTRUCTION_BYTES;
    }
    out.setUint8(to + record.length, length);
    return length;
  }

  #fill(row: Row, pageOffset: number): void {
    const out = this.#out, to = this.#to, reader = this.#reader;
    const { operandSize, addressSize, isRegister } = reader;
    out.setUint8(to + record.opcode, reader.opcode);
    const lock = reader.lock ? LOCK : 0;
    out.setUint8(to + record.shape, sizeCode(operandSize) | (sizeCode(addressSize) << 2) | (isRegister ? REGISTER_FORM : 0) | reader.repeat | lock);
    if (reader.memory !== memoryOperand.none) this.#address(pageOffset);
    if (reader.isWide) {
      out.setInt32(to + record.wide, reader.immediate, true);
      out.setInt32(to + record.wide + 4, reader.immediateHigh, true);
    } else out.setInt32(to + record.immediate, reader.immediate, true);

    const { modrm } = reader;
    if (modrm >= 0 && !reader.isWide) {
      out.setUint8(to + record.reg, ((modrm >> 3) & 7) | (reader.rex & 4 ? 8 : 0));
      out.setUint8(to + record.rm, (modrm & 7) | (reader.rex & 1 ? 8 : 0));
    }
    const unavailable = this.#unitFault(row);
    if (unavailable) this.#raise(unavailable);
    else if (row.kind === 'microcode') {
      out.setUint16(to + record.handler, this.#o.special.microcode, true);
      out.setUint8(to + record.microcode, this.#microcodeNumber(row.microcode));
      if (row.vex) this.#vex(row);
      this.ends = row.ends === true;
    } else {
      const index = this.#o.catalogue.index(row, operandSize, addressSize, isRegister, reader.vectorLength);
      const { shapes } = this.#o.catalogue.handlers[index]!;
      let slot = 0;
      for (let i = 0; i < shapes.length; i++) {
        const shape = shapes[i]!;
        if (takesSlot(shape)) out.setUint8(to + slotOffsets[slot++]!, this.#register(row.operands[i]!, shape.kind === 'register', shape.width as number));
      }
      out.setUint16(to + record.handler, this.#o.handlerNumber(index), true);
      if (row.unit === 'x87') out.setUint16(to + record.x87Opcode, ((reader.opcode & 7) << 8) | reader.modrm, true);
      this.ends = row.ends === true;
    }
  }

  /** What VEX microcode finds in the record besides. With a vector index the address has no other. */
  #vex(row: Row): void {
    const out = this.#out, to = this.#to, reader = this.#reader;
    out.setUint8(to + record.vvvv, reader.vvvv);
    out.setUint8(to + record.vexL, reader.vectorLength >> 8);
    if (!row.vectorIndex) return;
    out.setUint8(to + record.vectorIndex, reader.index);
    out.setUint8(to + record.index, NONE);
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
    this.#out.setUint16(this.#to + record.handler, this.#o.special.raise, true);
    this.#out.setInt32(this.#to + record.immediate, faultVector, true);
    this.ends = true;
  }

  /** Register operand: byte offset of a general register, or number × 16. */
  #register(code: OperandCode, isGeneral: boolean, width: number): number {
    switch (code) {
      case 'AL': case 'AX': case 'eAX': return 0;
      case 'CL': return gpr.rcx * 8;
      case 'DX': return gpr.rdx * 8;
      case 'eBP': return gpr.rbp * 8;
      default: break;
    }
    const number = this.#reader.registerNumber(code);
    if (!isGeneral) return number * 16;
    if (width === 8 && !this.#reader.rex && number >= 4 && number < 8) return (number - 4) * 8 + 1; // AH CH DH BH
    return number * 8;
  }

  #address(pageOffset: number): void {
    const out = this.#out, to = this.#to, reader = this.#reader;
    if (reader.base >= 0) out.setUint8(to + record.base, reader.base * 8);
    if (reader.index >= 0) {
      out.setUint8(to + record.index, reader.index * 8);
      out.setUint8(to + record.scale, reader.scale);
    }
    if (reader.displacement) out.setInt32(to + record.displacement, reader.displacement, true);
    this.#setSegment(reader.segment);
    if (reader.memory === memoryOperand.offset) this.#offset();
    else if (reader.relative) this.#relativeTo(pageOffset);
  }

  /** The offset of A0 to A3: a displacement as any other, where it fits and needs no check. Compilers write globals of 32-bit code so. */
  #offset(): void {
    const out = this.#out, to = this.#to, { immediate, immediateHigh } = this.#reader;
    const kind = out.getUint8(to + record.addressKind);
    if (kind === addressKind.flat32 || (kind === addressKind.flat64 && (immediateHigh | 0) === immediate >> 31)) out.setInt32(to + record.displacement, immediate, true);
    else out.setUint8(to + record.addressKind, addressKind.absolute);
  }

  /** RIP-relative displacements count from the next instruction; the record's from the page. */
  #relativeTo(pageOffset: number): void {
    const out = this.#out, to = this.#to;
    out.setUint8(to + record.base, offsetOf.codePage);
    const sum = this.#reader.displacement + pageOffset + this.#reader.lengthBytes;
    if (sum > 0x7fff_ffff) out.setUint8(to + record.addressKind, addressKind.relative);
    else out.setInt32(to + record.displacement, sum, true);
  }

  #setSegment(number: number): void {
    const out = this.#out, to = this.#to, { long, addressSize } = this.#reader;
    out.setUint8(to + record.segment, number);
    if (long) {
      if (number >= segment.fs) out.setUint8(to + record.segmentBase, offsetOf.segmentBase + 8 * number);
      out.setUint8(to + record.addressKind, addressSize === 64 ? addressKind.flat64 : addressKind.general);
      return;
    }
    const isFlat = addressSize === 32 && (this.#mode & flatSegment(number)) !== 0;
    if (!isFlat || !hasZeroBase(this.#mode, number)) out.setUint8(to + record.segmentBase, offsetOf.segmentBase + 8 * number);
    out.setUint8(to + record.addressKind, isFlat ? addressKind.flat32 : addressKind.general);
  }
}
