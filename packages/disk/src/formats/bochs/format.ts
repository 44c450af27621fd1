/**
 * Bochs' growing images, read.
 *
 * Missing: writing; undoable and volatile redologs, which stand on another image: they are refused.
 */
import { defineFormat } from '../../format.ts';
import { readPadded } from '../../store/store.ts';
import { refuseWritable } from '../read-only-image.ts';
import { BochsImage } from './image.ts';
import { isBochs, readHeader, SECTOR_BYTES } from './layout.ts';

export const bochs = defineFormat({
  name: 'bochs',
  aliases: [],
  extensions: ['.bochs'],
  reference: 'Bochs, iodev/hdimage/hdimage.h, versions 1 and 2',
  options: {},
  probe: isBochs,
  open: async ({ store, isWritable }) => {
    refuseWritable('bochs', store, isWritable);
    return new BochsImage(store, readHeader(await readPadded(store, 0, SECTOR_BYTES), store));
  },
});
