/**
 * How often generated code is left for TypeScript, and for how long. Every exit is counted; reading the host's clock twice takes as long as many an
 * exit, so it is read for one in eight, and their times stand for all. Which ones is by a sequence without a period: exits come in patterns
 * (SYSCALL, SWAPGS, SWAPGS, SYSRET), and a fixed stride would meet the same one always. After a long one the next is timed for itself.
 */
export interface ExitCounter {
  count: number;
  /** An estimate, once there have been many. */
  timeNs: number;
}

/** Intervals are 1 … 2 × this - 1, each as often. */
const MEAN_INTERVAL = 8;
const LONG_NS = 1e5;

export class ExitTimer {
  readonly #now: () => number;
  #left = 1;
  #random = 1;
  #wasLong = false;

  /** @param now the host's time in nanoseconds; a clock that stands at 0 times nothing */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** An exit begins: the time, or 0 when this one is not timed. */
  begin(): number {
    if (this.#wasLong) return this.#now();
    if (--this.#left > 0) return 0;
    this.#random = (Math.imul(this.#random, 1_103_515_245) + 12_345) | 0;
    this.#left = 1 + (this.#random >>> 16) % (2 * MEAN_INTERVAL - 1);
    return this.#now();
  }

  /** It ends. @returns the time if this one was timed, else 0 */
  end(counter: ExitCounter, began: number): number {
    counter.count++;
    if (began === 0) return 0;
    const now = this.#now();
    counter.timeNs += (now - began) * (this.#wasLong ? 1 : MEAN_INTERVAL);
    this.#wasLong = now - began > LONG_NS;
    return now;
  }
}
