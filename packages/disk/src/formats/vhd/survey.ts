/** Which parts of the file of a dynamic disk are used, and by what: for checks, and to know where there is room. */
import { ENTRY_BYTES, SECTOR_BYTES, toSectors, UNUSED_ENTRY } from './layout.ts';

export interface Range {
  readonly start: number;
  readonly end: number;
  readonly what: string;
}

export interface FileMap {
  /** A block with its bitmap, in bytes. */
  readonly stride: number;
  /** Headers, table, names of the parent. */
  readonly reserved: readonly Range[];
  /** Where blocks have to end: at the footer, or with the file when it has lost it. */
  readonly limit: number;
  /** Of the table itself, in bytes, for messages. */
  readonly tableOffset: number;
}

interface Trouble {
  readonly message: string;
  /** Of the table's entry. */
  readonly offset: number;
}

export interface Survey {
  readonly troubles: readonly Trouble[];
  readonly troubleCount: number;
  readonly allocated: number;
  /** Places where a block would fit, between what is used. */
  readonly gaps: readonly number[];
  /** All that lies between what is used, in whole sectors. */
  readonly holes: readonly { readonly start: number; readonly end: number }[];
  /** Of what is used, in bytes; a multiple of a sector. */
  readonly end: number;
}

const MOST_TROUBLES = 1000;

/** Blocks outside the file or over its headers: one pass. The last block may be cut off where the disk ends. */
export function* outsiders(table: Uint32Array, { reserved, limit, tableOffset, stride }: FileMap, lastStride = stride): Generator<Trouble> {
  for (let block = 0; block < table.length; block++) {
    const entry = table[block]!;
    if (entry === UNUSED_ENTRY) continue;
    const start = entry * SECTOR_BYTES;
    const end = start + (block === table.length - 1 ? lastStride : stride);
    const offset = tableOffset + block * ENTRY_BYTES;
    if (end > limit) yield { message: `block ${block} is at ${start}, and ends after the file's data at ${limit}`, offset };
    const over = reserved.find((range) => start < range.end && end > range.start);
    if (over !== undefined) yield { message: `block ${block} is at ${start}, over the ${over.what}`, offset };
  }
}

/** Outsiders, blocks that share room, and the room that nobody has. */
export function survey(table: Uint32Array, map: FileMap, lastStride = map.stride): Survey {
  const troubles: Trouble[] = [];
  let troubleCount = 0;
  const add = (trouble: Trouble): void => {
    troubleCount++;
    if (troubles.length < MOST_TROUBLES) troubles.push(trouble);
  };
  for (const trouble of outsiders(table, map, lastStride)) add(trouble);
  const sorted = table.filter((entry) => entry !== UNUSED_ENTRY).sort();
  const metadata = [...map.reserved].sort((a, b) => a.start - b.start);
  const gaps: number[] = [];
  const holes: { start: number; end: number }[] = [];
  let end = 0, next = 0, previousEnd = 0;
  const reach = (start: number): void => {
    end = toSectors(end);
    if (end < start) holes.push({ start: end, end: start - (start % SECTOR_BYTES) });
    for (; end + map.stride <= start; end += map.stride) gaps.push(end);
  };
  for (const entry of sorted) {
    const start = entry * SECTOR_BYTES;
    for (; next < metadata.length && metadata[next]!.start < start; next++) {
      reach(metadata[next]!.start);
      end = Math.max(end, metadata[next]!.end);
    }
    if (start < previousEnd) add({ message: `two blocks share the room at ${start}`, offset: map.tableOffset + table.indexOf(entry) * ENTRY_BYTES });
    // What is beyond the end makes no room before it.
    if (start + lastStride > map.limit) continue;
    reach(start);
    previousEnd = start + map.stride;
    end = Math.max(end, previousEnd);
  }
  for (; next < metadata.length; next++) {
    reach(metadata[next]!.start);
    end = Math.max(end, metadata[next]!.end);
  }
  return { troubles, troubleCount, allocated: sorted.length, gaps, holes, end: toSectors(end) };
}
