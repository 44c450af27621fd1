/**
 * The structures of qcow2, big-endian throughout. Sections are those of QEMU's docs/interop/qcow2.txt.
 *
 * Entries of 64 bits (L1, L2, refcount table, bitmap table) are read as two halves of 32: a double holds all offsets that may stand in them, and a bigint an entry
 * would make a walk over a large image's tables many times slower.
 */
import { defineLayout } from '../../layout.ts';

/** `QFI\xfb` */
export const MAGIC = 0x5146_49fb;

/** "Header". Version 2 ends after `snapshots_offset`; what lies beyond `header_length` is read as zero. */
export const headerLayout = defineLayout('big', {
  magic: [0, 'u32'],
  version: [4, 'u32'],
  backing_file_offset: [8, 'u64'],
  backing_file_size: [16, 'u32'],
  cluster_bits: [20, 'u32'],
  size: [24, 'u64'],
  crypt_method: [32, 'u32'],
  l1_size: [36, 'u32'],
  l1_table_offset: [40, 'u64'],
  refcount_table_offset: [48, 'u64'],
  refcount_table_clusters: [56, 'u32'],
  nb_snapshots: [60, 'u32'],
  snapshots_offset: [64, 'u64'],
  incompatible_features: [72, 'bits64'],
  compatible_features: [80, 'bits64'],
  autoclear_features: [88, 'bits64'],
  refcount_order: [96, 'u32'],
  header_length: [100, 'u32'],
  compression_type: [104, 'u8'],
});

export const VERSION_2_HEADER_BYTES = 72;
/** The least that a version 3 header may say. */
export const VERSION_3_HEADER_BYTES = 104;
/** What is written: with the compression type, padded to a multiple of 8. */
export const NEW_HEADER_BYTES = 112;

/** "Incompatible features": who does not know one must not open the image. */
export const Incompatible = { dirty: 1n, corrupt: 2n, dataFile: 4n, compressionType: 8n, extendedL2: 16n } as const;
export const KNOWN_INCOMPATIBLE = 31n;
export const Compatible = { lazyRefcounts: 1n } as const;
/** "Autoclear features": who does not know one must clear it when it writes. */
export const Autoclear = { bitmaps: 1n, rawDataFile: 2n } as const;
export const KNOWN_AUTOCLEAR = 3n;

/** "Header extensions" */
export const extensionLayout = defineLayout('big', { type: [0, 'u32'], length: [4, 'u32'] });
export const Extension = {
  end: 0,
  backingFormat: 0xe279_2aca,
  featureNames: 0x6803_f857,
  bitmaps: 0x2385_2875,
  encryption: 0x0537_be77,
  dataFile: 0x4441_5441,
} as const;

/** "Feature name table": type, bit, name. */
export const featureNameLayout = defineLayout('big', { type: [0, 'u8'], bit: [1, 'u8'], name: [2, { text: 46 }] });
export const FEATURE_NAMES: readonly (readonly [type: number, bit: number, name: string])[] = [
  [0, 0, 'dirty bit'], [0, 1, 'corrupt bit'], [0, 2, 'external data file'], [0, 3, 'compression type'], [0, 4, 'extended L2 entries'],
  [1, 0, 'lazy refcounts'],
  [2, 0, 'bitmaps'], [2, 1, 'raw external data'],
];

/** "Bitmaps extension" */
export const bitmapsExtensionLayout = defineLayout('big', { nb_bitmaps: [0, 'u32'], reserved: [4, 'u32'], bitmap_directory_size: [8, 'u64'], bitmap_directory_offset: [16, 'u64'] });

/** "Full disk encryption header pointer" */
export const encryptionPointerLayout = defineLayout('big', { offset: [0, 'u64'], length: [8, 'u64'] });

/** "Snapshots": a table entry, followed by extra data, id and name, padded to 8. */
export const snapshotLayout = defineLayout('big', {
  l1_table_offset: [0, 'u64'],
  l1_size: [8, 'u32'],
  id_str_size: [12, 'u16'],
  name_size: [14, 'u16'],
  date_sec: [16, 'u32'],
  date_nsec: [20, 'u32'],
  vm_clock_nsec: [24, 'bits64'],
  vm_state_size: [32, 'u32'],
  extra_data_size: [36, 'u32'],
});
/** Extra data of a snapshot; version 3 demands the first two. */
export const snapshotExtraLayout = defineLayout('big', { vm_state_size: [0, 'u64'], disk_size: [8, 'u64'], icount: [16, 'bits64'] });
/** There is no record of how many instructions had been run. */
export const NO_ICOUNT = 0xffff_ffff_ffff_ffffn;

/** "Bitmap directory": an entry, followed by extra data and name, padded to 8. */
export const bitmapLayout = defineLayout('big', {
  bitmap_table_offset: [0, 'u64'],
  bitmap_table_size: [8, 'u32'],
  flags: [12, 'u32'],
  type: [16, 'u8'],
  granularity_bits: [17, 'u8'],
  name_size: [18, 'u16'],
  extra_data_size: [20, 'u32'],
});
export const BitmapFlag = { inUse: 1, auto: 2, extraDataCompatible: 4 } as const;
export const DIRTY_TRACKING_BITMAP = 1;

/** Halves of a 64-bit table entry. Bits 9 to 55 are an offset. */
export const OFFSET_HIGH = 0x00ff_ffff;
export const OFFSET_LOW = 0xffff_fe00;
/** Bit 63: the refcount is exactly one. */
export const COPIED_HIGH = 0x8000_0000;
/** Bit 62 of an L2 entry. */
export const COMPRESSED_HIGH = 0x4000_0000;
/** Bit 0 of a standard L2 entry, from version 3 on and without subclusters; of a bitmap table's entry: all ones. */
export const ZERO_LOW = 1;
export const HIGH = 0x1_0000_0000;
/** A cluster of an image with extended L2 entries has so many subclusters; a bit each in the second half of its entry. */
export const SUBCLUSTERS = 32;

/** What is accepted, as QEMU has it: before anything is allocated. */
export const LEAST_CLUSTER_BITS = 9;
export const MOST_CLUSTER_BITS = 21;
export const MOST_REFCOUNT_ORDER = 6;
export const MOST_L1_BYTES = 32 * 1024 * 1024;
export const MOST_REFCOUNT_TABLE_BYTES = 8 * 1024 * 1024;
export const MOST_SNAPSHOTS = 65_536;
export const MOST_SNAPSHOT_TABLE_BYTES = 64 * 1024 * 1024;
export const MOST_SNAPSHOT_EXTRA_BYTES = 1024;
export const MOST_BACKING_NAME_BYTES = 1023;
export const MOST_BITMAPS = 65_535;
export const MOST_BITMAP_DIRECTORY_BYTES = 64 * 1024 * 1024;
export const MOST_BITMAP_NAME_BYTES = 1023;
/** A bitmap's table, in entries: more than any image of an accepted size needs. */
export const MOST_BITMAP_TABLE_ENTRIES = 1024 * 1024;
