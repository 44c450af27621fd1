/** `vmx-disk map`: where the disk's bytes are, through the chain. */
import { mapRows } from '../convert/measure.ts';
import type { MapRow } from '../convert/measure.ts';
import { diskCommand } from './command.ts';
import { OPEN_OPTIONS, openImage } from './image-options.ts';
import { readSize } from './size-text.ts';

export const mapCommand = diskCommand({
  name: 'map',
  summary: 'tells which parts of a disk are data, which are zero, and where each is',
  words: [{ placeholder: 'IMAGE', describe: 'the image', completes: 'file' }],
  options: {
    ...OPEN_OPTIONS,
    'start-offset': { short: 's', value: 'OFFSET', describe: 'of the disk: where to begin' },
    'max-length': { short: 'l', value: 'LENGTH', describe: 'how much of the disk to tell of' },
  },
  examples: ['vmx-disk map disk.qcow2', 'vmx-disk map --json --start-offset 1G --max-length 64M disk.qcow2'],
  notes: 'The keys of --json are qemu-img\'s. depth counts images down the chain; present is false where none of them has anything.',
  run: async ({ options, words }) => {
    await using disk = await openImage(words[0]!, options);
    const start = Math.min(disk.size, readSize('--start-offset', options['start-offset'] ?? '0'));
    const length = Math.min(disk.size - start, options['max-length'] === undefined ? disk.size : readSize('--max-length', options['max-length']));
    const rows: MapRow[] = [];
    for await (const row of mapRows(disk, start, length)) rows.push(row);
    return { value: rows.map((row) => ({ ...row })), text: () => textOf(rows) };
  },
});

function textOf(rows: readonly MapRow[]): string {
  const row = (...cells: readonly string[]): string => cells.map((cell) => cell.padEnd(16)).join('').trimEnd();
  const hex = (value: number): string => (value === 0 ? '0' : `0x${value.toString(16)}`);
  return [
    row('Offset', 'Length', 'Mapped to', 'File'),
    ...rows.filter(({ data }) => data).map(({ start, length, offset, file, compressed }) => row(hex(start), hex(length), offset === undefined ? (compressed ? 'compressed' : '-') : hex(offset), file ?? '')),
  ].join('\n');
}
