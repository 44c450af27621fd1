/** A conversion to a file of a kind that is only written as a stream: VMDK's streamOptimized. */
import type { Disk } from '../disk.ts';
import { FileStore } from '../store/file-store.ts';
import { convert } from './convert.ts';
import type { ConvertOptions, ConvertResult } from './convert.ts';
import type { StreamDestination } from './stream-target.ts';

/** The file is emptied first. @throws DiskError */
export async function streamToFile(from: Disk, path: string, destination: Omit<StreamDestination, 'write'>, options: ConvertOptions = {}): Promise<ConvertResult> {
  const store = await FileStore.open(path, { create: 'replace' });
  let end = 0;
  const write = (bytes: Uint8Array): void | Promise<void> => {
    const at = end;
    end += bytes.length;
    return store.write(at, bytes);
  };
  try {
    const result = await convert(from, { ...destination, write }, options);
    if (options.isFlushed !== false) await store.flush();
    return result;
  } finally {
    await store.close();
  }
}
