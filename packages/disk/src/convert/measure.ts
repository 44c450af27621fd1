/** How large an image of a disk, or of a size, would be; and the rows of a map, as qemu-img prints them. */
import type { Disk } from '../disk.ts';
import { DiskError } from '../errors.ts';
import { parseOptions } from '../format.ts';
import type { Format, Measure } from '../format.ts';
import { dataRuns } from './data-runs.ts';

const USUAL_BLOCK_BYTES = 64 * 1024;

/**
 * @param from a disk whose data is to be held, or the size of one that is empty
 * @throws DiskError `DISK_OPERATION_UNSUPPORTED` where the format cannot say
 */
export async function measure(from: Disk | number, format: Format, options: Readonly<Record<string, string | number | boolean>> = {}): Promise<Measure> {
  if (format.measure === undefined) throw new DiskError({ code: 'DISK_OPERATION_UNSUPPORTED', kind: 'unsupported', message: `sizes of ${format.name} images are not known beforehand`, context: { op: 'measure' } });
  const values = parseOptions(format, options);
  const size = typeof from === 'number' ? from : from.size;
  const data = typeof from === 'number' ? 0 : await dataBytesOf(from, format.blockBytes?.(size, values) ?? USUAL_BLOCK_BYTES);
  return format.measure(size, data, values);
}

/** Bytes of whole blocks in which there is data, by the disk's map: zeros that were written count. */
export async function dataBytesOf(disk: Disk, blockBytes: number): Promise<number> {
  let blocks = 0, nextBlock = 0;
  for await (const { start, length } of dataRuns(disk)) {
    const first = Math.max(nextBlock, Math.floor(start / blockBytes));
    const end = Math.ceil((start + length) / blockBytes);
    blocks += Math.max(0, end - first);
    nextBlock = Math.max(nextBlock, end);
  }
  return blocks * blockBytes;
}

/** In the words of `qemu-img map --output=json`. */
export interface MapRow {
  readonly start: number;
  readonly length: number;
  readonly depth: number;
  /** Some layer has it. */
  readonly present: boolean;
  readonly zero: boolean;
  readonly data: boolean;
  readonly compressed: boolean;
  /** In the file, where it is there as it is. */
  readonly offset?: number;
  readonly file?: string;
}

/** What is where, from `at` on; from the disk's first byte to its last when nothing is said. */
export async function* mapRows(disk: Disk, at = 0, bytes = disk.size - at): AsyncGenerator<MapRow> {
  for await (const { start, length, depth, kind, isCompressed, isAllocated, offset, file } of disk.extents(at, bytes)) {
    yield {
      start, length, depth, present: kind !== 'absent' || isAllocated, zero: kind !== 'data', data: kind === 'data', compressed: isCompressed,
      ...(offset === undefined || !isAllocated ? {} : { offset }), ...(file === undefined ? {} : { file }),
    };
  }
}
