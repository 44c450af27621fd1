/** Opening: a descriptor of its own and the files it lists, a sparse extent with a descriptor in it, or an extent alone. */
import { corrupt, DiskError, beyondLimit, unsupported } from '../../errors.ts';
import type { CheckProblem, OpenContext } from '../../format.ts';
import { viewOf } from '../../layout.ts';
import { placeIn, readBytes, readPadded } from '../../store/store.ts';
import type { Store } from '../../store/store.ts';
import { Descriptor, isDescriptor, MOST_DESCRIPTOR_BYTES, MOST_EMBEDDED_BYTES } from './descriptor.ts';
import type { ExtentLine } from './descriptor.ts';
import { DescriptorPlace } from './descriptor-place.ts';
import { CowExtent, SeSparseExtent } from './esx-extents.ts';
import { FlatExtent, ZeroExtent } from './extent.ts';
import type { Extent } from './extent.ts';
import { VmdkImage } from './image.ts';
import { COW_MAGIC, SE_SPARSE_HEADER, SE_SPARSE_MAGIC, SECTOR_BYTES, SPARSE_MAGIC } from './layout.ts';
import { SparseExtent } from './sparse-extent.ts';
import { readSparse } from './sparse-layout.ts';

/** Kinds of disk whose extents are files. The others are whole or partial devices of the host, and never opened. */
const FILE_TYPES = ['monolithicSparse', 'monolithicFlat', 'twoGbMaxExtentSparse', 'twoGbMaxExtentFlat', 'streamOptimized', 'vmfs', 'vmfsPreallocated', 'vmfsEagerZeroedThick', 'vmfsThin', 'vmfsSparse', 'seSparse'];

type Kind = 'descriptor' | 'sparse' | 'cow' | 'seSparse';

/** What a file begins as; undefined where it is nothing of VMDK's. */
export function kindOf(head: Uint8Array): Kind | undefined {
  if (head.length < 16) return isDescriptor(head) ? 'descriptor' : undefined;
  const magic = viewOf(head).getUint32(0, true);
  if (magic === SPARSE_MAGIC) return 'sparse';
  if (magic === COW_MAGIC) return 'cow';
  if (magic === Number(SE_SPARSE_MAGIC) && head.length >= SE_SPARSE_HEADER.byteLength && SE_SPARSE_HEADER.read(head).magic === SE_SPARSE_MAGIC) return 'seSparse';
  return isDescriptor(head) ? 'descriptor' : undefined;
}

export async function openVmdk(context: OpenContext): Promise<VmdkImage> {
  const { store, isWritable, references, isForCheck = false } = context;
  switch (kindOf(await readPadded(store, 0, Math.min(4096, store.length)))) {
    case 'descriptor': return openDescriptor(context);
    case 'sparse': return openEmbedded(context);
    case 'cow': return new VmdkImage({ store, isWritable, references, extents: [await CowExtent.open(store)] });
    case 'seSparse': return new VmdkImage({ store, isWritable, references, extents: [await SeSparseExtent.open(store)] });
    default: throw corrupt(`is no VMDK${isForCheck ? ': there is nothing to check' : ''}`, placeIn(store, 0, 'magicNumber'));
  }
}

/** A sparse extent, whose descriptor is in it, or is another file's. */
async function openEmbedded({ store, isWritable, references, isForCheck = false }: OpenContext): Promise<VmdkImage> {
  const parts = await readSparse(store, { isForCheck });
  const extent = new SparseExtent(parts);
  const { descriptorOffset, descriptorSize } = parts.header;
  if (descriptorOffset === 0) return new VmdkImage({ store, isWritable, references, extents: [extent] });
  const offset = descriptorOffset * SECTOR_BYTES;
  const room = descriptorSize * SECTOR_BYTES;
  if (room > MOST_EMBEDDED_BYTES) throw beyondLimit(`a descriptor of ${descriptorSize} sectors`, placeIn(store, 36, 'descriptorSize'));
  if (offset + room > store.length) throw corrupt('the descriptor would be beyond the end of the file', placeIn(store, 28, 'descriptorOffset'));
  const bytes = await readBytes(store, offset, room);
  const descriptor = Descriptor.read(bytes, placeIn(store, offset));
  mustBeOpenable(descriptor, store);
  if (descriptor.extents.length > 1) throw unsupported(`${descriptor.extents.length} extents, and the descriptor is in one of them`, placeIn(store, offset, 'extents'));
  const problems: CheckProblem[] = [];
  const line = descriptor.extents[0];
  // The header is what counts: it is written before the descriptor when the disk grows.
  if (line === undefined || line.size !== extent.size) {
    problems.push({ kind: 'warning', message: `the descriptor has an extent of ${line === undefined ? 'no size' : line.size}, and the header one of ${extent.size} bytes`, offset });
  }
  return new VmdkImage({ store, isWritable, references, extents: [extent], descriptor, place: new DescriptorPlace(store, offset, room, trimmed(bytes)), problems });
}

function trimmed(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

async function openDescriptor({ store, isWritable, references, isForCheck = false }: OpenContext): Promise<VmdkImage> {
  if (store.length > MOST_DESCRIPTOR_BYTES) throw beyondLimit(`a descriptor of ${store.length} bytes`, placeIn(store, 0, 'descriptor'));
  const bytes = await readBytes(store, 0, store.length);
  const descriptor = Descriptor.read(bytes, placeIn(store, 0));
  mustBeOpenable(descriptor, store);
  const { extents: lines } = descriptor;
  if (lines.length === 0) throw corrupt('the descriptor lists no extents', placeIn(store, 0, 'extents'));
  if (lines.every(({ type }) => type === 'ZERO')) throw corrupt('the descriptor lists nothing but zeros', placeIn(store, 0, 'extents'));
  const sparse = lines.filter(({ type }) => type !== 'FLAT' && type !== 'VMFS' && type !== 'ZERO').map(({ name }) => name);
  const twice = sparse.find((name, i) => sparse.indexOf(name) !== i);
  if (twice !== undefined) throw corrupt(`${JSON.stringify(twice)} is two extents`, placeIn(store, 0, 'extents'));
  const extents: Extent[] = [];
  const problems: CheckProblem[] = [];
  try {
    for (const line of lines) {
      const extent = await openExtent(line, { store, isWritable, references, isForCheck });
      extents.push(extent);
      if (extent.size > line.size) problems.push({ kind: 'warning', message: `${extent.store?.name ?? ''} is of ${extent.size} bytes, and the descriptor has ${line.size} for it` });
    }
  } catch (error) {
    for (const extent of extents) await extent.close();
    throw error;
  }
  const limited = extents.map((extent, i) => (extent.size > lines[i]!.size ? new PartOfExtent(extent, lines[i]!.size) : extent));
  return new VmdkImage({ store, isWritable, references, extents: limited, descriptor, place: new DescriptorPlace(store, 0, undefined, bytes), problems });
}

function mustBeOpenable(descriptor: Descriptor, store: Store): void {
  const { createType } = descriptor;
  if (createType === undefined) throw corrupt('the descriptor has no createType', placeIn(store, 0, 'createType'));
  if (!FILE_TYPES.some((type) => type.toLowerCase() === createType.toLowerCase())) {
    throw unsupported(`a disk of the type ${JSON.stringify(createType.slice(0, 40))} is not of files`, placeIn(store, 0, 'createType'), 'open the device itself as raw');
  }
}

async function openExtent(line: ExtentLine, { store, isWritable, references, isForCheck = false }: OpenContext): Promise<Extent> {
  const { type, name, size, offset, access } = line;
  const where = placeIn(store, 0, 'extents');
  if (access === 'NOACCESS') throw unsupported('an extent is not to be accessed, the descriptor says', where);
  if (type === 'ZERO') return new ZeroExtent(size);
  if (!['FLAT', 'VMFS', 'SPARSE', 'VMFSSPARSE', 'SESPARSE'].includes(type)) throw unsupported(`an extent of the type ${type}`, where);
  if (name === undefined || name === '') throw corrupt(`an extent of the type ${type} without a name`, where);
  void isWritable;
  const file = await references.open(name, 'extent');
  try {
    const extent = await openIn(file, type, size, offset, isForCheck);
    if (extent.size < size) throw corrupt(`the extent is of ${extent.size} bytes, and its descriptor has ${size} for it`, placeIn(file, 0, 'capacity'));
    return extent;
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openIn(file: Store, type: string, size: number, offset: number, isForCheck: boolean): Promise<Extent> {
  if (type === 'SPARSE') return new SparseExtent(await readSparse(file, { isForCheck }));
  if (type === 'VMFSSPARSE') return CowExtent.open(file);
  if (type === 'SESPARSE') return SeSparseExtent.open(file);
  if (offset + size > file.length && !isForCheck) {
    throw new DiskError({ code: 'DISK_IMAGE_TRUNCATED', kind: 'corrupt', message: `the extent ends at ${offset + size}, and its file at ${file.length}`, context: placeIn(file, file.length), hint: 'the file may have been copied in part' });
  }
  return new FlatExtent(type, file, offset, size);
}

/** An extent that has grown, where its descriptor does not know of it yet: a power cut between the two. */
class PartOfExtent implements Extent {
  readonly type: string;
  readonly store: Store;
  readonly size: number;
  readonly isCompressed: boolean;
  readonly isWritable = false;
  readonly whyReadOnly = 'an extent is larger than its descriptor says';
  readonly #extent: Extent;

  constructor(extent: Extent, size: number) {
    this.#extent = extent;
    this.type = extent.type;
    this.store = extent.store!;
    this.size = size;
    this.isCompressed = extent.isCompressed;
  }

  get grainBytes(): number | undefined {
    return this.#extent.grainBytes;
  }

  locate(at: number, length: number): ReturnType<Extent['locate']> {
    return this.#extent.locate(at, length);
  }

  flush(): ReturnType<Extent['flush']> {
    return this.#extent.flush();
  }

  close(): ReturnType<Extent['close']> {
    return this.#extent.close();
  }
}
