/**
 * ISO 9660, with Rock Ridge or Joliet names where they are there. Reading; create.ts makes new ones.
 *
 * Missing: files compressed by zisofs, interleaved files, extended attribute records (they are skipped).
 */
import { beyondLimit, corrupt, unsupported } from '../../errors.ts';
import { cannot, defineFileSystem, refused } from '../file-system.ts';
import type { Entry, FileSystem, Node, NodeKind } from '../file-system.ts';
import { mustBeWithin, placeOn, readVolume } from '../volume.ts';
import type { Volume } from '../volume.ts';
import * as layout from './layout.ts';
import { rockRidgeOf, systemUseOf } from './rock-ridge.ts';
import type { RockRidge } from './rock-ridge.ts';

const MOST_DIRECTORY_BYTES = 256 * 1024 * 1024;

export const iso = defineFileSystem({
  name: 'iso9660',
  reference: 'ECMA-119; Joliet; IEEE P1282 (Rock Ridge)',
  missing: 'zisofs, interleaved files',
  async probe(volume) {
    const at = layout.FIRST_DESCRIPTOR * layout.SECTOR_BYTES;
    if (volume.size < at + layout.SECTOR_BYTES) return false;
    const bytes = await readVolume(volume, at, layout.SECTOR_BYTES, 'volume descriptor');
    return layout.VOLUME_DESCRIPTOR.read(bytes).identifier === layout.IDENTIFIER;
  },
  open: (volume, { isWritable }) => {
    if (isWritable) throw unsupported('an ISO 9660 file system is made as a whole, and not changed', { path: volume.name, op: 'open' }, 'make a new one from a folder');
    return IsoFileSystem.open(volume);
  },
});

interface Extent {
  readonly start: number;
  readonly length: number;
}

export interface IsoEntry extends Entry {
  readonly extents: readonly Extent[];
  readonly isDirectory: boolean;
  readonly mtimeMs: number;
  readonly rockRidge: RockRidge;
  /** Where the record is. */
  readonly at: number;
}

export interface IsoNode extends Node {
  readonly extents: readonly Extent[];
  readonly rockRidge: RockRidge;
}

const KINDS: Readonly<Record<number, NodeKind>> = { 0x1000: 'fifo', 0x2000: 'character-device', 0x4000: 'directory', 0x6000: 'block-device', 0x8000: 'file', 0xa000: 'symlink', 0xc000: 'socket' };

export class IsoFileSystem implements FileSystem<IsoNode, IsoEntry> {
  readonly type: string;
  readonly volume: Volume;
  readonly label: string;
  readonly id = '';
  readonly blockBytes: number;
  readonly size: number;
  readonly isWritable = false;
  readonly notes: string[] = [];
  readonly #root: Extent;
  readonly #names: 'rock ridge' | 'joliet' | 'plain';
  /** Bytes that Rock Ridge leaves to others at the beginning of each System Use area. */
  readonly #skip: number;

  private constructor(volume: Volume, details: { label: string; blockBytes: number; size: number; root: Extent; names: 'rock ridge' | 'joliet' | 'plain'; skip: number }) {
    this.volume = volume;
    this.type = details.names === 'plain' ? 'iso9660' : `iso9660 (${details.names})`;
    this.label = details.label;
    this.blockBytes = details.blockBytes;
    this.size = details.size;
    this.#root = details.root;
    this.#names = details.names;
    this.#skip = details.skip;
  }

  static async open(volume: Volume): Promise<IsoFileSystem> {
    let primary: ReturnType<typeof layout.VOLUME_DESCRIPTOR.read> | undefined;
    let joliet: ReturnType<typeof layout.VOLUME_DESCRIPTOR.read> | undefined;
    for (let sector = layout.FIRST_DESCRIPTOR; sector < layout.FIRST_DESCRIPTOR + layout.MOST_DESCRIPTORS && (sector + 1) * layout.SECTOR_BYTES <= volume.size; sector++) {
      const at = sector * layout.SECTOR_BYTES;
      const descriptor = layout.VOLUME_DESCRIPTOR.read(await readVolume(volume, at, layout.SECTOR_BYTES, 'volume descriptor'), 0, placeOn(volume, at));
      if (descriptor.identifier !== layout.IDENTIFIER || descriptor.type === layout.TERMINATOR) break;
      if (descriptor.type === layout.PRIMARY) primary ??= descriptor;
      if (descriptor.type === layout.SUPPLEMENTARY && layout.JOLIET_ESCAPES.some((escape) => String.fromCharCode(...descriptor.escapeSequences.subarray(0, 3)) === escape)) joliet ??= descriptor;
    }
    if (primary === undefined) throw corrupt('there is no primary volume descriptor', placeOn(volume, layout.FIRST_DESCRIPTOR * layout.SECTOR_BYTES));
    const blockBytes = primary.logicalBlockSize;
    if (![512, 1024, 2048].includes(blockBytes)) throw beyondLimit(`Logical Block Size is ${blockBytes}`, placeOn(volume, layout.FIRST_DESCRIPTOR * layout.SECTOR_BYTES, 'Logical Block Size'));
    const rootOf = (record: Uint8Array): Extent => {
      const { extent, dataLength, extendedAttributeLength } = layout.RECORD.read(record);
      return { start: (extent + extendedAttributeLength) * blockBytes, length: dataLength };
    };
    const root = rootOf(primary.rootRecord);
    const skip = await rockRidgeSkip(volume, root);
    const label = skip === undefined && joliet !== undefined ? ucs2(joliet.volumeIdentifier).trimEnd() : String.fromCharCode(...primary.volumeIdentifier).trimEnd();
    return new IsoFileSystem(volume, {
      label, blockBytes, size: primary.volumeSpaceSize * blockBytes, root: skip === undefined && joliet !== undefined ? rootOf(joliet.rootRecord) : root,
      names: skip !== undefined ? 'rock ridge' : joliet !== undefined ? 'joliet' : 'plain', skip: skip ?? 0,
    });
  }

  root(): IsoNode {
    return { id: this.#root.start, kind: 'directory', size: this.#root.length, mode: 0o755, uid: 0, gid: 0, mtimeMs: 0, links: 1, extents: [this.#root], rockRidge: {} };
  }

  async entries(directory: IsoNode): Promise<IsoEntry[]> {
    if (directory.kind !== 'directory') throw refused('DISK_NOT_FOUND', 'is no directory', this.volume, 'list');
    const entries: IsoEntry[] = [];
    let pending: { extents: Extent[]; at: number } | undefined;
    for (const { start, length } of directory.extents) {
      if (length > MOST_DIRECTORY_BYTES) throw beyondLimit(`a directory has ${length} bytes`, placeOn(this.volume, start));
      const bytes = await readVolume(this.volume, start, length, 'directory');
      for (let at = 0; at + RECORD_LEAST <= bytes.length;) {
        const recordLength = bytes[at]!;
        // Records do not cross sectors: zeros fill up what is left of one.
        if (recordLength === 0) {
          at = (Math.floor(at / layout.SECTOR_BYTES) + 1) * layout.SECTOR_BYTES;
          continue;
        }
        const where = placeOn(this.volume, start + at, 'Directory Record');
        if (recordLength < RECORD_LEAST || at + recordLength > bytes.length) throw corrupt(`a directory record has ${recordLength} bytes`, where);
        const recordBytes = bytes.subarray(at, at + recordLength);
        const record = layout.RECORD.read(recordBytes, 0, where);
        if (layout.RECORD_NAME_AT + record.nameLength > recordLength) throw corrupt(`a directory record has a name of ${record.nameLength} bytes`, where);
        const extent = { start: (record.extent + record.extendedAttributeLength) * this.blockBytes, length: record.dataLength };
        const extents = pending === undefined ? [extent] : [...pending.extents, extent];
        const recordAt = pending?.at ?? start + at;
        at += recordLength;
        if ((record.flags & layout.FLAG_ASSOCIATED) !== 0) continue;
        if ((record.flags & layout.FLAG_MORE_EXTENTS) !== 0) {
          if (extents.length > 65_536) throw corrupt('a file has more than 65536 extents', where);
          pending = { extents, at: recordAt };
          continue;
        }
        pending = undefined;
        const name = recordBytes.subarray(layout.RECORD_NAME_AT, layout.RECORD_NAME_AT + record.nameLength);
        if (record.nameLength === 1 && name[0]! <= 1) continue;
        const entry = await this.#entry(recordBytes, record, name, extents, recordAt);
        if (entry !== undefined) entries.push(entry);
      }
    }
    return entries;
  }

  async #entry(bytes: Uint8Array, record: ReturnType<typeof layout.RECORD.read>, name: Uint8Array, extents: readonly Extent[], at: number): Promise<IsoEntry | undefined> {
    let rockRidge: RockRidge = {};
    if (this.#names === 'rock ridge') {
      const area = layout.RECORD_NAME_AT + record.nameLength + ((record.nameLength & 1) === 0 ? 1 : 0) + this.#skip;
      rockRidge = rockRidgeOf(await systemUseOf(this.volume, bytes.subarray(area)));
      // A directory that was moved up is met where it belongs, by a record that points to it.
      if (rockRidge.isRelocated === true) return undefined;
    }
    const plain = this.#names === 'joliet' ? ucs2(name) : String.fromCharCode(...name);
    const shown = this.#names === 'plain' ? plain.replace(/;\d+$/, '').replace(/\.$/, '') : plain.replace(/;\d+$/, '');
    const isDirectory = (record.flags & layout.FLAG_DIRECTORY) !== 0 || rockRidge.childLink !== undefined;
    let at0 = extents;
    if (rockRidge.childLink !== undefined) {
      const start = rockRidge.childLink * this.blockBytes;
      at0 = [{ start, length: layout.RECORD.read(await readVolume(this.volume, start, RECORD_LEAST, 'CL'), 0, placeOn(this.volume, start)).dataLength }];
    }
    return { name: rockRidge.name ?? shown, extents: at0, isDirectory, mtimeMs: rockRidge.mtimeMs ?? layout.recordTimeMs(record.time), rockRidge, at };
  }

  async find(directory: IsoNode, name: string): Promise<IsoEntry | undefined> {
    const entries = await this.entries(directory);
    const isSame = this.#names === 'rock ridge' ? (entry: IsoEntry) => entry.name === name : (entry: IsoEntry) => entry.name.toLowerCase() === name.toLowerCase();
    return entries.find((entry) => entry.name === name) ?? entries.find(isSame);
  }

  open(entry: IsoEntry): IsoNode {
    const { rockRidge, extents } = entry;
    const kind = entry.isDirectory ? 'directory' : KINDS[(rockRidge.mode ?? 0x8000) & 0xf000] ?? 'file';
    const size = kind === 'symlink' ? (rockRidge.target ?? '').length : extents.reduce((sum, { length }) => sum + length, 0);
    return {
      // Names of one file have the same extent, in what genisoimage and this package make; an empty file has none.
      id: kind === 'directory' || (size > 0 && kind === 'file') ? extents[0]!.start : -entry.at, kind: kind === 'directory' && !entry.isDirectory ? 'file' : kind, size,
      mode: rockRidge.mode === undefined ? (entry.isDirectory ? 0o555 : 0o444) : rockRidge.mode & 0o7777, uid: rockRidge.uid ?? 0, gid: rockRidge.gid ?? 0, mtimeMs: entry.mtimeMs,
      links: entry.isDirectory ? 1 : rockRidge.links ?? 1, ...(rockRidge.device === undefined ? {} : { device: rockRidge.device }), extents, rockRidge,
    };
  }

  async read(node: IsoNode, at: number, into: Uint8Array): Promise<void> {
    if (node.rockRidge.isCompressed === true) throw unsupported('the file is compressed by zisofs', placeOn(this.volume, node.extents[0]?.start ?? 0, 'ZF'));
    let first = 0;
    for (const { start, length } of node.extents) {
      const from = Math.max(at, first);
      const to = Math.min(at + into.length, first + length);
      if (to > from) {
        mustBeWithin(this.volume, start + from - first, to - from, 'extent');
        await this.volume.read(start + from - first, into.subarray(from - at, to - at));
      }
      first += length;
    }
  }

  target(node: IsoNode): string {
    if (node.rockRidge.target === undefined) throw cannot(this, 'has no target for this link');
    return node.rockRidge.target;
  }

  async flush(): Promise<void> { /* nothing is ever changed */ }
}

const RECORD_LEAST = 34;

function ucs2(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at + 1 < bytes.length; at += 2) text += String.fromCharCode((bytes[at]! << 8) | bytes[at + 1]!);
  return text.replace(/\0+$/, '');
}

/** The length that Rock Ridge says to skip; undefined where there is no Rock Ridge. */
async function rockRidgeSkip(volume: Volume, root: Extent): Promise<number | undefined> {
  const bytes = await readVolume(volume, root.start, Math.min(root.length, layout.SECTOR_BYTES), 'root directory');
  const length = bytes[0] ?? 0;
  const area = bytes.subarray(RECORD_LEAST, Math.max(RECORD_LEAST, length));
  if (area.length < 7 || area[0] !== 0x53 || area[1] !== 0x50 || area[4] !== 0xbe || area[5] !== 0xef) return undefined;
  const entries = await systemUseOf(volume, area);
  return entries.some(({ signature }) => signature === 'PX' || signature === 'RR' || signature === 'ER') ? area[6]! : undefined;
}
