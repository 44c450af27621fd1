/** `vmx-disk amend`. */
import { formatNamed } from '../formats/all-formats.ts';
import { amendImage } from '../operations/amend.ts';
import { diskCommand } from './command.ts';
import { asksForFormatHelp, FORMAT_VALUES_OPTION, formatOptionsText, formatValues, invalidOption, OPEN_OPTIONS, openImage, PROGRESS_OPTIONS } from './image-options.ts';

export const amendCommand = diskCommand({
  name: 'amend',
  summary: 'changes options of an image where it is',
  words: [{ placeholder: 'IMAGE', describe: 'the image', completes: 'file' }],
  options: { ...OPEN_OPTIONS, 'show-progress': { ...PROGRESS_OPTIONS['show-progress'], isIgnored: true }, option: FORMAT_VALUES_OPTION, force: { describe: 'understood, without effect', isIgnored: true } },
  examples: ['vmx-disk amend -o compat=1.1 disk.qcow2', 'vmx-disk amend -f qcow2 -o lazy_refcounts=on disk.qcow2'],
  run: async ({ options, words }) => {
    if (options.option.length === 0) throw invalidOption('-o NAME=VALUE is missing', 'see vmx-disk amend --help');
    await using disk = await openImage(words[0]!, options, { readOnly: asksForFormatHelp(options.option), withoutParent: true });
    const format = await formatNamed(disk.image.format);
    if (asksForFormatHelp(options.option)) return { value: { format: format.name, options: format.options as never }, text: () => formatOptionsText(format) };
    const changes = formatValues(options.option);
    await amendImage(disk, changes);
    return { value: { filename: words[0]!, format: format.name, changed: changes }, text: () => '' };
  },
});
