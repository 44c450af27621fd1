/** LUKS volumes of qemu-img and cryptsetup are read, and they read ours. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createDisk, openDisk } from '../../open-disk.ts';
import { hasQemuImg, mustPassQemuImg, qemuImg } from '../../testing/qemu-img.ts';
import { RandomSource } from '../../testing/random-source.ts';
import type { LuksImage } from './image.ts';

const PASSPHRASE = 'correct horse battery staple';
const QUICK = { 'iter-time': 1 };
const random = new RandomSource(7);

const folder = mkdtempSync(join(tmpdir(), 'worldswitch-luks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const newPath = (): string => join(folder, `${++files}.luks`);
const hasCryptsetup = spawnSync('cryptsetup', ['--version']).status === 0;
const cryptsetup = (...args: string[]) => spawnSync('cryptsetup', args, { encoding: 'utf8', input: PASSPHRASE, timeout: 60_000 });
if (!hasQemuImg) console.warn('qemu-img is not here: its volumes are not read');
if (!hasCryptsetup) console.warn('cryptsetup is not here: its volumes are not read, and ours not by it');

const SIZE = 1024 * 1024 + 512;
const contents = random.bytes(SIZE);
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** qemu-img measures how fast it hashes, and gives up when the clock of its processor time stands still meanwhile. */
function convertByQemu(...args: string[]): void {
  for (let attempt = 1; ; attempt++) {
    const { status, output } = qemuImg('convert', ...args);
    if (status === 0) return;
    if (attempt === 10 || !output.includes('accurate CPU usage')) throw new Error(output);
  }
}

describe.skipIf(!hasQemuImg)('LUKS by qemu-img', () => {
  it.each([
    ['aes-256', 'xts', 'plain64', 'sha256'], ['aes-192', 'xts', 'plain64', 'sha512'], ['aes-256', 'cbc', 'essiv,ivgen-hash-alg=sha256', 'sha256'], ['aes-128', 'cbc', 'plain', 'sha384'],
  ])('%s %s %s %s is read', async (cipher, mode, vector, hash) => {
    const path = newPath(), plain = join(folder, 'plain');
    writeFileSync(plain, contents);
    convertByQemu('--object', `secret,id=k,data=${PASSPHRASE}`, '-f', 'raw', '-O', 'luks', '-o', `key-secret=k,iter-time=10,cipher-alg=${cipher},cipher-mode=${mode},ivgen-alg=${vector},hash-alg=${hash}`, plain, path);
    await using disk = await openDisk(path, { passphrase: PASSPHRASE });
    expect(disk.image.format).toBe('luks');
    expect(disk.size).toBe(SIZE);
    const bytes = new Uint8Array(SIZE);
    await disk.read(0, bytes);
    expect(digest(bytes)).toBe(digest(contents));
    const piece = new Uint8Array(1000);
    await disk.read(511, piece);
    expect(digest(piece)).toBe(digest(contents.subarray(511, 1511)));
    const { 'format-specific': specific } = JSON.parse(mustPassQemuImg('info', '--output=json', path)) as { 'format-specific': { data: Record<string, unknown> } };
    expect(await disk.image.details()).toMatchObject({ uuid: specific.data['uuid'], 'master-key-iters': specific.data['master-key-iters'], 'payload-offset': specific.data['payload-offset'], 'cipher-alg': specific.data['cipher-alg'], slots: specific.data['slots'] });
  });
});

describe.skipIf(!hasCryptsetup)('LUKS by cryptsetup', () => {
  it('what we write, it reads', async () => {
    const path = newPath();
    await using disk = await createDisk(path, { format: 'luks', size: SIZE, passphrase: PASSPHRASE, options: QUICK });
    await (disk.image as LuksImage).volume.addPassphrase('another', { iterationMs: 1, random: (length) => random.bytes(length) });
    await disk.close();
    const dump = cryptsetup('luksDump', path);
    expect(dump.stdout).toMatch(/Cipher mode:\s+xts-plain64/);
    expect(dump.stdout.match(/ENABLED/g)).toHaveLength(2);
    expect(cryptsetup('open', '--test-passphrase', '--type', 'luks1', '--key-file', '-', path).status).toBe(0);
    expect(spawnSync('cryptsetup', ['open', '--test-passphrase', '--key-slot', '1', '--key-file', '-', path], { input: 'another' }).status).toBe(0);
    expect(spawnSync('cryptsetup', ['open', '--test-passphrase', '--key-file', '-', path], { input: 'wrong' }).status).not.toBe(0);
  });

  it.each([['aes-xts-plain64', 'sha256', '256'], ['aes-cbc-essiv:sha256', 'sha1', '128'], ['aes-xts-plain64', 'sha512', '512']])('%s %s is opened', async (cipher, hash, bits) => {
    const path = newPath();
    writeFileSync(path, new Uint8Array(4 * 1024 * 1024));
    const made = cryptsetup('luksFormat', '--batch-mode', '--type', 'luks1', '--cipher', cipher, '--hash', hash, '--key-size', bits, '--pbkdf-force-iterations', '1000', '--key-file', '-', path);
    expect(made.stderr).toBe('');
    expect(spawnSync('cryptsetup', ['luksAddKey', '--pbkdf-force-iterations', '1000', '--key-file', '-', path, join(folder, 'second')], { input: PASSPHRASE }).status).not.toBe(0);
    writeFileSync(join(folder, 'second'), 'the second');
    expect(spawnSync('cryptsetup', ['luksAddKey', '--pbkdf-force-iterations', '1000', '--key-file', '-', path, join(folder, 'second')], { input: PASSPHRASE }).status).toBe(0);
    rmSync(join(folder, 'second'));
    for (const passphrase of [PASSPHRASE, 'the second']) {
      await using disk = await openDisk(path, { passphrase });
      expect(disk.size).toBeGreaterThan(1024 * 1024);
    }
  });

  it('version 2 is refused with its name', async () => {
    const path = newPath();
    writeFileSync(path, new Uint8Array(32 * 1024 * 1024));
    expect(cryptsetup('luksFormat', '--batch-mode', '--type', 'luks2', '--pbkdf', 'pbkdf2', '--pbkdf-force-iterations', '1000', '--key-file', '-', path).status).toBe(0);
    await expect(openDisk(path, { passphrase: PASSPHRASE })).rejects.toMatchObject({ code: 'DISK_FEATURE_UNSUPPORTED', message: expect.stringContaining('LUKS version 2') as string });
  });
});
