/**
 * A new ISO 9660 file system with Rock Ridge and Joliet, written in one pass: to a file or to a pipe.
 *
 * Missing: boot images (El Torito); directories more than eight deep are not moved up, which every reader of today accepts.
 */
import { DiskError } from '../../errors.ts';
import { viewOf } from '../../layout.ts';
import type { SourceNode } from '../source.ts';
import * as layout from './layout.ts';

export interface CreateIsoOptions {
  /** At most 32 letters; of Joliet 16. */
  readonly label?: string;
  readonly joliet?: boolean;
  readonly rockRidge?: boolean;
  readonly nowMs?: number;
  /** Owner and times as they are (false), or root and read-only as for a medium (true). */
  readonly isForAll?: boolean;
}

const { SECTOR_BYTES } = layout;
/** An extent is shorter than 4 GiB; a longer file has several. */
const MOST_EXTENT_BYTES = 0xffff_f800;
const MOST_RECORD_BYTES = 254;
const MODES = { directory: 0x4000, file: 0x8000, symlink: 0xa000, 'character-device': 0x2000, 'block-device': 0x6000, fifo: 0x1000, socket: 0xc000 } as const;

interface Placed {
  readonly node: SourceNode;
  readonly parent: Placed | undefined;
  readonly children: Placed[];
  readonly isoName: Uint8Array;
  readonly jolietName: Uint8Array;
  /** Sector of a file's first byte. */
  data: number;
  links: number;
  /** Of directories: sector and bytes in the plain tree and in Joliet's. */
  readonly extent: [number, number];
  readonly bytes: [number, number];
}

/** @param write takes the bytes in order */
export async function createIso(root: SourceNode, write: (bytes: Uint8Array) => void | Promise<void>, options: CreateIsoOptions = {}): Promise<{ readonly bytes: number }> {
  const plan = new IsoPlan(root, options);
  return plan.write(write);
}

class IsoPlan {
  readonly #root: Placed;
  readonly #directories: Placed[] = [];
  readonly #files = new Map<string, Placed[]>();
  readonly #hasJoliet: boolean;
  readonly #hasRockRidge: boolean;
  readonly #options: CreateIsoOptions;
  readonly #nowMs: number;
  /** Rock Ridge entries that do not fit their records. */
  readonly #continuations: { bytes: number; parts: Uint8Array[] } = { bytes: 0, parts: [] };
  #continuationSector = 0;
  #sectors = 0;

  constructor(root: SourceNode, options: CreateIsoOptions) {
    this.#options = options;
    this.#hasJoliet = options.joliet ?? true;
    this.#hasRockRidge = options.rockRidge ?? true;
    this.#nowMs = options.nowMs ?? Date.now();
    this.#root = this.#place(root, undefined, Uint8Array.of(0), Uint8Array.of(0));
    // The order of the path table: by level, then by the parent, then by name.
    this.#directories.push(this.#root);
    for (let i = 0; i < this.#directories.length; i++) this.#directories.push(...this.#directories[i]!.children.filter(({ node }) => node.kind === 'directory'));
    if (this.#directories.length > 0xffff) throw refuse(`${this.#directories.length} directories are more than the path table can have`);
  }

  #place(node: SourceNode, parent: Placed | undefined, isoName: Uint8Array, jolietName: Uint8Array): Placed {
    const placed: Placed = { node, parent, children: [], isoName, jolietName, data: 0, links: 1, extent: [0, 0], bytes: [0, 0] };
    if (node.kind === 'directory') {
      const kept = node.children.filter(({ kind }) => this.#hasRockRidge || kind === 'file' || kind === 'directory');
      const isoNames = isoNamesFor(kept);
      const jolietNames = jolietNamesFor(kept);
      kept.forEach((child, i) => placed.children.push(this.#place(child, placed, isoNames[i]!, jolietNames[i]!)));
      placed.children.sort((a, b) => Buffer.compare(sortKey(a.isoName), sortKey(b.isoName)));
    } else if (node.kind === 'file') {
      const same = this.#files.get(node.key);
      if (same === undefined) this.#files.set(node.key, [placed]);
      else same.push(placed);
    }
    return placed;
  }

  /** Records of a directory in the plain tree (0) or Joliet's (1). Continuations are laid out by the first call for each. */
  #records(directory: Placed, tree: 0 | 1): Uint8Array[] {
    const parent = directory.parent ?? directory;
    const records = [
      this.#record(directory, tree, Uint8Array.of(0), directory === this.#root ? 'root' : 'self'),
      this.#record(parent, tree, Uint8Array.of(1), 'parent'),
    ];
    const children = tree === 0 ? directory.children : [...directory.children].filter(({ node }) => node.kind === 'file' || node.kind === 'directory').sort((a, b) => Buffer.compare(a.jolietName, b.jolietName));
    for (const child of children) {
      const { size } = child.node;
      const name = tree === 0 ? child.isoName : child.jolietName;
      if (child.node.kind === 'directory') {
        records.push(this.#record(child, tree, name, 'child'));
        continue;
      }
      for (let at = 0; at === 0 || at < size; at += MOST_EXTENT_BYTES) {
        const length = Math.min(MOST_EXTENT_BYTES, size - at);
        records.push(this.#record(child, tree, name, 'child', { extent: child.data + at / SECTOR_BYTES, length, isLast: at + length >= size }));
      }
    }
    return records;
  }

  #record(placed: Placed, tree: 0 | 1, name: Uint8Array, role: 'root' | 'self' | 'parent' | 'child', part?: { extent: number; length: number; isLast: boolean }): Uint8Array {
    const isDirectory = placed.node.kind === 'directory';
    const systemUse = tree === 0 && this.#hasRockRidge ? this.#systemUse(placed, name.length, role) : new Uint8Array(0);
    const nameEnd = layout.RECORD_NAME_AT + name.length + ((name.length & 1) === 0 ? 1 : 0);
    const length = nameEnd + systemUse.length;
    const bytes = new Uint8Array(length + (length & 1));
    layout.RECORD.write(bytes, {
      length: bytes.length, extent: part?.extent ?? placed.extent[tree], dataLength: part?.length ?? placed.bytes[tree], time: layout.recordTime(placed.node.mtimeMs),
      flags: (isDirectory ? layout.FLAG_DIRECTORY : 0) | (part !== undefined && !part.isLast ? layout.FLAG_MORE_EXTENTS : 0), volumeSequenceNumber: 1, nameLength: name.length,
    });
    const view = viewOf(bytes);
    view.setUint32(6, part?.extent ?? placed.extent[tree], false);
    view.setUint32(14, part?.length ?? placed.bytes[tree], false);
    view.setUint16(30, 1, false);
    bytes.set(name, layout.RECORD_NAME_AT);
    bytes.set(systemUse, nameEnd);
    return bytes;
  }

  #systemUse(placed: Placed, nameLength: number, role: 'root' | 'self' | 'parent' | 'child'): Uint8Array {
    const { node } = placed;
    const isForAll = this.#options.isForAll === true;
    const mode = isForAll ? (node.kind === 'directory' || (node.mode & 0o111) !== 0 ? 0o555 : 0o444) : node.mode;
    const links = node.kind === 'directory' ? 2 + placed.children.filter((child) => child.node.kind === 'directory').length : placed.links;
    const entries = [
      ...(role === 'root' ? [susp('SP', Uint8Array.of(0xbe, 0xef, 0))] : []),
      susp('PX', both(MODES[node.kind] | mode, links, isForAll ? 0 : node.uid, isForAll ? 0 : node.gid)),
      susp('TF', Uint8Array.of(0x02, ...layout.recordTime(node.mtimeMs))),
      ...(node.device === undefined ? [] : [susp('PN', both(0, (node.device.minor & 0xff) | ((node.device.major & 0xfff) << 8) | ((node.device.minor & 0xf_ff00) << 12)))]),
      ...(role === 'child' ? nameEntries(node.name) : []),
      ...(role === 'child' && node.target !== undefined ? targetEntries(node.target) : []),
      ...(role === 'root' ? [extensionReference()] : []),
    ];
    const room = MOST_RECORD_BYTES - (layout.RECORD_NAME_AT + nameLength + ((nameLength & 1) === 0 ? 1 : 0));
    const total = entries.reduce((sum, { length }) => sum + length, 0);
    if (total <= room) return Buffer.concat(entries);
    const here: Uint8Array[] = [];
    let used = layout.CONTINUATION_BYTES;
    while (used + entries[0]!.length <= room) {
      used += entries[0]!.length;
      here.push(entries.shift()!);
    }
    const rest = Buffer.concat(entries);
    if (rest.length > SECTOR_BYTES) throw refuse(`${node.name} has a name and a target of more than ${SECTOR_BYTES} bytes`);
    const place = this.#continue(rest);
    return Buffer.concat([...here, susp('CE', both(this.#continuationSector + Math.floor(place / SECTOR_BYTES), place % SECTOR_BYTES, rest.length))]);
  }

  /** A continuation does not cross sectors. @returns its place in the continuation area */
  #continue(bytes: Uint8Array): number {
    const area = this.#continuations;
    const left = SECTOR_BYTES - (area.bytes % SECTOR_BYTES);
    if (bytes.length > left) {
      area.parts.push(new Uint8Array(left));
      area.bytes += left;
    }
    const place = area.bytes;
    area.parts.push(bytes);
    area.bytes += bytes.length;
    return place;
  }

  #forgetContinuations(): void {
    this.#continuations.bytes = 0;
    this.#continuations.parts.length = 0;
  }

  get #trees(): readonly (0 | 1)[] {
    return this.#hasJoliet ? [0, 1] : [0];
  }

  /** Places all but the contents of records, whose lengths do not depend on where things are. */
  #layOut(): { tables: { tree: 0 | 1; sector: number; bytes: number }[] } {
    for (const tree of this.#trees) for (const directory of this.#directories) directory.bytes[tree] = packed(this.#records(directory, tree)).length;
    const continuationSectors = Math.ceil(this.#continuations.bytes / SECTOR_BYTES);
    this.#forgetContinuations();
    let sector = layout.FIRST_DESCRIPTOR + this.#trees.length + 1;
    const tables = this.#trees.map((tree) => {
      const bytes = this.#directories.reduce((sum, directory) => sum + pathRecordLength(this.#nameIn(directory, tree)), 0);
      const table = { tree, sector, bytes };
      sector += 2 * Math.ceil(bytes / SECTOR_BYTES);
      return table;
    });
    for (const tree of this.#trees) {
      for (const directory of this.#directories) {
        directory.extent[tree] = sector;
        sector += directory.bytes[tree] / SECTOR_BYTES;
      }
    }
    this.#continuationSector = sector;
    sector += continuationSectors;
    for (const same of this.#files.values()) {
      const { size } = same[0]!.node;
      for (const placed of same) {
        placed.data = size === 0 ? 0 : sector;
        placed.links = same.length;
      }
      sector += Math.ceil(size / SECTOR_BYTES);
    }
    this.#sectors = sector;
    return { tables };
  }

  #nameIn(directory: Placed, tree: 0 | 1): Uint8Array {
    return directory === this.#root ? Uint8Array.of(0) : tree === 0 ? directory.isoName : directory.jolietName;
  }

  async write(sink: (bytes: Uint8Array) => void | Promise<void>): Promise<{ bytes: number }> {
    const { tables } = this.#layOut();
    let written = 0;
    const write = async (bytes: Uint8Array): Promise<void> => {
      await sink(bytes);
      written += bytes.length;
    };
    const fill = async (): Promise<void> => {
      if (written % SECTOR_BYTES !== 0) await write(new Uint8Array(SECTOR_BYTES - (written % SECTOR_BYTES)));
    };
    await write(new Uint8Array(layout.FIRST_DESCRIPTOR * SECTOR_BYTES));
    for (const table of tables) await write(this.#descriptor(table));
    await write(layout.VOLUME_DESCRIPTOR.encode({ type: layout.TERMINATOR, identifier: layout.IDENTIFIER, version: 1 }, SECTOR_BYTES));
    for (const { tree } of tables) {
      for (const isLittle of [true, false]) {
        await write(this.#pathTable(tree, isLittle));
        await fill();
      }
    }
    for (const tree of this.#trees) for (const directory of this.#directories) await write(packed(this.#records(directory, tree)));
    for (const part of this.#continuations.parts) await write(part);
    await fill();
    for (const same of this.#files.values()) {
      const { node } = same[0]!;
      let left = node.size;
      for await (const piece of node.bytes()) {
        // A file that grows while it is read is cut where it was to end.
        const wanted = piece.subarray(0, left);
        left -= wanted.length;
        await write(wanted);
        if (left === 0) break;
      }
      if (left > 0) throw new DiskError({ code: 'DISK_IO', kind: 'io', message: `${node.name} became shorter while it was read`, context: { op: 'create' } });
      await fill();
    }
    return { bytes: written };
  }

  #descriptor({ tree, sector, bytes }: { tree: 0 | 1; sector: number; bytes: number }): Uint8Array {
    const text = (value: string, length: number): Uint8Array => (tree === 0 ? Buffer.from(value.slice(0, length).padEnd(length), 'latin1') : utf16be(value.slice(0, length >> 1).padEnd(length >> 1)));
    const label = this.#options.label ?? 'CDROM';
    const when = new Date(this.#nowMs).toISOString().replace(/\D/g, '').slice(0, 16);
    const time = Uint8Array.of(...Buffer.from(when, 'latin1'), 0);
    const never = Uint8Array.of(...Buffer.from('0'.repeat(16), 'latin1'), 0);
    const root = this.#record(this.#root, tree, Uint8Array.of(0), 'parent').slice(0, 34);
    root[0] = 34;
    const encoded = layout.VOLUME_DESCRIPTOR.encode({
      type: tree === 0 ? layout.PRIMARY : layout.SUPPLEMENTARY, identifier: layout.IDENTIFIER, version: 1, systemIdentifier: text('', 32),
      volumeIdentifier: text(tree === 0 ? label.toUpperCase().replace(/[^A-Z0-9_]/g, '_') : label, 32), volumeSpaceSize: this.#sectors,
      escapeSequences: tree === 0 ? new Uint8Array(32) : Buffer.from(layout.JOLIET_ESCAPES[2]!, 'latin1'), volumeSetSize: 1, volumeSequenceNumber: 1, logicalBlockSize: SECTOR_BYTES, pathTableSize: bytes,
      pathTableL: sector, rootRecord: root, volumeSetIdentifier: text('', 128), publisher: text('', 128), preparer: text('', 128), application: text('WORLDSWITCH', 128), creation: time, modification: time,
      expiration: never, effective: never, fileStructureVersion: 1,
    }, SECTOR_BYTES);
    const view = viewOf(encoded);
    // Copyright, abstract and bibliographic file identifiers.
    encoded.set(text('', 111).subarray(0, 111), 702);
    for (const at of layout.BOTH_ORDERS_32) view.setUint32(at + 4, view.getUint32(at, true), false);
    for (const at of layout.BOTH_ORDERS_16) view.setUint16(at + 2, view.getUint16(at, true), false);
    view.setUint32(layout.PATH_TABLE_M_AT, sector + Math.ceil(bytes / SECTOR_BYTES), false);
    return encoded;
  }

  #pathTable(tree: 0 | 1, isLittle: boolean): Uint8Array {
    const numbers = new Map(this.#directories.map((directory, i) => [directory, i + 1]));
    return Buffer.concat(this.#directories.map((directory) => {
      const name = this.#nameIn(directory, tree);
      const bytes = new Uint8Array(pathRecordLength(name));
      const view = viewOf(bytes);
      bytes[0] = name.length;
      view.setUint32(2, directory.extent[tree], isLittle);
      view.setUint16(6, numbers.get(directory.parent ?? directory)!, isLittle);
      bytes.set(name, 8);
      return bytes;
    }));
  }
}

const refuse = (message: string): DiskError => new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message, context: { op: 'create' } });
const pathRecordLength = (name: Uint8Array): number => 8 + name.length + (name.length & 1);

/** Records in sectors that none of them crosses. */
function packed(records: readonly Uint8Array[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  for (const record of records) {
    const left = SECTOR_BYTES - (length % SECTOR_BYTES);
    if (record.length > left) {
      parts.push(new Uint8Array(left));
      length += left;
    }
    parts.push(record);
    length += record.length;
  }
  const left = (SECTOR_BYTES - (length % SECTOR_BYTES)) % SECTOR_BYTES;
  return Buffer.concat([...parts, new Uint8Array(left)]);
}

function susp(signature: string, data: Uint8Array): Uint8Array {
  return Uint8Array.of(signature.charCodeAt(0), signature.charCodeAt(1), layout.SYSTEM_USE_HEADER_BYTES + data.length, 1, ...data);
}

/** Numbers in both orders. */
function both(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 8);
  const view = viewOf(bytes);
  values.forEach((value, i) => {
    view.setUint32(i * 8, value >>> 0, true);
    view.setUint32(i * 8 + 4, value >>> 0, false);
  });
  return bytes;
}

/** RRIP_1991A, as genisoimage and Linux know it. */
function extensionReference(): Uint8Array {
  const identifier = Buffer.from('RRIP_1991A', 'latin1');
  return susp('ER', Uint8Array.of(identifier.length, 0, 0, 1, ...identifier));
}

/** An entry has at most 255 bytes. */
const MOST_PART_BYTES = 240;

function nameEntries(name: string): Uint8Array[] {
  const bytes = Buffer.from(name, 'utf8');
  const entries: Uint8Array[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += MOST_PART_BYTES) {
    entries.push(susp('NM', Uint8Array.of(at + MOST_PART_BYTES < bytes.length ? layout.NAME_CONTINUES : 0, ...bytes.subarray(at, at + MOST_PART_BYTES))));
  }
  return entries;
}

function targetEntries(target: string): Uint8Array[] {
  const components: Uint8Array[] = [];
  const names = target.split('/');
  names.forEach((name, i) => {
    if (name === '') {
      // The root, or one slash too many, which means nothing.
      if (i === 0 && target.startsWith('/')) components.push(Uint8Array.of(8, 0));
    } else if (name === '.' || name === '..') {
      components.push(Uint8Array.of(name === '.' ? 2 : 4, 0));
    } else {
      const bytes = Buffer.from(name, 'utf8');
      for (let at = 0; at < bytes.length; at += MOST_PART_BYTES) {
        const part = bytes.subarray(at, at + MOST_PART_BYTES);
        components.push(Uint8Array.of(at + MOST_PART_BYTES < bytes.length ? 1 : 0, part.length, ...part));
      }
    }
  });
  const groups: Uint8Array[][] = [[]];
  let length = 0;
  for (const component of components) {
    if (length + component.length > MOST_PART_BYTES + 2) {
      groups.push([]);
      length = 0;
    }
    groups.at(-1)!.push(component);
    length += component.length;
  }
  return groups.map((group, i) => susp('SL', Uint8Array.of(i + 1 < groups.length ? 1 : 0, ...Buffer.concat(group))));
}

const utf16be = (text: string): Uint8Array => Buffer.from(text, 'utf16le').swap16();

/** Level 2 names: capitals, digits and underscores, at most 30 with one full stop; files with a version. */
function isoNamesFor(nodes: readonly SourceNode[]): Uint8Array[] {
  const taken = new Set<string>();
  return nodes.map(({ name, kind }) => {
    const clean = (text: string): string => text.toUpperCase().replace(/[^A-Z0-9_]/g, '_');
    const dot = kind === 'directory' ? -1 : name.lastIndexOf('.');
    const extension = dot > 0 ? clean(name.slice(dot + 1)).slice(0, 8) : '';
    const base = clean(dot > 0 ? name.slice(0, dot) : name).slice(0, 30 - extension.length - 1) || '_';
    const text = (stem: string): string => (kind === 'directory' ? stem : `${stem}.${extension};1`);
    let chosen = text(base);
    for (let number = 0; taken.has(chosen); number++) chosen = text(base.slice(0, 29 - extension.length - String(number).length - 1) + String(number));
    taken.add(chosen);
    return Buffer.from(chosen, 'latin1');
  });
}

/** ECMA-119 9.3: the name padded, then the extension padded. */
function sortKey(name: Uint8Array): Uint8Array {
  const [base = '', rest = ''] = Buffer.from(name).toString('latin1').split('.');
  const [extension = '', version = ''] = rest.split(';');
  return Buffer.from(`${base.padEnd(32)}${extension.padEnd(32)}${version}`, 'latin1');
}

const MOST_JOLIET_LETTERS = 103;

function jolietNamesFor(nodes: readonly SourceNode[]): Uint8Array[] {
  const taken = new Set<string>();
  return nodes.map(({ name, kind }) => {
    // oxlint-disable-next-line no-control-regex -- control characters are what is replaced
    const clean = name.replace(/[\u0000-\u001f*/:;?\\]/g, '_');
    const dot = clean.lastIndexOf('.');
    const extension = dot > 0 && clean.length - dot < 16 ? clean.slice(dot) : '';
    const base = clean.slice(0, clean.length - extension.length).slice(0, MOST_JOLIET_LETTERS - extension.length);
    let chosen = base + extension;
    for (let number = 1; taken.has(chosen.toLowerCase()); number++) chosen = base.slice(0, MOST_JOLIET_LETTERS - extension.length - String(number).length - 1) + `_${number}` + extension;
    taken.add(chosen.toLowerCase());
    return utf16be(kind === 'directory' ? chosen : `${chosen};1`);
  });
}
