/**
 * The VMX' side of the translator thread: starts it when the VMM wants it, notices its end, and ends it with the machine.
 *
 * The guest never depends on it. Whatever goes wrong here leaves the machine to the interpreter, with one warning.
 */
import { Worker } from 'node:worker_threads';
import type { TranslatorInput } from './translator-link.ts';
import { LINK_WORD } from './translator-link.ts';

/** Its objects live as long as a batch. The opcode maps and the interpreter's catalogue take 10 MB. */
const LIMITS = { maxYoungGenerationSizeMb: 12, maxOldGenerationSizeMb: 128 } as const;

export class TranslatorOwner {
  readonly #url: URL;
  readonly #warn: (message: string) => void;
  #worker: Worker | undefined;
  #ended = false;
  #warned = false;

  constructor(url: URL, warn: (message: string) => void) {
    this.#url = url;
    this.#warn = warn;
  }

  start(input: TranslatorInput): void {
    const { link } = input;
    if (this.#ended) {
      link.port.close();
      return;
    }
    const worker = this.#worker = new Worker(this.#url, { workerData: input, transferList: [link.port], name: 'translator', resourceLimits: LIMITS });
    worker.unref();
    worker.on('error', (error) => this.failed(error instanceof Error ? error.message : String(error)));
    worker.on('exit', (status) => {
      // One that had nothing to do has said so itself.
      if (status !== 0) Atomics.store(link.words, LINK_WORD.dead, 1);
    });
  }

  failed(message: string): void {
    if (this.#warned || this.#ended) return;
    this.#warned = true;
    this.#warn(`translating the guest's code failed (${message}), so the interpreter runs it, slower; this is a defect of vmx, please report it with the command line`);
  }

  end(): void {
    this.#ended = true;
    void this.#worker?.terminate();
  }
}
