import { describe, expect, it } from 'vitest';
import { RECORD_BYTES, record } from '../decode/record.ts';
import { overlaps, regionBytes } from './region-bytes.ts';
import type { RegionBlock, RegionJob } from './region-job.ts';

/** A job of blocks: [page, [offset, length] …] each, in two pages that follow each other. */
const job = (...blocks: readonly (readonly [number, ...(readonly [number, number])[]])[]): RegionJob => {
  const instructions = blocks.flatMap(([, ...list]) => list as [number, number][]);
  const records = new Uint8Array(instructions.length * RECORD_BYTES);
  const view = new DataView(records.buffer);
  instructions.forEach(([offset, length], i) => {
    view.setUint16(i * RECORD_BYTES + record.pageOffset, offset, true);
    view.setUint8(i * RECORD_BYTES + record.length, length);
  });
  let first = 0;
  const described = blocks.map(([page, ...list]) => ({ page, first: (first += list.length) - list.length, count: list.length }) as RegionBlock);
  return { blocks: described, records, pages: [{ delta: 0 }, { delta: 1 }] } as unknown as RegionJob;
};

describe('the bytes of a region', () => {
  it('are ranges of each page, joined where they touch', () => {
    expect(regionBytes(job([0, [0x20, 3], [0x23, 5]], [1, [0x40, 2]], [0, [0x10, 4]], [0, [0x14, 2]]))).toEqual([[0x10, 0x16, 0x20, 0x28], [0x40, 0x42]]);
  });

  it('are in both pages of an instruction that straddles them', () => {
    expect(regionBytes(job([0, [0xffd, 7]], [1, [4, 1]]))).toEqual([[0xffd, 0x1000], [0, 5]]);
  });

  it('overlap with what has a byte of them', () => {
    const ranges = [0x10, 0x16, 0x20, 0x28];
    expect([[0, 0x10], [0x16, 0x20], [0x28, 0x100]].map(([start, end]) => overlaps(ranges, start!, end!))).toEqual([false, false, false]);
    expect([[0, 0x11], [0x15, 0x16], [0x17, 0x21], [0x27, 0x28], [0, 0x1000]].map(([start, end]) => overlaps(ranges, start!, end!))).toEqual([true, true, true, true, true]);
  });
});
