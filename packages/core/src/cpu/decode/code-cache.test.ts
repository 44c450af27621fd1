import { describe, expect, it } from 'vitest';
import { ARENA_BASE, PAGE_ATTRIBUTES_BASE, pageAttribute } from '../../memory/layout.ts';
import { PhysicalMemory } from '../../memory/physical.ts';
import { CodeCache } from './code-cache.ts';
import { RECORD_BYTES, record } from './record.ts';

const RELOOKUP = 2;

const make = (): { cache: CodeCache; memory: PhysicalMemory; view: DataView } => {
  const memory = new PhysicalMemory(0x10_0000);
  return { cache: new CodeCache(memory.wasm.buffer, RELOOKUP), memory, view: new DataView(memory.wasm.buffer) };
};

describe('CodeCache', () => {
  it('finds a page by number and mode, and marks it as holding code', () => {
    const { cache, memory } = make();
    const page = cache.add(5, 1, 0x1000_5000);
    expect(cache.find(5, 1)).toBe(page);
    expect(cache.find(5, 2)).toBeUndefined();
    expect(cache.page(page.table)).toBe(page);
    expect(memory.bytes[PAGE_ATTRIBUTES_BASE + 5]! & pageAttribute.code).toBe(pageAttribute.code);
  });

  it('turns the records of every mode of a written page into look-ups, and forgets the page', () => {
    const { cache, memory, view } = make();
    const starts = [1, 2].map((mode) => {
      const page = cache.add(5, mode, 0x1000_5000);
      const first = cache.top;
      view.setUint16(first + record.handler, 77, true);
      view.setUint16(first + RECORD_BYTES + record.handler, 78, true);
      cache.setRecord(page, 0x10, first);
      cache.close(page, first + 2 * RECORD_BYTES);
      return first;
    });
    const other = cache.add(6, 1, 0x1000_6000);
    cache.invalidate(5);
    for (const first of starts) for (const at of [first, first + RECORD_BYTES]) expect(view.getUint16(at + record.handler, true)).toBe(RELOOKUP);
    expect([cache.find(5, 1), cache.find(5, 2), cache.find(6, 1)]).toEqual([undefined, undefined, other]);
    expect(memory.bytes[PAGE_ATTRIBUTES_BASE + 5]! & pageAttribute.code).toBe(0);
  });

  it('gives a table that is used again, or that lies where records were, empty', () => {
    const { cache, view } = make();
    const page = cache.add(5, 1, 0x1000_5000);
    cache.setRecord(page, 0xfff, 0x1234);
    cache.invalidate(5);
    const again = cache.add(7, 1, 0x1000_7000);
    expect(again.table).toBe(page.table);
    expect(cache.recordAt(again, 0xfff)).toBe(0);
    for (let i = 0; i < 0x2_0000; i += 4) view.setUint32(cache.top + i, 0xdead, true);
    cache.close(again, cache.top + 0x2_0000);
    cache.empty();
    expect(cache.top).toBe(ARENA_BASE);
    const fresh = [1, 2, 3].map((mode) => cache.add(8, mode, 0x1000_8000));
    for (const { table } of fresh) for (let i = 0; i < 4096; i += 64) expect(view.getUint32(table + 4 * i, true)).toBe(0);
  });

  it('is full before a page and the longest run no longer fit', () => {
    const { cache } = make();
    const page = cache.add(5, 1, 0x1000_5000);
    expect(cache.isFull).toBe(false);
    cache.close(page, 0x1000_0000 - 0x1000);
    expect(cache.isFull).toBe(true);
    cache.empty();
    expect(cache.isFull).toBe(false);
  });
});
