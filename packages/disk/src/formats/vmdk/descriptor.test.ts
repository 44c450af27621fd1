import { describe, expect, it } from 'vitest';
import { DiskError } from '../../errors.ts';
import { cidText, Descriptor, isDescriptor, newCid, newDescriptor } from './descriptor.ts';
import { geometryOf } from './geometry.ts';

const where = { path: 'x.vmdk' };
const latin1 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));
const read = (text: string): Descriptor => Descriptor.read(latin1(text), where);
const text = (descriptor: Descriptor): string => Buffer.from(descriptor.bytes()).toString('latin1');

const VBOX = `# Disk DescriptorFile\r
version=1\r
CID = 5352CACE\r
parentCID=ffffffff\r
createType="monolithicFlat"\r
\r
# Extent description\r
RW  8192   FLAT "b\xf6se disk.vmdk"\t16\r
\r
# The disk Data Base \r
#DDB\r
\r
ddb.adapterType="ide"\r
ddb.geometry.cylinders="8"\r
ddb.uuid.image="0f2a3b4c-0000-4000-8000-000000000001"\r
ddb.uuid.parent="00000000-0000-0000-0000-000000000000"\r
ddb.comment=""\r
`;

describe('descriptor', () => {
  it('reads spaces, quotes, capitals and CRLF', () => {
    const descriptor = read(VBOX);
    expect(descriptor.cid).toBe(0x5352_cace);
    expect(descriptor.parentCid).toBe(0xffff_ffff);
    expect(descriptor.createType).toBe('monolithicFlat');
    expect(descriptor.get('ddb.comment')).toBe('');
    expect(descriptor.get('DDB.ADAPTERTYPE')).toBe('ide');
    expect(descriptor.extents).toEqual([{ access: 'RW', size: 4 * 1024 * 1024, type: 'FLAT', name: 'böse disk.vmdk', offset: 8192 }]);
  });
  it('changes nothing but what is changed', () => {
    const descriptor = read(VBOX);
    descriptor.setCid(0xab);
    expect(text(descriptor)).toBe(VBOX.replace('5352CACE', '000000ab'));
    descriptor.set('parentFileNameHint', 'base.vmdk', ['createType']);
    expect(text(descriptor)).toContain('createType="monolithicFlat"\r\nparentFileNameHint="base.vmdk"\r\n');
    descriptor.delete('parentFileNameHint');
    expect(text(descriptor)).toBe(VBOX.replace('5352CACE', '000000ab'));
  });
  it('keeps the place and the bytes of its extents when they grow', () => {
    const grown = read(VBOX).withExtents([{ access: 'RW', size: 1024, type: 'FLAT', name: 'é.vmdk', offset: 512 }]);
    expect(text(grown)).toContain('# Extent description\r\nRW 2 FLAT "\xc3\xa9.vmdk" 1\r\n\r\n# The disk');
    expect(grown.extents[0]!.name).toBe('é.vmdk');
  });
  it('refuses to write a name that its encoding has not', () => {
    const descriptor = read(VBOX.replace('version=1', 'version=1\r\nencoding="windows-1252"'));
    expect(descriptor.extents[0]!.name).toBe('böse disk.vmdk');
    expect(() => descriptor.set('parentFileNameHint', 'ö.vmdk')).toThrow(/windows-1252/);
    expect(() => descriptor.set('parentFileNameHint', 'a"\nRW 1 FLAT "/etc/passwd')).toThrow(DiskError);
  });
  it('reads other encodings', () => {
    const name = String.fromCharCode(0x93, 0xfa, 0x96, 0x7b);
    expect(read(VBOX.replace('version=1', 'version=1\r\nencoding="Shift_JIS"').replace('b\xf6se disk', name)).extents[0]!.name).toBe('日本.vmdk');
  });
  it.each([['5352cace', 0x5352_cace], ['1f', 0x1f], ['ffffffff', 0xffff_ffff], ['3699422919', 3_699_422_919]])('reads the content id %s', (written, cid) => {
    expect(read(VBOX.replace('5352CACE', written)).cid).toBe(cid);
  });
  it('refuses what is none', () => {
    expect(() => read('# Disk DescriptorFile\nCID=1\n')).toThrow(/no version/);
    expect(() => read(VBOX.replace('version=1', 'version=9'))).toThrow(/version 9/);
    expect(() => read(VBOX.replace('5352CACE', 'zz')).cid).toThrow(/content id/);
    expect(() => read(VBOX.replace('RW  8192 ', 'RW 99999999999999999999 '))).toThrow(/sectors/);
    expect(() => read(`version=1\n${'RW 1 FLAT "a"\n'.repeat(4097)}`)).toThrow(/4096/);
    expect(() => read(`version=1\n${'RW 99999999999 FLAT "a"\n'.repeat(40)}`)).toThrow(/larger/);
    expect(() => read(`${VBOX}encryptionKeys="vmware:key/list/()"\n`)).toThrow(/encrypted/);
  });
  it('takes no time for hostile lines', () => {
    const startMs = performance.now();
    for (const line of [`a${' '.repeat(400_000)}=`, `RW${' '.repeat(400_000)}x`, `CID=${' '.repeat(400_000)}"x`, `version${' '.repeat(400_000)}`]) {
      expect(() => read(line).cid).toThrow(DiskError);
      isDescriptor(latin1(`\n${'\n '.repeat(2000)}${line}`));
    }
    expect(performance.now() - startMs).toBeLessThan(500);
  });
  it('is recognised', () => {
    expect(isDescriptor(latin1(VBOX))).toBe(true);
    expect(isDescriptor(latin1('# a comment\n\nversion=1\nCID=1'))).toBe(true);
    expect(isDescriptor(latin1('#!/bin/sh\necho version=1\n'))).toBe(false);
    expect(isDescriptor(new Uint8Array(4096))).toBe(false);
  });
  it('is made with all that VMware wants, the content id in its first sector', () => {
    const random = (length: number): Uint8Array => new Uint8Array(length).fill(0xab);
    const cid = newCid(random);
    const descriptor = newDescriptor({
      cid, createType: 'monolithicFlat', size: 8 * 1024 ** 3, extents: [{ access: 'RW', size: 8 * 1024 ** 3, type: 'FLAT', name: 'x-flat.vmdk', offset: 0 }], adapterType: 'lsilogic', hwVersion: '4', toolsVersion: '1', random,
    }, where);
    expect(text(descriptor).slice(0, 512)).toMatch(/^# Disk DescriptorFile\nversion=1\n(?:.*\n)*CID=abababab\n(?:.*\n)*parentCID=ffffffff\n(?:.*\n)*RW 16777216 FLAT "x-flat.vmdk" 0\n/);
    expect(descriptor.get('ddb.longContentID')).toMatch(/^[0-9a-f]{24}abababab$/);
    expect(descriptor.get('ddb.uuid')).toMatch(/^(?:[0-9a-f]{2} ){7}[0-9a-f]{2}-(?:[0-9a-f]{2} ){7}[0-9a-f]{2}$/);
    expect([descriptor.get('ddb.geometry.cylinders'), descriptor.get('ddb.geometry.heads'), descriptor.get('ddb.geometry.sectors')]).toEqual(['1044', '255', '63']);
    expect(newCid(() => new Uint8Array(4).fill(0xff))).not.toBe(0xffff_ffff);
    expect(cidText(1)).toBe('00000001');
  });
});

describe('geometry', () => {
  const MIB = 1024 ** 2;
  it.each([
    ['ide', 64 * MIB, 130, 16, 63], ['ide', 100 * 1024 * MIB, 16_383, 16, 63], ['lsilogic', 64 * MIB, 64, 64, 32], ['lsilogic', 1024 * MIB, 512, 128, 32], ['buslogic', 2048 * MIB, 261, 255, 63],
  ])('of %s, %d bytes', (adapterType, size, cylinders, heads, sectors) => {
    expect(geometryOf(size, adapterType)).toEqual({ cylinders, heads, sectors });
  });
});
