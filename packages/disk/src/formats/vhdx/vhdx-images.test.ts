/** VHDX images of other makers, damaged ones, and what is special to the format. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DiskError } from '../../errors.ts';
import { createDisk, createIn, openDisk, openStore } from '../../open-disk.ts';
import { MemoryStore } from '../../store/memory-store.ts';
import { readBytes } from '../../store/store.ts';
import { corpusFile, corpusRows, hasCorpus, hostileFile, NO_CORPUS, nz64 } from '../../testing/corpus.ts';
import { CrashStore } from '../../testing/crash-store.ts';
import { hasQemuImg, mustPassQemuImg } from '../../testing/qemu-img.ts';
import { RandomSource } from '../../testing/random-source.ts';
import { crc32c } from '../../crc32c.ts';
import { checksumWithout } from './checksum.ts';
import { vhdx } from './format.ts';
import type { VhdxImage } from './image.ts';
import { HEADER, HEADER_BYTES, HEADERS_AT, LOG_ENTRY, MIB, NO_GUID, REGION_TABLE, REGION_TABLE_BYTES, REGION_TABLES_AT } from './layout.ts';

async function bytesOf(disk: { readonly size: number; read(at: number, into: Uint8Array): Promise<void> }): Promise<Uint8Array> {
  const bytes = new Uint8Array(disk.size);
  await disk.read(0, bytes);
  return bytes;
}

/** A disk of 8 MiB with some blocks of data, as a file's bytes, and the disk's bytes. */
async function sample(options: Record<string, string | number | boolean> = { block_size: MIB }): Promise<{ file: Uint8Array<ArrayBuffer>; model: Uint8Array }> {
  const store = new MemoryStore('sample');
  const disk = await createIn(store, { format: 'vhdx', size: 8 * MIB, options });
  const model = new Uint8Array(disk.size);
  const random = new RandomSource(7);
  for (const at of [5, 1, 3, 7]) {
    const bytes = random.bytes(MIB / 4);
    await disk.write(at * MIB, bytes);
    model.set(bytes, at * MIB);
  }
  await disk.close();
  return { file: await readBytes(store, 0, store.length), model };
}

/** An image whose writer was stopped after a flush: its log has to be replayed. */
async function dirty(): Promise<{ file: Uint8Array<ArrayBuffer>; model: Uint8Array }> {
  const store = new CrashStore();
  const disk = await createIn(store, { format: 'vhdx', size: 8 * MIB, options: { block_size: MIB } });
  await disk.flush();
  const model = new Uint8Array(disk.size);
  const random = new RandomSource(3);
  for (let i = 0; i < 6; i++) {
    const bytes = random.bytes(4096);
    await disk.write(i * MIB, bytes);
    model.set(bytes, i * MIB);
    await disk.flush();
  }
  // What had been flushed and nothing else: the last entry's pages have not reached their places.
  const left = store.crash({ next: () => 0, below: () => 0 } as unknown as RandomSource);
  return { file: await readBytes(left, 0, left.length), model };
}

/** The one file of a zip archive. */
function unzip(archive: Uint8Array): Uint8Array {
  const bytes = Buffer.from(archive);
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  const entry = bytes.readUInt32LE(end + 16);
  const packed = bytes.readUInt32LE(entry + 20), method = bytes.readUInt16LE(entry + 10), header = bytes.readUInt32LE(entry + 42);
  const start = header + 30 + bytes.readUInt16LE(header + 26) + bytes.readUInt16LE(header + 28);
  const data = bytes.subarray(start, start + packed);
  return method === 0 ? data : inflateRawSync(data);
}

const fileOf = (name: string): Uint8Array => (name.endsWith('.zip') ? unzip(corpusFile(name)) : corpusFile(name));

describe('CRC-32C', () => {
  it('is that of RFC 3720, appendix B.4', () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a91_36aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8_ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd_794e);
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe306_9283);
    const bytes = new RandomSource(1).bytes(1001);
    expect(crc32c(bytes.subarray(13), crc32c(bytes.subarray(0, 13)))).toBe(crc32c(bytes));
  });
});

describe.skipIf(!hasCorpus)(`VHDX images of other makers${hasCorpus ? '' : `: ${NO_CORPUS}`}`, () => {
  const rows = ['qemu/', 'dissect/', 'discutils/', 'velociraptor/'].flatMap((folder) => corpusRows(folder)).filter(({ file }) => /\.vhdx(\.|$)/.test(file));
  const readable = rows.filter(({ size }) => size > 0);

  it('are in the manifest', () => expect(readable).toHaveLength(7));

  it.each(readable)('$file has its digest', async ({ file, size, nz64: digest }) => {
    await using disk = await openStore(new MemoryStore(file, fileOf(file)));
    expect(disk.image.format).toBe('vhdx');
    expect(disk.size).toBe(size);
    expect(await nz64(disk)).toBe(digest);
    expect(await vhdx.check!(disk.image, undefined)).toMatchObject({ corruptions: 0 });
  }, 30_000);

  it.each(readable.filter(({ file }) => /dirty/i.test(file)))('$file is the same when its log is replayed really', async ({ file, nz64: digest }) => {
    const bytes = fileOf(file);
    const untouched = new MemoryStore(file, bytes, false);
    {
      await using disk = await openStore(untouched);
      expect(disk.image.details()).toMatchObject({ 'log-is-dirty': true });
    }
    const store = new MemoryStore(file, bytes);
    await (await openStore(store, { readOnly: false })).close();
    await using disk = await openStore(store);
    expect(disk.image.details()).toMatchObject({ 'log-is-dirty': false });
    expect(await nz64(disk)).toBe(digest);
    expect(await vhdx.check!(disk.image, undefined)).toMatchObject({ corruptions: 0 });
  }, 30_000);

  it('are refused without their parent', async () => {
    const file = 'dissect/vhdx__differencing.avhdx.gz';
    await expect(openStore(new MemoryStore(file, fileOf(file)))).rejects.toMatchObject({ code: 'DISK_REFERENCE_DENIED' });
    await using layer = await openStore(new MemoryStore(file, fileOf(file)), { withoutParent: true });
    expect(layer.image.parent?.names.length).toBeGreaterThan(0);
    expect(await vhdx.check!(layer.image, undefined)).toMatchObject({ corruptions: 0 });
    const kinds = new Set<string>();
    for await (const { kind } of layer.extents()) kinds.add(kind);
    expect(kinds).toContain('absent');
    expect(kinds).toContain('data');
  });

  it('are refused, or read from the good copy, when they are hostile', async () => {
    const open = (name: string): ReturnType<typeof openStore> => openStore(new MemoryStore(name, hostileFile(name)), { format: 'vhdx' });
    await expect(open('vhdx-hdrs-bad.vhdx')).rejects.toMatchObject({ code: 'DISK_IMAGE_CORRUPT', context: { field: 'checksum', offset: 64 * 1024 } });
    await expect(open('vhdx-region-bad.vhdx')).rejects.toMatchObject({ code: 'DISK_IMAGE_CORRUPT', context: { field: 'checksum', offset: 192 * 1024 } });
    const digests = new Set<string>();
    for (const name of ['vhdx-hdr1-bad.vhdx', 'vhdx-region1-bad.vhdx']) {
      await using disk = await open(name);
      digests.add(await nz64(disk));
    }
    expect(digests.size).toBe(1);
  });
});

describe('VHDX', () => {
  it('is read by either header and either region table', async () => {
    const { file, model } = await sample();
    for (const at of [...HEADERS_AT, ...REGION_TABLES_AT]) {
      const damaged = file.slice();
      damaged[at + 20]! ^= 1;
      const store = new MemoryStore('damaged', damaged);
      {
        await using disk = await openStore(store);
        expect(Buffer.compare(await bytesOf(disk), model)).toBe(0);
      }
      {
        await using disk = await openStore(store, { readOnly: false, isForCheck: true });
        const { problems } = await vhdx.check!(disk.image, 'all');
        expect(problems.map(({ message, isFixed }) => [message.replace(/.*of the two/, ''), isFixed])).toEqual([[at < REGION_TABLES_AT[0] ? ' headers is damaged' : ' region tables is damaged', true]]);
      }
      await using disk = await openStore(store);
      expect((await vhdx.check!(disk.image, undefined)).problems).toEqual([]);
      expect(Buffer.compare(await bytesOf(disk), model)).toBe(0);
    }
  });

  it('changes its identifiers when it is written, and not before', async () => {
    const { file } = await sample();
    const store = new MemoryStore('written', file);
    const guids = async (readOnly: boolean, writes: boolean): Promise<[string, string]> => {
      await using disk = await openStore(store, { readOnly });
      if (writes) await disk.write(0, new Uint8Array(512).fill(1));
      const { fileWriteGuid, dataWriteGuid } = (disk.image as VhdxImage).headers.fields;
      return [fileWriteGuid, dataWriteGuid];
    };
    const before = await guids(true, false);
    expect(await guids(false, false)).toEqual(before);
    const after = await guids(false, true);
    expect(after[0]).not.toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
    expect(await guids(true, false)).toEqual(after);
  });

  it('replays its log in memory when it may not write, and really when it may', async () => {
    const { file, model } = await dirty();
    expect(headerOf(file).logGuid).not.toBe(NO_GUID);
    const store = new MemoryStore('dirty', file, false);
    {
      await using disk = await openStore(store);
      expect(Buffer.compare(await bytesOf(disk), model)).toBe(0);
      expect((await vhdx.check!(disk.image, undefined)).problems).toMatchObject([{ kind: 'warning', message: expect.stringMatching(/log/) }]);
    }
    const written = new MemoryStore('dirty', file);
    await (await openStore(written, { readOnly: false })).close();
    const after = await readBytes(written, 0, written.length);
    expect(headerOf(after).logGuid).toBe(NO_GUID);
    await using disk = await openStore(written);
    expect(Buffer.compare(await bytesOf(disk), model)).toBe(0);
  });

  it(`has a log that qemu-img replays${hasQemuImg ? '' : ' (not run: no qemu-img on this machine)'}`, async () => {
    if (!hasQemuImg) return;
    const folder = mkdtempSync(join(tmpdir(), 'worldswitch-vhdx-'));
    try {
      const { file, model } = await dirty();
      const path = join(folder, 'dirty.vhdx'), expected = join(folder, 'expected');
      writeFileSync(path, file);
      writeFileSync(expected, model);
      mustPassQemuImg('check', '-r', 'all', '-f', 'vhdx', path);
      mustPassQemuImg('compare', '-f', 'vhdx', '-F', 'raw', path, expected);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('does not replay half an entry, or one of another log', async () => {
    const { file } = await dirty();
    const { logOffset } = headerOf(file);
    const entries = logEntries(file, logOffset);
    const last = entries.reduce((a, b) => (a.sequenceNumber > b.sequenceNumber ? a : b));
    const torn = file.slice();
    torn[last.at + last.entryLength - 100]! ^= 1;
    // The entry before it is what counts then: the disk as it was one flush earlier.
    await using disk = await openStore(new MemoryStore('torn', torn, false));
    const piece = new Uint8Array(4096);
    await disk.read(5 * MIB, piece);
    expect(piece.every((byte) => byte === 0)).toBe(true);
    await disk.read(4 * MIB, piece);
    expect(piece.some((byte) => byte !== 0)).toBe(true);
  });

  it('is refused when it is shorter than its log says', async () => {
    const { file } = await dirty();
    await expect(openStore(new MemoryStore('cut', file.subarray(0, file.length - MIB)))).rejects.toMatchObject({ code: 'DISK_IMAGE_CORRUPT', context: { field: 'log entry' } });
  });

  it('grows and shrinks', async () => {
    for (const options of [{ block_size: MIB }, { subformat: 'fixed', block_size: MIB }] as Record<string, string | number>[]) {
      const { file, model } = await sample(options);
      const store = new MemoryStore('resized', file);
      let expected: Uint8Array = model;
      for (const size of [8 * MIB + 512, 40 * MIB, 6 * MIB, 5 * MIB + 1024, 7 * MIB]) {
        const disk = await openStore(store, { readOnly: false });
        await disk.change(async () => disk.image.resize!(size));
        await disk.close();
        const next = new Uint8Array(size);
        next.set(expected.subarray(0, size));
        expected = next;
        await using again = await openStore(store);
        expect(again.size).toBe(size);
        expect(Buffer.compare(await bytesOf(again), expected), `${size}`).toBe(0);
        expect(await vhdx.check!(again.image, undefined), `${JSON.stringify(options)} ${size}`).toMatchObject({ problems: [], corruptions: 0, leaks: 0 });
      }
    }
  });

  it('moves its table when it has no room for more entries', async () => {
    const store = new MemoryStore('large');
    const disk = await createIn(store, { format: 'vhdx', size: 100 * 1024 * MIB, options: { block_size: MIB } });
    const bytes = new RandomSource(1).bytes(4096);
    await disk.write(99 * 1024 * MIB, bytes);
    await disk.flush();
    const size = 300 * 1024 * MIB;
    const { offset } = (disk.image as VhdxImage).regions.bat;
    await disk.change(async () => disk.image.resize!(size));
    expect((disk.image as VhdxImage).regions.bat.offset).not.toBe(offset);
    await disk.write(size - 4096, bytes);
    await disk.close();
    await using again = await openStore(store);
    expect(again.size).toBe(size);
    for (const at of [99 * 1024 * MIB, size - 4096]) {
      const piece = new Uint8Array(4096);
      await again.read(at, piece);
      expect(Buffer.compare(piece, bytes)).toBe(0);
    }
    expect(await vhdx.check!(again.image, undefined)).toMatchObject({ corruptions: 0 });
  });

  it('gives leaked room back', async () => {
    const { file, model } = await sample();
    // The block at 1 MiB is forgotten: it is in the middle of the file.
    const store = new MemoryStore('leaky', file);
    {
      await using disk = await openStore(store);
      const { table } = disk.image as VhdxImage;
      store.write(table.entryAt(1), new Uint8Array(8));
    }
    model.fill(0, MIB, 2 * MIB);
    {
      await using disk = await openStore(store, { readOnly: false, isForCheck: true });
      expect(await vhdx.check!(disk.image, undefined)).toMatchObject({ leaks: 1, corruptions: 0 });
      expect(await vhdx.check!(disk.image, 'leaks')).toMatchObject({ leaks: 0, leaksFixed: 1 });
    }
    expect(store.length).toBe(file.length - MIB);
    await using disk = await openStore(store);
    expect(Buffer.compare(await bytesOf(disk), model)).toBe(0);
    expect((await vhdx.check!(disk.image, undefined)).problems).toEqual([]);
  });

  it('says where blocks share room, go over the tables or past the end', async () => {
    const { file } = await sample();
    const probe = await openStore(new MemoryStore('probe', file));
    const { table, regions } = probe.image as VhdxImage;
    await probe.close();
    const entry = (offset: number, state = 6): Uint8Array => {
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setBigUint64(0, BigInt(offset) | BigInt(state), true);
      return bytes;
    };
    for (const [bytes, message] of [
      [file.slice(table.entryAt(3), table.entryAt(3) + 8), /shares/], [entry(regions.bat.offset), /table/], [entry(1024 * MIB), /in a file of/], [entry(0), /in a file of/], [entry(4 * MIB, 7), /partially present/], [entry(4 * MIB, 5), /state 5/],
    ] as const) {
      const damaged = file.slice();
      damaged.set(bytes, table.entryAt(1));
      await using disk = await openStore(new MemoryStore('damaged', damaged), { isForCheck: true });
      const { problems, corruptions } = await vhdx.check!(disk.image, undefined);
      expect(corruptions).toBeGreaterThan(0);
      expect(problems.map((problem) => problem.message).join()).toMatch(message);
      if (!message.source.includes('shares')) await expect(disk.read(MIB, new Uint8Array(512))).rejects.toThrow(DiskError);
    }
  });

  it('refuses what it does not know and must, and takes what it need not', async () => {
    const { file } = await sample();
    for (const [required, code] of [[1, 'DISK_FEATURE_UNSUPPORTED'], [0, undefined]] as const) {
      const changed = file.slice();
      for (const at of REGION_TABLES_AT) {
        const table = changed.subarray(at, at + REGION_TABLE_BYTES);
        REGION_TABLE.write(table, { entryCount: 3 });
        table.set(table.subarray(16, 48), 80);
        table[80]! ^= 0xff;
        new DataView(table.buffer, table.byteOffset).setUint32(80 + 28, required, true);
        REGION_TABLE.write(table, { checksum: checksumWithout(table, 4) });
      }
      const opening = openStore(new MemoryStore('regions', changed));
      if (code === undefined) await (await opening).close();
      else await expect(opening).rejects.toMatchObject({ code });
    }
    const probe = await openStore(new MemoryStore('probe', file));
    const { offset } = (probe.image as VhdxImage).regions.metadata;
    await probe.close();
    const changed = file.slice();
    changed[offset + 32]! ^= 0xff;
    await expect(openStore(new MemoryStore('metadata', changed))).rejects.toMatchObject({ code: 'DISK_FEATURE_UNSUPPORTED' });
  });

  it('believes nothing, though its checksums are right', async () => {
    const random = new RandomSource(5);
    const { file: clean } = await sample();
    const { file: logged } = await dirty();
    const { offset: metadataAt } = await regionOf(clean, 'metadata'), { offset: tableAt } = await regionOf(clean, 'bat');
    for (let i = 0; i < 300; i++) {
      const isLogged = random.isOnceIn(3);
      const damaged = (isLogged ? logged : clean).slice();
      const where = isLogged ? random.pick([HEADERS_AT[0], HEADERS_AT[1], MIB]) : random.pick([HEADERS_AT[0], HEADERS_AT[1], REGION_TABLES_AT[0], metadataAt, metadataAt + 64 * 1024, tableAt]);
      for (let n = 1 + random.below(3); n > 0; n--) damaged[where + random.below(random.pick([96, 256]))] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.below(256)]);
      for (const at of HEADERS_AT) HEADER.write(damaged, { checksum: checksumWithout(damaged.subarray(at, at + HEADER_BYTES), 4) }, at);
      for (const at of REGION_TABLES_AT) REGION_TABLE.write(damaged, { checksum: checksumWithout(damaged.subarray(at, at + REGION_TABLE_BYTES), 4) }, at);
      if (isLogged) {
        for (const { at, entryLength } of logEntries(damaged, MIB)) {
          if (entryLength > 0 && entryLength <= MIB) LOG_ENTRY.write(damaged, { checksum: checksumWithout(damaged.subarray(at, at + entryLength), 4) }, at);
        }
      }
      const startMs = performance.now();
      try {
        await using disk = await openStore(new MemoryStore('damaged', damaged), { format: 'vhdx', readOnly: random.isOnceIn(2), withoutParent: true });
        await disk.read(0, new Uint8Array(Math.min(disk.size, 8 * MIB)));
        if (disk.isWritable && disk.size >= 4096) await disk.write(0, random.bytes(4096));
        await vhdx.check!(disk.image, undefined);
      } catch (error) {
        if (!(error instanceof DiskError)) throw new Error(`damage ${i}: not a DiskError`, { cause: error });
      }
      expect(performance.now() - startMs, `damage ${i}: milliseconds`).toBeLessThan(1000);
    }
  }, 30_000);

  it('names its parent as Windows does', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'worldswitch-vhdx-'));
    try {
      const parentPath = join(folder, 'parent.vhdx');
      await (await createDisk(parentPath, { format: 'vhdx', size: MIB })).close();
      await using child = await createDisk(join(folder, 'child.avhdx'), { format: 'vhdx', size: MIB, parent: { name: 'parent.vhdx', format: 'vhdx', disk: await openDisk(parentPath) } });
      const { dataWriteGuid } = (child.parent!.image as VhdxImage).headers.fields;
      expect(child.image.details()).toMatchObject({ 'disk-type': 'differencing', 'parent-locator': { parent_linkage: `{${dataWriteGuid}}`, relative_path: '.\\parent.vhdx', absolute_win32_path: parentPath.replaceAll('/', '\\') } });
      expect(child.image.parent?.names).toEqual(['./parent.vhdx', parentPath, 'parent.vhdx']);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('is 64 TiB at most, with a table of 512 MiB that is not read', async () => {
    await expect(createIn(new MemoryStore('large'), { format: 'vhdx', size: 64 * 1024 * 1024 * MIB + 512 })).rejects.toMatchObject({ code: 'DISK_OPTION_INVALID' });
    const store = new MemoryStore('largest');
    const size = 64 * 1024 * 1024 * MIB;
    const disk = await createIn(store, { format: 'vhdx', size, options: { block_size: MIB } });
    await disk.write(size - 512, new Uint8Array(512).fill(1));
    await disk.close();
    await using again = await openStore(store);
    const last = new Uint8Array(512);
    await again.read(size - 512, last);
    expect(last.every((byte) => byte === 1)).toBe(true);
  });
});

function headerOf(file: Uint8Array): ReturnType<typeof HEADER.read> {
  const [first, second] = HEADERS_AT.map((at) => HEADER.read(file, at));
  return first!.sequenceNumber > second!.sequenceNumber ? first! : second!;
}

function logEntries(file: Uint8Array, logOffset: number): { at: number; entryLength: number; sequenceNumber: bigint }[] {
  const entries = [];
  for (let at = logOffset; at < logOffset + MIB; at += 4096) {
    if (Buffer.from(file.buffer, file.byteOffset + at, 4).toString() !== 'loge') continue;
    const view = new DataView(file.buffer, file.byteOffset + at);
    entries.push({ at, entryLength: view.getUint32(8, true), sequenceNumber: view.getBigUint64(16, true) });
  }
  return entries;
}

async function regionOf(file: Uint8Array, name: 'bat' | 'metadata'): Promise<{ offset: number }> {
  await using disk = await openStore(new MemoryStore('probe', file));
  return (disk.image as VhdxImage).regions[name];
}
