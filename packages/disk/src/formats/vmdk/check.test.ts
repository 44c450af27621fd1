import { describe, expect, it } from 'vitest';
import { viewOf } from '../../layout.ts';
import { createIn, openStore } from '../../open-disk.ts';
import { MemoryStore } from '../../store/memory-store.ts';
import { vmdk } from './format.ts';
import { SPARSE_HEADER } from './layout.ts';

const MIB = 1024 * 1024;
const GRAIN = 64 * 1024;

interface Built {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Of the first grain table's first entry, in bytes: of the copy that is read, and of the other. */
  readonly table: number;
  readonly redundantTable: number;
  readonly directory: number;
}

/** 4 MiB whose first 20 grains are written, each with its number. */
async function build(options: Record<string, boolean> = {}): Promise<Built> {
  const store = new MemoryStore('disk.vmdk');
  {
    await using disk = await createIn(store, { format: 'vmdk', size: 4 * MIB, options });
    for (let i = 0; i < 20; i++) await disk.write(i * GRAIN, new Uint8Array(GRAIN).fill(i + 1));
  }
  const bytes = new Uint8Array(store.length);
  store.read(0, bytes);
  const view = viewOf(bytes);
  const header = SPARSE_HEADER.read(bytes);
  const directory = Number(header.gdOffset) * 512;
  return { bytes, view, directory, table: view.getUint32(directory, true) * 512, redundantTable: view.getUint32(Number(header.rgdOffset) * 512, true) * 512 };
}

async function checked(bytes: Uint8Array, repair?: 'leaks' | 'all'): Promise<{ report: Awaited<ReturnType<NonNullable<typeof vmdk.check>>>; bytes: Uint8Array }> {
  const store = new MemoryStore('disk.vmdk', bytes);
  await using disk = await openStore(store, { format: 'vmdk', isForCheck: true, readOnly: repair === undefined });
  const report = await vmdk.check!(disk.image, repair);
  await disk.close();
  const after = new Uint8Array(store.length);
  store.read(0, after);
  return { report, bytes: after };
}

async function firstBytes(bytes: Uint8Array): Promise<number[]> {
  await using disk = await openStore(new MemoryStore('disk.vmdk', bytes), { format: 'vmdk' });
  const all = new Uint8Array(disk.size);
  await disk.read(0, all);
  return Array.from({ length: 20 }, (_, i) => all[i * GRAIN]!);
}

const ALL = Array.from({ length: 20 }, (_, i) => i + 1);
const WHOLE = { corruptions: 0, leaks: 0, problems: [] };

describe('check of a sparse extent', () => {
  it('finds nothing wrong with what is right', async () => {
    const { bytes } = await build();
    expect((await checked(bytes)).report).toMatchObject({ ...WHOLE, allocated: 20, total: 64, fragmented: 0, compressed: 0, endOffset: bytes.length });
  });
  it('tells that the two copies of a table differ, which reading does not notice', async () => {
    const { bytes, view, table, redundantTable } = await build();
    view.setUint32(redundantTable, view.getUint32(table + 4, true), true);
    expect((await checked(bytes)).report).toMatchObject({ corruptions: 1, problems: [{ kind: 'corruption', message: /differ about the grain of the disk's byte 0$/ }] });
    const repaired = await checked(bytes, 'all');
    expect(repaired.report).toMatchObject({ corruptions: 0, corruptionsFixed: 1 });
    expect((await checked(repaired.bytes)).report).toMatchObject(WHOLE);
    expect(await firstBytes(repaired.bytes)).toEqual(ALL);
  });
  it('takes an entry from the copy that is sound', async () => {
    const { bytes, view, table } = await build();
    view.setUint32(table + 8, 0x00ff_ffff, true);
    view.setUint32(table + 12, 3, true);
    await expect(firstBytes(bytes)).rejects.toMatchObject({ code: 'DISK_IMAGE_TRUNCATED' });
    expect((await checked(bytes)).report).toMatchObject({ corruptions: 2 });
    const repaired = await checked(bytes, 'all');
    expect(repaired.report).toMatchObject({ corruptions: 0, corruptionsFixed: 2 });
    expect((await checked(repaired.bytes)).report).toMatchObject(WHOLE);
    expect(await firstBytes(repaired.bytes)).toEqual(ALL);
  });
  it('gives up a grain that neither copy has', async () => {
    const { bytes, view, table, redundantTable } = await build();
    for (const at of [table, redundantTable]) view.setUint32(at + 8, 0x00ff_ffff, true);
    const repaired = await checked(bytes, 'all');
    expect(repaired.report).toMatchObject({ corruptions: 0, corruptionsFixed: 1, leaksFixed: 1, problems: [{ message: /it is lost$/ }, { kind: 'leak' }] });
    expect((await checked(repaired.bytes)).report).toMatchObject(WHOLE);
    expect(await firstBytes(repaired.bytes)).toEqual(ALL.with(2, 0));
  });
  it('takes a whole table from the other copy where the directory is wrong', async () => {
    for (const place of [2 ** 31, 1, undefined]) {
      const { bytes, view, directory } = await build();
      view.setUint32(directory, place ?? directory / 512, true);
      await expect(firstBytes(bytes)).rejects.toMatchObject({ kind: 'corrupt' });
      expect((await checked(bytes)).report.corruptions).toBeGreaterThan(0);
      const repaired = await checked(bytes, 'all');
      expect(repaired.report.corruptions).toBe(0);
      expect(await firstBytes(repaired.bytes)).toEqual(ALL);
      expect((await checked(repaired.bytes)).report.corruptions).toBe(0);
    }
  });
  it('tells of two grains at one place', async () => {
    const { bytes, view, table, redundantTable } = await build();
    for (const at of [table, redundantTable]) view.setUint32(at + 8, view.getUint32(at + 4, true), true);
    expect((await checked(bytes)).report).toMatchObject({ corruptions: 1, leaks: 1, problems: [{ message: /two grains are at the same place/ }, { kind: 'leak' }] });
    const repaired = await checked(bytes, 'all');
    expect(repaired.report).toMatchObject({ corruptions: 0, corruptionsFixed: 1, leaksFixed: 1 });
    expect((await checked(repaired.bytes)).report).toMatchObject({ ...WHOLE, allocated: 20 });
    expect(await firstBytes(repaired.bytes)).toEqual(ALL.with(2, 2));
  });
  it('tells of a grain over the tables', async () => {
    const { bytes, view, table, redundantTable } = await build();
    for (const at of [table, redundantTable]) view.setUint32(at, Math.floor(redundantTable / 512), true);
    expect((await checked(bytes)).report).toMatchObject({ corruptions: 1, problems: [{ message: /structures/ }, { kind: 'leak' }] });
    expect((await checked((await checked(bytes, 'all')).bytes)).report).toMatchObject(WHOLE);
  });
  it('leaves an extent alone whose directory is lost', async () => {
    const { bytes } = await build();
    SPARSE_HEADER.write(bytes, { gdOffset: 1n << 40n });
    await expect(firstBytes(bytes)).rejects.toMatchObject({ context: { field: 'gdOffset' } });
    const repaired = await checked(bytes, 'all');
    expect(repaired.report.corruptions).toBeGreaterThan(0);
    expect(Buffer.compare(repaired.bytes, bytes)).toBe(0);
  });
  it('closes the gaps', async () => {
    const { bytes, view, table, redundantTable } = await build();
    for (const at of [table, redundantTable]) for (const slot of [1, 4, 5, 19]) view.setUint32(at + slot * 4, 0, true);
    const expected = ALL.map((byte, i) => ([1, 4, 5, 19].includes(i) ? 0 : byte));
    expect((await checked(bytes)).report).toMatchObject({ corruptions: 0, leaks: 4 });
    const repaired = await checked(bytes, 'leaks');
    expect(repaired.report).toMatchObject({ corruptions: 0, leaks: 0, leaksFixed: 4 });
    expect(repaired.bytes.length).toBe(bytes.length - 4 * GRAIN);
    expect((await checked(repaired.bytes)).report).toMatchObject({ ...WHOLE, allocated: 16 });
    expect(await firstBytes(repaired.bytes)).toEqual(expected);
  });
  it('tells that it was not closed, and closes it', async () => {
    const { bytes } = await build();
    bytes[72] = 1;
    expect((await checked(bytes)).report).toMatchObject({ corruptions: 0, problems: [{ kind: 'warning', message: /not closed/ }] });
    expect((await checked((await checked(bytes, 'all')).bytes)).report).toMatchObject(WHOLE);
  });
  it('tells that descriptor and header disagree', async () => {
    const { bytes } = await build();
    const at = Buffer.from(bytes).indexOf('RW 8192');
    bytes.set(Buffer.from('RW 8190'), at);
    expect((await checked(bytes)).report).toMatchObject({ problems: [{ kind: 'warning', message: /the header one of 4194304/ }] });
  });
  it('is in use as long as it is open for writing', async () => {
    const store = new MemoryStore('disk.vmdk', (await build({ zeroed_grain: true })).bytes);
    const mark = new Uint8Array(1);
    const disk = await openStore(store, { format: 'vmdk', readOnly: false });
    store.read(72, mark);
    expect(mark[0]).toBe(0);
    await disk.write(0, new Uint8Array(512).fill(1));
    store.read(72, mark);
    expect(mark[0]).toBe(1);
    await disk.close();
    store.read(72, mark);
    expect(mark[0]).toBe(0);
  });
});
