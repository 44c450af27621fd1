/** The laws of the tree (ARCHITECTURE.md, "Laws"), each as a test that names the offending files. */
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const CORE = 'packages/core/src';

interface Source {
  /** From the repository's root. */
  readonly path: string;
  readonly text: string;
  /** Module specifiers; relative ones resolved to a path from the repository's root. */
  readonly imports: readonly string[];
}

function* walk(folder: string): Generator<string> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = posix.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== 'node_modules') {
        yield path;
        yield* walk(path);
      }
    } else {
      yield path;
    }
  }
}

/** Comments and nothing else are taken out; a string that looks like a comment would be cut, which no law minds. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[^]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

function readSource(path: string): Source {
  const text = readFileSync(join(root, path), 'utf8');
  const specifiers = [...withoutComments(text).matchAll(/(?:\bfrom\s+|\bimport\s*\(\s*|^\s*import\s+)'([^']+)'/gm)].map(([, name]) => name!);
  const imports = specifiers.map((name) => (name.startsWith('.') ? posix.join(posix.dirname(path), name) : name));
  return { path, text, imports };
}

const paths = ['bin', 'examples', 'packages', 'test'].flatMap((folder) => [...walk(folder)]);
const sources = paths.filter((path) => /\.(ts|mjs)$/.test(path)).map(readSource);
const isTest = ({ path }: Source): boolean => path.endsWith('.test.ts') || path.startsWith('test/') || path.startsWith('examples/') || /^packages\/[\w-]+\/src\/testing\//.test(path);
const product = sources.filter((source) => !isTest(source));

/** `file imports specifier` for each import of the files in `folder` that `allowed` does not accept. */
function strangers(folder: string, allowed: (specifier: string, path: string) => boolean): string[] {
  return product
    .filter(({ path }) => path.startsWith(`${folder}/`))
    .flatMap(({ path, imports }) => imports.filter((specifier) => !allowed(specifier, path)).map((specifier) => `${path} imports ${specifier}`));
}

const within = (specifier: string, ...folders: readonly string[]): boolean =>
  folders.some((folder) => specifier === folder || specifier.startsWith(`${folder}/`));

describe('layers', () => {
  it('there are sources to check', () => {
    expect(product.length).toBeGreaterThan(10);
  });

  it('wasm knows no x86', () => {
    expect(strangers(`${CORE}/wasm`, (specifier) => within(specifier, `${CORE}/wasm`))).toEqual([]);
  });

  it('semantics know no back end', () => {
    // Instructions are written in expressions of wasm/, by whichever back end they are then emitted.
    const backEnds = ['cpu/interpreter', 'cpu/translator', 'bus', 'devices', 'chipset', 'machine', 'firmware'].map((folder) => `${CORE}/${folder}`);
    expect(strangers(`${CORE}/cpu/semantics`, (specifier) => !within(specifier, ...backEnds))).toEqual([]);
  });

  it('a device imports only device.ts, bus, time and struct, and its own parts', () => {
    const devices = `${CORE}/devices`;
    const allowed = [`${devices}/device.ts`, `${CORE}/bus`, `${CORE}/time`, `${CORE}/struct`];
    // A part is a file beside it which is not a device: no device knows another one.
    const parts = product.filter(({ path, text }) => path.startsWith(`${devices}/`) && !text.includes('defineDevice(')).map(({ path }) => path);
    expect(strangers(devices, (specifier) => within(specifier, ...allowed, ...parts))).toEqual([]);
  });

  it('core imports its own files only: no node:, no package', () => {
    expect(strangers(CORE, (specifier) => within(specifier, CORE))).toEqual([]);
  });

  it('disk knows no virtual machine: its own files, the command line, Node.js and packages from outside', () => {
    expect(strangers('packages/disk/src', (specifier) => within(specifier, 'packages/disk/src', '@worldswitch/command-line') || !/^(packages|bin|test|@worldswitch)\//.test(specifier))).toEqual([]);
  });

  it('command-line knows no command: its own files only', () => {
    expect(strangers('packages/command-line/src', (specifier) => within(specifier, 'packages/command-line/src'))).toEqual([]);
  });

  it('product code does not import tests', () => {
    expect(strangers('packages', (specifier) => !within(specifier, 'test') && !/^packages\/[\w-]+\/src\/testing\//.test(specifier) && !specifier.endsWith('.test.ts'))).toEqual([]);
  });

  it('only bin prints or exits', () => {
    const offenders = product
      .filter(({ path }) => path.startsWith('packages/'))
      .filter(({ text }) => /\bconsole\.\w|\bprocess\.(exit|exitCode|abort)\b/.test(withoutComments(text)))
      .map(({ path }) => path);
    expect(offenders).toEqual([]);
  });
});

describe('names', () => {
  it('nothing is called util, common, base, misc or helper', () => {
    const offenders = paths.filter((path) => /^(utils?|common|base|misc|helpers?)$/.test(basename(path).replace(/\..*$/, '')));
    expect(offenders).toEqual([]);
  });

  it('the only barrel of a package is src/index.ts', () => {
    const offenders = paths.filter((path) => basename(path) === 'index.ts' && !/^packages\/[\w-]+\/src\/index\.ts$/.test(path));
    expect(offenders).toEqual([]);
  });
});

describe('files', () => {
  /** The comment that a file starts with. */
  const header = (text: string): string => /^(?:#!.*\n)?((?:\/\/.*\n|\s*\n|\/\*[^]*?\*\/\n?)*)/.exec(text)?.[1]?.trim() ?? '';

  it('each says in a header what it is', () => {
    const offenders = product.filter(({ path, text }) => basename(path) !== 'index.ts' && header(text) === '').map(({ path }) => path);
    expect(offenders).toEqual([]);
  });

  it('one over 800 lines explains itself in its header ("long because …" or "a table")', () => {
    const LIMIT_LINES = 800;
    const offenders = sources
      .filter(({ text }) => text.split('\n').length > LIMIT_LINES && !/long because|\ba table\b/i.test(header(text)))
      .map(({ path }) => path);
    expect(offenders).toEqual([]);
  });

  it('the lock file names no registry host', () => {
    expect(readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8')).not.toMatch(/https?:/);
  });
});
