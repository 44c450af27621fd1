/** A new expanding image: the BAT after the header, clusters from the next multiple of their size on. */
import { beyondLimit } from '../../errors.ts';
import type { CreateContext } from '../../format.ts';
import { DiskError } from '../../errors.ts';
import { cylindersFor, HEADS, ParallelsImage } from './image.ts';
import { CLOSED_2, header, HEADER_BYTES, MAGIC_1, MAGIC_2, MOST_CLUSTERS, SECTOR_BYTES, VERSION } from './layout.ts';
import type { Header } from './layout.ts';

export const dataOffsetFor = (size: number, clusterBytes: number): number => Math.ceil((HEADER_BYTES + Math.ceil(size / clusterBytes) * 4) / clusterBytes) * clusterBytes;

export async function createParallels({ store, size, parent }: CreateContext, options: { readonly cluster_size: number; readonly version: string }): Promise<ParallelsImage> {
  if (parent !== undefined) throw new DiskError({ code: 'DISK_OPERATION_UNSUPPORTED', kind: 'unsupported', message: 'a Parallels image stands on nothing; its bundle knows the order', context: { path: store.name, op: 'create' } });
  const clusters = Math.ceil(size / options.cluster_size);
  const sectors = size / SECTOR_BYTES;
  if (clusters > MOST_CLUSTERS) throw beyondLimit(`a disk of ${size} bytes has more than ${MOST_CLUSTERS} clusters of ${options.cluster_size}`, { path: store.name, op: 'create' });
  if (options.version === '1' && sectors > 0xffff_ffff) throw beyondLimit(`a disk of ${size} bytes is too large for version 1`, { path: store.name, op: 'create' });
  const dataOffset = dataOffsetFor(size, options.cluster_size);
  const values: Header = {
    magic: options.version === '1' ? MAGIC_1 : MAGIC_2, version: VERSION, heads: HEADS, cylinders: cylindersFor(sectors), tracks: options.cluster_size / SECTOR_BYTES, batEntries: clusters,
    sectorsLow: sectors % 0x1_0000_0000, sectorsHigh: Math.floor(sectors / 0x1_0000_0000), inUse: options.version === '1' ? 0 : CLOSED_2, dataOffset: dataOffset / SECTOR_BYTES, flags: 0, extensionOffset: 0,
  };
  // Zeros are a BAT without clusters. The header comes last: an interrupted creation leaves nothing that looks like an image.
  await store.resize(dataOffset);
  await store.flush();
  await store.write(0, header.encode(values, HEADER_BYTES));
  return ParallelsImage.open(store, values, true);
}
