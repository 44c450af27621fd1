/**
 * Decodes one instruction into a record. Reference: SDM vol. 2A, ch. 2 (formats, prefixes, ModRM, SIB, REX).
 * Prefixes in any order and number, up to 15 bytes in all; F3 and F2 select before 66; a REX counts only right before the opcode.
 */
import type { HandlerCatalogue, Size } from '../isa/shapes.ts';
import { shapeOf, takesSlot } from '../isa/shapes.ts';
import type { Entry, OpcodeMap, OperandCode, Row } from '../isa/row.ts';
import { vector } from '../fault.ts';
import { flatSegment, modeBit } from '../modes.ts';
import { gpr, offsetOf, segment } from '../state.ts';
import { addressKind, record, RECORD_BYTES } from './record.ts';

export interface OpcodeMaps {
  readonly oneByte: OpcodeMap;
  readonly twoByte: OpcodeMap;
  readonly map0f38: OpcodeMap;
  readonly map0f3a: OpcodeMap;
}

/** Handlers that belong to no row. */
export interface SpecialHandlers {
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

const MAX_LENGTH = 15;
const F3 = 0x20, F2 = 0x40, LOCK = 0x80, REGISTER_FORM = 0x10;

const flatten = (map: OpcodeMap): (Entry | undefined)[] => Array.from({ length: 256 }, (_, n) => map[n]);

/** Base and index registers of 16-bit addressing, SDM vol. 2A, table 2-1. */
const base16: readonly (readonly [base: number, index: number])[] = [
  [gpr.rbx, gpr.rsi], [gpr.rbx, gpr.rdi], [gpr.rbp, gpr.rsi], [gpr.rbp, gpr.rdi], [gpr.rsi, -1], [gpr.rdi, -1], [gpr.rbp, -1], [gpr.rbx, -1],
];
const NONE = offsetOf.zero;
const slotOffsets = [record.a, record.b, record.c] as const;

export class Decoder {
  readonly #maps: readonly (readonly (Entry | undefined)[])[];
  readonly #o: DecoderOptions;
  readonly #out: DataView;

  // the instruction being decoded
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;
  #short = false;
  #mode = 0;
  #long = false;
  #rex = 0;
  #p66 = false;
  #repeat = 0;
  #lock = false;
  #override = -1;
  #addressSize: Size = 32;
  #operandSize: Size = 32;
  #modrm = -1;
  #hadImmediate = false;
  #to = 0;

  /** @param memory where records are written: the machine's WebAssembly memory */
  constructor(memory: ArrayBufferLike, options: DecoderOptions) {
    this.#out = new DataView(memory);
    this.#o = options;
    this.#maps = [options.maps.oneByte, options.maps.twoByte, options.maps.map0f38, options.maps.map0f3a].map(flatten);
  }

  /** Did the instruction decoded last end its run? */
  ends = false;

  /**
   * Decodes the instruction at `bytes[at]`, of which bytes before `end` are known, into the record at address `to`.
   * @returns its length; 0 when more bytes are needed. An illegal instruction gives a record that raises its exception.
   */
  decode(bytes: Uint8Array, at: number, end: number, mode: number, pageOffset: number, to: number): number {
    this.#bytes = bytes;
    this.#at = at;
    this.#end = Math.min(end, at + MAX_LENGTH);
    this.#short = false;
    this.#mode = mode;
    this.#long = (mode & modeBit.codeSize) === 2;
    this.#to = to;
    this.#modrm = -1;
    this.#hadImmediate = false;
    for (let i = 0; i < RECORD_BYTES; i += 8) this.#out.setBigUint64(to + i, 0n, true);
    this.#out.setUint16(to + record.pageOffset, pageOffset, true);
    this.#out.setUint8(to + record.base, NONE);
    this.#out.setUint8(to + record.index, NONE);
    this.#out.setUint8(to + record.segmentBase, NONE);
    this.ends = false;

    const [entry, map] = this.#opcode();
    const row = this.#short ? undefined : this.#select(entry, map);
    if (row && !this.#short) this.#fill(row, at, pageOffset);
    else if (!this.#short) this.#raise(vector.ud);
    if (this.#short) {
      if (this.#end - at < MAX_LENGTH) return 0;
      this.#raise(vector.gp); // longer than 15 bytes
      this.#at = at + MAX_LENGTH;
    }
    const length = this.#at - at;
    this.#out.setUint8(to + record.length, length);
    return length;
  }

  #next(): number {
    if (this.#at >= this.#end) {
      this.#short = true;
      return 0;
    }
    return this.#bytes[this.#at++]!;
  }

  /** Prefixes and opcode bytes. */
  #opcode(): [Entry | undefined, number] {
    this.#rex = 0;
    this.#p66 = false;
    this.#repeat = 0;
    this.#lock = false;
    this.#override = -1;
    let p67 = false;
    let byte: number;
    for (;;) {
      byte = this.#next();
      if (this.#short) return [undefined, 0];
      if (this.#long && (byte & 0xf0) === 0x40) {
        this.#rex = byte;
        continue;
      }
      switch (byte) {
        case 0x66: this.#p66 = true; break;
        case 0x67: p67 = true; break;
        case 0xf0: this.#lock = true; break;
        case 0xf2: this.#repeat = F2; break;
        case 0xf3: this.#repeat = F3; break;
        case 0x26: case 0x2e: case 0x36: case 0x3e: if (!this.#long) this.#override = (byte >> 3) & 3; break;
        case 0x64: this.#override = segment.fs; break;
        case 0x65: this.#override = segment.gs; break;
        default: {
          this.#addressSize = this.#long ? (p67 ? 32 : 64) : ((this.#mode & modeBit.codeSize) === 1) !== p67 ? 32 : 16;
          let map = 0;
          if (byte === 0x0f) {
            byte = this.#next();
            map = 1;
            if (byte === 0x38 || byte === 0x3a) {
              map = byte === 0x38 ? 2 : 3;
              byte = this.#next();
            }
          }
          this.#out.setUint8(this.#to + record.opcode, byte);
          return [this.#maps[map]![byte], map];
        }
      }
      // a REX that is not the last prefix is ignored
      this.#rex = 0;
    }
  }

  #readModrm(): number {
    if (this.#modrm < 0) {
      this.#modrm = this.#next();
    }
    return this.#modrm;
  }

  #select(entry: Entry | undefined, map: number): Row | undefined {
    let e = entry;
    while (e) {
      switch (e.kind) {
        case 'semantics': case 'microcode': {
          if (e.feature && !this.#o.hasFeature(e.feature)) {
            e = e.otherwise;
            break;
          }
          return this.#permitted(e) ? e : undefined;
        }
        case 'group': e = e.rows[(this.#readModrm() >> 3) & 7]; break;
        case 'prefix':
          if (this.#repeat === F3 && e.f3) e = e.f3;
          else if (this.#repeat === F2 && e.f2) e = e.f2;
          else if (this.#repeat && map > 0) e = undefined;
          else e = this.#p66 ? e.p66 : e.none;
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
        case 'mode': e = this.#long ? e.long : e.legacy; break;
        case 'extension': e = this.#rex & 1 ? e.extended : e.plain; break;
        case 'wide': e = this.#rex & 8 ? e.w1 : e.w0; break;
      }
      if (this.#short) return undefined;
    }
    return undefined;
  }

  #permitted(row: Row): boolean {
    if (row.no64 && this.#long) return false;
    if (row.only64 && !this.#long) return false;
    if (row.protectedOnly && (!(this.#mode & modeBit.protected) || this.#mode & modeBit.virtual8086)) return false;
    return true;
  }

  #setOperandSize(row: Row): void {
    if (this.#long) {
      if (this.#rex & 8 || row.size64 === 'force64') this.#operandSize = 64;
      else if (row.ignore66) this.#operandSize = row.size64 ? 64 : 32;
      else if (this.#p66) this.#operandSize = 16;
      else this.#operandSize = row.size64 ? 64 : 32;
    } else if (row.ignore66) this.#operandSize = 32;
    else this.#operandSize = ((this.#mode & modeBit.codeSize) === 1) !== this.#p66 ? 32 : 16;
  }

  #fill(row: Row, start: number, pageOffset: number): void {
    const out = this.#out, to = this.#to;
    this.#setOperandSize(row);
    let isRegister = false;
    let relative = false;
    if (row.operands.some(usesModrm) || this.#modrm >= 0) {
      const modrm = this.#readModrm();
      // moves to and from control and debug registers take any ModRM for a register form
      isRegister = modrm >= 0xc0 || row.operands.some((code) => code[0] === 'R' && row.kind === 'microcode');
      if (!isRegister) relative = this.#address(modrm);
      if (this.#short) return;
      const wantsRegister = row.form === 'register' || row.operands.some((code) => code[0] === 'R' || code[0] === 'U' || code[0] === 'N');
      const wantsMemory = row.form === 'memory' || row.operands.some((code) => code[0] === 'M');
      if ((wantsRegister && !isRegister) || (wantsMemory && isRegister)) {
        this.#raise(vector.ud);
        return;
      }
    }
    let slot = 0;
    row.operands.forEach((code) => {
      const shape = shapeOf(code, this.#operandSize, this.#addressSize, isRegister);
      if (row.kind === 'semantics' && takesSlot(shape)) out.setUint8(to + slotOffsets[slot++]!, this.#register(code, shape.kind === 'register', shape.width as number));
      else this.#immediateOrImplicit(code);
    });
    if (this.#short) return;
    const sizeCode = (size: Size): number => size >> 5;
    out.setUint8(to + record.shape, sizeCode(this.#operandSize) | (sizeCode(this.#addressSize) << 2) | (isRegister ? REGISTER_FORM : 0) | this.#repeat | (this.#lock ? LOCK : 0));
    if (relative) this.#finishRelative(start, pageOffset);

    const unavailable = this.#unitFault(row);
    if (this.#lock && !(row.lock && !isRegister)) this.#raise(vector.ud);
    else if (unavailable) this.#raise(unavailable);
    else if (row.kind === 'microcode') {
      out.setUint16(to + record.handler, this.#o.special.microcode, true);
      out.setUint8(to + record.microcode, this.#o.microcodeNumber(row.microcode));
      const modrm = Math.max(this.#modrm, 0);
      out.setUint8(to + record.a, ((modrm >> 3) & 7) | (this.#rex & 4 ? 8 : 0));
      out.setUint8(to + record.b, (modrm & 7) | (this.#rex & 1 ? 8 : 0));
      this.ends = row.ends === true;
    } else {
      out.setUint16(to + record.handler, this.#o.handlerNumber(this.#o.catalogue.index(row, this.#operandSize, this.#addressSize, isRegister)), true);
      if (row.unit === 'x87') out.setUint16(to + record.x87Opcode, ((out.getUint8(to + record.opcode) & 7) << 8) | this.#modrm, true);
      this.ends = row.ends === true;
    }
  }

  #unitFault(row: Row): number {
    const mode = this.#mode;
    switch (row.unit) {
      case 'x87': return mode & (modeBit.emulation | modeBit.taskSwitched) ? vector.nm : 0;
      case 'wait': return (mode & (modeBit.monitorCoprocessor | modeBit.taskSwitched)) === (modeBit.monitorCoprocessor | modeBit.taskSwitched) ? vector.nm : 0;
      case 'mmx': return mode & modeBit.emulation ? vector.ud : mode & modeBit.taskSwitched ? vector.nm : 0;
      case 'sse': return mode & modeBit.emulation || !(mode & modeBit.osfxsr) ? vector.ud : mode & modeBit.taskSwitched ? vector.nm : 0;
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
    let number: number;
    switch (code) {
      case 'AL': case 'AX': case 'eAX': return 0;
      case 'CL': return gpr.rcx * 8;
      case 'DX': return gpr.rdx * 8;
      case 'eBP': return gpr.rbp * 8;
      default: break;
    }
    const letter = code[0];
    if (letter === 'Z') number = (this.#bytes[this.#at - 1]! & 7) | (this.#rex & 1 ? 8 : 0);
    else if (letter === 'G' || letter === 'V' || letter === 'P') number = ((this.#modrm >> 3) & 7) | (this.#rex & 4 ? 8 : 0);
    else number = (this.#modrm & 7) | (this.#rex & 1 ? 8 : 0);
    if (letter === 'P' || letter === 'N' || letter === 'Q' || letter === 'F') number &= 7;
    if (!isGeneral) return number * 16;
    if (width === 8 && !this.#rex && number >= 4 && number < 8) return (number - 4) * 8 + 1; // AH CH DH BH
    return number * 8;
  }

  #immediateOrImplicit(code: OperandCode): void {
    const out = this.#out, to = this.#to;
    switch (code) {
      case 'Is': case 'Ib': case 'Jb': {
        // ENTER has two immediates: the second goes above the first
        const value = this.#next();
        const first = out.getInt32(to + record.immediate, true);
        out.setInt32(to + record.immediate, this.#hadImmediate ? first | (value << 16) : (value << 24) >> 24, true);
        return;
      }
      case 'Iw':
        out.setInt32(to + record.immediate, this.#read(2), true);
        this.#hadImmediate = true;
        return;
      case 'Iz': case 'Jz': out.setInt32(to + record.immediate, this.#operandSize === 16 ? (this.#read(2) << 16) >> 16 : this.#read(4), true); return;
      case 'Id': out.setInt32(to + record.immediate, this.#read(4), true); return;
      case 'Iv':
        if (this.#operandSize === 64) {
          const low = this.#read(4), high = this.#read(4);
          out.setInt32(to + record.wide, low, true);
          out.setInt32(to + record.wide + 4, high, true);
        } else out.setInt32(to + record.immediate, this.#operandSize === 16 ? this.#read(2) : this.#read(4), true);
        return;
      case 'Ap': {
        const offset = this.#operandSize === 16 ? this.#read(2) : this.#read(4);
        out.setInt32(to + record.wide, offset, true);
        out.setInt32(to + record.wide + 4, this.#read(2), true);
        return;
      }
      case 'Ob': case 'Ov': {
        const bytes = this.#addressSize / 8;
        out.setUint32(to + record.wide, this.#read(Math.min(bytes, 4)) >>> 0, true);
        if (bytes === 8) out.setInt32(to + record.wide + 4, this.#read(4), true);
        if (bytes === 2) out.setUint32(to + record.wide, out.getUint32(to + record.wide, true) & 0xffff, true);
        this.#setSegment(segment.ds);
        out.setUint8(to + record.addressKind, addressKind.absolute);
        return;
      }
      case 'Xs': case 'XL': case 'XD':
        out.setUint8(to + record.base, (code === 'Xs' ? gpr.rsi : code === 'XD' ? gpr.rdi : gpr.rbx) * 8);
        this.#setSegment(segment.ds);
        return;
      default:
    }
  }

  #read(bytes: number): number {
    let value = 0;
    for (let i = 0; i < bytes; i++) value |= this.#next() << (8 * i);
    return value;
  }

  /** The memory operand of ModRM; returns whether it is RIP-relative. */
  #address(modrm: number): boolean {
    const out = this.#out, to = this.#to;
    const mod = modrm >> 6, rm = modrm & 7;
    if (this.#addressSize === 16) {
      if (mod === 0 && rm === 6) {
        out.setInt32(to + record.displacement, (this.#read(2) << 16) >> 16, true);
        this.#setSegment(segment.ds);
        return false;
      }
      const [base, index] = base16[rm]!;
      out.setUint8(to + record.base, base * 8);
      if (index >= 0) out.setUint8(to + record.index, index * 8);
      if (mod) out.setInt32(to + record.displacement, mod === 1 ? (this.#next() << 24) >> 24 : (this.#read(2) << 16) >> 16, true);
      this.#setSegment(base === gpr.rbp ? segment.ss : segment.ds);
      return false;
    }
    let base = rm | (this.#rex & 1 ? 8 : 0);
    let defaultSegment: number = segment.ds;
    if (rm === 4) {
      const sib = this.#next();
      const index = ((sib >> 3) & 7) | (this.#rex & 2 ? 8 : 0);
      if (index !== 4) {
        out.setUint8(to + record.index, index * 8);
        out.setUint8(to + record.scale, sib >> 6);
      }
      base = (sib & 7) | (this.#rex & 1 ? 8 : 0);
      if ((sib & 7) === 5 && mod === 0) {
        out.setInt32(to + record.displacement, this.#read(4), true);
        this.#setSegment(segment.ds);
        return false;
      }
    } else if (rm === 5 && mod === 0) {
      out.setInt32(to + record.displacement, this.#read(4), true);
      this.#setSegment(segment.ds);
      if (!this.#long) return false;
      out.setUint8(to + record.base, offsetOf.codePage);
      return true;
    }
    out.setUint8(to + record.base, base * 8);
    if (base === gpr.rsp || base === gpr.rbp) defaultSegment = segment.ss;
    if (mod) out.setInt32(to + record.displacement, mod === 1 ? (this.#next() << 24) >> 24 : this.#read(4), true);
    this.#setSegment(defaultSegment);
    return false;
  }

  /** RIP-relative displacements count from the next instruction; the record's from the page. */
  #finishRelative(start: number, pageOffset: number): void {
    const at = this.#to + record.displacement;
    const sum = this.#out.getInt32(at, true) + pageOffset + (this.#at - start);
    if (sum > 0x7fff_ffff) this.#out.setUint8(this.#to + record.addressKind, addressKind.relative);
    else this.#out.setInt32(at, sum, true);
  }

  #setSegment(defaultSegment: number): void {
    const out = this.#out, to = this.#to;
    const number = this.#override >= 0 ? this.#override : defaultSegment;
    out.setUint8(to + record.segment, number);
    if (this.#long) {
      if (number >= segment.fs) out.setUint8(to + record.segmentBase, offsetOf.segmentBase + 8 * number);
      out.setUint8(to + record.addressKind, this.#addressSize === 64 ? addressKind.flat64 : addressKind.general);
      return;
    }
    out.setUint8(to + record.segmentBase, offsetOf.segmentBase + 8 * number);
    out.setUint8(to + record.addressKind, this.#addressSize === 32 && this.#mode & flatSegment(number) ? addressKind.flat32 : addressKind.general);
  }
}

const modrmLetters = new Set(['E', 'G', 'M', 'R', 'S', 'V', 'W', 'U', 'P', 'Q', 'N', 'F']);
const usesModrm = (code: OperandCode): boolean => code.length === 2 && modrmLetters.has(code[0]!) && code !== 'DX';
