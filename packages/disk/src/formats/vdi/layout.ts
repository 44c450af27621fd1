/** The structures of VDI 1.1, little-endian (VirtualBox, src/VBox/Storage/VDICore.h: VDIPREHEADER, VDIHEADER1, VDIHEADER1PLUS). */
import { beyondLimit, corrupt, unsupported } from '../../errors.ts';
import type { DiskErrorContext } from '../../errors.ts';
import { defineLayout } from '../../layout.ts';
import type { LayoutValue } from '../../layout.ts';
import type { Store } from '../../store/store.ts';

export const SECTOR_BYTES = 512;
export const SIGNATURE = 0xbeda_107f;
export const VERSION = 0x0001_0001;
/** VDIHEADER1PLUS, counted from its size field on. */
export const HEADER_SIZE = 0x190;
export const TEXT = '<<< Oracle VM VirtualBox Disk Image >>>\n';
export const NIL_UUID = '00000000-0000-0000-0000-000000000000';

/** VDIIMAGETYPE. `undo` was never in use. */
export const IMAGE_TYPES = { dynamic: 1, static: 2, undo: 3, differencing: 4 } as const;
export type ImageType = keyof typeof IMAGE_TYPES;

/** VDI_IMAGE_BLOCK_FREE: the parent's. */
export const BLOCK_FREE = 0xffff_ffff;
/** VDI_IMAGE_BLOCK_ZERO: zeros, whatever the parent has. */
export const BLOCK_ZERO = 0xffff_fffe;

/** All that may change is in the first sector, which a power cut leaves old or new. */
export const header = defineLayout('little', {
  text: [0x00, { text: 64 }],
  signature: [0x40, 'u32'],
  version: [0x44, 'u32'],
  headerSize: [0x48, 'u32'],
  imageType: [0x4c, 'u32'],
  imageFlags: [0x50, 'u32'],
  comment: [0x54, { text: 256 }],
  blocksOffset: [0x154, 'u32'],
  dataOffset: [0x158, 'u32'],
  legacyCylinders: [0x15c, 'u32'],
  legacyHeads: [0x160, 'u32'],
  legacySectors: [0x164, 'u32'],
  sectorSize: [0x168, 'u32'],
  dummy: [0x16c, 'u32'],
  diskSize: [0x170, 'u64'],
  blockSize: [0x178, 'u32'],
  blockExtra: [0x17c, 'u32'],
  blocksInImage: [0x180, 'u32'],
  blocksAllocated: [0x184, 'u32'],
  imageUuid: [0x188, 'guid'],
  modifyUuid: [0x198, 'guid'],
  linkUuid: [0x1a8, 'guid'],
  parentModifyUuid: [0x1b8, 'guid'],
  cylinders: [0x1c8, 'u32'],
  heads: [0x1cc, 'u32'],
  sectors: [0x1d0, 'u32'],
  geometrySectorSize: [0x1d4, 'u32'],
});
export type Header = LayoutValue<typeof header.fields>;

export const LEAST_BLOCK_BYTES = 512;
export const MOST_BLOCK_BYTES = 64 * 1024 * 1024;
/** 64 TiB in blocks of 1 MiB; the table of more is 256 MiB. */
export const MOST_BLOCKS = 64 * 1024 * 1024;

const signatureOf = defineLayout('little', { signature: header.fields.signature });

export const isVdi = (head: Uint8Array): boolean => head.length >= header.byteLength && signatureOf.read(head).signature === SIGNATURE;

/** @throws DiskError where the header cannot be worked with; what `check` can tell of is left to it */
export function checkHeader(values: Header, store: Store): void {
  const at = (field: keyof Header): DiskErrorContext => ({ path: store.name, offset: header.fields[field][0], field });
  const { version, headerSize, blocksOffset, dataOffset, blockSize, blockExtra, blocksInImage, diskSize, sectorSize } = values;
  if (values.signature !== SIGNATURE) throw corrupt('it has no VDI signature', at('signature'));
  if (version !== VERSION) throw unsupported(`its version is ${version >>> 16}.${version & 0xffff}; 1.1 is read`, at('version'));
  if (headerSize < 0x180) throw corrupt(`its header has ${headerSize} bytes`, at('headerSize'));
  if (typeNamed(values.imageType) === undefined) throw unsupported(`its image type is ${values.imageType}; dynamic (1), static (2) and differencing (4) are read`, at('imageType'));
  if (sectorSize !== SECTOR_BYTES) throw unsupported(`its sectors have ${sectorSize} bytes`, at('sectorSize'));
  if (blockSize < LEAST_BLOCK_BYTES || blockSize > MOST_BLOCK_BYTES || (blockSize & (blockSize - 1)) !== 0) {
    throw corrupt(`its blocks have ${blockSize} bytes, and not a power of two from ${LEAST_BLOCK_BYTES} to ${MOST_BLOCK_BYTES}`, at('blockSize'));
  }
  if (blockExtra > MOST_BLOCK_BYTES || blockExtra % SECTOR_BYTES !== 0) throw corrupt(`its blocks have ${blockExtra} bytes of extra data`, at('blockExtra'));
  if (blocksInImage > MOST_BLOCKS) throw beyondLimit(`it has ${blocksInImage} blocks; at most ${MOST_BLOCKS} are read`, at('blocksInImage'));
  if (blocksInImage * blockSize < diskSize) throw corrupt(`${blocksInImage} blocks are too few for a disk of ${diskSize} bytes`, at('blocksInImage'));
  if (blocksOffset < SECTOR_BYTES || blocksOffset % SECTOR_BYTES !== 0) throw corrupt(`its block map begins at ${blocksOffset}`, at('blocksOffset'));
  if (dataOffset < blocksOffset + blocksInImage * 4) throw corrupt(`its data begins at ${dataOffset}, within the block map, which ends at ${blocksOffset + blocksInImage * 4}`, at('dataOffset'));
  if (dataOffset % SECTOR_BYTES !== 0) throw corrupt(`its data begins at ${dataOffset}, which is not the beginning of a sector`, at('dataOffset'));
  if (blocksOffset + blocksInImage * 4 > store.length) {
    throw corrupt(`its block map ends at ${blocksOffset + blocksInImage * 4}, and the file at ${store.length}`, at('blocksOffset'), 'the file may have been copied in part');
  }
}

export function typeNamed(imageType: number): ImageType | undefined {
  const found = (Object.keys(IMAGE_TYPES) as ImageType[]).find((name) => IMAGE_TYPES[name] === imageType);
  return found === 'undo' ? undefined : found;
}
