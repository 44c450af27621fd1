import { describe, expect, it } from 'vitest';
import { findSelector } from './dispatch.ts';

const choose = (distances: readonly number[], distance: number): number | undefined => {
  const selector = findSelector(distances)!;
  return selector.choices[Math.imul(distance, selector.multiplier) >>> selector.shift];
};

describe('findSelector', () => {
  it('tells places apart, before and after the page, however near', () => {
    for (const distances of [[0, 1, 2], [-4096, 0, 4096, 8192], [0x1f0, 0x210, 0x230, 0x260, 0x290, 0x2b8, 0x2e0, 0x308], [-0x7fff_ffff, 0x7fff_ffff, 3]]) {
      distances.forEach((distance, n) => expect(choose(distances, distance)).toBe(n));
    }
  });

  it('finds a table for forty handlers of a byte-code interpreter', () => {
    const distances = Array.from({ length: 40 }, (_, n) => n * n * 7 + n * 5);
    distances.forEach((distance, n) => expect(choose(distances, distance)).toBe(n));
    expect(findSelector(distances)!.choices.filter((choice) => choice >= 0)).toHaveLength(40);
  });

  it('gives up where places are the same', () => {
    expect(findSelector([5, 5])).toBeUndefined();
  });
});
