import { mkdtempSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../cli.ts';
import { has, makeSampleTree, mustRun, run, summaryOfFolder } from '../testing/file-trees.ts';
import { RandomSource } from '../testing/random-source.ts';

const MiB = 1024 * 1024;
const folder = mkdtempSync(join(tmpdir(), 'worldswitch-commands-'));
const source = join(folder, 'source');
beforeAll(() => makeSampleTree(source));
afterAll(() => rmSync(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);

interface Outcome {
  readonly status: number;
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly json: Record<string, unknown>;
}

async function vmxDisk(words: readonly string[], stdin: Buffer = Buffer.alloc(0)): Promise<Outcome> {
  const parts: Buffer[] = [];
  const stdout = new Writable({ write: (piece: Buffer, _encoding, done) => { parts.push(Buffer.from(piece)); done(); } });
  const rendered = await runCommandLine(words, '0', { stdin: Readable.from([stdin]), stdout, stderr: { write: () => undefined }, signal: new AbortController().signal });
  const written = Buffer.concat([...parts, Buffer.from(rendered.stdout)]);
  return { status: rendered.status, stdout: written, stderr: rendered.stderr, json: words.includes('--json') ? JSON.parse(rendered.stdout === '' ? rendered.stderr : rendered.stdout) as Record<string, unknown> : {} };
}

async function must(...words: string[]): Promise<Outcome> {
  const outcome = await vmxDisk(words);
  expect(outcome.status, outcome.stderr).toBe(0);
  return outcome;
}

describe('vmx-disk', () => {
  it('mkfs, ls, cat, cp and tar: a folder becomes a file system, and comes out as it was', async () => {
    const image = at('disk.raw');
    await must('mkfs', 'ext4', image, source, '--label', 'root');
    if (has('e2fsck')) expect(run('e2fsck', ['-f', '-n', image]).status).toBe(0);
    expect(String((await must('ls', image)).stdout)).toContain('large.bin\n');
    expect(String((await must('ls', '-l', image, '/')).stdout)).toMatch(/^-rw.* 3000000 2020-09-13 12:26 large\.bin$/m);
    expect((await must('ls', '--json', image, '/short link')).json).toMatchObject({ 'file-system': { type: 'ext4', label: 'root' }, path: '/size-60' });
    expect(Buffer.compare((await must('cat', image, '/large.bin')).stdout, readFileSync(join(source, 'large.bin')))).toBe(0);
    mkdirSync(at('out'));
    await must('cp', image, ':/', at('out/all'));
    rmSync(at('out/all/lost+found'), { recursive: true });
    expect(summaryOfFolder(at('out/all'))).toEqual(summaryOfFolder(source));
    writeFileSync(at('new file'), 'new\n');
    await must('cp', '-f', 'raw', image, at('new file'), ':/deep');
    expect(String((await must('cat', image, '/deep/new file')).stdout)).toBe('new\n');
    const archive = (await must('tar', image, '/deep')).stdout;
    const other = at('other.raw');
    writeFileSync(at('deep.tar'), archive);
    await must('mkfs', 'fat', other, at('deep.tar'));
    expect(String((await must('cat', other, '/er/and/deeper/file.txt')).stdout)).toBe('at the bottom\n');
    const taken = await vmxDisk(['tar', '-x', '-f', 'raw', other, '/er'], archive);
    expect(taken.status, taken.stderr).toBe(0);
    expect(String((await must('ls', '-R', other)).stdout)).toContain('/er/er/and/deeper/file.txt');
    await must('mkfs', 'iso9660', at('disk.iso'), source, '--label', 'CIDATA');
    expect((await must('ls', '--json', at('disk.iso'))).json).toMatchObject({ 'file-system': { type: 'iso9660 (rock ridge)', label: 'CIDATA' } });
  });

  it('says what is wrong', async () => {
    const image = at('small.raw');
    await must('mkfs', 'fat12', image, '--size', '1440K');
    expect((await vmxDisk(['mkfs', 'fat12', image, '--size', '1440K'])).stderr).toContain('--replace');
    expect((await vmxDisk(['ls', image, '/absent'])).stderr).toContain('there is no /absent');
    expect((await vmxDisk(['ls', image, '--partition', '3'])).stderr).toContain('there is no partition 3');
    expect((await vmxDisk(['cp', image, 'a', 'b'])).stderr).toContain('colon');
    writeFileSync(at('zeros'), new Uint8Array(MiB));
    expect((await vmxDisk(['ls', at('zeros')])).stderr).toContain('no file system that is known');
  });

  it.skipIf(!has('sfdisk') || !has('mke2fs') || process.platform !== 'linux')('partitions and sparsify: what is deleted takes no room (needs sfdisk, e2fsprogs)', async () => {
    const image = at('partitions.raw');
    writeFileSync(image, new RandomSource(1).bytes(MiB));
    mustRun('truncate', ['-s', '64M', image]);
    mustRun('sfdisk', ['-q', '--wipe', 'always', image], { input: 'label: gpt\nstart=2048,size=65536,name=one\nstart=67584,size=32768\n' });
    const { json } = await must('partitions', '--json', image);
    expect(json).toMatchObject({ scheme: 'gpt', partitions: [{ start: MiB, name: 'one', alignmentBytes: MiB }, { number: 2 }], problems: [] });
    expect((await vmxDisk(['ls', image])).stderr).toContain('no file system');
    await must('mkfs', 'ext4', '-f', 'raw', '--replace', '--partition', '1', image, source);
    await must('mkfs', 'fat', '-f', 'raw', '--replace', '--partition', '2', image);
    expect((await vmxDisk(['ls', image])).stderr).toContain('--partition');
    await must('cp', '-f', 'raw', '--partition', '2', image, join(source, 'large.bin'), ':/');
    // What no file system uses has contents still.
    const full = readFileSync(image);
    for (let i = 20 * MiB; i < 30 * MiB; i++) full[i] ||= 1;
    writeFileSync(image, full);
    const before = statSync(image).blocks;
    const { json: report } = await must('sparsify', '--json', '-f', 'raw', image);
    expect(report).toMatchObject({ 'file-systems': [{ partition: 1, type: 'ext4' }, { partition: 2, type: 'fat16' }], skipped: [] });
    expect(statSync(image).blocks * 512).toBeLessThan(before * 512 - 40 * MiB);
    await must('cp', '--partition', '1', image, ':/', at('again'));
    rmSync(at('again/lost+found'), { recursive: true });
    expect(summaryOfFolder(at('again'))).toEqual(summaryOfFolder(source));
    expect(Buffer.compare((await must('cat', '--partition', '2', image, '/large.bin')).stdout, readFileSync(join(source, 'large.bin')))).toBe(0);
    expect((await must('partitions', image)).stdout.toString()).toContain('[ext]');
  });
});
