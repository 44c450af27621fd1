/** A directory in memory: its entries by name, and its bytes, which are written as far as they have changed. */
import { corrupt } from '../../errors.ts';
import { viewOf } from '../../layout.ts';
import type { Entry } from '../file-system.ts';
import * as layout from './layout.ts';
import { keyOf, shortName, shortNameChecksum } from './name.ts';

export type Stored = ReturnType<typeof layout.ENTRY.read>;

export interface FatEntry extends Entry {
  readonly directory: FatDirectory;
  /** Of the short entry, in the directory's bytes. */
  readonly at: number;
  /** Of the first entry of its name: the long entries come before. */
  readonly firstAt: number;
  readonly stored: Stored;
}

export class FatDirectory {
  readonly id: number;
  /** 0 for the root of FAT12 and FAT16, which is in no cluster. */
  readonly cluster: number;
  bytes: Uint8Array;
  readonly entries = new Map<string, FatEntry>();
  readonly shortNames = new Set<string>();
  label: string | undefined;
  /** What has to be written. */
  changedFrom = Infinity;
  changedTo = 0;
  /** Before this, there is no free slot. */
  #firstFree = 0;

  constructor(id: number, cluster: number, bytes: Uint8Array, name: string) {
    this.id = id;
    this.cluster = cluster;
    this.bytes = bytes;
    this.#read(name);
  }

  #read(volumeName: string): void {
    let letters: (string | undefined)[] = [];
    let sum = -1;
    let firstAt = 0;
    for (let at = 0; at + layout.ENTRY_BYTES <= this.bytes.length; at += layout.ENTRY_BYTES) {
      const mark = this.bytes[at]!;
      if (mark === 0) break;
      const attributes = this.bytes[at + 11]!;
      if (mark !== layout.DELETED && (attributes & 0x3f) === layout.LONG_NAME) {
        const order = mark & 0x1f;
        if ((mark & layout.LONG_NAME_LAST) !== 0) {
          letters = new Array<string | undefined>(order);
          sum = this.bytes[at + 13]!;
          firstAt = at;
        }
        if (order >= 1 && order <= letters.length && this.bytes[at + 13] === sum) letters[order - 1] = lettersOf(this.bytes, at);
        else letters = [];
        continue;
      }
      if (mark !== layout.DELETED) {
        const stored = layout.ENTRY.read(this.bytes, at, { path: volumeName });
        if ((attributes & layout.VOLUME_LABEL) !== 0) {
          this.label ??= shortName(stored.name, 0).replace('.', '');
        } else {
          const isLong = letters.length > 0 && letters.every((part) => part !== undefined) && sum === shortNameChecksum(stored.name);
          const name = isLong ? letters.join('').split('\0', 1)[0]! : shortName(stored.name, stored.caseFlags);
          if (name !== '.' && name !== '..') this.add({ name, directory: this, at, firstAt: isLong ? firstAt : at, stored });
        }
      }
      letters = [];
    }
  }

  add(entry: FatEntry): void {
    this.entries.set(keyOf(entry.name), entry);
    this.shortNames.add(String.fromCharCode(...entry.stored.name));
  }

  find(name: string): FatEntry | undefined {
    const found = this.entries.get(keyOf(name));
    if (found !== undefined) return found;
    // A short name may be used in place of the long one.
    for (const entry of this.entries.values()) if (keyOf(shortName(entry.stored.name, 0)) === keyOf(name)) return entry;
    return undefined;
  }

  /** `count` slots in a row; undefined where the directory has to grow. */
  freeSlots(count: number): number | undefined {
    let run = 0;
    let isFirst = true;
    for (let at = this.#firstFree; at + layout.ENTRY_BYTES <= this.bytes.length; at += layout.ENTRY_BYTES) {
      const mark = this.bytes[at]!;
      const isFree = mark === 0 || mark === layout.DELETED;
      if (isFree && isFirst) {
        this.#firstFree = at;
        isFirst = false;
      }
      run = isFree ? run + 1 : 0;
      if (run === count) return at - (count - 1) * layout.ENTRY_BYTES;
    }
    return undefined;
  }

  set(at: number, bytes: Uint8Array): void {
    this.bytes.set(bytes, at);
    this.markChanged(at, bytes.length);
  }

  markChanged(at: number, length: number): void {
    this.changedFrom = Math.min(this.changedFrom, at);
    this.changedTo = Math.max(this.changedTo, at + length);
  }

  grow(byteLength: number): void {
    if (byteLength > layout.MOST_DIRECTORY_BYTES) throw corrupt('a directory would have more than 65536 entries', {});
    const bytes = new Uint8Array(byteLength);
    bytes.set(this.bytes);
    this.markChanged(this.bytes.length, byteLength - this.bytes.length);
    this.bytes = bytes;
  }

  remove(entry: FatEntry): void {
    for (let at = entry.firstAt; at <= entry.at; at += layout.ENTRY_BYTES) this.set(at, Uint8Array.of(layout.DELETED));
    this.#firstFree = Math.min(this.#firstFree, entry.firstAt);
    this.entries.delete(keyOf(entry.name));
    this.shortNames.delete(String.fromCharCode(...entry.stored.name));
  }
}

function lettersOf(bytes: Uint8Array, at: number): string {
  const view = viewOf(bytes);
  return String.fromCharCode(...layout.LONG_NAME_AT.map((offset) => view.getUint16(at + offset, true)));
}

/** The entries of a long name, the last part first. */
export function longEntries(name: string, short: Uint8Array): Uint8Array {
  const count = Math.ceil(name.length / layout.LONG_NAME_LETTERS);
  const bytes = new Uint8Array(count * layout.ENTRY_BYTES);
  const view = viewOf(bytes);
  for (let part = 0; part < count; part++) {
    const at = (count - 1 - part) * layout.ENTRY_BYTES;
    bytes[at] = (part + 1) | (part === count - 1 ? layout.LONG_NAME_LAST : 0);
    bytes[at + 11] = layout.LONG_NAME;
    bytes[at + 13] = shortNameChecksum(short);
    layout.LONG_NAME_AT.forEach((offset, i) => {
      const letter = part * layout.LONG_NAME_LETTERS + i;
      view.setUint16(at + offset, letter < name.length ? name.charCodeAt(letter) : letter === name.length ? 0 : 0xffff, true);
    });
  }
  return bytes;
}
