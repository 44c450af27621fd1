/**
 * The structures of a VHD: "Virtual Hard Disk Image Format Specification", version 1.0 (Microsoft, 2006). Numbers are big-endian, places in sectors of 512 bytes or in bytes as said.
 */
import { defineLayout } from '../../layout.ts';
import type { LayoutValue } from '../../layout.ts';

export const SECTOR_BYTES = 512;
export const FOOTER_COOKIE = 'conectix';
export const HEADER_COOKIE = 'cxsparse';

/** "Hard Disk Footer Format". At the end of the file; a dynamic or differencing disk has a copy in its first sector. */
export const FOOTER = defineLayout('big', {
  cookie: [0, { text: 8 }],
  features: [8, 'u32'],
  fileFormatVersion: [12, 'u32'],
  /** Of the dynamic disk header; all ones in a fixed disk. */
  dataOffset: [16, 'bits64'],
  /** Seconds since 2000. */
  timeStamp: [24, 'u32'],
  creatorApplication: [28, { text: 4 }],
  creatorVersion: [32, 'u32'],
  creatorHostOs: [36, { text: 4 }],
  originalSize: [40, 'u64'],
  currentSize: [48, 'u64'],
  cylinders: [56, 'u16'],
  heads: [58, 'u8'],
  sectorsPerTrack: [59, 'u8'],
  diskType: [60, 'u32'],
  checksum: [64, 'u32'],
  uniqueId: [68, { bytes: 16 }],
  savedState: [84, 'u8'],
});
export type FooterFields = LayoutValue<typeof FOOTER.fields>;
export const FOOTER_BYTES = 512;
/** Virtual PC before 2004 left out the last, reserved byte. */
export const OLD_FOOTER_BYTES = 511;

export const DISK_TYPE = { fixed: 2, dynamic: 3, differencing: 4 } as const;
/** "Reserved": always set. */
export const FEATURES = 2;
export const FILE_FORMAT_VERSION = 0x0001_0000;
export const NO_OFFSET = 0xffff_ffff_ffff_ffffn;

/** "Dynamic Disk Header Format". */
export const HEADER = defineLayout('big', {
  cookie: [0, { text: 8 }],
  dataOffset: [8, 'bits64'],
  /** Of the block allocation table, in bytes. */
  tableOffset: [16, 'u64'],
  headerVersion: [24, 'u32'],
  maxTableEntries: [28, 'u32'],
  /** In bytes, without the bitmap. */
  blockSize: [32, 'u32'],
  checksum: [36, 'u32'],
  parentUniqueId: [40, { bytes: 16 }],
  parentTimeStamp: [56, 'u32'],
  /** UTF-16, big-endian. */
  parentUnicodeName: [64, { bytes: 512 }],
});
export type HeaderFields = LayoutValue<typeof HEADER.fields>;
export const HEADER_BYTES = 1024;
export const HEADER_VERSION = 0x0001_0000;

/** "Parent Locator Entry". */
export const LOCATOR = defineLayout('big', {
  platformCode: [0, { text: 4 }],
  /** Room for the name; sectors by the specification, bytes in what Windows writes. */
  platformDataSpace: [4, 'u32'],
  /** Of the name, in bytes. */
  platformDataLength: [8, 'u32'],
  platformDataOffset: [16, 'u64'],
});
export const LOCATORS_AT = 576;
export const LOCATOR_BYTES = 24;
export const LOCATOR_COUNT = 8;
/** A path of Windows has at most 32767 letters. */
export const MOST_LOCATOR_BYTES = 64 * 1024;

/** "Block Allocation Table and Data Blocks": an entry is the sector of a block's bitmap, which its data follows. */
export const ENTRY_BYTES = 4;
export const UNUSED_ENTRY = 0xffff_ffff;

export const DEFAULT_BLOCK_BYTES = 2 * 1024 * 1024;
/** Nobody makes larger ones, and a smaller number would make the table of a small disk large. */
export const MOST_BLOCK_BYTES = 256 * 1024 * 1024;
/** 2040 GiB in blocks of 128 KiB. */
export const MOST_ENTRIES = 16 * 1024 * 1024;
/** What Hyper-V accepts. */
export const MOST_DISK_BYTES = 2040 * 1024 * 1024 * 1024;

/** Bytes of the bitmap before a block: a bit a sector, in whole sectors. */
export const bitmapBytesOf = (blockBytes: number): number => Math.ceil(blockBytes / SECTOR_BYTES / 8 / SECTOR_BYTES) * SECTOR_BYTES;

export const toSectors = (bytes: number): number => Math.ceil(bytes / SECTOR_BYTES) * SECTOR_BYTES;

/** "Checksum": one's complement of the sum of all bytes, the field itself taken for zero. */
export function checksumOf(bytes: Uint8Array, fieldAt: number): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i++) if (i < fieldAt || i >= fieldAt + 4) sum += bytes[i]!;
  return ~sum >>> 0;
}

const EPOCH_MS = Date.UTC(2000, 0, 1);
export const timeStampOf = (nowMs: number): number => Math.max(0, Math.floor((nowMs - EPOCH_MS) / 1000)) >>> 0;
export const timeOf = (timeStamp: number): string => new Date(EPOCH_MS + timeStamp * 1000).toISOString();
