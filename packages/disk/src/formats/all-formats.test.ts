import { describe, expect, it } from 'vitest';
import { createIn } from '../open-disk.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { allFormats, FORMAT_ENTRIES, formatNamed, hasSignature } from './all-formats.ts';

describe.each(FORMAT_ENTRIES)('$name', (entry) => {
  it('is called what its entry calls it', async () => {
    const format = await entry.load();
    expect({ name: format.name, aliases: format.aliases }).toEqual({ name: entry.name, aliases: entry.aliases });
    for (const name of [entry.name, ...entry.aliases]) expect(await formatNamed(name)).toBe(format);
  });

  it('has one of its signatures when it is new', async () => {
    const format = await entry.load();
    if (format.create === undefined) return;
    const store = new MemoryStore();
    await (await createIn(store, { format: entry.name, size: 1024 * 1024, passphrase: 'for those that are encrypted' })).close();
    const head = new Uint8Array(Math.min(store.length, 65536)), tail = new Uint8Array(Math.min(store.length, 1024));
    store.read(0, head);
    store.read(store.length - tail.length, tail);
    expect(hasSignature(entry, head, tail)).toBe(true);
  });
});

it('signatures are looked for at the beginning or the end, and within what there is', () => {
  const entry = (at: number, text: string): Parameters<typeof hasSignature>[0] => ({ name: 'x', aliases: [], signatures: [[at, text]], load: async () => (await allFormats())[0]! });
  const head = Buffer.from('abcdef'), tail = Buffer.from('uvwxyz');
  expect([entry(0, 'abc'), entry(2, 'cd'), entry(-3, 'xyz'), entry(-6, 'u')].map((one) => hasSignature(one, head, tail))).toEqual([true, true, true, true]);
  expect([entry(0, 'b'), entry(5, 'fg'), entry(-7, 'u'), entry(-2, 'yzz'), entry(70, 'a')].map((one) => hasSignature(one, head, tail))).toEqual([false, false, false, false, false]);
});

it('raw is the last, and a name that is none is refused', async () => {
  expect(FORMAT_ENTRIES.at(-1)?.name).toBe('raw');
  await expect(formatNamed('qcow7')).rejects.toMatchObject({ code: 'DISK_FORMAT_UNKNOWN' });
});
