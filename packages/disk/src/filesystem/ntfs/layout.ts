/** NTFS on disk. Reference: the Linux-NTFS project's documentation, and [MS-FSCC] for reparse points. */
import { defineLayout } from '../../layout.ts';

export const BOOT_SECTOR = defineLayout('little', {
  oemName: [3, { text: 8 }],
  bytesPerSector: [11, 'u16'],
  sectorsPerCluster: [13, 'u8'],
  totalSectors: [40, 'u64'],
  mftCluster: [48, 'u64'],
  mirrorCluster: [56, 'u64'],
  clustersPerRecord: [64, 'u8'],
  clustersPerIndexBlock: [68, 'u8'],
  serial: [72, 'bits64'],
  signature: [510, 'u16'],
});
export const OEM_NAME = 'NTFS    ';

/** "FILE" and "INDX" blocks begin alike: their sectors' last two bytes are kept in the update sequence array. */
export const BLOCK = defineLayout('little', {
  magic: [0, { text: 4 }],
  updateSequenceOffset: [4, 'u16'],
  updateSequenceCount: [6, 'u16'],
});
export const UPDATE_SEQUENCE_STRIDE = 512;

export const RECORD = defineLayout('little', {
  sequence: [16, 'u16'],
  links: [18, 'u16'],
  firstAttribute: [20, 'u16'],
  flags: [22, 'u16'],
  bytesInUse: [24, 'u32'],
  baseRecordLow: [32, 'u32'],
  baseRecordHigh: [36, 'u16'],
});
export const RECORD_IN_USE = 1;
export const RECORD_DIRECTORY = 2;

export const ATTRIBUTE = defineLayout('little', {
  type: [0, 'u32'],
  length: [4, 'u32'],
  isNonResident: [8, 'u8'],
  nameLength: [9, 'u8'],
  nameOffset: [10, 'u16'],
  flags: [12, 'u16'],
});
export const RESIDENT = defineLayout('little', {
  valueLength: [16, 'u32'],
  valueOffset: [20, 'u16'],
});
export const NON_RESIDENT = defineLayout('little', {
  firstCluster: [16, 'u64'],
  lastCluster: [24, 'bits64'],
  runsOffset: [32, 'u16'],
  compressionUnit: [34, 'u16'],
  allocatedSize: [40, 'u64'],
  dataSize: [48, 'u64'],
  initializedSize: [56, 'u64'],
});
export const ATTRIBUTE_COMPRESSED = 0x00ff;
export const ATTRIBUTE_ENCRYPTED = 0x4000;

export const STANDARD_INFORMATION = 0x10;
export const ATTRIBUTE_LIST = 0x20;
export const VOLUME_NAME = 0x60;
export const VOLUME_INFORMATION = 0x70;
export const DATA = 0x80;
export const INDEX_ROOT = 0x90;
export const INDEX_ALLOCATION = 0xa0;
export const REPARSE_POINT = 0xc0;
export const END = 0xffff_ffff;

export const LIST_ENTRY = defineLayout('little', {
  type: [0, 'u32'],
  length: [4, 'u16'],
  recordLow: [16, 'u32'],
  recordHigh: [20, 'u16'],
});

export const INDEX_ROOT_HEADER = defineLayout('little', { attributeType: [0, 'u32'], blockBytes: [8, 'u32'] });
export const INDEX_ROOT_NODE_AT = 16;
export const INDEX_BLOCK_NODE_AT = 24;
export const INDEX_NODE = defineLayout('little', { firstEntry: [0, 'u32'], length: [4, 'u32'] });
export const INDEX_ENTRY = defineLayout('little', {
  recordLow: [0, 'u32'],
  recordHigh: [4, 'u16'],
  length: [8, 'u16'],
  keyLength: [10, 'u16'],
  flags: [12, 'u16'],
});
export const INDEX_ENTRY_KEY_AT = 16;
export const ENTRY_HAS_SUBNODE = 1;
export const ENTRY_IS_LAST = 2;

/** The key of a directory's index. */
export const NAME = defineLayout('little', {
  nameLength: [64, 'u8'],
  namespace: [65, 'u8'],
});
export const NAME_TEXT_AT = 66;
export const NAMESPACE_DOS = 2;

export const RECORD_MFT = 0;
export const RECORD_LOG = 2;
export const RECORD_VOLUME = 3;
export const RECORD_ROOT = 5;
export const RECORD_BITMAP = 6;
/** Those before are the file system's own. */
export const FIRST_USER_RECORD = 16;

export const VOLUME_DIRTY = 1;
export const VOLUME_FLAGS_AT = 10;

export const STANDARD = defineLayout('little', { modified: [8, 'bits64'], fileAttributes: [32, 'u32'] });
export const FILE_READ_ONLY = 1;

export const REPARSE = defineLayout('little', { tag: [0, 'u32'], length: [4, 'u16'] });
export const REPARSE_DATA_AT = 8;
export const TAG_MOUNT_POINT = 0xa000_0003;
export const TAG_SYMLINK = 0xa000_000c;
export const TAG_LINUX_SYMLINK = 0xa000_001d;
export const TAG_WOF = 0x8000_0017;
export const TAG_DEDUPLICATION = 0x8000_0013;

/** $LogFile begins with two restart pages; the one with the higher number of its last record counts. */
export const RESTART_PAGE_BYTES = 4096;
export const RESTART_PAGE = defineLayout('little', { magic: [0, { text: 4 }], restartOffset: [24, 'u16'] });
export const RESTART_MAGIC = 'RSTR';
export const RESTART_AREA = defineLayout('little', { currentLsn: [0, 'bits64'], clientInUse: [12, 'u16'], flags: [14, 'u16'] });
export const NO_CLIENT = 0xffff;
export const RESTART_CLEAN = 2;
