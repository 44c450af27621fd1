/** The power goes just before each flush that an operation or a commit makes: the suite cuts between operations only. */
import { describe, expect, it } from 'vitest';
import { pack } from '../../codec.ts';
import { createIn, openStore } from '../../open-disk.ts';
import type { MemoryStore } from '../../store/memory-store.ts';
import { CrashStore } from '../../testing/crash-store.ts';
import { RandomSource } from '../../testing/random-source.ts';
import { qcow2 } from './format.ts';

const SECTOR_BYTES = 512;
const VARIANTS: readonly (readonly [string, Record<string, string | number | boolean>])[] = [
  ['version 3', { cluster_size: 512 }], ['version 2', { cluster_size: 1024, compat: '0.10' }], ['refcounts of 64 bits', { cluster_size: 512, refcount_bits: 64 }],
  ['lazy refcounts', { cluster_size: 512, lazy_refcounts: true }], ['extended L2 entries', { cluster_size: '16K', extended_l2: true }],
];

describe.each(VARIANTS)('a power cut before each flush, %s', (_name, options) => {
  it('leaves what was flushed before, and what is referred to is counted', async () => {
    // Short lives: most of what a new image does is to make tables.
    for (let seed = 1; seed <= 12; seed++) await live(options, 96 * 1024, seed, 20, 0);
  }, 60_000);
});

it('a power cut while the refcount table moves', async () => {
  // A table of 64 blocks of 64 refcounts counts 2 MiB: it is full with a few clusters more.
  for (let seed = 1; seed <= 8; seed++) await live({ cluster_size: 512, refcount_bits: 64 }, 3 * 1024 * 1024, seed, 12, 2_028_544);
}, 60_000);

/** @param filled bytes that are written and flushed before the first cut */
async function live(options: Record<string, string | number | boolean>, size: number, seed: number, steps: number, filled: number): Promise<void> {
  const random = new RandomSource(seed);
  const store = new CrashStore();
  const disk = await createIn(store, { format: 'qcow2', size, options });
  const model = new Uint8Array(disk.size);
  model.fill(1, 0, filled);
  await disk.write(0, model.subarray(0, filled));
  await disk.flush();
  store.flush();
  /** Every version that a sector has had since the last flush. */
  let versions = new Map<number, Uint8Array[]>();
  const cuts: MemoryStore[] = [];
  const flush = store.flush.bind(store);
  store.flush = () => {
    cuts.push(store.crash(random));
    flush();
  };
  const { packing, blockBytes } = disk.image;
  for (let step = 0; step < steps; step++) {
    const before = model.slice();
    const length = SECTOR_BYTES * (1 + random.below(24)), at = SECTOR_BYTES * random.below((disk.size - length) / SECTOR_BYTES);
    const what = random.below(10);
    if (what < 5) {
      const bytes = random.bytes(length);
      await disk.write(at, bytes);
      model.set(bytes, at);
    } else if (what < 8) {
      const start = at - (at % blockBytes);
      await disk.zero(start, length, { keepRoom: random.isOnceIn(3) });
      model.fill(0, start, start + length);
    } else {
      const start = at - (at % packing!.blockBytes);
      const block = new Uint8Array(packing!.blockBytes).fill(random.below(256));
      block.set(random.bytes(32));
      await disk.writePacked(start, pack(packing!.codec, block));
      model.set(block, start);
    }
    for (let sector = 0; sector < model.length; sector += SECTOR_BYTES) {
      const old = before.subarray(sector, sector + SECTOR_BYTES), now = model.slice(sector, sector + SECTOR_BYTES);
      if (Buffer.compare(old, now) !== 0) versions.set(sector, [...(versions.get(sector) ?? [old.slice()]), now]);
    }
    if (!random.isOnceIn(3)) continue;
    await disk.flush();
    expect(cuts.length).toBeGreaterThan(0);
    for (const left of cuts.splice(0)) {
      await using found = await openStore(left, { format: 'qcow2', readOnly: false, isForCheck: true });
      const report = await qcow2.check!(found.image, undefined);
      expect(report.corruptions, `seed ${seed}, step ${step}: ${JSON.stringify(report.problems.slice(0, 3))}`).toBe(0);
      const seen = new Uint8Array(found.size);
      await found.read(0, seen);
      for (let sector = 0; sector < model.length; sector += SECTOR_BYTES) {
        const is = seen.subarray(sector, sector + SECTOR_BYTES);
        const may = versions.get(sector) ?? [model.subarray(sector, sector + SECTOR_BYTES)];
        expect(may.some((version) => Buffer.compare(is, version) === 0), `seed ${seed}, step ${step}: the sector at ${sector}`).toBe(true);
      }
    }
    versions = new Map();
  }
}
