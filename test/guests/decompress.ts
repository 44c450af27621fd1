/**
 * Streams of the compressions that Debian's archives use, told apart by the name's ending.
 *
 * xz is decoded by wasm (package xz-decompress), gzip and Zstandard by Node.js itself.
 */
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import xz from 'xz-decompress';

/** Compressions in the order of preference: the smallest download first. */
export const COMPRESSIONS = ['.xz', '.gz', ''] as const;

/** The decompressed bytes of `data`, whose name is `name`. */
export function decompress(name: string, data: Uint8Array): Readable {
  const source = Readable.from(slices(data));
  if (name.endsWith('.xz')) {
    const input = Readable.toWeb(source) as unknown as ConstructorParameters<typeof xz.XzReadableStream>[0];
    return Readable.fromWeb(new xz.XzReadableStream(input) as unknown as ReadableStream);
  }
  if (name.endsWith('.gz')) {
    return source.pipe(createGunzip());
  }
  if (name.endsWith('.zst')) {
    return source.pipe(createZstdDecompress());
  }
  if (/\.(bz2|lzma)$/.test(name)) {
    throw new Error(`${name}: this compression is not supported`);
  }
  return source;
}

function* slices(data: Uint8Array): Generator<Uint8Array> {
  const SLICE_BYTES = 1 << 16;
  for (let at = 0; at < data.length; at += SLICE_BYTES) {
    yield data.subarray(at, at + SLICE_BYTES);
  }
}
