/**
 * Reads the files that a machine boots from. What is in them is judged by the loaders of packages/core, which name the file in their errors.
 */
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

/** `FILE arguments`: the module's command line is what follows the first space, as in QEMU's -initrd. */
function splitModule(text: string): [path: string, commandLine: string] {
  const space = text.indexOf(' ');
  return space === -1 ? [text, ''] : [text.slice(0, space), text];
}

async function loadImage(what: string, option: string, source: ImageSource): Promise<LoadedImage> {
  if (typeof source !== 'string') return { bytes: source, path: `<${what}>`, fromFile: false };
  let bytes: Uint8Array;
  try {
    const file = await stat(source);
    // A device such as /dev/zero has no end; a pipe has one.
    if (!file.isFile() && !file.isFIFO()) throw new Error(file.isDirectory() ? 'is a directory' : 'not a file');
    const { size } = file;
    if (size > MEMORY_MOST_BYTES) throw new Error(`larger than ${formatSizeBytes(MEMORY_MOST_BYTES)}, the most memory that a machine has`);
    bytes = await readFile(source);
  } catch (cause) {
    const reason = describeSystemError(cause);
    throw new VmxError({
      code: 'VMX_IMAGE_UNREADABLE', kind: 'io', cause, message: `${source}: cannot read the ${what}: ${reason}`,
      context: { path: source, op: `read ${what}` }, hint: `name a readable file with ${option}`,
    });
  }
  if (bytes.length === 0) {
    throw new VmxError({ code: 'VMX_IMAGE_TRUNCATED', kind: 'corrupt', message: `${source}: the ${what} is empty`, context: { path: source, op: `read ${what}` }, hint: `name another file with ${option}` });
  }
  return { bytes, path: source, fromFile: true };
}
