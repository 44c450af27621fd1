import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Format } from '../../format.ts';
import { openStore } from '../../open-disk.ts';
import { MemoryStore } from '../../store/memory-store.ts';
import { hasQemuImg, mustPassQemuImg } from '../../testing/qemu-img.ts';
import { expectSurvivesDamage } from '../../testing/test-damage.ts';
import { bochs } from './format.ts';
import { header } from './layout.ts';

const EXTENT_BYTES = 16 * 1024;

/** Four extents: the third and the first, in this order, have some of their sectors. */
function makeImage(version: number): { image: Uint8Array<ArrayBuffer>; model: Uint8Array<ArrayBuffer> } {
  const image = new Uint8Array(512 + 16 + 2 * (512 + EXTENT_BYTES)), model = new Uint8Array(4 * EXTENT_BYTES);
  header.write(image, { magic: 'Bochs Virtual HD Image', type: 'Redolog', subtype: 'Growing', version, headerSize: 512, catalogEntries: 4, bitmapSize: 4, extentSize: EXTENT_BYTES });
  const view = new DataView(image.buffer);
  view.setBigUint64(version === 0x0001_0000 ? 84 : 88, BigInt(model.length), true);
  [1, 0xffff_ffff, 0, 0xffff_ffff].forEach((entry, i) => view.setUint32(512 + i * 4, entry, true));
  const writeSector = (extent: number, slot: number, sector: number): void => {
    const bitmap = 528 + slot * (512 + EXTENT_BYTES);
    image[bitmap + (sector >> 3)]! |= 1 << (sector & 7);
    image.fill(sector + 1, bitmap + 512 + sector * 512, bitmap + 512 + (sector + 1) * 512);
    model.fill(sector + 1, extent * EXTENT_BYTES + sector * 512, extent * EXTENT_BYTES + (sector + 1) * 512);
  };
  for (const sector of [0, 1, 2, 9, 31]) writeSector(0, 1, sector);
  for (const sector of [5, 30]) writeSector(2, 0, sector);
  return { image, model };
}

it.each([['1', 0x0001_0000], ['2', 0x0002_0000]])('version %s is read sector by sector', async (_, version) => {
  const { image, model } = makeImage(version);
  await using disk = await openStore(new MemoryStore('growing', image));
  expect([disk.image.format, disk.size]).toEqual(['bochs', model.length]);
  const bytes = new Uint8Array(model.length);
  await disk.read(0, bytes);
  expect(Buffer.compare(bytes, model)).toBe(0);
  const kinds = [];
  for await (const { kind, length } of disk.extents()) kinds.push([kind, length / 512]);
  expect(kinds).toEqual([['data', 3], ['absent', 6], ['data', 1], ['absent', 21], ['data', 1], ['absent', 37], ['data', 1], ['absent', 24], ['data', 1], ['absent', 33]]);
});

it.skipIf(!hasQemuImg)('qemu-img reads the same (qemu-img)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'worldswitch-bochs-'));
  try {
    const { image, model } = makeImage(0x0002_0000);
    writeFileSync(join(folder, 'image'), image);
    writeFileSync(join(folder, 'model'), model);
    mustPassQemuImg('compare', '-f', 'bochs', '-F', 'raw', join(folder, 'image'), join(folder, 'model'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it.each([['extentSize', 0], ['extentSize', 0x8000_0000], ['catalogEntries', 0xffff_ffff], ['catalogEntries', 3], ['bitmapSize', 0]])('refuses %s %d', async (field, value) => {
  const { image } = makeImage(0x0002_0000);
  header.write(image, { [field]: value });
  await expect(openStore(new MemoryStore('damaged', image))).rejects.toMatchObject({ name: 'DiskError', context: { field } });
});

it('does not trust its headers', () => expectSurvivesDamage(bochs as unknown as Format, makeImage(0x0002_0000).image, [[0, 96], [512, 528]]));

it('is not written', async () => {
  await expect(openStore(new MemoryStore('growing', makeImage(0x0002_0000).image), { readOnly: false })).rejects.toMatchObject({ code: 'DISK_OPERATION_UNSUPPORTED' });
});
