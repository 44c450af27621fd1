/** Binary encoding of numbers and names: LEB128 (Core Specification 2.0, §5.2). */

export const unsignedLeb = (value: number): number[] => {
  if (value < 128) return [value];
  const out: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    out.push(rest ? low | 0x80 : low);
  } while (rest);
  return out;
};

/** Of 32 bits. */
export const signedLeb32 = (value: number): number[] => {
  const out: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && !(low & 0x40)) || (rest === -1 && low & 0x40)) {
      out.push(low);
      return out;
    }
    out.push(low | 0x80);
  }
};

const utf8 = new TextEncoder();

export const name = (text: string): number[] => {
  const bytes = utf8.encode(text);
  return [...unsignedLeb(bytes.length), ...bytes];
};

export const concatenate = (parts: readonly ArrayLike<number>[]): Uint8Array<ArrayBuffer> => {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
};
