/**
 * Calendar registers of the MC146818: from seconds to the ten time bytes and back, in BCD or binary, 12 or 24 hours.
 *
 * Reference: Motorola MC146818 datasheet (1984), time, calendar and alarm locations. The century byte is not part of the chip: PC firmware
 * keeps it in CMOS, and here it follows the calendar.
 */

export const TIME = { seconds: 0, minutes: 2, hours: 4, weekday: 6, day: 7, month: 8, year: 9 } as const;
export const ALARM = { seconds: 1, minutes: 3, hours: 5 } as const;

const SECONDS_PER_DAY = 86_400;
const PM = 0x80;

/** Register B's format bits. */
export interface RegisterFormat {
  /** DM: binary rather than BCD. */
  readonly binary: boolean;
  /** 24/12: hours 0..23 rather than 1..12 with bit 7 for PM. */
  readonly hours24: boolean;
}

export interface Calendar {
  readonly seconds: number;
  readonly minutes: number;
  readonly hours: number;
  readonly day: number;
  /** 1..12 */
  readonly month: number;
  /** Of the century, 0..99. */
  readonly year: number;
  readonly century: number;
}

/** `seconds` since 1970-01-01 as a calendar. */
export function calendarOf(seconds: number): Calendar {
  const date = new Date(seconds * 1000);
  const year = date.getUTCFullYear();
  return {
    seconds: date.getUTCSeconds(),
    minutes: date.getUTCMinutes(),
    hours: date.getUTCHours(),
    day: date.getUTCDate(),
    month: date.getUTCMonth() + 1,
    year: year % 100,
    century: Math.floor(year / 100),
  };
}

/** Seconds since 1970-01-01; values out of range carry over, as a chip that counts on from them would end up somewhere. */
export function secondsOf(calendar: Calendar): number {
  const { century, year, month, day, hours, minutes, seconds } = calendar;
  const date = new Date(0);
  date.setUTCFullYear(century * 100 + year, month - 1, day);
  date.setUTCHours(hours, minutes, seconds);
  return Math.floor(date.getTime() / 1000);
}

/** Sunday is 0. */
export function weekdayOf(seconds: number): number {
  return (((Math.floor(seconds / SECONDS_PER_DAY) + 4) % 7) + 7) % 7;
}

export function toRegister(value: number, { binary }: RegisterFormat): number {
  return binary ? value & 0xff : ((Math.floor(value / 10) % 10) << 4) | (value % 10);
}

export function fromRegister(register: number, { binary }: RegisterFormat): number {
  return binary ? register : (register >> 4) * 10 + (register & 0x0f);
}

export function hoursToRegister(hours: number, format: RegisterFormat): number {
  if (format.hours24) return toRegister(hours, format);
  return toRegister(hours % 12 === 0 ? 12 : hours % 12, format) | (hours >= 12 ? PM : 0);
}

export function hoursFromRegister(register: number, format: RegisterFormat): number {
  if (format.hours24) return fromRegister(register, format);
  return (fromRegister(register & 0x7f, format) % 12) + ((register & PM) !== 0 ? 12 : 0);
}

/** An alarm byte of 0xc0 and above matches every value (MC146818 datasheet, "Alarm"). */
const DO_NOT_CARE = 0xc0;

/** The first second after `after` whose time of day matches the alarm registers, or Infinity. */
export function nextAlarm(after: number, alarm: { seconds: number; minutes: number; hours: number }, format: RegisterFormat): number {
  const matchesAll = (register: number): boolean => (register & DO_NOT_CARE) === DO_NOT_CARE;
  const seconds = matchesAll(alarm.seconds) ? undefined : fromRegister(alarm.seconds, format);
  const minutes = matchesAll(alarm.minutes) ? undefined : fromRegister(alarm.minutes, format);
  const hours = matchesAll(alarm.hours) ? undefined : hoursFromRegister(alarm.hours, format);
  // The chip compares bytes: what no time encodes to never matches.
  if (seconds !== undefined && (seconds > 59 || toRegister(seconds, format) !== alarm.seconds)) return Infinity;
  if (minutes !== undefined && (minutes > 59 || toRegister(minutes, format) !== alarm.minutes)) return Infinity;
  if (hours !== undefined && (hours > 23 || hoursToRegister(hours, format) !== alarm.hours)) return Infinity;

  // Walk forward by whole hours, then minutes, then seconds: at most 24 + 60 + 60 steps twice.
  let at = after + 1;
  for (let steps = 0; steps < 400; steps++) {
    const ofDay = ((at % SECONDS_PER_DAY) + SECONDS_PER_DAY) % SECONDS_PER_DAY;
    if (hours !== undefined && Math.floor(ofDay / 3600) !== hours) at += 3600 - (ofDay % 3600);
    else if (minutes !== undefined && Math.floor(ofDay / 60) % 60 !== minutes) at += 60 - (ofDay % 60);
    else if (seconds !== undefined && ofDay % 60 !== seconds) at += 1;
    else return at;
  }
  return Infinity;
}
