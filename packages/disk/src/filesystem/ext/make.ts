/** A new, empty ext2 or ext4 file system. Each group has its own metadata; ext4 has a journal where there is room for one. */
import { randomBytes } from 'node:crypto';
import { viewOf } from '../../layout.ts';
import { BlockCache } from '../block-cache.ts';
import { refused } from '../file-system.ts';
import { newNode } from '../tree.ts';
import { mustBeWritable } from '../volume.ts';
import type { Volume } from '../volume.ts';
import { ExtFileSystem } from './file-system.ts';
import { Geometry } from './geometry.ts';
import type { Group } from './geometry.ts';
import * as layout from './layout.ts';
import { encodeGroup, freshBlockBitmap, leadingBlocks, sealSuperblock, setBit } from './superblock.ts';
import { ExtWriter } from './writer.ts';

export interface MakeExtOptions {
  readonly type?: 'ext2' | 'ext4';
  readonly label?: string;
  /** 1024, 2048 or 4096. */
  readonly blockBytes?: number;
  /** How many files there may be; one for each 16 KiB unless said otherwise. */
  readonly inodes?: number;
  readonly hasJournal?: boolean;
  /** For file systems that are the same each time. */
  readonly uuid?: Uint8Array;
  readonly nowMs?: number;
}

const BYTES_PER_INODE = 16_384;
const INODE_BYTES = 256;
const FIRST_INODE = 11;
/** A last group with less room than this for files is left away. */
const LEAST_GROUP_BLOCKS = 50;

/** @throws DiskError where the volume is too small */
export async function makeExt(volume: Volume, options: MakeExtOptions = {}): Promise<ExtFileSystem> {
  mustBeWritable(volume, 'mkfs');
  const type = options.type ?? 'ext4';
  const blockBytes = options.blockBytes ?? (volume.size < 64 * 1024 * 1024 ? 1024 : 4096);
  if (![1024, 2048, 4096].includes(blockBytes)) throw refused('DISK_OPTION_INVALID', `blocks have 1024, 2048 or 4096 bytes, not ${blockBytes}`, volume, 'mkfs');
  const label = new TextEncoder().encode(options.label ?? '');
  if (label.length > 16) throw refused('DISK_OPTION_INVALID', 'a label has at most 16 bytes', volume, 'mkfs');
  const nowMs = options.nowMs ?? Date.now();
  const uuid = options.uuid ?? uuidBytes();
  const isExt4 = type === 'ext4';
  const firstDataBlock = blockBytes === 1024 ? 1 : 0;
  const blocksPerGroup = 8 * blockBytes;
  let blocksCount = Math.floor(volume.size / blockBytes);
  const inodeBytes = isExt4 ? INODE_BYTES : 128;
  const inodesPerBlock = blockBytes / inodeBytes;
  const journalBlocks = isExt4 && options.hasJournal !== false ? journalBlocksFor(blocksCount) : 0;

  const superblockOf = (): Partial<ReturnType<typeof layout.SUPERBLOCK.read>> => {
    const groups = Math.ceil((blocksCount - firstDataBlock) / blocksPerGroup);
    const wanted = Math.max(options.inodes === undefined ? Math.ceil(volume.size / BYTES_PER_INODE) : options.inodes + FIRST_INODE + 1, FIRST_INODE + 5);
    const inodesPerGroup = Math.min(8 * blockBytes, Math.ceil(Math.ceil(wanted / groups) / Math.max(8, inodesPerBlock)) * Math.max(8, inodesPerBlock));
    return {
      inodesCount: inodesPerGroup * groups, blocksCountLow: blocksCount >>> 0, blocksCountHigh: Math.floor(blocksCount / 0x1_0000_0000), firstDataBlock, logBlockSize: Math.log2(blockBytes / 1024),
      logClusterSize: Math.log2(blockBytes / 1024), blocksPerGroup, clustersPerGroup: blocksPerGroup, inodesPerGroup, writeTime: Math.floor(nowMs / 1000), maxMountCount: 0xffff, magic: layout.EXT_MAGIC, state: 0, errors: 1,
      lastCheck: Math.floor(nowMs / 1000), revision: 1, firstInode: FIRST_INODE, inodeSize: inodeBytes, compatible: layout.DIR_INDEX | 0x8 | (journalBlocks > 0 ? layout.HAS_JOURNAL : 0),
      incompatible: layout.FILETYPE | (isExt4 ? layout.EXTENTS | layout.BITS_64 : 0),
      readOnlyCompatible: layout.SPARSE_SUPER | layout.LARGE_FILE | (isExt4 ? layout.HUGE_FILE | layout.DIR_NLINK | layout.EXTRA_ISIZE | layout.METADATA_CHECKSUM : 0), uuid, volumeName: label, hashSeed: uuid, hashVersion: 1,
      descriptorSize: isExt4 ? 64 : 0, makeTime: Math.floor(nowMs / 1000), minExtraIsize: isExt4 ? layout.EXTRA_ISIZE_BYTES : 0, wantExtraIsize: isExt4 ? layout.EXTRA_ISIZE_BYTES : 0, flags: 1,
      checksumType: isExt4 ? layout.CHECKSUM_CRC32C : 0,
    };
  };
  // What is not written has to be zeros: inode tables, and blocks of old superblocks.
  await volume.discard(0, volume.size);
  let geometry: Geometry;
  for (;;) {
    if (blocksCount < 64) throw refused('DISK_OPTION_INVALID', `${volume.size} bytes are too few for a file system`, volume, 'mkfs');
    const bytes = layout.SUPERBLOCK.encode(superblockOf(), layout.SUPERBLOCK_BYTES);
    await volume.write(layout.SUPERBLOCK_AT, bytes);
    geometry = await Geometry.read(volume);
    const last = geometry.groupsCount - 1;
    const left = geometry.groupLength(last) - leadingBlocks(geometry, last) - 2 - geometry.inodeTableBlocks;
    if (left >= LEAST_GROUP_BLOCKS || (last === 0 && left > 16)) break;
    blocksCount = geometry.groupStart(last);
  }
  await writeGroups(geometry, uuid);
  const fileSystem = new ExtFileSystem(geometry, ExtWriter);
  const { writer } = fileSystem;
  await writer.makeNode(layout.ROOT_INODE, newNode('directory', { mtimeMs: nowMs }), 2);
  await writer.fillDirectory(await fileSystem.root(), layout.ROOT_INODE);
  await writer.create(await fileSystem.root(), 'lost+found', newNode('directory', { mode: 0o700, mtimeMs: nowMs }));
  if (journalBlocks > 0) await makeJournal(fileSystem, journalBlocks, nowMs);
  await fileSystem.flush();
  return fileSystem;
}

function uuidBytes(): Uint8Array {
  const bytes = new Uint8Array(randomBytes(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes;
}

function journalBlocksFor(blocks: number): number {
  if (blocks < 4096) return 0;
  return blocks < 32_768 ? 1024 : blocks < 262_144 ? 4096 : blocks < 1_048_576 ? 8192 : 16_384;
}

/** Descriptors, the bitmaps of the first group, and the copies of the superblock. Other groups' bitmaps are made when they are first used, where checksums allow that. */
async function writeGroups(geometry: Geometry, uuid: Uint8Array): Promise<void> {
  const { volume, blockBytes, superblock, groupsCount } = geometry;
  const cache = new BlockCache(volume, blockBytes);
  const descriptors = new Uint8Array(geometry.descriptorBlocks * blockBytes);
  let freeBlocks = 0;
  for (let number = 0; number < groupsCount; number++) {
    const at = geometry.groupStart(number) + leadingBlocks(geometry, number);
    const group: Group = { number, blockBitmap: at, inodeBitmap: at + 1, inodeTable: at + 2, freeBlocks: 0, freeInodes: superblock.inodesPerGroup, usedDirectories: 0, unusedInodes: superblock.inodesPerGroup, flags: layout.INODE_ZEROED };
    const blocks = freshBlockBitmap(geometry, group);
    group.freeBlocks = geometry.groupLength(number) - (leadingBlocks(geometry, number) + 2 + geometry.inodeTableBlocks);
    freeBlocks += group.freeBlocks;
    const isLazy = geometry.hasMetadataChecksum && number > 0;
    if (isLazy) group.flags |= layout.INODE_UNINIT | (number < groupsCount - 1 ? layout.BLOCK_UNINIT : 0);
    if (!geometry.hasMetadataChecksum) Object.assign(group, { flags: 0, unusedInodes: 0 });
    const inodes = new Uint8Array(blockBytes);
    for (let bit = superblock.inodesPerGroup; bit < blockBytes * 8; bit++) setBit(inodes, bit);
    if (number === 0) {
      for (let bit = 0; bit < FIRST_INODE - 1; bit++) setBit(inodes, bit);
      group.freeInodes -= FIRST_INODE - 1;
      if (geometry.hasMetadataChecksum) group.unusedInodes -= FIRST_INODE - 1;
      group.usedDirectories = 1;
    }
    if ((group.flags & layout.BLOCK_UNINIT) === 0) cache.fresh(group.blockBitmap).set(blocks);
    if ((group.flags & layout.INODE_UNINIT) === 0) cache.fresh(group.inodeBitmap).set(inodes);
    encodeGroup(geometry, descriptors, number * geometry.descriptorBytes, group, { blocks, inodes });
  }
  await cache.flush();
  Object.assign(superblock, { freeBlocksLow: freeBlocks >>> 0, freeBlocksHigh: Math.floor(freeBlocks / 0x1_0000_0000), freeInodes: superblock.inodesCount - (FIRST_INODE - 1), uuid });
  for (let number = 0; number < groupsCount; number++) {
    if (!geometry.hasSuperblock(number)) continue;
    const bytes = layout.SUPERBLOCK.encode({ ...superblock, blockGroup: number }, layout.SUPERBLOCK_BYTES);
    sealSuperblock(geometry.hasMetadataChecksum, bytes, 0);
    const start = geometry.groupStart(number) * blockBytes;
    await volume.write(number === 0 ? layout.SUPERBLOCK_AT : start, bytes);
    await volume.write(start + blockBytes, descriptors);
  }
}

/** An empty journal: a superblock, and blocks that are zeros. */
async function makeJournal(fileSystem: ExtFileSystem, blocks: number, nowMs: number): Promise<void> {
  const { writer, cache, geometry } = fileSystem;
  const node = await writer.makeNode(layout.JOURNAL_INODE, newNode('file', { mode: 0o600, mtimeMs: nowMs }), 1);
  const runs = await writer.reserve(node, blocks);
  const place = runs.placeOf(0)!;
  layout.JOURNAL_SUPERBLOCK.write(cache.fresh(place), {
    magic: layout.JOURNAL_MAGIC, blockType: layout.JOURNAL_SUPERBLOCK_V2, blockSize: geometry.blockBytes, maxLength: blocks, first: 1, sequence: 1, start: 0, uuid: geometry.superblock.uuid, users: 1,
  });
  // A copy of where the journal is, for when its inode is damaged: the sixty bytes, then the two halves of its size.
  const copy = new Uint8Array(68);
  copy.set(node.inode.block);
  viewOf(copy).setUint32(64, node.size, true);
  await writer.setSuperblock({ journalInode: layout.JOURNAL_INODE, journalBackupType: 1, journalBlocks: copy });
}
