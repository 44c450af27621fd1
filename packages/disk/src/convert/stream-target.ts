/** An image written from its first byte to its last, to what cannot seek: a pipe, a socket. */
import { randomBytes } from 'node:crypto';
import type { Disk } from '../disk.ts';
import { DiskError } from '../errors.ts';
import { parseOptions } from '../format.ts';
import type { Format, ImageStream } from '../format.ts';
import type { Awaitable } from '../store/store.ts';
import type { PackStep } from './block-job.ts';
import { dataRuns } from './data-runs.ts';
import type { LoadedChunk } from './loaded-chunks.ts';
import type { Target, TargetOptions } from './target.ts';

export interface StreamDestination {
  readonly format: Format;
  /** Of the format, as words or values. */
  readonly options?: Readonly<Record<string, string | number | boolean>>;
  /** Gets the image's bytes in order; they are the caller's again when it is through. */
  readonly write: (bytes: Uint8Array) => Awaitable<void>;
  /** For tests that want the same bytes each time. */
  readonly random?: (length: number) => Uint8Array;
  readonly nowMs?: number;
}

interface Stretch {
  readonly start: number;
  readonly length: number;
}

export class StreamTarget implements Target {
  readonly unitBytes: number;
  readonly pack: PackStep | undefined;
  readonly isComplete = false;
  readonly #stream: ImageStream;
  readonly #extents: readonly Stretch[];
  /** The first extent that does not end before what was written last. */
  #extent = 0;

  private constructor(stream: ImageStream, extents: readonly Stretch[], { compress }: TargetOptions) {
    const { packing, blockBytes } = stream;
    this.#stream = stream;
    this.#extents = extents;
    this.unitBytes = blockBytes;
    if (packing === undefined) {
      this.pack = undefined;
      if (compress !== undefined) throw new DiskError({ code: 'DISK_OPERATION_UNSUPPORTED', kind: 'unsupported', message: 'this format is not compressed when it is written as a stream', context: { op: 'compress' } });
    } else {
      const level = compress?.level ?? packing.codec.level;
      this.pack = { codec: { ...packing.codec, ...(level === undefined ? {} : { level }) }, blockBytes: packing.blockBytes };
    }
  }

  static async of(from: Disk, { format, options, write, random = randomBytes, nowMs = Date.now() }: StreamDestination, target: TargetOptions): Promise<StreamTarget> {
    if (format.stream === undefined) {
      throw new DiskError({ code: 'DISK_OPERATION_UNSUPPORTED', kind: 'unsupported', message: `${format.name} images are not written to what cannot seek`, context: { op: 'convert' }, hint: 'write to a file' });
    }
    const extents = await dataStretches(from);
    return new StreamTarget(await format.stream({ write, size: from.size, extents, random, nowMs }, parseOptions(format, options ?? {})), extents, target);
  }

  async write(chunk: LoadedChunk): Promise<number> {
    return this.pack === undefined ? this.#writePlain(chunk) : this.#writePacked(chunk, this.pack.blockBytes);
  }

  async #writePacked({ start, length, bytes, packedLengths, packed }: LoadedChunk, blockBytes: number): Promise<number> {
    let from = 0, count = 0;
    for (const [i, packedLength] of packedLengths.entries()) {
      if (packedLength === 0) continue;
      const at = i * blockBytes;
      const end = Math.min(at + blockBytes, length);
      const put = this.#stream.put(start + at, bytes.subarray(at, end), packed.subarray(from, from + packedLength));
      if (put instanceof Promise) await put;
      from += packedLength;
      count += end - at;
    }
    return count;
  }

  /** A format may have said where its blocks are already: those that were announced are given, zero or not. */
  async #writePlain({ start, length, bytes }: LoadedChunk): Promise<number> {
    let count = 0;
    for (let at = start; at < start + length;) {
      while (this.#extent < this.#extents.length && this.#endOf(this.#extent) <= at) this.#extent++;
      if (this.#extent === this.#extents.length) break;
      const from = Math.max(at, this.#startOf(this.#extent));
      const end = Math.min(start + length, this.#endOf(this.#extent));
      if (from >= start + length) break;
      const put = this.#stream.put(from, bytes.subarray(from - start, end - start));
      if (put instanceof Promise) await put;
      count += end - from;
      at = end;
    }
    return count;
  }

  #startOf(extent: number): number {
    const { start } = this.#extents[extent]!;
    return start - (start % this.unitBytes);
  }

  #endOf(extent: number): number {
    const { start, length } = this.#extents[extent]!;
    return Math.ceil((start + length) / this.unitBytes) * this.unitBytes;
  }

  async finish(): Promise<void> {
    await this.#stream.finish();
  }
}

const MOST_STRETCHES = 256 * 1024;
const LEAST_GAP_BYTES = 4096;

/** Where there is data. Small gaps count as data, and larger ones where the list would become too long. */
async function dataStretches(disk: Disk): Promise<readonly Stretch[]> {
  let gapBytes = LEAST_GAP_BYTES;
  let stretches: { start: number; length: number }[] = [];
  const add = (start: number, length: number): void => {
    const last = stretches.at(-1);
    if (last !== undefined && start < last.start + last.length + gapBytes) last.length = Math.max(last.length, start + length - last.start);
    else stretches.push({ start, length });
  };
  for await (const { start, length } of dataRuns(disk)) {
    add(start, length);
    while (stretches.length > MOST_STRETCHES) {
      gapBytes *= 4;
      const all = stretches;
      stretches = [];
      for (const stretch of all) add(stretch.start, stretch.length);
    }
  }
  return stretches;
}
