/** The tiers there are, each as a maker of executors over fresh guest memory. */
import type { Executor } from '../../packages/core/src/testing/executor.ts';
import { createInterpreter } from '../../packages/core/src/testing/interpreter.ts';

export interface Tier {
  readonly name: string;
  create(ramBytes: number): Executor;
}

/** Programs of tests are short: what is entered twice is hot, and stays so however often its page is written. */
const translation = { hotAfter: 1, mostDoublings: 0 } as const;

/** tier0 is the interpreter, tier1 the translator with the interpreter beside it. */
export const executorTiers = (): readonly Tier[] => [{ name: 'tier0', create: createInterpreter }, { name: 'tier1', create: (ramBytes) => createInterpreter(ramBytes, translation) }];

export const tierNames = ['interpreter', 'translator', 'both'] as const;
/** The tiers that one of these names stands for. */
export const tiersNamed = (name: (typeof tierNames)[number]): readonly Tier[] => executorTiers().filter((_, n) => name === 'both' || tierNames[n] === name);
