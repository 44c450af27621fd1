/** The two headers (2.2.2): the one that counts stays while the other is written. */
import { beyondLimit, corrupt, unsupported } from '../../errors.ts';
import { viewOf } from '../../layout.ts';
import { readPadded } from '../../store/store.ts';
import type { Store } from '../../store/store.ts';
import { checksumWithout } from './checksum.ts';
import { ALIGNMENT, HEADER, HEADER_BYTES, HEADER_SIGNATURE, HEADERS_AT, MOST_LOG_BYTES, VERSION } from './layout.ts';
import type { HeaderFields } from './layout.ts';

const CHECKSUM_AT = HEADER.fields.checksum[0];

export class Headers {
  readonly #store: Store;
  /** Which of both counts. */
  #current: number;
  #bytes: Uint8Array<ArrayBuffer>;
  #fields: HeaderFields;
  /** One of them, when the image was opened. */
  readonly isOneDamaged: boolean;

  private constructor(store: Store, current: number, bytes: Uint8Array<ArrayBuffer>, isOneDamaged: boolean) {
    this.#store = store;
    this.#current = current;
    this.#bytes = bytes;
    this.#fields = HEADER.read(bytes, 0, { path: store.name, offset: HEADERS_AT[current]! });
    this.isOneDamaged = isOneDamaged;
  }

  /** @throws DiskError when neither is good, or what the good one says is not to be believed */
  static async read(store: Store): Promise<Headers> {
    const copies = await Promise.all(HEADERS_AT.map(async (at) => readPadded(store, at, HEADER_BYTES)));
    const good = copies.map((bytes) => signatureOf(bytes) === HEADER_SIGNATURE && viewOf(bytes).getUint32(CHECKSUM_AT, true) === checksumWithout(bytes, CHECKSUM_AT));
    if (!good.includes(true)) throw corrupt('neither header is there with a right checksum', { path: store.name, offset: HEADERS_AT[0], field: 'checksum', op: 'open' });
    const numbers = copies.map((bytes, i) => (good[i] === true ? HEADER.read(bytes).sequenceNumber : -1n));
    const current = numbers[1]! > numbers[0]! ? 1 : 0;
    const headers = new Headers(store, current, copies[current]!, good.includes(false));
    headers.#check();
    return headers;
  }

  static async create(store: Store, fields: Partial<HeaderFields>): Promise<Headers> {
    const headers = new Headers(store, 1, HEADER.encode({ signature: HEADER_SIGNATURE, version: VERSION, sequenceNumber: 0n, ...fields }, HEADER_BYTES), false);
    for (let i = 0; i < HEADERS_AT.length; i++) await headers.#writeOther({});
    return headers;
  }

  #check(): void {
    const { version, logVersion, logLength, logOffset } = this.#fields;
    const where = (field: keyof HeaderFields): { path: string; offset: number; field: string } => ({ path: this.#store.name, offset: HEADERS_AT[this.#current]! + HEADER.fields[field][0], field });
    if (version !== VERSION) throw unsupported(`version ${version} of the format`, where('version'));
    if (logVersion !== 0) throw unsupported(`version ${logVersion} of the log`, where('logVersion'));
    if (logLength % ALIGNMENT !== 0) throw corrupt(`a log of ${logLength} bytes`, where('logLength'));
    if (logLength > MOST_LOG_BYTES) throw beyondLimit(`a log of ${logLength} bytes`, where('logLength'));
    if (logOffset % ALIGNMENT !== 0 || (logLength > 0 && logOffset < ALIGNMENT)) throw corrupt(`the log is at ${logOffset}`, where('logOffset'));
    if (logOffset + logLength > this.#store.length) throw corrupt(`the log of ${logLength} bytes at ${logOffset} ends after the file of ${this.#store.length} bytes`, where('logOffset'));
  }

  get fields(): Readonly<HeaderFields> {
    return this.#fields;
  }

  get where(): { path: string; offset: number } {
    return { path: this.#store.name, offset: HEADERS_AT[this.#current]! };
  }

  /** Changes what counts. When it is through, it is there after a power cut. */
  async update(changes: Partial<HeaderFields>): Promise<void> {
    await this.#writeOther(changes);
    await this.#store.flush();
  }

  async #writeOther(changes: Partial<HeaderFields>): Promise<void> {
    const bytes = this.#bytes.slice();
    HEADER.write(bytes, { ...changes, sequenceNumber: this.#fields.sequenceNumber + 1n });
    HEADER.write(bytes, { checksum: checksumWithout(bytes, CHECKSUM_AT) });
    const other = 1 - this.#current;
    await this.#store.write(HEADERS_AT[other]!, bytes);
    this.#current = other;
    this.#bytes = bytes;
    this.#fields = HEADER.read(bytes);
  }
}

/** The first four bytes. */
export const signatureOf = (bytes: Uint8Array, at = 0): string => String.fromCharCode(bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!);
