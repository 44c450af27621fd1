/**
 * Random code. Half of it is random opcodes with operands that lead somewhere; the rest is what makes an emulator stumble: string
 * instructions over page boundaries, stores into the code, short jumps, changes of mode, segment and flags.
 * A chunk is one instruction, so that shrinking can take it away.
 */
import { Disassembler } from '../../packages/core/src/cpu/disassemble/disassembler.ts';
import type { CodeSize } from '../../packages/core/src/cpu/disassemble/disassembler.ts';
import { place } from './places.ts';
import type { Random } from './random.ts';

const LONGEST = 15;
const prefixes = [0x66, 0x66, 0x67, 0xf2, 0xf3, 0xf3, 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0xf0] as const;
const disassembler = new Disassembler({ hasFeature: () => true });

/** Everything is below 64 KiB of these, as an offset; `base` is what the address adds to the segment. */
export interface Reach {
  readonly code: number;
  readonly data: number;
  readonly stack: number;
}
export const flatReach: Reach = { code: place.code, data: place.data, stack: place.stack };
export const segmentedReach: Reach = { code: 0, data: 0, stack: 0 };

export class CodeWriter {
  readonly #random: Random;
  readonly #size: CodeSize;
  readonly #reach: Reach;

  constructor(random: Random, size: CodeSize, reach: Reach) {
    this.#random = random;
    this.#size = size;
    this.#reach = reach;
  }

  /** Instructions of together at least `bytes` bytes. */
  write(bytes: number): Uint8Array[] {
    const chunks: Uint8Array[] = [];
    for (let length = 0; length < bytes;) {
      const chunk = this.#chunk(length);
      chunks.push(chunk);
      length += chunk.length;
    }
    return chunks;
  }

  /** An offset that means something to the code: in data, code or stack, often at the edge of a page. */
  address(): number {
    const random = this.#random, reach = this.#reach;
    const edge = random.chance(40) ? 0x1000 * random.between(1, 3) - random.between(1, 16) : random.below(0x1000);
    if (random.chance(70)) return reach.data + edge;
    if (random.chance(60)) return reach.code + (edge & 0x1fff);
    return reach.stack + (edge & 0x1fff);
  }

  #chunk(at: number): Uint8Array {
    const random = this.#random;
    const kind = random.below(100);
    if (kind < 38) return this.#randomOpcode();
    if (kind < 45) return this.#vex();
    if (kind < 58) return this.#moveImmediate();
    if (kind < 66) return this.#string();
    if (kind < 78) return this.#jump();
    if (kind < 86) return this.#storeIntoCode(at);
    if (kind < 94) return Uint8Array.from([...this.#sizePrefix(10), ...random.pick(simple)]);
    return this.#system();
  }

  #randomOpcode(): Uint8Array {
    const random = this.#random;
    for (;;) {
      const bytes: number[] = [];
      while (random.chance(20) && bytes.length < 4) bytes.push(random.pick(prefixes));
      if (this.#size === 64 && random.chance(40)) bytes.push(0x40 | random.below(16));
      const map = random.below(100);
      if (map >= 55) bytes.push(0x0f);
      if (map >= 96) bytes.push(0x3a);
      else if (map >= 92) bytes.push(0x38);
      const opcode = random.below(256);
      // HLT ends a run: seldom
      if (map < 55 && opcode === 0xf4 && !random.chance(5)) continue;
      bytes.push(opcode, this.#modRm());
      for (let i = 0; i < 3; i++) bytes.push(...this.#operandBytes());
      return this.#one(bytes);
    }
  }

  /** AVX, FMA, BMI: mostly maps and prefixes that exist. */
  #vex(): Uint8Array {
    const random = this.#random;
    // outside of 64-bit mode the byte that follows has to look like a register form of LES or LDS
    const high = this.#size === 64 ? random.below(4) << 6 : 0xc0;
    const operands = [random.below(256), this.#modRm(), ...this.#operandBytes(), ...this.#operandBytes()];
    if (random.chance(50)) return this.#one([0xc5, high | random.below(64), ...operands]);
    return this.#one([0xc4, high | 0x20 | random.pick([1, 2, 2, 3, 3, random.below(32)]), random.below(256), ...operands]);
  }

  #modRm(): number {
    return this.#random.chance(35) ? 0xc0 | this.#random.below(64) : this.#random.below(256);
  }

  #operandBytes(): number[] {
    const random = this.#random;
    const value = random.chance(50) ? this.address() : random.chance(50) ? random.between(-0x40, 0x40) : random.u32();
    return [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, (value >> 24) & 0xff];
  }

  /** The first instruction of these bytes. */
  #one(bytes: readonly number[]): Uint8Array {
    const padded = Uint8Array.from(bytes.slice(0, LONGEST));
    const { lengthBytes } = disassembler.disassemble(padded, 0, this.#size, 0n);
    return padded.subarray(0, lengthBytes || padded.length);
  }

  #sizePrefix(percent: number): number[] {
    return this.#random.chance(percent) ? [0x66] : [];
  }

  #immediate(value: number, bytes: number): number[] {
    return Array.from({ length: bytes }, (_, i) => Math.floor(value / 2 ** (8 * i)) & 0xff);
  }

  #moveImmediate(): Uint8Array {
    const random = this.#random;
    const register = random.pick([0, 1, 2, 3, 5, 6, 7]);
    const value = random.chance(70) ? this.address() : random.chance(50) ? random.below(64) : random.u32();
    return Uint8Array.from([0xb8 + register, ...this.#immediate(value, this.#size === 16 ? 2 : 4)]);
  }

  #string(): Uint8Array {
    const random = this.#random;
    const operation = random.pick([0xa4, 0xa4, 0xa6, 0xaa, 0xac, 0xae, 0x6c, 0x6e]) + random.below(2);
    const rex = this.#size === 64 && random.chance(30) ? [0x48] : [];
    const address = random.chance(12) ? [0x67] : [];
    return Uint8Array.from([...address, ...this.#sizePrefix(20), ...(random.chance(75) ? [random.pick([0xf2, 0xf3, 0xf3])] : []), ...rex, operation]);
  }

  #jump(): Uint8Array {
    const random = this.#random;
    const distance = random.chance(70) ? random.between(0, 0x30) : random.between(-0x60, 0);
    const near = this.#immediate(random.chance(60) ? distance : random.between(-0x1000, 0x1000), this.#size === 16 ? 2 : 4);
    switch (random.below(8)) {
      case 0: return Uint8Array.from([0xeb, distance & 0xff]);
      case 1: return Uint8Array.from([0xe0 + random.below(4), distance & 0xff]);
      case 2: return Uint8Array.from([0xe8, ...near]);
      case 3: return Uint8Array.from([0xe9, ...near]);
      case 4: return Uint8Array.from([0x0f, 0x80 + random.below(16), ...near]);
      case 5: return Uint8Array.from(random.pick([[0xc3], [0xff, 0xe0 + random.below(8)], [0xff, 0xd0 + random.below(8)]]));
      default: return Uint8Array.from([0x70 + random.below(16), distance & 0xff]);
    }
  }

  /** MOV [code], immediate: close behind itself, or anywhere in the code pages. */
  #storeIntoCode(at: number): Uint8Array {
    const random = this.#random;
    const target = random.chance(60) ? at + random.between(0, 0x30) : random.below(place.codeBytes);
    const code = this.#reach.code + target;
    const override = this.#reach === segmentedReach ? [0x2e] : []; // CS, which protected mode may not write through: a fault then
    const value = random.chance(60) ? random.pick([0x90, 0x40, 0xf8, 0xcc, 0xeb, 0x66, 0xc3]) : random.below(256);
    if (this.#size === 16) return Uint8Array.from([...override, 0xc6, 0x06, ...this.#immediate(code, 2), value]);
    const absolute = this.#size === 64 ? [0x04, 0x25] : [0x05];
    if (random.chance(70)) return Uint8Array.from([...override, 0xc6, ...absolute, ...this.#immediate(code, 4), value]);
    return Uint8Array.from([...override, 0xc7, ...absolute, ...this.#immediate(code, 4), value, 0x90, random.below(256), 0x90]);
  }

  /** Segments, flags, control and debug registers, tables, task registers, gates. */
  #system(): Uint8Array {
    const random = this.#random;
    const register = random.below(8);
    switch (random.below(9)) {
      case 0: return Uint8Array.from([0x8e, 0xc0 | (random.pick([0, 2, 3, 4, 5]) << 3) | register]);
      case 1: return Uint8Array.from([0x0f, random.pick([0x20, 0x22, 0x21, 0x23]), 0xc0 | (random.pick([0, 2, 3, 4, 6, 7]) << 3) | register]);
      case 2: return this.#one([0x0f, random.pick([0x00, 0x01, 0x01]), this.#modRm(), ...this.#operandBytes(), ...this.#operandBytes()]);
      case 3: return Uint8Array.from([0xcd, random.pick([3, 4, 13, 14, 0x20, 0x80, random.below(256)])]);
      case 4: return this.#one([random.pick([0x9a, 0xea]), ...this.#operandBytes().slice(0, this.#size === 16 ? 2 : 4), random.below(40) * 8 + random.pick([0, 0, 3, 4]), 0]);
      case 5: return Uint8Array.from([0x6a, random.pick([0x00, 0x02, 0x57, 0x17]), 0x9d]); // PUSH imm; POPF
      case 6: return Uint8Array.from(random.pick([[0x0f, 0x05], [0x0f, 0x07], [0x0f, 0x34], [0x0f, 0x35], [0xcf], [0xcb], [0x0f, 0x32], [0x0f, 0x30], [0x0f, 0x06]]));
      case 7: return this.#one([random.pick([0xc4, 0xc5, 0xff, 0x62]), this.#modRm(), ...this.#operandBytes()]);
      default: return this.#one([0x0f, random.pick([0xae, 0xc7]), this.#modRm(), ...this.#operandBytes()]);
    }
  }
}

/** Short instructions without operands to choose. */
const simple: readonly (readonly number[])[] = [
  [0x9c], [0x9d], [0xfa], [0xfb], [0xfc], [0xfd], [0xf5], [0x9e], [0x9f], [0x98], [0x99], [0x50], [0x58], [0x5c], [0x54], [0x16], [0x17], [0x1e], [0x1f],
  [0xc9], [0xc8, 0x10, 0x00, 0x01], [0xc8, 0x04, 0x00, 0x1f], [0xd7], [0xcc], [0xf1], [0xce], [0xe4, 0x60], [0xee], [0xed], [0x0f, 0xa2], [0x0f, 0x31], [0x0f, 0xc7, 0xf0],
  [0x90], [0xf3, 0x90], [0x0f, 0x09], [0x9b], [0xdb, 0xe3], [0x0f, 0x77], [0x01, 0xd8], [0x11, 0xc1], [0x0f, 0xaf, 0xc3], [0xf7, 0xf1], [0x48], [0x40], [0xd3, 0xe0], [0x0f, 0xa5, 0xd0],
];
