/** `vmx-disk digest`. */
import { digest } from '../convert/digest.ts';
import { diskCommand } from './command.ts';
import type { Json } from './command.ts';
import { OPEN_OPTIONS, openImage, PROGRESS_OPTIONS } from './image-options.ts';
import { withProgress } from './progress.ts';

const ALGORITHMS = ['sha256', 'sha512', 'sha1', 'md5', 'blake2b512', 'nz64'] as const;

export const digestCommand = diskCommand({
  name: 'digest',
  summary: 'prints a hash of a disk\'s contents that is the same whatever the format',
  words: [{ placeholder: 'IMAGE', describe: 'the image', isRepeatable: true, completes: 'file' }],
  options: {
    ...OPEN_OPTIONS,
    ...PROGRESS_OPTIONS,
    algorithm: { short: 'a', value: 'NAME', describe: 'of the raw contents, as sha256sum and its like have it; or nz64, SHA-256 over the 64 KiB blocks that are not zero, which takes no time for what is empty [default: sha256]', choices: ALGORITHMS },
  },
  examples: ['vmx-disk digest disk.qcow2', 'vmx-disk digest -a nz64 --json disk.vmdk disk.img'],
  run: async ({ options, words }, host) => {
    const found: { path: string; algorithm: string; digest: string; size: number; blocks?: number }[] = [];
    for (const path of words) {
      await using disk = await openImage(path, options);
      const result = await withProgress(host, options, 'digest', (onProgress) => digest(disk, { onProgress, signal: host.signal, ...(options.algorithm === undefined ? {} : { algorithm: options.algorithm }) }));
      found.push({ path, size: disk.size, ...result });
    }
    const values: Json[] = found.map(({ path, algorithm, digest: hash, size, blocks }) => ({ filename: path, algorithm, digest: hash, 'virtual-size': size, ...(blocks === undefined ? {} : { blocks }) }));
    return { value: values.length === 1 ? values[0]! : values, text: () => found.map(({ path, digest: hash }) => `${hash}  ${path}`).join('\n') };
  },
});
