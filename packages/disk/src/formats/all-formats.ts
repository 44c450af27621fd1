/**
 * All formats, in the order in which they are tried. A format's files are loaded when it is named, or when an image has its signature: there are many of them, and a command like
 * `info` has to start in some milliseconds.
 */
import { DiskError } from '../errors.ts';
import type { Format, OptionTable } from '../format.ts';

export interface FormatEntry {
  /** The format's own, here too so that it need not be loaded to be found. */
  readonly name: string;
  readonly aliases: readonly string[];
  /** Latin-1 text that its images have at an offset: one of them. From the end where the offset is negative. A format without any is always loaded and asked. */
  readonly signatures?: readonly (readonly [at: number, text: string])[];
  readonly load: () => Promise<Format>;
}

// Option tables differ; whoever goes through all formats knows none of them.
const loaded = async <T extends OptionTable>(format: Promise<Format<T>>): Promise<Format> => (await format) as unknown as Format;

/** A descriptor that is a text of its own: VMDK's may begin with a comment, an empty line or its first entry, Parallels' is XML. */
const TEXT_STARTS = ['#', '<', 'v', 'V', ' ', '\t', '\r', '\n', '\xef'] as const;

export const FORMAT_ENTRIES: readonly FormatEntry[] = [
  { name: 'qcow2', aliases: [], signatures: [[0, 'QFI\xfb']], load: () => loaded(import('./qcow2/format.ts').then(({ qcow2 }) => qcow2)) },
  { name: 'vmdk', aliases: [], signatures: [[0, 'KDMV'], [0, 'COWD'], [0, '\xbe\xba\xfe\xca'], ...TEXT_STARTS.map((letter) => [0, letter] as const)], load: () => loaded(import('./vmdk/format.ts').then(({ vmdk }) => vmdk)) },
  { name: 'vhd', aliases: ['vpc'], signatures: [[0, 'conectix'], [-512, 'conectix'], [-511, 'conectix']], load: () => loaded(import('./vhd/format.ts').then(({ vhd }) => vhd)) },
  { name: 'vhdx', aliases: ['avhdx'], signatures: [[0, 'vhdxfile']], load: () => loaded(import('./vhdx/format.ts').then(({ vhdx }) => vhdx)) },
  { name: 'vdi', aliases: [], signatures: [[64, '\x7f\x10\xda\xbe']], load: () => loaded(import('./vdi/format.ts').then(({ vdi }) => vdi)) },
  { name: 'parallels', aliases: ['hdd', 'hds'], signatures: [[0, 'WithoutFreeSpace'], [0, 'WithouFreSpacExt'], ...TEXT_STARTS.map((letter) => [0, letter] as const)], load: () => loaded(import('./parallels/format.ts').then(({ parallels }) => parallels)) },
  { name: 'qed', aliases: [], signatures: [[0, 'QED\0']], load: () => loaded(import('./qed/format.ts').then(({ qed }) => qed)) },
  { name: 'qcow', aliases: ['qcow1'], signatures: [[0, 'QFI\xfb']], load: () => loaded(import('./qcow1/format.ts').then(({ qcow1 }) => qcow1)) },
  { name: 'luks', aliases: ['luks1'], signatures: [[0, 'LUKS\xba\xbe']], load: () => loaded(import('./luks/format.ts').then(({ luks }) => luks)) },
  { name: 'bochs', aliases: [], signatures: [[0, 'Bochs Virtual HD Image']], load: () => loaded(import('./bochs/format.ts').then(({ bochs }) => bochs)) },
  { name: 'cloop', aliases: [], signatures: [[0, '#!/bin/sh']], load: () => loaded(import('./cloop/format.ts').then(({ cloop }) => cloop)) },
  { name: 'dmg', aliases: ['udif'], signatures: [[-512, 'koly'], [0, 'encrcdsa']], load: () => loaded(import('./dmg/format.ts').then(({ dmg }) => dmg)) },
  { name: 'raw', aliases: ['iso', 'img'], load: () => loaded(import('./raw/format.ts').then(({ raw }) => raw)) },
];

/** Formats do not change: each is loaded once. */
export const allFormats = (): Promise<readonly Format[]> => Promise.all(FORMAT_ENTRIES.map(({ load }) => load()));

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
