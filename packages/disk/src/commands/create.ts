/** `vmx-disk create`. */
import { resolve, dirname } from 'node:path';
import { formatNamed } from '../formats/all-formats.ts';
import { createDisk, openDisk } from '../open-disk.ts';
import { parseOptions } from '../format.ts';
import { diskCommand } from './command.ts';
import { asksForFormatHelp, FORMAT_VALUES_OPTION, formatNames, formatOptionsText, formatValues, invalidOption, OPEN_OPTIONS, openOptions } from './image-options.ts';
import { readSize, sizeText } from './size-text.ts';

export const createCommand = diskCommand({
  name: 'create',
  summary: 'makes a new, empty image, or one that stands on another',
  words: [{ placeholder: 'IMAGE', describe: 'the file to make', completes: 'file' }, { placeholder: 'SIZE', describe: 'of the virtual disk: bytes, or 512M, 20G, 1.5T; that of the parent where it is not given', isOptional: true }],
  options: {
    format: { short: 'f', value: 'FORMAT', describe: 'the new image\'s format [default: raw]', choices: formatNames },
    option: FORMAT_VALUES_OPTION,
    backing: { short: 'b', aliases: ['parent'], value: 'PARENT', completes: 'file', describe: 'the image that the new one stands on; relative names are relative to the new image' },
    'backing-format': { short: 'F', aliases: ['parent-format'], value: 'FORMAT', describe: 'of PARENT', choices: formatNames },
    'allow-folder': OPEN_OPTIONS['allow-folder'],
    'passphrase-file': { ...OPEN_OPTIONS['passphrase-file'], describe: 'encrypts the new image with what FILE has, where the format can' },
    object: OPEN_OPTIONS.object,
    force: { describe: 'an image that is there is replaced' },
    unsafe: { short: 'u', describe: 'as in qemu-img: understood; the parent is opened nevertheless', isIgnored: true },
  },
  examples: ['vmx-disk create -f qcow2 disk.qcow2 20G', 'vmx-disk create -f qcow2 -b base.qcow2 -F qcow2 overlay.qcow2', 'vmx-disk create -f vmdk -o help'],
  isQuestion: ({ option }) => asksForFormatHelp(option),
  run: async ({ options, words }) => {
    const format = await formatNamed(options.format ?? 'raw');
    if (asksForFormatHelp(options.option)) return { value: { format: format.name, options: format.options as never }, text: () => formatOptionsText(format) };
    const [path = '', sizeWord] = words;
    const { backing_file: backingValue, backing_fmt: backingFormatValue, size: sizeValue, ...values } = formatValues(options.option);
    parseOptions(format, values);
    const parentName = options.backing ?? backingValue;
    const opening = await openOptions({ ...options, format: undefined });
    const parentFormat = options['backing-format'] ?? backingFormatValue;
    // The parent is the user's own word here, not an image's: no gate before it, but before what it stands on itself.
    const parent = parentName === undefined ? undefined : await openDisk(resolve(dirname(path), parentName), { ...opening, ...(parentFormat === undefined ? {} : { format: parentFormat }) });
    try {
      const given = sizeWord ?? sizeValue;
      const size = given === undefined ? parent?.size : readSize('the size', given);
      if (size === undefined) throw invalidOption('SIZE is missing', 'see vmx-disk create --help');
      const disk = await createDisk(path, {
        format: format.name, size, options: values, replace: options.force,
        ...(parent === undefined || parentName === undefined ? {} : { parent: { name: parentName, format: parentFormat ?? parent.image.format, disk: parent } }),
        ...(opening.passphrase === undefined ? {} : { passphrase: opening.passphrase }),
      });
      try {
        await disk.flush();
        return { value: { filename: path, format: format.name, 'virtual-size': disk.size }, text: () => `${path}: ${format.name}, ${sizeText(disk.size)} (${disk.size} bytes)` };
      } finally {
        await disk.close();
      }
    } finally {
      await parent?.close();
    }
  },
});
