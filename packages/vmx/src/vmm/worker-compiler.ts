/**
 * A region compiler that works in another thread, for a VMM that never waits: jobs are posted, and what has come back is fetched between two runs.
 *
 * The thread is asked for with the first job; the VMX may have one ready. When it fails, what it was given stays
 * with the interpreter: the machine goes on, slower, and the user is told once.
 */
import type { MessagePort } from 'node:worker_threads';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import type { TranslatorLink, TranslatorReply } from './translator-link.ts';
import { LINK_WORD, newLinkWords } from './translator-link.ts';

export interface WorkerCompilerOptions {
  /** Starts the thread with its end of the link. Must not wait. */
  readonly connect: (link: TranslatorLink) => void;
  /** A region could not be made. Called once at most. */
  readonly onFailure: (message: string) => void;
}

export class WorkerCompiler<Job, Compiled> {
  readonly #options: WorkerCompilerOptions;
  readonly #words = newLinkWords();
  #port: MessagePort | undefined;
  /** Jobs without a reply, in order; replies come in the same order. */
  readonly #outstanding: Job[] = [];
  #fetched = 0;
  #told = false;
  #closed = false;

  constructor(options: WorkerCompilerOptions) {
    this.#options = options;
  }

  /** Jobs whose outcome is not known yet. */
  get pending(): number {
    return this.#outstanding.length;
  }

  /** Without effect once the thread is gone. */
  submit(job: Job): void {
    if (this.#closed) return;
    if (this.#isDead()) {
      this.close();
      return;
    }
    this.#outstanding.push(job);
    this.#port ??= this.#connect();
    this.#port.postMessage(job);
  }

  /** The next batch that is ready. */
  take(): Compiled | undefined {
    while (Atomics.load(this.#words, LINK_WORD.replies) !== this.#fetched && this.#port !== undefined) {
      const received = receiveMessageOnPort(this.#port) as { message: TranslatorReply<Compiled> } | undefined;
      if (received === undefined) return undefined;
      this.#fetched = (this.#fetched + 1) | 0;
      const reply = received.message;
      this.#outstanding.splice(0, reply.jobs);
      if (reply.type === 'compiled') return reply.compiled;
      if (reply.type === 'failed') this.#tell(reply.message);
      else this.#reconnect();
    }
    if (this.#outstanding.length > 0 && this.#isDead()) this.close();
    return undefined;
  }

  close(): void {
    this.#closed = true;
    this.#outstanding.length = 0;
    this.#port?.close();
    this.#port = undefined;
  }

  #connect(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.#options.connect({ port: port2, words: this.#words });
    return port1;
  }

  /** The thread had nothing to do and has ended; what it did not see any more goes to another, or there is none until the next job. */
  #reconnect(): void {
    this.#port?.close();
    this.#port = undefined;
    if (this.#outstanding.length === 0) return;
    const port = this.#port = this.#connect();
    for (const job of this.#outstanding) port.postMessage(job);
  }

  /** Those who started the thread know why. */
  #isDead(): boolean {
    return Atomics.load(this.#words, LINK_WORD.dead) !== 0;
  }

  #tell(message: string): void {
    if (this.#told) return;
    this.#told = true;
    this.#options.onFailure(message);
  }
}
