/** Zeros within a buffer. */

export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** The stretches that have something in them: whole granules, joined; the last may be shorter. */
export function nonZeroRanges(bytes: Uint8Array, granuleBytes: number): ByteRange[] {
  const { length } = bytes;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, length);
  const ranges: ByteRange[] = [];
  let start = -1;
  for (let at = 0; at < length; at += granuleBytes) {
    const end = at + granuleBytes < length ? at + granuleBytes : length;
    // Most data shows with its first byte; else a granule is compared with itself one byte further on.
    if (buffer[at] === 0 && buffer.compare(buffer, at, end - 1, at + 1, end) === 0) {
      if (start >= 0) ranges.push({ start, end: at });
      start = -1;
    } else if (start < 0) {
      start = at;
    }
  }
  if (start >= 0) ranges.push({ start, end: length });
  return ranges;
}
