/**
 * The descriptor: the text that says what a disk is made of (section "The Descriptor File"). It is changed line by line, byte for byte, so that what other products have
 * written in it (VirtualBox's `ddb.uuid` lines, comments, spaces, line ends, an encoding) stays.
 */
import { beyondLimit, corrupt, unsupported } from '../../errors.ts';
import type { DiskErrorContext } from '../../errors.ts';
import { SECTOR_BYTES } from './layout.ts';
import { isSizeOfDisk } from './extent.ts';
import { geometryOf } from './geometry.ts';

/** A descriptor of its own: 4096 extents have room. */
export const MOST_DESCRIPTOR_BYTES = 512 * 1024;
/** One within a sparse extent; what writes them leaves 10 KiB. */
export const MOST_EMBEDDED_BYTES = 64 * 1024;
const MOST_EXTENTS = 4096;

/** No parent. */
export const NO_CID = 0xffff_ffff;

export interface ExtentLine {
  readonly access: string;
  /** In bytes. */
  readonly size: number;
  readonly type: string;
  /** Undefined for ZERO. */
  readonly name?: string;
  /** Of a flat extent in its file, in bytes. */
  readonly offset: number;
}

const NAME = /^[A-Za-z][\w.]*$/;
const EXTENT = /^\s*(RW|RDONLY|NOACCESS)\s+(\d+)\s+([A-Za-z]+)(?:\s+"([^"]*)")?(?:\s+(\d+))?.*$/;
const COMMENT_AT_HEAD = /^(?:\xef\xbb\xbf)?\s*#\s*Disk\s*DescriptorFile/i;

const latin1Text = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
const latin1Bytes = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(text, 'latin1'));

/** Do these first bytes of a file look like a descriptor? One without the comment begins, as qemu-img sees it too, with its version. */
export function isDescriptor(head: Uint8Array): boolean {
  const text = latin1Text(head.subarray(0, 4096));
  if (COMMENT_AT_HEAD.test(text)) return true;
  const first = text.split(/[\r\n]/).find((line) => line.trim() !== '' && !line.trim().startsWith('#'));
  return first !== undefined && /^version\s?=\s?\d+$/.test(first.trim());
}

interface Entry {
  readonly name: string;
  /** With its quotes. */
  readonly value: string;
  /** Where the value is in the line. */
  readonly start: number;
}

/** By hand: a pattern with two stretches of spaces takes a hostile line's length squared. */
function entryOf(line: string): Entry | undefined {
  const equals = line.indexOf('=');
  const name = line.slice(0, Math.max(0, equals)).trim();
  if (!NAME.test(name)) return undefined;
  const value = line.slice(equals + 1).trim();
  return { name, value, start: line.length - line.slice(equals + 1).trimStart().length };
}

const isCalled = (entry: Entry | undefined, name: string): entry is Entry => entry !== undefined && entry.name.toLowerCase() === name.toLowerCase();
const unquoted = (value: string): string => (value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value);

export class Descriptor {
  /** In Latin-1: a letter is a byte of the file. */
  #lines: string[];
  readonly #lineEnd: string;
  readonly #where: DiskErrorContext;
  readonly extents: readonly ExtentLine[];

  private constructor(text: string, where: DiskErrorContext) {
    this.#lineEnd = /\r\n|\n|\r/.exec(text)?.[0] ?? '\n';
    this.#lines = text.split(/\r\n|\n|\r/);
    this.#where = where;
    this.extents = this.#readExtents();
  }

  /** @throws DiskError where it is no descriptor, or one whose rules are broken */
  static read(bytes: Uint8Array, where: DiskErrorContext): Descriptor {
    const end = bytes.indexOf(0);
    const descriptor = new Descriptor(latin1Text(end < 0 ? bytes : bytes.subarray(0, end)), where);
    const version = Number(descriptor.get('version'));
    if (!Number.isInteger(version) || version < 1) throw corrupt('the descriptor has no version', { ...where, field: 'version' });
    if (version > 4) throw unsupported(`the descriptor is of version ${version}`, { ...where, field: 'version' });
    if (descriptor.get('encryptionKeys') !== undefined) throw unsupported('the disk is encrypted by VMware', { ...where, field: 'encryptionKeys' }, 'take the encryption away with the product that made it');
    return descriptor;
  }

  #readExtents(): ExtentLine[] {
    const extents: ExtentLine[] = [];
    for (const line of this.#lines) {
      const match = EXTENT.exec(line);
      if (match === null) continue;
      const [, access, sectors, type, name, offset] = match;
      if (extents.length === MOST_EXTENTS) throw beyondLimit(`the descriptor has more than ${MOST_EXTENTS} extents`, { ...this.#where, field: 'extents' });
      const size = Number(sectors) * SECTOR_BYTES;
      const start = Number(offset ?? 0) * SECTOR_BYTES;
      if (!isSizeOfDisk(size) || !Number.isSafeInteger(start)) throw beyondLimit(`an extent of ${sectors} sectors at ${offset ?? 0}`, { ...this.#where, field: 'extents' });
      extents.push({ access: access!, size, type: type!.toUpperCase(), offset: start, ...(name === undefined ? {} : { name: this.#decode(name) }) });
    }
    if (!isSizeOfDisk(extents.reduce((sum, { size }) => sum + size, 0))) throw beyondLimit('the extents together are larger than any disk', { ...this.#where, field: 'extents' });
    return extents;
  }

  /** The value of an entry without its quotes; names of entries are found whatever their case. */
  get(name: string): string | undefined {
    const value = this.#raw(name);
    return value === undefined ? undefined : this.#decode(unquoted(value));
  }

  #raw(name: string): string | undefined {
    for (const line of this.#lines) {
      const entry = entryOf(line);
      if (isCalled(entry, name)) return entry.value;
    }
    return undefined;
  }

  /** Changes an entry, or adds it after the last of those in `after`, or at the end. */
  set(name: string, value: string, after: readonly string[] = []): void {
    if (!isWritable(value)) throw unsupported(`a descriptor cannot hold ${JSON.stringify(value)}`, { ...this.#where, field: name });
    const bytes = this.#encode(value);
    let place = this.#lines.length;
    for (const [i, line] of this.#lines.entries()) {
      const entry = entryOf(line);
      if (isCalled(entry, name)) {
        const { value: old, start } = entry;
        this.#lines[i] = `${line.slice(0, start)}${old.startsWith('"') ? `"${bytes}"` : bytes}${line.slice(start + old.length)}`;
        return;
      }
      if (after.some((anchor) => isCalled(entry, anchor))) place = i + 1;
    }
    this.#lines.splice(place, 0, name.startsWith('ddb.') ? `${name} = "${bytes}"` : `${name}="${bytes}"`);
  }

  delete(name: string): void {
    this.#lines = this.#lines.filter((line) => !isCalled(entryOf(line), name));
  }

  /** The same with other extents. */
  withExtents(extents: readonly ExtentLine[]): Descriptor {
    const lines = [...this.#lines];
    const first = lines.findIndex((line) => EXTENT.test(line));
    const others = lines.filter((line) => !EXTENT.test(line));
    others.splice(first < 0 ? others.length : lines.slice(0, first).filter((line) => !EXTENT.test(line)).length, 0, ...extents.map((extent) => this.#encode(extentLine(extent))));
    return new Descriptor(others.join(this.#lineEnd), this.#where);
  }

  /** Of the contents: changes when they do. Undefined where there is none. */
  get cid(): number | undefined {
    return parseCid(this.get('CID'), { ...this.#where, field: 'CID' });
  }

  get parentCid(): number {
    return parseCid(this.get('parentCID'), { ...this.#where, field: 'parentCID' }) ?? NO_CID;
  }

  get createType(): string | undefined {
    return this.get('createType');
  }

  /** The disk data base tells a size in its geometry, for those that look there. */
  setGeometry(sizeBytes: number): void {
    const { cylinders, heads, sectors } = geometryOf(sizeBytes, this.get('ddb.adapterType') ?? 'ide');
    this.set('ddb.geometry.cylinders', String(cylinders));
    this.set('ddb.geometry.heads', String(heads));
    this.set('ddb.geometry.sectors', String(sectors));
  }

  setCid(cid: number): void {
    const text = cidText(cid);
    this.set('CID', text, ['version', 'encoding']);
    const long = this.get('ddb.longContentID');
    if (long !== undefined && long.length === 32) this.set('ddb.longContentID', long.slice(0, 24) + text);
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return latin1Bytes(this.#lines.join(this.#lineEnd));
  }

  get #encoding(): string {
    return unquoted(this.#raw('encoding') ?? '').toLowerCase();
  }

  #decode(text: string): string {
    if (!/[\x80-\xff]/.test(text)) return text;
    // Without an encoding it is that of the machine it was made on: UTF-8 where it can be that.
    for (const label of [this.#encoding === '' ? 'utf-8' : this.#encoding, 'windows-1252']) {
      try {
        return new TextDecoder(label, { fatal: true }).decode(latin1Bytes(text));
      } catch { /* the next one can read everything */ }
    }
    return text;
  }

  #encode(text: string): string {
    if (!/[^\x20-\x7e]/.test(text)) return text;
    if (/\p{Cc}/u.test(text)) throw unsupported(`a descriptor cannot hold ${JSON.stringify(text)}`, this.#where);
    if (!['', 'utf-8', 'utf8'].includes(this.#encoding)) {
      throw unsupported(`the descriptor is in ${this.#encoding}, and ${JSON.stringify(text)} is written in UTF-8 only`, { ...this.#where, field: 'encoding' }, 'use a name of ASCII letters');
    }
    return Buffer.from(text, 'utf8').toString('latin1');
  }
}

/** A quote ends a value, and a line end the line. */
const isWritable = (text: string): boolean => !/["\p{Cc}]/u.test(text);

/** Eight hexadecimal digits, fewer where zeros were left out; more than eight decimal ones are how Xen Orchestra writes it. */
function parseCid(text: string | undefined, where: DiskErrorContext): number | undefined {
  if (text === undefined) return undefined;
  if (/^[0-9a-f]{1,8}$/i.test(text)) return Number.parseInt(text, 16);
  if (/^\d{9,10}$/.test(text) && Number(text) <= NO_CID) return Number(text);
  throw corrupt(`${JSON.stringify(text.slice(0, 40))} is no content id`, where);
}

export const cidText = (cid: number): string => cid.toString(16).padStart(8, '0');

/** A new content id: neither of those with a meaning. */
export function newCid(random: (length: number) => Uint8Array): number {
  const bytes = random(4);
  const cid = ((bytes[0]! << 24) | (bytes[1]! << 16) | (bytes[2]! << 8) | bytes[3]!) >>> 0;
  return cid >= 0xffff_fffe ? 0x1234_5678 : cid;
}

const extentLine = ({ access, size, type, name, offset }: ExtentLine): string =>
  [access, size / SECTOR_BYTES, type, ...(name === undefined ? [] : [`"${name}"`]), ...(type === 'FLAT' ? [offset / SECTOR_BYTES] : [])].join(' ');

export interface NewDescriptor {
  readonly cid: number;
  readonly parent?: { readonly cid: number; readonly name: string };
  readonly createType: string;
  readonly extents: readonly ExtentLine[];
  readonly size: number;
  readonly adapterType: string;
  readonly hwVersion: string;
  readonly toolsVersion: string;
  readonly random: (length: number) => Uint8Array;
}

/** The descriptor of a new disk. What must not be torn by a power cut comes first. */
export function newDescriptor({ cid, parent, createType, extents, size, adapterType, hwVersion, toolsVersion, random }: NewDescriptor, where: DiskErrorContext): Descriptor {
  const bad = [...extents.map((extent) => extent.name ?? ''), parent?.name ?? ''].find((name) => !isWritable(name));
  if (bad !== undefined) throw unsupported(`a descriptor cannot hold the name ${JSON.stringify(bad)}`, where);
  const hex = (length: number): string => Buffer.from(random(length)).toString('hex');
  const entries = [
    '# Disk DescriptorFile', 'version=1', 'encoding="UTF-8"', `CID=${cidText(cid)}`, `parentCID=${cidText(parent?.cid ?? NO_CID)}`, `createType="${createType}"`,
    '', '# Extent description', '', '# The Disk Data Base', '#DDB', '',
    `ddb.virtualHWVersion = "${hwVersion}"`, 'ddb.geometry.cylinders = "0"', 'ddb.geometry.heads = "0"', 'ddb.geometry.sectors = "0"', `ddb.adapterType = "${adapterType}"`,
    `ddb.toolsVersion = "${toolsVersion}"`, `ddb.longContentID = "${hex(12)}${cidText(cid)}"`, `ddb.uuid = "${uuidText(hex(16))}"`, '',
  ];
  const place = entries.indexOf('# Extent description') + 1;
  entries.splice(place, 0, ...extents.map((extent) => Buffer.from(extentLine(extent), 'utf8').toString('latin1')));
  const descriptor = Descriptor.read(latin1Bytes(entries.join('\n')), where);
  descriptor.setGeometry(size);
  if (parent !== undefined) descriptor.set('parentFileNameHint', parent.name, ['createType']);
  return descriptor;
}

/** VMware's spelling: bytes with spaces, a hyphen in the middle. */
const uuidText = (hex: string): string => hex.replace(/../g, '$& ').trim().replace(/^((?:\w\w ){7}\w\w) /, '$1-');
