/** CRC-32C (Castagnoli; RFC 3720 appendix B.4), eight bytes a step by eight tables. */

/** 0x1EDC6F41, bits reversed. */
const POLYNOMIAL = 0x82f6_3b78;
const TABLES = makeTables();

function makeTables(): Uint32Array {
  const tables = new Uint32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) === 0 ? 0 : POLYNOMIAL);
    tables[byte] = crc;
  }
  for (let i = 256; i < tables.length; i++) tables[i] = (tables[i - 256]! >>> 8) ^ tables[tables[i - 256]! & 0xff]!;
  return tables;
}

/** @param crc of the bytes before these, to go on from */
export function crc32c(bytes: Uint8Array, crc = 0): number {
  const { length } = bytes;
  let sum = ~crc;
  let i = 0;
  for (; i + 8 <= length; i += 8) {
    sum ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    sum = TABLES[1792 + (sum & 0xff)]! ^ TABLES[1536 + ((sum >>> 8) & 0xff)]! ^ TABLES[1280 + ((sum >>> 16) & 0xff)]! ^ TABLES[1024 + (sum >>> 24)]!
      ^ TABLES[768 + bytes[i + 4]!]! ^ TABLES[512 + bytes[i + 5]!]! ^ TABLES[256 + bytes[i + 6]!]! ^ TABLES[bytes[i + 7]!]!;
  }
  for (; i < length; i++) sum = (sum >>> 8) ^ TABLES[(sum ^ bytes[i]!) & 0xff]!;
  return ~sum >>> 0;
}

const ZEROS = new Uint8Array(4);

/** Of a structure that holds its own checksum, which counts as zero. */
export const checksumWithout = (bytes: Uint8Array, fieldAt: number): number => crc32c(bytes.subarray(fieldAt + 4), crc32c(ZEROS, crc32c(bytes.subarray(0, fieldAt))));
