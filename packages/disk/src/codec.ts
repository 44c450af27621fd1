/** How blocks are compressed, by name: a codec is data, so that a block and its codec can be sent to another thread. */
import { constants, deflateRawSync, deflateSync, inflateRawSync, inflateSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { ZlibOptions, ZstdOptions } from 'node:zlib';
import { DiskError, unsupported } from './errors.ts';
import type { DiskErrorContext } from './errors.ts';

/**
 * `deflate` is RFC 1951 without a frame, in a window of 2^`windowBits`; `zlib` is RFC 1950. Formats that are read only bring their own: bzip2, LZFSE, LZMA and ADC of Apple's.
 */
export type CodecName = 'deflate' | 'zlib' | 'zstd' | 'bzip2' | 'lzfse' | 'lzma' | 'adc';

export interface Codec {
  readonly name: CodecName;
  /** For `pack`; each library's own default when it is not given. */
  readonly level?: number;
  /** For `deflate`: 9 to 15; a reader with a smaller window than the writer's fails. */
  readonly windowBits?: number;
}

/** zlib takes no less. */
const LEAST_OUTPUT_BYTES = 64;
const MOST_OUTPUT_BYTES = 2 * 1024 * 1024;

type Unpack = (packed: Uint8Array, unpackedLength: number) => Uint8Array | Promise<Uint8Array>;

/** Those that node:zlib does not have; the formats that need one add it. */
const others = new Map<CodecName, Unpack>();

export function addCodec(name: CodecName, unpack: Unpack): void {
  others.set(name, unpack);
}

/**
 * The bytes of a block. What follows the compressed data in `packed` is ignored.
 * @throws DiskError where the data is damaged or gives less than `unpackedLength` bytes; no more than that is ever made
 */
export function unpack({ name }: Codec, packed: Uint8Array, unpackedLength: number, where: DiskErrorContext): Uint8Array | Promise<Uint8Array> {
  try {
    switch (name) {
      // A block whose end is somewhere in `packed`: what is after it is not an error, nor is a stream that would go on beyond the block.
      case 'deflate': return whole(inflateRawSync(packed, { finishFlush: constants.Z_SYNC_FLUSH, ...outputFor(unpackedLength) }), unpackedLength, where);
      case 'zlib': return whole(inflateSync(packed, { finishFlush: constants.Z_SYNC_FLUSH, ...outputFor(unpackedLength) }), unpackedLength, where);
      case 'zstd': return whole(zstdDecompressSync(zstdFrames(packed, unpackedLength), { finishFlush: constants.ZSTD_e_flush, ...outputFor(unpackedLength) }), unpackedLength, where);
    }
    const other = others.get(name);
    if (other === undefined) throw unsupported(`blocks are compressed by ${name}`, where);
    const bytes = other(packed, unpackedLength);
    return bytes instanceof Promise ? bytes.then((all) => whole(all, unpackedLength, where)) : whole(bytes, unpackedLength, where);
  } catch (error) {
    if (error instanceof DiskError) throw error;
    throw new DiskError({ code: 'DISK_IMAGE_CORRUPT', kind: 'corrupt', message: `a compressed block (${name}) cannot be unpacked: ${error instanceof Error ? error.message : String(error)}`, context: where, cause: error });
  }
}

/** The output in one piece where it is of a usual size: Node.js' own 16 KiB pieces, joined afterwards, cost a third more time. */
const outputFor = (unpackedLength: number): { readonly maxOutputLength: number; readonly chunkSize: number } =>
  ({ maxOutputLength: unpackedLength, chunkSize: Math.max(LEAST_OUTPUT_BYTES, Math.min(MOST_OUTPUT_BYTES, unpackedLength)) });

/** The block compressed. It may be longer than the block. */
export function pack(codec: Codec, bytes: Uint8Array): Uint8Array {
  switch (codec.name) {
    case 'deflate': return deflateRawSync(bytes, zlibOptions(codec));
    case 'zlib': return deflateSync(bytes, zlibOptions(codec));
    case 'zstd': return zstdCompressSync(bytes, zstdOptions(codec));
    default: throw unsupported(`blocks are not written with ${codec.name}`, {});
  }
}

const ZSTD_MAGIC = 0xfd2f_b528;
const ZSTD_BLOCK_MOST = 128 * 1024;

/**
 * The frames at the beginning of `packed` that give `unpackedLength` bytes (RFC 8878, 3.1.1). What follows may be the beginning of another block's frame, and the decoder would
 * go on with that. All of `packed` where the frames do not say how long they are, or end beyond it.
 */
function zstdFrames(packed: Uint8Array, unpackedLength: number): Uint8Array {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  let at = 0;
  for (let given = 0; given < unpackedLength;) {
    if (at + 6 > packed.length || view.getUint32(at, true) !== ZSTD_MAGIC) return at === 0 ? packed : packed.subarray(0, at);
    const descriptor = packed[at + 4]!;
    const isSingle = (descriptor & 0x20) !== 0;
    const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
    const sizeAt = at + 5 + (isSingle ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]!;
    if (sizeAt + sizeBytes > packed.length) return packed;
    // Where no size is said it is counted by blocks; a compressed one gives at most 128 KiB, and the decoder stops at what is wanted.
    let size = 0;
    if (sizeBytes === 1) size = packed[sizeAt]!;
    if (sizeBytes === 2) size = view.getUint16(sizeAt, true) + 256;
    if (sizeBytes === 4) size = view.getUint32(sizeAt, true);
    if (sizeBytes === 8) size = Number(view.getBigUint64(sizeAt, true));
    let most = 0;
    at = sizeAt + sizeBytes;
    for (let isLast = false; !isLast;) {
      if (at + 3 > packed.length) return packed;
      const header = view.getUint16(at, true) | (packed[at + 2]! << 16);
      isLast = (header & 1) !== 0;
      const type = (header >> 1) & 3;
      at += 3 + (type === 1 ? 1 : header >> 3);
      most += type === 2 ? ZSTD_BLOCK_MOST : header >> 3;
    }
    if ((descriptor & 4) !== 0) at += 4;
    if (at > packed.length) return packed;
    given += sizeBytes > 0 ? size : most;
    if (most === 0 && given < unpackedLength) return packed.subarray(0, at);
  }
  return packed.subarray(0, at);
}

/** How node:zlib compresses with `deflate` and `zlib`. */
export const zlibOptions = ({ level, windowBits }: Codec): ZlibOptions =>
  ({ ...(level === undefined ? {} : { level }), ...(windowBits === undefined ? {} : { windowBits, memLevel: 9 }) });

export const zstdOptions = ({ level }: Codec): ZstdOptions => (level === undefined ? {} : { params: { [constants.ZSTD_c_compressionLevel]: level } });

function whole(bytes: Uint8Array, length: number, where: DiskErrorContext): Uint8Array {
  if (bytes.length < length) {
    throw new DiskError({ code: 'DISK_IMAGE_CORRUPT', kind: 'corrupt', message: `a compressed block gives ${bytes.length} of ${length} bytes`, context: where });
  }
  return bytes.length > length ? bytes.subarray(0, length) : bytes;
}
