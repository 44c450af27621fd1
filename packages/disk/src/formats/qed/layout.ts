/** The structures of QED, little-endian (QEMU, docs/interop/qed_spec.txt). */
import { beyondLimit, corrupt, unsupported } from '../../errors.ts';
import type { DiskErrorContext } from '../../errors.ts';
import { defineLayout } from '../../layout.ts';
import type { LayoutValue } from '../../layout.ts';
import type { Store } from '../../store/store.ts';

export const SECTOR_BYTES = 512;
/** "QED\0" */
export const MAGIC = 0x0044_4551;

/** Specification, "Header". The image's changes are all in its first sector. */
export const header = defineLayout('little', {
  magic: [0, 'u32'],
  clusterSize: [4, 'u32'],
  /** Of the L1 table and of L2 tables, in clusters. */
  tableSize: [8, 'u32'],
  /** In clusters. */
  headerSize: [12, 'u32'],
  features: [16, 'u64'],
  compatFeatures: [24, 'u64'],
  autoclearFeatures: [32, 'u64'],
  l1TableOffset: [40, 'u64'],
  imageSize: [48, 'u64'],
  backingFilenameOffset: [56, 'u32'],
  backingFilenameSize: [60, 'u32'],
});
export type Header = LayoutValue<typeof header.fields>;

/** Specification, "Features". */
export const FEATURE_BACKING_FILE = 1;
/** Not closed: its tables have to be looked at before it is written. */
export const FEATURE_NEED_CHECK = 2;
/** The backing file is raw, whatever it looks like. */
export const FEATURE_BACKING_RAW = 4;
const KNOWN_FEATURES = FEATURE_BACKING_FILE | FEATURE_NEED_CHECK | FEATURE_BACKING_RAW;

export const LEAST_CLUSTER_BYTES = 4096;
export const MOST_CLUSTER_BYTES = 64 * 1024 * 1024;
export const MOST_TABLE_CLUSTERS = 16;
const MOST_NAME_BYTES = 1023;
/** An L2 entry of a cluster of zeros; an offset is a multiple of the cluster size. */
export const ZERO_CLUSTER = 1;

const magicOf = defineLayout('little', { magic: header.fields.magic });
export const isQed = (head: Uint8Array): boolean => head.length >= header.byteLength && magicOf.read(head).magic === MAGIC;

const isPowerOfTwo = (value: number): boolean => value > 0 && Number.isInteger(Math.log2(value));

/** Entries of a table. */
export const entriesOf = ({ tableSize, clusterSize }: Header): number => (tableSize * clusterSize) / 8;
/** What the tables can map. */
export const capacityOf = (values: Header): number => entriesOf(values) * entriesOf(values) * values.clusterSize;

export function checkHeader(values: Header, store: Store): void {
  const at = (field: keyof Header): DiskErrorContext => ({ path: store.name, offset: header.fields[field][0], field });
  const { magic, clusterSize, tableSize, headerSize, features, l1TableOffset, imageSize, backingFilenameOffset, backingFilenameSize } = values;
  if (magic !== MAGIC) throw corrupt('it has no QED magic', at('magic'));
  if (!isPowerOfTwo(clusterSize) || clusterSize < LEAST_CLUSTER_BYTES || clusterSize > MOST_CLUSTER_BYTES) throw corrupt(`its clusters have ${clusterSize} bytes`, at('clusterSize'));
  if (!isPowerOfTwo(tableSize) || tableSize > MOST_TABLE_CLUSTERS) throw corrupt(`its tables have ${tableSize} clusters`, at('tableSize'));
  if (headerSize === 0 || headerSize > 0x7fff_ffff / clusterSize) throw corrupt(`its header has ${headerSize} clusters`, at('headerSize'));
  if (features > 0xffff_ffff || (features & ~KNOWN_FEATURES) !== 0) throw unsupported(`it has features that are not known: 0x${features.toString(16)}`, at('features'));
  if (l1TableOffset % clusterSize !== 0 || l1TableOffset < headerSize * clusterSize) throw corrupt(`its L1 table is at ${l1TableOffset}`, at('l1TableOffset'));
  if (l1TableOffset + tableSize * clusterSize > store.length) throw corrupt(`its L1 table ends at ${l1TableOffset + tableSize * clusterSize}, and the file at ${store.length}`, at('l1TableOffset'), 'the file may have been copied in part');
  if (imageSize % SECTOR_BYTES !== 0) throw corrupt(`its disk has ${imageSize} bytes, which are no whole sectors`, at('imageSize'));
  if (imageSize > capacityOf(values)) throw beyondLimit(`its disk has ${imageSize} bytes, and its tables have room for ${capacityOf(values)}`, at('imageSize'));
  if ((features & FEATURE_BACKING_FILE) === 0) return;
  if (backingFilenameSize === 0 || backingFilenameSize > MOST_NAME_BYTES || backingFilenameOffset < header.byteLength || backingFilenameOffset + backingFilenameSize > headerSize * clusterSize) {
    throw corrupt(`the name of its backing file has ${backingFilenameSize} bytes at ${backingFilenameOffset}`, at('backingFilenameSize'));
  }
}
