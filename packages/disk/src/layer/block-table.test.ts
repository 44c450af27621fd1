/** What changes the place of many blocks at once, interrupted at each step: the disk is the old or the new one, and check finds leaks at most. */
import { describe, expect, it } from 'vitest';
import type { Disk } from '../disk.ts';
import type { Format } from '../format.ts';
import { parallels } from '../formats/parallels/format.ts';
import { vdi } from '../formats/vdi/format.ts';
import { createIn, openStore } from '../open-disk.ts';
import { Interruption, InterruptedStore } from '../testing/interrupted-store.ts';
import { RandomSource } from '../testing/random-source.ts';

const BLOCK_BYTES = 4096;
const SIZE = 40 * BLOCK_BYTES + 1024;

const FORMATS: readonly (readonly [string, Format, Readonly<Record<string, string | number | boolean>>])[] = [
  ['VDI', vdi as unknown as Format, { block_size: BLOCK_BYTES }],
  ['static VDI', vdi as unknown as Format, { block_size: BLOCK_BYTES, static: true }],
  ['Parallels', parallels as unknown as Format, { cluster_size: BLOCK_BYTES }],
  ['Parallels 1', parallels as unknown as Format, { cluster_size: BLOCK_BYTES, version: '1' }],
];

/** Of those that follow one another: the map of the last does not fit where it is. */
const SIZES = [['a little more', SIZE + BLOCK_BYTES], ['less', 9 * BLOCK_BYTES + 512], ['so much more that the table moves', 0]] as const;

const resizeTo = (disk: Disk, size: number): Promise<void> => disk.change(async () => disk.image.resize!(size));

describe.each(FORMATS)('%s', (_, format, options) => {
  it.each(SIZES)('to %s', async (__, wanted) => {
    const random = new RandomSource(21);
    // A VDI's map has room up to the next MiB, a Parallels image's up to the next cluster.
    const size = wanted !== 0 ? wanted : format.name === 'vdi' ? 300_000 * BLOCK_BYTES : 3000 * BLOCK_BYTES;
    for (let step = 0, isDone = false; !isDone; step++) {
      if (step > 400) throw new Error('it has no end');
      const store = new InterruptedStore();
      const model = new Uint8Array(SIZE);
      const disk = await createIn(store, { format: format.name, size: SIZE, options });
      for (let block = 39; block >= 0; block -= 1 + (block % 3)) {
        const bytes = new Uint8Array(BLOCK_BYTES).fill(block + 1);
        await disk.write(block * BLOCK_BYTES, bytes);
        model.set(bytes, block * BLOCK_BYTES);
      }
      await disk.write(SIZE - 1024, new Uint8Array(1024).fill(99));
      model.fill(99, SIZE - 1024);
      await disk.flush();
      store.left = step;
      try {
        await resizeTo(disk, size);
        isDone = true;
      } catch (error) {
        if (!(error instanceof Interruption)) throw error;
      }
      for (let n = 0; n < 3; n++) {
        const left = await openStore(store.crash(random), { format: format.name, readOnly: false, isForCheck: true });
        const what = `interrupted at step ${step}, crash ${n}`;
        const report = await format.check!(left.image, undefined);
        expect(report.corruptions, `${what}: ${JSON.stringify(report.problems.slice(0, 3))}`).toBe(0);
        expect([SIZE, size], what).toContain(left.size);
        const kept = Math.min(left.size, SIZE);
        const bytes = new Uint8Array(Math.min(left.size, SIZE + 16 * BLOCK_BYTES));
        await left.read(0, bytes);
        expect(Buffer.compare(bytes.subarray(0, kept), model.subarray(0, kept)), what).toBe(0);
        expect(bytes.subarray(kept).every((byte) => byte === 0), `${what}: what is new is zero`).toBe(true);
        // Whatever was left can be mended, and written.
        expect(await format.check!(left.image, 'all'), what).toMatchObject({ corruptions: 0, leaks: 0 });
        await left.write(0, new Uint8Array(512).fill(5));
        await left.flush();
        expect(await format.check!(left.image, undefined), what).toMatchObject({ corruptions: 0, leaks: 0 });
        await left.close();
      }
    }
  }, 60_000);
});
