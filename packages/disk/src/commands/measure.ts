/** `vmx-disk measure`. */
import { measure } from '../convert/measure.ts';
import { Disk } from '../disk.ts';
import { DiskError } from '../errors.ts';
import { formatNamed } from '../formats/all-formats.ts';
import { diskCommand } from './command.ts';
import { asksForFormatHelp, FORMAT_VALUES_OPTION, formatNames, formatOptionsText, formatValues, invalidOption, OPEN_OPTIONS, openImage } from './image-options.ts';
import { readSize } from './size-text.ts';

export const measureCommand = diskCommand({
  name: 'measure',
  summary: 'tells how large a file a disk needs in a format',
  words: [{ placeholder: 'IMAGE', describe: 'the disk; or --size', isOptional: true, completes: 'file' }],
  options: {
    ...OPEN_OPTIONS,
    'target-format': { short: 'O', aliases: ['output-format', 'to'], value: 'FORMAT', describe: 'of the file [default: raw]', choices: formatNames },
    option: FORMAT_VALUES_OPTION,
    size: { value: 'SIZE', describe: 'of an empty disk, instead of IMAGE' },
    snapshot: { short: 'l', value: 'SNAPSHOT', describe: 'the disk as it was then' },
  },
  examples: ['vmx-disk measure -O qcow2 disk.img', 'vmx-disk measure -O qcow2 -o cluster_size=2M --size 1T'],
  notes: 'required: for the data there is; fully allocated: for a disk that is full. Nothing counts as compressed.',
  isQuestion: ({ option }) => asksForFormatHelp(option),
  run: async ({ options, words }) => {
    const format = await formatNamed(options['target-format'] ?? 'raw');
    if (asksForFormatHelp(options.option)) return { value: { format: format.name, options: format.options as never }, text: () => formatOptionsText(format) };
    const [path] = words;
    if ((path === undefined) === (options.size === undefined)) throw invalidOption('IMAGE or --size SIZE: one of them is wanted', 'see vmx-disk measure --help');
    const measured = await (async () => {
      if (path === undefined) return measure(readSize('--size', options.size!), format, formatValues(options.option));
      await using disk = await openImage(path, options);
      if (options.snapshot === undefined) return measure(disk, format, formatValues(options.option));
      const { snapshots } = disk.image;
      if (snapshots === undefined) throw new DiskError({ code: 'DISK_OPERATION_UNSUPPORTED', kind: 'unsupported', message: `${disk.image.format} images hold no snapshots`, context: { path, op: 'measure' } });
      const image = await snapshots.open(options.snapshot.replace(/^snapshot\.(name|id)=/, ''));
      return measure(new Disk({ image, ...(disk.parent === undefined ? {} : { parent: disk.parent }) }), format, formatValues(options.option));
    })();
    return { value: { required: measured.required, 'fully-allocated': measured.fullyAllocated }, text: () => `required size: ${measured.required}\nfully allocated size: ${measured.fullyAllocated}` };
  },
});
