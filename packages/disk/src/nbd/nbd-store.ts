/** An export of an NBD server as a store. It does not grow. */
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { DiskError } from '../errors.ts';
import type { DiskErrorContext } from '../errors.ts';
import { refuseWrite, truncated } from '../store/store.ts';
import type { Store, StoreExtent } from '../store/store.ts';
import { ByteStream, ConnectionLost } from './byte-stream.ts';
import { ClientConnection } from './client-connection.ts';
import type { Descriptor } from './client-connection.ts';
import { negotiate } from './client-handshake.ts';
import type { Export } from './client-handshake.ts';
import { AllocationFlag, Command, ExportFlag, MOST_RANGE_BYTES } from './layout.ts';
import { nbdUri, parseNbdLocation } from './location.ts';
import type { NbdLocation } from './location.ts';
import { readTlsFolder, secureClient } from './tls.ts';
import type { NbdTls } from './tls.ts';

export interface NbdOptions {
  readonly isWritable?: boolean;
  /** For nbds:// locations. */
  readonly tls?: NbdTls;
  /** The longest that a server may be silent while it is asked something, in milliseconds. */
  readonly timeoutMs?: number;
  /** How often a connection is made anew before a request fails. */
  readonly reconnects?: number;
  readonly signal?: AbortSignal;
}

/** Larger reads and writes are this many bytes each, several at once. */
const PIECE_BYTES = 1024 * 1024;
const MOST_UNDER_WAY = 16;
const CONNECT_MS = 15_000;
const FIRST_DELAY_MS = 100;
/** A map in more pieces than this ends with a stretch called data. */
const MOST_EXTENTS = 1024 * 1024;

export class NbdStore implements Store {
  readonly name: string;
  readonly isWritable: boolean;
  readonly length: number;
  readonly #location: NbdLocation;
  readonly #tls: NbdTls;
  readonly #timeoutMs: number;
  readonly #reconnects: number;
  readonly #signal: AbortSignal | undefined;
  readonly #offer: Export;
  #connection: Promise<ClientConnection>;
  /** Requests that wait for one of those under way to end. */
  readonly #waiting: (() => void)[] = [];
  #underWay = 0;
  /** Writes that were answered and not flushed: they are lost with a server that goes down. */
  #hasUnflushed = false;
  #lostUnflushed = false;
  /** Writes of parts of the server's blocks, one after the other. */
  #partialWrite: Promise<void> = Promise.resolve();
  #isClosed = false;

  private constructor(location: NbdLocation, tls: NbdTls, connection: ClientConnection, { isWritable = false, timeoutMs = 60_000, reconnects = 4, signal }: NbdOptions) {
    this.name = nbdUri(location);
    this.#location = location;
    this.#tls = tls;
    this.#timeoutMs = timeoutMs;
    this.#reconnects = reconnects;
    this.#signal = signal;
    this.#offer = connection.offer;
    this.isWritable = isWritable;
    this.length = this.#offer.size;
    this.#connection = Promise.resolve(connection);
    signal?.addEventListener('abort', this.#onAbort);
  }

  /**
   * @param where a URI (nbd://, nbds://, nbd+unix://, nbds+unix://) or qemu's nbd:unix:PATH, nbd:HOST:PORT
   * @throws DiskError
   */
  static async open(where: string, options: NbdOptions = {}): Promise<NbdStore> {
    const location = parseNbdLocation(where);
    const tls = options.tls ?? (location.certificates === undefined ? {} : await readTlsFolder(location.certificates, 'client'));
    const context = { path: nbdUri(location), op: 'open' };
    const connection = await connectTo(location, tls, options.timeoutMs ?? 60_000, options.signal).catch((error: unknown) => { throw toDiskError(error, context); });
    if (options.isWritable === true && (connection.offer.flags & ExportFlag.readOnly) !== 0) {
      await connection.close();
      throw new DiskError({ code: 'DISK_READ_ONLY', kind: 'read-only', message: 'the server allows reading only', context });
    }
    return new NbdStore(location, tls, connection, options);
  }

  readonly #onAbort = (): void => {
    void this.#connection.then((connection) => connection.destroy(new DiskError({ code: 'DISK_ABORTED', kind: 'aborted', message: 'was interrupted', context: { path: this.name } })), () => undefined);
  };

  async read(at: number, into: Uint8Array): Promise<void> {
    if (at + into.length > this.length) throw truncated(this, at, into.length);
    const start = this.#floor(at), end = this.#ceil(at + into.length);
    // What is beyond the last whole block is not to be had.
    if (end > this.length) throw truncated(this, at, into.length);
    const isWhole = start === at && end === at + into.length;
    const bytes = isWhole ? into : new Uint8Array(end - start);
    await this.#inPieces(start, bytes, 'read', (offset, piece) => ({ command: Command.read, offset, length: piece.length, into: piece }));
    if (!isWhole) into.set(bytes.subarray(at - start, at - start + into.length));
  }

  async write(at: number, from: Uint8Array): Promise<void> {
    if (!this.isWritable) throw refuseWrite(this, 'write');
    this.#mustContain(at, from.length, 'write');
    if (this.#floor(at) === at && this.#ceil(at + from.length) === at + from.length) return this.#writeWhole(at, from);
    // Parts of blocks are read, changed and written; two of them at once could be of one block.
    const before = this.#partialWrite;
    const written = (async () => {
      await before.catch(() => undefined);
      const start = this.#floor(at), end = this.#ceil(at + from.length);
      const bytes = new Uint8Array(end - start);
      await this.read(start, bytes);
      bytes.set(from, at - start);
      await this.#writeWhole(start, bytes);
    })();
    this.#partialWrite = written.catch(() => undefined);
    return written;
  }

  async #writeWhole(at: number, from: Uint8Array): Promise<void> {
    await this.#inPieces(at, from, 'write', (offset, payload) => ({ command: Command.write, offset, length: payload.length, payload }));
    this.#hasUnflushed = true;
  }

  async #inPieces(at: number, bytes: Uint8Array, op: string, requestOf: (offset: number, piece: Uint8Array) => Parameters<ClientConnection['request']>[0]): Promise<void> {
    const most = Math.min(this.#offer.mostPayload, Math.max(PIECE_BYTES, this.#offer.leastBlock));
    if (bytes.length <= most) {
      if (bytes.length > 0) await this.#request(requestOf(at, bytes), op);
      return;
    }
    const pieces: Promise<unknown>[] = [];
    for (let done = 0; done < bytes.length; done += most) pieces.push(this.#request(requestOf(at + done, bytes.subarray(done, done + most)), op));
    // All have ended before the caller has its bytes back: replies still to come would be written into them.
    const failed = (await Promise.allSettled(pieces)).find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async discard(at: number, length: number): Promise<void> {
    if (!this.isWritable) throw refuseWrite(this, 'discard');
    const end = Math.min(at + length, this.length);
    let here = at;
    if ((this.#offer.flags & ExportFlag.sendWriteZeroes) !== 0) {
      const start = this.#ceil(at), stop = this.#floor(end);
      if (start < stop) {
        await this.#writeZeros(at, start);
        for (here = start; here < stop;) {
          const piece = Math.min(MOST_RANGE_BYTES, stop - here);
          await this.#request({ command: Command.writeZeroes, offset: here, length: piece }, 'discard');
          here += piece;
        }
        this.#hasUnflushed = true;
      }
    }
    await this.#writeZeros(here, end);
  }

  async #writeZeros(start: number, end: number): Promise<void> {
    const zeros = new Uint8Array(Math.max(0, Math.min(PIECE_BYTES, end - start)));
    for (let at = start; at < end; at += zeros.length) await this.write(at, zeros.subarray(0, Math.min(zeros.length, end - at)));
  }

  resize(length: number): void {
    if (length !== this.length) throw new DiskError({ code: 'DISK_OPERATION_UNSUPPORTED', kind: 'unsupported', message: `an export keeps its size of ${this.length} bytes`, context: { path: this.name, op: 'resize' } });
  }

  /** @throws DiskError also when writes that had been answered went with a connection: whether the server still has them cannot be known */
  async flush(): Promise<void> {
    if (!this.isWritable) return;
    if ((this.#offer.flags & ExportFlag.sendFlush) !== 0) await this.#request({ command: Command.flush }, 'flush');
    this.#hasUnflushed = false;
    if (this.#lostUnflushed) {
      this.#lostUnflushed = false;
      throw new DiskError({ code: 'DISK_IO', kind: 'io', message: 'the connection was lost with writes that had not been flushed, and the server may have lost them', context: { path: this.name, op: 'flush' }, hint: 'write them again' });
    }
  }

  async extents(at: number, length: number): Promise<StoreExtent[]> {
    const extents: StoreExtent[] = [];
    const end = at + length;
    const add = (start: number, stop: number, isData: boolean): void => {
      const last = extents.at(-1);
      if (last?.isData === isData) extents[extents.length - 1] = { ...last, length: stop - last.start };
      else if (stop > start) extents.push({ start, length: stop - start, isData });
    };
    let here = at;
    while (here < end && this.#offer.allocationContext !== undefined && extents.length < MOST_EXTENTS) {
      const start = this.#floor(here);
      const asked = Math.min(MOST_RANGE_BYTES, this.#ceil(end) - start);
      const found = await this.#request({ command: Command.blockStatus, offset: start, length: asked }, 'map');
      let stop = start;
      for (const descriptor of found) {
        if (stop >= end) break;
        stop += descriptor.length;
        if (stop > here) add(here, Math.min(end, stop), (descriptor.flags & AllocationFlag.zero) === 0);
        here = Math.max(here, Math.min(end, stop));
      }
      if (stop <= start) break;
    }
    add(here, end, true);
    return extents;
  }

  allocatedBytes(): undefined {
    return undefined;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#signal?.removeEventListener('abort', this.#onAbort);
    const connection = await this.#connection.catch(() => undefined);
    await connection?.close();
  }

  /** Requests say where and what, so that one which was under way when a connection broke can be made again. */
  async #request(request: Parameters<ClientConnection['request']>[0], op: string): Promise<readonly Descriptor[]> {
    while (this.#underWay >= MOST_UNDER_WAY) await new Promise<void>((resolve) => { this.#waiting.push(resolve); });
    this.#underWay++;
    const where = { path: this.name, ...(request.offset === undefined ? {} : { offset: request.offset }), op };
    try {
      for (let attempt = 0; ; attempt++) {
        try {
          return await (await this.#connected(attempt)).request(request);
        } catch (error) {
          if (!(error instanceof ConnectionLost) || attempt >= this.#reconnects || this.#isClosed) throw toDiskError(error, where);
        }
      }
    } finally {
      this.#underWay--;
      this.#waiting.shift()?.();
    }
  }

  /** The connection, made anew where it has broken; one of those that wait for it makes it. */
  async #connected(attempt: number): Promise<ClientConnection> {
    const present = this.#connection;
    const connection = await present.catch(() => undefined);
    if (connection?.isOpen === true) return connection;
    if (this.#isClosed) throw new ConnectionLost('is closed');
    if (this.#connection === present) {
      if (this.#hasUnflushed) this.#lostUnflushed = true;
      this.#connection = this.#reconnect(attempt);
      // Whoever waits for it is told; nobody may.
      this.#connection.catch(() => undefined);
    }
    return this.#connection;
  }

  async #reconnect(attempt: number): Promise<ClientConnection> {
    await sleep(FIRST_DELAY_MS * 2 ** attempt, undefined, this.#signal === undefined ? {} : { signal: this.#signal });
    const connection = await connectTo(this.#location, this.#tls, this.#timeoutMs, this.#signal);
    const { size, flags } = connection.offer;
    if (size === this.#offer.size && !(this.isWritable && (flags & ExportFlag.readOnly) !== 0) && connection.offer.leastBlock <= this.#offer.leastBlock && connection.offer.mostPayload >= this.#offer.mostPayload) return connection;
    await connection.close();
    throw new DiskError({ code: 'DISK_IO', kind: 'io', message: 'the server was connected to anew and offers another export than before', context: { path: this.name } });
  }

  #floor(at: number): number {
    return at - (at % this.#offer.leastBlock);
  }

  #ceil(at: number): number {
    return this.#floor(at + this.#offer.leastBlock - 1);
  }

  #mustContain(at: number, length: number, op: string): void {
    if (this.#ceil(at + length) <= this.length) return;
    throw new DiskError({ code: 'DISK_NO_SPACE', kind: 'no-space', message: `an export of ${this.length} bytes does not grow`, context: { path: this.name, offset: at, op } });
  }
}

async function connectTo(location: NbdLocation, tls: NbdTls, timeoutMs: number, signal: AbortSignal | undefined): Promise<ClientConnection> {
  const { address, exportName, isTls } = location;
  const where: DiskErrorContext = { path: nbdUri(location), op: 'open' };
  const socket = connect(address);
  const abort = (): void => void socket.destroy(new Error('was interrupted'));
  signal?.addEventListener('abort', abort);
  const connectMs = Math.min(CONNECT_MS, timeoutMs);
  const timer = setTimeout(() => socket.destroy(new Error(`there is no answer for ${connectMs / 1000} s`)), connectMs);
  try {
    if (signal?.aborted === true) throw new DiskError({ code: 'DISK_ABORTED', kind: 'aborted', message: 'was interrupted', context: where });
    if ('host' in address) socket.setNoDelay(true).setKeepAlive(true, 30_000);
    const secure = async (plain: ByteStream): Promise<ByteStream> => new ByteStream(await secureClient(plain.release(), 'host' in address ? address.host : 'localhost', tls));
    const { stream, offer } = await negotiate(new ByteStream(socket), exportName, isTls ? secure : undefined, where);
    return new ClientConnection(stream, offer, { where, timeoutMs });
  } catch (error) {
    socket.destroy();
    if (signal?.aborted === true) throw new DiskError({ code: 'DISK_ABORTED', kind: 'aborted', message: 'was interrupted', context: where });
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

function toDiskError(error: unknown, context: DiskErrorContext): DiskError {
  if (error instanceof DiskError) return error;
  if (error instanceof Error && error.name === 'AbortError') return new DiskError({ code: 'DISK_ABORTED', kind: 'aborted', message: 'was interrupted', context });
  const message = error instanceof Error ? error.message : String(error);
  return new DiskError({ code: 'DISK_IO', kind: 'io', message, context, cause: error, hint: 'is the server running there?' });
}
