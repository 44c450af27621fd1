/**
 * Reads the files that a machine boots from. What is in them is judged by the loaders of packages/core, which name the file in their errors.
 */
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { describeSystemError, VmxError } from '../errors.ts';
import type { CheckedConfig, ImageSource } from './vm-config.ts';

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

/** @throws VmxError VMX_IMAGE_UNREADABLE, VMX_IMAGE_TRUNCATED (an empty file) or VMX_MEMORY_TOO_SMALL, naming the file */
export async function loadBootImages(config: CheckedConfig): Promise<BootImages> {
  const load = async (what: string, option: string, source: ImageSource | undefined): Promise<LoadedImage | undefined> =>
    source === undefined ? undefined : loadImage(what, option, source, config.memoryBytes);
  const modules: LoadedModule[] = [];
  for (const source of config.modules) {
    const [path, commandLine] = typeof source === 'string' ? splitModule(source) : [source, ''];
    modules.push({ ...await loadImage('module', '--module', path, config.memoryBytes), commandLine: commandLine === '' && typeof path === 'string' ? basename(path) : commandLine });
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

async function loadImage(what: string, option: string, source: ImageSource, memoryBytes: number): Promise<LoadedImage> {
  if (typeof source !== 'string') return { bytes: source, path: `<${what}>`, fromFile: false };
  let bytes: Uint8Array;
  try {
    const file = await stat(source);
    // A device such as /dev/zero has no end; a pipe has one.
    if (!file.isFile() && !file.isFIFO()) throw new Error(file.isDirectory() ? 'is a directory' : 'not a file');
    const { size } = file;
    if (what !== 'BIOS image' && size > memoryBytes) throw tooLarge(what, source, size, memoryBytes);
    bytes = await readFile(source);
  } catch (cause) {
    if (cause instanceof VmxError) throw cause;
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

function tooLarge(what: string, path: string, sizeBytes: number, memoryBytes: number): VmxError {
  const mib = (bytes: number): number => Math.ceil(bytes / 1024 ** 2);
  return new VmxError({
    code: 'VMX_MEMORY_TOO_SMALL', kind: 'range', message: `${path}: the ${what} has ${mib(sizeBytes)} MiB, the machine ${mib(memoryBytes)} MiB of memory`,
    context: { path, sizeBytes, memoryBytes }, hint: 'give the machine more memory with --memory',
  });
}
