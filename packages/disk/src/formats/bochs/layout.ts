/** The structures of Bochs' growing images, little-endian (Bochs, iodev/hdimage/hdimage.h: redolog_header_t). */
import { beyondLimit, corrupt, unsupported } from '../../errors.ts';
import type { DiskErrorContext } from '../../errors.ts';
import { defineLayout } from '../../layout.ts';
import type { LayoutValue } from '../../layout.ts';
import type { Store } from '../../store/store.ts';

export const SECTOR_BYTES = 512;
const MAGIC = 'Bochs Virtual HD Image';
const TYPE = 'Redolog';
const SUBTYPE = 'Growing';
const VERSION_1 = 0x0001_0000;
const VERSION_2 = 0x0002_0000;
export const NOT_ALLOCATED = 0xffff_ffff;

export const header = defineLayout('little', {
  magic: [0, { text: 32 }],
  type: [32, { text: 16 }],
  subtype: [48, { text: 16 }],
  version: [64, 'u32'],
  headerSize: [68, 'u32'],
  catalogEntries: [72, 'u32'],
  bitmapSize: [76, 'u32'],
  extentSize: [80, 'u32'],
});
const diskSizeOf = { [VERSION_1]: defineLayout('little', { disk: [84, 'u64'] }), [VERSION_2]: defineLayout('little', { disk: [88, 'u64'] }) };

export type Header = LayoutValue<typeof header.fields> & { readonly diskSize: number };

const MOST_EXTENT_BYTES = 8 * 1024 * 1024;
const MOST_CATALOG_ENTRIES = 1024 * 1024;

export const isBochs = (head: Uint8Array): boolean => head.length >= SECTOR_BYTES && header.read(head).magic === MAGIC;

export function readHeader(bytes: Uint8Array, store: Store): Header {
  const values = header.read(bytes, 0, { path: store.name, offset: 0 });
  const at = (field: keyof typeof header.fields): DiskErrorContext => ({ path: store.name, offset: header.fields[field][0], field });
  const { magic, type, subtype, version, headerSize, catalogEntries, bitmapSize, extentSize } = values;
  if (magic !== MAGIC) throw corrupt('it does not begin as a Bochs image', at('magic'));
  if (type !== TYPE || subtype !== SUBTYPE) throw unsupported(`it is of the kind ${JSON.stringify(`${type} ${subtype}`)}; growing ones are read`, at('subtype'));
  const sizeLayout = version === VERSION_1 || version === VERSION_2 ? diskSizeOf[version] : undefined;
  if (sizeLayout === undefined) throw unsupported(`its version is 0x${version.toString(16)}`, at('version'));
  const diskSize = sizeLayout.read(bytes, 0, { path: store.name, offset: 0 }).disk;
  if (catalogEntries > MOST_CATALOG_ENTRIES) throw beyondLimit(`its catalog has ${catalogEntries} entries; at most ${MOST_CATALOG_ENTRIES} are read`, at('catalogEntries'));
  if (extentSize < SECTOR_BYTES || extentSize > MOST_EXTENT_BYTES || !Number.isInteger(Math.log2(extentSize))) throw corrupt(`its extents have ${extentSize} bytes`, at('extentSize'));
  if (bitmapSize * 8 < extentSize / SECTOR_BYTES || bitmapSize > MOST_EXTENT_BYTES) throw corrupt(`bitmaps of ${bitmapSize} bytes do not fit extents of ${extentSize}`, at('bitmapSize'));
  if (headerSize < SECTOR_BYTES || headerSize % 4 !== 0 || headerSize + catalogEntries * 4 > store.length) throw corrupt(`its catalog, at ${headerSize}, is not within the file`, at('headerSize'));
  if (Math.ceil(diskSize / extentSize) > catalogEntries) throw corrupt(`a catalog of ${catalogEntries} entries is too small for a disk of ${diskSize} bytes`, at('catalogEntries'));
  return { ...values, diskSize: diskSize - (diskSize % SECTOR_BYTES) };
}
