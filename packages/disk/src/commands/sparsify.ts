/** `vmx-disk sparsify`: gives back the room of what the guest does not use. */
import { sparsify } from '../filesystem/sparsify.ts';
import { diskCommand } from './command.ts';
import { openImage, OPEN_OPTIONS, PROGRESS_OPTIONS } from './image-options.ts';
import { withProgress } from './progress.ts';
import { sizeText } from './size-text.ts';

export const sparsifyCommand = diskCommand({
  name: 'sparsify',
  summary: 'makes an image smaller in place: what no file system uses, and what is zeros, takes no room afterwards',
  words: [{ placeholder: 'IMAGE', describe: 'the image', completes: 'file' }],
  options: {
    ...OPEN_OPTIONS,
    ...PROGRESS_OPTIONS,
    'no-zeros': { describe: 'only what file systems say is free; blocks of zeros are not looked for' },
  },
  examples: ['vmx-disk sparsify disk.qcow2', 'vmx-disk sparsify -f raw --no-zeros disk.raw'],
  notes: 'Knows what is free in ext2, ext3, ext4, FAT, exFAT, NTFS, XFS and btrfs. A file system that was not closed is left alone. The guest must not be running.',
  run: ({ options, words }, host) => withProgress(host, options, 'sparsify', async (onProgress) => {
    await using disk = await openImage(words[0]!, options, { readOnly: false });
    const before = await disk.image.store.allocatedBytes();
    const report = await sparsify(disk, { findZeros: !options['no-zeros'], signal: host.signal, onProgress });
    const after = await disk.image.store.allocatedBytes();
    const free = report.fileSystems.reduce((sum, { freeBytes }) => sum + freeBytes, 0);
    return {
      value: { before: before ?? null, after: after ?? null, 'file-systems': report.fileSystems.map((each) => ({ ...each })), zeros: report.zeroBytes, skipped: [...report.skipped] }, notices: report.skipped,
      text: () => `${words[0]!}: ${sizeText(free)} free, ${sizeText(report.zeroBytes)} of zeros${before === undefined || after === undefined ? '' : `; the file takes ${sizeText(after)}, and took ${sizeText(before)}`}`,
    };
  }),
});
