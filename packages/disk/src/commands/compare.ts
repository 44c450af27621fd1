/** `vmx-disk compare`: qemu-img's answers and statuses. */
import { compare, COMPARE_STATUS } from '../convert/compare.ts';
import type { Disk } from '../disk.ts';
import { DiskError } from '../errors.ts';
import { diskCommand } from './command.ts';
import type { CommandResult } from './command.ts';
import { formatNames, OPEN_OPTIONS, openImage, PROGRESS_OPTIONS } from './image-options.ts';
import { withProgress } from './progress.ts';
import { readCount } from './size-text.ts';

/** For a script that cannot tell "they differ" from "it could not be found out" otherwise. */
const statuses = new WeakMap<object, number>();

async function withStatus<T>(status: (error: object) => number, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (typeof error === 'object' && error !== null) statuses.set(error, status(error));
    throw error;
  }
}

const openStatus = (): number => COMPARE_STATUS.openError;
/** Reading names its operation; what fails without one is a table. */
const readStatus = (error: object): number => (error instanceof DiskError && error.context.op === undefined && error.kind === 'corrupt' ? COMPARE_STATUS.mapError : COMPARE_STATUS.readError);

export const compareCommand = diskCommand({
  name: 'compare',
  summary: 'tells whether two disks are the same, whatever their formats',
  words: [{ placeholder: 'IMAGE1', describe: 'an image', completes: 'file' }, { placeholder: 'IMAGE2', describe: 'another', completes: 'file' }],
  options: {
    ...OPEN_OPTIONS,
    ...PROGRESS_OPTIONS,
    format: { ...OPEN_OPTIONS.format, describe: 'of IMAGE1; found out where it is not given' },
    'second-format': { short: 'F', value: 'FORMAT', describe: 'of IMAGE2', choices: formatNames },
    strict: { short: 's', describe: 'disks of different sizes differ, also where the longer one has but zeros there' },
    threads: { short: 'm', value: 'COUNT', describe: 'to unpack with [default: the processors there are]' },
  },
  examples: ['vmx-disk compare disk.img disk.qcow2', 'vmx-disk compare -s -f raw -F vmdk disk.img disk.vmdk'],
  notes: `Exit status:
  0  the disks are the same
  1  they differ
  2  an image cannot be opened, or the words make no sense
  3  a map of an image cannot be read
  4  data of an image cannot be read`,
  errorStatus: (error) => (typeof error === 'object' && error !== null ? statuses.get(error) : undefined) ?? COMPARE_STATUS.openError,
  run: async ({ options, words }, host): Promise<CommandResult> => {
    const [one = '', two = ''] = words;
    const threads = options.threads === undefined ? {} : { threads: readCount('--threads', options.threads, 1) };
    const first = await withStatus(openStatus, () => openImage(one, options));
    let second: Disk | undefined;
    try {
      const other = await withStatus(openStatus, () => openImage(two, { ...options, format: options['second-format'] }));
      second = other;
      const result = await withStatus(readStatus, () => withProgress(host, options, 'compare', (onProgress) => compare(first, other, { isStrict: options.strict, signal: host.signal, onProgress, ...threads })));
      return {
        status: result.status,
        value: { identical: result.isSame, 'sizes-differ': result.sizesDiffer, ...(result.offset === undefined ? {} : { offset: result.offset }) },
        text: () => [
          ...(result.sizesDiffer && !options.strict ? ['Warning: Image size mismatch!'] : []),
          result.isSame ? 'Images are identical.' : result.offset === undefined ? 'Strict mode: Image size mismatch!' : `Content mismatch at offset ${result.offset}!`,
        ].join('\n'),
      };
    } finally {
      await first.close();
      await second?.close();
    }
  },
});
