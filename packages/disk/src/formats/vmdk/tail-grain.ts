/** The last grain of a compressed extent whose disk ends within it: some writers fill it up with zeros, others stop where the disk does. */
import { unpack } from '../../codec.ts';
import type { DiskErrorContext } from '../../errors.ts';

/** As many bytes as it has: a grain's, or those up to the disk's end. @throws DiskError */
export async function unpackTail(packed: Uint8Array, grainBytes: number, tailBytes: number, where: DiskErrorContext): Promise<Uint8Array> {
  try {
    return await unpack({ name: 'zlib' }, packed, grainBytes, where);
  } catch {
    return unpack({ name: 'zlib' }, packed, tailBytes, where);
  }
}
