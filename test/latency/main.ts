/**
 * `npm run latency`: how late the guest's timer interrupts are, in `bin/vmx`, a process with its settings, threads and their priorities, while it runs hot code, while regions of new code are being
 * translated, and while instructions take long.
 *
 * Options: --samples N (a work load; default 2000), --no-translate, --json FILE. Status 0 when every 99th percentile is within a millisecond, 1 when not.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
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

const VMX = join(import.meta.dirname, '../../bin/vmx');
/** A sample takes 1.3 ms. */
const LONGEST_S = 600;
/** What the program writes to isa-debug-exit is 0: `vmx run` makes (0 << 1) | 1 of it. */
const EXIT_STATUS = 1;

function measure(workload: Workload, samples: number, folder: string, options: readonly string[]): Delays {
  const kernel = join(folder, 'kernel');
  const output = join(folder, 'delays');
  writeFileSync(kernel, latencyProgram(workload, samples));
  writeFileSync(output, '');
  const { status, stderr } = spawnSync(VMX, ['run', '--kernel', kernel, '--memory', '64M', '--serial', 'none', '--debugcon', `file:${output}`, '--timeout', String(LONGEST_S), ...options], { encoding: 'utf8' });
  const bytes = readFileSync(output);
  if (status !== EXIT_STATUS || bytes.length !== samples * 4) throw new Error(`${workload}: vmx ended with ${status} and ${bytes.length / 4} of ${samples} samples: ${stderr}`);
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
const folder = mkdtempSync(join(tmpdir(), 'latency-'));
const all: Delays[] = [];
try {
  console.log('µs from deadline to handler      p50      p99    p99.9      max');
  for (const workload of WORKLOADS) {
    const delays = measure(workload, samples, folder, values['no-translate'] ? ['--no-translate'] : []);
    all.push(delays);
    console.log(workload.padEnd(27) + [delays.p50, delays.p99, delays.p999, delays.most].map((value) => value.toFixed(0).padStart(9)).join(''));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(all, undefined, 2)}\n`);
process.exitCode = all.every(({ p99 }) => p99 <= P99_AT_MOST) ? 0 : 1;
