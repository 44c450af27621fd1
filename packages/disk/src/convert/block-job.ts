/**
 * The work on one chunk that takes processor time: unpacking its compressed blocks, finding its zero blocks, compressing the others. Plain data in, plain data out, on buffers
 * that threads share, so that it gives the same bytes wherever it runs.
 */
import { pack, unpack } from '../codec.ts';
import type { Codec } from '../codec.ts';
import { isZero } from '../store/store.ts';
import { packInto, unpackInto } from './codec-streams.ts';

/** One compressed block of a chunk. */
export interface UnpackStep {
  readonly codec: Codec;
  /** In the slot's `packed`. */
  readonly from: number;
  readonly packedLength: number;
  readonly unpackedLength: number;
  /** The part of the block that is wanted, and where in the slot's `bytes` it goes. */
  readonly skip: number;
  readonly length: number;
  readonly to: number;
  /** For errors. */
  readonly path: string;
  readonly offset: number;
}

export interface PackStep {
  readonly codec: Codec;
  readonly blockBytes: number;
}

export interface BlockJob {
  /** Bytes of the chunk. */
  readonly length: number;
  readonly unpack: readonly UnpackStep[];
  readonly pack?: PackStep;
}

/** Buffers of one chunk; threads share them, and one at a time uses them. */
export interface Slot {
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /** Compressed blocks, one after the other: those that came, later those that go. */
  readonly packed: Uint8Array<SharedArrayBuffer>;
}

/** Of each block in order: how many bytes of `packed` it takes, 0 where it is zero. Empty where nothing was to be compressed. */
export type PackedLengths = readonly number[];

/** Room for a chunk whose blocks do not become smaller: what zlib and zstd add to a block is less. */
export const packedRoom = (chunkBytes: number, blockBytes: number): number => chunkBytes + Math.ceil(chunkBytes / blockBytes) * (Math.ceil(blockBytes / 256) + 256);

/** @throws DiskError for a damaged block */
export function runBlockJob({ bytes, packed }: Slot, job: BlockJob): PackedLengths {
  for (const { codec, from, packedLength, unpackedLength, skip, length, to, path, offset } of job.unpack) {
    const isWhole = skip === 0 && length === unpackedLength;
    if (isWhole && unpackInto(codec, packed.subarray(from, from + packedLength), bytes.subarray(to, to + length))) continue;
    // Those codecs that answer with a promise are not given to this function.
    const block = unpack(codec, packed.subarray(from, from + packedLength), unpackedLength, { path, offset }) as Uint8Array;
    bytes.set(skip === 0 && length === block.length ? block : block.subarray(skip, skip + length), to);
  }
  if (job.pack === undefined) return [];
  const { codec, blockBytes } = job.pack;
  const lengths: number[] = [];
  let end = 0;
  for (let at = 0; at < job.length; at += blockBytes) {
    const block = wholeBlock(bytes, at, job.length, blockBytes);
    const packedLength = isZero(block) ? 0 : packAt(codec, block, packed, end);
    lengths.push(packedLength);
    end += packedLength;
  }
  return lengths;
}

/** @returns how many bytes it takes */
function packAt(codec: Codec, block: Uint8Array, packed: Uint8Array, at: number): number {
  const length = packInto(codec, block, packed.subarray(at));
  if (length !== undefined) return length;
  const small = pack(codec, block);
  packed.set(small, at);
  return small.length;
}

/** A disk's last block is compressed as a whole one, with zeros after the disk's end. */
function wholeBlock(bytes: Uint8Array<SharedArrayBuffer>, at: number, length: number, blockBytes: number): Uint8Array {
  if (at + blockBytes <= length) return bytes.subarray(at, at + blockBytes);
  const block = new Uint8Array(blockBytes);
  block.set(bytes.subarray(at, length));
  return block;
}
