/**
 * The body of the translator thread: makes one WebAssembly module of the jobs that have queued up, compiles it and posts it to the VMM.
 *
 * Compiled code belongs to a module and not to the thread that compiled it, so the VMM finds it ready. V8 compiles a function at its first call by default, which would
 * be the VMM's: while a module is compiled here, that is switched off.
 */
import { setFlagsFromString } from 'node:v8';
import { parentPort, receiveMessageOnPort } from 'node:worker_threads';
import type { TranslatorInput, TranslatorLink } from './translator-link.ts';
import { stepBack } from './thread-priority.ts';
import { postReply } from './translator-link.ts';

/** A module costs some 50 µs and 50 KB whatever it holds; but the first of many regions should not wait for the last. */
const BATCH_MOST = 32;
/** What comes at once is compiled at once; what follows gathers for so long, or until it is a batch that is worth a module. */
const GATHER_MS = 20;
const BATCH_ENOUGH = 16;
/** Starting again takes a tenth of a second of this thread; being there, 10 MB. */
const IDLE_MS = 10_000;

/** What the core makes of jobs. */
interface Generated<Region> {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly regions: readonly Region[];
}

/** What the VMM gets. */
export interface CompiledBatch<Region> {
  readonly module: WebAssembly.Module;
  readonly regions: readonly Region[];
  readonly generateMs: number;
  readonly compileMs: number;
}

type Generate<Job, Region, Target> = (jobs: readonly Job[], target: Target) => Generated<Region>;

/**
 * Serves, once it has got its input, until the VMM closes its end of the link, or wants nothing for long.
 * @param prepare does what needs no input
 */
export function serveTranslator<Job, Region, Target>(generate: Generate<Job, Region, Target>, prepare?: () => void): void {
  if (parentPort === null) throw new Error('not a worker thread');
  parentPort.once('message', ({ link, target, idleMs = IDLE_MS }: TranslatorInput) => {
    new TranslatorThread<Job, Region>(link, idleMs, (jobs) => generate(jobs, target as Target)).start();
  });
  stepBack();
  prepare?.();
}

class TranslatorThread<Job, Region> {
  readonly #link: TranslatorLink;
  readonly #idleMs: number;
  readonly #generate: (jobs: readonly Job[]) => Generated<Region>;
  readonly #queue: Job[] = [];
  #lastBatchMs = -GATHER_MS;
  /** For the next batch, or for the end of an idle thread. */
  #timer: NodeJS.Timeout | undefined;

  constructor(link: TranslatorLink, idleMs: number, generate: (jobs: readonly Job[]) => Generated<Region>) {
    this.#link = link;
    this.#idleMs = idleMs;
    this.#generate = generate;
  }

  start(): void {
    this.#link.port.on('message', (job: Job) => {
      this.#queue.push(job);
      this.#schedule();
    });
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const waitMs = this.#queue.length >= BATCH_ENOUGH ? 0 : this.#lastBatchMs + GATHER_MS - performance.now();
    this.#timer = setTimeout(() => {
      this.#drain();
      this.#work(this.#queue.splice(0, BATCH_MOST));
      this.#lastBatchMs = performance.now();
      if (this.#queue.length > 0) this.#schedule();
      else this.#timer = setTimeout(() => this.#end(), this.#idleMs);
    }, Math.max(0, waitMs));
  }

  /** What is posted from now on nobody reads; the VMM posts it again, to the next thread. */
  #end(): void {
    postReply(this.#link, { type: 'ended', jobs: 0 });
    this.#link.port.close();
  }

  /** What was posted meanwhile belongs to this batch. */
  #drain(): void {
    const { port } = this.#link;
    for (let received = receiveMessageOnPort(port); received !== undefined; received = receiveMessageOnPort(port)) this.#queue.push((received as { message: Job }).message);
  }

  /** Where a batch fails, its jobs are tried one by one: a region that the translator cannot make takes none with it. */
  #work(jobs: readonly Job[]): void {
    try {
      postReply(this.#link, { type: 'compiled', jobs: jobs.length, compiled: this.#compile(jobs) });
    } catch (error) {
      if (jobs.length > 1) for (const job of jobs) this.#work([job]);
      else postReply(this.#link, { type: 'failed', jobs: jobs.length, message: error instanceof Error ? error.message : String(error) });
    }
  }

  #compile(jobs: readonly Job[]): CompiledBatch<Region> {
    const startMs = performance.now();
    const { bytes, regions } = this.#generate(jobs);
    const generatedMs = performance.now();
    const module = eagerly(() => new WebAssembly.Module(bytes));
    return { module, regions, generateMs: generatedMs - startMs, compileMs: performance.now() - generatedMs };
  }
}

/** V8 reads the flag when a module is compiled. It is the process', and is put back for the sake of the large modules that other threads compile. */
function eagerly<T>(compile: () => T): T {
  setFlagsFromString('--no-wasm-lazy-compilation');
  try {
    return compile();
  } finally {
    setFlagsFromString('--wasm-lazy-compilation');
  }
}
