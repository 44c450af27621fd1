import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryStore } from '../../store/memory-store.ts';
import { expectDamageIsHarmless, makeSampleTree, mustRun, run, summaryOfFileSystem, summaryOfFolder } from '../../testing/file-trees.ts';
import { openFileSystem } from '../file-systems.ts';
import { folderSource } from '../source.ts';
import type { SourceNode } from '../source.ts';
import { find } from '../tree.ts';
import { storeVolume } from '../volume.ts';
import { createIso } from './create.ts';
import type { CreateIsoOptions } from './create.ts';

const hasGenisoimage = run('genisoimage', ['--version']).isThere;
const hasIsoinfo = run('isoinfo', ['-version']).isThere;
const folder = mkdtempSync(join(tmpdir(), 'worldswitch-iso-'));
const source = join(folder, 'source');
const plain = join(folder, 'plain');
beforeAll(() => {
  makeSampleTree(source);
  makeSampleTree(plain, { isPlain: true });
});
afterAll(() => rmSync(folder, { recursive: true }));

const memory = (bytes: Uint8Array) => storeVolume(new MemoryStore('iso', bytes));

async function made(root: SourceNode, options: CreateIsoOptions): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  const { bytes } = await createIso(root, (part) => void parts.push(part), options);
  const all = Buffer.concat(parts);
  expect(all.length).toBe(bytes);
  return all;
}

describe('ISO 9660', () => {
  it.skipIf(!hasGenisoimage)('with Rock Ridge: reads what genisoimage has made (needs genisoimage)', async () => {
    const path = join(folder, 'rock-ridge.iso');
    mustRun('genisoimage', ['-quiet', '-R', '-J', '-joliet-long', '-cache-inodes', '-V', 'LABEL', '-o', path, source]);
    const fileSystem = await openFileSystem(memory(readFileSync(path)));
    expect({ type: fileSystem.type, label: fileSystem.label }).toEqual({ type: 'iso9660 (rock ridge)', label: 'LABEL' });
    expect(await summaryOfFileSystem(fileSystem)).toEqual(summaryOfFolder(source));
    expect((await find(fileSystem, '/one')).node.mtimeMs).toBe(1_600_000_002_000);
    expect((await find(fileSystem, '/hard link')).node.id).toBe((await find(fileSystem, '/size-4097')).node.id);
  });

  it.skipIf(!hasGenisoimage)('with Joliet only: reads what genisoimage has made (needs genisoimage)', async () => {
    const path = join(folder, 'joliet.iso');
    mustRun('genisoimage', ['-quiet', '-J', '-joliet-long', '-input-charset', 'utf-8', '-o', path, plain]);
    const fileSystem = await openFileSystem(memory(readFileSync(path)));
    expect(fileSystem.type).toBe('iso9660 (joliet)');
    const found = await summaryOfFileSystem(fileSystem);
    // Joliet cuts names of more than 103 letters.
    const short = (summary: object): [string, string][] => Object.entries(summary).filter(([name]) => !name.startsWith('/long'));
    expect(short(found)).toEqual(short(summaryOfFolder(plain)));
  });

  it('is made with Rock Ridge and Joliet, and read again', async () => {
    const bytes = await made(await folderSource(source), { label: 'Made here', nowMs: 1e12 });
    const fileSystem = await openFileSystem(memory(bytes));
    expect(fileSystem.type).toBe('iso9660 (rock ridge)');
    expect(await summaryOfFileSystem(fileSystem)).toEqual(summaryOfFolder(source));
    expect(Buffer.compare(bytes, await made(await folderSource(source), { label: 'Made here', nowMs: 1e12 }))).toBe(0);
    const joliet = await openFileSystem(memory(await made(await folderSource(plain), { rockRidge: false })));
    expect(joliet.type).toBe('iso9660 (joliet)');
    expect(Object.values(await summaryOfFileSystem(joliet)).sort()).toEqual(Object.values(summaryOfFolder(plain)).sort());
    const bare = await openFileSystem(memory(await made(await folderSource(plain), { rockRidge: false, joliet: false })));
    expect(bare.type).toBe('iso9660');
    expect(Object.values(await summaryOfFileSystem(bare)).sort()).toEqual(Object.values(summaryOfFolder(plain)).sort());
    expect((await find(bare, '/LARGE.BIN')).node.size).toBe(3_000_000);
  });

  it.skipIf(!hasIsoinfo)('is read by isoinfo as it was made (needs isoinfo)', async () => {
    const path = join(folder, 'made.iso');
    writeFileSync(path, await made(await folderSource(source), { label: 'MADE' }));
    for (const extension of ['-R', '-J']) {
      const names = String(mustRun('isoinfo', [extension, '-f', '-i', path])).trim().split('\n').map((name) => name.replace(/;1$/, '')).sort();
      if (extension === '-R') expect(names).toEqual(Object.keys(summaryOfFolder(source)).sort());
      else expect(names).toHaveLength(Object.entries(summaryOfFolder(source)).filter(([, text]) => !text.startsWith('symlink')).length);
    }
    expect(Buffer.compare(mustRun('isoinfo', ['-R', '-x', '/deep/er/and/deeper/file.txt', '-i', path]), Buffer.from('at the bottom\n'))).toBe(0);
    expect(Buffer.compare(mustRun('isoinfo', ['-R', '-x', '/large.bin', '-i', path]), readFileSync(join(source, 'large.bin')))).toBe(0);
    expect(String(mustRun('isoinfo', ['-d', '-i', path]))).toContain('Volume id: MADE');
    expect(String(mustRun('isoinfo', ['-R', '-l', '-i', path]))).toContain('short link -> size-60');
  });

  it('has files of more than 4 GiB in several extents', async () => {
    const size = 5 * 1024 ** 3;
    const root: SourceNode = {
      name: '', kind: 'directory', mode: 0o755, uid: 0, gid: 0, mtimeMs: 0, size: 0, key: '', async *bytes() { /* none */ },
      children: [{ name: 'huge', kind: 'file', mode: 0o644, uid: 0, gid: 0, mtimeMs: 0, size, key: 'huge', children: [], async *bytes() { /* the head of the image is enough */ } }],
    };
    const parts: Uint8Array[] = [];
    await expect(createIso(root, (part) => void parts.push(part))).rejects.toThrow(/shorter/);
    const store = new MemoryStore('iso', Buffer.concat(parts));
    store.resize(size + 1024 * 1024);
    store.write(Buffer.concat(parts).length + 0xffff_f800, Uint8Array.of(77));
    const fileSystem = await openFileSystem(storeVolume(store));
    const { node } = await find(fileSystem, '/huge');
    expect(node.size).toBe(size);
    const into = new Uint8Array(4);
    await fileSystem.read(node, 0xffff_f800 - 2, into);
    expect([...into]).toEqual([0, 0, 77, 0]);
  });

  it('with damage anywhere is read or refused', async () => {
    const bytes = await made(await folderSource(join(source, 'deep')), {});
    await expectDamageIsHarmless(bytes, { places: [{ start: 0x8000, length: 200 }, { start: 0x8800, length: 200 }, { start: 0x9000, length: 24 * 1024 }], cases: 400 });
  });
});
