/** The server's side of "Transmission": requests of one client, several at once. */
import type { Disk, Extent } from '../disk.ts';
import { DiskError } from '../errors.ts';
import type { DiskErrorKind } from '../errors.ts';
import { isZero } from '../store/store.ts';
import { ConnectionLost } from './byte-stream.ts';
import type { ByteStream } from './byte-stream.ts';
import {
  AllocationFlag, Chunk, CHUNK_DONE, CHUNK_MAGIC, chunkErrorLayout, chunkLayout, Command, CommandFlag, contextLayout, descriptorLayout, ErrorValue, holeLayout, MOST_PAYLOAD_BYTES, offsetLayout, REQUEST_MAGIC,
  requestLayout, SIMPLE_REPLY_MAGIC, simpleReplyLayout,
} from './layout.ts';
import { ALLOCATION_ID } from './server-handshake.ts';
import type { Agreement } from './server-handshake.ts';

interface Request {
  readonly command: number;
  readonly flags: number;
  readonly cookie: bigint;
  readonly offset: number;
  readonly length: number;
}

const MOST_UNDER_WAY = 32;
/** Of payloads, for one client: the largest there may be, so that it always fits. */
const MOST_BYTES_UNDER_WAY = MOST_PAYLOAD_BYTES;
const MOST_DESCRIPTORS = 4096;

const ERROR_OF: Readonly<Partial<Record<DiskErrorKind, number>>> = {
  'read-only': ErrorValue.EPERM, denied: ErrorValue.EPERM, 'no-space': ErrorValue.ENOSPC, range: ErrorValue.EINVAL, unsupported: ErrorValue.ENOTSUP, aborted: ErrorValue.ESHUTDOWN,
};

const ALLOWED_FLAGS: Readonly<Record<number, number>> = {
  [Command.read]: CommandFlag.df, [Command.write]: CommandFlag.fua, [Command.flush]: 0, [Command.trim]: CommandFlag.fua, [Command.cache]: 0, [Command.writeZeroes]: CommandFlag.fua | CommandFlag.noHole,
  [Command.blockStatus]: CommandFlag.reqOne,
};
const CHANGES: ReadonlySet<number> = new Set([Command.write, Command.trim, Command.writeZeroes]);

class RequestError extends Error {
  readonly value: number;

  constructor(value: number) {
    super(`error ${value}`);
    this.value = value;
  }
}

export class ServerTransmission {
  readonly #disk: Disk;
  readonly #isReadOnly: boolean;
  readonly #stream: ByteStream;
  readonly #agreement: Agreement;
  readonly #underWay = new Set<Promise<void>>();
  #bytesUnderWay = 0;
  #isStopping = false;

  constructor(disk: Disk, isReadOnly: boolean, agreement: Agreement) {
    this.#disk = disk;
    this.#isReadOnly = isReadOnly;
    this.#stream = agreement.stream;
    this.#agreement = agreement;
  }

  /** Until the client goes. What it has asked for is done and answered before. */
  async run(): Promise<void> {
    try {
      while (!this.#isStopping && this.#stream.isOpen && await this.#accept());
    } finally {
      await Promise.allSettled(this.#underWay);
    }
  }

  /** No further request is taken. */
  stop(): void {
    this.#isStopping = true;
    if (this.#underWay.size === 0) this.#stream.end();
  }

  async #accept(): Promise<boolean> {
    const header = await this.#stream.readLayout(requestLayout);
    if (header.magic !== REQUEST_MAGIC) throw new ConnectionLost('a request of the client is none');
    if (header.command === Command.disconnect) return false;
    const { command, flags, cookie, length } = header;
    const hasPayload = command === Command.read || command === Command.write;
    // A payload that is too long to be skipped ends the connection; a read is only refused.
    if (command === Command.write && length > MOST_PAYLOAD_BYTES) throw new ConnectionLost(`a write of ${length} bytes`);
    const problem = this.#problemOf(header);
    if (problem !== undefined) {
      if (command === Command.write) await this.#stream.skip(length);
      await this.#room(0);
      this.#start(0, this.#replyError(cookie, problem));
      return true;
    }
    const bytes = hasPayload ? length : 0;
    await this.#room(bytes);
    const payload = new Uint8Array(bytes);
    if (command === Command.write) await this.#stream.readInto(payload);
    this.#start(bytes, this.#answer({ command, flags, cookie, offset: Number(header.offset), length }, payload));
    return true;
  }

  /** Waits until so much memory may be taken. */
  async #room(bytes: number): Promise<void> {
    while (this.#underWay.size >= MOST_UNDER_WAY || this.#bytesUnderWay + bytes > MOST_BYTES_UNDER_WAY) await Promise.race(this.#underWay);
  }

  #start(bytes: number, work: Promise<void>): void {
    this.#bytesUnderWay += bytes;
    const done = work.catch((error: unknown) => this.#stream.destroy(new ConnectionLost(error instanceof Error ? error.message : String(error)))).then(() => {
      this.#underWay.delete(done);
      this.#bytesUnderWay -= bytes;
      if (this.#isStopping && this.#underWay.size === 0) this.#stream.end();
    });
    this.#underWay.add(done);
  }

  #problemOf({ command, flags, offset, length }: { readonly command: number; readonly flags: number; readonly offset: bigint; readonly length: number }): number | undefined {
    const allowed = ALLOWED_FLAGS[command];
    // FUA is allowed wherever it is offered, also where it changes nothing.
    if (allowed === undefined || (flags & ~(allowed | CommandFlag.fua)) !== 0) return ErrorValue.EINVAL;
    if (CHANGES.has(command) && this.#isReadOnly) return ErrorValue.EPERM;
    if (command === Command.flush) return undefined;
    if (offset + BigInt(length) > BigInt(this.#disk.size)) return command === Command.write || command === Command.writeZeroes ? ErrorValue.ENOSPC : ErrorValue.EINVAL;
    if (length === 0 && command === Command.blockStatus) return ErrorValue.EINVAL;
    if (command === Command.read && length > MOST_PAYLOAD_BYTES) return ErrorValue.EOVERFLOW;
    if (command === Command.blockStatus && !this.#agreement.hasAllocation) return ErrorValue.EINVAL;
    return undefined;
  }

  async #answer(request: Request, payload: Uint8Array): Promise<void> {
    let reply: () => Promise<void>;
    try {
      reply = await this.#carryOut(request, payload);
    } catch (error) {
      const value = error instanceof RequestError ? error.value : error instanceof DiskError ? ERROR_OF[error.kind] : undefined;
      return this.#replyError(request.cookie, value ?? ErrorValue.EIO, error instanceof DiskError ? error.kind : '');
    }
    return reply();
  }

  /** @returns what sends the reply */
  async #carryOut({ command, flags, cookie, offset, length }: Request, payload: Uint8Array): Promise<() => Promise<void>> {
    const disk = this.#disk;
    switch (command) {
      case Command.read:
        await disk.read(offset, payload);
        return () => this.#replyData(cookie, offset, payload);
      case Command.write: await disk.write(offset, payload); break;
      case Command.flush: await disk.flush(); break;
      case Command.trim: await disk.discard(offset, length); break;
      case Command.writeZeroes: await disk.zero(offset, length, { keepRoom: (flags & CommandFlag.noHole) !== 0 }); break;
      case Command.blockStatus: {
        const descriptors = await this.#status(offset, length, (flags & CommandFlag.reqOne) !== 0 ? 1 : MOST_DESCRIPTORS);
        return () => this.#replyChunk(cookie, Chunk.blockStatus, contextLayout.encode({ id: ALLOCATION_ID }), descriptors);
      }
      // The host's own cache reads ahead well enough.
      default: break;
    }
    if (CHANGES.has(command) && (flags & CommandFlag.fua) !== 0) await disk.flush();
    return () => this.#replyDone(cookie);
  }

  async #status(offset: number, length: number, most: number): Promise<Uint8Array> {
    const found: { length: number; flags: number }[] = [];
    for await (const extent of this.#disk.extents(offset, length)) {
      const flags = allocationOf(extent);
      const last = found.at(-1);
      if (last?.flags === flags) last.length += extent.length;
      else if (found.length === most) break;
      else found.push({ length: extent.length, flags });
    }
    const bytes = new Uint8Array(found.length * descriptorLayout.byteLength);
    found.forEach((descriptor, i) => descriptorLayout.write(bytes, descriptor, i * descriptorLayout.byteLength));
    return bytes;
  }

  #replyData(cookie: bigint, offset: number, bytes: Uint8Array): Promise<void> {
    if (!this.#agreement.isStructured) return this.#stream.write(simpleReplyLayout.encode({ magic: SIMPLE_REPLY_MAGIC, error: 0, cookie }), bytes);
    if (bytes.length === 0) return this.#replyChunk(cookie, Chunk.none);
    if (isZero(bytes)) return this.#replyChunk(cookie, Chunk.offsetHole, holeLayout.encode({ offset: BigInt(offset), length: bytes.length }));
    return this.#replyChunk(cookie, Chunk.offsetData, offsetLayout.encode({ offset: BigInt(offset) }), bytes);
  }

  #replyDone(cookie: bigint): Promise<void> {
    return this.#agreement.isStructured ? this.#replyChunk(cookie, Chunk.none) : this.#stream.write(simpleReplyLayout.encode({ magic: SIMPLE_REPLY_MAGIC, error: 0, cookie }));
  }

  /** @param words nothing of the host's: the client may be a stranger */
  #replyError(cookie: bigint, error: number, words = ''): Promise<void> {
    if (!this.#agreement.isStructured) return this.#stream.write(simpleReplyLayout.encode({ magic: SIMPLE_REPLY_MAGIC, error: error === ErrorValue.EOVERFLOW ? ErrorValue.EINVAL : error, cookie }));
    const message = Buffer.from(words);
    return this.#replyChunk(cookie, Chunk.error, chunkErrorLayout.encode({ error, messageLength: message.length }), message);
  }

  /** Every reply of ours is one piece. */
  #replyChunk(cookie: bigint, type: number, ...pieces: readonly Uint8Array[]): Promise<void> {
    return this.#stream.write(chunkLayout.encode({ magic: CHUNK_MAGIC, flags: CHUNK_DONE, type, cookie, length: pieces.reduce((sum, piece) => sum + piece.length, 0) }), ...pieces);
  }
}

function allocationOf({ kind, isAllocated, offset }: Extent): number {
  if (kind === 'data') return 0;
  // Zeros that have a place in the file are a hole of the file.
  return isAllocated && offset === undefined ? AllocationFlag.zero : AllocationFlag.hole | AllocationFlag.zero;
}
