/** All formats, in the order in which they are tried. */
import { DiskError } from '../errors.ts';
import type { Format } from '../format.ts';
import { luks } from './luks/format.ts';
import { raw } from './raw/format.ts';

// Option tables differ; whoever goes through all formats knows none of them.
export const FORMATS: readonly Format[] = [luks, raw] as readonly unknown[] as readonly Format[];

/** @throws DiskError that names those there are */
export async function formatNamed(name: string): Promise<Format> {
  const found = FORMAT_ENTRIES.find((entry) => entry.name === name || entry.aliases.includes(name));
  if (found === undefined) {
    throw new DiskError({ code: 'DISK_FORMAT_UNKNOWN', kind: 'usage', message: `there is no format ${JSON.stringify(name)}`, hint: `there are ${FORMAT_ENTRIES.map((entry) => entry.name).join(', ')}` });
  }
  return found.load();
}

/** May bytes from the beginning and the end of a store be an image's of this format? */
export function hasSignature({ signatures }: FormatEntry, head: Uint8Array, tail: Uint8Array): boolean {
  return signatures === undefined || signatures.some(([at, text]) => {
    const bytes = at < 0 ? tail : head;
    const start = at < 0 ? tail.length + at : at;
    return start >= 0 && start + text.length <= bytes.length && Buffer.from(bytes.buffer, bytes.byteOffset + start, text.length).toString('latin1') === text;
  });
}
