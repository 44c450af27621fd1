/** Tar archives of file systems, and file systems of tar archives (tar-stream does the format: POSIX.1-2001 with its extended headers). */
import { PassThrough, pipeline } from 'node:stream';
import type { Readable } from 'node:stream';
import { extract, pack } from 'tar-stream';
import type { Header } from 'tar-stream';
import { corrupt, DiskError } from '../errors.ts';
import type { FileSystem, Node, NodeKind } from './file-system.ts';
import type { CopyOptions, CopyReport } from './host.ts';
import { find, newNode, put, readFile, walk } from './tree.ts';
import type { Found } from './tree.ts';

type Headers = Partial<Header> & Pick<Header, 'name'>;

const TYPES: Readonly<Record<Exclude<NodeKind, 'socket'>, Header['type']>> = {
  file: 'file', directory: 'directory', symlink: 'symlink', 'character-device': 'character-device', 'block-device': 'block-device', fifo: 'fifo',
};
const KINDS: Readonly<Record<string, NodeKind>> = { ...Object.fromEntries(Object.entries(TYPES).map(([kind, type]) => [type, kind as NodeKind])), 'contiguous-file': 'file' };

/** A stream of an archive of what is below a directory, or of one file. Sockets are left out, as tar does. */
export function tarOut(fileSystem: FileSystem, from: Found): Readable {
  const archive = pack();
  fill(fileSystem, from, archive).then(() => archive.finalize(), (error: unknown) => archive.destroy(error instanceof Error ? error : new Error(String(error))));
  // tar-stream's streams are not Node's own; pipeline brings its errors along.
  const out = new PassThrough();
  pipeline(archive as unknown as Readable, out, () => undefined);
  return out;
}

async function fill(fileSystem: FileSystem, from: Found, archive: ReturnType<typeof pack>): Promise<void> {
  const names = new Map<number, string>();
  const add = async (node: Node, name: string): Promise<void> => {
    if (node.kind === 'socket') return;
    const header: Headers = {
      name, type: TYPES[node.kind], mode: node.mode, uid: node.uid, gid: node.gid, mtime: new Date(node.mtimeMs), size: node.kind === 'file' ? node.size : 0,
      ...(node.device === undefined ? {} : { devmajor: node.device.major, devminor: node.device.minor }),
    };
    const first = node.links > 1 && node.kind !== 'directory' ? names.get(node.id) : undefined;
    if (first !== undefined) return end(archive, { ...header, type: 'link', linkname: first, size: 0 });
    if (node.links > 1) names.set(node.id, name);
    if (node.kind === 'symlink') return end(archive, { ...header, linkname: await fileSystem.target(node) });
    if (node.kind !== 'file' || node.size === 0) return end(archive, header);
    await new Promise<void>((resolve, reject) => {
      const into = archive.entry(header, (error) => (error === undefined || error === null ? resolve() : reject(error)));
      const write = async (): Promise<void> => {
        for await (const piece of readFile(fileSystem, node)) if (!into.write(Buffer.from(piece.buffer))) await new Promise<void>((go) => { into.once('drain', go); });
        into.end(undefined);
      };
      write().catch(reject);
    });
  };
  if (from.node.kind !== 'directory') return add(from.node, from.path.slice(from.path.lastIndexOf('/') + 1));
  const skip = from.path === '/' ? 1 : from.path.length + 1;
  for await (const { node, path } of walk(fileSystem, from)) await add(node, path.slice(skip) + (node.kind === 'directory' ? '/' : ''));
}

/** An entry without contents. */
function end(archive: ReturnType<typeof pack>, header: Headers): Promise<void> {
  return new Promise((resolve, reject) => {
    archive.entry(header, '', (error) => (error === undefined || error === null ? resolve() : reject(error)));
  });
}

/**
 * Puts what an archive holds into a directory. Names that lead upwards are refused; hard links are made where the file system has them.
 * @throws DiskError
 */
export async function tarIn(fileSystem: FileSystem, archive: AsyncIterable<Uint8Array>, into: Found, options: CopyOptions = {}): Promise<CopyReport> {
  const report: CopyReport = { files: 0, directories: 0, symlinks: 0, bytes: 0, skipped: [] };
  const reader = extract();
  /** Directories get their times when all is in them. */
  const directories: { node: Node; header: Headers }[] = [];
  const feeding = (async () => {
    for await (const piece of archive) if (!reader.write(Buffer.from(piece))) await new Promise<void>((go) => { reader.once('drain', go); });
    reader.end(undefined);
  })();
  // A reader that fails on its input has to be told; who waits for it hears of it there.
  feeding.catch((error: unknown) => reader.destroy(error instanceof Error ? error : new Error(String(error))));
  try {
    for await (const entry of reader) {
      options.signal?.throwIfAborted();
      await addEntry(fileSystem, entry.header, entry as AsyncIterable<unknown> as AsyncIterable<Uint8Array>, into, options, report, directories);
      entry.resume();
    }
    await feeding;
  } catch (error) {
    reader.destroy();
    throw error instanceof DiskError || options.signal?.aborted === true ? error : corrupt(`the archive cannot be read: ${error instanceof Error ? error.message : String(error)}`, { op: 'tar' });
  }
  for (const { node, header } of directories) await fileSystem.setAttributes?.(node, { mode: header.mode ?? 0o755, mtimeMs: options.mtimeMs ?? header.mtime?.getTime() ?? 0 });
  return report;
}

const namesOf = (path: string): string[] => {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  if (names.includes('..')) throw corrupt(`the archive has the name ${JSON.stringify(path)}, which leads upwards`, { op: 'tar' });
  return names;
};

async function addEntry(
  fileSystem: FileSystem, header: Headers, bytes: AsyncIterable<Uint8Array>, into: Found, options: CopyOptions, report: CopyReport, directories: { node: Node; header: Headers }[],
): Promise<void> {
  const names = namesOf(header.name);
  options.onFile?.(header.name);
  const attributes = { mode: (header.mode ?? 0o644) & 0o7777, uid: options.owner?.uid ?? header.uid ?? 0, gid: options.owner?.gid ?? header.gid ?? 0, mtimeMs: options.mtimeMs ?? header.mtime?.getTime() ?? 0 };
  const name = names.pop();
  if (name === undefined) {
    if (header.type === 'directory') directories.push({ node: into.node, header });
    return;
  }
  const directory = await directoryOf(fileSystem, into, names);
  if (header.type === 'link') {
    const target = (await find(fileSystem, `${into.path}/${namesOf(header.linkname ?? '').join('/')}`, { followLast: false })).node;
    if (fileSystem.link === undefined) {
      const node = await put(fileSystem, directory, name, newNode('file', attributes));
      await fileSystem.write!(node, { size: target.size, bytes: readFile(fileSystem, target) });
    } else {
      if ((await fileSystem.find(directory, name)) !== undefined) await fileSystem.remove!(directory, name);
      await fileSystem.link(directory, name, target);
    }
    report.files++;
    return;
  }
  const kind = KINDS[header.type ?? 'file'];
  if (kind === undefined) {
    report.skipped.push(`${header.name}: a ${header.type} is not known`);
    return;
  }
  try {
    const node = await put(fileSystem, directory, name, newNode(kind, {
      ...attributes, ...(kind === 'symlink' ? { target: header.linkname ?? '' } : {}),
      ...(kind === 'character-device' || kind === 'block-device' ? { device: { major: header.devmajor ?? 0, minor: header.devminor ?? 0 } } : {}),
    }));
    if (kind === 'file') {
      await fileSystem.write!(node, { size: header.size ?? 0, bytes: counted(bytes, report) });
      report.files++;
    } else if (kind === 'directory') {
      directories.push({ node, header });
      report.directories++;
    } else if (kind === 'symlink') {
      report.symlinks++;
    }
  } catch (error) {
    // What this kind of file system cannot hold is left out, and told.
    if (!(error instanceof DiskError) || error.code !== 'DISK_OPERATION_UNSUPPORTED') throw error;
    report.skipped.push(`${header.name}: ${error.message}`);
  }
}

async function* counted(bytes: AsyncIterable<Uint8Array>, report: CopyReport): AsyncGenerator<Uint8Array> {
  for await (const piece of bytes) {
    report.bytes += piece.length;
    yield piece;
  }
}

/** The directory of these names, made where it is not there. */
async function directoryOf(fileSystem: FileSystem, into: Found, names: readonly string[]): Promise<Node> {
  let path = into.path;
  let here = into.node;
  for (const name of names) {
    const entry = await fileSystem.find(here, name);
    const below = `${path === '/' ? '' : path}/${name}`;
    const next = entry === undefined ? await put(fileSystem, here, name, newNode('directory')) : await fileSystem.open(entry);
    // A link to a directory leads there, as it does when a system is installed over one.
    const found = next.kind === 'symlink' ? await find(fileSystem, below) : { node: next, path: below };
    if (found.node.kind !== 'directory') throw corrupt(`the archive has files in ${below}, which is none of its directories`, { op: 'tar' });
    here = found.node;
    path = found.path;
  }
  return here;
}
