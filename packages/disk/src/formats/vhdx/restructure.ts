/** Changes of a VHDX's structures: its size, its parent, the order of its blocks. What belongs together is in one entry of the log. */
import { DiskError, unsupported } from '../../errors.ts';
import type { Image } from '../../image.ts';
import { readBytes } from '../../store/store.ts';
import type { BlockTable } from './block-table.ts';
import type { Journal } from './journal.ts';
import {
  BAT_ENTRY_BYTES, BLOCK, FILE_FLAG, FILE_PARAMETERS, ITEM, METADATA_ENTRIES_AT, METADATA_ENTRY, METADATA_ENTRY_BYTES, METADATA_FLAG, METADATA_TABLE, MIB, MOST_DISK_BYTES, MOST_METADATA_ENTRIES, REGION_TABLES_AT, toMib,
  VIRTUAL_DISK_SIZE,
} from './layout.ts';
import { batEntryCount, readMetadata, readPlaces } from './metadata.ts';
import type { Metadata } from './metadata.ts';
import type { MetadataPages } from './metadata-pages.ts';
import { encodeParentLocator, locatorFor } from './parent-locator.ts';
import { encodeRegions } from './regions.ts';
import type { Regions } from './regions.ts';
import { survey } from './survey.ts';
import type { Surveyed } from './survey.ts';

/** What of an image is changed here. */
export interface Structures extends Surveyed {
  readonly pages: MetadataPages;
  readonly journal: Journal;
  readonly table: BlockTable;
  readonly dataBytes: number;
  setStructures(metadata: Metadata, regions: Regions): void;
  setSectors(block: number, skip: number, length: number, isHere: boolean): Promise<void>;
  locate(at: number, length: number): ReturnType<Image['locate']>;
  allocate(length: number): Promise<number>;
  flush(): Promise<void>;
}

const COPY_BYTES = 2 * MIB;

export function mustBeSize(size: number, sectorBytes: number, path: string): void {
  if (size % sectorBytes === 0 && size <= MOST_DISK_BYTES) return;
  throw new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message: `${size} bytes are no size of this VHDX: whole sectors of ${sectorBytes} bytes, up to 64 TiB`, context: { path } });
}

export async function resizeVhdx(image: Structures, size: number): Promise<void> {
  const { store, metadata } = image;
  mustBeSize(size, metadata.sectorBytes, store.name);
  if (size === metadata.size) return;
  await settle(image);
  if (size > metadata.size) await grow(image, size);
  else await shrink(image, size);
}

/** All is in its place, and no entry of the log would bring back what was there. */
async function settle(image: Structures): Promise<void> {
  await image.flush();
  await image.journal.close();
  image.pages.forget();
}

async function grow(image: Structures, size: number): Promise<void> {
  const { store, metadata, dataBytes } = image;
  const oldBlocks = Math.ceil(metadata.size / dataBytes), blocks = Math.ceil(size / dataBytes);
  const count = batEntryCount({ ...metadata, size }, metadata.hasParent);
  await clearRest(image);
  if (count * BAT_ENTRY_BYTES > image.regions.bat.length) await moveTable(image, count * BAT_ENTRY_BYTES);
  await clearEntries(image, oldBlocks, blocks);
  if (metadata.leavesBlocksAllocated && !metadata.hasParent) {
    for (let block = oldBlocks; block < blocks; block++) await image.table.write(image.table.entryAt(block), { state: BLOCK.fullyPresent, offset: await image.allocate(dataBytes) });
  }
  await store.flush();
  await writeSize(image, size);
}

/** What is after the end of the disk in its last block comes into sight, and has to be zero. */
async function clearRest(image: Structures): Promise<void> {
  const { store, metadata, table, dataBytes } = image;
  const rest = metadata.size % dataBytes;
  if (rest === 0) return;
  const block = Math.floor(metadata.size / dataBytes);
  const { state, offset } = await table.read(table.entryAt(block));
  if (state < BLOCK.fullyPresent) return;
  if (offset + dataBytes > store.length) await store.resize(toMib(offset + dataBytes));
  await store.discard(offset + rest, dataBytes - rest);
  if (state === BLOCK.partiallyPresent) await image.setSectors(block, rest, dataBytes - rest, true);
}

/** Entries of blocks that the disk has not yet, or no more, say nothing. */
async function clearEntries(image: Structures, first: number, after: number): Promise<void> {
  const { store, table, pages, metadata } = image;
  await image.flush();
  for (let block = first; block < after;) {
    const chunk = Math.floor(block / table.ratio);
    const stop = Math.min(after, (chunk + 1) * table.ratio);
    const at = table.entryAt(block);
    await store.write(at, new Uint8Array((stop - block) * BAT_ENTRY_BYTES));
    // The bitmap of a chunk that had blocks before is theirs.
    if (metadata.hasParent && block === chunk * table.ratio) await store.write(table.bitmapEntryAt(chunk), new Uint8Array(BAT_ENTRY_BYTES));
    block = stop;
  }
  await store.flush();
  pages.forget();
}

async function writeSize(image: Structures, size: number): Promise<void> {
  const { items } = await readPlaces(image.store, image.regions.metadata);
  await image.pages.patch(items.get('virtualDiskSize')!.offset, VIRTUAL_DISK_SIZE.encode({ size }));
  await image.flush();
  image.setStructures({ ...image.metadata, size }, image.regions);
}

async function shrink(image: Structures, size: number): Promise<void> {
  const { metadata, dataBytes } = image;
  const oldBlocks = Math.ceil(metadata.size / dataBytes), blocks = Math.ceil(size / dataBytes);
  await writeSize(image, size);
  await settle(image);
  await clearEntries(image, blocks, oldBlocks);
  await compact(image);
}

/** The table goes to the end of the file, with room for more; both region tables say so in one entry of the log. */
async function moveTable(image: Structures, bytesNeeded: number): Promise<void> {
  const { store, regions, pages } = image;
  if (regions.others.length > 0) throw unsupported('its block allocation table has no more room, and there are regions beside it that are not known', { path: store.name, op: 'resize' });
  await image.flush();
  const length = toMib(bytesNeeded);
  const offset = await image.allocate(length);
  for (let done = 0; done < regions.bat.length; done += COPY_BYTES) await store.write(offset + done, await readBytes(store, regions.bat.offset + done, Math.min(COPY_BYTES, regions.bat.length - done)));
  await store.flush();
  const moved = { ...regions, bat: { offset, length } };
  const table = encodeRegions(moved);
  for (const at of REGION_TABLES_AT) await pages.patch(at, table);
  await image.flush();
  image.setStructures(image.metadata, moved);
  await settle(image);
}

/** Who the parent is. @throws DiskError for a parent that is no VHDX: a child could not recognise it */
export function parentDataOf(parent: Image, path: string): string {
  const { headers } = parent as Partial<Structures>;
  if (parent.format !== 'vhdx' || headers === undefined) {
    throw new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message: `a differencing VHDX stands on a VHDX, and its parent is of format ${parent.format}`, context: { path, op: 'create' }, hint: 'qcow2 stands on anything' });
  }
  return headers.fields.dataWriteGuid;
}

/** Names another parent, or none. */
export async function setParentOf(image: Structures, parent: { readonly name: string; readonly image: Image } | undefined): Promise<void> {
  const { store, regions, pages } = image;
  if (parent === undefined && !image.metadata.hasParent) return;
  await image.flush();
  if (parent === undefined) await fillPartial(image);
  else if (batEntryCount(image.metadata, true) * BAT_ENTRY_BYTES > regions.bat.length) await moveTable(image, batEntryCount(image.metadata, true) * BAT_ENTRY_BYTES);
  else if (!image.metadata.hasParent) await clearLastBitmap(image);
  const places = await readPlaces(store, image.regions.metadata);
  const { blockBytes, leavesBlocksAllocated } = image.metadata;
  const flags = (leavesBlocksAllocated ? FILE_FLAG.leaveBlocksAllocated : 0) | (parent === undefined ? 0 : FILE_FLAG.hasParent);
  await pages.patch(places.items.get('fileParameters')!.offset, FILE_PARAMETERS.encode({ blockSize: blockBytes, flags }));
  const known = places.items.get('parentLocator');
  if (parent === undefined) {
    // The entry stays, as no one's: without the flag a parent locator means nothing.
    await image.flush();
  } else {
    const bytes = encodeParentLocator(locatorFor(store.name, parent.name, parentDataOf(parent.image, store.name)));
    const offset = Math.ceil(places.end / 4096) * 4096;
    if (offset + bytes.length > image.regions.metadata.length || (known === undefined && places.entryCount >= MOST_METADATA_ENTRIES)) throw unsupported('its metadata region has no room for a parent locator', { path: store.name, op: 'set a parent' });
    const entryAt = known?.entryAt ?? image.regions.metadata.offset + METADATA_ENTRIES_AT + places.entryCount * METADATA_ENTRY_BYTES;
    await pages.patch(image.regions.metadata.offset + offset, bytes);
    await pages.patch(entryAt, METADATA_ENTRY.encode({ itemId: ITEM.parentLocator, offset, length: bytes.length, flags: METADATA_FLAG.isRequired }, METADATA_ENTRY_BYTES));
    if (known === undefined) await pages.patch(image.regions.metadata.offset + METADATA_TABLE.fields.entryCount[0], METADATA_TABLE.encode({ entryCount: places.entryCount + 1 }).subarray(METADATA_TABLE.fields.entryCount[0]));
    await image.flush();
  }
  image.setStructures(await readMetadata(store, image.regions.metadata), image.regions);
}

/** A disk without a parent has no entry for the bitmap of its last chunk: what is there is no one's. */
async function clearLastBitmap(image: Structures): Promise<void> {
  const { table, metadata, dataBytes } = image;
  const chunks = Math.ceil(Math.ceil(metadata.size / dataBytes) / table.ratio);
  for (let chunk = 0; chunk < chunks; chunk++) await table.write(table.bitmapEntryAt(chunk), { state: 0, offset: 0 });
  await image.flush();
}

/** Blocks of which some sectors were the parent's have them as zeros when there is none. */
async function fillPartial(image: Structures): Promise<void> {
  const { store, table, metadata, dataBytes } = image;
  for (let block = 0; block * dataBytes < metadata.size; block++) {
    const entryAt = table.entryAt(block);
    const { state, offset } = await table.read(entryAt);
    if (state !== BLOCK.partiallyPresent) continue;
    const end = Math.min(metadata.size, (block + 1) * dataBytes);
    for (let at = block * dataBytes; at < end;) {
      const run = await image.locate(at, end - at);
      if (run.kind === 'absent') await store.discard(offset + at - block * dataBytes, run.length);
      at += run.length;
    }
    await table.write(entryAt, { state: BLOCK.fullyPresent, offset });
  }
}

/** Moves the last blocks of the file into its gaps, and cuts off what is then at its end. @returns bytes that the file is shorter */
export async function compact(image: Structures): Promise<number> {
  const { store, table, dataBytes } = image;
  await settle(image);
  const before = store.length;
  const { gaps, lastFirst } = await survey(image);
  const blocks = gaps.length === 0 ? [] : lastFirst();
  const moves: { readonly entryAt: number; readonly state: number; readonly to: number }[] = [];
  for (let i = 0; i < Math.min(gaps.length, blocks.length); i++) {
    const entryAt = table.entryAt(blocks[i]!);
    const { state, offset } = await table.read(entryAt);
    const to = gaps[i]!;
    if (offset < to) break;
    for (let done = 0; done < dataBytes; done += COPY_BYTES) {
      const length = Math.min(COPY_BYTES, dataBytes - done, store.length - offset - done);
      if (length > 0) await store.write(to + done, await readBytes(store, offset + done, length));
    }
    moves.push({ entryAt, state, to });
  }
  for (const { entryAt, state, to } of moves) await table.write(entryAt, { state, offset: to });
  await settle(image);
  const { end } = await survey(image);
  if (end < store.length) await store.resize(toMib(end));
  await store.flush();
  return before - store.length;
}
