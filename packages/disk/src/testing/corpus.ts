/** The images of other makers' software in ../shared/images: found through their manifest, unpacked, and digested as the manifest's digests were. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { Disk } from '../disk.ts';

const FOLDER = resolve(import.meta.dirname, '../../../../../shared/images');
const BLOCK_BYTES = 64 * 1024;

export const hasCorpus = existsSync(join(FOLDER, 'manifest.tsv'));
export const NO_CORPUS = '../shared/images is not there';

export interface CorpusRow {
  readonly file: string;
  readonly size: number;
  readonly nz64: string;
}

/** The rows of the manifest whose file begins so. */
export function corpusRows(prefix: string): CorpusRow[] {
  if (!hasCorpus) return [];
  const [, ...lines] = readFileSync(join(FOLDER, 'manifest.tsv'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => line.split('\t')).filter(([file]) => file!.startsWith(prefix)).map((columns) => ({ file: columns[0]!, size: Number(columns[5]), nz64: columns[7]! }));
}

/** A file of the corpus, without the compression it is kept in. */
export function corpusFile(name: string): Uint8Array {
  const path = join(FOLDER, name);
  const bytes = readFileSync(path);
  if (name.endsWith('.gz')) return gunzipSync(bytes);
  if (!name.endsWith('.bz2')) return bytes;
  const { status, stdout, stderr } = spawnSync('bzip2', ['-dc', path], { maxBuffer: 512 * 1024 * 1024 });
  if (status !== 0) throw new Error(`bzip2 -dc ${path} ended with ${status}: ${String(stderr)}`);
  return stdout;
}

/** An image of hostile/hostile.tar.zst. The archive is plain ustar: a header of 512 bytes with the name and the length in octal, then the file in whole sectors. */
export function hostileFile(name: string): Uint8Array {
  const tar = zstdDecompressSync(readFileSync(join(FOLDER, 'hostile/hostile.tar.zst')));
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0;) {
    const found = tar.toString('latin1', at, at + 100).replace(/\0.*$/s, '');
    const length = Number.parseInt(tar.toString('latin1', at + 124, at + 136), 8);
    if (basename(found) === name) return tar.subarray(at + 512, at + 512 + length);
    at += 512 + Math.ceil(length / 512) * 512;
  }
  throw new Error(`hostile.tar.zst has no ${name}`);
}

/** SHA-256 over the index (64 bits, little-endian) and the contents of every block of 64 KiB that is not all zero; the last one is filled up with zeros. */
export async function nz64(disk: Disk): Promise<string> {
  const hash = createHash('sha256');
  const index = Buffer.alloc(8), zeros = Buffer.alloc(BLOCK_BYTES), bytes = Buffer.alloc(BLOCK_BYTES);
  let next = 0;
  for await (const extent of disk.extents()) {
    if (extent.kind !== 'data') continue;
    for (let block = Math.max(next, Math.floor(extent.start / BLOCK_BYTES)); block * BLOCK_BYTES < extent.start + extent.length; block++) {
      const length = Math.min(BLOCK_BYTES, disk.size - block * BLOCK_BYTES);
      bytes.fill(0);
      await disk.read(block * BLOCK_BYTES, bytes.subarray(0, length));
      next = block + 1;
      if (bytes.equals(zeros)) continue;
      index.writeBigUInt64LE(BigInt(block));
      hash.update(index).update(bytes);
    }
  }
  return hash.digest('hex');
}
