/** A disk as the target of a conversion: what is not zero is written, and zeros only where something else is. */
import type { Disk } from '../disk.ts';
import { DiskError } from '../errors.ts';
import type { PackStep } from './block-job.ts';
import type { LoadedChunk } from './loaded-chunks.ts';
import type { Target, TargetOptions } from './target.ts';
import { nonZeroRanges } from './zero-runs.ts';

const SECTOR_BYTES = 512;
/** A larger block is not held as a whole: it is put once with what there is of it first, and written to afterwards. */
const MOST_UNIT_BYTES = 16 * 1024 * 1024;

export class DiskTarget implements Target {
  readonly unitBytes: number;
  readonly pack: PackStep | undefined;
  readonly isComplete: boolean;
  readonly #disk: Disk;
  /** Up to where the disk has been dealt with, in bytes. */
  #end: number;
  readonly #size: number;
  /** It reads as zeros: none need to be written. */
  readonly #isBlank: boolean;

  private constructor(disk: Disk, { sparse, compress }: TargetOptions, isBlank: boolean, start: number, size: number) {
    const { image } = disk;
    const { packing } = image;
    const isPacked = compress !== undefined || (image.put === undefined && image.putPacked !== undefined);
    if (isPacked) {
      if (packing === undefined || image.putPacked === undefined) {
        throw new DiskError({ code: 'DISK_OPERATION_UNSUPPORTED', kind: 'unsupported', message: `${image.format} images of this kind are not compressed`, context: { path: image.store.name, op: 'compress' } });
      }
      const level = compress?.level ?? packing.codec.level;
      this.pack = { codec: { ...packing.codec, ...(level === undefined ? {} : { level }) }, blockBytes: packing.blockBytes };
      this.unitBytes = packing.blockBytes;
    } else {
      const block = image.put === undefined || image.blockBytes > MOST_UNIT_BYTES ? SECTOR_BYTES : image.blockBytes;
      this.unitBytes = Math.ceil(Math.max(sparse, block) / block) * block;
    }
    this.isComplete = sparse === 0;
    this.#disk = disk;
    this.#isBlank = isBlank;
    this.#end = start;
    this.#size = size;
  }

  /** @param size of the source: what is beyond stays zero too */
  static async of(disk: Disk, options: TargetOptions, start: number, size: number): Promise<DiskTarget> {
    if (disk.size < size) {
      throw new DiskError({
        code: 'DISK_OUT_OF_RANGE', kind: 'range', message: `a disk of ${size} bytes does not go into one of ${disk.size}`, context: { path: disk.image.store.name, op: 'convert' }, hint: 'resize it first',
      });
    }
    return new DiskTarget(disk, options, options.targetIsZero ?? (await isBlank(disk)), start, size);
  }

  async write({ start, length, bytes, packedLengths, packed }: LoadedChunk): Promise<number> {
    if (this.pack !== undefined) return this.#writePacked(start, length, bytes, this.pack.blockBytes, packedLengths, packed);
    let count = 0;
    for (const range of this.isComplete ? [{ start: 0, end: length }] : nonZeroRanges(bytes, this.unitBytes)) {
      await this.#zeroUpTo(start + range.start);
      await this.#disk.write(start + range.start, bytes.subarray(range.start, range.end));
      this.#end = start + range.end;
      count += range.end - range.start;
    }
    return count;
  }

  async #writePacked(start: number, length: number, bytes: Uint8Array, blockBytes: number, lengths: readonly number[], packed: Uint8Array): Promise<number> {
    let from = 0, count = 0;
    for (const [i, packedLength] of lengths.entries()) {
      if (packedLength === 0) continue;
      const at = start + i * blockBytes;
      const end = Math.min(at + blockBytes, start + length);
      await this.#zeroUpTo(at);
      // A block that does not become smaller is written as it is where the format can have such blocks.
      if (packedLength >= blockBytes && this.#disk.image.put !== undefined) await this.#disk.write(at, bytes.subarray(at - start, end - start));
      else await this.#disk.writePacked(at, packed.subarray(from, from + packedLength));
      from += packedLength;
      this.#end = end;
      count += end - at;
    }
    return count;
  }

  async #zeroUpTo(at: number): Promise<void> {
    if (!this.#isBlank && at > this.#end) await this.#disk.zero(this.#end, at - this.#end);
  }

  async finish(isFlushed: boolean): Promise<void> {
    await this.#zeroUpTo(Math.max(this.#size, this.#disk.size));
    if (isFlushed) await this.#disk.flush();
  }
}

async function isBlank(disk: Disk): Promise<boolean> {
  for await (const { kind } of disk.extents()) if (kind === 'data') return false;
  return true;
}
