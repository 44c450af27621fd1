/** How blocks are compressed, by name: a codec is data, so that a block and its codec can be sent to another thread. */
import { constants, deflateRawSync, deflateSync, inflateRawSync, inflateSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
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
      case 'deflate': return whole(inflateRawSync(packed, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: unpackedLength }), unpackedLength, where);
      case 'zlib': return whole(inflateSync(packed, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: unpackedLength }), unpackedLength, where);
      case 'zstd': return whole(zstdDecompressSync(packed, { finishFlush: constants.ZSTD_e_flush, maxOutputLength: unpackedLength }), unpackedLength, where);
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

/** The block compressed. It may be longer than the block. */
export function pack({ name, level, windowBits }: Codec, bytes: Uint8Array): Uint8Array {
  switch (name) {
    case 'deflate': return deflateRawSync(bytes, { ...(level === undefined ? {} : { level }), ...(windowBits === undefined ? {} : { windowBits, memLevel: 9 }) });
    case 'zlib': return deflateSync(bytes, level === undefined ? {} : { level });
    case 'zstd': return zstdCompressSync(bytes, level === undefined ? {} : { params: { [constants.ZSTD_c_compressionLevel]: level } });
    default: throw unsupported(`blocks are not written with ${name}`, {});
  }
}

function whole(bytes: Uint8Array, length: number, where: DiskErrorContext): Uint8Array {
  if (bytes.length < length) {
    throw new DiskError({ code: 'DISK_IMAGE_CORRUPT', kind: 'corrupt', message: `a compressed block gives ${bytes.length} of ${length} bytes`, context: where });
  }
  return bytes.length > length ? bytes.subarray(0, length) : bytes;
}
