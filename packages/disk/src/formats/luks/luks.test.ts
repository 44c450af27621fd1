import { describe, expect, it } from 'vitest';
import { HEADER_BYTES, headerLayout, KEY_SLOTS_OFFSET, keySlotLayout, SLOT_ENABLED } from '../../encryption/luks/layout.ts';
import { DiskError } from '../../errors.ts';
import type { Format } from '../../format.ts';
import { createIn, openStore } from '../../open-disk.ts';
import { MemoryStore } from '../../store/memory-store.ts';
import { RandomSource } from '../../testing/random-source.ts';
import { testFormat } from '../../testing/test-format.ts';
import { luks } from './format.ts';
import type { LuksImage } from './image.ts';

const PASSPHRASE = 'correct horse battery staple';
const QUICK = { 'iter-time': 1 };
const random = new RandomSource(7);
const contents = random.bytes(4096);

testFormat({
  format: luks as unknown as Format,
  variants: [
    { name: 'aes-256-xts-plain64', options: QUICK, passphrase: PASSPHRASE },
  ],
  qemuName: 'luks', survivesPowerCuts: true, operations: 100, headerBytes: 256 * 1024,
});

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('LUKS passphrases', () => {
  const make = async (): Promise<MemoryStore> => {
    const store = new MemoryStore('volume');
    const disk = await createIn(store, { format: 'luks', size: 4096, passphrase: PASSPHRASE, options: QUICK, random: (length) => random.bytes(length) });
    await disk.write(0, contents);
    await disk.close();
    return store;
  };

  it('a wrong one and none are refused, and the header is told without', async () => {
    const store = await make();
    await expect(openStore(store, { passphrase: 'wrong' })).rejects.toMatchObject({ code: 'DISK_KEY_WRONG' });
    await expect(openStore(store)).rejects.toMatchObject({ code: 'DISK_KEY_WRONG' });
    await using disk = await openStore(store, { isForCheck: true });
    expect(disk.size).toBe(4096);
    expect(await disk.image.details()).toMatchObject({ 'cipher-alg': 'aes-256', 'cipher-mode': 'xts' });
    await expect(disk.read(0, new Uint8Array(1))).rejects.toMatchObject({ code: 'DISK_KEY_WRONG' });
  });

  it('are added and taken away, the last not', async () => {
    const store = await make();
    const source = { iterationMs: 1, random: (length: number) => random.bytes(length) };
    const { volume } = (await openStore(store, { passphrase: PASSPHRASE, readOnly: false })).image as LuksImage;
    expect(await volume.addPassphrase('second', source)).toBe(1);
    expect(await volume.addPassphrase('eighth', { ...source, slot: 7 })).toBe(7);
    await volume.removeSlot(0, source.random);
    await expect(openStore(store, { passphrase: PASSPHRASE })).rejects.toMatchObject({ code: 'DISK_KEY_WRONG' });
    for (const passphrase of ['second', 'eighth']) {
      await using disk = await openStore(store, { passphrase });
      const bytes = new Uint8Array(4096);
      await disk.read(0, bytes);
      expect(hex(bytes)).toBe(hex(contents));
    }
    await volume.removeSlot(7, source.random);
    await expect(volume.removeSlot(1, source.random)).rejects.toThrow(/the last/);
    await expect(volume.addPassphrase('x', { ...source, slot: 1 })).rejects.toThrow(/in use/);
  });

  it('the data are not there in the clear, and two sectors alike are not alike', async () => {
    const store = new MemoryStore('volume');
    const disk = await createIn(store, { format: 'luks', size: 1024, passphrase: PASSPHRASE, options: QUICK });
    await disk.close();
    const bytes = new Uint8Array(1024);
    store.read(store.length - 1024, bytes);
    expect(bytes.every((byte) => byte === 0)).toBe(false);
    expect(hex(bytes.subarray(0, 512))).not.toBe(hex(bytes.subarray(512)));
  });

  it('a resized volume has zeros where it is new', async () => {
    const store = await make();
    const disk = await openStore(store, { passphrase: PASSPHRASE, readOnly: false });
    await disk.change(async () => disk.image.resize?.(8192));
    const bytes = new Uint8Array(8192);
    await disk.read(0, bytes);
    expect(hex(bytes)).toBe(hex(Buffer.concat([contents, new Uint8Array(4096)])));
    await disk.change(async () => disk.image.resize?.(512));
    expect(disk.size).toBe(512);
    await disk.close();
  });

  it.each([
    ['many iterations', { slot: { iterations: 0xffff_ffff } }, /iterations|hashed/],
    ['many iterations of the digest', { header: { mkDigestIterations: 0xffff_fff0 } }, /hashed/],
    ['no iterations', { slot: { iterations: 0 } }, /0 times/],
    ['many stripes', { slot: { stripes: 0x7fff_ffff } }, /stripes/],
    ['material beyond the data', { slot: { keyMaterialOffset: 0xffff_fff0 } }, /key material/],
    ['material over the header', { slot: { keyMaterialOffset: 0 } }, /key material/],
    ['a long key', { header: { keyBytes: 0xffff_ffff } }, /key has/],
    ['data beyond the end', { header: { payloadOffset: 0xffff_ffff } }, /data begin/],
    ['a hash that is none', { header: { hashSpec: '../etc/passwd' } }, /hashes by/],
    ['a cipher that is not known', { header: { cipherName: 'serpent' } }, /serpent-xts-plain64/],
    ['a mode that is not known', { header: { cipherMode: 'cbc-essiv:md5' } }, /cbc-essiv:md5/],
    ['a slot that is neither', { slot: { active: 1 } }, /neither in use nor free/],
    ['version 3', { header: { version: 3 } }, /version 3/],
  ] as [string, { header?: object; slot?: object }, RegExp][])('hostile: %s', async (_name, { header = {}, slot = {} }, message) => {
    const store = await make();
    const bytes = new Uint8Array(KEY_SLOTS_OFFSET + keySlotLayout.byteLength);
    store.read(0, bytes);
    headerLayout.write(bytes, header);
    keySlotLayout.write(bytes, slot, KEY_SLOTS_OFFSET);
    store.write(0, bytes);
    const startMs = performance.now();
    await expect(openStore(store, { format: 'luks', passphrase: PASSPHRASE })).rejects.toThrow(message);
    expect(performance.now() - startMs).toBeLessThan(500);
  });

  it('a cipher that qemu cannot open is not made', async () => {
    await expect(createIn(new MemoryStore(), { format: 'luks', size: 512, passphrase: PASSPHRASE, options: { ...QUICK, 'cipher-alg': 'aes-192', 'cipher-mode': 'cbc' } })).rejects.toMatchObject({ code: 'DISK_OPTION_INVALID' });
  });

  it('hostile: headers damaged anywhere are told of or refused, at once', async () => {
    const store = await make();
    const pristine = new Uint8Array(HEADER_BYTES);
    store.read(0, pristine);
    let refused = 0;
    const startMs = performance.now();
    for (let i = 0; i < 3000; i++) {
      const damaged = pristine.slice();
      for (let n = 1 + random.below(4); n > 0; n--) damaged[random.below(HEADER_BYTES)] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.below(256)]);
      store.write(0, damaged);
      try {
        await openStore(store, { format: 'luks', isForCheck: true });
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(300);
    expect(performance.now() - startMs).toBeLessThan(5000);
  });

  it('hostile: two slots over one another', async () => {
    const store = await make();
    const bytes = new Uint8Array(KEY_SLOTS_OFFSET + 2 * keySlotLayout.byteLength);
    store.read(0, bytes);
    const slot = keySlotLayout.read(bytes, KEY_SLOTS_OFFSET);
    keySlotLayout.write(bytes, { ...slot, active: SLOT_ENABLED }, KEY_SLOTS_OFFSET + keySlotLayout.byteLength);
    store.write(0, bytes);
    await expect(openStore(store, { passphrase: PASSPHRASE })).rejects.toThrow(/lies over/);
  });
});
