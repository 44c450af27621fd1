/** `vmx-disk bitmap`: qemu-img's words. */
import type { Disk } from '../disk.ts';
import { openDisk } from '../open-disk.ts';
import { bitmapsOf, changeBitmap } from '../operations/bitmaps.ts';
import type { BitmapAction } from '../operations/bitmaps.ts';
import { diskCommand } from './command.ts';
import { formatNames, invalidOption, OPEN_OPTIONS, openImage, openOptions } from './image-options.ts';
import { readSize, sizeText } from './size-text.ts';

export const bitmapCommand = diskCommand({
  name: 'bitmap',
  summary: 'lists and changes the dirty bitmaps that an image keeps',
  words: [{ placeholder: 'IMAGE', describe: 'the image', completes: 'file' }, { placeholder: 'BITMAP', describe: 'the bitmap; all are listed where it is left out', isOptional: true }],
  options: {
    ...OPEN_OPTIONS,
    add: { describe: 'make it' },
    granularity: { short: 'g', value: 'SIZE', describe: 'for --add: what one bit stands for [default: 64K]' },
    clear: { describe: 'mark nothing in it' },
    enable: { describe: 'let writes mark in it' },
    disable: { describe: 'keep it as it is; with --add: make it so' },
    merge: { value: 'SOURCE', isRepeatable: true, describe: 'mark what SOURCE has marked' },
    'source-file': { short: 'b', value: 'IMAGE', completes: 'file', describe: 'for --merge: the image that has SOURCE' },
    'source-file-format': { short: 'F', value: 'FORMAT', describe: 'of that image', choices: formatNames },
    remove: { describe: 'take it away' },
  },
  examples: ['vmx-disk bitmap --add -g 64K disk.qcow2 since-monday', 'vmx-disk bitmap --merge since-tuesday disk.qcow2 since-monday', 'vmx-disk bitmap disk.qcow2'],
  notes: 'Several actions are done in this order: add, clear, enable, disable, merge, remove.',
  run: async ({ options, words }) => {
    const [image = '', name] = words;
    const actions: BitmapAction[] = [];
    if (options.add) actions.push({ kind: 'add', ...(options.granularity === undefined ? {} : { granularityBytes: readSize('--granularity', options.granularity) }), ...(options.disable ? { isEnabled: false } : {}) });
    else if (options.granularity !== undefined) throw invalidOption('--granularity is of use with --add only');
    if (options.clear) actions.push({ kind: 'clear' });
    if (options.enable) actions.push({ kind: 'enable' });
    if (options.disable && !options.add) actions.push({ kind: 'disable' });
    if (options['source-file'] !== undefined && options.merge.length === 0) throw invalidOption('--source-file is of use with --merge only');
    const from: Disk | undefined = options['source-file'] === undefined ? undefined : await openDisk(options['source-file'], { ...(await openOptions({ ...options, format: options['source-file-format'] })), withoutParent: true });
    try {
      for (const source of options.merge) actions.push({ kind: 'merge', from: source, ...(from === undefined ? {} : { disk: from }) });
      if (options.remove) actions.push({ kind: 'remove' });
      if (actions.length > 0 && name === undefined) throw invalidOption('BITMAP is missing', 'see vmx-disk bitmap --help');
      if (actions.length === 0 && name !== undefined) throw invalidOption(`what is to be done with ${name}?`, 'give --add, --clear, --enable, --disable, --merge or --remove');
      await using disk = await openImage(image, options, { readOnly: actions.length === 0, withoutParent: true });
      if (name !== undefined) await changeBitmap(disk, name, actions);
      const bitmaps = await bitmapsOf(disk).list();
      return {
        value: { filename: image, bitmaps: bitmaps.map((bitmap) => ({ name: bitmap.name, granularity: bitmap.granularityBytes, flags: [...(bitmap.isEnabled ? ['auto'] : []), ...(bitmap.isInconsistent ? ['in-use'] : [])] })) },
        text: () => (actions.length > 0 ? '' : bitmaps.map((bitmap) => `${bitmap.name}: ${sizeText(bitmap.granularityBytes)} a bit, ${bitmap.isInconsistent ? 'inconsistent' : bitmap.isEnabled ? 'enabled' : 'disabled'}`).join('\n')),
      };
    } finally {
      await from?.close();
    }
  },
});
