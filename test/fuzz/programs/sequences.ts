/** Short sequences with sound operands: what random ones would seldom do, or not survive. */
import type { Random } from '../random.ts';
import type { Addresses } from './addresses.ts';
import { little } from './instruction-writer.ts';
import type { Bits } from './instruction-writer.ts';
import { longDisplacements, PAGE, physical, protectedDisplacements, region, selector, SERVICES } from './regions.ts';

export interface Setting {
  readonly bits: Bits;
  readonly isUser: boolean;
  readonly isPae: boolean;
  readonly base: bigint;
  readonly physicalPage: number;
  readonly addresses: Addresses;
}

const MSR_FS_BASE = 0xc000_0100, MSR_GS_BASE = 0xc000_0101, MSR_KERNEL_GS_BASE = 0xc000_0102;

/** Reaches memory at a region offset: opcode bytes, /digit, and an immediate perhaps. */
export const absolute = (bits: Bits, random: Random, opcode: readonly number[], digit: number, offset: number, immediate: readonly number[] = []): number[] => {
  const bases = bits === 64 ? longDisplacements : protectedDisplacements;
  const displacement = little(random.pick(bases) + offset, 4);
  return [...opcode, (digit << 3) | (bits === 64 ? 4 : 5), ...(bits === 64 ? [0x25] : []), ...displacement, ...immediate];
};

const moveImmediate = (register: number, value: number): number[] => [0xb8 | register, ...little(value, 4)];

/** A linear address in RAX, RCX, RDX, RBX, RSI or RDI. */
export const moveAddress = ({ bits, base }: Setting, random: Random, register: number, offset: number): number[] => {
  if (bits === 64 && random.chance(40)) {
    const address = base + BigInt(offset);
    return [0x48, 0xb8 | register, ...little(Number(address & 0xffff_ffffn) | 0, 4), ...little(Number(address >> 32n & 0xffff_ffffn) | 0, 4)];
  }
  return moveImmediate(register, random.pick([0x40_0000, 0x4040_0000]) + offset);
};

/** Registers of a string instruction, mostly. */
export function stringSetup(setting: Setting, random: Random): number[][] {
  const counts = [0, 1, 2, 3, 7, 16, 40, 200, 0x1001];
  const direction = random.chance(8) ? [[random.pick([0xfc, 0xfd])]] : [];
  const chosen = [
    ...(random.chance(75) ? [moveAddress(setting, random, 6, setting.addresses.some())] : []),
    ...(random.chance(75) ? [moveAddress(setting, random, 7, setting.addresses.some())] : []),
    ...(random.chance(90) ? [moveImmediate(1, random.pick(counts))] : []),
  ];
  return [...direction, ...chosen];
}

/** PUSH flags; POPF. TF, AC, IF, DF, NT and ID among them, seldom. */
const popFlags = (random: Random): number[][] => {
  const flags = 2 | (random.u32() & 0x8d5) | (random.chance(12) ? 0x400 : 0) | (random.chance(50) ? 0x200 : 0) | (random.chance(6) ? 0x100 : 0) | (random.chance(5) ? 0x4_0000 : 0) | (random.chance(3) ? 0x4000 : 0);
  return [[0x68, ...little(flags, 4)], [0x9d]];
};

const loadMxcsr = (random: Random): number[][] => {
  const value = 0x1f80 & ~(random.chance(20) ? random.u32() & 0x1f80 : 0) | (random.below(4) << 13) | (random.chance(20) ? 0x40 : 0) | (random.chance(20) ? 0x8000 : 0);
  return [[0x68, ...little(value, 4)], [0x0f, 0xae, 0x14, 0x24], [0x58]];
};
const loadFpuControl = (random: Random): number[][] => {
  const value = 0x40 | (random.chance(20) ? random.u32() & 0x3f : 0x3f) | (random.pick([0, 2, 3, 3]) << 8) | (random.below(4) << 10);
  return [[0x68, ...little(value, 4)], [0xd9, 0x2c, 0x24], [0x58]];
};

const invalidate = (setting: Setting, random: Random, page: number): number[] => absolute(setting.bits, random, [0x0f, 0x01], 7, page * PAGE);
/** In CR3's root: P, R/W or U/S of a page of code or data. */
const changePage = (setting: Setting, random: Random): number[][] => {
  const page = (random.chance(70) ? region.data / PAGE + random.below(region.dataPages) : region.code / PAGE + random.below(region.codePages));
  const entry = random.pick([region.tables, region.otherTables]) + page * (setting.isPae ? 8 : 4);
  return [absolute(setting.bits, random, [0x80], 6, entry, [random.pick([1, 1, 2, 2, 4])]), invalidate(setting, random, page)];
};

const forSupervisor = (setting: Setting, random: Random): number[][] => {
  const { bits, physicalPage } = setting;
  const wide = bits === 64 ? [0x48] : [];
  switch (random.below(14)) {
    case 0: case 1: return [[0x0f, 0x20, 0xd8], [0x0f, 0x22, 0xd8]];
    case 2: return [moveImmediate(0, (physicalPage + random.pick([physical.root, physical.otherRoot])) * PAGE), [0x0f, 0x22, 0xd8]];
    case 3: return [invalidate(setting, random, (region.data / PAGE) + random.below(region.dataPages))];
    case 4: case 5: return changePage(setting, random);
    case 6: return random.chance(50) ? [[0x0f, 0x06]] : [[0x0f, 0x20, 0xc0], [0x83, 0xf0, 0x08], [0x0f, 0x22, 0xc0]]; // TS
    case 7: return [[0x0f, 0x20, 0xe0], [...wide, 0x35, ...little(random.pick([0x80, 4, 0x200, 0x4_0000, 0x80, 0x80]), 4)], [0x0f, 0x22, 0xe0]]; // PGE, TSD, OSFXSR, OSXSAVE
    case 8: return [moveImmediate(1, random.pick([MSR_FS_BASE, MSR_GS_BASE, MSR_KERNEL_GS_BASE])), moveAddress(setting, random, 0, setting.addresses.some()), [0x31, 0xd2], [0x0f, 0x30]];
    case 9: return [moveImmediate(0, selector.data), [0x8e, 0xd0]]; // MOV SS, and its shadow
    case 10: return [moveImmediate(0, random.pick([selector.data, 0, selector.narrow])), [0x8e, random.pick([0xc0, 0xe0, 0xe8])]];
    case 11: return [[random.pick([0xfa, 0xfb])]];
    case 12: return random.chance(20) ? [[0xfb], [0xf4]] : [[0xfb], [0x90]];
    default: return [[0x0f, 0x20, 0xc0], [...wide, 0x35, ...little(random.pick([0x1_0000, 0x4_0000, 2]), 4)], [0x0f, 0x22, 0xc0]]; // WP, AM, MP
  }
};

const forUser = (setting: Setting, random: Random): number[][] => {
  switch (random.below(5)) {
    case 0: return [moveImmediate(0, selector.userData), [0x8e, 0xd0]];
    case 1: return [moveImmediate(0, random.pick([selector.userData, 0, selector.narrow])), [0x8e, random.pick([0xc0, 0xe0, 0xe8])]];
    case 2: return setting.bits === 64 ? [[0x0f, 0x05]] : [[0xcd, SERVICES]];
    default: return [[0xcd, SERVICES + random.below(12)]];
  }
};

/** One of the sequences for programs of this kind. */
export function systemSequence(setting: Setting, random: Random): number[][] {
  switch (random.below(10)) {
    case 0: return popFlags(random);
    case 1: return loadMxcsr(random);
    case 2: return loadFpuControl(random);
    case 3: return [[0xcd, SERVICES + random.below(12)]];
    case 4: return [random.pick([[0xcc], [0xf1], [0x0f, 0x0b], [0x0f, 0xa2], [0x0f, 0x31], [0x9b], [0xdb, 0xe3], [0x0f, 0x77], [0x0f, 0xae, 0xe8], [0xe6, 0x40], [0xe4, 0x41], [0xef], [0xec]])];
    default: return setting.isUser ? forUser(setting, random) : forSupervisor(setting, random);
  }
}
