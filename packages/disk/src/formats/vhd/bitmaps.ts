/** The bitmaps of a differencing disk: a sector whose bit is 0 is the parent's. The first sector is the highest bit of the first byte. */
import type { Awaitable, Store } from '../../store/store.ts';

const CACHE_BYTES = 4 * 1024 * 1024;

export class BlockBitmaps {
  readonly #store: Store;
  readonly #bitmapBytes: number;
  /** By block; the least recently read go first, those that are to be written stay. */
  readonly #bitmaps = new Map<number, Uint8Array<ArrayBuffer>>();
  readonly #changed = new Map<number, number>();

  constructor(store: Store, bitmapBytes: number) {
    this.#store = store;
    this.#bitmapBytes = bitmapBytes;
  }

  /** @param at where the block's bitmap is in the file */
  get(block: number, at: number): Awaitable<Uint8Array<ArrayBuffer>> {
    const known = this.#bitmaps.get(block);
    if (known !== undefined) return known;
    const bitmap = new Uint8Array(this.#bitmapBytes);
    const reading = this.#store.read(at, bitmap);
    return reading === undefined ? this.#keep(block, bitmap) : reading.then(() => this.#keep(block, bitmap));
  }

  #keep(block: number, bitmap: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const known = this.#bitmaps.get(block);
    if (known !== undefined) return known;
    this.#bitmaps.set(block, bitmap);
    if (this.#bitmaps.size * this.#bitmapBytes > CACHE_BYTES) {
      for (const old of this.#bitmaps.keys()) {
        if (this.#changed.has(old) || old === block) continue;
        this.#bitmaps.delete(old);
        break;
      }
    }
    return bitmap;
  }

  /** A new block's: no sector is there yet. */
  add(block: number): void {
    this.#keep(block, new Uint8Array(this.#bitmapBytes));
  }

  /** Sets or clears the bits of sectors; written by `write`. */
  async set(block: number, at: number, first: number, count: number, isHere: boolean): Promise<void> {
    const bitmap = await this.get(block, at);
    for (let sector = first; sector < first + count;) {
      if ((sector & 7) === 0 && first + count - sector >= 8) {
        bitmap[sector >> 3] = isHere ? 0xff : 0;
        sector += 8;
      } else {
        if (isHere) bitmap[sector >> 3]! |= 0x80 >> (sector & 7);
        else bitmap[sector >> 3]! &= ~(0x80 >> (sector & 7));
        sector++;
      }
    }
    this.#changed.set(block, at);
  }

  get changedBytes(): number {
    return this.#changed.size * this.#bitmapBytes;
  }

  async write(): Promise<void> {
    for (const [block, at] of this.#changed) await this.#store.write(at, this.#bitmaps.get(block)!);
    this.#changed.clear();
  }

  /** After blocks have moved or gone. */
  forget(): void {
    this.#bitmaps.clear();
  }
}

export const isHere = (bitmap: Uint8Array, sector: number): boolean => (bitmap[sector >> 3]! & (0x80 >> (sector & 7))) !== 0;

/** How many sectors from `first` on, `most` of them looked at, are as the first is. */
export function runOf(bitmap: Uint8Array, first: number, most: number): number {
  const same = isHere(bitmap, first);
  const whole = same ? 0xff : 0;
  let count = 1;
  while (count < most) {
    const sector = first + count;
    if ((sector & 7) === 0 && bitmap[sector >> 3] === whole) count += 8;
    else if (isHere(bitmap, sector) === same) count++;
    else break;
  }
  return Math.min(count, most);
}
