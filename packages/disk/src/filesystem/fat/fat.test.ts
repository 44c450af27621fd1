import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryStore } from '../../store/memory-store.ts';
import { FileStore } from '../../store/file-store.ts';
import { expectDamageIsHarmless, makeSampleTree, mustRun, run, summaryOfFileSystem, summaryOfFolder } from '../../testing/file-trees.ts';
import { RandomSource } from '../../testing/random-source.ts';
import { openFileSystem } from '../file-systems.ts';
import { copyFolderIn, copyOut } from '../host.ts';
import { find, makeDirectory, readWhole, remove, writeFile } from '../tree.ts';
import { storeVolume } from '../volume.ts';
import { makeFat } from './make.ts';

const MiB = 1024 * 1024;
const hasMtools = run('mtools', ['--version']).isThere && run('mkfs.fat', ['--help']).isThere;
const hasFsck = run('fsck.fat', ['--help']).isThere;
const folder = mkdtempSync(join(tmpdir(), 'worldswitch-fat-'));
const source = join(folder, 'source');
const small = join(folder, 'small');
beforeAll(() => {
  makeSampleTree(source, { isPlain: true });
  makeSampleTree(small, { isPlain: true, hugeBytes: 100_000 });
});
afterAll(() => rmSync(folder, { recursive: true }));

const VARIANTS = [
  { bits: 12, size: 3 * MiB, floppy: false }, { bits: 12, size: 1440 * 1024, floppy: true }, { bits: 16, size: 32 * MiB, floppy: false }, { bits: 32, size: 64 * MiB, floppy: false },
] as const;

async function empty(path: string, size: number): Promise<FileStore> {
  writeFileSync(path, '');
  truncateSync(path, size);
  return FileStore.open(path, { isWritable: true });
}

const expectFsck = (path: string): void => {
  if (!hasFsck) return;
  const { status, output } = run('fsck.fat', ['-n', '-v', path]);
  expect(status, output).toBe(0);
};

describe('FAT', () => {
  for (const { bits, size, floppy } of VARIANTS) {
    const from = size < 8 * MiB ? () => small : () => source;
    it.skipIf(!hasMtools)(`${bits}${floppy ? ' on a floppy' : ''}: reads what mtools has put there (needs mkfs.fat and mtools)`, async () => {
      const path = join(folder, `mtools-${bits}-${size}.img`);
      writeFileSync(path, '');
      truncateSync(path, size);
      mustRun('mkfs.fat', ['-F', String(bits), '-n', 'LABEL', '-i', '12345678', path]);
      mustRun('mcopy', ['-s', '-m', '-i', path, ...Object.keys(summaryOfFolder(from())).filter((name) => !name.slice(1).includes('/')).map((name) => join(from(), name)), '::/'], { env: { TZ: 'UTC', MTOOLS_SKIP_CHECK: '1' } });
      const store = await FileStore.open(path);
      const fileSystem = await openFileSystem(storeVolume(store));
      expect({ type: fileSystem.type, label: fileSystem.label, id: fileSystem.id, notes: fileSystem.notes }).toEqual({ type: `fat${bits}`, label: 'LABEL', id: '1234-5678', notes: [] });
      expect(await summaryOfFileSystem(fileSystem)).toEqual(summaryOfFolder(from()));
      expect((await find(fileSystem, '/ONE')).node.mtimeMs).toBe(1_600_000_002_000);
      const free = Number(/(\d[\d ]*) bytes free/.exec(String(mustRun('mdir', ['-i', path])))![1]!.replaceAll(' ', ''));
      expect(await fileSystem.freeBytes!()).toBe(free);
      let sum = 0;
      for await (const { length } of fileSystem.freeRanges!()) sum += length;
      expect(sum).toBe(free);
      await store.close();
    });

    it(`${bits}${floppy ? ' on a floppy' : ''}: is made and filled${hasFsck ? '' : ' (fsck.fat is not here, and does not judge)'}`, async () => {
      const path = join(folder, `made-${bits}-${size}.img`);
      const store = await empty(path, size);
      const volume = storeVolume(store);
      await makeFat(volume, { bits, label: 'MADE', serial: 0xabcd_1234 });
      expectFsck(path);
      const fileSystem = await openFileSystem(volume, { isWritable: true });
      expect(fileSystem.type).toBe(`fat${bits}`);
      const report = await copyFolderIn(fileSystem, from(), await fileSystem.root());
      expect(report.skipped).toEqual([]);
      await fileSystem.flush();
      const again = await openFileSystem(volume);
      expect(again.label).toBe('MADE');
      expect(again.notes).toEqual([]);
      expect(await summaryOfFileSystem(again)).toEqual(summaryOfFolder(from()));
      expectFsck(path);
      const out = join(folder, `out-${bits}-${size}`);
      mkdirSync(out);
      if (hasMtools) {
        mustRun('mcopy', ['-s', '-i', path, '::/*', out], { env: { MTOOLS_SKIP_CHECK: '1' } });
        expect(summaryOfFolder(out)).toEqual(summaryOfFolder(from()));
      }
      const mine = join(folder, `mine-${bits}-${size}`);
      await copyOut(again, await find(again, '/'), mine);
      expect(summaryOfFolder(mine)).toEqual(summaryOfFolder(from()));
      // And all is taken out again: every cluster is free.
      const last = await openFileSystem(volume, { isWritable: true });
      for (const name of Object.keys(summaryOfFolder(from())).filter((path) => !path.slice(1).includes('/'))) await remove(last, name, { isDeep: true });
      await last.flush();
      expectFsck(path);
      const left = await openFileSystem(volume);
      const root = bits === 32 ? Object.keys(summaryOfFolder(from())).length : 0;
      expect(await left.freeBytes!()).toBeGreaterThanOrEqual((await fileSystem.freeBytes!()) + (root > 0 ? 0 : 1));
      expect(await summaryOfFileSystem(left)).toEqual({});
      await store.close();
    });
  }

  it('says what it cannot hold', async () => {
    const store = new MemoryStore('fat');
    store.resize(2 * MiB);
    await makeFat(storeVolume(store));
    const fileSystem = await openFileSystem(storeVolume(store), { isWritable: true });
    await expect(writeFile(fileSystem, '/a:b', { bytes: [] })).rejects.toThrow(/does not allow/);
    await writeFile(fileSystem, '/name', { bytes: [Uint8Array.of(1)] });
    await makeDirectory(fileSystem, '/d');
    await writeFile(fileSystem, '/d/x', { bytes: [] });
    await expect(remove(fileSystem, '/d')).rejects.toThrow(/not empty/);
    await expect(writeFile(fileSystem, '/huge', { bytes: [new Uint8Array(3 * MiB)] })).rejects.toThrow(/full/);
    await fileSystem.flush();
    const again = await openFileSystem(storeVolume(store));
    expect(await readWhole(again, (await find(again, '/NAME')).node)).toEqual(Uint8Array.of(1));
    await expect(writeFile(again, '/name', { bytes: [] })).rejects.toThrow(/reading only/);
    await expect(makeFat(storeVolume(store), { bits: 32 })).rejects.toThrow(/cannot be a FAT32/);
  });

  it('keeps a model through random changes', async () => {
    const random = new RandomSource(8);
    const path = join(folder, 'random.img');
    const store = await empty(path, 8 * MiB);
    await makeFat(storeVolume(store), { bits: 16, clusterBytes: 512 });
    const model = new Map<string, Uint8Array>();
    let fileSystem = await openFileSystem(storeVolume(store), { isWritable: true });
    await makeDirectory(fileSystem, '/a/b', { isDeep: true });
    for (let i = 0; i < 400; i++) {
      const name = random.pick(['/', '/a/', '/a/b/']) + random.pick(['short.txt', 'A longer name.with dots', 'ünïcode', `number ${random.below(60)}`]);
      if (random.isOnceIn(3) && model.has(name)) {
        await remove(fileSystem, name);
        model.delete(name);
      } else {
        const bytes = random.bytes(random.pick([0, 1, 511, 512, 513, random.below(20_000)]));
        await writeFile(fileSystem, name, { bytes: [bytes.subarray(0, 100), bytes.subarray(100)] });
        model.set(name, bytes);
      }
      if (!random.isOnceIn(60)) continue;
      await fileSystem.flush();
      expectFsck(path);
      fileSystem = await openFileSystem(storeVolume(store), { isWritable: true });
    }
    await fileSystem.flush();
    for (const [name, bytes] of model) expect(Buffer.compare(await readWhole(fileSystem, (await find(fileSystem, name)).node), bytes), name).toBe(0);
    expect(Object.values(await summaryOfFileSystem(fileSystem)).filter((text) => text !== 'directory')).toHaveLength(model.size);
    await store.close();
  });

  it('with damage anywhere is read or refused', async () => {
    for (const { bits, size } of [{ bits: 12, size: 1440 * 1024 }, { bits: 32, size: 40 * MiB }] as const) {
      const path = join(folder, `damage-${bits}.img`);
      const store = await empty(path, size);
      await makeFat(storeVolume(store), { bits });
      const fileSystem = await openFileSystem(storeVolume(store), { isWritable: true });
      await copyFolderIn(fileSystem, join(small, 'deep'), await fileSystem.root());
      for (let i = 0; i < 50; i++) await writeFile(fileSystem, `/file ${i}`, { bytes: [new Uint8Array(3000)] });
      await fileSystem.flush();
      await store.close();
      const fatAt = bits === 32 ? 32 * 512 : 512;
      await expectDamageIsHarmless(readFileSync(path), { places: [{ start: 0, length: 96 }, { start: fatAt, length: 800 }, { start: bits === 32 ? fatAt + 2 * 630 * 512 : 19 * 512, length: 14 * 512 }], cases: 200, isWritten: true });
    }
  });
});
