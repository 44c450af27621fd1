/** `vmx-disk info`: what an image is, as qemu-img tells it. */
import type { Json } from '@worldswitch/command-line/command';
import type { Disk } from '../disk.ts';
import { DiskError } from '../errors.ts';
import type { Details, Snapshot } from '../image.ts';
import { diskCommand } from './command.ts';
import { imagePath, OPEN_OPTIONS, openImage } from './image-options.ts';
import type { OpenArguments } from './image-options.ts';
import { sizeText } from './size-text.ts';
import { snapshotRows, snapshotValue } from './snapshot-text.ts';

export const infoCommand = diskCommand({
  name: 'info',
  summary: 'tells an image\'s format, sizes, parent, snapshots and what is special to its format',
  words: [{ placeholder: 'IMAGE', describe: 'the image', completes: 'file' }],
  options: {
    ...OPEN_OPTIONS,
    chain: { aliases: ['backing-chain'], describe: 'tell of the images below it too' },
  },
  examples: ['vmx-disk info disk.qcow2', 'vmx-disk info --chain --json overlay.qcow2'],
  notes: 'The keys of --json are qemu-img\'s. With --chain it is a list, the image itself first.',
  run: async ({ options, words }) => {
    const layers = options.chain ? await describeChain(words[0]!, options) : [await describeOne(words[0]!, options)];
    return { value: options.chain ? layers.map(layerValue) : layerValue(layers[0]!), text: () => layers.map(layerText).join('\n\n') };
  },
});

interface Layer {
  readonly path: string;
  readonly format: string;
  readonly size: number;
  readonly blockBytes: number;
  readonly allocatedBytes: number | undefined;
  readonly parentName: string | undefined;
  readonly parentPath: string | undefined;
  readonly parentFormat: string | undefined;
  readonly snapshots: readonly Snapshot[];
  readonly details: Details;
}

async function describeOne(word: string, options: OpenArguments): Promise<Layer> {
  try {
    // What an encrypted or damaged image says of itself is read without its passphrase and its parent.
    await using disk = await openImage(word, options, { withoutParent: true, isForCheck: true });
    return await describe(disk);
  } catch (error) {
    const described = error instanceof DiskError ? await describeUnopened(word, options) : undefined;
    if (described === undefined) throw error;
    return described;
  }
}

async function describeChain(word: string, options: OpenArguments): Promise<Layer[]> {
  await using top = await openImage(word, options, { isForCheck: true });
  const layers: Layer[] = [];
  for (let disk: Disk | undefined = top; disk !== undefined; disk = disk.parent) layers.push(await describe(disk));
  return layers;
}

async function describe({ image, parent }: Disk): Promise<Layer> {
  return {
    path: image.store.name, format: image.format, size: image.size, blockBytes: image.blockBytes, allocatedBytes: await image.store.allocatedBytes(),
    parentName: image.parent?.names[0], parentPath: parent?.image.store.name, parentFormat: image.parent?.format,
    snapshots: (await image.snapshots?.list()) ?? [], details: await image.details(),
  };
}

/** These are of the image, not of its format, in qemu-img's words. */
const LIFTED = ['cluster-size', 'dirty-flag'];
const specific = ({ details }: Layer): Details => Object.fromEntries(Object.entries(details).filter(([name, value]) => !LIFTED.includes(name) && value !== undefined));

/** A kind that is not opened (a physical disk, an unknown variant) may tell what it is nevertheless. */
async function describeUnopened(word: string, options: OpenArguments): Promise<Layer | undefined> {
  const { FileStore } = await import('../store/file-store.ts');
  const { probeFormat } = await import('../open-disk.ts');
  const { formatNamed } = await import('../formats/all-formats.ts');
  const path = imagePath(word, options);
  let store;
  try {
    store = await FileStore.open(path);
    const format = options.format === undefined ? await probeFormat(store) : await formatNamed(options.format);
    const details = await format.describe?.(store);
    if (details === undefined) return undefined;
    const size = typeof details['virtual-size'] === 'number' ? details['virtual-size'] : 0;
    return { path, format: format.name, size, blockBytes: 512, allocatedBytes: store.allocatedBytes(), parentName: undefined, parentPath: undefined, parentFormat: undefined, snapshots: [], details };
  } catch {
    // The reason that it was not opened is what is told.
    return undefined;
  } finally {
    await store?.close();
  }
}

function layerValue(layer: Layer): Json {
  const details = specific(layer);
  return {
    'virtual-size': layer.size,
    filename: layer.path,
    ...(layer.format === 'raw' ? {} : { 'cluster-size': layer.blockBytes }),
    format: layer.format,
    ...(layer.allocatedBytes === undefined ? {} : { 'actual-size': layer.allocatedBytes }),
    ...(layer.snapshots.length === 0 ? {} : { snapshots: layer.snapshots.map(snapshotValue) }),
    ...(Object.keys(details).length === 0 ? {} : { 'format-specific': { type: layer.format, data: details as Json } }),
    ...(layer.parentName === undefined ? {} : { 'backing-filename': layer.parentName }),
    ...(layer.parentPath === undefined ? {} : { 'full-backing-filename': layer.parentPath }),
    ...(layer.parentFormat === undefined ? {} : { 'backing-filename-format': layer.parentFormat }),
    'dirty-flag': layer.details['dirty-flag'] === true,
  };
}

function layerText(layer: Layer): string {
  const details = specific(layer);
  const lines = [
    `image: ${layer.path}`, `file format: ${layer.format}`, `virtual size: ${sizeText(layer.size)} (${layer.size} bytes)`,
    ...(layer.allocatedBytes === undefined ? [] : [`disk size: ${sizeText(layer.allocatedBytes)}`]),
    ...(layer.format === 'raw' ? [] : [`cluster_size: ${layer.blockBytes}`]),
    ...(layer.parentName === undefined ? [] : [`backing file: ${layer.parentName}${layer.parentPath === undefined || layer.parentPath === layer.parentName ? '' : ` (actual path: ${layer.parentPath})`}`]),
    ...(layer.parentFormat === undefined ? [] : [`backing file format: ${layer.parentFormat}`]),
    ...(layer.snapshots.length === 0 ? [] : ['Snapshot list:', ...snapshotRows(layer.snapshots)]),
    ...(Object.keys(details).length === 0 ? [] : ['Format specific information:', ...detailLines(details, 4)]),
  ];
  return lines.join('\n');
}

function detailLines(details: Details, indent: number): string[] {
  const space = ' '.repeat(indent);
  return Object.entries(details).flatMap(([name, value]): string[] => {
    const label = `${space}${name.replaceAll('-', ' ')}:`;
    if (value === undefined) return [];
    if (Array.isArray(value)) return [label, ...(value as readonly (string | number | Details)[]).flatMap((entry, i) => (typeof entry === 'object' ? [`${space}    [${i}]:`, ...detailLines(entry, indent + 8)] : [`${space}    [${i}]: ${entry}`]))];
    if (typeof value === 'object') return [label, ...detailLines(value as Details, indent + 4)];
    return [`${label} ${value}`];
  });
}
