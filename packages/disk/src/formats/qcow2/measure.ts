/** How large a file for a disk of a size would be. */
import type { Measure } from '../../format.ts';
import { geometryFor, planCounts } from './create.ts';
import type { Qcow2Options } from './create.ts';
import { encryptionHeaderBytes, encryptionOf } from './encryption.ts';
import { clustersIn, l1EntriesFor } from './geometry.ts';
import type { Geometry } from './geometry.ts';

/** @param data bytes of whole clusters that hold something */
export function measure(size: number, data: number, options: Qcow2Options): Measure {
  const geometry = geometryFor(options);
  const hasDataFile = options.data_file !== undefined;
  const encryptionClusters = clustersIn(geometry, encryptionHeaderBytes(encryptionOf(options)));
  // All L2 tables are counted, as qemu-img does, although those for empty parts are not made.
  const fullyAllocated = sizeWith(geometry, size, hasDataFile ? 0 : clustersIn(geometry, size), encryptionClusters);
  return { required: sizeWith(geometry, size, hasDataFile ? 0 : clustersIn(geometry, size), encryptionClusters) - (hasDataFile ? 0 : clustersIn(geometry, size) * geometry.clusterBytes) + (hasDataFile ? 0 : data), fullyAllocated };
}

function sizeWith(geometry: Geometry, size: number, dataClusters: number, encryptionClusters: number): number {
  const l1Entries = l1EntriesFor(geometry, size);
  const l1Clusters = Math.max(1, clustersIn(geometry, l1Entries * 8));
  return planCounts(geometry, 1, l1Clusters + l1Entries + dataClusters + encryptionClusters).used * geometry.clusterBytes;
}
