/**
 * The guest programs of test/guests/programs: compiled without a C library, so that a compiler is all they need, and kept in the cache folder.
 *
 * What is cached: programs/DIGEST/NAME, by digest of sources, options and compiler version.
 * Missing: compilers other than GCC, and hosts whose compiler makes no x86 code.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache.ts';
import type { GuestArchitecture } from './guests.ts';
import type { GuestFile } from './initramfs.ts';

const folder = join(import.meta.dirname, 'programs');
const RUNTIME = 'runtime.c';
/** Where the programs are in the guest. */
export const PROGRAM_FOLDER = 'bench';

/** The same baseline for both; SSE2 for double and float also on i386, so that both compute the same. */
const OPTIONS = [
  '-std=gnu11', '-O2', '-march=x86-64', '-mtune=generic', '-mfpmath=sse', '-fno-math-errno', '-Wall', '-Wextra', '-Werror',
  '-ffreestanding', '-fno-stack-protector', '-fcf-protection=none', '-fno-asynchronous-unwind-tables', '-fno-pie',
  '-no-pie', '-static', '-nostdlib', '-s', '-Wl,--build-id=none', '-Wl,-z,noexecstack',
];
const ARCHITECTURE_OPTION: Readonly<Record<GuestArchitecture, string>> = { amd64: '-m64', i386: '-m32' };

export const PROGRAM_NAMES: readonly string[] = readdirSync(folder).filter((file) => file.endsWith('.c') && file !== RUNTIME).map((file) => file.slice(0, -2)).sort();

export interface Programs {
  /** What compiled them: the figures depend on it. */
  readonly compiler: string;
  /** Name → path of the executable. */
  readonly paths: ReadonlyMap<string, string>;
  /** For an initramfs. */
  readonly files: readonly GuestFile[];
}

/** The programs for `arch`, or why they cannot be had here. */
export function compilePrograms(arch: GuestArchitecture, cache = cacheFolder()): Programs | { readonly missing: string } {
  const compiler = findCompiler();
  if (compiler === undefined) {
    return { missing: 'no GCC that makes x86-64 code (gcc or x86_64-linux-gnu-gcc), so no guest programs' };
  }
  const options = [ARCHITECTURE_OPTION[arch], ...OPTIONS];
  const hash = createHash('sha256').update(JSON.stringify([compiler.version, options]));
  for (const file of readdirSync(folder).sort()) {
    hash.update(`\n${file}\n`).update(readFileSync(join(folder, file)));
  }
  const target = join(cache, 'programs', hash.digest('hex').slice(0, 16));
  const paths = new Map<string, string>();
  for (const name of PROGRAM_NAMES) {
    const path = join(target, name);
    if (!existsSync(path)) {
      const problem = compile(compiler.command, options, name, path);
      if (problem !== undefined) {
        return { missing: `${compiler.command} ${ARCHITECTURE_OPTION[arch]} does not compile ${name}.c: ${problem}` };
      }
    }
    paths.set(name, path);
  }
  const files = [...paths].map(([name, path]): GuestFile => ({ name: `${PROGRAM_FOLDER}/${name}`, data: readFileSync(path) }));
  return { compiler: compiler.version, paths, files };
}

function compile(command: string, options: readonly string[], name: string, path: string): string | undefined {
  const partial = `${path}.${process.pid}.linked`;
  mkdirSync(join(path, '..'), { recursive: true });
  try {
    const { status, stderr } = spawnSync(command, [...options, '-o', partial, join(folder, RUNTIME), join(folder, `${name}.c`)], { encoding: 'utf8' });
    if (status !== 0) {
      return stderr.split('\n').find((line) => /error|cannot|fatal/.test(line)) ?? `status ${status}`;
    }
    renameSync(partial, path);
    return undefined;
  } finally {
    rmSync(partial, { force: true });
  }
}

function findCompiler(): { command: string; version: string } | undefined {
  for (const command of ['gcc', 'x86_64-linux-gnu-gcc']) {
    const { status, stdout } = spawnSync(command, ['-dumpmachine'], { encoding: 'utf8' });
    if (status === 0 && stdout.startsWith('x86_64')) {
      const version = spawnSync(command, ['--version'], { encoding: 'utf8' }).stdout.split('\n')[0] ?? '';
      return { command, version };
    }
  }
  return undefined;
}
