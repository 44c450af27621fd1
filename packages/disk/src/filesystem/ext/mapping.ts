/** Which blocks a file has: the extent tree of ext4, and the indirect blocks of ext2 and ext3. */
import { corrupt } from '../../errors.ts';
import { viewOf } from '../../layout.ts';
import type { BlockCache } from '../block-cache.ts';
import { Runs } from '../runs.ts';
import { placeOn } from '../volume.ts';
import type { Geometry } from './geometry.ts';
import type { ExtNode } from './inode.ts';
import * as layout from './layout.ts';

/** @param onTreeBlock told of each block that the tree itself takes */
export async function runsOf(geometry: Geometry, cache: BlockCache, node: ExtNode, onTreeBlock?: (block: number) => void): Promise<Runs> {
  const runs = new Runs(geometry.volume, geometry.blockBytes);
  const seen = new Set<number>();
  const visit = async (block: number): Promise<Uint8Array> => {
    if (block < 1 || block >= geometry.blocksCount) throw corrupt(`inode ${node.id} has a tree block at block ${block} of ${geometry.blocksCount}`, placeOn(geometry.volume, 0, 'i_block'));
    if (seen.has(block)) throw corrupt(`inode ${node.id} has a tree block twice`, placeOn(geometry.volume, block * geometry.blockBytes, 'i_block'));
    seen.add(block);
    onTreeBlock?.(block);
    return cache.get(block);
  };
  if ((node.inode.flags & layout.FLAG_EXTENTS) !== 0) await addExtents(geometry, node, node.inode.block, undefined, visit, runs);
  else await addIndirect(geometry, node, visit, runs);
  return runs;
}

async function addExtents(geometry: Geometry, node: ExtNode, bytes: Uint8Array, depth: number | undefined, visit: (block: number) => Promise<Uint8Array>, runs: Runs): Promise<void> {
  const where = placeOn(geometry.volume, 0, 'ext4_extent_header');
  const header = layout.EXTENT_HEADER.read(bytes, 0, where);
  if (header.magic !== layout.EXTENT_MAGIC || header.depth > layout.MOST_EXTENT_DEPTH || (depth !== undefined && header.depth !== depth) || (header.entries + 1) * layout.EXTENT_BYTES > bytes.length) {
    throw corrupt(`the extent tree of inode ${node.id} is damaged`, where);
  }
  const view = viewOf(bytes);
  if (header.depth > 0) {
    const children = Array.from({ length: header.entries }, (_, i) => {
      const at = (i + 1) * layout.EXTENT_BYTES;
      return view.getUint32(at + 4, true) + view.getUint16(at + 8, true) * 0x1_0000_0000;
    });
    for (const child of children) await addExtents(geometry, node, await visit(child), header.depth - 1, visit, runs);
    return;
  }
  for (let i = 1; i <= header.entries; i++) {
    const at = i * layout.EXTENT_BYTES;
    const start = view.getUint32(at, true);
    const stored = view.getUint16(at + 4, true);
    const isUnwritten = stored > layout.MOST_INITIALIZED_BLOCKS;
    const length = isUnwritten ? stored - layout.MOST_INITIALIZED_BLOCKS : stored;
    const place = view.getUint32(at + 8, true) + view.getUint16(at + 6, true) * 0x1_0000_0000;
    if (length === 0) continue;
    if (place + length > geometry.blocksCount) throw corrupt(`inode ${node.id} has an extent at block ${place}, and the file system ${geometry.blocksCount}`, where);
    runs.add(start, length, isUnwritten ? -1 : place);
  }
}

const DIRECT_BLOCKS = 12;

async function addIndirect(geometry: Geometry, node: ExtNode, visit: (block: number) => Promise<Uint8Array>, runs: Runs): Promise<void> {
  const perBlock = geometry.blockBytes / 4;
  /** What lies beyond the file's size is not looked at. */
  const wanted = Math.ceil(node.size / geometry.blockBytes);
  const view = viewOf(node.inode.block);
  const addOne = (index: number, place: number): void => {
    if (place >= geometry.blocksCount) throw corrupt(`inode ${node.id} has block ${place} of ${geometry.blocksCount}`, placeOn(geometry.volume, 0, 'i_block'));
    runs.add(index, 1, place);
  };
  const descend = async (pointer: number, level: number, first: number, span: number): Promise<void> => {
    if (pointer === 0 || first >= wanted) return;
    const bytes = await visit(pointer);
    const pointers = viewOf(bytes.slice());
    for (let i = 0; i < perBlock && first + i * span < wanted; i++) {
      const next = pointers.getUint32(i * 4, true);
      if (next === 0) continue;
      if (level === 1) addOne(first + i, next);
      else await descend(next, level - 1, first + i * span, span / perBlock);
    }
  };
  for (let i = 0; i < DIRECT_BLOCKS && i < wanted; i++) {
    const place = view.getUint32(i * 4, true);
    if (place !== 0) addOne(i, place);
  }
  let first = DIRECT_BLOCKS;
  for (let level = 1; level <= 3; level++) {
    await descend(view.getUint32((DIRECT_BLOCKS + level - 1) * 4, true), level, first, perBlock ** (level - 1));
    first += perBlock ** level;
  }
}
