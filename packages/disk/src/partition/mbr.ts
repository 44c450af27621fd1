/** The master boot record and the chain of extended boot records behind it. */
import { readVolume } from '../filesystem/volume.ts';
import type { Volume } from '../filesystem/volume.ts';
import { MBR, MBR_BYTES, MBR_ENTRIES, MBR_ENTRIES_AT, MBR_ENTRY, MBR_ENTRY_BYTES, MBR_EXTENDED_TYPES, MBR_SIGNATURE, MBR_TYPE_NAMES, MBR_TYPE_PROTECTIVE } from './layout.ts';
import { alignmentOf, problemsOf } from './partition.ts';
import type { Partition, PartitionProblem, PartitionTable } from './partition.ts';

/** Linux stops at far fewer; a chain that is longer goes in circles or is made to be long. */
const MOST_LOGICAL = 1024;

type Entry = ReturnType<typeof MBR_ENTRY.read>;

function entriesOf(sector: Uint8Array): Entry[] {
  return Array.from({ length: MBR_ENTRIES }, (_, i) => MBR_ENTRY.read(sector, MBR_ENTRIES_AT + i * MBR_ENTRY_BYTES));
}

/** The boot sector of a file system has the same signature: where its code would have the entries, there is something that no entry can be. */
export function isMbr(sector: Uint8Array, volume: Volume): boolean {
  if (sector.length < MBR_BYTES || MBR.read(sector).signature !== MBR_SIGNATURE) return false;
  const entries = entriesOf(sector);
  if (entries.some(({ status }) => (status & 0x7f) !== 0)) return false;
  const used = entries.filter(({ type, sectorCount }) => type !== 0 && sectorCount !== 0);
  if (used.some(({ startSectorNumber }) => startSectorNumber === 0 || startSectorNumber * volume.sectorBytes >= Math.max(volume.size, 1))) return false;
  return used.length > 0 || !isBootSector(sector);
}

/** FAT, exFAT and NTFS begin with a jump, and with numbers that a table's boot code has not there: bytes a sector, and sectors a cluster. */
function isBootSector(sector: Uint8Array): boolean {
  const isJump = (sector[0] === 0xeb && sector[2] === 0x90) || sector[0] === 0xe9;
  const text = Buffer.from(sector.buffer, sector.byteOffset, 11).toString('latin1', 3);
  return isJump && (text === 'NTFS    ' || text === 'EXFAT   ' || [2, 4, 8, 16].includes(sector[12]!));
}

export const isProtective = (sector: Uint8Array): boolean => entriesOf(sector).some(({ type }) => type === MBR_TYPE_PROTECTIVE);

const nameOf = (type: number): { type: string; typeName?: string } => {
  const typeName = MBR_TYPE_NAMES[type];
  return { type: type.toString(16).padStart(2, '0'), ...(typeName === undefined ? {} : { typeName }) };
};

const partitionOf = (entry: Entry, number: number, role: Partition['role'], firstSector: number, sectorBytes: number): Partition => ({
  number, role, start: firstSector * sectorBytes, size: entry.sectorCount * sectorBytes, ...nameOf(entry.type), isBootable: (entry.status & 0x80) !== 0, alignmentBytes: alignmentOf(firstSector * sectorBytes),
});

/** @param sector the volume's first 512 bytes, which `isMbr` has accepted */
export async function readMbr(volume: Volume, sector: Uint8Array): Promise<PartitionTable> {
  const { sectorBytes } = volume;
  const partitions: Partition[] = [];
  const problems: PartitionProblem[] = [];
  for (const [i, entry] of entriesOf(sector).entries()) {
    if (entry.type === 0 || entry.sectorCount === 0) continue;
    const role = MBR_EXTENDED_TYPES.has(entry.type) ? 'extended' : 'primary';
    partitions.push(partitionOf(entry, i + 1, role, entry.startSectorNumber, sectorBytes));
  }
  const extended = partitions.filter(({ role }) => role === 'extended');
  if (extended.length > 1) problems.push({ severity: 'error', message: 'there is more than one extended partition: only the first is followed' });
  if (extended[0] !== undefined) await readLogical(volume, extended[0], partitions, problems);
  return {
    scheme: 'mbr', sectorBytes, diskId: MBR.read(sector).diskSignature.toString(16).padStart(8, '0'), partitions, problems: [...problems, ...problemsOf(partitions, volume.size)],
  };
}

/** An extended boot record has one logical partition, whose address counts from the record, and the next record, whose address counts from the extended partition. */
async function readLogical(volume: Volume, extended: Partition, partitions: Partition[], problems: PartitionProblem[]): Promise<void> {
  const { sectorBytes } = volume;
  const first = extended.start / sectorBytes;
  const seen = new Set<number>();
  let number = MBR_ENTRIES + 1;
  for (let record = first; ;) {
    const damage = (message: string): void => void problems.push({ severity: 'error', partition: extended.number, message: `${message} at sector ${record}: what follows in the extended partition is lost` });
    if (seen.has(record)) return damage('the chain of logical partitions comes back to the boot record');
    if (seen.size >= MOST_LOGICAL) return damage(`there are more than ${MOST_LOGICAL} logical partitions, the last`);
    if ((record + 1) * sectorBytes > volume.size) return damage('the disk ends before the extended boot record');
    seen.add(record);
    const bytes = await readVolume(volume, record * sectorBytes, MBR_BYTES, 'extended boot record');
    if (MBR.read(bytes).signature !== MBR_SIGNATURE) return damage('no extended boot record is');
    const entries = entriesOf(bytes);
    for (const entry of entries) {
      if (entry.type === 0 || entry.sectorCount === 0 || MBR_EXTENDED_TYPES.has(entry.type)) continue;
      partitions.push(partitionOf(entry, number++, 'logical', record + entry.startSectorNumber, sectorBytes));
      // The first is the record's own; more than that no program makes.
      break;
    }
    const next = entries.find(({ type, sectorCount }) => MBR_EXTENDED_TYPES.has(type) && sectorCount !== 0);
    if (next === undefined) return;
    record = first + next.startSectorNumber;
  }
}
