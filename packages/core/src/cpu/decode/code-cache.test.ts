import { describe, expect, it } from 'vitest';
import { ARENA_BASE, CODE_MARKS_BASE, CODE_MARKS_BYTES, PAGE_ATTRIBUTES_BASE, pageAttribute } from '../../memory/layout.ts';
import { PhysicalMemory } from '../../memory/physical.ts';
import { CodeCache } from './code-cache.ts';
import type { CodePage } from './code-cache.ts';
import { RECORD_BYTES, record } from './record.ts';

const RELOOKUP = 2, STALE = 8;
const HANDLERS = { relookup: RELOOKUP, stale: STALE, across: 7, counted: 4, translated: 5 };

/** Records one behind another: [offset, length] each. They belong to a run when that is closed. */
const writeRecords = (cache: CodeCache, view: DataView, page: CodePage, instructions: readonly (readonly [number, number])[]): number[] => {
  const first = cache.top;
  instructions.forEach(([offset, length], i) => {
    const at = first + i * RECORD_BYTES;
    view.setUint16(at + record.handler, 77, true);
    view.setUint8(at + record.length, length);
    view.setUint16(at + record.pageOffset, offset, true);
    cache.marks.add(page.physicalPage, offset, offset + length);
  });
  cache.close(page, first + instructions.length * RECORD_BYTES);
  return instructions.map((_, i) => first + i * RECORD_BYTES);
};

/** A run whose first instruction has an entry record, which is the first of the addresses. */
const writeRun = (cache: CodeCache, view: DataView, page: CodePage, offset: number, lengths: readonly number[]): number[] => {
  let at = offset;
  const addresses = writeRecords(cache, view, page, [[offset, 0], ...lengths.map((length) => [(at += length) - length, length] as const)]);
  view.setUint16(addresses[0]! + record.handler, HANDLERS.counted, true);
  view.setUint32(addresses[0]! + record.link, addresses[1]!, true);
  addresses.forEach((address, i) => { if (i !== 1) cache.setRecord(page, view.getUint16(address + record.pageOffset, true), address); });
  return addresses;
};

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

  it('has only the instructions stale whose bytes are written, behind their entry records', () => {
    const { cache, view } = make();
    const page = cache.add(5, 1, 0x1000_5000);
    const [entry, ...records] = writeRun(cache, view, page, 0x20, [3, 5, 1, 15]);
    const handlers = (): number[] => records.map((at) => view.getUint16(at + record.handler, true));
    cache.overwrite(5, 0x38, 0x100); // behind the last
    expect(handlers()).toEqual([77, 77, 77, 77]);
    cache.overwrite(5, 0x23, 0x24);
    expect(handlers()).toEqual([77, STALE, 77, 77]);
    expect(cache.recordAt(page, 0x20)).toBe(entry);
    expect([0x20, 0x23, 0x28].map((offset) => cache.isDecoded(page, offset))).toEqual([true, false, true]);
    cache.overwrite(5, 0x37, 0x38);
    expect(handlers()).toEqual([77, STALE, 77, STALE]);
    cache.overwrite(5, 0, 0x21);
    expect(handlers()).toEqual([STALE, STALE, 77, STALE]);
    expect(cache.staleInstructions).toBe(3);
  });

  it('writes runs where those of discarded pages were, but not before nothing runs there', () => {
    const { cache, view } = make();
    const lengths = [3, 5, 1, 15];
    const bytes = (lengths.length + 1) * RECORD_BYTES;
    /** Decoded as CodeFetch does it: known of the page when the run is closed. */
    const decode = (page: CodePage, offset: number): number => {
      const start = cache.top;
      view.setUint16(start + record.handler, HANDLERS.counted, true);
      view.setUint16(start + record.pageOffset, offset, true);
      view.setUint32(start + record.link, start + RECORD_BYTES, true);
      cache.setRecord(page, offset, start);
      let at = offset;
      for (const [i, length] of lengths.entries()) {
        const to = start + (i + 1) * RECORD_BYTES;
        view.setUint16(to + record.handler, 77, true);
        view.setUint8(to + record.length, length);
        view.setUint16(to + record.pageOffset, at, true);
        if (i) cache.setRecord(page, at, to);
        at += length;
      }
      return cache.close(page, start + bytes);
    };
    const other = cache.add(6, 1, 0x1000_6000);
    let page = cache.add(5, 1, 0x1000_5000);
    const first = [0x20, 0x80].map((offset) => decode(page, offset));
    decode(other, 0x40);
    const end = cache.top;
    cache.discard(5);
    page = cache.add(5, 1, 0x1000_5000);
    expect(decode(page, 0x20)).toBe(end); // a run under way may still be in the others
    for (let round = 0; round < 10; round++) {
      cache.discard(5);
      cache.reclaim();
      page = cache.add(5, 1, 0x1000_5000);
      const again = [0x20, 0x80, 0x100].map((offset) => decode(page, offset));
      expect(again.toSorted()).toEqual([...first, end]);
      expect(page.runs).toEqual([...first, end].flatMap((at) => [at, at + bytes]));
      for (const [n, offset] of [0x20, 0x80, 0x100].entries()) {
        expect(cache.recordAt(page, offset)).toBe(again[n]);
        expect(cache.instructionAt(page, offset)).toBe(again[n]! + RECORD_BYTES);
        expect(cache.recordAt(page, offset + 3)).toBe(again[n]! + 2 * RECORD_BYTES);
        expect(cache.isFollowedBy(page, again[n]! + RECORD_BYTES, offset + 3)).toBe(true);
        expect(cache.isFollowedBy(page, again[n]! + 4 * RECORD_BYTES, offset + 24)).toBe(false);
      }
    }
    expect(cache.top).toBe(end + bytes);
    expect(view.getUint16(cache.instructionAt(other, 0x40) + record.handler, true)).toBe(77);
    // a part of a longer place
    cache.discard(5);
    cache.reclaim();
    const at = cache.top;
    view.setUint16(at + record.pageOffset, 0x200, true);
    cache.setRecord(other, 0x200, at);
    const moved = cache.close(other, at + RECORD_BYTES);
    expect(moved).toBeLessThan(end + bytes);
    expect(cache.recordAt(other, 0x200)).toBe(moved);
    expect(cache.top).toBe(at);
  });

  it('marks the chunks that have instructions, and no others when these have been written over', () => {
    const { cache, memory, view } = make();
    const marked = (): number[] => Array.from({ length: 256 }, (_, chunk) => chunk)
      .filter((chunk) => memory.bytes[CODE_MARKS_BASE + 5 * CODE_MARKS_BYTES + (chunk >> 3)]! & (1 << (chunk & 7)));
    const page = cache.add(5, 1, 0x1000_5000);
    const other = cache.add(5, 2, 0x1000_5000);
    writeRun(cache, view, page, 0x1e, [4, 15, 15]); // up to 0x40
    writeRun(cache, view, page, 0xff1, [15]);
    writeRun(cache, view, other, 0x45, [2]);
    expect(marked()).toEqual([1, 2, 3, 4, 255]);
    cache.overwrite(5, 0x20, 0x21); // in the first instruction; the chunk has some of the second
    expect(marked()).toEqual([1, 2, 3, 4, 255]);
    cache.overwrite(5, 0x30, 0x31); // in the second
    expect(marked()).toEqual([1, 2, 3, 4, 255]);
    cache.overwrite(5, 0x20, 0x21); // nothing is left there
    expect(marked()).toEqual([1, 3, 4, 255]);
    cache.overwrite(5, 0x46, 0x47);
    expect(marked()).toEqual([1, 3, 255]);
    cache.overwrite(5, 0xfff, 0x1000);
    expect(marked()).toEqual([1, 3]);
    cache.discard(5);
    cache.add(5, 1, 0x1000_5000);
    expect(marked()).toEqual([]);
  });

  it('has what leads to a stale instruction lead to the one that takes its place', () => {
    const { cache, view } = make();
    const page = cache.add(5, 1, 0x1000_5000);
    const [entry, first, second] = writeRun(cache, view, page, 0x20, [3, 5]);
    cache.overwrite(5, 0x20, 0x28);
    const again = writeRecords(cache, view, page, [[0x20, 2], [0x22, 6]]);
    cache.place(page, 0x20, again[0]!);
    cache.place(page, 0x23, again[1]!);
    expect(cache.recordAt(page, 0x20)).toBe(entry);
    expect(cache.instructionAt(page, 0x20)).toBe(again[0]);
    expect(cache.instructionAt(page, 0x23)).toBe(again[1]);
    for (const at of [first!, second!]) expect(view.getUint16(at + record.handler, true)).toBe(RELOOKUP);
  });

  it('says what follows a record in its run', () => {
    const { cache, view } = make();
    const page = cache.add(5, 1, 0x1000_5000);
    const runs = [0x20, 0x60, 0xa0].map((offset) => writeRun(cache, view, page, offset, [3, 5]));
    for (const [n, [, first, second]] of runs.entries()) {
      const offset = 0x20 + 0x40 * n;
      expect(cache.isFollowedBy(page, first!, offset + 3)).toBe(true);
      expect(cache.isFollowedBy(page, first!, offset + 4)).toBe(false);
      expect(cache.isFollowedBy(page, second!, offset + 0x40)).toBe(false); // where the next run begins
    }
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
