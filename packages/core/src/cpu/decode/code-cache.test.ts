import { describe, expect, it } from 'vitest';
import { ARENA_BASE, PAGE_ATTRIBUTES_BASE, pageAttribute } from '../../memory/layout.ts';
import { PhysicalMemory } from '../../memory/physical.ts';
import { CodeCache } from './code-cache.ts';
import { RECORD_BYTES, record } from './record.ts';

const RELOOKUP = 2;
const HANDLERS = { relookup: RELOOKUP, stale: 8, across: 7, counted: 4, translated: 5 };

const make = (): { cache: CodeCache; memory: PhysicalMemory; view: DataView } => {
  const memory = new PhysicalMemory(0x10_0000);
  return { cache: new CodeCache(memory.wasm.buffer, HANDLERS), memory, view: new DataView(memory.wasm.buffer) };
};

describe('CodeCache', () => {
  it('finds a page by number and mode, and marks it as holding code', () => {
    const { cache, memory } = make();
    const page = cache.add(5, 1, 0x1000_5000);
    expect(cache.find(5, 1)).toBe(page);
    expect(cache.find(5, 2)).toBeUndefined();
    expect(cache.page(page.directory)).toBe(page);
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
    cache.discard(5);
    for (const first of starts) for (const at of [first, first + RECORD_BYTES]) expect(view.getUint16(at + record.handler, true)).toBe(RELOOKUP);
    expect([cache.find(5, 1), cache.find(5, 2), cache.find(6, 1)]).toEqual([undefined, undefined, other]);
    expect(memory.bytes[PAGE_ATTRIBUTES_BASE + 5]! & pageAttribute.code).toBe(0);
  });

  it('keeps the records of far and near offsets of a page apart', () => {
    const { cache } = make();
    const page = cache.add(5, 1, 0x1000_5000);
    const offsets = [0, 1, 63, 64, 2048, 4095];
    offsets.forEach((offset, i) => cache.setRecord(page, offset, 0x100 + i));
    expect(offsets.map((offset) => cache.recordAt(page, offset))).toEqual([0x100, 0x101, 0x102, 0x103, 0x104, 0x105]);
    expect([2, 62, 65, 2047, 4094].map((offset) => cache.recordAt(page, offset))).toEqual([0, 0, 0, 0, 0]);
  });

  it('gives directories and tables that are used again empty', () => {
    const { cache } = make();
    const page = cache.add(5, 1, 0x1000_5000);
    for (let offset = 0; offset < 4096; offset += 64) cache.setRecord(page, offset, 0x1234);
    cache.discard(5);
    for (const number of [7, 8]) {
      const again = cache.add(number, 1, 0x1000_0000 + number * 4096);
      for (let offset = 0; offset < 4096; offset++) expect(cache.recordAt(again, offset)).toBe(0);
      for (let offset = 0; offset < 4096; offset += 64) cache.setRecord(again, offset + 1, 0x5678);
      expect(cache.recordAt(again, 0)).toBe(0);
    }
    cache.empty();
    expect(cache.top).toBe(ARENA_BASE);
    expect(cache.recordAt(cache.add(9, 1, 0x1000_9000), 1)).toBe(0);
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
