/**
 * Starts the VMM's thread. A program that knows that it will run a machine has one loaded while it loads and reads what else it needs (bin/vmx.ts): loading takes
 * longer than all else before a guest's first instruction.
 */
import { Worker } from 'node:worker_threads';
import { stepCompilersBack } from './thread-priority.ts';

const VMM_URL = new URL('../vmm-worker.ts', import.meta.url);
/**
 * The VMM's own objects are few and its garbage short-lived, but V8 lets a heap grow with its limit: with these, resident memory after a boot is
 * 70 MB smaller than with V8's defaults, and the boot no slower.
 */
const LIMITS = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 160 } as const;

let spare: Worker | undefined;

const newThread = (url: URL): Worker => new Worker(url, { name: 'vmm', resourceLimits: LIMITS });

/** Has a thread loaded for the next machine, before which all else steps back. It does not keep the process alive. */
export function prepareVmm(): void {
  if (spare !== undefined) return;
  stepCompilersBack();
  const worker = spare = newThread(VMM_URL);
  worker.unref();
  // Whoever wants one starts another then, and is told what is wrong with it.
  const forget = (): void => { if (spare === worker) spare = undefined; };
  worker.on('error', forget);
  worker.on('exit', forget);
}

/** A thread that waits for its input, or loads. */
export function startVmm(url: URL | undefined): Worker {
  if (url !== undefined || spare === undefined) return newThread(url ?? VMM_URL);
  const worker = spare;
  spare = undefined;
  worker.ref();
  return worker;
}
