import { describe, expect, it } from 'vitest';
import { Disk } from '../disk.ts';
import { DiskError } from '../errors.ts';
import { createIn } from '../open-disk.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { BlockImage } from '../testing/block-image.ts';
import { RandomSource } from '../testing/random-source.ts';
import { convert } from './convert.ts';
import { diff, patch } from './delta.ts';
import type { DeltaResult } from './delta.ts';

const MIB = 1024 * 1024;
const BLOCK = 64 * 1024;
const SIZE = 3 * MIB + 512;

async function plain(bytes: Uint8Array): Promise<Disk> {
  const disk = await createIn(new MemoryStore('memory'), { format: 'raw', size: bytes.length });
  await disk.write(0, bytes);
  return disk;
}

const random = new RandomSource(5);
const old = new Uint8Array(SIZE);
old.set(random.bytes(5 * BLOCK), BLOCK);
old.fill(3, 2 * MIB, 2 * MIB + 3 * BLOCK);

/** One block of noise, one that compresses, zeros over three, and the last sector. */
function changed(size = SIZE): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  bytes.set(old.subarray(0, size));
  bytes.set(random.bytes(BLOCK), 3 * BLOCK);
  bytes.fill(8, MIB, MIB + 10);
  bytes.fill(0, 2 * MIB, 2 * MIB + 3 * BLOCK);
  bytes[size - 1] = 1;
  return bytes;
}

async function deltaOf(from: Disk, to: Disk): Promise<{ bytes: Uint8Array; result: DeltaResult }> {
  const parts: Uint8Array[] = [];
  const result = await diff(from, to, (part) => void parts.push(part));
  return { bytes: Buffer.concat(parts), result };
}

async function* piecesOf(bytes: Uint8Array, length = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

async function expectContents(disk: Disk, bytes: Uint8Array): Promise<void> {
  expect(disk.size).toBe(bytes.length);
  const found = Buffer.alloc(disk.size);
  await disk.read(0, found);
  expect(Buffer.compare(found, bytes)).toBe(0);
}

describe('a delta', () => {
  it('makes one disk of the other, whatever their formats', async () => {
    const to = changed();
    const packed = new Disk({ image: new BlockImage({ size: SIZE, blockBytes: BLOCK, codec: { name: 'zlib' } }) });
    await convert(await plain(to), packed, { compress: {} });
    const { bytes, result } = await deltaOf(await plain(old), packed);
    expect(result).toEqual({ changedBytes: 5 * BLOCK + 512, records: 4 });
    expect(bytes.length).toBeLessThan(BLOCK + 2000);
    const disk = await plain(old);
    expect(await patch(disk, piecesOf(bytes))).toEqual(result);
    await expectContents(disk, to);
  });

  it('is empty between equal disks', async () => {
    const { bytes, result } = await deltaOf(await plain(old), await plain(old));
    expect(result).toEqual({ changedBytes: 0, records: 0 });
    expect(bytes.length).toBe(96 + 32 + 32);
  });

  it.each([MIB + BLOCK + 512, 5 * MIB])('makes it of another size: %i', async (size) => {
    const to = changed(size);
    const { bytes } = await deltaOf(await plain(old), await plain(to));
    const disk = await plain(old);
    await patch(disk, piecesOf(bytes, 100_000));
    await expectContents(disk, to);
  });

  it('is only for the disk that it was made for', async () => {
    const { bytes } = await deltaOf(await plain(old), await plain(changed()));
    const other = Uint8Array.from(old);
    other[SIZE - 1] = 9;
    const disk = await plain(other);
    await expect(patch(disk, piecesOf(bytes))).rejects.toMatchObject({ code: 'DISK_PARENT_MISMATCH' });
    await expectContents(disk, other);
    await expect(patch(await plain(old.subarray(0, MIB)), piecesOf(bytes))).rejects.toMatchObject({ code: 'DISK_PARENT_MISMATCH' });
  });

  it('is refused when it is damaged anywhere, or cut off', async () => {
    const { bytes } = await deltaOf(await plain(old), await plain(changed()));
    for (const at of [0, 9, 13, 17, 40, 70, 94, 97, 105, 113, 125, 200, bytes.length - 60, bytes.length - 40, bytes.length - 1]) {
      const damaged = Uint8Array.from(bytes);
      damaged[at]! ^= 0x41;
      const error = await patch(await plain(old), piecesOf(damaged), { path: 'x.delta' }).then(() => undefined, (thrown: unknown) => thrown);
      expect(error, `a changed byte at ${at}`).toBeInstanceOf(DiskError);
      expect((error as DiskError).kind, `a changed byte at ${at}`).toMatch(/corrupt|unsupported/);
    }
    for (const length of [0, 50, 96, 100, bytes.length - 1]) {
      await expect(patch(await plain(old), piecesOf(bytes.subarray(0, length)))).rejects.toMatchObject({ code: 'DISK_IMAGE_TRUNCATED' });
    }
  });
});
