/** The options of the commands that look into a file system, and what they open. */
import type { OptionDeclarations } from '@worldswitch/command-line/command';
import type { Disk } from '../disk.ts';
import type { FileSystem } from '../filesystem/file-system.ts';
import { openFileSystemIn } from '../filesystem/in-disk.ts';
import { invalidOption, openImage, OPEN_OPTIONS } from './image-options.ts';
import type { OpenArguments } from './image-options.ts';

export const FILE_SYSTEM_OPTIONS = {
  ...OPEN_OPTIONS,
  partition: { value: 'NUMBER', describe: 'the partition with the file system, where there are several' },
} as const satisfies OptionDeclarations;

interface FileSystemArguments extends OpenArguments {
  readonly partition?: string | undefined;
}

export function partitionNumber({ partition }: FileSystemArguments): number | undefined {
  if (partition === undefined) return undefined;
  if (!/^[1-9]\d{0,3}$/.test(partition)) throw invalidOption(`--partition ${partition}: not a number`);
  return Number(partition);
}

/** Opens an image and the file system in it, and closes them after `work`; what was changed is written first. */
export async function withFileSystem<T>(word: string, options: FileSystemArguments, isWritable: boolean, work: (fileSystem: FileSystem, disk: Disk) => Promise<T>): Promise<T> {
  await using disk = await openImage(word, options, isWritable ? { readOnly: false } : {});
  const number = partitionNumber(options);
  const fileSystem = await openFileSystemIn(disk, { isWritable, ...(number === undefined ? {} : { partition: number }) });
  const result = await work(fileSystem, disk);
  if (isWritable) {
    await fileSystem.flush();
    await disk.flush();
  }
  return result;
}

/** A path in the image is written with a colon before it where one of the host could be meant. */
export const isInside = (word: string): boolean => word.startsWith(':');
export const insidePath = (word: string): string => word.slice(1);
