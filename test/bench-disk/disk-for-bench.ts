/** The disk that is converted: an ext4 of 2 GiB with about 600 MiB of this machine's programs and texts, made once and kept in the cache. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, opendirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { cacheFolder } from '../guests/cache.ts';

const MIB = 1024 * 1024;
const DISK_BYTES = 2048 * MIB;
const CONTENTS_BYTES = 470 * MIB;
/** A mixture as a system's disk has it: programs, libraries, texts, archives. */
const SOURCES = [['/usr/bin', 110 * MIB], ['/usr/share', 200 * MIB], ['/usr/lib', CONTENTS_BYTES]] as const;
/** Archives of its own would make the mixture another one. */
const LARGEST_FILE_BYTES = 24 * MIB;

/** Its path, or why there is none. */
export function diskForBench(): { readonly path: string } | { readonly missing: string } {
  const folder = join(cacheFolder(), 'bench-disk');
  const path = join(folder, 'base.raw');
  if (existsSync(path)) return { path };
  const staging = join(folder, 'contents');
  rmSync(staging, { recursive: true, force: true });
  let bytes = 0;
  for (const [source, upTo] of SOURCES) bytes = copySome(source, join(staging, relative('/', source)), bytes, upTo);
  const partial = `${path}.partial`;
  rmSync(partial, { force: true });
  const made = spawnSync('mke2fs', ['-q', '-F', '-t', 'ext4', '-d', staging, partial, `${DISK_BYTES / MIB}M`], { encoding: 'utf8', env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` } });
  rmSync(staging, { recursive: true, force: true });
  if (made.status !== 0) return { missing: `mke2fs: ${made.error?.message ?? made.stderr}` };
  renameSync(partial, path);
  return { path };
}

/** Copies regular files in the order of their names until there are `upTo` bytes. @returns how many there are now */
function copySome(from: string, to: string, bytes: number, upTo: number): number {
  let sum = bytes;
  const folder = opendirSync(from);
  const entries = [];
  for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) entries.push(entry);
  folder.closeSync();
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (sum >= upTo) break;
    const source = join(from, entry.name);
    if (entry.isDirectory()) {
      sum = copySome(source, join(to, entry.name), sum, upTo);
    } else if (entry.isFile() && statSync(source).size <= LARGEST_FILE_BYTES) {
      mkdirSync(dirname(join(to, entry.name)), { recursive: true });
      copyFileSync(source, join(to, entry.name));
      sum += statSync(source).size;
    }
  }
  return sum;
}
