/**
 * cloop 2, compressed loop images (Knoppix), read.
 *
 * Missing: versions 0.x, 3 and 4 (other codecs, offsets at the end): they have another beginning and are not recognised.
 */
import { defineFormat } from '../../format.ts';
import { readPadded } from '../../store/store.ts';
import { refuseWritable } from '../read-only-image.ts';
import { CloopImage } from './image.ts';
import { checkHeader, header, isCloop, OFFSETS_START } from './layout.ts';

export const cloop = defineFormat({
  name: 'cloop',
  aliases: [],
  extensions: ['.cloop'],
  reference: 'cloop-utils, compressed_loop.h, version 2',
  options: {},
  probe: isCloop,
  open: async ({ store, isWritable }) => {
    refuseWritable('cloop', store, isWritable);
    const values = header.read(await readPadded(store, 0, OFFSETS_START));
    checkHeader(values, store);
    return new CloopImage(store, values);
  },
});
