/** `vmx-disk convert`: qemu-img's words, and what it has not: a pipe, JSON progress, a level, a target that appears when it is complete. */
import { stat } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import { convert } from '../convert/convert.ts';
import type { ConvertOptions, ConvertResult } from '../convert/convert.ts';
import { placeFile } from '../convert/convert-to-file.ts';
import { joinDisks } from '../convert/joined-image.ts';
import { streamToFile } from '../convert/stream-to-file.ts';
import { Disk } from '../disk.ts';
import { DiskError } from '../errors.ts';
import type { Format } from '../format.ts';
import { allFormats, formatNamed } from '../formats/all-formats.ts';
import { createDisk, openDisk } from '../open-disk.ts';
import { bitmapsOf } from '../operations/bitmaps.ts';
import { writeDifferences } from '../operations/differences.ts';
import { diskCommand } from './command.ts';
import type { CommandHost, CommandResult } from './command.ts';
import { asksForFormatHelp, FORMAT_VALUES_OPTION, formatNames, formatOptionsText, formatValues, imagePath, invalidOption, OPEN_OPTIONS, openImage, openOptions, PROGRESS_OPTIONS } from './image-options.ts';
import type { OpenArguments } from './image-options.ts';
import { withProgress } from './progress.ts';
import { readCount, readSize, sizeText } from './size-text.ts';
import { writerTo } from './standard-output.ts';

export const convertCommand = diskCommand({
  name: 'convert',
  summary: 'copies a disk into an image of another format, or of the same',
  words: [{ placeholder: 'SOURCE', describe: 'the image; several are joined to one disk', isRepeatable: true, completes: 'file' }, { placeholder: 'TARGET', describe: 'the image to make, which replaces what is there; - for standard output', completes: 'file' }],
  options: {
    ...OPEN_OPTIONS,
    ...PROGRESS_OPTIONS,
    'target-format': { short: 'O', aliases: ['output-format', 'to'], value: 'FORMAT', describe: 'of TARGET [default: raw]', choices: formatNames },
    option: { ...FORMAT_VALUES_OPTION, describe: 'options of TARGET\'s format; -o help lists them' },
    compress: { short: 'c', describe: 'compress blocks as the format does it' },
    level: { value: 'LEVEL', describe: 'how hard to compress [default: the format\'s]' },
    threads: { short: 'm', value: 'COUNT', describe: 'to compress and unpack with; the result does not depend on it [default: the processors there are]' },
    snapshot: { short: 'l', value: 'SNAPSHOT', describe: 'the disk as it was then: a name, an id, or qemu-img\'s snapshot.name=NAME' },
    sparse: { short: 'S', value: 'SIZE', describe: 'zeros of this length are left out; 0 writes everything [default: 4096]' },
    backing: { short: 'B', aliases: ['parent'], value: 'PARENT', completes: 'file', describe: 'let TARGET stand on PARENT and have only what differs from it; relative to TARGET' },
    'backing-format': { short: 'F', aliases: ['parent-format'], value: 'FORMAT', describe: 'of PARENT', choices: formatNames },
    'no-create': { short: 'n', describe: 'write into TARGET, which is there and large enough' },
    'target-is-zero': { describe: 'with -n: TARGET reads as zeros, so that none are written' },
    bitmaps: { describe: 'copy dirty bitmaps too' },
    rate: { short: 'r', value: 'RATE', describe: 'bytes of data a second at most, such as 50M' },
    durable: { describe: 'let TARGET be on the disk, not only in the host\'s memory, when the command ends' },
    'out-of-order': { short: 'W', describe: 'understood, without effect', isIgnored: true },
    'copy-range': { short: 'C', describe: 'understood, without effect', isIgnored: true },
  },
  examples: ['vmx-disk convert -O qcow2 -c disk.img disk.qcow2', 'vmx-disk convert -O vmdk -o subformat=streamOptimized disk.qcow2 - | ssh host "cat > disk.vmdk"', 'vmx-disk convert -f vmdk -O raw --progress json disk.vmdk disk.img'],
  notes: 'TARGET appears under its name when it is complete; a conversion that fails or is interrupted leaves nothing, or what was there before.',
  isQuestion: ({ option }) => asksForFormatHelp(option),
  run: async ({ options, words }, host): Promise<CommandResult> => {
    const format = await formatNamed(options['target-format'] ?? 'raw');
    if (asksForFormatHelp(options.option)) return { value: { format: format.name, options: format.options as never }, text: () => formatOptionsText(format) };
    const path = words.at(-1)!;
    const task: ConvertOptions = {
      ...(options.sparse === undefined ? {} : { sparse: readSize('--sparse', options.sparse) }),
      ...(options.compress || options.level !== undefined ? { compress: options.level === undefined ? {} : { level: readCount('--level', options.level) } } : {}),
      ...(options.threads === undefined ? {} : { threads: readCount('--threads', options.threads, 1) }),
      ...(options.rate === undefined ? {} : { rate: readSize('--rate', options.rate) }),
      isFlushed: options.durable, signal: host.signal,
    };
    const target: TargetRequest = {
      path, format, values: formatValues(options.option), task, isThere: options['no-create'] || (await isDevice(path)), isZero: options['target-is-zero'], copiesBitmaps: options.bitmaps,
      isDurable: options.durable, backing: options.backing, backingFormat: options['backing-format'], open: options,
    };
    if (options['target-is-zero'] && !target.isThere) throw invalidOption('--target-is-zero is of use with -n only');
    const source = await openSources(words.slice(0, -1), options, options.snapshot);
    try {
      const result = await withProgress(host, options, 'convert', (onProgress) => convertTo(source, { ...target, task: { ...task, onProgress } }, host));
      return {
        value: { target: path, format: format.name, 'virtual-size': result.size, data: result.dataBytes, seconds: result.elapsedSeconds }, hasWritten: path === '-', notices: await suspicious(path, format, options['target-format'] !== undefined),
        text: () => (options['no-create'] ? '' : `${path}: ${format.name}, ${sizeText(result.size)}, of which ${sizeText(result.dataBytes)} are data`),
      };
    } finally {
      await source.close();
    }
  },
});

interface TargetRequest {
  readonly path: string;
  readonly format: Format;
  readonly values: Readonly<Record<string, string>>;
  readonly task: ConvertOptions;
  /** It is opened, not made. */
  readonly isThere: boolean;
  readonly isZero: boolean;
  readonly copiesBitmaps: boolean;
  readonly isDurable: boolean;
  readonly backing: string | undefined;
  readonly backingFormat: string | undefined;
  readonly open: OpenArguments;
}

async function openSources(words: readonly string[], options: OpenArguments, snapshot: string | undefined): Promise<Disk> {
  if (words.includes('-')) throw new DiskError({ code: 'DISK_OPERATION_UNSUPPORTED', kind: 'unsupported', message: 'images are not read from standard input', hint: 'write it to a file first' });
  const disks: Disk[] = [];
  try {
    for (const word of words) disks.push(await openImage(word, options));
    if (snapshot === undefined) return joinDisks(disks);
    if (disks.length > 1) throw invalidOption('-l SNAPSHOT: of one image only');
    const [disk] = disks as [Disk];
    const { snapshots } = disk.image;
    if (snapshots === undefined) throw new DiskError({ code: 'DISK_OPERATION_UNSUPPORTED', kind: 'unsupported', message: `${disk.image.format} images hold no snapshots`, context: { path: words[0]!, op: 'convert' } });
    const image = await snapshots.open(snapshot.replace(/^snapshot\.(name|id)=/, ''));
    // The snapshot shares the image's stores, which go with the disk.
    return new Disk({ image, ...(disk.parent === undefined ? {} : { parent: disk.parent }), onClose: () => disk.close() });
  } catch (error) {
    for (const disk of disks) await disk.close();
    throw error;
  }
}

async function convertTo(source: Disk, target: TargetRequest, host: CommandHost): Promise<ConvertResult> {
  const { path, format, values, task, isDurable } = target;
  if (path === '-') return convertToPipe(source, target, host);
  if (target.isThere) {
    await using disk = await openDisk(imagePath(path, {}), { format: format.name, readOnly: false });
    const result = await convert(source, disk, { ...task, ...(target.isZero ? { targetIsZero: true } : {}) });
    if (target.copiesBitmaps) await copyBitmaps(source, disk);
    return result;
  }
  const open = await openOptions({ ...target.open, format: undefined });
  const name = target.backing ?? values['backing_file'];
  const parentFormat = target.backingFormat ?? values['backing_fmt'];
  const parent = name === undefined ? undefined : await openDisk(resolve(dirname(path), name), { ...open, ...(parentFormat === undefined ? {} : { format: parentFormat }) });
  const { backing_file: _file, backing_fmt: _format, ...formatOptions } = values;
  try {
    return await placeFile(path, { isReplaced: true, isDurable }, async (temporaryPath) => {
      const creation = { format: format.name, size: source.size, options: formatOptions, ...(parent === undefined || name === undefined ? {} : { parent: { name, format: parentFormat ?? parent.image.format, disk: parent } }) };
      await using disk = await createDisk(temporaryPath, creation).catch((error: unknown) => onlyStreams(error, target));
      if (disk === undefined) return streamToFile(source, temporaryPath, { format, options: formatOptions }, task);
      const result = parent === undefined ? await convert(source, disk, { targetIsZero: true, ...task }) : await convertAbove(source, disk, parent, task);
      if (target.copiesBitmaps) await copyBitmaps(source, disk);
      return result;
    });
  } finally {
    await parent?.close();
  }
}

/** Is it a kind that cannot be made empty, but be written from the beginning to the end? Then that is done. @throws the error otherwise */
function onlyStreams(error: unknown, { format, backing, copiesBitmaps }: TargetRequest): undefined {
  if (!(error instanceof DiskError) || error.kind !== 'unsupported' || format.stream === undefined || backing !== undefined || copiesBitmaps) throw error;
}

async function convertAbove(source: Disk, disk: Disk, parent: Disk, { onProgress, signal }: ConvertOptions): Promise<ConvertResult> {
  const startMs = performance.now();
  const report = (transferred: number): void => onProgress?.({ transferred, size: source.size, elapsed: (performance.now() - startMs) / 1000, description: 'convert' });
  let dataBytes = 0;
  for await (const extent of source.extents()) {
    dataBytes += await writeDifferences(source, disk, extent, parent, signal);
    report(extent.start + extent.length);
  }
  return { size: source.size, dataBytes, elapsedSeconds: (performance.now() - startMs) / 1000 };
}

async function convertToPipe(source: Disk, { format, values, task, isThere, copiesBitmaps, backing }: TargetRequest, { stdout }: CommandHost): Promise<ConvertResult> {
  if (isThere || copiesBitmaps || backing !== undefined) throw invalidOption('-n, -B and --bitmaps are of no use with standard output');
  return convert(source, { format, options: values, write: writerTo(stdout) }, task);
}

async function copyBitmaps(source: Disk, target: Disk): Promise<void> {
  const from = bitmapsOf(source), to = bitmapsOf(target);
  await target.change(async () => {
    for (const { name, granularityBytes, isEnabled, isInconsistent } of await from.list()) {
      if (isInconsistent) throw new DiskError({ code: 'DISK_OPERATION_UNSUPPORTED', kind: 'unsupported', message: `its bitmap ${name} is inconsistent`, context: { path: source.image.store.name, op: 'convert' }, hint: 'take it away with vmx-disk bitmap --remove' });
      await to.add(name, { granularityBytes, isEnabled });
      await to.merge(name, { bitmaps: from, name });
    }
  });
}

async function isDevice(path: string): Promise<boolean> {
  if (path === '-') return false;
  return (await stat(path).catch(() => undefined))?.isBlockDevice() === true;
}

/** A raw image that is called .vmdk, because -O was forgotten, is found out late. */
async function suspicious(path: string, format: Format, isGiven: boolean): Promise<string[]> {
  if (isGiven || extname(path) === '') return [];
  const meant = (await allFormats()).find(({ extensions }) => extensions.includes(extname(path).toLowerCase()));
  return meant === undefined || meant.name === format.name ? [] : [`${path} has been written as ${format.name}; -O ${meant.name} makes it what its name says`];
}
