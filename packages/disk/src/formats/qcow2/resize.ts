/** Another size of the disk. */
import { DiskError, beyondLimit } from '../../errors.ts';
import { unpack } from '../../codec.ts';
import { placeIn, readBytes } from '../../store/store.ts';
import { l1EntriesFor, wholeClusters } from './geometry.ts';
import { MOST_L1_BYTES } from './layout.ts';
import type { State } from './state.ts';

/**
 * What is cut off is gone; what is new reads as zeros. Where a part of the last block was the parent's, that block's new part is the caller's to zero: the parent is not known here.
 * @throws DiskError
 */
export async function resize(state: State, size: number): Promise<void> {
  const { header, store } = state;
  const { fields } = header;
  if (size % 512 !== 0) throw new DiskError({ code: 'DISK_OPTION_INVALID', kind: 'usage', message: `${size} is not a multiple of 512`, context: { path: store.name, op: 'resize' } });
  if (fields.nb_snapshots > 0 && fields.version === 2) {
    throw new DiskError({ code: 'DISK_OPERATION_UNSUPPORTED', kind: 'unsupported', message: 'has snapshots, which in version 2 have no size of their own', context: { path: store.name, op: 'resize' }, hint: 'amend it with compat=1.1' });
  }
  await state.mark();
  if (size > fields.size) await grow(state, size);
  else if (size < fields.size) await shrink(state, size);
}

async function grow(state: State, size: number): Promise<void> {
  const { header, geometry, l1, store, refcounts, dataFile, writer } = state;
  const { fields } = header;
  const { clusterBytes } = geometry;
  const entries = l1EntriesFor(geometry, size);
  if (entries * 8 > MOST_L1_BYTES) throw beyondLimit(`a disk of ${size} bytes is too large for clusters of ${clusterBytes}`, placeIn(store, 24, 'size'));
  const oldSize = fields.size;
  await clearTail(state);
  const old = { offset: l1.offset, length: l1.byteLength };
  let newOffset: number | undefined;
  if (entries > l1.entries) {
    const bytes = new Uint8Array(wholeClusters(geometry, entries * 8));
    await state.settle();
    newOffset = await refcounts.allocate(bytes.length / clusterBytes);
    bytes.set(l1.bytes);
    await store.write(newOffset, bytes);
    l1.moved(newOffset, bytes.slice(0, entries * 8));
  }
  if (dataFile !== undefined && dataFile.length < size) await dataFile.resize(size);
  await state.settle();
  // One write of one sector: size, place and length of the table change together.
  Object.assign(fields, { size, l1_size: l1.entries, l1_table_offset: l1.offset });
  await header.writeFields();
  await store.flush();
  if (newOffset !== undefined && old.length > 0) refcounts.free(old.offset, old.length);
  if (header.backingFile !== undefined) await hideParent(state, Math.ceil(oldSize / clusterBytes) * clusterBytes, size, writer);
  await state.settle();
}

/** The parent may be larger than the disk was. */
async function hideParent({ geometry }: State, from: number, size: number, writer: State['writer']): Promise<void> {
  if (from >= size) return;
  if (geometry.version > 2) return writer.clear(from, size, 'zero', false);
  const zeros = new Uint8Array(geometry.clusterBytes);
  for (let at = from; at < size; at += zeros.length) await writer.put(at, zeros);
}

/** What the last block has beyond the end of the disk comes to light when it grows. */
async function clearTail(state: State): Promise<void> {
  const { header, geometry, map, writer } = state;
  const { size } = header.fields;
  const { clusterBytes, subclusterBytes } = geometry;
  const end = Math.ceil(size / clusterBytes) * clusterBytes;
  for (let at = size; at < end;) {
    const run = await map.locate(at, end - at);
    const block = at - (at % subclusterBytes);
    if (run.kind === 'data' && run.isShared !== true) await run.store.write(run.offset, new Uint8Array(run.length));
    else if (run.kind === 'data' || run.kind === 'packed') {
      const bytes = new Uint8Array(run.kind === 'data' ? subclusterBytes : clusterBytes);
      const start = at - (at % bytes.length);
      if (run.kind === 'data') bytes.set(await readBytes(run.store, run.offset - (at - block), at - block));
      else bytes.set((await unpack(run.block.codec, await readBytes(run.block.store, run.block.offset, run.block.packedLength), clusterBytes, placeIn(run.block.store, run.block.offset))).subarray(0, run.skip));
      await writer.put(start, bytes);
      at = start + bytes.length;
      continue;
    }
    at += run.length;
  }
}

/** The header says it first: from then on nothing needs what is cut off. */
async function shrink(state: State, size: number): Promise<void> {
  const { header, geometry, l1, store, refcounts, dataFile, writer, tables } = state;
  const { fields } = header;
  const { clusterBytes } = geometry;
  const oldSize = fields.size;
  await state.settle();
  fields.size = size;
  await header.writeFields();
  await store.flush();
  const first = Math.ceil(size / clusterBytes) * clusterBytes;
  if (first < oldSize) await writer.clear(first, Math.ceil(oldSize / clusterBytes) * clusterBytes, 'absent', false);
  for (let index = l1EntriesFor(geometry, size); index < l1.entries; index++) {
    const offset = l1.l2Offset(index);
    if (offset === 0) continue;
    l1.set(index, 0, false);
    refcounts.free(offset, clusterBytes);
  }
  await state.settle();
  tables.forget();
  await state.settle();
  if (dataFile !== undefined && dataFile.length > size) await dataFile.resize(size);
}
