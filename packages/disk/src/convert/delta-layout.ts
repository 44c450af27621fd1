/**
 * The file that `diff` writes and `patch` reads: what makes one disk of another, whatever their formats. All numbers are little-endian.
 *
 * A header, records in ascending order of `at`, and an end. Each has a CRC-32 over its own bytes with the CRC's field zero; a record's also covers the bytes that follow it. The header
 * names the disk that it is for by size and nz64 digest; the end has the digest of the disk that comes out, and a file without an end was cut off.
 */
import { crc32 } from 'node:zlib';
import { defineLayout } from '../layout.ts';

export const DELTA_MAGIC = 'WSDELTA\n';
export const DELTA_VERSION = 1;

export const deltaHeader = defineLayout('little', {
  magic: [0, { text: 8 }],
  version: [8, 'u32'],
  /** Records begin and end at multiples of it, or with the disk. */
  blockBytes: [12, 'u32'],
  baseSize: [16, 'u64'],
  size: [24, 'u64'],
  baseDigest: [32, { bytes: 32 }],
  reserved: [64, { bytes: 28 }],
  crc: [92, 'u32'],
});

/** `data`: `packedLength` bytes follow, zstd when they are fewer than `length`, else as they are. `zero`: nothing follows. `end`: the digest of the disk follows, 32 bytes. */
export const RECORD = { data: 1, zero: 2, end: 3 } as const;

export const deltaRecord = defineLayout('little', {
  kind: [0, 'u32'],
  packedLength: [4, 'u32'],
  at: [8, 'u64'],
  length: [16, 'u64'],
  /** Of the end: how many records were before it. */
  count: [24, 'u32'],
  crc: [28, 'u32'],
});

/** Of a structure whose field `crc` is its last four bytes, and of what follows it. */
export function crcOf(structure: Uint8Array, following: Uint8Array = new Uint8Array(0)): number {
  const head = Uint8Array.from(structure);
  head.fill(0, head.length - 4);
  return crc32(following, crc32(head));
}
