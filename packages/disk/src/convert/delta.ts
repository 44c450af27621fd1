/** Differences between two disks as a file of their own, which makes the second of the first: written and read as a stream. */
import { pack, unpack } from '../codec.ts';
import type { Codec } from '../codec.ts';
import type { Disk } from '../disk.ts';
import { corrupt, DiskError, unsupported } from '../errors.ts';
import type { DiskErrorContext } from '../errors.ts';
import { isZero } from '../store/store.ts';
import type { Awaitable } from '../store/store.ts';
import { crcOf, DELTA_MAGIC, DELTA_VERSION, deltaHeader, deltaRecord, RECORD } from './delta-layout.ts';
import { digest, Nz64Hash, NZ64_BLOCK_BYTES } from './digest.ts';
import { loadedChunks, throwIfAborted } from './loaded-chunks.ts';
import { ProgressMeter } from './progress.ts';
import type { ProgressOptions } from './progress.ts';

const BLOCK_BYTES = NZ64_BLOCK_BYTES;
const CODEC: Codec = { name: 'zstd' };

export interface DeltaOptions extends ProgressOptions {
  readonly threads?: number;
}

export interface DeltaResult {
  /** Of blocks that differ. */
  readonly changedBytes: number;
  readonly records: number;
}

/**
 * Writes what makes `to` of `from`.
 * @param write gets the file's bytes in order
 */
export async function diff(from: Disk, to: Disk, write: (bytes: Uint8Array) => Awaitable<void>, options: DeltaOptions = {}): Promise<DeltaResult> {
  const { signal, threads } = options;
  const load = { unitBytes: BLOCK_BYTES, isComplete: true, ...(threads === undefined ? {} : { threads }), ...(signal === undefined ? {} : { signal }) };
  const { digest: baseDigest } = await digest(from, { algorithm: 'nz64', ...(threads === undefined ? {} : { threads }), ...(signal === undefined ? {} : { signal }) });
  const header = deltaHeader.encode({ magic: DELTA_MAGIC, version: DELTA_VERSION, blockBytes: BLOCK_BYTES, baseSize: from.size, size: to.size, baseDigest: Buffer.from(baseDigest, 'hex') });
  deltaHeader.write(header, { crc: crcOf(header) });
  await write(header);
  const records = new RecordWriter(write);
  const result = new Nz64Hash();
  const meter = new ProgressMeter(options, to.size, 'diff');
  const base = loadedChunks(from, load);
  try {
    for await (const { start, length, bytes } of loadedChunks(to, load)) {
      // Both are cut at the same places: chunks are complete, and begin at multiples of their size.
      const next = await base.next();
      const old = next.done === true ? new Uint8Array(0) : next.value.bytes;
      for (let at = 0; at < length; at += BLOCK_BYTES) {
        const block = bytes.subarray(at, Math.min(at + BLOCK_BYTES, length));
        if (!isSame(old.subarray(at, at + block.length), block)) await records.add(start + at, block);
      }
      result.update(start, bytes);
      await meter.reached(start + length, records.changedBytes);
    }
  } finally {
    await base.return(undefined);
  }
  await records.finish(to.size, result.digest());
  meter.finished();
  return { changedBytes: records.changedBytes, records: records.count };
}

/** What is beyond the end of the old disk is zero. */
function isSame(old: Uint8Array, block: Uint8Array): boolean {
  return Buffer.compare(old, block.subarray(0, old.length)) === 0 && isZero(block.subarray(old.length));
}

class RecordWriter {
  readonly #write: (bytes: Uint8Array) => Awaitable<void>;
  /** Zeros that are not written yet, since more may follow. */
  #zeros: { at: number; length: number } | undefined;
  count = 0;
  changedBytes = 0;

  constructor(write: (bytes: Uint8Array) => Awaitable<void>) {
    this.#write = write;
  }

  async add(at: number, block: Uint8Array): Promise<void> {
    this.changedBytes += block.length;
    if (isZero(block)) {
      if (this.#zeros !== undefined && this.#zeros.at + this.#zeros.length === at) {
        this.#zeros.length += block.length;
        return;
      }
      await this.#writeZeros();
      this.#zeros = { at, length: block.length };
      return;
    }
    await this.#writeZeros();
    const packed = pack(CODEC, block);
    // The buffer is used again when this has returned, and whoever writes may keep what it is given.
    const contents = packed.length < block.length ? packed : Uint8Array.from(block);
    await this.#record({ kind: RECORD.data, at, length: block.length, packedLength: contents.length }, contents);
  }

  async #writeZeros(): Promise<void> {
    if (this.#zeros !== undefined) await this.#record({ kind: RECORD.zero, ...this.#zeros });
    this.#zeros = undefined;
  }

  async #record(fields: { kind: number; at: number; length: number; packedLength?: number }, contents: Uint8Array = new Uint8Array(0)): Promise<void> {
    const record = deltaRecord.encode(fields);
    deltaRecord.write(record, { crc: crcOf(record, contents) });
    await this.#write(record);
    if (contents.length > 0) await this.#write(contents);
    this.count++;
  }

  async finish(size: number, resultDigest: Uint8Array): Promise<void> {
    await this.#writeZeros();
    const end = deltaRecord.encode({ kind: RECORD.end, at: size, packedLength: resultDigest.length, count: this.count });
    deltaRecord.write(end, { crc: crcOf(end, resultDigest) });
    await this.#write(end);
    await this.#write(resultDigest);
  }
}

export interface PatchOptions extends ProgressOptions {
  readonly threads?: number;
  /** For errors: the delta's file. */
  readonly path?: string;
}

/**
 * Makes of `disk`, which is open for writing, the disk that the delta was made for. It is looked at before, and again when it is done. When this fails half-way it is neither the one
 * nor the other: patch a copy, or a layer above.
 * @throws DiskError `DISK_PARENT_MISMATCH` for a disk that is not the delta's, `DISK_IMAGE_CORRUPT` or `DISK_IMAGE_TRUNCATED` for a damaged delta
 */
export async function patch(disk: Disk, delta: AsyncIterable<Uint8Array>, options: PatchOptions = {}): Promise<DeltaResult> {
  const { signal, threads, path } = options;
  const where: DiskErrorContext = { ...(path === undefined ? {} : { path }), op: 'patch' };
  await using reader = new ExactReader(delta, where);
  const head = await reader.take(deltaHeader.byteLength);
  const header = deltaHeader.read(head, 0, where);
  if (header.magic !== DELTA_MAGIC) throw corrupt('it is no delta between disks', { ...where, field: 'magic' });
  if (header.version !== DELTA_VERSION) throw unsupported(`deltas of version ${header.version} are not known`, where);
  if (crcOf(head) !== header.crc) throw corrupt('the header is damaged', { ...where, field: 'crc' });
  if (header.blockBytes !== BLOCK_BYTES) throw corrupt(`blocks of ${header.blockBytes} bytes are not known`, { ...where, field: 'blockBytes' });
  const nz64Of = async (): Promise<string> => (await digest(disk, { algorithm: 'nz64', ...(threads === undefined ? {} : { threads }), ...(signal === undefined ? {} : { signal }) })).digest;
  if (disk.size !== header.baseSize || (await nz64Of()) !== Buffer.from(header.baseDigest).toString('hex')) {
    throw new DiskError({ code: 'DISK_PARENT_MISMATCH', kind: 'usage', message: 'the delta was made for another disk', context: { path: disk.image.store.name, op: 'patch' } });
  }
  if (header.size !== disk.size) await resize(disk, header.size);
  const meter = new ProgressMeter(options, header.size, 'patch');
  let changedBytes = 0;
  for (let records = 0, end = 0; ; records++) {
    throwIfAborted(signal);
    const { record, contents } = await takeRecord(reader, where);
    if (record.kind === RECORD.end) {
      if (record.count !== records) throw corrupt(`${records} of ${record.count} records are there`, { ...where, field: 'count' });
      if (header.size === disk.size && (await nz64Of()) !== Buffer.from(contents).toString('hex')) throw corrupt('what has come out is not the disk that the delta was made for', where);
      await disk.flush();
      meter.finished();
      return { changedBytes, records };
    }
    const { at, length } = record;
    if (at < end || at % BLOCK_BYTES !== 0 || length === 0 || at + length > header.size) throw corrupt(`a record of ${length} bytes at ${at} is not within the disk, or not in order`, { ...where, field: 'at' });
    if (record.kind === RECORD.zero) await disk.zero(at, length);
    else await disk.write(at, contents.length < length ? await unpack(CODEC, contents, length, where) : contents);
    end = at + length;
    changedBytes += length;
    await meter.reached(end, changedBytes);
  }
}

async function resize(disk: Disk, size: number): Promise<void> {
  const { image } = disk;
  if (image.resize === undefined) throw unsupported(`${image.format} images are not resized, and the delta makes ${size} bytes of ${disk.size}`, { path: image.store.name, op: 'patch' }, 'patch a copy in another format');
  await disk.change(async () => image.resize!(size));
}

async function takeRecord(reader: ExactReader, where: DiskErrorContext): Promise<{ record: ReturnType<typeof deltaRecord.read>; contents: Uint8Array }> {
  const head = await reader.take(deltaRecord.byteLength);
  const record = deltaRecord.read(head, 0, where);
  const isKnown = record.kind === RECORD.data ? record.length <= BLOCK_BYTES && record.packedLength > 0 && record.packedLength <= record.length
    : record.kind === RECORD.zero ? record.packedLength === 0
    : record.kind === RECORD.end && record.packedLength === 32;
  if (!isKnown) throw corrupt(`a record of kind ${record.kind} has ${record.packedLength} bytes for ${record.length}`, { ...where, offset: reader.offset - head.length, field: 'kind' });
  const contents = await reader.take(record.packedLength);
  if (crcOf(head, contents) !== record.crc) throw corrupt('a record is damaged', { ...where, offset: reader.offset - head.length - contents.length, field: 'crc' });
  return { record, contents };
}

/** Takes pieces of the lengths that are wanted from pieces as they come. */
class ExactReader implements AsyncDisposable {
  readonly #pieces: AsyncIterator<Uint8Array>;
  readonly #where: DiskErrorContext;
  #piece: Uint8Array = new Uint8Array(0);
  offset = 0;

  constructor(source: AsyncIterable<Uint8Array>, where: DiskErrorContext) {
    this.#pieces = source[Symbol.asyncIterator]();
    this.#where = where;
  }

  /** The caller bounds `length`. */
  async take(length: number): Promise<Uint8Array> {
    const into = new Uint8Array(length);
    for (let done = 0; done < length;) {
      if (this.#piece.length === 0) {
        const next = await this.#pieces.next();
        if (next.done === true) {
          throw new DiskError({ code: 'DISK_IMAGE_TRUNCATED', kind: 'corrupt', message: 'the delta ends early', context: { ...this.#where, offset: this.offset }, hint: 'the file may have been copied in part' });
        }
        this.#piece = next.value;
        continue;
      }
      const part = this.#piece.subarray(0, length - done);
      into.set(part, done);
      done += part.length;
      this.offset += part.length;
      this.#piece = this.#piece.subarray(part.length);
    }
    return into;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pieces.return?.();
  }
}
