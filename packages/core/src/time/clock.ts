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

/** A guest that runs sees no step of time longer than this; what the host took beyond it is owed. */
const LONGEST_STEP_NS = 5e6;
/** Of what is owed, this part of each step is paid back while the guest runs. */
const RECOVERY = 0.1;

/**
 * Time from the host's monotonic clock. Stands still while paused; a source that steps back is held.
 *
 * Where the host does not schedule us for a while, a running guest would see time jump over several timer ticks, and conclude that
 * its timer is broken. So a long step is cut, and what was cut is paid back in small parts, or at once when the guest was idle (`catchUp`).
 */
export class HostClock implements Clock {
  readonly #source: MonotonicSource;
  #sourceNs: number;
  #nowNs = 0;
  #owedNs = 0;
  #paused = false;

  constructor(source: MonotonicSource) {
    this.#source = source;
    this.#sourceNs = source();
  }

  nowNs(): number {
    const stepNs = this.#step();
    if (stepNs > 0) {
      const cutNs = Math.min(stepNs, LONGEST_STEP_NS);
      this.#owedNs += stepNs - cutNs;
      const paidNs = this.#owedNs === 0 ? 0 : Math.min(this.#owedNs, Math.floor(cutNs * RECOVERY));
      this.#owedNs -= paidNs;
      this.#nowNs += cutNs + paidNs;
    }
    return this.#nowNs;
  }

  /** The CPU was halted, so nothing ran that could notice a step: all that is owed is paid. */
  catchUp(): void {
    this.#nowNs += Math.max(0, this.#step()) + this.#owedNs;
    this.#owedNs = 0;
  }

  pause(): void {
    this.nowNs();
    this.#paused = true;
  }

  resume(): void {
    this.#sourceNs = this.#source();
    this.#paused = false;
  }

  /** Makes `nowNs()` return `ns` now: on restore. */
  set(ns: number): void {
    this.#sourceNs = this.#source();
    this.#nowNs = ns;
    this.#owedNs = 0;
  }

  #step(): number {
    if (this.#paused) return 0;
    const sourceNs = Math.floor(this.#source());
    const stepNs = sourceNs - this.#sourceNs;
    if (stepNs > 0) this.#sourceNs = sourceNs;
    return stepNs;
  }
}
