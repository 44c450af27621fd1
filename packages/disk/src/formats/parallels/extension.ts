/** The format extension of an image: dirty bitmaps, as far as whoever keeps or drops them has to know. */
import { createHash } from 'node:crypto';
import { unsupported } from '../../errors.ts';
import { viewOf } from '../../layout.ts';
import { readPadded } from '../../store/store.ts';
import type { Store } from '../../store/store.ts';
import { dirtyBitmap, DIRTY_BITMAP_MAGIC, extension, EXTENSION_MAGIC, feature, FEATURE_NECESSARY, SECTOR_BYTES } from './layout.ts';

interface ExtensionBitmap {
  readonly id: string;
  readonly granularityBytes: number;
  /** Places of its clusters in the store. */
  readonly places: readonly number[];
}

export interface FormatExtension {
  readonly place: number;
  /** Does its checksum hold? Else it tells nothing, and may be dropped. */
  readonly isWhole: boolean;
  readonly bitmaps: readonly ExtensionBitmap[];
  /** The magic of a feature that has to be known and is not. */
  readonly unknownNecessary: bigint | undefined;
}

const MOST_FEATURES = 1024;

export async function readExtension(store: Store, place: number, clusterBytes: number): Promise<FormatExtension> {
  const bytes = await readPadded(store, place, clusterBytes);
  const none: FormatExtension = { place, isWhole: false, bitmaps: [], unknownNecessary: undefined };
  if (bytes.length < extension.byteLength) return none;
  const { magic, checksum } = extension.read(bytes);
  if (magic !== EXTENSION_MAGIC || !createHash('md5').update(bytes.subarray(extension.byteLength)).digest().equals(checksum)) return none;
  const bitmaps: ExtensionBitmap[] = [];
  let unknownNecessary: bigint | undefined;
  for (let at = extension.byteLength, n = 0; at + feature.byteLength <= bytes.length && n < MOST_FEATURES; n++) {
    const found = feature.read(bytes, at);
    if (found.magic === 0n) break;
    const data = bytes.subarray(at + feature.byteLength, at + feature.byteLength + found.dataSize);
    if (found.magic === DIRTY_BITMAP_MAGIC && data.length >= dirtyBitmap.byteLength) bitmaps.push(readBitmap(data));
    else if ((found.flags & FEATURE_NECESSARY) !== 0n) unknownNecessary ??= found.magic;
    at += feature.byteLength + Math.ceil(found.dataSize / 8) * 8;
  }
  return { place, isWhole: true, bitmaps, unknownNecessary };
}

function readBitmap(data: Uint8Array): ExtensionBitmap {
  const { id, granularity, l1Size } = dirtyBitmap.read(data);
  const view = viewOf(data);
  const places: number[] = [];
  for (let i = 0; i < l1Size && dirtyBitmap.byteLength + i * 8 + 8 <= data.length; i++) {
    const sector = Number(view.getBigUint64(dirtyBitmap.byteLength + i * 8, true));
    if (sector > 1) places.push(sector * SECTOR_BYTES);
  }
  return { id: Buffer.from(id).toString('hex'), granularityBytes: granularity * SECTOR_BYTES, places };
}

export const refuseUnknown = (store: Store, found: FormatExtension): void => {
  if (found.unknownNecessary === undefined) return;
  throw unsupported(`it has a feature that has to be known and is not, 0x${found.unknownNecessary.toString(16)}`, { path: store.name, offset: found.place, field: 'format extension' });
};
