/**
 * Images that are wrapped in a compressed file as a whole (disk.qcow2.gz, disk.raw.xz): told by their first bytes, read as a stream, and opened by way of a temporary sparse file, since
 * a format is read here and there.
 *
 * Missing: bzip2 (`BZh`), which is recognised and refused.
 */
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import xz from 'xz-decompress';
import type { Disk } from '../disk.ts';
import { beyondLimit, DiskError, systemError, unsupported } from '../errors.ts';
import type { DiskErrorContext } from '../errors.ts';
import { openStore } from '../open-disk.ts';
import { FileStore } from '../store/file-store.ts';
import { readPadded } from '../store/store.ts';
import type { Store } from '../store/store.ts';
import { throwIfAborted } from './loaded-chunks.ts';
import { nonZeroRanges } from './zero-runs.ts';

export type Wrapping = 'gz' | 'xz' | 'zst' | 'bz2';

const MAGICS: readonly (readonly [Wrapping, readonly number[]])[] = [
  ['gz', [0x1f, 0x8b, 0x08]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['zst', [0x28, 0xb5, 0x2f, 0xfd]],
  ['bz2', [0x42, 0x5a, 0x68]],
];

/** @param head the first 6 bytes or more */
export const wrappingOf = (head: Uint8Array): Wrapping | undefined => MAGICS.find(([, magic]) => magic.every((byte, i) => head[i] === byte))?.[0];

interface UnwrapOptions {
  /** What comes out may not be longer, in bytes: a few kilobytes can promise terabytes. 16 TiB when it is not given. */
  readonly mostBytes?: number;
  readonly signal?: AbortSignal;
  /** For errors. */
  readonly path?: string;
}

const USUAL_MOST_BYTES = 16 * 1024 ** 4;

/**
 * What is in a wrapped file, in order. What was taken for one thing and is another, damaged or cut off, throws at its place.
 * @throws DiskError
 */
export async function* unwrapped(source: Readable, wrapping: Wrapping, { mostBytes = USUAL_MOST_BYTES, signal, path }: UnwrapOptions = {}): AsyncGenerator<Uint8Array> {
  const where: DiskErrorContext = { ...(path === undefined ? {} : { path }), op: 'unpack' };
  let length = 0;
  try {
    for await (const bytes of unwrapperOf(source, wrapping, where) as AsyncIterable<Uint8Array>) {
      throwIfAborted(signal);
      length += bytes.length;
      if (length > mostBytes) throw beyondLimit(`it unpacks to more than ${mostBytes} bytes`, where);
      yield bytes;
    }
  } catch (error) {
    throw error instanceof DiskError ? error : asDiskError(error, wrapping, where);
  }
}

function unwrapperOf(source: Readable, wrapping: Wrapping, where: DiskErrorContext): Readable {
  // The errors of all parts come out at the end of the line, which is read.
  switch (wrapping) {
    case 'gz': return pipeline(source, createGunzip(), () => undefined);
    case 'zst': return pipeline(source, createZstdDecompress(), () => undefined);
    case 'xz': return Readable.fromWeb(new xz.XzReadableStream(Readable.toWeb(source) as unknown as ConstructorParameters<typeof xz.XzReadableStream>[0]) as Parameters<typeof Readable.fromWeb>[0]);
    case 'bz2': throw unsupported('bzip2 around an image is not read', where, 'unpack it with bunzip2 before');
  }
}

function asDiskError(error: unknown, wrapping: Wrapping, where: DiskErrorContext): DiskError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (/^E[A-Z]+$/.test(code)) return systemError(error, where);
  const message = error instanceof Error ? error.message : String(error);
  return /unexpected end|Truncated/i.test(message)
    ? new DiskError({ code: 'DISK_IMAGE_TRUNCATED', kind: 'corrupt', message: `the ${wrapping} stream ends early`, context: where, hint: 'the file may have been copied in part', cause: error })
    : new DiskError({ code: 'DISK_IMAGE_CORRUPT', kind: 'corrupt', message: `the ${wrapping} stream is damaged: ${message}`, context: where, cause: error });
}

export interface OpenWrappedOptions extends UnwrapOptions {
  /** Of the image inside; found out when it is not given. */
  readonly format?: string;
  /** For the file that it is unpacked to; the system's when it is not given. */
  readonly temporaryFolder?: string;
  readonly passphrase?: string;
  /** Bytes that have come out so far. */
  readonly onProgress?: (bytes: number) => void;
}

/** Is the file wrapped, and how? */
export async function wrappingOfFile(path: string): Promise<Wrapping | undefined> {
  const store = await FileStore.open(path);
  try {
    return wrappingOf(await readPadded(store, 0, 8));
  } finally {
    await store.close();
  }
}

/**
 * Opens the image in a wrapped file, for reading. The temporary file has no name any more when this returns, so that it is gone with the disk, or with the process.
 * @throws DiskError `DISK_REFERENCE_DENIED` for an image that stands on another one
 */
export async function openWrapped(path: string, wrapping: Wrapping, options: OpenWrappedOptions = {}): Promise<Disk> {
  const temporary = join(options.temporaryFolder ?? tmpdir(), `worldswitch-${randomBytes(8).toString('hex')}`);
  const store = await FileStore.open(temporary, { create: 'new' });
  try {
    try {
      await unlink(temporary);
    } catch (error) {
      throw systemError(error, { path: temporary, op: 'delete' });
    }
    await fill(store, unwrapped(createReadStream(path, { highWaterMark: READ_BYTES }), wrapping, { ...options, path }), options.onProgress);
    return await openStore(store, { ...(options.format === undefined ? {} : { format: options.format }), ...(options.passphrase === undefined ? {} : { passphrase: options.passphrase }) });
  } catch (error) {
    await store.close();
    throw error;
  }
}

const READ_BYTES = 256 * 1024;
const HOLE_BYTES = 4096;

/** Writes what is not zero, so that the file has holes where the image has. */
async function fill(store: Store, pieces: AsyncIterable<Uint8Array>, onProgress: (bytes: number) => void = () => undefined): Promise<void> {
  let end = 0;
  for await (const bytes of pieces) {
    for (const range of nonZeroRanges(bytes, HOLE_BYTES)) await store.write(end + range.start, bytes.subarray(range.start, range.end));
    end += bytes.length;
    onProgress(end);
  }
  if (store.length < end) await store.resize(end);
}
