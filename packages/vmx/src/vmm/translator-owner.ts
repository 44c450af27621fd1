/**
 * The VMX' side of the translator thread: starts it before the VMM wants it or then, notices its end, and ends it with the machine.
 *
 * The guest never depends on it. Whatever goes wrong here leaves the machine to the interpreter, with one warning.
 */
import { Worker } from 'node:worker_threads';
import type { TranslatorInput } from './translator-link.ts';
import { LINK_WORD } from './translator-link.ts';

/** Its objects live as long as a batch. The opcode maps and the interpreter's catalogue take 10 MB. */
const LIMITS = { maxYoungGenerationSizeMb: 12, maxOldGenerationSizeMb: 128 } as const;

/** A thread that nobody has wanted after this is ended again: most guests want it within a second, and those that are small never. */
const SPARE_MS = 10_000;

interface Thread {
  readonly worker: Worker;
  /** Of the link that it serves, once it does. */
  words: Int32Array | undefined;
}

export class TranslatorOwner {
  readonly #url: URL;
  readonly #warn: (message: string) => void;
  #thread: Thread | undefined;
  /** Loads its program, or has; and waits for its input. */
  #spare: Thread | undefined;
  #ended = false;
  #warned = false;

  constructor(url: URL, warn: (message: string) => void) {
    this.#url = url;
    this.#warn = warn;
  }

  /** The VMM will want a thread soon: it loads its program while the VMM loads its own. */
  prepare(): void {
    if (this.#ended || this.#spare !== undefined) return;
    const spare = this.#spare = this.#newThread();
    setTimeout(() => {
      if (this.#spare !== spare) return;
      this.#spare = undefined;
      void spare.worker.terminate();
    }, SPARE_MS).unref();
  }

  start(input: TranslatorInput): void {
    const { link } = input;
    if (this.#ended) {
      link.port.close();
      return;
    }
    const thread = this.#thread = this.#spare ?? this.#newThread();
    this.#spare = undefined;
    thread.words = link.words;
    thread.worker.postMessage(input, [link.port]);
  }

  #newThread(): Thread {
    const worker = new Worker(this.#url, { name: 'translator', resourceLimits: LIMITS });
    const thread: Thread = { worker, words: undefined };
    worker.unref();
    worker.on('error', (error) => this.failed(error instanceof Error ? error.message : String(error)));
    worker.on('exit', (status) => {
      if (this.#spare === thread) this.#spare = undefined;
      // One that had nothing to do has said so itself.
      if (status !== 0 && thread.words !== undefined) Atomics.store(thread.words, LINK_WORD.dead, 1);
    });
    return thread;
  }

  failed(message: string): void {
    if (this.#warned || this.#ended) return;
    this.#warned = true;
    this.#warn(`translating the guest's code failed (${message}), so the interpreter runs it, slower; this is a defect of vmx, please report it with the command line`);
  }

  end(): void {
    this.#ended = true;
    void this.#thread?.worker.terminate();
    void this.#spare?.worker.terminate();
  }
}
