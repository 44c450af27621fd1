/** One run of a program: how long it takes from its start to its end, and the most memory it has had. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpuSeconds as cpuSecondsOf } from '../bench/process-usage.ts';

export interface ProcessMeasure {
  readonly seconds: number;
  /** Of the processor, all threads, up to shortly before the end; undefined where there is no /proc. Says more than the clock where the machine does other work too. */
  readonly cpuSeconds: number | undefined;
  /** Resident at its peak; undefined where there is no /proc. */
  readonly peakBytes: number | undefined;
  readonly status: number | null;
  /** Of both streams, the last part. */
  readonly output: string;
}

const LOOK_MS = 10;
const LIMIT_MS = 300_000;

export function measureProcess([program, ...args]: readonly string[]): Promise<ProcessMeasure> {
  const startMs = performance.now();
  const child = spawn(program!, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT_MS });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => { output = (output + text).slice(-4000); });
  let peakBytes: number | undefined, cpuSeconds: number | undefined;
  // The kernel keeps the highest value until the process has ended: the last look is short of it by what came in its last moments.
  const look = setInterval(() => {
    peakBytes = highWater(child.pid) ?? peakBytes;
    cpuSeconds = cpuSecondsOf(child.pid ?? 0) ?? cpuSeconds;
  }, LOOK_MS);
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      clearInterval(look);
      reject(error);
    });
    let seconds = 0;
    child.once('exit', () => { seconds = (performance.now() - startMs) / 1000; });
    child.once('close', (status) => {
      clearInterval(look);
      resolve({ seconds, cpuSeconds, peakBytes, status, output });
    });
  });
}

function highWater(pid: number | undefined): number | undefined {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}
