/** The header, its extensions and the backing file's name: read with every bound checked, changed in memory, written so that a power cut leaves the old or the new. */
import { DiskError, beyondLimit, corrupt, unsupported } from '../../errors.ts';
import { viewOf } from '../../layout.ts';
import { placeIn, readBytes } from '../../store/store.ts';
import type { Store } from '../../store/store.ts';
import type { CodecName } from '../../codec.ts';
import { geometryOf, l1EntriesFor } from './geometry.ts';
import type { Geometry } from './geometry.ts';
import {
  Autoclear, bitmapsExtensionLayout, encryptionPointerLayout, Extension, extensionLayout, FEATURE_NAMES, featureNameLayout, headerLayout, Incompatible, KNOWN_AUTOCLEAR, KNOWN_INCOMPATIBLE, LEAST_CLUSTER_BITS,
  MAGIC, MOST_BACKING_NAME_BYTES, MOST_BITMAP_DIRECTORY_BYTES, MOST_BITMAPS, MOST_CLUSTER_BITS, MOST_L1_BYTES, MOST_REFCOUNT_ORDER, MOST_REFCOUNT_TABLE_BYTES, MOST_SNAPSHOTS, NEW_HEADER_BYTES,
  VERSION_2_HEADER_BYTES, VERSION_3_HEADER_BYTES,
} from './layout.ts';

type HeaderFields = ReturnType<typeof headerLayout.read>;

export interface HeaderExtension {
  readonly type: number;
  readonly data: Uint8Array;
}

export interface BitmapsPointer {
  readonly count: number;
  readonly directoryBytes: number;
  readonly directoryOffset: number;
}

/** Bytes of the header that are one disk sector: what is written alone is written whole. */
const SECTOR_BYTES = 512;
const EXTENSION_ALIGNMENT = 8;

export class Header {
  readonly store: Store;
  readonly fields: HeaderFields;
  /** Beyond what is known of the fixed part; kept when the header is written. */
  readonly #unknownFields: Uint8Array;
  extensions: readonly HeaderExtension[];
  backingFile: string | undefined;
  geometry: Geometry;
  #isBehind = false;

  constructor(store: Store, fields: HeaderFields, extensions: readonly HeaderExtension[], backingFile: string | undefined, unknownFields = new Uint8Array(0)) {
    this.store = store;
    this.fields = fields;
    this.extensions = extensions;
    this.backingFile = backingFile;
    this.#unknownFields = unknownFields;
    this.geometry = this.#measure();
  }

  #measure(): Geometry {
    const { version, cluster_bits: clusterBits, refcount_order: refcountOrder } = this.fields;
    return geometryOf({ version, clusterBits, refcountOrder, hasSubclusters: this.has(Incompatible.extendedL2) });
  }

  /** After `version` or `refcount_order` has changed. */
  measureAgain(): void {
    this.geometry = this.#measure();
  }

  has(incompatible: bigint): boolean {
    return (this.fields.incompatible_features & incompatible) !== 0n;
  }

  hasAutoclear(bit: bigint): boolean {
    return (this.fields.autoclear_features & bit) !== 0n;
  }

  set(incompatible: bigint, isSet: boolean): void {
    this.fields.incompatible_features = isSet ? this.fields.incompatible_features | incompatible : this.fields.incompatible_features & ~incompatible;
  }

  setAutoclear(bit: bigint, isSet: boolean): void {
    this.fields.autoclear_features = isSet ? this.fields.autoclear_features | bit : this.fields.autoclear_features & ~bit;
  }

  get compression(): CodecName {
    return this.fields.compression_type === 1 ? 'zstd' : 'deflate';
  }

  get backingFormat(): string | undefined {
    return this.#text(Extension.backingFormat);
  }

  get dataFile(): string | undefined {
    return this.#text(Extension.dataFile);
  }

  #extension(type: number): HeaderExtension | undefined {
    return this.extensions.find((extension) => extension.type === type);
  }

  #text(type: number): string | undefined {
    const data = this.#extension(type)?.data;
    return data === undefined ? undefined : new TextDecoder().decode(data);
  }

  /** Bitmaps that are there and known to be in step with the disk. */
  get bitmaps(): BitmapsPointer | undefined {
    const data = this.#extension(Extension.bitmaps)?.data;
    if (data === undefined || !this.hasAutoclear(Autoclear.bitmaps)) return undefined;
    const where = placeIn(this.store, 0, 'bitmaps extension');
    const { nb_bitmaps: count, bitmap_directory_size: directoryBytes, bitmap_directory_offset: directoryOffset } = bitmapsExtensionLayout.read(data, 0, where);
    if (count === 0 || count > MOST_BITMAPS) throw beyondLimit(`nb_bitmaps is ${count}, which is not between 1 and ${MOST_BITMAPS}`, where);
    if (directoryBytes > MOST_BITMAP_DIRECTORY_BYTES) throw beyondLimit(`bitmap_directory_size is ${directoryBytes}, more than ${MOST_BITMAP_DIRECTORY_BYTES}`, where);
    if (directoryOffset % this.geometry.clusterBytes !== 0 || directoryOffset === 0) throw corrupt(`bitmap_directory_offset is ${directoryOffset}, which is not a cluster's`, where);
    return { count, directoryBytes, directoryOffset };
  }

  get encryptionHeader(): { readonly offset: number; readonly length: number } | undefined {
    const data = this.#extension(Extension.encryption)?.data;
    return data === undefined ? undefined : encryptionPointerLayout.read(data, 0, placeIn(this.store, 0, 'encryption header pointer'));
  }

  /** Puts an extension in place of the one of its type, or takes it out. */
  setExtension(type: number, data: Uint8Array | undefined): void {
    const others = this.extensions.filter((extension) => extension.type !== type);
    this.extensions = data === undefined ? others : [...others, { type, data }];
  }

  /** The fixed part only: it lies within one sector, so a power cut leaves the old one or this. */
  async writeFields(): Promise<void> {
    this.#isBehind = true;
    await this.store.write(0, this.#encodeFields());
    this.#isBehind = false;
  }

  /** A write failed: the file does not say yet what is here. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  #encodeFields(): Uint8Array<ArrayBuffer> {
    const { version, header_length: length } = this.fields;
    const whole = headerLayout.encode(this.fields, NEW_HEADER_BYTES);
    return whole.slice(0, version === 2 ? VERSION_2_HEADER_BYTES : Math.min(NEW_HEADER_BYTES, length));
  }

  /**
   * The header, extensions and names: all of the first cluster.
   * @throws DiskError where a cluster is too small for them
   */
  encode(): Uint8Array<ArrayBuffer> {
    const { clusterBytes } = this.geometry;
    const name = new TextEncoder().encode(this.backingFile ?? '');
    if (name.length > MOST_BACKING_NAME_BYTES) throw unsupported(`the backing file's name has ${name.length} bytes; ${MOST_BACKING_NAME_BYTES} are the most`, placeIn(this.store, 0, 'backing_file_size'));
    this.fields.backing_file_size = name.length;
    this.fields.backing_file_offset = 0;
    // What others have to find stands before the table of names, which is for people only, and is left out when there is no room for it.
    const needed = this.extensions.filter(({ type }) => type !== Extension.featureNames);
    const withNames = this.extensions.length > needed.length ? [...needed, ...this.extensions.filter(({ type }) => type === Extension.featureNames)] : needed;
    const bytes = this.#assemble(withNames, name) ?? this.#assemble(needed, name);
    if (bytes === undefined) throw unsupported(`the header with its extensions and the backing file's name does not fit into a cluster of ${clusterBytes} bytes`, placeIn(this.store, 0, 'header_length'));
    return bytes;
  }

  #assemble(extensions: readonly HeaderExtension[], name: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
    const bytes = new Uint8Array(this.geometry.clusterBytes);
    const length = this.fields.version === 2 ? VERSION_2_HEADER_BYTES : this.fields.header_length;
    let at = length;
    for (const { type, data } of extensions) {
      if (at + extensionLayout.byteLength + data.length + EXTENSION_ALIGNMENT > bytes.length) return undefined;
      extensionLayout.write(bytes, { type, length: data.length }, at);
      bytes.set(data, at + extensionLayout.byteLength);
      at += extensionLayout.byteLength + roundUp(data.length);
    }
    // The end: a type and a length of zero, which are there already.
    at += extensionLayout.byteLength;
    if (at + name.length > bytes.length) return undefined;
    bytes.set(name, at);
    this.fields.backing_file_offset = name.length === 0 ? 0 : at;
    bytes.set(this.#encodeFields());
    if (this.#unknownFields.length > 0 && length > NEW_HEADER_BYTES) bytes.set(this.#unknownFields, NEW_HEADER_BYTES);
    return bytes;
  }

  /** All of it. What changes beyond the first sector is the table of names and the backing file's name. */
  async writeAll(): Promise<void> {
    const bytes = this.encode();
    this.#isBehind = true;
    await this.store.write(0, bytes);
    this.#isBehind = false;
  }
}

const roundUp = (length: number): number => Math.ceil(length / EXTENSION_ALIGNMENT) * EXTENSION_ALIGNMENT;

/** The table of names of the features that are known, for the messages of programs that know fewer. */
export function encodeFeatureNames(): Uint8Array {
  const bytes = new Uint8Array(FEATURE_NAMES.length * featureNameLayout.byteLength);
  FEATURE_NAMES.forEach(([type, bit, name], i) => featureNameLayout.write(bytes, { type, bit, name }, i * featureNameLayout.byteLength));
  return bytes;
}

/** @throws DiskError with the first field that cannot be accepted */
export async function readHeader(store: Store): Promise<Header> {
  const head = await readBytes(store, 0, Math.min(store.length, SECTOR_BYTES));
  const padded = new Uint8Array(SECTOR_BYTES);
  padded.set(head);
  const at = (field: keyof HeaderFields): ReturnType<typeof placeIn> => placeIn(store, headerLayout.fields[field][0], field);
  if (head.length < VERSION_2_HEADER_BYTES) throw corrupt(`the header has ${head.length} bytes; at least ${VERSION_2_HEADER_BYTES} are wanted`, placeIn(store, 0, 'magic'));
  if (viewOf(padded).getUint32(0) !== MAGIC) throw corrupt('is not a qcow2 image', at('magic'));
  const version = viewOf(padded).getUint32(4);
  if (version !== 2 && version !== 3) throw unsupported(`version ${version} of qcow is not read`, at('version'));
  const length = version === 2 ? VERSION_2_HEADER_BYTES : viewOf(padded).getUint32(100);
  if (length < (version === 2 ? VERSION_2_HEADER_BYTES : VERSION_3_HEADER_BYTES)) throw corrupt(`header_length is ${length}, less than ${VERSION_3_HEADER_BYTES}`, at('header_length'));
  padded.fill(0, Math.min(SECTOR_BYTES, length));
  const fields = headerLayout.read(padded, 0, placeIn(store, 0));
  if (version === 2) Object.assign(fields, { incompatible_features: 0n, compatible_features: 0n, autoclear_features: 0n, refcount_order: 4, header_length: VERSION_2_HEADER_BYTES });
  const { cluster_bits: clusterBits } = fields;
  if (clusterBits < LEAST_CLUSTER_BITS || clusterBits > MOST_CLUSTER_BITS) throw beyondLimit(`cluster_bits is ${clusterBits}, which is not between ${LEAST_CLUSTER_BITS} and ${MOST_CLUSTER_BITS}`, at('cluster_bits'));
  if (length > 2 ** clusterBits) throw beyondLimit(`header_length is ${length}, more than a cluster`, at('header_length'));
  const cluster = new Uint8Array(2 ** clusterBits);
  await store.read(0, cluster.subarray(0, Math.min(store.length, cluster.length)));
  const extensions = readExtensions(cluster, length, fields, store);
  checkFeatures(fields, extensions, store);
  if (fields.refcount_order > MOST_REFCOUNT_ORDER) throw beyondLimit(`refcount_order is ${fields.refcount_order}, more than ${MOST_REFCOUNT_ORDER}`, at('refcount_order'));
  if (fields.backing_file_size > MOST_BACKING_NAME_BYTES) throw beyondLimit(`backing_file_size is ${fields.backing_file_size}, more than ${MOST_BACKING_NAME_BYTES}`, at('backing_file_size'));
  if (fields.backing_file_offset !== 0 && fields.backing_file_offset + fields.backing_file_size > cluster.length) throw corrupt(`backing_file_offset is ${fields.backing_file_offset}, outside the first cluster`, at('backing_file_offset'));
  const name = cluster.subarray(fields.backing_file_offset, fields.backing_file_offset + fields.backing_file_size);
  const backingFile = fields.backing_file_offset === 0 || name.length === 0 ? undefined : new TextDecoder().decode(name);
  const header = new Header(store, fields, extensions, backingFile, cluster.slice(Math.min(length, NEW_HEADER_BYTES), length));
  checkTables(header, at);
  return header;
}

function checkTables({ fields, geometry }: Header, at: (field: keyof HeaderFields) => ReturnType<typeof placeIn>): void {
  const { clusterBytes } = geometry;
  if (fields.l1_size * 8 > MOST_L1_BYTES) throw beyondLimit(`l1_size is ${fields.l1_size}, a table of more than ${MOST_L1_BYTES} bytes`, at('l1_size'));
  if (l1EntriesFor(geometry, fields.size) * 8 > MOST_L1_BYTES) throw beyondLimit(`size is ${fields.size}, more than an L1 table of ${MOST_L1_BYTES} bytes can map`, at('size'));
  if (fields.l1_size < l1EntriesFor(geometry, fields.size)) throw corrupt(`l1_size is ${fields.l1_size}; a disk of ${fields.size} bytes needs ${l1EntriesFor(geometry, fields.size)}`, at('l1_size'));
  if (fields.refcount_table_clusters * clusterBytes > MOST_REFCOUNT_TABLE_BYTES) throw beyondLimit(`refcount_table_clusters is ${fields.refcount_table_clusters}, more than ${MOST_REFCOUNT_TABLE_BYTES} bytes`, at('refcount_table_clusters'));
  if (fields.nb_snapshots > MOST_SNAPSHOTS) throw beyondLimit(`nb_snapshots is ${fields.nb_snapshots}, more than ${MOST_SNAPSHOTS}`, at('nb_snapshots'));
  const mustBeAligned = (field: 'l1_table_offset' | 'refcount_table_offset' | 'snapshots_offset'): void => {
    if (fields[field] % clusterBytes !== 0) throw corrupt(`${field} is ${fields[field]}, which is not a multiple of the cluster`, at(field));
  };
  if (fields.l1_size > 0) mustBeAligned('l1_table_offset');
  mustBeAligned('refcount_table_offset');
  if (fields.nb_snapshots > 0) mustBeAligned('snapshots_offset');
}

function checkFeatures(fields: HeaderFields, extensions: readonly HeaderExtension[], store: Store): void {
  const where = placeIn(store, headerLayout.fields.incompatible_features[0], 'incompatible_features');
  const unknown = fields.incompatible_features & ~KNOWN_INCOMPATIBLE;
  if (unknown !== 0n) {
    const named = namesOf(unknown, extensions);
    throw unsupported(`the image needs what is not known here: ${named.join(', ')}`, where, 'it was made by a newer program');
  }
  const type = placeIn(store, headerLayout.fields.compression_type[0], 'compression_type');
  const isMarked = (fields.incompatible_features & Incompatible.compressionType) !== 0n;
  if (fields.compression_type > 1) throw unsupported(`compression_type is ${fields.compression_type}; 0 (zlib) and 1 (zstd) are known`, type);
  if (isMarked !== (fields.compression_type !== 0)) throw corrupt(`compression_type is ${fields.compression_type} and incompatible bit 3 is ${isMarked ? 'set' : 'clear'}: the one demands the other`, type);
}

/** What the image itself calls its incompatible features. */
function namesOf(bits: bigint, extensions: readonly HeaderExtension[]): string[] {
  const table = extensions.find(({ type }) => type === Extension.featureNames)?.data ?? new Uint8Array(0);
  const names: string[] = [];
  for (let bit = 0; bit < 64; bit++) {
    if (((bits >> BigInt(bit)) & 1n) === 0n) continue;
    let name = `incompatible feature bit ${bit}`;
    for (let at = 0; at + featureNameLayout.byteLength <= table.length; at += featureNameLayout.byteLength) {
      const entry = featureNameLayout.read(table, at);
      if (entry.type === 0 && entry.bit === bit) name = JSON.stringify(entry.name);
    }
    names.push(name);
  }
  return names;
}

function readExtensions(cluster: Uint8Array, headerLength: number, fields: HeaderFields, store: Store): HeaderExtension[] {
  const end = fields.backing_file_offset > headerLength && fields.backing_file_offset < cluster.length ? fields.backing_file_offset : cluster.length;
  const extensions: HeaderExtension[] = [];
  for (let at = headerLength; at + extensionLayout.byteLength <= end;) {
    const { type, length } = extensionLayout.read(cluster, at, placeIn(store, at));
    if (type === Extension.end) break;
    const start = at + extensionLayout.byteLength;
    if (start + length > end) throw beyondLimit(`a header extension (${type.toString(16)}) of ${length} bytes goes beyond the header`, placeIn(store, at, 'header extension'));
    extensions.push({ type, data: cluster.slice(start, start + length) });
    at = start + roundUp(length);
  }
  return extensions;
}

/** Before the first change: bits that the specification tells a writer to clear when it does not know them. */
export const clearUnknownAutoclear = (header: Header): void => {
  header.fields.autoclear_features &= KNOWN_AUTOCLEAR;
};

/** @throws DiskError for an image that says it is corrupt, and is to be written */
export function refuseCorrupt(header: Header): void {
  if (!header.has(Incompatible.corrupt)) return;
  throw new DiskError({
    code: 'DISK_IMAGE_CORRUPT', kind: 'corrupt', message: 'is marked corrupt and is not written', context: placeIn(header.store, headerLayout.fields.incompatible_features[0], 'incompatible_features'),
    hint: 'repair it with check --repair all, or read it',
  });
}
