/**
 * The 8254 programmable interval timer of a PC, with system control port B (0x61) that gates counter 2.
 *
 * Reference: Intel 8254 datasheet 231164-005; PIIX3 datasheet 290550-002 (timer registers, NMI status and control).
 *
 * Counters are evaluated when somebody looks: a counter is the tick at which it was loaded, its count and its mode. Only
 * OUT of counter 0 needs a timer, for interrupt 0. That line stays high between periods and drops for no time at each
 * reload: the interrupt controller sees the rising edge of the datasheet, and an interrupt that waits while the host stalls is
 * not withdrawn by a falling edge. What software reads of OUT is exact.
 *
 * Missing: counter 1 refreshes no memory (it counts, and bit 4 of port 0x61 toggles); the speaker makes no sound.
 */
import { array, bool, ranged, time, u16, u8 } from '../struct/fields.ts';
import { struct } from '../struct/struct.ts';
import type { StateOf } from '../struct/struct.ts';
import { defineDevice } from './device.ts';

/** 14.318181… MHz / 12 = 105/88 MHz. */
const TICKS_PER_88_US = 105;
const REFRESH_HALF_PERIOD_NS = 15_085;

const LOW_BYTE = 1;
const HIGH_BYTE = 2;
const BOTH_BYTES = 3;

const GATE2 = 1 << 0;
const REFRESH_TOGGLE = 1 << 4;
const OUT2 = 1 << 5;

const COUNTER = {
  mode: ranged(0, 0, 5),
  access: ranged(BOTH_BYTES, 0, 3),
  bcd: bool(false),
  gate: bool(true),
  /** Count register: what the next load takes. */
  countRegister: u16(0),
  /** The first byte of a two-byte write. */
  writeLow: u8(0),
  writeHighNext: bool(false),
  readHighNext: bool(false),
  /** The counting element holds a count (false after a control word). */
  loaded: bool(false),
  /** Ticks of the period being counted, 1..65536. */
  period: ranged(0x1_0000, 1, 0x1_0000),
  /** Tick of the load; while paused, the ticks counted so far. */
  origin: time(),
  paused: bool(false),
  /** In modes 2 and 3 a new count waits for the end of the period: the tick at which it is loaded, or 0. */
  reloadTick: time(),
  nullCount: bool(true),
  latched: bool(false),
  latch: u16(0),
  statusLatched: bool(false),
  status: u8(0),
};
type Counter = StateOf<typeof COUNTER>;

function tickAt(ns: number): number {
  return Math.floor((ns * TICKS_PER_88_US) / 88_000);
}

/** The first nanosecond of a tick; Infinity beyond what a clock reaches. */
function nsOf(tick: number): number {
  if (tick > Number.MAX_SAFE_INTEGER / 1000) return Infinity;
  let ns = Math.ceil((tick * 88_000) / TICKS_PER_88_US);
  while (tickAt(ns) < tick) ns++;
  return ns;
}

/** The number of ticks that a count register stands for: 0 is the largest. */
function periodOf(counter: Counter): number {
  const value = counter.countRegister;
  if (!counter.bcd) return value === 0 ? 0x1_0000 : value;
  const decimal = (value >> 12) * 1000 + ((value >> 8) & 15) * 100 + ((value >> 4) & 15) * 10 + (value & 15);
  return decimal === 0 ? 10_000 : decimal;
}

function toBcd(value: number): number {
  return (Math.floor(value / 1000) << 12) | ((Math.floor(value / 100) % 10) << 8) | ((Math.floor(value / 10) % 10) << 4) | (value % 10);
}

/** Takes over a waiting count whose time has come. */
function settle(counter: Counter, tick: number): void {
  if (counter.reloadTick !== 0 && tick >= counter.reloadTick && !counter.paused) {
    counter.origin = counter.reloadTick;
    counter.period = periodOf(counter);
    counter.reloadTick = 0;
  }
  if (counter.loaded && counter.reloadTick === 0 && (counter.paused || tick >= counter.origin)) counter.nullCount = false;
}

/** Ticks since the load; negative between the write and the clock that loads. */
function elapsed(counter: Counter, tick: number): number {
  return counter.paused ? counter.origin : tick - counter.origin;
}

const isPeriodic = (counter: Counter): boolean => counter.mode === 2 || counter.mode === 3;
/** Modes 1 and 5 count from a rising gate, and a low gate does not stop them. */
const isTriggered = (counter: Counter): boolean => counter.mode === 1 || counter.mode === 5;

function outAt(counter: Counter, tick: number): boolean {
  if (!counter.loaded) return counter.mode !== 0;
  const ticks = elapsed(counter, tick);
  if (isPeriodic(counter) && (!counter.gate || ticks < 0)) return true;
  switch (counter.mode) {
    case 0:
    case 1:
      return ticks >= counter.period;
    case 2:
      return ticks % counter.period !== counter.period - 1;
    case 3:
      return ticks % counter.period < (counter.period + 1) >> 1;
    default:
      return ticks !== counter.period;
  }
}

function countAt(counter: Counter, tick: number): number {
  const { period } = counter;
  const ticks = Math.max(0, elapsed(counter, tick));
  let count: number;
  if (counter.mode === 2) count = period - (ticks % period);
  else if (counter.mode === 3) {
    // Counts down by two; the high half of an odd count is one tick longer (8254 datasheet, mode 3).
    const half = (period + 1) >> 1;
    const within = ticks % period;
    count = (period & ~1) - 2 * (within < half ? within : within - half);
  } else {
    const modulus = counter.bcd ? 10_000 : 0x1_0000;
    count = (((period - ticks) % modulus) + modulus) % modulus;
  }
  return counter.bcd ? toBcd(count % 10_000) : count & 0xffff;
}

/** The tick of the next rising edge of OUT after `tick`, or Infinity. */
function nextRise(counter: Counter, tick: number): number {
  if (!counter.loaded || counter.paused) return Infinity;
  if (!isPeriodic(counter)) {
    const rise = counter.origin + counter.period + (counter.mode >= 4 ? 1 : 0);
    return rise > tick ? rise : Infinity;
  }
  if (counter.reloadTick > tick) return counter.reloadTick;
  const periods = Math.max(1, Math.floor((tick - counter.origin) / counter.period) + 1);
  return counter.origin + periods * counter.period;
}

/** Loads the count register into the counting element at the next clock. */
function load(counter: Counter, tick: number): void {
  counter.loaded = true;
  counter.period = periodOf(counter);
  counter.reloadTick = 0;
  counter.nullCount = true;
  counter.paused = !isTriggered(counter) && !counter.gate;
  counter.origin = counter.paused ? 0 : tick + 1;
}

function writeCount(counter: Counter, tick: number, value: number): void {
  counter.countRegister = value;
  counter.nullCount = true;
  if (isTriggered(counter)) return;
  if (!isPeriodic(counter) || !counter.loaded) {
    load(counter, tick);
    return;
  }
  if (counter.paused) return;
  const step = counter.mode === 3 ? (counter.period + 1) >> 1 : counter.period;
  const ticks = Math.max(0, tick - counter.origin);
  const within = ticks % counter.period;
  counter.reloadTick = tick - within + (counter.mode === 3 && within < step ? step : counter.period);
}

function writeCounter(counter: Counter, tick: number, value: number): void {
  if (counter.access === LOW_BYTE) writeCount(counter, tick, value);
  else if (counter.access === HIGH_BYTE) writeCount(counter, tick, value << 8);
  else if (counter.writeHighNext) {
    counter.writeHighNext = false;
    writeCount(counter, tick, counter.writeLow | (value << 8));
  } else {
    counter.writeLow = value;
    counter.writeHighNext = true;
    // Mode 0: the first byte stops the count and OUT goes low at once.
    if (counter.mode === 0) counter.loaded = false;
  }
}

function readCounter(counter: Counter, tick: number): number {
  if (counter.statusLatched) {
    counter.statusLatched = false;
    return counter.status;
  }
  const count = counter.latched ? counter.latch : countAt(counter, tick);
  if (counter.access === BOTH_BYTES) counter.readHighNext = !counter.readHighNext;
  const low = counter.access === LOW_BYTE || (counter.access === BOTH_BYTES && counter.readHighNext);
  if (counter.access !== BOTH_BYTES || !counter.readHighNext) counter.latched = false;
  return low ? count & 0xff : count >> 8;
}

function latchCount(counter: Counter, tick: number): void {
  if (counter.latched) return;
  counter.latch = countAt(counter, tick);
  counter.latched = true;
}

function latchStatus(counter: Counter, tick: number): void {
  if (counter.statusLatched) return;
  const out = outAt(counter, tick) ? 0x80 : 0;
  const nullCount = counter.nullCount ? 0x40 : 0;
  counter.status = out | nullCount | (counter.access << 4) | (counter.mode << 1) | (counter.bcd ? 1 : 0);
  counter.statusLatched = true;
}

function setMode(counter: Counter, control: number): void {
  counter.access = (control >> 4) & 3;
  const mode = (control >> 1) & 7;
  counter.mode = mode > 5 ? mode - 4 : mode;
  counter.bcd = (control & 1) !== 0;
  counter.loaded = false;
  counter.paused = false;
  counter.reloadTick = 0;
  counter.nullCount = true;
  counter.writeHighNext = false;
  counter.readHighNext = false;
  counter.latched = false;
  counter.statusLatched = false;
}

/** 8254 datasheet, figure 21: what the gate does in each mode. */
function setGate(counter: Counter, tick: number, gate: boolean): void {
  if (gate === counter.gate) return;
  counter.gate = gate;
  if (!counter.loaded && !isTriggered(counter)) return;
  if (gate && (isTriggered(counter) || isPeriodic(counter))) {
    load(counter, tick);
  } else if (!isTriggered(counter)) {
    // A paused counter keeps the ticks that it has counted.
    counter.origin = gate ? tick - counter.origin : Math.max(0, tick - counter.origin);
    counter.paused = !gate;
    counter.reloadTick = 0;
  }
}

export const i8254Pit = defineDevice({
  name: 'i8254',
  version: 1,
  reference: 'Intel 8254 datasheet 231164-005; PIIX3 290550-002',
  lines: ['out0'],
  timers: ['rise'],
  ports: { counters: [0x40, 3], control: [0x43, 1], portB: [0x61, 1] },
  state: { counters: array(3, struct(COUNTER)), portB: u8(0) },
  attach({ state, clock, lines, timers }) {
    const { counters } = state;

    /** The current tick, with every counter brought up to it. */
    function now(): number {
      const tick = tickAt(clock.nowNs());
      for (const counter of counters) settle(counter, tick);
      return tick;
    }

    function scheduleRise(tick: number): void {
      const rise = nextRise(counters[0], tick);
      timers.rise.scheduleAt(nsOf(rise));
    }

    /** After software touched counter 0: OUT is low only where the mode holds it low. */
    function update(tick: number): void {
      const [counter] = counters;
      const waitsLow = (counter.mode === 0 || (counter.mode === 1 && counter.loaded)) && !outAt(counter, tick);
      lines.out0.set(!waitsLow);
      scheduleRise(tick);
    }

    function readBack(command: number, tick: number): void {
      for (const [index, counter] of counters.entries()) {
        if ((command & (2 << index)) === 0) continue;
        if ((command & 0x20) === 0) latchCount(counter, tick);
        if ((command & 0x10) === 0) latchStatus(counter, tick);
      }
    }

    return {
      ports: {
        counters: {
          read: (offset) => readCounter(counters[offset], now()),
          write(offset, value) {
            const tick = now();
            writeCounter(counters[offset], tick, value);
            if (offset === 0) update(tick);
          },
        },
        control: {
          read: () => 0xff,
          write(_offset, value) {
            const tick = now();
            const select = value >> 6;
            if (select === 3) readBack(value, tick);
            else if ((value & 0x30) === 0) latchCount(counters[select], tick);
            else {
              setMode(counters[select], value);
              if (select === 0) update(tick);
            }
          },
        },
        portB: {
          read() {
            const tick = now();
            const refresh = Math.floor(clock.nowNs() / REFRESH_HALF_PERIOD_NS) & 1;
            return state.portB | (refresh !== 0 ? REFRESH_TOGGLE : 0) | (outAt(counters[2], tick) ? OUT2 : 0);
          },
          write(_offset, value) {
            state.portB = value & 0x0f;
            setGate(counters[2], now(), (value & GATE2) !== 0);
          },
        },
      },
      timers: {
        rise() {
          const tick = now();
          lines.out0.lower();
          lines.out0.raise();
          scheduleRise(tick);
        },
      },
      reset() {
        counters[2].gate = false;
      },
      resume: () => update(now()),
    };
  },
});
