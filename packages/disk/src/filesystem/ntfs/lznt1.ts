/** LZNT1, by which NTFS compresses files: chunks of 4096 bytes, each on its own. Reference: [MS-XCA] 2.5. */

const CHUNK_BYTES = 4096;

/** Unpacks as much as fits `into`; the rest of it is zeros. @returns false where the data is damaged */
export function unpackLznt1(from: Uint8Array, into: Uint8Array): boolean {
  into.fill(0);
  let at = 0;
  for (let out = 0; at + 2 <= from.length && out < into.length; out += CHUNK_BYTES) {
    const header = from[at]! | (from[at + 1]! << 8);
    if (header === 0) return true;
    at += 2;
    const end = at + (header & 0xfff) + 1;
    if (end > from.length) return false;
    if ((header & 0x8000) === 0) into.set(from.subarray(at, Math.min(end, at + into.length - out)), out);
    else if (!unpackChunk(from, at, end, into, out)) return false;
    at = end;
  }
  return true;
}

function unpackChunk(from: Uint8Array, start: number, end: number, into: Uint8Array, out: number): boolean {
  const limit = Math.min(into.length, out + CHUNK_BYTES);
  let to = out;
  for (let at = start; at < end;) {
    let flags = from[at++]!;
    for (let bit = 0; bit < 8 && at < end; bit++, flags >>= 1) {
      if ((flags & 1) === 0) {
        if (to >= limit) return false;
        into[to++] = from[at++]!;
        continue;
      }
      if (at + 2 > end) return false;
      const token = from[at]! | (from[at + 1]! << 8);
      at += 2;
      // The further in the chunk, the more bits are the distance's.
      let lengthBits = 12;
      for (let position = to - out - 1; position >= 0x10; position >>= 1) lengthBits--;
      const distance = (token >> lengthBits) + 1;
      const length = (token & ((1 << lengthBits) - 1)) + 3;
      if (distance > to - out || to + length > limit) return false;
      for (let i = 0; i < length; i++, to++) into[to] = into[to - distance]!;
    }
  }
  return true;
}
