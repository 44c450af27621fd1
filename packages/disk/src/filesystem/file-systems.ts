/** All file systems, in the order in which they are tried. */
import { DiskError } from '../errors.ts';
import { ext } from './ext/file-system.ts';
import { iso } from './iso/file-system.ts';
import { xfs } from './xfs/file-system.ts';
import { ntfs } from './ntfs/file-system.ts';
import { fat } from './fat/file-system.ts';
import type { FileSystem, FileSystemDeclaration } from './file-system.ts';
import type { Volume } from './volume.ts';

export const FILE_SYSTEMS: readonly FileSystemDeclaration[] = [ext, xfs, iso, ntfs, fat];

/** Undefined where none is known. */
export async function probeFileSystem(volume: Volume): Promise<FileSystemDeclaration | undefined> {
  for (const declaration of FILE_SYSTEMS) if (await declaration.probe(volume)) return declaration;
  return undefined;
}

/** @throws DiskError where there is none that is known */
export async function openFileSystem(volume: Volume, { isWritable = false } = {}): Promise<FileSystem> {
  const declaration = await probeFileSystem(volume);
  if (declaration === undefined) {
    throw new DiskError({
      code: 'DISK_FORMAT_UNKNOWN', kind: 'unsupported', message: 'has no file system that is known', context: { path: volume.name, op: 'open' }, hint: `known are ${FILE_SYSTEMS.map(({ name }) => name).join(', ')}; a partition may have to be named`,
    });
  }
  return declaration.open(volume, { isWritable });
}
