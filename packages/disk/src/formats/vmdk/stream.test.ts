import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pack } from '../../codec.ts';
import { convertToFile } from '../../convert/convert-to-file.ts';
import { parseOptions } from '../../format.ts';
import { viewOf } from '../../layout.ts';
import { openStore } from '../../open-disk.ts';
import { MemoryStore } from '../../store/memory-store.ts';
import { isZero } from '../../store/store.ts';
import { hasQemuImg, mustPassQemuImg } from '../../testing/qemu-img.ts';
import { RandomSource } from '../../testing/random-source.ts';
import { vmdk } from './format.ts';
import { GD_AT_END, MARKER, MarkerType, SPARSE_HEADER } from './layout.ts';

const GRAIN = 64 * 1024;
/** Three tables' worth, of which the second has nothing; it ends within a grain. */
const SIZE = 65 * 1024 * 1024 + 512 * 3;

function contents(): Uint8Array {
  const disk = new Uint8Array(SIZE);
  const random = new RandomSource(7);
  for (const at of [0, GRAIN, 5 * GRAIN + 100, 64 * 1024 * 1024 + 7, SIZE - 700]) disk.set(random.bytes(700), at);
  return disk;
}

async function streamed(disk: Uint8Array, isPacked: boolean): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const stream = await vmdk.stream!(
    { write: (bytes) => { parts.push(bytes.slice()); }, size: disk.length, extents: [], random: (length) => new Uint8Array(length).fill(3), nowMs: 0 }, parseOptions(vmdk, { subformat: 'streamOptimized', adapter_type: 'lsilogic' }),
  );
  for (let at = 0; at < disk.length; at += GRAIN) {
    const grain = disk.subarray(at, Math.min(at + GRAIN, disk.length));
    if (!isZero(grain)) await stream.put(at, grain, isPacked ? pack(stream.packing!.codec, grain) : undefined);
  }
  await stream.finish();
  return Buffer.concat(parts);
}

describe('streamOptimized, written in one pass', () => {
  it('has the markers of VMware, in order, and one end-of-stream sector', async () => {
    const bytes = await streamed(contents(), false);
    const header = SPARSE_HEADER.read(bytes);
    expect({ version: header.version, flags: header.flags, gdOffset: header.gdOffset, overHead: header.overHead }).toEqual({ version: 3, flags: 0x3_0001, gdOffset: GD_AT_END, overHead: 128 });
    const found: string[] = [];
    let at = header.overHead * 512;
    let directoryAt = 0;
    while (at < bytes.length) {
      const { val, size, type } = MARKER.read(bytes, at);
      if (size > 0) {
        found.push(`grain ${val / 128}`);
        expect(viewOf(bytes).getUint16(at + 12), 'a frame of zlib').toBe(0x789c);
        at += Math.ceil((12 + size) / 512) * 512;
      } else {
        found.push(Object.entries(MarkerType).find(([, number]) => number === type)![0]);
        if (type === MarkerType.grainDirectory) directoryAt = at + 512;
        at += 512 + val * 512;
      }
    }
    expect(found).toEqual(['grain 0', 'grain 1', 'grain 5', 'grainTable', 'grain 1024', 'grain 1040', 'grainTable', 'grainDirectory', 'footer', 'endOfStream']);
    const footer = SPARSE_HEADER.read(bytes, bytes.length - 1024);
    expect(Number(footer.gdOffset) * 512).toBe(directoryAt);
    expect({ ...footer, gdOffset: 0n }).toEqual({ ...header, gdOffset: 0n });
    expect(viewOf(bytes).getUint32(directoryAt + 4, true), 'a table without grains is not there').toBe(0);
  });
  it('does not depend on who compresses it', async () => {
    expect(Buffer.compare(await streamed(contents(), true), await streamed(contents(), false))).toBe(0);
  });
  it('is read as it was written, by qemu-img and libvmdk too', async () => {
    const disk = contents();
    const bytes = await streamed(disk, false);
    await using opened = await openStore(new MemoryStore('stream.vmdk', bytes, false));
    expect(opened.image.details()).toMatchObject({ 'create-type': 'streamOptimized', extents: [{ compressed: true, 'cluster-size': GRAIN }] });
    const read = new Uint8Array(opened.size);
    await opened.read(0, read);
    expect(Buffer.compare(read, disk)).toBe(0);
    expect(await vmdk.check!(opened.image, undefined)).toMatchObject({ corruptions: 0, leaks: 0, problems: [], allocated: 5, compressed: 5 });
    const folder = mkdtempSync(join(tmpdir(), 'worldswitch-disk-'));
    try {
      writeFileSync(join(folder, 'disk'), disk);
      writeFileSync(join(folder, 'generated-stream.vmdk'), bytes);
      if (hasQemuImg) {
        mustPassQemuImg('compare', '-f', 'vmdk', '-F', 'raw', join(folder, 'generated-stream.vmdk'), join(folder, 'disk'));
        mustPassQemuImg('check', '-f', 'vmdk', join(folder, 'generated-stream.vmdk'));
      }
      const judged = spawnSync('vmdkinfo', [join(folder, 'generated-stream.vmdk')], { encoding: 'utf8' });
      if (judged.error === undefined) expect(judged.stdout).toMatch(new RegExp(`Stream optimized[^]*\\(${SIZE} bytes\\)`));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
  it('is made in a file by a conversion, and is the same', async () => {
    const disk = contents();
    const folder = mkdtempSync(join(tmpdir(), 'worldswitch-disk-'));
    try {
      await using raw = await openStore(new MemoryStore('raw', disk, false), { format: 'raw' });
      const path = join(folder, 'disk.vmdk');
      await convertToFile(raw, { path, format: 'vmdk', options: { subformat: 'streamOptimized', adapter_type: 'lsilogic' }, random: (length) => new Uint8Array(length).fill(3), isDurable: false });
      expect(Buffer.compare(readFileSync(path), await streamed(disk, false))).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
  it('is not written at random, nor out of order, nor to a pipe in another subformat', async () => {
    await using opened = await openStore(new MemoryStore('stream.vmdk', await streamed(contents(), false)), { readOnly: false });
    await expect(opened.write(0, new Uint8Array(512))).rejects.toThrow(/reading only/);
    const context = { write: () => undefined, size: SIZE, extents: [], random: (length: number) => new Uint8Array(length), nowMs: 0 };
    const stream = await vmdk.stream!(context, parseOptions(vmdk, { subformat: 'streamOptimized' }));
    await stream.put(GRAIN, new Uint8Array(GRAIN).fill(1));
    await expect(stream.put(0, new Uint8Array(GRAIN).fill(1))).rejects.toThrow(/after/);
    await expect(vmdk.stream!(context, parseOptions(vmdk, {}))).rejects.toThrow(/pipe/);
  });
  it('is refused where its end is missing, and told where there is more than one', async () => {
    const bytes = await streamed(contents(), false);
    await expect(openStore(new MemoryStore('cut.vmdk', bytes.subarray(0, bytes.length - 2048)))).rejects.toThrow(/footer/);
    await using longer = await openStore(new MemoryStore('long.vmdk', Buffer.concat([bytes, new Uint8Array(512)])));
    expect((await vmdk.check!(longer.image, undefined)).problems).toMatchObject([{ kind: 'warning', message: /end-of-stream/ }]);
  });
  it('does not believe a marker of another grain', async () => {
    const bytes = await streamed(contents(), false);
    viewOf(bytes).setBigUint64(128 * 512, 128n, true);
    await using opened = await openStore(new MemoryStore('swapped.vmdk', bytes));
    await expect(opened.read(0, new Uint8Array(512))).rejects.toThrow(/marker there is of the grain at 65536/);
    expect(await vmdk.check!(opened.image, undefined)).toMatchObject({ corruptions: 1 });
  });
});
