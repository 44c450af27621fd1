import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Disk } from '../../disk.ts';
import type { Format } from '../../format.ts';
import { createDisk, createIn, openDisk, openStore } from '../../open-disk.ts';
import { MemoryStore } from '../../store/memory-store.ts';
import { corpusFile, corpusRows, hasCorpus, hostileFile, NO_CORPUS, nz64 } from '../../testing/corpus.ts';
import { hasQemuImg, mustPassQemuImg } from '../../testing/qemu-img.ts';
import { testDifferencing } from '../../testing/test-differencing.ts';
import { testFormat } from '../../testing/test-format.ts';
import { vdi } from './format.ts';
import type { VdiImage } from './image.ts';
import { header } from './layout.ts';

const MIB = 1024 * 1024;

testFormat({ format: vdi as unknown as Format, variants: [{ name: 'dynamic' }, { name: 'static', options: { static: true } }], qemuName: 'vdi', qemuChecks: true, survivesPowerCuts: true });
// qemu reads no other blocks than of 1 MiB.
testFormat({ format: vdi as unknown as Format, variants: [{ name: 'blocks of 4 KiB', options: { block_size: 4096 } }, { name: 'blocks of 64 KiB', options: { block_size: 65536 } }], survivesPowerCuts: true, operations: 120 });
for (const blockBytes of [1024 * 1024, 16_384]) testDifferencing({ format: vdi as unknown as Format, options: { block_size: blockBytes }, findsByContents: true });

const filled = (byte: number, length = 4096): Uint8Array => new Uint8Array(length).fill(byte);

async function readByte(disk: Disk, at: number): Promise<number> {
  const byte = new Uint8Array(1);
  await disk.read(at, byte);
  return byte[0]!;
}

async function inFolder(action: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'worldswitch-vdi-'));
  try {
    await action(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const openHostile = (name: string, isForCheck = false): Promise<Disk> => openStore(new MemoryStore(name, hostileFile(name)), { format: 'vdi', readOnly: false, isForCheck });

describe('the parent of a differencing image', () => {
  const make = async (folder: string): Promise<{ base: string; child: string }> => {
    const base = join(folder, 'base.vdi'), child = join(folder, 'child.vdi');
    const disk = await createDisk(base, { format: 'vdi', size: 4 * MIB });
    await disk.write(0, filled(1, 2 * MIB));
    await disk.close();
    const parent = await openDisk(base);
    const over = await createDisk(child, { format: 'vdi', size: 4 * MIB, parent: { name: 'base.vdi', format: 'vdi', disk: parent } });
    await over.write(4096, filled(2));
    await over.zero(MIB, MIB);
    await over.close();
    return { base, child };
  };

  it('is found by its UUID, whatever its name', () => inFolder(async (folder) => {
    const { child } = await make(folder);
    await using disk = await openDisk(child);
    expect([await readByte(disk, 0), await readByte(disk, 4096), await readByte(disk, 8192), await readByte(disk, MIB), await readByte(disk, 3 * MIB)]).toEqual([1, 2, 1, 0, 0]);
  }));

  it('may not have been written since', () => inFolder(async (folder) => {
    const { base, child } = await make(folder);
    const disk = await openDisk(base, { readOnly: false });
    await disk.write(0, filled(3));
    await disk.close();
    await expect(openDisk(child)).rejects.toMatchObject({ code: 'DISK_PARENT_MISMATCH' });
  }));

  it('is wanted: without it the image is refused', () => inFolder(async (folder) => {
    const { base, child } = await make(folder);
    rmSync(base);
    await expect(openDisk(child)).rejects.toMatchObject({ code: 'DISK_REFERENCE_MISSING' });
  }));

  it('shows through again where blocks are removed, and the file is as long as its blocks', () => inFolder(async (folder) => {
    const { child } = await make(folder);
    const disk = await openDisk(child, { readOnly: false });
    await disk.write(2 * MIB, filled(4, MIB));
    await disk.change(async () => (disk.image as VdiImage).remove(0, MIB));
    expect([await readByte(disk, 4096), await readByte(disk, 2 * MIB)]).toEqual([1, 4]);
    await disk.close();
    await using again = await openDisk(child, { isForCheck: true });
    expect([await readByte(again, 4096), await readByte(again, 2 * MIB)]).toEqual([1, 4]);
    expect(await vdi.check!(again.image, undefined)).toMatchObject({ corruptions: 0, leaks: 0, allocated: 1 });
    expect(again.image.store.length).toBe(2 * MIB);
  }));
});

describe('another size', () => {
  it.each([['dynamic', 64 * 1024, false], ['static', 64 * 1024, true], ['with a map that has to move', 512, false], ['static, with a map that has to move', 512, true]])('%s: grows and shrinks', async (_, blockBytes, isStatic) => {
    const store = new MemoryStore('sizes');
    const disk = await createIn(store, { format: 'vdi', size: 8 * MIB, options: { block_size: blockBytes, static: isStatic } });
    const model = new Uint8Array(160 * MIB);
    const write = async (at: number, byte: number, length: number): Promise<void> => {
      await disk.write(at, filled(byte, length));
      model.fill(byte, at, at + length);
    };
    const expectModel = async (): Promise<void> => {
      const bytes = new Uint8Array(disk.size);
      await disk.read(0, bytes);
      expect(Buffer.compare(bytes, model.subarray(0, disk.size))).toBe(0);
      expect(await vdi.check!(disk.image, undefined)).toMatchObject({ corruptions: 0, leaks: 0, problems: [] });
    };
    await write(8 * MIB - 4096, 1, 4096);
    await write(0, 2, 100_000);
    const resize = (size: number): Promise<void> => disk.change(async () => disk.image.resize!(size));
    await resize(8 * MIB - 2048);
    model.fill(0, 8 * MIB - 2048);
    await expectModel();
    await resize(160 * MIB);
    await expectModel();
    await write(150 * MIB, 3, 70_000);
    await resize(3 * MIB + 512);
    model.fill(0, 3 * MIB + 512);
    await expectModel();
    await resize(5 * MIB);
    await expectModel();
    await disk.close();
  });

  it.skipIf(!hasQemuImg)('qemu-img agrees after it (qemu-img)', () => inFolder(async (folder) => {
    const path = join(folder, 'disk.vdi');
    const disk = await createDisk(path, { format: 'vdi', size: 8 * MIB });
    await disk.write(7 * MIB, filled(1));
    // The map of 300 000 blocks does not fit before the data.
    await disk.change(async () => disk.image.resize!(300_000 * MIB));
    await disk.write(299_999 * MIB, filled(2));
    await disk.close();
    mustPassQemuImg('check', '-f', 'vdi', path);
    await using again = await openDisk(path);
    expect([await readByte(again, 7 * MIB), await readByte(again, 299_999 * MIB)]).toEqual([1, 2]);
    expect(JSON.parse(mustPassQemuImg('map', '--output=json', '-f', 'vdi', path)).filter((extent: { data: boolean }) => extent.data).map((extent: { start: number }) => extent.start)).toEqual([7 * MIB, 299_999 * MIB]);
  }));
});

describe('check', () => {
  it('finds a count that is too low, and mends it', async () => {
    const store = new MemoryStore('count');
    const made = await createIn(store, { format: 'vdi', size: 4 * MIB });
    await made.write(0, filled(1, 3 * MIB));
    await made.close();
    const sector = new Uint8Array(512);
    store.read(0, sector);
    header.write(sector, { blocksAllocated: 1 });
    store.write(0, sector);
    const disk = await openStore(store, { format: 'vdi', readOnly: false, isForCheck: true });
    expect(await vdi.check!(disk.image, undefined)).toMatchObject({ corruptions: 1, leaks: 0 });
    expect(await vdi.check!(disk.image, 'all')).toMatchObject({ corruptions: 0, corruptionsFixed: 1 });
    expect(await vdi.check!(disk.image, undefined)).toMatchObject({ corruptions: 0, problems: [] });
    expect([await readByte(disk, 3 * MIB - 1), await readByte(disk, 3 * MIB)]).toEqual([1, 0]);
  });

  it('takes out places that nothing points to', async () => {
    const store = new MemoryStore('leak');
    const made = await createIn(store, { format: 'vdi', size: 4 * MIB });
    await made.write(0, filled(1, MIB));
    await made.write(2 * MIB, filled(2, MIB));
    await made.close();
    store.write(4096, Uint8Array.of(0xff, 0xff, 0xff, 0xff));
    const disk = await openStore(store, { format: 'vdi', readOnly: false, isForCheck: true });
    expect(await vdi.check!(disk.image, undefined)).toMatchObject({ corruptions: 0, leaks: 1 });
    expect(await vdi.check!(disk.image, 'leaks')).toMatchObject({ corruptions: 0, leaks: 0, leaksFixed: 1 });
    expect(await vdi.check!(disk.image, undefined)).toMatchObject({ problems: [], allocated: 1 });
    expect([await readByte(disk, 0), await readByte(disk, 2 * MIB), store.length]).toEqual([0, 2, 2 * MIB]);
  });
});

it('reads data that follows extra bytes of each block', async () => {
  const store = new MemoryStore('extra');
  const made = await createIn(store, { format: 'vdi', size: 2 * MIB });
  await made.close();
  const sector = new Uint8Array(512);
  store.read(0, sector);
  header.write(sector, { blockExtra: 512 });
  store.write(0, sector);
  const disk = await openStore(store, { format: 'vdi', readOnly: false });
  await disk.write(MIB, filled(7));
  await disk.write(0, filled(8));
  await disk.flush();
  expect([await readByte(disk, MIB), await readByte(disk, 0)]).toEqual([7, 8]);
  expect(store.length).toBe(MIB + 2 * (MIB + 512));
  const place = new Uint8Array(1);
  store.read(MIB + 512, place);
  expect(place[0]).toBe(7);
  await disk.close();
});

it('has its UUIDs in the byte order of the structure', async () => {
  const store = new MemoryStore('uuid');
  const made = await createIn(store, { format: 'vdi', size: MIB, random: () => Uint8Array.from({ length: 16 }, (__, i) => i) });
  expect(made.image.details()).toMatchObject({ uuid: '03020100-0504-4706-8809-0a0b0c0d0e0f' });
  const bytes = new Uint8Array(16);
  store.read(0x188, bytes);
  expect([...bytes]).toEqual([0, 1, 2, 3, 4, 5, 6, 0x47, 0x88, 9, 10, 11, 12, 13, 14, 15]);
  await made.close();
});

describe.skipIf(!hasCorpus)(`images of others${hasCorpus ? '' : ` (${NO_CORPUS})`}`, () => {
  it.each(corpusRows('dissect/vdi__'))('$file', async ({ file, size, nz64: digest }) => {
    await using disk = await openStore(new MemoryStore(file, corpusFile(file)));
    expect([disk.image.format, disk.size, await nz64(disk)]).toEqual(['vdi', size, digest]);
  });

  it.each(['vdi-blocks-huge.vdi', 'vdi-block0.vdi', 'vdi-parent.vdi'])('refuses %s', async (name) => {
    await expect(openHostile(name)).rejects.toMatchObject({ name: 'DiskError' });
  });

  it.each(['vdi-map-dup.vdi', 'vdi-map-past.vdi'])('%s: is not written, and is repaired', async (name) => {
    const disk = await openHostile(name, true);
    await expect(disk.write(0, filled(1, 512))).rejects.toMatchObject({ code: 'DISK_IMAGE_CORRUPT' });
    const report = await vdi.check!(disk.image, undefined);
    expect(report.corruptions).toBeGreaterThan(0);
    expect(await vdi.check!(disk.image, 'all')).toMatchObject({ corruptions: 0, corruptionsFixed: report.corruptions });
    expect(await vdi.check!(disk.image, undefined)).toMatchObject({ corruptions: 0, leaks: 0 });
    await disk.write(0, filled(1, 512));
    await disk.close();
  });
});
