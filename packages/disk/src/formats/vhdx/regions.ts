/** The region table (2.2.3), of which there are two copies: either will do. */
import { corrupt, unsupported } from '../../errors.ts';
import { viewOf } from '../../layout.ts';
import { readPadded } from '../../store/store.ts';
import type { Store } from '../../store/store.ts';
import { checksumWithout } from './checksum.ts';
import { signatureOf } from './headers.ts';
import { ALIGNMENT, MOST_METADATA_BYTES, MOST_REGION_ENTRIES, REGION, REGION_ENTRIES_AT, REGION_ENTRY, REGION_ENTRY_BYTES, REGION_SIGNATURE, REGION_TABLE, REGION_TABLE_BYTES, REGION_TABLES_AT } from './layout.ts';

const CHECKSUM_AT = REGION_TABLE.fields.checksum[0];

/** In bytes, in the file. */
export interface Region {
  readonly offset: number;
  readonly length: number;
}

export interface Regions {
  readonly bat: Region;
  readonly metadata: Region;
  /** Those that are not known and need not be. */
  readonly others: readonly Region[];
  readonly isOneDamaged: boolean;
}

/** @throws DiskError when neither copy is good, when it has a region that one must know, or one is missing */
export async function readRegions(store: Store): Promise<Regions> {
  const copies = await Promise.all(REGION_TABLES_AT.map(async (at) => readPadded(store, at, REGION_TABLE_BYTES)));
  const good = copies.map((bytes) => signatureOf(bytes) === REGION_SIGNATURE && viewOf(bytes).getUint32(CHECKSUM_AT, true) === checksumWithout(bytes, CHECKSUM_AT));
  const which = good.indexOf(true);
  if (which < 0) throw corrupt('neither region table is there with a right checksum', { path: store.name, offset: REGION_TABLES_AT[0], field: 'checksum', op: 'open' });
  const bytes = copies[which]!;
  const tableAt = REGION_TABLES_AT[which]!;
  const { entryCount } = REGION_TABLE.read(bytes);
  if (entryCount > MOST_REGION_ENTRIES) throw corrupt(`the region table has ${entryCount} entries`, { path: store.name, offset: tableAt, field: 'entryCount' });
  const found: { bat?: Region; metadata?: Region } = {};
  const others: Region[] = [];
  for (let i = 0; i < entryCount; i++) {
    const at = REGION_ENTRIES_AT + i * REGION_ENTRY_BYTES;
    const where = { path: store.name, offset: tableAt + at, field: 'region' };
    const { guid, fileOffset: offset, length, required } = REGION_ENTRY.read(bytes, at, where);
    const name = guid === REGION.bat ? 'bat' : guid === REGION.metadata ? 'metadata' : undefined;
    if (name === undefined && (required & 1) !== 0) throw unsupported(`a region ${guid} that one has to know`, where);
    if (offset < ALIGNMENT || offset % ALIGNMENT !== 0 || length % ALIGNMENT !== 0 || offset + length > store.length) throw corrupt(`a region of ${length} bytes at ${offset}, in a file of ${store.length} bytes`, where);
    if (name === undefined) {
      others.push({ offset, length });
      continue;
    }
    if (found[name] !== undefined) throw corrupt(`two regions are the ${name} region`, where);
    if (name === 'metadata' && (length > MOST_METADATA_BYTES || length === 0)) throw corrupt(`a metadata region of ${length} bytes`, where);
    found[name] = { offset, length };
  }
  const { bat, metadata } = found;
  if (bat === undefined || metadata === undefined) throw corrupt(`the ${bat === undefined ? 'BAT' : 'metadata'} region is missing`, { path: store.name, offset: tableAt, field: 'region' });
  return { bat, metadata, others, isOneDamaged: good.includes(false) };
}

/** A table of both regions, as each of its copies is. */
export function encodeRegions({ bat, metadata }: Pick<Regions, 'bat' | 'metadata'>): Uint8Array<ArrayBuffer> {
  const bytes = REGION_TABLE.encode({ signature: REGION_SIGNATURE, entryCount: 2 }, REGION_TABLE_BYTES);
  REGION_ENTRY.write(bytes, { guid: REGION.bat, fileOffset: bat.offset, length: bat.length, required: 1 }, REGION_ENTRIES_AT);
  REGION_ENTRY.write(bytes, { guid: REGION.metadata, fileOffset: metadata.offset, length: metadata.length, required: 1 }, REGION_ENTRIES_AT + REGION_ENTRY_BYTES);
  REGION_TABLE.write(bytes, { checksum: checksumWithout(bytes, CHECKSUM_AT) });
  return bytes;
}
