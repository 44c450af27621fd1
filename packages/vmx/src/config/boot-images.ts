/**
 * Reads the files that a machine boots from. What is in them is judged by the loaders of packages/core, which name the file in their errors.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { describeSystemError, VmxError } from '../errors.ts';
import { formatSizeBytes } from '../size.ts';
import type { CheckedConfig, ImageSource } from './vm-config.ts';
import { MEMORY_MOST_BYTES } from './vm-config.ts';

interface LoadedImage {
  readonly bytes: Uint8Array;
  /** The path as the user wrote it, or a word in angle brackets for content given as bytes. */
  readonly path: string;
  /** From a regular file, so that it can be read again. */
  readonly fromFile: boolean;
}

interface LoadedModule extends LoadedImage {
  readonly commandLine: string;
}

export interface BootImages {
  readonly kernel: LoadedImage | undefined;
  readonly initrd: LoadedImage | undefined;
  readonly modules: readonly LoadedModule[];
  readonly bios: LoadedImage | undefined;
}

/** @throws VmxError VMX_IMAGE_UNREADABLE, or VMX_IMAGE_TRUNCATED for an empty file, naming the file */
export async function loadBootImages(config: CheckedConfig): Promise<BootImages> {
  const load = async (what: string, option: string, source: ImageSource | undefined): Promise<LoadedImage | undefined> =>
    source === undefined ? undefined : loadImage(what, option, source);
  const modules: LoadedModule[] = [];
  for (const source of config.modules) {
    const [path, commandLine] = typeof source === 'string' ? splitModule(source) : [source, ''];
    modules.push({ ...await loadImage('module', '--module', path), commandLine: commandLine === '' && typeof path === 'string' ? basename(path) : commandLine });
  }
  return {
    kernel: await load('kernel', '--kernel', config.kernel),
    initrd: await load('initrd', '--initrd', config.initrd),
    modules,
    bios: await load('BIOS image', '--bios', config.bios),
  };
}

/**
 * An image's content, read again when it was released.
 * @throws VmxError VMX_IMAGE_UNREADABLE
 */
export function contentOf(image: LoadedImage): Uint8Array {
  if (image.bytes.length > 0) return image.bytes;
  try {
    return readRegularFile(image.path);
  } catch (cause) {
    throw unreadable(image.path, 'image that the guest\'s reset loads again', cause, 'leave the file where it is while the machine runs, or give --no-reboot');
  }
}

/** Frees the content of an image that was loaded into the guest and can be read again: copies of a kernel and an initrd are a good part of a small machine's memory. */
export function releaseImage(image: LoadedImage | undefined): void {
  if (image?.bytes.buffer instanceof ArrayBuffer && image.bytes.buffer.resizable) image.bytes.buffer.resize(0);
}

/**
 * Into a resizable buffer: V8 maps these page by page and gives the pages back when they shrink. Large buffers of fixed length come from malloc,
 * which, once one was freed, no longer returns what the compilers free after it (mallopt(3), M_MMAP_THRESHOLD): 15 MB that were not saved.
 */
function readRegularFile(path: string): Uint8Array {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const bytes = new Uint8Array(new ArrayBuffer(size, { maxByteLength: size }), 0, size);
    let read = 0;
    for (let count = -1; read < size && count !== 0; read += count) count = readSync(file, bytes, read, size - read, read);
    return bytes.subarray(0, read);
  } finally {
    closeSync(file);
  }
}

/** `FILE arguments`: the module's command line is what follows the first space, as in QEMU's -initrd. */
function splitModule(text: string): [path: string, commandLine: string] {
  const space = text.indexOf(' ');
  return space === -1 ? [text, ''] : [text.slice(0, space), text];
}

async function loadImage(what: string, option: string, source: ImageSource): Promise<LoadedImage> {
  if (typeof source !== 'string') return { bytes: source, path: `<${what}>`, fromFile: false };
  let bytes: Uint8Array;
  let fromFile: boolean;
  try {
    const file = await stat(source);
    // A device such as /dev/zero has no end; a pipe has one.
    if (!file.isFile() && !file.isFIFO()) throw new Error(file.isDirectory() ? 'is a directory' : 'not a file');
    const { size } = file;
    if (size > MEMORY_MOST_BYTES) throw new Error(`larger than ${formatSizeBytes(MEMORY_MOST_BYTES)}, the most memory that a machine has`);
    fromFile = file.isFile();
    bytes = fromFile ? readRegularFile(source) : await readFile(source);
  } catch (cause) {
    throw unreadable(source, what, cause, `name a readable file with ${option}`);
  }
  if (bytes.length === 0) {
    throw new VmxError({ code: 'VMX_IMAGE_TRUNCATED', kind: 'corrupt', message: `${source}: the ${what} is empty`, context: { path: source, op: `read ${what}` }, hint: `name another file with ${option}` });
  }
  return { bytes, path: source, fromFile };
}

function unreadable(path: string, what: string, cause: unknown, hint: string): VmxError {
  return new VmxError({
    code: 'VMX_IMAGE_UNREADABLE', kind: 'io', cause, message: `${path}: cannot read the ${what}: ${describeSystemError(cause)}`, context: { path, op: `read ${what}` }, hint,
  });
}
