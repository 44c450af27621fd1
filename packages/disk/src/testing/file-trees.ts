/** Folders of files for tests of file systems, the programs that judge, and comparisons. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { DiskError } from '../errors.ts';
import type { FileSystem } from '../filesystem/file-system.ts';
import { openFileSystem } from '../filesystem/file-systems.ts';
import { list, makeDirectory, readFile, remove, walk, writeFile } from '../filesystem/tree.ts';
import { storeVolume } from '../filesystem/volume.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { isZero } from '../store/store.ts';
import { RandomSource } from './random-source.ts';

/** Is the program there? Programs of e2fsprogs and mtools are in sbin, which a user's path may lack. */
export const has = (program: string): boolean => run(program, ['--version']).isThere;

const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;

interface Answer {
  readonly isThere: boolean;
  readonly status: number | null;
  readonly output: string;
  readonly stdout: Buffer;
}

export function run(program: string, args: readonly string[], { input = '', env = {} }: { readonly input?: string; readonly env?: Readonly<Record<string, string>> } = {}): Answer {
  const { error, status, stdout, stderr } = spawnSync(program, args, { input, env: { ...process.env, PATH, LC_ALL: 'C.UTF-8', ...env }, timeout: 60_000, maxBuffer: 1 << 28 });
  return { isThere: error === undefined || !('code' in error) || error.code !== 'ENOENT', status, output: `${String(stdout ?? '')}${String(stderr ?? '')}`, stdout: stdout ?? Buffer.alloc(0) };
}

/** Throws with what the program said unless it ends with 0. */
export function mustRun(program: string, args: readonly string[], options: Parameters<typeof run>[2] = {}): Buffer {
  const { status, output, stdout } = run(program, args, options);
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${output}`);
  return stdout;
}

/** Files of many sizes, names and kinds. `isPlain`: none that only a Unix file system can hold. */
export function makeSampleTree(folder: string, { isPlain = false, hugeBytes = 3_000_000 } = {}): void {
  const random = new RandomSource(11);
  const write = (name: string, bytes: Uint8Array): void => writeFileSync(join(folder, name), bytes);
  mkdirSync(join(folder, 'empty'), { recursive: true });
  mkdirSync(join(folder, 'many'));
  mkdirSync(join(folder, 'deep/er/and/deeper'), { recursive: true });
  write('empty file', new Uint8Array(0));
  write('one', Uint8Array.of(65));
  for (const size of [59, 60, 61, 100, 511, 512, 513, 1023, 1024, 4095, 4096, 4097, 65_536, 70_001]) write(`size-${size}`, random.bytes(size));
  write('large.bin', random.bytes(hugeBytes));
  write('deep/er/and/deeper/file.txt', new TextEncoder().encode('at the bottom\n'));
  write('Größe und ä ö ü 漢字.txt', new TextEncoder().encode('names\n'));
  write(`${'long '.repeat(30)}name`, new TextEncoder().encode('long\n'));
  for (let i = 0; i < 300; i++) write(`many/file number ${i}`, new TextEncoder().encode(`${i}\n`));
  if (!isPlain) {
    symlinkSync('size-60', join(folder, 'short link'));
    symlinkSync(`${'../'.repeat(30)}somewhere/else/that/is/long/enough`, join(folder, 'long link'));
    symlinkSync('deep/er', join(folder, 'directory link'));
    linkSync(join(folder, 'size-4097'), join(folder, 'hard link'));
    write('Case', Uint8Array.of(1));
    write('case', Uint8Array.of(2));
  }
  for (const name of readdirSync(folder)) if (!name.endsWith('link')) utimesSync(join(folder, name), 1_500_000_000, 1_600_000_002);
}

export interface TreeSummary { readonly [path: string]: string }

const summary = (kind: string, size: number, more: string): string => `${kind} ${size} ${more}`;
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

/** Path to kind, size and contents. */
export function summaryOfFolder(folder: string, under = ''): TreeSummary {
  const all: Record<string, string> = {};
  for (const name of readdirSync(join(folder, under)).sort()) {
    const path = `${under}/${name}`;
    const stat = lstatSync(join(folder, path));
    if (stat.isDirectory()) Object.assign(all, { [path]: 'directory' }, summaryOfFolder(folder, path));
    else if (stat.isSymbolicLink()) all[path] = summary('symlink', 0, readlinkSync(join(folder, path)));
    else if (stat.isFile()) all[path] = summary('file', stat.size, digest(readFileSync(join(folder, path))));
  }
  return all;
}

export async function summaryOfFileSystem(fileSystem: FileSystem, { ignore = [] as readonly string[] } = {}): Promise<TreeSummary> {
  const all: Record<string, string> = {};
  for await (const { path, node } of walk(fileSystem, { node: await fileSystem.root(), path: '/' })) {
    if (ignore.some((name) => path === name || path.startsWith(`${name}/`))) continue;
    if (node.kind === 'directory') all[path] = 'directory';
    else if (node.kind === 'symlink') all[path] = summary('symlink', 0, await fileSystem.target(node));
    else if (node.kind === 'file') {
      const hash = createHash('sha256');
      for await (const piece of readFile(fileSystem, node, { pieceBytes: 99_991 })) hash.update(piece);
      all[path] = summary('file', node.size, hash.digest('hex').slice(0, 16));
    }
  }
  return all;
}

export interface DamageOptions {
  readonly cases?: number;
  readonly seed?: number;
  /** Where damage is done: stretches of metadata. */
  readonly places: readonly { readonly start: number; readonly length: number }[];
  readonly mostMs?: number;
  /** Change it as well. */
  readonly isWritten?: boolean;
}

const PAGE_BYTES = 64 * 1024;

/** Damaged bytes in a file system's structures: it is read or refused with a DiskError, and in bounded time. */
export async function expectDamageIsHarmless(pristine: Uint8Array, { cases = 150, seed = 5, places, mostMs = 3000, isWritten = false }: DamageOptions): Promise<void> {
  const random = new RandomSource(seed);
  const times = Math.ceil(cases * Number(process.env['WORLDSWITCH_FUZZ'] ?? 1));
  const pages: number[] = [];
  for (let at = 0; at < pristine.length; at += PAGE_BYTES) if (!isZero(pristine.subarray(at, at + PAGE_BYTES))) pages.push(at);
  for (let i = 0; i < times; i++) {
    const store = new MemoryStore('damaged');
    for (const at of pages) store.write(at, pristine.subarray(at, at + PAGE_BYTES));
    store.resize(pristine.length);
    for (let n = 1 + random.below(6); n > 0; n--) {
      const { start, length } = random.pick(places);
      const width = random.pick([1, 1, 2, 4, 8]);
      const value = random.pick([0, 1, 0x7f, 0x80, 0xff, random.below(256)]);
      store.write(Math.min(pristine.length - width, start + random.below(length)), new Uint8Array(width).fill(value));
    }
    if (random.isOnceIn(16)) store.resize(random.below(pristine.length));
    const startMs = performance.now();
    try {
      const fileSystem = await openFileSystem(storeVolume(store));
      await readAll(fileSystem);
      if (isWritten) await changeSome(await openFileSystem(storeVolume(store), { isWritable: true }));
    } catch (error) {
      if (!(error instanceof DiskError)) throw new Error(`seed ${seed}, damage ${i}: not a DiskError`, { cause: error });
    }
    expect(performance.now() - startMs, `seed ${seed}, damage ${i}: milliseconds`).toBeLessThan(mostMs);
  }
}

/** Something of each kind of change. */
async function changeSome(fileSystem: FileSystem): Promise<void> {
  const names = (await list(fileSystem, await fileSystem.root())).map(({ name }) => name);
  await makeDirectory(fileSystem, '/made/by/test', { isDeep: true });
  for (let i = 0; i < 20; i++) await writeFile(fileSystem, `/made/a name that is not short ${i}`, { bytes: [new Uint8Array(5000).fill(i)] });
  for (const name of names.slice(0, 5)) await remove(fileSystem, `/${name}`, { isDeep: true });
  await fileSystem.flush();
}

/** Looks at everything; a damaged node does not hide the others. */
async function readAll(fileSystem: FileSystem): Promise<void> {
  const pending = [await fileSystem.root()];
  const seen = new Set<number>();
  let first: DiskError | undefined;
  const tolerant = async (action: () => Promise<void>): Promise<void> => {
    try {
      await action();
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      first ??= error;
    }
  };
  let left = 8 * 1024 * 1024;
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    if (seen.has(directory.id)) continue;
    seen.add(directory.id);
    const here = directory;
    await tolerant(async () => {
      for (const { node } of await list(fileSystem, here)) {
        await tolerant(async () => {
          if (node.kind === 'directory') pending.push(node);
          else if (node.kind === 'symlink') await fileSystem.target(node);
          else if (node.kind === 'file' && left > 0) {
            // The end of a file that says it is huge is looked at as well.
            const length = Math.min(node.size, 64 * 1024);
            left -= length;
            await fileSystem.read(node, 0, new Uint8Array(length));
            await fileSystem.read(node, node.size - length, new Uint8Array(length));
          }
        });
      }
    });
  }
  await tolerant(async () => {
    if (fileSystem.freeRanges === undefined) return;
    let end = 0;
    for await (const { start, length } of fileSystem.freeRanges()) {
      expect(start).toBeGreaterThanOrEqual(end);
      expect(length).toBeGreaterThan(0);
      end = start + length;
    }
  });
  if (first !== undefined) throw first;
}
