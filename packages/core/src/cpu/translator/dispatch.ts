/** Tells apart the places to which an indirect jump may go: a hash without collisions over their distances from the region's page, as an index for `br_table`. */

export interface Selector {
  /** index = distance × multiplier >>> shift, as unsigned 32-bit integers. */
  readonly multiplier: number;
  readonly shift: number;
  /** By index: which of the distances it may be; -1 for none. */
  readonly choices: readonly number[];
}

const MOST_BITS = 10;
const MULTIPLIERS_TRIED = 64;

/** @returns undefined where no table of 1,024 entries does it, which more than some 40 targets may cause */
export const findSelector = (distances: readonly number[]): Selector | undefined => {
  for (let bits = Math.max(1, Math.ceil(Math.log2(distances.length))); bits <= MOST_BITS; bits++) {
    let multiplier = 0x9e37_79b1;
    for (let tried = 0; tried < MULTIPLIERS_TRIED; tried++) {
      const choices = choicesOf(distances, multiplier, 32 - bits);
      if (choices) return { multiplier: multiplier | 0, shift: 32 - bits, choices };
      multiplier = (Math.imul(multiplier, 1_664_525) + 1_013_904_223) | 1;
    }
  }
  return undefined;
};

const choicesOf = (distances: readonly number[], multiplier: number, shift: number): number[] | undefined => {
  const choices = Array.from({ length: 2 ** (32 - shift) }, () => -1);
  for (const [choice, distance] of distances.entries()) {
    const index = Math.imul(distance, multiplier) >>> shift;
    if (choices[index] !== -1) return undefined;
    choices[index] = choice;
  }
  return choices;
};
