/** `vmx-disk partitions`: the partition table of a disk, what is wrong with it, and its repair. */
import { probeFileSystem } from '../filesystem/file-systems.ts';
import { volumeOf } from '../filesystem/volume.ts';
import { PartitionView, readPartitions, repairGpt } from '../partition/partitions.ts';
import type { Partition } from '../partition/partitions.ts';
import { diskCommand } from './command.ts';
import { openImage, OPEN_OPTIONS } from './image-options.ts';
import { sizeText } from './size-text.ts';

export const partitionsCommand = diskCommand({
  name: 'partitions',
  summary: 'lists the partitions of a disk, with their alignment and what is wrong with the table',
  words: [{ placeholder: 'IMAGE', describe: 'the image', completes: 'file' }],
  options: {
    ...OPEN_OPTIONS,
    repair: { describe: 'make both copies of a GPT whole, and move the second to the end of a disk that was resized' },
  },
  examples: ['vmx-disk partitions disk.qcow2', 'vmx-disk partitions --repair disk.vhdx'],
  notes: 'The exit status is 2 where the table is damaged, and 0 otherwise.',
  run: async ({ options, words }) => {
    await using disk = await openImage(words[0]!, options, options.repair ? { readOnly: false } : {});
    const volume = volumeOf(disk);
    const { actions } = options.repair ? await repairGpt(volume) : { actions: [] };
    const table = await readPartitions(volume);
    const rows: (Partition & { readonly fileSystem?: string })[] = [];
    for (const partition of table.partitions) {
      const fileSystem = partition.role === 'extended' ? undefined : await probeFileSystem(new PartitionView(volume, partition));
      rows.push({ ...partition, ...(fileSystem === undefined ? {} : { fileSystem: fileSystem.name }) });
    }
    return {
      status: table.problems.some(({ severity }) => severity === 'error') ? 2 : 0,
      value: {
        scheme: table.scheme, 'sector-size': table.sectorBytes, ...(table.diskId === undefined ? {} : { 'disk-id': table.diskId }), partitions: rows.map((row) => ({ ...row })), problems: table.problems.map((problem) => ({ ...problem })), actions: [...actions],
      },
      notices: [...actions, ...table.problems.map(({ severity, message }) => `${severity}: ${message}`)],
      text: () => [
        `partition table: ${table.scheme}${table.diskId === undefined ? '' : ` (${table.diskId})`}, sectors of ${table.sectorBytes} bytes`,
        ...rows.map((row) => `${String(row.number).padStart(3)}  ${row.role.padEnd(8)}  ${String(row.start).padStart(15)}  ${sizeText(row.size).padStart(10)}  aligned to ${sizeText(row.alignmentBytes)}  ${row.typeName ?? row.type}${row.fileSystem === undefined ? '' : `  [${row.fileSystem}]`}${row.isBootable ? '  bootable' : ''}${row.name === undefined || row.name === '' ? '' : `  ${JSON.stringify(row.name)}`}`),
      ].join('\n'),
    };
  },
});
