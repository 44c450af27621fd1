/** Commit: what layers have is written into the image below them. */
import { realpath } from 'node:fs/promises';
import { Disk } from '../disk.ts';
import { DiskError } from '../errors.ts';
import { openDisk } from '../open-disk.ts';
import type { OpenOptions } from '../open-disk.ts';
import { copyStretch } from './copy.ts';
import { resizeDisk } from './resize.ts';
import type { TaskOptions } from './task.ts';

export interface CommitOptions extends TaskOptions {
  readonly open?: OpenOptions;
  /** The image of the chain that is written; the parent where it is not given. */
  readonly base?: string;
  /** Leave the layer as it is. Also so when there are layers between it and the base: what they have would show through an emptied one. */
  readonly keep?: boolean;
}

export interface CommitReport {
  readonly basePath: string;
  /** Of the disk that was written, in bytes. */
  readonly size: number;
  readonly isEmptied: boolean;
}

/** @throws DiskError */
export async function commitImage(path: string, { open = {}, base, keep = false, ...task }: CommitOptions = {}): Promise<CommitReport> {
  const layers = await chainOf(path, open);
  const depth = base === undefined ? 1 : await depthOf(base, layers, path);
  const below = layers[depth];
  if (below === undefined) throw new DiskError({ code: 'DISK_OPERATION_UNSUPPORTED', kind: 'usage', message: 'it stands on no other image', context: { path, op: 'commit' } });
  const canEmpty = depth === 1 && !keep;
  let top = await openDisk(below.path, { ...open, format: below.format, readOnly: false });
  const baseDisk = top;
  try {
    for (let i = depth - 1; i >= 0; i--) {
      const layer = await openDisk(layers[i]!.path, { ...open, format: layers[i]!.format, readOnly: i > 0 || !canEmpty, withoutParent: true });
      top = new Disk({ image: layer.image, parent: top });
    }
    await commitLayers(top, depth, baseDisk, task);
    return { basePath: below.path, size: baseDisk.size, isEmptied: canEmpty && (await empty(top, baseDisk)) };
  } finally {
    await top.close();
  }
}

interface Layer {
  readonly path: string;
  readonly format: string;
}

/** Whom the layers belong to is found, and allowed or not, by opening the chain as everyone does. */
async function chainOf(path: string, open: OpenOptions): Promise<Layer[]> {
  await using top = await openDisk(path, { ...open, readOnly: true });
  const layers: Layer[] = [];
  for (let disk: Disk | undefined = top; disk !== undefined; disk = disk.parent) layers.push({ path: disk.image.store.name, format: disk.image.format });
  return layers;
}

async function depthOf(base: string, layers: readonly Layer[], path: string): Promise<number> {
  const real = (name: string): Promise<string> => realpath(name).catch(() => name);
  const wanted = await real(base);
  for (const [depth, layer] of layers.entries()) if (depth > 0 && (layer.path === base || (await real(layer.path)) === wanted)) return depth;
  throw new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message: `${base} is not below ${path}`, hint: layers.length === 1 ? 'it stands on no other image' : `below it are ${layers.slice(1).map((layer) => layer.path).join(', ')}` });
}

/**
 * Writes into `base`, which is `depth` layers below `top` and its own `parent` in the end, what the layers above it have.
 * @throws DiskError
 */
export async function commitLayers(top: Disk, depth: number, base: Disk, { onProgress, signal }: TaskOptions = {}): Promise<void> {
  const before = base.size;
  // A layer may be longer than what it stands on; shorter than it the base stays as long as it is.
  if (top.size > before) await resizeDisk(base, top.size);
  for await (const { start, length, kind, depth: found } of top.extents()) {
    onProgress?.({ transferred: start, size: top.size });
    if (found >= depth) continue;
    const copied = (bytes: number): void => onProgress?.({ transferred: Math.min(start + bytes, top.size), size: top.size });
    await copyStretch(top, base, { start, length, to: start, isData: kind === 'data' }, { isNew: start >= before, signal, onCopied: copied });
  }
  await base.flush();
  onProgress?.({ transferred: top.size, size: top.size });
}

/** The layer has nothing of its own any more: it is as the base is. @returns whether the format can */
async function empty(top: Disk, base: Disk): Promise<boolean> {
  const { image } = top;
  const { remove, setParent, parent } = image;
  if (remove !== undefined) await top.change(async () => remove.call(image, 0, top.size));
  // Parents that have been written have another mark (CID, GUID): the layer takes note of it.
  const name = parent?.names[0];
  if (parent?.verify !== undefined && name !== undefined) await top.change(async () => setParent?.call(image, { name, format: base.image.format, image: base.image }));
  await top.flush();
  return remove !== undefined;
}
