/** The tiers there are, each as a maker of executors over fresh guest memory. */
import type { Executor } from '../../packages/core/src/testing/executor.ts';
import { createInterpreter } from '../../packages/core/src/testing/interpreter.ts';

export interface Tier {
  readonly name: string;
  create(ramBytes: number): Executor;
}

export const executorTiers = (): readonly Tier[] => [{ name: 'tier0', create: createInterpreter }];
