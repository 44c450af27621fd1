/** As much of btrfs on disk as tells what is in use. Reference: btrfs documentation, "On-disk format". */
import { defineLayout } from '../../layout.ts';

export const SUPERBLOCK_AT = 64 * 1024;
/** Copies of the superblock, and what around them is never given out. */
export const SUPERBLOCK_COPIES_AT = [64 * 1024, 64 * 1024 ** 2, 256 * 1024 ** 3] as const;
export const SUPERBLOCK_STRIPE_BYTES = 64 * 1024;
/** The beginning of a device is left alone. */
export const RESERVED_BYTES = 1024 * 1024;
export const MAGIC = '_BHRfS_M';

export const SUPERBLOCK = defineLayout('little', {
  fsid: [0x20, { bytes: 16 }],
  magic: [0x40, { text: 8 }],
  root: [0x50, 'u64'],
  chunkRoot: [0x58, 'u64'],
  logRoot: [0x60, 'u64'],
  bytesUsed: [0x78, 'u64'],
  devices: [0x88, 'u64'],
  sectorSize: [0x90, 'u32'],
  nodeSize: [0x94, 'u32'],
  systemChunkArraySize: [0xa0, 'u32'],
  incompatible: [0xbc, 'bits64'],
  rootLevel: [0xc6, 'u8'],
  chunkRootLevel: [0xc7, 'u8'],
  deviceId: [0xc9, 'u64'],
  deviceBytes: [0xd1, 'u64'],
  label: [0x12b, { bytes: 256 }],
  systemChunkArray: [0x32b, { bytes: 2048 }],
});
/** Zoned, extent tree v2, raid stripe tree. */
export const UNREADABLE_INCOMPATIBLE = 0x1000n | 0x2000n | 0x4000n;

export const KEY = defineLayout('little', { object: [0, 'bits64'], type: [8, 'u8'], offset: [9, 'bits64'] });
export const KEY_BYTES = 17;
export const NODE = defineLayout('little', { bytenr: [48, 'u64'], items: [96, 'u32'], level: [100, 'u8'] });
export const NODE_HEADER_BYTES = 101;
export const LEAF_ITEM_BYTES = 25;
export const POINTER_BYTES = 33;

export const CHUNK = defineLayout('little', { length: [0, 'u64'], type: [24, 'bits64'], stripes: [44, 'u16'] });
export const CHUNK_HEADER_BYTES = 48;
export const STRIPE = defineLayout('little', { device: [0, 'u64'], offset: [8, 'u64'] });
export const STRIPE_BYTES = 32;
/** Profiles in which each stripe is a copy of the whole chunk: none, RAID1, DUP, RAID1C3, RAID1C4. */
export const COPY_PROFILES = 0x10n | 0x20n | 0x200n | 0x400n;
export const PROFILE_MASK = 0x7f8n;

export const ROOT_ITEM = defineLayout('little', { bytenr: [176, 'u64'], level: [238, 'u8'] });

export const TYPE_ROOT_ITEM = 132;
export const TYPE_EXTENT_ITEM = 168;
export const TYPE_METADATA_ITEM = 169;
export const TYPE_CHUNK_ITEM = 228;
export const EXTENT_TREE = 2n;
