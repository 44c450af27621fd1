/** Refcounts made anew from what was counted, and COPIED flags made to fit them. */
import { beyondLimit } from '../../errors.ts';
import { placeIn } from '../../store/store.ts';
import { offsetOf } from './cluster-map.ts';
import { geometryOf } from './geometry.ts';
import { COMPRESSED_HIGH, COPIED_HIGH, HIGH, Incompatible, MOST_REFCOUNT_TABLE_BYTES } from './layout.ts';
import type { ReferenceCounts } from './reference-counts.ts';
import { refcountAccess } from './refcounts.ts';
import type { State } from './state.ts';

/**
 * Writes a new refcount table and new blocks after everything that is referred to, then has the header point there. What the old ones occupied is free then.
 * @param references those of everything but the old table and its blocks, or of them too
 * @param refcountOrder another width, for `amend`
 */
export async function rebuildCounts(state: State, references: ReferenceCounts, refcountOrder = state.header.fields.refcount_order): Promise<void> {
  const { header, store, refcounts } = state;
  const { fields } = header;
  const { clusterBytes } = state.geometry;
  const geometry = geometryOf({ version: fields.version, clusterBits: fields.cluster_bits, refcountOrder, hasSubclusters: header.has(Incompatible.extendedL2) });
  const { refcountsPerBlock } = geometry;
  forgetOldCounts(state, references);
  // Beyond the end of the file too, so that nothing that was ever there is overwritten.
  const first = Math.max(references.end(), references.clusters);
  const isNeeded = (index: number): boolean => references.hasAny(index * refcountsPerBlock, Math.min(references.clusters, (index + 1) * refcountsPerBlock));
  const needed: number[] = [];
  for (let index = 0; index * refcountsPerBlock < references.clusters; index++) if (isNeeded(index)) needed.push(index);
  let extra = 0, tableClusters = 1;
  const lastIndex = (): number => Math.floor((first + tableClusters + needed.length + extra - 1) / refcountsPerBlock);
  // Those that count the new clusters themselves.
  const firstOwn = Math.floor(first / refcountsPerBlock);
  const known = new Set(needed);
  for (;;) {
    const last = lastIndex();
    let count = 0;
    for (let index = firstOwn; index <= last; index++) if (!known.has(index)) count++;
    const table = Math.ceil(((last + 1) * 8) / clusterBytes);
    if (count <= extra && table <= tableClusters) break;
    extra = Math.max(extra, count);
    tableClusters = Math.max(tableClusters, table);
  }
  if (tableClusters * clusterBytes > MOST_REFCOUNT_TABLE_BYTES) throw beyondLimit('the refcounts need a table that is larger than is accepted', placeIn(store, fields.refcount_table_offset, 'refcount_table_clusters'));
  const indexes = [...needed];
  for (let index = firstOwn; index <= lastIndex(); index++) if (!known.has(index)) indexes.push(index);
  const end = first + tableClusters + indexes.length;
  const table = new Uint8Array(tableClusters * clusterBytes);
  const tableView = new DataView(table.buffer);
  const access = refcountAccess(geometry.refcountBits);
  for (const [i, index] of indexes.entries()) {
    const block = new DataView(new ArrayBuffer(clusterBytes));
    for (let n = 0; n < refcountsPerBlock; n++) {
      const cluster = index * refcountsPerBlock + n;
      const count = cluster >= first && cluster < end ? 1 : references.get(cluster);
      if (count > geometry.mostRefcount) throw beyondLimit(`a cluster has ${count} references; refcounts of ${geometry.refcountBits} bits hold ${geometry.mostRefcount}`, placeIn(store, cluster * clusterBytes, 'refcount'));
      if (count > 0) access.set(block, n, count);
    }
    const offset = (first + tableClusters + i) * clusterBytes;
    await store.write(offset, new Uint8Array(block.buffer));
    tableView.setUint32(index * 8, Math.floor(offset / HIGH));
    tableView.setUint32(index * 8 + 4, offset % HIGH);
  }
  await store.write(first * clusterBytes, table);
  await store.flush();
  Object.assign(fields, { refcount_table_offset: first * clusterBytes, refcount_table_clusters: tableClusters, refcount_order: refcountOrder });
  header.measureAgain();
  await header.writeFields();
  await store.flush();
  await refcounts.reload();
}

/** The old table and blocks have no reference any longer. */
function forgetOldCounts({ header, refcounts, geometry }: State, references: ReferenceCounts): void {
  const { fields } = header;
  const { clusterBytes } = geometry;
  const forget = (offset: number, clusters: number): void => {
    for (let i = 0; i < clusters; i++) if (offset / clusterBytes + i < references.clusters) references.remove(Math.floor(offset / clusterBytes) + i);
  };
  if (refcounts.tableEntries === 0) return;
  forget(fields.refcount_table_offset, fields.refcount_table_clusters);
  for (let index = 0; index < refcounts.tableEntries; index++) {
    const offset = refcounts.blockOffset(index);
    if (offset !== 0 && offset % clusterBytes === 0) forget(offset, 1);
  }
}

/** In the active tables the flag says: exactly one reference. */
export async function setCopiedFlags(state: State): Promise<void> {
  const { l1, map, tables, refcounts, geometry } = state;
  const { clusterBytes, l2EntryBytes } = geometry;
  for (let index = 0; index < l1.entries; index++) {
    const place = l1.l2Offset(index);
    if (place === 0 || place % clusterBytes !== 0 || place + clusterBytes > state.store.length) continue;
    const isCopied = (await refcounts.get(place / clusterBytes)) === 1;
    if (isCopied !== l1.isCopied(index)) l1.set(index, place, isCopied);
    // A table that overlaps others cannot be put right here.
    const table = await Promise.resolve().then(() => map.table(index)).catch(() => undefined);
    if (table === undefined) continue;
    for (let at = 0; at < clusterBytes; at += l2EntryBytes) {
      const high = table.view.getUint32(at), offset = offsetOf(high, table.view.getUint32(at + 4));
      if ((high & COMPRESSED_HIGH) !== 0 || offset === 0 || offset % clusterBytes !== 0 || state.dataFile !== undefined) continue;
      const wanted = (await refcounts.get(offset / clusterBytes)) === 1;
      if (wanted === ((high & COPIED_HIGH) !== 0)) continue;
      table.view.setUint32(at, wanted ? (high | COPIED_HIGH) >>> 0 : high & ~COPIED_HIGH);
      tables.changed(table, at, 4);
    }
    if (tables.changedBytes > 4 * 1024 * 1024) await state.commit();
  }
}
