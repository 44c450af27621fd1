/**
 * A conversion to a new file, which appears under its name when it is complete, and not before: the image is made in a folder of its own beside it, flushed, and moved.
 * A folder and not a name with another ending, because an image may be several files that name one another.
 */
import { randomBytes } from 'node:crypto';
import { link, lstat, mkdir, open, readdir, rename, rm, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Disk } from '../disk.ts';
import { DiskError, systemError } from '../errors.ts';
import { formatNamed } from '../formats/all-formats.ts';
import { createDisk } from '../open-disk.ts';
import type { CreateOptions } from '../open-disk.ts';
import { convert } from './convert.ts';
import type { ConvertOptions, ConvertResult } from './convert.ts';
import { streamToFile } from './stream-to-file.ts';

export interface FileTarget extends Omit<CreateOptions, 'size'> {
  readonly path: string;
  /** Of the disk in bytes; the source's when it is not given. */
  readonly size?: number;
  /** Is the file to be there after a power cut as soon as this has returned? True unless said otherwise. Without it the host writes it when it likes, as after cp. */
  readonly isDurable?: boolean;
}

/**
 * @throws DiskError `DISK_EXISTS` unless the file may be replaced; one that is replaced stays until the new one is complete
 */
export async function convertToFile(from: Disk, { path, size = from.size, isDurable = true, ...create }: FileTarget, options: ConvertOptions = {}): Promise<ConvertResult> {
  return placeFile(path, { isReplaced: create.replace === true, isDurable }, async (temporaryPath) => {
    const disk = await createDisk(temporaryPath, { ...create, size, replace: false }).catch((error: unknown) => onlyStreams(error, create));
    if (disk === undefined) return streamToFile(from, temporaryPath, { format: await formatNamed(create.format), ...(create.options === undefined ? {} : { options: create.options }) }, { isFlushed: isDurable, ...options });
    try {
      // What has just been made is zero, unless something shows through.
      return await convert(from, disk, { ...(create.parent === undefined ? { targetIsZero: true } : {}), isFlushed: isDurable, ...options });
    } finally {
      await disk.close();
    }
  });
}

/** Is it a kind that cannot be made empty, but written from the beginning to the end? @throws the error otherwise */
async function onlyStreams(error: unknown, { format, parent }: Omit<FileTarget, 'path'>): Promise<undefined> {
  if (!(error instanceof DiskError) || error.kind !== 'unsupported' || parent !== undefined || (await formatNamed(format)).stream === undefined) throw error;
  return undefined;
}

interface PlaceOptions {
  readonly isReplaced: boolean;
  readonly isDurable: boolean;
}

/** Has `make` make a file, and whatever it makes beside it, in a folder of its own, and moves them to where `path` is when it is through; when it fails nothing is left. */
export async function placeFile<T>(path: string, { isReplaced, isDurable }: PlaceOptions, make: (temporaryPath: string) => Promise<T>): Promise<T> {
  await mustBePlaceable(path, isReplaced);
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.partial-${randomBytes(4).toString('hex')}`);
  try {
    await mkdir(temporary);
  } catch (error) {
    throw systemError(error, { path: temporary, op: 'create' });
  }
  try {
    const made = await make(join(temporary, basename(path)));
    await moveAll(temporary, folder, basename(path), { isReplaced, isDurable });
    return made;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function mustBePlaceable(path: string, isReplaced: boolean): Promise<void> {
  const stat = await lstat(path).catch(() => undefined);
  if (stat === undefined) return;
  if (!isReplaced) throw exists(path);
  if (!stat.isFile() && !stat.isSymbolicLink()) {
    throw new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message: 'is not a regular file, which could be replaced', context: { path, op: 'create' }, hint: 'open it as a disk and convert to that' });
  }
}

const exists = (path: string): DiskError => new DiskError({ code: 'DISK_EXISTS', kind: 'usage', message: 'exists already', context: { path, op: 'create' } });

/** The image itself last: what it names is there when it is. */
async function moveAll(from: string, to: string, image: string, { isReplaced, isDurable }: PlaceOptions): Promise<void> {
  const names = [...(await readdir(from)).filter((name) => name !== image), image];
  const moved: string[] = [];
  try {
    if (isDurable) for (const name of names) await sync(join(from, name));
    for (const name of names) {
      await move(join(from, name), join(to, name), isReplaced);
      moved.push(join(to, name));
    }
    if (isDurable) await sync(to);
  } catch (error) {
    if (!isReplaced) for (const path of moved) await rm(path, { force: true });
    throw error instanceof DiskError ? error : systemError(error, { path: join(to, image), op: 'create' });
  }
}

async function move(from: string, to: string, isReplaced: boolean): Promise<void> {
  if (isReplaced) return rename(from, to);
  try {
    // Unlike rename it fails where the name is taken.
    await link(from, to);
    await unlink(from);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw exists(to);
    await rename(from, to);
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
