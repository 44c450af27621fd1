/** The header of a dynamic or differencing disk. */
import { beyondLimit, corrupt } from '../../errors.ts';
import { viewOf } from '../../layout.ts';
import { readBytes } from '../../store/store.ts';
import type { Store } from '../../store/store.ts';
import { beginsWith } from './footer.ts';
import { checksumOf, ENTRY_BYTES, HEADER, HEADER_BYTES, HEADER_COOKIE, MOST_BLOCK_BYTES, MOST_ENTRIES, SECTOR_BYTES } from './layout.ts';
import type { HeaderFields } from './layout.ts';

export interface Header {
  readonly at: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly fields: HeaderFields;
}

/** @throws DiskError for what is not to be believed: nothing has been allocated for it then */
export async function readHeader(store: Store, dataOffset: bigint, diskBytes: number): Promise<Header> {
  const at = dataOffset > BigInt(store.length) ? store.length : Number(dataOffset);
  const where = (field: keyof HeaderFields): { path: string; offset: number; field: string } => ({ path: store.name, offset: at + HEADER.fields[field][0], field });
  if (at + HEADER_BYTES > store.length) throw corrupt(`the dynamic disk header is said to be at ${dataOffset}, in a file of ${store.length} bytes`, { path: store.name, field: 'dataOffset' });
  const bytes = await readBytes(store, at, HEADER_BYTES);
  if (!beginsWith(bytes, HEADER_COOKIE)) throw corrupt('no dynamic disk header is there', where('cookie'));
  const [checksumAt] = HEADER.fields.checksum;
  if (viewOf(bytes).getUint32(checksumAt) !== checksumOf(bytes, checksumAt)) throw corrupt('the checksum of the dynamic disk header is wrong', where('checksum'));
  const fields = HEADER.read(bytes, 0, { path: store.name, offset: at });
  const { blockSize, maxTableEntries, tableOffset } = fields;
  if (blockSize < SECTOR_BYTES || (blockSize & (blockSize - 1)) !== 0) throw corrupt(`blocks of ${blockSize} bytes: a power of two from ${SECTOR_BYTES} on is wanted`, where('blockSize'));
  if (blockSize > MOST_BLOCK_BYTES) throw beyondLimit(`blocks of ${blockSize} bytes`, where('blockSize'));
  const needed = Math.ceil(diskBytes / blockSize);
  if (needed > maxTableEntries) throw corrupt(`the table has ${maxTableEntries} entries, and the disk ${needed} blocks`, where('maxTableEntries'));
  if (needed > MOST_ENTRIES) throw beyondLimit(`a table of ${needed} entries`, where('maxTableEntries'));
  if (tableOffset % SECTOR_BYTES !== 0 || tableOffset === 0) throw corrupt(`the table is at ${tableOffset}`, where('tableOffset'));
  if (tableOffset + maxTableEntries * ENTRY_BYTES > store.length) throw corrupt(`the table of ${maxTableEntries} entries at ${tableOffset} ends after the file of ${store.length} bytes`, where('maxTableEntries'));
  return { at, bytes, fields };
}

/** A header with other fields, and the checksum that belongs to them. */
export function changeHeader({ at, bytes }: Pick<Header, 'at' | 'bytes'>, changes: Partial<HeaderFields>): Header {
  const changed = bytes.slice();
  HEADER.write(changed, changes);
  HEADER.write(changed, { checksum: checksumOf(changed, HEADER.fields.checksum[0]) });
  return { at, bytes: changed, fields: HEADER.read(changed) };
}
