/** The sparse extents of ESXi's snapshots, which are only read: VMFSSPARSE (a COWD file) and SESPARSE. */
import { beyondLimit, corrupt, unsupported } from '../../errors.ts';
import { viewOf } from '../../layout.ts';
import { placeIn, readBytes, readPadded } from '../../store/store.ts';
import type { Store } from '../../store/store.ts';
import { GrainExtent } from './grain-extent.ts';
import type { GrainShape } from './grain-extent.ts';
import { isSizeOfDisk } from './extent.ts';
import {
  COW_GTES_PER_GT, COW_HEADER, COW_MAGIC, MOST_GD_ENTRIES, MOST_GRAIN_BYTES, SE_SPARSE_HEADER, SE_SPARSE_MAGIC, SE_SPARSE_VERSION, SE_SPARSE_VOLATILE_HEADER, SE_SPARSE_VOLATILE_MAGIC, SECTOR_BYTES, SeSparseEntry,
} from './layout.ts';

const WHY = 'the sparse extents of ESXi are only read: convert it first';

export class CowExtent extends GrainExtent {
  readonly type = 'VMFSSPARSE';
  override readonly whyReadOnly = WHY;
  readonly #directory: Uint32Array;

  private constructor(store: Store, shape: GrainShape, directory: Uint32Array) {
    super(store, shape);
    this.#directory = directory;
  }

  static async open(store: Store): Promise<CowExtent> {
    const header = COW_HEADER.read(await readPadded(store, 0, SECTOR_BYTES), 0, placeIn(store, 0));
    const where = (field: keyof typeof header): ReturnType<typeof placeIn> => placeIn(store, COW_HEADER.fields[field][0], field);
    if (header.magicNumber !== COW_MAGIC) throw corrupt('is no VMFSSPARSE extent', where('magicNumber'));
    if (header.version !== 1) throw unsupported(`a COWD extent of version ${header.version}`, where('version'));
    const grainBytes = header.grainSize * SECTOR_BYTES;
    if (!isGrain(grainBytes)) throw corrupt(`grains of ${header.grainSize} sectors`, where('grainSize'));
    const size = header.numSectors * SECTOR_BYTES;
    const entries = Math.ceil(size / (grainBytes * COW_GTES_PER_GT));
    if (entries > MOST_GD_ENTRIES) throw beyondLimit(`a grain directory of ${entries} entries`, where('numSectors'));
    if (header.numGDEntries < entries) throw corrupt(`${header.numGDEntries} grain directory entries for a disk that needs ${entries}`, where('numGDEntries'));
    if (header.gdOffset * SECTOR_BYTES + entries * 4 > store.length) throw corrupt('the grain directory would be beyond the end of the file', where('gdOffset'));
    return new CowExtent(store, { size, grainBytes, entriesPerTable: COW_GTES_PER_GT, compression: 'none', lowestGrain: header.gdOffset }, await readEntries(store, header.gdOffset * SECTOR_BYTES, entries));
  }

  protected override hasTable(index: number): boolean {
    return this.#directory[index] !== 0;
  }

  protected override async readTable(index: number): Promise<Uint32Array<ArrayBuffer>> {
    const table = await readEntries(this.store, this.#directory[index]! * SECTOR_BYTES, COW_GTES_PER_GT);
    if (table.includes(1)) throw corrupt('a grain would be within the header', placeIn(this.store, this.#directory[index]! * SECTOR_BYTES, 'grain table entry'));
    return table;
  }
}

export class SeSparseExtent extends GrainExtent {
  readonly type = 'SESPARSE';
  override readonly whyReadOnly = WHY;
  readonly #directory: Float64Array;
  readonly #grainsOffset: number;

  private constructor(store: Store, shape: GrainShape, directory: Float64Array, grainsOffset: number) {
    super(store, shape);
    this.#directory = directory;
    this.#grainsOffset = grainsOffset;
  }

  static async open(store: Store): Promise<SeSparseExtent> {
    const head = await readPadded(store, 0, SECTOR_BYTES);
    if (viewOf(head).getBigUint64(0, true) !== SE_SPARSE_MAGIC) throw corrupt('is no SESPARSE extent', placeIn(store, 0, 'magic'));
    const header = SE_SPARSE_HEADER.read(head, 0, placeIn(store, 0));
    const where = (field: keyof typeof header): ReturnType<typeof placeIn> => placeIn(store, SE_SPARSE_HEADER.fields[field][0], field);
    if (header.version !== SE_SPARSE_VERSION) throw unsupported(`an seSparse extent of version 0x${header.version.toString(16)}`, where('version'));
    if (header.flags !== 0n) throw unsupported(`an seSparse extent with the flags 0x${header.flags.toString(16)}`, where('flags'));
    const grainBytes = header.grainSize * SECTOR_BYTES;
    if (!isGrain(grainBytes)) throw corrupt(`grains of ${header.grainSize} sectors`, where('grainSize'));
    const tableBytes = header.grainTableSize * SECTOR_BYTES;
    if (tableBytes < SECTOR_BYTES || tableBytes > 1024 * 1024) throw beyondLimit(`grain tables of ${header.grainTableSize} sectors`, where('grainTableSize'));
    const size = header.capacity * SECTOR_BYTES;
    if (!isSizeOfDisk(size)) throw beyondLimit(`a capacity of ${header.capacity} sectors`, where('capacity'));
    const entriesPerTable = tableBytes / 8;
    const entries = Math.ceil(size / (grainBytes * entriesPerTable));
    if (entries > MOST_GD_ENTRIES) throw beyondLimit(`a grain directory of ${entries} entries`, where('capacity'));
    if (header.grainDirectorySize * SECTOR_BYTES < entries * 8) throw corrupt(`a grain directory of ${header.grainDirectorySize} sectors for ${entries} entries`, where('grainDirectorySize'));
    if (header.grainDirectoryOffset * SECTOR_BYTES + entries * 8 > store.length) throw corrupt('the grain directory would be beyond the end of the file', where('grainDirectoryOffset'));
    await mustBeSettled(store, header.volatileHeaderOffset * SECTOR_BYTES);
    const view = viewOf(await readBytes(store, header.grainDirectoryOffset * SECTOR_BYTES, entries * 8));
    const directory = new Float64Array(entries);
    for (let i = 0; i < entries; i++) {
      const low = view.getUint32(i * 8, true);
      const high = view.getUint32(i * 8 + 4, true);
      const place = placeIn(store, header.grainDirectoryOffset * SECTOR_BYTES + i * 8, 'grain directory entry');
      if (low === 0 && high === 0) continue;
      // The upper half says that there is a table, the lower half which.
      if (high !== 0x1000_0000) throw corrupt(`0x${high.toString(16)}${low.toString(16).padStart(8, '0')} is no grain directory entry`, place);
      const start = header.grainTablesOffset * SECTOR_BYTES + low * tableBytes;
      if (low * header.grainTableSize >= header.grainTablesSize || start + tableBytes > store.length) throw corrupt(`grain table ${low} would be beyond the grain tables`, place);
      directory[i] = start;
    }
    return new SeSparseExtent(store, { size, grainBytes, entriesPerTable, compression: 'none', lowestGrain: header.grainsOffset }, directory, header.grainsOffset);
  }

  protected override hasTable(index: number): boolean {
    return this.#directory[index] !== 0;
  }

  protected override async readTable(index: number): Promise<Float64Array<ArrayBuffer>> {
    const start = this.#directory[index]!;
    const view = viewOf(await readBytes(this.store, start, this.entriesPerTable * 8));
    const table = new Float64Array(this.entriesPerTable);
    for (let i = 0; i < table.length; i++) {
      const low = view.getUint32(i * 8, true);
      const high = view.getUint32(i * 8 + 4, true);
      switch (high >>> 28) {
        case SeSparseEntry.unallocated: break;
        // What the guest has unmapped reads as zeros, and not as what a parent has there.
        case SeSparseEntry.unmapped:
        case SeSparseEntry.zero: table[i] = 1; break;
        case SeSparseEntry.allocated:
          // The index of the grain: its lower 12 bits are bits 48 to 59, the others bits 0 to 47.
          table[i] = this.#grainsOffset + (((high >>> 16) & 0xfff) + (low + (high & 0xffff) * 0x1_0000_0000) * 4096) * this.grainSectors;
          break;
        default: throw corrupt(`0x${high.toString(16)}${low.toString(16).padStart(8, '0')} is no grain table entry`, placeIn(this.store, start + i * 8, 'grain table entry'));
      }
    }
    return table;
  }
}

/** A journal that has not been replayed holds what the tables should be. */
async function mustBeSettled(store: Store, offset: number): Promise<void> {
  const header = SE_SPARSE_VOLATILE_HEADER.read(await readBytes(store, offset, SE_SPARSE_VOLATILE_HEADER.byteLength), 0, placeIn(store, offset));
  if (header.magic !== SE_SPARSE_VOLATILE_MAGIC) throw corrupt('the volatile header is not where it should be', placeIn(store, offset, 'magic'));
  if (header.replayJournal !== 0n) {
    throw unsupported('its journal has to be replayed', placeIn(store, offset + SE_SPARSE_VOLATILE_HEADER.fields.replayJournal[0], 'replayJournal'), 'start and stop the virtual machine on its host, and copy the disk again');
  }
}

const isGrain = (bytes: number): boolean => bytes >= SECTOR_BYTES && bytes <= MOST_GRAIN_BYTES && Number.isInteger(Math.log2(bytes));

/** The 32-bit entries of a directory or table. The caller bounds `count`. */
export async function readEntries(store: Store, offset: number, count: number): Promise<Uint32Array<ArrayBuffer>> {
  return entriesOf(await readBytes(store, offset, count * 4));
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Entries of bytes that begin at a multiple of 4 in their buffer. */
export function entriesOf(bytes: Uint8Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  if (isLittleEndian) return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  const view = viewOf(bytes);
  return Uint32Array.from({ length: bytes.byteLength / 4 }, (_, i) => view.getUint32(i * 4, true));
}

/** The bytes of entries: a copy. */
export function bytesOf(entries: Uint32Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(entries.length * 4);
  if (isLittleEndian) new Uint32Array(bytes.buffer).set(entries);
  else entries.forEach((entry, i) => viewOf(bytes).setUint32(i * 4, entry, true));
  return bytes;
}
