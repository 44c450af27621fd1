/**
 * The gate before every file that an image names: parents, data files, extents. An image may come from a stranger, and what it names is opened with the rights of whoever
 * opens it, so only plain files in the image's own folder are, and others where the user says so.
 */
import { readdir, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, relative, resolve } from 'node:path';
import { DiskError, systemError } from './errors.ts';
import { FileStore } from './store/file-store.ts';
import { readPadded } from './store/store.ts';

export interface ReferencePolicy {
  /** Folders whose files (and whose folders' files) may be opened besides those in the image's own folder. `/` allows all. */
  readonly allowedFolders?: readonly string[];
  /** Nothing that an image names is opened, wherever it is. */
  readonly denyAll?: boolean;
}

/** Of a folder, when a parent is looked for by its contents. */
const MOST_SEARCHED = 4096;
const HEAD_BYTES = 512;

const HINT = 'allow its folder with --allow-folder if you trust the image';

const denied = (message: string, path: string): DiskError => new DiskError({ code: 'DISK_REFERENCE_DENIED', kind: 'denied', message, context: { path, op: 'open' }, hint: HINT });

/** Opens files that the image at `imagePath` names. */
export class FileReferences {
  readonly #imagePath: string;
  readonly #policy: ReferencePolicy;
  readonly #isWritable: boolean;
  readonly #forceShare: boolean;
  readonly #replaces: boolean;
  /** Files that are locked already: an image may name one several times, for several parts of it, and must not keep itself out. */
  readonly #locked = new Set<string>();

  /** @param replaces the image itself replaces one that is there, and so do the files beside it */
  constructor(imagePath: string, policy: ReferencePolicy, isWritable: boolean, forceShare = false, replaces = false) {
    this.#imagePath = imagePath;
    this.#policy = policy;
    this.#isWritable = isWritable;
    this.#forceShare = forceShare;
    this.#replaces = replaces;
  }

  async open(name: string, role: string, isWritable = this.#isWritable): Promise<FileStore> {
    const store = await FileStore.open(await this.path(name, role), { isWritable, isUntrusted: true });
    try {
      if (!this.#locked.has(store.identity)) store.lock(this.#forceShare);
      this.#locked.add(store.identity);
    } catch (error) {
      await store.close();
      throw error;
    }
    return store;
  }

  /** A new file beside the image: a name without a folder. */
  async create(name: string): Promise<FileStore> {
    if (name !== basename(name) || name === '' || name === '.' || name === '..') throw denied(`a part of an image may not be named ${JSON.stringify(name)}`, this.#imagePath);
    return FileStore.open(resolve(dirname(this.#imagePath), name), { create: this.#replaces ? 'replace' : 'new', isUntrusted: this.#replaces });
  }

  /** Files that may be opened, end in `extension` and begin as `isIt` wants: for formats that know a parent by what is in it. The first that is found, or undefined. */
  async find(extension: string, isIt: (head: Uint8Array) => boolean): Promise<string | undefined> {
    if (this.#policy.denyAll === true) return undefined;
    for (const folder of [await realFolder(dirname(resolve(this.#imagePath))), ...(this.#policy.allowedFolders ?? [])]) {
      for (const name of (await readdir(folder).catch(() => [])).filter((entry) => entry.endsWith(extension)).sort().slice(0, MOST_SEARCHED)) {
        const path = await this.path(resolve(folder, name), 'parent image').catch(() => undefined);
        if (path === undefined) continue;
        const store = await FileStore.open(path, { isUntrusted: true }).catch(() => undefined);
        if (store === undefined) continue;
        try {
          if (isIt(await readPadded(store, 0, HEAD_BYTES))) return path;
        } finally {
          await store.close();
        }
      }
    }
    return undefined;
  }

  /**
   * The file that `name` means, if it may be opened.
   * @throws DiskError `DISK_REFERENCE_DENIED` or `DISK_REFERENCE_MISSING`
   */
  async path(name: string, role: string): Promise<string> {
    if (this.#policy.denyAll === true) throw denied(`the image names a ${role}, ${JSON.stringify(name)}, and no other file is to be opened`, this.#imagePath);
    if (name === '' || name.includes('\0')) throw denied(`the image names a ${role} that is no file name`, this.#imagePath);
    // qemu's pseudo-protocols (json:, nbd://, ssh:): a colon before any slash is not a path to qemu either.
    if (/^[a-z][a-z0-9+.-]+:/i.test(name)) throw denied(`the image names a ${role} that is not a file, ${JSON.stringify(name)}`, this.#imagePath);
    const folder = await realFolder(dirname(resolve(this.#imagePath)));
    const wanted = isAbsolute(name) ? name : resolve(folder, name);
    let found: string;
    try {
      found = await realpath(wanted);
    } catch (error) {
      // Whether a file exists outside is not for the image to learn either: what may not be opened is denied before it is missing.
      if (!this.#mayOpen(folder, wanted)) throw denied(`the image names a ${role} outside its folder, ${JSON.stringify(name)}`, this.#imagePath);
      const { message } = systemError(error, { path: wanted });
      throw new DiskError({ code: 'DISK_REFERENCE_MISSING', kind: 'not-found', message: `its ${role} cannot be opened: ${message}`, context: { path: this.#imagePath, op: 'open' }, cause: error });
    }
    if (!this.#mayOpen(folder, found)) throw denied(`the image names a ${role} outside its folder, ${JSON.stringify(name)}`, this.#imagePath);
    return found;
  }

  #mayOpen(folder: string, path: string): boolean {
    return dirname(path) === folder || (this.#policy.allowedFolders ?? []).some((allowed) => isWithin(resolve(allowed), path));
  }
}

async function realFolder(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch (error) {
    throw systemError(error, { path: folder, op: 'open' });
  }
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && !way.startsWith('..') && !isAbsolute(way);
}
