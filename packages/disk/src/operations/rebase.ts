/** Rebase: a layer gets another parent. The safe way keeps the disk what it is: where the parents differ, the old one's contents are taken into the layer first. */
import type { Disk, Extent } from '../disk.ts';
import { DiskError } from '../errors.ts';
import { isZero } from '../store/store.ts';
import { throwIfAborted } from './task.ts';
import type { TaskOptions } from './task.ts';

export interface NewParent {
  /** As the image is to have it. */
  readonly name: string;
  readonly format: string;
  readonly disk: Disk;
}

export interface RebaseReport {
  /** Bytes that were taken into the layer. */
  readonly copied: number;
}

const PIECE_BYTES = 1024 * 1024;

/**
 * @param disk open for writing, with its present parent
 * @param parent undefined: it is to stand on nothing
 * @throws DiskError
 */
export async function rebaseDisk(disk: Disk, parent: NewParent | undefined, { onProgress, signal }: TaskOptions = {}): Promise<RebaseReport> {
  mustHaveParents(disk);
  let copied = 0;
  for await (const extent of disk.extents()) {
    onProgress?.({ transferred: extent.start, size: disk.size });
    if (extent.depth === 0 && extent.kind !== 'absent') continue;
    for await (const piece of differences(disk, extent, parent?.disk, signal)) {
      copied += piece.bytes.length;
      await take(disk, piece.at, piece.bytes);
    }
  }
  await disk.flush();
  await setParent(disk, parent);
  onProgress?.({ transferred: disk.size, size: disk.size });
  return { copied };
}

/** Only the name of the parent changes: the user says that the contents are the same. @param disk open for writing, without its parent */
export async function renameParent(disk: Disk, parent: NewParent | undefined): Promise<void> {
  mustHaveParents(disk);
  await setParent(disk, parent);
}

async function setParent(disk: Disk, parent: NewParent | undefined): Promise<void> {
  const { image } = disk;
  await disk.change(async () => image.setParent!(parent === undefined ? undefined : { name: parent.name, format: parent.format, image: parent.disk.image }));
  await disk.flush();
}

function mustHaveParents({ image }: Disk): void {
  if (image.setParent === undefined) throw new DiskError({ code: 'DISK_OPERATION_UNSUPPORTED', kind: 'unsupported', message: `${image.format} images of this kind stand on no others`, context: { path: image.store.name, op: 'rebase' } });
}

/** Where the layer has nothing, and the disk through the old parent is not what it will be through the new one: the bytes that it is. */
async function* differences(disk: Disk, old: Extent, parent: Disk | undefined, signal: AbortSignal | undefined): AsyncGenerator<{ at: number; bytes: Uint8Array }> {
  const end = old.start + old.length;
  const inParent = parent === undefined ? old.start : Math.min(end, Math.max(old.start, parent.size));
  if (parent !== undefined && inParent > old.start) {
    for await (const found of parent.extents(old.start, inParent - old.start)) {
      if (!isSamePlace(old, found)) yield* differing(disk, found.start, found.start + found.length, old.kind === 'data', found.kind === 'data' ? parent : undefined, signal);
    }
  }
  if (end > inParent) yield* differing(disk, inParent, end, old.kind === 'data', undefined, signal);
}

/** The same bytes of the same file, seen through two chains. */
const isSamePlace = (a: Extent, b: Extent): boolean => a.file !== undefined && a.file === b.file && a.offset !== undefined && b.offset !== undefined && a.offset - a.start === b.offset - b.start;

/** @param parent undefined where it reads as zeros */
async function* differing(disk: Disk, start: number, end: number, isData: boolean, parent: Disk | undefined, signal: AbortSignal | undefined): AsyncGenerator<{ at: number; bytes: Uint8Array }> {
  if (!isData && parent === undefined) return;
  const { blockBytes } = disk.image;
  const unit = Math.max(PIECE_BYTES, blockBytes);
  for (let at = start; at < end;) {
    throwIfAborted(signal, 'rebase');
    const length = Math.min(end - at, unit - (at % unit));
    const now = new Uint8Array(length);
    await disk.read(at, now);
    const then = new Uint8Array(length);
    if (parent !== undefined) await parent.read(at, then);
    // By blocks: one is taken as a whole anyway.
    for (let from = 0; from < length;) {
      const to = Math.min(length, from + blockBytes - ((at + from) % blockBytes));
      if (Buffer.compare(now.subarray(from, to), then.subarray(from, to)) !== 0) yield { at: at + from, bytes: now.subarray(from, to) };
      from = to;
    }
    at += length;
  }
}

/** Zeros have to be there, not absent: the new parent would show through what only looks like zeros now. */
async function take(disk: Disk, at: number, bytes: Uint8Array): Promise<void> {
  if (isZero(bytes) && disk.parent !== undefined) {
    await disk.zero(at, bytes.length);
    if (await isCovered(disk, at, bytes.length)) return;
  }
  await disk.write(at, bytes);
}

async function isCovered({ image }: Disk, at: number, length: number): Promise<boolean> {
  for (let done = 0; done < length;) {
    const run = await image.locate(at + done, length - done);
    if (run.kind === 'absent') return false;
    done += run.length;
  }
  return true;
}
