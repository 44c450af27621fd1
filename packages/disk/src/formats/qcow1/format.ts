/**
 * qcow version 1, read, with its backing file.
 *
 * Missing: writing; AES, which is refused.
 */
import { defineFormat } from '../../format.ts';
import { readBytes, readPadded } from '../../store/store.ts';
import { refuseWritable } from '../read-only-image.ts';
import { Qcow1Image } from './image.ts';
import { checkHeader, header, isQcow1 } from './layout.ts';

export const qcow1 = defineFormat({
  name: 'qcow',
  aliases: ['qcow1'],
  extensions: ['.qcow'],
  reference: 'QEMU, block/qcow.c, version 1',
  options: {},
  probe: isQcow1,
  open: async ({ store, isWritable }) => {
    refuseWritable('qcow', store, isWritable);
    const values = header.read(await readPadded(store, 0, header.byteLength), 0, { path: store.name, offset: 0 });
    checkHeader(values, store);
    const name = values.backingFileOffset === 0 ? undefined : Buffer.from(await readBytes(store, values.backingFileOffset, values.backingFileSize)).toString('utf8');
    return new Qcow1Image(store, values, name);
  },
});
