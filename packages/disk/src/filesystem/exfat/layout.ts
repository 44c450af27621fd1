/** exFAT on disk. Reference: Microsoft, "exFAT file system specification" 1.00 (the names in its section 3 and 7). */
import { defineLayout } from '../../layout.ts';

export const BOOT_SECTOR = defineLayout('little', {
  fileSystemName: [3, { text: 8 }],
  volumeLength: [72, 'u64'],
  fatOffset: [80, 'u32'],
  fatLength: [84, 'u32'],
  clusterHeapOffset: [88, 'u32'],
  clusterCount: [92, 'u32'],
  rootCluster: [96, 'u32'],
  serial: [100, 'u32'],
  revision: [104, 'u16'],
  volumeFlags: [106, 'u16'],
  bytesPerSectorShift: [108, 'u8'],
  sectorsPerClusterShift: [109, 'u8'],
  fats: [110, 'u8'],
  percentInUse: [112, 'u8'],
});
export const FILE_SYSTEM_NAME = 'EXFAT   ';
export const VOLUME_FLAGS_AT = 106;
export const PERCENT_IN_USE_AT = 112;
export const ACTIVE_FAT = 1;
export const VOLUME_DIRTY = 2;

export const ENTRY_BYTES = 32;
export const IN_USE = 0x80;
export const BITMAP = 0x81;
export const UPCASE = 0x82;
export const LABEL = 0x83;
export const FILE = 0x85;
export const STREAM = 0xc0;
export const NAME = 0xc1;

/** The bitmap and the up-case table. */
export const TABLE_ENTRY = defineLayout('little', { type: [0, 'u8'], flags: [1, 'u8'], firstCluster: [20, 'u32'], dataLength: [24, 'u64'] });
export const FILE_ENTRY = defineLayout('little', {
  type: [0, 'u8'],
  secondaryCount: [1, 'u8'],
  setChecksum: [2, 'u16'],
  attributes: [4, 'u16'],
  createTime: [8, 'u32'],
  modifyTime: [12, 'u32'],
  accessTime: [16, 'u32'],
  createTenths: [20, 'u8'],
  modifyTenths: [21, 'u8'],
  createZone: [22, 'u8'],
  modifyZone: [23, 'u8'],
  accessZone: [24, 'u8'],
});
export const STREAM_ENTRY = defineLayout('little', {
  type: [0, 'u8'],
  flags: [1, 'u8'],
  nameLength: [3, 'u8'],
  nameHash: [4, 'u16'],
  validDataLength: [8, 'u64'],
  firstCluster: [20, 'u32'],
  dataLength: [24, 'u64'],
});
export const NAME_LETTERS = 15;
export const ALLOCATION_POSSIBLE = 1;
export const NO_FAT_CHAIN = 2;

export const READ_ONLY = 0x01;
export const DIRECTORY = 0x10;
export const ARCHIVE = 0x20;

export const END_OF_CHAIN = 0xffff_ffff;
export const MOST_CLUSTERS = 0xffff_fff5;
export const MOST_DIRECTORY_BYTES = 256 * 1024 * 1024;
export const MOST_UPCASE_BYTES = 128 * 1024;
