/** New file systems, filled from a folder or an archive: what `mkfs` does. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { DiskError, systemError } from '../errors.ts';
import { tarIn } from './archive.ts';
import { makeExt } from './ext/make.ts';
import { makeFat } from './fat/make.ts';
import type { FatBits } from './fat/table.ts';
import type { FileSystem } from './file-system.ts';
import { openFileSystem } from './file-systems.ts';
import { copyFolderIn } from './host.ts';
import type { CopyOptions, CopyReport } from './host.ts';
import { folderSource } from './source.ts';
import type { SourceNode } from './source.ts';
import { find } from './tree.ts';
import type { Volume } from './volume.ts';

export const MADE_TYPES = ['ext4', 'ext2', 'fat', 'fat12', 'fat16', 'fat32'] as const;
export type MadeType = (typeof MADE_TYPES)[number];

export interface MakeOptions extends CopyOptions {
  readonly label?: string;
  /** Of clusters or blocks, in bytes. */
  readonly blockBytes?: number;
  readonly hasJournal?: boolean;
  /** How many files there are to be room for (ext). */
  readonly inodes?: number;
}

/**
 * Makes a file system, and puts what a folder or a tar archive holds into it.
 * @param source a folder, or a tar archive, which may be compressed by gzip or zstd
 */
export async function makeFileSystem(volume: Volume, type: MadeType, source: string | undefined, options: MakeOptions = {}): Promise<{ readonly fileSystem: FileSystem; readonly copied: CopyReport | undefined }> {
  const fileSystem = await makeEmpty(volume, type, options);
  let copied: CopyReport | undefined;
  if (source !== undefined) {
    const root = await find(fileSystem, '/');
    copied = (await isFolder(source)) ? await copyFolderIn(fileSystem, source, root.node, options) : await tarIn(fileSystem, archiveBytes(source), root, options);
  }
  await fileSystem.flush();
  return { fileSystem, copied };
}

async function makeEmpty(volume: Volume, type: MadeType, { label, blockBytes, hasJournal, inodes, mtimeMs }: MakeOptions): Promise<FileSystem> {
  const shared = { ...(label === undefined ? {} : { label }), ...(mtimeMs === undefined ? {} : { nowMs: mtimeMs }) };
  if (type === 'ext2' || type === 'ext4') {
    return makeExt(volume, { type, ...shared, ...(blockBytes === undefined ? {} : { blockBytes }), ...(hasJournal === undefined ? {} : { hasJournal }), ...(inodes === undefined ? {} : { inodes }) });
  }
  const bits = type === 'fat' ? undefined : (Number(type.slice(3)) as FatBits);
  await makeFat(volume, { ...shared, ...(bits === undefined ? {} : { bits }), ...(blockBytes === undefined ? {} : { clusterBytes: blockBytes }) });
  return openFileSystem(volume, { isWritable: true });
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw systemError(error, { path, op: 'open' });
  }
}

/** The bytes of a tar archive, unpacked as its name says. */
export async function* archiveBytes(path: string): AsyncGenerator<Uint8Array> {
  const file = createReadStream(path, { highWaterMark: 1024 * 1024 });
  const unpacker = /\.(gz|tgz)$/.test(path) ? createGunzip() : /\.(zst|tzst)$/.test(path) ? createZstdDecompress() : undefined;
  if (unpacker !== undefined) file.on('error', (error) => unpacker.destroy(error)).pipe(unpacker);
  try {
    for await (const piece of unpacker ?? file) yield piece as Uint8Array;
  } catch (error) {
    throw error instanceof DiskError ? error : systemError(error, { path, op: 'read' });
  } finally {
    file.destroy();
  }
}

const MiB = 1024 * 1024;

/** A size in bytes that is enough for what a folder or an archive holds, with a fifth more. */
export async function sizeFor(source: string, type: MadeType): Promise<{ readonly bytes: number; readonly inodes: number }> {
  let data = 0;
  let nodes = 0;
  if (await isFolder(source)) {
    const add = (node: SourceNode): void => {
      nodes++;
      data += Math.ceil(node.size / 4096) * 4096 + (node.kind === 'directory' ? 4096 + node.children.length * 64 : 0);
      for (const child of node.children) add(child);
    };
    add(await folderSource(source));
  } else {
    // An archive's headers are a block each, and what is in it no more than its length.
    for await (const piece of archiveBytes(source)) data += piece.length;
    nodes = Math.ceil(data / 4096);
  }
  const isExt = type.startsWith('ext');
  const needed = data * 1.2 + nodes * (isExt ? 512 : 128) + (isExt ? 8 : 2) * MiB + (isExt && data > 100 * MiB ? 64 * MiB : 0);
  return { bytes: Math.ceil(needed / MiB) * MiB, inodes: Math.ceil(nodes * 1.2) + 16 };
}
