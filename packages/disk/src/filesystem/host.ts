/**
 * Copies between a file system and folders of the host.
 *
 * An image may come from a stranger: no name in it leads out of the folder that was named, and nothing is written through a symbolic link, neither one that was there nor one of
 * the image's. Devices, sockets and pipes are not made on the host; files are not made set-user-ID.
 */
import { constants } from 'node:fs';
import { chmod, lstat, mkdir, open, readdir, readlink, symlink, unlink, utimes } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { corrupt, DiskError, systemError } from '../errors.ts';
import type { Attributes, FileSystem, Node } from './file-system.ts';
import { find, list, newNode, put, readFile } from './tree.ts';
import type { Found } from './tree.ts';

export interface CopyReport {
  files: number;
  directories: number;
  symlinks: number;
  bytes: number;
  /** What was left out, with the reason. */
  readonly skipped: string[];
}

const newReport = (): CopyReport => ({ files: 0, directories: 0, symlinks: 0, bytes: 0, skipped: [] });

export interface CopyOptions {
  /** Files of the host that are there are replaced; otherwise they are an error. */
  readonly replace?: boolean;
  readonly signal?: AbortSignal;
  readonly onFile?: (path: string) => void;
  /** Owner of all that comes into a file system; the host's own where it is not given. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** Times and permissions of a new file system's contents, for archives that are the same each time. */
  readonly mtimeMs?: number;
}

const MOST_DEPTH = 1024;

async function answered<T>(path: string, op: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw error instanceof DiskError ? error : systemError(error, { path, op });
  }
}

const statOrNothing = (path: string) => answered(path, 'look at', async () => {
  try {
    return await lstat(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
});

/** A name that can be used on the host, and means one thing there. */
function mustBeHostName(fileSystem: FileSystem, name: string): void {
  const isBad = name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0') || (process.platform === 'win32' && /[\\:]/.test(name));
  if (isBad) throw corrupt(`${JSON.stringify(name)} is no name of a file`, { path: fileSystem.volume.name, op: 'copy' });
}

/**
 * Copies a node to `hostPath`: into it where that is a folder.
 * @throws DiskError
 */
export async function copyOut(fileSystem: FileSystem, from: Found, hostPath: string, options: CopyOptions = {}): Promise<CopyReport> {
  const report = newReport();
  const there = await answered(hostPath, 'look at', async () => lstat(hostPath).catch(() => undefined));
  const name = basename(from.path);
  const target = there?.isDirectory() === true && name !== '' ? join(hostPath, name) : hostPath;
  if (target !== hostPath) mustBeHostName(fileSystem, name);
  /** Made last, so that nothing is written through one. */
  const links: { path: string; target: string }[] = [];
  const seen = new Set<number>();
  await copyNodeOut(fileSystem, from.node, target, { report, links, seen, options, depth: 0 });
  for (const link of links) {
    await answered(link.path, 'make a symbolic link', async () => {
      if (options.replace === true && (await statOrNothing(link.path))?.isSymbolicLink() === true) await unlink(link.path);
      await symlink(link.target, link.path);
    });
    report.symlinks++;
  }
  return report;
}

interface OutState {
  readonly report: CopyReport;
  readonly links: { path: string; target: string }[];
  readonly seen: Set<number>;
  readonly options: CopyOptions;
  readonly depth: number;
}

async function copyNodeOut(fileSystem: FileSystem, node: Node, path: string, state: OutState): Promise<void> {
  const { report, options } = state;
  options.signal?.throwIfAborted();
  options.onFile?.(path);
  switch (node.kind) {
    case 'directory': {
      if (state.seen.has(node.id) || state.depth > MOST_DEPTH) throw corrupt(`a directory is inside itself: ${path}`, { path: fileSystem.volume.name, op: 'copy' });
      state.seen.add(node.id);
      const there = await statOrNothing(path);
      if (there === undefined) await answered(path, 'make a folder', () => mkdir(path, { mode: 0o700 }));
      else if (!there.isDirectory()) throw new DiskError({ code: 'DISK_EXISTS', kind: 'usage', message: 'is there already, and is no folder', context: { path, op: 'copy' } });
      report.directories++;
      for (const entry of await list(fileSystem, node)) {
        mustBeHostName(fileSystem, entry.name);
        await copyNodeOut(fileSystem, entry.node, join(path, entry.name), { ...state, depth: state.depth + 1 });
      }
      await answered(path, 'set the permissions', async () => {
        await chmod(path, node.mode & 0o777);
        await utimes(path, node.mtimeMs / 1000, node.mtimeMs / 1000);
      });
      return;
    }
    case 'file': {
      await answered(path, 'write', async () => {
        if (options.replace === true && (await statOrNothing(path))?.isDirectory() === false) await unlink(path);
        // Exclusive: a file or a link that is there is not written through.
        const handle = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
        try {
          for await (const piece of readFile(fileSystem, node)) {
            options.signal?.throwIfAborted();
            for (let done = 0; done < piece.length;) done += (await handle.write(piece, done)).bytesWritten;
            report.bytes += piece.length;
          }
          await handle.chmod(node.mode & 0o777);
          await handle.utimes(node.mtimeMs / 1000, node.mtimeMs / 1000);
        } finally {
          await handle.close();
        }
      });
      report.files++;
      return;
    }
    case 'symlink':
      state.links.push({ path, target: await fileSystem.target(node) });
      return;
    default:
      report.skipped.push(`${path}: a ${node.kind} is not made on the host`);
  }
}

/**
 * Copies a file or folder of the host to `path`: into it where that is a directory. Symbolic links are copied as what they are.
 * @throws DiskError
 */
export async function copyIn(fileSystem: FileSystem, hostPath: string, path: string, options: CopyOptions = {}): Promise<CopyReport> {
  const report = newReport();
  const names = path.split('/').filter((part) => part !== '');
  let directory: Node | undefined;
  try {
    const found = await find(fileSystem, path);
    if (found.node.kind === 'directory') directory = found.node;
  } catch (error) {
    if (!(error instanceof DiskError) || error.code !== 'DISK_NOT_FOUND') throw error;
  }
  const name = directory === undefined ? names.pop() ?? '' : basename(hostPath);
  directory ??= (await find(fileSystem, names.join('/'))).node;
  await copyNodeIn(fileSystem, hostPath, directory, name, { report, options, links: new Map() });
  return report;
}

/** Copies what is in a folder of the host into a directory. */
export async function copyFolderIn(fileSystem: FileSystem, hostFolder: string, directory: Node, options: CopyOptions = {}): Promise<CopyReport> {
  const report = newReport();
  await copyContentsIn(fileSystem, hostFolder, directory, { report, options, links: new Map() });
  return report;
}

interface InState {
  readonly report: CopyReport;
  readonly options: CopyOptions;
  /** Files of the host with several names, by device and inode. */
  readonly links: Map<string, Node>;
}

async function copyContentsIn(fileSystem: FileSystem, hostFolder: string, directory: Node, state: InState): Promise<void> {
  const names = await answered(hostFolder, 'list', () => readdir(hostFolder));
  for (const name of names.sort()) await copyNodeIn(fileSystem, join(hostFolder, name), directory, name, state);
}

async function copyNodeIn(fileSystem: FileSystem, hostPath: string, directory: Node, name: string, state: InState): Promise<void> {
  const { report, options } = state;
  options.signal?.throwIfAborted();
  options.onFile?.(hostPath);
  const stat = await answered(hostPath, 'look at', () => lstat(hostPath));
  const attributes: Attributes = { mode: stat.mode & 0o7777, uid: options.owner?.uid ?? stat.uid, gid: options.owner?.gid ?? stat.gid, mtimeMs: options.mtimeMs ?? stat.mtimeMs };
  if (stat.isDirectory()) {
    const made = await put(fileSystem, directory, name, newNode('directory', attributes));
    report.directories++;
    await copyContentsIn(fileSystem, hostPath, made, state);
    await fileSystem.setAttributes?.(made, attributes);
  } else if (stat.isFile()) {
    const key = `${stat.dev}:${stat.ino}`;
    const known = stat.nlink > 1 ? state.links.get(key) : undefined;
    if (known !== undefined && fileSystem.link !== undefined) {
      if ((await fileSystem.find(directory, name)) !== undefined) await fileSystem.remove!(directory, name);
      await fileSystem.link(directory, name, known);
      return;
    }
    const node = await put(fileSystem, directory, name, newNode('file', attributes));
    await fileSystem.write!(node, { size: stat.size, bytes: readHostFile(hostPath, state) });
    if (stat.nlink > 1) state.links.set(key, node);
    report.files++;
  } else if (stat.isSymbolicLink() && fileSystem.target.length > 0) {
    const target = await answered(hostPath, 'read a symbolic link', () => readlink(hostPath));
    await put(fileSystem, directory, name, newNode('symlink', { ...attributes, mode: 0o777, target }));
    report.symlinks++;
  } else {
    report.skipped.push(`${hostPath}: cannot be held by ${fileSystem.type}`);
  }
}

const READ_BYTES = 1024 * 1024;

async function* readHostFile(path: string, { report }: InState): AsyncGenerator<Uint8Array> {
  const handle = await answered(path, 'open', () => open(path, constants.O_RDONLY | constants.O_NOFOLLOW));
  try {
    for (;;) {
      const piece = new Uint8Array(READ_BYTES);
      const { bytesRead } = await answered(path, 'read', () => handle.read(piece, 0, READ_BYTES));
      if (bytesRead === 0) return;
      report.bytes += bytesRead;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}
