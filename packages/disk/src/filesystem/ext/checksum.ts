/** The checksums of ext4's metadata: CRC-32C without its inversions, from a seed; and the CRC-16 of older group descriptors. */
import { crc32c } from '../../crc32c.ts';

/** Goes on from `seed`. */
export const checksum = (seed: number, bytes: Uint8Array): number => ~crc32c(bytes, ~seed) >>> 0;

export function numberChecksum(seed: number, value: number): number {
  return checksum(seed, Uint8Array.of(value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24));
}

/** CRC-16 with polynomial 0x8005, reflected. */
export function crc16(previous: number, bytes: Uint8Array): number {
  let value = previous;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xa001 : value >>> 1;
  }
  return value;
}
