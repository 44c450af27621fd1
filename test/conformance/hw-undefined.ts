/**
 * What a hardware vector's expectation must not be held to: results that the manuals leave undefined (SDM vol. 2, "Flags Affected"
 * of each instruction), and results for which only a tolerance is promised. A mask says what to ignore.
 */
import { scanEncoding } from './encoding.ts';
import type { Encoding } from './encoding.ts';
import type { HwVector } from './hw-vector.ts';

const CF = 1, PF = 4, AF = 0x10, ZF = 0x40, SF = 0x80, OF = 0x800;
const C0 = 0x100, C1 = 0x200, C2 = 0x400, C3 = 0x4000;

export interface Undefined {
  readonly flags: number;
  /** Index of a general register whose result is undefined, or -1. */
  readonly gpr: number;
  /** The memory operand's result is undefined. */
  readonly memory: boolean;
  readonly fpuStatus: number;
  /** ST(i) may differ by this many units in the last place. */
  readonly ulps: number;
  /** Relative tolerance of the single-precision lanes. */
  readonly relative: number;
}

const nothing: Undefined = { flags: 0, gpr: -1, memory: false, fpuStatus: 0, ulps: 0, relative: 0 };

const bytesOf = (hex: string): Uint8Array => Buffer.from(hex, 'hex');
const registerOf = (e: Encoding, field: 'reg' | 'rm'): number => (field === 'reg' ? ((e.modrm >> 3) & 7) | ((e.rex & 4) << 1) : (e.modrm & 7) | ((e.rex & 1) << 3));
const logic = new Set([1, 4, 6]);

/** Of a shift or rotate; an immediate count is the last byte of a vector that did not fault. */
function shiftCount(v: HwVector, bytes: Uint8Array, e: Encoding): number {
  const byCl = e.map === 0 ? e.opcode === 0xd2 || e.opcode === 0xd3 : e.opcode === 0xa5 || e.opcode === 0xad;
  const one = e.map === 0 && (e.opcode === 0xd0 || e.opcode === 0xd1);
  const raw = one ? 1 : byCl ? parseInt((v.i['rcx'] as string).slice(-2), 16) : bytes[bytes.length - 1]!;
  return raw & (e.operandSize === 64 && (e.map === 1 || e.opcode & 1) ? 63 : 31);
}

function shift(v: HwVector, bytes: Uint8Array, e: Encoding): Undefined {
  const size = e.opcode & 1 ? e.operandSize : 8;
  const count = shiftCount(v, bytes, e);
  let flags = count > 1 ? OF : 0;
  if ((e.modrm & 0x38) >= 0x20) {
    if (count > 0) flags |= AF;
    if (size < 32 && count >= size) flags |= CF;
  }
  return { ...nothing, flags };
}

function doubleShift(v: HwVector, bytes: Uint8Array, e: Encoding): Undefined {
  const count = shiftCount(v, bytes, e);
  if (e.operandSize === 16 && count > 16) {
    const register = e.modrm >= 0xc0;
    return { ...nothing, flags: CF | PF | AF | ZF | SF | OF, gpr: register ? registerOf(e, 'rm') : -1, memory: !register };
  }
  return { ...nothing, flags: (count > 0 ? AF : 0) | (count > 1 ? OF : 0) };
}

function oneByte(v: HwVector, bytes: Uint8Array, e: Encoding): Undefined {
  const { opcode, modrm } = e;
  const reg = (modrm >> 3) & 7;
  if (opcode < 0x40 && (opcode & 7) < 6 && logic.has(opcode >> 3)) return { ...nothing, flags: AF };
  if (opcode >= 0x80 && opcode <= 0x83) return logic.has(reg) ? { ...nothing, flags: AF } : nothing;
  switch (opcode) {
    case 0x84: case 0x85: case 0xa8: case 0xa9: return { ...nothing, flags: AF };
    case 0xc0: case 0xc1: case 0xd0: case 0xd1: case 0xd2: case 0xd3: return shift(v, bytes, e);
    case 0x69: case 0x6b: return { ...nothing, flags: SF | ZF | AF | PF };
    case 0xf6: case 0xf7:
      if (reg < 2) return { ...nothing, flags: AF };
      if (reg === 4 || reg === 5) return { ...nothing, flags: SF | ZF | AF | PF };
      return reg >= 6 ? { ...nothing, flags: CF | PF | AF | ZF | SF | OF } : nothing;
    case 0x37: case 0x3f: return { ...nothing, flags: OF | SF | ZF | PF };
    case 0xd4: case 0xd5: return { ...nothing, flags: OF | AF | CF };
    case 0x27: case 0x2f: return { ...nothing, flags: OF };
    default: return opcode >= 0xd8 && opcode <= 0xdf ? x87(opcode, modrm) : nothing;
  }
}

function twoByte(v: HwVector, bytes: Uint8Array, e: Encoding): Undefined {
  const { opcode } = e;
  const bitTest = OF | SF | AF | PF;
  switch (opcode) {
    case 0xa4: case 0xa5: case 0xac: case 0xad: return doubleShift(v, bytes, e);
    case 0xaf: return { ...nothing, flags: SF | ZF | AF | PF };
    case 0xa3: case 0xab: case 0xb3: case 0xbb: case 0xba: return { ...nothing, flags: bitTest };
    case 0xbc: case 0xbd:
      if (e.repeat === 0xf3) return { ...nothing, flags: bitTest };
      return { ...nothing, flags: bitTest | CF, gpr: parseInt(v.o.fl, 16) & ZF ? registerOf(e, 'reg') : -1 };
    case 0x52: case 0x53: return { ...nothing, relative: 1.5 * 2 ** -12 };
    default:
      // BSWAP of a 16-bit register
      if (opcode >= 0xc8 && opcode <= 0xcf && e.operandSize === 16) return { ...nothing, gpr: (opcode & 7) | ((e.rex & 1) << 3) };
      return nothing;
  }
}

/** VEX forms: BEXTR, BLSR/BLSMSK/BLSI, BZHI and the approximations. `form` is "vLW.map.opcode…". */
function vex(form: string): Undefined {
  const [, map, opcode] = form.split(/[./]/);
  if (map === '2' && opcode === 'f7' && form.split('.').length === 3) return { ...nothing, flags: AF | SF | PF };
  if (map === '2' && (opcode === 'f3' || opcode === 'f5')) return { ...nothing, flags: AF | PF };
  if (map === '1' && (opcode === '52' || opcode === '53')) return { ...nothing, relative: 1.5 * 2 ** -12 };
  return nothing;
}

/** x87 condition codes (SDM vol. 1, table 8-1): defined by compares, FXAM, FPREM, and C2 by the trigonometric ones. */
function x87(opcode: number, modrm: number): Undefined {
  const undefinedCodes = { ...nothing, fpuStatus: C0 | C2 | C3 };
  const reg = (modrm >> 3) & 7;
  const memory = modrm < 0xc0;
  const compare = (reg === 2 || reg === 3) && (opcode === 0xd8 || opcode === 0xdc || (memory && (opcode === 0xda || opcode === 0xde)));
  if (compare) return nothing;
  const word = (opcode << 8) | modrm;
  if (memory) return (opcode === 0xd9 && reg === 4) || (opcode === 0xdd && (reg === 4 || reg === 6)) ? nothing : undefinedCodes;
  if (word === 0xded9 || word === 0xdae9 || word === 0xdbe3 || (opcode === 0xdd && (reg === 4 || reg === 5))) return nothing;
  if (word === 0xd9e4 || word === 0xd9e5 || word === 0xd9f5 || word === 0xd9f8) return nothing;
  // DE D0–D7 is an alias of FCOMP
  if (opcode === 0xde && reg === 2) return nothing;
  if (opcode === 0xd9 && [0xf2, 0xfb, 0xfe, 0xff].includes(modrm)) return { ...nothing, fpuStatus: C0 | C1 | C3, ulps: 1 };
  if (opcode === 0xd9 && [0xf0, 0xf1, 0xf3, 0xf9].includes(modrm)) return { ...nothing, fpuStatus: C0 | C1 | C2 | C3, ulps: 1 };
  return undefinedCodes;
}

export function undefinedResults(v: HwVector): Undefined {
  const annotated = v.u === undefined ? 0 : parseInt(v.u, 16);
  const byHand = ((): Undefined => {
    if (v.k.startsWith('v')) return vex(v.k);
    const bytes = bytesOf(v.b);
    const e = scanEncoding(bytes, v.m);
    return e.map === 0 ? oneByte(v, bytes, e) : e.map === 1 ? twoByte(v, bytes, e) : nothing;
  })();
  return annotated ? { ...byHand, flags: byHand.flags | annotated } : byHand;
}
