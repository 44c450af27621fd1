/**
 * Just enough of instruction encoding to know which results of a vector the manual leaves undefined, and which instruction a
 * real-mode vector holds. Independent of the decoder under test.
 */

export interface Encoding {
  /** Every legacy prefix in front of the opcode. */
  readonly prefixes: readonly number[];
  readonly rex: number;
  /** 0 one-byte, 1 = 0F, 2 = 0F 38, 3 = 0F 3A. */
  readonly map: number;
  readonly opcode: number;
  /** The byte after the opcode: ModRM where the instruction has one. */
  readonly modrm: number;
  readonly operandSize: 16 | 32 | 64;
  /** F3, F2 or 0: the last one counts. */
  readonly repeat: number;
}

const legacyPrefixes = new Set([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3]);
/** 8086 and 80286: F1 is an alias of LOCK; 64 to 67 are no prefixes. */
const earlyPrefixes = new Set([0x26, 0x2e, 0x36, 0x3e, 0xf0, 0xf1, 0xf2, 0xf3]);

export function scanEncoding(bytes: Uint8Array, mode: 16 | 32 | 64, part: 'modern' | 'early' = 'modern'): Encoding {
  const known = part === 'early' ? earlyPrefixes : legacyPrefixes;
  let at = 0;
  let repeat = 0;
  let size66 = false;
  while (at < bytes.length && known.has(bytes[at]!)) {
    const prefix = bytes[at++]!;
    if (prefix === 0xf2 || prefix === 0xf3) repeat = prefix;
    if (prefix === 0x66) size66 = true;
  }
  const prefixes = [...bytes.subarray(0, at)];
  let rex = 0;
  if (mode === 64 && (bytes[at]! & 0xf0) === 0x40) rex = bytes[at++]!;
  let map = 0;
  let opcode = bytes[at++] ?? 0;
  if (opcode === 0x0f && part === 'modern') {
    map = 1;
    opcode = bytes[at++] ?? 0;
    if (opcode === 0x38 || opcode === 0x3a) {
      map = opcode === 0x38 ? 2 : 3;
      opcode = bytes[at++] ?? 0;
    }
  }
  const narrow = (mode === 16) !== size66;
  const operandSize = rex & 8 ? 64 : narrow ? 16 : 32;
  return { prefixes, rex, map, opcode, modrm: bytes[at] ?? 0, operandSize, repeat };
}

const stringOpcodes = new Set([0x6c, 0x6d, 0x6e, 0x6f, 0xa4, 0xa5, 0xa6, 0xa7, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf]);
export const isRepeatedString = (e: Encoding): boolean => e.repeat !== 0 && e.map === 0 && stringOpcodes.has(e.opcode);
