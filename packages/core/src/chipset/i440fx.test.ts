import { describe, expect, it } from 'vitest';
import { TestBoard, testDevice } from '../testing/device.ts';
import { i440fx } from './i440fx.ts';

function powered() {
  const board = new TestBoard();
  const maps: string[] = [];
  const device = i440fx.place(board, {
    at: { device: 0, function: 0 },
    host: {
      readConfig: (target, offset, size) => board.pci.read(target, offset, size),
      writeConfig: (target, offset, size, value) => board.pci.write(target, offset, size, value),
      mapShadow: (start, length, read, write) => void maps.push(`${start.toString(16)}+${length.toString(16)} ${read}${write ? ' write' : ''}`),
      mapSmram: (open) => void maps.push(`smram ${open}`),
    },
  });
  const select = (offset: number, target = 0): void => board.ports.write(0xcf8, 4, (0x8000_0000 + target * 0x100 + (offset & 0xfc)) >>> 0);
  const read = (offset: number, size: 1 | 2 | 4, target = 0): number => {
    select(offset, target);
    return board.ports.read(0xcfc + (offset & 3), size);
  };
  const write = (offset: number, size: 1 | 2 | 4, value: number): void => {
    select(offset);
    board.ports.write(0xcfc + (offset & 3), size, value);
  };
  maps.length = 0;
  return { board, device, maps, select, read, write };
}

describe('440FX host bridge', () => {
  it('has the defaults of the datasheet, chapter 3.2', () => {
    const { read } = powered();
    expect([read(0, 2), read(2, 2), read(4, 2), read(6, 2)]).toEqual([0x8086, 0x1237, 0x0006, 0x0280]);
    expect([read(8, 1), read(9, 1), read(10, 2), read(13, 1), read(14, 1), read(15, 1)]).toEqual([2, 0, 0x0600, 0, 0, 0]);
    const bytes = [[0x52, 0], [0x53, 0x80], [0x54, 0], [0x57, 1], [0x58, 0x10], [0x68, 0], [0x70, 0], [0x71, 0x10], [0x72, 2], [0x90, 0], [0x91, 0], [0x93, 0]];
    for (const [offset, value] of bytes) expect(read(offset, 1), offset.toString(16)).toBe(value);
    for (let pam = 0x59; pam <= 0x5f; pam++) expect(read(pam, 1)).toBe(0);
  });

  it('implements mechanism 1: dword address, any width of data, nothing without the enable bit', () => {
    const { board, read, select } = powered();
    select(0x08);
    expect(board.ports.read(0xcf8, 4)).toBe(0x8000_0008);
    board.out8(0xcf8, 0x55);
    expect(board.ports.read(0xcf8, 4)).toBe(0x8000_0008);
    expect([board.in8(0xcf8), board.ports.read(0xcfe, 2), board.in8(0xcff)]).toEqual([0xff, 0x0600, 0x06]);
    expect(read(0, 4, 5 << 3)).toBe(0xffff_ffff);
    expect(read(0, 2, 1 << 8)).toBe(0xffff);
    board.ports.write(0xcf8, 4, 0);
    expect(board.ports.read(0xcfc, 4)).toBe(0xffff_ffff);
  });

  it('keeps identity registers and reserved bits', () => {
    const { read, write } = powered();
    write(0, 4, 0);
    write(4, 2, 0xffff);
    write(0x59, 1, 0xff);
    expect([read(0, 4), read(4, 2), read(0x59, 1)]).toEqual([0x1237_8086, 0x0146, 0x30]);
  });

  it('maps every shadow segment by its PAM nibble', () => {
    const { maps, write } = powered();
    write(0x59, 1, 0x10);
    write(0x5a, 1, 0x21);
    write(0x5f, 1, 0x33);
    expect(maps).toEqual(['f0000+10000 ram', 'c0000+4000 ram', 'c4000+4000 rom write', 'e8000+4000 ram write', 'ec000+4000 ram write']);
    maps.length = 0;
    write(0x5c, 4, 0x1111_1111);
    expect(maps).toHaveLength(8);
  });

  it('opens SMRAM until it is locked', () => {
    const { device, maps, read, write } = powered();
    write(0x72, 1, 0x4a);
    expect(maps).toEqual(['smram true']);
    write(0x72, 1, 0x5a);
    expect(read(0x72, 1)).toBe(0x1a);
    expect(maps.at(-1)).toBe('smram false');
    device.reset();
    expect(read(0x72, 1)).toBe(0x02);
  });
});

testDevice(i440fx, {
  wiring: (log) => ({
    at: { device: 0, function: 0 },
    host: { mapShadow: (...segment) => log(segment.join(' ')), readConfig: (target, offset, size) => (target * 7 + offset) % 2 ** (8 * size) },
  }),
});
