/** Which parts of the file are used, and by what: for checks, and to move blocks together. */
import { readBytes } from '../../store/store.ts';
import type { Store } from '../../store/store.ts';
import { offsetIn, stateIn } from './block-table.ts';
import type { BlockTable } from './block-table.ts';
import type { Headers } from './headers.ts';
import { BAT_ENTRY_BYTES, BITMAP_BYTES, BITMAP_PRESENT, BLOCK, MIB } from './layout.ts';
import type { Metadata } from './metadata.ts';
import type { Regions } from './regions.ts';
import { viewOf } from '../../layout.ts';

export interface Surveyed {
  readonly store: Store;
  readonly headers: Headers;
  readonly regions: Regions;
  readonly metadata: Metadata;
  readonly table: BlockTable;
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
  /** Of what is used, in bytes. */
  readonly end: number;
  /** Blocks that have room, the last of the file first. */
  lastFirst(): number[];
}

const MOST_TROUBLES = 1000;
const PIECE_BYTES = 64 * 1024;

/** Goes through the table as it is in the file. */
export async function survey({ store, headers, regions, metadata, table }: Surveyed): Promise<Survey> {
  const { size, blockBytes, hasParent } = metadata;
  const blocks = Math.ceil(size / blockBytes);
  const troubles: Trouble[] = [];
  let troubleCount = 0;
  const add = (message: string, offset: number): void => {
    troubleCount++;
    if (troubles.length < MOST_TROUBLES) troubles.push({ message, offset });
  };
  const placed = new PlacedBlocks();
  const { logOffset, logLength } = headers.fields;
  const others = [{ start: 0, end: MIB }, { start: logOffset, end: logOffset + logLength }, ...[regions.bat, regions.metadata, ...regions.others].map(({ offset, length }) => ({ start: offset, end: offset + length }))];
  const chunksWithBitmap = new Set<number>();
  const partialChunks = new Set<number>();
  const entries = entriesOf(store, table, blocks, hasParent);
  for await (const { block, isBitmap, state, offset, entryAt } of entries) {
    if (isBitmap) {
      if (state !== BITMAP_PRESENT) continue;
      const chunk = Math.floor(block / table.ratio);
      if (offset < MIB || offset + BITMAP_BYTES > store.length) add(`the sector bitmap of chunk ${chunk} is at ${offset}, in a file of ${store.length} bytes`, entryAt);
      else {
        chunksWithBitmap.add(chunk);
        others.push({ start: offset, end: offset + BITMAP_BYTES });
      }
      continue;
    }
    if (state <= BLOCK.unmapped) continue;
    if (state < BLOCK.fullyPresent) add(`block ${block} has state ${state}`, entryAt);
    else if (state === BLOCK.partiallyPresent && !hasParent) add(`block ${block} is partially present, in a disk without a parent`, entryAt);
    else if (offset < MIB || offset + Math.min(blockBytes, size - block * blockBytes) > store.length) add(`block ${block} is at ${offset}, in a file of ${store.length} bytes`, entryAt);
    else {
      placed.add(block, offset / MIB);
      if (state === BLOCK.partiallyPresent) partialChunks.add(Math.floor(block / table.ratio));
    }
  }
  for (const chunk of partialChunks) if (!chunksWithBitmap.has(chunk)) add(`chunk ${chunk} has blocks that are partially present, and no sector bitmap`, table.bitmapEntryAt(chunk));
  others.sort((a, b) => a.start - b.start);
  const gaps: number[] = [];
  let end = 0, next = 0, previousEnd = 0;
  const use = (start: number, stop: number): void => {
    for (; end + blockBytes <= start; end += blockBytes) gaps.push(end);
    end = Math.max(end, stop);
  };
  for (const { block, start } of placed.inOrder()) {
    for (; next < others.length && others[next]!.start < start; next++) {
      const other = others[next]!;
      if (other.start < previousEnd) add(`a block goes over the table or bitmap at ${other.start}`, table.entryAt(block));
      use(other.start, other.end);
    }
    if (start < end) add(`block ${block} shares the room at ${start}`, table.entryAt(block));
    use(start, start + blockBytes);
    previousEnd = start + blockBytes;
  }
  for (; next < others.length; next++) {
    if (others[next]!.start < previousEnd) add(`a block goes over the table or bitmap at ${others[next]!.start}`, regions.bat.offset);
    use(others[next]!.start, others[next]!.end);
  }
  return { troubles, troubleCount, allocated: placed.count, gaps, end, lastFirst: () => [...placed.inOrder()].map(({ block }) => block).reverse() };
}

interface TableEntry {
  readonly block: number;
  readonly isBitmap: boolean;
  readonly state: number;
  readonly offset: number;
  readonly entryAt: number;
}

/** The entries of the disk's blocks; after a chunk's, its bitmap's, under the number of the chunk's last block. */
async function* entriesOf(store: Store, table: BlockTable, blocks: number, hasParent: boolean): AsyncGenerator<TableEntry> {
  const { offset: start } = table.region;
  const count = blocks === 0 ? 0 : (table.entryAt(blocks - 1) - start) / BAT_ENTRY_BYTES + 1;
  // A disk with a parent has the bitmap's entry of its last chunk too, behind the entries of blocks that it has not.
  const total = hasParent && blocks > 0 ? (table.bitmapEntryAt(Math.floor((blocks - 1) / table.ratio)) - start) / BAT_ENTRY_BYTES + 1 : count;
  for (let first = 0; first < total; first += PIECE_BYTES / BAT_ENTRY_BYTES) {
    const at = start + first * BAT_ENTRY_BYTES;
    const bytes = await readBytes(store, at, Math.min(PIECE_BYTES, (total - first) * BAT_ENTRY_BYTES));
    const page = { at, bytes, view: viewOf(bytes) };
    for (let i = 0; i * BAT_ENTRY_BYTES < bytes.length; i++) {
      const index = first + i;
      const chunk = Math.floor(index / (table.ratio + 1));
      const isBitmap = index % (table.ratio + 1) === table.ratio;
      const block = isBitmap ? Math.min(blocks, (chunk + 1) * table.ratio) - 1 : index - chunk;
      if (!isBitmap && block >= blocks) continue;
      const entryAt = at + i * BAT_ENTRY_BYTES;
      yield { block, isBitmap, state: stateIn(page, entryAt), offset: offsetIn(page, entryAt), entryAt };
    }
  }
}

/** Numbers of blocks and where they are, in eight bytes a block. */
class PlacedBlocks {
  #blocks = new Uint32Array(1024);
  #places = new Uint32Array(1024);
  count = 0;

  /** @param place in MiB */
  add(block: number, place: number): void {
    if (this.count === this.#blocks.length) {
      this.#blocks = grown(this.#blocks);
      this.#places = grown(this.#places);
    }
    this.#blocks[this.count] = block;
    this.#places[this.count++] = place;
  }

  *inOrder(): Generator<{ block: number; start: number }> {
    const places = this.#places;
    const order = Uint32Array.from({ length: this.count }, (_, i) => i).sort((a, b) => places[a]! - places[b]!);
    for (const i of order) yield { block: this.#blocks[i]!, start: places[i]! * MIB };
  }
}

function grown(from: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const to = new Uint32Array(from.length * 2);
  to.set(from);
  return to;
}
