/** The directory of persistent bitmaps ("Bitmap directory", "Bitmap table"), read with every bound checked. */
import { beyondLimit, corrupt } from '../../errors.ts';
import { placeIn, readBytes } from '../../store/store.ts';
import { offsetOf } from './cluster-map.ts';
import type { Header } from './header.ts';
import { bitmapLayout, DIRTY_TRACKING_BITMAP, MOST_BITMAP_NAME_BYTES, MOST_BITMAP_TABLE_ENTRIES } from './layout.ts';

export interface BitmapEntry {
  readonly name: string;
  readonly tableOffset: number;
  readonly tableEntries: number;
  readonly flags: number;
  readonly granularityBits: number;
  /** Of a kind that is not known: kept as it is. */
  readonly extraData: Uint8Array;
  /** Of the entry's flags, in the directory. */
  readonly flagsOffset: number;
}

export interface TableEntry {
  /** 0 where no data is. */
  readonly offset: number;
  readonly isOnes: boolean;
}

const LEAST_GRANULARITY_BITS = 9;
const MOST_GRANULARITY_BITS = 31;
const roundUp = (length: number): number => Math.ceil(length / 8) * 8;

/** @throws DiskError */
export async function readBitmapDirectory(header: Header): Promise<BitmapEntry[]> {
  const pointer = header.bitmaps;
  if (pointer === undefined) return [];
  const { store } = header;
  const { directoryOffset, directoryBytes, count } = pointer;
  if (directoryOffset + directoryBytes > store.length) throw corrupt('the bitmap directory goes beyond the end of the file', placeIn(store, directoryOffset, 'bitmap_directory_offset'));
  const bytes = await readBytes(store, directoryOffset, directoryBytes);
  const entries: BitmapEntry[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    const where = placeIn(store, directoryOffset + at, 'bitmap directory');
    const fixed = bitmapLayout.read(bytes, at, where);
    const length = bitmapLayout.byteLength + fixed.extra_data_size + fixed.name_size;
    if (at + length > bytes.length) throw corrupt('an entry of the bitmap directory goes beyond its end', where);
    if (fixed.type !== DIRTY_TRACKING_BITMAP) throw corrupt(`a bitmap has the type ${fixed.type}; 1 is known`, { ...where, field: 'type' });
    if (fixed.granularity_bits < LEAST_GRANULARITY_BITS || fixed.granularity_bits > MOST_GRANULARITY_BITS) throw beyondLimit(`granularity_bits is ${fixed.granularity_bits}, which is not between ${LEAST_GRANULARITY_BITS} and ${MOST_GRANULARITY_BITS}`, { ...where, field: 'granularity_bits' });
    if (fixed.name_size === 0 || fixed.name_size > MOST_BITMAP_NAME_BYTES) throw beyondLimit(`name_size of a bitmap is ${fixed.name_size}`, { ...where, field: 'name_size' });
    if (fixed.bitmap_table_size > MOST_BITMAP_TABLE_ENTRIES) throw beyondLimit(`bitmap_table_size is ${fixed.bitmap_table_size}, more than ${MOST_BITMAP_TABLE_ENTRIES}`, { ...where, field: 'bitmap_table_size' });
    if (fixed.bitmap_table_offset % header.geometry.clusterBytes !== 0) throw corrupt('a bitmap table is not at a cluster', { ...where, field: 'bitmap_table_offset' });
    const nameAt = at + bitmapLayout.byteLength + fixed.extra_data_size;
    entries.push({
      name: new TextDecoder().decode(bytes.subarray(nameAt, nameAt + fixed.name_size)), tableOffset: fixed.bitmap_table_offset, tableEntries: fixed.bitmap_table_size, flags: fixed.flags,
      granularityBits: fixed.granularity_bits, extraData: bytes.slice(at + bitmapLayout.byteLength, nameAt), flagsOffset: directoryOffset + at + bitmapLayout.fields.flags[0],
    });
    at += roundUp(length);
  }
  return entries;
}

export function encodeBitmapDirectory(entries: readonly Omit<BitmapEntry, 'flagsOffset'>[]): Uint8Array<ArrayBuffer> {
  const parts = entries.map((entry) => {
    const name = new TextEncoder().encode(entry.name);
    const bytes = new Uint8Array(roundUp(bitmapLayout.byteLength + entry.extraData.length + name.length));
    bitmapLayout.write(bytes, {
      bitmap_table_offset: entry.tableOffset, bitmap_table_size: entry.tableEntries, flags: entry.flags, type: DIRTY_TRACKING_BITMAP, granularity_bits: entry.granularityBits, name_size: name.length,
      extra_data_size: entry.extraData.length,
    });
    bytes.set(entry.extraData, bitmapLayout.byteLength);
    bytes.set(name, bitmapLayout.byteLength + entry.extraData.length);
    return bytes;
  });
  return new Uint8Array(Buffer.concat(parts));
}

/** @throws DiskError */
export async function readBitmapTable(header: Header, { tableOffset, tableEntries, name }: BitmapEntry): Promise<TableEntry[]> {
  const { store } = header;
  const where = placeIn(store, tableOffset, 'bitmap_table_offset');
  if (tableOffset + tableEntries * 8 > store.length) throw corrupt(`the table of bitmap ${JSON.stringify(name)} goes beyond the end of the file`, where);
  const bytes = await readBytes(store, tableOffset, tableEntries * 8);
  const view = new DataView(bytes.buffer);
  return Array.from({ length: tableEntries }, (_, i) => {
    const offset = offsetOf(view.getUint32(i * 8), view.getUint32(i * 8 + 4));
    if (offset % header.geometry.clusterBytes !== 0) throw corrupt(`data of bitmap ${JSON.stringify(name)} is not at a cluster`, placeIn(store, tableOffset + i * 8, 'bitmap table'));
    return { offset, isOnes: offset === 0 && (view.getUint32(i * 8 + 4) & 1) !== 0 };
  });
}

/** Stretches of the file that bitmaps have. */
export async function bitmapPlaces(header: Header): Promise<{ readonly offset: number; readonly length: number; readonly what: string }[]> {
  const pointer = header.bitmaps;
  if (pointer === undefined) return [];
  const { clusterBytes } = header.geometry;
  const places = [{ offset: pointer.directoryOffset, length: pointer.directoryBytes, what: 'the bitmap directory' }];
  let entries = 0;
  for (const entry of await readBitmapDirectory(header)) {
    entries += entry.tableEntries;
    if (entries > MOST_BITMAP_TABLE_ENTRIES) throw beyondLimit('the bitmap tables have too many entries in all', placeIn(header.store, entry.tableOffset, 'bitmap_table_size'));
    places.push({ offset: entry.tableOffset, length: entry.tableEntries * 8, what: 'a bitmap table' });
    for (const { offset } of await readBitmapTable(header, entry)) if (offset !== 0) places.push({ offset, length: clusterBytes, what: 'data of a bitmap' });
  }
  return places;
}
