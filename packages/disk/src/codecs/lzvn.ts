/** LZVN, the codec for what is too small for LZFSE: opcodes of literals and copies. */

/**
 * Writes to `out` from `start` on, at most to `end`; copies may begin before `start`.
 * @returns where it ended
 * @throws Error where it is damaged
 */
export function unpackLzvn(packed: Uint8Array, out: Uint8Array, start: number, end: number): number {
  let done = start, at = 0, distance = 0;
  const literals = (count: number): void => {
    if (at + count > packed.length || done + count > end) throw new Error('more literals than there are');
    out.set(packed.subarray(at, at + count), done);
    at += count;
    done += count;
  };
  const copy = (count: number): void => {
    if (distance === 0 || distance > done || done + count > end) throw new Error(`a copy of ${count} bytes from ${distance} before byte ${done}`);
    for (const stop = done + count; done < stop; done++) out[done] = out[done - distance]!;
  };
  for (;;) {
    if (at >= packed.length) throw new Error('it ends early');
    const code = packed[at]!;
    const next = packed[at + 1] ?? 0, afterNext = packed[at + 2] ?? 0;
    if (code >= 0xf0) {
      at += code === 0xf0 ? 2 : 1;
      copy(code === 0xf0 ? next + 16 : code & 0xf);
    } else if (code >= 0xe0) {
      at += code === 0xe0 ? 2 : 1;
      literals(code === 0xe0 ? next + 16 : code & 0xf);
    } else if (code >= 0xa0 && code < 0xc0) {
      at += 3;
      distance = (afterNext << 6) | (next >> 2);
      literals((code >> 3) & 3);
      copy((((code & 7) << 2) | (next & 3)) + 3);
    } else if ((code >= 0x70 && code < 0x80) || (code >= 0xd0 && code < 0xe0)) {
      throw new Error(`the code 0x${code.toString(16)} is none`);
    } else if (code === 0x06) {
      return done;
    } else if (code === 0x0e || code === 0x16) {
      at++;
    } else {
      const low = code & 7;
      if (low === 6 && code < 0x40) throw new Error(`the code 0x${code.toString(16)} is none`);
      if (low === 7) distance = (afterNext << 8) | next;
      else if (low !== 6) distance = (low << 8) | next;
      at += low === 7 ? 3 : low === 6 ? 1 : 2;
      literals(code >> 6);
      copy(((code >> 3) & 7) + 3);
    }
  }
}
