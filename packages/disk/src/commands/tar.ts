/** `vmx-disk tar`: a file system, or a directory of one, as an archive, and back. */
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { tarIn, tarOut } from '../filesystem/archive.ts';
import { archiveBytes } from '../filesystem/make.ts';
import { find } from '../filesystem/tree.ts';
import { diskCommand } from './command.ts';
import { FILE_SYSTEM_OPTIONS, withFileSystem } from './file-system-options.ts';

export const tarCommand = diskCommand({
  name: 'tar',
  summary: 'writes what is in a file system of an image as a tar archive, or puts what an archive has into it',
  words: [{ placeholder: 'IMAGE', describe: 'the image', completes: 'file' }, { placeholder: 'PATH', describe: 'a directory in it; the root where it is not given', isOptional: true }],
  options: {
    ...FILE_SYSTEM_OPTIONS,
    archive: { value: 'FILE', describe: 'the archive; standard output or input where it is not given', completes: 'file' },
    extract: { short: 'x', describe: 'put what the archive has into the image' },
  },
  examples: ['vmx-disk tar disk.qcow2 /etc | tar -t', 'vmx-disk tar -x --archive root.tar.gz disk.raw -f raw'],
  notes: 'Owners, permissions, times, links and devices are kept, by numbers. An archive whose name ends with .gz or .zst is unpacked on the way in.',
  run: ({ options, words }, host) => withFileSystem(words[0]!, options, options.extract, async (fileSystem) => {
    const into = await find(fileSystem, words[1] ?? '/');
    if (options.extract) {
      const bytes = options.archive === undefined ? (host.stdin as AsyncIterable<Uint8Array | string> as AsyncIterable<Uint8Array>) : archiveBytes(options.archive);
      const report = await tarIn(fileSystem, bytes, into, { signal: host.signal });
      return { value: { ...report }, text: () => '', notices: report.skipped };
    }
    const archive = tarOut(fileSystem, into);
    if (options.archive === undefined) await pipeline(archive, host.stdout, { end: false, signal: host.signal });
    else await pipeline(archive, createWriteStream(options.archive), { signal: host.signal });
    return { value: {}, text: () => '', hasWritten: options.archive === undefined, notices: fileSystem.notes };
  }),
});
