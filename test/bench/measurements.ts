/**
 * What is measured: how long work takes under each peer, and what `vmx run` needs for it. Every measurement is of a real process, from its start.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Guest } from '../guests/guests.ts';
import { GuestProcess, PROMPT, READY, type Timing } from './guest-process.ts';
import { MEMORY_MIB, type Peer } from './peers.ts';
import { cpuSeconds, memoryUse } from './process-usage.ts';
import type { Workload } from './workloads.ts';

const MIB = 1024 * 1024;
const CONSOLE = 'console=ttyS0';

/** One value of a figure. */
export interface Sample {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** From the process' start until the guest's init is through; for ours, with what --stats counts. */
export async function boot(guest: Guest, peer: Peer): Promise<{ timing: Timing; samples: Sample[] }> {
  const guestProcess = new GuestProcess(peer.command(guest, CONSOLE, ['--stats', '--exit-on', READY]));
  try {
    const { atMs } = await guestProcess.waitFor(READY);
    const timing = { ...guestProcess.timing, seconds: atMs / 1000 };
    return { timing, samples: peer.name === 'vmx' ? countersOf(guest, await guestProcess.end()) : [] };
  } finally {
    await guestProcess.kill();
  }
}

function countersOf({ arch }: Guest, statistics: string): Sample[] {
  const [, instructions = '', speed = ''] = /^instructions +([\d,]+) \(([\d.]+) MIPS/m.exec(statistics) ?? [];
  if (speed === '') {
    throw new Error(`no instruction count in ${JSON.stringify(statistics)}`);
  }
  return [
    { name: `${arch} boot: instructions to init`, unit: 'M', value: Number(instructions.replaceAll(',', '')) / 1e6 },
    { name: `${arch} boot: speed in the guest`, unit: 'M/s', value: Number(speed), ...(arch === 'amd64' ? { atLeast: 100 } : {}) },
  ];
}

type ProgramOutcome = (Timing & { readonly output: string }) | Error;

/** Runs each workload in one guest; a guest in which one failed is given up, and the next is started in a fresh one. */
export async function programs(guest: Guest, peer: Peer, workloads: readonly Workload[], done: (workload: Workload, outcome: ProgramOutcome) => void): Promise<void> {
  const left = [...workloads];
  while (left.length > 0) {
    const guestProcess = new GuestProcess(peer.command(guest, `${CONSOLE} quiet`, []));
    try {
      await guestProcess.waitFor(PROMPT);
      while (left.length > 0) {
        done(left[0]!, await guestProcess.time(left[0]!.command));
        left.shift();
      }
    } catch (error) {
      done(left.shift()!, error as Error);
    } finally {
      await guestProcess.kill();
    }
  }
}

/** Debian's 686 kernel ticks 250 times a second also while it is idle. */
const TICKLESS: ReadonlySet<string> = new Set(['amd64']);

/** Memory and CPU time of a machine whose shell waits at its prompt. Nothing where there is no /proc. */
export async function idle(guest: Guest, vmx: Peer): Promise<Sample[]> {
  const SETTLE_MS = 5_000;
  const MEASURE_MS = 20_000;
  const guestProcess = new GuestProcess(vmx.command(guest, `${CONSOLE} quiet`, []));
  try {
    await guestProcess.waitFor(PROMPT);
    await sleep(SETTLE_MS);
    const before = cpuSeconds(guestProcess.pid);
    const startMs = performance.now();
    await sleep(MEASURE_MS);
    const after = cpuSeconds(guestProcess.pid);
    const memory = memoryUse(guestProcess.pid, MEMORY_MIB * MIB);
    if (before === undefined || after === undefined || memory === undefined) {
      console.log('skipped: idle and memory: this system has no /proc/PID');
      return [];
    }
    const sample = (name: string, bytes: number, atMost?: number): Sample => ({ name: `${guest.arch} ${name}`, unit: 'MiB', value: bytes / MIB, ...(atMost === undefined ? {} : { atMost }) });
    return [
      { name: `${guest.arch} idle at a prompt`, unit: '% of a core', value: ((after - before) / (performance.now() - startMs)) * 1e5, ...(TICKLESS.has(guest.arch) ? { atMost: 1 } : {}) },
      sample('resident', memory.residentBytes),
      sample('resident: guest RAM touched', memory.guestBytes),
      sample('resident: decoded code and tables', memory.tablesBytes),
      sample('resident: the program, other files', memory.filesBytes),
      sample('resident beyond guest RAM touched', memory.residentBytes - memory.guestBytes, 150),
    ];
  } finally {
    await guestProcess.kill();
  }
}

/** Bytes a millisecond from a program in the guest to our standard output. */
export async function guestSerial(guest: Guest, vmx: Peer): Promise<Sample[]> {
  const BYTES = 400_000;
  const guestProcess = new GuestProcess(vmx.command(guest, `${CONSOLE} quiet ws.exec="head -c ${BYTES} /dev/zero | tr '\\0' x"`, ['--stats']));
  try {
    const start = await guestProcess.waitFor(READY);
    const { atMs, before } = await guestProcess.waitFor('WORLDSWITCH-EXIT 0');
    const bytes = before.split('x').length - 1;
    if (bytes !== BYTES) {
      throw new Error(`the guest wrote ${BYTES} bytes and ${bytes} came`);
    }
    const stalls = /([\d,]+) stalls/.exec(await guestProcess.end())?.[1];
    return [
      { name: `${guest.arch} serial output of a guest`, unit: 'bytes/ms', value: bytes / (atMs - start.atMs) },
      { name: `${guest.arch} serial output: stalls for the host`, unit: '', value: Number(stalls?.replaceAll(',', '')), atMost: 0 },
    ];
  } finally {
    await guestProcess.kill();
  }
}

/** The same way without a guest: a VMM that does nothing but send, the ring, the terminal's pipe. */
export async function hostSerial(): Promise<Sample[]> {
  const BYTES = 50_000_000;
  const folder = mkdtempSync(join(tmpdir(), 'vmx-bench-'));
  const greeting = join(folder, 'greeting');
  writeFileSync(greeting, 'ready\n');
  const guestProcess = new GuestProcess([process.execPath, join(import.meta.dirname, '../cli/echo-vmx.ts'), 'run', '--kernel', greeting]);
  try {
    await guestProcess.waitFor('ready');
    guestProcess.write(`!flood ${BYTES}\n!off\n`);
    const start = await guestProcess.waitFor(`!flood ${BYTES}\n`);
    await guestProcess.end();
    const { atMs, before } = await guestProcess.waitFor('!off');
    return [{ name: 'serial output of the host alone', unit: 'bytes/ms', value: before.length / (atMs - start.atMs), atLeast: 10_000 }];
  } finally {
    await guestProcess.kill();
    rmSync(folder, { recursive: true });
  }
}
