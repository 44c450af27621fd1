import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Disk } from '../../disk.ts';
import type { Format } from '../../format.ts';
import { createDisk, createIn, openDisk, openStore } from '../../open-disk.ts';
import { MemoryStore } from '../../store/memory-store.ts';
import { corpusFile, corpusRows, hasCorpus, NO_CORPUS, nz64 } from '../../testing/corpus.ts';
import { hasQemuImg, mustPassQemuImg } from '../../testing/qemu-img.ts';
import { testFormat } from '../../testing/test-format.ts';
import { parallels } from './format.ts';
import { CLOSED_2, header, HEADER_BYTES, IN_USE } from './layout.ts';

const MIB = 1024 * 1024;
const GUID = '{5fbaabe3-6958-40ff-92a7-860e329aab41}';

testFormat({
  format: parallels as unknown as Format,
  variants: [{ name: 'v2' }, { name: 'v1', options: { version: '1', cluster_size: 65536 } }, { name: 'clusters of 4 KiB', options: { cluster_size: 4096 } }],
  qemuName: 'parallels', qemuChecks: true, survivesPowerCuts: true, operations: 200,
});

const filled = (byte: number, length = 4096): Uint8Array => new Uint8Array(length).fill(byte);

async function readBytes(disk: Disk, ...places: number[]): Promise<number[]> {
  const byte = new Uint8Array(1);
  const found: number[] = [];
  for (const at of places) {
    await disk.read(at, byte);
    found.push(byte[0]!);
  }
  return found;
}

async function inFolder(action: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'worldswitch-parallels-'));
  try {
    await action(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const headerOf = (store: MemoryStore): ReturnType<typeof header.read> => {
  const bytes = new Uint8Array(HEADER_BYTES);
  store.read(0, bytes);
  return header.read(bytes);
};

it('is in use from the first write until it is closed', async () => {
  const store = new MemoryStore('in use');
  const made = await createIn(store, { format: 'parallels', size: 4 * MIB });
  expect(headerOf(store).inUse).toBe(CLOSED_2);
  await made.write(0, filled(1));
  expect(headerOf(store).inUse).toBe(IN_USE);
  await made.flush();
  const check = await openStore(store, { format: 'parallels', readOnly: false, isForCheck: true });
  expect(await parallels.check!(check.image, undefined)).toMatchObject({ corruptions: 0, problems: [{ kind: 'warning' }] });
  expect(await parallels.check!(check.image, 'all')).toMatchObject({ problems: [{ kind: 'warning', isFixed: true }] });
  expect(headerOf(store).inUse).toBe(CLOSED_2);
  await made.close();
  expect(headerOf(store).inUse).toBe(CLOSED_2);
});

describe('another size', () => {
  it.each([['v2', { cluster_size: 65536 }], ['v2 with a BAT that has to have more room', { cluster_size: 512 }], ['v1', { cluster_size: 4096, version: '1' }]])('%s: grows and shrinks', async (_, options) => {
    const store = new MemoryStore('sizes');
    const disk = await createIn(store, { format: 'parallels', size: 2 * MIB, options });
    const model = new Uint8Array(64 * MIB);
    const write = async (at: number, byte: number, length: number): Promise<void> => {
      await disk.write(at, filled(byte, length));
      model.fill(byte, at, at + length);
    };
    const expectModel = async (): Promise<void> => {
      await disk.flush();
      const bytes = new Uint8Array(disk.size);
      await disk.read(0, bytes);
      expect(Buffer.compare(bytes, model.subarray(0, disk.size))).toBe(0);
      const { corruptions, leaks } = await parallels.check!(disk.image, undefined);
      expect({ corruptions, leaks }).toEqual({ corruptions: 0, leaks: 0 });
    };
    const resize = async (size: number): Promise<void> => {
      if (size < disk.size) model.fill(0, size);
      await disk.change(async () => disk.image.resize!(size));
      expect(disk.size).toBe(size);
      await expectModel();
    };
    await write(2 * MIB - 4096, 1, 4096);
    await write(0, 2, 100_000);
    await resize(2 * MIB - 2048);
    await resize(64 * MIB);
    await write(50 * MIB, 3, 70_000);
    await resize(MIB + 512);
    await resize(5 * MIB);
    await disk.close();
  });

  it.skipIf(!hasQemuImg)('qemu-img agrees after it (qemu-img)', () => inFolder(async (folder) => {
    const path = join(folder, 'disk.hds');
    const disk = await createDisk(path, { format: 'parallels', size: 8 * MIB });
    await disk.write(7 * MIB, filled(1));
    await disk.change(async () => disk.image.resize!(300_000 * MIB));
    await disk.write(299_999 * MIB, filled(2));
    await disk.close();
    mustPassQemuImg('check', '-f', 'parallels', path);
    expect(JSON.parse(mustPassQemuImg('map', '--output=json', '-f', 'parallels', path)).filter((extent: { data: boolean }) => extent.data).map((extent: { start: number }) => extent.start)).toEqual([7 * MIB, 299_999 * MIB]);
  }));
});

it('has two clusters with one place repaired, each with what it had', async () => {
  const store = new MemoryStore('shared');
  const made = await createIn(store, { format: 'parallels', size: 4 * MIB });
  await made.write(0, filled(1, MIB));
  await made.close();
  const entry = new Uint8Array(4);
  store.read(HEADER_BYTES, entry);
  store.write(HEADER_BYTES + 8, entry);
  store.write(HEADER_BYTES + 12, Uint8Array.of(0, 0, 1, 0));
  const disk = await openStore(store, { format: 'parallels', readOnly: false, isForCheck: true });
  await expect(disk.write(0, filled(1))).rejects.toMatchObject({ code: 'DISK_IMAGE_CORRUPT' });
  expect(await parallels.check!(disk.image, undefined)).toMatchObject({ corruptions: 2 });
  expect(await parallels.check!(disk.image, 'all')).toMatchObject({ corruptions: 0, corruptionsFixed: 2 });
  expect(await parallels.check!(disk.image, undefined)).toMatchObject({ corruptions: 0, leaks: 0 });
  await disk.write(2 * MIB, filled(5));
  expect(await readBytes(disk, 0, 2 * MIB, 2 * MIB + 4096, 3 * MIB)).toEqual([1, 5, 1, 0]);
});

describe('a bundle', () => {
  /** A disk of 2 MiB in two storages, the second plain, with a snapshot below the first. */
  async function makeBundle(folder: string, { parentOfTop = GUID, file = 'top.hds' } = {}): Promise<void> {
    const make = async (name: string, byte: number, at: number): Promise<void> => {
      const disk = await createDisk(join(folder, name), { format: 'parallels', size: MIB, options: { cluster_size: 4096 } });
      await disk.write(at, filled(byte));
      await disk.close();
    };
    await make('base.hds', 1, 0);
    await make('top.hds', 2, 4096);
    writeFileSync(join(folder, 'plain.hds'), filled(3, MIB));
    const top = '{00000000-0000-0000-0000-000000000002}';
    writeFileSync(join(folder, 'DiskDescriptor.xml'), `<?xml version='1.0' encoding='UTF-8'?>
<Parallels_disk_image Version="1.0"><Disk_Parameters><Disk_size>4096</Disk_size></Disk_Parameters>
<StorageData><Storage><Start>2048</Start><End>4096</End><Image><GUID>${GUID}</GUID><Type>Plain</Type><File>plain.hds</File></Image></Storage>
<Storage><Start>0</Start><End>2048</End><Image><GUID>${GUID}</GUID><Type>Compressed</Type><File>base.hds</File></Image>
<Image><GUID>${top}</GUID><Type>Compressed</Type><File>${file}</File></Image></Storage></StorageData>
<Snapshots><TopGUID>${top}</TopGUID><Shot><GUID>${GUID}</GUID><ParentGUID>{00000000-0000-0000-0000-000000000000}</ParentGUID></Shot>
<Shot><GUID>${top}</GUID><ParentGUID>${parentOfTop}</ParentGUID></Shot></Snapshots></Parallels_disk_image>`);
  }

  it('is read by its folder, through its snapshots', () => inFolder(async (folder) => {
    await makeBundle(folder);
    await using disk = await openDisk(folder);
    expect([disk.image.format, disk.size]).toEqual(['parallels', 2 * MIB]);
    expect(await readBytes(disk, 0, 4096, 8192, MIB, 2 * MIB - 1)).toEqual([1, 2, 0, 3, 3]);
    await using below = await openSnapshot(disk, GUID);
    expect(await readBytes(below, 0, 4096, MIB)).toEqual([1, 0, 3]);
    expect(await parallels.check!(disk.image, undefined)).toMatchObject({ corruptions: 0, leaks: 0, allocated: 2 });
  }));

  it('does not stand on itself', () => inFolder(async (folder) => {
    await makeBundle(folder, { parentOfTop: '{00000000-0000-0000-0000-000000000002}' });
    await expect(openDisk(folder)).rejects.toMatchObject({ code: 'DISK_IMAGE_CORRUPT' });
  }));

  it('names no files elsewhere', () => inFolder(async (folder) => {
    await makeBundle(folder, { file: '/etc/passwd' });
    await expect(openDisk(folder)).rejects.toMatchObject({ code: 'DISK_REFERENCE_DENIED' });
  }));

  it('is not written', () => inFolder(async (folder) => {
    await makeBundle(folder);
    await expect(openDisk(folder, { readOnly: false })).rejects.toMatchObject({ code: 'DISK_OPERATION_UNSUPPORTED' });
  }));
});

const openSnapshot = async (disk: Disk, which: string): Promise<Disk> => {
  const { Disk: Opened } = await import('../../disk.ts');
  return new Opened({ image: await disk.image.snapshots!.open(which) });
};

describe.skipIf(!hasCorpus)(`images of others${hasCorpus ? '' : ` (${NO_CORPUS})`}`, () => {
  it.each([...corpusRows('qemu/parallels'), ...corpusRows('dissect/hdd__expanding')])('$file', async ({ file, size, nz64: digest }) => {
    await using disk = await openStore(new MemoryStore(file, corpusFile(file)));
    expect([disk.image.format, disk.size, await nz64(disk)]).toEqual(['parallels', size, digest]);
    expect(await parallels.check!(disk.image, undefined)).toMatchObject({ corruptions: 0, leaks: 0, problems: [] });
  });

  it.each(corpusRows('dissect/hdd__').filter(({ file }) => !file.includes('expanding')).map((row) => ({ ...row, name: /hdd__(\w+)/.exec(row.file)![1]! })))('the bundle $name', ({ name, size, nz64: digest }) => inFolder(async (folder) => {
    const bundle = join(folder, `${name}.hdd`);
    mkdirSync(bundle);
    writeFileSync(join(bundle, 'DiskDescriptor.xml'), corpusFile(`dissect/hdd__${name}.hdd__DiskDescriptor.xml`));
    for (let i = 0; i < (name === 'split' ? 6 : 1); i++) writeFileSync(join(bundle, `${name}.hdd.${i}.${GUID}.hds`), corpusFile(`dissect/hdd__${name}.hdd__${name}.hdd.${i}.${GUID}.hds.gz`));
    await using disk = await openDisk(bundle);
    expect([disk.size, await nz64(disk)]).toEqual([size, digest]);
  }));

  it('bitmaps are told of, and dropped by the first write', async () => {
    const store = new MemoryStore('with-bitmap', corpusFile('qemu/parallels-with-bitmap.bz2'));
    const disk = await openStore(store, { readOnly: false, format: 'parallels' });
    expect(disk.image.details()).toMatchObject({ 'bitmaps-whole': true, bitmaps: [{ granularity: 65536 }] });
    await disk.write(MIB, filled(1));
    await disk.close();
    expect(headerOf(store)).toMatchObject({ extensionOffset: 0, inUse: CLOSED_2 });
    await using again = await openStore(store, { isForCheck: true });
    expect(await readBytes(again, MIB, 2 * MIB)).toEqual([1, 0]);
    expect(await parallels.check!(again.image, undefined)).toMatchObject({ corruptions: 0, leaks: 0, problems: [], allocated: 1 });
  });
});
