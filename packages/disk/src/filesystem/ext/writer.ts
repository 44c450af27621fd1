/**
 * Writing ext2, ext3 and ext4: nodes, names, contents, with their checksums.
 *
 * The journal is not used: while something is being changed the superblock says that the file system is not clean, and says that it is again when all of it has been written.
 * Changes of metadata are in memory until then. An indexed directory becomes a plain one when a name is added or taken away (e2fsck -D indexes it again); Linux reads both.
 */
import { corrupt } from '../../errors.ts';
import { viewOf } from '../../layout.ts';
import { isZero } from '../../store/store.ts';
import type { BlockCache } from '../block-cache.ts';
import { refused } from '../file-system.ts';
import type { Attributes, Content, NewNode, NodeKind } from '../file-system.ts';
import { pieces } from '../pieces.ts';
import { Runs } from '../runs.ts';
import { placeOn } from '../volume.ts';
import type { Volume } from '../volume.ts';
import { Allocator } from './allocator.ts';
import { checksum, numberChecksum } from './checksum.ts';
import { entriesOf, nameIn, slotsOf } from './directory.ts';
import type { ExtEntry, Slot } from './directory.ts';
import type { Geometry } from './geometry.ts';
import { ENTRY_TYPE_OF, MODE_OF, nodeOf, storeDevice, storedTime } from './inode.ts';
import type { ExtNode } from './inode.ts';
import * as layout from './layout.ts';
import { runsOf } from './mapping.ts';
import { writeMapping } from './mapping-writer.ts';
import { writeSuperblock } from './superblock.ts';

const WRITE_BYTES = 1024 * 1024;
const MOST_NAME_BYTES = 255;
const MOST_LINKS = 65_000;
const MOST_DIRECTORIES = 128;
const MOST_CHANGES = 16_384;

/** What the writer needs of the file system it belongs to. */
export interface WriterHost {
  readonly geometry: Geometry;
  readonly cache: BlockCache;
  readonly volume: Volume;
  node(inode: number): Promise<ExtNode>;
  runs(node: ExtNode): Promise<Runs>;
}

/** A directory whose names are known. */
interface Names {
  readonly entries: Map<string, ExtEntry>;
  /** The first block that may have room. */
  roomFrom: number;
}

const encoder = new TextEncoder();
const roomFor = (nameBytes: number): number => (layout.DIRECTORY_ENTRY_BYTES + nameBytes + 3) & ~3;

export class ExtWriter {
  readonly #host: WriterHost;
  readonly #geometry: Geometry;
  readonly #cache: BlockCache;
  readonly #allocator: Allocator;
  readonly #names = new Map<number, Names>();
  #isMarked = false;
  #changes = 0;

  constructor(host: WriterHost) {
    this.#host = host;
    this.#geometry = host.geometry;
    this.#cache = host.cache;
    this.#allocator = new Allocator(host.geometry, host.cache);
  }

  get #blockBytes(): number {
    return this.#geometry.blockBytes;
  }

  get #tailBytes(): number {
    return this.#geometry.hasMetadataChecksum ? layout.DIRECTORY_TAIL_BYTES : 0;
  }

  async #mark(): Promise<void> {
    if (this.#isMarked) {
      if (++this.#changes % MOST_CHANGES === 0) await this.#store();
      return;
    }
    this.#isMarked = true;
    await writeSuperblock(this.#geometry, this.#cache, { state: this.#geometry.superblock.state & ~layout.STATE_CLEAN });
    await this.#cache.flush();
    await this.#host.volume.flush();
  }

  /** For what is made with a file system: the place of its journal. */
  setSuperblock(fields: Parameters<typeof writeSuperblock>[2]): Promise<void> {
    return writeSuperblock(this.#geometry, this.#cache, fields);
  }

  async #store(): Promise<void> {
    const { freeBlocks, freeInodes } = this.#allocator;
    await this.#allocator.store();
    await writeSuperblock(this.#geometry, this.#cache, {
      freeBlocksLow: freeBlocks >>> 0, freeInodes, ...(this.#geometry.has('incompatible', layout.BITS_64) ? { freeBlocksHigh: Math.floor(freeBlocks / 0x1_0000_0000) } : {}),
    });
    await this.#cache.flush();
  }

  async flush(): Promise<void> {
    if (!this.#isMarked) return;
    await this.#store();
    await this.#host.volume.flush();
    await writeSuperblock(this.#geometry, this.#cache, { state: this.#geometry.superblock.state | layout.STATE_CLEAN });
    await this.#cache.flush();
    await this.#host.volume.flush();
    this.#isMarked = false;
  }

  // Inodes

  /** Another node object of the same inode may have been changed since this one was made. */
  async #refresh(node: ExtNode): Promise<void> {
    delete node.runs;
    Object.assign(node, await this.#host.node(node.id));
  }

  #seedOf(inode: number, generation: number): number {
    return numberChecksum(numberChecksum(this.#geometry.checksumSeed, inode), generation);
  }

  /** Writes an inode's bytes, with their checksum, and brings the node up to date. */
  async #storeNode(node: ExtNode, bytes: Uint8Array): Promise<void> {
    if (this.#geometry.hasMetadataChecksum) {
      const hasHigh = bytes.length > layout.INODE_SMALL_BYTES && layout.INODE_EXTRA.read(bytes).extraSize >= 4;
      layout.INODE.write(bytes, { checksumLow: 0 });
      if (hasHigh) layout.INODE_EXTRA.write(bytes, { checksumHigh: 0 });
      const sum = checksum(this.#seedOf(node.id, layout.INODE.read(bytes).generation), bytes);
      layout.INODE.write(bytes, { checksumLow: sum & 0xffff });
      if (hasHigh) layout.INODE_EXTRA.write(bytes, { checksumHigh: sum >>> 16 });
    }
    const { block, offset } = await this.#geometry.inodePlace(this.#cache, node.id);
    (await this.#cache.change(block)).set(bytes, offset);
    const { runs } = node;
    Object.assign(node, nodeOf(node.id, bytes), runs === undefined ? {} : { runs });
  }

  #timesOf(mtimeMs: number, withChange: boolean): { inode: { modifyTime: number; accessTime?: number; changeTime?: number }; extra: { modifyTimeExtra: number; accessTimeExtra?: number; changeTimeExtra?: number } } {
    const { seconds, extra } = storedTime(mtimeMs);
    return withChange
      ? { inode: { modifyTime: seconds, accessTime: seconds, changeTime: seconds }, extra: { modifyTimeExtra: extra, accessTimeExtra: extra, changeTimeExtra: extra } }
      : { inode: { modifyTime: seconds }, extra: { modifyTimeExtra: extra } };
  }

  #newInode(made: NewNode, links: number): Uint8Array {
    const bytes = new Uint8Array(this.#geometry.inodeBytes);
    const hasExtents = this.#geometry.has('incompatible', layout.EXTENTS);
    const times = this.#timesOf(made.mtimeMs, true);
    const block = new Uint8Array(layout.INODE_BLOCK_BYTES);
    const usesExtents = hasExtents && (made.kind === 'file' || made.kind === 'directory' || (made.kind === 'symlink' && encoder.encode(made.target).length >= layout.INODE_BLOCK_BYTES));
    if (usesExtents) layout.EXTENT_HEADER.write(block, { magic: layout.EXTENT_MAGIC, entries: 0, max: layout.EXTENTS_IN_INODE, depth: 0 });
    if (made.device !== undefined) storeDevice(block, made.device);
    layout.INODE.write(bytes, {
      mode: MODE_OF[made.kind] | (made.mode & 0o7777), uid: made.uid & 0xffff, uidHigh: made.uid >>> 16, gid: made.gid & 0xffff, gidHigh: made.gid >>> 16, links, flags: usesExtents ? layout.FLAG_EXTENTS : 0, block, ...times.inode,
    });
    if (bytes.length > layout.INODE_SMALL_BYTES) layout.INODE_EXTRA.write(bytes, { extraSize: layout.EXTRA_ISIZE_BYTES, ...times.extra, createTime: times.inode.changeTime!, createTimeExtra: times.extra.changeTimeExtra! });
    return bytes;
  }

  /** Makes an inode of a known number: the root, the journal. */
  async makeNode(id: number, made: NewNode, links: number): Promise<ExtNode> {
    await this.#mark();
    const bytes = this.#newInode(made, links);
    const node = nodeOf(id, bytes)!;
    node.runs = new Runs(this.#host.volume, this.#blockBytes);
    await this.#storeNode(node, bytes);
    return node;
  }

  /** Writes an inode's mapping, size and number of blocks. */
  async #storeMapping(node: ExtNode, runs: Runs, size: number): Promise<void> {
    const pool: number[] = [];
    await runsOf(this.#geometry, this.#cache, node, (block) => pool.push(block));
    const { block, treeBlocks } = await writeMapping(
      { geometry: this.#geometry, cache: this.#cache, allocator: this.#allocator, pool, seed: this.#seedOf(node.id, node.inode.generation) }, runs, (node.inode.flags & layout.FLAG_EXTENTS) !== 0,
    );
    const attributeBlocks = node.inode.fileAcl !== 0 || node.inode.fileAclHigh !== 0 ? 1 : 0;
    const sectors = (runs.lengths.reduce((sum, length) => sum + length, 0) + treeBlocks + attributeBlocks) * (this.#blockBytes / 512);
    const bytes = node.bytes.slice();
    layout.INODE.write(bytes, {
      block, sizeLow: size >>> 0, sizeHigh: Math.floor(size / 0x1_0000_0000), blocksLow: sectors >>> 0, blocksHigh: Math.floor(sectors / 0x1_0000_0000), flags: node.inode.flags & ~layout.FLAG_HUGE_FILE,
    });
    node.runs = runs;
    await this.#storeNode(node, bytes);
  }

  // Directories

  async #namesOf(directory: ExtNode): Promise<Names> {
    const known = this.#names.get(directory.id);
    if (known !== undefined) return known;
    const entries = new Map<string, ExtEntry>();
    const runs = await this.#host.runs(directory);
    for (let i = 0; i * this.#blockBytes < directory.size; i++) {
      const place = runs.placeOf(i);
      if (place !== undefined) for (const entry of entriesOf(this.#host.volume, await this.#cache.get(place), directory.id)) entries.set(entry.name, entry);
    }
    const names = { entries, roomFrom: 0 };
    this.#names.set(directory.id, names);
    if (this.#names.size > MOST_DIRECTORIES) this.#names.delete(this.#names.keys().next().value!);
    return names;
  }

  async find(directory: ExtNode, name: string): Promise<ExtEntry | undefined> {
    return (await this.#namesOf(directory)).entries.get(name);
  }

  #sealDirectoryBlock(directory: ExtNode, bytes: Uint8Array): void {
    if (this.#tailBytes === 0) return;
    const tail = bytes.length - layout.DIRECTORY_TAIL_BYTES;
    const view = viewOf(bytes);
    bytes.fill(0, tail, tail + 8);
    view.setUint16(tail + 4, layout.DIRECTORY_TAIL_BYTES, true);
    view.setUint8(tail + 7, layout.DIRECTORY_TAIL_TYPE);
    view.setUint32(tail + 8, checksum(this.#seedOf(directory.id, directory.inode.generation), bytes.subarray(0, tail)), true);
  }

  /** Writes an entry; one without a name is free room. */
  #writeSlot(bytes: Uint8Array, at: number, length: number, inode: number, name: Uint8Array, kind: NodeKind | undefined): void {
    const view = viewOf(bytes);
    view.setUint32(at, inode, true);
    view.setUint16(at + 4, length >= 0x1_0000 ? 0xffff : length, true);
    view.setUint8(at + 6, name.length);
    view.setUint8(at + 7, kind === undefined || !this.#geometry.has('incompatible', layout.FILETYPE) ? 0 : ENTRY_TYPE_OF[kind]);
    bytes.set(name, at + layout.DIRECTORY_ENTRY_BYTES);
  }

  /** The index of a directory is in blocks that look like entries to who knows no index; they become what they look like. */
  async #dropIndex(directory: ExtNode): Promise<void> {
    if ((directory.inode.flags & layout.FLAG_INDEX) === 0) return;
    const runs = await this.#host.runs(directory);
    for (let i = 0; i * this.#blockBytes < directory.size; i++) {
      const place = runs.placeOf(i);
      if (place === undefined) continue;
      const bytes = await this.#cache.change(place);
      const slots = slotsOf(this.#host.volume, bytes, directory.id);
      const end = bytes.length - this.#tailBytes;
      if (i === 0) {
        const parent = slots[1];
        if (parent === undefined || parent.at !== 12) throw corrupt(`directory ${directory.id} does not begin with itself and the one above`, placeOn(this.#host.volume, place * this.#blockBytes));
        bytes.fill(0, parent.at + 12);
        viewOf(bytes).setUint16(parent.at + 4, end - parent.at, true);
        this.#sealDirectoryBlock(directory, bytes);
      } else if (slots.length === 1 && slots[0]!.inode === 0) {
        bytes.fill(0);
        this.#writeSlot(bytes, 0, end, 0, new Uint8Array(0), undefined);
        this.#sealDirectoryBlock(directory, bytes);
      }
    }
    const bytes = directory.bytes.slice();
    layout.INODE.write(bytes, { flags: directory.inode.flags & ~layout.FLAG_INDEX });
    await this.#storeNode(directory, bytes);
  }

  async #addName(directory: ExtNode, name: string, inode: number, kind: NodeKind): Promise<void> {
    await this.#dropIndex(directory);
    const names = await this.#namesOf(directory);
    const stored = encoder.encode(name);
    const wanted = roomFor(stored.length);
    const runs = await this.#host.runs(directory);
    const blocks = Math.ceil(directory.size / this.#blockBytes);
    for (let i = names.roomFrom; i < blocks; i++) {
      const place = runs.placeOf(i);
      if (place === undefined) continue;
      const slots = slotsOf(this.#host.volume, await this.#cache.get(place), directory.id).filter((slot) => !this.#isTail(slot));
      const slot = slots.find((each) => each.length - usedBy(each) >= wanted);
      if (slot === undefined) {
        // The names that did not fit here are about as long as those that will come.
        if (names.roomFrom === i && wanted <= 64) names.roomFrom = i + 1;
        continue;
      }
      const bytes = await this.#cache.change(place);
      const used = usedBy(slot);
      if (used > 0) viewOf(bytes).setUint16(slot.at + 4, used, true);
      this.#writeSlot(bytes, slot.at + used, slot.length - used, inode, stored, kind);
      this.#sealDirectoryBlock(directory, bytes);
      names.entries.set(name, { name, inode, type: ENTRY_TYPE_OF[kind] });
      return;
    }
    const { start } = await this.#allocator.blocks(1);
    const bytes = this.#cache.fresh(start);
    this.#writeSlot(bytes, 0, this.#blockBytes - this.#tailBytes, inode, stored, kind);
    this.#sealDirectoryBlock(directory, bytes);
    runs.add(blocks, 1, start);
    await this.#storeMapping(directory, runs, (blocks + 1) * this.#blockBytes);
    names.entries.set(name, { name, inode, type: ENTRY_TYPE_OF[kind] });
  }

  #isTail(slot: Slot): boolean {
    return this.#tailBytes > 0 && slot.inode === 0 && slot.type === layout.DIRECTORY_TAIL_TYPE && slot.length === layout.DIRECTORY_TAIL_BYTES && slot.at === this.#blockBytes - layout.DIRECTORY_TAIL_BYTES;
  }

  async #removeName(directory: ExtNode, name: string): Promise<void> {
    await this.#dropIndex(directory);
    const names = await this.#namesOf(directory);
    const runs = await this.#host.runs(directory);
    for (let i = 0; i * this.#blockBytes < directory.size; i++) {
      const place = runs.placeOf(i);
      if (place === undefined) continue;
      const bytes = await this.#cache.get(place);
      const slots = slotsOf(this.#host.volume, bytes, directory.id);
      const index = slots.findIndex((slot) => slot.inode !== 0 && nameIn(bytes, slot) === name);
      if (index < 0) continue;
      const changed = await this.#cache.change(place);
      const slot = slots[index]!;
      const before = slots[index - 1];
      if (before === undefined) viewOf(changed).setUint32(slot.at, 0, true);
      else viewOf(changed).setUint16(before.at + 4, before.length + slot.length, true);
      this.#sealDirectoryBlock(directory, changed);
      names.entries.delete(name);
      names.roomFrom = Math.min(names.roomFrom, i);
      return;
    }
  }

  async #setLinks(node: ExtNode, links: number): Promise<void> {
    const bytes = node.bytes.slice();
    // A directory with too many subdirectories to count has one link.
    layout.INODE.write(bytes, { links: node.kind === 'directory' && links >= MOST_LINKS ? 1 : links });
    await this.#storeNode(node, bytes);
  }

  /** The first block of a directory: itself and the one above. */
  async fillDirectory(directory: ExtNode, parent: number): Promise<void> {
    const { start } = await this.#allocator.blocks(1);
    const bytes = this.#cache.fresh(start);
    this.#writeSlot(bytes, 0, 12, directory.id, encoder.encode('.'), 'directory');
    this.#writeSlot(bytes, 12, this.#blockBytes - 12 - this.#tailBytes, parent, encoder.encode('..'), 'directory');
    this.#sealDirectoryBlock(directory, bytes);
    const runs = new Runs(this.#host.volume, this.#blockBytes);
    runs.add(0, 1, start);
    await this.#storeMapping(directory, runs, this.#blockBytes);
  }

  // Operations

  #mustBeName(name: string): void {
    if (name === '' || name === '.' || name === '..' || /[/\0]/.test(name) || encoder.encode(name).length > MOST_NAME_BYTES) {
      throw refused('DISK_OPERATION_UNSUPPORTED', `ext4 cannot hold the name ${JSON.stringify(name)}`, this.#host.volume, 'write');
    }
  }

  async create(directory: ExtNode, name: string, made: NewNode): Promise<ExtNode> {
    this.#mustBeName(name);
    if ((await this.find(directory, name)) !== undefined) throw refused('DISK_EXISTS', `${name} exists already`, this.#host.volume, 'write');
    const target = made.kind === 'symlink' ? encoder.encode(made.target) : undefined;
    if (target !== undefined && (target.length === 0 || target.length >= this.#blockBytes)) throw refused('DISK_OPERATION_UNSUPPORTED', `${name} has a target of ${target.length} bytes`, this.#host.volume, 'write');
    await this.#mark();
    await this.#refresh(directory);
    const isDirectory = made.kind === 'directory';
    const id = await this.#allocator.inode(Math.floor((directory.id - 1) / this.#geometry.superblock.inodesPerGroup), isDirectory);
    this.#names.delete(id);
    const node = await this.makeNode(id, made, isDirectory ? 2 : 1);
    if (isDirectory) {
      await this.fillDirectory(node, directory.id);
      await this.#setLinks(directory, directory.links === 1 ? 1 : directory.links + 1);
    } else if (target !== undefined) {
      await this.#storeTarget(node, target);
    }
    await this.#addName(directory, name, id, made.kind);
    return node;
  }

  async #storeTarget(node: ExtNode, target: Uint8Array): Promise<void> {
    if (target.length < layout.INODE_BLOCK_BYTES) {
      const bytes = node.bytes.slice();
      const block = new Uint8Array(layout.INODE_BLOCK_BYTES);
      block.set(target);
      layout.INODE.write(bytes, { block, sizeLow: target.length });
      return this.#storeNode(node, bytes);
    }
    const { start } = await this.#allocator.blocks(1);
    // As contents are: what reads them goes around the cache.
    const contents = new Uint8Array(this.#blockBytes);
    contents.set(target);
    this.#cache.forget(start);
    await this.#host.volume.write(start * this.#blockBytes, contents);
    const runs = new Runs(this.#host.volume, this.#blockBytes);
    runs.add(0, 1, start);
    await this.#storeMapping(node, runs, target.length);
  }

  /** Room for contents that are written elsewhere: the journal. */
  async reserve(node: ExtNode, blocks: number): Promise<Runs> {
    const runs = new Runs(this.#host.volume, this.#blockBytes);
    for (let done = 0; done < blocks;) {
      const { start, length } = await this.#allocator.blocks(blocks - done);
      runs.add(done, length, start);
      done += length;
    }
    await this.#storeMapping(node, runs, blocks * this.#blockBytes);
    return runs;
  }

  async write(node: ExtNode, content: Content): Promise<void> {
    if (node.kind !== 'file') throw refused('DISK_OPERATION_UNSUPPORTED', `a ${node.kind} has no contents`, this.#host.volume, 'write');
    if ((node.inode.flags & (layout.FLAG_IMMUTABLE | layout.FLAG_ENCRYPTED | layout.FLAG_VERITY)) !== 0) throw refused('DISK_OPERATION_UNSUPPORTED', 'the file may not be changed', this.#host.volume, 'write');
    await this.#mark();
    await this.#refresh(node);
    const before = await this.#host.runs(node);
    const runs = new Runs(this.#host.volume, this.#blockBytes);
    let size = 0;
    try {
      for await (const piece of pieces(content.bytes, WRITE_BYTES)) {
        const first = size / this.#blockBytes;
        size += piece.length;
        // What is zero need not be there.
        if (piece.length === WRITE_BYTES && isZero(piece)) continue;
        const blocks = Math.ceil(piece.length / this.#blockBytes);
        for (let done = 0; done < blocks;) {
          const { start, length } = await this.#allocator.blocks(blocks - done);
          runs.add(first + done, length, start);
          const from = piece.subarray(done * this.#blockBytes, (done + length) * this.#blockBytes);
          for (let i = 0; i < length; i++) this.#cache.forget(start + i);
          await this.#host.volume.write(start * this.#blockBytes, from);
          const rest = length * this.#blockBytes - from.length;
          if (rest > 0) await this.#host.volume.write(start * this.#blockBytes + from.length, new Uint8Array(rest));
          done += length;
        }
      }
    } catch (error) {
      await this.#freeRuns(runs);
      throw error;
    }
    if (size >= 0x8000_0000 && !this.#geometry.has('readOnlyCompatible', layout.LARGE_FILE)) await writeSuperblock(this.#geometry, this.#cache, { readOnlyCompatible: this.#geometry.superblock.readOnlyCompatible | layout.LARGE_FILE });
    await this.#storeMapping(node, runs, size);
    await this.#freeRuns(before);
  }

  async #freeRuns(runs: Runs): Promise<void> {
    for (let i = 0; i < runs.starts.length; i++) if (runs.places[i]! >= 0) await this.#allocator.freeBlocksAt(runs.places[i]!, runs.lengths[i]!);
  }

  async link(directory: ExtNode, name: string, node: ExtNode): Promise<void> {
    this.#mustBeName(name);
    if (node.kind === 'directory') throw refused('DISK_OPERATION_UNSUPPORTED', 'a directory has one name', this.#host.volume, 'write');
    if (node.links >= MOST_LINKS) throw refused('DISK_OPERATION_UNSUPPORTED', `a file has at most ${MOST_LINKS} names`, this.#host.volume, 'write');
    if ((await this.find(directory, name)) !== undefined) throw refused('DISK_EXISTS', `${name} exists already`, this.#host.volume, 'write');
    await this.#mark();
    await this.#refresh(directory);
    await this.#refresh(node);
    await this.#setLinks(node, node.links + 1);
    await this.#addName(directory, name, node.id, node.kind);
  }

  async remove(directory: ExtNode, name: string): Promise<void> {
    const entry = await this.find(directory, name);
    if (entry === undefined) throw refused('DISK_NOT_FOUND', `there is no ${name}`, this.#host.volume, 'remove');
    const node = await this.#host.node(entry.inode);
    const isDirectory = node.kind === 'directory';
    if (isDirectory && (await this.#namesOf(node)).entries.size > 0) throw refused('DISK_OPERATION_UNSUPPORTED', `${name} is not empty`, this.#host.volume, 'remove');
    await this.#mark();
    await this.#refresh(directory);
    await this.#removeName(directory, name);
    if (!isDirectory && node.links > 1) return this.#setLinks(node, node.links - 1);
    if (isDirectory) {
      await this.#setLinks(directory, directory.links === 1 ? 1 : directory.links - 1);
      this.#names.delete(node.id);
    }
    await this.#freeNode(node);
  }

  async #freeNode(node: ExtNode): Promise<void> {
    const hasBlocks = node.kind === 'file' || node.kind === 'directory' || (node.kind === 'symlink' && (node.size >= layout.INODE_BLOCK_BYTES || (node.inode.flags & layout.FLAG_EXTENTS) !== 0));
    if (hasBlocks) {
      const tree: number[] = [];
      const runs = await runsOf(this.#geometry, this.#cache, node, (block) => tree.push(block));
      await this.#freeRuns(runs);
      for (const block of tree) await this.#allocator.freeBlocksAt(block, 1);
    }
    const attributes = node.inode.fileAcl + node.inode.fileAclHigh * 0x1_0000_0000;
    if (attributes !== 0) await this.#releaseAttributes(attributes);
    const bytes = node.bytes.slice();
    layout.INODE.write(bytes, { links: 0, deleteTime: Math.floor(Date.now() / 1000), fileAcl: 0, fileAclHigh: 0, blocksLow: 0, blocksHigh: 0, sizeLow: 0, sizeHigh: 0 });
    delete node.runs;
    await this.#storeNode(node, bytes);
    await this.#allocator.freeInode(node.id, node.kind === 'directory');
  }

  /** A block of extended attributes may belong to several inodes, and counts them. */
  async #releaseAttributes(block: number): Promise<void> {
    const bytes = await this.#cache.change(block);
    const view = viewOf(bytes);
    const references = view.getUint32(4, true);
    if (references <= 1) return this.#allocator.freeBlocksAt(block, 1);
    view.setUint32(4, references - 1, true);
    if (!this.#geometry.hasMetadataChecksum) return;
    view.setUint32(16, 0, true);
    const number = new Uint8Array(8);
    viewOf(number).setBigUint64(0, BigInt(block), true);
    view.setUint32(16, checksum(checksum(this.#geometry.checksumSeed, number), bytes), true);
  }

  async setAttributes(node: ExtNode, attributes: Partial<Attributes>): Promise<void> {
    await this.#mark();
    await this.#refresh(node);
    const bytes = node.bytes.slice();
    const { mode, uid, gid, mtimeMs } = attributes;
    layout.INODE.write(bytes, {
      ...(mode === undefined ? {} : { mode: (node.inode.mode & layout.MODE_KIND_MASK) | (mode & 0o7777) }), ...(uid === undefined ? {} : { uid: uid & 0xffff, uidHigh: uid >>> 16 }),
      ...(gid === undefined ? {} : { gid: gid & 0xffff, gidHigh: gid >>> 16 }), ...(mtimeMs === undefined ? {} : this.#timesOf(mtimeMs, false).inode),
    });
    if (mtimeMs !== undefined && node.extraSize >= 12) layout.INODE_EXTRA.write(bytes, this.#timesOf(mtimeMs, false).extra);
    await this.#storeNode(node, bytes);
  }
}

/** Bytes that an entry needs; what is beyond in its record is free. */
const usedBy = (slot: Slot): number => (slot.inode === 0 ? 0 : roomFor(slot.nameLength));
