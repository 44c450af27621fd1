/** VHDs of other makers, damaged ones, and what is special to the format. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createDisk, createIn, openDisk, openStore } from '../../open-disk.ts';
import { MemoryStore } from '../../store/memory-store.ts';
import { readBytes } from '../../store/store.ts';
import { corpusFile, corpusRows, hasCorpus, hostileFile, NO_CORPUS, nz64 } from '../../testing/corpus.ts';
import { hasQemuImg, mustPassQemuImg } from '../../testing/qemu-img.ts';
import { RandomSource } from '../../testing/random-source.ts';
import { streamVhd } from './create.ts';
import { vhd } from './format.ts';
import { geometryOf, sizeOfWholeCylinders } from './geometry.ts';
import type { DynamicVhdImage } from './image.ts';
import { checksumOf, FOOTER, FOOTER_BYTES, HEADER, LOCATORS_AT } from './layout.ts';
import { readLocators } from './locators.ts';

const MIB = 1024 * 1024;
const hasVhdiinfo = spawnSync('vhdiinfo', ['-V']).status === 0;
const without = (program: string, is: boolean): string => (is ? '' : ` (not run: no ${program} on this machine)`);

async function contentsOf(store: MemoryStore): Promise<Uint8Array<ArrayBuffer>> {
  return readBytes(store, 0, store.length);
}

/** A dynamic disk of 8 MiB with some blocks of data, as a file's bytes, and the disk's bytes. */
async function sample(options: Record<string, string | number | boolean> = { block_size: 512 * 1024 }): Promise<{ file: Uint8Array<ArrayBuffer>; model: Uint8Array }> {
  const store = new MemoryStore('sample');
  const disk = await createIn(store, { format: 'vhd', size: 8 * MIB, options });
  const model = new Uint8Array(disk.size);
  const random = new RandomSource(7);
  for (const at of [5, 1, 3, 7]) {
    const bytes = random.bytes(MIB / 4);
    await disk.write(at * MIB, bytes);
    model.set(bytes, at * MIB);
  }
  await disk.close();
  return { file: await contentsOf(store), model };
}

async function bytesOf(disk: { readonly size: number; read(at: number, into: Uint8Array): Promise<void> }): Promise<Uint8Array> {
  const bytes = new Uint8Array(disk.size);
  await disk.read(0, bytes);
  return bytes;
}

describe.skipIf(!hasCorpus)(`VHDs of other makers${hasCorpus ? '' : `: ${NO_CORPUS}`}`, () => {
  const rows = [...corpusRows('qemu/'), ...corpusRows('dissect/'), ...corpusRows('dfvfs/')].filter(({ file }) => /\.vhd(\.|$)/.test(file));
  const readable = rows.filter(({ file, size }) => size > 0 && !file.includes('differential'));

  it('are in the manifest', () => expect(readable.map(({ file }) => file)).toHaveLength(5));

  it.each(readable)('$file has its digest', async ({ file, size, nz64: digest }) => {
    await using disk = await openStore(new MemoryStore(file, corpusFile(file)));
    expect(disk.image.format).toBe('vhd');
    expect(disk.size).toBe(size);
    expect(await nz64(disk)).toBe(digest);
    expect(await vhd.check!(disk.image, undefined)).toMatchObject({ corruptions: 0 });
  });

  it('are refused where both footers are damaged', async () => {
    for (const file of ['dfvfs/image.vhd', 'dfvfs/image-differential.vhd']) {
      await expect(openStore(new MemoryStore(file, corpusFile(file)), { format: 'vhd' })).rejects.toMatchObject({ code: 'DISK_IMAGE_CORRUPT', context: { field: 'checksum' } });
    }
  });

  it('are refused without their parent, which qemu-img ignores', async () => {
    const file = 'dfvfs/fat-differential.vhd';
    await expect(openStore(new MemoryStore(file, corpusFile(file)))).rejects.toMatchObject({ code: 'DISK_REFERENCE_DENIED' });
    await using layer = await openStore(new MemoryStore(file, corpusFile(file)), { withoutParent: true });
    expect(layer.image.parent?.names).toContain('fat-parent.vhd');
    expect(layer.size).toBe(4 * MIB);
  });

  it('are refused, or read from the good copy, when they are hostile', async () => {
    const open = (name: string): Promise<unknown> => openStore(new MemoryStore(name, hostileFile(name)), { format: 'vhd' });
    for (const [name, field] of [
      ['vhd-max-entries.vhd', 'maxTableEntries'], ['vhd-block0.vhd', 'blockSize'], ['vhd-block-odd.vhd', 'blockSize'], ['vhd-bat-past.vhd', 'tableOffset|maxTableEntries'], ['vhd-bat-overlap.vhd', 'block allocation table'],
    ] as const) {
      await expect(open(name), name).rejects.toMatchObject({ context: { field: expect.stringMatching(field) } });
    }
    await expect(open('vhd-diff.vhd')).rejects.toMatchObject({ code: 'DISK_REFERENCE_DENIED' });
    await using disk = await openStore(new MemoryStore('vhd-badsum.vhd', hostileFile('vhd-badsum.vhd')));
    expect(disk.size).toBeGreaterThan(0);
    expect(await vhd.check!(disk.image, undefined)).toMatchObject({ corruptions: 1 });
  });
});

describe('VHD', () => {
  it('has the geometries of the specification', () => {
    // The appendix's steps by hand: 17 sectors up to 16 heads, then 31, 63, and 255 from 65535 x 16 x 63 sectors on.
    expect(geometryOf(3 * MIB)).toEqual({ cylinders: 90, heads: 4, sectorsPerTrack: 17 });
    expect(geometryOf(100 * MIB)).toEqual({ cylinders: 1003, heads: 12, sectorsPerTrack: 17 });
    expect(geometryOf(200 * MIB)).toEqual({ cylinders: 825, heads: 16, sectorsPerTrack: 31 });
    expect(geometryOf(1024 * MIB)).toEqual({ cylinders: 2080, heads: 16, sectorsPerTrack: 63 });
    expect(geometryOf(127 * 1024 * MIB)).toEqual({ cylinders: 65278, heads: 16, sectorsPerTrack: 255 });
    expect(geometryOf(2040 * 1024 * MIB)).toEqual({ cylinders: 65535, heads: 16, sectorsPerTrack: 255 });
    // qemu-img create -f vpc says 4212736 for 4 MiB.
    expect(sizeOfWholeCylinders(4 * MIB)).toBe(4_212_736);
  });

  it(`gives the sizes that qemu-img gives${without('qemu-img', hasQemuImg)}`, async () => {
    if (!hasQemuImg) return;
    const folder = mkdtempSync(join(tmpdir(), 'worldswitch-vhd-'));
    try {
      for (const [size, options] of [[5_000_192, 'subformat=dynamic'], [1_234_567_168, 'subformat=dynamic'], [7 * MIB, 'subformat=fixed'], [7 * MIB, 'subformat=fixed,force_size=on'], [300 * 1024 * MIB, 'force_size=on']] as const) {
        const path = join(folder, 'qemu.vhd');
        mustPassQemuImg('create', '-q', '-f', 'vpc', '-o', options, path, String(size));
        const told = JSON.parse(mustPassQemuImg('info', '--output=json', '-f', 'vpc', path))['virtual-size'];
        await using disk = await openDisk(path);
        expect(disk.size).toBe(told);
        if (!options.includes('force_size')) expect(sizeOfWholeCylinders(size)).toBe(told);
        rmSync(path);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('is read by either footer, and makes the other good when it is written', async () => {
    const { file, model } = await sample();
    for (const damage of [(bytes: Uint8Array) => bytes.fill(0, 0, 8), (bytes: Uint8Array) => bytes.fill(0xee, 40, 44), (bytes: Uint8Array) => bytes.fill(0x55, bytes.length - 100), (bytes: Uint8Array) => bytes.fill(0, bytes.length - 512)]) {
      const damaged = file.slice();
      damage(damaged);
      const store = new MemoryStore('damaged', damaged);
      {
        await using disk = await openStore(store, { format: 'vhd' });
        expect(Buffer.compare(await bytesOf(disk), model)).toBe(0);
        expect(await vhd.check!(disk.image, undefined)).toMatchObject({ corruptions: 1 });
      }
      {
        await using disk = await openStore(store, { format: 'vhd', readOnly: false });
        await disk.write(0, model.subarray(0, 512));
      }
      await using disk = await openStore(store);
      expect(await vhd.check!(disk.image, undefined)).toMatchObject({ corruptions: 0, leaks: 0 });
      expect(Buffer.compare(await bytesOf(disk), model)).toBe(0);
    }
  });

  it('may have a footer of 511 bytes', async () => {
    for (const subformat of ['fixed', 'dynamic']) {
      const { file, model } = await sample({ subformat });
      const store = new MemoryStore('old', file.subarray(0, file.length - 1));
      await using disk = await openStore(store, { readOnly: false });
      expect(Buffer.compare(await bytesOf(disk), model)).toBe(0);
      await disk.write(4 * MIB, model.subarray(MIB, MIB + 512));
      model.copyWithin(4 * MIB, MIB, MIB + 512);
      expect(Buffer.compare(await bytesOf(disk), model)).toBe(0);
    }
  });

  it('refuses blocks that share room, and says so', async () => {
    const { file } = await sample();
    const damaged = file.slice();
    const { tableOffset } = HEADER.read(damaged, FOOTER_BYTES);
    damaged.copyWithin(tableOffset + 4, tableOffset + 8, tableOffset + 12);
    const store = new MemoryStore('shared', damaged);
    await expect(openStore(store, { readOnly: false })).rejects.toMatchObject({ code: 'DISK_IMAGE_CORRUPT', context: { field: 'block allocation table' } });
    await using disk = await openStore(store, { isForCheck: true, readOnly: false });
    const report = await vhd.check!(disk.image, 'all');
    expect(report.corruptions).toBe(1);
    expect(report.problems[0]?.message).toMatch(/share/);
  });

  it('is refused where it was cut off', async () => {
    const { file } = await sample();
    await expect(openStore(new MemoryStore('cut', file.subarray(0, file.length - 300 * 1024)))).rejects.toMatchObject({ code: 'DISK_IMAGE_CORRUPT' });
    const fixed = (await sample({ subformat: 'fixed' })).file;
    const short = new Uint8Array(4 * MIB);
    short.set(fixed.subarray(fixed.length - FOOTER_BYTES), short.length - FOOTER_BYTES);
    await expect(openStore(new MemoryStore('short', short))).rejects.toMatchObject({ code: 'DISK_IMAGE_TRUNCATED' });
  });

  it('gives leaked room back, and uses it', async () => {
    const { file, model } = await sample();
    // The block at 1 MiB is forgotten: it is in the middle of the file.
    const leaky = file.slice();
    leaky.fill(0xff, HEADER.read(leaky, FOOTER_BYTES).tableOffset + 8, HEADER.read(leaky, FOOTER_BYTES).tableOffset + 12);
    model.fill(0, MIB, 2 * MIB);
    const store = new MemoryStore('leaky', leaky);
    {
      await using disk = await openStore(store, { readOnly: false, isForCheck: true });
      expect(await vhd.check!(disk.image, undefined)).toMatchObject({ leaks: 1, corruptions: 0 });
      expect(await vhd.check!(disk.image, 'leaks')).toMatchObject({ leaks: 0, leaksFixed: 1 });
    }
    expect(store.length).toBe(file.length - 512 - 512 * 1024);
    {
      await using disk = await openStore(store);
      expect(Buffer.compare(await bytesOf(disk), model)).toBe(0);
      expect(await vhd.check!(disk.image, undefined)).toMatchObject({ leaks: 0, corruptions: 0 });
    }
    const reused = new MemoryStore('reused', leaky);
    {
      await using disk = await openStore(reused, { readOnly: false });
      await disk.write(2 * MIB, model.subarray(3 * MIB, 3 * MIB + 512));
    }
    expect(reused.length).toBe(file.length);
    model.copyWithin(2 * MIB, 3 * MIB, 3 * MIB + 512);
    await using disk = await openStore(reused);
    expect(Buffer.compare(await bytesOf(disk), model)).toBe(0);
  });

  it.each(['dynamic', 'fixed'])('grows and shrinks: %s', async (subformat) => {
    const { file, model } = await sample({ subformat });
    const store = new MemoryStore('resized', file);
    let expected: Uint8Array = model;
    for (const size of [8 * MIB + 512, 700 * MIB, 6 * MIB, 5 * MIB + 1024, 30 * MIB]) {
      const disk = await openStore(store, { readOnly: false });
      await disk.change(async () => disk.image.resize!(size));
      if (size === 700 * MIB) {
        const bytes = new RandomSource(size).bytes(MIB);
        await disk.write(size - MIB, bytes);
        await disk.close();
        await using again = await openStore(store);
        expect(again.size).toBe(size);
        const last = new Uint8Array(MIB);
        await again.read(size - MIB, last);
        expect(Buffer.compare(last, bytes)).toBe(0);
        continue;
      }
      await disk.close();
      const next = new Uint8Array(size);
      next.set(expected.subarray(0, size));
      expected = next;
      await using again = await openStore(store);
      expect(again.size).toBe(size);
      expect(Buffer.compare(await bytesOf(again), expected), `${size}`).toBe(0);
      expect(await vhd.check!(again.image, undefined), String(size)).toMatchObject({ problems: [], corruptions: 0, leaks: 0 });
    }
    await using disk = await openStore(store, { readOnly: false });
    await expect(disk.change(async () => disk.image.resize!(2041 * 1024 * MIB))).rejects.toMatchObject({ code: 'DISK_OPTION_INVALID' });
  });

  it('names its parent for Windows, and finds it by a locator of either kind', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'worldswitch-vhd-'));
    try {
      const parentPath = join(folder, 'päpstlich.vhd');
      await (await createDisk(parentPath, { format: 'vhd', size: MIB })).close();
      const childPath = join(folder, 'child.vhd');
      const child = await createDisk(childPath, { format: 'vhd', size: MIB, parent: { name: 'päpstlich.vhd', format: 'vhd', disk: await openDisk(parentPath) } });
      const header = (child.image as DynamicVhdImage).header;
      const locators = await readLocators(child.image.store, header.bytes, header.at);
      expect(locators.map(({ platformCode, path }) => [platformCode, path])).toEqual([['W2ru', '.\\päpstlich.vhd'], ['W2ku', parentPath.replaceAll('/', '\\')]]);
      await child.close();
      // Without the relative one, and with a path of another machine: the file beside the image is its last part.
      const bytes = readFileSync(childPath);
      bytes.fill(0, header.at + LOCATORS_AT, header.at + LOCATORS_AT + 24);
      Buffer.from('C:\\disks\\päpstlich.vhd\0', 'utf16le').copy(bytes, locators[1]!.offset);
      HEADER.write(bytes, { checksum: checksumOf(bytes.subarray(header.at, header.at + 1024), HEADER.fields.checksum[0]) }, header.at);
      writeFileSync(childPath, bytes);
      await using opened = await openDisk(childPath);
      expect(opened.parent?.image.store.name).toMatch(/päpstlich\.vhd$/);
      if (hasVhdiinfo) expect(spawnSync('vhdiinfo', [childPath], { encoding: 'utf8' }).stdout).toMatch(/Parent filename\s*: .*päpstlich\.vhd/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('refuses a parent that is no VHD', async () => {
    const parent = await createIn(new MemoryStore('raw'), { format: 'raw', size: MIB });
    await expect(createIn(new MemoryStore('child'), { format: 'vhd', size: MIB, parent: { name: 'raw', format: 'raw', disk: parent } })).rejects.toMatchObject({ code: 'DISK_OPTION_INVALID' });
  });

  it.each(['dynamic', 'fixed'] as const)('can be written from its first byte to its last: %s', async (subformat) => {
    const { model } = await sample();
    const parts: Uint8Array[] = [];
    const extents = [1, 3, 5, 7].map((at) => ({ start: at * MIB, length: MIB / 2 }));
    const random = new RandomSource(1);
    const stream = await streamVhd({ write: (bytes) => { parts.push(bytes.slice()); }, size: model.length, extents, random: (length) => random.bytes(length), nowMs: Date.UTC(2026, 0, 1) }, { subformat, force_size: true, block_size: 512 * 1024 });
    for (const { start, length } of extents) await stream.put(start, model.subarray(start, start + length));
    await stream.finish();
    const store = new MemoryStore('streamed', Buffer.concat(parts));
    await using disk = await openStore(store);
    expect(Buffer.compare(await bytesOf(disk), model)).toBe(0);
    expect(await vhd.check!(disk.image, undefined)).toMatchObject({ corruptions: 0, leaks: 0 });
    expect(store.length).toBe(vhd.measure!(model.length, 2 * MIB, { subformat, force_size: true, block_size: 512 * 1024 }).required);
  });

  it('believes the footer of a fixed disk, whatever its guest has written at the front', async () => {
    const { file } = await sample();
    const store = new MemoryStore('fixed');
    const disk = await createIn(store, { format: 'vhd', size: 2 * MIB, options: { subformat: 'fixed' } });
    await disk.write(0, file.subarray(0, 64 * 1024));
    await disk.close();
    await using opened = await openStore(store);
    expect(opened.size).toBe(2 * MIB);
    expect(opened.image.details()).toMatchObject({ 'disk-type': 'fixed' });
  });

  it(`is what libvhdi reads${without('vhdiinfo', hasVhdiinfo)}`, async () => {
    if (!hasVhdiinfo) return;
    const folder = mkdtempSync(join(tmpdir(), 'worldswitch-vhd-'));
    try {
      for (const [subformat, words] of [['dynamic', 'Dynamic'], ['fixed', 'Fixed']] as const) {
        const path = join(folder, `${subformat}.vhd`);
        const { file } = await sample({ subformat });
        writeFileSync(path, file);
        const { stdout, status } = spawnSync('vhdiinfo', [path], { encoding: 'utf8' });
        expect(status).toBe(0);
        expect(stdout).toMatch(new RegExp(`Disk type\\s*: ${words}`, 'i'));
        expect(stdout).toMatch(/8388608 bytes/);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('has at most 2040 GiB', async () => {
    await expect(createIn(new MemoryStore('large'), { format: 'vhd', size: 2041 * 1024 * MIB })).rejects.toMatchObject({ code: 'DISK_OPTION_INVALID' });
    const store = new MemoryStore('largest');
    const size = 2040 * 1024 * MIB;
    const disk = await createIn(store, { format: 'vhd', size });
    await disk.write(size - 512, new Uint8Array(512).fill(1));
    await disk.close();
    await using opened = await openStore(store);
    expect(opened.size).toBe(size);
    const last = new Uint8Array(512);
    await opened.read(size - 512, last);
    expect(last.every((byte) => byte === 1)).toBe(true);
    expect(FOOTER.read(await readBytes(store, 0, FOOTER_BYTES))).toMatchObject({ cylinders: 65535, heads: 16, sectorsPerTrack: 255 });
  });
});
