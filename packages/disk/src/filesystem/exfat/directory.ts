/** A directory in memory: sets of entries by name, and the bytes, which are written as far as they have changed. */
import { viewOf } from '../../layout.ts';
import { keyOf } from '../fat/name.ts';
import type { Entry } from '../file-system.ts';
import * as layout from './layout.ts';

export interface ExfatEntry extends Entry {
  readonly directory: ExfatDirectory;
  /** Of the file entry, in the directory's bytes. */
  readonly at: number;
  /** Entries of the set. */
  readonly count: number;
  readonly file: ReturnType<typeof layout.FILE_ENTRY.read>;
  readonly stream: ReturnType<typeof layout.STREAM_ENTRY.read>;
}

/** The volume's own rule for capitals. */
export class Upcase {
  readonly #letters: Uint16Array;

  /** @param bytes the table: 0xffff and a number stand for so many letters that stay as they are */
  constructor(bytes: Uint8Array) {
    this.#letters = Uint16Array.from({ length: 0x1_0000 }, (_, i) => i);
    const view = viewOf(bytes);
    let letter = 0;
    for (let at = 0; at + 2 <= bytes.length && letter < 0x1_0000; at += 2) {
      const value = view.getUint16(at, true);
      if (value === 0xffff && at + 4 <= bytes.length) {
        at += 2;
        letter += view.getUint16(at, true);
      } else {
        this.#letters[letter++] = value;
      }
    }
  }

  key(name: string): string {
    return Array.from({ length: name.length }, (_, i) => String.fromCharCode(this.#letters[name.charCodeAt(i)]!)).join('');
  }

  /** Section 7.6.4. */
  hash(name: string): number {
    const key = this.key(name);
    let hash = 0;
    for (let i = 0; i < key.length; i++) for (const byte of [key.charCodeAt(i) & 0xff, key.charCodeAt(i) >> 8]) hash = (((hash & 1) << 15) | (hash >> 1)) + byte & 0xffff;
    return hash;
  }
}

/** Section 6.3.3: of all entries of a set, without the checksum itself. */
function setChecksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i++) if (i !== 2 && i !== 3) sum = (((sum & 1) << 15) | (sum >> 1)) + bytes[i]! & 0xffff;
  return sum;
}

export class ExfatDirectory {
  readonly id: number;
  bytes: Uint8Array;
  readonly entries = new Map<string, ExfatEntry>();
  label: string | undefined;
  bitmap: ReturnType<typeof layout.TABLE_ENTRY.read> | undefined;
  upcase: ReturnType<typeof layout.TABLE_ENTRY.read> | undefined;
  changedFrom = Infinity;
  changedTo = 0;
  #firstFree = 0;

  constructor(id: number, bytes: Uint8Array, path: string) {
    this.id = id;
    this.bytes = bytes;
    for (let at = 0; at + layout.ENTRY_BYTES <= bytes.length; at += layout.ENTRY_BYTES) {
      const type = bytes[at]!;
      if (type === 0) break;
      if (type === layout.BITMAP) this.bitmap ??= layout.TABLE_ENTRY.read(bytes, at, { path });
      else if (type === layout.UPCASE) this.upcase ??= layout.TABLE_ENTRY.read(bytes, at, { path });
      else if (type === layout.LABEL) this.label ??= lettersOf(bytes, at + 2, Math.min(11, bytes[at + 1]!));
      else if (type === layout.FILE) at += this.#readSet(at, path) * layout.ENTRY_BYTES;
    }
  }

  /** @returns how many entries follow the first; 0 where the set is damaged, so that its entries are looked at one by one */
  #readSet(at: number, path: string): number {
    const { bytes } = this;
    const file = layout.FILE_ENTRY.read(bytes, at, { path });
    const count = file.secondaryCount + 1;
    const end = at + count * layout.ENTRY_BYTES;
    if (count < 3 || count > 19 || end > bytes.length || bytes[at + layout.ENTRY_BYTES] !== layout.STREAM) return 0;
    if (setChecksum(bytes.subarray(at, end)) !== file.setChecksum) return 0;
    const stream = layout.STREAM_ENTRY.read(bytes, at + layout.ENTRY_BYTES, { path });
    let name = '';
    for (let i = 2; i < count && bytes[at + i * layout.ENTRY_BYTES] === layout.NAME; i++) name += lettersOf(bytes, at + i * layout.ENTRY_BYTES + 2, layout.NAME_LETTERS);
    name = name.slice(0, stream.nameLength);
    if (name.length !== stream.nameLength || name === '') return 0;
    this.entries.set(keyOf(name), { name, directory: this, at, count, file, stream });
    return count - 1;
  }

  find(name: string): ExfatEntry | undefined {
    return this.entries.get(keyOf(name));
  }

  freeSlots(count: number): number | undefined {
    let run = 0;
    let isFirst = true;
    for (let at = this.#firstFree; at + layout.ENTRY_BYTES <= this.bytes.length; at += layout.ENTRY_BYTES) {
      const isFree = (this.bytes[at]! & layout.IN_USE) === 0;
      if (isFree && isFirst) {
        this.#firstFree = at;
        isFirst = false;
      }
      run = isFree ? run + 1 : 0;
      if (run === count) return at - (count - 1) * layout.ENTRY_BYTES;
    }
    return undefined;
  }

  markChanged(from: number, to: number): void {
    this.changedFrom = Math.min(this.changedFrom, from);
    this.changedTo = Math.max(this.changedTo, to);
  }

  add(at: number, name: string, file: ExfatEntry['file'], stream: ExfatEntry['stream']): ExfatEntry {
    const parts = Math.ceil(name.length / layout.NAME_LETTERS);
    const entry: ExfatEntry = { name, directory: this, at, count: 2 + parts, file, stream };
    this.bytes.fill(0, at, at + entry.count * layout.ENTRY_BYTES);
    const view = viewOf(this.bytes);
    for (let part = 0; part < parts; part++) {
      const place = at + (2 + part) * layout.ENTRY_BYTES;
      this.bytes[place] = layout.NAME;
      for (let i = 0; i < layout.NAME_LETTERS && part * layout.NAME_LETTERS + i < name.length; i++) view.setUint16(place + 2 + i * 2, name.charCodeAt(part * layout.NAME_LETTERS + i), true);
    }
    this.entries.set(keyOf(name), entry);
    this.store(entry);
    return entry;
  }

  /** Writes a set's file and stream entries, and its checksum. */
  store({ at, count, file, stream }: ExfatEntry): void {
    const end = at + count * layout.ENTRY_BYTES;
    layout.FILE_ENTRY.write(this.bytes, file, at);
    layout.STREAM_ENTRY.write(this.bytes, stream, at + layout.ENTRY_BYTES);
    file.setChecksum = setChecksum(this.bytes.subarray(at, end));
    layout.FILE_ENTRY.write(this.bytes, { setChecksum: file.setChecksum }, at);
    this.markChanged(at, end);
  }

  remove(entry: ExfatEntry): void {
    for (let i = 0; i < entry.count; i++) this.bytes[entry.at + i * layout.ENTRY_BYTES]! &= ~layout.IN_USE;
    this.markChanged(entry.at, entry.at + entry.count * layout.ENTRY_BYTES);
    this.#firstFree = Math.min(this.#firstFree, entry.at);
    this.entries.delete(keyOf(entry.name));
  }

  grow(length: number): void {
    const bytes = new Uint8Array(length);
    bytes.set(this.bytes);
    this.markChanged(this.bytes.length, length);
    this.bytes = bytes;
  }
}

function lettersOf(bytes: Uint8Array, at: number, count: number): string {
  const view = viewOf(bytes);
  let text = '';
  for (let i = 0; i < count; i++) text += String.fromCharCode(view.getUint16(at + i * 2, true));
  return text;
}
