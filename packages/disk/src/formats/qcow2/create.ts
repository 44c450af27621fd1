/** A new image: the options as qemu-img has them. */
import { basename } from 'node:path';
import { DiskError } from '../../errors.ts';
import type { CreateContext, OptionValues } from '../../format.ts';
import type { Store } from '../../store/store.ts';
import { createVolume, decipher, encryptionHeaderBytes, encryptionOf } from './encryption.ts';
import { geometryOf, l1EntriesFor, wholeClusters } from './geometry.ts';
import type { Geometry } from './geometry.ts';
import { encodeFeatureNames, Header } from './header.ts';
import { Qcow2Image } from './image.ts';
import { Autoclear, COPIED_HIGH, Compatible, Extension, headerLayout, HIGH, Incompatible, LEAST_CLUSTER_BITS, MAGIC, MOST_CLUSTER_BITS, MOST_L1_BYTES, NEW_HEADER_BYTES, VERSION_2_HEADER_BYTES } from './layout.ts';
import type { options } from './options.ts';
import { refcountAccess } from './refcounts.ts';
import { readL1, State } from './state.ts';

export type Qcow2Options = OptionValues<typeof options>;

const invalid = (message: string, hint?: string): DiskError => new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message: `qcow2: ${message}`, ...(hint === undefined ? {} : { hint }) });

/** @throws DiskError for options that do not go together */
export function checkOptions(given: Qcow2Options, hasParent: boolean): void {
  const isOld = given.compat === '0.10' || given.compat === 'v2';
  const needNew: readonly (readonly [string, boolean])[] = [
    ['lazy_refcounts', given.lazy_refcounts], ['refcount_bits', given.refcount_bits !== 16], ['extended_l2', given.extended_l2], ['compression_type=zstd', given.compression_type === 'zstd'],
    ['data_file', given.data_file !== undefined], ['encrypt.format', given['encrypt.format'] !== undefined],
  ];
  for (const [name, isWanted] of needNew) if (isOld && isWanted) throw invalid(`${name} needs compat=1.1`);
  if (![1, 2, 4, 8, 16, 32, 64].includes(given.refcount_bits)) throw invalid(`refcount_bits=${given.refcount_bits}: a power of two up to 64 is wanted`);
  if (given.extended_l2 && given.cluster_size < 16 * 1024) throw invalid('extended_l2 needs clusters of at least 16 KiB', 'say cluster_size=128K');
  if (given.data_file_raw && given.data_file === undefined) throw invalid('data_file_raw needs data_file');
  if (given.data_file_raw && hasParent) throw invalid('a raw data file is the whole disk, so it cannot stand on another image');
  if (given.data_file !== undefined && given.lazy_refcounts) throw invalid('lazy_refcounts has no use with data_file', 'leave one of them out');
  if (hasParent && given.preallocation !== 'off' && !given.extended_l2) throw invalid('preallocation would hide the parent unless extended_l2=on');
}

export function geometryFor(given: Pick<Qcow2Options, 'compat' | 'cluster_size' | 'refcount_bits' | 'extended_l2'>): Geometry {
  const clusterBits = Math.log2(given.cluster_size);
  if (!Number.isInteger(clusterBits) || clusterBits < LEAST_CLUSTER_BITS || clusterBits > MOST_CLUSTER_BITS) throw invalid(`cluster_size=${given.cluster_size}: a power of two from 512 to 2M is wanted`);
  return geometryOf({ version: isVersion2(given.compat) ? 2 : 3, clusterBits, refcountOrder: Math.log2(given.refcount_bits), hasSubclusters: given.extended_l2 });
}

const isVersion2 = (compat: string): boolean => compat === '0.10' || compat === 'v2';

/** The header of a new image, without places of its tables. */
export function newHeader(store: Store, size: number, given: Qcow2Options, backing?: { readonly name: string; readonly format: string }): Header {
  const isOld = isVersion2(given.compat);
  const isZstd = given.compression_type === 'zstd';
  const fields = headerLayout.read(new Uint8Array(NEW_HEADER_BYTES));
  Object.assign(fields, {
    magic: MAGIC, version: isOld ? 2 : 3, cluster_bits: Math.log2(given.cluster_size), size, refcount_order: Math.log2(given.refcount_bits), header_length: isOld ? VERSION_2_HEADER_BYTES : NEW_HEADER_BYTES,
    compression_type: isZstd ? 1 : 0,
    incompatible_features: (given.data_file === undefined ? 0n : Incompatible.dataFile) | (isZstd ? Incompatible.compressionType : 0n) | (given.extended_l2 ? Incompatible.extendedL2 : 0n),
    compatible_features: given.lazy_refcounts ? Compatible.lazyRefcounts : 0n,
    autoclear_features: given.data_file_raw ? Autoclear.rawDataFile : 0n,
  });
  const header = new Header(store, fields, [], backing?.name);
  if (backing !== undefined) header.setExtension(Extension.backingFormat, new TextEncoder().encode(backing.format));
  if (given.data_file !== undefined) header.setExtension(Extension.dataFile, new TextEncoder().encode(given.data_file));
  if (!isOld) header.setExtension(Extension.featureNames, encodeFeatureNames());
  return header;
}

/** The clusters of a new image without data: header, refcount table, its first blocks, L1 table, LUKS header. */
export async function createQcow2({ store, references, size, parent, passphrase, random }: CreateContext, given: Qcow2Options): Promise<Qcow2Image> {
  checkOptions(given, parent !== undefined);
  const geometry = geometryFor(given);
  const { clusterBytes } = geometry;
  const l1Entries = l1EntriesFor(geometry, size);
  if (l1Entries * 8 > MOST_L1_BYTES) throw invalid(`a disk of ${size} bytes is too large for clusters of ${clusterBytes}`, 'say a larger cluster_size');
  if (given.data_file !== undefined && given.data_file !== basename(given.data_file)) throw invalid('the data file is to be beside the image, so its name has no folder');
  const header = newHeader(store, size, given, parent);
  const l1Bytes = wholeClusters(geometry, Math.max(1, l1Entries) * 8);
  const { fields } = header;
  const encryption = encryptionOf(given);
  const encryptionBytes = wholeClusters(geometry, encryptionHeaderBytes(encryption));
  const layout = planCounts(geometry, 1, (l1Bytes + encryptionBytes) / clusterBytes);
  fields.refcount_table_offset = clusterBytes;
  fields.refcount_table_clusters = layout.tableClusters;
  fields.l1_table_offset = (1 + layout.tableClusters + layout.blocks) * clusterBytes;
  fields.l1_size = l1Entries;
  await store.write(clusterBytes, encodeCounts(geometry, layout, clusterBytes, layout.used));
  const end = fields.l1_table_offset + l1Bytes;
  await store.write(fields.l1_table_offset, new Uint8Array(l1Bytes));
  const volume = encryption === undefined ? undefined : await createVolume(header, end, encryption, passphrase, random);
  if (store.length < end + encryptionBytes) await store.resize(end + encryptionBytes);
  await store.flush();
  const dataFile = given.data_file === undefined ? undefined : await references.create(given.data_file);
  if (dataFile !== undefined) await dataFile.resize(size);
  // The header comes last: before, the file is no image.
  await header.writeAll();
  await store.flush();
  const state = new State({ header, l1: await readL1(store, fields.l1_table_offset, l1Entries, false), data: decipher(dataFile ?? store, volume?.cipher()), ...(dataFile === undefined ? {} : { dataFile }), ...(volume === undefined ? {} : { volume }), isWritable: true });
  const image = new Qcow2Image(state);
  if (given.preallocation !== 'off') await preallocate(state, given.preallocation);
  return image;
}

export interface CountsPlan {
  readonly tableClusters: number;
  readonly blocks: number;
  /** Clusters in all, from the beginning of the file. */
  readonly used: number;
}

/** How many clusters the refcounts need that count `before` clusters, themselves, and `after` more. */
export function planCounts(geometry: Geometry, before: number, after: number): CountsPlan {
  let blocks = 1, tableClusters = 1;
  for (;;) {
    const used = before + tableClusters + blocks + after;
    const neededBlocks = Math.ceil(used / geometry.refcountsPerBlock);
    const neededTable = Math.ceil((neededBlocks * 8) / geometry.clusterBytes);
    if (neededBlocks <= blocks && neededTable <= tableClusters) return { tableClusters, blocks, used };
    blocks = Math.max(blocks, neededBlocks);
    tableClusters = Math.max(tableClusters, neededTable);
  }
}

/** A refcount table at `offset` and the blocks after it, in which the first `used` clusters have one reference each. */
export function encodeCounts(geometry: Geometry, { tableClusters, blocks }: CountsPlan, offset: number, used: number): Uint8Array<ArrayBuffer> {
  const { clusterBytes, refcountBits, refcountsPerBlock } = geometry;
  const bytes = new Uint8Array((tableClusters + blocks) * clusterBytes);
  const view = new DataView(bytes.buffer);
  const access = refcountAccess(refcountBits);
  for (let i = 0; i < blocks; i++) {
    const place = offset + (tableClusters + i) * clusterBytes;
    view.setUint32(i * 8, Math.floor(place / HIGH));
    view.setUint32(i * 8 + 4, place % HIGH);
    const block = new DataView(bytes.buffer, (tableClusters + i) * clusterBytes, clusterBytes);
    for (let index = 0; index < Math.min(refcountsPerBlock, used - i * refcountsPerBlock); index++) access.set(block, index, 1);
  }
  return bytes;
}

/** Every cluster gets its place; `falloc` and `full` give it room in the file too, and enciphered ones are written, since what never was deciphers to noise. */
async function preallocate(state: State, how: string): Promise<void> {
  await state.mark();
  const { geometry, refcounts, writer, header } = state;
  const { clusterBytes, l2Reach, l2EntryBytes } = geometry;
  let end = 0;
  const zeros = new Uint8Array(how !== 'metadata' || state.volume !== undefined ? Math.max(clusterBytes, 1024 * 1024) : 0);
  for (let at = 0; at < header.fields.size; at += l2Reach) {
    const table = await writer.table(at / l2Reach);
    const clusters = Math.min(geometry.l2Entries, Math.ceil((header.fields.size - at) / clusterBytes));
    for (let i = 0; i < clusters; i++) {
      const offset = state.dataFile === undefined ? await refcounts.allocate() : at + i * clusterBytes;
      table.view.setUint32(i * l2EntryBytes, Math.floor(offset / HIGH) + COPIED_HIGH);
      table.view.setUint32(i * l2EntryBytes + 4, offset % HIGH);
      end = Math.max(end, offset + clusterBytes);
      if (zeros.length > 0) await state.data.write(offset, zeros.subarray(0, state.dataFile === undefined ? clusterBytes : Math.min(clusterBytes, header.fields.size - offset)));
    }
    // With subclusters none is allocated: there is room, and the parent still shows through.
    state.tables.changed(table, 0, clusterBytes);
    if (state.tables.changedBytes > 4 * 1024 * 1024) await state.commit();
  }
  if (state.dataFile === undefined && state.store.length < end) await state.store.resize(end);
  await state.commit();
}

