/** The footer and its copy: whichever is good is believed, and both are written together. */
import { corrupt } from '../../errors.ts';
import { viewOf } from '../../layout.ts';
import { readBytes } from '../../store/store.ts';
import type { Store } from '../../store/store.ts';
import { geometryOf } from './geometry.ts';
import { checksumOf, FOOTER, FOOTER_BYTES, FOOTER_COOKIE, OLD_FOOTER_BYTES } from './layout.ts';
import type { FooterFields } from './layout.ts';

const CHECKSUM_AT = FOOTER.fields.checksum[0];

interface FooterCopy {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly at: number;
  /** Its checksum is right. */
  readonly isGood: boolean;
}

/** Readers go by the size in the footer of what this creator has made, not by the geometry; every reader knows it. */
const CREATOR_BY_SIZE = 'win ';

export class Footer {
  readonly first: FooterCopy | undefined;
  readonly last: FooterCopy | undefined;
  readonly #store: Store | undefined;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #fields: FooterFields;

  private constructor(store: Store | undefined, bytes: Uint8Array<ArrayBuffer>, first: FooterCopy | undefined, last: FooterCopy | undefined) {
    this.#store = store;
    this.#bytes = bytes;
    this.first = first;
    this.last = last;
    this.#fields = FOOTER.read(bytes, 0, store === undefined ? {} : { path: store.name });
  }

  /**
   * The footer at the end is believed before the copy at the front: what is at the front of a fixed disk is its guest's.
   * @throws DiskError when neither is good
   */
  static async read(store: Store): Promise<Footer> {
    const last = await readLast(store);
    const first = store.length < FOOTER_BYTES ? undefined : asCopy(await readBytes(store, 0, FOOTER_BYTES), 0, FOOTER_BYTES);
    const good = [last, first].find((copy) => copy?.isGood === true);
    if (good === undefined) {
      const where = { path: store.name, offset: (last ?? first)?.at ?? Math.max(0, store.length - FOOTER_BYTES), field: last === undefined && first === undefined ? 'cookie' : 'checksum' };
      throw corrupt(last === undefined && first === undefined ? 'no footer of a VHD is there' : 'the checksum of the footer is wrong, and there is no good copy', where);
    }
    return new Footer(store, good.bytes.slice(), first, last);
  }

  /** @param store none: its bytes go to a stream */
  static create(store: Store | undefined, fields: Partial<FooterFields>): Footer {
    const footer = new Footer(store, FOOTER.encode({ cookie: FOOTER_COOKIE, ...fields }, FOOTER_BYTES), undefined, undefined);
    footer.change({});
    return footer;
  }

  get fields(): Readonly<FooterFields> {
    return this.#fields;
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice();
  }

  get where(): { path: string; offset: number } {
    return { path: this.#store?.name ?? 'the stream', offset: (this.last?.isGood === true ? this.last : this.first)?.at ?? 0 };
  }

  change(changes: Partial<FooterFields>): void {
    FOOTER.write(this.#bytes, changes);
    FOOTER.write(this.#bytes, { checksum: checksumOf(this.#bytes, CHECKSUM_AT) });
    this.#fields = FOOTER.read(this.#bytes);
  }

  /** From now on the disk has `size` bytes, and this is how readers learn it. */
  setSize(size: number): void {
    this.change({ currentSize: size, creatorApplication: CREATOR_BY_SIZE, ...geometryOf(size) });
  }

  async write(at: number): Promise<void> {
    await this.#store?.write(at, this.bytes);
  }

  /** Do the two copies say the same? */
  get areCopiesSame(): boolean {
    return this.first !== undefined && this.last !== undefined && Buffer.compare(this.first.bytes, this.last.bytes) === 0;
  }
}

async function readLast(store: Store): Promise<FooterCopy | undefined> {
  for (const length of [FOOTER_BYTES, OLD_FOOTER_BYTES]) {
    if (store.length < length) continue;
    const at = store.length - length;
    const copy = asCopy(await readBytes(store, at, length), at, FOOTER_BYTES);
    if (copy !== undefined) return copy;
  }
  return undefined;
}

function asCopy(read: Uint8Array, at: number, length: number): FooterCopy | undefined {
  const bytes = new Uint8Array(length);
  bytes.set(read);
  if (!beginsWith(bytes, FOOTER_COOKIE)) return undefined;
  return { bytes, at, isGood: viewOf(bytes).getUint32(CHECKSUM_AT) === checksumOf(bytes, CHECKSUM_AT) };
}

export const beginsWith = (bytes: Uint8Array, cookie: string): boolean => Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, cookie.length)).toString('latin1') === cookie;
