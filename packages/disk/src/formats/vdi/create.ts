/** A new VDI: the map after the header, the blocks from the next MiB on, as VirtualBox has them. */
import { beyondLimit } from '../../errors.ts';
import type { CreateContext } from '../../format.ts';
import { guidText } from '../../layout.ts';
import type { Store } from '../../store/store.ts';
import { notOnOthers, VdiImage } from './image.ts';
import { BLOCK_FREE, header, HEADER_SIZE, IMAGE_TYPES, MOST_BLOCKS, NIL_UUID, SECTOR_BYTES, SIGNATURE, TEXT, VERSION } from './layout.ts';
import type { Header } from './layout.ts';

const BLOCKS_OFFSET = 4096;
/** Data begins at a multiple of this, so that blocks do not straddle the host's and the map may grow a while. */
const DATA_ALIGNMENT = 1024 * 1024;
const TABLE_PIECE_BYTES = 1024 * 1024;

export const dataOffsetFor = (blocks: number): number => Math.ceil((BLOCKS_OFFSET + blocks * 4) / DATA_ALIGNMENT) * DATA_ALIGNMENT;

export async function createVdi({ store, size, parent, random }: CreateContext, options: { readonly static: boolean; readonly block_size: number }): Promise<VdiImage> {
  const blocks = Math.ceil(size / options.block_size);
  if (blocks > MOST_BLOCKS) throw beyondLimit(`a disk of ${size} bytes has more than ${MOST_BLOCKS} blocks of ${options.block_size}`, { path: store.name, op: 'create' });
  const below = parent?.disk.image;
  if (below !== undefined && !(below instanceof VdiImage)) throw notOnOthers(store);
  const type = below !== undefined ? 'differencing' : options.static ? 'static' : 'dynamic';
  const dataOffset = dataOffsetFor(blocks);
  const values: Header = {
    text: TEXT, signature: SIGNATURE, version: VERSION, headerSize: HEADER_SIZE, imageType: IMAGE_TYPES[type], imageFlags: 0, comment: '', blocksOffset: BLOCKS_OFFSET, dataOffset,
    legacyCylinders: 0, legacyHeads: 0, legacySectors: 0, sectorSize: SECTOR_BYTES, dummy: 0, diskSize: size, blockSize: options.block_size, blockExtra: 0, blocksInImage: blocks,
    blocksAllocated: type === 'static' ? blocks : 0, imageUuid: uuid(random), modifyUuid: uuid(random), linkUuid: below?.header.imageUuid ?? NIL_UUID, parentModifyUuid: below?.header.modifyUuid ?? NIL_UUID,
    cylinders: 0, heads: 0, sectors: 0, geometrySectorSize: SECTOR_BYTES,
  };
  await store.resize(type === 'static' ? dataOffset + blocks * options.block_size : dataOffset);
  await writeEntries(store, BLOCKS_OFFSET, 0, blocks, type === 'static' ? (block) => block : () => BLOCK_FREE);
  // The header comes last: an interrupted creation leaves nothing that looks like an image.
  await store.flush();
  await store.write(0, header.encode(values, SECTOR_BYTES));
  return new VdiImage(store, values, true);
}

/** Entries `from` to `to - 1`, by pieces. */
export async function writeEntries(store: Store, tableOffset: number, from: number, to: number, entry: (block: number) => number): Promise<void> {
  const piece = new DataView(new ArrayBuffer(Math.min(TABLE_PIECE_BYTES, Math.max(0, to - from) * 4)));
  for (let block = from; block < to;) {
    const count = Math.min(piece.byteLength / 4, to - block);
    for (let i = 0; i < count; i++) piece.setUint32(i * 4, entry(block + i), true);
    await store.write(tableOffset + block * 4, new Uint8Array(piece.buffer, 0, count * 4));
    block += count;
  }
}

/** Of version 4, variant 1. */
function uuid(random: (length: number) => Uint8Array): string {
  const bytes = random(16).slice();
  bytes[7] = (bytes[7]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return guidText(bytes);
}
