import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { MemoryStore } from '../../store/memory-store.ts';
import { FileStore } from '../../store/file-store.ts';
import { expectDamageIsHarmless, has, mustRun, run, summaryOfFileSystem } from '../../testing/file-trees.ts';
import { hasQemuImg, mustPassQemuImg } from '../../testing/qemu-img.ts';
import { RandomSource } from '../../testing/random-source.ts';
import { openPartition, readPartitions } from '../../partition/partitions.ts';
import { openFileSystem } from '../file-systems.ts';
import { find, list, readWhole, walk } from '../tree.ts';
import { storeVolume } from '../volume.ts';
import { unpackLznt1 } from './lznt1.ts';

const MiB = 1024 * 1024;
const IMAGES = '../shared/images';
const hasTools = run('mkfs.ntfs', ['--version']).isThere && has('ntfscp') && has('ntfscat');
const folder = mkdtempSync(join(tmpdir(), 'worldswitch-ntfs-'));
afterAll(() => rmSync(folder, { recursive: true }));

function mkntfs(name: string, sizeBytes = 24 * MiB): string {
  const path = join(folder, `${name}.img`);
  writeFileSync(path, '');
  truncateSync(path, sizeBytes);
  mustRun('mkfs.ntfs', ['-F', '-Q', '-q', '-L', 'LABEL', path]);
  return path;
}

describe('NTFS', () => {
  it.skipIf(!hasTools)('reads what ntfscp has put there, and knows the free clusters (needs ntfs-3g)', async () => {
    const path = mkntfs('files');
    const random = new RandomSource(3);
    const files = new Map<string, Uint8Array>();
    for (const size of [0, 1, 500, 700, 1024, 4096, 100_001, 3 * MiB]) files.set(`size ${size}`, random.bytes(size));
    // More than an index root holds.
    for (let i = 0; i < 60; i++) files.set(`a file with a longer name, ${i}.text`, random.bytes(10));
    for (const [name, bytes] of files) {
      writeFileSync(join(folder, 'file'), bytes);
      mustRun('ntfscp', ['-q', path, join(folder, 'file'), `/${name}`]);
    }
    const store = await FileStore.open(path);
    const fileSystem = await openFileSystem(storeVolume(store));
    expect({ type: fileSystem.type, label: fileSystem.label }).toEqual({ type: 'ntfs', label: 'LABEL' });
    const found = await list(fileSystem, await fileSystem.root());
    expect(found.map(({ name }) => name).sort()).toEqual([...files.keys()].sort());
    for (const { name, node } of found) expect(Buffer.compare(await readWhole(fileSystem, node), files.get(name)!), name).toBe(0);
    expect((await find(fileSystem, 'SIZE 500')).node.size).toBe(500);
    const info = run('ntfsinfo', ['-m', path]).output;
    const free = Number(/Free Clusters: (\d+)/.exec(info)?.[1]);
    expect(await fileSystem.freeBytes!()).toBe(free * fileSystem.blockBytes);
    let sum = 0;
    for await (const { length } of fileSystem.freeRanges!()) sum += length;
    expect(sum).toBe(free * fileSystem.blockBytes);
    // With its log open, nothing is given up.
    const log = readFileSync(path);
    const at = log.indexOf('RSTR', 0, 'latin1');
    if (at >= 0) {
      const area = at + log.readUInt16LE(at + 24);
      for (const page of [0, 4096]) {
        log.writeUInt16LE(0, area + page + 12);
        log.writeUInt16LE(0, area + page + 14);
      }
      const open = await openFileSystem(storeVolume(new MemoryStore('open', log)));
      await expect(Array.fromAsync(open.freeRanges!())).rejects.toThrow(/log was not closed/);
    }
    await store.close();
  });

  for (const [image, partition] of [['dfvfs/windows_volume.qcow2', undefined], ['plaso/vsstest.qcow2', undefined]] as const) {
    const isThere = existsSync(join(IMAGES, image));
    it.skipIf(!hasTools || !hasQemuImg || !isThere)(`reads ${image} as ntfscat does (needs ntfs-3g, qemu-img, ${IMAGES})`, async () => {
      const path = join(folder, image.replace('/', '-'));
      mustPassQemuImg('convert', '-O', 'raw', join(IMAGES, image), path);
      const store = await FileStore.open(path);
      const whole = storeVolume(store);
      const table = await readPartitions(whole);
      const at = table.partitions[0] ?? { number: 0, start: 0, size: whole.size };
      const volume = table.scheme === 'none' ? whole : await openPartition(whole, partition ?? at.number);
      const alone = table.scheme === 'none' ? path : join(folder, 'alone.img');
      if (alone !== path) writeFileSync(alone, readFileSync(path).subarray(at.start, at.start + at.size));
      const fileSystem = await openFileSystem(volume);
      let files = 0;
      for await (const { path: name, node } of walk(fileSystem, await find(fileSystem, '/'))) {
        if (node.kind !== 'file' || node.size > 50 * MiB) continue;
        files++;
        expect(Buffer.compare(await readWhole(fileSystem, node), mustRun('ntfscat', ['-f', '-i', String(node.id), alone])), name).toBe(0);
        if (files >= 40) break;
      }
      expect(files).toBeGreaterThan(0);
      const free = Number(/Free Clusters: (\d+)/.exec(run('ntfsinfo', ['-f', '-m', alone]).output)?.[1]);
      expect(await fileSystem.freeBytes!()).toBe(free * fileSystem.blockBytes);
      await store.close();
    });
  }

  it('unpacks LZNT1', () => {
    // A chunk with a letter, seven more like it and two more letters; and a chunk that is not compressed.
    const packed = Uint8Array.of(0x05, 0xb0, 0x02, 0x41, 0x04, 0x00, 0x02, 0x42, 0xff, 0x3f, ...new Uint8Array(4096).fill(7));
    const into = new Uint8Array(8192);
    expect(unpackLznt1(packed, into)).toBe(true);
    expect(String.fromCharCode(...into.subarray(0, 9))).toBe('AAAAAAAA\x02');
    expect(into.subarray(4096).every((byte) => byte === 7)).toBe(true);
    expect(unpackLznt1(Uint8Array.of(0x03, 0xb0, 0x01, 0x00, 0x10, 0x00), new Uint8Array(4096))).toBe(false);
  });

  it.skipIf(!hasTools)('with damage anywhere is read or refused (needs ntfs-3g)', async () => {
    const path = mkntfs('damage', 8 * MiB);
    for (let i = 0; i < 40; i++) {
      writeFileSync(join(folder, 'file'), new Uint8Array(i * 100).fill(i));
      mustRun('ntfscp', ['-q', path, join(folder, 'file'), `/a file with a longer name, ${i}.text`]);
    }
    const pristine = readFileSync(path);
    const boot = pristine.readUInt32LE(48) * pristine[13]! * 512;
    await expectDamageIsHarmless(pristine, { places: [{ start: 0, length: 90 }, { start: boot, length: 60 * 1024 }, { start: boot, length: 8 * 1024 }], cases: 300 });
    expect(Object.keys(await summaryOfFileSystem(await openFileSystem(storeVolume(new MemoryStore('pristine', pristine)))))).toHaveLength(40);
  });
});
