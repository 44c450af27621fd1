/** Gives back the room of what no file system uses, and of what is zeros. */
import type { Disk } from '../disk.ts';
import { DiskError } from '../errors.ts';
import { isZero } from '../store/store.ts';
import { PartitionView } from '../partition/partitions.ts';
import { openFileSystem, probeFileSystem } from './file-systems.ts';
import { partsOf } from './in-disk.ts';

export interface SparsifyOptions {
  /** Look for blocks that are zeros as well; true unless said otherwise. */
  readonly findZeros?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (report: { readonly transferred: number; readonly size: number }) => void;
}

export interface SparsifyReport {
  readonly fileSystems: readonly { readonly partition?: number; readonly type: string; readonly freeBytes: number }[];
  /** Bytes that were data, and are not any more. */
  readonly zeroBytes: number;
  /** What was left as it is, with the reason. */
  readonly skipped: readonly string[];
}

const READ_BYTES = 1024 * 1024;
/** Smaller holes than this are not worth their place in a file's map. */
const LEAST_HOLE_BYTES = 64 * 1024;

/**
 * A file system that says that it was not closed is left alone: what looks free in it may be in use.
 * @throws DiskError
 */
export async function sparsify(disk: Disk, { findZeros = true, signal, onProgress }: SparsifyOptions = {}): Promise<SparsifyReport> {
  const fileSystems: { partition?: number; type: string; freeBytes: number }[] = [];
  const skipped: string[] = [];
  for (const { volume, partition } of await partsOf(disk)) {
    const label = partition === undefined ? 'the disk' : `partition ${partition}`;
    const start = volume instanceof PartitionView ? volume.start : 0;
    if ((await probeFileSystem(volume)) === undefined) {
      skipped.push(`${label}: no file system that is known`);
      continue;
    }
    try {
      const fileSystem = await openFileSystem(volume);
      if (fileSystem.notes.length > 0) {
        skipped.push(`${label}: ${fileSystem.notes.join('; ')}`);
        continue;
      }
      if (fileSystem.freeRanges === undefined) {
        skipped.push(`${label}: what is free in ${fileSystem.type} is not known`);
        continue;
      }
      // All of it is read before anything is given up, so that a damaged map does no harm half-way.
      const ranges = await Array.fromAsync(fileSystem.freeRanges());
      let freeBytes = 0;
      for (const range of ranges) {
        signal?.throwIfAborted();
        const length = Math.min(range.length, volume.size - range.start);
        if (length <= 0) continue;
        await disk.discard(start + range.start, length);
        freeBytes += length;
      }
      fileSystems.push({ ...(partition === undefined ? {} : { partition }), type: fileSystem.type, freeBytes });
    } catch (error) {
      if (!(error instanceof DiskError) || error.kind === 'io' || error.kind === 'no-space' || error.kind === 'read-only') throw error;
      skipped.push(`${label}: ${error.message}`);
    }
  }
  const zeroBytes = findZeros ? await discardZeros(disk, signal, onProgress) : 0;
  await disk.flush();
  return { fileSystems, zeroBytes, skipped };
}

async function discardZeros(disk: Disk, signal: AbortSignal | undefined, onProgress: SparsifyOptions['onProgress']): Promise<number> {
  const step = Math.max(LEAST_HOLE_BYTES, disk.image.blockBytes);
  const pieceBytes = Math.ceil(READ_BYTES / step) * step;
  const buffer = new Uint8Array(pieceBytes);
  let zeroBytes = 0;
  for (let at = 0; at < disk.size; at += pieceBytes) {
    signal?.throwIfAborted();
    const piece = buffer.subarray(0, Math.min(pieceBytes, disk.size - at));
    let hasOwnData = false;
    for await (const extent of disk.extents(at, piece.length)) hasOwnData ||= extent.kind === 'data' && extent.depth === 0;
    if (hasOwnData) {
      await disk.read(at, piece);
      for (let from = 0; from < piece.length;) {
        let to = from;
        while (to < piece.length && isZero(piece.subarray(to, to + step))) to = Math.min(piece.length, to + step);
        if (to > from) {
          await disk.discard(at + from, to - from);
          zeroBytes += to - from;
        }
        from = to === from ? from + step : to;
      }
    }
    onProgress?.({ transferred: at + piece.length, size: disk.size });
  }
  return zeroBytes;
}
