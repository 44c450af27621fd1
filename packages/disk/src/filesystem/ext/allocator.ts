/** Free blocks and inodes: the bitmaps of groups, and the numbers that go with them. */
import type { BlockCache } from '../block-cache.ts';
import { refused } from '../file-system.ts';
import type { Geometry, Group } from './geometry.ts';
import * as layout from './layout.ts';
import { clearBit, freshBlockBitmap, setBit, writeGroup } from './superblock.ts';

export interface Piece {
  readonly start: number;
  readonly length: number;
}

export class Allocator {
  readonly #geometry: Geometry;
  readonly #cache: BlockCache;
  readonly #groups = new Map<number, Group>();
  readonly #changed = new Set<number>();
  /** Where the next search begins: what is written one after the other lies so. */
  #goal: number;
  freeBlocks: number;
  freeInodes: number;

  constructor(geometry: Geometry, cache: BlockCache) {
    this.#geometry = geometry;
    this.#cache = cache;
    this.#goal = geometry.superblock.firstDataBlock;
    this.freeBlocks = geometry.superblock.freeBlocksLow + (geometry.has('incompatible', layout.BITS_64) ? geometry.superblock.freeBlocksHigh * 0x1_0000_0000 : 0);
    this.freeInodes = geometry.superblock.freeInodes;
  }

  async #group(number: number): Promise<Group> {
    let group = this.#groups.get(number);
    if (group === undefined) this.#groups.set(number, (group = await this.#geometry.group(this.#cache, number)));
    return group;
  }

  async #blockBitmap(group: Group): Promise<Uint8Array> {
    if ((group.flags & layout.BLOCK_UNINIT) !== 0) {
      this.#cache.fresh(group.blockBitmap).set(freshBlockBitmap(this.#geometry, group));
      group.flags &= ~layout.BLOCK_UNINIT;
    }
    this.#changed.add(group.number);
    return this.#cache.change(group.blockBitmap);
  }

  async #inodeBitmap(group: Group): Promise<Uint8Array> {
    const { inodesPerGroup } = this.#geometry.superblock;
    if ((group.flags & layout.INODE_UNINIT) !== 0) {
      const bitmap = this.#cache.fresh(group.inodeBitmap);
      for (let bit = inodesPerGroup; bit < bitmap.length * 8; bit++) setBit(bitmap, bit);
      group.flags &= ~layout.INODE_UNINIT;
    }
    this.#changed.add(group.number);
    return this.#cache.change(group.inodeBitmap);
  }

  /**
   * Up to `wanted` blocks in one piece.
   * @throws DiskError `DISK_NO_SPACE`
   */
  async blocks(wanted: number): Promise<Piece> {
    const geometry = this.#geometry;
    const { groupsCount } = geometry;
    const firstGroup = Math.min(groupsCount - 1, geometry.groupOf(this.#goal));
    for (let i = 0; i <= groupsCount; i++) {
      const group = await this.#group((firstGroup + i) % groupsCount);
      if (group.freeBlocks === 0) continue;
      const bitmap = await this.#blockBitmap(group);
      const start = geometry.groupStart(group.number);
      const length = geometry.groupLength(group.number);
      for (let bit = i === 0 ? Math.max(0, this.#goal - start) : 0; bit < length; bit++) {
        if ((bit & 7) === 0 && bitmap[bit >> 3] === 0xff) {
          bit += 7;
          continue;
        }
        if ((bitmap[bit >> 3]! & (1 << (bit & 7))) !== 0) continue;
        let count = 0;
        while (count < wanted && bit + count < length && (bitmap[(bit + count) >> 3]! & (1 << ((bit + count) & 7))) === 0) setBit(bitmap, bit + count++);
        group.freeBlocks -= count;
        this.freeBlocks -= count;
        this.#goal = start + bit + count;
        return { start: start + bit, length: count };
      }
    }
    throw refused('DISK_NO_SPACE', 'the file system is full', geometry.volume, 'write');
  }

  async freeBlocksAt(start: number, length: number): Promise<void> {
    const geometry = this.#geometry;
    for (let block = start; block < start + length;) {
      const group = await this.#group(geometry.groupOf(block));
      const bitmap = await this.#blockBitmap(group);
      const first = geometry.groupStart(group.number);
      const end = Math.min(start + length, first + geometry.groupLength(group.number));
      for (; block < end; block++) {
        clearBit(bitmap, block - first);
        this.#cache.forget(block);
        group.freeBlocks++;
        this.freeBlocks++;
      }
    }
    this.#goal = Math.min(this.#goal, start);
  }

  /** @param near the group that it should be in */
  async inode(near: number, isDirectory: boolean): Promise<number> {
    const { groupsCount, superblock } = this.#geometry;
    for (let i = 0; i < groupsCount; i++) {
      const group = await this.#group((near + i) % groupsCount);
      if (group.freeInodes === 0) continue;
      const bitmap = await this.#inodeBitmap(group);
      for (let bit = 0; bit < superblock.inodesPerGroup; bit++) {
        if ((bitmap[bit >> 3]! & (1 << (bit & 7))) !== 0) continue;
        setBit(bitmap, bit);
        group.freeInodes--;
        this.freeInodes--;
        if (isDirectory) group.usedDirectories++;
        group.unusedInodes = Math.min(group.unusedInodes, superblock.inodesPerGroup - bit - 1);
        return group.number * superblock.inodesPerGroup + bit + 1;
      }
    }
    throw refused('DISK_NO_SPACE', 'the file system has no more inodes', this.#geometry.volume, 'write');
  }

  async freeInode(inode: number, isDirectory: boolean): Promise<void> {
    const { inodesPerGroup } = this.#geometry.superblock;
    const group = await this.#group(Math.floor((inode - 1) / inodesPerGroup));
    clearBit(await this.#inodeBitmap(group), (inode - 1) % inodesPerGroup);
    group.freeInodes++;
    this.freeInodes++;
    if (isDirectory) group.usedDirectories--;
  }

  /** Puts the groups' numbers into their descriptors. */
  async store(): Promise<void> {
    for (const number of this.#changed) {
      const group = this.#groups.get(number)!;
      const blocks = (group.flags & layout.BLOCK_UNINIT) === 0 ? { blocks: (await this.#cache.get(group.blockBitmap)).slice() } : {};
      const inodes = (group.flags & layout.INODE_UNINIT) === 0 ? { inodes: (await this.#cache.get(group.inodeBitmap)).slice() } : {};
      await writeGroup(this.#geometry, this.#cache, group, { ...blocks, ...inodes });
    }
    this.#changed.clear();
  }
}
