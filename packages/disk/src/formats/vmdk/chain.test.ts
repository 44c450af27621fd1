import { closeSync, existsSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Disk } from '../../disk.ts';
import { createDisk, createIn, openDisk, openStore } from '../../open-disk.ts';
import { CrashStore } from '../../testing/crash-store.ts';
import { hasQemuImg, mustPassQemuImg } from '../../testing/qemu-img.ts';
import { RandomSource } from '../../testing/random-source.ts';
import type { MemoryStore } from '../../store/memory-store.ts';
import { vmdk } from './format.ts';
import type { VmdkImage } from './image.ts';

const MIB = 1024 * 1024;
const GRAIN = 64 * 1024;
let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'worldswitch-disk-')); });
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });
const at = (name: string): string => join(folder, name);
const filled = (length: number, byte: number): Uint8Array => new Uint8Array(length).fill(byte);

async function contentsOf(disk: Disk): Promise<Uint8Array> {
  const bytes = new Uint8Array(disk.size);
  await disk.read(0, bytes);
  return bytes;
}

async function expectContents(disk: Disk, model: Uint8Array): Promise<void> {
  expect(disk.size).toBe(model.length);
  expect(Buffer.compare(await contentsOf(disk), model)).toBe(0);
}

const clean = { corruptions: 0, leaks: 0, problems: [] };
async function expectClean(name: string): Promise<void> {
  await using disk = await openDisk(at(name), { isForCheck: true, withoutParent: true });
  expect(await vmdk.check!(disk.image, undefined)).toMatchObject(clean);
}

function expectQemuSees(name: string, model: Uint8Array): void {
  if (!hasQemuImg) return;
  writeFileSync(at('expected'), model);
  mustPassQemuImg('compare', '-f', 'vmdk', '-F', 'raw', at(name), at('expected'));
}

async function makeBase(): Promise<void> {
  await using base = await createDisk(at('base.vmdk'), { format: 'vmdk', size: 3 * MIB });
  await base.write(0, filled(2 * MIB, 1));
}

const makeChild = (name: string, options: Record<string, boolean | string> = {}): Promise<Disk> =>
  openDisk(at('base.vmdk')).then((disk) => createDisk(at(name), { format: 'vmdk', size: disk.size, options, parent: { name: 'base.vmdk', format: 'vmdk', disk } }));

describe('a VMDK on another', () => {
  it.each([{ zeroed_grain: false }, { zeroed_grain: true }, { subformat: 'twoGbMaxExtentSparse' }])('shows what it has not itself: %o', async (options) => {
    await makeBase();
    const model = filled(3 * MIB, 0).fill(1, 0, 2 * MIB);
    {
      await using child = await makeChild('child.vmdk', options);
      await child.write(MIB + 5 * 512, filled(512, 2));
      model.fill(2, MIB + 5 * 512, MIB + 6 * 512);
      await child.zero(0, GRAIN * 3);
      await child.zero(GRAIN * 4, GRAIN, { keepRoom: true });
      model.fill(0, 0, GRAIN * 3).fill(0, GRAIN * 4, GRAIN * 5);
      await expectContents(child, model);
    }
    await using child = await openDisk(at('child.vmdk'));
    await expectContents(child, model);
    await expectClean('child.vmdk');
    expectQemuSees('child.vmdk', model);
  });
  it('is refused on a parent whose contents have changed', async () => {
    await makeBase();
    await (await makeChild('child.vmdk')).close();
    const before = readFileSync(at('base.vmdk'), 'latin1');
    {
      await using base = await openDisk(at('base.vmdk'), { readOnly: false });
      await base.read(0, filled(512, 0));
    }
    expect(readFileSync(at('base.vmdk'), 'latin1') === before, 'a parent that is only read stays').toBe(true);
    await (await openDisk(at('child.vmdk'))).close();
    {
      await using base = await openDisk(at('base.vmdk'), { readOnly: false });
      await base.write(0, filled(512, 9));
    }
    await expect(openDisk(at('child.vmdk'))).rejects.toMatchObject({ code: 'DISK_PARENT_MISMATCH', context: { field: 'parentCID' } });
  });
  it('finds beside it what was elsewhere on another machine', async () => {
    await makeBase();
    const disk = await openDisk(at('base.vmdk'));
    await (await createDisk(at('child.vmdk'), { format: 'vmdk', size: disk.size, parent: { name: 'C:\\Virtual Machines\\w\\base.vmdk', format: 'vmdk', disk } })).close();
    await using child = await openDisk(at('child.vmdk'));
    expect((await contentsOf(child))[0]).toBe(1);
  });
  it('gives back what is taken out of it, and has no holes afterwards', async () => {
    await makeBase();
    const model = filled(3 * MIB, 0).fill(1, 0, 2 * MIB);
    {
      await using child = await makeChild('child.vmdk');
      await child.write(0, filled(2 * MIB, 3));
      await child.flush();
      await child.change(async () => child.image.remove!(GRAIN, 20 * GRAIN));
      model.fill(3, 0, GRAIN).fill(3, 21 * GRAIN, 2 * MIB);
      await child.flush();
      await child.write(GRAIN * 2, filled(GRAIN, 4));
      model.fill(4, GRAIN * 2, GRAIN * 3);
    }
    await using child = await openDisk(at('child.vmdk'));
    await expectContents(child, model);
    await expectClean('child.vmdk');
    expectQemuSees('child.vmdk', model);
    expect(statSync(at('child.vmdk')).size).toBeLessThan(1 * MIB + 2 * GRAIN);
  });
  it('can be put on another parent, and on none', async () => {
    await makeBase();
    await (await makeChild('child.vmdk')).close();
    await (await createDisk(at('other.vmdk'), { format: 'vmdk', size: MIB })).close();
    {
      await using child = await openDisk(at('child.vmdk'), { readOnly: false, withoutParent: true });
      await using other = await openDisk(at('other.vmdk'));
      await child.image.setParent!({ name: 'other.vmdk', format: 'vmdk', image: other.image });
    }
    {
      await using child = await openDisk(at('child.vmdk'), { readOnly: false });
      await expectContents(child, filled(3 * MIB, 0));
      await child.image.setParent!(undefined);
      expect(child.image.parent).toBe(undefined);
    }
    expect(readFileSync(at('child.vmdk'), 'latin1')).not.toContain('other.vmdk');
    await (await openDisk(at('child.vmdk'))).close();
  });
  it('is neither flat nor on an image of another format', async () => {
    await makeBase();
    await using base = await openDisk(at('base.vmdk'));
    const parent = { name: 'base.vmdk', format: 'vmdk', disk: base };
    await expect(createDisk(at('flat.vmdk'), { format: 'vmdk', size: base.size, options: { subformat: 'monolithicFlat' }, parent })).rejects.toThrow(/no parent/);
    await using raw = await createDisk(at('raw.img'), { format: 'raw', size: MIB });
    await expect(createDisk(at('child.vmdk'), { format: 'vmdk', size: MIB, parent: { name: 'raw.img', format: 'raw', disk: raw } })).rejects.toThrow(/stand on a VMDK/);
  });
});

describe('a VMDK grows', () => {
  it.each([
    ['monolithicSparse', 3 * MIB + 512, 40 * MIB], ['monolithicSparse', 3 * MIB + 512, 3 * MIB + 2048], ['monolithicFlat', 3 * MIB + 512, 40 * MIB], ['twoGbMaxExtentFlat', 3 * MIB + 512, 40 * MIB],
    ['twoGbMaxExtentSparse', 3 * MIB + 512, 40 * MIB],
    // More directory than there was room for; more files than there were.
    ['monolithicSparse', MIB, 6 * 1024 * MIB], ['twoGbMaxExtentSparse', 2046 * MIB, 5000 * MIB], ['twoGbMaxExtentFlat', 2046 * MIB, 5000 * MIB],
  ])('%s from %d to %d bytes', async (subformat, before, after) => {
    {
      await using disk = await createDisk(at('disk.vmdk'), { format: 'vmdk', size: before, options: { subformat } });
      await disk.write(before - MIB, filled(MIB, 5));
      await disk.change(async () => disk.image.resize!(after));
      expect(disk.size).toBe(after);
      await disk.write(after - 512, filled(512, 6));
    }
    await using disk = await openDisk(at('disk.vmdk'), { readOnly: false });
    expect(disk.size).toBe(after);
    const around = new Uint8Array(MIB + Math.min(MIB, after - before));
    await disk.read(before - MIB, around);
    const expected = filled(around.length, 0).fill(5, 0, MIB);
    if (before + MIB >= after) expected.fill(6, after - before + MIB - 512);
    expect(Buffer.compare(around, expected)).toBe(0);
    await disk.write(before, filled(512, 7));
    await disk.close();
    await expectClean('disk.vmdk');
    if (!hasQemuImg) return;
    mustPassQemuImg('check', '-f', 'vmdk', at('disk.vmdk'));
    expect(JSON.parse(mustPassQemuImg('info', '--output=json', '-f', 'vmdk', at('disk.vmdk')))['virtual-size']).toBe(after);
    const expectedFile = openSync(at('expected'), 'w');
    ftruncateSync(expectedFile, after);
    writeSync(expectedFile, filled(MIB, 5), 0, MIB, before - MIB);
    writeSync(expectedFile, filled(512, 7), 0, 512, before);
    writeSync(expectedFile, filled(512, 6), 0, 512, after - 512);
    closeSync(expectedFile);
    mustPassQemuImg('compare', '-f', 'vmdk', '-F', 'raw', at('disk.vmdk'), at('expected'));
  });
  it('does not become smaller', async () => {
    await using disk = await createDisk(at('disk.vmdk'), { format: 'vmdk', size: MIB });
    await expect(disk.change(async () => disk.image.resize!(512))).rejects.toMatchObject({ kind: 'unsupported' });
  });
  it('does not show more of a larger parent', async () => {
    await makeBase();
    await using base = await openDisk(at('base.vmdk'));
    await (await createDisk(at('child.vmdk'), { format: 'vmdk', size: MIB, parent: { name: 'base.vmdk', format: 'vmdk', disk: base } })).close();
    {
      await using child = await openDisk(at('child.vmdk'), { readOnly: false });
      await child.change(async () => child.image.resize!(4 * MIB));
    }
    await using child = await openDisk(at('child.vmdk'));
    await expectContents(child, filled(4 * MIB, 0).fill(1, 0, MIB));
  });
});

/** Loses power at each step. */
class StepStore extends CrashStore {
  onStep: (() => void) | undefined;

  override write(start: number, from: Uint8Array): void {
    super.write(start, from);
    this.onStep?.();
  }

  override resize(length: number): void {
    super.resize(length);
    this.onStep?.();
  }

  override discard(start: number, length: number): void {
    super.discard(start, length);
    this.onStep?.();
  }
}

describe('a power cut', () => {
  it.each([
    ['while it grows', 2 * MIB, async (disk: Disk) => disk.change(async () => disk.image.resize!(5 * 1024 * MIB))],
    ['while it grows by a table', 2 * MIB, async (disk: Disk) => disk.change(async () => disk.image.resize!(70 * MIB))],
    ['while grains are moved into free places', 2 * MIB, async (disk: Disk) => {
      await disk.change(async () => disk.image.remove!(0, 10 * GRAIN));
      await disk.flush();
      await disk.close();
    }],
  ])('%s leaves what was there, and leaks at most', async (_, size, action) => {
    const store = new StepStore();
    const disk = await createIn(store, { format: 'vmdk', size });
    await disk.write(0, filled(size, 8));
    await disk.flush();
    store.flush();
    const random = new RandomSource(3);
    const left: MemoryStore[] = [];
    store.onStep = () => { for (let i = 0; i < 4; i++) left.push(store.crash(random)); };
    await action(disk);
    expect(left.length).toBeGreaterThan(16);
    for (const found of left) {
      await using opened = await openStore(found, { isForCheck: true });
      const report = await vmdk.check!(opened.image, undefined);
      expect(report.corruptions, JSON.stringify(report.problems)).toBe(0);
      const bytes = new Uint8Array(size);
      await opened.read(0, bytes);
      for (let start = 0; start < size; start += GRAIN) {
        const isTakenOut = start < 10 * GRAIN && bytes[start] === 0;
        expect(bytes.subarray(start, start + GRAIN).every((byte) => byte === (isTakenOut ? 0 : 8)), `the grain at ${start}`).toBe(true);
      }
    }
  });
});

describe('content ids and names', () => {
  it('change with the first write after opening, once', async () => {
    const cid = async (): Promise<number | undefined> => {
      await using disk = await openDisk(at('disk.vmdk'));
      return (disk.image as VmdkImage).descriptor!.cid;
    };
    await (await createDisk(at('disk.vmdk'), { format: 'vmdk', size: MIB })).close();
    const first = await cid();
    {
      await using disk = await openDisk(at('disk.vmdk'), { readOnly: false });
      await disk.write(0, filled(512, 1));
      const second = (disk.image as VmdkImage).descriptor!.cid;
      await disk.write(0, filled(512, 2));
      expect((disk.image as VmdkImage).descriptor!.cid).toBe(second);
      expect(second).not.toBe(first);
      expect((disk.image as VmdkImage).descriptor!.get('ddb.longContentID')!.slice(24)).toBe(second!.toString(16).padStart(8, '0'));
    }
    if (hasQemuImg) expect(JSON.parse(mustPassQemuImg('info', '--output=json', at('disk.vmdk')))['format-specific'].data.cid).toBe(await cid());
  });
  it('details have the keys of qemu-img', async () => {
    await (await createDisk(at('disk.vmdk'), { format: 'vmdk', size: 3 * 1024 * MIB, options: { subformat: 'twoGbMaxExtentSparse', adapter_type: 'lsilogic', hwversion: 13 } })).close();
    expect(existsSync(at('disk-s002.vmdk'))).toBe(true);
    await using disk = await openDisk(at('disk.vmdk'));
    const details = await disk.image.details();
    expect(details).toMatchObject({ 'hw-version': '13', 'adapter-type': 'lsilogic' });
    if (!hasQemuImg) return;
    expect(details).toMatchObject(JSON.parse(mustPassQemuImg('info', '--output=json', at('disk.vmdk')))['format-specific'].data);
  });
  it('are told apart from what is no file name', async () => {
    await expect(createDisk(at('a"b.vmdk'), { format: 'vmdk', size: MIB })).rejects.toThrow(/cannot hold/);
    await (await createDisk(at('größe.vmdk'), { format: 'vmdk', size: MIB, options: { subformat: 'monolithicFlat' } })).close();
    expect(existsSync(at('größe-flat.vmdk'))).toBe(true);
    await (await openDisk(at('größe.vmdk'))).close();
  });
  it('of the parts are replaced with the disk, and not otherwise', async () => {
    const options = { format: 'vmdk', size: MIB, options: { subformat: 'monolithicFlat' } };
    {
      await using disk = await createDisk(at('disk.vmdk'), options);
      await disk.write(0, filled(512, 1));
    }
    rmSync(at('disk.vmdk'));
    await expect(createDisk(at('disk.vmdk'), options)).rejects.toMatchObject({ code: 'DISK_EXISTS' });
    await using disk = await createDisk(at('disk.vmdk'), { ...options, replace: true });
    await expectContents(disk, filled(MIB, 0));
  });
  it('what the hardware is can be amended', async () => {
    await (await createDisk(at('disk.vmdk'), { format: 'vmdk', size: 512 * MIB })).close();
    {
      await using disk = await openDisk(at('disk.vmdk'), { readOnly: false });
      await vmdk.amend!(disk.image, { adapter_type: 'lsilogic', hwversion: 14 });
      await expect(vmdk.amend!(disk.image, { subformat: 'monolithicFlat' })).rejects.toThrow(/cannot be changed/);
    }
    await using disk = await openDisk(at('disk.vmdk'));
    expect(disk.image.details()).toMatchObject({ 'adapter-type': 'lsilogic', 'hw-version': '14' });
    expect((disk.image as VmdkImage).descriptor!.get('ddb.geometry.heads')).toBe('64');
  });
});
