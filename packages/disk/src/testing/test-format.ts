/**
 * What every format has to keep, as one suite: a new format is given to `testFormat` with its variants and inherits all of it.
 *
 * Random operations against a model, in files; now and then closed, opened again, checked, and compared with qemu-img's view of it; power cuts; damaged headers.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Disk } from '../disk.ts';
import { DiskError } from '../errors.ts';
import type { Format } from '../format.ts';
import { createDisk, createIn, openDisk, openStore } from '../open-disk.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { CrashStore } from './crash-store.ts';
import { hasQemuImg, mustPassQemuImg, mustPassQemuImgIn } from './qemu-img.ts';
import { RandomSource } from './random-source.ts';

interface Variant {
  /** For the test's name. */
  readonly name: string;
  readonly options?: Readonly<Record<string, string | number | boolean>>;
  /** Of the disk; 3 MiB and a bit when it is not given. A size that is no multiple of anything finds more. */
  readonly size?: number;
  /** It is enciphered with this. */
  readonly passphrase?: string;
  /** It is several files, or cannot be made in a bare store for another reason: tests of power cuts and damage are left out. */
  readonly needsFiles?: boolean;
}

export interface FormatTest {
  readonly format: Format;
  readonly variants: readonly Variant[];
  /** As qemu-img calls it; left out where it cannot read the format. */
  readonly qemuName?: string;
  /** Does qemu-img have a `check` for it? */
  readonly qemuChecks?: boolean;
  /** A power cut loses only what was not flushed: left out for formats that cannot promise it (what has no metadata to lose has). */
  readonly survivesPowerCuts?: boolean;
  /** Random operations a variant; 300 when it is not given. DISK_OPERATIONS in the environment overrides it. */
  readonly operations?: number;
  /** Bytes from the front that hold the headers, for damage; 4096 when it is not given. */
  readonly headerBytes?: number;
}

const SIZE = 3 * 1024 * 1024 + 7 * 512;
const count = (usual: number): number => Number(process.env['DISK_OPERATIONS'] ?? usual);
const SEED = Number(process.env['DISK_SEED'] ?? 1);

export function testFormat(test: FormatTest): void {
  const { format, variants } = test;
  describe.each(variants)(`${format.name} $name`, (variant) => {
    it('does what a disk does', () => inFolder((folder) => checkOperations(test, variant, folder)), 120_000);
    it('is empty when it is new', () => inFolder(async (folder) => {
      const path = join(folder, `new${format.extensions[0]}`);
      await (await make(test, variant, path)).close();
      await using disk = await openDisk(path, { format: format.name, ...keyOf(variant) });
      expect(disk.size).toBe(variant.size ?? SIZE);
      const bytes = new Uint8Array(disk.size).fill(1);
      await disk.read(0, bytes);
      expect(bytes.every((byte) => byte === 0)).toBe(true);
      if (test.qemuName !== undefined && hasQemuImg) expect(JSON.parse(mustPassQemuImg('info', '--output=json', '-f', test.qemuName, path))['virtual-size']).toBe(disk.size);
    }));
    it('is recognised', () => inFolder(async (folder) => {
      const path = join(folder, `new${format.extensions[0]}`);
      await (await make(test, variant, path)).close();
      await using disk = await openDisk(path, keyOf(variant));
      expect(disk.image.format).toBe(format.name);
    }));
    it('refuses to go beyond its end', () => inFolder(async (folder) => {
      await using disk = await make(test, variant, join(folder, `new${format.extensions[0]}`));
      await expect(disk.read(disk.size - 1, new Uint8Array(2))).rejects.toThrow(DiskError);
      expect(() => disk.write(disk.size, new Uint8Array(1))).toThrow(DiskError);
    }));
    if (test.survivesPowerCuts === true && variant.needsFiles !== true) it('keeps what was flushed through a power cut', () => checkPowerCuts(test, variant), 120_000);
    if (variant.needsFiles !== true && format.name !== 'raw') it('does not trust its headers', () => checkDamage(test, variant), 120_000);
  });
}

async function inFolder(action: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'worldswitch-disk-'));
  try {
    await action(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What making a disk of a variant takes; opening it takes `keyOf`. */
const creationOf = ({ format }: FormatTest, variant: Variant) =>
  ({ format: format.name, size: variant.size ?? SIZE, ...(variant.options === undefined ? {} : { options: variant.options }), ...keyOf(variant) });
const keyOf = ({ passphrase }: Variant): { passphrase?: string } => (passphrase === undefined ? {} : { passphrase });
const make = (test: FormatTest, variant: Variant, path: string): Promise<Disk> => createDisk(path, creationOf(test, variant));

/** A stretch of the disk that operations like to hit: often at the edges of blocks. */
function stretch(random: RandomSource, disk: Disk, most: number): { at: number; length: number } {
  const sectors = Math.floor(disk.size / 512);
  const block = Math.max(1, disk.image.blockBytes / 512);
  let at = random.below(sectors);
  if (random.isOnceIn(3)) at -= at % block;
  let length = 1 + random.below(Math.min(most / 512, sectors - at));
  if (random.isOnceIn(3)) length = Math.min(sectors - at, Math.ceil(length / block) * block);
  return { at: at * 512, length: length * 512 };
}

/** One change to a disk and to what it should be. */
async function change(random: RandomSource, disk: Disk, model: Uint8Array): Promise<void> {
  const what = random.below(10);
  const { at, length } = stretch(random, disk, 192 * 1024);
  if (what < 6) {
    const bytes = random.bytes(length);
    await disk.write(at, bytes);
    model.set(bytes, at);
  } else if (what < 9) {
    await disk.zero(at, length, { keepRoom: random.isOnceIn(2) });
    model.fill(0, at, at + length);
  } else if (disk.image.packing !== undefined && disk.image.putPacked !== undefined) {
    const { pack } = await import('../codec.ts');
    const { blockBytes, codec } = disk.image.packing;
    const start = at - (at % blockBytes);
    if (start + blockBytes > disk.size) return;
    const block = new Uint8Array(blockBytes).fill(random.below(256));
    block.set(random.bytes(blockBytes >> 4), 0);
    await disk.writePacked(start, pack(codec, block));
    model.set(block, start);
  }
}

async function expectSame(disk: Disk, model: Uint8Array, what: string): Promise<void> {
  const bytes = new Uint8Array(disk.size);
  await disk.read(0, bytes);
  const difference = Buffer.compare(bytes, model) === 0 ? -1 : bytes.findIndex((byte, i) => byte !== model[i]);
  expect(difference, `${what}: first byte that differs`).toBe(-1);
}

async function checkOperations(test: FormatTest, variant: Variant, folder: string): Promise<void> {
  const { format } = test;
  const random = new RandomSource(SEED);
  const path = join(folder, `disk${format.extensions[0]}`);
  let disk = await make(test, variant, path);
  const model = new Uint8Array(disk.size);
  const operations = count(test.operations ?? 300);
  try {
    for (let i = 1; i <= operations; i++) {
      await change(random, disk, model);
      const { at, length } = stretch(random, disk, 64 * 1024);
      const piece = new Uint8Array(length);
      await disk.read(at, piece);
      expect(Buffer.compare(piece, model.subarray(at, at + length)), `seed ${SEED}, operation ${i}: reading ${length} at ${at}`).toBe(0);
      if (i % 100 !== 0 && i !== operations) continue;
      await expectExtents(disk, model);
      await disk.close();
      disk = await openDisk(path, { format: format.name, readOnly: false, ...keyOf(variant) });
      await expectSame(disk, model, `seed ${SEED}, opened again after operation ${i}`);
      await disk.close();
      await expectClean(test, variant, path);
      expectQemuAgrees(test, variant, path, folder, model);
      disk = await openDisk(path, { format: format.name, readOnly: false, ...keyOf(variant) });
    }
  } finally {
    await disk.close();
  }
}

/** The map covers the disk once, in order, and what it calls zero is. */
async function expectExtents(disk: Disk, model: Uint8Array): Promise<void> {
  let end = 0;
  for await (const extent of disk.extents()) {
    expect(extent.start).toBe(end);
    expect(extent.length).toBeGreaterThan(0);
    end = extent.start + extent.length;
    if (extent.kind !== 'data') expect(model.subarray(extent.start, end).every((byte) => byte === 0), `the map says ${extent.kind} from ${extent.start} to ${end}`).toBe(true);
  }
  expect(end).toBe(disk.size);
}

async function expectClean({ format }: FormatTest, variant: Variant, path: string): Promise<void> {
  if (format.check === undefined) return;
  await using disk = await openDisk(path, { format: format.name, isForCheck: true, withoutParent: true, ...keyOf(variant) });
  const report = await format.check(disk.image, undefined);
  expect({ corruptions: report.corruptions, leaks: report.leaks, problems: report.problems }).toEqual({ corruptions: 0, leaks: 0, problems: [] });
}

function expectQemuAgrees(test: FormatTest, variant: Variant, path: string, folder: string, model: Uint8Array): void {
  if (test.qemuName === undefined || !hasQemuImg) return;
  const expected = join(folder, 'expected');
  writeFileSync(expected, model);
  if (variant.passphrase !== undefined) {
    const secret = ['--object', `secret,id=key,data=${variant.passphrase}`, '--image-opts'];
    const source = `driver=${test.qemuName},${test.qemuName === 'luks' ? '' : 'encrypt.'}key-secret=key,file.driver=file,file.filename=${path}`;
    mustPassQemuImgIn(folder, 'compare', ...secret, source, `driver=raw,file.driver=file,file.filename=${expected}`);
    if (test.qemuChecks === true) mustPassQemuImgIn(folder, 'check', ...secret, source);
    return;
  }
  mustPassQemuImgIn(folder, 'compare', '-f', test.qemuName, '-F', 'raw', path, expected);
  if (test.qemuChecks === true) mustPassQemuImgIn(folder, 'check', '-f', test.qemuName, path);
}

/**
 * Every few operations the power goes: what had been flushed is there, sectors that were being written are old or new, and check finds leaks at most.
 */
async function checkPowerCuts(test: FormatTest, variant: Variant): Promise<void> {
  const random = new RandomSource(SEED + 1000);
  const store = new CrashStore();
  const disk = await createIn(store, creationOf(test, variant));
  await disk.flush();
  store.flush();
  const model = new Uint8Array(disk.size);
  /** Sectors changed since the last flush: each may be any of the versions it has had. */
  let loose = new Map<number, Uint8Array[]>();
  for (let i = 1; i <= count(test.operations ?? 300) / 3; i++) {
    const before = model.slice();
    await change(random, disk, model);
    for (let at = 0; at < model.length; at += 512) {
      const version = model.slice(at, at + 512);
      const old = before.subarray(at, at + 512);
      if (Buffer.compare(version, old) !== 0) loose.set(at, [...(loose.get(at) ?? [old.slice()]), version]);
    }
    if (random.isOnceIn(4)) {
      await disk.flush();
      loose = new Map();
    }
    await expectSurvives(test.format, variant, store.crash(random), model, loose, `seed ${SEED}, operation ${i}`);
  }
}

async function expectSurvives(format: Format, variant: Variant, left: MemoryStore, model: Uint8Array, loose: ReadonlyMap<number, readonly Uint8Array[]>, what: string): Promise<void> {
  await using disk = await openStore(left, { format: format.name, readOnly: false, isForCheck: true, ...keyOf(variant) });
  if (format.check !== undefined) {
    const report = await format.check(disk.image, undefined);
    expect(report.corruptions, `${what}: ${JSON.stringify(report.problems.slice(0, 3))}`).toBe(0);
  }
  const bytes = new Uint8Array(disk.size);
  await disk.read(0, bytes);
  for (let at = 0; at < model.length; at += 512) {
    const found = bytes.subarray(at, at + 512);
    if (Buffer.compare(found, model.subarray(at, at + 512)) === 0) continue;
    const versions = loose.get(at);
    expect(versions !== undefined, `${what}: the sector at ${at} was flushed and is lost`).toBe(true);
    // A sector that was being written may be an old one, or zero where its block was new.
    const isKnown = versions!.some((version) => Buffer.compare(found, version) === 0) || found.every((byte) => byte === 0);
    expect(isKnown, `${what}: the sector at ${at} is none that was ever written`).toBe(true);
  }
}

/** Bytes of the headers are changed: the image is refused with a DiskError or read, in bounded time and memory. */
async function checkDamage(test: FormatTest, variant: Variant): Promise<void> {
  const { format, headerBytes = 4096 } = test;
  const random = new RandomSource(SEED + 2000);
  const pristine = new MemoryStore('damaged');
  const disk = await createIn(pristine, creationOf(test, variant));
  for (let i = 0; i < 20; i++) {
    const { at, length } = stretch(random, disk, 64 * 1024);
    await disk.write(at, random.bytes(length));
  }
  await disk.close();
  const contents = new Uint8Array(pristine.length);
  pristine.read(0, contents);
  for (let i = 0; i < count(400); i++) {
    const damaged = contents.slice();
    for (let n = 1 + random.below(4); n > 0; n--) {
      const at = random.isOnceIn(4) ? damaged.length - 1 - random.below(Math.min(damaged.length, 1024)) : random.below(Math.min(damaged.length, headerBytes));
      damaged[at] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.below(256)]);
    }
    const store = new MemoryStore('damaged', random.isOnceIn(8) ? damaged.subarray(0, random.below(damaged.length)) : damaged);
    const startMs = performance.now();
    try {
      await using opened = await openStore(store, { format: format.name, readOnly: random.isOnceIn(2), withoutParent: true, ...keyOf(variant) });
      if (opened.isWritable && opened.size >= 512) await opened.write(0, random.bytes(512));
      await opened.read(0, new Uint8Array(Math.min(opened.size, 1024 * 1024)));
      if (format.check !== undefined) await format.check(opened.image, undefined);
    } catch (error) {
      if (!(error instanceof DiskError)) throw new Error(`seed ${SEED}, damage ${i}: not a DiskError`, { cause: error });
    }
    expect(performance.now() - startMs, `seed ${SEED}, damage ${i}: milliseconds`).toBeLessThan(2000);
  }
}

