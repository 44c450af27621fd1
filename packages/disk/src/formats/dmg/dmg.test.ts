import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Format } from '../../format.ts';
import { openStore } from '../../open-disk.ts';
import { MemoryStore } from '../../store/memory-store.ts';
import { corpusFile, corpusRows, hasCorpus, NO_CORPUS, nz64 } from '../../testing/corpus.ts';
import { expectSurvivesDamage } from '../../testing/test-damage.ts';
import { dmg } from './format.ts';
import { blockTable, chunk, CHUNK_COMMENT, CHUNK_END, CHUNK_IGNORE, CHUNK_RAW, CHUNK_ZERO, KOLY, MISH, trailer } from './layout.ts';

const ADC = 0x8000_0004, ZLIB = 0x8000_0005;

interface MadeChunk {
  readonly type: number;
  readonly sectors: number;
  readonly data?: Uint8Array;
}

/** The second partition begins where the first ends. */
const PARTITIONS: readonly (readonly MadeChunk[])[] = [
  [
    { type: CHUNK_COMMENT, sectors: 0 },
    { type: CHUNK_RAW, sectors: 2, data: new Uint8Array(1024).fill(1) },
    { type: ZLIB, sectors: 4, data: deflateSync(new Uint8Array(2048).fill(2)) },
    { type: CHUNK_IGNORE, sectors: 3 },
  ],
  // A literal and copies of 67 bytes from one before.
  [{ type: ADC, sectors: 1, data: Uint8Array.from([0x80, 4, ...Array.from({ length: 24 }, (_, i) => (i % 3 === 0 ? 0x7f : 0))]) }, { type: CHUNK_ZERO, sectors: 5 }],
];
const EXPECTED: readonly (readonly [sectors: number, byte: number])[] = [[2, 1], [4, 2], [3, 0], [1, 4], [5, 0]];

function makeImage({ hasResourceFork = false, sectors = 15 } = {}): Uint8Array<ArrayBuffer> {
  const data: Uint8Array[] = [];
  let dataLength = 0, start = 0;
  const tables = PARTITIONS.map((chunks) => {
    const table = blockTable.encode({ signature: MISH, version: 1, sectorNumber: start, chunks: chunks.length + 1 }, blockTable.byteLength + (chunks.length + 1) * chunk.byteLength);
    let sector = 0;
    chunks.forEach(({ type, sectors: sectorCount, data: bytes = new Uint8Array(0) }, i) => {
      chunk.write(table, { type, sectorNumber: sector, sectorCount, compressedOffset: dataLength, compressedLength: bytes.length }, blockTable.byteLength + i * chunk.byteLength);
      sector += sectorCount;
      data.push(bytes);
      dataLength += bytes.length;
    });
    chunk.write(table, { type: CHUNK_END }, blockTable.byteLength + chunks.length * chunk.byteLength);
    start += sector;
    return table;
  });
  const list = hasResourceFork ? resourceFork(tables) : Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict><key>resource-fork</key><dict><key>blkx</key><array>
${tables.map((table) => `<dict><key>Attributes</key><string>0x0050</string><key>Data</key><data>\n${Buffer.from(table).toString('base64').replace(/(.{60})/g, '$1\n')}\n</data></dict>`).join('\n')}
</array><key>plst</key><array/></dict></dict></plist>`);
  const end = trailer.encode({
    signature: KOLY, version: 4, headerSize: 512, dataForkLength: dataLength, segmentNumber: 1, segmentCount: 1, sectorCount: sectors,
    ...(hasResourceFork ? { resourceForkOffset: dataLength, resourceForkLength: list.length } : { xmlOffset: dataLength, xmlLength: list.length }),
  }, 512);
  return Uint8Array.from(Buffer.concat([...data, list, end]));
}

function resourceFork(tables: readonly Uint8Array[]): Buffer {
  const data = Buffer.concat(tables.flatMap((table) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(table.length);
    return [length, table];
  }));
  const head = Buffer.alloc(256);
  head.writeUInt32BE(256, 0);
  head.writeUInt32BE(256 + data.length, 4);
  head.writeUInt32BE(data.length, 8);
  return Buffer.concat([head, data]);
}

const open = (image: Uint8Array): ReturnType<typeof openStore> => openStore(new MemoryStore('made', image));

it.each([['a property list', {}], ['a resource fork', { hasResourceFork: true }], ['no size in its trailer', { sectors: 0 }]])('with %s is read chunk by chunk', async (_, options) => {
  await using disk = await open(makeImage(options));
  expect([disk.image.format, disk.size]).toEqual(['dmg', 15 * 512]);
  const bytes = new Uint8Array(disk.size);
  await disk.read(0, bytes);
  expect(Buffer.compare(bytes, Buffer.concat(EXPECTED.map(([sectors, byte]) => Buffer.alloc(sectors * 512, byte))))).toBe(0);
  const kinds = [];
  for await (const { kind, isCompressed, length } of disk.extents()) kinds.push([kind, isCompressed, length / 512]);
  expect(kinds).toEqual([['data', false, 2], ['data', true, 4], ['zero', false, 3], ['data', true, 1], ['zero', false, 5]]);
});

/** Changes the first chunk of the second table, in a resource fork, where it is as it is. */
function withChunk(values: Parameters<typeof chunk.encode>[0]): Uint8Array {
  const image = makeImage({ hasResourceFork: true });
  const at = Buffer.from(image.buffer).lastIndexOf('mish') + blockTable.byteLength;
  chunk.write(image, values, at);
  return image;
}

it.each([
  ['a codec that is not known', { type: 0x8000_0010 }, 'DISK_FEATURE_UNSUPPORTED'],
  ['a chunk of 2^40 sectors', { sectorCount: 2 ** 40 }, 'DISK_IMAGE_LIMIT'],
  ['a packed chunk of a gigabyte', { compressedLength: 2 ** 30 }, 'DISK_IMAGE_LIMIT'],
  ['a chunk beyond the end', { compressedOffset: 2 ** 30 }, 'DISK_IMAGE_CORRUPT'],
  ['a chunk at a sector that no number holds', { sectorNumber: 2 ** 52 }, 'DISK_IMAGE_CORRUPT'],
  ['two chunks in one place', { sectorCount: 3 }, 'DISK_IMAGE_CORRUPT'],
])('refuses %s', async (_, values, code) => {
  await expect(open(withChunk(values))).rejects.toMatchObject({ code });
});

it('refuses segments and encryption', async () => {
  const image = makeImage();
  trailer.write(image, { segmentCount: 2 }, image.length - 512);
  await expect(open(image)).rejects.toMatchObject({ code: 'DISK_FEATURE_UNSUPPORTED' });
  const encrypted = new Uint8Array(4096);
  encrypted.set(Buffer.from('encrcdsa'));
  await expect(open(encrypted)).rejects.toMatchObject({ code: 'DISK_FEATURE_UNSUPPORTED' });
});

it('does not trust its structures', async () => {
  const image = makeImage({ hasResourceFork: true });
  await expectSurvivesDamage(dmg as unknown as Format, image, [[image.length - 512, image.length], [Buffer.from(image.buffer).indexOf('mish'), image.length - 512]]);
  const listed = makeImage();
  await expectSurvivesDamage(dmg as unknown as Format, listed, [[Buffer.from(listed.buffer).indexOf('<?xml'), listed.length]], 200);
});

describe.skipIf(!hasCorpus)(`images of others${hasCorpus ? '' : ` (${NO_CORPUS})`}`, () => {
  it.each(['etcher/', 'homebrew/', 'plaso/spotlight', 'qemu/simple-dmg'].flatMap(corpusRows))('$file', async ({ file, size, nz64: digest }) => {
    await using disk = await openStore(new MemoryStore(file, corpusFile(file)));
    expect([disk.image.format, disk.size, await nz64(disk)]).toEqual(['dmg', size, digest]);
  });
});
