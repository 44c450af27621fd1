/** Writes which blocks a file has: an extent tree, or indirect blocks. The whole mapping is made anew, in the tree blocks that were there as far as they go. */
import { viewOf } from '../../layout.ts';
import type { BlockCache } from '../block-cache.ts';
import { refused } from '../file-system.ts';
import type { Runs } from '../runs.ts';
import type { Allocator } from './allocator.ts';
import { checksum } from './checksum.ts';
import type { Geometry } from './geometry.ts';
import * as layout from './layout.ts';

export interface MappingTarget {
  readonly geometry: Geometry;
  readonly cache: BlockCache;
  readonly allocator: Allocator;
  /** Tree blocks of before; what is left in it afterwards is free. */
  readonly pool: number[];
  /** Of the inode, for its tree blocks' checksums. */
  readonly seed: number;
}

/** @returns the sixty bytes for the inode, and how many blocks the tree takes */
export async function writeMapping(target: MappingTarget, runs: Runs, hasExtents: boolean): Promise<{ readonly block: Uint8Array; readonly treeBlocks: number }> {
  const result = hasExtents ? await writeExtents(target, runs) : await writeIndirect(target, runs);
  for (const left of target.pool) await target.allocator.freeBlocksAt(left, 1);
  return result;
}

async function treeBlock({ cache, allocator, pool }: MappingTarget): Promise<{ place: number; bytes: Uint8Array }> {
  const place = pool.pop() ?? (await allocator.blocks(1)).start;
  return { place, bytes: cache.fresh(place) };
}

interface Item {
  readonly start: number;
  /** 0 in a node above the leaves. */
  readonly length: number;
  readonly place: number;
}

async function writeExtents(target: MappingTarget, runs: Runs): Promise<{ block: Uint8Array; treeBlocks: number }> {
  const most = layout.MOST_INITIALIZED_BLOCKS;
  let items: Item[] = [];
  for (let i = 0; i < runs.starts.length; i++) {
    for (let done = 0; done < runs.lengths[i]!; done += most) items.push({ start: runs.starts[i]! + done, length: Math.min(most, runs.lengths[i]! - done), place: runs.places[i]! + done });
  }
  const { blockBytes, hasMetadataChecksum } = target.geometry;
  const room = Math.floor(blockBytes / layout.EXTENT_BYTES) - 1;
  let depth = 0;
  let treeBlocks = 0;
  for (; items.length > layout.EXTENTS_IN_INODE; depth++) {
    const above: Item[] = [];
    for (let i = 0; i < items.length; i += room) {
      const { place, bytes } = await treeBlock(target);
      encodeNode(bytes, items.slice(i, i + room), depth, room);
      if (hasMetadataChecksum) {
        const tail = (room + 1) * layout.EXTENT_BYTES;
        viewOf(bytes).setUint32(tail, checksum(target.seed, bytes.subarray(0, tail)), true);
      }
      above.push({ start: items[i]!.start, length: 0, place });
      treeBlocks++;
    }
    items = above;
  }
  const block = new Uint8Array(layout.INODE_BLOCK_BYTES);
  encodeNode(block, items, depth, layout.EXTENTS_IN_INODE);
  return { block, treeBlocks };
}

function encodeNode(bytes: Uint8Array, items: readonly Item[], depth: number, max: number): void {
  layout.EXTENT_HEADER.write(bytes, { magic: layout.EXTENT_MAGIC, entries: items.length, max, depth });
  const view = viewOf(bytes);
  items.forEach(({ start, length, place }, i) => {
    const at = (i + 1) * layout.EXTENT_BYTES;
    const high = Math.floor(place / 0x1_0000_0000);
    view.setUint32(at, start, true);
    if (depth === 0) {
      view.setUint16(at + 4, length, true);
      view.setUint16(at + 6, high, true);
      view.setUint32(at + 8, place >>> 0, true);
    } else {
      view.setUint32(at + 4, place >>> 0, true);
      view.setUint16(at + 8, high, true);
    }
  });
}

const DIRECT_BLOCKS = 12;

async function writeIndirect(target: MappingTarget, runs: Runs): Promise<{ block: Uint8Array; treeBlocks: number }> {
  const block = new Uint8Array(layout.INODE_BLOCK_BYTES);
  const view = viewOf(block);
  const perBlock = target.geometry.blockBytes / 4;
  const wanted = runs.end;
  let treeBlocks = 0;
  const at = (index: number): number => runs.placeOf(index) ?? 0;
  /** The block that points to `span` blocks each, from the file's block `first` on; 0 where they are all holes. */
  const build = async (level: number, first: number): Promise<number> => {
    const span = perBlock ** (level - 1);
    const pointers = new Uint32Array(perBlock);
    for (let i = 0; i < perBlock && first + i * span < wanted; i++) pointers[i] = level === 1 ? at(first + i) : await build(level - 1, first + i * span);
    if (pointers.every((pointer) => pointer === 0)) return 0;
    const { place, bytes } = await treeBlock(target);
    treeBlocks++;
    const into = viewOf(bytes);
    pointers.forEach((pointer, i) => into.setUint32(i * 4, pointer, true));
    return place;
  };
  for (let i = 0; i < DIRECT_BLOCKS && i < wanted; i++) view.setUint32(i * 4, at(i), true);
  let first = DIRECT_BLOCKS;
  for (let level = 1; level <= 3 && first < wanted; level++) {
    view.setUint32((DIRECT_BLOCKS + level - 1) * 4, await build(level, first), true);
    first += perBlock ** level;
  }
  if (wanted > first) throw refused('DISK_NO_SPACE', 'a file is longer than indirect blocks reach', target.geometry.volume, 'write');
  return { block, treeBlocks };
}
