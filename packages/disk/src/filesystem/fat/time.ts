/** Times of FAT and exFAT: in two seconds since 1980. FAT's are in some local time; they are taken for UTC. */

export function dosTimeMs(date: number, time: number): number {
  if (date === 0) return 0;
  return Date.UTC(1980 + (date >> 9), ((date >> 5) & 15) - 1, date & 31, time >> 11, (time >> 5) & 63, (time & 31) * 2);
}

const FIRST_MS = Date.UTC(1980, 0, 1);
const LAST_MS = Date.UTC(2107, 11, 31, 23, 59, 58);

export function dosTime(ms: number): { date: number; time: number } {
  const when = new Date(Math.min(LAST_MS, Math.max(FIRST_MS, ms)));
  return {
    date: ((when.getUTCFullYear() - 1980) << 9) | ((when.getUTCMonth() + 1) << 5) | when.getUTCDate(),
    time: (when.getUTCHours() << 11) | (when.getUTCMinutes() << 5) | (when.getUTCSeconds() >> 1),
  };
}
