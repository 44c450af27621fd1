/**
 * "Full disk encryption header pointer": a LUKS header in clusters of its own. Sectors of data are enciphered by their place in the file that has them, whatever their address
 * on the disk; tables, snapshots' names and bitmaps are not.
 */
import { CipherStore } from '../../encryption/cipher-store.ts';
import { payloadOffsetFor } from '../../encryption/luks/header.ts';
import { luksCreation } from '../../encryption/luks/options.ts';
import { keyBytesOf, LuksVolume } from '../../encryption/luks/volume.ts';
import type { LuksCreation } from '../../encryption/luks/volume.ts';
import type { SectorCipher } from '../../encryption/sector-cipher.ts';
import { corrupt, DiskError, unsupported } from '../../errors.ts';
import type { OpenContext } from '../../format.ts';
import { placeIn } from '../../store/store.ts';
import type { Store } from '../../store/store.ts';
import { WindowStore } from '../../store/window-store.ts';
import type { Qcow2Options } from './create.ts';
import type { Header } from './header.ts';
import { encryptionPointerLayout, Extension, headerLayout } from './layout.ts';

/** `crypt_method`. */
const CRYPT_LUKS = 2;

type NewVolume = Omit<LuksCreation, 'passphrase' | 'random'>;

/** How a new image is to be enciphered; undefined where it is not. */
export function encryptionOf(given: Qcow2Options): NewVolume | undefined {
  if (given['encrypt.format'] === undefined) return undefined;
  return luksCreation({
    'cipher-alg': given['encrypt.cipher-alg'], 'cipher-mode': given['encrypt.cipher-mode'], 'ivgen-alg': given['encrypt.ivgen-alg'], 'hash-alg': given['encrypt.hash-alg'], 'iter-time': given['encrypt.iter-time'],
  });
}

/** Bytes of the LUKS header that such an image has. */
export const encryptionHeaderBytes = (volume: NewVolume | undefined): number => (volume === undefined ? 0 : payloadOffsetFor(keyBytesOf(volume)));

/** @param offset a cluster's, where the store ends so far */
export async function createVolume(header: Header, offset: number, volume: NewVolume, passphrase: string | undefined, random: (length: number) => Uint8Array): Promise<LuksVolume> {
  const { store } = header;
  if (passphrase === undefined) throw new DiskError({ code: 'DISK_KEY_WRONG', kind: 'usage', message: 'an image that is enciphered needs a passphrase', context: { path: store.name, op: 'create' }, hint: 'give one' });
  const made = await LuksVolume.create(new WindowStore(store, offset), { ...volume, passphrase, random });
  header.fields.crypt_method = CRYPT_LUKS;
  header.setExtension(Extension.encryption, encryptionPointerLayout.encode({ offset, length: made.payloadOffset }));
  return made;
}

export interface Encryption {
  readonly cipher: SectorCipher;
  /** Absent for what is only checked, and cannot be deciphered. */
  readonly volume?: LuksVolume;
}

/**
 * How the data are enciphered; undefined where they are not. An image that is only to be checked needs no passphrase, nor a LUKS header that is whole: its data cannot be read then.
 * @throws DiskError for a passphrase that opens nothing, and for what cannot be deciphered
 */
export async function openEncryption(header: Header, { passphrase, isForCheck }: Pick<OpenContext, 'passphrase' | 'isForCheck'>): Promise<Encryption | undefined> {
  const { crypt_method: method } = header.fields;
  if (method === 0) return undefined;
  try {
    const volume = await openVolume(header);
    if (passphrase !== undefined || isForCheck !== true) await volume.unlock(passphrase);
    return { cipher: volume.cipher(), volume };
  } catch (error) {
    if (isForCheck !== true || !(error instanceof DiskError) || error.code === 'DISK_KEY_WRONG') throw error;
    const refuse = (): never => { throw error; };
    return { cipher: { encrypt: refuse, decrypt: refuse } };
  }
}

async function openVolume(header: Header): Promise<LuksVolume> {
  const { store, geometry } = header;
  const { crypt_method: method } = header.fields;
  const place = placeIn(store, headerLayout.fields.crypt_method[0], 'crypt_method');
  if (method === 1) throw unsupported('is enciphered by the old AES, which is broken', place, 'qemu-img convert makes an image of it that is not');
  if (method !== CRYPT_LUKS) throw corrupt(`crypt_method is ${method}; 0 to 2 are known`, place);
  const where = placeIn(store, 0, 'encryption header pointer');
  const { encryptionHeader } = header;
  if (encryptionHeader === undefined) throw corrupt('is enciphered and does not say where its LUKS header is', where);
  const { offset, length } = encryptionHeader;
  if (offset === 0 || offset % geometry.clusterBytes !== 0 || offset + length > store.length) throw corrupt(`its LUKS header is said to be ${length} bytes at ${offset}, where none can be`, where);
  return LuksVolume.open(new WindowStore(store, offset, length));
}

/** What is in `data`, deciphered. */
export const decipher = (data: Store, cipher: SectorCipher | undefined): Store => (cipher === undefined ? data : new CipherStore(data, cipher));
