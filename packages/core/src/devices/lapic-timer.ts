/**
 * The timer of a local APIC: one shot, periodic, TSC deadline.
 *
 * Reference: SDM vol. 3A, 11.5.4; figures 11-8 (mode) and 11-10 (divide configuration).
 *
 * The count is not counted: the timer remembers when it would have stood at its initial value.
 */
import { bool, time, u32, u64, u8 } from '../struct/fields.ts';
import type { StateOf } from '../struct/struct.ts';
import type { DeviceTimer } from './device.ts';

/** Bits 18..17 of the timer's vector table entry. */
const TIMER_MODE = { oneShot: 0, periodic: 1, tscDeadline: 2 } as const;

/** A timer that a guest sets to less fires this often, and the host stays responsive. */
const MIN_PERIOD_NS = 1000;

export const TIMER = {
  initialCount: u32(0),
  divide: u8(0),
  /** The count runs from `initialCount` at this time. */
  startNs: time(),
  counting: bool(false),
  /** No further expiry of a periodic count before this: see MIN_PERIOD_NS. */
  notBeforeNs: time(),
  tscDeadline: u64(0n),
};
type TimerState = StateOf<typeof TIMER>;

interface TimerWires {
  readonly nowNs: () => number;
  readonly timer: DeviceTimer;
  readonly hz: number;
  readonly tscToNs: (tsc: bigint) => number;
  /** The timer's entry of the local vector table. */
  readonly entry: () => number;
  /** Delivers the interrupt of that entry. */
  readonly deliver: () => void;
}

/** Bits 3, 1 and 0 of the divide configuration register: 2, 4, 8 … 128, 1. */
function divisorOf(divide: number): number {
  const code = ((divide >> 1) & 4) | (divide & 3);
  return code === 7 ? 1 : 2 << code;
}

export class ApicTimer {
  readonly #state: TimerState;
  readonly #wires: TimerWires;

  constructor(state: TimerState, wires: TimerWires) {
    this.#state = state;
    this.#wires = wires;
  }

  get initialCount(): number {
    return this.#state.initialCount;
  }

  get divide(): number {
    return this.#state.divide;
  }

  /** IA32_TSC_DEADLINE. */
  get tscDeadline(): bigint {
    return this.#mode === TIMER_MODE.tscDeadline ? this.#state.tscDeadline : 0n;
  }

  currentCount(): number {
    const { initialCount } = this.#state;
    if (!this.#counting || this.#mode === TIMER_MODE.tscDeadline) return 0;
    const counted = Math.max(0, Math.floor((this.#wires.nowNs() - this.#state.startNs) / this.#nsPerCount));
    return this.#mode === TIMER_MODE.periodic ? initialCount - (counted % initialCount) : Math.max(0, initialCount - counted);
  }

  writeInitialCount(value: number): void {
    this.#settle();
    if (this.#mode === TIMER_MODE.tscDeadline) return;
    this.#state.initialCount = value;
    this.#state.counting = value !== 0;
    this.#state.notBeforeNs = 0;
    this.#state.startNs = this.#wires.nowNs();
    this.schedule();
  }

  /** The count stays where it is and goes on at the new rate. */
  writeDivide(value: number): void {
    this.#settle();
    const state = this.#state;
    const count = this.currentCount();
    state.divide = value & 0x0b;
    if (state.counting) state.startNs = this.#wires.nowNs() - Math.floor((state.initialCount - count) * this.#nsPerCount);
    this.schedule();
  }

  /** Ignored in the other modes (SDM 11.5.4.1). */
  writeTscDeadline(value: bigint): void {
    this.#settle();
    if (this.#mode !== TIMER_MODE.tscDeadline) return;
    this.#state.tscDeadline = value;
    this.schedule();
  }

  /** Around a write to the vector table entry: the count goes on, but to and from TSC-deadline mode the timer is disarmed. */
  changeEntry(write: () => void): void {
    this.#settle();
    const before = this.#mode;
    if (before === TIMER_MODE.periodic && this.#counting) this.#foldPeriods();
    write();
    if (this.#mode === before) return;
    if (this.#mode === TIMER_MODE.tscDeadline || before === TIMER_MODE.tscDeadline) {
      this.#state.counting = false;
      this.#state.tscDeadline = 0n;
    }
    this.schedule();
  }

  /** The deadline has come. */
  expire(): void {
    const state = this.#state;
    if (this.#mode === TIMER_MODE.tscDeadline) state.tscDeadline = 0n;
    else if (this.#mode === TIMER_MODE.periodic) {
      this.#foldPeriods();
      state.notBeforeNs = this.#wires.nowNs() + MIN_PERIOD_NS;
      this.schedule();
    } else state.counting = false;
    this.#wires.deliver();
  }

  reset(): void {
    const state = this.#state;
    state.initialCount = 0;
    state.divide = 0;
    state.counting = false;
    state.tscDeadline = 0n;
    this.schedule();
  }

  schedule(): void {
    const { timer, tscToNs } = this.#wires;
    const { initialCount, notBeforeNs, startNs, tscDeadline } = this.#state;
    if (this.#mode === TIMER_MODE.tscDeadline) timer.scheduleAt(tscDeadline === 0n ? Infinity : tscToNs(tscDeadline));
    else if (this.#counting) timer.scheduleAt(Math.max(notBeforeNs, startNs + Math.ceil(initialCount * this.#nsPerCount)));
    else timer.cancel();
  }

  /** An expiry that is due comes before what software does now, though the machine has not run its timers yet. */
  #settle(): void {
    const { timer } = this.#wires;
    if (timer.pending && timer.deadlineNs <= this.#wires.nowNs()) {
      timer.cancel();
      this.expire();
    }
  }

  get #counting(): boolean {
    return this.#state.counting && this.#state.initialCount !== 0;
  }

  get #mode(): number {
    return (this.#wires.entry() >> 17) & 3;
  }

  get #nsPerCount(): number {
    return (divisorOf(this.#state.divide) * 1e9) / this.#wires.hz;
  }

  /** Makes the count start where it would have, had it always run in this period. */
  #foldPeriods(): void {
    const state = this.#state;
    const periodNs = state.initialCount * this.#nsPerCount;
    const elapsedNs = this.#wires.nowNs() - state.startNs;
    if (elapsedNs >= periodNs) state.startNs += Math.floor(Math.floor(elapsedNs / periodNs) * periodNs);
  }
}
