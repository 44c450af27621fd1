/** What qcow2 has and others have not: snapshots, bitmaps, resizing, repair, amending, parents, streams. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Disk } from '../../disk.ts';
import { DiskError } from '../../errors.ts';
import { parseOptions } from '../../format.ts';
import type { CheckReport } from '../../format.ts';
import { createDisk, createIn, openDisk, openStore } from '../../open-disk.ts';
import { MemoryStore } from '../../store/memory-store.ts';
import { CrashStore } from '../../testing/crash-store.ts';
import { hasQemuImg, mustPassQemuImg, qemuImg } from '../../testing/qemu-img.ts';
import { RandomSource } from '../../testing/random-source.ts';
import { qcow2 } from './format.ts';
import type { Qcow2Image } from './image.ts';

const MiB = 1024 * 1024;
let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'worldswitch-qcow2-')); });
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

const create = (name: string, size = 4 * MiB, options: Record<string, string | number | boolean> = {}): Promise<Disk> => createDisk(at(name), { format: 'qcow2', size, options });
const reopen = (name: string): Promise<Disk> => openDisk(at(name), { format: 'qcow2', readOnly: false });
async function contents(disk: Disk): Promise<Uint8Array> {
  const bytes = new Uint8Array(disk.size);
  await disk.read(0, bytes);
  return bytes;
}
async function check(name: string, repair?: 'leaks' | 'all'): Promise<CheckReport> {
  await using disk = await openDisk(at(name), { format: 'qcow2', isForCheck: true, withoutParent: true, readOnly: repair === undefined });
  return await qcow2.check!(disk.image, repair);
}
async function expectClean(name: string): Promise<void> {
  const { corruptions, leaks, problems } = await check(name);
  expect({ corruptions, leaks, problems }).toEqual({ corruptions: 0, leaks: 0, problems: [] });
  if (hasQemuImg) mustPassQemuImg('check', '-f', 'qcow2', at(name));
}
function expectQemuSees(name: string, model: Uint8Array, ...how: string[]): void {
  if (!hasQemuImg) return;
  writeFileSync(at('expected'), model);
  mustPassQemuImg('convert', '-f', 'qcow2', ...how, '-O', 'raw', at(name), at('seen'));
  expect(Buffer.compare(readFileSync(at('seen')), model)).toBe(0);
}
const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

const KINDS: readonly (readonly [string, Record<string, string | number | boolean>])[] = [
  ['version 3', {}], ['version 2', { compat: '0.10' }], ['extended L2 entries', { extended_l2: true, cluster_size: '16K' }], ['clusters of 512 bytes', { cluster_size: 512 }], ['lazy refcounts', { lazy_refcounts: true }],
];

describe.each(KINDS)('snapshots, %s', (_name, options) => {
  it('are made, applied, deleted and opened', async () => {
    const random = new RandomSource(7);
    let disk = await create('a.qcow2', 2 * MiB + 512, options);
    let model = new Uint8Array(disk.size);
    const saved = new Map<string, Uint8Array>();
    const { packing } = disk.image;
    for (let step = 1; step <= 60; step++) {
      const what = random.below(10);
      const start = random.below(disk.size / 512 - 64) * 512, length = (1 + random.below(64)) * 512;
      if (what < 5) {
        const bytes = random.bytes(length);
        await disk.write(start, bytes);
        model.set(bytes, start);
      } else if (what < 6) {
        await disk.zero(start, length);
        model.fill(0, start, start + length);
      } else if (what < 7) {
        const { pack } = await import('../../codec.ts');
        const first = start - (start % packing!.blockBytes);
        const block = new Uint8Array(packing!.blockBytes).fill(step);
        if (first + block.length > disk.size) continue;
        await disk.writePacked(first, pack(packing!.codec, block));
        model.set(block, first);
      } else if (what < 8 && saved.size < 4) {
        const name = `step ${step}`;
        await disk.change(async () => disk.image.snapshots!.create(name, 1_700_000_000_000 + step));
        saved.set(name, model.slice());
      } else if (saved.size > 0) {
        const name = random.pick([...saved.keys()]);
        if (what === 8) {
          await disk.change(async () => disk.image.snapshots!.apply(name));
          model = saved.get(name)!.slice();
        } else {
          await disk.change(async () => disk.image.snapshots!.delete(name));
          saved.delete(name);
        }
      }
      if (step % 20 !== 0) continue;
      expect(equal(await contents(disk), model), `step ${step}`).toBe(true);
      await disk.close();
      await expectClean('a.qcow2');
      expectQemuSees('a.qcow2', model);
      for (const [name, was] of saved) expectQemuSees('a.qcow2', was, '-l', `snapshot.name=${name}`);
      disk = await reopen('a.qcow2');
      expect((await disk.image.snapshots!.list()).map(({ name }) => name)).toEqual([...saved.keys()]);
      for (const [name, was] of saved) expect(equal(await contents(new Disk({ image: await disk.image.snapshots!.open(name) })), was), name).toBe(true);
    }
    await disk.close();
  }, 60_000);
});

describe('snapshots', () => {
  it.skipIf(!hasQemuImg)('of qemu-img are read, and ours are applied and deleted by it', async () => {
    await using disk = await create('a.qcow2');
    await disk.write(0, new Uint8Array(MiB).fill(1));
    await disk.close();
    mustPassQemuImg('snapshot', '-c', 'by qemu', at('a.qcow2'));
    await using again = await reopen('a.qcow2');
    await again.write(100, new Uint8Array(MiB).fill(2));
    await again.change(async () => again.image.snapshots!.create('ours', 1_700_000_000_123));
    expect(await again.image.snapshots!.list()).toMatchObject([{ id: '1', name: 'by qemu', size: 4 * MiB, vmStateBytes: 0 }, { id: '2', name: 'ours', createdMs: 1_700_000_000_123 }]);
    await again.write(0, new Uint8Array(512).fill(3));
    await again.close();
    await expectClean('a.qcow2');
    mustPassQemuImg('snapshot', '-d', 'by qemu', at('a.qcow2'));
    mustPassQemuImg('snapshot', '-a', 'ours', at('a.qcow2'));
    await expectClean('a.qcow2');
    await using last = await reopen('a.qcow2');
    const bytes = new Uint8Array(512);
    await last.read(0, bytes);
    expect([bytes[0], bytes[511]]).toEqual([1, 2]);
  });

  it('are refused where refcounts cannot count them, and nothing changes', async () => {
    await using disk = await create('a.qcow2', MiB, { refcount_bits: 1 });
    await disk.write(0, new Uint8Array(512).fill(1));
    await expect(disk.change(async () => disk.image.snapshots!.create('one', 0))).rejects.toThrow(/refcounts of 1 bits/);
    await disk.close();
    await expectClean('a.qcow2');
  });

  it.each([['1.1'], ['0.10']])('leave a readable image at a power cut, compat %s', async (compat) => {
    const random = new RandomSource(3);
    for (let round = 0; round < 12; round++) {
      const store = new CrashStore();
      const disk = await createIn(store, { format: 'qcow2', size: 256 * 1024, options: { cluster_size: 4096, compat } });
      const first = random.bytes(disk.size);
      await disk.write(0, first);
      await disk.change(async () => disk.image.snapshots!.create('a', 0));
      await disk.write(8192, random.bytes(20_000));
      await disk.flush();
      const before = await contents(disk);
      const cuts: MemoryStore[] = [];
      const flush = store.flush.bind(store);
      // What a cut before each flush leaves behind.
      store.flush = () => {
        cuts.push(store.crash(random));
        flush();
      };
      const operation = round % 3;
      const { snapshots } = disk.image;
      await disk.change(async () => (operation === 0 ? snapshots!.create('b', 0) : operation === 1 ? snapshots!.apply('a') : snapshots!.delete('a')));
      const after = await contents(disk);
      expect(cuts.length).toBeGreaterThan(2);
      for (const left of cuts) {
        await using found = await openStore(left, { format: 'qcow2', readOnly: false });
        const seen = await contents(found);
        expect(equal(seen, before) || equal(seen, after)).toBe(true);
        for (const { name } of await found.image.snapshots!.list()) {
          const expected = name === 'a' ? first : before;
          expect(equal(await contents(new Disk({ image: await found.image.snapshots!.open(name) })), expected), name).toBe(true);
        }
        // Writing afterwards harms no snapshot.
        await found.write(0, new Uint8Array(found.size).fill(9));
        for (const { name } of await found.image.snapshots!.list()) {
          expect(equal(await contents(new Disk({ image: await found.image.snapshots!.open(name) })), name === 'a' ? first : before), `${name} after a write`).toBe(true);
        }
        await found.flush();
        const report = await qcow2.check!(found.image, undefined);
        // In version 2 nothing says that flags were under way; they are harmless the way they are left.
        if (compat === '1.1') expect(report.corruptions, JSON.stringify(report.problems.slice(0, 3))).toBe(0);
        else expect(report.problems.filter(({ kind, message }) => kind === 'corruption' && !message.includes('COPIED'))).toEqual([]);
      }
    }
  }, 60_000);
});

describe.each(KINDS)('resizing, %s', (_name, options) => {
  it('keeps what is there, and new parts are zero', async () => {
    const random = new RandomSource(11);
    let disk = await create('a.qcow2', MiB, options);
    let model = new Uint8Array(disk.size);
    for (let step = 0; step < 12; step++) {
      const bytes = random.bytes(1 + random.below(Math.min(disk.size, 300_000)));
      const start = random.below(disk.size - bytes.length + 1);
      await disk.write(start, bytes);
      model.set(bytes, start);
      const size = 512 * (1 + random.below(8 * 1024));
      await disk.change(async () => disk.image.resize!(size));
      const next = new Uint8Array(size);
      next.set(model.subarray(0, Math.min(size, model.length)));
      model = next;
      expect(equal(await contents(disk), model), `step ${step}, ${size}`).toBe(true);
      if (step % 4 !== 3) continue;
      await disk.close();
      await expectClean('a.qcow2');
      expectQemuSees('a.qcow2', model);
      disk = await reopen('a.qcow2');
    }
    await disk.close();
  }, 60_000);
});

describe('resizing', () => {
  it('hides what a longer parent has beyond the old end', async () => {
    await using base = await create('base.qcow2', 2 * MiB);
    await base.write(0, new Uint8Array(2 * MiB).fill(7));
    await base.close();
    const parent = await openDisk(at('base.qcow2'));
    await using disk = await createDisk(at('top.qcow2'), { format: 'qcow2', size: MiB, parent: { name: 'base.qcow2', format: 'qcow2', disk: parent } });
    await disk.change(async () => disk.image.resize!(2 * MiB));
    const bytes = await contents(disk);
    expect([bytes[MiB - 1], bytes[MiB], bytes[2 * MiB - 1]]).toEqual([7, 0, 0]);
    await disk.close();
    expectQemuSees('top.qcow2', bytes);
    await expectClean('top.qcow2');
  });

  it('moves the L1 table of a disk that grows much', async () => {
    await using disk = await create('a.qcow2', MiB, { cluster_size: 512 });
    await disk.write(0, new Uint8Array(MiB).fill(5));
    await disk.change(async () => disk.image.resize!(256 * MiB));
    await disk.write(256 * MiB - 512, new Uint8Array(512).fill(6));
    await disk.close();
    await expectClean('a.qcow2');
    await using again = await reopen('a.qcow2');
    const bytes = new Uint8Array(512);
    await again.read(256 * MiB - 512, bytes);
    expect(bytes[0]).toBe(6);
  });
});

describe('operations', () => {
  const OPERATIONS: Readonly<Record<string, (disk: Disk) => Promise<void>>> = {
    'grow': async (disk) => disk.image.resize!(64 * MiB),
    'shrink': async (disk) => disk.image.resize!(100_352),
    'refcount_bits': async (disk) => qcow2.amend!(disk.image, { refcount_bits: 64 }),
    'compat': async (disk) => qcow2.amend!(disk.image, { compat: '0.10' }),
    'bitmap': async (disk) => disk.image.bitmaps!.add('b', {}),
  };
  it.each(Object.keys(OPERATIONS))('leave the old or the new image at a power cut: %s', async (name) => {
    const random = new RandomSource(13);
    for (let round = 0; round < 4; round++) {
      const store = new CrashStore();
      const disk = await createIn(store, { format: 'qcow2', size: 256 * 1024, options: { cluster_size: 512 } });
      await disk.write(0, random.bytes(disk.size));
      await disk.zero(8192, 8192);
      await disk.flush();
      const before = await contents(disk);
      const cuts: MemoryStore[] = [];
      const flush = store.flush.bind(store);
      store.flush = () => {
        cuts.push(store.crash(random));
        flush();
      };
      await disk.change(() => OPERATIONS[name]!(disk));
      store.flush();
      expect(cuts.length).toBeGreaterThan(1);
      for (const left of cuts) {
        await using found = await openStore(left, { format: 'qcow2', readOnly: false });
        const seen = await contents(found);
        expect([before.length, disk.size]).toContain(seen.length);
        const common = Math.min(seen.length, before.length);
        expect(equal(seen.subarray(0, common), before.subarray(0, common))).toBe(true);
        expect(seen.subarray(common).every((byte) => byte === 0)).toBe(true);
        const report = await qcow2.check!(found.image, undefined);
        expect(report.corruptions, JSON.stringify(report.problems.slice(0, 3))).toBe(0);
      }
    }
  });

  it.each([['version 3', {}], ['lazy refcounts', { lazy_refcounts: true }], ['extended L2 entries', { extended_l2: true, cluster_size: '16K' }]] as const)('go on after the device was full for a while, %s', async (_name, options) => {
    const random = new RandomSource(17);
    const store = new MemoryStore('full');
    const disk = await createIn(store, { format: 'qcow2', size: 2 * MiB, options: { cluster_size: 512, ...options } });
    const model = new Uint8Array(disk.size);
    const write = store.write.bind(store);
    let until = Infinity, failures = 0;
    store.write = (place, bytes) => {
      if (until-- <= 0) {
        failures++;
        throw new DiskError({ code: 'DISK_NO_SPACE', kind: 'no-space', message: 'full' });
      }
      write(place, bytes);
    };
    for (let step = 0; step < 300; step++) {
      const bytes = random.bytes(512 * (1 + random.below(40)));
      const start = 512 * random.below((disk.size - bytes.length) / 512);
      until = random.isOnceIn(2) ? random.below(20) : Infinity;
      const act = async (): Promise<void> => {
        await disk.write(start, bytes);
        if (step % 7 === 0) await disk.flush();
      };
      await act().catch((error: unknown) => expect(error).toMatchObject({ code: 'DISK_NO_SPACE' }));
      until = Infinity;
      await act();
      model.set(bytes, start);
    }
    expect(failures).toBeGreaterThan(30);
    expect(equal(await contents(disk), model)).toBe(true);
    await disk.close();
    await using again = await openStore(store, { format: 'qcow2', isForCheck: true });
    expect(equal(await contents(again), model)).toBe(true);
    expect(await qcow2.check!(again.image, undefined)).toMatchObject({ corruptions: 0 });
  });
});

describe('bitmaps', () => {
  it('follow writes, are kept by closing, and are what qemu-img sees', async () => {
    let disk = await create('a.qcow2', 8 * MiB);
    const { bitmaps } = disk.image;
    await bitmaps!.add('kept', { granularityBytes: 65_536 });
    await bitmaps!.add('off', { isEnabled: false });
    await disk.write(100_000, new Uint8Array(10));
    await disk.write(100_000, new Uint8Array(10));
    await disk.zero(3 * MiB, MiB);
    await disk.close();
    await expectClean('a.qcow2');
    disk = await reopen('a.qcow2');
    expect(await disk.image.bitmaps!.list()).toEqual([{ name: 'kept', granularityBytes: 65_536, isEnabled: true, isInconsistent: false }, { name: 'off', granularityBytes: 65_536, isEnabled: false, isInconsistent: false }]);
    expect(await disk.image.bitmaps!.ranges('kept')).toEqual([{ start: 65_536, length: 65_536 }, { start: 3 * MiB, length: MiB }]);
    expect(await disk.image.bitmaps!.ranges('off')).toEqual([]);
    await disk.image.bitmaps!.merge('off', { bitmaps: disk.image.bitmaps!, name: 'kept' });
    await disk.image.bitmaps!.clear('kept');
    expect(await disk.image.bitmaps!.ranges('off')).toHaveLength(2);
    expect(await disk.image.bitmaps!.ranges('kept')).toEqual([]);
    await disk.image.bitmaps!.setEnabled('off', true);
    await disk.change(async () => disk.image.resize!(5 * MiB));
    await disk.write(5 * MiB - 1, new Uint8Array(1));
    await disk.close();
    await expectClean('a.qcow2');
    if (hasQemuImg) {
      const info = JSON.parse(mustPassQemuImg('info', '--output=json', at('a.qcow2')));
      expect(info['format-specific'].data.bitmaps).toEqual([{ flags: ['auto'], name: 'kept', granularity: 65_536 }, { flags: ['auto'], name: 'off', granularity: 65_536 }]);
      mustPassQemuImg('bitmap', '--merge', 'off', '-f', 'qcow2', at('a.qcow2'), 'kept');
      mustPassQemuImg('bitmap', '--remove', '-f', 'qcow2', at('a.qcow2'), 'off');
    }
    await using again = await reopen('a.qcow2');
    expect(await again.image.bitmaps!.ranges('kept')).toEqual(hasQemuImg ? [{ start: 65_536, length: 65_536 }, { start: 3 * MiB, length: MiB }, { start: 5 * MiB - 65_536, length: 65_536 }] : [{ start: 5 * MiB - 65_536, length: 65_536 }]);
    await again.image.bitmaps!.remove('kept');
    await again.close();
    await expectClean('a.qcow2');
  });

  it('are not relied on when the image was not closed', async () => {
    const store = new CrashStore();
    const disk = await createIn(store, { format: 'qcow2', size: MiB });
    await disk.image.bitmaps!.add('a', {});
    await disk.write(0, new Uint8Array(512).fill(1));
    await disk.flush();
    await using found = await openStore(store.crash(new RandomSource(1)), { format: 'qcow2', readOnly: false });
    expect(await found.image.bitmaps!.list()).toMatchObject([{ name: 'a', isInconsistent: true }]);
    await expect(found.image.bitmaps!.ranges('a')).rejects.toThrow(/was in use/);
    await found.image.bitmaps!.remove('a');
    expect(await found.image.bitmaps!.list()).toEqual([]);
  });

  it('that a program which did not know them has passed by are dropped', async () => {
    const disk = await create('a.qcow2', MiB);
    await disk.image.bitmaps!.add('a', {});
    await disk.close();
    const bytes = readFileSync(at('a.qcow2'));
    bytes.writeBigUInt64BE(0n, 88);
    writeFileSync(at('a.qcow2'), bytes);
    await using again = await reopen('a.qcow2');
    expect(await again.image.bitmaps!.list()).toEqual([]);
  });
});

describe('check and repair', () => {
  it('finds what qemu-img finds, and puts it right', async () => {
    for (const [name, damage] of Object.entries(DAMAGE)) {
      const disk = await create('a.qcow2', 2 * MiB, { cluster_size: 4096 });
      await disk.write(0, new Uint8Array(MiB).fill(3));
      const model = await contents(disk);
      const { fields } = (disk.image as Qcow2Image).state.header;
      await disk.close();
      // One cluster more than is used, for a leak.
      const bytes = Buffer.concat([readFileSync(at('a.qcow2')), new Uint8Array(4096)]);
      damage(bytes, { table: fields.refcount_table_offset, block: Number(bytes.readBigUInt64BE(fields.refcount_table_offset)), l1: fields.l1_table_offset });
      writeFileSync(at('a.qcow2'), bytes);
      const report = await check('a.qcow2');
      if (hasQemuImg) {
        // The figures are between what it says of each problem on the other stream.
        const judge = JSON.parse(/\{[\s\S]*?\n\}/.exec(qemuImg('check', '--output=json', '-f', 'qcow2', at('a.qcow2')).output)![0]);
        expect({ name, corruptions: report.corruptions, leaks: report.leaks }).toEqual({ name, corruptions: judge.corruptions ?? 0, leaks: judge.leaks ?? 0 });
      }
      expect(report.corruptions + report.leaks, name).toBeGreaterThan(0);
      const leaksFixed = await check('a.qcow2', 'leaks');
      expect(leaksFixed.leaks, name).toBe(0);
      await check('a.qcow2', 'all');
      await expectClean('a.qcow2');
      await using again = await reopen('a.qcow2');
      expect(equal(await contents(again), model), name).toBe(true);
      rmSync(at('a.qcow2'));
    }
  }, 60_000);

  it('repairs an image that was not closed before it is written', async () => {
    const store = new CrashStore();
    const disk = await createIn(store, { format: 'qcow2', size: 4 * MiB, options: { lazy_refcounts: true, cluster_size: 4096 } });
    const random = new RandomSource(5);
    const bytes = random.bytes(2 * MiB);
    await disk.write(0, bytes);
    await disk.flush();
    const left = store.crash(random);
    {
      await using read = await openStore(left, { format: 'qcow2' });
      const seen = new Uint8Array(bytes.length);
      await read.read(0, seen);
      expect(equal(seen, bytes)).toBe(true);
      expect(await read.image.details()).toMatchObject({ 'dirty-flag': true });
    }
    const written = await openStore(left, { format: 'qcow2', readOnly: false });
    await written.write(3 * MiB, random.bytes(65_536));
    await written.flush();
    const seen = new Uint8Array(bytes.length);
    await written.read(0, seen);
    expect(equal(seen, bytes)).toBe(true);
    await written.close();
    await using last = await openStore(left, { format: 'qcow2', isForCheck: true });
    expect(await qcow2.check!(last.image, undefined)).toMatchObject({ corruptions: 0, leaks: 0, problems: [] });
    expect(await last.image.details()).toMatchObject({ 'dirty-flag': false });
  });
});

const DAMAGE: Readonly<Record<string, (bytes: Buffer, places: { readonly table: number; readonly block: number; readonly l1: number }) => void>> = {
  'a refcount of zero': (bytes, { block }) => void bytes.writeUInt16BE(0, block + 2 * 20),
  'a refcount too high': (bytes, { block }) => void bytes.writeUInt16BE(5, block + 2 * 20),
  'a leak': (bytes, { block }) => void bytes.writeUInt16BE(1, block + 2 * (bytes.length / 4096 - 1)),
  'no refcount block': (bytes, { table }) => void bytes.writeBigUInt64BE(0n, table),
  'a COPIED flag that is not there': (bytes, { l1 }) => {
    const l2 = Number(bytes.readBigUInt64BE(l1) & 0x00ff_ffff_ffff_fe00n);
    bytes.writeUInt8(bytes.readUInt8(l2) & 0x7f, l2);
  },
};

describe('amending', () => {
  it('changes the width of refcounts, the version and lazy refcounts', async () => {
    const disk = await create('a.qcow2', 2 * MiB);
    await disk.write(1000, new Uint8Array(MiB).fill(4));
    await disk.zero(0, 65_536);
    await disk.change(async () => disk.image.snapshots!.create('one', 0));
    const model = await contents(disk);
    await disk.close();
    const amend = async (changes: Parameters<NonNullable<typeof qcow2.amend>>[1]): Promise<void> => {
      await using open = await reopen('a.qcow2');
      await open.change(async () => qcow2.amend!(open.image, changes));
      expect(equal(await contents(open), model)).toBe(true);
      await open.close();
      await expectClean('a.qcow2');
      expectQemuSees('a.qcow2', model);
    };
    for (const refcount_bits of [2, 64, 8, 16]) await amend({ refcount_bits });
    await expect(amend({ refcount_bits: 1 })).rejects.toThrow(/references/);
    await amend({ lazy_refcounts: true });
    await expect(amend({ compat: '0.10' })).rejects.toThrow(/snapshots/);
    await using open = await reopen('a.qcow2');
    await open.change(async () => open.image.snapshots!.delete('one'));
    await open.close();
    await amend({ compat: '0.10' });
    await amend({ compat: '1.1' });
    await expect(amend({ cluster_size: 4096 })).rejects.toThrow(/cannot be changed/);
  });
});

describe('parents', () => {
  it.each([['1.1'], ['0.10']])('show through, are hidden by zeros, and are named and forgotten, compat %s', async (compat) => {
    const base = await create('base.qcow2', MiB);
    await base.write(0, new Uint8Array(MiB).fill(7));
    await base.close();
    const disk = await createDisk(at('top.qcow2'), { format: 'qcow2', size: MiB + 512, options: { compat }, parent: { name: 'base.qcow2', format: 'qcow2', disk: await openDisk(at('base.qcow2')) } });
    await disk.write(10, new Uint8Array(10).fill(1));
    await disk.zero(65_536, 65_536);
    await disk.zero(200_000, 100);
    const model = await contents(disk);
    expect([model[9], model[10], model[65_536], model[200_000], model[300_000], model[MiB]]).toEqual([7, 1, 0, 0, 7, 0]);
    await disk.close();
    expectQemuSees('top.qcow2', model);
    await expectClean('top.qcow2');
    await using again = await openDisk(at('top.qcow2'), { readOnly: false });
    expect(again.image.parent).toMatchObject({ names: ['base.qcow2'], format: 'qcow2' });
    await again.change(async () => again.image.setParent!(undefined));
    await again.close();
    await using alone = await openDisk(at('top.qcow2'));
    expect(alone.image.parent).toBeUndefined();
    expect((await contents(alone))[300_000]).toBe(0);
  });
});

describe('streams', () => {
  it.each([['clusters of 64 KiB', {}], ['clusters of 512 bytes', { cluster_size: 512 }], ['extended L2 entries', { extended_l2: true }], ['version 2', { compat: '0.10' }]] as const)('are written once, %s', async (_name, given) => {
    const size = 40 * MiB + 512;
    const model = new Uint8Array(size);
    const random = new RandomSource(9);
    const extents = [{ start: 0, length: 65_536 }, { start: 196_608, length: 655_360 }, { start: 33 * MiB, length: 65_536 }, { start: 40 * MiB, length: 512 }];
    for (const { start, length } of extents) model.set(random.bytes(length), start);
    const parts: Uint8Array[] = [];
    const stream = await qcow2.stream!({ write: (bytes) => void parts.push(bytes.slice()), size, extents, random: (length) => random.bytes(length), nowMs: 0 }, parseOptions(qcow2, given));
    for (const { start, length } of extents) {
      // One that was announced may be left out: it is zero.
      for (let here = start; here < start + length; here += stream.blockBytes) {
        if (here === 196_608) model.fill(0, here, here + stream.blockBytes);
        else await stream.put(here, model.subarray(here, Math.min(here + stream.blockBytes, size)));
      }
    }
    await stream.finish();
    writeFileSync(at('a.qcow2'), Buffer.concat(parts));
    await using disk = await openDisk(at('a.qcow2'));
    expect(equal(await contents(disk), model)).toBe(true);
    await expectClean('a.qcow2');
    expectQemuSees('a.qcow2', model);
  });
});

describe('options', () => {
  it.each([
    [{ compat: '0.10', lazy_refcounts: true }], [{ refcount_bits: 3 }], [{ extended_l2: true, cluster_size: 4096 }], [{ data_file_raw: true }], [{ data_file: '../escape' }], [{ cluster_size: 256 }], [{ compression_type: 'lz4' }],
  ])('that do not go together are refused: %j', async (options) => {
    await expect(createIn(new MemoryStore(), { format: 'qcow2', size: MiB, options })).rejects.toThrow(expect.objectContaining({ code: 'DISK_OPTION_INVALID' }));
  });

  it.skipIf(!hasQemuImg)('measure says what qemu-img does', () => {
    for (const given of [{}, { cluster_size: 4096 }, { refcount_bits: 64 }, { extended_l2: true }] as const) {
      for (const size of [MiB, 10 * 1024 * MiB, 3 * 1024 * 1024 * MiB]) {
        const words = Object.entries(given).map(([name, value]) => `${name}=${value === true ? 'on' : String(value)}`);
        const answer = qemuImg('measure', '--output=json', '-O', 'qcow2', ...(words.length === 0 ? [] : ['-o', words.join(',')]), '--size', String(size));
        if (answer.status !== 0) continue;
        const judge = JSON.parse(answer.output);
        expect({ given, size, ...qcow2.measure!(size, 0, parseOptions(qcow2, given)) }).toEqual({ given, size, required: judge.required, fullyAllocated: judge['fully-allocated'] });
      }
    }
  });

  it.skipIf(!hasQemuImg)('are told as qemu-img tells them', async () => {
    for (const [i, options] of [{}, { compat: '0.10' }, { extended_l2: true, compression_type: 'zstd', lazy_refcounts: true }, { refcount_bits: 1 }].entries()) {
      await using disk = await create(`${i}.qcow2`, MiB, options);
      const { 'cluster-size': clusterBytes, 'dirty-flag': _dirty, ...details } = await disk.image.details();
      await disk.close();
      const info = JSON.parse(mustPassQemuImg('info', '--output=json', at(`${i}.qcow2`)));
      const { compat, ...others } = info['format-specific'].data;
      expect({ ...details, clusterBytes }).toEqual({ compat, ...others, clusterBytes: info['cluster-size'] });
    }
  });

  it('preallocation=falloc gives every cluster its room', async () => {
    await (await create('a.qcow2', 4 * MiB, { preallocation: 'falloc' })).close();
    expect(statSync(at('a.qcow2')).blocks * 512).toBeGreaterThanOrEqual(4 * MiB);
  });
});
