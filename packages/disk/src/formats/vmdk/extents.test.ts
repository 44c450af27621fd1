/** Extents of other products, made here byte by byte. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { viewOf } from '../../layout.ts';
import { createDisk, openDisk } from '../../open-disk.ts';
import { hasQemuImg, mustPassQemuImg } from '../../testing/qemu-img.ts';
import { COW_HEADER, COW_MAGIC, SE_SPARSE_HEADER, SE_SPARSE_MAGIC, SE_SPARSE_VERSION, SE_SPARSE_VOLATILE_HEADER, SE_SPARSE_VOLATILE_MAGIC } from './layout.ts';

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'worldswitch-disk-')); });
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });
const at = (name: string): string => join(folder, name);
const MIB = 1024 * 1024;

function describeDisk(name: string, createType: string, extents: readonly string[], more = ''): void {
  writeFileSync(at(name), `# Disk DescriptorFile\nversion=1\nCID=0000000b\nparentCID=ffffffff\ncreateType="${createType}"\n${more}\n# Extent description\n${extents.join('\n')}\n`);
}

async function read(name: string, options = {}): Promise<Uint8Array> {
  await using disk = await openDisk(at(name), options);
  const bytes = new Uint8Array(disk.size);
  await disk.read(0, bytes);
  return bytes;
}

/** Grains of one sector: the disk's sectors 1, 2 and 4096 are there, with 1, 2 and 3. */
function writeCow(name: string): void {
  const bytes = new Uint8Array((4 + 1 + 32 + 32 + 3) * 512);
  const view = viewOf(bytes);
  COW_HEADER.write(bytes, { magicNumber: COW_MAGIC, version: 1, flags: 3, numSectors: 8192, grainSize: 1, gdOffset: 4, numGDEntries: 2, freeSector: 72 });
  view.setUint32(4 * 512, 5, true);
  view.setUint32(4 * 512 + 4, 37, true);
  view.setUint32(5 * 512 + 4, 69, true);
  view.setUint32(5 * 512 + 8, 70, true);
  view.setUint32(37 * 512, 71, true);
  for (const [i, sector] of [69, 70, 71].entries()) bytes.fill(i + 1, sector * 512, sector * 512 + 512);
  writeFileSync(at(name), bytes);
}

describe('VMFSSPARSE', () => {
  it('is read, by itself and on its parent', async () => {
    writeCow('vm-000001-delta.vmdk');
    const expected = new Uint8Array(4 * MIB);
    for (const [i, sector] of [1, 2, 4096].entries()) expected.fill(i + 1, sector * 512, sector * 512 + 512);
    expect(Buffer.compare(await read('vm-000001-delta.vmdk'), expected)).toBe(0);
    {
      await using base = await createDisk(at('vm.vmdk'), { format: 'vmdk', size: 4 * MIB, options: { subformat: 'monolithicFlat' } });
      await base.write(0, new Uint8Array(MIB).fill(9));
    }
    const cid = /CID=(\w{8})/.exec(readFileSync(at('vm.vmdk'), 'utf8'))![1]!;
    describeDisk('vm-000001.vmdk', 'vmfsSparse', ['RW 8192 VMFSSPARSE "vm-000001-delta.vmdk"'], 'parentFileNameHint="/vmfs/volumes/1/vm/vm.vmdk"');
    writeFileSync(at('vm-000001.vmdk'), readFileSync(at('vm-000001.vmdk'), 'utf8').replace('parentCID=ffffffff', `parentCID=${cid}`));
    const shown = expected.map((byte, i) => (byte === 0 && i < MIB ? 9 : byte));
    expect(Buffer.compare(await read('vm-000001.vmdk'), shown)).toBe(0);
    // qemu-img opens no extent without a descriptor.
    describeDisk('alone.vmdk', 'vmfsSparse', ['RW 8192 VMFSSPARSE "vm-000001-delta.vmdk"']);
    writeFileSync(at('expected'), expected);
    if (hasQemuImg) mustPassQemuImg('compare', '-f', 'vmdk', '-F', 'raw', at('alone.vmdk'), at('expected'));
  });
  it('has tables within its file', async () => {
    writeCow('x.vmdk');
    const bytes = new Uint8Array(readFileSync(at('x.vmdk')));
    viewOf(bytes).setUint32(4 * 512, 0x00ff_ffff, true);
    writeFileSync(at('x.vmdk'), bytes);
    await expect(read('x.vmdk')).rejects.toMatchObject({ code: 'DISK_IMAGE_TRUNCATED' });
    COW_HEADER.write(bytes, { numSectors: 0xffff_ffff });
    writeFileSync(at('x.vmdk'), bytes);
    await expect(read('x.vmdk')).rejects.toMatchObject({ context: { field: 'numGDEntries' } });
  });
});

describe('SESPARSE', () => {
  /** One table; its entries 0 to 4 are: none, unmapped, zero, grain 1, grain 4097. */
  function writeSeSparse(changes: { readonly replayJournal?: bigint; readonly entry?: bigint; readonly directoryEntry?: bigint } = {}): void {
    const bytes = new Uint8Array((256 + 8 * 4100) * 512);
    const view = viewOf(bytes);
    SE_SPARSE_HEADER.write(bytes, {
      magic: SE_SPARSE_MAGIC, version: SE_SPARSE_VERSION, capacity: 4096 * 8, grainSize: 8, grainTableSize: 64, volatileHeaderOffset: 1, volatileHeaderSize: 1, grainDirectoryOffset: 16, grainDirectorySize: 8,
      grainTablesOffset: 32, grainTablesSize: 64 * 2, grainsOffset: 256, grainsSize: 8 * 4100,
    });
    SE_SPARSE_VOLATILE_HEADER.write(bytes, { magic: SE_SPARSE_VOLATILE_MAGIC, replayJournal: changes.replayJournal ?? 0n }, 512);
    view.setBigUint64(16 * 512, changes.directoryEntry ?? 0x1000_0000_0000_0001n, true);
    const table = (32 + 64) * 512;
    view.setBigUint64(table + 8, 0x1000_0000_0000_0005n, true);
    view.setBigUint64(table + 16, 0x2000_0000_0000_0000n, true);
    view.setBigUint64(table + 24, changes.entry ?? 0x3001_0000_0000_0000n, true);
    view.setBigUint64(table + 32, 0x3001_0000_0000_0001n, true);
    bytes.fill(1, (256 + 8) * 512, (256 + 16) * 512);
    bytes.fill(2, (256 + 8 * 4097) * 512, (256 + 8 * 4098) * 512);
    writeFileSync(at('x.vmdk'), bytes);
  }
  it('has its bits unscrambled, and zeros hide the parent', async () => {
    writeSeSparse();
    const bytes = await read('x.vmdk');
    expect([0, 1, 2, 3, 4, 5].map((grain) => bytes[grain * 4096])).toEqual([0, 0, 0, 1, 2, 0]);
    await using disk = await openDisk(at('x.vmdk'));
    const kinds = [];
    for await (const { kind, length } of disk.extents(0, 6 * 4096)) kinds.push([kind, length / 4096]);
    expect(kinds).toEqual([['absent', 1], ['zero', 2], ['data', 1], ['data', 1], ['absent', 1]]);
  });
  it.each([
    [{ replayJournal: 1n }, /journal/], [{ entry: 0x3fff_ffff_ffff_ffffn }, /would end at/], [{ entry: 0x7000_0000_0000_0000n }, /no grain table entry/], [{ directoryEntry: 0x1000_0000_0000_0002n }, /beyond/],
    [{ directoryEntry: 0x2000_0000_0000_0001n }, /no grain directory entry/],
  ])('is refused with %o', async (changes, reason) => {
    writeSeSparse(changes);
    await expect(read('x.vmdk')).rejects.toThrow(reason);
  });
});

describe('descriptors of several extents', () => {
  it('join flat, sparse and zero ones, flat ones from an offset', async () => {
    writeFileSync(at('a.bin'), new Uint8Array(4096).fill(1));
    writeFileSync(at('b.bin'), new Uint8Array(512).fill(1));
    await (await createDisk(at('s.vmdk'), { format: 'vmdk', size: 128 * 1024 })).close();
    describeDisk('x.vmdk', 'twoGbMaxExtentFlat', ['RW 2 FLAT "a.bin" 4', 'RW 2 ZERO', 'RW 256 SPARSE "s.vmdk"', 'RW 1 VMFS "b.bin"']);
    const bytes = await read('x.vmdk');
    expect(bytes.length).toBe((2 + 2 + 256 + 1) * 512);
    expect([bytes[0], bytes[1023], bytes[1024], bytes[bytes.length - 513], bytes[bytes.length - 1]]).toEqual([1, 1, 0, 0, 1]);
    await using disk = await openDisk(at('x.vmdk'), { readOnly: false });
    await expect(disk.write(0, new Uint8Array(512))).rejects.toMatchObject({ code: 'DISK_READ_ONLY' });
  });
  it('of ESXi are written where they are flat', async () => {
    writeFileSync(at('vm-flat.vmdk'), new Uint8Array(MIB));
    describeDisk('vm.vmdk', 'vmfs', ['RW 2048 VMFS "vm-flat.vmdk"']);
    {
      await using disk = await openDisk(at('vm.vmdk'), { readOnly: false });
      await disk.write(512, new Uint8Array(512).fill(4));
    }
    expect(readFileSync(at('vm-flat.vmdk'))[512]).toBe(4);
    expect(readFileSync(at('vm.vmdk'), 'utf8')).not.toContain('CID=0000000b');
  });
  it.each([
    ['a file that is cut', 'monolithicFlat', ['RW 2048 FLAT "a.bin" 0'], /ends at 1048576/], ['no access', 'monolithicFlat', ['NOACCESS 8 FLAT "a.bin" 0'], /not to be accessed/],
    ['a raw device', 'vmfs', ['RW 8 VMFSRDM "a.bin"'], /VMFSRDM/], ['nothing but zeros', 'monolithicFlat', ['RW 8 ZERO'], /nothing but zeros/], ['no name', 'monolithicFlat', ['RW 8 FLAT'], /without a name/],
    ['a symbolic link to elsewhere', 'monolithicFlat', ['RW 1 FLAT "link" 0'], /outside its folder/], ['a folder below', 'monolithicFlat', ['RW 1 FLAT "below/a.bin" 0'], /outside its folder/],
    ['a sparse extent twice', 'twoGbMaxExtentSparse', ['RW 8 SPARSE "s.vmdk"', 'RW 8 SPARSE "s.vmdk"'], /is two extents/], ['a sparse extent that is too small', 'twoGbMaxExtentSparse', ['RW 512 SPARSE "s.vmdk"'], /is of 131072/],
    ['a file that is not there', 'monolithicFlat', ['RW 1 FLAT "none.bin" 0'], /cannot be opened/],
  ])('are refused for %s', async (_, createType, extents, reason) => {
    writeFileSync(at('a.bin'), new Uint8Array(4096));
    await (await createDisk(at('s.vmdk'), { format: 'vmdk', size: 128 * 1024 })).close();
    symlinkSync('/etc/passwd', at('link'));
    mkdirSync(at('below'));
    writeFileSync(at('below/a.bin'), new Uint8Array(512));
    describeDisk('x.vmdk', createType, extents);
    await expect(read('x.vmdk')).rejects.toThrow(reason);
  });
  it('may name what their user allows', async () => {
    mkdirSync(at('below'));
    writeFileSync(at('below/a.bin'), new Uint8Array(512).fill(6));
    describeDisk('x.vmdk', 'monolithicFlat', ['RW 1 FLAT "below/a.bin" 0']);
    expect((await read('x.vmdk', { references: { allowedFolders: [at('below')] } }))[0]).toBe(6);
  });
});
