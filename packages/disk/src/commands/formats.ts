/** `vmx-disk formats`: what each format can, found by trying it, so that the table is never older than the code. */
import type { Format } from '../format.ts';
import { allFormats } from '../formats/all-formats.ts';
import { createIn } from '../open-disk.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { diskCommand } from './command.ts';

const TRIAL_BYTES = 16 * 1024 * 1024;

export const formatsCommand = diskCommand({
  name: 'formats',
  summary: 'lists the formats and what can be done with each',
  words: [],
  options: {},
  examples: ['vmx-disk formats', 'vmx-disk formats --json'],
  notes: 'stream: it can be written to a pipe. Options of a format: vmx-disk create -f FORMAT -o help.',
  run: async () => {
    const rows: Row[] = [];
    for (const format of await allFormats()) rows.push(await describe(format));
    return { value: rows.map((row) => ({ ...row })), text: () => textOf(rows) };
  },
});

interface Row {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly reference: string;
  readonly read: boolean;
  readonly create: boolean;
  readonly stream: boolean;
  readonly compress: boolean;
  readonly resize: boolean;
  readonly parent: boolean;
  readonly check: boolean;
  readonly snapshot: boolean;
  readonly bitmap: boolean;
  readonly amend: boolean;
  readonly measure: boolean;
}

const ABILITIES = ['read', 'create', 'stream', 'compress', 'resize', 'parent', 'check', 'snapshot', 'bitmap', 'amend', 'measure'] as const;

async function describe(format: Format): Promise<Row> {
  const { name, aliases, reference } = format;
  const fixed = { name, aliases, reference, read: true, create: format.create !== undefined, stream: format.stream !== undefined, check: format.check !== undefined, amend: format.amend !== undefined, measure: format.measure !== undefined };
  const unknown = { compress: false, resize: false, parent: false, snapshot: false, bitmap: false };
  if (format.create === undefined) return { ...fixed, ...unknown };
  await using disk = await createIn(new MemoryStore(), { format: name, size: TRIAL_BYTES, passphrase: 'for those that are encrypted' });
  const { image } = disk;
  return { ...fixed, compress: image.packing !== undefined, resize: image.resize !== undefined, parent: image.setParent !== undefined, snapshot: image.snapshots !== undefined, bitmap: image.bitmaps !== undefined };
}

function textOf(rows: readonly Row[]): string {
  const name = (row: Row): string => (row.aliases.length === 0 ? row.name : `${row.name} (${row.aliases.join(', ')})`);
  const width = Math.max(...rows.map((row) => name(row).length), 'format'.length);
  return [
    ['format'.padEnd(width), ...ABILITIES].join('  '),
    ...rows.map((row) => [name(row).padEnd(width), ...ABILITIES.map((ability) => (row[ability] ? 'yes' : '-').padEnd(ability.length))].join('  ').trimEnd()),
  ].join('\n');
}
