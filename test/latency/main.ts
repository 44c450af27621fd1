/**
 * `npm run latency`: how late the guest's timer interrupts are, in a real `vmx` with its threads, while it runs hot code, while regions of new code are being
 * translated, and while instructions take long.
 *
 * Options: --samples N (a work load; default 2000), --no-translate, --json FILE. Status 0 when every 99th percentile is within a millisecond, 1 when not.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { VM } from '../../packages/vmx/src/index.ts';
import { latencyProgram, WORKLOADS } from './program.ts';
import type { Workload } from './program.ts';

const SAMPLES_MOST = 100_000;
/** Microseconds. */
const P99_AT_MOST = 1000;

interface Delays {
  readonly workload: Workload;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly most: number;
}

async function measure(workload: Workload, samples: number, translate: boolean): Promise<Delays> {
  await using vm = await VM.start({ kernel: latencyProgram(workload, samples), memory: '64M', translate });
  const chunks: Buffer[] = [];
  vm.debugOutput.on('data', (chunk: Buffer) => chunks.push(chunk));
  const exit = await vm.exited;
  const bytes = Buffer.concat(chunks);
  if (exit.reason !== 'debug-exit' || bytes.length !== samples * 4) throw new Error(`${workload}: the program ended by ${exit.reason} with ${bytes.length / 4} of ${samples} samples`);
  const sorted = Array.from({ length: samples }, (_, i) => bytes.readInt32LE(i * 4) / 1000).toSorted((a, b) => a - b);
  const at = (part: number): number => sorted[Math.min(samples - 1, Math.floor(samples * part))]!;
  return { workload, p50: at(0.5), p99: at(0.99), p999: at(0.999), most: at(1) };
}

const { values } = parseArgs({ options: { 'samples': { type: 'string', default: '2000' }, 'no-translate': { type: 'boolean', default: false }, 'json': { type: 'string' } } });
const samples = Number(values.samples);
if (!Number.isInteger(samples) || samples < 100 || samples > SAMPLES_MOST) {
  console.error(`latency: --samples ${values.samples}: give a number from 100 to ${SAMPLES_MOST}`);
  process.exit(2);
}
console.log('µs from deadline to handler      p50      p99    p99.9      max');
const all: Delays[] = [];
for (const workload of WORKLOADS) {
  const delays = await measure(workload, samples, !values['no-translate']);
  all.push(delays);
  console.log(workload.padEnd(27) + [delays.p50, delays.p99, delays.p999, delays.most].map((value) => value.toFixed(0).padStart(9)).join(''));
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(all, undefined, 2)}\n`);
process.exitCode = all.every(({ p99 }) => p99 <= P99_AT_MOST) ? 0 : 1;
