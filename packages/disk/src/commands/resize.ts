/** `vmx-disk resize`. */
import { DiskError } from '../errors.ts';
import { resizeDisk } from '../operations/resize.ts';
import { diskCommand } from './command.ts';
import { OPEN_OPTIONS, openImage } from './image-options.ts';
import { readSize, sizeText } from './size-text.ts';

export const resizeCommand = diskCommand({
  name: 'resize',
  summary: 'changes the size of a disk; what is new reads as zeros',
  words: [{ placeholder: 'IMAGE', describe: 'the image', completes: 'file' }, { placeholder: 'SIZE', describe: 'the new size, or +SIZE or -SIZE for a change' }],
  options: {
    ...OPEN_OPTIONS,
    shrink: { describe: 'let data at the end be cut off' },
    preallocation: { value: 'MODE', choices: ['off', 'full'], isClosed: true, describe: 'full: write zeros to what is new, so that there is room for it' },
  },
  examples: ['vmx-disk resize disk.qcow2 +10G', 'vmx-disk resize --shrink -f raw disk.img 2G'],
  notes: 'It says so when a partition would be cut, when the copy of a GPT at the end would be, and when that copy is no longer at the end: grow or shrink partitions within the guest.',
  run: async ({ options, words }) => {
    const [, word = ''] = words;
    await using disk = await openImage(words[0]!, options, { readOnly: false });
    const before = disk.size;
    const amount = readSize('the size', word.replace(/^[+-]/, ''));
    const size = word.startsWith('+') ? before + amount : word.startsWith('-') ? before - amount : amount;
    if (size < 0) throw new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message: `the disk has ${before} bytes, which ${word} would make negative` });
    const { warnings } = await resizeDisk(disk, size, { shrink: options.shrink, preallocate: options.preallocation === 'full' });
    return {
      value: { 'virtual-size': disk.size, before, warnings: [...warnings] }, notices: warnings,
      text: () => `${words[0]!}: ${sizeText(before)} -> ${sizeText(disk.size)} (${disk.size} bytes)`,
    };
  },
});
