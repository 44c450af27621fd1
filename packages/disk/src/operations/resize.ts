/** Changing a disk's size: what may not be lost without a word, and what its partition table will say. */
import type { Disk } from '../disk.ts';
import { DiskError } from '../errors.ts';
import { volumeOf } from '../filesystem/volume.ts';
import { readPartitions } from '../partition/partitions.ts';

export interface ResizeOptions {
  /** May what is at the end be cut off? */
  readonly shrink?: boolean;
  /** Write what is new, so that there is room for it. */
  readonly preallocate?: boolean;
}

export interface ResizeReport {
  /** Lines for the user. */
  readonly warnings: readonly string[];
}

const ZEROS_BYTES = 1024 * 1024;
/** The GPT's copy is 32 sectors of entries and a header, at the end of the disk. */
const GPT_COPY_SECTORS = 33;

/**
 * @param size in bytes; rounded up to whole sectors
 * @throws DiskError where the format cannot, or something would be cut off and `shrink` is not given
 */
export async function resizeDisk(disk: Disk, size: number, { shrink = false, preallocate = false }: ResizeOptions = {}): Promise<ResizeReport> {
  const { image } = disk;
  const context = { path: image.store.name, op: 'resize' };
  if (image.resize === undefined) throw new DiskError({ code: 'DISK_OPERATION_UNSUPPORTED', kind: 'unsupported', message: `${image.format} images of this kind keep their size`, context, hint: 'convert it to a larger one' });
  if (!Number.isSafeInteger(size)) throw new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message: `${size} is no size of a disk`, context });
  const before = disk.size;
  const after = Math.ceil(size / image.sectorBytes) * image.sectorBytes;
  if (after < before && !shrink) {
    throw new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message: `${before - after} bytes at the end would be lost`, context, hint: 'give --shrink if they may; shrink partitions and file systems first' });
  }
  const warnings = await partitionWarnings(disk, after);
  await disk.change(async () => image.resize!(after));
  if (preallocate) {
    const zeros = new Uint8Array(ZEROS_BYTES);
    for (let at = before; at < after; at += zeros.length) await disk.write(at, zeros.subarray(0, Math.min(zeros.length, after - at)));
  }
  await disk.flush();
  return { warnings };
}

async function partitionWarnings(disk: Disk, after: number): Promise<string[]> {
  const before = disk.size;
  if (before === after) return [];
  const { scheme, partitions, sectorBytes } = await readPartitions(volumeOf(disk));
  const warnings = partitions.filter(({ start, size }) => start + size > after).map(({ number, start, size }) => `partition ${number}, which ends at ${start + size}, is cut by the new end at ${after}`);
  if (scheme !== 'gpt') return warnings;
  const last = Math.max(0, ...partitions.map(({ start, size }) => start + size));
  if (after > before) warnings.push('the copy of the GPT is no longer at the end of the disk; vmx-disk partitions --repair, or sgdisk -e in the guest, moves it there');
  else if (warnings.length === 0 && last > after - GPT_COPY_SECTORS * sectorBytes) warnings.push('the last partition leaves no room for the copy of the GPT before the new end');
  else warnings.push('the copy of the GPT at the old end is cut off; vmx-disk partitions --repair, or sgdisk -e in the guest, makes a new one');
  return warnings;
}
