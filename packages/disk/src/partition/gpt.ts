/** The GUID partition table: both copies, and their repair. Reference: UEFI 2.10 §5.3. */
import { crc32 } from 'node:zlib';
import { beyondLimit, corrupt, DiskError } from '../errors.ts';
import { mustBeWithin, mustBeWritable, placeOn, readVolume } from '../filesystem/volume.ts';
import type { Volume } from '../filesystem/volume.ts';
import { GPT_ENTRY, GPT_HEADER, GPT_HEADER_BYTES, GPT_SIGNATURE, GPT_TYPE_NAMES, MBR, MBR_BYTES, MBR_ENTRIES_AT, MBR_ENTRY, MBR_ENTRY_BYTES, MBR_SIGNATURE, MBR_TYPE_PROTECTIVE } from './layout.ts';
import { isProtective } from './mbr.ts';
import { alignmentOf, problemsOf } from './partition.ts';
import type { Partition, PartitionProblem, PartitionTable } from './partition.ts';

const MOST_ENTRIES_BYTES = 1024 * 1024;
const MOST_ENTRY_BYTES = 4096;
const REVISION = 0x0001_0000;

type Header = ReturnType<typeof GPT_HEADER.read>;

/** One copy that is whole. */
interface Copy {
  readonly sectorBytes: number;
  readonly header: Header;
  readonly entries: Uint8Array;
}

interface Copies {
  readonly sectorBytes: number;
  readonly primary: Copy | DiskError;
  readonly backup: Copy | DiskError;
}

const isWhole = (copy: Copy | DiskError): copy is Copy => !(copy instanceof DiskError);

async function readCopy(volume: Volume, sector: number, sectorBytes: number): Promise<Copy | DiskError> {
  const where = placeOn(volume, sector * sectorBytes);
  try {
    mustBeWithin(volume, where.offset!, sectorBytes, 'GPT header');
    const bytes = await readVolume(volume, where.offset!, sectorBytes, 'GPT header');
    const header = GPT_HEADER.read(bytes, 0, where);
    if (header.signature !== GPT_SIGNATURE) throw corrupt('is no GPT header', { ...where, field: 'Signature' });
    if (header.headerSize < GPT_HEADER_BYTES || header.headerSize > sectorBytes) throw beyondLimit(`HeaderSize is ${header.headerSize}`, { ...where, field: 'HeaderSize' });
    GPT_HEADER.write(bytes, { headerCrc32: 0 });
    if (crc32(bytes.subarray(0, header.headerSize)) !== header.headerCrc32) throw corrupt('the checksum of the GPT header is wrong', { ...where, field: 'HeaderCRC32' });
    if (header.myLba !== sector) throw corrupt(`a GPT header for sector ${header.myLba} is at sector ${sector}`, { ...where, field: 'MyLBA' });
    const { numberOfPartitionEntries: count, sizeOfPartitionEntry: entryBytes } = header;
    if (entryBytes < GPT_ENTRY.byteLength || entryBytes > MOST_ENTRY_BYTES || entryBytes % 8 !== 0) throw beyondLimit(`SizeOfPartitionEntry is ${entryBytes}`, { ...where, field: 'SizeOfPartitionEntry' });
    if (count * entryBytes > MOST_ENTRIES_BYTES) throw beyondLimit(`NumberOfPartitionEntries is ${count}`, { ...where, field: 'NumberOfPartitionEntries' });
    const entries = await readVolume(volume, header.partitionEntryLba * sectorBytes, count * entryBytes, 'PartitionEntryLBA');
    if (crc32(entries) !== header.partitionEntryArrayCrc32) throw corrupt('the checksum of the GPT entries is wrong', { ...where, field: 'PartitionEntryArrayCRC32' });
    return { sectorBytes, header, entries };
  } catch (error) {
    if (error instanceof DiskError) return error;
    throw error;
  }
}

/** Both copies, in the sector size in which there is a whole one. */
async function readCopies(volume: Volume): Promise<Copies | undefined> {
  let first: Copies | undefined;
  for (const sectorBytes of new Set([volume.sectorBytes, 512, 4096])) {
    if (volume.size < 3 * sectorBytes) continue;
    const primary = await readCopy(volume, 1, sectorBytes);
    const last = Math.floor(volume.size / sectorBytes) - 1;
    let backup = await readCopy(volume, last, sectorBytes);
    // After the disk has grown, the backup is where the disk ended when the table was made.
    if (!isWhole(backup) && isWhole(primary) && primary.header.alternateLba !== last) {
      const elsewhere = await readCopy(volume, primary.header.alternateLba, sectorBytes);
      if (isWhole(elsewhere)) backup = elsewhere;
    }
    const copies = { sectorBytes, primary, backup };
    if (isWhole(primary) || isWhole(backup)) return copies;
    first ??= copies;
  }
  return first;
}

const usedEntries = (copy: Copy): { readonly number: number; readonly entry: ReturnType<typeof GPT_ENTRY.read> }[] => {
  const { sizeOfPartitionEntry, numberOfPartitionEntries } = copy.header;
  const used = [];
  for (let i = 0; i < numberOfPartitionEntries; i++) {
    const at = i * sizeOfPartitionEntry;
    if (copy.entries.subarray(at, at + 16).every((byte) => byte === 0)) continue;
    used.push({ number: i + 1, entry: GPT_ENTRY.read(copy.entries, at) });
  }
  return used;
};

/** Not a table of this kind, or neither copy is whole: undefined. */
export async function readGpt(volume: Volume): Promise<PartitionTable | undefined> {
  const copies = await readCopies(volume);
  if (copies === undefined) return undefined;
  const { primary, backup, sectorBytes } = copies;
  const copy = isWhole(primary) ? primary : backup;
  if (!isWhole(copy)) return undefined;
  const { header } = copy;
  const problems: PartitionProblem[] = [];
  if (!isWhole(primary)) problems.push({ severity: 'error', message: `the table at the beginning is damaged, its copy at the end is used: ${primary.message}` });
  if (!isWhole(backup)) problems.push({ severity: 'error', message: `the copy at the end is damaged: ${backup.message}` });
  const last = Math.floor(volume.size / sectorBytes) - 1;
  if (isWhole(backup) && backup.header.myLba !== last) problems.push({ severity: 'warning', message: `the copy of the table is at sector ${backup.header.myLba}, not at the disk's last, ${last}: the disk has grown` });
  if (isWhole(primary) && isWhole(backup) && (primary.header.partitionEntryArrayCrc32 !== backup.header.partitionEntryArrayCrc32 || primary.header.diskGuid !== backup.header.diskGuid)) {
    problems.push({ severity: 'error', message: 'the table and its copy differ' });
  }
  const mbr = await readVolume(volume, 0, MBR_BYTES, 'protective MBR');
  if (MBR.read(mbr).signature !== MBR_SIGNATURE || !isProtective(mbr)) problems.push({ severity: 'warning', message: 'there is no protective MBR' });
  const partitions: Partition[] = [];
  for (const { number, entry } of usedEntries(copy)) {
    if (entry.endingLba < entry.startingLba) {
      problems.push({ severity: 'error', partition: number, message: `partition ${number} ends before it begins` });
      continue;
    }
    const start = entry.startingLba * sectorBytes;
    const size = (entry.endingLba - entry.startingLba + 1) * sectorBytes;
    if (!Number.isSafeInteger(start + size)) {
      problems.push({ severity: 'error', partition: number, message: `partition ${number} ends beyond any disk` });
      continue;
    }
    if (entry.startingLba < header.firstUsableLba || entry.endingLba > header.lastUsableLba) problems.push({ severity: 'error', partition: number, message: `partition ${number} is outside the table's usable sectors` });
    const typeName = GPT_TYPE_NAMES[entry.partitionTypeGuid];
    partitions.push({
      number, role: 'primary', start, size, type: entry.partitionTypeGuid, ...(typeName === undefined ? {} : { typeName }), name: nameText(entry.partitionName), id: entry.uniquePartitionGuid,
      // Bit 2: legacy BIOS bootable.
      isBootable: (entry.attributes & 4n) !== 0n, ...(entry.attributes === 0n ? {} : { attributes: entry.attributes.toString(16) }), alignmentBytes: alignmentOf(start),
    });
  }
  return { scheme: 'gpt', sectorBytes, diskId: header.diskGuid, partitions, problems: [...problems, ...problemsOf(partitions, volume.size)] };
}

function nameText(bytes: Uint8Array): string {
  const text = new TextDecoder('utf-16le').decode(bytes);
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}

export interface GptRepair {
  /** What was done, a sentence each; empty where nothing was wrong. */
  readonly actions: readonly string[];
}

/**
 * Makes both copies whole and equal: a damaged one is written from the other, the backup goes to the disk's end (so this is what has to be done after the disk was resized), and
 * a missing protective MBR is written.
 * @throws DiskError where neither copy is whole, or the disk ends before its partitions
 */
export async function repairGpt(volume: Volume): Promise<GptRepair> {
  mustBeWritable(volume, 'repair');
  const copies = await readCopies(volume);
  const copy = copies === undefined ? undefined : isWhole(copies.primary) ? copies.primary : isWhole(copies.backup) ? copies.backup : undefined;
  if (copies === undefined || copy === undefined) {
    throw corrupt('neither the partition table nor its copy is whole', { path: volume.name, op: 'repair' }, copies === undefined || isWhole(copies.primary) ? undefined : copies.primary.message);
  }
  const { sectorBytes, header, entries } = copy;
  const last = Math.floor(volume.size / sectorBytes) - 1;
  const entrySectors = Math.ceil(entries.length / sectorBytes);
  const lastUsable = last - entrySectors - 1;
  const end = Math.max(0, ...usedEntries(copy).map(({ entry }) => entry.endingLba));
  if (end > lastUsable) {
    throw new DiskError({
      code: 'DISK_OUT_OF_RANGE', kind: 'range', message: `a partition ends at sector ${end}, and the disk has usable sectors to ${lastUsable} only`, context: { path: volume.name, op: 'repair' },
      hint: 'grow the disk, or remove the partition',
    });
  }
  const actions: string[] = [];
  const { primary, backup } = copies;
  if (!isWhole(primary)) actions.push('the table at the beginning was written from its copy at the end');
  else if (!isWhole(backup)) actions.push('the copy at the end was written from the table at the beginning');
  else if (backup.header.myLba !== last) actions.push(`the copy was moved from sector ${backup.header.myLba} to the disk's last, ${last}`);
  else if (primary.header.partitionEntryArrayCrc32 !== backup.header.partitionEntryArrayCrc32 || primary.header.diskGuid !== backup.header.diskGuid) actions.push('the copy at the end differed, and was written from the table at the beginning');
  else if (primary.header.alternateLba !== last || primary.header.lastUsableLba !== lastUsable) actions.push('the end of the usable sectors was set to the end of the disk');
  if (actions.length > 0) {
    const primaryEntries = isWhole(primary) ? header.partitionEntryLba : 2;
    const shared = { ...header, revision: REVISION, headerSize: GPT_HEADER_BYTES, headerCrc32: 0, lastUsableLba: lastUsable, partitionEntryArrayCrc32: crc32(entries) };
    // One copy is whole at every moment: the backup is written and flushed before the primary is touched.
    await volume.write((last - entrySectors) * sectorBytes, padded(entries, entrySectors * sectorBytes));
    await volume.write(last * sectorBytes, headerSector({ ...shared, myLba: last, alternateLba: 1, partitionEntryLba: last - entrySectors }, sectorBytes));
    await volume.flush();
    await volume.write(primaryEntries * sectorBytes, padded(entries, entrySectors * sectorBytes));
    await volume.write(sectorBytes, headerSector({ ...shared, myLba: 1, alternateLba: last, partitionEntryLba: primaryEntries }, sectorBytes));
  }
  const mbr = await readVolume(volume, 0, MBR_BYTES, 'protective MBR');
  if (MBR.read(mbr).signature !== MBR_SIGNATURE || !isProtective(mbr)) {
    // Boot code before the entries stays.
    mbr.fill(0, MBR_ENTRIES_AT, MBR_ENTRIES_AT + 4 * MBR_ENTRY_BYTES);
    actions.push('a protective MBR was written');
  }
  if (actions.length > 0) {
    MBR.write(mbr, { signature: MBR_SIGNATURE });
    const place = Array.from({ length: 4 }, (_, i) => MBR_ENTRIES_AT + i * MBR_ENTRY_BYTES).find((at) => MBR_ENTRY.read(mbr, at).type === MBR_TYPE_PROTECTIVE) ?? MBR_ENTRIES_AT;
    // A hybrid MBR's protective entry covers only a part, and stays so.
    const { sectorCount } = MBR_ENTRY.read(mbr, place);
    const isHybrid = sectorCount !== 0 && Array.from({ length: 4 }, (_, i) => MBR_ENTRY.read(mbr, MBR_ENTRIES_AT + i * MBR_ENTRY_BYTES)).some(({ type }) => type !== 0 && type !== MBR_TYPE_PROTECTIVE);
    if (!isHybrid) {
      MBR_ENTRY.write(mbr, {
        status: 0, startHead: 0, startSector: 2, startTrack: 0, type: MBR_TYPE_PROTECTIVE, endHead: 0xff, endSector: 0xff, endTrack: 0xff, startSectorNumber: 1, sectorCount: Math.min(last, 0xffff_ffff),
      }, place);
    }
    await volume.write(0, mbr);
    await volume.flush();
  }
  return { actions };
}

const padded = (bytes: Uint8Array, length: number): Uint8Array => {
  const all = new Uint8Array(length);
  all.set(bytes);
  return all;
};

function headerSector(header: Header, sectorBytes: number): Uint8Array {
  const bytes = GPT_HEADER.encode(header, sectorBytes);
  GPT_HEADER.write(bytes, { headerCrc32: crc32(bytes.subarray(0, GPT_HEADER_BYTES)) });
  return bytes;
}

