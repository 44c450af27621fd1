import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileStore } from '../../store/file-store.ts';
import { has, makeSampleTree, mustRun, run, summaryOfFileSystem, summaryOfFolder } from '../../testing/file-trees.ts';
import { RandomSource } from '../../testing/random-source.ts';
import { tarIn, tarOut } from '../archive.ts';
import { openFileSystem } from '../file-systems.ts';
import { copyFolderIn, copyOut } from '../host.ts';
import { find, makeDirectory, makeSymlink, newNode, put, readWhole, remove, writeFile } from '../tree.ts';
import { storeVolume } from '../volume.ts';
import { makeExt } from './make.ts';

const MiB = 1024 * 1024;
const hasTools = has('mke2fs') && has('debugfs') && has('e2fsck');
const folder = mkdtempSync(join(tmpdir(), 'worldswitch-ext-write-'));
const source = join(folder, 'source');
beforeAll(() => makeSampleTree(source));
afterAll(() => rmSync(folder, { recursive: true }));

async function empty(name: string, size: number): Promise<{ path: string; store: FileStore }> {
  const path = join(folder, `${name}.img`);
  writeFileSync(path, '');
  truncateSync(path, size);
  return { path, store: await FileStore.open(path, { isWritable: true }) };
}

/** e2fsck finds nothing, and changes nothing. */
function expectClean(path: string): void {
  if (!has('e2fsck')) return;
  const { status, output } = run('e2fsck', ['-f', '-n', path]);
  expect(status, output).toBe(0);
}

const MADE = [
  { name: 'ext4', options: {}, size: 64 * MiB }, { name: 'ext4-1k', options: { blockBytes: 1024 }, size: 40 * MiB }, { name: 'ext4-no-journal', options: { hasJournal: false, blockBytes: 2048 }, size: 33 * MiB },
  { name: 'ext2', options: { type: 'ext2' }, size: 32 * MiB }, { name: 'ext2-4k', options: { type: 'ext2', blockBytes: 4096 }, size: 300 * MiB },
] as const;

const MKE2FS = [
  ['-t', 'ext2', '-b', '1024'], ['-t', 'ext3', '-b', '1024'], ['-t', 'ext4', '-b', '4096'], ['-t', 'ext4', '-b', '1024'], ['-t', 'ext4', '-O', '^metadata_csum,uninit_bg'],
  ['-t', 'ext4', '-O', 'metadata_csum_seed', '-U', 'random'], ['-t', 'ext4', '-O', 'meta_bg,^resize_inode', '-b', '1024'],
] as const;

describe('ext2, ext3, ext4 in writing', () => {
  for (const { name, options, size } of MADE) {
    it(`${name}: is made, filled from a folder and emptied again${hasTools ? '' : ' (e2fsck is not here, and does not judge)'}`, async () => {
      const { path, store } = await empty(name, size);
      const volume = storeVolume(store);
      const made = await makeExt(volume, { ...options, label: 'made here' });
      expectClean(path);
      const free = await made.freeBytes();
      await copyFolderIn(made, source, await made.root());
      await made.flush();
      expectClean(path);
      const again = await openFileSystem(volume);
      expect({ type: again.type, label: again.label, notes: again.notes }).toEqual({ type: name.slice(0, 4), label: 'made here', notes: [] });
      expect(await summaryOfFileSystem(again, { ignore: ['/lost+found'] })).toEqual(summaryOfFolder(source));
      if (has('debugfs')) {
        const out = join(folder, `out-${name}`);
        mkdirSync(out);
        mustRun('debugfs', ['-R', `rdump / ${out}`, path]);
        rmSync(join(out, 'lost+found'), { recursive: true });
        expect(summaryOfFolder(out)).toEqual(summaryOfFolder(source));
      }
      const last = await openFileSystem(volume, { isWritable: true });
      for (const top of Object.keys(summaryOfFolder(source)).filter((each) => !each.slice(1).includes('/'))) await remove(last, top, { isDeep: true });
      await last.flush();
      expectClean(path);
      // The root directory keeps its blocks.
      const root = (await find(last, '/')).node.size;
      expect(await last.freeBytes!()).toBeGreaterThanOrEqual(free - root - 8192);
      await store.close();
    });
  }

  for (const args of MKE2FS) {
    it.skipIf(!hasTools)(`changes what mke2fs ${args.join(' ')} has made (needs e2fsprogs)`, async () => {
      const path = join(folder, 'theirs.img');
      rmSync(path, { force: true });
      writeFileSync(path, '');
      truncateSync(path, 48 * MiB);
      mustRun('mke2fs', ['-q', '-F', '-d', source, ...args, path]);
      // Indexes, where the file system has them.
      run('e2fsck', ['-f', '-y', '-D', path]);
      const store = await FileStore.open(path, { isWritable: true });
      const fileSystem = await openFileSystem(storeVolume(store), { isWritable: true });
      const random = new RandomSource(2);
      const model = new Map<string, Uint8Array>();
      for (let i = 0; i < 200; i++) {
        const name = `/many/${random.isOnceIn(2) ? 'file number' : 'another rather long name of a file'} ${random.below(400)}`;
        if (random.isOnceIn(3)) {
          try {
            await remove(fileSystem, name);
            model.delete(name);
          } catch { /* it was not there */ }
        } else {
          const bytes = random.bytes(random.pick([0, 10, 4096, random.below(60_000)]));
          await writeFile(fileSystem, name, { bytes: [bytes] });
          model.set(name, bytes);
        }
      }
      const large = random.bytes(3_500_000);
      await writeFile(fileSystem, '/large.bin', { bytes: [large] });
      await makeDirectory(fileSystem, '/new/directories/below', { isDeep: true });
      await makeSymlink(fileSystem, '/new/link', 'x'.repeat(200));
      await put(fileSystem, await fileSystem.root(), 'device', newNode('block-device', { mode: 0o660, device: { major: 8, minor: 17 }, uid: 100_000 }));
      await fileSystem.link!((await find(fileSystem, '/new')).node, 'second', (await find(fileSystem, '/one')).node);
      await remove(fileSystem, '/deep', { isDeep: true });
      await fileSystem.flush();
      expectClean(path);
      const again = await openFileSystem(storeVolume(store));
      for (const [name, bytes] of model) expect(Buffer.compare(await readWhole(again, (await find(again, name)).node), bytes), name).toBe(0);
      expect(Buffer.compare(await readWhole(again, (await find(again, '/large.bin')).node), large)).toBe(0);
      expect(await again.target((await find(again, '/new/link', { followLast: false })).node)).toBe('x'.repeat(200));
      expect((await find(again, '/device')).node).toMatchObject({ kind: 'block-device', uid: 100_000, device: { major: 8, minor: 17 } });
      expect((await find(again, '/new/second')).node).toMatchObject({ links: 2, size: 1 });
      await store.close();
    });
  }

  it('writes holes, and files of many extents', async () => {
    const { path, store } = await empty('extents', 48 * MiB);
    const fileSystem = await makeExt(storeVolume(store), { blockBytes: 1024, hasJournal: false });
    // Every second small file is removed, so that what comes after lies in their places.
    for (let i = 0; i < 1500; i++) await writeFile(fileSystem, `/small-${i}`, { bytes: [new Uint8Array(1024).fill(1)] });
    for (let i = 0; i < 1500; i += 2) await remove(fileSystem, `/small-${i}`);
    const bytes = new RandomSource(9).bytes(2 * MiB);
    const holey = Buffer.concat([bytes.subarray(0, MiB), new Uint8Array(3 * MiB), bytes]);
    await writeFile(fileSystem, '/fragments', { bytes: [holey] });
    await fileSystem.flush();
    expectClean(path);
    const again = await openFileSystem(storeVolume(store));
    const { node } = await find(again, '/fragments');
    expect(Buffer.compare(await readWhole(again, node), holey)).toBe(0);
    await store.close();
  });

  it('fails cleanly when it is full', async () => {
    const { path, store } = await empty('full', 2 * MiB);
    const fileSystem = await makeExt(storeVolume(store));
    await expect(writeFile(fileSystem, '/big', { bytes: [new RandomSource(1).bytes(3 * MiB)] })).rejects.toThrow(/full/);
    await writeFile(fileSystem, '/small', { bytes: [Uint8Array.of(1)] });
    await fileSystem.flush();
    expectClean(path);
    await store.close();
  });

  it('takes an archive in and gives it out', async () => {
    const { path, store } = await empty('tar', 64 * MiB);
    const fileSystem = await makeExt(storeVolume(store));
    await copyFolderIn(fileSystem, source, await fileSystem.root());
    const archive = Buffer.concat(await Array.fromAsync(tarOut(fileSystem, await find(fileSystem, '/'))));
    const other = await empty('tar-in', 64 * MiB);
    const second = await makeExt(storeVolume(other.store));
    const report = await tarIn(second, (async function* () { yield archive; })(), await find(second, '/'));
    expect(report.skipped).toEqual([]);
    await second.flush();
    await fileSystem.flush();
    expectClean(path);
    expectClean(other.path);
    expect(await summaryOfFileSystem(second, { ignore: ['/lost+found'] })).toEqual(summaryOfFolder(source));
    expect((await find(second, '/hard link')).node.id).toBe((await find(second, '/size-4097')).node.id);
    if (has('tar')) {
      const out = join(folder, 'tar-out');
      mkdirSync(out);
      writeFileSync(join(folder, 'archive.tar'), archive);
      mustRun('tar', ['-x', '-f', join(folder, 'archive.tar'), '-C', out, '--exclude=lost+found']);
      expect(summaryOfFolder(out)).toEqual(summaryOfFolder(source));
    }
    await store.close();
    await other.store.close();
  });

  it('is copied out without a way out of the folder', async () => {
    const { store } = await empty('escape', 8 * MiB);
    const fileSystem = await makeExt(storeVolume(store));
    const root = await fileSystem.root();
    const outside = join(folder, 'outside');
    mkdirSync(outside);
    const target = join(folder, 'target');
    mkdirSync(target);
    // A link that leads outside, and a folder of the same name in the target: nothing is written through either.
    await makeSymlink(fileSystem, '/way', outside);
    await makeDirectory(fileSystem, '/inside');
    await writeFile(fileSystem, '/inside/file', { bytes: [Uint8Array.of(1)] });
    await expect(put(fileSystem, root, '../up', newNode('file'))).rejects.toThrow(/cannot hold/);
    await copyOut(fileSystem, await find(fileSystem, '/'), join(target, 'all'));
    const { symlinkSync, existsSync } = await import('node:fs');
    expect(summaryOfFolder(join(target, 'all'))['/way']).toBe(`symlink 0 ${outside}`);
    const trap = join(folder, 'trap');
    mkdirSync(trap);
    symlinkSync(outside, join(trap, 'inside'));
    await expect(copyOut(fileSystem, await find(fileSystem, '/inside'), trap)).rejects.toThrow(/is no folder/);
    expect(existsSync(join(outside, 'file'))).toBe(false);
    await store.close();
  });
});
