import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryStore } from '../../store/memory-store.ts';
import { FileStore } from '../../store/file-store.ts';
import { expectDamageIsHarmless, has, makeSampleTree, mustRun, run, summaryOfFileSystem, summaryOfFolder } from '../../testing/file-trees.ts';
import { openFileSystem } from '../file-systems.ts';
import { find, readWhole } from '../tree.ts';
import { storeVolume } from '../volume.ts';

const MiB = 1024 * 1024;
const hasTools = has('mke2fs') && has('debugfs') && has('e2fsck');
const folder = mkdtempSync(join(tmpdir(), 'worldswitch-ext-'));
const source = join(folder, 'source');
beforeAll(() => makeSampleTree(source));
afterAll(() => rmSync(folder, { recursive: true }));

function mke2fs(name: string, args: readonly string[], sizeBytes = 32 * MiB, from: string | undefined = source): string {
  const path = join(folder, `${name}.img`);
  writeFileSync(path, '');
  truncateSync(path, sizeBytes);
  mustRun('mke2fs', ['-q', '-F', ...(from === undefined ? [] : ['-d', from]), ...args, path]);
  return path;
}

const VARIANTS: readonly { name: string; args: readonly string[]; sizeBytes?: number }[] = [
  { name: 'ext2', args: ['-t', 'ext2'] },
  { name: 'ext2-1k', args: ['-t', 'ext2', '-b', '1024', '-I', '128'] },
  { name: 'ext3', args: ['-t', 'ext3', '-b', '2048'] },
  { name: 'ext4', args: ['-t', 'ext4'] },
  { name: 'ext4-1k', args: ['-t', 'ext4', '-b', '1024'] },
  { name: 'ext4-no-csum', args: ['-t', 'ext4', '-O', '^metadata_csum,uninit_bg'] },
  { name: 'ext4-32bit', args: ['-t', 'ext4', '-O', '^64bit,^has_journal'] },
  { name: 'ext4-inline', args: ['-t', 'ext4', '-O', 'inline_data', '-I', '512'] },
  { name: 'ext4-meta-bg', args: ['-t', 'ext4', '-O', 'meta_bg,^resize_inode', '-b', '1024'] },
  { name: 'ext4-bigalloc', args: ['-t', 'ext4', '-O', 'bigalloc', '-C', '16384'] },
];

describe('ext2, ext3, ext4', () => {
  for (const { name, args, sizeBytes } of VARIANTS) {
    it.skipIf(!hasTools)(`${name}: reads what mke2fs has put there (needs e2fsprogs)`, async () => {
      const path = mke2fs(name, args, sizeBytes);
      const store = await FileStore.open(path);
      const fileSystem = await openFileSystem(storeVolume(store));
      expect(fileSystem.type).toBe(name.slice(0, 4));
      expect(fileSystem.notes).toEqual([]);
      expect(await summaryOfFileSystem(fileSystem, { ignore: ['/lost+found'] })).toEqual(summaryOfFolder(source));
      const { node } = await find(fileSystem, '/directory link/and/../and/deeper/file.txt');
      expect(new TextDecoder().decode(await readWhole(fileSystem, node))).toBe('at the bottom\n');
      expect((await find(fileSystem, 'hard link')).node.id).toBe((await find(fileSystem, 'size-4097')).node.id);
      expect((await find(fileSystem, 'one')).node.mtimeMs).toBe(1_600_000_002_000);
      await expect(find(fileSystem, '/one/two')).rejects.toThrow(/no directory/);
      await expect(find(fileSystem, '/absent')).rejects.toThrow(/there is no/);
      // dumpe2fs tells of the last cluster's first block only.
      if (!name.includes('bigalloc')) await expectSameFree(path, fileSystem.freeRanges!(), fileSystem.blockBytes);
      await store.close();
    });
  }

  it.skipIf(!hasTools)('reads extents in several levels, holes, and unwritten ones (needs e2fsprogs)', async () => {
    const path = mke2fs('extents', ['-t', 'ext4', '-b', '1024'], 32 * MiB, undefined);
    const sparse = join(folder, 'sparse');
    // debugfs keeps the holes of what it copies: one block of every four.
    const bytes = new Uint8Array(8 * MiB);
    for (let at = 0; at < bytes.length; at += 4096) bytes.fill(1 + ((at >> 12) % 251), at, at + 1024);
    writeFileSync(sparse, bytes);
    run('fallocate', ['--dig-holes', sparse]);
    mustRun('debugfs', ['-w', '-R', `write ${sparse} holes`, path]);
    mustRun('debugfs', ['-w', '-R', `write ${sparse} unwritten`, path]);
    mustRun('debugfs', ['-w', '-R', 'fallocate unwritten 9000 9100', path]);
    mustRun('debugfs', ['-w', '-R', `set_inode_field unwritten size ${9101 * 1024}`, path]);
    const store = await FileStore.open(path);
    const fileSystem = await openFileSystem(storeVolume(store));
    const { node } = await find(fileSystem, 'holes');
    expect(Buffer.compare(await readWhole(fileSystem, node), bytes)).toBe(0);
    const longer = await readWhole(fileSystem, (await find(fileSystem, 'unwritten')).node);
    expect(longer.length).toBe(9101 * 1024);
    expect(Buffer.compare(longer.subarray(0, bytes.length), bytes)).toBe(0);
    expect(longer.subarray(bytes.length).every((byte) => byte === 0)).toBe(true);
    await store.close();
  });

  it.skipIf(!hasTools)('replays a journal in memory (needs e2fsprogs)', async () => {
    const path = mke2fs('journal', ['-t', 'ext4', '-b', '4096']);
    // Two transactions: a block of the file's gets other contents, and then again.
    const blocks = String(mustRun('debugfs', ['-R', 'blocks large.bin', path])).trim().split(/\s+/);
    for (const fill of [0x11, 0x22]) {
      writeFileSync(join(folder, 'block'), new Uint8Array(4096).fill(fill));
      mustRun('debugfs', ['-w', '-f', '-', path], { input: `jo${fill === 0x11 ? ' -c' : ''}\njw -b ${blocks[1]} ${join(folder, 'block')}\njc\n` });
    }
    const store = new MemoryStore('journal', readFileSync(path));
    const fileSystem = await openFileSystem(storeVolume(store));
    expect(fileSystem.notes.join()).toContain('replayed in memory');
    const read = await readWhole(fileSystem, (await find(fileSystem, 'large.bin')).node);
    expect(read.subarray(4096, 8192).every((byte) => byte === 0x22)).toBe(true);
    expect(Buffer.compare(read.subarray(8192), readFileSync(join(source, 'large.bin')).subarray(8192))).toBe(0);
    // Opened for writing, it is replayed for good.
    const file = await FileStore.open(path, { isWritable: true });
    const written = await openFileSystem(storeVolume(file), { isWritable: true });
    expect(written.notes.join()).toContain('it was');
    const again = await openFileSystem(storeVolume(file));
    expect(again.notes).toEqual([]);
    expect(Buffer.compare(await readWhole(again, (await find(again, 'large.bin')).node), read)).toBe(0);
    await file.close();
    expect(run('e2fsck', ['-f', '-n', path]).status).toBe(0);
  });

  it.skipIf(!hasTools)('with damage anywhere is read or refused (needs e2fsprogs)', async () => {
    const small = join(folder, 'small');
    mkdirSync(small);
    for (const name of ['deep', 'one', 'many', 'size-70001', 'large.bin']) cpSync(join(source, name), join(small, name), { recursive: true });
    for (const args of [['-t', 'ext4', '-b', '1024'], ['-t', 'ext2', '-b', '1024'], ['-t', 'ext4', '-O', 'inline_data', '-I', '256']]) {
      const pristine = readFileSync(mke2fs('damage', args, 8 * MiB, small));
      await expectDamageIsHarmless(pristine, { places: [{ start: 1024, length: 1024 }, { start: 2048, length: 2048 }, { start: 4096, length: 300 * 1024 }], cases: 30, isWritten: !args.includes('inline_data') });
    }
  }, 60_000);
});

/** Free blocks are what dumpe2fs says. */
async function expectSameFree(path: string, ranges: AsyncIterable<{ start: number; length: number }>, blockBytes: number): Promise<void> {
  const output = String(mustRun('dumpe2fs', [path]));
  const expected = [...output.matchAll(/^ {2}Free blocks: (.*)$/gm)].flatMap(([, text]) => text!.split(', ').filter((part) => part.trim() !== '')).map((part) => part.trim().split('-').map(Number));
  const merged: [number, number][] = [];
  for (const [first, last = first] of expected as [number, number?][]) {
    if (merged.at(-1)?.[1] === first - 1) merged.at(-1)![1] = last!;
    else merged.push([first, last!]);
  }
  const found: [number, number][] = [];
  for await (const { start, length } of ranges) found.push([start / blockBytes, (start + length) / blockBytes - 1]);
  expect(found).toEqual(merged);
}

