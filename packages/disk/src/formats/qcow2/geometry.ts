/** Sizes that follow from a header: how large a cluster, a table, a refcount is. */
import { SUBCLUSTERS } from './layout.ts';

export interface Geometry {
  readonly version: number;
  readonly clusterBits: number;
  readonly clusterBytes: number;
  readonly hasSubclusters: boolean;
  /** The unit of allocation: a cluster, or one of its 32 subclusters. */
  readonly subclusterBytes: number;
  readonly l2EntryBytes: 8 | 16;
  /** Of an L2 table, which is one cluster. */
  readonly l2Entries: number;
  /** Bytes of the disk that an L2 table maps. */
  readonly l2Reach: number;
  readonly refcountBits: number;
  readonly mostRefcount: number;
  /** Of a refcount block, which is one cluster. */
  readonly refcountsPerBlock: number;
}

export function geometryOf(header: { readonly version: number; readonly clusterBits: number; readonly refcountOrder: number; readonly hasSubclusters: boolean }): Geometry {
  const { version, clusterBits, hasSubclusters } = header;
  const clusterBytes = 2 ** clusterBits;
  const l2EntryBytes = hasSubclusters ? 16 : 8;
  const refcountBits = 2 ** header.refcountOrder;
  return {
    version, clusterBits, clusterBytes, hasSubclusters, subclusterBytes: hasSubclusters ? clusterBytes / SUBCLUSTERS : clusterBytes, l2EntryBytes, l2Entries: clusterBytes / l2EntryBytes,
    l2Reach: (clusterBytes / l2EntryBytes) * clusterBytes, refcountBits,
    // Numbers count exactly to 2^53, and no cluster has as many references.
    mostRefcount: refcountBits < 53 ? 2 ** refcountBits - 1 : Number.MAX_SAFE_INTEGER,
    refcountsPerBlock: (clusterBytes * 8) / refcountBits,
  };
}

export const clustersIn = (geometry: Geometry, bytes: number): number => Math.ceil(bytes / geometry.clusterBytes);
export const l1EntriesFor = (geometry: Geometry, size: number): number => Math.ceil(size / geometry.l2Reach);
export const wholeClusters = (geometry: Geometry, bytes: number): number => clustersIn(geometry, bytes) * geometry.clusterBytes;
