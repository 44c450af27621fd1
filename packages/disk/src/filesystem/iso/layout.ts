/** ISO 9660 (ECMA-119), Joliet, and the System Use entries of Rock Ridge (SUSP 1.12, RRIP 1.12). Numbers are there twice, in both orders; the little-endian one is read. */
import { defineLayout } from '../../layout.ts';

export const SECTOR_BYTES = 2048;
export const FIRST_DESCRIPTOR = 16;
export const MOST_DESCRIPTORS = 64;
export const IDENTIFIER = 'CD001';
export const PRIMARY = 1;
export const SUPPLEMENTARY = 2;
export const TERMINATOR = 255;

/** ECMA-119 8.4 and 8.5. */
export const VOLUME_DESCRIPTOR = defineLayout('little', {
  type: [0, 'u8'],
  identifier: [1, { text: 5 }],
  version: [6, 'u8'],
  systemIdentifier: [8, { bytes: 32 }],
  volumeIdentifier: [40, { bytes: 32 }],
  volumeSpaceSize: [80, 'u32'],
  escapeSequences: [88, { bytes: 32 }],
  volumeSetSize: [120, 'u16'],
  volumeSequenceNumber: [124, 'u16'],
  logicalBlockSize: [128, 'u16'],
  pathTableSize: [132, 'u32'],
  pathTableL: [140, 'u32'],
  rootRecord: [156, { bytes: 34 }],
  volumeSetIdentifier: [190, { bytes: 128 }],
  publisher: [318, { bytes: 128 }],
  preparer: [446, { bytes: 128 }],
  application: [574, { bytes: 128 }],
  creation: [813, { bytes: 17 }],
  modification: [830, { bytes: 17 }],
  expiration: [847, { bytes: 17 }],
  effective: [864, { bytes: 17 }],
  fileStructureVersion: [881, 'u8'],
});
/** Numbers in the other order, by the offset of their first copy. */
export const BOTH_ORDERS_32 = [80, 132] as const;
export const BOTH_ORDERS_16 = [120, 124, 128] as const;
export const PATH_TABLE_M_AT = 148;

/** ECMA-119 9.1. */
export const RECORD = defineLayout('little', {
  length: [0, 'u8'],
  extendedAttributeLength: [1, 'u8'],
  extent: [2, 'u32'],
  dataLength: [10, 'u32'],
  time: [18, { bytes: 7 }],
  flags: [25, 'u8'],
  fileUnitSize: [26, 'u8'],
  interleaveGap: [27, 'u8'],
  volumeSequenceNumber: [28, 'u16'],
  nameLength: [32, 'u8'],
});
export const RECORD_NAME_AT = 33;
export const FLAG_DIRECTORY = 0x02;
export const FLAG_ASSOCIATED = 0x04;
export const FLAG_MORE_EXTENTS = 0x80;

/** The escape sequences of Joliet's three levels. */
export const JOLIET_ESCAPES = ['%/@', '%/C', '%/E'];

export const SYSTEM_USE_HEADER_BYTES = 4;
export const CONTINUATION_BYTES = 28;
export const NAME_CONTINUES = 0x01;

/** Seven bytes: years since 1900, month, day, hour, minute, second, quarters of an hour from UTC. */
export function recordTimeMs(bytes: Uint8Array): number {
  if (bytes.length < 7 || bytes[1] === 0) return 0;
  const [years, month, day, hour, minute, second, zone] = bytes as unknown as [number, number, number, number, number, number, number];
  return Date.UTC(1900 + years, month - 1, day, hour, minute, second) - ((zone << 24) >> 24) * 15 * 60_000;
}

export function recordTime(ms: number): Uint8Array {
  const when = new Date(Math.max(Date.UTC(1900, 0, 1), Math.min(ms, Date.UTC(2155, 11, 31))));
  return Uint8Array.of(when.getUTCFullYear() - 1900, when.getUTCMonth() + 1, when.getUTCDate(), when.getUTCHours(), when.getUTCMinutes(), when.getUTCSeconds(), 0);
}
