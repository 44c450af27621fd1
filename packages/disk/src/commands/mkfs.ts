/** `vmx-disk mkfs`: a file system, filled from a folder or an archive. */
import { existsSync } from 'node:fs';
import { makeFileSystem, MADE_TYPES, sizeFor } from '../filesystem/make.ts';
import type { MadeType } from '../filesystem/make.ts';
import { createIso } from '../filesystem/iso/create.ts';
import { folderSource } from '../filesystem/source.ts';
import { volumeOf } from '../filesystem/volume.ts';
import { createDisk } from '../open-disk.ts';
import { openPartition } from '../partition/partitions.ts';
import { FileStore } from '../store/file-store.ts';
import { diskCommand } from './command.ts';
import { FILE_SYSTEM_OPTIONS, partitionNumber } from './file-system-options.ts';
import { invalidOption, openImage } from './image-options.ts';
import { readSize, sizeText } from './size-text.ts';

const TYPES = [...MADE_TYPES, 'iso9660'] as const;

export const mkfsCommand = diskCommand({
  name: 'mkfs',
  summary: 'makes a file system in an image, from a folder or a tar archive, without root',
  words: [
    { placeholder: 'TYPE', describe: TYPES.join(', '), choices: TYPES }, { placeholder: 'IMAGE', describe: 'the image; made where it is not there', completes: 'file' },
    { placeholder: 'SOURCE', describe: 'a folder, or a tar archive (.gz and .zst are unpacked); an empty file system where it is not given', isOptional: true, completes: 'file' },
  ],
  options: {
    ...FILE_SYSTEM_OPTIONS,
    size: { value: 'SIZE', describe: 'of a new image [default: what SOURCE needs]' },
    label: { short: 'L', value: 'TEXT', describe: 'the name of the file system' },
    'block-size': { value: 'BYTES', describe: 'of its blocks or clusters' },
    'no-journal': { describe: 'ext4 without a journal' },
    owner: { value: 'UID:GID', describe: 'the owner of all that is in it [default: as in SOURCE]' },
    replace: { describe: 'overwrite what the image has' },
  },
  examples: ['vmx-disk mkfs ext4 -f qcow2 root.qcow2 rootfs.tar.gz --size 4G', 'vmx-disk mkfs iso9660 seed.iso cloud-init/ --label cidata'],
  run: async ({ options, words }, host) => {
    const [type = '', image = '', source] = words;
    if (!(TYPES as readonly string[]).includes(type)) throw invalidOption(`${type} is no file system that is made`, `there are ${TYPES.join(', ')}`);
    const label = options.label === undefined ? {} : { label: options.label };
    if (type === 'iso9660') {
      if (source === undefined) throw invalidOption('an ISO 9660 file system is made of a folder, and none is named');
      const root = await folderSource(source);
      const store = await FileStore.open(image, { create: options.replace ? 'replace' : 'new' });
      try {
        let at = 0;
        const { bytes } = await createIso(root, async (piece) => {
          host.signal.throwIfAborted();
          await store.write(at, piece);
          at += piece.length;
        }, label);
        await store.flush();
        return { value: { type, size: bytes }, text: () => `${image}: ${sizeText(bytes)}` };
      } finally {
        await store.close();
      }
    }
    const owner = /^(\d+):(\d+)$/.exec(options.owner ?? '');
    if (options.owner !== undefined && owner === null) throw invalidOption(`--owner ${options.owner}: not two numbers`, 'write --owner 0:0');
    const needed = source === undefined ? undefined : await sizeFor(source, type as MadeType);
    const isThere = existsSync(image);
    if (isThere && !options.replace) throw invalidOption(`${image} is there already`, 'its contents are overwritten with --replace');
    const size = options.size === undefined ? needed?.bytes : readSize('--size', options.size);
    if (!isThere && size === undefined) throw invalidOption('how large is it to be?', 'give --size, or a folder or an archive');
    await using disk = isThere ? await openImage(image, options, { readOnly: false }) : await createDisk(image, { format: options.format ?? 'raw', size: size! });
    const number = partitionNumber(options);
    const volume = number === undefined ? volumeOf(disk) : await openPartition(volumeOf(disk), number);
    const blockBytes = options['block-size'] === undefined ? {} : { blockBytes: readSize('--block-size', options['block-size']) };
    const { fileSystem, copied } = await makeFileSystem(volume, type as MadeType, source, {
      ...label, ...blockBytes, signal: host.signal, ...(options['no-journal'] ? { hasJournal: false } : {}), ...(needed === undefined ? {} : { inodes: Math.max(needed.inodes, Math.ceil(volume.size / 65_536)) }),
      ...(owner === null ? {} : { owner: { uid: Number(owner[1]), gid: Number(owner[2]) } }),
    });
    await disk.flush();
    return {
      value: { type: fileSystem.type, id: fileSystem.id, label: fileSystem.label, size: fileSystem.size, copied: copied === undefined ? null : { ...copied } }, notices: copied?.skipped ?? [],
      text: () => `${image}: ${fileSystem.type}, ${sizeText(fileSystem.size)}${copied === undefined ? '' : `, ${copied.files} files, ${sizeText(copied.bytes)}`}`,
    };
  },
});
