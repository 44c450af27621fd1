/** A new QED image: a cluster with the header and the backing file's name, the L1 table. */
import { DiskError } from '../../errors.ts';
import type { CreateContext } from '../../format.ts';
import { QedImage } from './image.ts';
import { capacityOf, FEATURE_BACKING_FILE, FEATURE_BACKING_RAW, header, MAGIC } from './layout.ts';
import type { Header } from './layout.ts';

export async function createQed({ store, size, parent }: CreateContext, options: { readonly cluster_size: number; readonly table_size: number }): Promise<QedImage> {
  const { cluster_size: clusterSize, table_size: tableSize } = options;
  const invalid = (message: string): DiskError => new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message, context: { path: store.name, op: 'create' } });
  const name = Buffer.from(parent?.name ?? '');
  if (name.length > 1023) throw invalid('the name of the backing file is longer than 1023 bytes');
  const values: Header = {
    magic: MAGIC, clusterSize, tableSize, headerSize: 1, features: parent === undefined ? 0 : FEATURE_BACKING_FILE | (parent.format === 'raw' ? FEATURE_BACKING_RAW : 0), compatFeatures: 0, autoclearFeatures: 0,
    l1TableOffset: clusterSize, imageSize: size, backingFilenameOffset: parent === undefined ? 0 : header.byteLength, backingFilenameSize: name.length,
  };
  if (size > capacityOf(values)) throw invalid(`tables of ${tableSize} clusters of ${clusterSize} bytes have room for a disk of ${capacityOf(values)} bytes`);
  // The header comes last: an interrupted creation leaves nothing that looks like an image.
  await store.resize(clusterSize * (1 + tableSize));
  await store.flush();
  await store.write(0, Buffer.concat([header.encode(values), name]));
  return new QedImage(store, values, parent?.name, true);
}
