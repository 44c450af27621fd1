import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryStore } from '../../store/memory-store.ts';
import { expectDamageIsHarmless, has, makeSampleTree, mustRun, run } from '../../testing/file-trees.ts';
import { openFileSystem } from '../file-systems.ts';
import { storeVolume } from '../volume.ts';

const MiB = 1024 * 1024;
const hasTools = has('mkfs.btrfs') && has('btrfs');
const folder = mkdtempSync(join(tmpdir(), 'worldswitch-btrfs-'));
const source = join(folder, 'source');
beforeAll(() => makeSampleTree(source));
afterAll(() => rmSync(folder, { recursive: true }));

function mkfs(name: string, from: string, args: readonly string[]): string {
  const path = join(folder, `${name}.img`);
  writeFileSync(path, '');
  truncateSync(path, 160 * MiB);
  mustRun('mkfs.btrfs', ['-q', '-L', 'LABEL', '-r', from, ...args, path]);
  return path;
}

describe('btrfs', () => {
  for (const args of [[], ['-m', 'dup', '-d', 'dup'], ['-m', 'single', '-n', '4096'], ['-M']]) {
    it.skipIf(!hasTools)(`${args.join(' ')}: without what is free, all is there still (needs btrfs-progs)`, async () => {
      const path = mkfs('filled', source, args);
      const bytes = readFileSync(path);
      const fileSystem = await openFileSystem(storeVolume(new MemoryStore('btrfs', bytes)));
      expect({ type: fileSystem.type, label: fileSystem.label }).toEqual({ type: 'btrfs', label: 'LABEL' });
      let free = 0;
      for await (const { start, length } of fileSystem.freeRanges!()) {
        free += length;
        bytes.fill(0xee, start, start + length);
      }
      // The samples take some MiB, twice where data are there twice.
      expect(free).toBeGreaterThan(120 * MiB);
      writeFileSync(path, bytes);
      const { status, output } = run('btrfs', ['check', '--readonly', '--check-data-csum', path]);
      expect(status, output).toBe(0);
      const out = join(folder, 'out');
      mkdirSync(out);
      mustRun('btrfs', ['restore', path, out]);
      expect(Buffer.compare(readFileSync(join(out, 'large.bin')), readFileSync(join(source, 'large.bin')))).toBe(0);
      rmSync(out, { recursive: true });
    });
  }

  it.skipIf(!hasTools)('with damage anywhere is refused or read (needs btrfs-progs)', async () => {
    const small = join(folder, 'small');
    mkdirSync(small);
    cpSync(join(source, 'many'), join(small, 'many'), { recursive: true });
    const pristine = readFileSync(mkfs('damage', small, ['-M']));
    await expectDamageIsHarmless(pristine, { places: [{ start: 65_536, length: 1024 }, { start: 65_536, length: 4096 }, { start: MiB, length: 8 * MiB }], cases: 100 });
  });
});
