/** `vmx-disk commit`. */
import { commitImage } from '../operations/commit.ts';
import { diskCommand } from './command.ts';
import { OPEN_OPTIONS, openOptions, imagePath, PROGRESS_OPTIONS } from './image-options.ts';
import { withProgress } from './progress.ts';

export const commitCommand = diskCommand({
  name: 'commit',
  summary: 'writes what an image has of its own into the image it stands on, and empties it',
  words: [{ placeholder: 'IMAGE', describe: 'the upper image', completes: 'file' }],
  options: {
    ...OPEN_OPTIONS,
    ...PROGRESS_OPTIONS,
    base: { short: 'b', value: 'BASE', completes: 'file', describe: 'write into BASE, further down the chain; the image is then not emptied, and what is between them is of no use any more' },
    keep: { short: 'd', describe: 'do not empty the image' },
    rate: { short: 'r', value: 'RATE', describe: 'understood, without effect', isIgnored: true },
  },
  examples: ['vmx-disk commit overlay.qcow2', 'vmx-disk commit -b base.qcow2 top.qcow2'],
  notes: 'Other images that stand on the same parent are damaged by this, as they are by every write to it.',
  run: async ({ options, words }, host) => {
    const path = imagePath(words[0]!, options);
    const open = await openOptions(options);
    const report = await withProgress(host, options, 'commit', (onProgress) =>
      commitImage(path, { open, onProgress, signal: host.signal, keep: options.keep, ...(options.base === undefined ? {} : { base: options.base }) }));
    return { value: { filename: path, base: report.basePath, 'virtual-size': report.size, emptied: report.isEmptied }, text: () => `${path}: committed into ${report.basePath}${report.isEmptied ? '' : '; it keeps what it has'}` };
  },
});
