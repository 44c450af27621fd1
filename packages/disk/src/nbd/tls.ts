/** TLS over a connection that has agreed to it. Certificates are always verified; there is no way to do without. */
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { connect, createServer } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { systemError } from '../errors.ts';
import { ConnectionLost } from './byte-stream.ts';

/** In PEM. */
export interface NbdTls {
  /** Who signs the other side's certificate; the system's authorities when it is not given. A server that has it wants certificates of its clients. */
  readonly authority?: string | Uint8Array;
  readonly certificate?: string | Uint8Array;
  readonly key?: string | Uint8Array;
  /** For clients: the name that the server's certificate has to have, when it is not that of the host. */
  readonly serverName?: string;
}

/** The files that qemu, libnbd and nbdkit expect in a folder: ca-cert.pem, and client-cert.pem and client-key.pem or those of the server. */
export async function readTlsFolder(folder: string, side: 'client' | 'server'): Promise<NbdTls> {
  const read = async (name: string, isNeeded: boolean): Promise<Uint8Array | undefined> => {
    const path = join(folder, name);
    try {
      return await readFile(path);
    } catch (error) {
      if (!isNeeded && error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw systemError(error, { path, op: 'read the certificates' });
    }
  };
  const [authority, certificate, key] = await Promise.all([read('ca-cert.pem', side === 'client'), read(`${side}-cert.pem`, side === 'server'), read(`${side}-key.pem`, side === 'server')]);
  return { ...(authority === undefined ? {} : { authority }), ...(certificate === undefined ? {} : { certificate }), ...(key === undefined ? {} : { key }) };
}

const materialOf = ({ authority, certificate, key }: NbdTls) => ({
  ...(authority === undefined ? {} : { ca: Buffer.from(authority) }), ...(certificate === undefined ? {} : { cert: Buffer.from(certificate) }), ...(key === undefined ? {} : { key: Buffer.from(key) }),
});

/** @throws ConnectionLost when the certificates are not as they should be */
export function secureClient(stream: Duplex, host: string, tls: NbdTls): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const name = tls.serverName ?? host;
    const socket = connect({ socket: stream, host: name, ...(isIP(name) === 0 ? { servername: name } : {}), ...materialOf(tls) });
    socket.once('secureConnect', () => resolve(socket));
    socket.on('error', (error) => reject(new ConnectionLost(`TLS: ${error.message}`, error)));
    socket.once('close', () => reject(new ConnectionLost('TLS: the other side has closed the connection')));
  });
}

/** @throws ConnectionLost */
export function secureServer(stream: Duplex, tls: NbdTls): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const wantsCertificate = tls.authority !== undefined;
    // A server that listens nowhere: it alone knows whether a client's certificate is good.
    const server = createServer({ ...materialOf(tls), requestCert: wantsCertificate, rejectUnauthorized: wantsCertificate });
    server.once('secureConnection', resolve);
    server.once('tlsClientError', (error) => reject(new ConnectionLost(`TLS: ${error.message}`, error)));
    stream.once('close', () => reject(new ConnectionLost('TLS: the other side has closed the connection')));
    server.emit('connection', stream);
  });
}
