/**
 * Guest-visible time. Everything a guest can measure (TSC, PIT, PM timer, HPET, APIC timer, RTC) derives from one `Clock` in
 * nanoseconds since the machine was switched on, as a `number`: exact up to 2^53 ns, which is 104 days.
 */
export interface Clock {
  nowNs(): number;
}

/** A monotonic source of the host in nanoseconds; injected, so that core stays free of the host's API. */
type MonotonicSource = () => number;

/**
 * Time from retired instructions (`--icount`): a run repeats bit for bit. While the CPU is halted no instructions retire, so the
 * machine skips the clock to the next deadline.
 */
export class VirtualClock implements Clock {
  readonly #retired: () => number;
  readonly #nsPerInstruction: number;
  #skippedNs = 0;

  constructor(retired: () => number, nsPerInstruction = 1) {
    this.#retired = retired;
    this.#nsPerInstruction = nsPerInstruction;
  }

  nowNs(): number {
    return Math.floor(this.#retired() * this.#nsPerInstruction) + this.#skippedNs;
  }

  /** Moves forward to `ns`, never back. */
  skipTo(ns: number): void {
    const now = this.nowNs();
    if (ns > now) this.#skippedNs += Math.floor(ns) - now;
  }

  /** Instructions that still retire before `deadlineNs`: at least one, so that a run makes progress. */
  instructionsUntil(deadlineNs: number): number {
    return Math.max(1, Math.ceil((deadlineNs - this.nowNs()) / this.#nsPerInstruction));
  }

  /** Makes `nowNs()` return `ns`: on restore, when the instruction count starts again. */
  set(ns: number): void {
    this.#skippedNs = Math.floor(ns) - Math.floor(this.#retired() * this.#nsPerInstruction);
  }
}

/** Time from the host's monotonic clock. Stands still while paused; a source that steps back is held. */
export class HostClock implements Clock {
  readonly #source: MonotonicSource;
  readonly #scale: number;
  #baseNs = 0;
  #originNs: number;
  #latestNs = 0;
  #paused = false;

  /** `scale` below 1 slows the guest's time. */
  constructor(source: MonotonicSource, scale = 1) {
    this.#source = source;
    this.#scale = scale;
    this.#originNs = source();
  }

  nowNs(): number {
    if (!this.#paused) {
      const now = this.#baseNs + Math.floor((this.#source() - this.#originNs) * this.#scale);
      if (now > this.#latestNs) this.#latestNs = now;
    }
    return this.#latestNs;
  }

  pause(): void {
    this.#latestNs = this.nowNs();
    this.#paused = true;
  }

  resume(): void {
    this.set(this.#latestNs);
    this.#paused = false;
  }

  /** Makes `nowNs()` return `ns` now: on restore. */
  set(ns: number): void {
    this.#baseNs = ns;
    this.#latestNs = ns;
    this.#originNs = this.#source();
  }
}
