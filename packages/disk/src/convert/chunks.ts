/** A disk cut into chunks of a bounded size: the unit in which data is read, unpacked, compressed and written, several at once. */
import type { Disk } from '../disk.ts';
import { dataRuns } from './data-runs.ts';
import type { DataRun } from './data-runs.ts';

/** A stretch in which there is data. `runs` are within it, in order; what they leave out is zero. */
export interface Chunk {
  readonly start: number;
  readonly length: number;
  readonly runs: readonly DataRun[];
}

export interface ChunkOptions {
  /** Chunks begin at multiples of it, and end at one or with the disk. */
  readonly unitBytes: number;
  /** None is longer; a multiple of `unitBytes`. */
  readonly chunkBytes: number;
  /** Only from here on: a multiple of `unitBytes`. */
  readonly at?: number;
  /** Whole chunks also where there is no data. */
  readonly isComplete?: boolean;
}

/** In ascending order; what lies between two of them is zero. */
export async function* chunksOf(disk: Disk, { unitBytes, chunkBytes, at = 0, isComplete = false }: ChunkOptions): AsyncGenerator<Chunk> {
  const up = (place: number): number => Math.min(disk.size, Math.ceil(place / unitBytes) * unitBytes);
  const limitOf = (place: number): number => Math.min(disk.size, (Math.floor(place / chunkBytes) + 1) * chunkBytes);
  let start = at, end = at;
  let runs: DataRun[] = [];
  for await (const whole of dataRuns(disk, at)) {
    for (let run: DataRun | undefined = whole; run !== undefined;) {
      const limit = limitOf(start);
      if (runs.length > 0 && (run.start >= limit || (!isComplete && run.start >= end + GAP_BYTES))) {
        yield { start, length: (isComplete ? limit : end) - start, runs };
        start = isComplete ? limit : end;
        runs = [];
      }
      if (runs.length === 0) {
        if (isComplete) for (; limitOf(start) <= run.start; start = limitOf(start)) yield { start, length: limitOf(start) - start, runs };
        else start = Math.max(end, Math.floor(run.start / unitBytes) * unitBytes);
      }
      const [now, later] = split(run, limitOf(start));
      runs.push(now);
      end = up(now.start + now.length);
      run = later;
    }
  }
  if (runs.length > 0) {
    yield { start, length: (isComplete ? limitOf(start) : end) - start, runs };
    start = limitOf(start);
  }
  if (isComplete) for (; start < disk.size; start = limitOf(start)) yield { start, length: limitOf(start) - start, runs: [] };
}

/** Zeros of this length are worth a chunk's end; less is filled and found to be zero again. */
const GAP_BYTES = 128 * 1024;

function split(run: DataRun, limit: number): [DataRun, DataRun | undefined] {
  if (run.start + run.length <= limit) return [run, undefined];
  const length = limit - run.start;
  const later = { start: limit, length: run.length - length };
  return run.kind === 'data'
    ? [{ ...run, length }, { ...run, ...later, offset: run.offset + length }]
    : [{ ...run, length }, { ...run, ...later, skip: run.skip + length }];
}
