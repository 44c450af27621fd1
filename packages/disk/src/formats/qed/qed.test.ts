import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Disk } from '../../disk.ts';
import type { Format } from '../../format.ts';
import { createDisk, createIn, openDisk, openStore } from '../../open-disk.ts';
import { MemoryStore } from '../../store/memory-store.ts';
import { hasQemuImg, mustPassQemuImg } from '../../testing/qemu-img.ts';
import { testFormat } from '../../testing/test-format.ts';
import { qed } from './format.ts';
import { FEATURE_NEED_CHECK, header } from './layout.ts';

const MIB = 1024 * 1024;

testFormat({
  format: qed as unknown as Format,
  variants: [{ name: 'default' }, { name: 'small clusters and tables', options: { cluster_size: 4096, table_size: 2 } }],
  qemuName: 'qed', qemuChecks: true, survivesPowerCuts: true, operations: 200,
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
  const folder = mkdtempSync(join(tmpdir(), 'worldswitch-qed-'));
  try {
    await action(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const featuresOf = (store: MemoryStore): number => {
  const bytes = new Uint8Array(header.byteLength);
  store.read(0, bytes);
  return header.read(bytes).features;
};

it('needs a check from the first write until it is closed', async () => {
  const store = new MemoryStore('needs check');
  const disk = await createIn(store, { format: 'qed', size: 4 * MIB });
  expect(featuresOf(store) & FEATURE_NEED_CHECK).toBe(0);
  await disk.write(0, filled(1));
  expect(featuresOf(store) & FEATURE_NEED_CHECK).toBe(FEATURE_NEED_CHECK);
  await disk.close();
  expect(featuresOf(store) & FEATURE_NEED_CHECK).toBe(0);
});

it('stands on a backing file, and its zeros hide it', () => inFolder(async (folder) => {
  writeFileSync(join(folder, 'base.raw'), filled(1, 3 * MIB));
  const base = await openDisk(join(folder, 'base.raw'), { format: 'raw' });
  const path = join(folder, 'over.qed');
  const made = await createDisk(path, { format: 'qed', size: 2 * MIB, parent: { name: 'base.raw', format: 'raw', disk: base } });
  await made.write(512, filled(2, 512));
  await made.zero(MIB, MIB / 2);
  await made.change(async () => made.image.resize!(3 * MIB));
  await made.close();
  await using disk = await openDisk(path);
  expect(await readBytes(disk, 0, 512, MIB, MIB + MIB / 2, 2 * MIB, 3 * MIB - 1)).toEqual([1, 2, 0, 1, 0, 0]);
  if (!hasQemuImg) return;
  mustPassQemuImg('check', '-f', 'qed', path);
  const model = filled(1, 3 * MIB);
  model.fill(2, 512, 1024).fill(0, MIB, MIB + MIB / 2).fill(0, 2 * MIB);
  writeFileSync(join(folder, 'model'), model);
  mustPassQemuImg('compare', '-f', 'qed', '-F', 'raw', path, join(folder, 'model'));
}));

it.skipIf(!hasQemuImg)('reads what qemu-img made (qemu-img)', () => inFolder(async (folder) => {
  const raw = join(folder, 'raw'), path = join(folder, 'made.qed');
  writeFileSync(raw, Buffer.concat([filled(1, MIB), filled(0, 5 * MIB), filled(3, 100 * 512)]));
  mustPassQemuImg('convert', '-f', 'raw', '-O', 'qed', '-o', 'cluster_size=8192,table_size=2', raw, path);
  await using disk = await openDisk(path);
  expect(disk.image.format).toBe('qed');
  expect(await readBytes(disk, 0, MIB - 1, MIB, 6 * MIB, disk.size - 1)).toEqual([1, 1, 0, 3, 3]);
  expect(await qed.check!(disk.image, undefined)).toMatchObject({ corruptions: 0, leaks: 0, problems: [] });
}));

it('keeps data that lies between two tables', async () => {
  const store = new MemoryStore('two tables');
  const disk = await createIn(store, { format: 'qed', size: 16 * MIB, options: { cluster_size: 4096, table_size: 2 } });
  const tableSpan = 4 * MIB;
  await disk.write(0, filled(1));
  await disk.write(tableSpan, filled(2));
  await disk.flush();
  // In place, in clusters between the tables, and then an entry of each.
  await disk.write(0, filled(3));
  await disk.write(4096, filled(4));
  await disk.write(tableSpan + 4096, filled(5));
  await disk.flush();
  expect(await readBytes(disk, 0, 4096, tableSpan, tableSpan + 4096)).toEqual([3, 4, 2, 5]);
  await using again = await openStore(store, { format: 'qed', isForCheck: true });
  expect(await readBytes(again, 0, 4096, tableSpan, tableSpan + 4096)).toEqual([3, 4, 2, 5]);
  expect(await qed.check!(again.image, undefined)).toMatchObject({ corruptions: 0, leaks: 0 });
});

describe('damage', () => {
  /** L2 entries 0 and 1 share a cluster, 2 is beyond the end. */
  const makeDamaged = async (): Promise<MemoryStore> => {
    const store = new MemoryStore('damaged');
    const disk = await createIn(store, { format: 'qed', size: 4 * MIB });
    await disk.write(0, filled(1, 65536));
    await disk.write(2 * 65536, filled(2, 65536));
    await disk.close();
    const table = new Uint8Array(8);
    store.read(65536, table);
    const l2 = Number(new DataView(table.buffer).getBigUint64(0, true));
    store.read(l2, table);
    store.write(l2 + 8, table);
    store.write(l2 + 16, Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0));
    return store;
  };

  it('is not written, and is repaired', async () => {
    const disk = await openStore(await makeDamaged(), { format: 'qed', readOnly: false, isForCheck: true });
    await expect(disk.write(0, filled(1))).rejects.toMatchObject({ code: 'DISK_IMAGE_CORRUPT' });
    await expect(disk.read(2 * 65536, filled(0))).rejects.toMatchObject({ code: 'DISK_IMAGE_CORRUPT' });
    expect(await qed.check!(disk.image, undefined)).toMatchObject({ corruptions: 2, leaks: 1 });
    expect(await qed.check!(disk.image, 'all')).toMatchObject({ corruptions: 0, corruptionsFixed: 2 });
    expect(await qed.check!(disk.image, undefined)).toMatchObject({ corruptions: 0, leaks: 0 });
    expect(await readBytes(disk, 0, 65536, 2 * 65536)).toEqual([1, 0, 0]);
    await disk.close();
  });
});
