/** Path names, walks and whole files, for every file system alike. */
import { corrupt, DiskError } from '../errors.ts';
import { refused } from './file-system.ts';
import type { Attributes, Content, Entry, FileSystem, NewNode, Node } from './file-system.ts';

/** As many symbolic links as Linux follows in one name. */
const MOST_LINKS = 40;
/** A path is at most this deep: a directory that holds itself would have no end. */
const MOST_DEPTH = 1024;
const READ_BYTES = 1024 * 1024;

export interface Found {
  readonly node: Node;
  /** Without links, from the root: `/a/b`. */
  readonly path: string;
}

export interface WalkEntry extends Found {
  readonly name: string;
}

const notFound = (fileSystem: FileSystem, path: string, what = 'there is no'): DiskError => refused('DISK_NOT_FOUND', `${what} ${path}`, fileSystem.volume, 'find');

/**
 * The node of a path. Symbolic links are followed within the file system; the last only when `followLast`.
 * @throws DiskError `DISK_NOT_FOUND`
 */
export async function find(fileSystem: FileSystem, path: string, { followLast = true } = {}): Promise<Found> {
  const root = await fileSystem.root();
  const way: { name: string; node: Node }[] = [];
  let names = path.split('/').filter((name) => name !== '');
  let links = 0;
  while (names.length > 0) {
    const name = names.shift()!;
    const here = way.at(-1)?.node ?? root;
    if (here.kind !== 'directory') throw notFound(fileSystem, path, `${pathOf(way)} is no directory, so there is no`);
    if (name === '.') continue;
    if (name === '..') {
      way.pop();
      continue;
    }
    const entry = await fileSystem.find(here, name);
    if (entry === undefined) throw notFound(fileSystem, path);
    const node = await fileSystem.open(entry);
    if (node.kind === 'symlink' && (names.length > 0 || followLast)) {
      if (++links > MOST_LINKS) throw notFound(fileSystem, path, 'too many symbolic links lead to');
      const target = await fileSystem.target(node);
      if (target.startsWith('/')) way.length = 0;
      names = [...target.split('/').filter((part) => part !== ''), ...names];
      continue;
    }
    way.push({ name: entry.name, node });
    if (way.length > MOST_DEPTH) throw notFound(fileSystem, path, 'too deep is');
  }
  return { node: way.at(-1)?.node ?? root, path: pathOf(way) };
}

const pathOf = (way: readonly { readonly name: string }[]): string => `/${way.map(({ name }) => name).join('/')}`;

/** A directory's entries with their nodes, by name. */
export async function list(fileSystem: FileSystem, directory: Node): Promise<{ readonly name: string; readonly node: Node }[]> {
  if (directory.kind !== 'directory') throw notFound(fileSystem, 'a list', 'is no directory:');
  const found: { name: string; node: Node }[] = [];
  for (const entry of sorted(await fileSystem.entries(directory))) found.push({ name: entry.name, node: await fileSystem.open(entry) });
  return found;
}

const sorted = <E extends Entry>(entries: readonly E[]): E[] => [...entries].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));

/**
 * All that is below a node, directories before what is in them, in order of names; the node itself is left out.
 * @throws DiskError where a directory is met twice: a file system in which that happens is damaged, and would have no end
 */
export async function* walk(fileSystem: FileSystem, from: Found, seen = new Set<number>(), depth = 0): AsyncGenerator<WalkEntry> {
  if (seen.has(from.node.id)) throw corrupt(`directory ${from.path} is inside itself, or in two places`, { path: fileSystem.volume.name });
  if (depth > MOST_DEPTH) throw corrupt(`directories are more than ${MOST_DEPTH} deep`, { path: fileSystem.volume.name });
  seen.add(from.node.id);
  for (const entry of sorted(await fileSystem.entries(from.node))) {
    const node = await fileSystem.open(entry);
    const path = from.path === '/' ? `/${entry.name}` : `${from.path}/${entry.name}`;
    yield { name: entry.name, node, path };
    if (node.kind === 'directory') yield* walk(fileSystem, { node, path }, seen, depth + 1);
  }
}

/** A file's bytes, in pieces. */
export async function* readFile(fileSystem: FileSystem, node: Node, { start = 0, end = node.size, pieceBytes = READ_BYTES } = {}): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  if (node.kind !== 'file') throw refused('DISK_OPERATION_UNSUPPORTED', `a ${node.kind} has no contents`, fileSystem.volume, 'read');
  for (let at = start; at < Math.min(end, node.size);) {
    const piece = new Uint8Array(Math.min(pieceBytes, Math.min(end, node.size) - at));
    await fileSystem.read(node, at, piece);
    at += piece.length;
    yield piece;
  }
}

const MOST_AT_ONCE_BYTES = 256 * 1024 * 1024;

/** A small file's bytes. */
export async function readWhole(fileSystem: FileSystem, node: Node, mostBytes = MOST_AT_ONCE_BYTES): Promise<Uint8Array<ArrayBuffer>> {
  if (node.size > mostBytes) throw corrupt(`a file of ${node.size} bytes is not read at once`, { path: fileSystem.volume.name });
  const bytes = new Uint8Array(node.size);
  if (node.size > 0) await fileSystem.read(node, 0, bytes);
  return bytes;
}

/** The directory that a path's last name is in, and that name. */
async function findParent(fileSystem: FileSystem, path: string): Promise<{ readonly directory: Node; readonly name: string }> {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  const name = names.pop();
  if (name === undefined || name === '..') throw refused('DISK_OPTION_INVALID', `${JSON.stringify(path)} has no last name`, fileSystem.volume, 'write');
  const { node } = await find(fileSystem, names.join('/'));
  if (node.kind !== 'directory') throw notFound(fileSystem, path, `${names.join('/')} is no directory, so there is no`);
  return { directory: node, name };
}

const MODES = { directory: 0o755, file: 0o644, symlink: 0o777 } as const;

export const newNode = (kind: NewNode['kind'], given: Partial<Attributes> & { target?: string; device?: NewNode['device'] } = {}): NewNode => {
  const { target, device, ...attributes } = given;
  return {
    kind, mode: kind === 'directory' || kind === 'symlink' ? MODES[kind] : MODES.file, uid: 0, gid: 0, mtimeMs: Date.now(), ...attributes,
    ...(target === undefined ? {} : { target }), ...(device === undefined ? {} : { device }),
  };
};

/** Makes or replaces a file. A name that is a symbolic link is replaced, and not followed. */
export async function writeFile(fileSystem: FileSystem, path: string, content: Content, attributes: Partial<Attributes> = {}): Promise<Node> {
  const { directory, name } = await findParent(fileSystem, path);
  const node = await put(fileSystem, directory, name, newNode('file', attributes));
  await fileSystem.write!(node, content);
  return node;
}

/** Makes a node, in the place of a file that has its name. A directory that is there stays. */
export async function put(fileSystem: FileSystem, directory: Node, name: string, made: NewNode): Promise<Node> {
  if (fileSystem.create === undefined || fileSystem.write === undefined || !fileSystem.isWritable) throw readOnly(fileSystem);
  const there = await fileSystem.find(directory, name);
  if (there !== undefined) {
    const node = await fileSystem.open(there);
    if (node.kind === 'directory') {
      if (made.kind === 'directory') return node;
      throw refused('DISK_EXISTS', `${name} is a directory`, fileSystem.volume, 'write');
    }
    await fileSystem.remove!(directory, name);
  }
  return fileSystem.create(directory, name, made);
}

function readOnly(fileSystem: FileSystem): DiskError {
  return fileSystem.create === undefined
    ? refused('DISK_OPERATION_UNSUPPORTED', `${fileSystem.type} is only read`, fileSystem.volume, 'write')
    : new DiskError({ code: 'DISK_READ_ONLY', kind: 'read-only', message: 'is open for reading only', context: { path: fileSystem.volume.name, op: 'write' } });
}

/** With `isDeep`, the directories above it too. */
export async function makeDirectory(fileSystem: FileSystem, path: string, { isDeep = false, ...attributes }: Partial<Attributes> & { readonly isDeep?: boolean } = {}): Promise<Node> {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  if (names.length === 0) return fileSystem.root();
  if (isDeep) {
    for (let i = 1; i < names.length; i++) {
      const above = names.slice(0, i).join('/');
      const { directory, name } = await findParent(fileSystem, above);
      if ((await fileSystem.find(directory, name)) === undefined) await put(fileSystem, directory, name, newNode('directory'));
    }
  }
  const { directory, name } = await findParent(fileSystem, path);
  return put(fileSystem, directory, name, newNode('directory', attributes));
}

export async function makeSymlink(fileSystem: FileSystem, path: string, target: string, attributes: Partial<Attributes> = {}): Promise<Node> {
  const { directory, name } = await findParent(fileSystem, path);
  return put(fileSystem, directory, name, newNode('symlink', { ...attributes, target }));
}

/** With `isDeep`, a directory with all that is in it. */
export async function remove(fileSystem: FileSystem, path: string, { isDeep = false } = {}): Promise<void> {
  const { directory, name } = await findParent(fileSystem, path);
  if (fileSystem.remove === undefined || !fileSystem.isWritable) throw readOnly(fileSystem);
  await removeEntry(fileSystem, directory, name, isDeep, 0);
}

async function removeEntry(fileSystem: FileSystem, directory: Node, name: string, isDeep: boolean, depth: number): Promise<void> {
  const entry = await fileSystem.find(directory, name);
  if (entry === undefined) throw notFound(fileSystem, name);
  const node = await fileSystem.open(entry);
  if (depth > MOST_DEPTH) throw corrupt(`directories are more than ${MOST_DEPTH} deep`, { path: fileSystem.volume.name });
  if (node.kind === 'directory' && isDeep) for (const below of await fileSystem.entries(node)) await removeEntry(fileSystem, node, below.name, true, depth + 1);
  await fileSystem.remove!(directory, name);
}
