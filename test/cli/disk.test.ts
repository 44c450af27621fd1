/** `vmx-disk` and `vmx disk` as processes: statuses, pipes, signals, a terminal, a shell's completion. */
import { spawn, spawnSync } from 'node:child_process';
import type { SpawnSyncReturns } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'vmx-disk-process-'));
afterAll(() => rmSync(folder, { recursive: true }));
const bin = (name: string): string => fileURLToPath(new URL(`../../bin/${name}`, import.meta.url));
const run = (program: string, ...words: readonly string[]): SpawnSyncReturns<string> => spawnSync(process.execPath, [bin(program), ...words], { encoding: 'utf8', cwd: folder });
const disk = (...words: readonly string[]): SpawnSyncReturns<string> => run('vmx-disk.ts', ...words);

function image(name: string, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i += 4) bytes.writeUInt32LE(Math.imul(i + 1, 2_654_435_761) >>> 0, i);
  writeFileSync(join(folder, name), bytes);
  return bytes;
}

describe('the program', () => {
  it('prints on standard output, complains on standard error, and ends with the command\'s status', () => {
    image('one.img', 65_536);
    const info = disk('info', 'one.img');
    expect(info).toMatchObject({ status: 0, stderr: '' });
    expect(info.stdout).toContain('file format: raw');
    expect(disk('info', 'nothere')).toMatchObject({ status: 1, stdout: '', stderr: 'vmx-disk: nothere: cannot open: no such file\n' });
    expect(disk('check', 'one.img').status).toBe(63);
    image('two.img', 32_768);
    expect(disk('compare', '-s', 'one.img', 'two.img').status).toBe(1);
  });

  it('is `vmx disk` too', () => {
    const words = ['info', '--json', 'one.img'];
    expect(run('vmx.ts', 'disk', ...words)).toMatchObject({ status: 0, stdout: disk(...words).stdout, stderr: '' });
    expect(run('vmx.ts', '--help').stdout).toContain('vmx run');
  });

  it('says nothing about experiments of Node.js', () => {
    expect(disk('resize', '-f', 'raw', 'one.img', '128K').stderr).toBe('');
    expect(statSync(join(folder, 'one.img')).size).toBe(131_072);
  });

  it('says once that nothing is locked where nothing can be', () => {
    const { stderr } = spawnSync(process.execPath, [bin('vmx-disk.ts'), 'resize', '-f', 'raw', 'one.img', '+64K'], { encoding: 'utf8', cwd: folder, env: { ...process.env, WORLDSWITCH_NO_FFI: '1' } });
    expect(stderr).toBe('vmx-disk: images are not locked on this system or Node.js: nothing keeps another writer out\n');
  });

  it.skipIf(process.platform === 'win32')('has launchers, also through a link', () => {
    const link = join(folder, 'linked');
    spawnSync('ln', ['-s', bin('vmx-disk'), link]);
    for (const [program, ...words] of [[link, '--version'], [bin('vmx-disk'), '--version'], [bin('vmx'), 'disk', '--version']]) {
      expect(spawnSync(program!, words, { encoding: 'utf8' })).toMatchObject({ status: 0, stdout: expect.stringMatching(/^vmx-disk \d/) as string });
    }
  });
});

describe('pipes', () => {
  it('get an image, whole', async () => {
    const bytes = image('piped.img', 3 * 1024 * 1024 + 512);
    const child = spawn(process.execPath, [bin('vmx-disk.ts'), 'convert', 'piped.img', '-'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
    const pieces: Buffer[] = [];
    for await (const piece of child.stdout) pieces.push(piece as Buffer);
    expect(Buffer.compare(Buffer.concat(pieces), bytes)).toBe(0);
  });

  it('that break end it without a word of its own insides', () => {
    const { stdout } = spawnSync('sh', ['-c', `"${process.execPath}" "${bin('vmx-disk.ts')}" convert piped.img - 2>errors | head -c 1000 | wc -c`], { cwd: folder, encoding: 'utf8' });
    expect(stdout.trim()).toBe('1000');
    expect(readFileSync(join(folder, 'errors'), 'utf8')).not.toContain('internal error');
  });
});

describe('signals', () => {
  it.each([['SIGINT', 130], ['SIGTERM', 143]] as const)('%s ends a conversion with %i and leaves nothing', async (signal, status) => {
    const source = join(folder, 'long.img');
    image('long.img', 4 * 1024 * 1024);
    truncateSync(source, 64 * 1024 * 1024);
    writeFileSync(join(folder, 'kept.img'), 'as it was');
    const child = spawn(process.execPath, [bin('vmx-disk.ts'), 'convert', '--progress', 'json', '-r', '1M', 'long.img', 'kept.img'], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (bytes: Buffer) => { errors += bytes.toString(); });
    while (!errors.includes('transferred')) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill(signal);
    const [ended] = (await once(child, 'close')) as [number | null];
    expect(ended).toBe(status);
    expect(errors.trim().split('\n').at(-1)).toMatch(/^vmx-disk: /);
    expect(readFileSync(join(folder, 'kept.img'), 'utf8')).toBe('as it was');
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
  });
});

const hasScript = spawnSync('script', ['--version']).stdout?.toString().includes('util-linux') === true;

describe.skipIf(!hasScript)('on a terminal (skipped: no script(1) of util-linux)', () => {
  const onTerminal = (words: string): string => spawnSync('script', ['--quiet', '--flush', '--return', '--command', `'${process.execPath}' '${bin('vmx-disk.ts')}' ${words}`, '/dev/null'], { cwd: folder, encoding: 'utf8' }).stdout;

  it('progress is a bar, unless it is not wanted', () => {
    expect(onTerminal('convert piped.img bar.img')).toMatch(/\rconvert \[#{24}\] 100 %, [\d.]+ MB\/s/);
    expect(onTerminal('convert -q piped.img bar.img')).toBe('');
    expect(onTerminal('convert --progress none piped.img bar.img')).not.toContain('%');
  });

  it('an image is not written to it', () => {
    expect(onTerminal('convert piped.img -')).toContain('an image is not written to a terminal');
  });
});

const hasShell = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;

const SHELL_TESTS = [
  // As bash calls the function: the line, and where the cursor is.
  ['bash', (script: string, line: string): string => `source '${script}'; COMP_LINE='${line}'; COMP_POINT=\${#COMP_LINE}; COMP_WORDS=(${line} ''); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); COMP_WORDBREAKS=$' \\t\\n"><=;|&(:'\nCOMP_WORDS[COMP_CWORD]=''; _vmx_disk 2>/dev/null; printf '%s\\n' "\${COMPREPLY[@]}"`],
  ['fish', (script: string, line: string): string => `source '${script}'; complete -C '${line}'`],
] as const;

describe('completion', () => {
  // The scripts call `vmx-disk`, by its name.
  const environment = { ...process.env, PATH: [dirname(bin('vmx-disk')), process.env['PATH']].join(delimiter) };

  for (const [shell, session] of SHELL_TESTS) {
    it.skipIf(!hasShell(shell))(`in ${shell} (skipped where it is not installed)`, () => {
      const script = join(folder, `completion.${shell}`);
      writeFileSync(script, disk('completion', shell).stdout);
      const complete = (line: string): string[] => spawnSync(shell, ['-c', session(script, line)], { cwd: folder, env: environment, encoding: 'utf8' }).stdout.trim().split('\n').map((answer) => answer.split('\t')[0]!);
      expect(complete('vmx-disk resi')).toContain('resize');
      expect(complete('vmx-disk convert -O ra')).toContain('raw');
      expect(complete('vmx-disk create -f raw -o prealloc').some((word) => word.endsWith('full'))).toBe(true);
    });
  }

  for (const shell of ['bash', 'zsh', 'fish']) {
    it.skipIf(!hasShell(shell))(`the script for ${shell} has no mistake that the shell finds (skipped where it is not installed)`, () => {
      const script = join(folder, `syntax.${shell}`);
      writeFileSync(script, disk('completion', shell).stdout);
      expect(spawnSync(shell, ['-n', script], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
    });
  }
});
