/** The client's side of "Transmission": requests under way, several at once, and the replies to them in whatever order they come. */
import { DiskError } from '../errors.ts';
import type { DiskErrorCode, DiskErrorContext, DiskErrorKind } from '../errors.ts';
import { ConnectionLost, textOf } from './byte-stream.ts';
import type { ByteStream } from './byte-stream.ts';
import { protocolError } from './client-handshake.ts';
import type { Export } from './client-handshake.ts';
import {
  Chunk, CHUNK_DONE, CHUNK_MAGIC, chunkErrorLayout, chunkLayout, Command, contextLayout, descriptorLayout, ErrorValue, holeLayout, isErrorChunk, MOST_TEXT_BYTES, offsetLayout, REQUEST_MAGIC, requestLayout,
  SIMPLE_REPLY_MAGIC, simpleReplyLayout,
} from './layout.ts';

/** A stretch from the beginning of a request, by AllocationFlag. */
export interface Descriptor {
  readonly length: number;
  readonly flags: number;
}

interface Pending {
  readonly command: number;
  readonly offset: number;
  readonly length: number;
  /** For reads. */
  readonly into?: Uint8Array;
  /** Bytes of `into` that have come. */
  filled: number;
  chunks: number;
  descriptors: Descriptor[];
  error: DiskError | undefined;
  readonly resolve: (descriptors: readonly Descriptor[]) => void;
  readonly reject: (error: unknown) => void;
}

interface Request {
  readonly command: number;
  readonly flags?: number;
  readonly offset?: number;
  readonly length?: number;
  readonly payload?: Uint8Array;
  readonly into?: Uint8Array;
}

const MOST_DESCRIPTORS = 64 * 1024;
/** A server may answer in pieces; one that sends only empty ones would go on for ever. */
const MOST_CHUNKS = 64 * 1024;

export class ClientConnection {
  readonly offer: Export;
  readonly #stream: ByteStream;
  readonly #where: DiskErrorContext;
  readonly #timeoutMs: number;
  readonly #pending = new Map<bigint, Pending>();
  #lastCookie = 0n;
  #timer: NodeJS.Timeout | undefined;
  #failure: unknown;

  constructor(stream: ByteStream, offer: Export, { where, timeoutMs }: { readonly where: DiskErrorContext; readonly timeoutMs: number }) {
    this.#stream = stream;
    this.offer = offer;
    this.#where = where;
    this.#timeoutMs = timeoutMs;
    void this.#receive();
  }

  get isOpen(): boolean {
    return this.#failure === undefined && this.#stream.isOpen;
  }

  /**
   * @returns descriptors, for `blockStatus`
   * @throws DiskError what the server answers; ConnectionLost
   */
  async request({ command, flags = 0, offset = 0, length = 0, payload, into }: Request): Promise<readonly Descriptor[]> {
    if (this.#failure !== undefined) throw this.#failure;
    const cookie = ++this.#lastCookie;
    const reply = new Promise<readonly Descriptor[]>((resolve, reject) => {
      this.#pending.set(cookie, { command, offset, length, ...(into === undefined ? {} : { into }), filled: 0, chunks: 0, descriptors: [], error: undefined, resolve, reject });
    });
    // It may fail before it is awaited, while the request is still being sent.
    reply.catch(() => undefined);
    this.#restartTimer();
    const header = requestLayout.encode({ magic: REQUEST_MAGIC, flags, command, cookie, offset: BigInt(offset), length });
    try {
      await (payload === undefined ? this.#stream.write(header) : this.#stream.write(header, payload));
    } catch (error) {
      this.#fail(error);
    }
    return reply;
  }

  /** Says goodbye. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#failure ??= new ConnectionLost('the connection is closed');
    try {
      await this.#stream.write(requestLayout.encode({ magic: REQUEST_MAGIC, command: Command.disconnect }));
      this.#stream.end();
    } catch { /* it is gone already */ }
    this.#stream.destroy();
  }

  destroy(error: unknown): void {
    this.#fail(error);
  }

  async #receive(): Promise<void> {
    try {
      for (;;) await this.#receiveReply();
    } catch (error) {
      this.#fail(error);
    }
  }

  async #receiveReply(): Promise<void> {
    const bytes = await this.#stream.read(simpleReplyLayout.byteLength);
    const { magic, error, cookie } = simpleReplyLayout.read(bytes);
    const pending = this.#pending.get(cookie);
    if (pending === undefined) throw protocolError('a reply to no request', this.#where);
    if (magic === SIMPLE_REPLY_MAGIC) {
      if (error === 0 && pending.into !== undefined) {
        if (this.offer.isStructured) throw protocolError('a simple reply where structured ones are agreed', this.#where);
        await this.#stream.readInto(pending.into);
        pending.filled = pending.length;
      }
      if (error !== 0) pending.error = this.#serverError(error, pending);
      this.#finish(cookie, pending);
      return;
    }
    if (magic !== CHUNK_MAGIC || !this.offer.isStructured) throw protocolError('a reply of no known kind', this.#where);
    const whole = new Uint8Array(chunkLayout.byteLength);
    whole.set(bytes);
    await this.#stream.readInto(whole.subarray(bytes.length));
    const { flags, type, length } = chunkLayout.read(whole);
    if (++pending.chunks > MOST_CHUNKS) throw protocolError('a reply in too many pieces', this.#where);
    await this.#receiveChunk(pending, type, length);
    if ((flags & CHUNK_DONE) !== 0) this.#finish(cookie, pending);
    else this.#restartTimer();
  }

  async #receiveChunk(pending: Pending, type: number, length: number): Promise<void> {
    const atLeast = (bytes: number): void => {
      if (length < bytes) throw protocolError(`a piece of ${length} bytes and of kind ${type}`, this.#where);
    };
    if (isErrorChunk(type)) {
      atLeast(chunkErrorLayout.byteLength);
      if (length > 2 * MOST_TEXT_BYTES) throw protocolError(`an error of ${length} bytes`, this.#where);
      const data = await this.#stream.read(length);
      const { error, messageLength } = chunkErrorLayout.read(data);
      pending.error ??= this.#serverError(error, pending, textOf(data.subarray(chunkErrorLayout.byteLength, chunkErrorLayout.byteLength + messageLength)));
      return;
    }
    switch (type) {
      case Chunk.none:
        if (length !== 0) throw protocolError('bytes in an empty piece', this.#where);
        return;
      case Chunk.offsetData: {
        atLeast(offsetLayout.byteLength + 1);
        const { offset } = await this.#stream.readLayout(offsetLayout);
        await this.#stream.readInto(this.#partOf(pending, offset, length - offsetLayout.byteLength));
        return;
      }
      case Chunk.offsetHole: {
        if (length !== holeLayout.byteLength) throw protocolError('a hole of another length', this.#where);
        const hole = await this.#stream.readLayout(holeLayout);
        this.#partOf(pending, hole.offset, hole.length).fill(0);
        return;
      }
      case Chunk.blockStatus: {
        atLeast(contextLayout.byteLength + descriptorLayout.byteLength);
        const count = (length - contextLayout.byteLength) / descriptorLayout.byteLength;
        if (pending.command !== Command.blockStatus || !Number.isInteger(count) || count > MOST_DESCRIPTORS) throw protocolError(`a status of ${length} bytes`, this.#where);
        const data = await this.#stream.read(length);
        if (contextLayout.read(data).id !== this.offer.allocationContext) return;
        if (pending.descriptors.length > 0) throw protocolError('a status twice', this.#where);
        for (let i = 0; i < count; i++) pending.descriptors.push(descriptorLayout.read(data, contextLayout.byteLength + i * descriptorLayout.byteLength));
        return;
      }
      default: throw protocolError(`a piece of kind ${type}`, this.#where);
    }
  }

  /** Where the bytes of a piece go. */
  #partOf(pending: Pending, offset: bigint, length: number): Uint8Array {
    const start = Number(offset) - pending.offset;
    if (pending.into === undefined || start < 0 || length === 0 || start + length > pending.length) throw protocolError('bytes that were not asked for', this.#where);
    pending.filled += length;
    return pending.into.subarray(start, start + length);
  }

  #finish(cookie: bigint, pending: Pending): void {
    this.#pending.delete(cookie);
    this.#restartTimer();
    if (pending.error !== undefined) return pending.reject(pending.error);
    const isMissing = pending.into === undefined ? pending.command === Command.blockStatus && pending.descriptors.length === 0 : pending.filled !== pending.length;
    if (isMissing) {
      const error = protocolError(`${pending.filled} of ${pending.length} bytes`, this.#where);
      pending.reject(error);
      throw error;
    }
    pending.resolve(pending.descriptors);
  }

  /** A server that answers nothing is taken for gone. */
  #restartTimer(): void {
    clearTimeout(this.#timer);
    if (this.#pending.size > 0 && this.#failure === undefined) this.#timer = setTimeout(() => this.#fail(new ConnectionLost(`the server has not answered for ${this.#timeoutMs / 1000} s`)), this.#timeoutMs);
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    clearTimeout(this.#timer);
    this.#stream.destroy(error instanceof ConnectionLost ? error : undefined);
    for (const { reject } of this.#pending.values()) reject(this.#failure);
    this.#pending.clear();
  }

  #serverError(error: number, { command, offset }: Pending, words = ''): DiskError {
    const [code, kind, text] = ERRORS[error] ?? ['DISK_IO', 'io', `error ${error}`];
    const op = Object.entries(Command).find(([, number]) => number === command)?.[0] ?? 'ask';
    const readable = words.replace(/[^\x20-\x7e\u00a0-\uffff]+/g, ' ').slice(0, 200).trim();
    return new DiskError({ code, kind, message: `the server answers: ${text}${readable === '' ? '' : ` (${readable})`}`, context: { ...this.#where, offset, op } });
  }
}

const ERRORS: Readonly<Record<number, readonly [DiskErrorCode, DiskErrorKind, string]>> = {
  [ErrorValue.EPERM]: ['DISK_READ_ONLY', 'read-only', 'not permitted'],
  [ErrorValue.EIO]: ['DISK_IO', 'io', 'input/output error'],
  [ErrorValue.ENOMEM]: ['DISK_IO', 'io', 'out of memory'],
  [ErrorValue.EINVAL]: ['DISK_IO', 'io', 'invalid request'],
  [ErrorValue.ENOSPC]: ['DISK_NO_SPACE', 'no-space', 'no space left'],
  [ErrorValue.EOVERFLOW]: ['DISK_IO', 'io', 'too large'],
  [ErrorValue.ENOTSUP]: ['DISK_OPERATION_UNSUPPORTED', 'unsupported', 'not supported'],
  [ErrorValue.ESHUTDOWN]: ['DISK_IO', 'io', 'the server is shutting down'],
};

