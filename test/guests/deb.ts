/**
 * Files out of a Debian binary package, unpacked in process.
 *
 * Reference: deb(5): an ar archive with debian-binary, control.tar.* and data.tar.*.
 */
import { extract } from 'tar-stream';
import { readAr } from './ar.ts';
import { decompress } from './decompress.ts';

/** A member larger than this is refused: no file that a guest is made of comes near it. */
const FILE_LIMIT_BYTES = 256 * 1024 * 1024;

/**
 * The first regular file of the package's data whose path (`boot/vmlinuz-…`, no `./` in front)
 * matches `pattern`, or undefined. Decompression stops once it is found.
 */
export async function readFileFromDeb(deb: Uint8Array, pattern: RegExp): Promise<{ path: string; data: Uint8Array } | undefined> {
  const member = readAr(deb).find(({ name }) => name.startsWith('data.tar'));
  if (member === undefined) {
    throw new Error('not a Debian package: it has no data.tar member');
  }
  const source = decompress(member.name, member.data);
  const tar = extract();
  source.on('error', (error) => tar.destroy(error));
  source.pipe(tar);
  try {
    for await (const entry of tar) {
      const path = entry.header.name.replace(/^\.?\//, '');
      if (entry.header.type === 'file' && pattern.test(path)) {
        if ((entry.header.size ?? 0) > FILE_LIMIT_BYTES) {
          throw new Error(`${path} has ${entry.header.size} bytes, more than the ${FILE_LIMIT_BYTES} that are allowed`);
        }
        return { path, data: await collect(entry) };
      }
      entry.resume();
    }
    return undefined;
  } finally {
    source.unpipe(tar);
    source.destroy();
  }
}

async function collect(stream: AsyncIterable<unknown>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) {
    parts.push(part as Uint8Array);
  }
  return Buffer.concat(parts);
}
