/** Images of other programs, and those of an attacker: ../shared/images beside the working copy. */
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Disk } from '../../disk.ts';
import { DiskError } from '../../errors.ts';
import { openDisk, openStore } from '../../open-disk.ts';
import { FileStore } from '../../store/file-store.ts';
import { MemoryStore } from '../../store/memory-store.ts';
import type { StoreExtent } from '../../store/store.ts';
import { corpusFile, corpusRows, hasCorpus, hostileFile, NO_CORPUS, nz64 } from '../../testing/corpus.ts';
import { qcow2 } from './format.ts';

const folder = mkdtempSync(join(tmpdir(), 'worldswitch-qcow2-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy that can be opened. */
function unpacked(file: string): string {
  const place = join(folder, basename(file, '.gz'));
  if (!existsSync(place)) writeFileSync(place, corpusFile(file));
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

  override extents(start: number, length: number): StoreExtent[] {
    return [{ start, length, isData: true }];
  }
}

async function openImage(place: string): Promise<Disk> {
  const dataFile = DATA_FILES[basename(place)];
  if (dataFile === undefined) return openDisk(place);
  const refuse = (): never => { throw new Error('nothing else is named'); };
  return openStore(await FileStore.open(place), {}, { open: async () => new BytesStore(corpusFile(dataFile)), create: async () => refuse() });
}

describe.skipIf(!hasCorpus)(hasCorpus ? 'images of others' : `images of others: ${NO_CORPUS}`, () => {
  const rows = corpusRows('').filter(({ file }) => file.includes('.qcow2'));
  it('are there', () => expect(rows.length).toBe(10));
  it.each(rows)('$file', async ({ file, size, nz64: expected }) => {
    const [, path, snapshot] = /^(\S+)(?: \((?:snapshot id (\d+)|active)\))?$/.exec(file)!;
    const place = unpacked(path!);
    for (const [name, other] of Object.entries(BESIDE[basename(place)] ?? {})) copyFileSync(unpacked(other), join(folder, name));
    await using disk = await openImage(place);
    const shown = snapshot === undefined ? disk : new Disk({ image: await disk.image.snapshots!.open(snapshot) });
    expect(shown.size).toBe(size);
    expect(await nz64(shown)).toBe(expected);
    await using checked = await openForCheck(place);
    const report = await qcow2.check!(checked.image, undefined);
    expect(report.corruptions, JSON.stringify(report.problems.slice(0, 3))).toBe(0);
  }, 30_000);
});

const openForCheck = (path: string): Promise<Disk> => openDisk(path, { format: qcow2.name, isForCheck: true, withoutParent: true });

/** What a hostile image gives: refused when it is opened, when it is read, or read as it is; and how many problems qemu-img's check would call corruptions. */
const REFUSED_OPEN = [
  'q-l1-size-huge', 'q-l1-size-small', 'q-l1-unaligned', 'q-l1-past-eof', 'q-size-huge', 'q-cluster-bits-8', 'q-cluster-bits-31', 'q-refcount-order-7', 'q-reftable-huge', 'q-header-length-huge', 'q-unknown-incompat',
  'q-comp-type-9', 'q-comp-bit-no-type', 'q-snap-count-huge', 'q-ext-len-huge', 'q-backing-self', 'q-backing-loop-a', 'q-backing-loop-b', 'q-backing-etc-passwd', 'q-backing-traversal', 'q-backing-json', 'q-backing-nbd',
  'q-backing-name-long', 'q-datafile-etc-passwd',
];
const REFUSED_READ = ['q-l2-self', 'q-l2-past-eof', 'q-data-in-header', 'q-data-unaligned', 'q-data-past-eof', 'q-reserved-bits', 'q-truncated'];
const READ = ['q-corrupt-bit', 'q-dirty-bit', 'q-refblock-self', 'q-bomb-64G'];
const CORRUPT_IN_CHECK = ['q-l1-past-eof', 'q-l2-self', 'q-l2-past-eof', 'q-data-unaligned', 'q-data-past-eof', 'q-reserved-bits', 'q-refblock-self', 'q-truncated', 'q-bomb-64G'];

describe.skipIf(!hasCorpus)(hasCorpus ? 'hostile images' : `hostile images: ${NO_CORPUS}`, () => {
  const names = [...REFUSED_OPEN, ...REFUSED_READ, ...READ];
  // Loops are among them, so all are put beside one another.
  if (hasCorpus) for (const name of names) writeFileSync(join(folder, `${name}.qcow2`), hostileFile(`${name}.qcow2`));

  it.each(names)('%s', async (name) => {
    const path = join(folder, `${name}.qcow2`);
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
    await using disk = await openDisk(join(folder, 'q-corrupt-bit.qcow2'), { readOnly: false });
    await expect(disk.write(0, new Uint8Array(512))).rejects.toThrow(/marked corrupt/);
  });

  it('is not written where a refcount block is the refcount table', async () => {
    await using disk = await openDisk(join(folder, 'q-refblock-self.qcow2'), { readOnly: false });
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
