/**
 * Fuzzing with whole programs: each runs on the interpreter alone and on a machine that translates, and after each slice both are in the same state. The report
 * of a difference is the smallest program that still shows it.
 */
import { compareProgram } from './compare-programs.ts';
import type { Difference, Pair, Verdict } from './compare-programs.ts';
import { makeProgram } from './make-program.ts';
import type { Kind } from './make-program.ts';
import { ProgramMachine } from './program-machine.ts';
import type { Program } from './program.ts';
import { listProgram, shrinkProgram } from './shrink-program.ts';

/** A pair of machines serves so many programs: what they keep from one to the next (the cache of code, counters) is part of the test. */
const PROGRAMS_OF_A_PAIR = 512;

export interface Outcome {
  readonly blocks: number;
  readonly instructions: number;
  readonly report?: string;
}

const kindOf = ({ what }: Difference): string => what.split(':')[0]!.replaceAll(/\d+/g, '#');

export class ProgramFuzz {
  readonly #makePairs: () => readonly Pair[];
  #pairs: readonly Pair[] = [];
  #programs = 0;

  constructor(makePairs: () => readonly Pair[] = translatedPairs) {
    this.#makePairs = makePairs;
  }

  run(seed: number, kind?: Kind): Outcome {
    if (this.#programs++ % PROGRAMS_OF_A_PAIR === 0) this.#pairs = this.#makePairs();
    const program = makeProgram(seed, kind);
    const verdict = this.#compare(pairOf(this.#pairs, seed), program);
    if (verdict.kind === 'tooLong') return { blocks: 0, instructions: 0 };
    if (verdict.kind === 'same') return { blocks: program.blocks.length, instructions: verdict.retired };
    const report = this.#report(program, verdict.difference);
    this.#programs = 0;
    return { blocks: program.blocks.length, instructions: 0, report };
  }

  /** Seldom a program turns paging off, and then finds what another such left in memory on one of the machines: that is no difference. */
  #compare(pair: Pair, program: Program): Verdict {
    const verdict = compareProgram(pair, program);
    if (verdict.kind !== 'different') return verdict;
    pair.one.clear();
    pair.other.clear();
    return compareProgram(pair, program);
  }

  /** Statistics of the machines that translate. */
  get translations(): { readonly regions: number; readonly instructionsInRegions: number } {
    const all = this.#pairs.map(({ other }) => other.cpu.statistics.translation);
    return { regions: all.reduce((sum, one) => sum + (one?.regionsMade ?? 0), 0), instructionsInRegions: all.reduce((sum, one) => sum + (one?.instructionsInRegions ?? 0), 0) };
  }

  #report(program: Program, difference: Difference): string {
    const fails = (pair: Pair) => (smaller: Program): boolean => {
      const verdict = compareProgram(pair, smaller, true);
      return verdict.kind === 'different' && kindOf(verdict.difference) === kindOf(difference);
    };
    const fresh = pairOf(this.#makePairs(), program.seed);
    const repeats = fails(fresh)(program);
    const pair = repeats ? fresh : pairOf(this.#pairs, program.seed);
    const smallest = shrinkProgram(program, fails(pair));
    const shown = compareProgram(pair, smallest, true);
    const { what, detail, slice } = shown.kind === 'different' ? shown.difference : difference;
    return [
      `seed ${program.seed}: ${what}, after slice ${slice}${repeats ? '' : ' (not on new machines: it takes the programs before)'}`,
      ...detail.slice(0, 16).map((line) => `  ${line}`), ...listProgram(smallest),
    ].join('\n');
  }
}

/** Seeds take turns, so that one seed alone finds again what it found. */
const pairOf = (pairs: readonly Pair[], seed: number): Pair => pairs[seed % pairs.length]!;

/** The interpreter against itself: one of the two loses its decoded code and its translations before each slice. */
export const disturbedPairs = (): readonly Pair[] => [{ one: new ProgramMachine(), other: new ProgramMachine(), disturb: (machine, program) => machine.forget(program) }];

/** Entries until code is translated. */
const HOT_AFTER = [2, 24, 4, 1] as const;

/** The interpreter against machines that translate soon. */
const translatedPairs = (): readonly Pair[] => {
  const one = new ProgramMachine();
  return HOT_AFTER.map((hotAfter) => ({ one, other: new ProgramMachine({ translation: { hotAfter, mostDoublings: 0, outgrownAfter: 2 } }) }));
};
