/** A disk served by NBD, to any number of clients at once: qemu, libnbd, the Linux kernel, another machine of ours. */
import { createServer, isIP } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { Disk } from '../disk.ts';
import { DiskError, systemError } from '../errors.ts';
import { ByteStream } from './byte-stream.ts';
import { DEFAULT_PORT, ExportFlag, MOST_TEXT_BYTES } from './layout.ts';
import { nbdUri } from './location.ts';
import { acceptClient } from './server-handshake.ts';
import type { ServedExport } from './server-handshake.ts';
import { ServerTransmission } from './server-transmission.ts';
import { secureServer } from './tls.ts';
import type { NbdTls } from './tls.ts';

export interface ServeOptions {
  /** `unix:PATH`, or `HOST:PORT`, `:PORT`, `HOST`; port 0 takes one that is free. */
  readonly listen: string;
  /** Clients have to use it then. With an authority they need certificates, too. */
  readonly tls?: NbdTls;
  readonly readOnly?: boolean;
  /** Of the export; it is also the default one. */
  readonly name?: string;
  readonly description?: string;
  readonly maxConnections?: number;
  /** Other addresses than the machine's own, which anyone on its network can reach. */
  readonly allowRemote?: boolean;
  /** Told why a client was left: it went, or did not keep the protocol. */
  readonly onClientError?: (error: Error) => void;
  /** Ends the server. */
  readonly signal?: AbortSignal;
}

export interface DiskServer {
  /** For clients. */
  readonly uri: string;
  readonly connections: number;
  /** Done when the server has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Takes no more requests, answers those under way, and flushes. The disk stays open. */
  close(): Promise<void>;
}

const MOST_CONNECTIONS = 16;
const HANDSHAKE_MS = 15_000;
/** For requests under way when the server ends. */
const FAREWELL_MS = 10_000;
/** For the last bytes to a client, and its own goodbye. */
const LINGER_MS = 1000;

/** @throws DiskError when it cannot listen there, or may not */
export async function serveDisk(disk: Disk, options: ServeOptions): Promise<DiskServer> {
  const { tls, name = '', description = '', maxConnections = MOST_CONNECTIONS, signal } = options;
  const invalid = (message: string, hint?: string): DiskError =>
    new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message, context: { path: options.listen, op: 'serve' }, ...(hint === undefined ? {} : { hint }) });
  if (Buffer.byteLength(name) > MOST_TEXT_BYTES || Buffer.byteLength(description) > MOST_TEXT_BYTES) throw invalid(`names have ${MOST_TEXT_BYTES} bytes at most`);
  if (tls !== undefined && (tls.certificate === undefined || tls.key === undefined)) throw invalid('TLS needs a certificate and its key');
  if (signal?.aborted === true) throw new DiskError({ code: 'DISK_ABORTED', kind: 'aborted', message: 'was interrupted', context: { path: options.listen, op: 'serve' } });
  const place = parseListen(options.listen, invalid);
  if ('host' in place && options.allowRemote !== true && !isLoopback(place.host)) throw invalid(`${place.host} can be reached from outside`, 'allow that with --allow-remote, and think of --tls');
  const isReadOnly = options.readOnly === true || !disk.isWritable;
  const served: ServedExport = { name, description, size: disk.size, flags: flagsOf(isReadOnly) };
  const sessions = new Set<Session>();
  const server = createServer((socket) => {
    if (sessions.size >= maxConnections) return void socket.destroy();
    const session = new Session(socket, disk, isReadOnly, options.onClientError);
    sessions.add(session);
    void session.run(served, tls).then(() => sessions.delete(session));
  });
  await listen(server, place, options.listen);
  const address = 'path' in place ? place : { host: place.host, port: (server.address() as AddressInfo).port };
  let closing: Promise<void> | undefined;
  const ended = Promise.withResolvers<void>();
  const close = async (): Promise<void> => {
    signal?.removeEventListener('abort', onAbort);
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const session of sessions) session.stop();
    const timer = setTimeout(() => { for (const session of sessions) session.destroy(); }, FAREWELL_MS);
    await closed;
    clearTimeout(timer);
    while (sessions.size > 0) await Promise.all([...sessions].map((session) => session.ended));
    try {
      await disk.flush();
    } finally {
      ended.resolve();
    }
  };
  const closeOnce = (): Promise<void> => (closing ??= close());
  const onAbort = (): void => void closeOnce().catch(() => undefined);
  signal?.addEventListener('abort', onAbort);
  return {
    uri: nbdUri({ address, exportName: name, isTls: tls !== undefined }),
    get connections() {
      return sessions.size;
    },
    ended: ended.promise,
    close: closeOnce,
  };
}

function flagsOf(isReadOnly: boolean): number {
  // All clients see one disk, so a flush by one is a flush for all: several connections are safe.
  const always = ExportFlag.hasFlags | ExportFlag.sendFlush | ExportFlag.sendFua | ExportFlag.sendDf | ExportFlag.canMultiConn | ExportFlag.sendCache;
  return always | (isReadOnly ? ExportFlag.readOnly : ExportFlag.sendTrim | ExportFlag.sendWriteZeroes);
}

type Place = { readonly path: string } | { readonly host: string; readonly port: number };

function parseListen(text: string, invalid: (message: string) => DiskError): Place {
  if (/^unix:/i.test(text)) return { path: text.slice('unix:'.length) };
  if (text.includes('/')) return { path: text };
  const match = /^(?:\[(?<six>[^\]]+)\]|(?<host>[^:]*))(?::(?<port>\d+))?$/.exec(text);
  const port = Number(match?.groups?.['port'] ?? DEFAULT_PORT);
  if (match?.groups === undefined || port > 65_535) throw invalid('is no place to listen: unix:PATH or HOST:PORT is wanted');
  const host = match.groups['six'] ?? match.groups['host'];
  // By its number: what a name stands for is not in our hands.
  return { host: host === undefined || host === '' || host === 'localhost' ? '127.0.0.1' : host, port };
}

const isLoopback = (host: string): boolean => host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

function listen(server: Server, place: Place, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const isTaken = 'code' in error && error.code === 'EADDRINUSE';
      reject(isTaken ? new DiskError({ code: 'DISK_EXISTS', kind: 'usage', message: 'cannot listen: it is in use, or a socket is left there', context: { path: text, op: 'serve' }, cause: error }) : systemError(error, { path: text, op: 'listen' }));
    });
    // Without `writableAll`, others than the owner may not connect to a Unix socket.
    server.listen(place, resolve);
  });
}

/** One client. */
class Session {
  readonly #socket: Socket;
  readonly #disk: Disk;
  readonly #isReadOnly: boolean;
  readonly #onError: ServeOptions['onClientError'];
  readonly #ended = Promise.withResolvers<void>();
  #transmission: ServerTransmission | undefined;

  constructor(socket: Socket, disk: Disk, isReadOnly: boolean, onError: ServeOptions['onClientError']) {
    this.#onError = onError;
    this.#socket = socket;
    this.#disk = disk;
    this.#isReadOnly = isReadOnly;
  }

  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  async run(served: ServedExport, tls: NbdTls | undefined): Promise<void> {
    const timer = setTimeout(() => this.#socket.destroy(), HANDSHAKE_MS);
    let stream = new ByteStream(this.#socket);
    try {
      this.#socket.setNoDelay(true);
      const secure = tls === undefined ? undefined : async (plain: ByteStream): Promise<ByteStream> => (stream = new ByteStream(await secureServer(plain.release(), tls)));
      const agreement = await acceptClient(stream, served, secure);
      clearTimeout(timer);
      if (agreement === undefined) return;
      this.#transmission = new ServerTransmission(this.#disk, this.#isReadOnly, agreement);
      await this.#transmission.run();
    } catch (error) {
      // Whatever a client does, the others are served on.
      this.#onError?.(error instanceof Error ? error : new Error(String(error)));
    } finally {
      clearTimeout(timer);
      stream.end();
      setTimeout(() => this.#socket.destroy(), LINGER_MS).unref();
      this.#ended.resolve();
    }
  }

  stop(): void {
    if (this.#transmission === undefined) this.#socket.destroy();
    else this.#transmission.stop();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
