import { describe, expect, it } from 'vitest';
import { toHex, XmmProgram } from '../../testing/xmm-program.ts';

const counting = '000102030405060708090a0b0c0d0e0f';
const upper = '101112131415161718191a1b1c1d1e1f';

const shuffle = (map: '0f' | '0f38' | '0f3a', prefix: 'none' | 'p66' | 'f3' | 'f2', opcode: number, immediate = 0, x = counting, y = upper): string => {
  const p = new XmmProgram();
  p.setXmm(1, x);
  p.setXmm(2, y);
  p.run(map, prefix, opcode, 1, 2, { immediate });
  return toHex(p.xmm(1));
};

describe('shuffles', () => {
  it('PSHUFD, PSHUFHW, PSHUFLW, SHUFPS, SHUFPD', () => {
    expect(shuffle('0f', 'p66', 0x70, 0x1b, counting, counting)).toBe('0c0d0e0f08090a0b0405060700010203');
    expect(shuffle('0f', 'f3', 0x70, 0x1b, counting, counting)).toBe('00010203040506070e0f0c0d0a0b0809');
    expect(shuffle('0f', 'f2', 0x70, 0x1b, counting, counting)).toBe('060704050203000108090a0b0c0d0e0f');
    expect(shuffle('0f', 'none', 0xc6, 0x4e)).toBe('08090a0b0c0d0e0f1011121314151617');
    expect(shuffle('0f', 'p66', 0xc6, 1)).toBe('08090a0b0c0d0e0f1011121314151617');
  });

  it('unpacks', () => {
    expect(shuffle('0f', 'p66', 0x60)).toBe('00100111021203130414051506160717');
    expect(shuffle('0f', 'p66', 0x69)).toBe('080918190a0b1a1b0c0d1c1d0e0f1e1f');
    expect(shuffle('0f', 'p66', 0x6d)).toBe('08090a0b0c0d0e0f18191a1b1c1d1e1f');
  });

  it('PALIGNR takes dst above src, and zeros above both', () => {
    expect(shuffle('0f3a', 'p66', 0x0f, 5)).toBe('15161718191a1b1c1d1e1f0001020304');
    expect(shuffle('0f3a', 'p66', 0x0f, 20)).toBe('0405060708090a0b0c0d0e0f00000000');
    expect(shuffle('0f3a', 'p66', 0x0f, 255)).toBe('00'.repeat(16));
  });

  it('blends by immediate and by XMM0', () => {
    expect(shuffle('0f3a', 'p66', 0x0e, 0x81)).toBe('101102030405060708090a0b0c0d1e1f');
    expect(shuffle('0f3a', 'p66', 0x0d, 2)).toBe('000102030405060718191a1b1c1d1e1f');
    const p = new XmmProgram();
    p.setXmm(0, '80000000 7fffffff 000000ff 00000000');
    p.setXmm(1, counting);
    p.setXmm(2, upper);
    p.run('0f38', 'p66', 0x14, 1, 2); // BLENDVPS
    expect(toHex(p.xmm(1))).toBe('000102031415161718191a1b0c0d0e0f');
  });

  it('INSERTPS chooses, places and clears', () => {
    expect(shuffle('0f3a', 'p66', 0x21, 0b10_01_1000)).toBe('0001020318191a1b08090a0b00000000');
  });

  it('inserts and extracts by an index modulo the lanes', () => {
    const p = new XmmProgram();
    p.setXmm(1, counting);
    p.state.setReg(0, 0xffff_ffff_1234_abcdn);
    p.run('0f', 'p66', 0xc4, 1, 0, { immediate: 9 }); // PINSRW xmm1, eax, 1
    expect(toHex(p.xmm(1))).toBe('0001cdab0405060708090a0b0c0d0e0f');
    p.run('0f3a', 'p66', 0x14, 1, 3, { immediate: 0x13 }); // PEXTRB ebx, xmm1, 3
    expect(p.state.reg(3)).toBe(0xabn);
  });

  it('EXTRQ and INSERTQ move bit fields', () => {
    const p = new XmmProgram();
    p.setXmm(1, 'efcdab8967452301' + '11'.repeat(8));
    p.run('0f', 'p66', 0x78, 0, 1, { group: 0, immediate: 0x0c | (8 << 8) });
    expect(toHex(p.xmm(1).subarray(0, 8))).toBe('cd0b000000000000');
    p.setXmm(2, 'ffffffffffffffff 0404' + '00'.repeat(6));
    p.run('0f', 'f2', 0x79, 1, 2);
    expect(toHex(p.xmm(1).subarray(0, 8))).toBe('fd0b000000000000');
  });
});
