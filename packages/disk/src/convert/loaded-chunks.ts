/**
 * A disk's data in order, read ahead: several chunks are under way at once, their compressed blocks are unpacked (and, for who wants that, compressed again) by other threads,
 * and memory is bounded whatever the disk's size. Conversion, comparison, digests, streams and deltas are loops over it.
 */
import { availableParallelism } from 'node:os';
import { unpack } from '../codec.ts';
import type { Disk } from '../disk.ts';
import { DiskError } from '../errors.ts';
import type { PackedBlock } from '../image.ts';
import { readBytes } from '../store/store.ts';
import { packedRoom } from './block-job.ts';
import type { BlockJob, PackedLengths, PackStep, UnpackStep } from './block-job.ts';
import { BlockWorkers } from './block-workers.ts';
import { chunksOf } from './chunks.ts';
import type { Chunk } from './chunks.ts';
import type { DataRun } from './data-runs.ts';

export interface LoadOptions {
  /** Chunks begin and end at multiples of it. */
  readonly unitBytes?: number;
  readonly at?: number;
  /** Also what is zero; else it is left out where the disk knows of it. */
  readonly isComplete?: boolean;
  /** Blocks that are not zero are compressed like this. `unitBytes` is a multiple of its blocks. */
  readonly pack?: PackStep;
  /** For unpacking and compressing; as many as there are processors when it is not given. What comes out does not depend on it. */
  readonly threads?: number;
  readonly signal?: AbortSignal;
}

export interface LoadedChunk {
  readonly start: number;
  readonly length: number;
  /** `length` bytes; the buffer is used again when the next chunk is asked for. */
  readonly bytes: Uint8Array;
  /** With `pack`: of each block, how many bytes of `packed` it takes; 0 where it is zero. */
  readonly packedLengths: PackedLengths;
  readonly packed: Uint8Array;
}

const CHUNK_BYTES = 1024 * 1024;
/** Compressed blocks that come are seldom smaller than this; those of a chunk that have no room are unpacked by this thread. */
const LEAST_BLOCK_BYTES = 4096;
/** Of all chunks under way, unless two are more. */
const MOST_BYTES = 24 * 1024 * 1024;

/** @throws DiskError `DISK_ABORTED` when `signal` says so */
export async function* loadedChunks(disk: Disk, options: LoadOptions = {}): AsyncGenerator<LoadedChunk> {
  const { unitBytes = 4096, at = 0, isComplete = false, pack, threads = availableParallelism(), signal } = options;
  const chunkBytes = Math.ceil(CHUNK_BYTES / unitBytes) * unitBytes;
  const depth = Math.max(2, Math.min(2 * threads + 2, Math.floor(MOST_BYTES / chunkBytes)));
  const workers = new BlockWorkers({ threads, slots: depth, chunkBytes, packedBytes: packedRoom(chunkBytes, pack?.blockBytes ?? LEAST_BLOCK_BYTES) });
  const loader = new ChunkLoader(workers, pack);
  const chunks = chunksOf(disk, { unitBytes, chunkBytes, at, isComplete });
  const free = workers.slots.map((_, i) => i);
  const pending: { readonly chunk: Chunk; readonly slot: number; readonly work: Promise<PackedLengths> }[] = [];
  try {
    for (let isAtEnd = false; ;) {
      throwIfAborted(signal);
      while (!isAtEnd && free.length > 0) {
        const next = await chunks.next();
        if (next.done === true) {
          isAtEnd = true;
        } else {
          const slot = free.pop()!;
          const work = loader.load(next.value, slot);
          // It is looked at when its turn comes.
          work.catch(() => undefined);
          pending.push({ chunk: next.value, slot, work });
        }
      }
      const first = pending.shift();
      if (first === undefined) return;
      const { chunk: { start, length }, slot, work } = first;
      try {
        const packedLengths = await work;
        throwIfAborted(signal);
        const { bytes, packed } = workers.slots[slot]!;
        yield { start, length, bytes: bytes.subarray(0, length), packedLengths, packed };
      } finally {
        free.push(slot);
      }
    }
  } finally {
    await Promise.allSettled(pending.map(({ work }) => work));
    await workers.close();
  }
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new DiskError({ code: 'DISK_ABORTED', kind: 'aborted', message: 'stopped before it was through', cause: signal.reason });
}

/** Codecs of node:zlib answer at once, in any thread. Others are known only where a format has added them. */
const isForWorkers = ({ codec: { name } }: PackedBlock): boolean => name === 'deflate' || name === 'zlib' || name === 'zstd';

class ChunkLoader {
  readonly #workers: BlockWorkers;
  readonly #pack: PackStep | undefined;
  /** A block that is larger than a chunk is wanted by several, one after the other. */
  #last: { readonly block: PackedBlock; readonly bytes: Promise<Uint8Array> } | undefined;

  constructor(workers: BlockWorkers, pack: PackStep | undefined) {
    this.#workers = workers;
    this.#pack = pack;
  }

  async load({ start, length, runs }: Chunk, slot: number): Promise<PackedLengths> {
    const { bytes, packed } = this.#workers.slots[slot]!;
    const reads: Promise<void>[] = [];
    const steps: UnpackStep[] = [];
    let done = 0, packedEnd = 0;
    for (const run of runs) {
      const to = run.start - start;
      if (to > done) bytes.fill(0, done, to);
      done = to + run.length;
      let read: void | Promise<void>;
      if (run.kind === 'data') {
        read = run.store.read(run.offset, bytes.subarray(to, done));
      } else if (isForWorkers(run.block) && packedEnd + run.block.packedLength <= packed.length && run.block.unpackedLength <= bytes.length) {
        const { store, offset, packedLength, codec, unpackedLength } = run.block;
        read = store.read(offset, packed.subarray(packedEnd, packedEnd + packedLength));
        steps.push({ codec, from: packedEnd, packedLength, unpackedLength, skip: run.skip, length: run.length, to, path: store.name, offset });
        packedEnd += packedLength;
      } else {
        read = this.#unpack(run, bytes.subarray(to, done));
      }
      if (read instanceof Promise) reads.push(read);
    }
    bytes.fill(0, done, length);
    if (reads.length === 1) await reads[0];
    else if (reads.length > 1) await allOf(reads);
    if (steps.length === 0 && this.#pack === undefined) return [];
    const job: BlockJob = { length, unpack: steps, ...(this.#pack === undefined ? {} : { pack: this.#pack }) };
    return this.#workers.run(slot, job);
  }

  async #unpack({ block, skip, length }: Extract<DataRun, { kind: 'packed' }>, into: Uint8Array): Promise<void> {
    if (this.#last === undefined || this.#last.block.store !== block.store || this.#last.block.offset !== block.offset) this.#last = { block, bytes: unpackAlone(block) };
    into.set((await this.#last.bytes).subarray(skip, skip + length));
  }
}

async function unpackAlone({ store, offset, packedLength, codec, unpackedLength }: PackedBlock): Promise<Uint8Array> {
  return unpack(codec, await readBytes(store, offset, packedLength), unpackedLength, { path: store.name, offset });
}

/** Waits for all, also when one has failed: they write to memory that is used again. */
async function allOf(reads: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(reads)) if (outcome.status === 'rejected') throw outcome.reason;
}
