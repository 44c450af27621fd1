/** New disks. */
import { basename } from 'node:path';
import { DiskError } from '../../errors.ts';
import type { CreateContext, OptionValues } from '../../format.ts';
import type { Image } from '../../image.ts';
import { createExtents, SPLIT_BYTES } from './create-extents.ts';
import { newCid, newDescriptor } from './descriptor.ts';
import type { ExtentLine } from './descriptor.ts';
import { DescriptorPlace } from './descriptor-place.ts';
import { parentCid, VmdkImage } from './image.ts';
import { DESCRIPTOR_SECTORS, MOST_BYTES, SECTOR_BYTES } from './layout.ts';
import { hardware } from './options.ts';
import type { VmdkOptions } from './options.ts';
import { SparseExtent } from './sparse-extent.ts';
import { createStreamImage } from './stream-image.ts';
import { planSparse, writeSparse } from './sparse-layout.ts';

const invalid = (message: string, hint: string): DiskError => new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message, context: { op: 'create' }, hint });

export async function createVmdk(context: CreateContext, options: OptionValues<VmdkOptions>): Promise<Image> {
  const { store, references, size, parent, random } = context;
  const { subformat } = options;
  const where = { path: store.name, op: 'create' };
  if (size > MOST_BYTES) throw invalid(`a VMDK has ${MOST_BYTES} bytes at most`, 'use qcow2 or vhdx');
  const isSparse = subformat === 'monolithicSparse' || subformat === 'twoGbMaxExtentSparse';
  if (options.zeroed_grain && !isSparse) throw invalid(`zeroed_grain is for sparse extents, and ${subformat} has none`, 'leave it out');
  if (options.preallocation === 'full' && isSparse) throw invalid(`preallocation is for flat extents, and ${subformat} has none`, 'use -o subformat=monolithicFlat');
  if (parent !== undefined && !isSparse) throw invalid(`a ${subformat} disk has no parent`, 'use -o subformat=monolithicSparse');
  if (subformat === 'streamOptimized') return createStreamImage(context, options);
  const cid = newCid(random);
  const base = basename(store.name).replace(/\.vmdk$/i, '');
  const common = {
    cid, createType: subformat, size, ...hardware(options), random,
    ...(parent === undefined ? {} : { parent: { name: parent.name, cid: parentCid(parent.disk.image, store.name) } }),
  };
  if (subformat === 'monolithicSparse') {
    const lines: ExtentLine[] = [{ access: 'RW', size, type: 'SPARSE', name: basename(store.name), offset: 0 }];
    const descriptor = newDescriptor({ ...common, extents: lines }, where);
    const bytes = descriptor.bytes();
    const room = DESCRIPTOR_SECTORS * SECTOR_BYTES;
    if (bytes.length > room / 2) throw invalid('the names of the disk and its parent are too long for the descriptor', 'use shorter ones');
    const extent = new SparseExtent(await writeSparse(store, planSparse({ size, hasDescriptor: true, zeroedGrains: options.zeroed_grain }), bytes));
    return new VmdkImage({ store, isWritable: true, references, extents: [extent], descriptor, place: new DescriptorPlace(store, SECTOR_BYTES, room, bytes), isNew: true });
  }
  if (size > SPLIT_BYTES * 4096 && subformat !== 'monolithicFlat') throw invalid('it would have more than 4096 files', 'use -o subformat=monolithicFlat');
  const { extents, lines } = await createExtents(references, {
    createType: subformat, size, base, firstNumber: 1, zeroedGrains: options.zeroed_grain, isPreallocated: options.preallocation === 'full',
  });
  try {
    const descriptor = newDescriptor({ ...common, extents: lines }, where);
    const bytes = descriptor.bytes();
    await store.write(0, bytes);
    return new VmdkImage({ store, isWritable: true, references, extents, descriptor, place: new DescriptorPlace(store, 0, undefined, bytes), isNew: true });
  } catch (error) {
    for (const extent of extents) await extent.close();
    throw error;
  }
}
