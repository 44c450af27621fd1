/** Directory blocks: entries with names. Indexed directories (htree) are read as what their blocks are to a reader that knows no index: lists. */
import { corrupt } from '../../errors.ts';
import { viewOf } from '../../layout.ts';
import type { Entry } from '../file-system.ts';
import { placeOn } from '../volume.ts';
import type { Volume } from '../volume.ts';
import * as layout from './layout.ts';

export interface ExtEntry extends Entry {
  readonly inode: number;
  /** Of the directory entry; 0 where the file system does not keep it. */
  readonly type: number;
}

/** An entry as it lies in a block. */
export interface Slot {
  readonly at: number;
  readonly length: number;
  readonly inode: number;
  readonly nameLength: number;
  readonly type: number;
}

const decoder = new TextDecoder();

/** The length of a record; 65536 does not fit its field. */
function recordLength(view: DataView, at: number, blockBytes: number): number {
  const stored = view.getUint16(at + 4, true);
  return blockBytes >= 0x1_0000 && (stored === 0xffff || stored === 0) ? blockBytes : stored;
}

/** @throws DiskError where the records do not fill the block */
export function slotsOf(volume: Volume, bytes: Uint8Array, directory: number): Slot[] {
  const view = viewOf(bytes);
  const slots: Slot[] = [];
  for (let at = 0; at + layout.DIRECTORY_ENTRY_BYTES <= bytes.length;) {
    const length = recordLength(view, at, bytes.length);
    const nameLength = view.getUint8(at + 6);
    if (length < layout.DIRECTORY_ENTRY_BYTES || length % 4 !== 0 || at + length > bytes.length || nameLength + layout.DIRECTORY_ENTRY_BYTES > length) {
      throw corrupt(`directory ${directory} has an entry of ${length} bytes with a name of ${nameLength}`, placeOn(volume, 0, 'rec_len'));
    }
    slots.push({ at, length, inode: view.getUint32(at, true), nameLength, type: view.getUint8(at + 7) });
    at += length;
  }
  return slots;
}

export const nameIn = (bytes: Uint8Array, slot: Slot): string =>
  decoder.decode(bytes.subarray(slot.at + layout.DIRECTORY_ENTRY_BYTES, slot.at + layout.DIRECTORY_ENTRY_BYTES + slot.nameLength));

/** The names in a block, without `.` and `..`. */
export function* entriesOf(volume: Volume, bytes: Uint8Array, directory: number): Generator<ExtEntry> {
  for (const slot of slotsOf(volume, bytes, directory)) {
    if (slot.inode === 0 || slot.nameLength === 0) continue;
    const name = nameIn(bytes, slot);
    if (name !== '.' && name !== '..') yield { name, inode: slot.inode, type: slot.type };
  }
}
