/**
 * The high precision event timer: a 64-bit counter at 100 MHz and three comparators.
 *
 * Reference: IA-PC HPET Specification 1.0a, 2.3 (registers), 2.3.9.2 (non-periodic and periodic modes).
 *
 * 64-bit registers are kept as two 32-bit halves, so that a read of the counter allocates nothing. An edge-triggered interrupt
 * drops and raises its line at once, and the line stays high until the next: the edge is seen, and nothing withdraws it.
 * With legacy replacement timers 0 and 1 drive the lines of the 8254 and the RTC; the board disconnects those meanwhile (`legacyReplacement`).
 *
 * Missing: FSB (message-signalled) delivery, which the capabilities do not offer.
 */
import { array, bool, time, u32 } from '../struct/fields.ts';
import { struct } from '../struct/struct.ts';
import type { StateOf } from '../struct/struct.ts';
import { defineDevice } from './device.ts';

const NS_PER_TICK = 10;
const TIMER_COUNT = 3;
const TWO_32 = 2 ** 32;

/** Offsets of 32-bit halves. */
const REG = { capabilities: 0x00, period: 0x04, configuration: 0x10, interruptStatus: 0x20, counterLow: 0xf0, counterHigh: 0xf4, timers: 0x100 } as const;
const TIMER = { configurationLow: 0x00, configurationHigh: 0x04, comparatorLow: 0x08, comparatorHigh: 0x0c } as const;

/** Revision 1, three timers, 64-bit counter, legacy replacement, vendor Intel. */
const CAPABILITIES = 0x8086_0000 + (1 << 15) + (1 << 13) + ((TIMER_COUNT - 1) << 8) + 1;
const PERIOD_FS = NS_PER_TICK * 1_000_000;

const ENABLE = 1 << 0;
const LEGACY_ROUTE = 1 << 1;

const LEVEL = 1 << 1;
const INT_ENABLE = 1 << 2;
const PERIODIC = 1 << 3;
const PERIODIC_CAPABLE = 1 << 4;
const SIZE_CAPABLE = 1 << 5;
const VALUE_SET = 1 << 6;
const MODE_32 = 1 << 8;
const ROUTE_SHIFT = 9;
const TIMER_WRITABLE = 0x3f4e;
/** A period that a guest sets to less fires this often, and the host stays responsive. */
const MIN_PERIOD_NS = 1000;
/** Comparators further away than this (months) are not scheduled. */
const HORIZON_TICKS = 2 ** 50;

const GSI = ['gsi0', 'gsi1', 'gsi2', 'gsi3', 'gsi4', 'gsi5', 'gsi6', 'gsi7', 'gsi8', 'gsi9', 'gsi10', 'gsi11', 'gsi12', 'gsi13', 'gsi14', 'gsi15', 'gsi16', 'gsi17', 'gsi18', 'gsi19', 'gsi20', 'gsi21', 'gsi22', 'gsi23'] as const;
const COMPARATOR_TIMERS = ['comparator0', 'comparator1', 'comparator2'] as const;

const COMPARATOR = {
  configuration: u32(0),
  comparatorLow: u32(0xffff_ffff),
  comparatorHigh: u32(0xffff_ffff),
  /** Added to the comparator at each match in periodic mode. */
  periodLow: u32(0),
  periodHigh: u32(0),
  /** What a write with Tn_VAL_SET put into the comparator, as long as the write of the period has not followed. */
  startLow: u32(0),
  startHigh: u32(0),
  awaitsPeriod: bool(false),
  /** An edge interrupt holds its line until the next or until it is switched off. */
  lineHigh: bool(false),
  /** No match before this: see MIN_PERIOD_NS. */
  notBeforeNs: time(),
};
type Comparator = StateOf<typeof COMPARATOR>;

export const hpet = defineDevice({
  name: 'hpet',
  version: 1,
  reference: 'IA-PC HPET Specification 1.0a',
  options: {
    base: 0xfed0_0000,
    /** Inputs of the I/O APIC that a timer may use (Tn_INT_ROUTE_CAP). */
    routes: 0x00ff_0104,
  },
  host: { legacyReplacement: (_active: boolean): void => {} },
  /** `irq0` and `irq8` are the legacy routes, gsi0..gsi23 inputs of the I/O APIC. */
  lines: ['irq0', 'irq8', ...GSI],
  timers: COMPARATOR_TIMERS,
  mmio: ({ base }) => ({ registers: [base, 0x400, 4] }),
  state: {
    configuration: u32(0),
    interruptStatus: u32(0),
    /** The counter at `countedFromNs`, or where it stands while disabled. */
    counterLow: u32(0),
    counterHigh: u32(0),
    countedFromNs: time(),
    comparators: array(TIMER_COUNT, struct(COMPARATOR)),
  },
  attach({ state, options, host, clock, lines, timers }) {
    const { comparators } = state;
    const isEnabled = (): boolean => (state.configuration & ENABLE) !== 0;
    const isLegacy = (): boolean => (state.configuration & LEGACY_ROUTE) !== 0;
    const is32Bit = (comparator: Comparator): boolean => (comparator.configuration & MODE_32) !== 0;

    /** The counter as `readCounter` last found it. */
    let nowLow = 0;
    let nowHigh = 0;
    let nowNs = 0;

    /** Works out the counter, in whole ticks; state stays as it is. */
    function readCounter(): void {
      const ticks = isEnabled() ? Math.max(0, Math.floor((clock.nowNs() - state.countedFromNs) / NS_PER_TICK)) : 0;
      const low = state.counterLow + ticks;
      nowNs = state.countedFromNs + ticks * NS_PER_TICK;
      nowLow = low % TWO_32;
      nowHigh = (state.counterHigh + Math.floor(low / TWO_32)) % TWO_32;
    }

    /** Lets the counter count on from where it is now. */
    function settleCounter(): void {
      readCounter();
      state.counterLow = nowLow;
      state.counterHigh = nowHigh;
      state.countedFromNs = nowNs;
    }

    /** Ticks from the counter to the comparator: 1 … 2^32 or 2^64, as it wraps. */
    function ticksToMatch(comparator: Comparator): number {
      const low = comparator.comparatorLow - nowLow;
      if (is32Bit(comparator)) return low > 0 ? low : low + TWO_32;
      const borrow = low < 0 ? 1 : 0;
      const high = (comparator.comparatorHigh - nowHigh - borrow + 2 * TWO_32) % TWO_32;
      const ticks = high * TWO_32 + (low + borrow * TWO_32);
      return ticks > 0 ? ticks : Infinity;
    }

    /** A match of an edge-triggered timer with its interrupt switched off shows nowhere, and wakes nobody. */
    const isObserved = (comparator: Comparator): boolean => isLevel(comparator) || (comparator.configuration & INT_ENABLE) !== 0;

    /** Brings a periodic comparator that matched unobserved to where it would be. */
    function catchUp(comparator: Comparator): void {
      if (isObserved(comparator) || (comparator.configuration & PERIODIC) === 0 || !isEnabled()) return;
      readCounter();
      advanceIfPassed(comparator);
    }

    /** Passed by the counter as it was read. */
    function advanceIfPassed(comparator: Comparator): void {
      const behind = is32Bit(comparator)
        ? (nowLow - comparator.comparatorLow) | 0
        : (nowHigh - comparator.comparatorHigh) * TWO_32 + nowLow - comparator.comparatorLow;
      if (behind >= 0) advance(comparator);
    }

    /**
     * Software writes start and period one after the other (2.3.9.2.2) and takes for granted that the start is not reached in between. Here the host
     * may be busy for longer; the next match would then be a wrap of the counter away, or a period that is none. So it is counted from the start.
     */
    function restart(comparator: Comparator): void {
      comparator.comparatorLow = comparator.startLow;
      comparator.comparatorHigh = comparator.startHigh;
      if (isEnabled()) advanceIfPassed(comparator);
    }

    function schedule(index: number): void {
      readCounter();
      scheduleAsRead(index);
    }

    /** From the reading that the comparator was compared with: at a later one, when the host was busy in between, it may have been passed, and its match a wrap away. */
    function scheduleAsRead(index: number): void {
      const comparator = comparators[index];
      const ticks = isEnabled() && isObserved(comparator) ? ticksToMatch(comparator) : Infinity;
      const deadlineNs = ticks > HORIZON_TICKS ? Infinity : nowNs + ticks * NS_PER_TICK;
      timers[COMPARATOR_TIMERS[index]].scheduleAt(Math.max(deadlineNs, comparator.notBeforeNs));
    }

    function scheduleAll(): void {
      for (let index = 0; index < TIMER_COUNT; index++) schedule(index);
    }

    const isLevel = (comparator: Comparator): boolean => (comparator.configuration & LEVEL) !== 0;

    function lineOf(index: number) {
      if (isLegacy() && index === 0) return lines.irq0;
      if (isLegacy() && index === 1) return lines.irq8;
      return lines[GSI[((comparators[index].configuration >> ROUTE_SHIFT) & 31) % GSI.length]];
    }

    function driveLine(index: number): void {
      const comparator = comparators[index];
      const enabled = (comparator.configuration & INT_ENABLE) !== 0;
      const asserted = isLevel(comparator) ? (state.interruptStatus & (1 << index)) !== 0 : comparator.lineHigh;
      lineOf(index).set(enabled && asserted);
    }

    function matched(index: number): void {
      const comparator = comparators[index];
      readCounter();
      if ((comparator.configuration & PERIODIC) !== 0) advance(comparator);
      comparator.notBeforeNs = clock.nowNs() + MIN_PERIOD_NS;
      scheduleAsRead(index);
      if (isLevel(comparator)) state.interruptStatus = (state.interruptStatus | (1 << index)) >>> 0;
      else {
        lineOf(index).lower();
        comparator.lineHigh = true;
      }
      driveLine(index);
    }

    /** Moves a periodic comparator past the counter, by whole periods. */
    function advance(comparator: Comparator): void {
      const period = comparator.periodHigh * TWO_32 + comparator.periodLow;
      if (period === 0 || period > HORIZON_TICKS) return;
      const behind = is32Bit(comparator)
        ? (nowLow - comparator.comparatorLow + TWO_32) % TWO_32
        : (nowHigh - comparator.comparatorHigh) * TWO_32 + nowLow - comparator.comparatorLow;
      const step = behind < 0 || behind > HORIZON_TICKS ? period : (Math.floor(behind / period) + 1) * period;
      const low = comparator.comparatorLow + step;
      comparator.comparatorLow = low % TWO_32;
      if (!is32Bit(comparator)) comparator.comparatorHigh = (comparator.comparatorHigh + Math.floor(low / TWO_32)) % TWO_32;
    }

    function writeConfiguration(value: number): void {
      settleCounter();
      const starts = (value & ENABLE) !== 0 && !isEnabled();
      const wasLegacy = isLegacy();
      for (let index = 0; index < TIMER_COUNT; index++) lineOf(index).lower();
      if (starts) state.countedFromNs = clock.nowNs();
      state.configuration = value & (ENABLE | LEGACY_ROUTE);
      if (isLegacy() !== wasLegacy) {
        host.legacyReplacement(isLegacy());
        for (const comparator of comparators) comparator.lineHigh = false;
      }
      for (let index = 0; index < TIMER_COUNT; index++) driveLine(index);
      scheduleAll();
    }

    function writeTimerConfiguration(index: number, value: number): void {
      const comparator = comparators[index];
      lineOf(index).lower();
      let configuration = value & TIMER_WRITABLE;
      // A route that the board does not offer is not taken (2.3.8, Tn_INT_ROUTE_CNF).
      if ((options.routes & (1 << ((value >> ROUTE_SHIFT) & 31))) === 0) configuration &= ~(31 << ROUTE_SHIFT);
      comparator.configuration = configuration;
      if (is32Bit(comparator)) {
        comparator.comparatorHigh = 0;
        comparator.periodHigh = 0;
      }
      if ((configuration & INT_ENABLE) === 0 || isLevel(comparator)) comparator.lineHigh = false;
      driveLine(index);
      schedule(index);
    }

    /** 2.3.9.2.2: in periodic mode a write sets the period, and the comparator itself only with Tn_VAL_SET. */
    function writeComparator(index: number, high: boolean, value: number): void {
      const comparator = comparators[index];
      if (high && is32Bit(comparator)) return;
      readCounter();
      const periodic = (comparator.configuration & PERIODIC) !== 0;
      const setsValue = !periodic || (comparator.configuration & VALUE_SET) !== 0;
      if (setsValue) {
        if (high) comparator.comparatorHigh = value;
        else comparator.comparatorLow = value;
        comparator.startLow = comparator.comparatorLow;
        comparator.startHigh = comparator.comparatorHigh;
      }
      if (periodic) {
        if (high) comparator.periodHigh = value;
        else comparator.periodLow = value;
      }
      // The second half of a 64-bit write belongs to the same write, so only the high half clears the bit in 64-bit mode.
      if (high || is32Bit(comparator)) {
        if (!setsValue && comparator.awaitsPeriod) restart(comparator);
        comparator.awaitsPeriod = periodic && setsValue;
        comparator.configuration &= ~VALUE_SET;
      }
      scheduleAsRead(index);
    }

    function writeCounter(high: boolean, value: number): void {
      settleCounter();
      if (high) state.counterHigh = value;
      else state.counterLow = value;
      if (isEnabled()) scheduleAll();
    }

    function readTimer(index: number, offset: number): number {
      const comparator = comparators[index];
      catchUp(comparator);
      switch (offset) {
        case TIMER.configurationLow: return (comparator.configuration & ~VALUE_SET) | PERIODIC_CAPABLE | SIZE_CAPABLE;
        case TIMER.configurationHigh: return options.routes;
        case TIMER.comparatorLow: return comparator.comparatorLow;
        case TIMER.comparatorHigh: return comparator.comparatorHigh;
        default: return 0;
      }
    }

    function readRegister(offset: number): number {
      if (offset >= REG.timers && offset < REG.timers + 0x20 * TIMER_COUNT) return readTimer((offset - REG.timers) >> 5, offset & 0x1f);
      switch (offset) {
        case REG.capabilities: return CAPABILITIES;
        case REG.period: return PERIOD_FS;
        case REG.configuration: return state.configuration;
        case REG.interruptStatus: return state.interruptStatus;
        case REG.counterLow:
          readCounter();
          return nowLow;
        case REG.counterHigh:
          readCounter();
          return nowHigh;
        default: return 0;
      }
    }

    /** A match that is due comes before what software does now, though the machine has not run its timers yet. */
    function settleMatches(): void {
      for (let index = 0; index < TIMER_COUNT; index++) {
        catchUp(comparators[index]);
        const timer = timers[COMPARATOR_TIMERS[index]];
        if (!timer.pending || timer.deadlineNs > clock.nowNs()) continue;
        timer.cancel();
        matched(index);
      }
    }

    function writeRegister(offset: number, value: number): void {
      settleMatches();
      if (offset >= REG.timers && offset < REG.timers + 0x20 * TIMER_COUNT) {
        const index = (offset - REG.timers) >> 5;
        const register = offset & 0x1f;
        if (register === TIMER.configurationLow) writeTimerConfiguration(index, value);
        else if (register === TIMER.comparatorLow) writeComparator(index, false, value);
        else if (register === TIMER.comparatorHigh) writeComparator(index, true, value);
      } else if (offset === REG.configuration) writeConfiguration(value);
      else if (offset === REG.interruptStatus) {
        state.interruptStatus = (state.interruptStatus & ~value) >>> 0;
        for (let index = 0; index < TIMER_COUNT; index++) driveLine(index);
      } else if (offset === REG.counterLow) writeCounter(false, value);
      else if (offset === REG.counterHigh) writeCounter(true, value);
    }

    return {
      mmio: {
        registers: {
          read: (offset) => readRegister(offset & ~3) >>> (8 * (offset & 3)),
          // Only aligned dwords (and quadwords, which arrive as two) are defined (2.3).
          write(offset, value, size) {
            if (size === 4 && (offset & 3) === 0) writeRegister(offset, value);
          },
        },
      },
      timers: { comparator0: () => matched(0), comparator1: () => matched(1), comparator2: () => matched(2) },
      reset: () => host.legacyReplacement(false),
      resume() {
        host.legacyReplacement(isLegacy());
        for (let index = 0; index < TIMER_COUNT; index++) driveLine(index);
        scheduleAll();
      },
    };
  },
});
