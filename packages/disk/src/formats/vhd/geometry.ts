/** Cylinders, heads and sectors of a VHD ("Appendix: CHS Calculation"), and which of its two sizes a disk has. */
import { SECTOR_BYTES } from './layout.ts';
import type { FooterFields } from './layout.ts';

export interface Geometry {
  readonly cylinders: number;
  readonly heads: number;
  readonly sectorsPerTrack: number;
}

const MOST_SECTORS = 65535 * 16 * 255;

/** The largest geometry that is within `size` bytes, by the specification's steps. */
export function geometryOf(size: number): Geometry {
  const sectors = Math.min(Math.floor(size / SECTOR_BYTES), MOST_SECTORS);
  if (sectors >= 65535 * 16 * 63) return { cylinders: Math.floor(sectors / (16 * 255)), heads: 16, sectorsPerTrack: 255 };
  let sectorsPerTrack = 17;
  let tracks = Math.floor(sectors / sectorsPerTrack);
  let heads = Math.max(4, Math.ceil(tracks / 1024));
  for (const more of [31, 63]) {
    if (tracks < heads * 1024 && heads <= 16) break;
    sectorsPerTrack = more;
    heads = 16;
    tracks = Math.floor(sectors / sectorsPerTrack);
  }
  return { cylinders: Math.floor(tracks / heads), heads, sectorsPerTrack };
}

export const geometrySize = ({ cylinders, heads, sectorsPerTrack }: Geometry): number => cylinders * heads * sectorsPerTrack * SECTOR_BYTES;

/** The next size from `size` on that is cylinders, heads and sectors without a rest: what Virtual PC shows its guests. */
export function sizeOfWholeCylinders(size: number): number {
  const sectors = size / SECTOR_BYTES;
  if (sectors >= MOST_SECTORS) return size;
  let found = 0;
  // A cylinder more at a time: the size found grows by one with each.
  for (let wanted = sectors; found < size; wanted++) found = geometrySize(geometryOf(wanted * SECTOR_BYTES));
  return found;
}

/** Virtual PC, and qemu-img without `force_size`, mean the geometry; all others mean the size that the footer gives. */
const CREATORS_BY_GEOMETRY: readonly string[] = ['vpc ', 'qemu'];

/** Bytes of the disk. */
export function sizeOf(footer: FooterFields): number {
  const size = Math.floor(footer.currentSize / SECTOR_BYTES) * SECTOR_BYTES;
  const byGeometry = geometrySize(footer);
  // The largest geometry stands for every size above it.
  const isByGeometry = CREATORS_BY_GEOMETRY.includes(footer.creatorApplication) && byGeometry > 0 && byGeometry < MOST_SECTORS * SECTOR_BYTES;
  return isByGeometry && byGeometry <= size ? byGeometry : size;
}
