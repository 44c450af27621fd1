/** A new LUKS image. */
import { DiskError } from '../../errors.ts';
import { LuksVolume } from '../../encryption/luks/volume.ts';
import type { LuksCreation } from '../../encryption/luks/volume.ts';
import type { CreateContext } from '../../format.ts';
import { LuksImage } from './image.ts';

/** All of its data are written once, as zeros: what was never written would decipher to noise, and a new disk is empty. */
export async function createLuks({ store, size, passphrase, random, parent }: CreateContext, options: Omit<LuksCreation, 'passphrase' | 'random'>): Promise<LuksImage> {
  if (parent !== undefined) throw new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message: 'a LUKS image stands on no other', context: { path: store.name, op: 'create' } });
  if (passphrase === undefined) throw new DiskError({ code: 'DISK_KEY_WRONG', kind: 'usage', message: 'a LUKS image needs a passphrase', context: { path: store.name, op: 'create' }, hint: 'give one' });
  const volume = await LuksVolume.create(store, { ...options, passphrase, random });
  const image = new LuksImage(store, volume, true);
  await image.resize(size);
  return image;
}
