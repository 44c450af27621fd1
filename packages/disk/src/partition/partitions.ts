/** The partitions of a disk, whichever table it has. */
import { DiskError } from '../errors.ts';
import { readVolume } from '../filesystem/volume.ts';
import type { Volume } from '../filesystem/volume.ts';
import { readGpt } from './gpt.ts';
import { MBR_BYTES } from './layout.ts';
import { isMbr, isProtective, readMbr } from './mbr.ts';
import { PartitionView } from './partition.ts';
import type { PartitionTable } from './partition.ts';

export { repairGpt } from './gpt.ts';
export { PartitionView } from './partition.ts';
export type { Partition, PartitionTable } from './partition.ts';

/** The table is damaged rather than absent: its problems say how. `scheme` is `none` where a file system takes the whole disk, or nothing is there. */
export async function readPartitions(volume: Volume): Promise<PartitionTable> {
  const none: PartitionTable = { scheme: 'none', sectorBytes: volume.sectorBytes, partitions: [], problems: [] };
  if (volume.size < MBR_BYTES) return none;
  const sector = await readVolume(volume, 0, MBR_BYTES, 'MBR');
  const hasMbr = isMbr(sector, volume);
  const gpt = await readGpt(volume);
  // A GPT that was replaced by an MBR is left behind on the disk; an MBR that does not speak of it decides.
  if (gpt !== undefined && (!hasMbr || isProtective(sector))) return gpt;
  if (!hasMbr) return none;
  const mbr = await readMbr(volume, sector);
  return isProtective(sector) ? { ...mbr, problems: [...mbr.problems, { severity: 'error', message: 'the MBR protects a GPT, and neither that nor its copy is whole' }] } : mbr;
}

/** @throws DiskError that names those there are */
export async function openPartition(volume: Volume, number: number): Promise<PartitionView> {
  const { partitions } = await readPartitions(volume);
  const found = partitions.find((partition) => partition.number === number);
  if (found === undefined) {
    const there = partitions.map((partition) => partition.number).join(', ');
    throw new DiskError({ code: 'DISK_NOT_FOUND', kind: 'not-found', message: `there is no partition ${number}`, context: { path: volume.name }, hint: there === '' ? 'the disk has no partitions' : `there are ${there}` });
  }
  return new PartitionView(volume, found);
}
