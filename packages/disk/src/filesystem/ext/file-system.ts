/**
 * ext2, ext3 and ext4. Reading is here, writing in writer.ts.
 *
 * Missing: encrypted files and directories; compressed clusters of ancient kernels; extended attributes (they are kept, and not shown). Writing also lacks bigalloc, quota,
 * project quota, verity, casefold, MMP and external journals, and refuses a file system with one of them.
 */
import { corrupt, DiskError, unsupported } from '../../errors.ts';
import { viewOf } from '../../layout.ts';
import { BlockCache } from '../block-cache.ts';
import { defineFileSystem, refused } from '../file-system.ts';
import type { Attributes, Content, FileSystem, NewNode } from '../file-system.ts';
import type { Runs } from '../runs.ts';
import { uuidText } from '../uuid.ts';
import { mustBeWritable, placeOn, readVolume } from '../volume.ts';
import type { ByteRange, Volume } from '../volume.ts';
import { entriesOf } from './directory.ts';
import type { ExtEntry } from './directory.ts';
import { Geometry } from './geometry.ts';
import { nodeOf } from './inode.ts';
import type { ExtNode } from './inode.ts';
import * as layout from './layout.ts';
import { runsOf } from './mapping.ts';
import { freshBlockBitmap, writeSuperblock } from './superblock.ts';
import type { ExtWriter } from './writer.ts';

const MOST_DIRECTORY_BYTES = 1024 * 1024 * 1024;
const MOST_TARGET_BYTES = 4096;
/** Directories are read by this much at a time. */
const READ_BYTES = 256 * 1024;

export const ext = defineFileSystem({
  name: 'ext',
  reference: 'Linux, Documentation/filesystems/ext4',
  missing: 'encrypted files; writing with bigalloc, quota, verity, casefold, MMP or an external journal',
  async probe(volume) {
    if (volume.size < layout.SUPERBLOCK_AT + layout.SUPERBLOCK_BYTES) return false;
    const bytes = await readVolume(volume, layout.SUPERBLOCK_AT, layout.SUPERBLOCK_BYTES, 'superblock');
    return layout.SUPERBLOCK.read(bytes).magic === layout.EXT_MAGIC;
  },
  open: (volume, { isWritable }) => ExtFileSystem.open(volume, isWritable),
});

export class ExtFileSystem implements FileSystem<ExtNode, ExtEntry> {
  readonly type: string;
  readonly volume: Volume;
  readonly label: string;
  readonly id: string;
  readonly blockBytes: number;
  readonly size: number;
  readonly isWritable: boolean;
  readonly notes: string[] = [];
  readonly geometry: Geometry;
  readonly cache: BlockCache;
  readonly #writer: ExtWriter | undefined;

  /** @param Writer loaded only for a file system that is to be written */
  constructor(geometry: Geometry, Writer?: typeof ExtWriter) {
    this.geometry = geometry;
    this.volume = geometry.volume;
    this.type = geometry.type;
    const { volumeName, uuid } = geometry.superblock;
    const end = volumeName.indexOf(0);
    this.label = new TextDecoder().decode(end < 0 ? volumeName : volumeName.subarray(0, end));
    this.id = uuidText(uuid);
    this.blockBytes = geometry.blockBytes;
    this.size = geometry.blocksCount * geometry.blockBytes;
    this.isWritable = Writer !== undefined;
    this.cache = new BlockCache(this.volume, this.blockBytes);
    this.#writer = Writer === undefined ? undefined : new Writer(this);
  }

  static async open(volume: Volume, isWritable: boolean): Promise<ExtFileSystem> {
    const geometry = await Geometry.read(volume);
    if (geometry.has('incompatible', layout.JOURNAL_DEVICE)) throw unsupported('is the journal of another file system', placeOn(volume, layout.SUPERBLOCK_AT, 's_feature_incompat'));
    if (isWritable) {
      mustBeWritable(volume, 'open');
      mustBeWritableType(geometry);
    }
    const opened = new ExtFileSystem(geometry, isWritable ? (await import('./writer.ts')).ExtWriter : undefined);
    const replayed = geometry.has('incompatible', layout.RECOVER) ? await opened.#replay() : opened;
    const { state } = replayed.geometry.superblock;
    if ((state & layout.STATE_ERRORS) !== 0) {
      if (isWritable) throw corrupt('the file system says that it has errors', placeOn(volume, layout.SUPERBLOCK_AT, 's_state'), 'run e2fsck first');
      replayed.notes.push('the file system says that it has errors: e2fsck would look for them');
    } else if ((state & layout.STATE_CLEAN) === 0 && replayed === opened) {
      replayed.notes.push('the file system was not unmounted');
      if (isWritable && !geometry.has('compatible', layout.HAS_JOURNAL)) throw corrupt('the file system was not unmounted, and has no journal', placeOn(volume, layout.SUPERBLOCK_AT, 's_state'), 'run e2fsck first');
    }
    return replayed;
  }

  /** Replays the journal: for good where the file system is to be written, else in memory. */
  async #replay(): Promise<ExtFileSystem> {
    const { geometry } = this;
    if (geometry.superblock.journalInode === 0) throw unsupported('its journal is on another device and has to be replayed', placeOn(this.volume, layout.SUPERBLOCK_AT, 's_journal_inum'), 'run e2fsck first');
    const journal = await this.node(geometry.superblock.journalInode);
    const runs = await this.runs(journal);
    const { applyJournal, readJournal, replayedVolume } = await import('./journal.ts');
    const replay = await readJournal(geometry, runs);
    const note = `the journal had ${replay.transactions} transactions to replay`;
    if (this.isWritable) {
      await applyJournal(geometry, runs, replay);
      const bytes = await readVolume(this.volume, layout.SUPERBLOCK_AT, layout.SUPERBLOCK_BYTES, 'superblock');
      const written = layout.SUPERBLOCK.read(bytes);
      await writeSuperblock(geometry, this.cache, { incompatible: written.incompatible & ~layout.RECOVER });
      await this.cache.flush();
      await this.volume.flush();
      const again = new ExtFileSystem(await Geometry.read(this.volume), (await import('./writer.ts')).ExtWriter);
      again.notes.push(`${note}; it was`);
      return again;
    }
    const again = new ExtFileSystem(await Geometry.read(replayedVolume(this.volume, replay, this.blockBytes)));
    again.notes.push(`${note}; it was replayed in memory`);
    return again;
  }

  root(): Promise<ExtNode> {
    return this.node(layout.ROOT_INODE);
  }

  open(entry: ExtEntry): Promise<ExtNode> {
    return this.node(entry.inode);
  }

  async node(inode: number): Promise<ExtNode> {
    const { block, offset } = await this.geometry.inodePlace(this.cache, inode);
    const bytes = await this.cache.get(block);
    const node = nodeOf(inode, bytes.subarray(offset, offset + this.geometry.inodeBytes));
    if (node === undefined) throw corrupt(`inode ${inode} is not in use, or has a mode that does not exist`, placeOn(this.volume, block * this.blockBytes + offset, 'i_mode'));
    return node;
  }

  async runs(node: ExtNode): Promise<Runs> {
    return (node.runs ??= await runsOf(this.geometry, this.cache, node));
  }

  async *#blocks(directory: ExtNode): AsyncGenerator<Uint8Array> {
    if ((directory.inode.flags & layout.FLAG_ENCRYPTED) !== 0) throw unsupported(`directory ${directory.id} is encrypted`, placeOn(this.volume, 0, 'i_flags'));
    if (directory.size > MOST_DIRECTORY_BYTES) throw corrupt(`directory ${directory.id} has ${directory.size} bytes`, placeOn(this.volume, 0, 'i_size'));
    const runs = await this.runs(directory);
    const { blockBytes } = this;
    const blocks = Math.ceil(directory.size / blockBytes);
    if (this.cache.hasChanges || blocks <= 4) {
      for (let i = 0; i < blocks; i++) {
        const place = runs.placeOf(i);
        if (place !== undefined) yield await this.cache.get(place);
      }
      return;
    }
    for (let at = 0; at < blocks * blockBytes; at += READ_BYTES) {
      const piece = new Uint8Array(Math.min(READ_BYTES, blocks * blockBytes - at));
      await runs.read(at, piece);
      for (let i = 0; i < piece.length; i += blockBytes) if (runs.placeOf((at + i) / blockBytes) !== undefined) yield piece.subarray(i, i + blockBytes);
    }
  }

  async entries(directory: ExtNode): Promise<ExtEntry[]> {
    mustBeDirectory(this, directory);
    const entries: ExtEntry[] = [];
    if ((directory.inode.flags & layout.FLAG_INLINE) !== 0) {
      const { head, tail } = inlineParts(directory);
      // The first four bytes are the parent's number; what does not fit the inode's own array is a list of its own.
      for (const bytes of [head.subarray(4), tail]) if (bytes.length >= layout.DIRECTORY_ENTRY_BYTES) entries.push(...entriesOf(this.volume, bytes, directory.id));
      return entries;
    }
    for await (const bytes of this.#blocks(directory)) for (const entry of entriesOf(this.volume, bytes, directory.id)) entries.push(entry);
    return entries;
  }

  async find(directory: ExtNode, name: string): Promise<ExtEntry | undefined> {
    mustBeDirectory(this, directory);
    if (this.#writer !== undefined) return this.#writer.find(directory, name);
    if ((directory.inode.flags & layout.FLAG_INLINE) === 0) {
      for await (const bytes of this.#blocks(directory)) for (const entry of entriesOf(this.volume, bytes, directory.id)) if (entry.name === name) return entry;
      return undefined;
    }
    return (await this.entries(directory)).find((entry) => entry.name === name);
  }

  async read(node: ExtNode, at: number, into: Uint8Array): Promise<void> {
    if ((node.inode.flags & layout.FLAG_ENCRYPTED) !== 0) throw unsupported(`inode ${node.id} is encrypted`, placeOn(this.volume, 0, 'i_flags'));
    if ((node.inode.flags & layout.FLAG_INLINE) === 0) return (node.runs ?? (await this.runs(node))).read(at, into);
    const { head, tail } = inlineParts(node);
    for (let i = 0; i < into.length; i++) into[i] = (at + i < head.length ? head[at + i] : tail[at + i - head.length]) ?? 0;
  }

  async target(node: ExtNode): Promise<string> {
    if (node.size > MOST_TARGET_BYTES) throw corrupt(`symbolic link ${node.id} has a target of ${node.size} bytes`, placeOn(this.volume, 0, 'i_size'));
    const isFast = node.size < layout.INODE_BLOCK_BYTES && (node.inode.flags & (layout.FLAG_EXTENTS | layout.FLAG_INLINE)) === 0;
    const bytes = new Uint8Array(node.size);
    if (isFast) bytes.set(node.inode.block.subarray(0, node.size));
    else await this.read(node, 0, bytes);
    return new TextDecoder().decode(bytes);
  }

  async freeBytes(): Promise<number> {
    let free = 0;
    for (let number = 0; number < this.geometry.groupsCount; number++) free += (await this.geometry.group(this.cache, number)).freeBlocks;
    return free * this.blockBytes * this.geometry.blocksPerBit;
  }

  async *freeRanges(): AsyncGenerator<ByteRange> {
    const { geometry, blockBytes } = this;
    let start = -1;
    let end = -1;
    for (let number = 0; number < geometry.groupsCount; number++) {
      const group = await geometry.group(this.cache, number);
      const first = geometry.groupStart(number);
      const length = geometry.groupLength(number);
      const isFree = (group.flags & layout.BLOCK_UNINIT) !== 0 ? freshBitmap(geometry, group) : invertible(await this.cache.get(group.blockBitmap));
      for (let bit = 0; bit * geometry.blocksPerBit < length; bit++) {
        if (!isFree(bit)) continue;
        const from = first + bit * geometry.blocksPerBit;
        const to = Math.min(from + geometry.blocksPerBit, first + length);
        if (from === end) {
          end = to;
        } else {
          if (start >= 0) yield { start: start * blockBytes, length: (end - start) * blockBytes };
          start = from;
          end = to;
        }
      }
    }
    if (start >= 0) yield { start: start * blockBytes, length: (end - start) * blockBytes };
  }

  get writer(): ExtWriter {
    if (this.#writer === undefined) throw new DiskError({ code: 'DISK_READ_ONLY', kind: 'read-only', message: 'is open for reading only', context: { path: this.volume.name, op: 'write' } });
    return this.#writer;
  }

  create(directory: ExtNode, name: string, made: NewNode): Promise<ExtNode> {
    return this.writer.create(directory, name, made);
  }

  write(node: ExtNode, content: Content): Promise<void> {
    return this.writer.write(node, content);
  }

  remove(directory: ExtNode, name: string): Promise<void> {
    return this.writer.remove(directory, name);
  }

  link(directory: ExtNode, name: string, node: ExtNode): Promise<void> {
    return this.writer.link(directory, name, node);
  }

  setAttributes(node: ExtNode, attributes: Partial<Attributes>): Promise<void> {
    return this.writer.setAttributes(node, attributes);
  }

  async flush(): Promise<void> {
    await this.#writer?.flush();
  }
}

const invertible = (bitmap: Uint8Array) => (bit: number): boolean => (bitmap[bit >> 3]! & (1 << (bit & 7))) === 0;

/** A group whose bitmap was never written: free but for the metadata that lies in it. */
function freshBitmap(geometry: Geometry, group: { readonly number: number; readonly blockBitmap: number; readonly inodeBitmap: number; readonly inodeTable: number }): (bit: number) => boolean {
  return invertible(freshBlockBitmap(geometry, group));
}

function mustBeDirectory(fileSystem: ExtFileSystem, node: ExtNode): void {
  if (node.kind !== 'directory') throw refused('DISK_NOT_FOUND', `inode ${node.id} is no directory`, fileSystem.volume, 'list');
}

/** Data inside an inode: in the array where block numbers would be, and the rest in the extended attribute `system.data`. */
function inlineParts(node: ExtNode): { head: Uint8Array; tail: Uint8Array } {
  const head = node.inode.block.subarray(0, Math.min(layout.INODE_BLOCK_BYTES, node.kind === 'directory' ? layout.INODE_BLOCK_BYTES : node.size));
  const none = { head, tail: new Uint8Array(0) };
  const first = layout.INODE_SMALL_BYTES + node.extraSize;
  const view = viewOf(node.bytes);
  if (first + 4 > node.bytes.length || view.getUint32(first, true) !== layout.XATTR_MAGIC) return none;
  const base = first + 4;
  // An attribute: name length u8, name index u8, value offset u16, value inode u32, value size u32, hash u32, name.
  for (let at = base; at + 16 <= node.bytes.length;) {
    const nameLength = view.getUint8(at);
    const index = view.getUint8(at + 1);
    if (nameLength === 0 && index === 0) break;
    const name = String.fromCharCode(...node.bytes.subarray(at + 16, at + 16 + nameLength));
    if (index === layout.XATTR_INDEX_SYSTEM && name === 'data') {
      const from = base + view.getUint16(at + 2, true);
      return { head, tail: node.bytes.subarray(from, Math.min(node.bytes.length, from + view.getUint32(at + 8, true))) };
    }
    at += (16 + nameLength + 3) & ~3;
  }
  return none;
}

function mustBeWritableType(geometry: Geometry): void {
  const { incompatible, readOnlyCompatible } = geometry.superblock;
  const bad = [
    ...((incompatible & ~layout.WRITABLE_INCOMPATIBLE) === 0 ? [] : [`incompatible 0x${((incompatible & ~layout.WRITABLE_INCOMPATIBLE) >>> 0).toString(16)}`]),
    ...((readOnlyCompatible & ~layout.WRITABLE_READ_ONLY_COMPATIBLE) === 0 ? [] : [`read-only compatible 0x${((readOnlyCompatible & ~layout.WRITABLE_READ_ONLY_COMPATIBLE) >>> 0).toString(16)}`]),
  ];
  if (bad.length > 0) throw unsupported(`the file system has features with which it is only read: ${bad.join(', ')}`, placeOn(geometry.volume, layout.SUPERBLOCK_AT, 's_feature_incompat'));
}
