/** New VHDX images. */
import { DiskError } from '../../errors.ts';
import type { CreateContext } from '../../format.ts';
import { guidText } from '../../layout.ts';
import type { Image } from '../../image.ts';
import { writeEntry } from './block-table.ts';
import { Headers } from './headers.ts';
import { VhdxImage } from './image.ts';
import { BAT_ENTRY_BYTES, BLOCK, chunkRatio, FILE_SIGNATURE, IDENTIFIER, MIB, NO_GUID, REGION_TABLES_AT, toMib } from './layout.ts';
import { batEntryCount, encodeMetadata } from './metadata.ts';
import type { Metadata } from './metadata.ts';
import { locatorFor } from './parent-locator.ts';
import { encodeRegions } from './regions.ts';
import type { Regions } from './regions.ts';
import { mustBeSize, parentDataOf } from './restructure.ts';
import { viewOf } from '../../layout.ts';

export interface VhdxOptions {
  readonly subformat: 'dynamic' | 'fixed';
  readonly block_size: number;
  readonly log_size: number;
  readonly block_state_zero: boolean;
  readonly logical_sector_size: '512' | '4096';
}

const CREATOR = 'Worldswitch';
const GIB = 1024 * MIB;
const METADATA_BYTES = MIB;
const TABLE_PIECE_BYTES = MIB;

/** As qemu-img chooses: larger blocks for larger disks. */
export function blockSizeFor(size: number, { block_size: given }: VhdxOptions): number {
  if (given !== 0) return given;
  if (size > 32 * 1024 * GIB) return 64 * MIB;
  if (size > 100 * GIB) return 32 * MIB;
  return size > GIB ? 16 * MIB : 8 * MIB;
}

export interface FilePlan {
  readonly metadata: Metadata;
  readonly regions: Pick<Regions, 'bat' | 'metadata'>;
  readonly logOffset: number;
  readonly logLength: number;
  /** Where payload blocks begin. */
  readonly end: number;
}

export function planFile(size: number, options: VhdxOptions, parentLocator?: Metadata['parentLocator']): FilePlan {
  const sectorBytes = Number(options.logical_sector_size);
  const metadata: Metadata = {
    size: Math.ceil(size / sectorBytes) * sectorBytes, blockBytes: blockSizeFor(size, options), sectorBytes, physicalSectorBytes: 4096, virtualDiskId: NO_GUID,
    leavesBlocksAllocated: options.subformat === 'fixed', hasParent: parentLocator !== undefined, parentLocator,
  };
  const logLength = options.log_size;
  const metadataRegion = { offset: MIB + logLength, length: METADATA_BYTES };
  // Room for the last chunk's bitmap in any case: the disk may be given a parent.
  const bat = { offset: metadataRegion.offset + METADATA_BYTES, length: Math.max(MIB, toMib(batEntryCount(metadata, true) * BAT_ENTRY_BYTES)) };
  return { metadata, regions: { bat, metadata: metadataRegion }, logOffset: MIB, logLength, end: bat.offset + bat.length };
}

export async function createVhdx(context: CreateContext, options: VhdxOptions): Promise<Image> {
  const { store, parent, random } = context;
  const isFixed = options.subformat === 'fixed';
  if (isFixed && parent !== undefined) throw new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message: 'a fixed VHDX has no parent', context: { path: store.name, op: 'create' }, hint: 'subformat=dynamic' });
  if (options.block_size !== 0 && !Number.isInteger(Math.log2(options.block_size))) throw new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message: `block_size=${options.block_size}: a power of two from 1 to 256 MiB is wanted`, context: { path: store.name, op: 'create' } });
  if (options.log_size % MIB !== 0) throw new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message: `log_size=${options.log_size}: whole MiB are wanted`, context: { path: store.name, op: 'create' } });
  const idBytes = random(16);
  const plan = planFile(context.size, options, parent === undefined ? undefined : locatorFor(store.name, parent.name, parentDataOf(parent.disk.image, store.name)));
  const metadata = { ...plan.metadata, virtualDiskId: guidText(idBytes) };
  const { regions, logOffset, logLength, end } = plan;
  mustBeSize(metadata.size, metadata.sectorBytes, store.name);
  const blocks = Math.ceil(metadata.size / metadata.blockBytes);
  await store.resize(end + (isFixed ? blocks * metadata.blockBytes : 0));
  await store.write(0, IDENTIFIER.encode({ signature: FILE_SIGNATURE, creator: Uint8Array.from(Buffer.from(CREATOR, 'utf16le')) }));
  const table = encodeRegions(regions);
  for (const at of REGION_TABLES_AT) await store.write(at, table);
  await store.write(regions.metadata.offset, encodeMetadata(metadata, idBytes));
  if (isFixed) await writeTable(context, plan, (block) => [BLOCK.fullyPresent, end + block * metadata.blockBytes]);
  else if (options.block_state_zero) await writeTable(context, plan, () => [BLOCK.zero, 0]);
  const headers = await Headers.create(store, { fileWriteGuid: guidText(random(16)), dataWriteGuid: guidText(random(16)), logGuid: NO_GUID, logVersion: 0, logLength, logOffset });
  return new VhdxImage({ store, isWritable: true, headers, regions: { ...regions, others: [], isOneDamaged: false }, metadata, creator: CREATOR, isNew: true, isReplayed: false });
}

/** Entries for all payload blocks. */
async function writeTable({ store }: CreateContext, { metadata, regions: { bat } }: FilePlan, entryOf: (block: number) => readonly [state: number, offset: number]): Promise<void> {
  const ratio = chunkRatio(metadata.blockBytes, metadata.sectorBytes);
  const blocks = Math.ceil(metadata.size / metadata.blockBytes);
  const piece = new Uint8Array(Math.min(TABLE_PIECE_BYTES, bat.length));
  const view = viewOf(piece);
  let block = 0;
  for (let done = 0; block < blocks; done += piece.length) {
    piece.fill(0);
    for (let at = 0; at < piece.length && block < blocks; at += BAT_ENTRY_BYTES) {
      if (((done + at) / BAT_ENTRY_BYTES) % (ratio + 1) === ratio) continue;
      const [state, offset] = entryOf(block++);
      writeEntry(view, at, state, offset);
    }
    await store.write(bat.offset + done, piece.subarray(0, Math.min(piece.length, bat.length - done)));
  }
}
