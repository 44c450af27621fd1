import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DiskError } from '../errors.ts';
import { storeVolume } from '../filesystem/volume.ts';
import type { Volume } from '../filesystem/volume.ts';
import { FileStore } from '../store/file-store.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { has, mustRun, run } from '../testing/file-trees.ts';
import { RandomSource } from '../testing/random-source.ts';
import { GPT_HEADER, MBR_ENTRIES_AT, MBR_ENTRY, MBR_ENTRY_BYTES } from './layout.ts';
import { openPartition, readPartitions, repairGpt } from './partitions.ts';

const MiB = 1024 * 1024;
const hasSfdisk = has('sfdisk');
const hasSgdisk = has('sgdisk');
const folder = mkdtempSync(join(tmpdir(), 'worldswitch-partitions-'));
afterAll(() => rmSync(folder, { recursive: true }));

function made(program: string, args: readonly string[], input: string, sizeBytes: number): string {
  const path = join(folder, `${Math.random()}.img`);
  writeFileSync(path, '');
  truncateSync(path, sizeBytes);
  mustRun(program, [...args, path], { input });
  return path;
}

const memory = (contents: Uint8Array, sectorBytes = 512): { volume: Volume; store: MemoryStore } => {
  const store = new MemoryStore('memory', contents);
  return { store, volume: storeVolume(store, { sectorBytes }) };
};

function mbrOf(entries: readonly { type: number; start: number; count: number }[]): Uint8Array {
  const sector = new Uint8Array(512);
  entries.forEach(({ type, start, count }, i) => MBR_ENTRY.write(sector, { type, startSectorNumber: start, sectorCount: count }, MBR_ENTRIES_AT + i * MBR_ENTRY_BYTES));
  sector[510] = 0x55;
  sector[511] = 0xaa;
  return sector;
}

describe('an MBR', () => {
  it.skipIf(!hasSfdisk)('of sfdisk, with logical partitions (needs sfdisk)', async () => {
    const path = made('sfdisk', [], 'label: dos\nlabel-id: 0x12345678\n2048,20480,83,*\n22528,,05\n24576,2048,82\n28672,4096,0c\n34816,,83\n', 64 * MiB);
    const table = await readPartitions(memory(readFileSync(path)).volume);
    expect(table.scheme).toBe('mbr');
    expect(table.diskId).toBe('12345678');
    expect(table.partitions.map(({ number, role, start, size, type, isBootable }) => [number, role, start / 512, size / 512, type, isBootable])).toEqual([
      [1, 'primary', 2048, 20480, '83', true], [2, 'extended', 22528, 131072 - 22528, '05', false], [5, 'logical', 24576, 2048, '82', false], [6, 'logical', 28672, 4096, '0c', false],
      [7, 'logical', 34816, 131072 - 34816, '83', false],
    ]);
    expect(table.problems).toEqual([]);
  });

  it('whose chain of logical partitions goes round ends', async () => {
    const disk = new Uint8Array(MiB);
    disk.set(mbrOf([{ type: 5, start: 64, count: 1900 }]));
    disk.set(mbrOf([{ type: 0x83, start: 1, count: 10 }, { type: 5, start: 100, count: 10 }]), 64 * 512);
    disk.set(mbrOf([{ type: 0x83, start: 1, count: 10 }, { type: 5, start: 0, count: 10 }]), 164 * 512);
    const { partitions, problems } = await readPartitions(memory(disk).volume);
    expect(partitions.map(({ number }) => number)).toEqual([1, 5, 6]);
    expect(problems.map(({ message }) => message).join()).toContain('comes back');
  });

  it('tells of overlaps, poor alignment, and what is beyond the end', async () => {
    const disk = new Uint8Array(MiB);
    disk.set(mbrOf([{ type: 0x83, start: 63, count: 100 }, { type: 0x83, start: 128, count: 10_000 }]));
    const { problems, partitions } = await readPartitions(memory(disk).volume);
    expect(problems.map(({ message }) => message)).toEqual([
      'partition 1 begins at 32256, which is not a multiple of 4096: slow on disks with larger sectors', 'partitions 1 and 2 overlap', 'partition 2 ends at 5185536, and the disk at 1048576',
    ]);
    expect(partitions.map(({ alignmentBytes }) => alignmentBytes)).toEqual([512, 65536]);
  });

  it('is not what a file system begins with', async () => {
    const sector = mbrOf([]);
    sector.set([0xeb, 0x52, 0x90]);
    sector.set(new TextEncoder().encode('NTFS    '), 3);
    const disk = new Uint8Array(MiB);
    disk.set(sector);
    expect((await readPartitions(memory(disk).volume)).scheme).toBe('none');
    expect((await readPartitions(memory(new Uint8Array(MiB)).volume)).scheme).toBe('none');
  });
});

describe('a GPT', () => {
  const SCRIPT = 'label: gpt\nlabel-id: 11111111-2222-3333-4444-555555555555\nstart=2048,size=4096,type=U,name="EFI system"\nstart=8192,size=8192,name=r\u00f6\u00f6t,attrs=LegacyBIOSBootable\n';

  const expected = [[1, 2048, 4096, 'EFI system', false], [2, 8192, 8192, 'r\u00f6\u00f6t', true]];
  const seen = async (volume: Volume): Promise<unknown> => (await readPartitions(volume)).partitions.map(({ number, start, size, name, isBootable }) => [number, start / 512, size / 512, name, isBootable]);

  it.skipIf(!hasSfdisk)('of sfdisk (needs sfdisk)', async () => {
    const { volume } = memory(readFileSync(made('sfdisk', [], SCRIPT, 16 * MiB)));
    const table = await readPartitions(volume);
    expect(table).toMatchObject({ scheme: 'gpt', sectorBytes: 512, diskId: '11111111-2222-3333-4444-555555555555', problems: [] });
    expect(await seen(volume)).toEqual(expected);
    expect((await repairGpt(volume)).actions).toEqual([]);
    expect((await openPartition(volume, 2)).size).toBe(4 * MiB);
    await expect(openPartition(volume, 3)).rejects.toThrow(/no partition 3/);
  });

  it.skipIf(!has('fdisk'))('in sectors of 4096, though the disk says 512 (needs fdisk)', async () => {
    const path = made('fdisk', ['-b', '4096'], 'g\nn\n1\n256\n767\nw\n', 16 * MiB);
    const { volume } = memory(readFileSync(path));
    expect(await readPartitions(volume)).toMatchObject({ scheme: 'gpt', sectorBytes: 4096, partitions: [{ start: MiB, size: 2 * MiB }] });
  });

  for (const which of ['beginning', 'end'] as const) {
    it.skipIf(!hasSfdisk || !hasSgdisk)(`whose copy at the ${which} is damaged is read and repaired (needs sfdisk, sgdisk)`, async () => {
      const path = made('sfdisk', [], SCRIPT, 16 * MiB);
      const disk = readFileSync(path);
      disk.fill(0xa5, which === 'beginning' ? 512 : disk.length - 512, which === 'beginning' ? 1024 : disk.length);
      const { volume, store } = memory(disk);
      expect(await seen(volume)).toEqual(expected);
      expect((await readPartitions(volume)).problems).toHaveLength(1);
      expect((await repairGpt(volume)).actions).toHaveLength(1);
      expect(await seen(volume)).toEqual(expected);
      expect((await readPartitions(volume)).problems).toEqual([]);
      const bytes = new Uint8Array(store.length);
      store.read(0, bytes);
      writeFileSync(path, bytes);
      expect(run('sgdisk', ['-v', path]).output).toContain('No problems found');
    });
  }

  it.skipIf(!hasSfdisk || !hasSgdisk)('moves its copy to the new end of a disk that has grown (needs sfdisk, sgdisk)', async () => {
    const path = made('sfdisk', [], SCRIPT, 16 * MiB);
    truncateSync(path, 24 * MiB);
    const store = await FileStore.open(path, { isWritable: true });
    const volume = storeVolume(store);
    expect((await readPartitions(volume)).problems.map(({ message }) => message).join()).toContain('has grown');
    expect((await repairGpt(volume)).actions.join()).toContain('moved');
    expect((await readPartitions(volume)).problems).toEqual([]);
    await store.close();
    expect(run('sgdisk', ['-v', path]).output).toContain('No problems found');
    // And on one that has become too short it says so.
    truncateSync(path, 8 * MiB);
    const short = await FileStore.open(path, { isWritable: true });
    await expect(repairGpt(storeVolume(short))).rejects.toThrow(/partition ends at sector/);
    await short.close();
  });

  it.skipIf(!hasSfdisk)('with damage anywhere is refused or read, and nothing else happens (needs sfdisk)', async () => {
    const pristine = readFileSync(made('sfdisk', [], SCRIPT, 4 * MiB + 8 * MiB));
    const random = new RandomSource(4);
    for (let i = 0; i < 2000; i++) {
      const { store, volume } = memory(pristine.subarray(0, 64 * 1024));
      store.resize(12 * MiB);
      for (let n = 1 + random.below(5); n > 0; n--) store.write(random.below(1200), Uint8Array.of(random.pick([0, 1, 5, 0x7f, 0x80, 0xee, 0xff, random.below(256)])));
      if (random.isOnceIn(2)) {
        // A header whose checksum is right, and whose contents are not.
        const sector = new Uint8Array(512);
        store.read(512, sector);
        const { crc32 } = await import('node:zlib');
        GPT_HEADER.write(sector, { headerCrc32: 0 });
        GPT_HEADER.write(sector, { headerCrc32: crc32(sector.subarray(0, 92)) });
        store.write(512, sector);
      }
      try {
        await readPartitions(volume);
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
      }
    }
  });
});
