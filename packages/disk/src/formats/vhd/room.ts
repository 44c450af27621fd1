/** Room in the file of a dynamic disk: gaps first, then its end, before which the footer has to move. */
import { DiskError } from '../../errors.ts';
import type { Store } from '../../store/store.ts';
import type { Footer } from './footer.ts';
import { FOOTER_BYTES, SECTOR_BYTES, UNUSED_ENTRY } from './layout.ts';

/** The footer moves by one block, then by two, … so that not every block costs a flush. What it is too far is cut off when the image is closed. */
const MOST_STEP_BYTES = 64 * 1024 * 1024;

export interface RoomParts {
  readonly store: Store;
  readonly footer: Footer;
  readonly stride: number;
  readonly gaps: readonly number[];
  readonly end: number;
  readonly footerAt: number;
}

export class Room {
  readonly #store: Store;
  readonly #footer: Footer;
  readonly #stride: number;
  readonly #gaps: number[];
  #end: number;
  #footerAt: number;
  #stepBytes = 0;
  /** What lies between the last block and the footer is unknown until it has been discarded. */
  #isTailZero = false;
  #hasMoved = false;
  /** Something has been promised to be there after a power cut. Before that the image is as new, and nothing has to be ordered. */
  isProtected: boolean;

  constructor({ store, footer, stride, gaps, end, footerAt }: RoomParts, isProtected: boolean) {
    this.#store = store;
    this.#footer = footer;
    this.#stride = stride;
    this.#gaps = [...gaps].reverse();
    this.#end = end;
    this.#footerAt = footerAt;
    this.isProtected = isProtected;
  }

  /** Where blocks have to end. */
  get limit(): number {
    return this.#footerAt;
  }

  /** Room for a block, all zeros. @throws DiskError when its sector has no number */
  async takeBlock(): Promise<number> {
    const gap = this.#gaps.pop();
    if (gap === undefined) return this.append(this.#stride);
    await this.#store.discard(gap, this.#stride);
    return gap;
  }

  /** Room at the end, all zeros. @param length in bytes, a multiple of a sector */
  async append(length: number): Promise<number> {
    const at = this.#end;
    if (at / SECTOR_BYTES >= UNUSED_ENTRY) throw new DiskError({ code: 'DISK_NO_SPACE', kind: 'no-space', message: 'a VHD has at most 2 TiB of file', context: { path: this.#store.name, offset: at, op: 'write' } });
    if (!this.#isTailZero) {
      if (this.#footerAt > at) await this.#store.discard(at, this.#footerAt - at);
      this.#isTailZero = true;
    }
    if (at + length > this.#footerAt) await this.#moveFooter(at + length);
    this.#end = at + length;
    return at;
  }

  async #moveFooter(atLeast: number): Promise<void> {
    this.#stepBytes = Math.min(this.#stepBytes * 2 + this.#stride, Math.max(MOST_STEP_BYTES, this.#stride));
    const to = atLeast + Math.floor(this.#stepBytes / this.#stride - 1) * this.#stride;
    await this.#footer.write(to);
    // The old footer may be overwritten when the new one is there.
    if (this.isProtected) await this.#store.flush();
    await this.#store.write(this.#footerAt, new Uint8Array(FOOTER_BYTES));
    this.#footerAt = to;
    this.#hasMoved = true;
  }

  /** The file goes on to `end` at least, before the footer. */
  async reach(end: number): Promise<void> {
    if (end > this.#footerAt) await this.#moveFooter(end);
    this.#end = Math.max(this.#end, end);
  }

  /** Writes the footer where it is, and its copy. */
  async writeFooter(): Promise<void> {
    await this.#footer.write(this.#footerAt);
    if (this.isProtected) await this.#store.flush();
    await this.#footer.write(0);
  }

  /** Puts the footer after the last block and ends the file there. @param always also what others have left behind the last block */
  async trim(always = false): Promise<number> {
    if ((!this.#hasMoved && !always) || this.#footerAt <= this.#end) return 0;
    const cutOff = this.#footerAt - this.#end;
    await this.#footer.write(this.#end);
    if (this.isProtected) await this.#store.flush();
    await this.#store.resize(this.#end + FOOTER_BYTES);
    this.#footerAt = this.#end;
    this.#hasMoved = false;
    return cutOff;
  }

  /** Blocks are elsewhere now: nothing is before `end` but what is used. */
  setUsed(gaps: readonly number[], end: number): void {
    this.#gaps.splice(0, this.#gaps.length, ...[...gaps].reverse());
    this.#end = end;
    this.#isTailZero = false;
  }

  get end(): number {
    return this.#end;
  }
}
