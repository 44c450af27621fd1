/** Images that are on a server instead of in a file, by what their location begins with. Only a user names one: what an image refers to is never looked for on a network. */
import { unsupported } from './errors.ts';
import { isNbdLocation } from './nbd/location.ts';
import { NbdStore } from './nbd/nbd-store.ts';
import type { NbdTls } from './nbd/tls.ts';
import { HttpStore, isHttpLocation } from './store/http-store.ts';
import type { Store } from './store/store.ts';

export interface NetworkOptions {
  /** For https:// (the authority) and nbds://. */
  readonly tls?: NbdTls;
  /** Of HTTP: `{ authorization: 'Bearer …' }`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Told what a user should know: that a whole file is copied, that a change would not be noticed. */
  readonly onNotice?: (message: string) => void;
  readonly signal?: AbortSignal;
}

export const isRemoteLocation = (location: string): boolean => isHttpLocation(location) || isNbdLocation(location);

/** @throws DiskError */
export function openRemoteStore(location: string, { tls, headers, onNotice, signal }: NetworkOptions, isWritable: boolean): Promise<Store> {
  const interruption = signal === undefined ? {} : { signal };
  if (isNbdLocation(location)) return NbdStore.open(location, { isWritable, ...(tls === undefined ? {} : { tls }), ...interruption });
  if (isWritable) throw unsupported('what is on a web server is only read', { path: location.replace(/\/\/[^/]*@/, '//').replace(/\?.*$/, ''), op: 'open' });
  return HttpStore.open(location, {
    ...(tls?.authority === undefined ? {} : { authority: tls.authority }), ...(headers === undefined ? {} : { headers }), ...(onNotice === undefined ? {} : { onNotice }), ...interruption,
  });
}
