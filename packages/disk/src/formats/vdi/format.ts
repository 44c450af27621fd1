/**
 * VDI, VirtualBox's format: dynamic, static and differencing, of any block size from 512 bytes to 64 MiB.
 *
 * Missing: version 0.1 (VirtualBox before 1.4), undo images, which nobody made; both are refused. A differencing image has its parent's UUID and no name: it is looked for in
 * its own folder and in those that are allowed.
 */
import { defineFormat } from '../../format.ts';
import { readPadded } from '../../store/store.ts';
import { checkVdi } from './check.ts';
import { createVdi, dataOffsetFor } from './create.ts';
import { VdiImage } from './image.ts';
import { checkHeader, header, isVdi, LEAST_BLOCK_BYTES, MOST_BLOCK_BYTES, SECTOR_BYTES } from './layout.ts';

export const vdi = defineFormat({
  name: 'vdi',
  aliases: [],
  extensions: ['.vdi'],
  reference: 'VirtualBox, src/VBox/Storage/VDICore.h, version 1.1',
  options: {
    static: { type: 'flag', default: false, describe: 'set aside room for all blocks at once' },
    block_size: {
      type: 'size', least: LEAST_BLOCK_BYTES, most: MOST_BLOCK_BYTES, isPowerOfTwo: true, default: 1024 * 1024, describe: 'the unit of allocation; qemu reads no other than 1M',
    },
  },
  probe: isVdi,
  open: async ({ store, isWritable }) => {
    const values = header.read(await readPadded(store, 0, SECTOR_BYTES), 0, { path: store.name, offset: 0 });
    checkHeader(values, store);
    return new VdiImage(store, values, isWritable);
  },
  create: createVdi,
  check: checkVdi,
  blockBytes: (_, { block_size: blockBytes }) => blockBytes,
  measure: (size, data, { static: isStatic, block_size: blockBytes }) => {
    const blocks = Math.ceil(size / blockBytes);
    const fullyAllocated = dataOffsetFor(blocks) + blocks * blockBytes;
    return { required: isStatic ? fullyAllocated : Math.min(fullyAllocated, dataOffsetFor(blocks) + Math.ceil(data / blockBytes) * blockBytes), fullyAllocated };
  },
});
