/** All formats, in the order in which they are tried. */
import { DiskError } from '../errors.ts';
import type { Format } from '../format.ts';
import { bochs } from './bochs/format.ts';
import { cloop } from './cloop/format.ts';
import { dmg } from './dmg/format.ts';
import { parallels } from './parallels/format.ts';
import { qcow1 } from './qcow1/format.ts';
import { qcow2 } from './qcow2/format.ts';
import { qed } from './qed/format.ts';
import { raw } from './raw/format.ts';
import { vdi } from './vdi/format.ts';
import { vhd } from './vhd/format.ts';
import { vhdx } from './vhdx/format.ts';
import { vmdk } from './vmdk/format.ts';

// Option tables differ; whoever goes through all formats knows none of them.
export const FORMATS: readonly Format[] = [qcow2, vmdk, vdi, parallels, qed, bochs, cloop, dmg, qcow1, vhd, vhdx, raw] as readonly unknown[] as readonly Format[];

/** @throws DiskError that names those there are */
export function formatNamed(name: string): Format {
  const found = FORMATS.find((format) => format.name === name || format.aliases.includes(name));
  if (found === undefined) {
    throw new DiskError({ code: 'DISK_FORMAT_UNKNOWN', kind: 'usage', message: `there is no format ${JSON.stringify(name)}`, hint: `there are ${FORMATS.map((format) => format.name).join(', ')}` });
  }
  return found;
}
