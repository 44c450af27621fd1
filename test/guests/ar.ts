/**
 * Reader of the `ar` archive that a .deb file is.
 *
 * Reference: deb(5); ar(5): a magic line, then members with a header of 60 bytes each, padded to an even length.
 * Missing: GNU's and BSD's long names, which a .deb does not use; such a member has the name it shows.
 */
const MAGIC = '!<arch>\n';
const HEADER_BYTES = 60;

export interface ArMember {
  readonly name: string;
  readonly data: Uint8Array;
}

/** Lists the members of `archive`; their data are views, not copies. */
export function readAr(archive: Uint8Array): ArMember[] {
  const text = (start: number, end: number): string => Buffer.from(archive.buffer, archive.byteOffset + start, end - start).toString('latin1');
  if (archive.length < MAGIC.length || text(0, MAGIC.length) !== MAGIC) {
    throw new Error('not an ar archive: the first line is not !<arch>');
  }
  const members: ArMember[] = [];
  let at = MAGIC.length;
  while (at < archive.length) {
    if (at + HEADER_BYTES > archive.length || text(at + 58, at + 60) !== '`\n') {
      throw new Error(`broken ar archive: no member header at offset ${at}`);
    }
    const size = text(at + 48, at + 58).trim();
    const start = at + HEADER_BYTES;
    const end = start + Number(size);
    if (!/^[0-9]+$/.test(size) || end > archive.length) {
      throw new Error(`broken ar archive: the member at offset ${at} has the size '${size}'`);
    }
    members.push({ name: text(at, at + 16).trimEnd().replace(/\/$/, ''), data: archive.subarray(start, end) });
    at = end + (end % 2);
  }
  return members;
}
