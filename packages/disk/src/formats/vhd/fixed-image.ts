/** A fixed disk: its bytes, and a footer after them. */
import { DiskError } from '../../errors.ts';
import type { Details, Image, Run } from '../../image.ts';
import type { Store } from '../../store/store.ts';
import type { Footer } from './footer.ts';
import { sizeOf } from './geometry.ts';
import { describeFooter } from './describe.ts';
import { FOOTER_BYTES, MOST_DISK_BYTES, SECTOR_BYTES } from './layout.ts';

export class FixedVhdImage implements Image {
  readonly format = 'vhd';
  readonly store: Store;
  readonly sectorBytes = SECTOR_BYTES;
  readonly blockBytes = SECTOR_BYTES;
  readonly isWritable: boolean;
  readonly footer: Footer;
  #size: number;

  constructor(store: Store, footer: Footer, isWritable: boolean) {
    this.store = store;
    this.footer = footer;
    this.isWritable = isWritable;
    this.#size = sizeOf(footer.fields);
    const room = Math.max(0, (footer.last?.at ?? store.length - FOOTER_BYTES));
    if (this.#size > room) {
      throw new DiskError({ code: 'DISK_IMAGE_TRUNCATED', kind: 'corrupt', message: `the disk has ${this.#size} bytes, and the file ${room} before its footer`, context: { ...footer.where, field: 'currentSize', op: 'open' }, hint: 'the file may have been copied in part' });
    }
  }

  get size(): number {
    return this.#size;
  }

  locate(at: number, length: number): Run {
    return { kind: 'data', length, store: this.store, offset: at };
  }

  async putZero(at: number, length: number): Promise<void> {
    await this.store.discard(at, length);
  }

  async resize(size: number): Promise<void> {
    mustBeSize(size, this.store.name);
    const { store, footer } = this;
    const oldAt = footer.last?.at ?? store.length - FOOTER_BYTES;
    if (size > this.#size) {
      // The old size at the new end first: the old footer becomes a part of the disk only when it has been wiped.
      await footer.write(size);
      await store.flush();
      await store.discard(this.#size, size - this.#size);
      if (oldAt < size) await store.write(oldAt, new Uint8Array(Math.min(FOOTER_BYTES, size - oldAt)));
      await store.flush();
      footer.setSize(size);
      await footer.write(size);
    } else {
      footer.setSize(size);
      await footer.write(oldAt);
      await store.flush();
      await footer.write(size);
      await store.flush();
    }
    await store.flush();
    await store.resize(size + FOOTER_BYTES);
    this.#size = size;
  }

  async flush(): Promise<void> {
    await this.store.flush();
  }

  async close(): Promise<void> {
    await this.store.close();
  }

  details(): Details {
    return describeFooter(this.footer.fields);
  }
}

export function mustBeSize(size: number, path: string): void {
  if (size % SECTOR_BYTES === 0 && size <= MOST_DISK_BYTES) return;
  throw new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message: `${size} bytes are no size of a VHD: whole sectors of ${SECTOR_BYTES} bytes, up to 2040 GiB`, context: { path }, hint: 'VHDX goes up to 64 TiB' });
}
