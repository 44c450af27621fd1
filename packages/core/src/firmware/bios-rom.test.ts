import { describe, expect, it } from 'vitest';
import { CoreError } from '../errors.ts';
import { biosRom } from './bios-rom.ts';

const KIB = 1024;

describe('a BIOS image', () => {
  it('ends at 4 GiB and its last 128 KiB at 1 MiB', () => {
    const rom = biosRom(new Uint8Array(256 * KIB), 'bios.bin');
    expect(rom.address).toBe(0xfffc_0000);
    expect(rom.low).toEqual({ address: 0xe_0000, offset: 128 * KIB });
  });

  it('of 64 KiB lies at f_0000 as a whole', () => {
    expect(biosRom(new Uint8Array(64 * KIB), 'bios.bin').low).toEqual({ address: 0xf_0000, offset: 0 });
  });

  it.each([0, 1, 32 * KIB, 100 * KIB, 64 * KIB + 1, 16 * 1024 * KIB + 64 * KIB])('of %d bytes is refused by name', (sizeBytes) => {
    const attempt = (): unknown => biosRom(new Uint8Array(sizeBytes), 'bios.bin');
    expect(attempt).toThrow(CoreError);
    expect(attempt).toThrow(/^bios\.bin: has \d+ bytes/);
  });
});
