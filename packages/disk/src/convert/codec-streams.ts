/**
 * node:zlib with one stream for all blocks, into memory that is there already.
 *
 * zlib's synchronous functions make a new stream and new buffers for each block. On 64 KiB blocks of a disk that costs a tenth of the time of deflate, half of that of zstd's
 * unpacking, and 130 MiB of buffers that wait for a collection in each thread. So the handle below a zlib stream is driven as node:zlib itself drives it (`writeSync`, `reset`):
 * that is no public interface. It is tried once, on a block whose result is known, and where it does not answer as it should, or a block is not as it should be, the functions
 * of codec.ts take over, whose bytes are the same.
 */
import { constants, createDeflate, createDeflateRaw, createInflate, createInflateRaw, createZstdCompress, createZstdDecompress } from 'node:zlib';
import type { Codec } from '../codec.ts';
import { pack, zlibOptions, zstdOptions } from '../codec.ts';

interface Handle {
  reset(): void;
  writeSync(flush: number, from: Uint8Array, fromOffset: number, fromLength: number, into: Uint8Array, intoOffset: number, intoLength: number): void;
}

/** What is used of a zlib stream. */
interface DrivenStream {
  readonly _handle: Handle | null;
  /** What was left after the last write: room in the output, bytes of the input. */
  readonly _writeState: Uint32Array;
  readonly destroyed: boolean;
  on(event: 'error', listener: () => void): unknown;
}

let isUsable: boolean | undefined;

/** By what was asked of it; the codecs of one conversion are few. */
const streams = new Map<string, DrivenStream>();

/** @returns how many bytes of `into` the compressed block takes; undefined where it has to be done otherwise */
export function packInto(codec: Codec, from: Uint8Array, into: Uint8Array): number | undefined {
  const room = drive(`pack ${codec.name} ${codec.level} ${codec.windowBits}`, () => packer(codec), codec.name === 'zstd' ? constants.ZSTD_e_end : constants.Z_FINISH, from, into);
  // A full output may be one that would have needed more.
  return room === undefined || room === 0 ? undefined : into.length - room;
}

/** @returns whether `into` has been filled; if not, the block is damaged, or has to be unpacked otherwise */
export function unpackInto({ name }: Codec, from: Uint8Array, into: Uint8Array): boolean {
  return drive(`unpack ${name}`, () => unpacker(name), name === 'zstd' ? constants.ZSTD_e_flush : constants.Z_SYNC_FLUSH, from, into) === 0;
}

function packer(codec: Codec): unknown {
  switch (codec.name) {
    case 'deflate': return createDeflateRaw(zlibOptions(codec));
    case 'zlib': return createDeflate(zlibOptions(codec));
    case 'zstd': return createZstdCompress(zstdOptions(codec));
    default: return undefined;
  }
}

function unpacker(name: Codec['name']): unknown {
  switch (name) {
    case 'deflate': return createInflateRaw();
    case 'zlib': return createInflate();
    case 'zstd': return createZstdDecompress();
    default: return undefined;
  }
}

/** @returns the room that is left in `into`; undefined where the stream cannot be driven */
function drive(key: string, create: () => unknown, flush: number, from: Uint8Array, into: Uint8Array): number | undefined {
  isUsable ??= isDrivable();
  return isUsable ? driveStream(key, create, flush, from, into) : undefined;
}

function driveStream(key: string, create: () => unknown, flush: number, from: Uint8Array, into: Uint8Array): number | undefined {
  let stream = streams.get(key);
  if (stream === undefined) {
    stream = create() as DrivenStream | undefined;
    if (stream === undefined) return undefined;
    // Damaged data: the stream is at its end, and the next block gets a new one.
    stream.on('error', () => undefined);
    streams.set(key, stream);
  } else {
    stream._handle!.reset();
  }
  stream._handle!.writeSync(flush, from, 0, from.length, into, 0, into.length);
  if (stream.destroyed) {
    streams.delete(key);
    return undefined;
  }
  return stream._writeState[0];
}

/** Two blocks there and back, twice, so that a stream is used again. */
function isDrivable(): boolean {
  try {
    for (let i = 0; i < 2; i++) {
      for (const name of ['deflate', 'zlib', 'zstd'] as const) {
        const codec: Codec = { name };
        const block = Uint8Array.from({ length: 2000 }, (_, at) => (at * at) >> (i + 8));
        const small = new Uint8Array(4000);
        const room = driveStream(`pack ${name} undefined undefined`, () => packer(codec), name === 'zstd' ? constants.ZSTD_e_end : constants.Z_FINISH, block, small);
        if (room === undefined || Buffer.compare(small.subarray(0, small.length - room), pack(codec, block)) !== 0) return false;
        const back = new Uint8Array(block.length);
        driveStream(`unpack ${name}`, () => unpacker(name), name === 'zstd' ? constants.ZSTD_e_flush : constants.Z_SYNC_FLUSH, small.subarray(0, small.length - room), back);
        if (Buffer.compare(back, block) !== 0) return false;
      }
    }
    return true;
  } catch {
    return false;
  }
}
