/** The journal (JBD2): what a file system that was not closed has still to be told. Reference: Linux, Documentation/filesystems/ext4, "Journal". */
import { beyondLimit, corrupt, unsupported } from '../../errors.ts';
import { viewOf } from '../../layout.ts';
import type { Runs } from '../runs.ts';
import { placeOn } from '../volume.ts';
import type { Volume } from '../volume.ts';
import { checksum } from './checksum.ts';
import type { Geometry } from './geometry.ts';
import * as layout from './layout.ts';

const TAIL_BYTES = 4;
const U32 = 0x1_0000_0000;

export interface Replay {
  /** Blocks of the file system that have to become what is in the journal. */
  readonly blocks: ReadonlyMap<number, { readonly place: number; readonly isEscaped: boolean }>;
  readonly transactions: number;
  readonly nextSequence: number;
}

interface Write {
  readonly block: number;
  /** On the volume, in blocks. */
  readonly place: number;
  readonly isEscaped: boolean;
  readonly checksum: number;
}

/** What is in the journal whose blocks are `runs`, up to its last whole transaction. */
export async function readJournal(geometry: Geometry, runs: Runs): Promise<Replay> {
  const { volume, blockBytes } = geometry;
  const where = placeOn(volume, 0, 'journal');
  const read = async (block: number): Promise<{ bytes: Uint8Array; place: number }> => {
    const place = runs.placeOf(block);
    if (place === undefined) throw corrupt(`block ${block} of the journal is a hole`, where);
    const bytes = new Uint8Array(blockBytes);
    await volume.read(place * blockBytes, bytes);
    return { bytes, place };
  };
  const superblock = layout.JOURNAL_SUPERBLOCK.read((await read(0)).bytes, 0, where);
  const { first, maxLength, incompatible } = superblock;
  if (superblock.magic !== layout.JOURNAL_MAGIC) throw corrupt('the journal has no superblock', where);
  if (superblock.blockSize !== blockBytes) throw corrupt(`the journal has blocks of ${superblock.blockSize}`, where);
  if (superblock.start === 0) return { blocks: new Map(), transactions: 0, nextSequence: superblock.sequence };
  if (maxLength > runs.end || first < 1 || first >= maxLength || superblock.start < first || superblock.start >= maxLength) throw beyondLimit('the journal is longer than its file', where);
  // Asynchronous commits (4) and fast commits (0x20) change what a transaction is.
  const unknown = incompatible & ~(layout.JOURNAL_INCOMPAT_REVOKE | layout.JOURNAL_INCOMPAT_64BIT | layout.JOURNAL_INCOMPAT_CSUM_V2 | layout.JOURNAL_INCOMPAT_CSUM_V3 | 4);
  if (unknown !== 0) throw unsupported(`the journal has features that cannot be replayed: 0x${unknown.toString(16)}`, where, 'mount it once, or run e2fsck');
  const hasV3 = (incompatible & layout.JOURNAL_INCOMPAT_CSUM_V3) !== 0;
  const hasChecksums = hasV3 || (incompatible & layout.JOURNAL_INCOMPAT_CSUM_V2) !== 0;
  const has64Bit = (incompatible & layout.JOURNAL_INCOMPAT_64BIT) !== 0;
  const seed = checksum(0xffff_ffff, superblock.uuid);
  const tagBytes = hasV3 ? 16 : 8 + (hasChecksums ? 2 : 0) + (has64Bit ? 4 : 0);
  const isWhole = (bytes: Uint8Array, at: number): boolean => {
    const copy = bytes.slice();
    const stored = viewOf(copy).getUint32(at, false);
    copy.fill(0, at, at + 4);
    return checksum(seed, copy) === stored;
  };

  const blocks = new Map<number, Write>();
  const revoked = new Map<number, number>();
  const committed: { sequence: number; writes: Write[]; data: Map<number, number> }[] = [];
  let writes: Write[] = [];
  let revokes: number[] = [];
  let { sequence } = superblock;
  let here = superblock.start;
  let visited = 0;
  const next = (block: number): number => (block + 1 >= maxLength ? first : block + 1);
  for (;;) {
    if (visited++ > maxLength) break;
    const { bytes } = await read(here);
    const header = layout.JOURNAL_HEADER.read(bytes);
    if (header.magic !== layout.JOURNAL_MAGIC || header.sequence !== sequence) break;
    const view = viewOf(bytes);
    here = next(here);
    if (header.blockType === layout.JOURNAL_DESCRIPTOR) {
      if (hasChecksums && !isWhole(bytes, blockBytes - TAIL_BYTES)) break;
      const end = blockBytes - (hasChecksums ? TAIL_BYTES : 0);
      for (let at = 12; at + tagBytes <= end;) {
        const flags = hasV3 ? view.getUint32(at + 4, false) : view.getUint16(at + 6, false);
        const block = view.getUint32(at, false) + (has64Bit ? view.getUint32(at + 8, false) * U32 : 0);
        if (block >= geometry.blocksCount) throw corrupt(`the journal has block ${block} of ${geometry.blocksCount}`, where);
        const place = runs.placeOf(here);
        if (place === undefined) throw corrupt(`block ${here} of the journal is a hole`, where);
        writes.push({ block, place, isEscaped: (flags & layout.JOURNAL_TAG_ESCAPE) !== 0, checksum: hasV3 ? view.getUint32(at + 12, false) : view.getUint16(at + 4, false) });
        here = next(here);
        if (visited++ > maxLength) break;
        at += tagBytes + ((flags & layout.JOURNAL_TAG_SAME_UUID) !== 0 ? 0 : 16);
        if ((flags & layout.JOURNAL_TAG_LAST) !== 0) break;
      }
    } else if (header.blockType === layout.JOURNAL_REVOKE) {
      if (hasChecksums && !isWhole(bytes, blockBytes - TAIL_BYTES)) break;
      const end = Math.min(view.getUint32(12, false), blockBytes);
      for (let at = 16; at + (has64Bit ? 8 : 4) <= end; at += has64Bit ? 8 : 4) revokes.push(has64Bit ? view.getUint32(at, false) * U32 + view.getUint32(at + 4, false) : view.getUint32(at, false));
    } else if (header.blockType === layout.JOURNAL_COMMIT) {
      if (hasChecksums && !isWhole(bytes, 16)) break;
      committed.push({ sequence, writes, data: new Map() });
      for (const block of revokes) revoked.set(block, sequence);
      writes = [];
      revokes = [];
      sequence = (sequence + 1) >>> 0;
    } else {
      break;
    }
  }
  for (const transaction of committed) {
    for (const write of transaction.writes) {
      const revokedIn = revoked.get(write.block);
      if (revokedIn !== undefined && revokedIn >= transaction.sequence) continue;
      if (hasChecksums) {
        const { bytes } = await readPlace(volume, write.place, blockBytes);
        const sum = checksum(checksum(seed, Uint8Array.of(transaction.sequence >>> 24, (transaction.sequence >>> 16) & 0xff, (transaction.sequence >>> 8) & 0xff, transaction.sequence & 0xff)), bytes);
        if ((hasV3 ? sum : sum & 0xffff) !== write.checksum) throw corrupt(`the journal's copy of block ${write.block} is damaged`, placeOn(volume, write.place * blockBytes, 'journal'));
      }
      blocks.set(write.block, write);
    }
  }
  return { blocks, transactions: committed.length, nextSequence: sequence };
}

async function readPlace(volume: Volume, place: number, blockBytes: number): Promise<{ bytes: Uint8Array }> {
  const bytes = new Uint8Array(blockBytes);
  await volume.read(place * blockBytes, bytes);
  return { bytes };
}

/** A block of the journal as it is meant: one that began with the journal's own magic number was stored without it. */
async function meant(volume: Volume, { place, isEscaped }: { place: number; isEscaped: boolean }, blockBytes: number): Promise<Uint8Array> {
  const { bytes } = await readPlace(volume, place, blockBytes);
  if (isEscaped) viewOf(bytes).setUint32(0, layout.JOURNAL_MAGIC, false);
  return bytes;
}

/** The volume as it will be when its journal has been replayed. For reading only. */
export function replayedVolume(volume: Volume, { blocks }: Replay, blockBytes: number): Volume {
  return {
    name: volume.name, size: volume.size, sectorBytes: volume.sectorBytes, isWritable: false,
    async read(at, into) {
      await volume.read(at, into);
      for (let block = Math.floor(at / blockBytes); block * blockBytes < at + into.length; block++) {
        const write = blocks.get(block);
        if (write === undefined) continue;
        const bytes = await meant(volume, write, blockBytes);
        const from = Math.max(at, block * blockBytes);
        const to = Math.min(at + into.length, (block + 1) * blockBytes);
        into.set(bytes.subarray(from - block * blockBytes, to - block * blockBytes), from - at);
      }
    },
    write: () => { throw unsupported('a journal that was replayed in memory', { path: volume.name, op: 'write' }); },
    discard: () => { throw unsupported('a journal that was replayed in memory', { path: volume.name, op: 'write' }); },
    flush: () => undefined,
  };
}

/** Replays for good: the blocks first, and then, after a flush, the marks that say that there is nothing to replay. */
export async function applyJournal(geometry: Geometry, runs: Runs, replay: Replay): Promise<void> {
  const { volume, blockBytes } = geometry;
  for (const [block, write] of replay.blocks) await volume.write(block * blockBytes, await meant(volume, write, blockBytes));
  await volume.flush();
  const place = runs.placeOf(0)!;
  const { bytes } = await readPlace(volume, place, blockBytes);
  layout.JOURNAL_SUPERBLOCK.write(bytes, { start: 0, sequence: replay.nextSequence });
  if ((layout.JOURNAL_SUPERBLOCK.read(bytes).incompatible & (layout.JOURNAL_INCOMPAT_CSUM_V2 | layout.JOURNAL_INCOMPAT_CSUM_V3)) !== 0) {
    const head = bytes.slice(0, 1024);
    head.fill(0, 0xfc, 0x100);
    layout.JOURNAL_SUPERBLOCK.write(bytes, { checksum: checksum(0xffff_ffff, head) });
  }
  await volume.write(place * blockBytes, bytes);
  await volume.flush();
}
