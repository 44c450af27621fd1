/** The metadata region (2.6): items by their GUIDs, and what the known ones say. */
import { beyondLimit, corrupt, unsupported } from '../../errors.ts';
import { guidText } from '../../layout.ts';
import { readBytes } from '../../store/store.ts';
import type { Store } from '../../store/store.ts';
import {
  chunkRatio, FILE_FLAG, FILE_PARAMETERS, ITEM, LEAST_BLOCK_BYTES, METADATA_ENTRIES_AT, METADATA_ENTRY, METADATA_ENTRY_BYTES, METADATA_FLAG, METADATA_SIGNATURE, METADATA_TABLE, METADATA_TABLE_BYTES, MOST_BLOCK_BYTES,
  MOST_DISK_BYTES, MOST_ITEM_BYTES, MOST_METADATA_ENTRIES, SECTOR_SIZE, VIRTUAL_DISK_SIZE,
} from './layout.ts';
import { encodeParentLocator, readParentLocator } from './parent-locator.ts';
import type { KeyValues } from './parent-locator.ts';
import type { Region } from './regions.ts';

export interface Metadata {
  readonly size: number;
  readonly blockBytes: number;
  readonly sectorBytes: number;
  readonly physicalSectorBytes: number;
  readonly virtualDiskId: string;
  readonly leavesBlocksAllocated: boolean;
  readonly hasParent: boolean;
  readonly parentLocator: KeyValues | undefined;
}

/** Where the items are, for changes. */
export interface MetadataPlaces {
  readonly items: ReadonlyMap<ItemName, Item>;
  readonly entryCount: number;
  /** Of the last item, of any kind, in the region. */
  readonly end: number;
}

interface Item {
  /** In the file. */
  readonly offset: number;
  readonly length: number;
  /** Of its entry in the table, in the file. */
  readonly entryAt: number;
}

type ItemName = keyof typeof ITEM;
const NAMES = new Map<string, ItemName>(Object.entries(ITEM).map(([name, guid]) => [guid, name as ItemName]));

/** @throws DiskError for an item that one must know and does not, or that is missing or absurd */
export async function readMetadata(store: Store, region: Region): Promise<Metadata> {
  const { items } = await readPlaces(store, region);
  const where = (name: ItemName): { path: string; offset: number; field: string } => ({ path: store.name, offset: items.get(name)?.offset ?? region.offset, field: name });
  const bytesOf = async (name: ItemName, least: number): Promise<Uint8Array<ArrayBuffer>> => {
    const item = items.get(name);
    if (item === undefined) throw corrupt(`the metadata has no ${name}`, { path: store.name, offset: region.offset, field: name, op: 'open' });
    if (item.length < least) throw corrupt(`${item.length} bytes`, where(name));
    return readBytes(store, item.offset, item.length);
  };
  const { blockSize: blockBytes, flags } = FILE_PARAMETERS.read(await bytesOf('fileParameters', FILE_PARAMETERS.byteLength));
  const { size } = VIRTUAL_DISK_SIZE.read(await bytesOf('virtualDiskSize', VIRTUAL_DISK_SIZE.byteLength), 0, where('virtualDiskSize'));
  const { size: sectorBytes } = SECTOR_SIZE.read(await bytesOf('logicalSectorSize', SECTOR_SIZE.byteLength));
  const { size: physicalSectorBytes } = SECTOR_SIZE.read(await bytesOf('physicalSectorSize', SECTOR_SIZE.byteLength));
  const virtualDiskId = guidText(await bytesOf('virtualDiskId', 16));
  if (blockBytes < LEAST_BLOCK_BYTES || blockBytes > MOST_BLOCK_BYTES || (blockBytes & (blockBytes - 1)) !== 0) throw corrupt(`blocks of ${blockBytes} bytes: a power of two from 1 to 256 MiB is wanted`, where('fileParameters'));
  if (sectorBytes !== 512 && sectorBytes !== 4096) throw corrupt(`sectors of ${sectorBytes} bytes`, where('logicalSectorSize'));
  if (physicalSectorBytes !== 512 && physicalSectorBytes !== 4096) throw corrupt(`sectors of ${physicalSectorBytes} bytes`, where('physicalSectorSize'));
  if (size % sectorBytes !== 0) throw corrupt(`a disk of ${size} bytes, in sectors of ${sectorBytes}`, where('virtualDiskSize'));
  if (size > MOST_DISK_BYTES) throw beyondLimit(`a disk of ${size} bytes; a VHDX has at most 64 TiB`, where('virtualDiskSize'));
  const hasParent = (flags & FILE_FLAG.hasParent) !== 0;
  const parentLocator = items.has('parentLocator') ? readParentLocator(await bytesOf('parentLocator', 1), where('parentLocator')) : undefined;
  if (hasParent && parentLocator === undefined) throw corrupt('the disk has a parent, and the metadata no parent locator', where('fileParameters'));
  return { size, blockBytes, sectorBytes, physicalSectorBytes, virtualDiskId, leavesBlocksAllocated: (flags & FILE_FLAG.leaveBlocksAllocated) !== 0, hasParent, parentLocator };
}

export async function readPlaces(store: Store, region: Region): Promise<MetadataPlaces> {
  const table = await readBytes(store, region.offset, METADATA_TABLE_BYTES);
  const { signature, entryCount } = METADATA_TABLE.read(table);
  if (signature !== METADATA_SIGNATURE) throw corrupt('no metadata table is there', { path: store.name, offset: region.offset, field: 'signature' });
  if (entryCount > MOST_METADATA_ENTRIES) throw corrupt(`the metadata table has ${entryCount} entries`, { path: store.name, offset: region.offset, field: 'entryCount' });
  const items = new Map<ItemName, Item>();
  let end = METADATA_TABLE_BYTES;
  for (let i = 0; i < entryCount; i++) {
    const at = METADATA_ENTRIES_AT + i * METADATA_ENTRY_BYTES;
    const where = { path: store.name, offset: region.offset + at, field: 'metadata item' };
    const { itemId, offset, length, flags } = METADATA_ENTRY.read(table, at, where);
    const name = NAMES.get(itemId);
    end = Math.max(end, offset + length);
    if (name === undefined) {
      if ((flags & METADATA_FLAG.isRequired) !== 0) throw unsupported(`a metadata item ${itemId} that one has to know`, where);
      continue;
    }
    if (length > MOST_ITEM_BYTES) throw beyondLimit(`${name} has ${length} bytes`, where);
    if (offset < METADATA_TABLE_BYTES || offset + length > region.length) throw corrupt(`${name} has ${length} bytes at ${offset}, in a region of ${region.length}`, where);
    if (items.has(name)) throw corrupt(`${name} is there twice`, where);
    items.set(name, { offset: region.offset + offset, length, entryAt: region.offset + at });
  }
  return { items, entryCount, end };
}

/** Items follow one another, each from a multiple of a log sector on: to change one is to change no other's page. */
const ITEM_ALIGNMENT = 4096;

/** The region's table and items, as many bytes as they take, in whole pages. */
export function encodeMetadata(metadata: Metadata, idBytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { size, blockBytes, sectorBytes, physicalSectorBytes, leavesBlocksAllocated, hasParent, parentLocator } = metadata;
  const { isVirtualDisk, isRequired } = METADATA_FLAG;
  const flags = (leavesBlocksAllocated ? FILE_FLAG.leaveBlocksAllocated : 0) | (hasParent ? FILE_FLAG.hasParent : 0);
  const items: [ItemName, Uint8Array, number][] = [
    ['fileParameters', FILE_PARAMETERS.encode({ blockSize: blockBytes, flags }), isRequired],
    ['virtualDiskSize', VIRTUAL_DISK_SIZE.encode({ size }), isRequired | isVirtualDisk],
    ['virtualDiskId', idBytes, isRequired | isVirtualDisk],
    ['logicalSectorSize', SECTOR_SIZE.encode({ size: sectorBytes }), isRequired | isVirtualDisk],
    ['physicalSectorSize', SECTOR_SIZE.encode({ size: physicalSectorBytes }), isRequired | isVirtualDisk],
    ...(parentLocator === undefined ? [] : [['parentLocator', encodeParentLocator(parentLocator), isRequired] as [ItemName, Uint8Array, number]]),
  ];
  const pagesOf = (bytes: Uint8Array): number => Math.ceil(bytes.length / ITEM_ALIGNMENT) * ITEM_ALIGNMENT;
  const region = new Uint8Array(METADATA_TABLE_BYTES + items.reduce((sum, [, bytes]) => sum + pagesOf(bytes), 0));
  METADATA_TABLE.write(region, { signature: METADATA_SIGNATURE, entryCount: items.length });
  let offset = METADATA_TABLE_BYTES;
  items.forEach(([name, bytes, itemFlags], i) => {
    METADATA_ENTRY.write(region, { itemId: ITEM[name], offset, length: bytes.length, flags: itemFlags }, METADATA_ENTRIES_AT + i * METADATA_ENTRY_BYTES);
    region.set(bytes, offset);
    offset += pagesOf(bytes);
  });
  return region;
}

/** 2.5: payload blocks, with the entry of a sector bitmap after each chunk of them; a disk with a parent has that of the last chunk too. */
export function batEntryCount({ size, blockBytes, sectorBytes }: Pick<Metadata, 'size' | 'blockBytes' | 'sectorBytes'>, hasParent: boolean): number {
  const ratio = chunkRatio(blockBytes, sectorBytes);
  const blocks = Math.ceil(size / blockBytes);
  return hasParent ? Math.ceil(blocks / ratio) * (ratio + 1) : blocks + Math.max(0, Math.floor((blocks - 1) / ratio));
}
