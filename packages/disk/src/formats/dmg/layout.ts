/** The structures of UDIF disk images, big-endian (Apple's are not published; J. Levin, "Demystifying the DMG File Format", and libdmg). */
import { defineLayout } from '../../layout.ts';
import type { CodecName } from '../../codec.ts';

export const SECTOR_BYTES = 512;
export const TRAILER_BYTES = 512;
export const KOLY = 0x6b6f_6c79;
export const MISH = 0x6d69_7368;

/** UDIFResourceFile: the last 512 bytes. */
export const trailer = defineLayout('big', {
  signature: [0, 'u32'],
  version: [4, 'u32'],
  headerSize: [8, 'u32'],
  flags: [12, 'u32'],
  dataForkOffset: [24, 'u64'],
  dataForkLength: [32, 'u64'],
  resourceForkOffset: [40, 'u64'],
  resourceForkLength: [48, 'u64'],
  segmentNumber: [56, 'u32'],
  segmentCount: [60, 'u32'],
  xmlOffset: [216, 'u64'],
  xmlLength: [224, 'u64'],
  imageVariant: [488, 'u32'],
  sectorCount: [492, 'u64'],
});

/** BLKXTable, of one partition. */
export const blockTable = defineLayout('big', {
  signature: [0, 'u32'],
  version: [4, 'u32'],
  sectorNumber: [8, 'u64'],
  sectorCount: [16, 'u64'],
  dataOffset: [24, 'u64'],
  chunks: [200, 'u32'],
});

export const chunk = defineLayout('big', {
  type: [0, 'u32'],
  comment: [4, 'u32'],
  sectorNumber: [8, 'u64'],
  sectorCount: [16, 'u64'],
  compressedOffset: [24, 'u64'],
  compressedLength: [32, 'u64'],
});

export const CHUNK_ZERO = 0;
export const CHUNK_RAW = 1;
/** Free space of the file system: reads as zeros. */
export const CHUNK_IGNORE = 2;
export const CHUNK_COMMENT = 0x7fff_fffe;
export const CHUNK_END = 0xffff_ffff;
export const CHUNK_CODECS: Readonly<Record<number, CodecName>> = { 0x8000_0004: 'adc', 0x8000_0005: 'zlib', 0x8000_0006: 'bzip2', 0x8000_0007: 'lzfse', 0x8000_0008: 'lzma' };

export const MOST_XML_BYTES = 64 * 1024 * 1024;
export const MOST_CHUNKS = 1024 * 1024;
/** Of what is compressed. */
export const MOST_CHUNK_BYTES = 64 * 1024 * 1024;
