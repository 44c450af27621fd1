/** Writing the superblock and group descriptors, with their checksums; and what a group holds before anything is put in it. */
import { viewOf } from '../../layout.ts';
import type { BlockCache } from '../block-cache.ts';
import { checksum, crc16, numberChecksum } from './checksum.ts';
import type { Geometry, Group, Superblock } from './geometry.ts';
import * as layout from './layout.ts';

/** Changes fields of the superblock, here and in memory. Its copies stay, as Linux leaves them. */
export async function writeSuperblock(geometry: Geometry, cache: BlockCache, fields: Partial<Superblock>): Promise<void> {
  Object.assign(geometry.superblock, fields);
  const block = Math.floor(layout.SUPERBLOCK_AT / geometry.blockBytes);
  const bytes = await cache.change(block);
  const at = layout.SUPERBLOCK_AT % geometry.blockBytes;
  layout.SUPERBLOCK.write(bytes, fields, at);
  sealSuperblock(geometry.hasMetadataChecksum, bytes, at);
}

export function sealSuperblock(hasChecksum: boolean, bytes: Uint8Array, at: number): void {
  if (!hasChecksum) return;
  const end = at + layout.SUPERBLOCK.fields.checksum[0];
  layout.SUPERBLOCK.write(bytes, { checksum: checksum(0xffff_ffff, bytes.subarray(at, end)) }, at);
}

/** Changes a group's numbers. The bitmaps' checksums are taken of the bitmaps that are given. */
export async function writeGroup(geometry: Geometry, cache: BlockCache, group: Group, bitmaps: { readonly blocks?: Uint8Array; readonly inodes?: Uint8Array } = {}): Promise<void> {
  const { block, offset } = geometry.descriptorPlace(group.number);
  encodeGroup(geometry, await cache.change(block), offset, group, bitmaps);
}

export function encodeGroup(geometry: Geometry, bytes: Uint8Array, offset: number, group: Group, bitmaps: { readonly blocks?: Uint8Array; readonly inodes?: Uint8Array }): void {
  const high = (value: number, unit: number): number => Math.floor(value / unit);
  layout.GROUP_LOW.write(bytes, {
    blockBitmap: group.blockBitmap >>> 0, inodeBitmap: group.inodeBitmap >>> 0, inodeTable: group.inodeTable >>> 0, freeBlocks: group.freeBlocks & 0xffff, freeInodes: group.freeInodes & 0xffff,
    usedDirectories: group.usedDirectories & 0xffff, unusedInodes: group.unusedInodes & 0xffff, flags: group.flags,
  }, offset);
  const isWide = geometry.descriptorBytes >= 64;
  if (isWide) {
    layout.GROUP_HIGH.write(bytes, {
      blockBitmapHigh: high(group.blockBitmap, 0x1_0000_0000), inodeBitmapHigh: high(group.inodeBitmap, 0x1_0000_0000), inodeTableHigh: high(group.inodeTable, 0x1_0000_0000),
      freeBlocksHigh: high(group.freeBlocks, 0x1_0000), freeInodesHigh: high(group.freeInodes, 0x1_0000), usedDirectoriesHigh: high(group.usedDirectories, 0x1_0000), unusedInodesHigh: high(group.unusedInodes, 0x1_0000),
    }, offset);
  }
  if (geometry.hasMetadataChecksum) {
    const { superblock, checksumSeed, blocksPerBit } = geometry;
    if (bitmaps.blocks !== undefined) {
      const sum = checksum(checksumSeed, bitmaps.blocks.subarray(0, superblock.blocksPerGroup / blocksPerBit / 8));
      layout.GROUP_LOW.write(bytes, { blockBitmapChecksum: sum & 0xffff }, offset);
      if (isWide) layout.GROUP_HIGH.write(bytes, { blockBitmapChecksumHigh: sum >>> 16 }, offset);
    }
    if (bitmaps.inodes !== undefined) {
      const sum = checksum(checksumSeed, bitmaps.inodes.subarray(0, superblock.inodesPerGroup >> 3));
      layout.GROUP_LOW.write(bytes, { inodeBitmapChecksum: sum & 0xffff }, offset);
      if (isWide) layout.GROUP_HIGH.write(bytes, { inodeBitmapChecksumHigh: sum >>> 16 }, offset);
    }
  }
  layout.GROUP_LOW.write(bytes, { checksum: groupChecksum(geometry, bytes.subarray(offset, offset + geometry.descriptorBytes), group.number) }, offset);
}

function groupChecksum(geometry: Geometry, descriptor: Uint8Array, number: number): number {
  if (geometry.hasMetadataChecksum) {
    const copy = descriptor.slice();
    viewOf(copy).setUint16(layout.GROUP_CHECKSUM_AT, 0, true);
    return checksum(numberChecksum(geometry.checksumSeed, number), copy) & 0xffff;
  }
  if (!geometry.has('readOnlyCompatible', layout.GDT_CHECKSUM)) return 0;
  let sum = crc16(0xffff, geometry.superblock.uuid);
  sum = crc16(sum, Uint8Array.of(number & 0xff, (number >>> 8) & 0xff, (number >>> 16) & 0xff, number >>> 24));
  sum = crc16(sum, descriptor.subarray(0, layout.GROUP_CHECKSUM_AT));
  return crc16(sum, descriptor.subarray(layout.GROUP_CHECKSUM_AT + 2));
}

/** Blocks before the bitmaps: the superblock's copy and the descriptors'. */
export function leadingBlocks(geometry: Geometry, group: number): number {
  const { superblock } = geometry;
  const hasCopy = geometry.hasSuperblock(group);
  const index = Math.floor(group / geometry.descriptorsPerBlock);
  if (!geometry.has('incompatible', layout.META_BG) || index < superblock.firstMetaBlockGroup) {
    const descriptors = geometry.has('incompatible', layout.META_BG) ? superblock.firstMetaBlockGroup : geometry.descriptorBlocks;
    return hasCopy ? 1 + descriptors + superblock.reservedGdtBlocks : 0;
  }
  const place = group % geometry.descriptorsPerBlock;
  const hasDescriptors = place === 0 || place === 1 || place === geometry.descriptorsPerBlock - 1;
  return (hasCopy ? 1 : 0) + (hasDescriptors ? 1 : 0);
}

/** The block bitmap of a group in which nothing is but metadata. */
export function freshBlockBitmap(geometry: Geometry, group: Pick<Group, 'number' | 'blockBitmap' | 'inodeBitmap' | 'inodeTable'>): Uint8Array {
  const bitmap = new Uint8Array(geometry.blockBytes);
  const first = geometry.groupStart(group.number);
  const length = geometry.groupLength(group.number);
  const mark = (from: number, count: number): void => {
    for (let block = Math.max(from, first); block < Math.min(from + count, first + length); block++) setBit(bitmap, Math.floor((block - first) / geometry.blocksPerBit));
  };
  mark(first, leadingBlocks(geometry, group.number) + (group.number === 0 ? geometry.superblockBlock - geometry.superblock.firstDataBlock : 0));
  mark(group.blockBitmap, 1);
  mark(group.inodeBitmap, 1);
  mark(group.inodeTable, geometry.inodeTableBlocks);
  // What the group has not, up to the end of the block, counts as used.
  for (let bit = Math.ceil(length / geometry.blocksPerBit); bit < bitmap.length * 8; bit++) setBit(bitmap, bit);
  return bitmap;
}

export function setBit(bitmap: Uint8Array, bit: number): void {
  bitmap[bit >> 3]! |= 1 << (bit & 7);
}

export function clearBit(bitmap: Uint8Array, bit: number): void {
  bitmap[bit >> 3]! &= ~(1 << (bit & 7));
}
