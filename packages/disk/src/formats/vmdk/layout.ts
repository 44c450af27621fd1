/**
 * The structures of VMDK's extents. Section numbers are those of VMware's "Virtual Disk Format 5.0" technical note; that of seSparse has not been published, and is as
 * its readers have found it to be. Little-endian; lengths and offsets are in sectors of 512 bytes.
 */
import { defineLayout } from '../../layout.ts';

export const SECTOR_BYTES = 512;

/** `SparseExtentHeader`, section "Hosted Sparse Extents". Its fields are not aligned. */
export const SPARSE_HEADER = defineLayout('little', {
  magicNumber: [0, 'u32'],
  version: [4, 'u32'],
  flags: [8, 'u32'],
  capacity: [12, 'u64'],
  grainSize: [20, 'u64'],
  descriptorOffset: [28, 'u64'],
  descriptorSize: [36, 'u64'],
  numGTEsPerGT: [44, 'u32'],
  /** All 64 bits are one where the directory is at the end; so too below. */
  rgdOffset: [48, 'bits64'],
  gdOffset: [56, 'bits64'],
  overHead: [64, 'u64'],
  uncleanShutdown: [72, 'u8'],
  singleEndLineChar: [73, 'u8'],
  nonEndLineChar: [74, 'u8'],
  doubleEndLineChar1: [75, 'u8'],
  doubleEndLineChar2: [76, 'u8'],
  compressAlgorithm: [77, 'u16'],
});

/** "KDMV". */
export const SPARSE_MAGIC = 0x564d_444b;
/** The four end-of-line bytes: a copy in text mode changes them. */
export const END_LINES = { singleEndLineChar: 0x0a, nonEndLineChar: 0x20, doubleEndLineChar1: 0x0d, doubleEndLineChar2: 0x0a } as const;

export const SparseFlag = {
  validNewLines: 0x1,
  redundantTable: 0x2,
  /** A grain table entry of 1 is a grain of zeros. */
  zeroedGrains: 0x4,
  compressedGrains: 0x1_0000,
  markers: 0x2_0000,
} as const;

/** The zeroed-grain entry. */
export const GTE_ZEROED = 1;
/** `gdOffset` where the grain directory is told by the footer. */
export const GD_AT_END = 0xffff_ffff_ffff_ffffn;
/** RFC 1951 as the note says; what all software writes is RFC 1950, which is that in a frame. */
export const COMPRESSION_DEFLATE = 1;

/** Sectors of a grain and entries of a table in all that VMware's products write. */
export const GRAIN_SECTORS = 128;
export const GTES_PER_GT = 512;
/** Room for the descriptor; VirtualBox adds lines in place. */
export const DESCRIPTOR_SECTORS = 20;

/** Section "Stream-Optimized Compressed Sparse Extents": a grain's marker, whose data follows at once; or, with `size` 0, that of `val` sectors of metadata. */
export const MARKER = defineLayout('little', {
  /** Of a grain: its address on the disk in sectors. */
  val: [0, 'u64'],
  /** Of a grain: the compressed data in bytes. */
  size: [8, 'u32'],
  type: [12, 'u32'],
});
export const GRAIN_MARKER_BYTES = 12;
export const MarkerType = { endOfStream: 0, grainTable: 1, grainDirectory: 2, footer: 3 } as const;

/** `COWDisk_Header`, section "ESX Server Sparse Extents". */
export const COW_HEADER = defineLayout('little', {
  magicNumber: [0, 'u32'],
  version: [4, 'u32'],
  flags: [8, 'u32'],
  numSectors: [12, 'u32'],
  grainSize: [16, 'u32'],
  gdOffset: [20, 'u32'],
  numGDEntries: [24, 'u32'],
  freeSector: [28, 'u32'],
});
/** "COWD". */
export const COW_MAGIC = 0x4457_4f43;
export const COW_GTES_PER_GT = 4096;

/** The constant header of a space-efficient sparse extent, its first sector. */
export const SE_SPARSE_HEADER = defineLayout('little', {
  magic: [0, 'bits64'],
  version: [8, 'bits64'],
  capacity: [16, 'u64'],
  grainSize: [24, 'u64'],
  grainTableSize: [32, 'u64'],
  flags: [40, 'bits64'],
  volatileHeaderOffset: [80, 'u64'],
  volatileHeaderSize: [88, 'u64'],
  journalHeaderOffset: [96, 'u64'],
  journalHeaderSize: [104, 'u64'],
  journalOffset: [112, 'u64'],
  journalSize: [120, 'u64'],
  grainDirectoryOffset: [128, 'u64'],
  grainDirectorySize: [136, 'u64'],
  grainTablesOffset: [144, 'u64'],
  grainTablesSize: [152, 'u64'],
  freeBitmapOffset: [160, 'u64'],
  freeBitmapSize: [168, 'u64'],
  backMapOffset: [176, 'u64'],
  backMapSize: [184, 'u64'],
  grainsOffset: [192, 'u64'],
  grainsSize: [200, 'u64'],
});
export const SE_SPARSE_MAGIC = 0xcafe_baben;
export const SE_SPARSE_VERSION = 0x2_0000_0001n;

/** What changes while it is in use. */
export const SE_SPARSE_VOLATILE_HEADER = defineLayout('little', {
  magic: [0, 'bits64'],
  freeGrainTableNumber: [8, 'u64'],
  nextTransactionSequence: [16, 'bits64'],
  replayJournal: [24, 'bits64'],
});
export const SE_SPARSE_VOLATILE_MAGIC = 0xcafe_cafen;

/** The highest four bits of a 64-bit grain table entry, and in 32-bit halves what the other bits are. */
export const SeSparseEntry = { unallocated: 0, unmapped: 1, zero: 2, allocated: 3 } as const;

/** Limits, before anything is allocated. The largest disk that VMware's products make is 62 TiB. */
export const MOST_BYTES = 64 * 1024 ** 4;
/** Entries of a grain directory: 128 TiB at the usual sizes. */
export const MOST_GD_ENTRIES = 4 * 1024 * 1024;
export const MOST_GRAIN_BYTES = 16 * 1024 * 1024;
