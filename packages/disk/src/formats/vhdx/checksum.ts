/** How VHDX sums its structures: CRC-32C with the field of the sum itself as zero. */
import { crc32c } from '../../crc32c.ts';

const ZEROS = new Uint8Array(4);

/** Of a structure that holds its own checksum, which counts as zero. */
export const checksumWithout = (bytes: Uint8Array, fieldAt: number): number => crc32c(bytes.subarray(fieldAt + 4), crc32c(ZEROS, crc32c(bytes.subarray(0, fieldAt))));
