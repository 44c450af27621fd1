/** Are two disks the same? Whatever their formats; what only one of them has set aside, and reads as zeros, makes no difference. */
import type { Disk } from '../disk.ts';
import { isZero } from '../store/store.ts';
import { loadedChunks } from './loaded-chunks.ts';
import type { LoadedChunk } from './loaded-chunks.ts';
import { ProgressMeter } from './progress.ts';
import type { ProgressOptions } from './progress.ts';

export interface CompareOptions extends ProgressOptions {
  /** Disks of different sizes differ, also where the longer one has but zeros after the end of the other. */
  readonly isStrict?: boolean;
  readonly threads?: number;
}

/** What qemu-img compare ends with. Errors of one disk or the other are thrown as DiskErrors: 2 where one cannot be opened, 3 where its map and 4 where its data cannot be read. */
export const COMPARE_STATUS = { same: 0, different: 1, openError: 2, mapError: 3, readError: 4 } as const;

export interface CompareResult {
  readonly isSame: boolean;
  readonly status: 0 | 1;
  /** Of the first byte that differs. */
  readonly offset?: number;
  /** Is it only the size that differs, or does the size differ as well? */
  readonly sizesDiffer: boolean;
}

/** @throws DiskError where one of them cannot be read, `DISK_ABORTED` */
export async function compare(first: Disk, second: Disk, options: CompareOptions = {}): Promise<CompareResult> {
  const sizesDiffer = first.size !== second.size;
  const answer = (offset?: number, isSame = offset === undefined): CompareResult => ({ isSame, status: isSame ? 0 : 1, sizesDiffer, ...(offset === undefined ? {} : { offset }) });
  if (sizesDiffer && options.isStrict === true) return answer(undefined, false);
  const meter = new ProgressMeter(options, Math.max(first.size, second.size), 'compare');
  const load = { ...(options.threads === undefined ? {} : { threads: options.threads }), ...(options.signal === undefined ? {} : { signal: options.signal }) };
  await using a = new Cursor(loadedChunks(first, load));
  await using b = new Cursor(loadedChunks(second, load));
  for (let at = 0; ; ) {
    await a.advance(at);
    await b.advance(at);
    const next = Math.min(a.boundary(at), b.boundary(at));
    if (next === Infinity) break;
    const difference = firstDifference(a.piece(at, next), b.piece(at, next));
    if (difference !== undefined) return answer(at + difference);
    await meter.reached(next, next);
    at = next;
  }
  meter.finished();
  return answer();
}

/** Goes along a disk's chunks; between them is zero. */
class Cursor implements AsyncDisposable {
  readonly #chunks: AsyncGenerator<LoadedChunk>;
  /** The chunk at, or the next after, where it is; undefined behind the last. */
  #chunk: LoadedChunk | undefined;
  #isAtEnd = false;

  constructor(chunks: AsyncGenerator<LoadedChunk>) {
    this.#chunks = chunks;
  }

  async advance(at: number): Promise<void> {
    while (!this.#isAtEnd && (this.#chunk === undefined || this.#chunk.start + this.#chunk.length <= at)) {
      const next = await this.#chunks.next();
      this.#isAtEnd = next.done === true;
      this.#chunk = next.done === true ? undefined : next.value;
    }
  }

  /** Where what is at `at` ends; Infinity when there is nothing more. */
  boundary(at: number): number {
    if (this.#chunk === undefined) return Infinity;
    return this.#chunk.start > at ? this.#chunk.start : this.#chunk.start + this.#chunk.length;
  }

  /** The bytes of a stretch within one chunk; undefined where they are zero. */
  piece(at: number, end: number): Uint8Array | undefined {
    if (this.#chunk === undefined || this.#chunk.start > at) return undefined;
    return this.#chunk.bytes.subarray(at - this.#chunk.start, end - this.#chunk.start);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#chunks.return(undefined);
  }
}

/** Undefined when there is none. What is undefined is zero. */
function firstDifference(a: Uint8Array | undefined, b: Uint8Array | undefined): number | undefined {
  if (a === undefined || b === undefined) {
    const bytes = a ?? b;
    return bytes === undefined || isZero(bytes) ? undefined : bytes.findIndex((byte) => byte !== 0);
  }
  return Buffer.compare(a, b) === 0 ? undefined : a.findIndex((byte, i) => byte !== b[i]);
}
