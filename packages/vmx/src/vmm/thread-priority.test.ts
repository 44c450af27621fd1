import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';

type Priorities = readonly (readonly [name: string, nice: number])[];

it.runIf(existsSync('/proc/thread-self'))('a thread steps back, and V8\'s workers, and nobody else', async () => {
  const worker = new Worker(new URL('../testing/step-back-worker.ts', import.meta.url), { name: 'stepper' });
  const [{ before, after, compilers }] = (await once(worker, 'message')) as [{ before: Priorities; after: Priorities; compilers: Priorities }];
  const changed = (from: Priorities, to: Priorities): string[] => to.filter(([, nice], n) => nice !== from[n]![1]).map(([name]) => name);
  expect(changed(before, after)).toEqual(['stepper']);
  const workers = changed(after, compilers);
  expect(workers.length).toBeGreaterThan(0);
  expect(workers.every((name) => name.endsWith('V8Worker'))).toBe(true);
  await worker.terminate();
});
