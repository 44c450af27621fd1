/**
 * FAT12, FAT16 and FAT32, with long names.
 *
 * Missing: other code pages than 437 for short names that have no long one. What FAT cannot hold (links, devices, owners, permissions but "read only") is refused or left out.
 */
import { beyondLimit, corrupt } from '../../errors.ts';
import { cannot, defineFileSystem, refused } from '../file-system.ts';
import type { Attributes, Content, FileSystem, NewNode, Node } from '../file-system.ts';
import { pieces } from '../pieces.ts';
import { Runs } from '../runs.ts';
import { mustBeWithin, mustBeWritable, placeOn, readVolume } from '../volume.ts';
import type { ByteRange, Volume } from '../volume.ts';
import { FatDirectory, longEntries } from './directory.ts';
import type { FatEntry, Stored } from './directory.ts';
import * as layout from './layout.ts';
import { asShortName, problemOfName, shortNameFor } from './name.ts';
import { AllocationTable } from './table.ts';
import type { FatBits } from './table.ts';
import { dosTime, dosTimeMs } from './time.ts';

const MOST_FILE_BYTES = 0xffff_ffff;
const MOST_DIRECTORIES = 256;
const ROOT = 0;
const WRITE_BYTES = 1024 * 1024;

export const fat = defineFileSystem({
  name: 'fat',
  reference: 'Microsoft, FAT: General Overview of On-Disk Format 1.03',
  missing: 'code pages other than 437',
  async probe(volume) {
    if (volume.size < layout.BOOT_SECTOR_BYTES) return false;
    return geometryOf(await readVolume(volume, 0, layout.BOOT_SECTOR_BYTES, 'boot sector')) !== undefined;
  },
  open: (volume, { isWritable }) => FatFileSystem.open(volume, isWritable),
});

interface FatGeometry {
  readonly bits: FatBits;
  readonly sectorBytes: number;
  readonly clusterBytes: number;
  readonly tableAt: number;
  readonly tableBytes: number;
  readonly tables: number;
  /** Of the root directory of FAT12 and FAT16. */
  readonly rootAt: number;
  readonly rootBytes: number;
  readonly dataAt: number;
  readonly clusters: number;
  readonly size: number;
  /** Of FAT32. */
  readonly rootCluster: number;
  readonly infoAt: number | undefined;
  readonly serial: number;
  readonly label: string;
}

const isPower = (value: number): boolean => value > 0 && (value & (value - 1)) === 0;

/** Undefined where the boot sector is none of FAT's. */
function geometryOf(sector: Uint8Array): FatGeometry | undefined {
  const boot = layout.BOOT_SECTOR.read(sector);
  const { bytesPerSector: sectorBytes, sectorsPerCluster, reservedSectors, fats, rootEntries } = boot;
  if (boot.signature !== layout.BOOT_SIGNATURE || !isPower(sectorBytes) || sectorBytes < 512 || sectorBytes > 4096 || !isPower(sectorsPerCluster)) return undefined;
  if (reservedSectors === 0 || fats === 0 || fats > 4 || (boot.media !== 0xf0 && boot.media < 0xf8)) return undefined;
  const wide = layout.BOOT_SECTOR_32.read(sector);
  const fatSectors = boot.fatSectors16 !== 0 ? boot.fatSectors16 : wide.fatSectors32;
  const total = boot.totalSectors16 !== 0 ? boot.totalSectors16 : boot.totalSectors32;
  const rootSectors = Math.ceil((rootEntries * layout.ENTRY_BYTES) / sectorBytes);
  const dataSector = reservedSectors + fats * fatSectors + rootSectors;
  if (fatSectors === 0 || total <= dataSector) return undefined;
  const counted = Math.floor((total - dataSector) / sectorsPerCluster);
  const is32 = boot.fatSectors16 === 0;
  if (is32 !== (rootEntries === 0)) return undefined;
  const bits: FatBits = is32 ? 32 : counted < layout.LEAST_CLUSTERS_16 ? 12 : 16;
  // A table that is too short for all clusters decides.
  const clusters = Math.min(counted, Math.floor((fatSectors * sectorBytes * 8) / bits) - 2, layout.MOST_CLUSTERS_32);
  if (clusters < 1) return undefined;
  const narrow = layout.BOOT_SECTOR_16.read(sector);
  const names = is32 ? wide : narrow;
  return {
    bits, sectorBytes, clusterBytes: sectorBytes * sectorsPerCluster, tableAt: reservedSectors * sectorBytes, tableBytes: fatSectors * sectorBytes, tables: fats,
    rootAt: (reservedSectors + fats * fatSectors) * sectorBytes, rootBytes: rootEntries * layout.ENTRY_BYTES, dataAt: dataSector * sectorBytes, clusters, size: total * sectorBytes,
    rootCluster: is32 ? wide.rootCluster : 0, infoAt: is32 && wide.infoSector !== 0 && wide.infoSector < reservedSectors ? wide.infoSector * sectorBytes : undefined,
    serial: names.extendedSignature === layout.EXTENDED_SIGNATURE ? names.serial : 0, label: names.extendedSignature === layout.EXTENDED_SIGNATURE ? names.label.trimEnd() : '',
  };
}

export interface FatNode extends Node {
  readonly cluster: number;
  /** The root has none. */
  readonly entry?: FatEntry;
  runs?: Runs;
}

export class FatFileSystem implements FileSystem<FatNode, FatEntry> {
  readonly type: string;
  readonly volume: Volume;
  readonly id: string;
  readonly blockBytes: number;
  readonly size: number;
  readonly isWritable: boolean;
  readonly notes: string[] = [];
  label: string;
  readonly #geometry: FatGeometry;
  readonly #table: AllocationTable;
  /** By id, the least recently used first. */
  readonly #directories = new Map<number, FatDirectory>();
  #isMarked = false;

  private constructor(volume: Volume, geometry: FatGeometry, isWritable: boolean) {
    this.volume = volume;
    this.#geometry = geometry;
    this.type = `fat${geometry.bits}`;
    this.id = `${(geometry.serial >>> 16).toString(16).padStart(4, '0')}-${(geometry.serial & 0xffff).toString(16).padStart(4, '0')}`.toUpperCase();
    this.label = geometry.label;
    this.blockBytes = geometry.clusterBytes;
    this.size = geometry.size;
    this.isWritable = isWritable;
    this.#table = new AllocationTable(volume, {
      bits: geometry.bits, copies: Array.from({ length: geometry.tables }, (_, i) => geometry.tableAt + i * geometry.tableBytes), bytes: geometry.tableBytes, clusters: geometry.clusters,
    });
  }

  static async open(volume: Volume, isWritable: boolean): Promise<FatFileSystem> {
    const geometry = geometryOf(await readVolume(volume, 0, layout.BOOT_SECTOR_BYTES, 'boot sector'));
    if (geometry === undefined) throw corrupt('is no FAT file system', placeOn(volume, 0));
    mustBeWithin(volume, geometry.tableAt, geometry.tables * geometry.tableBytes + geometry.rootBytes, 'FAT');
    if (isWritable) {
      mustBeWritable(volume, 'open');
      mustBeWithin(volume, 0, geometry.size, 'the file system');
    }
    const opened = new FatFileSystem(volume, geometry, isWritable);
    if (geometry.bits !== 12 && ((await opened.#table.get(1)) & cleanBit(geometry.bits)) === 0) opened.notes.push('the file system was not unmounted: fsck.fat would look for damage');
    try {
      opened.label = (await opened.#directory(await opened.root())).label ?? opened.label;
    } catch {
      // What is wrong with the root is told by whoever lists it.
    }
    if (opened.label === 'NO NAME') opened.label = '';
    return opened;
  }

  get #base(): number {
    return this.#geometry.dataAt - 2 * this.#geometry.clusterBytes;
  }

  root(): FatNode {
    return { id: ROOT, kind: 'directory', size: 0, mode: 0o755, uid: 0, gid: 0, mtimeMs: 0, links: 1, cluster: this.#geometry.rootCluster };
  }

  async #runs(node: FatNode): Promise<Runs> {
    return (node.runs ??= node.cluster === 0 ? new Runs(this.volume, this.blockBytes, this.#base) : await this.#table.chain(node.cluster, this.blockBytes, this.#base));
  }

  async #directory(node: FatNode): Promise<FatDirectory> {
    if (node.kind !== 'directory') throw refused('DISK_NOT_FOUND', 'is no directory', this.volume, 'list');
    const known = this.#directories.get(node.id);
    if (known !== undefined) {
      this.#directories.delete(node.id);
      this.#directories.set(node.id, known);
      return known;
    }
    let bytes: Uint8Array;
    if (node.id === ROOT && this.#geometry.bits !== 32) {
      bytes = await readVolume(this.volume, this.#geometry.rootAt, this.#geometry.rootBytes, 'root directory');
    } else {
      const runs = await this.#runs(node);
      const length = runs.end * this.blockBytes;
      if (length > layout.MOST_DIRECTORY_BYTES) throw beyondLimit(`a directory has ${length} bytes`, placeOn(this.volume, this.#base + node.cluster * this.blockBytes));
      bytes = new Uint8Array(length);
      await runs.read(0, bytes);
    }
    const directory = new FatDirectory(node.id, node.cluster, bytes, this.volume.name);
    this.#directories.set(node.id, directory);
    // Entries that someone holds belong to the directory in memory: while the file system is written, it stays there.
    if (!this.isWritable && this.#directories.size > MOST_DIRECTORIES) this.#directories.delete(this.#directories.keys().next().value!);
    return directory;
  }

  async entries(directory: FatNode): Promise<FatEntry[]> {
    return [...(await this.#directory(directory)).entries.values()];
  }

  async find(directory: FatNode, name: string): Promise<FatEntry | undefined> {
    return (await this.#directory(directory)).find(name);
  }

  open(entry: FatEntry): FatNode {
    const { stored } = entry;
    const isDirectory = (stored.attributes & layout.DIRECTORY) !== 0;
    const cluster = stored.clusterLow + (this.#geometry.bits === 32 ? stored.clusterHigh * 0x1_0000 : 0);
    return {
      // A directory that says it begins where the root does is the root.
      id: isDirectory ? (cluster === this.#geometry.rootCluster ? ROOT : cluster) : -1 - (entry.directory.cluster * layout.MOST_DIRECTORY_BYTES + entry.at),
      kind: isDirectory ? 'directory' : 'file', size: isDirectory ? 0 : stored.size, mode: (isDirectory ? 0o755 : 0o644) & ((stored.attributes & layout.READ_ONLY) !== 0 ? 0o555 : 0o777),
      uid: 0, gid: 0, mtimeMs: dosTimeMs(stored.writeDate, stored.writeTime), links: 1, cluster, entry,
    };
  }

  async read(node: FatNode, at: number, into: Uint8Array): Promise<void> {
    const runs = await this.#runs(node);
    if (at + into.length > runs.end * this.blockBytes) throw corrupt(`a file of ${node.size} bytes has ${runs.end} clusters`, placeOn(this.volume, this.#geometry.tableAt, 'FAT'));
    await runs.read(at, into);
  }

  target(): string {
    throw cannot(this, 'has no symbolic links');
  }

  async freeBytes(): Promise<number> {
    return (await this.#table.freeCount()) * this.blockBytes;
  }

  freeRanges(): AsyncGenerator<ByteRange> {
    return this.#table.freeRanges(this.blockBytes, this.#base);
  }

  /** Says on the volume that it is being written, until it is flushed. */
  async #mark(): Promise<void> {
    if (!this.isWritable) mustBeWritable({ ...this.volume, isWritable: false }, 'write');
    if (this.#isMarked || this.#geometry.bits === 12) return;
    this.#isMarked = true;
    await this.#table.set(1, (await this.#table.get(1)) & ~cleanBit(this.#geometry.bits));
    await this.#table.flush();
  }

  async create(parent: FatNode, name: string, made: NewNode): Promise<FatNode> {
    if (made.kind !== 'file' && made.kind !== 'directory') throw cannot(this, `cannot hold a ${made.kind}: ${name}`);
    const problem = problemOfName(name);
    if (problem !== undefined) throw cannot(this, `cannot hold the name ${JSON.stringify(name)}: it ${problem}`);
    const directory = await this.#directory(parent);
    if (directory.find(name) !== undefined) throw refused('DISK_EXISTS', `${name} exists already`, this.volume, 'write');
    await this.#mark();
    const isTaken = (short: Uint8Array): boolean => directory.shortNames.has(String.fromCharCode(...short));
    const plain = asShortName(name);
    const short = plain !== undefined && !isTaken(plain) ? plain : shortNameFor(name, isTaken);
    const long = plain === short ? new Uint8Array(0) : longEntries(name, short);
    const slots = long.length / layout.ENTRY_BYTES + 1;
    let firstAt = directory.freeSlots(slots);
    while (firstAt === undefined) {
      await this.#grow(directory, parent);
      firstAt = directory.freeSlots(slots);
    }
    const { date, time } = dosTime(made.mtimeMs);
    let cluster = 0;
    if (made.kind === 'directory') {
      cluster = (await this.#table.allocate(1)).first;
      const bytes = new Uint8Array(this.blockBytes);
      const dots = (text: string, to: number): Uint8Array => layout.ENTRY.encode({
        name: Uint8Array.from(text.padEnd(11), (letter) => letter.charCodeAt(0)), attributes: layout.DIRECTORY, createTime: time, createDate: date, writeTime: time, writeDate: date, accessDate: date,
        clusterLow: to & 0xffff, clusterHigh: to >>> 16,
      });
      bytes.set(dots('.', cluster), 0);
      // The root is meant by 0, wherever it is.
      bytes.set(dots('..', parent.id === ROOT ? 0 : parent.cluster), layout.ENTRY_BYTES);
      const added = new FatDirectory(cluster, cluster, bytes, this.volume.name);
      added.markChanged(0, bytes.length);
      this.#directories.set(cluster, added);
    }
    const stored: Stored = {
      name: short, attributes: (made.kind === 'directory' ? layout.DIRECTORY : layout.ARCHIVE) | ((made.mode & 0o222) === 0 ? layout.READ_ONLY : 0), caseFlags: 0, createTenths: 0, createTime: time,
      createDate: date, accessDate: date, clusterHigh: cluster >>> 16, writeTime: time, writeDate: date, clusterLow: cluster & 0xffff, size: 0,
    };
    if (long.length > 0) directory.set(firstAt, long);
    const at = firstAt + long.length;
    directory.set(at, layout.ENTRY.encode(stored));
    const entry = { name, directory, at, firstAt, stored };
    directory.add(entry);
    return this.open(entry);
  }

  async #grow(directory: FatDirectory, node: FatNode): Promise<void> {
    if (directory.id === ROOT && this.#geometry.bits !== 32) throw refused('DISK_NO_SPACE', `the root directory has ${this.#geometry.rootBytes / layout.ENTRY_BYTES} entries, and cannot grow`, this.volume, 'write');
    if (directory.bytes.length + this.blockBytes > layout.MOST_DIRECTORY_BYTES) throw refused('DISK_NO_SPACE', 'the directory has all the entries that one can have', this.volume, 'write');
    const runs = await this.#runs(node);
    const { first } = await this.#table.allocate(1);
    const last = runs.placeOf(runs.end - 1)!;
    await this.#table.set(last, first);
    runs.add(runs.end, 1, first);
    directory.grow(directory.bytes.length + this.blockBytes);
  }

  #storeEntry(entry: FatEntry): void {
    entry.directory.set(entry.at, layout.ENTRY.encode(entry.stored));
  }

  async write(node: FatNode, content: Content): Promise<void> {
    const { entry } = node;
    if (entry === undefined || node.kind !== 'file') throw refused('DISK_OPERATION_UNSUPPORTED', 'is no file', this.volume, 'write');
    if ((content.size ?? 0) > MOST_FILE_BYTES) throw cannot(this, 'has files of less than 4 GiB only');
    await this.#mark();
    let first = 0;
    let last = 0;
    let size = 0;
    try {
      for await (const piece of pieces(content.bytes, Math.max(this.blockBytes, WRITE_BYTES))) {
        if (size + piece.length > MOST_FILE_BYTES) throw cannot(this, 'has files of less than 4 GiB only');
        for (let done = 0; done < piece.length;) {
          const got = await this.#table.allocate(Math.ceil((piece.length - done) / this.blockBytes));
          if (first === 0) first = got.first;
          else await this.#table.set(last, got.first);
          last = got.first + got.count - 1;
          const part = piece.subarray(done, done + got.count * this.blockBytes);
          await this.volume.write(this.#base + got.first * this.blockBytes, part);
          done += part.length;
        }
        size += piece.length;
      }
    } catch (error) {
      if (first !== 0) await this.#table.free(first);
      throw error;
    }
    const before = entry.stored.clusterLow + entry.stored.clusterHigh * 0x1_0000;
    Object.assign(entry.stored, { clusterLow: first & 0xffff, clusterHigh: first >>> 16, size });
    this.#storeEntry(entry);
    Object.assign(node, { cluster: first, size });
    delete node.runs;
    if (before !== 0) await this.#table.free(before);
  }

  async remove(parent: FatNode, name: string): Promise<void> {
    const directory = await this.#directory(parent);
    const entry = directory.find(name);
    if (entry === undefined) throw refused('DISK_NOT_FOUND', `there is no ${name}`, this.volume, 'remove');
    const node = this.open(entry);
    if (node.kind === 'directory' && (await this.#directory(node)).entries.size > 0) throw refused('DISK_OPERATION_UNSUPPORTED', `${name} is not empty`, this.volume, 'remove');
    await this.#mark();
    directory.remove(entry);
    if (node.kind === 'directory') this.#directories.delete(node.id);
    if (node.cluster !== 0) await this.#table.free(node.cluster);
  }

  async setAttributes(node: FatNode, attributes: Partial<Attributes>): Promise<void> {
    const { entry } = node;
    if (entry === undefined) return;
    await this.#mark();
    if (attributes.mtimeMs !== undefined) {
      const { date, time } = dosTime(attributes.mtimeMs);
      Object.assign(entry.stored, { writeDate: date, writeTime: time });
    }
    if (attributes.mode !== undefined) entry.stored.attributes = (entry.stored.attributes & ~layout.READ_ONLY) | ((attributes.mode & 0o222) === 0 ? layout.READ_ONLY : 0);
    this.#storeEntry(entry);
  }

  async #flushDirectories(): Promise<void> {
    for (const directory of this.#directories.values()) {
      if (directory.changedTo === 0) continue;
      const { changedFrom, changedTo } = directory;
      if (directory.id === ROOT && this.#geometry.bits !== 32) {
        await this.volume.write(this.#geometry.rootAt + changedFrom, directory.bytes.subarray(changedFrom, changedTo));
      } else {
        const runs = await this.#table.chain(directory.cluster, this.blockBytes, this.#base);
        for (let i = Math.floor(changedFrom / this.blockBytes); i * this.blockBytes < changedTo; i++) {
          const place = runs.placeOf(i);
          if (place === undefined) throw corrupt('the chain of a directory has become shorter', placeOn(this.volume, this.#geometry.tableAt, 'FAT'));
          await this.volume.write(this.#base + place * this.blockBytes, directory.bytes.subarray(i * this.blockBytes, (i + 1) * this.blockBytes));
        }
      }
      directory.changedFrom = Infinity;
      directory.changedTo = 0;
    }
  }

  /** The table first, then the directories that point into it: a power cut in between leaves clusters that belong to nothing. */
  async flush(): Promise<void> {
    if (!this.isWritable) return;
    await this.#table.flush();
    await this.volume.flush();
    await this.#flushDirectories();
    const { infoAt } = this.#geometry;
    if (infoAt !== undefined && this.#isMarked) {
      const sector = await readVolume(this.volume, infoAt, layout.BOOT_SECTOR_BYTES, 'FSInfo');
      if (layout.INFO_SECTOR.read(sector).leadSignature === layout.INFO_LEAD) {
        layout.INFO_SECTOR.write(sector, { freeCount: await this.#table.freeCount(), nextFree: Math.min(this.#table.nextFree, this.#geometry.clusters + 1) });
        await this.volume.write(infoAt, sector);
      }
    }
    await this.volume.flush();
    if (this.#isMarked && this.notes.length === 0) {
      await this.#table.set(1, (await this.#table.get(1)) | cleanBit(this.#geometry.bits));
      await this.#table.flush();
      await this.volume.flush();
    }
    this.#isMarked = false;
  }
}

const cleanBit = (bits: FatBits): number => (bits === 32 ? 0x0800_0000 : 0x8000);
