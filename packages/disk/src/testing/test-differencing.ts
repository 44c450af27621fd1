/** What a format with parents has to keep: a child over a parent does what a disk does, finds its parent by name, takes no other, and loses nothing that was flushed. */
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Disk } from '../disk.ts';
import type { Format } from '../format.ts';
import { createDisk, createIn, openDisk, openStore } from '../open-disk.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { RandomSource } from './random-source.ts';
import { SteppedStore } from './stepped-store.ts';

export interface DifferencingTest {
  readonly format: Format;
  readonly options?: Readonly<Record<string, string | number | boolean>>;
  readonly size?: number;
  /** Another program's view of a chain, the lowest disk first; undefined where the machine has not got it. */
  readonly judge?: { readonly name: string; readonly contents: ((path: string) => Buffer[]) | undefined };
  /** The child has no name for its parent and looks for it: another in its place is not taken for it, but the right one is missing. */
  readonly findsByContents?: boolean;
}

const SEED = Number(process.env['DISK_SEED'] ?? 1);
const OPERATIONS = Number(process.env['DISK_OPERATIONS'] ?? 300);
const SIZE = 5 * 1024 * 1024 + 8 * 4096;
const SECTOR_BYTES = 512;

export function testDifferencing(test: DifferencingTest): void {
  const { format } = test;
  const extension = format.extensions[0]!;
  const base = { format: format.name, size: test.size ?? SIZE, ...(test.options === undefined ? {} : { options: test.options }) };
  const inFolder = async (action: (folder: string) => Promise<void>): Promise<void> => {
    const folder = mkdtempSync(join(tmpdir(), 'worldswitch-disk-'));
    try {
      await action(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  /** A parent with data in places, and a child of it. */
  const makeChain = async (folder: string, random: RandomSource): Promise<{ child: Disk; model: Uint8Array }> => {
    const name = `parent${extension}`;
    const parent = await createDisk(join(folder, name), base);
    const model = new Uint8Array(parent.size);
    await fill(random, parent, model);
    await parent.close();
    const child = await createDisk(join(folder, `child${extension}`), { ...base, parent: { name, format: format.name, disk: await openDisk(join(folder, name)) } });
    return { child, model };
  };
  describe(`${format.name} differencing ${JSON.stringify(test.options ?? {})}`, () => {
    it('does what a disk does over a parent', () => inFolder(async (folder) => {
      const random = new RandomSource(SEED);
      const chain = await makeChain(folder, random);
      const { model } = chain;
      const below = model.slice();
      let disk = chain.child;
      const path = join(folder, `child${extension}`);
      try {
        for (let i = 1; i <= OPERATIONS; i++) {
          await change(random, disk, model, below);
          if (i % 60 !== 0) continue;
          await disk.close();
          disk = await openDisk(path, { format: format.name, readOnly: false });
          await expectSame(disk, model, `seed ${SEED}, after operation ${i}`);
          const report = await format.check!(disk.image, undefined);
          expect({ corruptions: report.corruptions, leaks: report.leaks, problems: report.problems }).toEqual({ corruptions: 0, leaks: 0, problems: [] });
        }
      } finally {
        await disk.close();
      }
      await using parent = await openDisk(join(folder, `parent${extension}`));
      await expectSame(parent, below, 'the parent');
    }), 60_000);

    const { judge } = test;
    if (judge !== undefined) {
      it(`is the chain that ${judge.name} sees${judge.contents === undefined ? ' (not run: it is not on this machine)' : ''}`, () => inFolder(async (folder) => {
        if (judge.contents === undefined) return;
        const random = new RandomSource(SEED);
        const { child, model } = await makeChain(folder, random);
        const below = model.slice();
        for (let i = 0; i < 30; i++) await change(random, child, model, below);
        await child.close();
        const seen = judge.contents(join(folder, `child${extension}`));
        expect(seen.map((bytes) => bytes.length)).toEqual([below.length, model.length]);
        expect(seen[0]!.equals(below), 'the parent').toBe(true);
        expect(seen[1]!.equals(model), 'the child').toBe(true);
      }));
    }

    it('takes no other parent, and none less', () => inFolder(async (folder) => {
      const { child } = await makeChain(folder, new RandomSource(SEED));
      await child.close();
      const parent = join(folder, `parent${extension}`);
      renameSync(parent, `${parent}.away`);
      await expect(openDisk(join(folder, `child${extension}`))).rejects.toMatchObject({ code: 'DISK_REFERENCE_MISSING' });
      await (await createDisk(parent, base)).close();
      await expect(openDisk(join(folder, `child${extension}`))).rejects.toMatchObject({ code: test.findsByContents === true ? 'DISK_REFERENCE_MISSING' : 'DISK_PARENT_MISMATCH' });
    }));

    it('can be given another parent, or none', () => inFolder(async (folder) => {
      const random = new RandomSource(SEED);
      const { child, model } = await makeChain(folder, random);
      const below = model.slice();
      for (let i = 0; i < 20; i++) await change(random, child, model, below);
      const other = await createDisk(join(folder, `other${extension}`), base);
      await other.write(0, model);
      await child.change(async () => child.image.setParent!({ name: `other${extension}`, format: format.name, image: other.image }));
      await other.close();
      await child.close();
      {
        await using moved = await openDisk(join(folder, `child${extension}`), { readOnly: false });
        await expectSame(moved, model, 'over another parent');
        expect(moved.parent?.image.store.name).toMatch(/other/);
        // All of it, as whoever takes a parent away has to copy it before.
        await moved.write(0, model);
        await moved.change(async () => moved.image.setParent!(undefined));
        await moved.zero(0, 100 * SECTOR_BYTES);
      }
      model.fill(0, 0, 100 * SECTOR_BYTES);
      rmSync(join(folder, `other${extension}`));
      await using alone = await openDisk(join(folder, `child${extension}`));
      expect(alone.parent).toBe(undefined);
      await expectSame(alone, model, 'without a parent');
      expect(await format.check!(alone.image, undefined)).toMatchObject({ corruptions: 0 });
    }));

    it('keeps what was flushed through a power cut', async () => {
      const random = new RandomSource(SEED + 1000);
      const parentStore = new MemoryStore('parent');
      const parent = await createIn(parentStore, base);
      const model = new Uint8Array(parent.size);
      await fill(random, parent, model);
      await parent.close();
      const below = model.slice();
      const store = new SteppedStore();
      const child = await createIn(store, { ...base, parent: { name: `parent${extension}`, format: format.name, disk: await openStore(parentStore, { format: format.name }) } });
      await child.flush();
      /** Sectors changed since the last flush: each may be any of the versions it has had. */
      let loose = new Map<number, Uint8Array[]>();
      const expectSurvives = async (after: MemoryStore, what: string): Promise<void> => {
        await using left = await openStore(after, { format: format.name, readOnly: false, isForCheck: true, openParent: () => openStore(parentStore, { format: format.name }) });
        const report = await format.check!(left.image, undefined);
        expect(report.corruptions, `${what}: ${JSON.stringify(report.problems.slice(0, 3))}`).toBe(0);
        const bytes = new Uint8Array(left.size);
        await left.read(0, bytes);
        for (let at = 0; at < model.length; at += SECTOR_BYTES) {
          const found = bytes.subarray(at, at + SECTOR_BYTES);
          if (Buffer.compare(found, model.subarray(at, at + SECTOR_BYTES)) === 0) continue;
          // What a parent has below a sector that was never written must not turn into zeros.
          expect(loose.get(at)?.some((version) => Buffer.compare(version, found) === 0) ?? false, `${what}: the sector at ${at} is none that it may be`).toBe(true);
        }
      };
      for (let i = 1; i <= OPERATIONS / 8; i++) {
        const before = model.slice();
        await change(random, child, model, below);
        for (let at = 0; at < model.length; at += SECTOR_BYTES) {
          if (Buffer.compare(model.subarray(at, at + SECTOR_BYTES), before.subarray(at, at + SECTOR_BYTES)) === 0) continue;
          loose.set(at, [...(loose.get(at) ?? [before.slice(at, at + SECTOR_BYTES)]), model.slice(at, at + SECTOR_BYTES)]);
        }
        const what = `seed ${SEED}, operation ${i}`;
        await expectSurvives(store.crash(random), what);
        if (!random.isOnceIn(4)) continue;
        const lefts: MemoryStore[] = [];
        store.onStep = () => lefts.push(store.crash(random));
        await child.flush();
        store.onStep = () => undefined;
        for (const [step, left] of lefts.entries()) await expectSurvives(left, `${what}, step ${step} of a flush`);
        loose = new Map();
      }
    }, 60_000);
  });
}

async function fill(random: RandomSource, disk: Disk, model: Uint8Array): Promise<void> {
  for (let i = 0; i < 30; i++) {
    const { at, length } = stretch(random, disk);
    const bytes = random.bytes(length);
    await disk.write(at, bytes);
    model.set(bytes, at);
  }
}

function stretch(random: RandomSource, disk: Disk): { at: number; length: number } {
  const { sectorBytes } = disk.image;
  const sectors = disk.size / sectorBytes;
  const at = random.below(sectors);
  return { at: at * sectorBytes, length: (1 + random.below(Math.min((128 * 1024) / sectorBytes, sectors - at))) * sectorBytes };
}

async function change(random: RandomSource, disk: Disk, model: Uint8Array, below: Uint8Array): Promise<void> {
  const { at, length } = stretch(random, disk);
  const what = random.below(8);
  if (what < 5) {
    const bytes = random.bytes(length);
    await disk.write(at, bytes);
    model.set(bytes, at);
  } else if (what < 7) {
    await disk.zero(at, length);
    model.fill(0, at, at + length);
  } else {
    const { blockBytes } = disk.image;
    const start = at - (at % blockBytes);
    const end = Math.min(disk.size, start + blockBytes * (1 + random.below(2)));
    await disk.change(async () => disk.image.remove!(start, end - start));
    model.set(below.subarray(start, end), start);
  }
}

async function expectSame(disk: Disk, model: Uint8Array, what: string): Promise<void> {
  const bytes = new Uint8Array(disk.size);
  await disk.read(0, bytes);
  const difference = Buffer.compare(bytes, model) === 0 ? -1 : bytes.findIndex((byte, i) => byte !== model[i]);
  expect(difference, `${what}: first byte that differs`).toBe(-1);
}
