import { describe, expect, it } from 'vitest';
import { Disk } from '../disk.ts';
import { DiskError } from '../errors.ts';
import { createIn } from '../open-disk.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { LayerImage } from '../testing/layer-image.ts';
import { RandomSource } from '../testing/random-source.ts';
import { benchDisk } from './bench.ts';
import { commitLayers } from './commit.ts';
import { rebaseDisk, renameParent } from './rebase.ts';
import { resizeDisk } from './resize.ts';

const BLOCK = 4096;
const contents = async (disk: Disk): Promise<Buffer> => {
  const bytes = Buffer.alloc(disk.size);
  await disk.read(0, bytes);
  return bytes;
};

/** Random writes and zeros over a disk. */
async function scribble(disk: Disk, random: RandomSource, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    const at = random.below(disk.size / 512) * 512;
    const length = Math.min(disk.size - at, (1 + random.below(24)) * 512);
    if (random.isOnceIn(3)) await disk.zero(at, length);
    else await disk.write(at, random.bytes(length));
  }
}

describe('commit', () => {
  it.each([[1, 64], [2, 64], [1, 96], [2, 48], [3, 64]])('depth %i, base of %i blocks: the base becomes what the top was', async (depth, baseBlocks) => {
    for (let seed = 1; seed <= 5; seed++) {
      const random = new RandomSource(seed);
      const base = new Disk({ image: new LayerImage('base', baseBlocks * BLOCK) });
      await scribble(base, random, 40);
      let top = base;
      for (let i = 0; i < depth; i++) {
        // A layer in the middle may be shorter than what is above and below it.
        top = new Disk({ image: new LayerImage(`layer${i}`, (depth === 3 && i === 1 ? 40 : 64) * BLOCK, 'below'), parent: top });
        await scribble(top, random, 20);
      }
      const tail = baseBlocks * BLOCK > top.size ? (await contents(base)).subarray(top.size) : Buffer.alloc(0);
      const expected = Buffer.concat([await contents(top), tail]);
      const reports: number[] = [];
      await commitLayers(top, depth, base, { onProgress: ({ transferred }) => reports.push(transferred) });
      expect(Buffer.compare(await contents(base), expected), `seed ${seed}`).toBe(0);
      expect(reports.at(-1)).toBe(top.size);
      expect(reports).toEqual([...reports].sort((a, b) => a - b));
    }
  });

  it('ends when it is aborted', async () => {
    const base = new Disk({ image: new LayerImage('base', 64 * BLOCK) });
    const top = new Disk({ image: new LayerImage('top', 64 * BLOCK, 'base'), parent: base });
    await top.write(0, new Uint8Array(64 * BLOCK).fill(1));
    await expect(commitLayers(top, 1, base, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'DISK_ABORTED' });
  });
});

describe('rebase', () => {
  const sizes = [64, 40, 80, 0] as const;
  it.each(sizes.flatMap((old) => sizes.map((fresh) => [old, fresh] as const)))('from a parent of %i blocks to one of %i: the disk stays what it is', async (oldBlocks, newBlocks) => {
    for (let seed = 1; seed <= 4; seed++) {
      const random = new RandomSource(seed);
      const parentOf = async (name: string, blocks: number): Promise<Disk | undefined> => {
        if (blocks === 0) return undefined;
        const disk = new Disk({ image: new LayerImage(name, blocks * BLOCK, undefined, 2048) });
        await scribble(disk, random, 40);
        return disk;
      };
      const before = await parentOf('old', oldBlocks);
      const after = await parentOf('new', newBlocks);
      // What both have need not be taken.
      const same = random.bytes(20 * BLOCK);
      await before?.write(0, same);
      await after?.write(0, same);
      const image = new LayerImage('top', 64 * BLOCK - 512, before === undefined ? undefined : 'old');
      const top = new Disk({ image, ...(before === undefined ? {} : { parent: before }) });
      await scribble(top, random, 12);
      const own = image.own.length;
      const expected = await contents(top);
      const { copied } = await rebaseDisk(top, after === undefined ? undefined : { name: 'new', format: 'layer', disk: after });
      const rebased = new Disk({ image, ...(after === undefined ? {} : { parent: after }) });
      expect(Buffer.compare(await contents(rebased), expected), `seed ${seed}`).toBe(0);
      expect(image.parent?.names[0]).toBe(after === undefined ? undefined : 'new');
      expect(image.own.length - own).toBeLessThanOrEqual(copied / 512);
      if (before !== undefined && after !== undefined) expect(copied).toBeLessThan(44 * BLOCK);
    }
  });

  it('unsafe changes the name alone', async () => {
    const old = new Disk({ image: new LayerImage('old', 64 * BLOCK) });
    await old.write(0, new Uint8Array(BLOCK).fill(1));
    const image = new LayerImage('top', 64 * BLOCK, 'old');
    await renameParent(new Disk({ image }), { name: 'new', format: 'layer', disk: old });
    expect(image.parent?.names).toEqual(['new']);
    expect(image.own).toEqual([]);
  });

  it('a format without parents is refused', async () => {
    const disk = await createIn(new MemoryStore('x'), { format: 'raw', size: 4096 });
    await expect(rebaseDisk(disk, undefined)).rejects.toMatchObject({ code: 'DISK_OPERATION_UNSUPPORTED' });
  });
});

describe('resize', () => {
  const rawDisk = (size: number): Promise<Disk> => createIn(new MemoryStore('x'), { format: 'raw', size });

  it('grows with zeros and shrinks only when it may', async () => {
    const disk = await rawDisk(8192);
    await disk.write(0, new Uint8Array(8192).fill(1));
    await resizeDisk(disk, 16_000);
    expect(disk.size).toBe(16_384);
    expect((await contents(disk)).subarray(8192).every((byte) => byte === 0)).toBe(true);
    await expect(resizeDisk(disk, 4096)).rejects.toThrow(DiskError);
    expect(disk.size).toBe(16_384);
    await resizeDisk(disk, 4096, { shrink: true });
    expect(disk.size).toBe(4096);
  });

  it('says which partition is cut', async () => {
    const disk = await rawDisk(64 * 1024 * 1024);
    const mbr = Buffer.alloc(512);
    // One partition of 40 MiB from 1 MiB on.
    mbr[446 + 4] = 0x83;
    mbr.writeUInt32LE(2048, 446 + 8);
    mbr.writeUInt32LE(40 * 2048, 446 + 12);
    mbr.writeUInt16LE(0xaa55, 510);
    await disk.write(0, mbr);
    expect((await resizeDisk(disk, 48 * 1024 * 1024, { shrink: true })).warnings).toEqual([]);
    expect((await resizeDisk(disk, 32 * 1024 * 1024, { shrink: true })).warnings).toEqual([`partition 1, which ends at ${41 * 1024 * 1024}, is cut by the new end at ${32 * 1024 * 1024}`]);
  });
});

describe('bench', () => {
  it.each([[false, false], [false, true], [true, false], [true, true]])('counts its requests, write %s, random %s', async (isWrite, isRandom) => {
    const disk = await createIn(new MemoryStore('x'), { format: 'raw', size: 1024 * 1024 + 512 });
    const options = { requests: 1000, depth: 8, bufferBytes: 4096, stepBytes: 4096, offset: 0, isWrite, isRandom, pattern: 7, flushInterval: 100 };
    const report = await benchDisk(disk, options);
    expect(report).toMatchObject({ requests: 1000, bytes: 4096 * 1000 });
    const written = (await contents(disk)).filter((byte) => byte === 7).length;
    if (!isWrite) expect(written).toBe(0);
    else if (isRandom) expect(written % 4096).toBe(0);
    else expect(written).toBe(1024 * 1024);
    await expect(benchDisk(disk, { ...options, bufferBytes: 2 * 1024 * 1024 })).rejects.toThrow(DiskError);
  });
});
