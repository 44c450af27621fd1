/**
 * Fuzzing with whole programs: each runs on the interpreter alone and on a machine that translates, and after each slice both are in the same state. The report
 * of a difference is the smallest program that still shows it.
 */
import { compareProgram } from './compare-programs.ts';
import type { Difference, Pair } from './compare-programs.ts';
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
  readonly #makePair: (number: number) => Pair;
  #pair: Pair | undefined;
  #programs = 0;
  #pairs = 0;

  constructor(makePair: (number: number) => Pair = translatedPair) {
    this.#makePair = makePair;
  }

  run(seed: number, kind?: Kind): Outcome {
    if (this.#programs++ % PROGRAMS_OF_A_PAIR === 0) this.#pair = this.#makePair(++this.#pairs);
    const program = makeProgram(seed, kind);
    const verdict = compareProgram(this.#pair!, program);
    if (verdict.kind === 'tooLong') return { blocks: 0, instructions: 0 };
    if (verdict.kind === 'same') return { blocks: program.blocks.length, instructions: verdict.retired };
    const report = this.#report(program, verdict.difference);
    this.#programs = 0;
    return { blocks: program.blocks.length, instructions: 0, report };
  }

  #report(program: Program, difference: Difference): string {
    const fails = (pair: Pair) => (smaller: Program): boolean => {
      const verdict = compareProgram(pair, smaller, true);
      return verdict.kind === 'different' && kindOf(verdict.difference) === kindOf(difference);
    };
    const fresh = this.#makePair(this.#pairs);
    const repeats = fails(fresh)(program);
    const pair = repeats ? fresh : this.#pair!;
    const smallest = shrinkProgram(program, fails(pair));
    const shown = compareProgram(pair, smallest, true);
    const { what, detail, slice } = shown.kind === 'different' ? shown.difference : difference;
    return [
      `seed ${program.seed}: ${what}, after slice ${slice}${repeats ? '' : ' (not on new machines: it takes the programs before)'}`,
      ...detail.slice(0, 16).map((line) => `  ${line}`), ...listProgram(smallest),
    ].join('\n');
  }
}

/** The interpreter against itself: one of the two loses its decoded code and its translations before each slice. */
export const disturbedPair = (): Pair => ({
  one: new ProgramMachine(), other: new ProgramMachine(),
  disturb: (machine, program) => machine.forget(program),
});

/** The interpreter against a machine that translates what is entered for the first or second time. */
export const translatedPair = (number: number): Pair => ({ one: new ProgramMachine(), other: new ProgramMachine({ translation: { hotAfter: 1 + (number & 1), mostDoublings: 0 } }) });
