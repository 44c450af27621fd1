/** A walk through all tables of a QED image. */
import { beyondLimit } from '../../errors.ts';
import type { QedImage } from './image.ts';
import { ZERO_CLUSTER } from './layout.ts';

interface QedProblem {
  readonly message: string;
  /** Of the entry. */
  readonly offset: number;
  /** In which table the entry is. */
  readonly level: 1 | 2;
}

export interface QedScan {
  readonly problems: readonly QedProblem[];
  readonly allocated: number;
  readonly leaks: number;
  /** After the last cluster in use. */
  readonly end: number;
}

/** Of 4 KiB: files of up to 2 TiB; of 64 KiB, 32 TiB. */
const MOST_CLUSTERS = 512 * 1024 * 1024;

export async function scanTables(image: QedImage): Promise<QedScan> {
  const { store, l1, l2, entries, blockBytes, header } = image;
  const clustersThere = Math.ceil(store.length / blockBytes);
  if (clustersThere > MOST_CLUSTERS) throw beyondLimit(`its file has ${clustersThere} clusters`, { path: store.name });
  const used = new Uint8Array(Math.ceil(clustersThere / 8));
  const problems: QedProblem[] = [];
  let count = 0, allocated = 0, end = 0;
  const take = (place: number, clusters: number, offset: number, level: 1 | 2): boolean => {
    const first = place / blockBytes;
    const what = level === 1 ? 'an L2 table' : 'a cluster';
    if (!Number.isInteger(first) || first < header.headerSize || first + clusters > clustersThere) {
      problems.push({ message: `${what} is at ${place}, which is no place for one in a file of ${store.length} bytes`, offset, level });
      return false;
    }
    for (let cluster = first; cluster < first + clusters; cluster++) {
      if ((used[cluster >> 3]! & (1 << (cluster & 7))) !== 0) {
        problems.push({ message: `${what} is at ${place}, where something else is too`, offset, level });
        return false;
      }
    }
    for (let cluster = first; cluster < first + clusters; cluster++) used[cluster >> 3]! |= 1 << (cluster & 7);
    count += clusters;
    end = Math.max(end, place + clusters * blockBytes);
    return true;
  };
  take(header.l1TableOffset, header.tableSize, 0, 1);
  const tables = Math.ceil(image.size / blockBytes / entries);
  for (let table = 0; table < tables; table++) {
    const l1Offset = header.l1TableOffset + table * 8;
    for (let loading; (loading = l1.load(l1Offset)) !== undefined;) await loading;
    const place = l1.u64(l1Offset);
    if (place === 0 || !take(place, header.tableSize, l1Offset, 1)) continue;
    const stop = place + Math.min(entries, Math.ceil(image.size / blockBytes) - table * entries) * 8;
    for (let offset = place; offset < stop;) {
      for (let loading; (loading = l2.load(offset)) !== undefined;) await loading;
      for (const pageStop = Math.min(stop, l2.pageEnd(offset)); offset < pageStop; offset += 8) {
        const cluster = l2.u64(offset);
        if (cluster > ZERO_CLUSTER && take(cluster, 1, offset, 2)) allocated++;
      }
    }
  }
  return { problems, allocated, leaks: clustersThere - header.headerSize - count, end };
}
