/** `vmx-disk rebase`. */
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Disk } from '../disk.ts';
import { DiskError, systemError } from '../errors.ts';
import { openDisk } from '../open-disk.ts';
import { rebaseDisk, renameParent } from '../operations/rebase.ts';
import type { NewParent } from '../operations/rebase.ts';
import { FileStore } from '../store/file-store.ts';
import { diskCommand } from './command.ts';
import { formatNames, imagePath, invalidOption, OPEN_OPTIONS, openImage, openOptions, PROGRESS_OPTIONS } from './image-options.ts';
import { withProgress } from './progress.ts';

export const rebaseCommand = diskCommand({
  name: 'rebase',
  summary: 'makes an image stand on another parent, or on none',
  words: [{ placeholder: 'IMAGE', describe: 'the upper image', completes: 'file' }],
  options: {
    ...OPEN_OPTIONS,
    ...PROGRESS_OPTIONS,
    backing: { short: 'b', aliases: ['parent'], value: 'PARENT', completes: 'file', describe: 'the new parent, relative to IMAGE; the empty word for none' },
    'backing-format': { short: 'F', aliases: ['parent-format'], value: 'FORMAT', describe: 'of PARENT', choices: formatNames },
    unsafe: { short: 'u', describe: 'change the name only: PARENT has the same contents as the old one, which need not be there any more' },
  },
  examples: ['vmx-disk rebase -b new-base.qcow2 -F qcow2 overlay.qcow2', 'vmx-disk rebase -b "" overlay.qcow2'],
  notes: 'Without --unsafe the disk stays what it is: where the parents differ, the image takes what the old one has.',
  run: async ({ options, words }, host) => {
    if (options.backing === undefined) throw invalidOption('-b PARENT is missing', '-b "" makes the image stand on its own');
    const path = imagePath(words[0]!, options);
    const name = options.backing;
    const open = await openOptions({ ...options, format: undefined });
    const parentPath = resolve(dirname(path), name);
    const parentDisk = name === '' ? undefined : await openDisk(parentPath, { ...open, ...(options['backing-format'] === undefined ? {} : { format: options['backing-format'] }), ...(options.unsafe ? { withoutParent: true, isForCheck: true } : {}) });
    try {
      if (parentDisk !== undefined) await refuseLoop(path, parentDisk);
      const parent: NewParent | undefined = parentDisk === undefined ? undefined : { name, format: options['backing-format'] ?? parentDisk.image.format, disk: parentDisk };
      await using disk = await openImage(words[0]!, options, { readOnly: false, withoutParent: options.unsafe });
      let copied = 0;
      if (options.unsafe) await renameParent(disk, parent);
      else ({ copied } = await withProgress(host, options, 'rebase', (onProgress) => rebaseDisk(disk, parent, { onProgress, signal: host.signal })));
      return { value: { filename: path, 'backing-filename': name === '' ? null : name, copied }, text: () => `${path}: ${name === '' ? 'stands on its own' : `stands on ${name}`}${options.unsafe ? '' : `; ${copied} bytes taken from the old parent`}` };
    } finally {
      await parentDisk?.close();
    }
  },
});

async function refuseLoop(path: string, parent: Disk): Promise<void> {
  let identity: string;
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    identity = `${dev}:${ino}`;
  } catch (error) {
    throw systemError(error, { path, op: 'open' });
  }
  for (let disk: Disk | undefined = parent; disk !== undefined; disk = disk.parent) {
    const { store } = disk.image;
    if (store instanceof FileStore && store.identity === identity) throw new DiskError({ code: 'DISK_CHAIN_LOOP', kind: 'usage', message: 'it would stand on itself', context: { path, op: 'rebase' } });
  }
}
