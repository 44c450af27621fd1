/**
 * XFS, versions 4 and 5, for reading, and its free space.
 *
 * Missing: files on a realtime device, extended attributes, replaying the log (a log that has to be replayed stops `freeRanges`, since what the log gives out is not free).
 */
import { beyondLimit, corrupt, unsupported } from '../../errors.ts';
import { viewOf } from '../../layout.ts';
import { BlockCache } from '../block-cache.ts';
import { defineFileSystem, refused } from '../file-system.ts';
import type { Entry, FileSystem, Node, NodeKind } from '../file-system.ts';
import { Runs } from '../runs.ts';
import { placeOn, readVolume } from '../volume.ts';
import type { ByteRange, Volume } from '../volume.ts';
import { uuidText } from '../uuid.ts';
import * as layout from './layout.ts';

const MOST_DIRECTORY_BYTES = 1024 * 1024 * 1024;
const MOST_TARGET_BYTES = 1024;
const MOST_LEVELS = 16;
const MOST_LOG_BYTES = 2 ** 31;
const U32 = 0x1_0000_0000;

export const xfs = defineFileSystem({
  name: 'xfs',
  reference: 'XFS Algorithms & Data Structures, 3rd edition',
  missing: 'writing; realtime devices; the log is not replayed',
  async probe(volume) {
    if (volume.size < 512) return false;
    return String.fromCharCode(...(await readVolume(volume, 0, 4, 'superblock'))) === layout.SUPERBLOCK_MAGIC;
  },
  open: (volume, { isWritable }) => {
    if (isWritable) throw unsupported('XFS is only read', { path: volume.name, op: 'open' });
    return XfsFileSystem.open(volume);
  },
});

export interface XfsEntry extends Entry {
  readonly inode: number;
}

export interface XfsNode extends Node {
  readonly format: number;
  readonly fork: Uint8Array;
  readonly extents: number;
  readonly isRealtime: boolean;
  runs?: Runs;
}

const KINDS: Readonly<Record<number, NodeKind>> = { 0x1000: 'fifo', 0x2000: 'character-device', 0x4000: 'directory', 0x6000: 'block-device', 0x8000: 'file', 0xa000: 'symlink', 0xc000: 'socket' };

export class XfsFileSystem implements FileSystem<XfsNode, XfsEntry> {
  readonly type = 'xfs';
  readonly volume: Volume;
  readonly label: string;
  readonly id: string;
  readonly blockBytes: number;
  readonly size: number;
  readonly isWritable = false;
  readonly notes: string[] = [];
  readonly #superblock: ReturnType<typeof layout.SUPERBLOCK.read>;
  readonly #version: 4 | 5;
  readonly #hasTypes: boolean;
  readonly #cache: BlockCache;

  private constructor(volume: Volume, superblock: ReturnType<typeof layout.SUPERBLOCK.read>) {
    this.volume = volume;
    this.#superblock = superblock;
    const refuse = (field: string, value: number): never => { throw beyondLimit(`${field} is ${value}`, placeOn(volume, 0, field)); };
    const { blockSize, version, inodeSize, agBlocks, agCount, agBlockLog, inodesPerBlockLog, blockLog, inodeLog } = superblock;
    if (blockLog < 9 || blockLog > 16 || blockSize !== 1 << blockLog) refuse('sb_blocksize', blockSize);
    if (inodeLog < 8 || inodeLog > 11 || inodeSize !== 1 << inodeLog || inodesPerBlockLog !== blockLog - inodeLog) refuse('sb_inodesize', inodeSize);
    if (superblock.sectorSize < 512 || superblock.sectorSize > 32_768 || superblock.sectorSize > blockSize) refuse('sb_sectsize', superblock.sectorSize);
    if ((version & 15) !== 4 && (version & 15) !== 5) refuse('sb_versionnum', version);
    if (agCount === 0 || agBlocks < 5 || agBlockLog > 31 || 2 ** agBlockLog < agBlocks) refuse('sb_agblocks', agBlocks);
    if (superblock.dataBlocks > agBlocks * agCount || superblock.dataBlocks <= agBlocks * (agCount - 1) || !Number.isSafeInteger(superblock.dataBlocks * blockSize)) refuse('sb_dblocks', superblock.dataBlocks);
    if (superblock.directoryBlockLog > 16 - blockLog) refuse('sb_dirblklog', superblock.directoryBlockLog);
    this.#version = (version & 15) as 4 | 5;
    const unknown = this.#version === 5 ? superblock.incompatible & ~layout.READABLE_INCOMPATIBLE : 0;
    if (unknown !== 0) throw unsupported(`the file system has features that cannot be read: incompatible 0x${(unknown >>> 0).toString(16)}`, placeOn(volume, 0, 'sb_features_incompat'));
    if (this.#version === 5 && (superblock.incompatible & layout.INCOMPATIBLE_NEEDS_REPAIR) !== 0) this.notes.push('the file system says that it needs a repair');
    this.#hasTypes = this.#version === 5 ? (superblock.incompatible & layout.INCOMPATIBLE_FTYPE) !== 0 : (superblock.features2 & layout.FEATURES2_FTYPE) !== 0;
    this.blockBytes = blockSize;
    this.size = superblock.dataBlocks * blockSize;
    const end = superblock.name.indexOf(0);
    this.label = new TextDecoder().decode(end < 0 ? superblock.name : superblock.name.subarray(0, end));
    this.id = uuidText(superblock.uuid);
    this.#cache = new BlockCache(volume, blockSize);
  }

  static async open(volume: Volume): Promise<XfsFileSystem> {
    return new XfsFileSystem(volume, layout.SUPERBLOCK.read(await readVolume(volume, 0, 512, 'superblock'), 0, placeOn(volume, 0)));
  }

  /** From a block's number, which has the allocation group in its upper bits, to its place in blocks. */
  #place(number: number, field: string): number {
    const { agBlockLog, agBlocks, agCount } = this.#superblock;
    const group = Math.floor(number / 2 ** agBlockLog);
    const block = number % 2 ** agBlockLog;
    if (group >= agCount || block >= agBlocks) throw corrupt(`there is no block ${number}`, placeOn(this.volume, 0, field));
    return group * agBlocks + block;
  }

  root(): Promise<XfsNode> {
    return this.#node(this.#superblock.rootInode);
  }

  open(entry: XfsEntry): Promise<XfsNode> {
    return this.#node(entry.inode);
  }

  async #node(number: number): Promise<XfsNode> {
    const { inodesPerBlockLog, inodeSize } = this.#superblock;
    const place = this.#place(Math.floor(number / 2 ** inodesPerBlockLog), 'inode');
    const block = await this.#cache.get(place);
    const at = (number % 2 ** inodesPerBlockLog) * inodeSize;
    const where = placeOn(this.volume, place * this.blockBytes + at, `inode ${number}`);
    const bytes = block.slice(at, at + inodeSize);
    const inode = layout.INODE.read(bytes, 0, where);
    const kind = KINDS[inode.mode & 0xf000];
    if (inode.magic !== layout.INODE_MAGIC || kind === undefined) throw corrupt(`there is no inode ${number}`, where);
    const forkAt = inode.version >= 3 ? layout.FORK_AT_V3 : layout.FORK_AT_V2;
    const forkBytes = inode.forkOffset === 0 ? inodeSize - forkAt : inode.forkOffset * 8;
    if (forkAt + forkBytes > inodeSize) throw corrupt(`the attribute fork begins at ${forkBytes}`, where);
    const flags2 = inode.version >= 3 ? layout.INODE_V3.read(bytes).flags2 : 0n;
    const extents = (flags2 & layout.FLAG2_BIG_EXTENTS) !== 0n ? Number(inode.bigExtents) : inode.extents;
    const fork = bytes.subarray(forkAt, forkAt + forkBytes);
    const device = inode.format === layout.FORMAT_DEVICE && kind.endsWith('-device') ? viewOf(fork).getUint32(0, false) : undefined;
    return {
      id: number, kind, size: kind === 'file' || kind === 'directory' || kind === 'symlink' ? inode.size : 0, mode: inode.mode & 0o7777, uid: inode.uid, gid: inode.gid, links: inode.version === 1 ? inode.oldLinks : inode.links,
      mtimeMs: timeMs(inode.modified, (flags2 & layout.FLAG2_BIG_TIME) !== 0n), ...(device === undefined ? {} : { device: { major: (device >>> 18) & 0x3fff, minor: device & 0x3_ffff } }),
      format: inode.format, fork, extents, isRealtime: (inode.flags & layout.FLAG_REALTIME) !== 0,
    };
  }

  async #runs(node: XfsNode): Promise<Runs> {
    if (node.runs !== undefined) return node.runs;
    const runs = new Runs(this.volume, this.blockBytes);
    const where = placeOn(this.volume, 0, `extents of inode ${node.id}`);
    if (node.isRealtime) throw unsupported('the file is on a realtime device', where);
    if (node.format === layout.FORMAT_EXTENTS) {
      if (node.extents * 16 > node.fork.length) throw corrupt(`inode ${node.id} says that it has ${node.extents} extents`, where);
      this.#addExtents(node.fork, 0, node.extents, runs);
    } else if (node.format === layout.FORMAT_BTREE) {
      const view = viewOf(node.fork);
      const level = view.getUint16(0, false);
      const count = view.getUint16(2, false);
      const most = Math.floor((node.fork.length - 4) / 16);
      if (level === 0 || level > MOST_LEVELS || count > most) throw corrupt(`the extent tree of inode ${node.id} is damaged`, where);
      const seen = new Set<number>();
      for (let i = 0; i < count; i++) await this.#addTree(longAt(view, 4 + most * 8 + i * 8), level - 1, seen, runs, where);
    } else {
      throw corrupt(`inode ${node.id} has format ${node.format}`, where);
    }
    node.runs = runs;
    return runs;
  }

  async #addTree(number: number, level: number, seen: Set<number>, runs: Runs, where: { path?: string }): Promise<void> {
    const place = this.#place(number, 'extent tree');
    if (seen.has(place)) throw corrupt('an extent tree has a block twice', where);
    seen.add(place);
    const bytes = (await this.#cache.get(place)).slice();
    const header = layout.TREE_BLOCK.read(bytes);
    const headerBytes = layout.MAP_HEADER_BYTES[this.#version];
    const most = Math.floor((bytes.length - headerBytes) / 16);
    if (!layout.MAP_MAGICS.includes(header.magic) || header.level !== level || header.records > most) throw corrupt('a block of an extent tree is damaged', placeOn(this.volume, place * this.blockBytes));
    if (level === 0) return this.#addExtents(bytes, headerBytes, header.records, runs);
    const view = viewOf(bytes);
    for (let i = 0; i < header.records; i++) await this.#addTree(longAt(view, headerBytes + most * 8 + i * 8), level - 1, seen, runs, where);
  }

  /** 128 bits: whether it is unwritten, 54 bits of the file's block, 52 of the volume's, 21 of the length. */
  #addExtents(bytes: Uint8Array, at: number, count: number, runs: Runs): void {
    const view = viewOf(bytes);
    for (let i = 0; i < count; i++, at += 16) {
      const [a, b, c, d] = [view.getUint32(at, false), view.getUint32(at + 4, false), view.getUint32(at + 8, false), view.getUint32(at + 12, false)];
      const start = (a & 0x7fff_ffff) * 2 ** 23 + Math.floor(b / 512);
      const place = (b % 512) * 2 ** 43 + c * 2 ** 11 + Math.floor(d / 2 ** 21);
      const length = d % 2 ** 21;
      if (length === 0) continue;
      const first = this.#place(place, 'extent');
      this.#place(place + length - 1, 'extent');
      runs.add(start, length, a >>> 31 === 1 ? -1 : first);
    }
  }

  async read(node: XfsNode, at: number, into: Uint8Array): Promise<void> {
    if (node.format === layout.FORMAT_LOCAL) into.set(node.fork.subarray(at, at + into.length));
    else await (node.runs ?? (await this.#runs(node))).read(at, into);
  }

  async target(node: XfsNode): Promise<string> {
    if (node.size > MOST_TARGET_BYTES) throw corrupt(`a symbolic link has a target of ${node.size} bytes`, placeOn(this.volume, 0, `inode ${node.id}`));
    if (node.format === layout.FORMAT_LOCAL) return new TextDecoder().decode(node.fork.subarray(0, node.size));
    const runs = await this.#runs(node);
    const bytes = new Uint8Array(node.size);
    const block = new Uint8Array(this.blockBytes);
    for (let index = 0, done = 0; done < bytes.length; index++) {
      await runs.read(index * this.blockBytes, block);
      // mkfs.xfs 6.1 leaves the header out of version 5's links.
      const hasHeader = this.#version === 5 && String.fromCharCode(...block.subarray(0, 4)) === layout.SYMLINK_MAGIC;
      const piece = block.subarray(hasHeader ? layout.SYMLINK_HEADER_BYTES : 0).subarray(0, bytes.length - done);
      bytes.set(piece, done);
      done += piece.length;
    }
    return new TextDecoder().decode(bytes);
  }

  async entries(directory: XfsNode): Promise<XfsEntry[]> {
    if (directory.kind !== 'directory') throw refused('DISK_NOT_FOUND', 'is no directory', this.volume, 'list');
    if (directory.format === layout.FORMAT_LOCAL) return this.#shortEntries(directory);
    const runs = await this.#runs(directory);
    const blockBytes = this.blockBytes << this.#superblock.directoryBlockLog;
    const end = Math.min(directory.size, layout.DIRECTORY_DATA_BYTES);
    if (end > MOST_DIRECTORY_BYTES) throw beyondLimit(`a directory has ${end} bytes`, placeOn(this.volume, 0, `inode ${directory.id}`));
    const entries: XfsEntry[] = [];
    for (let at = 0; at < end; at += blockBytes) {
      if (runs.placeOf(at / this.blockBytes) === undefined) continue;
      const bytes = new Uint8Array(blockBytes);
      await runs.read(at, bytes);
      this.#blockEntries(bytes, directory.id, entries);
    }
    return entries;
  }

  #shortEntries(directory: XfsNode): XfsEntry[] {
    const { fork } = directory;
    const where = placeOn(this.volume, 0, `directory ${directory.id}`);
    const view = viewOf(fork);
    const entries: XfsEntry[] = [];
    const isWide = fork[1] !== 0;
    let at = 2 + (isWide ? 8 : 4);
    for (let i = 0; i < fork[0]!; i++) {
      const nameLength = fork[at] ?? 0;
      const inodeAt = at + 3 + nameLength + (this.#hasTypes ? 1 : 0);
      if (nameLength === 0 || inodeAt + (isWide ? 8 : 4) > fork.length) throw corrupt('a short directory is damaged', where);
      entries.push({ name: decoder.decode(fork.subarray(at + 3, at + 3 + nameLength)), inode: isWide ? longAt(view, inodeAt) : view.getUint32(inodeAt, false) });
      at = inodeAt + (isWide ? 8 : 4);
    }
    return entries;
  }

  #blockEntries(bytes: Uint8Array, directory: number, entries: XfsEntry[]): void {
    const where = placeOn(this.volume, 0, `directory ${directory}`);
    const view = viewOf(bytes);
    const magic = String.fromCharCode(...bytes.subarray(0, 4));
    if (!layout.DIRECTORY_MAGICS.includes(magic)) throw corrupt('a block of a directory is damaged', where);
    let end = bytes.length;
    if (layout.DIRECTORY_SINGLE_MAGICS.includes(magic)) end -= 8 + view.getUint32(bytes.length - 8, false) * 8;
    for (let at: number = layout.DIRECTORY_HEADER_BYTES[this.#version]; at + 12 <= end;) {
      if (view.getUint16(at, false) === layout.FREE_TAG) {
        const length = view.getUint16(at + 2, false);
        if (length < 8) throw corrupt('a directory has a free space of no length', where);
        at += length;
        continue;
      }
      const nameLength = bytes[at + 8]!;
      const length = (8 + 1 + nameLength + (this.#hasTypes ? 1 : 0) + 2 + 7) & ~7;
      if (nameLength === 0 || at + length > end) throw corrupt('an entry of a directory is outside its block', where);
      const name = decoder.decode(bytes.subarray(at + 9, at + 9 + nameLength));
      if (name !== '.' && name !== '..') entries.push({ name, inode: longAt(view, at) });
      at += length;
    }
  }

  async find(directory: XfsNode, name: string): Promise<XfsEntry | undefined> {
    return (await this.entries(directory)).find((entry) => entry.name === name);
  }

  freeBytes(): number {
    return this.#superblock.freeDataBlocks * this.blockBytes;
  }

  async *freeRanges(): AsyncGenerator<ByteRange> {
    await this.#mustHaveCleanLog();
    const { agCount, agBlocks, sectorSize } = this.#superblock;
    for (let group = 0; group < agCount; group++) {
      const start = group * agBlocks;
      const at = start * this.blockBytes + sectorSize;
      const agf = layout.AGF.read(await readVolume(this.volume, at, sectorSize, 'AGF'), 0, placeOn(this.volume, at));
      if (agf.magic !== layout.AGF_MAGIC || agf.length > agBlocks || agf.freeByBlockLevels === 0 || agf.freeByBlockLevels > MOST_LEVELS) throw corrupt('the free space of an allocation group is damaged', placeOn(this.volume, at, 'AGF'));
      const found: ByteRange[] = [];
      await this.#addFree(start, agf.length, agf.freeByBlockRoot, agf.freeByBlockLevels - 1, new Set(), found);
      yield* found;
    }
  }

  async #addFree(start: number, length: number, block: number, level: number, seen: Set<number>, found: ByteRange[]): Promise<void> {
    const where = placeOn(this.volume, (start + block) * this.blockBytes, 'free space tree');
    if (block >= length || seen.has(block)) throw corrupt('a free space tree leaves its group, or has a block twice', where);
    seen.add(block);
    const bytes = (await this.#cache.get(start + block)).slice();
    const view = viewOf(bytes);
    const header = layout.TREE_BLOCK.read(bytes);
    const headerBytes = layout.FREE_HEADER_BYTES[this.#version];
    const most = Math.floor((bytes.length - headerBytes) / (level === 0 ? 8 : 12));
    if (!layout.FREE_MAGICS.includes(header.magic) || header.level !== level || header.records > most) throw corrupt('a block of a free space tree is damaged', where);
    for (let i = 0; i < header.records; i++) {
      if (level > 0) {
        await this.#addFree(start, length, view.getUint32(headerBytes + most * 8 + i * 4, false), level - 1, seen, found);
        continue;
      }
      const first = view.getUint32(headerBytes + i * 8, false);
      const count = view.getUint32(headerBytes + i * 8 + 4, false);
      const at = (start + first) * this.blockBytes;
      const last = found.at(-1);
      if (count === 0 || first + count > length || (last !== undefined && last.start + last.length > at)) throw corrupt('the free space of an allocation group is damaged', where);
      found.push({ start: at, length: count * this.blockBytes });
    }
  }

  /** The last record of a log that was closed says that the file system was unmounted. What an unreplayed log gives out still looks free. */
  async #mustHaveCleanLog(): Promise<void> {
    const { logStart, logBlocks } = this.#superblock;
    const where = placeOn(this.volume, 0, 'log');
    if (logStart === 0) throw unsupported('the log is on another device, so that it cannot be seen whether it has to be replayed', where);
    const start = this.#place(logStart, 'sb_logstart') * this.blockBytes;
    const length = logBlocks * this.blockBytes;
    if (length > MOST_LOG_BYTES || start + length > this.volume.size) throw beyondLimit(`the log has ${length} bytes`, where);
    const PIECE_BYTES = 1024 * 1024;
    let newest: { cycle: number; block: number; record: ReturnType<typeof layout.LOG_RECORD.read> } | undefined;
    for (let at = 0; at < length; at += PIECE_BYTES) {
      const piece = await readVolume(this.volume, start + at, Math.min(PIECE_BYTES, length - at), 'log');
      const view = viewOf(piece);
      for (let i = 0; i + layout.LOG_BLOCK_BYTES <= piece.length; i += layout.LOG_BLOCK_BYTES) {
        if (view.getUint32(i, false) !== layout.LOG_RECORD_MAGIC) continue;
        const record = layout.LOG_RECORD.read(piece, i);
        const block = (at + i) / layout.LOG_BLOCK_BYTES;
        if (record.lsnBlock !== block) continue;
        if (newest === undefined || record.lsnCycle > newest.cycle || (record.lsnCycle === newest.cycle && block > newest.block)) newest = { cycle: record.lsnCycle, block, record };
      }
    }
    if (newest === undefined) throw corrupt('the log has no record', where);
    const headers = Math.max(1, Math.ceil(newest.record.size / layout.LOG_HEADER_COVERS));
    const first = start + ((newest.block + headers) * layout.LOG_BLOCK_BYTES) % length;
    const operation = await readVolume(this.volume, first, 12, 'log');
    if (newest.record.operations !== 1 || (operation[layout.LOG_OPERATION_FLAGS_AT]! & layout.LOG_UNMOUNT) === 0) {
      throw unsupported('the log has to be replayed before it is known what is free', where, 'mount the file system once, or run xfs_repair');
    }
  }

  async flush(): Promise<void> { /* nothing is ever changed */ }
}

const decoder = new TextDecoder();

const longAt = (view: DataView, at: number): number => (view.getUint32(at, false) % 2 ** 21) * U32 + view.getUint32(at + 4, false);

/** Seconds and nanoseconds, or, in big times, nanoseconds since 1901. */
function timeMs(stored: bigint, isBig: boolean): number {
  if (isBig) return Number(stored / 1000n) / 1000 - 2 ** 31 * 1000;
  return (Number(stored >> 32n) | 0) * 1000 + Number(stored & 0xffff_ffffn) / 1e6;
}
