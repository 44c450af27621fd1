import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileStore } from '../../store/file-store.ts';
import { expectDamageIsHarmless, makeSampleTree, mustRun, run, summaryOfFileSystem, summaryOfFolder } from '../../testing/file-trees.ts';
import { openFileSystem } from '../file-systems.ts';
import { find } from '../tree.ts';
import { storeVolume } from '../volume.ts';

const MiB = 1024 * 1024;
const hasTools = run('mkfs.xfs', ['-V']).isThere && run('xfs_db', ['-V']).isThere;
const folder = mkdtempSync(join(tmpdir(), 'worldswitch-xfs-'));
const source = join(folder, 'source');
beforeAll(() => makeSampleTree(source));
afterAll(() => rmSync(folder, { recursive: true }));

/** mkfs.xfs fills a file system by a list of what is to be in it; its words cannot have spaces. */
function prototype(counts: readonly number[], hasLink: boolean): string {
  const lines = ['/dev/null', '0 0', 'd--755 0 0'];
  const add = (at: string): void => {
    for (const name of readdirSync(at).filter((name) => !name.includes(' '))) {
      const path = join(at, name);
      const stat = lstatSync(path);
      if (stat.isSymbolicLink()) lines.push(`${name} l--777 0 0 ${readlinkSync(path)}`);
      else if (stat.isFile()) lines.push(`${name} ---644 0 0 ${path}`);
      else {
        lines.push(`${name} d--755 0 0`);
        add(path);
        lines.push('$');
      }
    }
  };
  add(source);
  // Enough names for directories of one block, of several, and with an index.
  for (const count of counts) {
    lines.push(`names-${count} d--755 0 0`);
    for (let i = 0; i < count; i++) lines.push(`a-rather-long-name-of-a-file-${i} ---644 0 0 ${join(source, 'one')}`);
    lines.push('$');
  }
  lines.push(...(hasLink ? [`a-link l--777 0 0 ${'x'.repeat(400)}`] : []), '$');
  return `${lines.join('\n')}\n`;
}

function mkxfs(name: string, args: readonly string[], { counts = [20, 100, 3000], hasLink = false }: { readonly counts?: readonly number[]; readonly hasLink?: boolean } = {}): string {
  const path = join(folder, `${name}.img`);
  const list = join(folder, 'prototype');
  writeFileSync(path, '');
  truncateSync(path, 320 * MiB);
  writeFileSync(list, prototype(counts, hasLink));
  mustRun('mkfs.xfs', ['-q', '-L', 'LABEL', '-p', list, ...args, path]);
  return path;
}

describe('XFS', () => {
  for (const { name, args } of [
    { name: 'v5', args: [] }, { name: 'v4', args: ['-m', 'crc=0', '-n', 'ftype=0'] }, { name: 'v5-1k-blocks', args: ['-b', 'size=1024', '-n', 'size=4096', '-i', 'size=512'] }, { name: 'v5-no-bigtime', args: ['-m', 'bigtime=0'] },
  ]) {
    // mkfs.xfs 6.1 makes long links of version 5 without their headers, which xfs_repair minds: there is one with its header set right, and one of version 4.
    const hasLink = name === 'v4' || name === 'v5-no-bigtime';
    it.skipIf(!hasTools)(`${name}: reads what mkfs.xfs has put there, and knows the free space (needs xfsprogs)`, async () => {
      const path = mkxfs(name, args, { hasLink });
      if (hasLink && name !== 'v4') {
        const bytes = readFileSync(path);
        const at = bytes.indexOf('x'.repeat(400));
        bytes.fill(0, at, at + 56).write('XSLM', at);
        bytes.fill('x', at + 56, at + 456);
        writeFileSync(path, bytes);
      }
      const store = await FileStore.open(path);
      const fileSystem = await openFileSystem(storeVolume(store));
      expect({ type: fileSystem.type, label: fileSystem.label }).toEqual({ type: 'xfs', label: 'LABEL' });
      const found = await summaryOfFileSystem(fileSystem);
      const expected = Object.fromEntries(Object.entries(summaryOfFolder(source)).filter(([path]) => !path.includes(' ')));
      const given = Object.fromEntries(Object.entries(found).filter(([path]) => !/^\/(names-|a-link)/.test(path)));
      expect(given).toEqual(expected);
      for (const count of [20, 100, 3000]) expect(Object.keys(found).filter((path) => path.startsWith(`/names-${count}/`))).toHaveLength(count);
      if (hasLink) expect(await fileSystem.target((await find(fileSystem, '/a-link', { followLast: false })).node)).toBe('x'.repeat(400));
      expect(Math.abs((await find(fileSystem, '/one')).node.mtimeMs - statSync(path).mtimeMs)).toBeLessThan(60_000);
      const expectedFree = [...String(mustRun('xfs_db', ['-r', '-c', 'freesp -d -A 1', path]).toString()).matchAll(/^\s*(\d+)\s+(\d+)\s+(\d+)$/gm)];
      const groupBlocks = Number(/agblocks = (\d+)/.exec(String(mustRun('xfs_db', ['-r', '-c', 'sb 0', '-c', 'p agblocks', path])))![1]);
      const starts = expectedFree.map(([, ag, start, length]) => [(Number(ag) * groupBlocks + Number(start)) * fileSystem.blockBytes, Number(length) * fileSystem.blockBytes]).sort((a, b) => a[0]! - b[0]!);
      const ranges: number[][] = [];
      for await (const { start, length } of fileSystem.freeRanges!()) ranges.push([start, length]);
      // xfs_db also lists the blocks that are kept for the trees themselves, one by one.
      const all = new Map(starts.map(([start, length]) => [start, length]));
      for (const [start, length] of ranges) expect(all.get(start)).toBe(length);
      expect(ranges.length).toBeGreaterThan(0);
      await store.close();
      // Without what is free, all is there still.
      const writable = await FileStore.open(path, { isWritable: true });
      for (const [start, length] of ranges as [number, number][]) for (let at = start; at < start + length; at += MiB) writable.write(at, new Uint8Array(Math.min(MiB, start + length - at, 64 * 1024)).fill(0xee));
      await writable.close();
      const { status, output } = run('xfs_repair', ['-n', path]);
      if (name !== 'v5-no-bigtime') expect(status, output).toBe(0);
    });
  }

  it.skipIf(!hasTools)('with damage anywhere is read or refused (needs xfsprogs)', async () => {
    const pristine = readFileSync(mkxfs('damage', [], { counts: [20, 100] }));
    await expectDamageIsHarmless(pristine, { places: [{ start: 0, length: 230 }, { start: 512, length: 64 }, { start: 4096, length: 64 * 1024 }, { start: 64 * 1024, length: 128 * 1024 }], cases: 20, mostMs: 15_000 });
  }, 60_000);
});
