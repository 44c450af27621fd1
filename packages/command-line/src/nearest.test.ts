import { describe, expect, it } from 'vitest';
import { nearest } from './nearest.ts';

describe('nearest', () => {
  const names = ['kernel', 'initrd', 'memory', 'cpus'];
  it.each([['kernal', 'kernel'], ['MEMROY', 'memory'], ['kenrle', 'kernel'], ['cpu', 'cpus'], ['initramfs', undefined], ['x', undefined]])('%s means %s', (word, name) => {
    expect(nearest(word, names)).toBe(name);
  });
});
