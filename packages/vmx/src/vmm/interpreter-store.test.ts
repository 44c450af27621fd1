import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FolderStore } from './interpreter-store.ts';

let root = '';
let folder = '';
let sources = '';
const BYTES = Uint8Array.from({ length: 5000 }, (_, n) => n & 0xff);
const store = (): FolderStore => new FolderStore(folder, sources);
const kept = (pages = 1): number[] | undefined => {
  const bytes = store().load(pages);
  return bytes && [...bytes];
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'interpreter-store-'));
  folder = join(root, 'cache', 'interpreter');
  sources = join(root, 'src');
  mkdirSync(join(sources, 'cpu'), { recursive: true });
  writeFileSync(join(sources, 'cpu', 'a.ts'), 'export const a = 1;\n');
});
afterEach(() => rmSync(root, { recursive: true }));

describe('the store of the generated interpreter', () => {
  it('gives back to another process of the same sources what was kept, by the size of the memory', () => {
    expect(kept()).toBe(undefined);
    store().keep(1, BYTES);
    expect(kept()).toEqual([...BYTES]);
    expect(kept(2)).toBe(undefined);
    expect(readdirSync(folder)).toEqual(['interpreter-1']);
    const elsewhere = join(root, 'elsewhere');
    cpSync(sources, elsewhere, { recursive: true });
    expect([...new FolderStore(folder, elsewhere).load(1)!]).toEqual([...BYTES]);
  });

  it.each([
    ['changed, with the same size', () => writeFileSync(join(sources, 'cpu', 'a.ts'), 'export const a = 2;\n')],
    ['added', () => writeFileSync(join(sources, 'b.ts'), '')],
    ['moved', () => { writeFileSync(join(sources, 'a.ts'), readFileSync(join(sources, 'cpu', 'a.ts'))); rmSync(join(sources, 'cpu', 'a.ts')); }],
  ])('gives nothing after a source was %s, and takes what is made of those', (_, change) => {
    store().keep(1, BYTES);
    change();
    expect(kept()).toBe(undefined);
    store().keep(1, BYTES.subarray(7));
    expect(kept()).toEqual([...BYTES.subarray(7)]);
  });

  it('knows nothing of tests', () => {
    store().keep(1, BYTES);
    writeFileSync(join(sources, 'cpu', 'a.test.ts'), '');
    expect(kept()).toEqual([...BYTES]);
  });

  it('gives nothing of a file that was damaged in any byte, cut or is none', () => {
    store().keep(1, BYTES);
    const path = join(folder, 'interpreter-1');
    const whole = readFileSync(path);
    for (const at of [0, 31, 32, 63, 64, whole.length - 1]) {
      const damaged = Buffer.from(whole);
      damaged[at]! ^= 1;
      writeFileSync(path, damaged);
      expect(kept()).toBe(undefined);
    }
    for (const length of [whole.length - 1, 64, 40, 0]) {
      writeFileSync(path, whole);
      truncateSync(path, length);
      expect(kept()).toBe(undefined);
    }
    rmSync(path);
    mkdirSync(path);
    expect(kept()).toBe(undefined);
    store().keep(1, BYTES);
    expect(readdirSync(folder)).toEqual(['interpreter-1']);
  });

  it('does without a folder that cannot be made, or written', () => {
    writeFileSync(join(root, 'cache'), 'a file');
    store().keep(1, BYTES);
    expect(kept()).toBe(undefined);
    rmSync(join(root, 'cache'));
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o500);
    store().keep(1, BYTES);
    chmodSync(folder, 0o700);
    // root may write everywhere
    expect([undefined, BYTES.length]).toContain(kept()?.length);
  });

  it('keeps the newest few', () => {
    for (let pages = 1; pages <= 12; pages++) {
      store().keep(pages, BYTES);
      utimesSync(join(folder, `interpreter-${pages}`), pages, pages);
    }
    expect(readdirSync(folder)).toHaveLength(8);
    expect([kept(4), kept(5)?.length, kept(12)?.length]).toEqual([undefined, BYTES.length, BYTES.length]);
  });
});
