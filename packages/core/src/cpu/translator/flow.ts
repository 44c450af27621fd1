/** What flows through the blocks of a region: registers that are to be stored when it is left, and flags that somebody still asks for. */
import { RECORD_BYTES } from '../decode/record.ts';
import { arithmeticFlags } from '../state.ts';
import { registersOf } from './instruction.ts';
import type { TranslatedInstruction } from './instruction.ts';
import type { RegionBlock, RegionEntry } from './region-job.ts';
import { isWithin, noRegisters, union } from './registers.ts';
import type { RegisterSet } from './registers.ts';

export interface BlockFlow {
  readonly successors: readonly (readonly number[])[];
  /** Entered from several places, counting the region's entries. */
  readonly isJoin: readonly boolean[];
  /** All registers that the region uses; all that it writes. */
  readonly used: RegisterSet;
  readonly written: RegisterSet;
  /** By instruction. */
  readonly writtenBy: readonly RegisterSet[];
  /** By block: registers that differ from the state's when it is entered. */
  readonly dirtyIn: readonly RegisterSet[];
  /** By block: flags that are asked for before they are set again. By instruction: the same after it. */
  readonly liveIn: readonly number[];
  readonly liveAfter: readonly number[];
}

export const blockFlow = (blocks: readonly RegionBlock[], regionEntries: readonly RegionEntry[], instructions: readonly TranslatedInstruction[], records: DataView): BlockFlow => {
  const successors = blocks.map(({ taken, next, targets }) => [taken, next, ...targets].filter((n) => n >= 0));
  const entries = blocks.map(() => 0);
  for (const { block } of regionEntries) entries[block]!++;
  for (const list of successors) for (const n of list) entries[n]!++;

  let used = noRegisters, written = noRegisters;
  const writes = instructions.map((instruction, i) => {
    if (instruction.binding !== 'early') return noRegisters;
    const registers = registersOf(records, i * RECORD_BYTES, instruction.facts!);
    used = union(used, registers.used);
    written = union(written, registers.written);
    return registers.written;
  });
  const held = used.vectorHighs;
  const writtenBy = writes.map((set) => (set.vectorHighs & ~held ? { ...set, vectorHighs: set.vectorHighs & held } : set));
  written = { ...written, vectorHighs: written.vectorHighs & held };
  const { liveIn, liveAfter } = liveFlags(blocks, instructions);
  return {
    successors, isJoin: entries.map((count) => count > 1), used: union(used, written), written, writtenBy,
    dirtyIn: dirtyRegisters(blocks, instructions, successors, writtenBy), liveIn, liveAfter,
  };
};

const dirtyRegisters = (blocks: readonly RegionBlock[], instructions: readonly TranslatedInstruction[], successors: BlockFlow['successors'], writtenBy: readonly RegisterSet[]): RegisterSet[] => {
  const dirtyIn = blocks.map(() => noRegisters);
  const own = blocks.map(({ first, count }) => writtenIn(first, count, instructions, writtenBy));
  const work = blocks.map((_, n) => n);
  for (let n = work.shift(); n !== undefined; n = work.shift()) {
    const { isWhole, set } = own[n]!;
    const dirty = isWhole ? set : union(dirtyIn[n]!, set);
    for (const to of successors[n]!) {
      if (isWithin(dirty, dirtyIn[to]!)) continue;
      dirtyIn[to] = union(dirty, dirtyIn[to]!);
      work.push(to);
    }
  }
  return dirtyIn;
};

/** What a block writes; after the last handler that it calls, as that has them stored: then what was written before the block does not count. */
const writtenIn = (first: number, count: number, instructions: readonly TranslatedInstruction[], writtenBy: readonly RegisterSet[]): { isWhole: boolean; set: RegisterSet } => {
  let general = 0, vectors = 0, vectorHighs = 0, isWhole = false;
  for (let i = first + count - 1; i >= first && !isWhole; i--) {
    isWhole = instructions[i]!.binding === 'called';
    const set = writtenBy[i]!;
    general |= set.general;
    vectors |= set.vectors;
    vectorHighs |= set.vectorHighs;
  }
  return { isWhole, set: { general, vectors, vectorHighs } };
};

/** Whoever may leave the region before or after an instruction shows the flags to the interpreter. */
const liveFlags = (blocks: readonly RegionBlock[], instructions: readonly TranslatedInstruction[]): { liveIn: number[]; liveAfter: number[] } => {
  const liveIn = blocks.map(() => 0);
  const liveAfter = instructions.map(() => arithmeticFlags as number);
  for (let changed = true; changed;) {
    changed = false;
    for (let n = blocks.length - 1; n >= 0; n--) {
      const { first, count, next, crosses } = blocks[n]!;
      const last = instructions[first + count - 1]!;
      let live: number = next >= 0 && !crosses && last.facts?.jump === 'none' ? liveIn[next]! : arithmeticFlags;
      for (let i = first + count - 1; i >= first; i--) {
        const { binding, facts } = instructions[i]!;
        liveAfter[i] = live;
        live = binding !== 'early' || facts!.mayLeave || facts!.jump !== 'none' ? arithmeticFlags : (live & ~facts!.flagsReplaced) | facts!.flagsRead;
      }
      if (live !== liveIn[n]) {
        liveIn[n] = live;
        changed = true;
      }
    }
  }
  return { liveIn, liveAfter };
};
