/** Opening and making disks by path: which format it is, the chain below it, and who may open what. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Disk } from './disk.ts';
import { DiskError } from './errors.ts';
import { parseOptions } from './format.ts';
import type { Format, OpenContext } from './format.ts';
import { FORMAT_ENTRIES, formatNamed, hasSignature } from './formats/all-formats.ts';
import type { Image } from './image.ts';
import { FileReferences } from './references.ts';
import type { ReferencePolicy } from './references.ts';
import { isRemoteLocation, openRemoteStore } from './remote-location.ts';
import type { NetworkOptions } from './remote-location.ts';
import { FileStore } from './store/file-store.ts';
import { readPadded } from './store/store.ts';
import type { Store } from './store/store.ts';

export interface OpenOptions {
  /** A name of a format, or an alias. Found out from the contents when it is not given; raw is not, for writing, since a guest could make a raw disk look like anything. */
  readonly format?: string;
  /** True unless said otherwise. */
  readonly readOnly?: boolean;
  readonly references?: ReferencePolicy;
  readonly passphrase?: string;
  /** Only this layer: what it has not is absent. */
  readonly withoutParent?: boolean;
  /** Damage that check can tell of is no reason to refuse. */
  readonly isForCheck?: boolean;
  /** Read it although another process writes it: what is read may be torn. */
  readonly forceShare?: boolean;
  /** For paths that are URLs. */
  readonly network?: NetworkOptions;
}

const PROBE_BYTES = 64 * 1024;
/** For signatures at the end: VHD's is 512 bytes before it, or 511. */
const TAIL_BYTES = 1024;
const MOST_LAYERS = 64;

/**
 * Opens an image and what it stands on.
 * @param path a file, or http://, https://, nbd://, nbds://, nbd+unix://
 * @throws DiskError
 */
export function openDisk(path: string, options: OpenOptions = {}): Promise<Disk> {
  return isRemoteLocation(path) ? openRemote(path, options) : openLayer(path, options, []);
}

/** What is on a server has no folder, so an image there stands alone. */
async function openRemote(location: string, options: OpenOptions): Promise<Disk> {
  const store = await openRemoteStore(location, options.network ?? {}, options.readOnly === false);
  try {
    return await openStore(store, options);
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** In a folder that is a disk (Parallels' bundles), what says which files it has. */
const BUNDLE_DESCRIPTOR = 'DiskDescriptor.xml';

async function openLayer(named: string, options: OpenOptions, above: readonly string[]): Promise<Disk> {
  const path = (await isFolder(named)) ? join(named, BUNDLE_DESCRIPTOR) : named;
  const isWritable = options.readOnly === false;
  const store = await FileStore.open(path, { isWritable, isUntrusted: above.length > 0 });
  try {
    if (above.includes(store.identity)) throw chainError(path, 'the chain comes back to an image that stands on it');
    if (above.length >= MOST_LAYERS) throw chainError(path, `the chain has more than ${MOST_LAYERS} images`);
    store.lock(options.forceShare);
    const references = new FileReferences(path, options.references ?? {}, isWritable, options.forceShare);
    const disk = await openStore(store, { ...options, openParent: (image) => openParent(image, references, options, [...above, store.identity]) }, references);
    return disk;
  } catch (error) {
    await store.close();
    throw error;
  }
}

const isFolder = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined))?.isDirectory() === true;

const chainError = (path: string, message: string): DiskError => new DiskError({ code: 'DISK_CHAIN_LOOP', kind: 'corrupt', message, context: { path, op: 'open' } });

interface StoreOpenOptions extends OpenOptions {
  readonly openParent?: (image: Image) => Promise<Disk>;
}

/** Opens what is in a store; `openParent` finds what it stands on, and without one a layer with a parent is refused. The disk closes the store. */
export async function openStore(store: Store, options: StoreOpenOptions = {}, references: OpenContext['references'] = noReferences(store)): Promise<Disk> {
  const isWritable = options.readOnly === false;
  const format = options.format === undefined ? await probeFormat(store, isWritable) : await formatNamed(options.format);
  const image = await format.open({
    store, isWritable, references, ...(options.passphrase === undefined ? {} : { passphrase: options.passphrase }), ...(options.isForCheck === undefined ? {} : { isForCheck: options.isForCheck }),
  });
  if (image.parent === undefined || options.withoutParent === true) return new Disk({ image });
  try {
    if (options.openParent === undefined) throw new DiskError({ code: 'DISK_REFERENCE_DENIED', kind: 'denied', message: `stands on another image, ${JSON.stringify(image.parent.names[0])}`, context: image.parent.where });
    const parent = await options.openParent(image);
    try {
      await image.parent.verify?.(parent.image);
    } catch (error) {
      await parent.close();
      throw error;
    }
    return new Disk({ image, parent });
  } catch (error) {
    await image.close();
    throw error;
  }
}

async function openParent(image: Image, references: FileReferences, options: OpenOptions, above: readonly string[]): Promise<Disk> {
  const { names, format, where, search } = image.parent!;
  const below: OpenOptions = {
    ...(format === undefined ? {} : { format }), readOnly: true, ...(options.references === undefined ? {} : { references: options.references }),
    ...(options.passphrase === undefined ? {} : { passphrase: options.passphrase }), ...(options.forceShare === undefined ? {} : { forceShare: options.forceShare }),
  };
  let problem: unknown;
  for (const name of names) {
    let path: string;
    try {
      path = await references.path(name, 'parent image');
    } catch (error) {
      // The first name's problem is told, unless a later one says that it may not be opened.
      problem = problem === undefined || (error instanceof DiskError && error.code === 'DISK_REFERENCE_DENIED') ? error : problem;
      continue;
    }
    return openLayer(path, below, above);
  }
  const found = search === undefined ? undefined : await references.find(search.extension, search.isIt);
  if (found !== undefined) return openLayer(found, below, above);
  throw problem ?? new DiskError({ code: 'DISK_REFERENCE_MISSING', kind: 'not-found', message: 'it stands on another image and does not say which', context: where });
}

/**
 * Which format is it? Raw when it is none.
 * @throws DiskError when it is two, or raw and to be written
 */
export async function probeFormat(store: Store, isWritable = false): Promise<Format> {
  const head = await readPadded(store, 0, Math.min(PROBE_BYTES, store.length));
  const found: Format[] = [];
  const tailBytes = Math.min(TAIL_BYTES, store.length);
  const tail = await readPadded(store, store.length - tailBytes, tailBytes);
  for (const entry of FORMAT_ENTRIES) {
    if (entry.name === 'raw' || !hasSignature(entry, head, tail)) continue;
    const format = await entry.load();
    if (await format.probe(head, store)) found.push(format);
  }
  if (found.length > 1) {
    throw new DiskError({
      code: 'DISK_FORMAT_AMBIGUOUS', kind: 'corrupt', message: `it looks like ${found.map(({ name }) => name).join(' and like ')}`, context: { path: store.name, op: 'open' }, hint: 'say which with -f FORMAT',
    });
  }
  if (found.length === 0 && isWritable) {
    throw new DiskError({
      code: 'DISK_FORMAT_UNKNOWN', kind: 'usage', message: 'has no format that is known, and is not taken for raw when it is to be written', context: { path: store.name, op: 'open' }, hint: 'say -f raw if it is',
    });
  }
  return found[0] ?? formatNamed('raw');
}

/** Loaded when it is needed: node:crypto takes longer to load than the rest of an image that is only described. */
const randomBytes = (length: number): Uint8Array => process.getBuiltinModule('node:crypto').randomBytes(length);

export interface CreateOptions {
  readonly format: string;
  /** Of the virtual disk in bytes. */
  readonly size: number;
  /** Of the format, as words or values. */
  readonly options?: Readonly<Record<string, string | number | boolean>>;
  /** An image to stand on; `size` may then be left to it. */
  readonly parent?: { readonly name: string; readonly format: string; readonly disk: Disk };
  readonly passphrase?: string;
  /** A file that is there is emptied. */
  readonly replace?: boolean;
  /** For tests that want the same bytes each time. */
  readonly random?: (length: number) => Uint8Array;
  readonly nowMs?: number;
  /** For paths that are URLs. */
  readonly network?: NetworkOptions;
}

/** Makes a new image, open for writing. An export of an NBD server is emptied, and is a raw disk of its own size. */
export async function createDisk(path: string, options: CreateOptions): Promise<Disk> {
  if (isRemoteLocation(path)) return createRemote(path, options);
  const store = await FileStore.open(path, { create: options.replace === true ? 'replace' : 'new' });
  return createIn(store, options, new FileReferences(path, {}, true, false, options.replace === true));
}

async function createRemote(location: string, options: CreateOptions): Promise<Disk> {
  if (options.format !== 'raw') throw new DiskError({ code: 'DISK_OPERATION_UNSUPPORTED', kind: 'unsupported', message: 'on a server only raw disks are made', context: { path: location, op: 'create' } });
  const store = await openRemoteStore(location, options.network ?? {}, true);
  try {
    await store.discard(0, store.length);
  } catch (error) {
    await store.close();
    throw error;
  }
  return createIn(store, options);
}

/** Makes a new image in an empty store. The disk closes the store, and its parent. */
export async function createIn(store: Store, options: CreateOptions, references: OpenContext['references'] = noReferences(store)): Promise<Disk> {
  try {
    const format = await formatNamed(options.format);
    if (format.create === undefined) throw new DiskError({ code: 'DISK_OPERATION_UNSUPPORTED', kind: 'unsupported', message: `${format.name} images are only read`, context: { op: 'create' } });
    if (!Number.isSafeInteger(options.size) || options.size < 0) throw new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message: `${options.size} is no size of a disk`, context: { op: 'create' } });
    const { parent } = options;
    const image = await format.create(
      {
        store, references, size: Math.ceil(options.size / 512) * 512, random: options.random ?? randomBytes, nowMs: options.nowMs ?? Date.now(),
        ...(parent === undefined ? {} : { parent }), ...(options.passphrase === undefined ? {} : { passphrase: options.passphrase }),
      },
      parseOptions(format, options.options ?? {}),
    );
    return new Disk({ image, ...(parent === undefined ? {} : { parent: parent.disk }) });
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** For a store that is no file: there is nothing beside it. */
function noReferences(store: Store): OpenContext['references'] {
  const refuse = (name: string): never => {
    throw new DiskError({ code: 'DISK_REFERENCE_DENIED', kind: 'denied', message: `the image names another file, ${JSON.stringify(name)}, and is not in a file itself`, context: { path: store.name, op: 'open' } });
  };
  return { open: async (name) => refuse(name), create: async (name) => refuse(name) };
}
