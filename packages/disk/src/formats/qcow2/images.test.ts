/** Images of other programs, and those of an attacker: ../shared/images beside the working copy. */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { Disk } from '../../disk.ts';
import { DiskError } from '../../errors.ts';
import { openDisk, openStore } from '../../open-disk.ts';
import { FileStore } from '../../store/file-store.ts';
import { MemoryStore } from '../../store/memory-store.ts';
import { isZero } from '../../store/store.ts';
import { qcow2 } from './format.ts';
import type { Format } from '../../format.ts';

const IMAGES = resolve('../shared/images');
const areThere = existsSync(join(IMAGES, 'manifest.tsv'));
const folder = mkdtempSync(join(tmpdir(), 'worldswitch-qcow2-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const lines = (path: string): string[][] => (areThere ? readFileSync(join(IMAGES, path), 'utf8').trim().split('\n').slice(1).map((line) => line.split('\t')) : []);
const BLOCK_BYTES = 64 * 1024;

/** The digest of a manifest: each block of 64 KiB that is not zero, with its number. */
async function digest(disk: Disk): Promise<{ digest: string; blocks: number }> {
  const hash = createHash('sha256');
  let blocks = 0;
  const index = new Uint8Array(8);
  for (let at = 0; at < disk.size; at += BLOCK_BYTES) {
    const block = new Uint8Array(BLOCK_BYTES);
    await disk.read(at, block.subarray(0, Math.min(BLOCK_BYTES, disk.size - at)));
    if (isZero(block)) continue;
    new DataView(index.buffer).setBigUint64(0, BigInt(at / BLOCK_BYTES), true);
    hash.update(index).update(block);
    blocks++;
  }
  return { digest: hash.digest('hex'), blocks };
}

/** A copy that can be opened, with the files that it names beside it. */
function unpacked(path: string): string {
  const name = basename(path, '.gz');
  const place = join(folder, name);
  if (existsSync(place)) return place;
  const bytes = readFileSync(join(IMAGES, path));
  writeFileSync(place, path.endsWith('.gz') ? gunzipSync(bytes) : bytes);
  return place;
}

/** What images of this set stand on, by the name that they have for it. */
const BESIDE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'qcow2__backing-chain-1.qcow2': { 'backing-chain-2.qcow2': 'dissect/qcow2__backing-chain-2.qcow2.gz', 'backing-chain-3.qcow2': 'dissect/qcow2__backing-chain-3.qcow2.gz' },
};
const DATA_FILES: Readonly<Record<string, string>> = { 'qcow2__data-file.qcow2': 'dissect/qcow2__data-file.bin.gz' };

/** A data file of half a gibibyte is not worth a copy on the disk. */
class BytesStore extends MemoryStore {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    super('data file', new Uint8Array(0), false);
    this.#bytes = bytes;
  }

  override get length(): number {
    return this.#bytes.length;
  }

  override read(at: number, into: Uint8Array): void {
    into.set(this.#bytes.subarray(at, at + into.length));
  }
}

async function openImage(place: string): Promise<Disk> {
  const dataFile = DATA_FILES[basename(place)];
  if (dataFile === undefined) return openDisk(place);
  const refuse = (): never => { throw new Error('nothing else is named'); };
  return openStore(await FileStore.open(place), {}, { open: async () => new BytesStore(gunzipSync(readFileSync(join(IMAGES, dataFile)))), create: async () => refuse() });
}

describe.skipIf(!areThere)('images of others (../shared/images)', () => {
  const rows = lines('manifest.tsv').filter(([, , format]) => format?.startsWith('qcow2') === true);
  it('are there', () => expect(rows.length).toBeGreaterThanOrEqual(10));
  it.each(rows)('%s', async (file, _source, _format, _producer, _packed, size, _sha, expected, blocks) => {
    const [, path, snapshot] = /^(\S+)(?: \((?:snapshot id (\d+)|active)\))?$/.exec(file!)!;
    const place = unpacked(path!);
    for (const [name, other] of Object.entries(BESIDE[basename(place)] ?? {})) copyFileSync(unpacked(other), join(folder, name));
    await using disk = await openImage(place);
    const shown = snapshot === undefined ? disk : new Disk({ image: await disk.image.snapshots!.open(snapshot) });
    expect(shown.size).toBe(Number(size));
    expect(await digest(shown)).toEqual({ digest: expected, blocks: Number(blocks) });
    await using checked = await openForCheck(place);
    const report = await qcow2.check!(checked.image, undefined);
    expect(report.corruptions, JSON.stringify(report.problems.slice(0, 3))).toBe(0);
  }, 30_000);
});

const openForCheck = (path: string): Promise<Disk> => openDisk(path, { format: (qcow2 as unknown as Format).name, isForCheck: true, withoutParent: true });

/** What a hostile image gives: refused when it is opened, when it is read, or read as it is; and how many problems qemu-img's check would call corruptions. */
const REFUSED_OPEN = [
  'q-l1-size-huge', 'q-l1-size-small', 'q-l1-unaligned', 'q-l1-past-eof', 'q-size-huge', 'q-cluster-bits-8', 'q-cluster-bits-31', 'q-refcount-order-7', 'q-reftable-huge', 'q-header-length-huge', 'q-unknown-incompat',
  'q-comp-type-9', 'q-comp-bit-no-type', 'q-snap-count-huge', 'q-ext-len-huge', 'q-backing-self', 'q-backing-loop-a', 'q-backing-loop-b', 'q-backing-etc-passwd', 'q-backing-traversal', 'q-backing-json', 'q-backing-nbd',
  'q-backing-name-long', 'q-datafile-etc-passwd',
];
const REFUSED_READ = ['q-l2-self', 'q-l2-past-eof', 'q-data-in-header', 'q-data-unaligned', 'q-data-past-eof', 'q-reserved-bits', 'q-truncated'];
const READ = ['q-corrupt-bit', 'q-dirty-bit', 'q-refblock-self', 'q-bomb-64G'];
const CORRUPT_IN_CHECK = ['q-l1-past-eof', 'q-l2-self', 'q-l2-past-eof', 'q-data-unaligned', 'q-data-past-eof', 'q-reserved-bits', 'q-refblock-self', 'q-truncated', 'q-bomb-64G'];

describe.skipIf(!areThere)('hostile images (../shared/images/hostile)', () => {
  const hostile = join(folder, 'hostile');
  if (areThere) {
    mkdirSync(hostile);
    untar(zstdDecompressSync(readFileSync(join(IMAGES, 'hostile/hostile.tar.zst'))), hostile);
  }
  const names = lines('hostile/manifest.tsv').map(([file]) => file!).filter((file) => file.startsWith('q-')).map((file) => basename(file, '.qcow2'));

  it('each has its verdict here', () => expect(names.filter((name) => ![...REFUSED_OPEN, ...REFUSED_READ, ...READ].includes(name))).toEqual([]));

  it.each(names)('%s', async (name) => {
    const path = join(hostile, `${name}.qcow2`);
    const startMs = performance.now();
    let stage = 'open';
    try {
      await using disk = await openDisk(path);
      stage = 'read';
      const bytes = new Uint8Array(1024 * 1024);
      for (let at = 0; at < Math.min(disk.size, 4 * bytes.length); at += bytes.length) await disk.read(at, bytes.subarray(0, Math.min(bytes.length, disk.size - at)));
      stage = 'all';
    } catch (error) {
      expect(error).toBeInstanceOf(DiskError);
    }
    expect(stage).toBe(REFUSED_OPEN.includes(name) ? 'open' : REFUSED_READ.includes(name) ? 'read' : 'all');
    await checkHostile(path, name);
    expect(performance.now() - startMs, 'milliseconds').toBeLessThan(1000);
  });

  it('is not written when it says that it is corrupt', async () => {
    await using disk = await openDisk(join(hostile, 'q-corrupt-bit.qcow2'), { readOnly: false });
    await expect(disk.write(0, new Uint8Array(512))).rejects.toThrow(/marked corrupt/);
  });

  it('is not written where a refcount block is the refcount table', async () => {
    await using disk = await openDisk(join(hostile, 'q-refblock-self.qcow2'), { readOnly: false });
    await expect(disk.write(disk.size - 512, new Uint8Array(512))).rejects.toThrow(DiskError);
  });
});

async function checkHostile(path: string, name: string): Promise<void> {
  try {
    await using disk = await openForCheck(path);
    const report = await qcow2.check!(disk.image, undefined);
    expect(report.corruptions > 0, JSON.stringify(report.problems.slice(0, 3))).toBe(CORRUPT_IN_CHECK.includes(name));
  } catch (error) {
    expect(error).toBeInstanceOf(DiskError);
    expect(CORRUPT_IN_CHECK.includes(name), String(error)).toBe(false);
  }
}

/** Enough of tar for a flat archive of short names, sparse files included as they are stored. */
function untar(archive: Uint8Array, into: string): void {
  const text = (at: number, length: number): string => new TextDecoder('latin1').decode(archive.subarray(at, at + length)).replace(/\0[\s\S]*$/, '');
  for (let at = 0; at + 512 <= archive.length && archive[at] !== 0;) {
    const length = Number.parseInt(text(at + 124, 12).trim(), 8);
    const type = text(at + 156, 1);
    if (type === '0' || type === '') writeFileSync(join(into, basename(text(at, 100))), archive.subarray(at + 512, at + 512 + length));
    at += 512 + Math.ceil(length / 512) * 512;
  }
}
