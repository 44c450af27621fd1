/** `vmx-disk diff`. */
import { diff } from '../convert/delta.ts';
import type { DeltaResult } from '../convert/delta.ts';
import { placeFile } from '../convert/convert-to-file.ts';
import type { Disk } from '../disk.ts';
import { FileStore } from '../store/file-store.ts';
import { diskCommand } from './command.ts';
import { formatNames, invalidOption, OPEN_OPTIONS, openImage, PROGRESS_OPTIONS } from './image-options.ts';
import { withProgress } from './progress.ts';
import { sizeText } from './size-text.ts';
import { writerTo } from './standard-output.ts';

export const diffCommand = diskCommand({
  name: 'diff',
  summary: 'writes what makes one disk of another, whatever their formats, as a file that patch takes',
  words: [
    { placeholder: 'OLD', describe: 'the disk that the other side has', completes: 'file' }, { placeholder: 'NEW', describe: 'the disk that it is to have', completes: 'file' },
    { placeholder: 'DELTA', describe: 'the file to make; - for standard output', completes: 'file' },
  ],
  options: { ...OPEN_OPTIONS, ...PROGRESS_OPTIONS, format: { ...OPEN_OPTIONS.format, describe: 'of OLD; found out where it is not given' }, 'second-format': { short: 'F', value: 'FORMAT', describe: 'of NEW', choices: formatNames } },
  examples: ['vmx-disk diff monday.qcow2 tuesday.qcow2 tuesday.delta', 'vmx-disk diff old.img new.vmdk - | ssh host "cat > new.delta"'],
  run: async ({ options, words }, host) => {
    const [one = '', two = '', path = ''] = words;
    if (path === one || path === two) throw invalidOption('DELTA is one of the disks');
    await using from = await openImage(one, options);
    await using to = await openImage(two, { ...options, format: options['second-format'] });
    const result = await withProgress(host, options, 'diff', (onProgress) => {
      const make = (write: (bytes: Uint8Array) => void | Promise<void>): Promise<DeltaResult> => diff(from, to, write, { onProgress, signal: host.signal });
      return path === '-' ? make(writerTo(host.stdout)) : placeFile(path, { isReplaced: true, isDurable: false }, (temporaryPath) => toFile(temporaryPath, make));
    });
    return { value: { delta: path, changed: result.changedBytes, records: result.records }, hasWritten: path === '-', text: () => `${path}: ${sizeText(result.changedBytes)} of ${sizeText(sizeOf(to))} differ` };
  },
});

const sizeOf = ({ size }: Disk): number => size;

async function toFile<T>(path: string, make: (write: (bytes: Uint8Array) => void | Promise<void>) => Promise<T>): Promise<T> {
  const store = await FileStore.open(path, { create: 'new' });
  let end = 0;
  try {
    return await make((bytes) => {
      const at = end;
      end += bytes.length;
      return store.write(at, bytes);
    });
  } finally {
    await store.close();
  }
}
