/**
 * Parallels: expanding images (.hds) of both kinds, read and written; bundles (.hdd, by their folder or DiskDescriptor.xml), with plain, expanding and split storages and their
 * chain of snapshots, read.
 *
 * A first write drops dirty bitmaps, which would not know of it. Missing: writing to bundles, encrypted bundles, bitmaps as such (info names them); the first two are refused.
 */
import { DiskError } from '../../errors.ts';
import { defineFormat } from '../../format.ts';
import { readPadded } from '../../store/store.ts';
import { BundleImage } from './bundle.ts';
import { checkParallels } from './check.ts';
import { createParallels, dataOffsetFor } from './create.ts';
import { isDescriptor, MOST_DESCRIPTOR_BYTES, parseDescriptor } from './descriptor.ts';
import { refuseUnknown } from './extension.ts';
import { ParallelsImage } from './image.ts';
import { checkHeader, header, HEADER_BYTES, isExpanding, MOST_CLUSTER_BYTES, SECTOR_BYTES } from './layout.ts';

export const parallels = defineFormat({
  name: 'parallels',
  aliases: ['hdd', 'hds'],
  extensions: ['.hds', '.hdd'],
  reference: 'QEMU, docs/interop/parallels.txt and prl-xml.txt',
  options: {
    cluster_size: { type: 'size', least: SECTOR_BYTES, most: MOST_CLUSTER_BYTES, isPowerOfTwo: true, default: 1024 * 1024, describe: 'the unit of allocation' },
    version: { type: 'choice', choices: ['1', '2'], default: '2', describe: '1 for the table in sectors that Parallels wrote first' },
  },
  probe: (head) => isExpanding(head) || isDescriptor(head),
  open: async ({ store, isWritable, references, isForCheck }) => {
    const head = await readPadded(store, 0, Math.min(4096, store.length));
    if (isDescriptor(head)) {
      if (isWritable) throw new DiskError({ code: 'DISK_OPERATION_UNSUPPORTED', kind: 'unsupported', message: 'bundles are only read', context: { path: store.name, op: 'open' }, hint: 'convert it first' });
      const source = Buffer.from(await readPadded(store, 0, Math.min(store.length, MOST_DESCRIPTOR_BYTES))).toString('utf8');
      return BundleImage.open(store, parseDescriptor(source, { path: store.name }), references);
    }
    const values = header.read(await readPadded(store, 0, HEADER_BYTES), 0, { path: store.name, offset: 0 });
    checkHeader(values, store);
    const image = await ParallelsImage.open(store, values, isWritable);
    if (image.extension !== undefined && isForCheck !== true) refuseUnknown(store, image.extension);
    return image;
  },
  create: createParallels,
  check: checkParallels,
  blockBytes: (_, { cluster_size: clusterBytes }) => clusterBytes,
  measure: (size, data, { cluster_size: clusterBytes }) => {
    const start = dataOffsetFor(size, clusterBytes);
    const fullyAllocated = start + Math.ceil(size / clusterBytes) * clusterBytes;
    return { required: Math.min(fullyAllocated, start + Math.ceil(data / clusterBytes) * clusterBytes), fullyAllocated };
  },
});
