/** `vmx-disk cp`: files in and out of an image. */
import type { CopyReport } from '../filesystem/host.ts';
import { copyIn, copyOut } from '../filesystem/host.ts';
import { find } from '../filesystem/tree.ts';
import { diskCommand } from './command.ts';
import { FILE_SYSTEM_OPTIONS, insidePath, isInside, withFileSystem } from './file-system-options.ts';
import { invalidOption } from './image-options.ts';

export const cpCommand = diskCommand({
  name: 'cp',
  summary: 'copies files and folders into a file system of an image, or out of it',
  words: [
    { placeholder: 'IMAGE', describe: 'the image', completes: 'file' }, { placeholder: 'SOURCE', describe: 'what is copied; with a colon before it, it is in the image', isRepeatable: true, completes: 'file' },
    { placeholder: 'TARGET', describe: 'where to; the one of SOURCE and TARGET that is in the image has the colon', completes: 'file' },
  ],
  options: {
    ...FILE_SYSTEM_OPTIONS,
    force: { describe: 'replace files of the host that are there' },
    owner: { value: 'UID:GID', describe: 'the owner of what comes into the image [default: as on the host]' },
  },
  examples: ['vmx-disk cp disk.qcow2 :/etc/fstab .', 'vmx-disk cp disk.vmdk --owner 0:0 config/ :/root/config'],
  notes: 'Nothing is written outside the target folder, nor through a symbolic link; links themselves are copied. Devices and sockets are left out.',
  run: async ({ options, words }, host) => {
    const [image = '', ...others] = words;
    const target = others.pop()!;
    const isOut = !isInside(target);
    if (others.some((source) => isInside(source) !== isOut)) throw invalidOption('one side is in the image, with a colon before its path, and the other is not', `write vmx-disk cp ${image} :/path/in/image FOLDER`);
    const owner = /^(\d+):(\d+)$/.exec(options.owner ?? '');
    if (options.owner !== undefined && owner === null) throw invalidOption(`--owner ${options.owner}: not two numbers`, 'write --owner 0:0');
    const copyOptions = { replace: options.force, signal: host.signal, ...(owner === null ? {} : { owner: { uid: Number(owner[1]), gid: Number(owner[2]) } }) };
    const total: CopyReport = { files: 0, directories: 0, symlinks: 0, bytes: 0, skipped: [] };
    await withFileSystem(image, options, !isOut, async (fileSystem) => {
      for (const source of others) {
        const report = isOut
          ? await copyOut(fileSystem, await find(fileSystem, insidePath(source), { followLast: false }), target, copyOptions)
          : await copyIn(fileSystem, source, insidePath(target), copyOptions);
        for (const name of ['files', 'directories', 'symlinks', 'bytes'] as const) total[name] += report[name];
        total.skipped.push(...report.skipped);
      }
    });
    return { value: { ...total }, text: () => '', notices: total.skipped };
  },
});
