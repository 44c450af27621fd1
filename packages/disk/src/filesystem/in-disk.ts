/** Finding the file system that a user means in a disk. */
import type { Disk } from '../disk.ts';
import { DiskError } from '../errors.ts';
import { PartitionView, readPartitions } from '../partition/partitions.ts';
import type { FileSystem } from './file-system.ts';
import { FILE_SYSTEM_NAMES, openFileSystem, probeFileSystem } from './file-systems.ts';
import { volumeOf } from './volume.ts';
import type { Volume } from './volume.ts';

export interface Located {
  readonly volume: Volume;
  /** Undefined where the file system takes the whole disk. */
  readonly partition?: number;
}

/** The parts of a disk that a file system may be in: its partitions, or the whole of it where it has none, or has a file system at its beginning. */
export async function partsOf(disk: Disk): Promise<Located[]> {
  const volume = volumeOf(disk);
  const { partitions } = await readPartitions(volume);
  const parts = partitions.filter(({ role }) => role !== 'extended').map((partition) => ({ volume: new PartitionView(volume, partition), partition: partition.number }));
  return parts.length === 0 || (await probeFileSystem(volume)) !== undefined ? [{ volume }] : parts;
}

/**
 * Opens the file system in a partition, or the only one that there is.
 * @throws DiskError that names the partitions with one, where there are several
 */
export async function openFileSystemIn(disk: Disk, { partition, isWritable = false }: { readonly partition?: number; readonly isWritable?: boolean } = {}): Promise<FileSystem> {
  const path = disk.image.store.name;
  const parts = partition === undefined ? await partsOf(disk) : (await allParts(disk)).filter((part) => part.partition === partition);
  if (partition !== undefined && parts.length === 0) throw new DiskError({ code: 'DISK_NOT_FOUND', kind: 'not-found', message: `there is no partition ${partition}`, context: { path, op: 'open' }, hint: 'vmx-disk partitions lists them' });
  if (partition !== undefined) return openFileSystem(parts[0]!.volume, { isWritable });
  const found: { part: Located; name: string }[] = [];
  for (const part of parts) {
    const declaration = await probeFileSystem(part.volume);
    if (declaration !== undefined) found.push({ part, name: declaration.name });
  }
  if (found.length === 1) return openFileSystem(found[0]!.part.volume, { isWritable });
  if (found.length === 0) {
    throw new DiskError({ code: 'DISK_FORMAT_UNKNOWN', kind: 'unsupported', message: 'has no file system that is known', context: { path, op: 'open' }, hint: `known are ${FILE_SYSTEM_NAMES.join(', ')}` });
  }
  throw new DiskError({
    code: 'DISK_FORMAT_AMBIGUOUS', kind: 'usage', message: `has several file systems: ${found.map(({ part, name }) => `partition ${part.partition} (${name})`).join(', ')}`, context: { path, op: 'open' }, hint: 'say which with --partition NUMBER',
  });
}

async function allParts(disk: Disk): Promise<Located[]> {
  const volume = volumeOf(disk);
  return (await readPartitions(volume)).partitions.map((partition) => ({ volume: new PartitionView(volume, partition), partition: partition.number }));
}
