/** The structures of Parallels' expanding images, little-endian (QEMU, docs/interop/parallels.txt: "Parallels Disk Format"). */
import { beyondLimit, corrupt, unsupported } from '../../errors.ts';
import type { DiskErrorContext } from '../../errors.ts';
import { defineLayout } from '../../layout.ts';
import type { LayoutValue } from '../../layout.ts';
import type { Store } from '../../store/store.ts';

export const SECTOR_BYTES = 512;
/** Entries of the BAT count sectors. */
export const MAGIC_1 = 'WithoutFreeSpace';
/** Entries of the BAT count clusters. */
export const MAGIC_2 = 'WithouFreSpacExt';
export const VERSION = 2;
export const IN_USE = 0x746f_6e59;
/** `inuse` of an image that was closed: "v2.1". Version 1 has 0. */
export const CLOSED_2 = 0x312e_3276;
/** Where the BAT is. */
export const HEADER_BYTES = 64;

export const header = defineLayout('little', {
  magic: [0, { text: 16 }],
  version: [16, 'u32'],
  heads: [20, 'u32'],
  cylinders: [24, 'u32'],
  /** Sectors of a cluster. */
  tracks: [28, 'u32'],
  batEntries: [32, 'u32'],
  /** In the first kind only the lower half counts. */
  sectorsLow: [36, 'u32'],
  sectorsHigh: [40, 'u32'],
  inUse: [44, 'u32'],
  /** In sectors; 0 in the first kind: right after the BAT. */
  dataOffset: [48, 'u32'],
  flags: [52, 'u32'],
  /** In sectors. */
  extensionOffset: [56, 'u64'],
});
export type Header = LayoutValue<typeof header.fields>;

export const MOST_CLUSTER_BYTES = 64 * 1024 * 1024;
export const MOST_CLUSTERS = 64 * 1024 * 1024;

const magicOf = defineLayout('little', { magic: header.fields.magic });

export const isExpanding = (head: Uint8Array): boolean => {
  const magic = head.length < HEADER_BYTES ? '' : magicOf.read(head).magic;
  return magic === MAGIC_1 || magic === MAGIC_2;
};

/** @throws DiskError where the header cannot be worked with; what `check` can tell of is left to it */
export function checkHeader(values: Header, store: Store): void {
  const at = (field: keyof Header): DiskErrorContext => ({ path: store.name, offset: header.fields[field][0], field });
  const { magic, version, tracks, batEntries, extensionOffset, dataOffset } = values;
  if (magic !== MAGIC_1 && magic !== MAGIC_2) throw corrupt('it does not begin as a Parallels image', at('magic'));
  if (version !== VERSION) throw unsupported(`its version is ${version}; 2 is read`, at('version'));
  if (tracks === 0 || tracks > MOST_CLUSTER_BYTES / SECTOR_BYTES) throw corrupt(`its clusters have ${tracks} sectors`, at('tracks'));
  if (batEntries > MOST_CLUSTERS) throw beyondLimit(`it has ${batEntries} clusters; at most ${MOST_CLUSTERS} are read`, at('batEntries'));
  const batEnd = HEADER_BYTES + batEntries * 4;
  if (batEnd > store.length) throw corrupt(`its BAT ends at ${batEnd}, and the file at ${store.length}`, at('batEntries'), 'the file may have been copied in part');
  const sectors = sectorsOf(values);
  if (sectors > batEntries * tracks) throw corrupt(`${batEntries} clusters of ${tracks} sectors are too few for a disk of ${sectors} sectors`, at('batEntries'));
  if (magic === MAGIC_2 && dataOffset * SECTOR_BYTES < batEnd && dataOffset !== 0) throw corrupt(`its data begins at ${dataOffset * SECTOR_BYTES}, within the BAT, which ends at ${batEnd}`, at('dataOffset'));
  if (extensionOffset !== 0 && (extensionOffset * SECTOR_BYTES < batEnd || !Number.isSafeInteger(extensionOffset * SECTOR_BYTES))) throw corrupt(`its extension is at sector ${extensionOffset}`, at('extensionOffset'));
}

export const sectorsOf = ({ magic, sectorsLow, sectorsHigh }: Header): number => sectorsLow + (magic === MAGIC_1 ? 0 : sectorsHigh * 0x1_0000_0000);

/** Format Extension: a cluster of features (ibid., "Format Extension"). */
export const extension = defineLayout('little', {
  magic: [0, 'bits64'],
  /** MD5 of the rest of the cluster. */
  checksum: [8, { bytes: 16 }],
});
export const EXTENSION_MAGIC = 0xab23_4cef_23dc_ea87n;

export const feature = defineLayout('little', {
  magic: [0, 'bits64'],
  flags: [8, 'bits64'],
  dataSize: [16, 'u32'],
  reserved: [20, 'u32'],
});
export const DIRTY_BITMAP_MAGIC = 0x2038_5fae_252c_b34an;
/** Whoever does not know the feature must not open the image. */
export const FEATURE_NECESSARY = 1n;

/** Dirty bitmap: its first-level table follows, of 64-bit sector numbers; 0 and 1 stand for clusters of zeros and of ones. */
export const dirtyBitmap = defineLayout('little', {
  size: [0, 'u64'],
  id: [8, { bytes: 16 }],
  granularity: [24, 'u32'],
  l1Size: [28, 'u32'],
});
