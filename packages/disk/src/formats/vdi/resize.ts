/** A VDI of another size. The header changes last and in one sector; until then the image is the old one. */
import { beyondLimit } from '../../errors.ts';
import { dataOffsetFor, writeEntries } from './create.ts';
import type { VdiImage } from './image.ts';
import { BLOCK_FREE, BLOCK_ZERO, MOST_BLOCKS } from './layout.ts';

export async function resizeVdi(image: VdiImage, size: number): Promise<void> {
  const { header, store } = image;
  const blocks = Math.ceil(size / header.blockSize);
  if (blocks > MOST_BLOCKS) throw beyondLimit(`a disk of ${size} bytes has more than ${MOST_BLOCKS} blocks of ${header.blockSize}`, { path: store.name, op: 'resize' });
  await image.flush();
  if (size < image.size) {
    Object.assign(header, { diskSize: size, blocksInImage: blocks });
    await image.writeHeader();
    await store.flush();
    await reopen(image);
    await image.compact();
    return;
  }
  await clearTail(image, size);
  if (header.blocksOffset + blocks * 4 > header.dataOffset) await moveTable(image, blocks);
  const old = header.blocksInImage;
  const isStatic = image.type === 'static';
  const { slots } = image.blockTable;
  if (isStatic && blocks > old) {
    await store.resize(header.dataOffset + (slots + blocks - old) * (header.blockSize + header.blockExtra));
    header.blocksAllocated = slots + blocks - old;
  }
  // What is beyond the old end of a differencing image is not the parent's, which may be longer.
  const entry = image.isLayer ? BLOCK_ZERO : BLOCK_FREE;
  await writeEntries(store, header.blocksOffset, old, blocks, isStatic ? (block) => slots + block - old : () => entry);
  await store.flush();
  Object.assign(header, { diskSize: size, blocksInImage: Math.max(old, blocks) });
  await image.writeHeader();
  await store.flush();
  await reopen(image);
}

async function reopen(image: VdiImage): Promise<void> {
  image.blockTable = image.makeTable();
  await image.blockTable.prepare(await image.blockTable.scan(), image.header.blocksAllocated);
}

/** The last block may have had other contents beyond the old end. */
async function clearTail(image: VdiImage, size: number): Promise<void> {
  const end = Math.min(size, Math.ceil(image.size / image.blockBytes) * image.blockBytes);
  if (end === image.size) return;
  const block = Math.floor(image.size / image.blockBytes);
  const place = await image.blockTable.place(block);
  if (place >= 0) await image.store.write(place + (image.size % image.blockBytes), new Uint8Array(end - image.size));
}

/**
 * Room for a larger map: blocks at the front of the area move to its end, and the new map is written where they were. Until the header names it the old map, which knows the
 * blocks' new places, is in force.
 */
async function moveTable(image: VdiImage, blocks: number): Promise<void> {
  const { header, store, blockTable: table } = image;
  const slotBytes = header.blockSize + header.blockExtra;
  const tableEnd = header.dataOffset + blocks * 4;
  // As many slots as make the area begin where a new image's would, or a little further.
  const shift = Math.max(1, Math.ceil((Math.max(tableEnd, dataOffsetFor(blocks)) - header.dataOffset) / slotBytes));
  await table.vacate(shift);
  header.blocksAllocated = table.slots;
  await image.writeHeader();
  await table.commit();
  const moved = new Uint32Array(header.blocksInImage);
  for (let block = 0; block < moved.length; block++) {
    const place = await table.place(block);
    moved[block] = place < 0 ? table.shape.encode(place) : table.slotOf(place) - shift;
  }
  await store.resize(Math.max(store.length, header.dataOffset + shift * slotBytes));
  await writeEntries(store, header.dataOffset, 0, moved.length, (block) => moved[block]!);
  await store.flush();
  Object.assign(header, { blocksOffset: header.dataOffset, dataOffset: header.dataOffset + shift * slotBytes, blocksAllocated: table.slots - shift });
  await image.writeHeader();
  await store.flush();
  await reopen(image);
}
