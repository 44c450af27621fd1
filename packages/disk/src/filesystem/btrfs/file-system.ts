/**
 * btrfs, as far as it takes to know what is free.
 *
 * Missing: its files; file systems on several devices or with striping; zoned ones. A log that has to be replayed stops `freeRanges`.
 */
import { beyondLimit, corrupt, unsupported } from '../../errors.ts';
import { viewOf } from '../../layout.ts';
import { defineFileSystem } from '../file-system.ts';
import type { FileSystem, Node } from '../file-system.ts';
import { uuidText } from '../uuid.ts';
import { placeOn, readVolume } from '../volume.ts';
import type { ByteRange, Volume } from '../volume.ts';
import * as layout from './layout.ts';

const SUPERBLOCK_BYTES = 4096;
const MOST_LEVELS = 8;
const MOST_CHUNKS = 1 << 20;
/** Of 32 TiB in small files. */
const MOST_NODES = 1 << 22;

export const btrfs = defineFileSystem({
  name: 'btrfs',
  reference: 'btrfs documentation, "On-disk format"',
  missing: 'all but what is free',
  probe: async (volume) => volume.size >= layout.SUPERBLOCK_AT + SUPERBLOCK_BYTES && String.fromCharCode(...(await readVolume(volume, layout.SUPERBLOCK_AT + layout.SUPERBLOCK.fields.magic[0], 8, 'superblock'))) === layout.MAGIC,
  open: (volume, { isWritable }) => {
    if (isWritable) throw notRead(volume);
    return BtrfsFileSystem.open(volume);
  },
});

const notRead = (volume: Volume) => unsupported('files of btrfs are not read: only what is free in it is known', { path: volume.name, op: 'open' });

interface Chunk {
  readonly start: number;
  readonly length: number;
  /** Of the copies on the device. */
  readonly places: readonly number[];
}

export class BtrfsFileSystem implements FileSystem {
  readonly type = 'btrfs';
  readonly volume: Volume;
  readonly label: string;
  readonly id: string;
  readonly blockBytes: number;
  readonly size: number;
  readonly isWritable = false;
  readonly notes: readonly string[] = [];
  readonly #superblock: ReturnType<typeof layout.SUPERBLOCK.read>;
  /** In order of their logical addresses. */
  #chunks: Chunk[] = [];
  #nodes = 0;

  private constructor(volume: Volume, superblock: ReturnType<typeof layout.SUPERBLOCK.read>) {
    const refuse = (field: string, value: number): never => { throw beyondLimit(`${field} is ${value}`, placeOn(volume, layout.SUPERBLOCK_AT, field)); };
    const { sectorSize, nodeSize, deviceBytes, systemChunkArraySize } = superblock;
    if (![512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536].includes(sectorSize)) refuse('sectorsize', sectorSize);
    if (nodeSize < 4096 || nodeSize > 65_536 || (nodeSize & (nodeSize - 1)) !== 0) refuse('nodesize', nodeSize);
    if (deviceBytes === 0 || deviceBytes > volume.size) refuse('dev_item.total_bytes', deviceBytes);
    if (systemChunkArraySize > superblock.systemChunkArray.length) refuse('sys_chunk_array_size', systemChunkArraySize);
    this.volume = volume;
    this.#superblock = superblock;
    const end = superblock.label.indexOf(0);
    this.label = new TextDecoder().decode(end < 0 ? superblock.label : superblock.label.subarray(0, end));
    this.id = uuidText(superblock.fsid);
    this.blockBytes = sectorSize;
    this.size = deviceBytes;
  }

  static async open(volume: Volume): Promise<BtrfsFileSystem> {
    const bytes = await readVolume(volume, layout.SUPERBLOCK_AT, SUPERBLOCK_BYTES, 'superblock');
    return new BtrfsFileSystem(volume, layout.SUPERBLOCK.read(bytes, 0, placeOn(volume, layout.SUPERBLOCK_AT)));
  }

  root(): Node {
    throw notRead(this.volume);
  }

  entries(): Promise<never> {
    throw notRead(this.volume);
  }

  open(): Node {
    throw notRead(this.volume);
  }

  find(): Promise<never> {
    throw notRead(this.volume);
  }

  read(): void {
    throw notRead(this.volume);
  }

  target(): string {
    throw notRead(this.volume);
  }

  async *freeRanges(): AsyncGenerator<ByteRange> {
    const superblock = this.#superblock;
    const where = placeOn(this.volume, layout.SUPERBLOCK_AT);
    if (superblock.devices !== 1) throw unsupported(`the file system is on ${superblock.devices} devices`, where);
    if ((superblock.incompatible & layout.UNREADABLE_INCOMPATIBLE) !== 0n) throw unsupported(`the file system has features that are not known: 0x${superblock.incompatible.toString(16)}`, where);
    if (superblock.logRoot !== 0) throw unsupported('the log has to be replayed before it is known what is free', where, 'mount the file system once');
    await this.#readChunks();
    const used = await this.#usedRanges();
    used.sort((a, b) => a.start - b.start);
    let end = layout.RESERVED_BYTES;
    for (const { start, length } of [...used, { start: this.size, length: 0 }]) {
      const stop = Math.min(start, this.size);
      if (stop > end) yield { start: end, length: stop - end };
      end = Math.max(end, start + length);
    }
  }

  /** Chunks give logical addresses their places: first those that the superblock has, by which the tree of all chunks is read. */
  async #readChunks(): Promise<void> {
    const { systemChunkArray, systemChunkArraySize, chunkRoot, chunkRootLevel } = this.#superblock;
    this.#chunks = [];
    for (let at = 0; at + layout.KEY_BYTES + layout.CHUNK_HEADER_BYTES <= systemChunkArraySize;) {
      const { offset } = layout.KEY.read(systemChunkArray, at);
      at += layout.KEY_BYTES;
      this.#addChunk(offset, systemChunkArray.subarray(at, systemChunkArraySize));
      at += layout.CHUNK_HEADER_BYTES + layout.CHUNK.read(systemChunkArray, at).stripes * layout.STRIPE_BYTES;
    }
    const found: { offset: bigint; item: Uint8Array }[] = [];
    this.#nodes = 0;
    for await (const { key, item } of this.#walk(chunkRoot, chunkRootLevel)) if (key.type === layout.TYPE_CHUNK_ITEM) found.push({ offset: key.offset, item });
    if (found.length > MOST_CHUNKS) throw beyondLimit(`there are ${found.length} chunks`, placeOn(this.volume, layout.SUPERBLOCK_AT));
    this.#chunks = [];
    for (const { offset, item } of found) this.#addChunk(offset, item);
    this.#chunks.sort((a, b) => a.start - b.start);
  }

  #addChunk(logical: bigint, item: Uint8Array): void {
    const where = placeOn(this.volume, layout.SUPERBLOCK_AT, 'chunk');
    const { length, type, stripes } = layout.CHUNK.read(item, 0, where);
    const profile = type & layout.PROFILE_MASK;
    if ((profile & ~layout.COPY_PROFILES) !== 0n) throw unsupported(`a chunk is striped: profile 0x${profile.toString(16)}`, where);
    if (stripes === 0 || layout.CHUNK_HEADER_BYTES + stripes * layout.STRIPE_BYTES > item.length) throw corrupt(`a chunk has ${stripes} stripes`, where);
    const start = Number(logical);
    const places = Array.from({ length: stripes }, (_, i) => layout.STRIPE.read(item, layout.CHUNK_HEADER_BYTES + i * layout.STRIPE_BYTES, where).offset);
    if (!Number.isSafeInteger(start + length) || places.some((place) => place + length > this.size)) throw corrupt(`a chunk of ${length} bytes at ${start} is not on the device`, where);
    this.#chunks.push({ start, length, places });
  }

  #chunkOf(logical: number): Chunk {
    // The chunks are not sorted while the tree of them is being read, and few then.
    const found = this.#chunks.find(({ start, length }) => logical >= start && logical < start + length);
    if (found === undefined) throw corrupt(`no chunk has the logical address ${logical}`, placeOn(this.volume, layout.SUPERBLOCK_AT));
    return found;
  }

  async *#walk(logical: number, level: number): AsyncGenerator<{ readonly key: ReturnType<typeof layout.KEY.read>; readonly item: Uint8Array }> {
    if (level > MOST_LEVELS || ++this.#nodes > MOST_NODES) throw corrupt('a tree has no end', placeOn(this.volume, layout.SUPERBLOCK_AT));
    const { nodeSize } = this.#superblock;
    const chunk = this.#chunkOf(logical);
    const at = chunk.places[0]! + logical - chunk.start;
    const where = placeOn(this.volume, at, 'tree block');
    const bytes = await readVolume(this.volume, at, nodeSize, 'tree block');
    const node = layout.NODE.read(bytes, 0, where);
    const room = Math.floor((nodeSize - layout.NODE_HEADER_BYTES) / (level === 0 ? layout.LEAF_ITEM_BYTES : layout.POINTER_BYTES));
    if (node.bytenr !== logical || node.level !== level || node.items > room) throw corrupt('a tree block is damaged', where);
    const view = viewOf(bytes);
    for (let i = 0; i < node.items; i++) {
      if (level === 0) {
        const place = layout.NODE_HEADER_BYTES + i * layout.LEAF_ITEM_BYTES;
        const from = layout.NODE_HEADER_BYTES + view.getUint32(place + layout.KEY_BYTES, true);
        const to = from + view.getUint32(place + layout.KEY_BYTES + 4, true);
        if (to > nodeSize) throw corrupt('an item is outside its tree block', where);
        yield { key: layout.KEY.read(bytes, place), item: bytes.subarray(from, to) };
      } else {
        const pointer = view.getBigUint64(layout.NODE_HEADER_BYTES + i * layout.POINTER_BYTES + layout.KEY_BYTES, true);
        yield* this.#walk(Number(pointer), level - 1);
      }
    }
  }

  /** Extents in use by their places, and the superblock's copies. */
  async #usedRanges(): Promise<ByteRange[]> {
    const { root, rootLevel, nodeSize } = this.#superblock;
    const used: ByteRange[] = layout.SUPERBLOCK_COPIES_AT.map((start) => ({ start, length: layout.SUPERBLOCK_STRIPE_BYTES }));
    let tree: { bytenr: number; level: number } | undefined;
    this.#nodes = 0;
    for await (const { key, item } of this.#walk(root, rootLevel)) {
      if (key.object === layout.EXTENT_TREE && key.type === layout.TYPE_ROOT_ITEM) tree = layout.ROOT_ITEM.read(item, 0, { path: this.volume.name });
    }
    if (tree === undefined) throw corrupt('there is no extent tree', placeOn(this.volume, layout.SUPERBLOCK_AT));
    this.#nodes = 0;
    let chunk: Chunk | undefined;
    for await (const { key } of this.#walk(tree.bytenr, tree.level)) {
      if (key.type !== layout.TYPE_EXTENT_ITEM && key.type !== layout.TYPE_METADATA_ITEM) continue;
      const start = Number(key.object);
      const length = key.type === layout.TYPE_METADATA_ITEM ? nodeSize : Number(key.offset);
      if (chunk === undefined || start < chunk.start || start >= chunk.start + chunk.length) chunk = this.#chunkOf(start);
      if (start + length > chunk.start + chunk.length) throw corrupt(`an extent of ${length} bytes at ${start} is longer than its chunk`, placeOn(this.volume, layout.SUPERBLOCK_AT));
      for (const place of chunk.places) {
        const at = place + start - chunk.start;
        const last = used.at(-1)!;
        if (chunk.places.length === 1 && last.start + last.length === at) used[used.length - 1] = { start: last.start, length: last.length + length };
        else used.push({ start: at, length });
      }
    }
    return used;
  }

  async flush(): Promise<void> { /* nothing is ever changed */ }
}
