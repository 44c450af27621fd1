/** Where data clusters are: in the image itself, or in its external data file; deciphered where they are enciphered. */
import { corrupt } from '../../errors.ts';
import type { LuksVolume } from '../../encryption/luks/volume.ts';
import type { OpenContext } from '../../format.ts';
import { MemoryStore } from '../../store/memory-store.ts';
import { placeIn } from '../../store/store.ts';
import type { Store } from '../../store/store.ts';
import { decipher, openEncryption } from './encryption.ts';
import type { Header } from './header.ts';
import { Incompatible } from './layout.ts';

export interface DataStores {
  readonly data: Store;
  readonly dataFile?: Store;
  readonly volume?: LuksVolume;
}

/** @throws DiskError for a passphrase that opens nothing, and for a data file that may not be opened */
export async function openData(header: Header, { references, isForCheck, passphrase }: Pick<OpenContext, 'references' | 'isForCheck' | 'passphrase'>): Promise<DataStores> {
  const { store } = header;
  const encryption = await openEncryption(header, { ...(passphrase === undefined ? {} : { passphrase }), ...(isForCheck === undefined ? {} : { isForCheck }) });
  const known = encryption?.volume === undefined ? {} : { volume: encryption.volume };
  if (!header.has(Incompatible.dataFile)) return { data: decipher(store, encryption?.cipher), ...known };
  const name = header.dataFile;
  if (name === undefined) throw corrupt('has its data in another file and does not say which', placeIn(store, 0, 'external data file name'));
  try {
    const dataFile = await references.open(name, 'data file');
    return { data: decipher(dataFile, encryption?.cipher), dataFile, ...known };
  } catch (error) {
    // The tables can be checked without it; nothing can be read.
    if (isForCheck === true) {
      const nothing = new MemoryStore(name, new Uint8Array(0), false);
      return { data: nothing, dataFile: nothing, ...known };
    }
    throw error;
  }
}
