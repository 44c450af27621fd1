import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pack } from '../../codec.ts';
import type { Format } from '../../format.ts';
import { openDisk, openStore } from '../../open-disk.ts';
import { MemoryStore } from '../../store/memory-store.ts';
import { hasQemuImg, mustPassQemuImg, qemuImg } from '../../testing/qemu-img.ts';
import { RandomSource } from '../../testing/random-source.ts';
import { expectSurvivesDamage } from '../../testing/test-damage.ts';
import { qcow1 } from './format.ts';
import { header } from './layout.ts';

const CLUSTER_BYTES = 4096;

/** Clusters: of ones, compressed of twos, then none. */
function makeImage(): Uint8Array<ArrayBuffer> {
  const packed = pack({ name: 'deflate', windowBits: 12 }, new Uint8Array(CLUSTER_BYTES).fill(2));
  const image = new Uint8Array(4 * CLUSTER_BYTES);
  header.write(image, { magic: 0x5146_49fb, version: 1, size: 1024 * 1024, clusterBits: 12, l2Bits: 9, l1TableOffset: 48 });
  const view = new DataView(image.buffer);
  view.setBigUint64(48, BigInt(CLUSTER_BYTES));
  view.setBigUint64(CLUSTER_BYTES, BigInt(2 * CLUSTER_BYTES));
  view.setBigUint64(CLUSTER_BYTES + 8, (1n << 63n) | (BigInt(packed.length) << 51n) | BigInt(3 * CLUSTER_BYTES + 7));
  image.fill(1, 2 * CLUSTER_BYTES, 3 * CLUSTER_BYTES);
  image.set(packed, 3 * CLUSTER_BYTES + 7);
  return image;
}

it('is read, compressed and not', async () => {
  await using disk = await openStore(new MemoryStore('made', makeImage()));
  expect([disk.image.format, disk.size]).toEqual(['qcow', 1024 * 1024]);
  const bytes = new Uint8Array(3 * CLUSTER_BYTES);
  await disk.read(0, bytes);
  expect(bytes.every((byte, i) => byte === [1, 2, 0][Math.floor(i / CLUSTER_BYTES)])).toBe(true);
});

it.each([['clusterBits', 8], ['clusterBits', 63], ['l2Bits', 5], ['l2Bits', 14], ['size', 2 ** 52], ['l1TableOffset', 2 ** 40]])('refuses %s %d', async (field, value) => {
  const image = makeImage();
  header.write(image, { [field]: value });
  await expect(openStore(new MemoryStore('damaged', image))).rejects.toMatchObject({ code: 'DISK_IMAGE_CORRUPT' });
});

it('does not trust its headers', () => expectSurvivesDamage(qcow1 as unknown as Format, makeImage(), [[0, 56], [CLUSTER_BYTES, CLUSTER_BYTES + 24]]));

describe.skipIf(!hasQemuImg)('what qemu-img makes (qemu-img)', () => {
  it.each([['plain', []], ['compressed', ['-c']], ['on a backing file', ['-B', 'base.raw', '-F', 'raw']]])('%s', async (_, flags) => {
    const folder = mkdtempSync(join(tmpdir(), 'worldswitch-qcow1-'));
    try {
      const model = new Uint8Array(3 * 1024 * 1024 + 4096);
      const random = new RandomSource(5);
      for (let i = 0; i < 30; i++) model.set(random.bytes(20_000), random.below(model.length - 20_000));
      model.fill(7, 1024 * 1024, 1536 * 1024);
      writeFileSync(join(folder, 'raw'), model);
      const base = model.slice();
      base.fill(9, 2 * 1024 * 1024, 2 * 1024 * 1024 + 100_000);
      writeFileSync(join(folder, 'base.raw'), base);
      const path = join(folder, 'made.qcow');
      // With -c, qemu-img 7.2 writes a whole image and ends with 1 and not a word.
      (flags.includes('-c') ? qemuImg : mustPassQemuImg)('convert', '-f', 'raw', '-O', 'qcow', ...flags.map((flag) => (flag === 'base.raw' ? join(folder, flag) : flag)), join(folder, 'raw'), path);
      await using disk = await openDisk(path);
      expect(disk.image.format).toBe('qcow');
      const bytes = new Uint8Array(disk.size);
      await disk.read(0, bytes);
      expect(Buffer.compare(bytes, readFileSync(join(folder, 'raw')))).toBe(0);
      const kinds = new Set<boolean>();
      for await (const { isCompressed } of disk.extents()) kinds.add(isCompressed);
      expect(kinds.has(true)).toBe(flags.includes('-c'));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
