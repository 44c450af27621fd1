/**
 * Timers on a clock: a binary heap ordered by deadline, then by the order in which the timers were made. The second key is fixed by
 * the machine's assembly and not by the order of scheduling, so timers that fall due together fire in the same order after a restore.
 *
 * Scheduling allocates nothing. `runDue` is called by the machine between runs of the CPU; a timer that re-arms itself in the past
 * fires again in the same call, up to a bound, so that a jump of time cannot hang the host.
 */
import type { Clock } from './clock.ts';

const MAX_FIRED_PER_RUN = 4096;

export class Timer {
  /** Infinity while idle. */
  deadlineNs = Infinity;
  /** @internal place in the heap, or -1 */
  heapIndex = -1;
  readonly #owner: Timers;
  readonly order: number;
  readonly fire: () => void;

  constructor(owner: Timers, order: number, fire: () => void) {
    this.#owner = owner;
    this.order = order;
    this.fire = fire;
  }

  get pending(): boolean {
    return this.heapIndex >= 0;
  }

  /** (Re-)arms the timer; a deadline that has passed fires at the next `runDue`. Infinity cancels. */
  scheduleAt(deadlineNs: number): void {
    this.#owner.arm(this, deadlineNs);
  }

  cancel(): void {
    this.#owner.cancel(this);
  }
}

export class Timers {
  readonly clock: Clock;
  /** The clock as the guest reads it: a reading that has reached a deadline tells `onDue`, so that no code sees the time and not the event. */
  readonly guestClock: Clock;
  /** Called when a deadline is due, or the earliest one became earlier: a CPU that runs on a budget must stop and look again. */
  onDue: (() => void) | undefined;
  readonly #heap: Timer[] = [];
  #made = 0;

  constructor(clock: Clock) {
    this.clock = clock;
    this.guestClock = {
      nowNs: () => {
        const ns = clock.nowNs();
        if (ns >= this.nextDeadlineNs()) this.onDue?.();
        return ns;
      },
    };
  }

  /** A timer that may be armed any number of times. */
  create(fire: () => void): Timer {
    return new Timer(this, this.#made++, fire);
  }

  /** A timer for one shot. */
  schedule(deadlineNs: number, fire: () => void): Timer {
    const timer = this.create(fire);
    this.arm(timer, deadlineNs);
    return timer;
  }

  arm(timer: Timer, deadlineNs: number): void {
    if (Number.isNaN(deadlineNs)) throw new RangeError('a deadline is a number of nanoseconds');
    if (deadlineNs === Infinity) {
      this.cancel(timer);
      return;
    }
    const earliestNs = this.nextDeadlineNs();
    timer.deadlineNs = deadlineNs;
    if (timer.heapIndex < 0) {
      timer.heapIndex = this.#heap.length;
      this.#heap.push(timer);
    }
    this.#settle(timer.heapIndex);
    if (deadlineNs < earliestNs) this.onDue?.();
  }

  cancel(timer: Timer): void {
    const index = timer.heapIndex;
    if (index < 0) return;
    timer.heapIndex = -1;
    timer.deadlineNs = Infinity;
    const last = this.#heap.pop() as Timer;
    if (last === timer) return;
    this.#heap[index] = last;
    last.heapIndex = index;
    this.#settle(index);
  }

  nextDeadlineNs(): number {
    const first = this.#heap[0];
    return first === undefined ? Infinity : first.deadlineNs;
  }

  /** Fires everything that is due. */
  runDue(): void {
    const nowNs = this.clock.nowNs();
    for (let fired = 0; fired < MAX_FIRED_PER_RUN; fired++) {
      const first = this.#heap[0];
      if (first === undefined || first.deadlineNs > nowNs) return;
      this.cancel(first);
      first.fire();
    }
  }

  #settle(index: number): void {
    const heap = this.#heap;
    const timer = heap[index];
    let at = index;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (!before(timer, above)) break;
      heap[at] = above;
      above.heapIndex = at;
      at = parent;
    }
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1], heap[child])) child++;
      const below = heap[child];
      if (!before(below, timer)) break;
      heap[at] = below;
      below.heapIndex = at;
      at = child;
    }
    heap[at] = timer;
    timer.heapIndex = at;
  }
}

function before(a: Timer, b: Timer): boolean {
  return a.deadlineNs < b.deadlineNs || (a.deadlineNs === b.deadlineNs && a.order < b.order);
}
