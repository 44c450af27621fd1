/**
 * Writer and reader of the `newc` cpio archive, the form an initramfs has.
 *
 * Reference: Linux Documentation/driver-api/early-userspace/buffer-format.rst; cpio(5) "New ASCII Format".
 * Missing: hard links (each file is written whole) and the checksum variant 070702. The reader,
 * which tests use, refuses what it does not know.
 */
const HEADER_BYTES = 110;
const TRAILER = 'TRAILER!!!';

export const FileType = { directory: 0o040000, file: 0o100000, symlink: 0o120000, characterDevice: 0o020000 } as const;

export interface CpioEntry {
  /** Without a slash in front. */
  readonly name: string;
  /** File type and permissions, as in st_mode. */
  readonly mode: number;
  /** A file's content or a symbolic link's target. */
  readonly data?: Uint8Array | string;
  /** Device number of a device node: [major, minor]. */
  readonly device?: readonly [number, number];
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}

function header(name: string, entry: Omit<CpioEntry, 'name' | 'data'>, inode: number, sizeBytes: number): string {
  const [major, minor] = entry.device ?? [0, 0];
  const links = (entry.mode & FileType.directory) === FileType.directory ? 2 : 1;
  // magic ino mode uid gid nlink mtime filesize devmajor devminor rdevmajor rdevminor namesize check;
  // owner and time are 0, so that the same entries give the same bytes.
  const fields = [inode, entry.mode, 0, 0, links, 0, sizeBytes, 0, 0, major, minor, Buffer.byteLength(name) + 1, 0];
  return `070701${fields.map(hex).join('')}`;
}

/** The archive of `entries`, in their order: a directory must come before what is in it. */
export function writeCpio(entries: Iterable<CpioEntry>): Uint8Array {
  const parts: Buffer[] = [];
  let length = 0;
  const push = (part: Buffer): void => {
    parts.push(part);
    length += part.length;
  };
  const align = (): void => {
    if (length % 4 !== 0) {
      push(Buffer.alloc(4 - (length % 4)));
    }
  };
  const add = (entry: CpioEntry, inode: number): void => {
    const data = typeof entry.data === 'string' ? Buffer.from(entry.data) : Buffer.from(entry.data ?? []);
    push(Buffer.from(`${header(entry.name, entry, inode, data.length)}${entry.name}\0`));
    align();
    push(data);
    align();
  };
  let inode = 1;
  for (const entry of entries) {
    add(entry, inode++);
  }
  add({ name: TRAILER, mode: 0 }, 0);
  return Buffer.concat(parts);
}

/** The entries of `archive` up to the trailer. */
export function readCpio(archive: Uint8Array): CpioEntry[] {
  const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.length);
  const entries: CpioEntry[] = [];
  let at = 0;
  for (;;) {
    const head = bytes.toString('latin1', at, at + HEADER_BYTES);
    if (!/^070701[0-9a-fA-F]{104}$/.test(head)) {
      throw new Error(`not a newc cpio header at offset ${at}`);
    }
    const field = (index: number): number => Number.parseInt(head.slice(6 + 8 * index, 14 + 8 * index), 16);
    const nameEnd = at + HEADER_BYTES + field(11);
    const dataStart = (nameEnd + 3) & ~3;
    const dataEnd = dataStart + field(6);
    if (dataEnd > bytes.length) {
      throw new Error(`cpio entry at offset ${at} reaches beyond the archive`);
    }
    const name = bytes.toString('utf8', at + HEADER_BYTES, nameEnd - 1);
    if (name === TRAILER) {
      return entries;
    }
    entries.push({ name, mode: field(1), data: bytes.subarray(dataStart, dataEnd), device: [field(9), field(10)] });
    at = (dataEnd + 3) & ~3;
  }
}
