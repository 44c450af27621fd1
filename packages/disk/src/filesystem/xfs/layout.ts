/** XFS on disk, versions 4 and 5; big endian. Reference: "XFS Algorithms & Data Structures", 3rd edition (the names without their prefixes). */
import { defineLayout } from '../../layout.ts';

export const SUPERBLOCK = defineLayout('big', {
  magic: [0, { text: 4 }],
  blockSize: [4, 'u32'],
  dataBlocks: [8, 'u64'],
  uuid: [32, { bytes: 16 }],
  logStart: [48, 'u64'],
  rootInode: [56, 'u64'],
  agBlocks: [84, 'u32'],
  agCount: [88, 'u32'],
  logBlocks: [96, 'u32'],
  version: [100, 'u16'],
  sectorSize: [102, 'u16'],
  inodeSize: [104, 'u16'],
  inodesPerBlock: [106, 'u16'],
  name: [108, { bytes: 12 }],
  blockLog: [120, 'u8'],
  sectorLog: [121, 'u8'],
  inodeLog: [122, 'u8'],
  inodesPerBlockLog: [123, 'u8'],
  agBlockLog: [124, 'u8'],
  inProgress: [126, 'u8'],
  freeDataBlocks: [144, 'u64'],
  directoryBlockLog: [192, 'u8'],
  features2: [200, 'u32'],
  readOnlyCompatible: [212, 'u32'],
  incompatible: [216, 'u32'],
});
export const SUPERBLOCK_MAGIC = 'XFSB';
export const FEATURES2_FTYPE = 0x200;
export const INCOMPATIBLE_FTYPE = 0x1;
export const INCOMPATIBLE_NEEDS_REPAIR = 0x10;
/** File types, sparse inodes, metadata UUID, big times, 64-bit extent counts, exchange range, parent pointers. */
export const READABLE_INCOMPATIBLE = 0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x20 | 0x40 | 0x80;

export const AGF = defineLayout('big', {
  magic: [0, { text: 4 }],
  length: [12, 'u32'],
  freeByBlockRoot: [16, 'u32'],
  freeByBlockLevels: [28, 'u32'],
  freeBlocks: [52, 'u32'],
  freeListBlocks: [48, 'u32'],
});
export const AGF_MAGIC = 'XAGF';

export const INODE = defineLayout('big', {
  magic: [0, { text: 2 }],
  mode: [2, 'u16'],
  version: [4, 'u8'],
  format: [5, 'u8'],
  oldLinks: [6, 'u16'],
  uid: [8, 'u32'],
  gid: [12, 'u32'],
  links: [16, 'u32'],
  bigExtents: [24, 'bits64'],
  modified: [40, 'bits64'],
  size: [56, 'u64'],
  extents: [76, 'u32'],
  forkOffset: [82, 'u8'],
  flags: [90, 'u16'],
});
export const INODE_MAGIC = 'IN';
export const INODE_V3 = defineLayout('big', { flags2: [120, 'bits64'] });
export const FORK_AT_V2 = 100;
export const FORK_AT_V3 = 176;
export const FLAG_REALTIME = 1;
export const FLAG2_BIG_TIME = 8n;
export const FLAG2_BIG_EXTENTS = 16n;

export const FORMAT_DEVICE = 0;
export const FORMAT_LOCAL = 1;
export const FORMAT_EXTENTS = 2;
export const FORMAT_BTREE = 3;

/** Nodes of B+trees: of long pointers (extent maps) and of short ones (an allocation group's). */
export const TREE_BLOCK = defineLayout('big', { magic: [0, { text: 4 }], level: [4, 'u16'], records: [6, 'u16'] });
export const MAP_MAGICS: readonly string[] = ['BMAP', 'BMA3'];
export const MAP_HEADER_BYTES = { 4: 24, 5: 72 } as const;
export const FREE_MAGICS: readonly string[] = ['ABTB', 'AB3B'];
export const FREE_HEADER_BYTES = { 4: 16, 5: 56 } as const;

export const DIRECTORY_MAGICS: readonly string[] = ['XD2B', 'XD2D', 'XDB3', 'XDD3'];
/** A directory of one block has its index at the block's end. */
export const DIRECTORY_SINGLE_MAGICS: readonly string[] = ['XD2B', 'XDB3'];
export const DIRECTORY_HEADER_BYTES = { 4: 16, 5: 64 } as const;
/** Where in a directory's address space its entries end and its index begins. */
export const DIRECTORY_DATA_BYTES = 2 ** 35;
export const FREE_TAG = 0xffff;

export const SYMLINK_HEADER_BYTES = 56;
export const SYMLINK_MAGIC = 'XSLM';

export const LOG_RECORD = defineLayout('big', {
  magic: [0, 'u32'],
  cycle: [4, 'u32'],
  length: [12, 'u32'],
  lsnCycle: [16, 'u32'],
  lsnBlock: [20, 'u32'],
  operations: [40, 'u32'],
  size: [320, 'u32'],
});
export const LOG_RECORD_MAGIC = 0xfeed_babe;
export const LOG_BLOCK_BYTES = 512;
/** A header block describes this much of a record. */
export const LOG_HEADER_COVERS = 32_768;
export const LOG_OPERATION_FLAGS_AT = 9;
export const LOG_UNMOUNT = 0x20;
