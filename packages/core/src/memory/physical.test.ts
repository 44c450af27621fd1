import { describe, expect, it } from 'vitest';
import { PhysicalMemory } from './physical.ts';

const MIB = 0x10_0000;
const rom = (): Uint8Array => Uint8Array.from({ length: 0x1_0000 }, (_, i) => (i * 7) & 0xff);

describe('PhysicalMemory', () => {
  it('takes whole pages from 1 MiB to 3 GiB', () => {
    for (const bytes of [0, MIB - 4096, MIB + 1, 0xc000_1000]) expect(() => new PhysicalMemory(bytes)).toThrow(RangeError);
    expect(new PhysicalMemory(MIB).ramBytes).toBe(MIB);
  });

  it('has RAM below 640 KiB and above 1 MiB, and nothing between', () => {
    const memory = new PhysicalMemory(2 * MIB);
    for (const at of [0x9_fffc, MIB, 2 * MIB - 4]) {
      memory.writeU32(at, 0x1234_5678);
      expect(memory.readU32(at)).toBe(0x1234_5678);
    }
    for (const at of [0xa_0000, 0xf_fffc, 2 * MIB, 0xffff_fffc]) {
      memory.writeU32(at, 1);
      expect(memory.readU32(at)).toBe(0xffff_ffff);
    }
  });

  it('reads and writes across pages, and past the end of RAM', () => {
    const memory = new PhysicalMemory(2 * MIB);
    memory.write(0x1ffe, Uint8Array.of(1, 2, 3, 4));
    expect([memory.readU16(0x1ffe), memory.readU32(0x1ffe)]).toEqual([0x0201, 0x0403_0201]);
    const into = new Uint8Array(4);
    memory.write(2 * MIB - 2, Uint8Array.of(5, 6, 7, 8));
    memory.read(2 * MIB - 2, into);
    expect([...into]).toEqual([5, 6, 0xff, 0xff]);
  });

  it('shows one ROM image at two addresses and drops writes to it', () => {
    const memory = new PhysicalMemory(2 * MIB);
    const image = rom();
    memory.mapRom(0xffff_0000, image);
    memory.mapRom(0xf_0000, image);
    memory.writeU8(0xf_0010, 0xee);
    expect([memory.readU8(0xf_0010), memory.readU8(0xffff_0010)]).toEqual([0x70, 0x70]);
    expect(memory.isReadOnly(0xf_0010)).toBe(true);
  });

  it('switches a shadow region between ROM, RAM and write-protected RAM', () => {
    const memory = new PhysicalMemory(2 * MIB);
    const image = rom();
    memory.mapRom(0xf_0000, image);
    memory.mapShadow(0xf_0000, 0x1_0000, 'ram', true);
    memory.writeU8(0xf_0001, 0x55);
    memory.mapShadow(0xf_0000, 0x1_0000, 'ram', false);
    memory.writeU8(0xf_0001, 0x66);
    expect(memory.readU8(0xf_0001)).toBe(0x55);
    memory.mapShadow(0xf_0000, 0x1_0000, 'rom', false, { image, offset: 0 });
    expect(memory.readU8(0xf_0001)).toBe(7);
  });

  it('tells of A20 only when it changes', () => {
    const memory = new PhysicalMemory(2 * MIB);
    let changes = 0;
    memory.onMapChange = () => { changes++; };
    memory.setA20(true);
    memory.setA20(false);
    memory.setA20(false);
    expect([changes, memory.a20]).toEqual([1, false]);
  });

  it('refuses regions that are not pages, and more ROM than there is room for', () => {
    const memory = new PhysicalMemory(2 * MIB);
    expect(() => memory.mapRam(0x10, 0x1000)).toThrow(RangeError);
    expect(() => memory.mapRom(0xe000_0000, new Uint8Array(0x100_1000))).toThrow(/ROM images exceed/);
  });
});
