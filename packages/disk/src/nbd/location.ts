/** Where an export is: the NBD URI specification's `nbd://`, `nbds://`, `nbd+unix://` and `nbds+unix://`, and qemu's older `nbd:unix:PATH` and `nbd:HOST:PORT`. */
import { DiskError } from '../errors.ts';
import { DEFAULT_PORT, MOST_TEXT_BYTES } from './layout.ts';

type NbdAddress = { readonly path: string } | { readonly host: string; readonly port: number };

export interface NbdLocation {
  readonly address: NbdAddress;
  readonly exportName: string;
  readonly isTls: boolean;
  /** libnbd's parameter `tls-certificates`: a folder with ca-cert.pem, client-cert.pem and client-key.pem. */
  readonly certificates?: string;
}

export const isNbdLocation = (text: string): boolean => /^nbds?(?:\+unix)?:/i.test(text);

/** @throws DiskError `DISK_OPTION_INVALID` */
export function parseNbdLocation(text: string): NbdLocation {
  const invalid = (message: string): DiskError =>
    new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message, context: { path: text }, hint: 'nbd://HOST:PORT/EXPORT, nbds://…, nbd+unix:///EXPORT?socket=PATH, nbd:unix:PATH:exportname=EXPORT' });
  const location = /^nbds?(?:\+unix)?:\/\//i.test(text) ? parseUri(text, invalid) : parseOldName(text, invalid);
  if (Buffer.byteLength(location.exportName) > MOST_TEXT_BYTES) throw invalid(`a name of an export has ${MOST_TEXT_BYTES} bytes at most`);
  return location;
}

type Invalid = (message: string) => DiskError;

function parseUri(text: string, invalid: Invalid): NbdLocation {
  let url: URL;
  let exportName: string;
  try {
    url = new URL(text);
    exportName = decodeURIComponent(url.pathname.replace(/^\//, ''));
  } catch {
    throw invalid('is no URI');
  }
  const certificates = url.searchParams.get('tls-certificates');
  const rest = { exportName, isTls: url.protocol.startsWith('nbds'), ...(certificates === null ? {} : { certificates }) };
  if (url.protocol.endsWith('+unix:')) {
    const path = url.searchParams.get('socket');
    if (path === null || path === '') throw invalid('names no socket');
    return { address: { path }, ...rest };
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return { address: { host: host === '' ? 'localhost' : decodeURIComponent(host), port: url.port === '' ? DEFAULT_PORT : Number(url.port) }, ...rest };
}

function parseOldName(text: string, invalid: Invalid): NbdLocation {
  const match = /^nbd:(?:unix:(?<path>.+?)|(?<host>\[[^\]]*\]|[^:[\]]*):(?<port>\d+))(?::exportname=(?<name>.*))?$/is.exec(text);
  if (match?.groups === undefined) throw invalid('is no location of an export');
  const { path, host = '', port, name = '' } = match.groups;
  if (path !== undefined) return { address: { path }, exportName: name, isTls: false };
  if (Number(port) < 1 || Number(port) > 65_535) throw invalid(`${port} is no port`);
  return { address: { host: host.replace(/^\[(.*)\]$/, '$1') || 'localhost', port: Number(port) }, exportName: name, isTls: false };
}

/** As the NBD URI specification writes it. */
export function nbdUri({ address, exportName, isTls }: NbdLocation): string {
  const scheme = isTls ? 'nbds' : 'nbd';
  const name = encodeURIComponent(exportName);
  if ('path' in address) return `${scheme}+unix:///${name}?socket=${encodeURIComponent(address.path).replaceAll('%2F', '/')}`;
  return `${scheme}://${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}/${name}`;
}
