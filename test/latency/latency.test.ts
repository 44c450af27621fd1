/** Interrupts come at the same instruction in both tiers, where time is counted in instructions; and the machine outlives its translator. */
import { describe, expect, it } from 'vitest';
import { VM } from '../../packages/vmx/src/vm.ts';
import type { VmConfig } from '../../packages/vmx/src/index.ts';
import { latencyProgram, WORKLOADS } from './program.ts';
import type { Workload } from './program.ts';

const SAMPLES = 60;

async function run(workload: Workload, config: Partial<VmConfig>, translatorUrl?: URL): Promise<{ delays: number[]; warnings: string[]; exit: string }> {
  await using vm = new VM({ kernel: latencyProgram(workload, SAMPLES), memory: '64M', ...config }, translatorUrl === undefined ? {} : { translatorUrl });
  const warnings: string[] = [];
  vm.onWarning = (message) => warnings.push(message);
  const chunks: Buffer[] = [];
  vm.debugOutput.on('data', (chunk: Buffer) => chunks.push(chunk));
  await vm.start();
  const { reason } = await vm.exited;
  const bytes = Buffer.concat(chunks);
  return { delays: Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readInt32LE(i * 4)), warnings, exit: reason };
}

describe('timer interrupts', () => {
  // A string instruction is one of them, however much it moves: no time would pass.
  it.each(WORKLOADS.filter((workload) => workload !== 'strings'))('are as late with translation as without it, in instructions: %s', async (workload) => {
    const interpreted = await run(workload, { icount: true, translate: false });
    expect(interpreted.exit).toBe('debug-exit');
    expect(interpreted.delays).toHaveLength(SAMPLES);
    // Straight-line code, and what the machine does before it looks.
    const LATEST_INSTRUCTIONS = 500;
    expect(Math.max(...interpreted.delays)).toBeLessThan(LATEST_INSTRUCTIONS);
    const translated = await run(workload, { icount: true, translate: true });
    expect(translated).toEqual(interpreted);
  }, 60_000);

  it('come also when the translator cannot be started, with one warning', async () => {
    const { delays, warnings, exit } = await run('loop', {}, new URL('./no-such-translator.ts', import.meta.url));
    expect([exit, delays.length]).toEqual(['debug-exit', SAMPLES]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('no-such-translator');
  });
});
