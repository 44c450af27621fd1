/** `vmx-disk cat`: a file of an image to standard output. */
import { once } from 'node:events';
import { find, readFile } from '../filesystem/tree.ts';
import { diskCommand } from './command.ts';
import { FILE_SYSTEM_OPTIONS, withFileSystem } from './file-system-options.ts';

export const catCommand = diskCommand({
  name: 'cat',
  summary: 'writes files of a file system in an image to standard output',
  words: [{ placeholder: 'IMAGE', describe: 'the image', completes: 'file' }, { placeholder: 'PATH', describe: 'a file in it', isRepeatable: true }],
  options: FILE_SYSTEM_OPTIONS,
  examples: ['vmx-disk cat disk.qcow2 /etc/os-release', 'vmx-disk cat --partition 1 disk.vhdx /boot/vmlinuz > vmlinuz'],
  run: ({ options, words }, host) => withFileSystem(words[0]!, options, false, async (fileSystem) => {
    let bytes = 0;
    for (const path of words.slice(1)) {
      const { node } = await find(fileSystem, path);
      for await (const piece of readFile(fileSystem, node)) {
        bytes += piece.length;
        if (!host.stdout.write(piece)) await once(host.stdout, 'drain', { signal: host.signal });
      }
    }
    return { value: { bytes }, text: () => '', hasWritten: true, notices: fileSystem.notes };
  }),
});
