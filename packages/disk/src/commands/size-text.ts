/** Sizes as people read them. Units are binary, as in all of qemu-img. */
import { DiskError } from '../errors.ts';
import { parseSize } from '../format.ts';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;

/** `196 KiB`, `1.5 GiB`: three digits. */
export function sizeText(bytes: number): string {
  let unit = 0;
  let figure = bytes;
  for (; figure >= 1000 && unit < UNITS.length - 1; unit++) figure /= 1024;
  return `${Number(figure.toPrecision(3))} ${UNITS[unit]}`;
}

/** @throws DiskError that names the word */
export function readSize(what: string, word: string): number {
  const size = parseSize(word);
  if (size === undefined) throw new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message: `${what} ${word}: not a size`, hint: 'write a number of bytes or a size such as 64K, 1.5G' });
  return size;
}

/** @throws DiskError that names the word */
export function readCount(what: string, word: string, least = 0): number {
  const count = /^\d+$/.test(word) ? Number(word) : Number.NaN;
  if (!Number.isSafeInteger(count) || count < least) throw new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message: `${what} ${word}: not a number of at least ${least}` });
  return count;
}
