/** Opening an image: its header and L1 table are read and checked; one that was not closed is repaired before it is written. */
import type { OpenContext } from '../../format.ts';
import { checkImage } from './check.ts';
import { openData } from './data-store.ts';
import { readHeader } from './header.ts';
import { Qcow2Image } from './image.ts';
import { Incompatible } from './layout.ts';
import { readL1, State } from './state.ts';

export async function openQcow2({ store, isWritable, references, isForCheck = false, passphrase }: OpenContext): Promise<Qcow2Image> {
  const header = await readHeader(store);
  const l1 = await readL1(store, header.fields.l1_table_offset, header.fields.l1_size, isForCheck);
  const stores = await openData(header, { references, isForCheck, ...(passphrase === undefined ? {} : { passphrase }) });
  const image = new Qcow2Image(new State({ header, l1, ...stores, isWritable }));
  // Its refcounts may be too low, so that clusters in use look free: reading needs none, but nothing can be written before they are right.
  if (isWritable && !isForCheck && header.has(Incompatible.dirty) && !header.has(Incompatible.corrupt)) await checkImage(image, 'all');
  return image;
}
