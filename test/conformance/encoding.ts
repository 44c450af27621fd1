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

/** [base, index] register numbers of 16-bit addressing; -1 where there is none (SDM vol. 2A, table 2-1). */
const address16: readonly (readonly [number, number])[] = [[3, 6], [3, 7], [5, 6], [5, 7], [-1, 6], [-1, 7], [5, -1], [3, -1]];

/**
 * Offset of the memory operand, for 16- and 32-bit addressing, or undefined where ModRM names a register. Only for encodings that have
 * ModRM; `registers` are RAX, RCX, RDX, RBX … as numbers.
 */
export function operandOffset(bytes: Uint8Array, e: Encoding, mode: 16 | 32, registers: readonly number[]): number | undefined {
  const mod = e.modrm >> 6;
  const rm = e.modrm & 7;
  if (mod === 3) return undefined;
  let at = e.prefixes.length + [1, 2, 3, 3][e.map]! + 1;
  const wide = (mode === 32) !== e.prefixes.includes(0x67);
  const displacement = (size: number): number => {
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = (value << 8) | (bytes[at + i] ?? 0);
    return size === 1 ? (value << 24) >> 24 : value;
  };
  if (!wide) {
    const [base, index] = address16[rm]!;
    const direct = mod === 0 && rm === 6;
    const sum = direct ? 0 : (base < 0 ? 0 : registers[base]!) + (index < 0 ? 0 : registers[index]!);
    return (sum + displacement(direct ? 2 : mod)) & 0xffff;
  }
  let sum = 0;
  let base = rm;
  if (rm === 4) {
    const sib = bytes[at++] ?? 0;
    const index = (sib >> 3) & 7;
    if (index !== 4) sum = registers[index]! << (sib >> 6);
    base = sib & 7;
  }
  const direct = mod === 0 && base === 5;
  if (!direct) sum += registers[base]!;
  return (sum + displacement(direct || mod === 2 ? 4 : mod)) >>> 0;
}
