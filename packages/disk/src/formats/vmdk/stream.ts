/**
 * A streamOptimized disk in one pass, as VMware's own tools write it: a header of version 3 that leaves the directory to the footer, grains in the order of their addresses, each
 * grain table behind its grains, then directory, footer and one end-of-stream sector.
 */
import { pack } from '../../codec.ts';
import { DiskError } from '../../errors.ts';
import type { ImageStream, OptionValues, StreamContext } from '../../format.ts';
import { bytesOf } from './esx-extents.ts';
import { newCid, newDescriptor } from './descriptor.ts';
import {
  COMPRESSION_DEFLATE, DESCRIPTOR_SECTORS, END_LINES, GD_AT_END, GRAIN_MARKER_BYTES, GRAIN_SECTORS, GTES_PER_GT, MARKER, MarkerType, MOST_BYTES, SECTOR_BYTES, SPARSE_HEADER, SPARSE_MAGIC, SparseFlag,
} from './layout.ts';
import { hardware } from './options.ts';
import type { VmdkOptions } from './options.ts';
import { directoryEntries, gtSectors } from './sparse-layout.ts';
import type { SparseHeader } from './sparse-layout.ts';
import { unpackTail } from './tail-grain.ts';

const GRAIN_BYTES = GRAIN_SECTORS * SECTOR_BYTES;
const TABLE_BYTES = GTES_PER_GT * GRAIN_BYTES;
/** Behind the header and the descriptor, to the first whole grain. */
const OVERHEAD_SECTORS = GRAIN_SECTORS;
/** The extent's name in the descriptor, which is not a file's: VMware's tools write it so too. */
const EXTENT_NAME = 'generated-stream.vmdk';

export async function streamVmdk(context: StreamContext, options: OptionValues<VmdkOptions>): Promise<ImageStream> {
  const { size, random } = context;
  if (options.subformat !== 'streamOptimized') {
    throw new DiskError({
      code: 'DISK_OPTION_INVALID', kind: 'usage', message: `${options.subformat} cannot be written to a pipe`, context: { op: 'convert' }, hint: 'use -o subformat=streamOptimized, or a file',
    });
  }
  if (size > MOST_BYTES) throw new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message: `a VMDK has ${MOST_BYTES} bytes at most`, context: { op: 'convert' } });
  const header: SparseHeader = {
    magicNumber: SPARSE_MAGIC, version: 3, flags: SparseFlag.validNewLines | SparseFlag.compressedGrains | SparseFlag.markers, capacity: size / SECTOR_BYTES, grainSize: GRAIN_SECTORS,
    descriptorOffset: 1, descriptorSize: DESCRIPTOR_SECTORS, numGTEsPerGT: GTES_PER_GT, rgdOffset: 0n, gdOffset: GD_AT_END, overHead: OVERHEAD_SECTORS, uncleanShutdown: 0, ...END_LINES,
    compressAlgorithm: COMPRESSION_DEFLATE,
  };
  const descriptor = newDescriptor(
    { cid: newCid(random), createType: 'streamOptimized', size, extents: [{ access: 'RDONLY', size, type: 'SPARSE', name: EXTENT_NAME, offset: 0 }], ...hardware(options), random }, { op: 'convert' },
  );
  const head = new Uint8Array(OVERHEAD_SECTORS * SECTOR_BYTES);
  head.set(SPARSE_HEADER.encode(header));
  head.set(descriptor.bytes(), SECTOR_BYTES);
  const stream = new VmdkStream(context, header);
  await stream.write(head);
  return stream;
}

class VmdkStream implements ImageStream {
  readonly blockBytes = GRAIN_BYTES;
  readonly packing = { codec: { name: 'zlib' as const, level: 6 }, blockBytes: GRAIN_BYTES };
  readonly #context: StreamContext;
  readonly #header: SparseHeader;
  readonly #directory: Uint32Array<ArrayBuffer>;
  #table = new Uint32Array(GTES_PER_GT);
  /** Which table `#table` is; grains of another one end it. */
  #tableIndex = -1;
  #lastAt = -1;
  #sector = 0;

  constructor(context: StreamContext, header: SparseHeader) {
    this.#context = context;
    this.#header = header;
    this.#directory = new Uint32Array(directoryEntries(context.size, GRAIN_BYTES, GTES_PER_GT));
  }

  /** @param bytes whole sectors */
  async write(bytes: Uint8Array): Promise<void> {
    await this.#context.write(bytes);
    this.#sector += bytes.length / SECTOR_BYTES;
  }

  async put(at: number, bytes: Uint8Array, packed?: Uint8Array): Promise<void> {
    if (at <= this.#lastAt || at % GRAIN_BYTES !== 0) throw new DiskError({ code: 'DISK_OUT_OF_RANGE', kind: 'range', message: `the grain at ${at} comes after that at ${this.#lastAt}`, context: { op: 'convert' } });
    this.#lastAt = at;
    const index = Math.floor(at / TABLE_BYTES);
    if (index !== this.#tableIndex) {
      await this.#endTable();
      this.#tableIndex = index;
    }
    if (this.#sector > 0xffff_ffff) throw new DiskError({ code: 'DISK_NO_SPACE', kind: 'no-space', message: 'a sparse extent cannot be larger than 2 TiB', context: { op: 'convert' } });
    this.#table[(at % TABLE_BYTES) / GRAIN_BYTES] = this.#sector;
    const data = bytes.length === GRAIN_BYTES ? (packed ?? pack(this.packing.codec, bytes)) : await this.#wholeTail(bytes, packed);
    const grain = new Uint8Array(Math.ceil((GRAIN_MARKER_BYTES + data.length) / SECTOR_BYTES) * SECTOR_BYTES);
    MARKER.write(grain, { val: at / SECTOR_BYTES, size: data.length });
    grain.set(data, GRAIN_MARKER_BYTES);
    await this.write(grain);
  }

  /** Where the disk ends within its last grain, readers expect a whole one all the same. */
  async #wholeTail(bytes: Uint8Array, packed: Uint8Array | undefined): Promise<Uint8Array> {
    if (packed !== undefined && (await unpackTail(packed, GRAIN_BYTES, bytes.length, { op: 'convert' })).length === GRAIN_BYTES) return packed;
    const grain = new Uint8Array(GRAIN_BYTES);
    grain.set(bytes);
    return pack(this.packing.codec, grain);
  }

  async #endTable(): Promise<void> {
    if (this.#tableIndex < 0) return;
    await this.#writeMetadata(MarkerType.grainTable, gtSectors(GTES_PER_GT), bytesOf(this.#table));
    this.#directory[this.#tableIndex] = this.#sector - gtSectors(GTES_PER_GT);
    this.#table.fill(0);
  }

  /** A marker's sector, and the metadata in whole ones. */
  async #writeMetadata(type: number, sectors: number, metadata: Uint8Array): Promise<void> {
    const bytes = new Uint8Array((1 + sectors) * SECTOR_BYTES);
    MARKER.write(bytes, { val: sectors, size: 0, type });
    bytes.set(metadata, SECTOR_BYTES);
    await this.write(bytes);
  }

  async finish(): Promise<void> {
    await this.#endTable();
    const sectors = Math.ceil((this.#directory.length * 4) / SECTOR_BYTES);
    await this.#writeMetadata(MarkerType.grainDirectory, sectors, bytesOf(this.#directory));
    const gdOffset = BigInt(this.#sector - sectors);
    await this.#writeMetadata(MarkerType.footer, 1, SPARSE_HEADER.encode({ ...this.#header, gdOffset }));
    // The end-of-stream marker: one sector, or ESXi refuses it.
    await this.write(new Uint8Array(SECTOR_BYTES));
  }
}
