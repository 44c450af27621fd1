/** ext2, ext3 and ext4 on disk. Reference: Linux, Documentation/filesystems/ext4 (superblock, group descriptors, inodes, directories, the journal). */
import { defineLayout } from '../../layout.ts';

export const SUPERBLOCK_AT = 1024;
export const SUPERBLOCK_BYTES = 1024;
export const EXT_MAGIC = 0xef53;

/** ext4: "Super Block". */
export const SUPERBLOCK = defineLayout('little', {
  inodesCount: [0x0, 'u32'],
  blocksCountLow: [0x4, 'u32'],
  reservedBlocksLow: [0x8, 'u32'],
  freeBlocksLow: [0xc, 'u32'],
  freeInodes: [0x10, 'u32'],
  firstDataBlock: [0x14, 'u32'],
  logBlockSize: [0x18, 'u32'],
  logClusterSize: [0x1c, 'u32'],
  blocksPerGroup: [0x20, 'u32'],
  clustersPerGroup: [0x24, 'u32'],
  inodesPerGroup: [0x28, 'u32'],
  mountTime: [0x2c, 'u32'],
  writeTime: [0x30, 'u32'],
  mountCount: [0x34, 'u16'],
  maxMountCount: [0x36, 'u16'],
  magic: [0x38, 'u16'],
  state: [0x3a, 'u16'],
  errors: [0x3c, 'u16'],
  minorRevision: [0x3e, 'u16'],
  lastCheck: [0x40, 'u32'],
  checkInterval: [0x44, 'u32'],
  creatorOs: [0x48, 'u32'],
  revision: [0x4c, 'u32'],
  firstInode: [0x54, 'u32'],
  inodeSize: [0x58, 'u16'],
  blockGroup: [0x5a, 'u16'],
  compatible: [0x5c, 'u32'],
  incompatible: [0x60, 'u32'],
  readOnlyCompatible: [0x64, 'u32'],
  uuid: [0x68, { bytes: 16 }],
  volumeName: [0x78, { bytes: 16 }],
  reservedGdtBlocks: [0xce, 'u16'],
  journalUuid: [0xd0, { bytes: 16 }],
  journalInode: [0xe0, 'u32'],
  journalDevice: [0xe4, 'u32'],
  lastOrphan: [0xe8, 'u32'],
  hashSeed: [0xec, { bytes: 16 }],
  hashVersion: [0xfc, 'u8'],
  journalBackupType: [0xfd, 'u8'],
  descriptorSize: [0xfe, 'u16'],
  mountOptions: [0x100, 'u32'],
  firstMetaBlockGroup: [0x104, 'u32'],
  makeTime: [0x108, 'u32'],
  journalBlocks: [0x10c, { bytes: 68 }],
  blocksCountHigh: [0x150, 'u32'],
  reservedBlocksHigh: [0x154, 'u32'],
  freeBlocksHigh: [0x158, 'u32'],
  minExtraIsize: [0x15c, 'u16'],
  wantExtraIsize: [0x15e, 'u16'],
  flags: [0x160, 'u32'],
  logGroupsPerFlex: [0x174, 'u8'],
  checksumType: [0x175, 'u8'],
  backupGroups: [0x24c, { bytes: 8 }],
  checksumSeed: [0x270, 'u32'],
  checksum: [0x3fc, 'u32'],
});

export const STATE_CLEAN = 1;
export const STATE_ERRORS = 2;
export const CHECKSUM_CRC32C = 1;

/** `compatible` */
export const HAS_JOURNAL = 0x4;
export const DIR_INDEX = 0x20;
export const SPARSE_SUPER2 = 0x200;

/** `incompatible` */
export const FILETYPE = 0x2;
export const RECOVER = 0x4;
export const JOURNAL_DEVICE = 0x8;
export const META_BG = 0x10;
export const EXTENTS = 0x40;
export const BITS_64 = 0x80;
const MMP = 0x100;
const FLEX_BG = 0x200;
const EA_INODE = 0x400;
export const CHECKSUM_SEED = 0x2000;
const LARGE_DIRECTORY = 0x4000;
const INLINE_DATA = 0x8000;
const ENCRYPT = 0x1_0000;
const CASEFOLD = 0x2_0000;

/** `readOnlyCompatible` */
export const SPARSE_SUPER = 0x1;
export const LARGE_FILE = 0x2;
export const HUGE_FILE = 0x8;
export const GDT_CHECKSUM = 0x10;
export const DIR_NLINK = 0x20;
export const EXTRA_ISIZE = 0x40;
export const BIGALLOC = 0x200;
export const METADATA_CHECKSUM = 0x400;

export const READABLE_INCOMPATIBLE = FILETYPE | RECOVER | META_BG | EXTENTS | BITS_64 | MMP | FLEX_BG | EA_INODE | CHECKSUM_SEED | LARGE_DIRECTORY | INLINE_DATA | ENCRYPT | CASEFOLD;
export const WRITABLE_INCOMPATIBLE = FILETYPE | RECOVER | META_BG | EXTENTS | BITS_64 | FLEX_BG | CHECKSUM_SEED;
export const WRITABLE_READ_ONLY_COMPATIBLE = SPARSE_SUPER | LARGE_FILE | HUGE_FILE | GDT_CHECKSUM | DIR_NLINK | EXTRA_ISIZE | METADATA_CHECKSUM;

/** ext4: "Block Group Descriptors". The high halves are there when descriptors have 64 bytes. */
export const GROUP_LOW = defineLayout('little', {
  blockBitmap: [0x0, 'u32'],
  inodeBitmap: [0x4, 'u32'],
  inodeTable: [0x8, 'u32'],
  freeBlocks: [0xc, 'u16'],
  freeInodes: [0xe, 'u16'],
  usedDirectories: [0x10, 'u16'],
  flags: [0x12, 'u16'],
  excludeBitmap: [0x14, 'u32'],
  blockBitmapChecksum: [0x18, 'u16'],
  inodeBitmapChecksum: [0x1a, 'u16'],
  unusedInodes: [0x1c, 'u16'],
  checksum: [0x1e, 'u16'],
});
export const GROUP_HIGH = defineLayout('little', {
  blockBitmapHigh: [0x20, 'u32'],
  inodeBitmapHigh: [0x24, 'u32'],
  inodeTableHigh: [0x28, 'u32'],
  freeBlocksHigh: [0x2c, 'u16'],
  freeInodesHigh: [0x2e, 'u16'],
  usedDirectoriesHigh: [0x30, 'u16'],
  unusedInodesHigh: [0x32, 'u16'],
  blockBitmapChecksumHigh: [0x38, 'u16'],
  inodeBitmapChecksumHigh: [0x3a, 'u16'],
});
export const GROUP_CHECKSUM_AT = 0x1e;
export const INODE_UNINIT = 1;
export const BLOCK_UNINIT = 2;
export const INODE_ZEROED = 4;

export const ROOT_INODE = 2;
export const JOURNAL_INODE = 8;

/** ext4: "Index Nodes". */
export const INODE = defineLayout('little', {
  mode: [0x0, 'u16'],
  uid: [0x2, 'u16'],
  sizeLow: [0x4, 'u32'],
  accessTime: [0x8, 'u32'],
  changeTime: [0xc, 'u32'],
  modifyTime: [0x10, 'u32'],
  deleteTime: [0x14, 'u32'],
  gid: [0x18, 'u16'],
  links: [0x1a, 'u16'],
  blocksLow: [0x1c, 'u32'],
  flags: [0x20, 'u32'],
  block: [0x28, { bytes: 60 }],
  generation: [0x64, 'u32'],
  fileAcl: [0x68, 'u32'],
  sizeHigh: [0x6c, 'u32'],
  blocksHigh: [0x74, 'u16'],
  fileAclHigh: [0x76, 'u16'],
  uidHigh: [0x78, 'u16'],
  gidHigh: [0x7a, 'u16'],
  checksumLow: [0x7c, 'u16'],
});
/** In inodes of more than 128 bytes, as far as `extraSize` goes. */
export const INODE_EXTRA = defineLayout('little', {
  extraSize: [0x80, 'u16'],
  checksumHigh: [0x82, 'u16'],
  changeTimeExtra: [0x84, 'u32'],
  modifyTimeExtra: [0x88, 'u32'],
  accessTimeExtra: [0x8c, 'u32'],
  createTime: [0x90, 'u32'],
  createTimeExtra: [0x94, 'u32'],
});
export const INODE_SMALL_BYTES = 128;
export const INODE_BLOCK_BYTES = 60;
export const EXTRA_ISIZE_BYTES = 32;

export const FLAG_INDEX = 0x1000;
export const FLAG_HUGE_FILE = 0x4_0000;
export const FLAG_EXTENTS = 0x8_0000;
export const FLAG_ENCRYPTED = 0x800;
export const FLAG_IMMUTABLE = 0x10;
export const FLAG_VERITY = 0x10_0000;
export const FLAG_INLINE = 0x1000_0000;

/** ext4: "Extent Tree". */
export const EXTENT_MAGIC = 0xf30a;
export const EXTENT_HEADER = defineLayout('little', {
  magic: [0, 'u16'],
  entries: [2, 'u16'],
  max: [4, 'u16'],
  depth: [6, 'u16'],
  generation: [8, 'u32'],
});
export const EXTENT_BYTES = 12;
/** In an inode there is room for a header and four extents. */
export const EXTENTS_IN_INODE = 4;
export const MOST_EXTENT_DEPTH = 5;
/** A longer length means that the extent is allocated and not yet written: it reads as zeros. */
export const MOST_INITIALIZED_BLOCKS = 0x8000;

/** Directory entries: inode u32, record length u16, name length u8, type u8, the name. */
export const DIRECTORY_ENTRY_BYTES = 8;
/** The last twelve bytes of a block with a checksum look like an entry without a name, of type 0xde. */
export const DIRECTORY_TAIL_BYTES = 12;
export const DIRECTORY_TAIL_TYPE = 0xde;

/** Extended attributes inside an inode: where file contents of up to about 150 bytes may be. */
export const XATTR_MAGIC = 0xea02_0000;
export const XATTR_INDEX_SYSTEM = 7;

export const MODE_KIND_MASK = 0xf000;

/** The journal (JBD2), big endian. */
export const JOURNAL_MAGIC = 0xc03b_3998;
export const JOURNAL_HEADER = defineLayout('big', {
  magic: [0, 'u32'],
  blockType: [4, 'u32'],
  sequence: [8, 'u32'],
});
export const JOURNAL_SUPERBLOCK = defineLayout('big', {
  magic: [0, 'u32'],
  blockType: [4, 'u32'],
  blockSize: [0xc, 'u32'],
  maxLength: [0x10, 'u32'],
  first: [0x14, 'u32'],
  sequence: [0x18, 'u32'],
  start: [0x1c, 'u32'],
  errno: [0x20, 'u32'],
  compatible: [0x24, 'u32'],
  incompatible: [0x28, 'u32'],
  readOnlyCompatible: [0x2c, 'u32'],
  uuid: [0x30, { bytes: 16 }],
  users: [0x40, 'u32'],
  checksumType: [0x50, 'u8'],
  checksum: [0xfc, 'u32'],
  firstUser: [0x100, { bytes: 16 }],
});
export const JOURNAL_DESCRIPTOR = 1;
export const JOURNAL_COMMIT = 2;
export const JOURNAL_SUPERBLOCK_V2 = 4;
export const JOURNAL_REVOKE = 5;
export const JOURNAL_INCOMPAT_REVOKE = 1;
export const JOURNAL_INCOMPAT_64BIT = 2;
export const JOURNAL_INCOMPAT_CSUM_V2 = 8;
export const JOURNAL_INCOMPAT_CSUM_V3 = 0x10;
export const JOURNAL_TAG_ESCAPE = 1;
export const JOURNAL_TAG_SAME_UUID = 2;
export const JOURNAL_TAG_LAST = 8;
