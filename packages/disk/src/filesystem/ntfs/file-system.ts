/**
 * NTFS, for reading: compressed and sparse files, symbolic links and junctions, the free clusters.
 *
 * Missing: encrypted files, files of the Windows Overlay Filter (compact.exe /exe) and of deduplication (each is refused when it is read), named streams, owners; the log is not
 * replayed (what Windows had not written back is not seen, and a note says so).
 */
import { beyondLimit, corrupt, DiskError, unsupported } from '../../errors.ts';
import { viewOf } from '../../layout.ts';
import { defineFileSystem, refused } from '../file-system.ts';
import type { Entry, FileSystem, Node } from '../file-system.ts';
import { Runs } from '../runs.ts';
import { placeOn, readVolume } from '../volume.ts';
import type { ByteRange, Volume } from '../volume.ts';
import * as layout from './layout.ts';
import { unpackLznt1 } from './lznt1.ts';
import { addMappingPairs, applyFixups, attributesIn, utf16 } from './record.ts';
import type { Attribute } from './record.ts';

const MOST_RECORDS_CACHED = 2048;
const MOST_LIST_BYTES = 1024 * 1024;
const MOST_RECORDS_OF_A_FILE = 4096;
const MOST_REPARSE_BYTES = 16 * 1024;
const BITMAP_BYTES = 256 * 1024;

export const ntfs = defineFileSystem({
  name: 'ntfs',
  reference: 'the Linux-NTFS documentation; [MS-FSCC]',
  missing: 'writing; encrypted, deduplicated and WOF-compressed files',
  async probe(volume) {
    if (volume.size < 512) return false;
    return String.fromCharCode(...(await readVolume(volume, 3, 8, 'boot sector'))) === layout.OEM_NAME;
  },
  open: (volume, { isWritable }) => {
    if (isWritable) throw unsupported('NTFS is only read', { path: volume.name, op: 'open' });
    return NtfsFileSystem.open(volume);
  },
});

export interface NtfsEntry extends Entry {
  readonly record: number;
}

export interface NtfsNode extends Node {
  readonly attributes: readonly Attribute[];
  readonly reparse: { readonly tag: number; readonly data: Uint8Array } | undefined;
}

/** 2^-n bytes where it is negative. */
function sizeOf(stored: number, clusterBytes: number): number {
  return stored < 0x80 ? stored * clusterBytes : 2 ** (256 - stored);
}

const fileTimeMs = (time: bigint): number => Number(time / 10_000n) - 11_644_473_600_000;

export class NtfsFileSystem implements FileSystem<NtfsNode, NtfsEntry> {
  readonly type = 'ntfs';
  readonly volume: Volume;
  readonly id: string;
  readonly blockBytes: number;
  readonly size: number;
  readonly isWritable = false;
  readonly notes: string[] = [];
  label = '';
  readonly #clusters: number;
  readonly #recordBytes: number;
  readonly #mftAt: number;
  #mft: Attribute | undefined;
  readonly #records = new Map<number, Uint8Array>();

  private constructor(volume: Volume, boot: ReturnType<typeof layout.BOOT_SECTOR.read>) {
    const refuse = (field: string, value: number): never => { throw beyondLimit(`${field} is ${value}`, placeOn(volume, 0, field)); };
    this.volume = volume;
    const { bytesPerSector } = boot;
    if (![256, 512, 1024, 2048, 4096].includes(bytesPerSector)) refuse('bytes per sector', bytesPerSector);
    const sectors = boot.sectorsPerCluster <= 0x80 ? boot.sectorsPerCluster : 2 ** (256 - boot.sectorsPerCluster);
    this.blockBytes = sectors * bytesPerSector;
    if (sectors === 0 || (sectors & (sectors - 1)) !== 0 || this.blockBytes > 2 * 1024 * 1024) refuse('sectors per cluster', boot.sectorsPerCluster);
    this.size = boot.totalSectors * bytesPerSector;
    if (!Number.isSafeInteger(this.size) || this.size === 0) refuse('total sectors', boot.totalSectors);
    this.#clusters = Math.floor(this.size / this.blockBytes);
    this.#recordBytes = sizeOf(boot.clustersPerRecord, this.blockBytes);
    if (![512, 1024, 2048, 4096].includes(this.#recordBytes)) refuse('clusters per file record', boot.clustersPerRecord);
    if (boot.mftCluster >= this.#clusters) refuse('$MFT cluster', boot.mftCluster);
    this.#mftAt = boot.mftCluster * this.blockBytes;
    this.id = boot.serial.toString(16).padStart(16, '0').toUpperCase();
  }

  static async open(volume: Volume): Promise<NtfsFileSystem> {
    const boot = layout.BOOT_SECTOR.read(await readVolume(volume, 0, 512, 'boot sector'), 0, placeOn(volume, 0));
    const opened = new NtfsFileSystem(volume, boot);
    const first = await readVolume(volume, opened.#mftAt, opened.#recordBytes, '$MFT');
    applyFixups(first, 'FILE', placeOn(volume, opened.#mftAt));
    opened.#records.set(layout.RECORD_MFT, first);
    // The part of the table that its own first record describes is enough to read the records that describe the rest.
    opened.#mft = await opened.#gather(layout.RECORD_MFT, first, false).then((attributes) => attributes.find(({ type, name }) => type === layout.DATA && name === ''));
    if (opened.#mft?.runs === undefined) throw corrupt('$MFT has no data', placeOn(volume, opened.#mftAt, '$MFT'));
    opened.#mft = (await opened.#attributes(layout.RECORD_MFT)).find(({ type, name }) => type === layout.DATA && name === '') ?? opened.#mft;
    await opened.#readVolumeRecord();
    return opened;
  }

  async #readVolumeRecord(): Promise<void> {
    try {
      const attributes = await this.#attributes(layout.RECORD_VOLUME);
      const name = attributes.find(({ type }) => type === layout.VOLUME_NAME)?.value;
      if (name !== undefined) this.label = utf16(name);
      const information = attributes.find(({ type }) => type === layout.VOLUME_INFORMATION)?.value;
      if (information !== undefined && information.length >= 12 && (viewOf(information).getUint16(layout.VOLUME_FLAGS_AT, true) & layout.VOLUME_DIRTY) !== 0) this.notes.push('the volume was not closed: Windows would look for damage');
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      this.notes.push(`the volume's own record is damaged: ${error.message}`);
    }
  }

  async #record(number: number): Promise<Uint8Array> {
    const known = this.#records.get(number);
    if (known !== undefined) return known;
    const bytes = new Uint8Array(this.#recordBytes);
    const at = number * this.#recordBytes;
    if (at + bytes.length > this.#mft!.size) throw corrupt(`there is no file record ${number}`, placeOn(this.volume, this.#mftAt, '$MFT'));
    await this.#mft!.runs!.read(at, bytes);
    applyFixups(bytes, 'FILE', { path: this.volume.name, field: `file record ${number}` });
    this.#records.set(number, bytes);
    if (this.#records.size > MOST_RECORDS_CACHED) this.#records.delete(this.#records.keys().next().value!);
    return bytes;
  }

  async #attributes(number: number): Promise<Attribute[]> {
    return this.#gather(number, await this.#record(number), true);
  }

  /** All attributes of a file; those of one type and name that lie in several records are joined. */
  async #gather(number: number, bytes: Uint8Array, withList: boolean): Promise<Attribute[]> {
    const where = { path: this.volume.name, field: `file record ${number}` };
    const records = [bytes];
    if (withList) {
      for (const { header, bytes: own } of attributesIn(bytes, where)) {
        if (header.type !== layout.ATTRIBUTE_LIST) continue;
        const list = header.isNonResident === 0 ? residentValue(own, where) : await this.#listBytes(own, where);
        const numbers = new Set<number>();
        for (let at = 0; at + layout.LIST_ENTRY.byteLength <= list.length;) {
          const entry = layout.LIST_ENTRY.read(list, at, where);
          if (entry.length < layout.LIST_ENTRY.byteLength) break;
          numbers.add(entry.recordLow + entry.recordHigh * 0x1_0000_0000);
          at += entry.length;
        }
        numbers.delete(number);
        if (numbers.size > MOST_RECORDS_OF_A_FILE) throw corrupt(`a file has ${numbers.size} records`, where);
        for (const other of numbers) {
          const further = await this.#record(other);
          if (layout.RECORD.read(further).baseRecordLow !== number % 0x1_0000_0000) throw corrupt(`file record ${other} belongs to another file`, where);
          records.push(further);
        }
      }
    }
    const pieces = new Map<string, { header: ReturnType<typeof layout.ATTRIBUTE.read>; name: string; parts: { first: number; bytes: Uint8Array }[] }>();
    const found: Attribute[] = [];
    for (const record of records) {
      for (const { header, bytes: own, name } of attributesIn(record, where)) {
        if (header.isNonResident === 0) {
          const value = residentValue(own, where);
          found.push({ type: header.type, name, flags: header.flags, value, size: value.length, initializedSize: value.length, compressionUnit: 0 });
          continue;
        }
        const { firstCluster } = layout.NON_RESIDENT.read(own, 0, where);
        const key = `${header.type} ${name}`;
        const piece = pieces.get(key) ?? { header, name, parts: [] };
        piece.parts.push({ first: firstCluster, bytes: own });
        pieces.set(key, piece);
      }
    }
    for (const { header, name, parts } of pieces.values()) {
      parts.sort((a, b) => a.first - b.first);
      const sizes = layout.NON_RESIDENT.read(parts[0]!.bytes, 0, where);
      const runs = new Runs(this.volume, this.blockBytes);
      for (const part of parts) addMappingPairs(runs, part.bytes, layout.NON_RESIDENT.read(part.bytes, 0, where).runsOffset, part.first, this.#clusters, where);
      found.push({ type: header.type, name, flags: header.flags, runs, size: sizes.dataSize, initializedSize: Math.min(sizes.initializedSize, sizes.dataSize), compressionUnit: (header.flags & layout.ATTRIBUTE_COMPRESSED) !== 0 ? sizes.compressionUnit : 0 });
    }
    return found;
  }

  async #listBytes(own: Uint8Array, where: { path: string; field: string }): Promise<Uint8Array> {
    const sizes = layout.NON_RESIDENT.read(own, 0, where);
    if (sizes.dataSize > MOST_LIST_BYTES) throw corrupt(`an attribute list has ${sizes.dataSize} bytes`, where);
    const runs = new Runs(this.volume, this.blockBytes);
    addMappingPairs(runs, own, sizes.runsOffset, 0, this.#clusters, where);
    const list = new Uint8Array(sizes.dataSize);
    await runs.read(0, list);
    return list;
  }

  root(): Promise<NtfsNode> {
    return this.#node(layout.RECORD_ROOT);
  }

  open(entry: NtfsEntry): Promise<NtfsNode> {
    return this.#node(entry.record);
  }

  async #node(number: number): Promise<NtfsNode> {
    const record = layout.RECORD.read(await this.#record(number));
    const where = { path: this.volume.name, field: `file record ${number}` };
    if ((record.flags & layout.RECORD_IN_USE) === 0) throw corrupt('the file record is not in use', where);
    const attributes = await this.#attributes(number);
    const standard = attributes.find(({ type }) => type === layout.STANDARD_INFORMATION)?.value;
    const { modified, fileAttributes } = standard === undefined || standard.length < layout.STANDARD.byteLength ? { modified: 0n, fileAttributes: 0 } : layout.STANDARD.read(standard);
    const data = attributes.find(({ type, name }) => type === layout.DATA && name === '');
    const reparse = await this.#reparse(attributes, where);
    const isLink = reparse !== undefined && [layout.TAG_SYMLINK, layout.TAG_MOUNT_POINT, layout.TAG_LINUX_SYMLINK].includes(reparse.tag);
    const isDirectory = (record.flags & layout.RECORD_DIRECTORY) !== 0;
    const kind = isLink ? 'symlink' : isDirectory ? 'directory' : 'file';
    return {
      id: number, kind, size: kind === 'file' ? data?.size ?? 0 : 0, mode: (isDirectory || isLink ? 0o755 : 0o644) & ((fileAttributes & layout.FILE_READ_ONLY) !== 0 && !isDirectory ? 0o555 : 0o777), uid: 0, gid: 0,
      mtimeMs: modified === 0n ? 0 : fileTimeMs(modified), links: isDirectory ? 1 : Math.max(1, record.links), attributes, reparse,
    };
  }

  async #reparse(attributes: readonly Attribute[], where: { path: string; field: string }): Promise<NtfsNode['reparse']> {
    const attribute = attributes.find(({ type }) => type === layout.REPARSE_POINT);
    if (attribute === undefined) return undefined;
    if (attribute.size > MOST_REPARSE_BYTES + 8) throw corrupt(`a reparse point has ${attribute.size} bytes`, where);
    const bytes = new Uint8Array(attribute.size);
    await this.#readAttribute(attribute, 0, bytes);
    const { tag, length } = layout.REPARSE.read(bytes, 0, where);
    return { tag, data: bytes.subarray(layout.REPARSE_DATA_AT, layout.REPARSE_DATA_AT + length) };
  }

  async entries(directory: NtfsNode): Promise<NtfsEntry[]> {
    if (directory.kind !== 'directory') throw refused('DISK_NOT_FOUND', 'is no directory', this.volume, 'list');
    const where = { path: this.volume.name, field: `index of file record ${directory.id}` };
    const root = directory.attributes.find(({ type, name }) => type === layout.INDEX_ROOT && name === '$I30')?.value;
    if (root === undefined) throw corrupt('a directory has no index', where);
    const allocation = directory.attributes.find(({ type, name }) => type === layout.INDEX_ALLOCATION && name === '$I30');
    const { blockBytes } = layout.INDEX_ROOT_HEADER.read(root, 0, where);
    if (blockBytes < 512 || blockBytes > 65_536 || (blockBytes & (blockBytes - 1)) !== 0) throw beyondLimit(`index blocks have ${blockBytes} bytes`, where);
    // An index block is named by its cluster, or by its sector where blocks are smaller than clusters.
    const unit = blockBytes >= this.blockBytes ? this.blockBytes : 512;
    const entries: NtfsEntry[] = [];
    const seen = new Set<number>();
    const pending: { bytes: Uint8Array; at: number }[] = [{ bytes: root, at: layout.INDEX_ROOT_NODE_AT }];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      for (const child of indexEntries(node.bytes, node.at, where, entries)) {
        if (seen.has(child)) throw corrupt('an index block is in its directory twice', where);
        seen.add(child);
        if (allocation === undefined || (child * unit) + blockBytes > allocation.size) throw corrupt(`an index has no block ${child}`, where);
        const bytes = new Uint8Array(blockBytes);
        await this.#readAttribute(allocation, child * unit, bytes);
        applyFixups(bytes, 'INDX', where);
        pending.push({ bytes, at: layout.INDEX_BLOCK_NODE_AT });
      }
    }
    return entries.filter(({ record }) => record >= layout.FIRST_USER_RECORD);
  }

  async find(directory: NtfsNode, name: string): Promise<NtfsEntry | undefined> {
    const entries = await this.entries(directory);
    return entries.find((entry) => entry.name === name) ?? entries.find((entry) => entry.name.toUpperCase() === name.toUpperCase());
  }

  async read(node: NtfsNode, at: number, into: Uint8Array): Promise<void> {
    if (node.reparse?.tag === layout.TAG_WOF || node.reparse?.tag === layout.TAG_DEDUPLICATION) {
      throw unsupported(`the file is ${node.reparse.tag === layout.TAG_WOF ? 'compressed by the Windows Overlay Filter' : 'deduplicated'}`, { path: this.volume.name, field: `file record ${node.id}` });
    }
    const data = node.attributes.find(({ type, name }) => type === layout.DATA && name === '');
    if (data === undefined) throw corrupt('the file has no data', { path: this.volume.name, field: `file record ${node.id}` });
    await this.#readAttribute(data, at, into);
  }

  async #readAttribute(attribute: Attribute, at: number, into: Uint8Array): Promise<void> {
    if ((attribute.flags & layout.ATTRIBUTE_ENCRYPTED) !== 0) throw unsupported('the file is encrypted', { path: this.volume.name });
    if (attribute.value !== undefined) {
      into.set(attribute.value.subarray(at, at + into.length));
      return;
    }
    const there = Math.max(0, Math.min(into.length, attribute.initializedSize - at));
    into.fill(0, there);
    if (there === 0) return;
    if (attribute.compressionUnit === 0) await attribute.runs!.read(at, into.subarray(0, there));
    else await this.#readCompressed(attribute, at, into.subarray(0, there));
  }

  /** A unit of clusters is all there, or not at all, or compressed in as many of its first clusters as it needed. */
  async #readCompressed(attribute: Attribute, at: number, into: Uint8Array): Promise<void> {
    if (attribute.compressionUnit > 8) throw corrupt(`a compression unit of 2^${attribute.compressionUnit} clusters`, { path: this.volume.name });
    const unitClusters = 1 << attribute.compressionUnit;
    const unitBytes = unitClusters * this.blockBytes;
    if (unitBytes > 16 * 1024 * 1024) throw corrupt(`a compression unit of ${unitBytes} bytes`, { path: this.volume.name });
    const runs = attribute.runs!;
    for (let done = 0; done < into.length;) {
      const unit = Math.floor((at + done) / unitBytes);
      const skip = (at + done) % unitBytes;
      const piece = into.subarray(done, done + unitBytes - skip);
      let count = 0;
      while (count < unitClusters && runs.placeOf(unit * unitClusters + count) !== undefined) count++;
      if (count === 0) {
        piece.fill(0);
      } else if (count === unitClusters) {
        await runs.read(at + done, piece);
      } else {
        const packed = new Uint8Array(count * this.blockBytes);
        await runs.read(unit * unitBytes, packed);
        const unpacked = new Uint8Array(unitBytes);
        if (!unpackLznt1(packed, unpacked)) throw corrupt('a compressed unit is damaged', placeOn(this.volume, runs.placeOf(unit * unitClusters)! * this.blockBytes));
        piece.set(unpacked.subarray(skip, skip + piece.length));
      }
      done += piece.length;
    }
  }

  target(node: NtfsNode): string {
    const { tag, data } = node.reparse!;
    if (tag === layout.TAG_LINUX_SYMLINK) return new TextDecoder().decode(data.subarray(4));
    const view = viewOf(data);
    const first = tag === layout.TAG_SYMLINK ? 12 : 8;
    if (data.length < first) throw corrupt('a reparse point is too short', { path: this.volume.name, field: `file record ${node.id}` });
    // The name to print where there is one; else the one that Windows follows.
    const [offset, length] = view.getUint16(6, true) > 0 ? [view.getUint16(4, true), view.getUint16(6, true)] : [view.getUint16(0, true), view.getUint16(2, true)];
    return utf16(data.subarray(first + offset, first + offset + length)).replace(/^\\\?\?\\/, '').replaceAll('\\', '/');
  }

  async *#bitmap(): AsyncGenerator<{ readonly first: number; readonly bytes: Uint8Array }> {
    const bitmap = (await this.#attributes(layout.RECORD_BITMAP)).find(({ type, name }) => type === layout.DATA && name === '');
    const length = Math.ceil(this.#clusters / 8);
    if (bitmap === undefined || bitmap.size < length) throw corrupt('$Bitmap is shorter than the volume', { path: this.volume.name, field: '$Bitmap' });
    for (let at = 0; at < length; at += BITMAP_BYTES) {
      const bytes = new Uint8Array(Math.min(BITMAP_BYTES, length - at));
      await this.#readAttribute(bitmap, at, bytes);
      yield { first: at * 8, bytes };
    }
  }

  async *freeRanges(): AsyncGenerator<ByteRange> {
    await this.#mustHaveCleanLog();
    let start = -1;
    for await (const { first, bytes } of this.#bitmap()) {
      for (let bit = 0; bit < bytes.length * 8 && first + bit < this.#clusters; bit++) {
        const isFree = (bytes[bit >> 3]! & (1 << (bit & 7))) === 0;
        if (isFree && start < 0) start = first + bit;
        if (!isFree && start >= 0) {
          yield { start: start * this.blockBytes, length: (first + bit - start) * this.blockBytes };
          start = -1;
        }
      }
    }
    if (start >= 0) yield { start: start * this.blockBytes, length: (this.#clusters - start) * this.blockBytes };
  }

  /** Windows that hibernates, or starts fast, leaves its log open: what it gives out still looks free. An emptied log has no restart page. */
  async #mustHaveCleanLog(): Promise<void> {
    const log = (await this.#attributes(layout.RECORD_LOG)).find(({ type, name }) => type === layout.DATA && name === '');
    if (log === undefined || log.size < 2 * layout.RESTART_PAGE_BYTES) throw corrupt('there is no log', { path: this.volume.name, field: '$LogFile' });
    let newest: ReturnType<typeof layout.RESTART_AREA.read> | undefined;
    for (const at of [0, layout.RESTART_PAGE_BYTES]) {
      const page = new Uint8Array(layout.RESTART_PAGE_BYTES);
      await this.#readAttribute(log, at, page);
      const { magic, restartOffset } = layout.RESTART_PAGE.read(page);
      if (magic !== layout.RESTART_MAGIC) continue;
      const area = layout.RESTART_AREA.read(page, restartOffset, { path: this.volume.name, field: '$LogFile' });
      if (newest === undefined || area.currentLsn > newest.currentLsn) newest = area;
    }
    if (newest !== undefined && newest.clientInUse !== layout.NO_CLIENT && (newest.flags & layout.RESTART_CLEAN) === 0) {
      throw unsupported('the log was not closed, so that it is not known what is free', { path: this.volume.name, field: '$LogFile' }, 'shut Windows down fully (without fast start), or run chkdsk');
    }
  }

  async freeBytes(): Promise<number> {
    let clusters = 0;
    for await (const { first, bytes } of this.#bitmap()) {
      for (let i = 0; i < bytes.length; i++) {
        const isWhole = first + i * 8 + 8 <= this.#clusters;
        for (let bit = 0; bit < 8; bit++) if ((isWhole || first + i * 8 + bit < this.#clusters) && (bytes[i]! & (1 << bit)) === 0) clusters++;
      }
    }
    return clusters * this.blockBytes;
  }

  async flush(): Promise<void> { /* nothing is ever changed */ }
}

function residentValue(own: Uint8Array, where: { path: string; field: string }): Uint8Array {
  const { valueLength, valueOffset } = layout.RESIDENT.read(own, 0, where);
  if (valueOffset + valueLength > own.length) throw corrupt(`the value of an attribute has ${valueLength} bytes at ${valueOffset}`, where);
  return own.subarray(valueOffset, valueOffset + valueLength);
}

/** Adds a node's names to `found`. @returns the blocks below it */
function indexEntries(bytes: Uint8Array, nodeAt: number, where: { path: string; field: string }, found: NtfsEntry[]): number[] {
  const node = layout.INDEX_NODE.read(bytes, nodeAt, where);
  const end = Math.min(bytes.length, nodeAt + node.length);
  const children: number[] = [];
  for (let at = nodeAt + node.firstEntry; at + layout.INDEX_ENTRY_KEY_AT <= end;) {
    const entry = layout.INDEX_ENTRY.read(bytes, at, where);
    if (entry.length < layout.INDEX_ENTRY_KEY_AT || at + entry.length > end) throw corrupt(`an index entry has ${entry.length} bytes`, where);
    if ((entry.flags & layout.ENTRY_HAS_SUBNODE) !== 0) {
      const view = viewOf(bytes);
      children.push(view.getUint32(at + entry.length - 8, true) + view.getUint32(at + entry.length - 4, true) * 0x1_0000_0000);
    }
    if ((entry.flags & layout.ENTRY_IS_LAST) !== 0) break;
    const key = bytes.subarray(at + layout.INDEX_ENTRY_KEY_AT, at + Math.min(entry.length, layout.INDEX_ENTRY_KEY_AT + entry.keyLength));
    const { nameLength, namespace } = layout.NAME.read(key, 0, where);
    if (layout.NAME_TEXT_AT + nameLength * 2 > key.length) throw corrupt('a name is longer than its index entry', where);
    if (namespace !== layout.NAMESPACE_DOS) found.push({ name: utf16(key.subarray(layout.NAME_TEXT_AT, layout.NAME_TEXT_AT + nameLength * 2)), record: entry.recordLow + entry.recordHigh * 0x1_0000_0000 });
    at += entry.length;
  }
  return children;
}
