/**
 * An image written from its first byte to its last: header, refcounts, L1 table, L2 tables, all from what is said beforehand to come, then the data in the order of the disk.
 */
import { DiskError, unsupported } from '../../errors.ts';
import type { ImageStream, StreamContext } from '../../format.ts';
import { MemoryStore } from '../../store/memory-store.ts';
import { checkOptions, encodeCounts, geometryFor, newHeader, planCounts } from './create.ts';
import type { Qcow2Options } from './create.ts';
import { l1EntriesFor, wholeClusters } from './geometry.ts';
import { COPIED_HIGH, HIGH, MOST_L1_BYTES } from './layout.ts';

export async function streamQcow2({ write, size, extents }: StreamContext, options: Qcow2Options): Promise<ImageStream> {
  checkOptions(options, false);
  if (options.data_file !== undefined) throw unsupported('a stream has no data file beside it', { op: 'create' });
  if (options['encrypt.format'] !== undefined) throw unsupported('a stream is not enciphered', { op: 'create' }, 'write to a file');
  const geometry = geometryFor(options);
  const { clusterBytes, l2Entries, l2EntryBytes, hasSubclusters } = geometry;
  const l1Entries = l1EntriesFor(geometry, size);
  if (l1Entries * 8 > MOST_L1_BYTES) throw unsupported(`a disk of ${size} bytes is too large for clusters of ${clusterBytes}`, { op: 'create' }, 'say a larger cluster_size');
  /** First cluster of the disk and how many, joined and whole: what several extents touch is one cluster. */
  const runs: { first: number; end: number }[] = [];
  for (const { start, length } of extents) {
    if (length === 0) continue;
    const first = Math.floor(start / clusterBytes), end = Math.ceil((start + length) / clusterBytes);
    const last = runs.at(-1);
    if (last !== undefined && first <= last.end) last.end = Math.max(last.end, end);
    else runs.push({ first, end });
  }
  const dataClusters = runs.reduce((sum, { first, end }) => sum + end - first, 0);
  const tables: number[] = [];
  for (const { first, end } of runs) {
    for (let table = Math.max(Math.floor(first / l2Entries), (tables.at(-1) ?? -1) + 1); table <= Math.floor((end - 1) / l2Entries); table++) tables.push(table);
  }
  const l1Clusters = wholeClusters(geometry, Math.max(1, l1Entries) * 8) / clusterBytes;
  const plan = planCounts(geometry, 1, l1Clusters + tables.length + dataClusters);
  const l1At = 1 + plan.tableClusters + plan.blocks;
  const l2At = l1At + l1Clusters;
  const dataAt = l2At + tables.length;

  const header = newHeader(new MemoryStore('stream'), size, options);
  Object.assign(header.fields, { refcount_table_offset: clusterBytes, refcount_table_clusters: plan.tableClusters, l1_table_offset: l1At * clusterBytes, l1_size: l1Entries });
  await write(header.encode());
  await write(encodeCounts(geometry, plan, clusterBytes, plan.used));
  const l1 = new DataView(new ArrayBuffer(l1Clusters * clusterBytes));
  tables.forEach((table, i) => setEntry(l1, table * 8, (l2At + i) * clusterBytes));
  await write(new Uint8Array(l1.buffer));
  let place = dataAt * clusterBytes;
  let run = 0;
  for (const table of tables) {
    const bytes = new Uint8Array(clusterBytes);
    const view = new DataView(bytes.buffer);
    const tableEnd = (table + 1) * l2Entries;
    for (; run < runs.length && runs[run]!.first < tableEnd; run++) {
      const { first, end } = runs[run]!;
      for (let cluster = Math.max(first, table * l2Entries); cluster < Math.min(end, tableEnd); cluster++) {
        const at = (cluster % l2Entries) * l2EntryBytes;
        setEntry(view, at, place);
        if (hasSubclusters) view.setUint32(at + 12, 0xffff_ffff);
        place += clusterBytes;
      }
      if (end > tableEnd) break;
    }
    await write(bytes);
  }

  let nextRun = 0, next = runs[0]?.first ?? Infinity;
  const zeros = new Uint8Array(clusterBytes);
  /** Clusters that were announced and have nothing but zeros. */
  const step = async (bytes: Uint8Array): Promise<void> => {
    await write(bytes);
    if (++next < runs[nextRun]!.end) return;
    next = runs[++nextRun]?.first ?? Infinity;
  };
  const skipTo = async (cluster: number): Promise<void> => {
    for (let before = next; before < cluster; before = next) await step(zeros);
  };
  return {
    blockBytes: clusterBytes,
    async put(at, bytes) {
      const cluster = at / clusterBytes;
      await skipTo(cluster);
      if (next !== cluster) throw new DiskError({ code: 'DISK_OUT_OF_RANGE', kind: 'range', message: `the block at ${at} was not announced, or comes too late`, context: { op: 'create' } });
      let block = bytes;
      if (bytes.length < clusterBytes) {
        block = new Uint8Array(clusterBytes);
        block.set(bytes);
      }
      await step(block);
    },
    async finish() {
      await skipTo(Infinity);
    },
  };
}

function setEntry(view: DataView, at: number, offset: number): void {
  view.setUint32(at, Math.floor(offset / HIGH) + COPIED_HIGH);
  view.setUint32(at + 4, offset % HIGH);
}
