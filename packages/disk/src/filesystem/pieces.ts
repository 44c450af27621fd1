/** Contents in pieces of one size: what is written to a file system comes in whatever pieces its source has. */
import type { Content } from './file-system.ts';

/** Bytes in pieces of exactly this length; the last may be shorter. */
export async function* pieces(bytes: Content['bytes'], length: number): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let count = 0;
  for await (const part of bytes) {
    for (let at = 0; at < part.length;) {
      const taken = part.subarray(at, at + length - count);
      waiting.push(taken);
      count += taken.length;
      at += taken.length;
      if (count === length) {
        yield waiting.length === 1 ? waiting[0]! : Buffer.concat(waiting);
        waiting = [];
        count = 0;
      }
    }
  }
  if (count > 0) yield waiting.length === 1 ? waiting[0]! : Buffer.concat(waiting);
}
