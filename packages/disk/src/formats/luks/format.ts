/**
 * LUKS version 1, as cryptsetup and qemu write it.
 *
 * Missing: LUKS version 2; ciphers other than AES; a header in a file of its own; `amend` (the library adds and takes away passphrases by `LuksImage.volume`).
 */
import { defineFormat } from '../../format.ts';
import { isLuks, payloadOffsetFor } from '../../encryption/luks/header.ts';
import { luksCreation, luksOptions } from '../../encryption/luks/options.ts';
import { keyBytesOf, LuksVolume } from '../../encryption/luks/volume.ts';
import { volumeDetails } from '../../encryption/luks/details.ts';
import { createLuks } from './create.ts';
import { LuksImage } from './image.ts';

export const luks = defineFormat({
  name: 'luks',
  aliases: ['luks1'],
  extensions: ['.luks'],
  reference: 'LUKS On-Disk Format Specification 1.2.3',
  options: luksOptions,
  probe: (head) => isLuks(head),
  open: async ({ store, isWritable, passphrase, isForCheck }) => {
    const volume = await LuksVolume.open(store);
    // Its header can be described without.
    if (passphrase !== undefined || isForCheck !== true) await volume.unlock(passphrase);
    return new LuksImage(store, volume, isWritable);
  },
  create: (context, options) => createLuks(context, luksCreation(options)),
  measure: (size, _data, options) => {
    const bytes = size + payloadOffsetFor(keyBytesOf(luksCreation(options)));
    return { required: bytes, fullyAllocated: bytes };
  },
  describe: async (store) => volumeDetails(await LuksVolume.open(store)),
});
