/**
 * Which instructions a program is made of: encodings sorted by what they are good for, and how often each sort comes.
 * What is left out would end the program or lead out of it: HLT, control registers, descriptor tables, far transfers; sequences.ts has these with sound operands.
 */
import type { Random } from '../random.ts';
import { encodings, existsIn } from './encodings.ts';
import type { Encoding } from './encodings.ts';
import type { Bits } from './instruction-writer.ts';

const sorts = ['producer', 'consumer', 'move', 'sse', 'vex', 'x87', 'string', 'stack', 'cold', 'segment'] as const;
export type Sort = (typeof sorts)[number];

/** Written by make-program.ts itself, as transfers and in sequences, or not at all. */
const leftOut = /^(j|call|loop|ret|iret|hlt|lgdt|lidt|lldt|ltr|wrmsr|sys(call|ret|enter|exit)|rsm|xsetbv|getsec|int|ud|lmsw|popf|wrpkru)/;
/** Loads of segment registers, by map and opcode; moves to control and debug registers. */
const segmentLoads = new Set([0x007, 0x017, 0x01f, 0x08e, 0x0c4, 0x0c5, 0x1a1, 0x1a9, 0x1b2, 0x1b4, 0x1b5]);
const controlLoads = new Set([0x122, 0x123]);
const consumers = /^(set|cmov|adc|sbb|rcl|rcr|lahf|pushf|cmc|salc|adcx|adox|da[as]|aa[as]|fcmov)/;
const moves = /^(mov|lea|xchg|nop|prefetch|bswap|endbr|[lms]fence|pause|cmpxchg|serialize|xlatb|cbw|cwd)/;
/** Of the system, whether microcode or not. */
const cold = /^(cli|sti|clts|clac|stac|invlpg|swapgs|[sv]?[ls]?mxcsr|rd|wr|cpuid|in$|out$|verr|verw|l[as][rl]|s[lg]dt|sidt|str$|smsw|xgetbv)/;
const stackUse = /^(push|pop|leave|enter)/;

const sortOf = ({ row, mnemonic, isVex, map, opcode }: Encoding): Sort | undefined => {
  const place = (map << 8) | opcode;
  if (leftOut.test(mnemonic) || (!isVex && controlLoads.has(place))) return undefined;
  if (!isVex && segmentLoads.has(place)) return 'segment';
  if (isVex) return 'vex';
  if (row.unit === 'sse' || row.unit === 'mmx') return 'sse';
  if (row.unit) return 'x87';
  if (row.operands.some((code) => code === 'Ys' || code === 'Xs')) return 'string';
  if (stackUse.test(mnemonic)) return 'stack';
  if (row.kind === 'microcode' || cold.test(mnemonic)) return 'cold';
  if (consumers.test(mnemonic)) return 'consumer';
  return moves.test(mnemonic) ? 'move' : 'producer';
};

const bySort = (bits: Bits): ReadonlyMap<Sort, readonly Encoding[]> =>
  new Map(sorts.map((sort) => [sort, encodings.filter((encoding) => existsIn(encoding, bits) && sortOf(encoding) === sort)]));
const choices = { 32: bySort(32), 64: bySort(64) } as const;

/** Everything that programs of this size may contain, for the measure of coverage. */
export const reachable = (bits: Bits): Encoding[] => [...choices[bits].values()].flat();

export const pickEncoding = (random: Random, bits: Bits, sort: Sort): Encoding => random.pick(choices[bits].get(sort)!);

/** How often what comes; a program has one of these. `system` and `patch` are sequences and stores into code. */
type Weights = Readonly<Record<Sort | 'system' | 'patch' | 'pointer', number>>;
const none: Weights = { producer: 0, consumer: 0, move: 0, sse: 0, vex: 0, x87: 0, string: 0, stack: 0, cold: 0, segment: 0, system: 0, patch: 0, pointer: 0 };
export const styles: readonly Weights[] = [
  { ...none, producer: 40, consumer: 25, move: 25, stack: 5, pointer: 5 },
  { ...none, producer: 40, consumer: 25, move: 25, stack: 5, pointer: 5 },
  { ...none, producer: 30, consumer: 20, move: 20, stack: 6, string: 5, pointer: 5, sse: 6, x87: 2, vex: 2, patch: 2, system: 2 },
  { ...none, producer: 20, consumer: 12, move: 14, stack: 6, string: 6, pointer: 5, sse: 10, x87: 8, vex: 8, cold: 4, patch: 4, system: 5, segment: 0.4 },
  { ...none, producer: 15, consumer: 10, move: 15, sse: 50, pointer: 5, stack: 3 },
  { ...none, producer: 15, consumer: 10, move: 10, x87: 45, sse: 10, pointer: 5, stack: 3 },
  { ...none, producer: 15, consumer: 8, move: 10, vex: 50, sse: 10, pointer: 5 },
  { ...none, producer: 25, consumer: 15, move: 20, string: 4, patch: 22, pointer: 5, stack: 5 },
  { ...none, producer: 22, consumer: 15, move: 20, system: 22, stack: 6, pointer: 5, cold: 6, segment: 0.5 },
  { ...none, producer: 20, consumer: 10, move: 25, string: 25, pointer: 8, stack: 5 },
];

export const pickWeighted = (random: Random, weights: Weights): keyof Weights => {
  const entries = Object.entries(weights) as [keyof Weights, number][];
  let left = random.below(100_000) / 100_000 * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [name, weight] of entries) {
    left -= weight;
    if (left < 0) return name;
  }
  return 'producer';
};
export type { Weights };
