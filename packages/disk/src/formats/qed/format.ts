/**
 * QED, QEMU's format between qcow and qcow2 v3, read and written, with a backing file.
 *
 * Missing: shrinking; taking out leaks that are not at the end of the file. Neither has qemu-img.
 */
import { defineFormat } from '../../format.ts';
import { readBytes, readPadded } from '../../store/store.ts';
import { checkQed } from './check.ts';
import { createQed } from './create.ts';
import { QedImage } from './image.ts';
import { checkHeader, FEATURE_BACKING_FILE, header, isQed, LEAST_CLUSTER_BYTES, MOST_CLUSTER_BYTES, MOST_TABLE_CLUSTERS } from './layout.ts';

export const qed = defineFormat({
  name: 'qed',
  aliases: [],
  extensions: ['.qed'],
  reference: 'QEMU, docs/interop/qed_spec.txt',
  options: {
    cluster_size: { type: 'size', least: LEAST_CLUSTER_BYTES, most: MOST_CLUSTER_BYTES, isPowerOfTwo: true, default: 64 * 1024, describe: 'the unit of allocation' },
    table_size: { type: 'size', least: 1, most: MOST_TABLE_CLUSTERS, isPowerOfTwo: true, default: 4, describe: 'clusters of a table; qemu opens none with 1' },
  },
  probe: isQed,
  open: async ({ store, isWritable }) => {
    const values = header.read(await readPadded(store, 0, header.byteLength), 0, { path: store.name, offset: 0 });
    checkHeader(values, store);
    const hasBacking = (values.features & FEATURE_BACKING_FILE) !== 0;
    const name = hasBacking ? Buffer.from(await readBytes(store, values.backingFilenameOffset, values.backingFilenameSize)).toString('utf8') : undefined;
    return new QedImage(store, values, name, isWritable);
  },
  create: createQed,
  check: checkQed,
  blockBytes: (_, { cluster_size: clusterBytes }) => clusterBytes,
  measure: (size, data, { cluster_size: clusterBytes, table_size: tableClusters }) => {
    const tableBytes = clusterBytes * tableClusters;
    const tables = Math.ceil(size / clusterBytes / (tableBytes / 8));
    const fullyAllocated = clusterBytes + tableBytes * (1 + tables) + Math.ceil(size / clusterBytes) * clusterBytes;
    return { required: Math.min(fullyAllocated, clusterBytes + tableBytes * (1 + (data === 0 ? 0 : tables)) + Math.ceil(data / clusterBytes) * clusterBytes), fullyAllocated };
  },
});
