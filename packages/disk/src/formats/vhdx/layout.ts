/**
 * The structures of a VHDX: "[MS-VHDX]: Virtual Hard Disk v2 (VHDX) File Format", revision 6.0. Numbers are little-endian; sections in comments are that document's.
 */
import { defineLayout } from '../../layout.ts';
import type { LayoutValue } from '../../layout.ts';

const KIB = 1024;
export const MIB = 1024 * KIB;
/** All regions and blocks begin at a multiple of it. */
export const ALIGNMENT = MIB;
export const NO_GUID = '00000000-0000-0000-0000-000000000000';

/** 2.2.1 File Type Identifier. */
export const FILE_SIGNATURE = 'vhdxfile';
export const IDENTIFIER = defineLayout('little', { signature: [0, { text: 8 }], creator: [8, { bytes: 512 }] });

/** 2.2.2 Headers: the one with a right checksum and the higher number counts. */
export const HEADER = defineLayout('little', {
  signature: [0, { text: 4 }],
  checksum: [4, 'u32'],
  sequenceNumber: [8, 'bits64'],
  /** Changed before a writer changes anything in the file. */
  fileWriteGuid: [16, 'guid'],
  /** Changed before a writer changes what is to be seen of the disk. */
  dataWriteGuid: [32, 'guid'],
  /** Zero: there is nothing in the log. */
  logGuid: [48, 'guid'],
  logVersion: [64, 'u16'],
  version: [66, 'u16'],
  logLength: [68, 'u32'],
  logOffset: [72, 'u64'],
});
export type HeaderFields = LayoutValue<typeof HEADER.fields>;
export const HEADER_SIGNATURE = 'head';
export const HEADER_BYTES = 4 * KIB;
export const HEADERS_AT = [64 * KIB, 128 * KIB] as const;
export const VERSION = 1;

/** 2.2.3 Region Table. */
export const REGION_TABLE = defineLayout('little', { signature: [0, { text: 4 }], checksum: [4, 'u32'], entryCount: [8, 'u32'] });
export const REGION_ENTRY = defineLayout('little', { guid: [0, 'guid'], fileOffset: [16, 'u64'], length: [24, 'u32'], required: [28, 'u32'] });
export const REGION_SIGNATURE = 'regi';
export const REGION_TABLE_BYTES = 64 * KIB;
export const REGION_TABLES_AT = [192 * KIB, 256 * KIB] as const;
export const REGION_ENTRIES_AT = 16;
export const REGION_ENTRY_BYTES = 32;
export const MOST_REGION_ENTRIES = 2047;
export const REGION = { bat: '2dc27766-f623-4200-9d64-115e9bfd4a08', metadata: '8b7ca206-4790-4b9a-b8fe-575f050f886e' } as const;

/** 2.3 Log. */
export const LOG_ENTRY = defineLayout('little', {
  signature: [0, { text: 4 }],
  checksum: [4, 'u32'],
  entryLength: [8, 'u32'],
  /** Of the first entry that has to be replayed when this one is the last, in the log. */
  tail: [12, 'u32'],
  sequenceNumber: [16, 'bits64'],
  descriptorCount: [24, 'u32'],
  logGuid: [32, 'guid'],
  /** The file was at least so long when the entry was written. */
  flushedFileOffset: [48, 'u64'],
  /** And has to be so long when it has been replayed. */
  lastFileOffset: [56, 'u64'],
});
export const LOG_SIGNATURE = 'loge';
export const LOG_HEADER_BYTES = 64;
export const LOG_SECTOR_BYTES = 4 * KIB;
export const DESCRIPTOR_BYTES = 32;
/** 2.3.1.2 and 2.3.1.3. */
export const ZERO_DESCRIPTOR = defineLayout('little', { signature: [0, { text: 4 }], zeroLength: [8, 'u64'], fileOffset: [16, 'u64'], sequenceNumber: [24, 'bits64'] });
export const DATA_DESCRIPTOR = defineLayout('little', {
  signature: [0, { text: 4 }], trailingBytes: [4, { bytes: 4 }], leadingBytes: [8, { bytes: 8 }], fileOffset: [16, 'u64'], sequenceNumber: [24, 'bits64'],
});
export const ZERO_SIGNATURE = 'zero';
export const DATA_SIGNATURE = 'desc';
/** 2.3.1.4 Data Sector: the first eight and the last four bytes of what is logged are in the descriptor. */
export const DATA_SECTOR = defineLayout('little', { signature: [0, { text: 4 }], sequenceHigh: [4, 'u32'], data: [8, { bytes: 4084 }], sequenceLow: [4092, 'u32'] });
export const DATA_SECTOR_SIGNATURE = 'data';
export const LEADING_BYTES = 8;
export const TRAILING_BYTES = 4;

/** 2.6 Metadata Region. */
export const METADATA_TABLE = defineLayout('little', { signature: [0, { text: 8 }], entryCount: [10, 'u16'] });
export const METADATA_ENTRY = defineLayout('little', { itemId: [0, 'guid'], offset: [16, 'u32'], length: [20, 'u32'], flags: [24, 'u32'] });
export const METADATA_SIGNATURE = 'metadata';
export const METADATA_TABLE_BYTES = 64 * KIB;
export const METADATA_ENTRIES_AT = 32;
export const METADATA_ENTRY_BYTES = 32;
export const MOST_METADATA_ENTRIES = 1023;
export const METADATA_FLAG = { isUser: 1, isVirtualDisk: 2, isRequired: 4 } as const;

export const ITEM = {
  fileParameters: 'caa16737-fa36-4d43-b3b6-33f0aa44e76b',
  virtualDiskSize: '2fa54224-cd1b-4876-b211-5dbed83bf4b8',
  virtualDiskId: 'beca12ab-b2e6-4523-93ef-c309e000c746',
  logicalSectorSize: '8141bf1d-a96f-4709-ba47-f233a8faab5f',
  physicalSectorSize: 'cda348c7-445d-4471-9cc9-e9885251c556',
  parentLocator: 'a8d35f2d-b30b-454d-abf7-d3d84834ab0c',
} as const;

/** 2.6.2.1 File Parameters. */
export const FILE_PARAMETERS = defineLayout('little', { blockSize: [0, 'u32'], flags: [4, 'u32'] });
export const FILE_FLAG = { leaveBlocksAllocated: 1, hasParent: 2 } as const;
export const VIRTUAL_DISK_SIZE = defineLayout('little', { size: [0, 'u64'] });
export const SECTOR_SIZE = defineLayout('little', { size: [0, 'u32'] });

/** 2.6.2.6 Parent Locator. */
export const PARENT_LOCATOR = defineLayout('little', { type: [0, 'guid'], keyValueCount: [18, 'u16'] });
export const PARENT_LOCATOR_ENTRY = defineLayout('little', { keyOffset: [0, 'u32'], valueOffset: [4, 'u32'], keyLength: [8, 'u16'], valueLength: [10, 'u16'] });
export const PARENT_ENTRIES_AT = 20;
export const PARENT_ENTRY_BYTES = 12;
export const PARENT_LOCATOR_TYPE = 'b04aefb7-d19e-4a81-b789-25b8e9445913';

/** 2.5.1 BAT Entry: the state in bits 0 to 2, the place in the file in bits 20 to 63, in MiB. */
export const BAT_ENTRY_BYTES = 8;
export const BLOCK = { notPresent: 0, undefined: 1, zero: 2, unmapped: 3, fullyPresent: 6, partiallyPresent: 7 } as const;
export const BITMAP_PRESENT = 6;
/** The bits of a sector bitmap: as many sectors as have a bitmap of 1 MiB are a chunk. */
export const BITMAP_BYTES = MIB;
const CHUNK_SECTORS = BITMAP_BYTES * 8;

export const chunkRatio = (blockBytes: number, sectorBytes: number): number => (CHUNK_SECTORS * sectorBytes) / blockBytes;

/** Bounds: what the format allows, or what nobody needs more of. */
export const MOST_DISK_BYTES = 64 * 1024 * 1024 * MIB;
export const LEAST_BLOCK_BYTES = MIB;
export const MOST_BLOCK_BYTES = 256 * MIB;
export const MOST_LOG_BYTES = 64 * MIB;
export const MOST_METADATA_BYTES = 128 * MIB;
export const MOST_ITEM_BYTES = MIB;
/** A file that holds the largest disk and its tables. */
export const MOST_FILE_BYTES = 2 * MOST_DISK_BYTES;

export const toMib = (bytes: number): number => Math.ceil(bytes / MIB) * MIB;
