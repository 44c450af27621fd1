/** FAT12, FAT16 and FAT32 on disk. Reference: Microsoft, "FAT: General Overview of On-Disk Format" 1.03 (the names without their prefixes), and ECMA-107. */
import { defineLayout } from '../../layout.ts';

export const BOOT_SECTOR_BYTES = 512;
export const BOOT_SIGNATURE = 0xaa55;

export const BOOT_SECTOR = defineLayout('little', {
  jump: [0, { bytes: 3 }],
  oemName: [3, { text: 8 }],
  bytesPerSector: [11, 'u16'],
  sectorsPerCluster: [13, 'u8'],
  reservedSectors: [14, 'u16'],
  fats: [16, 'u8'],
  rootEntries: [17, 'u16'],
  totalSectors16: [19, 'u16'],
  media: [21, 'u8'],
  fatSectors16: [22, 'u16'],
  sectorsPerTrack: [24, 'u16'],
  heads: [26, 'u16'],
  hiddenSectors: [28, 'u32'],
  totalSectors32: [32, 'u32'],
  signature: [510, 'u16'],
});

/** From offset 36 on FAT12 and FAT16. */
export const BOOT_SECTOR_16 = defineLayout('little', {
  drive: [36, 'u8'],
  extendedSignature: [38, 'u8'],
  serial: [39, 'u32'],
  label: [43, { text: 11 }],
  type: [54, { text: 8 }],
});

/** From offset 36 on FAT32. */
export const BOOT_SECTOR_32 = defineLayout('little', {
  fatSectors32: [36, 'u32'],
  extendedFlags: [40, 'u16'],
  version: [42, 'u16'],
  rootCluster: [44, 'u32'],
  infoSector: [48, 'u16'],
  backupSector: [50, 'u16'],
  drive: [64, 'u8'],
  extendedSignature: [66, 'u8'],
  serial: [67, 'u32'],
  label: [71, { text: 11 }],
  type: [82, { text: 8 }],
});
export const EXTENDED_SIGNATURE = 0x29;

export const INFO_SECTOR = defineLayout('little', {
  leadSignature: [0, 'u32'],
  structureSignature: [484, 'u32'],
  freeCount: [488, 'u32'],
  nextFree: [492, 'u32'],
  trailSignature: [508, 'u32'],
});
export const INFO_LEAD = 0x4161_5252;
export const INFO_STRUCTURE = 0x6141_7272;
export const INFO_TRAIL = 0xaa55_0000;

export const ENTRY_BYTES = 32;
export const ENTRY = defineLayout('little', {
  name: [0, { bytes: 11 }],
  attributes: [11, 'u8'],
  caseFlags: [12, 'u8'],
  createTenths: [13, 'u8'],
  createTime: [14, 'u16'],
  createDate: [16, 'u16'],
  accessDate: [18, 'u16'],
  clusterHigh: [20, 'u16'],
  writeTime: [22, 'u16'],
  writeDate: [24, 'u16'],
  clusterLow: [26, 'u16'],
  size: [28, 'u32'],
});
export const READ_ONLY = 0x01;
export const VOLUME_LABEL = 0x08;
export const DIRECTORY = 0x10;
export const ARCHIVE = 0x20;
export const LONG_NAME = 0x0f;
export const LOWER_BASE = 0x08;
export const LOWER_EXTENSION = 0x10;

/** Where the thirteen letters of a long name are in its entry. */
export const LONG_NAME_AT = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30] as const;
export const LONG_NAME_LETTERS = LONG_NAME_AT.length;
export const LONG_NAME_LAST = 0x40;
export const DELETED = 0xe5;

/** Fewer clusters than this are FAT12, or FAT16: nothing else tells them apart. */
export const LEAST_CLUSTERS_16 = 4085;
export const LEAST_CLUSTERS_32 = 65525;
export const MOST_CLUSTERS_32 = 0x0fff_fff5;
/** A directory has at most 65536 entries. */
export const MOST_DIRECTORY_BYTES = 65_536 * ENTRY_BYTES;
