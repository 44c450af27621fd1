import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Format } from '../../format.ts';
import { openStore } from '../../open-disk.ts';
import { MemoryStore } from '../../store/memory-store.ts';
import { corpusFile, corpusRows, hasCorpus, NO_CORPUS, nz64 } from '../../testing/corpus.ts';
import { expectSurvivesDamage } from '../../testing/test-damage.ts';
import { cloop } from './format.ts';
import { header, OFFSETS_START } from './layout.ts';

const BLOCK_BYTES = 4096, BLOCKS = 5;

function makeImage(): Uint8Array<ArrayBuffer> {
  const packed = Array.from({ length: BLOCKS }, (_, i) => deflateSync(new Uint8Array(BLOCK_BYTES).fill(i + 1)));
  const head = header.encode({ preamble: '#!/bin/sh\n#V2.0 Format\nmodprobe cloop', blockSize: BLOCK_BYTES, blocks: BLOCKS }, OFFSETS_START + (BLOCKS + 1) * 8);
  let end = head.length;
  [...packed, new Uint8Array(0)].forEach((block, i) => {
    new DataView(head.buffer).setBigUint64(OFFSETS_START + i * 8, BigInt(end));
    end += block.length;
  });
  return Uint8Array.from(Buffer.concat([head, ...packed]));
}

it('is read block by block', async () => {
  await using disk = await openStore(new MemoryStore('made', makeImage()));
  expect([disk.image.format, disk.size]).toEqual(['cloop', BLOCK_BYTES * BLOCKS]);
  const bytes = new Uint8Array(disk.size);
  await disk.read(0, bytes);
  expect(bytes.every((byte, i) => byte === Math.floor(i / BLOCK_BYTES) + 1)).toBe(true);
});

it.each([['blockSize', 0], ['blockSize', 0x0800_0000], ['blockSize', 513], ['blocks', 0x1fff_ffff], ['blocks', 1000]])('refuses %s %d', async (field, value) => {
  const image = makeImage();
  header.write(image, { [field]: value });
  await expect(openStore(new MemoryStore('damaged', image))).rejects.toMatchObject({ name: 'DiskError', kind: 'corrupt' });
});

it.each([['a block that ends before it begins', 1n], ['a block beyond the end', 1n << 40n], ['a block in the offsets', 140n]])('refuses to read %s', async (_, offset) => {
  const image = makeImage();
  new DataView(image.buffer).setBigUint64(OFFSETS_START + 16, offset);
  await using disk = await openStore(new MemoryStore('damaged', image));
  await expect(disk.read(2 * BLOCK_BYTES, new Uint8Array(1))).rejects.toMatchObject({ code: 'DISK_IMAGE_CORRUPT' });
  await disk.read(0, new Uint8Array(1));
});

it('does not trust its headers', () => expectSurvivesDamage(cloop as unknown as Format, makeImage(), [[0, OFFSETS_START], [OFFSETS_START, OFFSETS_START + 48]]));

describe.skipIf(!hasCorpus)(`images of others${hasCorpus ? '' : ` (${NO_CORPUS})`}`, () => {
  it.each(corpusRows('qemu/simple-pattern.cloop'))('$file', async ({ file, size, nz64: digest }) => {
    await using disk = await openStore(new MemoryStore(file, corpusFile(file)));
    expect([disk.image.format, disk.size, await nz64(disk)]).toEqual(['cloop', size, digest]);
  });
});
