/** Where a hosted sparse extent has its structures: read with suspicion, and laid out for a new one. */
import { beyondLimit, corrupt, DiskError, unsupported } from '../../errors.ts';
import type { CheckProblem } from '../../format.ts';
import { viewOf } from '../../layout.ts';
import type { LayoutValue } from '../../layout.ts';
import { placeIn, readBytes, readPadded } from '../../store/store.ts';
import type { Store } from '../../store/store.ts';
import { bytesOf, readEntries } from './esx-extents.ts';
import { isSizeOfDisk } from './extent.ts';
import type { Compression, GrainShape } from './grain-extent.ts';
import {
  COMPRESSION_DEFLATE, DESCRIPTOR_SECTORS, END_LINES, GD_AT_END, GRAIN_SECTORS, GTES_PER_GT, MARKER, MarkerType, MOST_GD_ENTRIES, MOST_GRAIN_BYTES, SECTOR_BYTES, SPARSE_HEADER, SPARSE_MAGIC, SparseFlag,
} from './layout.ts';

export type SparseHeader = LayoutValue<typeof SPARSE_HEADER.fields>;

export interface SparseParts {
  readonly store: Store;
  readonly header: SparseHeader;
  readonly shape: GrainShape;
  readonly directory: Uint32Array<ArrayBuffer>;
  /** The second copy, whose tables are others. */
  readonly redundant?: Uint32Array<ArrayBuffer>;
  readonly hasFooter?: boolean;
  /** It has just been written, and its header says that it is in use. */
  readonly isNew?: boolean;
  readonly whyReadOnly?: string;
  /** What was wrong already when it was opened to be checked. */
  readonly problems: readonly CheckProblem[];
}

export const gtSectors = (entries: number): number => Math.ceil((entries * 4) / SECTOR_BYTES);
export const directoryEntries = (size: number, grainBytes: number, entriesPerTable: number): number => Math.ceil(size / (grainBytes * entriesPerTable));

const isPowerOfTwo = (value: number): boolean => value > 0 && Number.isInteger(Math.log2(value));

/** What the footer is looked for in: some pad the file behind it. */
const FOOTER_SEARCH_BYTES = 64 * 1024;

/**
 * @param isForCheck what check can tell of is collected in `problems`
 * @throws DiskError
 */
export async function readSparse(store: Store, { isForCheck }: { readonly isForCheck: boolean }): Promise<SparseParts> {
  const head = await readPadded(store, 0, SECTOR_BYTES);
  const problems: CheckProblem[] = [];
  /** Damage that is no reason not to look further when the image is to be checked. */
  const tell = (error: DiskError): void => {
    if (!isForCheck) throw error;
    problems.push({ kind: 'corruption', message: error.message, ...(error.context.offset === undefined ? {} : { offset: error.context.offset }) });
  };
  // First of all, so that a text that is taken for an extent is not refused for its sizes.
  if (viewOf(head).getUint32(0, true) !== SPARSE_MAGIC) throw corrupt('is no sparse extent', placeIn(store, 0, 'magicNumber'));
  let header = SPARSE_HEADER.read(head, 0, placeIn(store, 0));
  const where = (field: keyof SparseHeader): ReturnType<typeof placeIn> => placeIn(store, SPARSE_HEADER.fields[field][0], field);
  if (header.version < 1 || header.version > 3) throw unsupported(`a sparse extent of version ${header.version}`, where('version'));
  if ((header.flags & SparseFlag.validNewLines) !== 0 && Object.entries(END_LINES).some(([name, byte]) => header[name as keyof typeof END_LINES] !== byte)) {
    tell(corrupt('the end-of-line bytes are not what they were', where('singleEndLineChar'), 'it was copied in text mode, and is damaged: copy it again in binary mode'));
  }
  const isCompressed = (header.flags & SparseFlag.compressedGrains) !== 0;
  if (isCompressed && header.compressAlgorithm !== COMPRESSION_DEFLATE) throw unsupported(`grains are compressed by algorithm ${header.compressAlgorithm}`, where('compressAlgorithm'));
  const hasFooter = header.gdOffset === GD_AT_END;
  if (hasFooter) {
    const inHead = header;
    header = await readFooter(store);
    if (header.capacity !== inHead.capacity || header.grainSize !== inHead.grainSize) tell(corrupt('header and footer disagree about the size of the disk or of its grains', where('capacity')));
  }
  const size = header.capacity * SECTOR_BYTES;
  if (!isSizeOfDisk(size)) throw beyondLimit(`a capacity of ${header.capacity} sectors`, where('capacity'));
  const grainBytes = header.grainSize * SECTOR_BYTES;
  if (!isPowerOfTwo(header.grainSize) || grainBytes > MOST_GRAIN_BYTES) throw corrupt(`grains of ${header.grainSize} sectors`, where('grainSize'));
  const entriesPerTable = header.numGTEsPerGT;
  if (!isPowerOfTwo(entriesPerTable) || entriesPerTable > 4096) throw corrupt(`grain tables of ${entriesPerTable} entries`, where('numGTEsPerGT'));
  const entries = directoryEntries(size, grainBytes, entriesPerTable);
  if (entries > MOST_GD_ENTRIES) throw beyondLimit(`a grain directory of ${entries} entries`, where('capacity'));
  const readDirectory = async (field: 'gdOffset' | 'rgdOffset'): Promise<Uint32Array<ArrayBuffer>> => {
    const offset = Number(header[field]) * SECTOR_BYTES;
    if (offset >= SECTOR_BYTES && offset + entries * 4 <= store.length) return readEntries(store, offset, entries);
    tell(corrupt(`the grain directory, ${entries * 4} bytes at ${offset}, would not be within the file of ${store.length}`, where(field)));
    return new Uint32Array(entries);
  };
  const directory = await readDirectory('gdOffset');
  const hasRedundant = (header.flags & SparseFlag.redundantTable) !== 0 && header.rgdOffset !== 0n && !isCompressed;
  const redundant = hasRedundant ? await readDirectory('rgdOffset') : undefined;
  const compression: Compression = !isCompressed ? 'none' : (header.flags & SparseFlag.markers) !== 0 ? 'markers' : 'plain';
  const whyReadOnly = problems.length > 0 ? 'it is damaged: see what check says' : isCompressed ? 'a streamOptimized disk is written once, from its beginning to its end' : header.version === 3 ? 'a sparse extent of version 3 has its changes tracked elsewhere, which would miss them' : undefined;
  return {
    store, header, directory, problems, hasFooter, ...(redundant === undefined ? {} : { redundant }), ...(whyReadOnly === undefined ? {} : { whyReadOnly }),
    shape: { size, grainBytes, entriesPerTable, compression, lowestGrain: lowestGrain(store, header) },
  };
}

/** Behind the header and the descriptor, and where a grain may be written also behind the tables. */
function lowestGrain(store: Store, { descriptorOffset, descriptorSize, overHead }: SparseHeader): number {
  const behindDescriptor = descriptorOffset === 0 ? 1 : Math.max(1, descriptorOffset + descriptorSize);
  const lowest = store.isWritable ? Math.max(behindDescriptor, overHead) : behindDescriptor;
  return lowest * SECTOR_BYTES <= store.length ? lowest : 1;
}

/** The header's last copy, which knows where the grain directory is. */
async function readFooter(store: Store): Promise<SparseHeader> {
  const start = Math.max(0, Math.floor((store.length - FOOTER_SEARCH_BYTES) / SECTOR_BYTES) * SECTOR_BYTES);
  const tail = await readBytes(store, start, Math.floor((store.length - start) / SECTOR_BYTES) * SECTOR_BYTES);
  const view = viewOf(tail);
  const { size: [sizeAt], type: [typeAt] } = MARKER.fields;
  for (let at = tail.length - 2 * SECTOR_BYTES; at >= 0; at -= SECTOR_BYTES) {
    if (view.getUint32(at + typeAt, true) !== MarkerType.footer || view.getUint32(at + sizeAt, true) !== 0 || view.getUint32(at + SECTOR_BYTES, true) !== SPARSE_MAGIC) continue;
    const place = placeIn(store, start + at + SECTOR_BYTES);
    const footer = SPARSE_HEADER.read(tail, at + SECTOR_BYTES, place);
    if (footer.gdOffset !== GD_AT_END) return footer;
  }
  throw new DiskError({
    code: 'DISK_IMAGE_TRUNCATED', kind: 'corrupt', message: 'the header says that a footer is at the end, and there is none', context: placeIn(store, store.length, 'gdOffset'), hint: 'the file was copied in part: copy it again',
  });
}

interface Tabled {
  readonly store: Store;
  readonly header: SparseHeader;
  readonly directory: Uint32Array;
  readonly entriesPerTable: number;
}

/** What is wrong with the place of a table; undefined where nothing is. In words, since there may be millions and an error takes its time. */
export function tableFault({ store, header, directory, entriesPerTable }: Tabled, sector: number): string | undefined {
  if (sector * SECTOR_BYTES + entriesPerTable * 4 > store.length) return 'a grain table would be beyond the end of the file';
  const sectors = gtSectors(entriesPerTable);
  const directorySectors = Math.ceil((directory.length * 4) / SECTOR_BYTES);
  const overlaps = (start: number, length: number): boolean => sector < start + length && start < sector + sectors;
  if (overlaps(0, 1) || (header.descriptorOffset > 0 && overlaps(header.descriptorOffset, header.descriptorSize))) return 'a grain table would be within the header';
  if (overlaps(Number(header.gdOffset), directorySectors) || ((header.flags & SparseFlag.redundantTable) !== 0 && header.rgdOffset !== 0n && overlaps(Number(header.rgdOffset), directorySectors))) {
    return 'a grain table would be within the grain directory';
  }
  return undefined;
}

/** The same as an error. */
export function tableProblem(extent: Tabled, sector: number): DiskError | undefined {
  const fault = tableFault(extent, sector);
  return fault === undefined ? undefined : corrupt(fault, placeIn(extent.store, sector * SECTOR_BYTES, 'grain directory entry'), 'see what check says; the other copy of the tables may be whole');
}

export interface NewSparse {
  /** Of the disk in bytes. */
  readonly size: number;
  readonly hasDescriptor: boolean;
  readonly zeroedGrains: boolean;
}

export interface SparsePlan {
  readonly header: SparseHeader;
  readonly directory: Uint32Array<ArrayBuffer>;
  readonly redundant: Uint32Array<ArrayBuffer>;
}

/** Header, descriptor, redundant directory and its tables, directory and its tables; then grains, from a whole grain on. */
export function planSparse({ size, hasDescriptor, zeroedGrains }: NewSparse): SparsePlan {
  const entries = directoryEntries(size, GRAIN_SECTORS * SECTOR_BYTES, GTES_PER_GT);
  const directorySectors = Math.ceil((entries * 4) / SECTOR_BYTES);
  const tableSectors = gtSectors(GTES_PER_GT);
  const rgdOffset = 1 + (hasDescriptor ? DESCRIPTOR_SECTORS : 0);
  const gdOffset = rgdOffset + directorySectors + entries * tableSectors;
  const directoryAt = (offset: number): Uint32Array<ArrayBuffer> => Uint32Array.from({ length: entries }, (_, i) => offset + directorySectors + i * tableSectors);
  const overHead = Math.ceil((gdOffset + directorySectors + entries * tableSectors) / GRAIN_SECTORS) * GRAIN_SECTORS;
  return {
    header: {
      magicNumber: SPARSE_MAGIC, version: zeroedGrains ? 2 : 1, flags: SparseFlag.validNewLines | SparseFlag.redundantTable | (zeroedGrains ? SparseFlag.zeroedGrains : 0),
      capacity: size / SECTOR_BYTES, grainSize: GRAIN_SECTORS, descriptorOffset: hasDescriptor ? 1 : 0, descriptorSize: hasDescriptor ? DESCRIPTOR_SECTORS : 0,
      numGTEsPerGT: GTES_PER_GT, rgdOffset: BigInt(rgdOffset), gdOffset: BigInt(gdOffset), overHead, uncleanShutdown: 1, ...END_LINES, compressAlgorithm: 0,
    },
    directory: directoryAt(gdOffset),
    redundant: directoryAt(rgdOffset),
  };
}

/** Writes the structures of an empty extent into an empty store, the header last. */
export async function writeSparse(store: Store, { header, directory, redundant }: SparsePlan, descriptor?: Uint8Array): Promise<SparseParts> {
  await store.resize(header.overHead * SECTOR_BYTES);
  if (descriptor !== undefined) await store.write(header.descriptorOffset * SECTOR_BYTES, descriptor);
  await store.write(Number(header.rgdOffset) * SECTOR_BYTES, bytesOf(redundant));
  await store.write(Number(header.gdOffset) * SECTOR_BYTES, bytesOf(directory));
  await store.write(0, SPARSE_HEADER.encode(header, SECTOR_BYTES));
  const size = header.capacity * SECTOR_BYTES;
  return { store, header, directory, redundant, problems: [], isNew: true, shape: { size, grainBytes: GRAIN_SECTORS * SECTOR_BYTES, entriesPerTable: GTES_PER_GT, compression: 'none', lowestGrain: header.overHead } };
}
