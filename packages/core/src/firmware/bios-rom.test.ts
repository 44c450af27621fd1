import { describe, expect, it } from 'vitest';
import { CoreError } from '../errors.ts';
import { biosRom } from './bios-rom.ts';

const KIB = 1024;

describe('a BIOS image', () => {
  it('ends at 4 GiB and its last 128 KiB at 1 MiB', () => {
    const image = new Uint8Array(256 * KIB);
    image[128 * KIB] = 0xaa;
    image[256 * KIB - 16] = 0xea;
    const rom = biosRom(image, 'bios.bin');
    expect(rom.address).toBe(0xfffc_0000);
    expect(rom.low.address).toBe(0xe_0000);
    expect(rom.low.image[0]).toBe(0xaa);
    expect(rom.low.image[0xf_fff0 - rom.low.address]).toBe(0xea);
  });

  it('of 64 KiB lies at f_0000 and is the same storage', () => {
    const image = new Uint8Array(64 * KIB);
    expect(biosRom(image, 'bios.bin').low).toEqual({ image, address: 0xf_0000 });
    expect(biosRom(image, 'bios.bin').low.image).toBe(image);
  });

  it.each([0, 1, 32 * KIB, 100 * KIB, 64 * KIB + 1, 16 * 1024 * KIB + 64 * KIB])('of %d bytes is refused by name', (sizeBytes) => {
    const attempt = (): unknown => biosRom(new Uint8Array(sizeBytes), 'bios.bin');
    expect(attempt).toThrow(CoreError);
    expect(attempt).toThrow(/^bios\.bin: has \d+ bytes/);
  });
});
