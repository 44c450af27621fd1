import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RandomSource } from '../testing/random-source.ts';
import { digest } from './digest.ts';
import { openWrapped, wrappingOf, wrappingOfFile } from './wrapped.ts';

const MIB = 1024 * 1024;
const corpus = join(import.meta.dirname, '../../../../../shared/images');
const hasXz = spawnSync('xz', ['--version']).status === 0;

let folder: string;
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'worldswitch-wrapped-')); });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const contents = new Uint8Array(3 * MIB + 512);
contents.set(new RandomSource(1).bytes(100_000), 4096);
contents.set(new RandomSource(2).bytes(512), 3 * MIB);
const halves = [contents.subarray(0, MIB), contents.subarray(MIB)] as const;

/** With a checksum, as the program zstd has it. */
const zst = (bytes: Uint8Array): Uint8Array => zstdCompressSync(bytes, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });

const WRAPPED: readonly (readonly [string, () => Uint8Array | undefined])[] = [
  ['gz', () => gzipSync(contents)],
  ['gz', () => Buffer.concat(halves.map((half) => gzipSync(half)))],
  ['zst', () => zst(contents)],
  ['zst', () => Buffer.concat(halves.map((half) => zst(half)))],
  ['xz', () => (hasXz ? spawnSync('xz', ['-c', '-2'], { input: contents, maxBuffer: 16 * MIB }).stdout : undefined)],
];

describe('a wrapped image', () => {
  it.each(WRAPPED.map(([wrapping, make], i) => ({ wrapping, make, i })))('is opened: $wrapping, $i', async ({ wrapping, make, i }) => {
    const bytes = make();
    if (bytes === undefined) return console.log('skipped: there is no xz');
    const path = join(folder, `${i}.raw.${wrapping}`);
    writeFileSync(path, bytes);
    const found = await wrappingOfFile(path);
    expect(found).toBe(wrapping);
    await using disk = await openWrapped(path, found!, { format: 'raw', temporaryFolder: folder });
    expect(disk.size).toBe(contents.length);
    const whole = Buffer.alloc(disk.size);
    await disk.read(0, whole);
    expect(Buffer.compare(whole, contents)).toBe(0);
    expect(await disk.image.store.allocatedBytes()).toBeLessThan(200_000);
    expect(disk.isWritable).toBe(false);
    // Nothing is left of it beside the file.
    expect(readdirSync(folder).filter((name) => name.startsWith('worldswitch-'))).toEqual([]);
  });

  it.each(WRAPPED.map(([wrapping, make], i) => ({ wrapping, make, i })))('is refused when it is cut off or damaged: $wrapping, $i', async ({ wrapping, make, i }) => {
    const bytes = make();
    if (bytes === undefined) return console.log('skipped: there is no xz');
    const path = join(folder, `${i}.bad.${wrapping}`);
    writeFileSync(path, bytes.subarray(0, bytes.length - 9));
    await expect(openWrapped(path, wrapping as 'gz', { format: 'raw' })).rejects.toMatchObject({ kind: 'corrupt', context: { path } });
    const damaged = Uint8Array.from(bytes);
    for (let at = 40_000; at < 40_100; at++) damaged[at]! ^= 0x55;
    writeFileSync(path, damaged);
    await expect(openWrapped(path, wrapping as 'gz', { format: 'raw' })).rejects.toMatchObject({ code: 'DISK_IMAGE_CORRUPT' });
  });

  it('may not become larger than it is allowed to', async () => {
    const path = join(folder, 'bomb.gz');
    writeFileSync(path, gzipSync(new Uint8Array(8 * MIB)));
    await expect(openWrapped(path, 'gz', { format: 'raw', mostBytes: 4 * MIB })).rejects.toMatchObject({ code: 'DISK_IMAGE_LIMIT' });
  });

  it('is told by its first bytes', () => {
    expect(wrappingOf(new Uint8Array(8))).toBe(undefined);
    expect(wrappingOf(Buffer.from('BZh91AY'))).toBe('bz2');
    expect(wrappingOf(new Uint8Array([0x1f, 0x8b]))).toBe(undefined);
  });

  it.skipIf(!existsSync(join(corpus, 'dissect/vhd__fixed.vhd.gz')))('of another producer has the digest of the manifest (skipped where ../shared/images is not there)', async () => {
    // A fixed VHD is the disk and a footer of 512 bytes: all but the last block is the same.
    await using disk = await openWrapped(join(corpus, 'dissect/vhd__fixed.vhd.gz'), 'gz', { format: 'raw' });
    expect(disk.size).toBe(10_486_272);
    expect((await digest(disk, { algorithm: 'nz64' })).blocks).toBe(41);
  });
});
