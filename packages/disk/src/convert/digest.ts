/** Digests of a disk's contents, the same whatever its format. */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import type { Disk } from '../disk.ts';
import { DiskError } from '../errors.ts';
import { isZero } from '../store/store.ts';
import { loadedChunks, throwIfAborted } from './loaded-chunks.ts';
import { ProgressMeter } from './progress.ts';
import type { ProgressOptions } from './progress.ts';

export interface DigestOptions extends ProgressOptions {
  /**
   * `sha256` (the usual one), or another of Node.js' hashes: of the raw contents, zeros among them, as `sha256sum` of a raw image would give.
   * `nz64`: SHA-256 over index and contents of the 64 KiB blocks that are not zero, which takes no time for holes.
   */
  readonly algorithm?: string;
  readonly threads?: number;
}

export interface Digest {
  readonly algorithm: string;
  /** In hexadecimal. */
  readonly digest: string;
  /** With `nz64`: how many blocks are not zero. */
  readonly blocks?: number;
}

/** Blocks of nz64. */
export const NZ64_BLOCK_BYTES = 64 * 1024;

/** @throws DiskError `DISK_OPTION_INVALID` for an algorithm that is not known, `DISK_ABORTED` */
export async function digest(disk: Disk, options: DigestOptions = {}): Promise<Digest> {
  const { algorithm = 'sha256' } = options;
  if (algorithm === 'nz64') return nz64(disk, options);
  const hash = hashNamed(algorithm);
  const meter = new ProgressMeter(options, disk.size, 'digest');
  const zeros = new Uint8Array(1024 * 1024);
  let end = 0;
  const zerosTo = async (at: number): Promise<void> => {
    for (; end < at; end += Math.min(zeros.length, at - end)) {
      hash.update(zeros.subarray(0, Math.min(zeros.length, at - end)));
      await meter.reached(end, end);
      throwIfAborted(options.signal);
    }
  };
  for await (const { start, length, bytes } of loadedChunks(disk, loadOptions(options))) {
    await zerosTo(start);
    hash.update(bytes);
    end = start + length;
    await meter.reached(end, end);
  }
  await zerosTo(disk.size);
  meter.finished();
  return { algorithm, digest: hash.digest('hex') };
}

const loadOptions = ({ threads, signal }: DigestOptions): { threads?: number; signal?: AbortSignal } => ({ ...(threads === undefined ? {} : { threads }), ...(signal === undefined ? {} : { signal }) });

function hashNamed(algorithm: string): Hash {
  try {
    return createHash(algorithm);
  } catch (cause) {
    throw new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message: `there is no digest ${JSON.stringify(algorithm)}`, hint: 'sha256, sha512, sha1, md5, nz64 and others are known', cause });
  }
}

/** SHA-256 over (u64 little-endian index, the block with zeros after the disk's end) for each block of 64 KiB that is not zero. */
async function nz64(disk: Disk, options: DigestOptions): Promise<Digest> {
  const hash = new Nz64Hash();
  const meter = new ProgressMeter(options, disk.size, 'digest');
  for await (const { start, length, bytes } of loadedChunks(disk, { ...loadOptions(options), unitBytes: NZ64_BLOCK_BYTES })) {
    hash.update(start, bytes);
    await meter.reached(start + length, start + length);
  }
  meter.finished();
  return { algorithm: 'nz64', digest: hash.digest().toString('hex'), blocks: hash.blocks };
}

/** nz64 of what is given in ascending order, in stretches that begin at whole blocks. */
export class Nz64Hash {
  readonly #hash = createHash('sha256');
  readonly #index = new DataView(new ArrayBuffer(8));
  #blocks = 0;

  get blocks(): number {
    return this.#blocks;
  }

  update(start: number, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += NZ64_BLOCK_BYTES) {
      const block = bytes.subarray(at, at + NZ64_BLOCK_BYTES);
      if (isZero(block)) continue;
      this.#index.setBigUint64(0, BigInt((start + at) / NZ64_BLOCK_BYTES), true);
      this.#hash.update(this.#index).update(block);
      if (block.length < NZ64_BLOCK_BYTES) this.#hash.update(new Uint8Array(NZ64_BLOCK_BYTES - block.length));
      this.#blocks++;
    }
  }

  digest(): Buffer {
    return this.#hash.digest();
  }
}
