/** `vmx-disk patch`. */
import { createReadStream } from 'node:fs';
import { patch } from '../convert/delta.ts';
import { systemError } from '../errors.ts';
import { diskCommand } from './command.ts';
import { OPEN_OPTIONS, openImage, PROGRESS_OPTIONS } from './image-options.ts';
import { withProgress } from './progress.ts';
import { sizeText } from './size-text.ts';

export const patchCommand = diskCommand({
  name: 'patch',
  summary: 'makes of a disk what it was to become when diff made the delta',
  words: [{ placeholder: 'IMAGE', describe: 'the disk, with the contents that diff called OLD', completes: 'file' }, { placeholder: 'DELTA', describe: 'what diff made; - for standard input', completes: 'file' }],
  options: { ...OPEN_OPTIONS, ...PROGRESS_OPTIONS },
  examples: ['vmx-disk patch copy.qcow2 tuesday.delta', 'ssh host cat new.delta | vmx-disk patch -f raw copy.img -'],
  notes: 'The disk is looked at before and after. It is changed in place: when this is interrupted it is neither the one nor the other, so patch a copy, or a layer above.',
  run: async ({ options, words }, host) => {
    const [image = '', path = ''] = words;
    await using disk = await openImage(image, options, { readOnly: false });
    const result = await withProgress(host, options, 'patch', (onProgress) => patch(disk, pieces(path, host.stdin), { onProgress, signal: host.signal, path: path === '-' ? 'standard input' : path }));
    return { value: { filename: image, changed: result.changedBytes, records: result.records }, text: () => `${image}: ${sizeText(result.changedBytes)} changed` };
  },
});

async function* pieces(path: string, stdin: NodeJS.ReadableStream): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of path === '-' ? stdin : createReadStream(path)) yield piece as Buffer;
  } catch (error) {
    throw systemError(error, { path, op: 'read' });
  }
}
