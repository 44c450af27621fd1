/** How far something long is, and how fast it may go. */
import { setTimeout as sleep } from 'node:timers/promises';
import { throwIfAborted } from './loaded-chunks.ts';

/** As ovirt-imageio's clients print it, one JSON line each. */
export interface Progress {
  /** Bytes of the disk that have been dealt with, zeros among them. */
  readonly transferred: number;
  readonly size: number;
  /** In seconds. */
  readonly elapsed: number;
  readonly description: string;
}

export interface ProgressOptions {
  /** Called at most ten times a second, and at the end. */
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
  /** Bytes a second, of data; as fast as it goes when it is not given. */
  readonly rate?: number;
}

const REPORT_MS = 100;
/** What is written at once may be more than a slow rate allows in a moment. */
const LONGEST_SLEEP_MS = 1000;

export class ProgressMeter {
  readonly #options: ProgressOptions;
  readonly #size: number;
  readonly #description: string;
  readonly #startedMs = performance.now();
  #reportedMs = this.#startedMs;

  constructor(options: ProgressOptions, size: number, description: string) {
    this.#options = options;
    this.#size = size;
    this.#description = description;
  }

  get elapsedSeconds(): number {
    return (performance.now() - this.#startedMs) / 1000;
  }

  /** @param dataBytes so far, for the rate */
  async reached(transferred: number, dataBytes: number): Promise<void> {
    const nowMs = performance.now();
    if (nowMs - this.#reportedMs >= REPORT_MS) this.#report(transferred, nowMs);
    const { rate, signal } = this.#options;
    if (rate === undefined) return;
    const dueMs = this.#startedMs + (dataBytes / rate) * 1000;
    for (let leftMs = dueMs - nowMs; leftMs > 1; leftMs = dueMs - performance.now()) {
      throwIfAborted(signal);
      await sleep(Math.min(leftMs, LONGEST_SLEEP_MS), undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
    }
    throwIfAborted(signal);
  }

  finished(): void {
    this.#report(this.#size, performance.now());
  }

  #report(transferred: number, nowMs: number): void {
    this.#reportedMs = nowMs;
    this.#options.onProgress?.({ transferred, size: this.#size, elapsed: (nowMs - this.#startedMs) / 1000, description: this.#description });
  }
}
