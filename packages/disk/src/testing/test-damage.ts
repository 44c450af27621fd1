/** For formats that are only read, which `testFormat` cannot make: an image with bytes of its structures changed is refused with a DiskError or read, in bounded time. */
import { expect } from 'vitest';
import { DiskError } from '../errors.ts';
import type { Format } from '../format.ts';
import { openStore } from '../open-disk.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { RandomSource } from './random-source.ts';

const SEED = Number(process.env['DISK_SEED'] ?? 1);
const VALUES = [0, 1, 0x7f, 0x80, 0xff];

/** @param ranges of `contents` that are damaged: from, to */
export async function expectSurvivesDamage(format: Format, contents: Uint8Array, ranges: readonly (readonly [number, number])[], times = Number(process.env['DISK_OPERATIONS'] ?? 400)): Promise<void> {
  const random = new RandomSource(SEED + 3000);
  let refused = 0;
  for (let i = 0; i < times; i++) {
    const damaged = contents.slice();
    for (let n = 1 + random.below(4); n > 0; n--) {
      const [from, to] = random.pick(ranges);
      damaged[from + random.below(to - from)] = random.pick([...VALUES, random.below(256)]);
    }
    const store = new MemoryStore('damaged', random.isOnceIn(8) ? damaged.subarray(0, random.below(damaged.length)) : damaged);
    const startMs = performance.now();
    try {
      await using disk = await openStore(store, { format: format.name, withoutParent: true });
      await disk.read(0, new Uint8Array(Math.min(disk.size, 1024 * 1024)));
      for (let n = 0; n < 8 && disk.size > 0; n++) await disk.read(random.below(disk.size), new Uint8Array(1));
    } catch (error) {
      if (!(error instanceof DiskError)) throw new Error(`seed ${SEED}, damage ${i}: not a DiskError`, { cause: error });
      refused++;
    }
    expect(performance.now() - startMs, `seed ${SEED}, damage ${i}: milliseconds`).toBeLessThan(2000);
  }
  expect(refused).toBeGreaterThan(0);
}
