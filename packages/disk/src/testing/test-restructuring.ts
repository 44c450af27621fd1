/** The power goes at every step while an image is resized, given another parent or moved together: it is what it was, or what it will be. */
import { describe, expect, it } from 'vitest';
import { Disk } from '../disk.ts';
import type { Format } from '../format.ts';
import { createIn, openStore } from '../open-disk.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { RandomSource } from './random-source.ts';
import { SteppedStore } from './stepped-store.ts';

const MIB = 1024 * 1024;
/** At each step: what arrives of what was under way is another part each time. */
const CRASHES = 3;
const SEED = Number(process.env['DISK_SEED'] ?? 1);

export interface RestructuringTest {
  readonly format: Format;
  readonly options?: Readonly<Record<string, string | number | boolean>>;
  /** Sizes that the disk of 4 MiB is given one after the other. */
  readonly sizes: readonly number[];
}

export function testRestructuring({ format, options, sizes }: RestructuringTest): void {
  const base = { format: format.name, ...(options === undefined ? {} : { options }) };
  describe(`${format.name} ${JSON.stringify(options ?? {})}, the power going at every step`, () => {
    it('is resized', async () => {
      const random = new RandomSource(SEED);
      const store = new SteppedStore();
      const disk = await createIn(store, { ...base, size: 4 * MIB });
      let model = new Uint8Array(disk.size);
      const write = async (at: number): Promise<void> => {
        const bytes = random.bytes(64 * 1024);
        await disk.write(at, bytes);
        model.set(bytes, at);
      };
      for (const at of [3.5, 0, 2, 1]) await write(at * MIB);
      await disk.flush();
      for (const size of sizes) {
        const lefts: MemoryStore[] = [];
        store.onStep = () => { for (let i = 0; i < CRASHES; i++) lefts.push(store.crash(random)); };
        await disk.change(async () => disk.image.resize!(size));
        store.onStep = () => undefined;
        const before = model;
        model = new Uint8Array(size);
        model.set(before.subarray(0, size));
        expect(lefts.length).toBeGreaterThan(2);
        for (const [step, left] of lefts.entries()) await expectOneOf(format, left, [before, model], `seed ${SEED}, to ${size}, step ${step} of ${lefts.length}`);
        await expectOneOf(format, store.crash(random), [model], `resized to ${size}`);
        await write(size - MIB);
        await disk.flush();
      }
    }, 60_000);

    it('is moved together', async () => {
      const random = new RandomSource(SEED);
      const store = new SteppedStore();
      const disk = await createIn(store, { ...base, size: 16 * MIB });
      for (const at of [15, 3, 9, 5]) await disk.write(at * MIB, random.bytes(MIB));
      await disk.flush();
      // Cutting off the first of the blocks makes a gap before the others.
      const lefts: MemoryStore[] = [];
      const model = new Uint8Array(14 * MIB);
      await disk.read(0, model);
      const before = new Uint8Array(disk.size);
      await disk.read(0, before);
      store.onStep = () => { for (let i = 0; i < CRASHES; i++) lefts.push(store.crash(random)); };
      await disk.change(async () => disk.image.resize!(model.length));
      for (const [step, left] of lefts.entries()) if (step % Math.ceil(lefts.length / 40) === 0) await expectOneOf(format, left, [before, model], `seed ${SEED}, step ${step} of ${lefts.length}`);
      await disk.close();
      store.flush();
      await using after = await openStore(store.crash(random), { format: format.name });
      expect(await format.check!(after.image, undefined)).toMatchObject({ leaks: 0, corruptions: 0 });
    }, 60_000);
  });
}

export function testParentChange({ format, options }: Pick<RestructuringTest, 'format' | 'options'>): void {
  const base = { format: format.name, size: 4 * MIB, ...(options === undefined ? {} : { options }) };
  it(`${format.name} ${JSON.stringify(options ?? {})} is given another parent and none, the power going at every step`, async () => {
    const random = new RandomSource(SEED);
    const parents = await Promise.all(['one', 'other'].map(async (name) => {
      const store = new MemoryStore(name);
      const disk = await createIn(store, base);
      const bytes = random.bytes(disk.size);
      await disk.write(0, bytes);
      await disk.close();
      return { name, store, bytes };
    }));
    const [one, other] = parents as [(typeof parents)[0], (typeof parents)[0]];
    const open = (store: MemoryStore): Promise<Disk> => openStore(store, { format: format.name });
    const store = new SteppedStore();
    const child = await createIn(store, { ...base, parent: { name: one.name, format: format.name, disk: await open(one.store) } });
    // Whole pieces of what is put: what fills one up would be the first parent's.
    const own = random.bytes(320 * 1024);
    await child.write(MIB, own);
    await child.flush();
    const model = (below: Uint8Array): Uint8Array => {
      const bytes = below.slice();
      bytes.set(own, MIB);
      return bytes;
    };
    let before = model(one.bytes);
    for (const next of [other, undefined]) {
      const after = model(next?.bytes ?? new Uint8Array(base.size));
      const lefts: MemoryStore[] = [];
      store.onStep = () => { for (let i = 0; i < CRASHES; i++) lefts.push(store.crash(random)); };
      const parent = next === undefined ? undefined : await open(next.store);
      await child.change(async () => child.image.setParent!(parent === undefined ? undefined : { name: other.name, format: format.name, image: parent.image }));
      store.onStep = () => undefined;
      lefts.push(store.crash(random));
      for (const [step, left] of lefts.entries()) {
        const layer = await openStore(left, { format: format.name, readOnly: false, isForCheck: true, withoutParent: true });
        expect(await format.check!(layer.image, undefined), `step ${step}`).toMatchObject({ corruptions: 0 });
        let below: Disk | undefined;
        for (const { store: candidate } of layer.image.parent === undefined ? [] : parents) {
          const found = await open(candidate);
          try {
            await layer.image.parent?.verify?.(found.image);
            below = found;
          } catch {
            await found.close();
          }
        }
        expect(layer.image.parent === undefined).toBe(below === undefined);
        const disk = new Disk({ image: layer.image, ...(below === undefined ? {} : { parent: below }) });
        const bytes = new Uint8Array(disk.size);
        await disk.read(0, bytes);
        const same = (step === lefts.length - 1 ? [after] : [before, after]).some((model) => Buffer.compare(bytes, model) === 0);
        expect(same, `seed ${SEED}, ${next?.name ?? 'none'}, step ${step} of ${lefts.length}`).toBe(true);
        await disk.close();
      }
      before = after;
    }
  }, 60_000);
}

async function expectOneOf(format: Format, left: MemoryStore, models: readonly Uint8Array[], what: string): Promise<void> {
  await using disk = await openStore(left, { format: format.name, readOnly: false, isForCheck: true });
  const report = await format.check!(disk.image, undefined);
  expect(report.corruptions, `${what}: ${JSON.stringify(report.problems.slice(0, 3))}`).toBe(0);
  const bytes = new Uint8Array(disk.size);
  await disk.read(0, bytes);
  expect(models.some((model) => model.length === bytes.length && Buffer.compare(bytes, model) === 0), `${what}: ${bytes.length} bytes, neither old nor new`).toBe(true);
}
