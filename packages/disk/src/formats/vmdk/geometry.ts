/** The geometry that the disk data base (`ddb.geometry.*`) gives for a disk: what a BIOS of VMware's would make of it. */
import { SECTOR_BYTES } from './layout.ts';

export interface Geometry {
  readonly cylinders: number;
  readonly heads: number;
  readonly sectors: number;
}

const GIB = 1024 ** 3;
/** A 14-bit number of IDE's; what is beyond is addressed by LBA. */
const MOST_IDE_CYLINDERS = 16_383;

export function geometryOf(sizeBytes: number, adapterType: string): Geometry {
  const [heads, sectors] = adapterType === 'ide' ? [16, 63] : sizeBytes < GIB ? [64, 32] : sizeBytes < 2 * GIB ? [128, 32] : [255, 63];
  const cylinders = Math.floor(sizeBytes / SECTOR_BYTES / heads / sectors);
  return { cylinders: adapterType === 'ide' ? Math.min(cylinders, MOST_IDE_CYLINDERS) : cylinders, heads, sectors };
}
