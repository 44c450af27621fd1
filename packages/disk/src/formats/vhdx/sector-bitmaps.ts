/** Sector bitmaps (2.4): a sector whose bit is 1 is in this file, one whose bit is 0 is the parent's. The first sector is the lowest bit of the first byte. */
import type { MetadataPages, Page } from './metadata-pages.ts';
import { LOG_SECTOR_BYTES } from './layout.ts';

const PAGE_BITS = LOG_SECTOR_BYTES * 8;

/** Sets or clears `count` bits from `first` on. @param bitmapAt of the bitmap, in the file */
export async function setBits(pages: MetadataPages, bitmapAt: number, first: number, count: number, isHere: boolean): Promise<void> {
  for (let bit = first; bit < first + count;) {
    const page = await pages.get(bitmapAt + Math.floor(bit / 8));
    const end = Math.min(first + count, bit - (bit % PAGE_BITS) + PAGE_BITS);
    const base = (page.at - bitmapAt) * 8;
    for (; bit < end;) {
      const within = bit - base;
      if ((within & 7) === 0 && end - bit >= 8) {
        page.bytes[within >> 3] = isHere ? 0xff : 0;
        bit += 8;
      } else {
        if (isHere) page.bytes[within >> 3]! |= 1 << (within & 7);
        else page.bytes[within >> 3]! &= ~(1 << (within & 7));
        bit++;
      }
    }
    pages.markChanged(page);
  }
}

const isSet = (bytes: Uint8Array, bit: number): boolean => (bytes[bit >> 3]! & (1 << (bit & 7))) !== 0;

/** Whether bit `first` is set, and how many from there on are as it is: as far as the page goes, and `most`. */
export function bitRun({ at, bytes }: Page, bitmapAt: number, first: number, most: number): { isHere: boolean; count: number } {
  const start = first - (at - bitmapAt) * 8;
  const end = Math.min(PAGE_BITS, start + most);
  const isHere = isSet(bytes, start);
  const whole = isHere ? 0xff : 0;
  let bit = start + 1;
  while (bit < end) {
    if ((bit & 7) === 0 && bytes[bit >> 3] === whole) bit += 8;
    else if (isSet(bytes, bit) === isHere) bit++;
    else break;
  }
  return { isHere, count: Math.min(bit, end) - start };
}
