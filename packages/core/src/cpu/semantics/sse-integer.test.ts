import { describe, expect, it } from 'vitest';
import { flag } from '../state.ts';
import { toHex, XmmProgram } from '../../testing/xmm-program.ts';

const binary = (map: '0f' | '0f38', opcode: number, x: string, y: string): string => {
  const p = new XmmProgram();
  p.setXmm(1, x);
  p.setXmm(2, y);
  p.run(map, 'p66', opcode, 1, 2);
  return toHex(p.xmm(1));
};

describe('packed integers', () => {
  it('PMULHRSW does not saturate -1 × -1', () => {
    expect(binary('0f38', 0x0b, '0080 ff7f 0040 0000 0000 0000 0000 0000', '0080 ff7f 0100 0000 0000 0000 0000 0000')).toBe('0080fe7f010000000000000000000000');
  });

  it('PMADDUBSW takes dst as unsigned, src as signed, and saturates', () => {
    expect(binary('0f38', 0x04, 'ffff ffff 0102 0000 0000 0000 0000 0000', '7f7f 8080 03fd 0000 0000 0000 0000 0000')).toBe('ff7f0080fdff00000000000000000000');
  });

  it('PACKUSDW and PACKSSWB put dst low, src high', () => {
    expect(binary('0f38', 0x2b, '00000100 ffffffff 34120000 00800000', '01000000 02000000 03000000 04000000')).toBe('ffff0000341200800100020003000400');
    expect(binary('0f', 0x63, 'ff00 80ff 0001 00ff 0100 0200 0300 0400', '0000'.repeat(8))).toBe('7f807f80010203040000000000000000');
  });

  it('PSADBW sums each half', () => {
    expect(binary('0f', 0xf6, '00'.repeat(8) + '0a'.repeat(8), 'ff'.repeat(8) + '0c'.repeat(8))).toBe('f8070000000000001000000000000000');
  });

  it('shifts by more than the lane give 0, or the sign', () => {
    expect(binary('0f', 0xd1, 'ffff'.repeat(8), '10' + '00'.repeat(15))).toBe('00'.repeat(16));
    expect(binary('0f', 0xe1, '0080ff7f'.repeat(4), '0000000000000080' + '00'.repeat(8))).toBe('ffff0000'.repeat(4));
    expect(binary('0f', 0xf3, '0100000000000000'.repeat(2), '3f' + '00'.repeat(15))).toBe('0000000000000080'.repeat(2));
  });

  it('PSLLDQ and PSRLDQ clear everything from 16 on', () => {
    const p = new XmmProgram();
    for (const [group, immediate, expected] of [[3, 15, '0f' + '00'.repeat(15)], [3, 255, '00'.repeat(16)], [7, 15, '00'.repeat(16)], [7, 14, '00'.repeat(15) + '01'], [7, 250, '00'.repeat(16)]] as const) {
      p.setXmm(2, '000102030405060708090a0b0c0d0e0f');
      p.run('0f', 'p66', 0x73, 0, 2, { group, immediate });
      expect(toHex(p.xmm(2)), `/${group} ${immediate}`).toBe(expected);
    }
  });

  it('PHMINPOSUW finds the first of equal minima', () => {
    const p = new XmmProgram();
    p.setXmm(2, '0500 0300 ffff 0300 0400 0900 0800 0300');
    p.run('0f38', 'p66', 0x41, 1, 2);
    expect(toHex(p.xmm(1))).toBe('03000100' + '00'.repeat(12));
  });

  it('PTEST tells common from foreign bits', () => {
    const p = new XmmProgram();
    p.setXmm(1, 'f0' + '00'.repeat(15));
    for (const [mask, flags] of [['0f', flag.zf], ['f0', flag.cf], ['ff', 0], ['00', flag.zf | flag.cf]] as const) {
      p.setXmm(2, mask + '00'.repeat(15));
      p.run('0f38', 'p66', 0x17, 1, 2);
      expect(p.arithmeticFlags, mask).toBe(flags);
    }
  });

  it('memory operands have to be aligned, but for those of MOVUPS and its like', () => {
    const p = new XmmProgram();
    p.run('0f', 'p66', 0xef, 1, 0, { memory: true }); // PXOR
    expect(p.lastAccess).toEqual({ sizeBytes: 16, write: false, mustBeAligned: true });
    p.run('0f', 'none', 0x11, 1, 0, { memory: true }); // MOVUPS
    expect(p.lastAccess).toEqual({ sizeBytes: 16, write: true, mustBeAligned: false });
    p.run('0f', 'f3', 0xe6, 1, 0, { memory: true }); // CVTDQ2PD
    expect(p.lastAccess).toEqual({ sizeBytes: 8, write: false, mustBeAligned: false });
  });
});
