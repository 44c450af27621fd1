import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileStore } from '../../store/file-store.ts';
import { expectDamageIsHarmless, makeSampleTree, mustRun, run, summaryOfFileSystem, summaryOfFolder } from '../../testing/file-trees.ts';
import { RandomSource } from '../../testing/random-source.ts';
import { openFileSystem } from '../file-systems.ts';
import { copyFolderIn } from '../host.ts';
import { find, makeDirectory, readWhole, remove, writeFile } from '../tree.ts';
import { storeVolume } from '../volume.ts';

const MiB = 1024 * 1024;
const hasTools = run('mkfs.exfat', ['--version']).isThere && run('fsck.exfat', ['--version']).isThere;
const folder = mkdtempSync(join(tmpdir(), 'worldswitch-exfat-'));
const source = join(folder, 'source');
beforeAll(() => makeSampleTree(source, { isPlain: true }));
afterAll(() => rmSync(folder, { recursive: true }));

function mkfs(name: string, sizeBytes: number, args: readonly string[] = []): string {
  const path = join(folder, `${name}.img`);
  writeFileSync(path, '');
  truncateSync(path, sizeBytes);
  mustRun('mkfs.exfat', ['-L', 'LABEL', ...args, path]);
  return path;
}

function expectClean(path: string): void {
  const { status, output } = run('fsck.exfat', ['-n', path]);
  expect(status, output).toBe(0);
  expect(output).toMatch(/clean/);
}

describe('exFAT', () => {
  for (const args of [[], ['-c', '512'], ['-c', '64K']]) {
    it.skipIf(!hasTools)(`${args.join(' ')}: is filled, read again and emptied (needs exfatprogs)`, async () => {
      const path = mkfs('filled', 64 * MiB, args);
      const store = await FileStore.open(path, { isWritable: true });
      const fileSystem = await openFileSystem(storeVolume(store), { isWritable: true });
      expect({ type: fileSystem.type, label: fileSystem.label, notes: fileSystem.notes }).toEqual({ type: 'exfat', label: 'LABEL', notes: [] });
      const free = await fileSystem.freeBytes!();
      await copyFolderIn(fileSystem, source, await fileSystem.root());
      await fileSystem.flush();
      expectClean(path);
      const again = await openFileSystem(storeVolume(store), { isWritable: true });
      expect(await summaryOfFileSystem(again)).toEqual(summaryOfFolder(source));
      expect((await find(again, '/ONE')).node.mtimeMs).toBe(1_600_000_002_000);
      for (const top of Object.keys(summaryOfFolder(source)).filter((each) => !each.slice(1).includes('/'))) await remove(again, top, { isDeep: true });
      await again.flush();
      expectClean(path);
      // The root directory keeps its clusters.
      expect(await again.freeBytes!()).toBeGreaterThanOrEqual(free - 32 * 1024);
      await store.close();
    });
  }

  it.skipIf(!hasTools)('keeps a model through random changes (needs exfatprogs)', async () => {
    const path = mkfs('random', 16 * MiB, ['-c', '512']);
    const store = await FileStore.open(path, { isWritable: true });
    const random = new RandomSource(8);
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
      expectClean(path);
      fileSystem = await openFileSystem(storeVolume(store), { isWritable: true });
    }
    await fileSystem.flush();
    expectClean(path);
    const again = await openFileSystem(storeVolume(store));
    for (const [name, bytes] of model) expect(Buffer.compare(await readWhole(again, (await find(again, name)).node), bytes), name).toBe(0);
    expect(Object.values(await summaryOfFileSystem(again)).filter((text) => text !== 'directory')).toHaveLength(model.size);
    await store.close();
  });

  it.skipIf(!hasTools)('with damage anywhere is read or refused (needs exfatprogs)', async () => {
    const path = mkfs('damage', 16 * MiB);
    const store = await FileStore.open(path, { isWritable: true });
    const fileSystem = await openFileSystem(storeVolume(store), { isWritable: true });
    for (let i = 0; i < 30; i++) await writeFile(fileSystem, `/folder-${i % 3}.file ${i}`, { bytes: [new Uint8Array(3000)] });
    await makeDirectory(fileSystem, '/a/b/c', { isDeep: true });
    await fileSystem.flush();
    await store.close();
    const pristine = readFileSync(path);
    const fat = pristine.readUInt32LE(80) * 512;
    const heap = pristine.readUInt32LE(88) * 512;
    await expectDamageIsHarmless(pristine, { places: [{ start: 64, length: 56 }, { start: fat, length: 400 }, { start: heap, length: 32 * 1024 }], cases: 150, isWritten: true });
  });
});
