/** Threads for block jobs, and the slots of memory that they and this thread share. Threads are started when there is a first job, never for what needs none. */
import { Worker } from 'node:worker_threads';
import { DiskError } from '../errors.ts';
import { runBlockJob } from './block-job.ts';
import type { BlockJob, PackedLengths, Slot } from './block-job.ts';
import type { JobAnswer, JobMessage } from './block-worker.ts';
import { workerUrl } from './worker-url.ts';

export interface BlockWorkersOptions {
  /** 0: everything is done in this thread. */
  readonly threads: number;
  /** How many chunks are under way. */
  readonly slots: number;
  readonly chunkBytes: number;
  /** For compressed blocks of a chunk; 0 where there are none. */
  readonly packedBytes: number;
}

interface Waiting {
  readonly message: JobMessage;
  readonly done: (lengths: PackedLengths) => void;
  readonly failed: (error: unknown) => void;
}

/** A thread gets the next job before it is through with one, so that it does not wait for this thread in between. */
const JOBS_PER_THREAD = 2;

export class BlockWorkers {
  readonly slots: readonly Slot[];
  readonly #threads: number;
  #workers: Worker[] = [];
  /** By worker. */
  readonly #load: number[] = [];
  readonly #queue: Waiting[] = [];
  /** By slot: a slot has one job at most. */
  readonly #running = new Map<number, Waiting>();
  #failure: unknown;

  constructor({ threads, slots, chunkBytes, packedBytes }: BlockWorkersOptions) {
    this.#threads = threads;
    this.slots = Array.from({ length: slots }, () => ({ bytes: new Uint8Array(new SharedArrayBuffer(chunkBytes)), packed: new Uint8Array(new SharedArrayBuffer(packedBytes)) }));
  }

  run(slot: number, job: BlockJob): Promise<PackedLengths> {
    if (this.#threads === 0) return Promise.resolve().then(() => runBlockJob(this.slots[slot]!, job));
    if (this.#failure !== undefined) return Promise.reject(this.#failure as Error);
    if (this.#workers.length === 0) this.#start();
    return new Promise((done, failed) => {
      this.#queue.push({ message: { slot, job }, done, failed });
      this.#next();
    });
  }

  #start(): void {
    const url = workerUrl(new URL(import.meta.resolve('./block-worker.ts')));
    for (let i = 0; i < this.#threads; i++) {
      // Its heap is for small things: the blocks are in shared memory, or in buffers outside the heap.
      const worker = new Worker(url, { workerData: this.slots, execArgv: [], resourceLimits: { maxYoungGenerationSizeMb: 4 } });
      worker.on('message', (answer: JobAnswer) => this.#answered(i, answer));
      worker.on('error', (error) => this.#fail(error));
      worker.unref();
      this.#workers.push(worker);
      this.#load.push(0);
    }
  }

  #next(): void {
    while (this.#queue.length > 0) {
      const least = Math.min(...this.#load);
      if (least >= JOBS_PER_THREAD) return;
      const worker = this.#load.indexOf(least);
      const waiting = this.#queue.shift()!;
      this.#load[worker] = least + 1;
      this.#running.set(waiting.message.slot, waiting);
      // While it works it keeps the process going.
      this.#workers[worker]!.ref();
      this.#workers[worker]!.postMessage(waiting.message);
    }
  }

  #answered(worker: number, answer: JobAnswer): void {
    const waiting = this.#running.get(answer.slot);
    this.#running.delete(answer.slot);
    if (--this.#load[worker]! === 0) this.#workers[worker]!.unref();
    if ('lengths' in answer) waiting?.done(answer.lengths);
    // The message has its place before it already, which the constructor would put there once more.
    else waiting?.failed('disk' in answer ? Object.assign(new DiskError(answer.disk), { message: answer.disk.message }) : new Error(`a worker thread failed: ${answer.other}`));
    this.#next();
  }

  #fail(error: unknown): void {
    this.#failure = error;
    for (const { failed } of [...this.#running.values(), ...this.#queue.splice(0)]) failed(error);
    this.#running.clear();
  }

  async close(): Promise<void> {
    const workers = this.#workers;
    this.#workers = [];
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
