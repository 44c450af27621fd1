/**
 * exFAT, read and written.
 *
 * Missing: making one; TexFAT's second table. What exFAT cannot hold (links, devices, owners, permissions but "read only") is refused or left out.
 */
import { beyondLimit, corrupt } from '../../errors.ts';
import { viewOf } from '../../layout.ts';
import { BlockCache } from '../block-cache.ts';
import { dosTime, dosTimeMs } from '../fat/time.ts';
import { problemOfName } from '../fat/name.ts';
import { cannot, defineFileSystem, refused } from '../file-system.ts';
import type { Attributes, Content, FileSystem, NewNode, Node } from '../file-system.ts';
import { pieces } from '../pieces.ts';
import { Runs } from '../runs.ts';
import { mustBeWithin, mustBeWritable, placeOn, readVolume } from '../volume.ts';
import type { ByteRange, Volume } from '../volume.ts';
import { ExfatDirectory, Upcase } from './directory.ts';
import type { ExfatEntry } from './directory.ts';
import * as layout from './layout.ts';

const ROOT = 0;
const WRITE_BYTES = 1024 * 1024;
const MOST_BITMAP_BYTES = 64 * 1024 * 1024;
const BITMAP_PIECE_BYTES = 256 * 1024;

export const exfat = defineFileSystem({
  name: 'exfat',
  reference: 'Microsoft, exFAT file system specification 1.00',
  missing: 'making one; TexFAT',
  probe: async (volume) => volume.size >= 512 && String.fromCharCode(...(await readVolume(volume, 3, 8, 'boot sector'))) === layout.FILE_SYSTEM_NAME,
  open: (volume, { isWritable }) => ExfatFileSystem.open(volume, isWritable),
});

export interface ExfatNode extends Node {
  readonly cluster: number;
  readonly isContiguous: boolean;
  readonly validBytes: number;
  readonly entry?: ExfatEntry;
  runs?: Runs;
}

export class ExfatFileSystem implements FileSystem<ExfatNode, ExfatEntry> {
  readonly type = 'exfat';
  readonly volume: Volume;
  readonly id: string;
  readonly blockBytes: number;
  readonly size: number;
  readonly isWritable: boolean;
  readonly notes: string[] = [];
  label = '';
  readonly #boot: ReturnType<typeof layout.BOOT_SECTOR.read>;
  readonly #sectorBytes: number;
  readonly #fatAt: number;
  /** Where cluster 0 would be. */
  readonly #base: number;
  /** Sectors of the table that are in use. */
  readonly #table: BlockCache;
  readonly #directories = new Map<number, ExfatDirectory>();
  /** Of directories that are in memory, for when they grow. */
  readonly #nodes = new Map<number, ExfatNode>();
  #upcase = new Upcase(new Uint8Array(0));
  #bitmap: Uint8Array | undefined;
  #bitmapRuns: Runs | undefined;
  #isBitmapChanged = false;
  #next = 2;
  #isMarked = false;

  private constructor(volume: Volume, boot: ReturnType<typeof layout.BOOT_SECTOR.read>, isWritable: boolean) {
    const refuse = (field: string, value: number): never => { throw beyondLimit(`${field} is ${value}`, placeOn(volume, 0, field)); };
    this.volume = volume;
    this.#boot = boot;
    this.isWritable = isWritable;
    const { bytesPerSectorShift, sectorsPerClusterShift, clusterCount, fatOffset, fatLength, clusterHeapOffset } = boot;
    if (bytesPerSectorShift < 9 || bytesPerSectorShift > 12) refuse('BytesPerSectorShift', bytesPerSectorShift);
    if (sectorsPerClusterShift > 25 - bytesPerSectorShift) refuse('SectorsPerClusterShift', sectorsPerClusterShift);
    if (clusterCount === 0 || clusterCount > layout.MOST_CLUSTERS) refuse('ClusterCount', clusterCount);
    if (boot.fats < 1 || boot.fats > 2) refuse('NumberOfFats', boot.fats);
    this.#sectorBytes = 1 << bytesPerSectorShift;
    this.blockBytes = this.#sectorBytes * 2 ** sectorsPerClusterShift;
    this.size = boot.volumeLength * this.#sectorBytes;
    if (fatLength * this.#sectorBytes < (clusterCount + 2) * 4) refuse('FatLength', fatLength);
    const active = (boot.volumeFlags & layout.ACTIVE_FAT) !== 0 && boot.fats === 2 ? fatLength : 0;
    this.#fatAt = (fatOffset + active) * this.#sectorBytes;
    mustBeWithin(volume, this.#fatAt, fatLength * this.#sectorBytes, 'FAT');
    this.#base = clusterHeapOffset * this.#sectorBytes - 2 * this.blockBytes;
    this.#table = new BlockCache(volume, this.#sectorBytes);
    this.id = `${(boot.serial >>> 16).toString(16).padStart(4, '0')}-${(boot.serial & 0xffff).toString(16).padStart(4, '0')}`.toUpperCase();
  }

  static async open(volume: Volume, isWritable: boolean): Promise<ExfatFileSystem> {
    const boot = layout.BOOT_SECTOR.read(await readVolume(volume, 0, 512, 'boot sector'), 0, placeOn(volume, 0));
    if (isWritable) mustBeWritable(volume, 'open');
    const opened = new ExfatFileSystem(volume, boot, isWritable);
    if ((boot.volumeFlags & layout.VOLUME_DIRTY) !== 0) opened.notes.push('the volume was not unmounted: fsck.exfat would look for damage');
    const root = await opened.#directory(opened.root());
    opened.label = root.label ?? '';
    if (root.upcase !== undefined && root.upcase.dataLength <= layout.MOST_UPCASE_BYTES) {
      const bytes = new Uint8Array(root.upcase.dataLength);
      await (await opened.#chain(root.upcase.firstCluster)).read(0, bytes);
      opened.#upcase = new Upcase(bytes);
    }
    if (isWritable) await opened.#loadBitmap();
    return opened;
  }

  get #bitmapBytes(): number {
    return Math.ceil(this.#boot.clusterCount / 8);
  }

  async #findBitmap(): Promise<Runs> {
    const { bitmap } = await this.#directory(this.root());
    if (bitmap === undefined || bitmap.dataLength < this.#bitmapBytes) throw corrupt('the allocation bitmap is missing, or too short', placeOn(this.volume, 0, 'Allocation Bitmap'));
    const runs = await this.#chain(bitmap.firstCluster);
    if (runs.end * this.blockBytes < this.#bitmapBytes) throw corrupt('the allocation bitmap has too few clusters', placeOn(this.volume, 0, 'Allocation Bitmap'));
    return runs;
  }

  async #loadBitmap(): Promise<void> {
    if (this.#bitmapBytes > MOST_BITMAP_BYTES) throw beyondLimit(`the allocation bitmap has ${this.#bitmapBytes} bytes`, placeOn(this.volume, 0, 'Allocation Bitmap'));
    this.#bitmapRuns = await this.#findBitmap();
    this.#bitmap = new Uint8Array(this.#bitmapBytes);
    await this.#bitmapRuns.read(0, this.#bitmap);
  }

  async #next32(cluster: number): Promise<number> {
    const at = this.#fatAt + cluster * 4;
    return viewOf(await this.#table.get(Math.floor(at / this.#sectorBytes))).getUint32(at % this.#sectorBytes, true);
  }

  async #set32(cluster: number, value: number): Promise<void> {
    const at = this.#fatAt + cluster * 4;
    viewOf(await this.#table.change(Math.floor(at / this.#sectorBytes))).setUint32(at % this.#sectorBytes, value, true);
  }

  #mustBeCluster(cluster: number): void {
    if (cluster < 2 || cluster > this.#boot.clusterCount + 1) throw corrupt(`there is no cluster ${cluster}`, placeOn(this.volume, this.#fatAt, 'FAT'));
  }

  async #chain(first: number): Promise<Runs> {
    const runs = new Runs(this.volume, this.blockBytes, this.#base);
    let count = 0;
    for (let cluster = first; cluster !== layout.END_OF_CHAIN; cluster = await this.#next32(cluster)) {
      this.#mustBeCluster(cluster);
      if (count > this.#boot.clusterCount) throw corrupt(`the chain of clusters from ${first} goes round`, placeOn(this.volume, this.#fatAt, 'FAT'));
      runs.add(count++, 1, cluster);
    }
    return runs;
  }

  async #runs(node: ExfatNode): Promise<Runs> {
    if (node.runs !== undefined) return node.runs;
    let runs = new Runs(this.volume, this.blockBytes, this.#base);
    if (node.cluster !== 0 && node.isContiguous) {
      const count = Math.ceil(node.size / this.blockBytes);
      if (count > 0) {
        this.#mustBeCluster(node.cluster);
        this.#mustBeCluster(node.cluster + count - 1);
        runs.add(0, count, node.cluster);
      }
    } else if (node.cluster !== 0) {
      runs = await this.#chain(node.cluster);
    }
    node.runs = runs;
    return runs;
  }

  root(): ExfatNode {
    return { id: ROOT, kind: 'directory', size: 0, validBytes: 0, mode: 0o755, uid: 0, gid: 0, mtimeMs: 0, links: 1, cluster: this.#boot.rootCluster, isContiguous: false };
  }

  async #directory(node: ExfatNode): Promise<ExfatDirectory> {
    if (node.kind !== 'directory') throw refused('DISK_NOT_FOUND', 'is no directory', this.volume, 'list');
    const known = this.#directories.get(node.id);
    if (known !== undefined) return known;
    const runs = await this.#runs(node);
    const length = runs.end * this.blockBytes;
    if (length > layout.MOST_DIRECTORY_BYTES) throw beyondLimit(`a directory has ${length} bytes`, placeOn(this.volume, this.#base + node.cluster * this.blockBytes));
    const bytes = new Uint8Array(length);
    await runs.read(0, bytes);
    const directory = new ExfatDirectory(node.id, bytes, this.volume.name);
    // What is only read need not be kept; what is written is, until it is flushed.
    if (this.isWritable || node.id === ROOT) {
      this.#directories.set(node.id, directory);
      this.#nodes.set(node.id, node);
    }
    return directory;
  }

  async entries(directory: ExfatNode): Promise<ExfatEntry[]> {
    return [...(await this.#directory(directory)).entries.values()];
  }

  async find(directory: ExfatNode, name: string): Promise<ExfatEntry | undefined> {
    return (await this.#directory(directory)).find(name);
  }

  open(entry: ExfatEntry): ExfatNode {
    const { file, stream } = entry;
    const isDirectory = (file.attributes & layout.DIRECTORY) !== 0;
    const zone = (file.modifyZone & 0x80) !== 0 ? (((file.modifyZone & 0x7f) << 25) >> 25) * 15 * 60_000 : 0;
    return {
      id: isDirectory ? (stream.firstCluster === this.#boot.rootCluster ? ROOT : stream.firstCluster) : -1 - (entry.directory.id * layout.MOST_DIRECTORY_BYTES + entry.at), kind: isDirectory ? 'directory' : 'file',
      size: stream.dataLength, validBytes: Math.min(stream.validDataLength, stream.dataLength), mode: (isDirectory ? 0o755 : 0o644) & ((file.attributes & layout.READ_ONLY) !== 0 ? 0o555 : 0o777), uid: 0, gid: 0,
      mtimeMs: dosTimeMs(file.modifyTime >>> 16, file.modifyTime & 0xffff) + Math.min(199, file.modifyTenths) * 10 - zone, links: 1, cluster: stream.firstCluster, isContiguous: (stream.flags & layout.NO_FAT_CHAIN) !== 0, entry,
    };
  }

  async read(node: ExfatNode, at: number, into: Uint8Array): Promise<void> {
    const there = Math.max(0, Math.min(into.length, node.validBytes - at));
    into.fill(0, there);
    if (there === 0) return;
    const runs = await this.#runs(node);
    if (at + there > runs.end * this.blockBytes) throw corrupt(`a file of ${node.size} bytes has ${runs.end} clusters`, placeOn(this.volume, this.#fatAt, 'FAT'));
    await runs.read(at, into.subarray(0, there));
  }

  target(): string {
    throw cannot(this, 'has no symbolic links');
  }

  async *freeRanges(): AsyncGenerator<ByteRange> {
    const runs = this.#bitmapRuns ?? (await this.#findBitmap());
    const { clusterCount } = this.#boot;
    let start = -1;
    for (let at = 0; at < this.#bitmapBytes; at += BITMAP_PIECE_BYTES) {
      const bytes = new Uint8Array(Math.min(BITMAP_PIECE_BYTES, this.#bitmapBytes - at));
      if (this.#bitmap === undefined) await runs.read(at, bytes);
      else bytes.set(this.#bitmap.subarray(at, at + bytes.length));
      for (let bit = 0; bit < bytes.length * 8 && at * 8 + bit < clusterCount; bit++) {
        const cluster = at * 8 + bit + 2;
        const isFree = (bytes[bit >> 3]! & (1 << (bit & 7))) === 0;
        if (isFree && start < 0) start = cluster;
        if (!isFree && start >= 0) {
          yield { start: this.#base + start * this.blockBytes, length: (cluster - start) * this.blockBytes };
          start = -1;
        }
      }
    }
    if (start >= 0) yield { start: this.#base + start * this.blockBytes, length: (clusterCount + 2 - start) * this.blockBytes };
  }

  async freeBytes(): Promise<number> {
    let sum = 0;
    for await (const { length } of this.freeRanges()) sum += length;
    return sum;
  }

  // Writing

  async #mark(): Promise<void> {
    if (this.#bitmap === undefined) throw cannot(this, 'is open for reading only');
    if (this.#isMarked) return;
    this.#isMarked = true;
    await this.#setFlags(this.#boot.volumeFlags | layout.VOLUME_DIRTY);
    await this.volume.flush();
  }

  async #setFlags(flags: number): Promise<void> {
    await this.volume.write(layout.VOLUME_FLAGS_AT, Uint8Array.of(flags & 0xff, flags >> 8));
  }

  #setBits(first: number, count: number, isUsed: boolean): void {
    for (let bit = first - 2; bit < first - 2 + count; bit++) {
      if (isUsed) this.#bitmap![bit >> 3]! |= 1 << (bit & 7);
      else this.#bitmap![bit >> 3]! &= ~(1 << (bit & 7));
    }
    this.#isBitmapChanged = true;
    if (!isUsed) this.#next = Math.min(this.#next, first);
  }

  /** Up to `wanted` clusters in one piece. */
  #allocate(wanted: number): { first: number; count: number } {
    const bitmap = this.#bitmap!;
    const end = this.#boot.clusterCount;
    const isFree = (bit: number): boolean => (bitmap[bit >> 3]! & (1 << (bit & 7))) === 0;
    for (let looked = 0, bit = this.#next - 2; looked < end; looked++, bit++) {
      if (bit >= end) bit = 0;
      if (!isFree(bit)) continue;
      let count = 1;
      while (count < wanted && bit + count < end && isFree(bit + count)) count++;
      this.#setBits(bit + 2, count, true);
      this.#next = bit + 2 + count;
      return { first: bit + 2, count };
    }
    throw refused('DISK_NO_SPACE', 'the file system is full', this.volume, 'write');
  }

  #free(runs: Runs): void {
    for (let i = 0; i < runs.starts.length; i++) this.#setBits(runs.places[i]!, runs.lengths[i]!, false);
  }

  /** Writes the chain of these clusters into the table. */
  async #storeChain(runs: Runs): Promise<void> {
    let before: number | undefined;
    for (let i = 0; i < runs.starts.length; i++) {
      for (let n = 0; n < runs.lengths[i]!; n++) {
        const cluster = runs.places[i]! + n;
        if (before !== undefined) await this.#set32(before, cluster);
        before = cluster;
      }
    }
    if (before !== undefined) await this.#set32(before, layout.END_OF_CHAIN);
  }

  #timesOf(ms: number): { time: number; tenths: number } {
    const { date, time } = dosTime(ms);
    return { time: ((date << 16) | time) >>> 0, tenths: Math.floor((((ms % 2000) + 2000) % 2000) / 10) };
  }

  async create(parent: ExfatNode, name: string, made: NewNode): Promise<ExfatNode> {
    if (made.kind !== 'file' && made.kind !== 'directory') throw cannot(this, `cannot hold a ${made.kind}: ${name}`);
    const problem = problemOfName(name);
    if (problem !== undefined) throw cannot(this, `cannot hold the name ${JSON.stringify(name)}: it ${problem}`);
    const directory = await this.#directory(parent);
    if (directory.find(name) !== undefined) throw refused('DISK_EXISTS', `${name} exists already`, this.volume, 'write');
    await this.#mark();
    const count = 2 + Math.ceil(name.length / layout.NAME_LETTERS);
    let at = directory.freeSlots(count);
    while (at === undefined) {
      await this.#grow(directory);
      at = directory.freeSlots(count);
    }
    const isDirectory = made.kind === 'directory';
    let cluster = 0;
    if (isDirectory) {
      cluster = this.#allocate(1).first;
      await this.#set32(cluster, layout.END_OF_CHAIN);
    }
    const { time, tenths } = this.#timesOf(made.mtimeMs);
    const size = isDirectory ? this.blockBytes : 0;
    const entry = directory.add(at, name, {
      type: layout.FILE, secondaryCount: count - 1, setChecksum: 0, attributes: (isDirectory ? layout.DIRECTORY : layout.ARCHIVE) | ((made.mode & 0o222) === 0 ? layout.READ_ONLY : 0), createTime: time, modifyTime: time, accessTime: time,
      createTenths: tenths, modifyTenths: tenths, createZone: 0x80, modifyZone: 0x80, accessZone: 0x80,
    }, {
      type: layout.STREAM, flags: layout.ALLOCATION_POSSIBLE, nameLength: name.length, nameHash: this.#upcase.hash(name), validDataLength: size, firstCluster: cluster, dataLength: size,
    });
    const node = this.open(entry);
    if (isDirectory) {
      const below = new ExfatDirectory(node.id, new Uint8Array(this.blockBytes), this.volume.name);
      below.markChanged(0, this.blockBytes);
      this.#directories.set(node.id, below);
      this.#nodes.set(node.id, node);
    }
    return node;
  }

  async #grow(directory: ExfatDirectory): Promise<void> {
    const node = this.#nodes.get(directory.id)!;
    const length = directory.bytes.length + this.blockBytes;
    if (length > layout.MOST_DIRECTORY_BYTES) throw refused('DISK_NO_SPACE', 'the directory has all the entries that one can have', this.volume, 'write');
    const runs = await this.#runs(node);
    const { first } = this.#allocate(1);
    runs.add(runs.end, 1, first);
    await this.#storeChain(runs);
    directory.grow(length);
    if (node.entry === undefined) return;
    const { entry } = node;
    Object.assign(entry.stream, { flags: entry.stream.flags & ~layout.NO_FAT_CHAIN, dataLength: length, validDataLength: length });
    entry.directory.store(entry);
    Object.assign(node, { size: length, validBytes: length, isContiguous: false });
  }

  async write(node: ExfatNode, content: Content): Promise<void> {
    const { entry } = node;
    if (entry === undefined || node.kind !== 'file') throw refused('DISK_OPERATION_UNSUPPORTED', 'is no file', this.volume, 'write');
    await this.#mark();
    const before = await this.#runs(this.open(entry));
    const runs = new Runs(this.volume, this.blockBytes, this.#base);
    let size = 0;
    try {
      for await (const piece of pieces(content.bytes, Math.max(this.blockBytes, WRITE_BYTES))) {
        for (let done = 0; done < piece.length;) {
          const { first, count } = this.#allocate(Math.ceil((piece.length - done) / this.blockBytes));
          runs.add(runs.end, count, first);
          const part = piece.subarray(done, done + count * this.blockBytes);
          await this.volume.write(this.#base + first * this.blockBytes, part);
          done += part.length;
        }
        size += piece.length;
      }
    } catch (error) {
      this.#free(runs);
      throw error;
    }
    // In one piece, it needs no chain.
    const isContiguous = runs.starts.length === 1;
    if (!isContiguous) await this.#storeChain(runs);
    Object.assign(entry.stream, { flags: layout.ALLOCATION_POSSIBLE | (isContiguous ? layout.NO_FAT_CHAIN : 0), firstCluster: runs.places[0] ?? 0, dataLength: size, validDataLength: size });
    entry.directory.store(entry);
    Object.assign(node, { cluster: entry.stream.firstCluster, size, validBytes: size, isContiguous, runs });
    this.#free(before);
  }

  async remove(parent: ExfatNode, name: string): Promise<void> {
    const directory = await this.#directory(parent);
    const entry = directory.find(name);
    if (entry === undefined) throw refused('DISK_NOT_FOUND', `there is no ${name}`, this.volume, 'remove');
    const node = this.open(entry);
    if (node.kind === 'directory' && (await this.#directory(node)).entries.size > 0) throw refused('DISK_OPERATION_UNSUPPORTED', `${name} is not empty`, this.volume, 'remove');
    await this.#mark();
    this.#free(node.kind === 'directory' ? await this.#runs(this.#nodes.get(node.id) ?? node) : await this.#runs(node));
    directory.remove(entry);
    if (node.kind === 'directory') {
      this.#directories.delete(node.id);
      this.#nodes.delete(node.id);
    }
  }

  async setAttributes(node: ExfatNode, attributes: Partial<Attributes>): Promise<void> {
    const { entry } = node;
    if (entry === undefined) return;
    await this.#mark();
    if (attributes.mtimeMs !== undefined) {
      const { time, tenths } = this.#timesOf(attributes.mtimeMs);
      Object.assign(entry.file, { modifyTime: time, modifyTenths: tenths, modifyZone: 0x80 });
    }
    if (attributes.mode !== undefined) entry.file.attributes = (entry.file.attributes & ~layout.READ_ONLY) | ((attributes.mode & 0o222) === 0 ? layout.READ_ONLY : 0);
    entry.directory.store(entry);
  }

  /** The bitmap and the table first, then what points into them: a power cut in between leaves clusters that belong to nothing. */
  async flush(): Promise<void> {
    if (!this.#isMarked) return;
    if (this.#isBitmapChanged) await this.#writeRuns(this.#bitmapRuns!, this.#bitmap!, 0, this.#bitmap!.length);
    this.#isBitmapChanged = false;
    await this.#table.flush();
    await this.volume.flush();
    for (const directory of this.#directories.values()) {
      if (directory.changedTo === 0) continue;
      await this.#writeRuns(await this.#runs(this.#nodes.get(directory.id)!), directory.bytes, directory.changedFrom, directory.changedTo);
      directory.changedFrom = Infinity;
      directory.changedTo = 0;
    }
    let used = 0;
    for (const byte of this.#bitmap!) for (let bits = byte; bits !== 0; bits &= bits - 1) used++;
    await this.volume.write(layout.PERCENT_IN_USE_AT, Uint8Array.of(Math.floor((used * 100) / this.#boot.clusterCount)));
    await this.volume.flush();
    // What was dirty before stays so: nobody has looked for the damage.
    await this.#setFlags(this.#boot.volumeFlags);
    await this.volume.flush();
    this.#isMarked = false;
  }

  async #writeRuns(runs: Runs, bytes: Uint8Array, from: number, to: number): Promise<void> {
    for (let i = Math.floor(from / this.blockBytes); i * this.blockBytes < to; i++) {
      await this.volume.write(this.#base + runs.placeOf(i)! * this.blockBytes, bytes.subarray(i * this.blockBytes, (i + 1) * this.blockBytes));
    }
  }
}
