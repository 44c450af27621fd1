/**
 * DMG, Apple's UDIF disk images, read: as they are (UDRW and UDRO with a trailer), ADC (UDCO), zlib (UDZO), bzip2 (UDBZ), LZFSE (ULFO), LZMA (ULMO).
 *
 * Missing: encrypted images and those in several segments, which are refused; checksums, which are not looked at; sparse bundles. An image without a trailer is raw.
 */
import { addCodec } from '../../codec.ts';
import { unpackAdc } from '../../codecs/adc.ts';
import { unpackBzip2 } from '../../codecs/bzip2.ts';
import { unpackXz } from '../../codecs/lzma.ts';
import { unpackLzfse } from '../../codecs/lzfse.ts';
import { corrupt, unsupported } from '../../errors.ts';
import { defineFormat } from '../../format.ts';
import { defineLayout } from '../../layout.ts';
import { readPadded } from '../../store/store.ts';
import type { Store } from '../../store/store.ts';
import { refuseWritable } from '../read-only-image.ts';
import { readChunks } from './chunks.ts';
import { DmgImage } from './image.ts';
import { KOLY, SECTOR_BYTES, trailer, TRAILER_BYTES } from './layout.ts';

addCodec('adc', unpackAdc);
addCodec('bzip2', unpackBzip2);
addCodec('lzfse', unpackLzfse);
addCodec('lzma', unpackXz);

const readTrailer = (store: Store): Promise<Uint8Array> => readPadded(store, Math.max(0, store.length - TRAILER_BYTES), TRAILER_BYTES);
const signatureOf = defineLayout('big', { signature: trailer.fields.signature });
/** The second version's header; the first one's is at the end. */
const isEncrypted = (head: Uint8Array): boolean => Buffer.from(head.buffer, head.byteOffset, head.length).toString('latin1', 0, 8) === 'encrcdsa';

export const dmg = defineFormat({
  name: 'dmg',
  aliases: ['udif'],
  extensions: ['.dmg'],
  reference: 'Apple UDIF; J. Levin, "Demystifying the DMG File Format"',
  options: {},
  probe: async (head, store) => store.length >= TRAILER_BYTES && (isEncrypted(head) || signatureOf.read(await readTrailer(store)).signature === KOLY),
  open: async ({ store, isWritable }) => {
    refuseWritable('dmg', store, isWritable);
    const where = { path: store.name, offset: Math.max(0, store.length - TRAILER_BYTES) };
    if (isEncrypted(await readPadded(store, 0, 8))) throw unsupported('it is encrypted', { path: store.name, offset: 0 });
    const bytes = await readTrailer(store);
    const values = trailer.read(bytes, 0, where);
    if (values.signature !== KOLY) throw corrupt('it has no koly trailer', { ...where, field: 'koly' }, 'without one it is a raw image');
    if (values.segmentCount > 1) throw unsupported(`it is number ${values.segmentNumber} of ${values.segmentCount} segments`, { ...where, field: 'SegmentCount' });
    const size = values.sectorCount * SECTOR_BYTES;
    if (!Number.isSafeInteger(size)) throw corrupt(`its disk has ${values.sectorCount} sectors`, { ...where, field: 'SectorCount' });
    return new DmgImage(store, await readChunks(store, values), size);
  },
});
