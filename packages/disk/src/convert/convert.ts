/**
 * Moving a disk's contents to another disk, or to an image that is written as a stream. Written once for all formats: a source says where its data is (Image.locate), a target
 * takes blocks (put, putPacked, Format.stream). What is zero is not read where the source knows of it, and not written where the target has zeros already.
 *
 * Missing: going on with a conversion to a file that was interrupted (`startAt` and `onWritten` are there for it, a record beside the file is not); blocks that are compressed as the
 * target wants them already are unpacked and compressed again. The source must not be written meanwhile.
 */
import { Disk } from '../disk.ts';
import { DiskTarget } from './disk-target.ts';
import { loadedChunks } from './loaded-chunks.ts';
import { ProgressMeter } from './progress.ts';
import type { ProgressOptions } from './progress.ts';
import { StreamTarget } from './stream-target.ts';
import type { StreamDestination } from './stream-target.ts';
import type { Target, TargetOptions } from './target.ts';

export interface ConvertOptions extends ProgressOptions {
  /** Zeros of this length in bytes are found and left out; 4096 when it is not given, 0: everything is written. Formats with larger blocks look at whole blocks. */
  readonly sparse?: number;
  /** Blocks are compressed as the target's format does it; at that format's level when none is given. Formats that are always compressed need not be told. */
  readonly compress?: { readonly level?: number };
  /** The target reads as zeros from end to end, so that none have to be written. Found out from its map when it is not given. */
  readonly targetIsZero?: boolean;
  /** As many as there are processors when it is not given; the target's bytes do not depend on it. */
  readonly threads?: number;
  /** The target is flushed at the end; true unless said otherwise. */
  readonly isFlushed?: boolean;
  /** What is before has been converted already: a multiple of the target's blocks. */
  readonly startAt?: number;
  /** For progress; `convert` when it is not given. */
  readonly description?: string;
  /** Called when the target has everything up to `at`; nothing of it is flushed yet. */
  readonly onWritten?: (at: number) => void | Promise<void>;
}

export interface ConvertResult {
  /** Of the disk. */
  readonly size: number;
  /** Bytes of blocks that were written; the rest is zero. */
  readonly dataBytes: number;
  readonly elapsedSeconds: number;
}

const USUAL_SPARSE_BYTES = 4096;

/**
 * Neither disk is closed; the target is flushed, unless it is not to be.
 * @throws DiskError `DISK_ABORTED` when `signal` says so, `DISK_OUT_OF_RANGE` for a target that is too small; the target has a part of the data then
 */
export async function convert(from: Disk, to: Disk | StreamDestination, options: ConvertOptions = {}): Promise<ConvertResult> {
  const { threads, signal, startAt = 0 } = options;
  const meter = new ProgressMeter(options, from.size, options.description ?? 'convert');
  const targetOptions: TargetOptions = { sparse: options.sparse ?? USUAL_SPARSE_BYTES, compress: options.compress, targetIsZero: options.targetIsZero };
  const target: Target = to instanceof Disk ? await DiskTarget.of(to, targetOptions, startAt, from.size) : await StreamTarget.of(from, to, targetOptions);
  const { unitBytes, pack, isComplete } = target;
  let dataBytes = 0;
  const chunks = loadedChunks(from, {
    unitBytes, isComplete, at: startAt, ...(pack === undefined ? {} : { pack }), ...(threads === undefined ? {} : { threads }), ...(signal === undefined ? {} : { signal }),
  });
  for await (const chunk of chunks) {
    dataBytes += await target.write(chunk);
    await options.onWritten?.(chunk.start + chunk.length);
    await meter.reached(chunk.start + chunk.length, dataBytes);
  }
  await target.finish(options.isFlushed !== false);
  meter.finished();
  return { size: from.size, dataBytes, elapsedSeconds: meter.elapsedSeconds };
}
