/** The superblock and what follows from it: where groups, bitmaps and inodes are. */
import { beyondLimit, corrupt, unsupported } from '../../errors.ts';
import type { LayoutValue } from '../../layout.ts';
import type { BlockCache } from '../block-cache.ts';
import { placeOn, readVolume } from '../volume.ts';
import type { Volume } from '../volume.ts';
import { checksum } from './checksum.ts';
import * as layout from './layout.ts';

export type Superblock = LayoutValue<typeof layout.SUPERBLOCK.fields>;

const U32 = 0x1_0000_0000;
const MOST_GROUPS = 1 << 24;

export interface Group {
  readonly number: number;
  blockBitmap: number;
  inodeBitmap: number;
  inodeTable: number;
  freeBlocks: number;
  freeInodes: number;
  usedDirectories: number;
  unusedInodes: number;
  flags: number;
}

export class Geometry {
  readonly volume: Volume;
  readonly superblock: Superblock;
  readonly blockBytes: number;
  readonly blocksCount: number;
  /** Blocks for each bit of a block bitmap: 1, or more with bigalloc. */
  readonly blocksPerBit: number;
  readonly groupsCount: number;
  readonly descriptorBytes: number;
  readonly inodeBytes: number;
  readonly checksumSeed: number;

  private constructor(volume: Volume, superblock: Superblock) {
    this.volume = volume;
    this.superblock = superblock;
    const refuse = (field: string, value: number): never => { throw beyondLimit(`${field} is ${value}`, placeOn(volume, layout.SUPERBLOCK_AT, field)); };
    const { logBlockSize, blocksPerGroup, inodesPerGroup, firstDataBlock } = superblock;
    if (logBlockSize > 6) refuse('s_log_block_size', logBlockSize);
    this.blockBytes = 1024 << logBlockSize;
    const hasBigalloc = this.has('readOnlyCompatible', layout.BIGALLOC);
    if (hasBigalloc && (superblock.logClusterSize < logBlockSize || superblock.logClusterSize > 20)) refuse('s_log_cluster_size', superblock.logClusterSize);
    this.blocksPerBit = hasBigalloc ? 1 << (superblock.logClusterSize - logBlockSize) : 1;
    const bitsPerGroup = blocksPerGroup / this.blocksPerBit;
    if (!Number.isInteger(bitsPerGroup) || bitsPerGroup < 8 || bitsPerGroup > 8 * this.blockBytes || bitsPerGroup % 8 !== 0) refuse('s_blocks_per_group', blocksPerGroup);
    if (inodesPerGroup === 0 || inodesPerGroup > 8 * this.blockBytes) refuse('s_inodes_per_group', inodesPerGroup);
    if (firstDataBlock > 1) refuse('s_first_data_block', firstDataBlock);
    this.blocksCount = superblock.blocksCountLow + (this.has('incompatible', layout.BITS_64) ? superblock.blocksCountHigh * U32 : 0);
    if (this.blocksCount <= firstDataBlock || !Number.isSafeInteger(this.blocksCount * this.blockBytes)) refuse('s_blocks_count', this.blocksCount);
    this.groupsCount = Math.ceil((this.blocksCount - firstDataBlock) / blocksPerGroup);
    if (this.groupsCount > MOST_GROUPS) refuse('s_blocks_count', this.blocksCount);
    this.inodeBytes = superblock.revision === 0 ? layout.INODE_SMALL_BYTES : superblock.inodeSize;
    if (this.inodeBytes < layout.INODE_SMALL_BYTES || this.inodeBytes > this.blockBytes || (this.inodeBytes & (this.inodeBytes - 1)) !== 0) refuse('s_inode_size', this.inodeBytes);
    this.descriptorBytes = this.has('incompatible', layout.BITS_64) && superblock.descriptorSize !== 0 ? superblock.descriptorSize : 32;
    if (this.descriptorBytes < 32 || this.descriptorBytes > 1024 || (this.descriptorBytes & (this.descriptorBytes - 1)) !== 0) refuse('s_desc_size', this.descriptorBytes);
    this.checksumSeed = this.has('incompatible', layout.CHECKSUM_SEED) ? superblock.checksumSeed : checksum(0xffff_ffff, superblock.uuid);
  }

  /** @throws DiskError where it is no superblock, or has features that cannot be read */
  static async read(volume: Volume): Promise<Geometry> {
    const bytes = await readVolume(volume, layout.SUPERBLOCK_AT, layout.SUPERBLOCK_BYTES, 'superblock');
    const superblock = layout.SUPERBLOCK.read(bytes, 0, placeOn(volume, layout.SUPERBLOCK_AT));
    if (superblock.magic !== layout.EXT_MAGIC) throw corrupt('is no ext2, ext3 or ext4 file system', placeOn(volume, layout.SUPERBLOCK_AT, 's_magic'));
    if (superblock.revision === 0) Object.assign(superblock, { compatible: 0, incompatible: 0, readOnlyCompatible: 0, firstInode: 11 });
    const unknown = superblock.incompatible & ~layout.READABLE_INCOMPATIBLE;
    if (unknown !== 0) throw unsupported(`the file system has features that cannot be read: incompatible 0x${(unknown >>> 0).toString(16)}`, placeOn(volume, layout.SUPERBLOCK_AT, 's_feature_incompat'));
    return new Geometry(volume, superblock);
  }

  has(set: 'compatible' | 'incompatible' | 'readOnlyCompatible', feature: number): boolean {
    return (this.superblock[set] & feature) !== 0;
  }

  get hasMetadataChecksum(): boolean {
    return this.has('readOnlyCompatible', layout.METADATA_CHECKSUM);
  }

  get inodesCount(): number {
    return Math.min(this.superblock.inodesCount, this.groupsCount * this.superblock.inodesPerGroup);
  }

  /** ext2, ext3 or ext4, by what a kernel of each could mount. */
  get type(): string {
    const isExt4 = (this.superblock.incompatible & ~(layout.FILETYPE | layout.RECOVER | layout.META_BG)) !== 0 || (this.superblock.readOnlyCompatible & ~(layout.SPARSE_SUPER | layout.LARGE_FILE)) !== 0;
    return isExt4 ? 'ext4' : this.has('compatible', layout.HAS_JOURNAL) ? 'ext3' : 'ext2';
  }

  groupStart(group: number): number {
    return this.superblock.firstDataBlock + group * this.superblock.blocksPerGroup;
  }

  /** In blocks; the last group may be shorter. */
  groupLength(group: number): number {
    return Math.min(this.superblock.blocksPerGroup, this.blocksCount - this.groupStart(group));
  }

  groupOf(block: number): number {
    return Math.floor((block - this.superblock.firstDataBlock) / this.superblock.blocksPerGroup);
  }

  /** Has the group a copy of the superblock and of the descriptors? */
  hasSuperblock(group: number): boolean {
    if (group === 0) return true;
    if (this.has('compatible', layout.SPARSE_SUPER2)) {
      const { backupGroups } = this.superblock;
      const view = new DataView(backupGroups.buffer, backupGroups.byteOffset);
      return group === view.getUint32(0, true) || group === view.getUint32(4, true);
    }
    if (!this.has('readOnlyCompatible', layout.SPARSE_SUPER)) return true;
    return group === 1 || [3, 5, 7].some((base) => {
      let power = base;
      while (power < group) power *= base;
      return power === group;
    });
  }

  /** The boot block before it is a block of the first group's where bigalloc has blocks of 1024 bytes counted from 0. */
  get superblockBlock(): number {
    return this.blockBytes === layout.SUPERBLOCK_AT ? 1 : 0;
  }

  get descriptorsPerBlock(): number {
    return this.blockBytes / this.descriptorBytes;
  }

  get descriptorBlocks(): number {
    return Math.ceil(this.groupsCount / this.descriptorsPerBlock);
  }

  /** Where a group's descriptor is. */
  descriptorPlace(group: number): { readonly block: number; readonly offset: number } {
    const index = Math.floor(group / this.descriptorsPerBlock);
    const offset = (group % this.descriptorsPerBlock) * this.descriptorBytes;
    if (!this.has('incompatible', layout.META_BG) || index < this.superblock.firstMetaBlockGroup) return { block: this.superblockBlock + 1 + index, offset };
    const first = index * this.descriptorsPerBlock;
    return { block: first === 0 ? this.superblockBlock + 1 : this.groupStart(first) + (this.hasSuperblock(first) ? 1 : 0), offset };
  }

  async group(cache: BlockCache, number: number): Promise<Group> {
    const { block, offset } = this.descriptorPlace(number);
    const bytes = await cache.get(block);
    const low = layout.GROUP_LOW.read(bytes, offset);
    const high = this.descriptorBytes >= 64 ? layout.GROUP_HIGH.read(bytes, offset) : undefined;
    const group = {
      number,
      blockBitmap: low.blockBitmap + (high?.blockBitmapHigh ?? 0) * U32,
      inodeBitmap: low.inodeBitmap + (high?.inodeBitmapHigh ?? 0) * U32,
      inodeTable: low.inodeTable + (high?.inodeTableHigh ?? 0) * U32,
      freeBlocks: low.freeBlocks + (high?.freeBlocksHigh ?? 0) * 0x1_0000,
      freeInodes: low.freeInodes + (high?.freeInodesHigh ?? 0) * 0x1_0000,
      usedDirectories: low.usedDirectories + (high?.usedDirectoriesHigh ?? 0) * 0x1_0000,
      unusedInodes: low.unusedInodes + (high?.unusedInodesHigh ?? 0) * 0x1_0000,
      flags: this.hasMetadataChecksum || this.has('readOnlyCompatible', layout.GDT_CHECKSUM) ? low.flags : 0,
    };
    for (const field of ['blockBitmap', 'inodeBitmap', 'inodeTable'] as const) {
      if (group[field] < 1 || group[field] >= this.blocksCount) throw corrupt(`group ${number} has its ${field} at block ${group[field]} of ${this.blocksCount}`, placeOn(this.volume, block * this.blockBytes + offset, field));
    }
    return group;
  }

  get inodeTableBlocks(): number {
    return Math.ceil((this.superblock.inodesPerGroup * this.inodeBytes) / this.blockBytes);
  }

  /** Where an inode is. */
  async inodePlace(cache: BlockCache, inode: number): Promise<{ readonly block: number; readonly offset: number }> {
    if (inode < 1 || inode > this.inodesCount) throw corrupt(`there is no inode ${inode}: the file system has ${this.inodesCount}`, placeOn(this.volume, layout.SUPERBLOCK_AT, 's_inodes_count'));
    const { inodesPerGroup } = this.superblock;
    const group = await this.group(cache, Math.floor((inode - 1) / inodesPerGroup));
    const at = ((inode - 1) % inodesPerGroup) * this.inodeBytes;
    return { block: group.inodeTable + Math.floor(at / this.blockBytes), offset: at % this.blockBytes };
  }
}
