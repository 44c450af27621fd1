/** Changes of a dynamic disk's structures: its size, its parent, the order of its blocks. Each is made visible by the write of one sector, after all that it stands on has been flushed. */
import { beyondLimit, DiskError } from '../../errors.ts';
import type { Image } from '../../image.ts';
import type { Store } from '../../store/store.ts';
import { isHere, runOf } from './bitmaps.ts';
import type { BlockBitmaps } from './bitmaps.ts';
import { encodeEntries, newEntries, tableBytesOf } from './block-table.ts';
import type { BlockTable } from './block-table.ts';
import { mustBeSize } from './fixed-image.ts';
import type { Footer } from './footer.ts';
import { changeHeader } from './header.ts';
import type { Header } from './header.ts';
import { DISK_TYPE, HEADER_BYTES, LOCATOR_BYTES, LOCATOR_COUNT, LOCATORS_AT, MOST_ENTRIES, SECTOR_BYTES, UNUSED_ENTRY } from './layout.ts';
import type { HeaderFields } from './layout.ts';
import { locatorRoom, namesForParent, readLocators, writeLocators } from './locators.ts';
import type { Locator } from './locators.ts';
import type { Room } from './room.ts';
import { survey } from './survey.ts';
import type { FileMap } from './survey.ts';

/** What of a dynamic disk is changed here. */
export interface Structures {
  readonly store: Store;
  readonly size: number;
  readonly footer: Footer;
  readonly header: Header;
  readonly table: BlockTable;
  readonly room: Room;
  readonly blockBitmaps: BlockBitmaps;
  readonly isDifferencing: boolean;
  readonly dataBytes: number;
  readonly bitmapBytes: number;
  readonly lastStride: number;
  fileMap(limit: number): FileMap;
  setHeader(header: Header, locators?: readonly Locator[]): void;
  flush(): Promise<void>;
}

const COPY_BYTES = 2 * 1024 * 1024;

/** The image's `size` is still the old one when this returns. */
export async function resizeDynamic(image: Structures, size: number): Promise<void> {
  const { store, dataBytes } = image;
  mustBeSize(size, store.name);
  const count = Math.ceil(size / dataBytes);
  if (count > MOST_ENTRIES) throw beyondLimit(`${size} bytes in blocks of ${dataBytes} are too many blocks`, { path: store.name, op: 'resize' });
  await image.flush();
  if (size > image.size) await grow(image, size, count);
  else if (size < image.size) await shrink(image, size, count);
}

async function grow(image: Structures, size: number, count: number): Promise<void> {
  const { store, table, header } = image;
  await clearRest(image);
  const entries = newEntries(count);
  entries.set(table.entries);
  const { maxTableEntries } = header.fields;
  // A table has its last sector to the end.
  if (tableBytesOf(count) <= tableBytesOf(maxTableEntries)) {
    await store.write(table.offset, encodeEntries(entries));
    await store.flush();
    if (count > maxTableEntries) await changeHeaderInPlace(image, { maxTableEntries: count });
  } else {
    const at = await image.room.append(tableBytesOf(count));
    await store.write(at, encodeEntries(entries));
    await store.flush();
    await changeHeaderInPlace(image, { tableOffset: at, maxTableEntries: count });
    table.offset = at;
  }
  table.entries = entries;
  await writeSize(image, size);
}

/** What is after the end of the disk in its last block comes into sight, and has to be zero. */
async function clearRest({ store, size, table, room, dataBytes, bitmapBytes, isDifferencing, blockBitmaps }: Structures): Promise<void> {
  const rest = size % dataBytes;
  const block = Math.floor(size / dataBytes);
  const entry = rest === 0 ? UNUSED_ENTRY : table.entries[block]!;
  if (entry === UNUSED_ENTRY) return;
  const at = entry * SECTOR_BYTES;
  await room.reach(at + bitmapBytes + dataBytes);
  await store.discard(at + bitmapBytes + rest, dataBytes - rest);
  if (isDifferencing) await blockBitmaps.set(block, at, rest / SECTOR_BYTES, (dataBytes - rest) / SECTOR_BYTES, true);
  await blockBitmaps.write();
  await store.flush();
}

async function shrink(image: Structures, size: number, count: number): Promise<void> {
  const { store, table } = image;
  await writeSize(image, size);
  for (let block = count; block < table.entries.length; block++) if (table.entries[block] !== UNUSED_ENTRY) table.set(block, UNUSED_ENTRY);
  await table.write();
  await store.flush();
  table.entries = table.entries.slice(0, count);
  await changeHeaderInPlace(image, { maxTableEntries: count });
  await compact(image);
}

async function writeSize({ footer, room, store }: Structures, size: number): Promise<void> {
  footer.setSize(size);
  await room.writeFooter();
  await store.flush();
}

/** Only fields in the first sector: it arrives as a whole or not at all. */
async function changeHeaderInPlace(image: Structures, changes: Partial<HeaderFields>): Promise<void> {
  const header = changeHeader(image.header, changes);
  await image.store.write(header.at, header.bytes.subarray(0, SECTOR_BYTES));
  await image.store.flush();
  image.setHeader(header);
}

/** Names another parent, or none, in a header at a new place, to which the footer then points. */
export async function setParentOf(image: Structures, parent: { readonly name: string; readonly image: Image } | undefined): Promise<void> {
  const { store, footer, room } = image;
  await image.flush();
  if (parent === undefined && !image.isDifferencing) return;
  if (parent === undefined) await clearAbsent(image);
  else if (!image.isDifferencing) await markAll(image);
  const names = parent === undefined ? undefined : namesForParent(store, parent.name);
  const at = await room.append(HEADER_BYTES + (names === undefined ? 0 : locatorRoom(names)));
  const bytes = image.header.bytes.slice();
  if (names === undefined) bytes.fill(0, LOCATORS_AT, LOCATORS_AT + LOCATOR_COUNT * LOCATOR_BYTES);
  else await store.write(at + HEADER_BYTES, writeLocators(bytes, names, at + HEADER_BYTES));
  const header = changeHeader({ at, bytes }, parent === undefined ? { parentUniqueId: new Uint8Array(16), parentTimeStamp: 0, parentUnicodeName: new Uint8Array(512) } : parentFields(parent.image, store.name));
  await store.write(at, header.bytes);
  await store.flush();
  footer.change({ dataOffset: BigInt(at), diskType: parent === undefined ? DISK_TYPE.dynamic : DISK_TYPE.differencing });
  await room.writeFooter();
  await store.flush();
  image.setHeader(header, await readLocators(store, header.bytes, at));
  if (parent === undefined) await markAll(image);
}

/** Who the parent is. @throws DiskError for a parent that is no VHD: a child could not recognise it */
export function parentFields(parent: Image, path: string): Pick<HeaderFields, 'parentUniqueId' | 'parentTimeStamp'> {
  const { footer } = parent as Partial<Structures>;
  if (parent.format !== 'vhd' || footer === undefined) {
    throw new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message: `a differencing VHD stands on a VHD, and its parent is of format ${parent.format}`, context: { path, op: 'create' }, hint: 'qcow2 stands on anything' });
  }
  return { parentUniqueId: footer.fields.uniqueId, parentTimeStamp: footer.fields.timeStamp };
}

/** Sectors that were the parent's are zeros when there is none. They cannot be seen yet. */
async function clearAbsent({ store, table, blockBitmaps, dataBytes, bitmapBytes }: Structures): Promise<void> {
  const sectors = dataBytes / SECTOR_BYTES;
  for (const [block, entry] of table.entries.entries()) {
    if (entry === UNUSED_ENTRY) continue;
    const at = entry * SECTOR_BYTES;
    const bitmap = await blockBitmaps.get(block, at);
    for (let sector = 0; sector < sectors;) {
      const count = runOf(bitmap, sector, sectors - sector);
      if (!isHere(bitmap, sector)) await store.discard(at + bitmapBytes + sector * SECTOR_BYTES, count * SECTOR_BYTES);
      sector += count;
    }
  }
  await store.flush();
}

/** All sectors of all blocks are here: what a disk without a parent says. */
async function markAll({ store, table, bitmapBytes, blockBitmaps }: Structures): Promise<void> {
  const all = new Uint8Array(bitmapBytes).fill(0xff);
  for (const entry of table.entries) if (entry !== UNUSED_ENTRY) await store.write(entry * SECTOR_BYTES, all);
  blockBitmaps.forget();
  await store.flush();
}

/** A table that was moved behind the blocks goes to the first hole that it fits in. */
async function moveTable(image: Structures): Promise<void> {
  const { store, table, room } = image;
  const { maxTableEntries } = image.header.fields;
  const length = tableBytesOf(maxTableEntries);
  if (maxTableEntries > MOST_ENTRIES) return;
  const hole = survey(table.entries, image.fileMap(room.limit), image.lastStride).holes.find(({ start, end }) => end - start >= length);
  if (hole === undefined || hole.start > table.offset) return;
  const entries = newEntries(maxTableEntries);
  entries.set(table.entries);
  await store.write(hole.start, encodeEntries(entries));
  await store.flush();
  await changeHeaderInPlace(image, { tableOffset: hole.start });
  table.offset = hole.start;
}

/** Moves the last blocks of the file into its gaps, and cuts off what is then at its end. @returns bytes that the file is shorter */
export async function compact(image: Structures): Promise<number> {
  const { store, table, room, bitmapBytes, dataBytes } = image;
  await image.flush();
  const before = store.length;
  const { gaps } = survey(table.entries, image.fileMap(room.limit), image.lastStride);
  const lastFirst = Uint32Array.from(table.entries.keys()).filter((block) => table.entries[block] !== UNUSED_ENTRY).sort((a, b) => table.entries[b]! - table.entries[a]!);
  const moves: { block: number; to: number }[] = [];
  for (let i = 0; i < Math.min(gaps.length, lastFirst.length) && gaps[i]! < table.entries[lastFirst[i]!]! * SECTOR_BYTES; i++) moves.push({ block: lastFirst[i]!, to: gaps[i]! });
  const piece = new Uint8Array(Math.min(COPY_BYTES, bitmapBytes + dataBytes));
  for (const { block, to } of moves) {
    const from = table.entries[block]! * SECTOR_BYTES;
    const length = Math.min(bitmapBytes + dataBytes, room.limit - from);
    await store.discard(to, bitmapBytes + dataBytes);
    for (let done = 0; done < length; done += piece.length) {
      const part = piece.subarray(0, Math.min(piece.length, length - done));
      await store.read(from + done, part);
      await store.write(to + done, part);
    }
  }
  await store.flush();
  for (const { block, to } of moves) table.set(block, to / SECTOR_BYTES);
  await table.write();
  await store.flush();
  await moveTable(image);
  const after = survey(table.entries, image.fileMap(room.limit), image.lastStride);
  room.setUsed(after.gaps, after.end);
  await room.trim(true);
  await store.flush();
  return before - store.length;
}
