/** Which bytes of its pages a region was made of: a store to others leaves it as it is. */
import { PAGE_BYTES } from '../../memory/layout.ts';
import { RECORD_BYTES, record } from '../decode/record.ts';
import type { RegionJob } from './region-job.ts';

/** Ranges of offsets of one page: start, end, start, end, …, in ascending order. */
export type ByteRanges = readonly number[];

/** Of each of the job's pages. */
export const regionBytes = ({ blocks, pages, records }: RegionJob): readonly ByteRanges[] => {
  const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
  const found: [number, number][][] = pages.map(() => []);
  for (const { first, count, page } of blocks) {
    for (let i = first; i < first + count; i++) {
      const start = view.getUint16(i * RECORD_BYTES + record.pageOffset, true);
      const end = start + view.getUint8(i * RECORD_BYTES + record.length);
      found[page]!.push([start, Math.min(end, PAGE_BYTES)]);
      if (end <= PAGE_BYTES) continue;
      const next = pages.findIndex(({ delta }) => delta === pages[page]!.delta + 1);
      found[next]!.push([0, end - PAGE_BYTES]);
    }
  }
  return found.map(merge);
};

const merge = (ranges: [number, number][]): ByteRanges => {
  const merged: number[] = [];
  for (const [start, end] of ranges.sort(([a], [b]) => a - b)) {
    const last = merged.length - 1;
    if (last > 0 && start <= merged[last]!) merged[last] = Math.max(merged[last]!, end);
    else merged.push(start, end);
  }
  return merged;
};

export const overlaps = (ranges: ByteRanges, start: number, end: number): boolean => {
  for (let i = 0; i < ranges.length; i += 2) if (ranges[i]! < end && ranges[i + 1]! > start) return true;
  return false;
};
