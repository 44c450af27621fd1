import { afterEach, describe, expect, it } from 'vitest';
import { TranslatorOwner } from './translator-owner.ts';
import type { CompiledBatch } from './translator-thread.ts';
import { WorkerCompiler } from './worker-compiler.ts';

type Job = number | 'broken' | 'die';
const url = new URL('../testing/fake-translator.ts', import.meta.url);
const PATIENCE_MS = 20_000;
const nap = new Int32Array(new SharedArrayBuffer(4));

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

function compilerFor(thread: URL = url, idleMs = 60_000, prepared = false): { compiler: WorkerCompiler<Job, CompiledBatch<number>>; told: string[]; starts: () => number } {
  const told: string[] = [];
  let starts = 0;
  const owner = new TranslatorOwner(thread, (message) => told.push(message));
  if (prepared) owner.prepare();
  const compiler = new WorkerCompiler<Job, CompiledBatch<number>>({
    connect: (link) => {
      starts++;
      owner.start({ link, target: 0x40, idleMs });
    },
    onFailure: (message) => owner.failed(message),
  });
  cleanups.push(() => {
    compiler.close();
    owner.end();
  });
  return { compiler, told, starts: () => starts };
}

/** As the VMM does: this thread does not return to its event loop meanwhile. */
function takeAll(compiler: WorkerCompiler<Job, CompiledBatch<number>>): CompiledBatch<number>[] {
  const batches: CompiledBatch<number>[] = [];
  const startMs = performance.now();
  while (compiler.pending > 0 && performance.now() - startMs < PATIENCE_MS) {
    const batch = compiler.take();
    if (batch === undefined) Atomics.wait(nap, 0, 0, 1);
    else batches.push(batch);
  }
  return batches;
}

const call = (batch: CompiledBatch<number> | undefined): unknown => (new WebAssembly.Instance(batch!.module, { env: {} }).exports.f as () => number)();

describe('a compiler in another thread', () => {
  it('is not started before there is a job, and gives modules to a thread that never waits', () => {
    const { compiler, starts, told } = compilerFor();
    expect([compiler.take(), compiler.pending, starts()]).toEqual([undefined, 0, 0]);
    compiler.submit(7);
    compiler.submit(8);
    expect([compiler.pending, starts()]).toEqual([2, 1]);
    const batches = takeAll(compiler);
    expect(call(batches[0])).toBe(7);
    expect(batches.flatMap(({ regions }) => regions)).toEqual([7, 8]);
    expect([compiler.take(), compiler.pending, told]).toEqual([undefined, 0, []]);
  });

  it('puts what has queued up into one module, up to a bound', () => {
    const { compiler } = compilerFor();
    const jobs = Array.from({ length: 60 }, (_, n) => n);
    for (const job of jobs) compiler.submit(job);
    const sizes = takeAll(compiler).map(({ regions }) => regions.length);
    expect(sizes.length).toBeLessThan(10);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(32);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(60);
  });

  it('loses nothing but the job that cannot be made, and says so once', () => {
    const { compiler, told } = compilerFor();
    for (const job of [1, 'broken', 2, 'broken', 3] as const) compiler.submit(job);
    expect(takeAll(compiler).flatMap(({ regions }) => regions)).toEqual([1, 2, 3]);
    expect(compiler.pending).toBe(0);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/failed \(.*\), so the interpreter/);
  });

  it.each([['dies', url, ['die', 1]], ['cannot be loaded', new URL('../testing/no-such-thread.ts', import.meta.url), [1, 2]]] as const)('whose thread %s leaves the machine alone', async (_, thread, jobs) => {
    const { compiler } = compilerFor(thread);
    for (const job of jobs) compiler.submit(job);
    const startMs = performance.now();
    while (compiler.pending > 0 && performance.now() - startMs < PATIENCE_MS) {
      expect(compiler.take()).toBe(undefined);
      // The owner's event loop is this one.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(compiler.pending).toBe(0);
    compiler.submit(3);
    expect(compiler.pending).toBe(0);
  });

  it('warns once when its thread fails', async () => {
    const { compiler, told } = compilerFor(new URL('../testing/no-such-thread.ts', import.meta.url));
    compiler.submit(1);
    await expect.poll(() => told.length, { timeout: PATIENCE_MS }).toBe(1);
    expect(told[0]).toContain('no-such-thread');
  });

  it('ends a thread that has nothing to do, and starts another for what comes then', () => {
    const { compiler, starts, told } = compilerFor(url, 20);
    for (let round = 1; round <= 5; round++) {
      compiler.submit(round);
      expect(takeAll(compiler).flatMap(({ regions }) => regions)).toEqual([round]);
      // Sometimes the end has been seen before the next job, and sometimes it has not.
      Atomics.wait(nap, 0, 0, 15 * round);
      if (round % 2 === 0) compiler.take();
    }
    expect(starts()).toBeGreaterThan(1);
    expect(told).toEqual([]);
  });

  it('takes the thread that was made ready for it, and others after that', () => {
    const { compiler, starts, told } = compilerFor(url, 20, true);
    for (let round = 1; round <= 3; round++) {
      compiler.submit(round);
      expect(takeAll(compiler).flatMap(({ regions }) => regions)).toEqual([round]);
      Atomics.wait(nap, 0, 0, 60);
      compiler.take();
    }
    expect(starts()).toBeGreaterThan(1);
    expect(told).toEqual([]);
  });

  it('warns once when the thread that was made ready cannot be loaded, and does without', async () => {
    const { compiler, told } = compilerFor(new URL('../testing/no-such-thread.ts', import.meta.url), 60_000, true);
    await expect.poll(() => told.length, { timeout: PATIENCE_MS }).toBe(1);
    compiler.submit(1);
    await expect.poll(() => [compiler.take(), compiler.pending, told.length], { timeout: PATIENCE_MS }).toEqual([undefined, 0, 1]);
  });

  it('ends its thread with the machine', async () => {
    const { compiler } = compilerFor();
    compiler.submit(1);
    takeAll(compiler);
    compiler.close();
    compiler.submit(2);
    expect([compiler.pending, compiler.take()]).toEqual([0, undefined]);
  });
});
