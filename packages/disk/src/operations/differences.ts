/** What a disk is where it is not what an image below it will be: for a layer that is to have only that. */
import type { Disk, Extent } from '../disk.ts';
import { isZero } from '../store/store.ts';
import { throwIfAborted } from './task.ts';

const PIECE_BYTES = 1024 * 1024;

/**
 * Writes into `layer` what `disk` is within `extent` and `below`, which the layer is going to stand on or stands on already, is not.
 * @param below undefined where there is nothing, so that it reads as zeros
 * @returns the bytes that were written
 */
export async function writeDifferences(disk: Disk, layer: Disk, extent: Extent, below: Disk | undefined, signal: AbortSignal | undefined): Promise<number> {
  const end = extent.start + extent.length;
  const middle = below === undefined ? extent.start : Math.min(end, Math.max(extent.start, below.size));
  let written = 0;
  const write = async (start: number, stop: number, from: Disk | undefined): Promise<void> => {
    for await (const { at, bytes } of differing(disk, layer.image.blockBytes, start, stop, extent.kind === 'data', from, signal)) {
      written += bytes.length;
      await put(layer, at, bytes);
    }
  };
  if (below !== undefined && middle > extent.start) {
    for await (const found of below.extents(extent.start, middle - extent.start)) {
      if (!isSamePlace(extent, found)) await write(found.start, found.start + found.length, found.kind === 'data' ? below : undefined);
    }
  }
  if (end > middle) await write(middle, end, undefined);
  return written;
}

/** The same bytes of the same file, seen through two chains. */
const isSamePlace = (a: Extent, b: Extent): boolean => a.file !== undefined && a.file === b.file && a.offset !== undefined && b.offset !== undefined && a.offset - a.start === b.offset - b.start;

/** @param below undefined where it reads as zeros */
async function* differing(disk: Disk, blockBytes: number, start: number, end: number, isData: boolean, below: Disk | undefined, signal: AbortSignal | undefined): AsyncGenerator<{ at: number; bytes: Uint8Array }> {
  if (!isData && below === undefined) return;
  const unit = Math.max(PIECE_BYTES, blockBytes);
  for (let at = start; at < end;) {
    throwIfAborted(signal, 'copying');
    const length = Math.min(end - at, unit - (at % unit));
    const now = new Uint8Array(length);
    await disk.read(at, now);
    const then = new Uint8Array(length);
    if (below !== undefined) await below.read(at, then);
    // By blocks of the layer: one is taken as a whole anyway.
    for (let from = 0; from < length;) {
      const to = Math.min(length, from + blockBytes - ((at + from) % blockBytes));
      if (Buffer.compare(now.subarray(from, to), then.subarray(from, to)) !== 0) yield { at: at + from, bytes: now.subarray(from, to) };
      from = to;
    }
    at += length;
  }
}

/** Zeros have to be there, not absent: what is below would show through what only looks like zeros as long as nothing is. */
async function put(layer: Disk, at: number, bytes: Uint8Array): Promise<void> {
  if (isZero(bytes) && layer.parent !== undefined) {
    await layer.zero(at, bytes.length);
    if (await isCovered(layer, at, bytes.length)) return;
  }
  await layer.write(at, bytes);
}

async function isCovered({ image }: Disk, at: number, length: number): Promise<boolean> {
  for (let done = 0; done < length;) {
    const run = await image.locate(at + done, length - done);
    if (run.kind === 'absent') return false;
    done += run.length;
  }
  return true;
}
