/**
 * Lets the guest's thread go first. With two processors the guest, the translator and V8's compilers want more than there is, and shared as equals the guest gets less
 * than one: what makes its code faster takes what it leaves (docs/adr/0013). Linux gives each thread a "nice" value of its own; elsewhere, and where it is not allowed, nothing changes.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { constants, getPriority, setPriority } from 'node:os';
import { basename } from 'node:path';

/** Against another program that takes all it can get it is still a fourth of the time. */
const STEP_BACK = 5;
const LEAST_PRIORITY = constants.priority.PRIORITY_LOW;
const THREADS = '/proc/self/task';

function stepBackThread(id: string): void {
  try {
    setPriority(Number(id), Math.min(LEAST_PRIORITY, getPriority(Number(id)) + STEP_BACK));
  } catch {
    // it has ended, or this system does not know it
  }
}

/** The calling thread steps back. */
export function stepBack(): void {
  let own: string;
  try {
    own = readlinkSync('/proc/thread-self');
  } catch {
    return;
  }
  stepBackThread(basename(own));
}

/** V8's workers step back, which compile and collect garbage for all threads of the process. For a process that runs a machine and does nothing else. */
export function stepCompilersBack(): void {
  let threads: string[];
  try {
    threads = readdirSync(THREADS);
  } catch {
    return;
  }
  for (const id of threads) if (nameOf(id).endsWith('V8Worker')) stepBackThread(id);
}

function nameOf(id: string): string {
  try {
    return readFileSync(`${THREADS}/${id}/comm`, 'utf8').trimEnd();
  } catch {
    return '';
  }
}
