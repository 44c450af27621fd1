import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { runCommandLine } from './cli.ts';
import type { Rendered } from './cli.ts';
import { hasQemuImg, qemuImg } from './testing/qemu-img.ts';

const folder = mkdtempSync(join(tmpdir(), 'vmx-disk-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string): string => join(folder, name);

/** The command line with what it writes itself. */
async function disk(...argv: readonly string[]): Promise<Rendered & { readonly bytes: Buffer; readonly progress: string }> {
  const pieces: Buffer[] = [];
  let progress = '';
  const stdout = new Writable({ write(piece: Buffer, _encoding, done) { pieces.push(Buffer.from(piece)); done(); } });
  const rendered = await runCommandLine(argv, '1.2.3', { stdin: process.stdin, stdout, stderr: { write: (text: string) => { progress += text; } }, signal: new AbortController().signal });
  return { ...rendered, bytes: Buffer.concat(pieces), progress };
}
const json = async (...argv: readonly string[]): Promise<Record<string, unknown>> => {
  const { status, stdout, stderr } = await disk(...argv, '--json');
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as Record<string, unknown>;
};

const COMMANDS = ['info', 'create', 'convert', 'resize', 'check', 'compare', 'digest', 'diff', 'patch', 'measure', 'map', 'snapshot', 'commit', 'rebase', 'bitmap', 'amend', 'dd', 'bench', 'formats', 'completion'];

function rawImage(name: string, contents: Uint8Array): string {
  writeFileSync(file(name), contents);
  return file(name);
}
const pattern = (length: number, seed = 1): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 9) * 7 + seed) & 0xff);

describe('help', () => {
  it('lists every command', async () => {
    const { status, stdout } = await disk('--help');
    expect(status).toBe(0);
    for (const name of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${name} +\\w`, 'm'));
    expect((await disk('--version')).stdout).toBe('vmx-disk 1.2.3\n');
  });

  it.each(COMMANDS)('%s has its usage, two examples and its options, and takes --json', async (name) => {
    const { status, stdout } = await disk(name, '--help');
    expect(status).toBe(0);
    expect(stdout.startsWith(`vmx-disk ${name} [OPTION …]`)).toBe(true);
    const examples = /Examples:\n((?: {2}\S.*\n)+)/.exec(stdout)?.[1]?.trim().split('\n') ?? [];
    expect(examples.length).toBeGreaterThanOrEqual(2);
    expect(examples.every((example) => example.includes(`vmx-disk ${name}`))).toBe(true);
    expect(stdout).toContain('--json');
    expect(stdout.split('\n').every((line) => line.length <= 130), 'lines are not long').toBe(true);
    expect(stdout).not.toContain('without effect');
    expect((await disk(name, '-h')).stdout).toBe(stdout);
  });
});

describe('words that make no sense', () => {
  it.each([
    [[], 'vmx-disk: a command is missing; see vmx-disk --help\n'],
    [['inof', 'x'], 'vmx-disk: unknown command inof; did you mean info?\n'],
    [['info'], 'vmx-disk: IMAGE is missing; see vmx-disk info --help\n'],
    [['info', '--chian', 'x'], 'vmx-disk: unknown option --chian; did you mean --chain?\n'],
    [['info', 'a', 'b'], 'vmx-disk: unexpected argument b; see vmx-disk info --help\n'],
    [['info', '-f', 'qcow7', '/dev/null/x'], 'vmx-disk: /dev/null/x: cannot open: a part of the path is not a directory\n'],
    [['create', 'x.img', '12Q'], 'vmx-disk: the size 12Q: not a size; write a number of bytes or a size such as 64K, 1.5G\n'],
    [['create', 'x.img'], 'vmx-disk: SIZE is missing; see vmx-disk create --help\n'],
    [['create', '-o', 'colour=red', 'x.img', '1M'], 'vmx-disk: raw has no option colour; it has preallocation\n'],
    [['check', '--repair', 'most', 'x'], 'vmx-disk: --repair most: it is one of leaks, all; see vmx-disk check --help\n'],
    [['snapshot', '-c', 'a', '-d', 'b', 'x'], 'vmx-disk: -l, -c, -a and -d: one of them is wanted\n'],
    [['snapshot', 'create', 'x'], 'vmx-disk: SNAPSHOT is missing; write vmx-disk snapshot create IMAGE SNAPSHOT\n'],
    [['snapshot', 'x', 'create', 'y'], 'vmx-disk: create comes before the image; see vmx-disk snapshot --help\n'],
    [['rebase', 'x'], 'vmx-disk: -b PARENT is missing; -b "" makes the image stand on its own\n'],
    [['bitmap', 'x', 'b'], 'vmx-disk: what is to be done with b?; give --add, --clear, --enable, --disable, --merge or --remove\n'],
    [['dd', 'if=x'], 'vmx-disk: of=IMAGE is missing; see vmx-disk dd --help\n'],
    [['dd', 'conv=sync', 'if=x', 'of=y'], 'vmx-disk: conv=sync: it is one of if=, of=, bs=, count=, skip=\n'],
    [['measure', '-O', 'raw'], 'vmx-disk: IMAGE or --size SIZE: one of them is wanted; see vmx-disk measure --help\n'],
    [['completion', 'tcsh'], 'vmx-disk: SHELL is one of bash, zsh, fish, not tcsh; see vmx-disk completion --help\n'],
  ])('%j', async (argv, message) => {
    expect(await disk(...argv)).toMatchObject({ status: 1, stdout: '', stderr: message });
  });

  it('end with 2 where 1 means that disks differ', async () => {
    expect((await disk('compare', 'x')).status).toBe(2);
    expect((await disk('compare', '--what', 'x', 'y')).status).toBe(2);
  });

  it('are told as JSON too', async () => {
    const { status, stderr } = await disk('info', '--json', file('nothere'));
    expect(status).toBe(1);
    expect(JSON.parse(stderr)).toEqual({ error: { code: 'DISK_NOT_FOUND', kind: 'not-found', message: `${file('nothere')}: cannot open: no such file`, path: file('nothere'), op: 'open' } });
  });
});

describe('a raw image', () => {
  it('is made, described, grown and shrunk', async () => {
    const path = file('made.img');
    expect(await json('create', '-f', 'raw', path, '10M')).toEqual({ filename: path, format: 'raw', 'virtual-size': 10 * 1024 ** 2 });
    expect((await disk('create', path, '10M')).stderr).toContain('exists already');
    expect(await json('info', path)).toEqual({ 'virtual-size': 10 * 1024 ** 2, filename: path, format: 'raw', 'actual-size': 0, 'dirty-flag': false });
    expect((await disk('info', path)).stdout).toBe(`image: ${path}\nfile format: raw\nvirtual size: 10 MiB (10485760 bytes)\ndisk size: 0 B\n`);
    expect(await json('resize', '-f', 'raw', path, '+2M')).toMatchObject({ 'virtual-size': 12 * 1024 ** 2, before: 10 * 1024 ** 2 });
    expect(await disk('resize', '-f', 'raw', path, '-4M')).toMatchObject({ status: 1, stderr: expect.stringContaining('--shrink') as string });
    expect((await disk('resize', '--shrink', '-f', 'raw', path, '-4M', '-q')).stdout).toBe('');
    expect(statSync(path).size).toBe(8 * 1024 ** 2);
    // What is raw might be anything: it is not written on a guess.
    expect((await disk('resize', path, '9M')).stderr).toContain('say -f raw');
  });

  it('has no structures to check: 63, as qemu-img', async () => {
    expect((await disk('check', rawImage('check.img', pattern(4096)))).status).toBe(63);
  });

  it('is compared: 0, 1 or more', async () => {
    const one = rawImage('one.img', pattern(200_704));
    const longer = rawImage('longer.img', Buffer.concat([pattern(200_704), Buffer.alloc(4096)]));
    const changed = pattern(200_704);
    changed[70_000]! ^= 1;
    const other = rawImage('other.img', changed);
    expect(await disk('compare', one, one)).toMatchObject({ status: 0, stdout: 'Images are identical.\n' });
    expect(await disk('compare', one, longer)).toMatchObject({ status: 0, stdout: 'Warning: Image size mismatch!\nImages are identical.\n' });
    expect(await disk('compare', '-s', one, longer)).toMatchObject({ status: 1, stdout: 'Strict mode: Image size mismatch!\n' });
    expect(await disk('compare', one, other)).toMatchObject({ status: 1, stdout: 'Content mismatch at offset 70000!\n' });
    expect(JSON.parse((await disk('compare', '--output=json', one, other)).stdout)).toEqual({ identical: false, 'sizes-differ': false, offset: 70_000 });
    expect((await disk('compare', one, file('nothere'))).status).toBe(2);
  });

  it('is converted: to a file, joined, to standard output, a part of it', async () => {
    const one = rawImage('first.img', pattern(200_704));
    const two = rawImage('second.img', pattern(100_352, 5));
    const target = file('joined.img');
    const { status, progress } = await disk('convert', '--progress', 'json', one, two, target);
    expect(status).toBe(0);
    expect(JSON.parse(progress.trim().split('\n').at(-1)!)).toMatchObject({ transferred: 301_056, size: 301_056, description: 'convert' });
    expect(Buffer.compare(readFileSync(target), Buffer.concat([readFileSync(one), readFileSync(two)]))).toBe(0);
    const piped = await disk('convert', '-O', 'raw', one, '-');
    expect(Buffer.compare(piped.bytes, readFileSync(one))).toBe(0);
    expect(piped.stdout).toBe('');
    expect((await disk('dd', `if=${one}`, `of=${target}`, 'bs=4096', 'skip=2', 'count=3')).stdout).toBe('12288 bytes copied\n');
    expect(Buffer.compare(readFileSync(target), pattern(200_704).subarray(8192, 20_480))).toBe(0);
    expect((await disk('convert', one, '-S', '0', file('window.img'), '--image-opts')).stderr).toContain('--image-opts');
    expect((await disk('convert', '--image-opts', `driver=raw,file.filename=${one},offset=512,size=1024`, file('window.img'))).status).toBe(0);
    expect(Buffer.compare(readFileSync(file('window.img')), pattern(200_704).subarray(512, 1536))).toBe(0);
  });

  it('has a digest, a size in other formats and a map', async () => {
    const path = rawImage('digest.img', new Uint8Array(65536).fill(1));
    expect((await disk('digest', path)).stdout).toBe(`${createHash('sha256').update(readFileSync(path)).digest('hex')}  ${path}\n`);
    expect(await json('digest', '-a', 'nz64', path)).toMatchObject({ algorithm: 'nz64', blocks: 1, 'virtual-size': 65536 });
    expect(await json('measure', '-O', 'raw', path)).toEqual({ required: 65536, 'fully-allocated': 65536 });
    expect(await json('map', path)).toMatchObject([{ start: 0, length: 65536, depth: 0, present: true, zero: false, data: true, compressed: false, offset: 0 }]);
    expect(await json('map', '-s', '4K', '-l', '8K', path)).toMatchObject([{ start: 4096, length: 8192, offset: 4096 }]);
    expect((await disk('map', path)).stdout).toBe(`Offset          Length          Mapped to       File\n0               0x10000         0               ${path}\n`);
  });

  it('is made of another by a delta', async () => {
    const changed = pattern(400_896, 3);
    changed.set(pattern(200_704).subarray(0, 131_072));
    const one = rawImage('delta-old.img', pattern(400_896)), two = rawImage('delta-new.img', changed);
    const delta = file('old-to-new.delta');
    expect(await json('diff', one, two, delta)).toMatchObject({ delta, records: expect.any(Number) as number });
    const piped = await disk('diff', one, two, '-');
    expect(Buffer.compare(piped.bytes, readFileSync(delta))).toBe(0);
    expect((await disk('patch', '-f', 'raw', one, delta)).status).toBe(0);
    expect(Buffer.compare(readFileSync(one), changed)).toBe(0);
    expect(await disk('patch', '-f', 'raw', one, delta)).toMatchObject({ status: 1, stderr: expect.stringMatching(/^vmx-disk: /) as string });
    expect((await disk('patch', '-f', 'raw', one, file('no.delta'))).stderr).toContain('no such file');
  });

  it('is measured', async () => {
    const path = rawImage('bench.img', new Uint8Array(65536));
    expect(await json('bench', '-f', 'raw', '-c', '100', '-d', '4', path)).toMatchObject({ requests: 100, bytes: 409_600 });
    expect((await disk('bench', '-w', '--pattern', '3', '-f', 'raw', '-c', '16', path)).stdout).toContain('Sending 16 write requests, 4096 bytes each, 64 in parallel');
    expect(readFileSync(path).every((byte) => byte === 3)).toBe(true);
  });

  it('cannot do what has no place in it', async () => {
    const path = rawImage('plain.img', pattern(4096));
    for (const argv of [['snapshot', '-c', 'one', '-f', 'raw', path], ['bitmap', path], ['amend', '-f', 'raw', '-o', 'preallocation=full', path], ['rebase', '-f', 'raw', '-b', '', path]]) {
      expect(await disk(...argv)).toMatchObject({ status: 1, stderr: expect.stringContaining('raw images') as string });
    }
    expect((await disk('commit', path)).stderr).toContain('it stands on no other image');
  });
});

describe('formats', () => {
  it('are a table that says what each can', async () => {
    const rows = (await json('formats')) as unknown as { name: string; read: boolean; create: boolean; resize: boolean }[];
    expect(rows.find(({ name }) => name === 'raw')).toMatchObject({ read: true, create: true, resize: true, snapshot: false });
    expect((await disk('formats')).stdout).toMatch(/^raw \(iso, img\) +yes +yes/m);
  });

  it('have their options listed', async () => {
    for (const command of ['create', 'convert', 'measure']) {
      const { status, stdout } = await disk(command, command === 'create' ? '-f' : '-O', 'raw', '-o', 'help');
      expect(status).toBe(0);
      expect(stdout).toContain('preallocation=<off|full>');
    }
  });
});

describe('completion', () => {
  const complete = async (...typed: string[]): Promise<string[]> => (await disk('complete-words', '--', ...typed)).stdout.trimEnd().split('\n');

  it('knows commands, options, formats and the formats\' options', async () => {
    expect(await complete('co')).toEqual(['none', expect.stringMatching(/^convert\t/), expect.stringMatching(/^compare\t/), expect.stringMatching(/^commit\t/), expect.stringMatching(/^completion\t/)]);
    expect(await complete('info', '--ch')).toEqual(['none', expect.stringMatching(/^--chain\t/)]);
    expect(await complete('convert', '-O', 'ra')).toEqual(['none', 'raw']);
    expect(await complete('create', '-f', 'raw', '-o', 'pre')).toEqual(['none', 'preallocation=', 'preallocation=full', 'preallocation=off']);
    expect(await complete('snapshot', '')).toEqual(['none', 'list', 'create', 'apply', 'delete']);
    expect(await complete('info', '')).toEqual(['file']);
    expect((await complete('convert', '--')).some((line) => line.startsWith('--json'))).toBe(true);
  });
});

describe.skipIf(!hasQemuImg)('beside qemu-img (skipped: no qemu-img)', () => {
  it('the same words give the same statuses', async () => {
    const one = rawImage('q1.img', pattern(131_072));
    const two = rawImage('q2.img', pattern(131_072, 9));
    const words = [
      ['info', one], ['info', '--output=json', one], ['info', '-f', 'raw', '-U', one], ['info', file('nothere')], ['check', one], ['compare', one, one], ['compare', one, two], ['compare', '-p', '-f', 'raw', '-F', 'raw', one, two], ['compare', one, file('nothere')],
      ['map', '--output=json', one], ['measure', '-O', 'raw', '--output=json', one], ['convert', '-p', '-f', 'raw', '-O', 'raw', '-t', 'none', '-T', 'none', '-m', '4', '-W', one, file('q3.img')], ['create', '-q', '-f', 'raw', file('q4.img'), '64k'],
      ['resize', '-f', 'raw', file('q4.img'), '+64k'], ['resize', '-f', 'raw', file('q4.img'), '1k'], ['resize', '--shrink', '-f', 'raw', file('q4.img'), '1k'], ['snapshot', '-l', one], ['bench', '-c', '4', '-f', 'raw', one], ['dd', '-O', 'raw', `if=${one}`, `of=${file('q5.img')}`, 'bs=1k', 'count=3'],
    ];
    for (const argv of words) {
      const theirs = qemuImg(...argv);
      rmSync(file('q4.img'), { force: argv[0] === 'create' || !argv.includes(file('q4.img')) });
      if (argv[0] === 'resize') writeFileSync(file('q4.img'), new Uint8Array(65536));
      const ours = await disk(...argv);
      expect({ argv, status: ours.status, errors: ours.status === 0 ? ours.stderr : '' }).toEqual({ argv, status: theirs.status, errors: '' });
    }
  });
});
