/** Images whose data are enciphered by LUKS: the suite, and qemu-img's. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DiskError } from '../../errors.ts';
import type { Format } from '../../format.ts';
import { createDisk, createIn, openDisk, openStore } from '../../open-disk.ts';
import { MemoryStore } from '../../store/memory-store.ts';
import { hasQemuImg, mustPassQemuImg, qemuImg } from '../../testing/qemu-img.ts';
import { RandomSource } from '../../testing/random-source.ts';
import { testFormat } from '../../testing/test-format.ts';
import { qcow2 } from './format.ts';
import { readHeader } from './header.ts';
import { encryptionPointerLayout, extensionLayout, headerLayout } from './layout.ts';

const PASSPHRASE = 'correct horse';
const QUICK = { 'encrypt.format': 'luks', 'encrypt.iter-time': 1 } as const;
const random = new RandomSource(4);

testFormat({
  format: qcow2 as unknown as Format, qemuName: 'qcow2', qemuChecks: true, survivesPowerCuts: true, operations: 100, headerBytes: 2 * 1024 * 1024,
  variants: [{ name: 'LUKS', options: QUICK, passphrase: PASSPHRASE }],
});

const folder = mkdtempSync(join(tmpdir(), 'worldswitch-qcow2-luks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const secret = ['--object', `secret,id=key,data=${PASSPHRASE}`];

/** qemu-img measures how fast it hashes, and gives up when the clock of its processor time stands still meanwhile. */
function passQemu(...args: string[]): void {
  for (let attempt = 1; ; attempt++) {
    const { status, output } = qemuImg(...args);
    if (status === 0) return;
    if (attempt === 10 || !output.includes('accurate CPU usage')) throw new Error(output);
  }
}

describe.skipIf(!hasQemuImg)('enciphered qcow2 and qemu-img', () => {
  it.each([[''], [',cluster_size=4k,encrypt.cipher-mode=cbc,encrypt.ivgen-alg=essiv,encrypt.ivgen-hash-alg=sha256'], [',extended_l2=on,cluster_size=128k']])('what it makes %s is read, written on, and read by it', async (more) => {
    const path = join(folder, 'qemu.qcow2'), plain = join(folder, 'plain');
    const contents = new Uint8Array(2 * 1024 * 1024);
    contents.set(random.bytes(300_000), 700_000);
    writeFileSync(plain, contents);
    passQemu('convert', ...secret, '-f', 'raw', '-O', 'qcow2', '-o', `encrypt.format=luks,encrypt.key-secret=key,encrypt.iter-time=10${more}`, plain, path);
    const disk = await openDisk(path, { passphrase: PASSPHRASE, readOnly: false });
    const bytes = new Uint8Array(disk.size);
    await disk.read(0, bytes);
    expect(Buffer.compare(bytes, contents)).toBe(0);
    const news = random.bytes(100_001);
    for (const at of [5, 650_000, 1_900_000]) {
      await disk.write(at, news);
      contents.set(news, at);
    }
    const { 'format-specific': specific } = JSON.parse(mustPassQemuImg('info', '-U', '--output=json', path)) as { 'format-specific': { data: { encrypt: object } } };
    expect(await disk.image.details()).toMatchObject({ encrypt: { format: 'luks', uuid: (specific.data.encrypt as { uuid: string }).uuid } });
    await disk.close();
    writeFileSync(plain, contents);
    const source = `driver=qcow2,encrypt.key-secret=key,file.driver=file,file.filename=${path}`;
    mustPassQemuImg('compare', ...secret, '--image-opts', source, `driver=raw,file.driver=file,file.filename=${plain}`);
    mustPassQemuImg('check', ...secret, '--image-opts', source);
  });

  it.each([[{ preallocation: 'metadata' }], [{ cluster_size: 512 }], [{ preallocation: 'full', extended_l2: true }]])('what is made here with %j is empty to it', async (options) => {
    const path = join(folder, 'ours.qcow2'), plain = join(folder, 'empty');
    await (await createDisk(path, { format: 'qcow2', size: 1024 * 1024, options: { ...QUICK, ...options }, passphrase: PASSPHRASE, replace: true })).close();
    writeFileSync(plain, new Uint8Array(1024 * 1024));
    const source = `driver=qcow2,encrypt.key-secret=key,file.driver=file,file.filename=${path}`;
    mustPassQemuImg('compare', ...secret, '--image-opts', source, `driver=raw,file.driver=file,file.filename=${plain}`);
    mustPassQemuImg('check', ...secret, '--image-opts', source);
    await using disk = await openDisk(path, { passphrase: PASSPHRASE });
    const bytes = new Uint8Array(disk.size);
    await disk.read(0, bytes);
    expect(bytes.every((byte) => byte === 0)).toBe(true);
  });
});

/** The last byte of the offset in the encryption header pointer. */
function pointerPlace(store: MemoryStore): number {
  const head = Buffer.alloc(4096);
  store.read(0, head);
  return head.indexOf(Buffer.from('0537be77', 'hex')) + extensionLayout.byteLength + encryptionPointerLayout.fields.length[0] - 1;
}

describe('enciphered qcow2', () => {
  const make = async (): Promise<MemoryStore> => {
    const store = new MemoryStore('image');
    const disk = await createIn(store, { format: 'qcow2', size: 1024 * 1024, options: QUICK, passphrase: PASSPHRASE });
    await disk.write(0, new Uint8Array(65_536).fill(0x5a));
    await disk.close();
    return store;
  };

  it('needs its passphrase to be made and read, and not to be checked', async () => {
    const store = await make();
    const all = new Uint8Array(store.length);
    store.read(0, all);
    expect(Buffer.from(all).includes(Buffer.alloc(64, 0x5a))).toBe(false);
    await expect(openStore(store)).rejects.toMatchObject({ code: 'DISK_KEY_WRONG' });
    await expect(openStore(store, { passphrase: 'wrong' })).rejects.toMatchObject({ code: 'DISK_KEY_WRONG' });
    await expect(createIn(new MemoryStore('new'), { format: 'qcow2', size: 512, options: QUICK })).rejects.toMatchObject({ code: 'DISK_KEY_WRONG' });
    await expect(createIn(new MemoryStore('new'), { format: 'qcow2', size: 512, options: { ...QUICK, compat: '0.10' }, passphrase: PASSPHRASE })).rejects.toMatchObject({ code: 'DISK_OPTION_INVALID' });
    await using disk = await openStore(store, { isForCheck: true });
    expect(await qcow2.check!(disk.image, undefined)).toMatchObject({ corruptions: 0, leaks: 0 });
    await expect(disk.read(0, new Uint8Array(512))).rejects.toMatchObject({ code: 'DISK_KEY_WRONG' });
  });

  it('is checked, and not read, when its LUKS header is damaged, misplaced or of another kind', async () => {
    const placeOf = async (store: MemoryStore): Promise<number> => (await readHeader(store)).encryptionHeader!.offset;
    for (const [at, byte] of [[placeOf, 0], [headerLayout.fields.crypt_method[0] + 3, 1], [headerLayout.fields.crypt_method[0] + 3, 3], [pointerPlace, 1]] as const) {
      const store = await make();
      store.write(typeof at === 'number' ? at : await at(store), Uint8Array.of(byte));
      await expect(openStore(store, { passphrase: PASSPHRASE })).rejects.toBeInstanceOf(DiskError);
      await using disk = await openStore(store, { isForCheck: true });
      await qcow2.check!(disk.image, undefined);
      await expect(disk.read(0, new Uint8Array(512))).rejects.toBeInstanceOf(DiskError);
    }
  });

  it('keeps what a snapshot has, and grows', async () => {
    const store = await make();
    const disk = await openStore(store, { passphrase: PASSPHRASE, readOnly: false });
    await disk.change(async () => disk.image.snapshots!.create('before', 0));
    await disk.write(1000, new Uint8Array(1000).fill(1));
    await disk.change(async () => disk.image.resize!(2 * 1024 * 1024));
    await disk.write(2 * 1024 * 1024 - 700, new Uint8Array(700).fill(2));
    const bytes = new Uint8Array(disk.size);
    await disk.read(0, bytes);
    const model = new Uint8Array(disk.size).fill(0x5a, 0, 65_536).fill(1, 1000, 2000).fill(2, disk.size - 700);
    expect(Buffer.compare(bytes, model)).toBe(0);
    await disk.change(async () => disk.image.snapshots!.apply('before'));
    const before = new Uint8Array(65_536);
    await disk.read(0, before);
    expect(before.every((byte) => byte === 0x5a)).toBe(true);
    expect(disk.image.packing).toBeUndefined();
    await disk.close();
  });
});
