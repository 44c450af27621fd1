/** A tree that a file system is made of at once: a folder of the host. */
import { constants } from 'node:fs';
import { lstat, open, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { systemError } from '../errors.ts';
import type { NewNode } from './file-system.ts';

export interface SourceNode extends NewNode {
  readonly name: string;
  /** Of a file, in bytes. */
  readonly size: number;
  /** Two names of one file have the same. */
  readonly key: string;
  /** Of a directory, by name. */
  readonly children: readonly SourceNode[];
  bytes(): AsyncIterable<Uint8Array>;
}

const READ_BYTES = 1024 * 1024;

async function* none(): AsyncGenerator<Uint8Array> { /* no contents */ }

/** Sockets and devices of the host are left out. */
export async function folderSource(path: string, name = ''): Promise<SourceNode> {
  const found = await nodeOf(path, name);
  if (found?.kind !== 'directory') throw systemError(Object.assign(new Error(), { code: 'ENOTDIR' }), { path, op: 'read' });
  return found;
}

async function nodeOf(path: string, name: string): Promise<SourceNode | undefined> {
  try {
    const stat = await lstat(path);
    const shared = { name, mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid, mtimeMs: stat.mtimeMs, size: 0, key: `${stat.dev}:${stat.ino}`, children: [], bytes: none };
    if (stat.isDirectory()) {
      const children: SourceNode[] = [];
      for (const below of (await readdir(path)).sort()) {
        const child = await nodeOf(join(path, below), below);
        if (child !== undefined) children.push(child);
      }
      return { ...shared, kind: 'directory', children };
    }
    if (stat.isSymbolicLink()) return { ...shared, kind: 'symlink', target: await readlink(path) };
    return stat.isFile() ? { ...shared, kind: 'file', size: stat.size, bytes: () => hostBytes(path) } : undefined;
  } catch (error) {
    throw systemError(error, { path, op: 'read' });
  }
}

async function* hostBytes(path: string): AsyncGenerator<Uint8Array> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: unknown) => { throw systemError(error, { path, op: 'open' }); });
  try {
    for (;;) {
      const piece = new Uint8Array(READ_BYTES);
      const { bytesRead } = await handle.read(piece, 0, READ_BYTES);
      if (bytesRead === 0) return;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}
