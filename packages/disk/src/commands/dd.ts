/** `vmx-disk dd`: qemu-img's words, which are dd's. */
import { createDisk } from '../open-disk.ts';
import { copyStretch } from '../operations/copy.ts';
import { diskCommand } from './command.ts';
import { formatNames, FORMAT_VALUES_OPTION, formatValues, invalidOption, OPEN_OPTIONS, openImage, PROGRESS_OPTIONS } from './image-options.ts';
import { withProgress } from './progress.ts';
import { readCount, readSize } from './size-text.ts';

const OPERANDS = ['if', 'of', 'bs', 'count', 'skip'] as const;

export const ddCommand = diskCommand({
  name: 'dd',
  summary: 'copies a part of a disk into a new image',
  words: [{ placeholder: 'OPERAND', describe: 'if=IMAGE of=IMAGE, bs=SIZE [default: 512], count=BLOCKS, skip=BLOCKS', isRepeatable: true, completes: 'file' }],
  options: { ...OPEN_OPTIONS, ...PROGRESS_OPTIONS, 'output-format': { short: 'O', value: 'FORMAT', describe: 'of the new image [default: raw]', choices: formatNames }, option: FORMAT_VALUES_OPTION },
  examples: ['vmx-disk dd if=disk.qcow2 of=mbr.img bs=512 count=1', 'vmx-disk dd -O qcow2 if=disk.img of=part.qcow2 bs=1M skip=1 count=512'],
  run: async ({ options, words }, host) => {
    const operands = readOperands(words);
    const input = operands.if, output = operands.of;
    if (input === undefined || output === undefined) throw invalidOption(`${input === undefined ? 'if' : 'of'}=IMAGE is missing`, 'see vmx-disk dd --help');
    const blockBytes = readSize('bs', operands.bs ?? '512');
    if (blockBytes === 0) throw invalidOption('bs is 0');
    await using source = await openImage(input, options);
    const start = readCount('skip', operands.skip ?? '0') * blockBytes;
    const end = operands.count === undefined ? source.size : Math.min(source.size, start + readCount('count', operands.count) * blockBytes);
    if (start > source.size) throw invalidOption(`skip: ${start} is beyond the disk's end at ${source.size}`);
    const size = Math.max(0, end - start);
    await using target = await createDisk(output, { format: options['output-format'] ?? 'raw', size, options: formatValues(options.option), replace: true });
    await withProgress(host, options, 'dd', async (onProgress) => {
      for await (const extent of source.extents(start, size)) {
        await copyStretch(source, target, { start: extent.start, length: extent.length, to: extent.start - start, isData: extent.kind === 'data' }, {
          isNew: true, signal: host.signal, onCopied: (bytes) => onProgress({ transferred: extent.start - start + bytes, size }),
        });
      }
    });
    await target.flush();
    return { value: { input, output, bytes: size }, text: () => `${size} bytes copied` };
  },
});

function readOperands(words: readonly string[]): Partial<Record<(typeof OPERANDS)[number], string>> {
  return Object.fromEntries(words.map((word) => {
    const [name = '', ...value] = word.split('=');
    if (!(OPERANDS as readonly string[]).includes(name) || value.length === 0) throw invalidOption(`${word}: it is one of ${OPERANDS.map((operand) => `${operand}=`).join(', ')}`);
    return [name, value.join('=')];
  }));
}
