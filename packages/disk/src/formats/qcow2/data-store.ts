/**
 * Where data clusters are: in the image itself, or in its external data file.
 *
 * This is the place for encryption: a store that deciphers what is read and enciphers what is written, by the place in the file that the cluster has (for LUKS) or by the
 * address of the disk (for the old AES), goes between the image and what is returned here.
 */
import { corrupt, unsupported } from '../../errors.ts';
import type { OpenContext } from '../../format.ts';
import { MemoryStore } from '../../store/memory-store.ts';
import { placeIn } from '../../store/store.ts';
import type { Store } from '../../store/store.ts';
import type { Header } from './header.ts';
import { headerLayout, Incompatible } from './layout.ts';

export interface DataStores {
  readonly data: Store;
  readonly dataFile?: Store;
}

/** @throws DiskError for an encrypted image, unless it is only to be checked, and for a data file that may not be opened */
export async function openData(header: Header, { references, isForCheck }: Pick<OpenContext, 'references' | 'isForCheck'>): Promise<DataStores> {
  const { store } = header;
  const method = header.fields.crypt_method;
  if (method > 2) throw corrupt(`crypt_method is ${method}; 0 to 2 are known`, placeIn(store, headerLayout.fields.crypt_method[0], 'crypt_method'));
  if (method !== 0 && isForCheck !== true) throw unsupported('is encrypted', placeIn(store, headerLayout.fields.crypt_method[0], 'crypt_method'));
  if (!header.has(Incompatible.dataFile)) return { data: store };
  const name = header.dataFile;
  if (name === undefined) throw corrupt('has its data in another file and does not say which', placeIn(store, 0, 'external data file name'));
  try {
    const dataFile = await references.open(name, 'data file');
    return { data: dataFile, dataFile };
  } catch (error) {
    // The tables can be checked without it; nothing can be read.
    if (isForCheck === true) {
      const nothing = new MemoryStore(name, new Uint8Array(0), false);
      return { data: nothing, dataFile: nothing };
    }
    throw error;
  }
}
