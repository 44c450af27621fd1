/** What `info` tells of a LUKS volume, in qemu-img's words: also part of what it tells of a qcow2 image that is enciphered. */
import { isEnabled } from './header.ts';
import { LUKS_SECTOR_BYTES } from './layout.ts';
import type { LuksVolume } from './volume.ts';
import type { Details } from '../../image.ts';

export function volumeDetails({ header, slots, payloadOffset }: LuksVolume): Details {
  const [mode = '', vector = '', vectorHash] = header.cipherMode.split(/[-:]/);
  const keyBits = (header.keyBytes * 8) / (mode === 'xts' ? 2 : 1);
  return {
    'cipher-alg': `${header.cipherName}-${keyBits}`,
    'cipher-mode': mode,
    'ivgen-alg': vector,
    ...(vectorHash === undefined ? {} : { 'ivgen-hash-alg': vectorHash }),
    'hash-alg': header.hashSpec,
    uuid: header.uuid,
    'master-key-iters': header.mkDigestIterations,
    'payload-offset': payloadOffset,
    slots: slots.map((slot) => ({
      active: isEnabled(slot), ...(isEnabled(slot) ? { iters: slot.iterations, stripes: slot.stripes } : {}), 'key-offset': slot.keyMaterialOffset * LUKS_SECTOR_BYTES,
    })),
  };
}
