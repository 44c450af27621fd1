/**
 * The MC146818 real-time clock with 128 bytes of CMOS memory, and the NMI mask in its index port.
 *
 * Reference: Motorola MC146818 datasheet (1984); PIIX3 datasheet 290550-002 (NMI enable and real-time clock address register).
 *
 * Time is not counted: the chip remembers which calendar second began at which moment of the clock. The flags PF, AF and
 * UF are worked out when register C is read; a timer runs only while one of their interrupts is enabled. UIP is set for the 244 µs
 * before each update, which itself takes no time. Memory survives a reset, as on a battery.
 *
 * Missing: the square-wave output; the board connects no NMI that the mask could hold back; daylight saving (bit DSE is kept and has no effect); time bases other than 32,768 Hz behave like it.
 */
import { bool, bytes, retained, time, u8 } from '../struct/fields.ts';
import { defineDevice } from './device.ts';
import {
  ALARM, calendarOf, fromRegister, hoursFromRegister, hoursToRegister, nextAlarm, secondsOf, TIME, toRegister, weekdayOf,
} from './rtc-calendar.ts';
import type { RegisterFormat } from './rtc-calendar.ts';

const SECOND_NS = 1e9;
const CRYSTAL_HZ = 32_768;
/** t(BUC): UIP goes high this long before the update. */
const UPDATE_WARNING_NS = 244_140;

const REG_A = 0x0a;
const REG_B = 0x0b;
const REG_C = 0x0c;
const REG_D = 0x0d;
const CENTURY = 0x32;
const CENTURY_PS2 = 0x37;

const UIP = 0x80;
const DIVIDER = 0x70;
const DIVIDER_RESET = 0x60;
const B = { set: 0x80, periodic: 0x40, alarm: 0x20, updateEnded: 0x10, binary: 0x04, hours24: 0x02 } as const;
const C_IRQ = 0x80;
const D_VALID = 0x80;
const NMI_DISABLE = 0x80;

/** Rates 1 and 2 repeat 8 and 9 with a 32,768 Hz crystal (MC146818 datasheet, periodic interrupt rates). In cycles of the crystal. */
function periodicCycles(registerA: number): number {
  const rate = registerA & 0x0f;
  if (rate === 0) return 0;
  return rate <= 2 ? 1 << (rate + 6) : 1 << (rate - 1);
}

export const mc146818Rtc = defineDevice({
  name: 'mc146818',
  version: 1,
  reference: 'Motorola MC146818 datasheet (1984)',
  host: {
    /** Seconds since 1970-01-01, in the zone that the guest expects; read once, at power-on. */
    wallClockSeconds: (): number => 946_684_800,
    nmiMasked: (_masked: boolean): void => {},
  },
  lines: ['irq'],
  timers: ['event'],
  ports: { registers: [0x70, 2] },
  state: {
    index: u8(0),
    nmiMasked: bool(false),
    /** All bytes but time, C and D are what was written; the time bytes count while the clock is stopped. */
    cmos: retained(bytes(128)),
    /** The calendar second that began at `secondAtNs`. */
    seconds: retained(time()),
    secondAtNs: retained(time()),
    /** Added to the calendar's day of the week: software may keep another. */
    weekdayOffset: retained(u8(0)),
    powered: retained(bool(false)),
    flags: u8(0),
    /** Up to when the flags are worked out. */
    flagsAtNs: time(),
  },
  attach({ state, host, clock, lines, timers }) {
    const { cmos } = state;
    const format = (): RegisterFormat => ({ binary: (cmos[REG_B] & B.binary) !== 0, hours24: (cmos[REG_B] & B.hours24) !== 0 });
    const isRunning = (): boolean => (cmos[REG_B] & B.set) === 0 && (cmos[REG_A] & DIVIDER) < DIVIDER_RESET;

    const secondsAt = (ns: number): number => state.seconds + Math.floor((ns - state.secondAtNs) / SECOND_NS);
    const cyclesAt = (ns: number): number => Math.floor(((ns - state.secondAtNs) * CRYSTAL_HZ) / SECOND_NS);
    const nsOfCycle = (cycle: number): number => state.secondAtNs + Math.ceil((cycle * SECOND_NS) / CRYSTAL_HZ);
    const nsOfSecond = (second: number): number => state.secondAtNs + (second - state.seconds) * SECOND_NS;

    function isTimeByte(index: number): boolean {
      return index === CENTURY || index === CENTURY_PS2 || (index <= TIME.year && !isAlarmByte(index));
    }

    function isAlarmByte(index: number): boolean {
      return index === ALARM.seconds || index === ALARM.minutes || index === ALARM.hours;
    }

    /** Writes the running calendar into the time bytes. */
    function latchTime(): void {
      const seconds = secondsAt(clock.nowNs());
      const calendar = calendarOf(seconds);
      const form = format();
      cmos[TIME.seconds] = toRegister(calendar.seconds, form);
      cmos[TIME.minutes] = toRegister(calendar.minutes, form);
      cmos[TIME.hours] = hoursToRegister(calendar.hours, form);
      cmos[TIME.weekday] = toRegister(((weekdayOf(seconds) + state.weekdayOffset) % 7) + 1, form);
      cmos[TIME.day] = toRegister(calendar.day, form);
      cmos[TIME.month] = toRegister(calendar.month, form);
      cmos[TIME.year] = toRegister(calendar.year, form);
      cmos[CENTURY] = toRegister(calendar.century, form);
      cmos[CENTURY_PS2] = cmos[CENTURY];
    }

    /** Lets the calendar go on from the time bytes; the phase of the divider stays. */
    function takeTime(): void {
      const form = format();
      const seconds = secondsOf({
        seconds: fromRegister(cmos[TIME.seconds], form),
        minutes: fromRegister(cmos[TIME.minutes], form),
        hours: hoursFromRegister(cmos[TIME.hours], form),
        day: fromRegister(cmos[TIME.day], form),
        month: fromRegister(cmos[TIME.month], form),
        year: fromRegister(cmos[TIME.year], form),
        century: fromRegister(cmos[CENTURY], form),
      });
      const elapsed = Math.floor((clock.nowNs() - state.secondAtNs) / SECOND_NS);
      state.seconds = seconds - elapsed;
      const weekday = fromRegister(cmos[TIME.weekday], form) - 1;
      state.weekdayOffset = (((weekday - weekdayOf(seconds)) % 7) + 7) % 7;
    }

    // Flags and interrupts.

    const alarm = () => ({ seconds: cmos[ALARM.seconds], minutes: cmos[ALARM.minutes], hours: cmos[ALARM.hours] });

    /** Sets the flags of all that happened since the last time. */
    function settleFlags(): void {
      const now = clock.nowNs();
      const since = state.flagsAtNs;
      state.flagsAtNs = now;
      if (now <= since) return;
      const period = periodicCycles(cmos[REG_A]);
      if ((cmos[REG_A] & DIVIDER) < DIVIDER_RESET && period !== 0 && Math.floor(cyclesAt(now) / period) > Math.floor(cyclesAt(since) / period)) {
        state.flags |= B.periodic;
      }
      if (isRunning() && secondsAt(now) > secondsAt(since)) {
        state.flags |= B.updateEnded;
        if (nextAlarm(secondsAt(since), alarm(), format()) <= secondsAt(now)) state.flags |= B.alarm;
      }
      update();
    }

    const irqFlag = (): boolean => (state.flags & cmos[REG_B] & (B.periodic | B.alarm | B.updateEnded)) !== 0;

    function update(): void {
      lines.irq.set(irqFlag());
    }

    /** The next moment at which an enabled flag that is clear will be set. */
    function scheduleEvent(): void {
      const wanted = cmos[REG_B] & ~state.flags;
      const now = state.flagsAtNs;
      let atNs = Infinity;
      const period = periodicCycles(cmos[REG_A]);
      if ((wanted & B.periodic) !== 0 && period !== 0 && (cmos[REG_A] & DIVIDER) < DIVIDER_RESET) {
        atNs = nsOfCycle((Math.floor(cyclesAt(now) / period) + 1) * period);
      }
      if (isRunning()) {
        if ((wanted & B.updateEnded) !== 0) atNs = Math.min(atNs, nsOfSecond(secondsAt(now) + 1));
        if ((wanted & B.alarm) !== 0) atNs = Math.min(atNs, nsOfSecond(nextAlarm(secondsAt(now), alarm(), format())));
      }
      timers.event.scheduleAt(atNs);
    }

    function readFlags(): number {
      const value = state.flags | (irqFlag() ? C_IRQ : 0);
      state.flags = 0;
      update();
      scheduleEvent();
      return value;
    }

    function updateInProgress(): boolean {
      const now = clock.nowNs();
      return isRunning() && secondsAt(now + UPDATE_WARNING_NS) !== secondsAt(now);
    }

    // Registers.

    function readByte(index: number): number {
      settleFlags();
      switch (index) {
        case REG_A: return (cmos[REG_A] & ~UIP) | (updateInProgress() ? UIP : 0);
        case REG_C: return readFlags();
        case REG_D: return D_VALID;
        default:
          if (isTimeByte(index) && isRunning()) latchTime();
          return cmos[index];
      }
    }

    function writeByte(index: number, value: number): void {
      settleFlags();
      if (index === REG_A) writeRegisterA(value & ~UIP);
      else if (index === REG_B) writeRegisterB(value);
      else if (index !== REG_C && index !== REG_D) {
        if (isTimeByte(index) && isRunning()) {
          latchTime();
          cmos[index] = value;
          if (index === CENTURY_PS2) cmos[CENTURY] = value;
          takeTime();
        } else {
          cmos[index] = value;
          if (index === CENTURY_PS2) cmos[CENTURY] = value;
        }
      }
      update();
      scheduleEvent();
    }

    function writeRegisterA(value: number): void {
      const wasReset = (cmos[REG_A] & DIVIDER) >= DIVIDER_RESET;
      if (isRunning() && (value & DIVIDER) >= DIVIDER_RESET) latchTime();
      cmos[REG_A] = value;
      if (wasReset && (value & DIVIDER) < DIVIDER_RESET) {
        // The first update comes half a second after the divider starts.
        state.secondAtNs = clock.nowNs() - SECOND_NS / 2;
        if ((cmos[REG_B] & B.set) === 0) takeTime();
      }
    }

    function writeRegisterB(value: number): void {
      if ((value & B.set) !== 0) {
        if (isRunning()) latchTime();
        // SET clears UIE (MC146818 datasheet, register B).
        cmos[REG_B] = value & ~B.updateEnded;
        return;
      }
      // The bytes count in the format in which they were written.
      if ((cmos[REG_B] & B.set) !== 0 && (cmos[REG_A] & DIVIDER) < DIVIDER_RESET) takeTime();
      cmos[REG_B] = value;
    }

    function powerOn(): void {
      state.powered = true;
      cmos[REG_A] = 0x26;
      cmos[REG_B] = B.hours24;
      state.seconds = Math.floor(host.wallClockSeconds());
      state.secondAtNs = clock.nowNs();
      state.weekdayOffset = 0;
    }

    return {
      ports: {
        registers: {
          // The index port is write-only; reading it gives the floating bus.
          read: (offset) => (offset === 0 ? 0xff : readByte(state.index)),
          write(offset, value) {
            if (offset === 1) {
              writeByte(state.index, value);
              return;
            }
            state.index = value & 0x7f;
            const masked = (value & NMI_DISABLE) !== 0;
            if (masked !== state.nmiMasked) {
              state.nmiMasked = masked;
              host.nmiMasked(masked);
            }
          },
        },
      },
      timers: {
        event() {
          settleFlags();
          scheduleEvent();
        },
      },
      inputs: {
        /** CMOS bytes as firmware finds them (memory size, boot order); the board sets them before the machine runs. */
        readCmos: (index: number): number => readByte(index & 0x7f),
        writeCmos: (index: number, value: number): void => writeByte(index & 0x7f, value & 0xff),
      },
      reset() {
        if (!state.powered) powerOn();
        cmos[REG_B] &= ~(B.periodic | B.alarm | B.updateEnded | 0x08);
        state.flagsAtNs = clock.nowNs();
        host.nmiMasked(false);
      },
      resume() {
        update();
        scheduleEvent();
      },
    };
  },
});
