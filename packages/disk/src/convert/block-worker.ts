/** A thread that does block jobs, one after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { DiskError } from '../errors.ts';
import type { DiskErrorDetails } from '../errors.ts';
import { runBlockJob } from './block-job.ts';
import type { BlockJob, PackedLengths, Slot } from './block-job.ts';

export interface JobMessage {
  readonly slot: number;
  readonly job: BlockJob;
}

/** An error's class does not survive the way between threads. */
export type JobAnswer = { readonly slot: number } & ({ readonly lengths: PackedLengths } | { readonly disk: DiskErrorDetails } | { readonly other: string });

const slots = workerData as readonly Slot[];

parentPort?.on('message', ({ slot, job }: JobMessage) => parentPort!.postMessage(answer(slot, job)));

function answer(slot: number, job: BlockJob): JobAnswer {
  try {
    return { slot, lengths: runBlockJob(slots[slot]!, job) };
  } catch (error) {
    if (error instanceof DiskError) return { slot, disk: { code: error.code, kind: error.kind, message: error.message, context: error.context, ...(error.hint === undefined ? {} : { hint: error.hint }) } };
    return { slot, other: error instanceof Error ? error.stack ?? error.message : String(error) };
  }
}
