/** Inodes as nodes. */
import type { LayoutValue } from '../../layout.ts';
import type { Node, NodeKind } from '../file-system.ts';
import type { Runs } from '../runs.ts';
import * as layout from './layout.ts';

const KINDS: Readonly<Record<number, NodeKind>> = {
  0x1000: 'fifo', 0x2000: 'character-device', 0x4000: 'directory', 0x6000: 'block-device', 0x8000: 'file', 0xa000: 'symlink', 0xc000: 'socket',
};
export const MODE_OF: Readonly<Record<NodeKind, number>> = {
  fifo: 0x1000, 'character-device': 0x2000, directory: 0x4000, 'block-device': 0x6000, file: 0x8000, symlink: 0xa000, socket: 0xc000,
};
/** The types of directory entries (ext4: "ext4_dir_entry_2.file_type"). */
export const ENTRY_TYPE_OF: Readonly<Record<NodeKind, number>> = { file: 1, directory: 2, 'character-device': 3, 'block-device': 4, fifo: 5, socket: 6, symlink: 7 };

export interface ExtNode extends Node {
  readonly inode: LayoutValue<typeof layout.INODE.fields>;
  readonly extraSize: number;
  /** The inode's own bytes: inline data is in them. */
  readonly bytes: Uint8Array;
  /** Found when they are first asked for. */
  runs?: Runs;
}

/** Undefined where the mode is none that Linux has. */
export function nodeOf(id: number, stored: Uint8Array): ExtNode | undefined {
  const bytes = stored.slice();
  const inode = layout.INODE.read(bytes);
  const kind = KINDS[inode.mode & layout.MODE_KIND_MASK];
  if (kind === undefined) return undefined;
  const extra = bytes.length > layout.INODE_SMALL_BYTES ? layout.INODE_EXTRA.read(bytes) : undefined;
  const extraSize = extra === undefined ? 0 : Math.min(extra.extraSize, bytes.length - layout.INODE_SMALL_BYTES);
  const device = kind === 'character-device' || kind === 'block-device' ? deviceOf(inode.block) : undefined;
  const hasSizeHigh = kind === 'file' || kind === 'directory';
  return {
    id, kind, mode: inode.mode & 0o7777, uid: inode.uid + inode.uidHigh * 0x1_0000, gid: inode.gid + inode.gidHigh * 0x1_0000, links: inode.links,
    size: inode.sizeLow + (hasSizeHigh ? inode.sizeHigh * 0x1_0000_0000 : 0), mtimeMs: timeMs(inode.modifyTime, extra !== undefined && extraSize >= 12 ? extra.modifyTimeExtra : 0),
    ...(device === undefined ? {} : { device }), inode, extraSize, bytes,
  };
}

/** Seconds since 1970 with two more bits, and nanoseconds in the other thirty. */
function timeMs(seconds: number, extra: number): number {
  return ((seconds | 0) + (extra & 3) * 0x1_0000_0000) * 1000 + (extra >>> 2) / 1e6;
}

export function storedTime(ms: number): { seconds: number; extra: number } {
  const seconds = Math.floor(ms / 1000);
  const nanoseconds = Math.min(999_999_999, Math.max(0, Math.round((ms - seconds * 1000) * 1e6)));
  const epoch = Math.floor((seconds + 0x8000_0000) / 0x1_0000_0000) & 3;
  return { seconds: seconds >>> 0, extra: ((nanoseconds << 2) | epoch) >>> 0 };
}

/** The old encoding, of 8 bits each, is in the first number; the new one in the second. */
function deviceOf(block: Uint8Array): { major: number; minor: number } {
  const view = new DataView(block.buffer, block.byteOffset);
  const old = view.getUint32(0, true);
  if (old !== 0) return { major: (old >> 8) & 0xff, minor: old & 0xff };
  const wide = view.getUint32(4, true);
  return { major: (wide >> 8) & 0xfff, minor: (wide & 0xff) | ((wide >>> 12) & 0xf_ff00) };
}

export function storeDevice(block: Uint8Array, { major, minor }: { readonly major: number; readonly minor: number }): void {
  const view = new DataView(block.buffer, block.byteOffset);
  if (major < 256 && minor < 256) view.setUint32(0, (major << 8) | minor, true);
  else view.setUint32(4, (minor & 0xff) | ((major & 0xfff) << 8) | ((minor & 0xf_ff00) << 12), true);
}
