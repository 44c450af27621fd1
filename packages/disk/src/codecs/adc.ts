/** ADC, Apple Data Compression of older disk images: literals and copies of what has been, to a byte. */

/**
 * @returns at most `length` bytes
 * @throws Error where a copy begins before the output does
 */
export function unpackAdc(packed: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  let done = 0;
  const copy = (count: number, distance: number): void => {
    if (distance > done) throw new Error(`a copy from ${distance} bytes before byte ${done}`);
    for (const end = Math.min(length, done + count); done < end; done++) out[done] = out[done - distance]!;
  };
  for (let at = 0; at < packed.length && done < length;) {
    const code = packed[at]!;
    if (code >= 0x80) {
      const count = Math.min((code & 0x7f) + 1, length - done, packed.length - at - 1);
      out.set(packed.subarray(at + 1, at + 1 + count), done);
      done += count;
      at += (code & 0x7f) + 2;
    } else if (code >= 0x40) {
      if (at + 3 > packed.length) break;
      copy((code & 0x3f) + 4, ((packed[at + 1]! << 8) | packed[at + 2]!) + 1);
      at += 3;
    } else {
      if (at + 2 > packed.length) break;
      copy((code >> 2) + 3, (((code & 3) << 8) | packed[at + 1]!) + 1);
      at += 2;
    }
  }
  return out.subarray(0, done);
}
