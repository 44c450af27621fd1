/**
 * A flat firmware image (`--bios FILE`): SeaBIOS, test ROMs, a PC's own BIOS.
 *
 * The image ends at 4 GiB, so that the reset vector ffff_fff0 lies in its last 16 bytes; its last 128 KiB (or all of it, if smaller) appear again
 * below 1 MiB, where the i440FX shows ROM or shadow RAM as its PAM registers say.
 * Reference: SDM vol. 3A 9.1.4 (first instruction); i440FX datasheet 290549 §3.2.15 (PAM).
 */

import { CoreError, formatSize } from '../errors.ts';
import { HIGH_MEMORY_START } from './e820.ts';

const KIB = 1024;
const SMALLEST_BYTES = 64 * KIB;
const LARGEST_BYTES = 16 * 1024 * KIB;
const GRANULE_BYTES = 64 * KIB;
const SHADOW_BYTES = 128 * KIB;
const FOUR_GIB = 0x1_0000_0000;

export interface BiosRom {
  readonly image: Uint8Array;
  readonly address: number;
  /** Where its end also appears below 1 MiB, and which byte of the image comes first there. */
  readonly low: { readonly address: number; readonly offset: number };
}

export function biosRom(image: Uint8Array, path: string): BiosRom {
  const sizeBytes = image.byteLength;
  if (sizeBytes < SMALLEST_BYTES || sizeBytes > LARGEST_BYTES || sizeBytes % GRANULE_BYTES !== 0) {
    throw new CoreError({
      code: 'CORE_ROM_BAD_SIZE',
      kind: 'corrupt',
      message: `${path}: has ${sizeBytes} bytes; a BIOS image has 64 KiB to ${formatSize(LARGEST_BYTES)}, in steps of 64 KiB`,
      context: { path, op: 'load BIOS', sizeBytes },
      hint: 'give a flat ROM image, such as /usr/share/seabios/bios-256k.bin of the package seabios',
    });
  }
  const lowBytes = Math.min(sizeBytes, SHADOW_BYTES);
  return {
    image,
    address: FOUR_GIB - sizeBytes,
    low: { address: HIGH_MEMORY_START - lowBytes, offset: sizeBytes - lowBytes },
  };
}
