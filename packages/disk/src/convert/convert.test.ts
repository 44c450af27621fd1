import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Codec } from '../codec.ts';
import { Disk } from '../disk.ts';
import { DiskError } from '../errors.ts';
import type { Format } from '../format.ts';
import { raw } from '../formats/raw/format.ts';
import { createDisk, createIn, openDisk } from '../open-disk.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { isZero } from '../store/store.ts';
import { BlockImage } from '../testing/block-image.ts';
import { RandomSource } from '../testing/random-source.ts';
import { convert } from './convert.ts';
import { convertToFile } from './convert-to-file.ts';
import { joinDisks } from './joined-image.ts';

const MIB = 1024 * 1024;
const SIZE = 9 * MIB + 5 * 512;
const BLOCK = 64 * 1024;
const DEFLATE: Codec = { name: 'deflate', windowBits: 12 };
const CODECS: readonly Codec[] = [DEFLATE, { name: 'zlib' }, { name: 'zstd' }];

let folder: string;
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'worldswitch-convert-')); });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Stretches of data that compresses and of data that does not, between zeros, at odd places. */
function contents(seed: number, size = SIZE): Uint8Array<ArrayBuffer> {
  const random = new RandomSource(seed);
  const bytes = new Uint8Array(size);
  for (let i = 0; i < 24; i++) {
    const at = random.below(size / 512) * 512;
    const length = Math.min(size - at, (1 + random.below(300)) * 512);
    if (random.isOnceIn(3)) bytes.set(random.bytes(length), at);
    else bytes.fill(1 + random.below(255), at, at + length);
  }
  return bytes;
}

/** With holes where there are blocks of zeros. */
async function memoryDisk(bytes: Uint8Array): Promise<Disk> {
  const disk = await createIn(new MemoryStore('memory'), { format: 'raw', size: bytes.length });
  for (let at = 0; at < bytes.length; at += BLOCK) {
    const block = bytes.subarray(at, at + BLOCK);
    if (!isZero(block)) await disk.write(at, block);
  }
  return disk;
}

async function bytesOf(disk: Disk): Promise<Buffer> {
  const bytes = Buffer.alloc(disk.size);
  await disk.read(0, bytes);
  return bytes;
}

async function expectContents(disk: Disk, bytes: Uint8Array): Promise<void> {
  expect(Buffer.compare(await bytesOf(disk), bytes)).toBe(0);
}

const blockDisk = (codec?: Codec, size = SIZE, blockBytes = BLOCK): { image: BlockImage; disk: Disk } => {
  const image = new BlockImage({ size, blockBytes, ...(codec === undefined ? {} : { codec }) });
  return { image, disk: new Disk({ image }) };
};

describe('convert', () => {
  it('copies a file with holes to a file with holes', async () => {
    const bytes = contents(1);
    const from = join(folder, 'from.raw');
    writeFileSync(from, bytes);
    truncateSync(from, 64 * MIB);
    await using disk = await openDisk(from, { format: 'raw' });
    const { dataBytes, size } = await convertToFile(disk, { path: join(folder, 'to.raw'), format: 'raw', isDurable: false });
    expect(size).toBe(64 * MIB);
    expect(dataBytes).toBeLessThan(bytes.length);
    expect(statSync(join(folder, 'to.raw')).blocks * 512).toBeLessThanOrEqual(dataBytes + 64 * 1024);
    const copy = readFileSync(join(folder, 'to.raw'));
    expect(Buffer.compare(copy.subarray(0, bytes.length), bytes)).toBe(0);
    expect(copy.subarray(bytes.length).every((byte) => byte === 0)).toBe(true);
  });

  it('copies where the holes of a file cannot be known', async () => {
    // Without node:ffi a store says that all is data.
    class Blind extends MemoryStore {
      override extents(start: number, length: number): { start: number; length: number; isData: boolean }[] {
        return [{ start, length, isData: true }];
      }
    }
    const bytes = contents(2);
    const from = await createIn(new Blind('blind'), { format: 'raw', size: SIZE });
    await from.write(0, bytes);
    const store = new MemoryStore('to');
    const to = await createIn(store, { format: 'raw', size: SIZE });
    await convert(from, to);
    await expectContents(to, bytes);
    const zeros = Array.from({ length: Math.ceil(SIZE / BLOCK) }, (_, i) => bytes.subarray(i * BLOCK, (i + 1) * BLOCK)).filter((block) => block.every((byte) => byte === 0));
    expect(zeros.length).toBeGreaterThan(10);
    expect(store.allocatedBytes()).toBeLessThanOrEqual(Math.ceil(SIZE / BLOCK) * BLOCK - zeros.length * BLOCK);
  });

  it('writes blocks, and leaves out those that are zero', async () => {
    const bytes = contents(3);
    const { image, disk } = blockDisk();
    await convert(await memoryDisk(bytes), disk);
    await expectContents(disk, bytes);
    for (const index of image.places.keys()) expect(bytes.subarray(index * BLOCK, (index + 1) * BLOCK).some((byte) => byte !== 0), `block ${index}`).toBe(true);
  });

  it('puts blocks that are larger than a chunk', async () => {
    const bytes = contents(4);
    for (const blockBytes of [4 * MIB, 32 * MIB]) {
      const { disk } = blockDisk(undefined, SIZE, blockBytes);
      await convert(await memoryDisk(bytes), disk);
      await expectContents(disk, bytes);
    }
  });

  it.each(CODECS)('compresses and unpacks $name, the same whatever the number of threads', async (codec) => {
    const bytes = contents(5);
    const from = await memoryDisk(bytes);
    let first: Uint8Array | undefined;
    for (const threads of [0, 1, 2, 3]) {
      const { image, disk } = blockDisk(codec);
      await convert(from, disk, { compress: {}, threads });
      await expectContents(disk, bytes);
      const file = new Uint8Array(image.store.length);
      await image.store.read(0, file);
      first ??= file;
      expect(Buffer.compare(file, first), `${threads} threads`).toBe(0);
      expect([...image.places.values()].some((place) => place !== 'zero' && place.packedLength === undefined), 'a block that does not become smaller').toBe(true);
      const back = await memoryDisk(new Uint8Array(SIZE));
      await convert(disk, back, { threads });
      await expectContents(back, bytes);
    }
    expect(first!.length).toBeLessThan(bytes.length);
  });

  it('compresses what is compressed already in another way', async () => {
    const bytes = contents(6);
    const small = blockDisk(DEFLATE, SIZE, 4096);
    await convert(await memoryDisk(bytes), small.disk, { compress: { level: 1 } });
    const large = blockDisk({ name: 'zstd' }, SIZE, 2 * MIB);
    await convert(small.disk, large.disk, { compress: {} });
    await expectContents(large.disk, bytes);
    const again = blockDisk(DEFLATE);
    await convert(large.disk, again.disk, { compress: {} });
    await expectContents(again.disk, bytes);
  });

  it('takes the level', async () => {
    const bytes = new Uint8Array(readFileSync(process.execPath).subarray(MIB, 3 * MIB));
    const sizeAt = async (level: number): Promise<number> => {
      const { image, disk } = blockDisk(DEFLATE, bytes.length);
      await convert(await memoryDisk(bytes), disk, { compress: { level } });
      return image.store.length;
    };
    expect(await sizeAt(9)).toBeLessThan(await sizeAt(1));
  });

  it('says which block is damaged, from any thread', async () => {
    const { image, disk } = blockDisk(DEFLATE);
    await convert(await memoryDisk(contents(7)), disk, { compress: {} });
    const [place] = [...image.places.values()].filter((found) => found !== 'zero' && found.packedLength !== undefined);
    const { offset } = place as { offset: number };
    await image.store.write(offset, new Uint8Array(16).fill(0xff));
    for (const threads of [0, 2]) {
      const error = await convert(disk, await memoryDisk(new Uint8Array(SIZE)), { threads }).then(() => undefined, (thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(DiskError);
      expect(error).toMatchObject({ code: 'DISK_IMAGE_CORRUPT', context: { path: 'blocks', offset } });
      expect((error as DiskError).message.split('blocks').length).toBe(2);
    }
  });

  it('reads through a chain whose parent is shorter', async () => {
    const below = contents(8, 4 * MIB);
    const above = contents(9);
    const image = new BlockImage({ size: SIZE, blockBytes: BLOCK });
    const child = new Disk({ image, parent: await memoryDisk(below) });
    const expected = new Uint8Array(SIZE);
    expected.set(below);
    for (let at = 0; at < SIZE; at += 3 * BLOCK) {
      const end = Math.min(SIZE, at + BLOCK);
      image.put(at, above.subarray(at, end));
      expected.set(above.subarray(at, end), at);
    }
    image.putZero(BLOCK, BLOCK);
    expected.fill(0, BLOCK, 2 * BLOCK);
    const to = await memoryDisk(new Uint8Array(SIZE));
    await convert(child, to);
    await expectContents(to, expected);
  });

  it('writes zeros where the target has something', async () => {
    const bytes = contents(10);
    const old = new Uint8Array(SIZE + MIB).fill(7);
    const to = await memoryDisk(old);
    await convert(await memoryDisk(bytes), to);
    await expectContents(to, Buffer.concat([bytes, new Uint8Array(MIB)]));
    // Unless it is told that there are zeros.
    const trusting = await memoryDisk(old);
    await convert(await memoryDisk(new Uint8Array(SIZE)), trusting, { targetIsZero: true });
    await expectContents(trusting, old);
    // A parent of the target shows through where nothing is written.
    const child = new Disk({ image: new BlockImage({ size: SIZE, blockBytes: BLOCK }), parent: await memoryDisk(old.subarray(0, SIZE)) });
    await convert(await memoryDisk(bytes), child);
    await expectContents(child, bytes);
  });

  it('writes everything with sparse: 0', async () => {
    const store = new MemoryStore('to');
    const to = await createIn(store, { format: 'raw', size: SIZE });
    await convert(await memoryDisk(contents(11)), to, { sparse: 0 });
    expect(store.allocatedBytes()).toBeGreaterThanOrEqual(SIZE);
    await expectContents(to, contents(11));
  });

  it('goes on where another has stopped', async () => {
    const bytes = contents(12);
    const to = await memoryDisk(new Uint8Array(SIZE));
    await to.write(0, bytes.subarray(0, 3 * MIB));
    await convert(await memoryDisk(bytes), to, { startAt: 3 * MIB });
    await expectContents(to, bytes);
  });

  it('refuses a target that is too small, and one that cannot be compressed', async () => {
    await expect(convert(await memoryDisk(contents(1)), await memoryDisk(new Uint8Array(MIB)))).rejects.toMatchObject({ code: 'DISK_OUT_OF_RANGE' });
    await expect(convert(await memoryDisk(contents(1)), await memoryDisk(new Uint8Array(SIZE)), { compress: {} })).rejects.toMatchObject({ code: 'DISK_OPERATION_UNSUPPORTED' });
  });

  it('joins disks', async () => {
    const parts = [contents(13, MIB), contents(14, 512), contents(15, 3 * MIB + 512)];
    const { disk: packed } = blockDisk(DEFLATE, 3 * MIB + 512);
    await convert(await memoryDisk(parts[2]!), packed, { compress: {} });
    const joined = joinDisks([await memoryDisk(parts[0]!), await memoryDisk(parts[1]!), packed]);
    const whole = Buffer.concat(parts);
    await expectContents(joined, whole);
    const to = await memoryDisk(new Uint8Array(whole.length));
    await convert(joined, to);
    await expectContents(to, whole);
    expect(() => joinDisks([])).toThrow(DiskError);
  });

  it('writes raw to a stream', async () => {
    const bytes = contents(16);
    const parts: Uint8Array[] = [];
    const { disk } = blockDisk(DEFLATE);
    await convert(await memoryDisk(bytes), disk, { compress: {} });
    await convert(disk, { format: raw as unknown as Format, write: (part: Uint8Array) => void parts.push(part.slice()) });
    expect(Buffer.compare(Buffer.concat(parts), bytes)).toBe(0);
  });

  it('gives a stream that knows its extents beforehand just the blocks that touch them', async () => {
    const bytes = contents(17);
    const announced = new Set<number>();
    const given: number[] = [];
    const found = new Uint8Array(SIZE);
    const format = {
      ...raw, options: {}, stream: async ({ extents }: { extents: readonly { start: number; length: number }[] }) => {
        for (const { start, length } of extents) for (let block = Math.floor(start / BLOCK); block * BLOCK < start + length; block++) announced.add(block);
        return {
          blockBytes: BLOCK,
          put(at: number, some: Uint8Array) {
            found.set(some, at);
            for (let here = at; here < at + some.length; here += BLOCK) given.push(here / BLOCK);
          },
          finish: () => undefined,
        };
      },
    } as unknown as Format;
    await convert(await memoryDisk(bytes), { format, write: () => undefined });
    expect(given).toEqual([...announced]);
    expect(given.length).toBeLessThan(SIZE / BLOCK);
    expect(Buffer.compare(found, bytes)).toBe(0);
  });

  it('tells how far it is', async () => {
    const seen: { transferred: number; size: number; elapsed: number; description: string }[] = [];
    await convert(await memoryDisk(contents(18)), await memoryDisk(new Uint8Array(SIZE)), { onProgress: (progress) => seen.push(progress), description: 'copying' });
    expect(seen.at(-1)).toMatchObject({ transferred: SIZE, size: SIZE, description: 'copying' });
  });

  it('keeps to a rate', async () => {
    const bytes = new Uint8Array(3 * MIB).fill(1);
    const startMs = performance.now();
    await convert(await memoryDisk(bytes), await memoryDisk(new Uint8Array(bytes.length)), { rate: 6 * MIB });
    expect(performance.now() - startMs).toBeGreaterThan(450);
  });

  it('finds 1 TiB of nothing at once', async () => {
    const path = join(folder, 'empty.raw');
    await (await createDisk(path, { format: 'raw', size: 2 ** 40 })).close();
    await using from = await openDisk(path, { format: 'raw' });
    const { disk } = blockDisk(undefined, 2 ** 40);
    const startMs = performance.now();
    await convert(from, disk);
    expect(performance.now() - startMs).toBeLessThan(500);
  });
});

describe('convertToFile', () => {
  it('leaves nothing of a conversion that was stopped', async () => {
    const path = join(folder, 'stopped.raw');
    const stop = new AbortController();
    const from = await memoryDisk(contents(20));
    await expect(convertToFile(from, { path, format: 'raw' }, { signal: stop.signal, onWritten: () => stop.abort() })).rejects.toMatchObject({ code: 'DISK_ABORTED', kind: 'aborted' });
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(folder).filter((name) => name.includes('stopped'))).toEqual([]);
  });

  it('keeps what is there until the new file is complete', async () => {
    const path = join(folder, 'kept.raw');
    writeFileSync(path, 'old');
    const from = await memoryDisk(contents(21));
    await expect(convertToFile(from, { path, format: 'raw' })).rejects.toMatchObject({ code: 'DISK_EXISTS' });
    await expect(convertToFile(from, { path, format: 'raw', replace: true }, { onWritten: () => { throw new Error('power'); } })).rejects.toThrow('power');
    expect(readFileSync(path, 'utf8')).toBe('old');
    await convertToFile(from, { path, format: 'raw', replace: true }, { onWritten: () => { expect(readFileSync(path, 'utf8')).toBe('old'); } });
    expect(Buffer.compare(readFileSync(path), contents(21))).toBe(0);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('leaves no file under its name when its process is killed', async () => {
    const from = join(folder, 'killed-from.raw');
    writeFileSync(from, contents(23));
    const path = join(folder, 'killed.raw');
    const code = `
      const { openDisk, convertToFile } = await import(${JSON.stringify(join(import.meta.dirname, '../index.ts'))});
      const disk = await openDisk(${JSON.stringify(from)}, { format: 'raw' });
      await convertToFile(disk, { path: ${JSON.stringify(path)}, format: 'raw' }, { rate: 1024 * 1024, onWritten: () => console.log('some') });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(existsSync(path)).toBe(false);
    const [left] = readdirSync(folder).filter((name) => name.includes('killed.raw'));
    expect(left).toMatch(/^\.killed\.raw\.partial-/);
    // It is in no one's way.
    await convertToFile(await memoryDisk(contents(23)), { path, format: 'raw', isDurable: false });
    expect(Buffer.compare(readFileSync(path), contents(23))).toBe(0);
    rmSync(join(folder, left!), { recursive: true });
  });

  it('does not take a name that was taken meanwhile', async () => {
    const path = join(folder, 'raced.raw');
    await expect(convertToFile(await memoryDisk(contents(22)), { path, format: 'raw' }, { onWritten: () => writeFileSync(path, 'other') })).rejects.toMatchObject({ code: 'DISK_EXISTS' });
    expect(readFileSync(path, 'utf8')).toBe('other');
  });
});
