/** CRC-32C (Castagnoli, RFC 3720 appendix B.4) with its usual inversions: VHDX headers and logs, ext4's and XFS's metadata. */

const POLYNOMIAL = 0x82f6_3b78;

/** Eight tables, so that eight bytes are taken at a time. */
const TABLES = makeTables();

function makeTables(): Uint32Array {
  const tables = new Uint32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
    tables[byte] = value >>> 0;
  }
  for (let i = 256; i < tables.length; i++) tables[i] = (tables[i - 256]! >>> 8) ^ tables[tables[i - 256]! & 0xff]!;
  return tables;
}

/** @param previous of the bytes before these, to go on from */
export function crc32c(bytes: Uint8Array, previous = 0): number {
  let value = ~previous;
  let i = 0;
  for (const end = bytes.length - 7; i < end; i += 8) {
    const low = value ^ (bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24));
    value = TABLES[1792 + (low & 0xff)]! ^ TABLES[1536 + ((low >>> 8) & 0xff)]! ^ TABLES[1280 + ((low >>> 16) & 0xff)]! ^ TABLES[1024 + (low >>> 24)]!
      ^ TABLES[768 + bytes[i + 4]!]! ^ TABLES[512 + bytes[i + 5]!]! ^ TABLES[256 + bytes[i + 6]!]! ^ TABLES[bytes[i + 7]!]!;
  }
  for (; i < bytes.length; i++) value = (value >>> 8) ^ TABLES[(value ^ bytes[i]!) & 0xff]!;
  return ~value >>> 0;
}
