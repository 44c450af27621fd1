/** Partition tables on disk: the master boot record (UEFI 2.10 §5.2) and the GUID partition table (§5.3). */
import { defineLayout } from '../layout.ts';

export const MBR_BYTES = 512;
export const MBR_SIGNATURE = 0xaa55;
export const MBR_ENTRIES_AT = 446;
export const MBR_ENTRY_BYTES = 16;
export const MBR_ENTRIES = 4;

/** UEFI 2.10 table 5.1. Extended boot records have the same layout, with two entries in use. */
export const MBR = defineLayout('little', {
  diskSignature: [440, 'u32'],
  signature: [510, 'u16'],
});

/** UEFI 2.10 table 5.2. Addresses are in sectors. */
export const MBR_ENTRY = defineLayout('little', {
  status: [0, 'u8'],
  startHead: [1, 'u8'],
  startSector: [2, 'u8'],
  startTrack: [3, 'u8'],
  type: [4, 'u8'],
  endHead: [5, 'u8'],
  endSector: [6, 'u8'],
  endTrack: [7, 'u8'],
  startSectorNumber: [8, 'u32'],
  sectorCount: [12, 'u32'],
});

export const MBR_TYPE_PROTECTIVE = 0xee;
export const MBR_EXTENDED_TYPES: ReadonlySet<number> = new Set([0x05, 0x0f, 0x85]);

export const GPT_SIGNATURE = 'EFI PART';
export const GPT_HEADER_BYTES = 92;

/** UEFI 2.10 table 5.5. */
export const GPT_HEADER = defineLayout('little', {
  signature: [0, { text: 8 }],
  revision: [8, 'u32'],
  headerSize: [12, 'u32'],
  headerCrc32: [16, 'u32'],
  myLba: [24, 'u64'],
  alternateLba: [32, 'u64'],
  firstUsableLba: [40, 'u64'],
  lastUsableLba: [48, 'u64'],
  diskGuid: [56, 'guid'],
  partitionEntryLba: [72, 'u64'],
  numberOfPartitionEntries: [80, 'u32'],
  sizeOfPartitionEntry: [84, 'u32'],
  partitionEntryArrayCrc32: [88, 'u32'],
});

/** UEFI 2.10 table 5.6. */
export const GPT_ENTRY = defineLayout('little', {
  partitionTypeGuid: [0, 'guid'],
  uniquePartitionGuid: [16, 'guid'],
  startingLba: [32, 'u64'],
  endingLba: [40, 'u64'],
  attributes: [48, 'bits64'],
  partitionName: [56, { bytes: 72 }],
});

/** What a type of an MBR entry is for, as partitioning programs call it. */
export const MBR_TYPE_NAMES: Readonly<Record<number, string>> = {
  0x01: 'FAT12', 0x04: 'FAT16 (below 32 MiB)', 0x05: 'extended', 0x06: 'FAT16', 0x07: 'NTFS or exFAT', 0x0b: 'FAT32', 0x0c: 'FAT32 (LBA)', 0x0e: 'FAT16 (LBA)', 0x0f: 'extended (LBA)',
  0x11: 'hidden FAT12', 0x27: 'Windows recovery', 0x42: 'Windows dynamic disk', 0x82: 'Linux swap', 0x83: 'Linux', 0x85: 'Linux extended', 0x8e: 'Linux LVM', 0xa5: 'FreeBSD', 0xa6: 'OpenBSD', 0xa9: 'NetBSD',
  0xaf: 'Apple HFS+', 0xee: 'GPT protective', 0xef: 'EFI system', 0xfb: 'VMware VMFS', 0xfd: 'Linux RAID',
};

/** The types of GPT entries that are met in guests' disks (UEFI 2.10 table 5.7; the Discoverable Partitions Specification; the vendors' own). */
export const GPT_TYPE_NAMES: Readonly<Record<string, string>> = {
  'c12a7328-f81f-11d2-ba4b-00a0c93ec93b': 'EFI system',
  '024dee41-33e7-11d3-9d69-0008c781f39f': 'MBR partition scheme',
  '21686148-6449-6e6f-744e-656564454649': 'BIOS boot',
  'e3c9e316-0b5c-4db8-817d-f92df00215ae': 'Microsoft reserved',
  'ebd0a0a2-b9e5-4433-87c0-68b6b72699c7': 'Microsoft basic data',
  'de94bba4-06d1-4d40-a16a-bfd50179d6ac': 'Windows recovery',
  '5808c8aa-7e8f-42e0-85d2-e1e90434cfb3': 'Windows LDM metadata',
  'af9b60a0-1431-4f62-bc68-3311714a69ad': 'Windows LDM data',
  '0fc63daf-8483-4772-8e79-3d69d8477de4': 'Linux file system',
  '4f68bce3-e8cd-4db1-96e7-fbcaf984b709': 'Linux root (x86-64)',
  '44479540-f297-41b2-9af7-d131d5f0458a': 'Linux root (x86)',
  'b921b045-1df0-41c3-af44-4c6f280d3fae': 'Linux root (ARM64)',
  'bc13c2ff-59e6-4262-a352-b275fd6f7172': 'Linux extended boot',
  '0657fd6d-a4ab-43c4-84e5-0933c84b4f4f': 'Linux swap',
  'e6d6d379-f507-44c2-a23c-238f2a3df928': 'Linux LVM',
  'a19d880f-05fc-4d3b-a006-743f0f84911e': 'Linux RAID',
  '933ac7e1-2eb4-4f13-b844-0e14e2aef915': 'Linux home',
  '48465300-0000-11aa-aa11-00306543ecac': 'Apple HFS+',
  '7c3457ef-0000-11aa-aa11-00306543ecac': 'Apple APFS',
  '516e7cb4-6ecf-11d6-8ff8-00022d09712b': 'FreeBSD data',
  '516e7cb6-6ecf-11d6-8ff8-00022d09712b': 'FreeBSD UFS',
  'aa31e02a-400f-11db-9590-000c2911d1b8': 'VMware VMFS',
};
