import { describe, expect, it } from 'vitest';
import { pack, unpack } from '../codec.ts';
import type { Codec } from '../codec.ts';
import { RandomSource } from '../testing/random-source.ts';
import { packInto, unpackInto } from './codec-streams.ts';

const CODECS: readonly Codec[] = [
  { name: 'deflate', windowBits: 12 }, { name: 'deflate', windowBits: 12, level: 1 }, { name: 'deflate' }, { name: 'zlib' }, { name: 'zlib', level: 9 }, { name: 'zstd' }, { name: 'zstd', level: 9 },
];

/** Text-like, random, and constant blocks. */
const BLOCKS = [1, 2, 3].map((seed) => {
  const random = new RandomSource(seed);
  return seed === 1 ? random.bytes(65_536) : Uint8Array.from({ length: 30_000 * seed }, () => (seed === 3 ? 5 : random.below(7) * random.below(9)));
});

describe.each(CODECS)('one stream for all blocks: $name, level $level', (codec) => {
  it('gives the bytes of the one that is made for each', () => {
    for (const block of [...BLOCKS, ...BLOCKS]) {
      const expected = pack(codec, block);
      const into = new Uint8Array(block.length + 2000);
      const length = packInto(codec, block, into);
      expect(length, 'the stream is driven').toBe(expected.length);
      expect(Buffer.compare(into.subarray(0, length), expected)).toBe(0);
      const back = new Uint8Array(block.length);
      expect(unpackInto(codec, Buffer.concat([expected, new Uint8Array(100).fill(7)]), back)).toBe(true);
      expect(Buffer.compare(back, block)).toBe(0);
    }
  });

  it('is as new after a damaged block, and after one that was cut', () => {
    const [, block] = BLOCKS;
    const good = pack(codec, block!);
    const back = new Uint8Array(block!.length);
    const damaged = Uint8Array.from(good);
    damaged.fill(0xff, 0, 40);
    expect(unpackInto(codec, damaged, back)).toBe(false);
    expect(unpackInto(codec, good.subarray(0, good.length >> 1), back)).toBe(false);
    expect(packInto(codec, block!, new Uint8Array(100))).toBe(undefined);
    expect(unpackInto(codec, good, back)).toBe(true);
    expect(Buffer.compare(back, block!)).toBe(0);
    const into = new Uint8Array(block!.length + 2000);
    expect(packInto(codec, block!, into)).toBe(good.length);
  });

  it('ends at the block, where the data goes on', () => {
    const [, block] = BLOCKS;
    const back = new Uint8Array(1000);
    expect(unpackInto(codec, pack(codec, block!), back)).toBe(true);
    expect(Buffer.compare(back, block!.subarray(0, 1000))).toBe(0);
  });

  it('leaves to others what it cannot do', () => {
    expect(unpackInto({ name: 'bzip2' }, new Uint8Array(10), new Uint8Array(10))).toBe(false);
    expect(unpack(codec, pack(codec, BLOCKS[2]!), BLOCKS[2]!.length, {})).toHaveLength(BLOCKS[2]!.length);
  });
});
