import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Disk } from '../disk.ts';
import type { Format } from '../format.ts';
import { raw } from '../formats/raw/format.ts';
import { createIn } from '../open-disk.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { BlockImage } from '../testing/block-image.ts';
import { RandomSource } from '../testing/random-source.ts';
import { compare } from './compare.ts';
import { convert } from './convert.ts';
import { digest } from './digest.ts';
import { readableOf, readableStreamOf, writableStreamTo, writableTo } from './disk-streams.ts';
import { dataBytesOf, mapRows, measure } from './measure.ts';

const MIB = 1024 * 1024;
const BLOCK = 64 * 1024;
const SIZE = 5 * MIB + 3 * 512;

/** Three stretches, of which the last ends with the disk. */
function contents(): Uint8Array<ArrayBuffer> {
  const random = new RandomSource(3);
  const bytes = new Uint8Array(SIZE);
  bytes.set(random.bytes(3000), 512);
  bytes.fill(9, 2 * MIB, 2 * MIB + 3 * BLOCK);
  bytes.set(random.bytes(1000), SIZE - 1000);
  return bytes;
}

const empty = (size = SIZE): Promise<Disk> => createIn(new MemoryStore('memory'), { format: 'raw', size });
async function plain(bytes = contents()): Promise<Disk> {
  const disk = await empty(bytes.length);
  await disk.write(0, bytes);
  return disk;
}
async function packed(bytes = contents()): Promise<Disk> {
  const disk = new Disk({ image: new BlockImage({ size: bytes.length, blockBytes: BLOCK, codec: { name: 'zlib' } }) });
  await convert(await plain(bytes), disk, { compress: {}, threads: 0 });
  return disk;
}
async function expectContents(disk: Disk, bytes: Uint8Array): Promise<void> {
  const found = Buffer.alloc(disk.size);
  await disk.read(0, found);
  expect(Buffer.compare(found, bytes)).toBe(0);
}

describe('streams', () => {
  it('give the contents, Web and Node.js', async () => {
    const disk = await packed();
    expect(Buffer.compare(await buffer(readableStreamOf(disk)), contents())).toBe(0);
    expect(Buffer.compare(await buffer(readableOf(disk)), contents())).toBe(0);
  });

  it('may be left', async () => {
    for await (const piece of readableOf(await packed())) {
      expect((piece as Uint8Array).length).toBeGreaterThan(0);
      break;
    }
    await readableStreamOf(await packed()).cancel();
  });

  it('fill a disk', async () => {
    const pieces = (): Readable => Readable.from((function* () {
      const bytes = contents();
      for (let at = 0, length = 1; at < bytes.length; at += length, length = length * 3 + 1) yield bytes.subarray(at, at + length);
    })());
    const first = await empty();
    await pipeline(pieces(), writableTo(first));
    await expectContents(first, contents());
    const second = new Disk({ image: new BlockImage({ size: SIZE, blockBytes: BLOCK }) });
    await (Readable.toWeb(pieces()) as ReadableStream<Uint8Array>).pipeTo(writableStreamTo(second));
    await expectContents(second, contents());
    // Zeros take the place of what was there, and no room.
    const third = await plain(new Uint8Array(SIZE).fill(5));
    await pipeline(pieces(), writableTo(third));
    await expectContents(third, contents());
    await expect(pipeline(pieces(), writableTo(await empty(MIB)))).rejects.toMatchObject({ code: 'DISK_OUT_OF_RANGE' });
  });
});

describe('compare', () => {
  it('finds the same contents in other formats', async () => {
    expect(await compare(await plain(), await packed())).toEqual({ isSame: true, status: 0, sizesDiffer: false });
  });

  it('finds the first byte that differs', async () => {
    for (const offset of [0, 511, 513, MIB, 2 * MIB + 2 * BLOCK + 1, 4 * MIB, SIZE - 1]) {
      const bytes = contents();
      bytes[offset]! ^= 1;
      expect(await compare(await packed(), await plain(bytes))).toEqual({ isSame: false, status: 1, sizesDiffer: false, offset });
      expect(await compare(await packed(bytes), await packed())).toMatchObject({ offset });
    }
  });

  it('takes zeros after the end of one for the same, unless it is strict', async () => {
    const longer = new Uint8Array(SIZE + MIB);
    longer.set(contents());
    expect(await compare(await plain(), await plain(longer))).toEqual({ isSame: true, status: 0, sizesDiffer: true });
    expect(await compare(await plain(), await plain(longer), { isStrict: true })).toEqual({ isSame: false, status: 1, sizesDiffer: true });
    longer[SIZE + 77] = 1;
    expect(await compare(await plain(longer), await plain())).toEqual({ isSame: false, status: 1, sizesDiffer: true, offset: SIZE + 77 });
  });

  it('stops when it is told to', async () => {
    await expect(compare(await plain(), await plain(), { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'DISK_ABORTED' });
  });
});

describe('digest', () => {
  it('is that of the raw contents', async () => {
    for (const algorithm of ['sha256', 'md5']) {
      const expected = createHash(algorithm).update(contents()).digest('hex');
      expect(await digest(await packed(), { algorithm })).toEqual({ algorithm, digest: expected });
    }
    await expect(digest(await empty(), { algorithm: 'sha257' })).rejects.toMatchObject({ code: 'DISK_OPTION_INVALID' });
  });

  it('is over the blocks that are not zero with nz64', async () => {
    const hash = createHash('sha256');
    const bytes = Buffer.alloc(Math.ceil(SIZE / BLOCK) * BLOCK);
    bytes.set(contents());
    let blocks = 0;
    for (let index = 0; index < bytes.length / BLOCK; index++) {
      const block = bytes.subarray(index * BLOCK, (index + 1) * BLOCK);
      if (block.every((byte) => byte === 0)) continue;
      const prefix = Buffer.alloc(8);
      prefix.writeUInt32LE(index);
      hash.update(prefix).update(block);
      blocks++;
    }
    const expected = { algorithm: 'nz64', digest: hash.digest('hex'), blocks };
    expect(blocks).toBe(5);
    expect(await digest(await packed(), { algorithm: 'nz64' })).toEqual(expected);
    expect(await digest(await plain(), { algorithm: 'nz64' })).toEqual(expected);
    // As the manifest has it for empty disks of any size.
    expect(await digest(await empty(2 ** 37), { algorithm: 'nz64' })).toEqual({ algorithm: 'nz64', digest: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', blocks: 0 });
  });
});

describe('measure and map', () => {
  it('counts whole blocks', async () => {
    expect(await dataBytesOf(await packed(), BLOCK)).toBe(5 * BLOCK);
    expect(await dataBytesOf(await packed(), MIB)).toBe(3 * MIB);
    expect(await measure(await packed(), raw as unknown as Format)).toEqual({ required: SIZE, fullyAllocated: SIZE });
    expect(await measure(MIB, raw as unknown as Format)).toEqual({ required: MIB, fullyAllocated: MIB });
  });

  it('has rows as qemu-img has them', async () => {
    const rows = await Array.fromAsync(mapRows(await packed()));
    expect(rows[0]).toEqual({ start: 0, length: BLOCK, depth: 0, present: true, zero: false, data: true, compressed: true });
    expect(rows[1]).toEqual({ start: BLOCK, length: 2 * MIB - BLOCK, depth: 0, present: false, zero: true, data: false, compressed: false });
    const disk = await empty();
    await disk.write(MIB, new Uint8Array(BLOCK).fill(1));
    expect(await Array.fromAsync(mapRows(disk))).toContainEqual({ start: MIB, length: BLOCK, depth: 0, present: true, zero: false, data: true, compressed: false, offset: MIB, file: 'memory' });
  });
});
