/**
 * Whether a machine that works for long takes ever more memory: the programs of the bench over and over, resident memory each minute.
 *
 * Missing: a compiler in the guest; code that is written and thrown away stands for it (selfmod, and a process for each of busybox' programs).
 */
import type { Guest } from '../guests/guests.ts';
import { GuestProcess, PROMPT } from './guest-process.ts';
import type { Sample } from './measurements.ts';
import { MEMORY_MIB, type Peer } from './peers.ts';
import { memoryUse } from './process-usage.ts';
import { median } from './report.ts';
import type { Workload } from './workloads.ts';

const MIB = 1024 * 1024;
const MINUTE_MS = 60_000;
/** By then everything has been used once. */
const SETTLE_SHARE = 1 / 6;
/** Flat: what the last sixth has more than the one after settling. */
const GROWTH_MOST_PERCENT = 3;
const SAMPLES_A_MINUTE = 6;

export async function soak(guest: Guest, vmx: Peer, workloads: readonly Workload[], minutes: number): Promise<Sample[]> {
  const guestProcess = new GuestProcess(vmx.command(guest, 'console=ttyS0 quiet', []));
  try {
    await guestProcess.waitFor(PROMPT);
    const startMs = performance.now();
    const samples: { atMs: number; bytes: number }[] = [];
    let programs = 0;
    while (performance.now() - startMs < minutes * MINUTE_MS) {
      const { name, command, expected } = workloads[programs++ % workloads.length]!;
      const { output } = await guestProcess.time(command);
      if (expected !== undefined && output !== expected) {
        throw new Error(`${name} printed ${JSON.stringify(output)} after ${programs} programs`);
      }
      const use = memoryUse(guestProcess.pid, MEMORY_MIB * MIB);
      if (use === undefined) {
        console.log('skipped: soak: this system has no /proc/PID');
        return [];
      }
      // What the guest has touched is its own affair.
      samples.push({ atMs: performance.now() - startMs, bytes: use.residentBytes - use.guestBytes });
      if (samples.length % SAMPLES_A_MINUTE === 0) {
        console.error(`soak, minute ${((performance.now() - startMs) / MINUTE_MS).toFixed(1)}: ${Math.round(samples.at(-1)!.bytes / MIB)} MiB beside the guest's`);
      }
    }
    const spanMs = minutes * MINUTE_MS;
    const within = (from: number, to: number): number => median(samples.filter(({ atMs }) => atMs >= from * spanMs && atMs <= to * spanMs).map(({ bytes }) => bytes));
    const settled = within(SETTLE_SHARE, 2 * SETTLE_SHARE);
    const last = within(1 - SETTLE_SHARE, 2);
    return [
      { name: `${guest.arch} soak: programs`, unit: '', value: programs },
      { name: `${guest.arch} soak: resident beside guest RAM, after a sixth`, unit: 'MiB', value: settled / MIB },
      { name: `${guest.arch} soak: growth from then to the end`, unit: '%', value: (last / settled - 1) * 100, atMost: GROWTH_MOST_PERCENT },
    ];
  } finally {
    await guestProcess.kill();
  }
}
