import { describe, expect, it } from 'vitest';
import { vector } from '../fault.ts';
import { XmmProgram } from '../../testing/xmm-program.ts';

describe('the MMX state', () => {
  it('every instruction makes TOP 0 and all registers valid, a write fills the exponent', () => {
    const p = new XmmProgram();
    p.state.set('fpuStatus', 0x3d00);
    p.setMmx(1, 0x00ff_0001_7fff_8000n);
    p.setMmx(2, 0x0001_0001_0001_0001n);
    expect(p.run('0f', 'none', 0xed, 1, 2).fault).toBeUndefined(); // PADDSW mm1, mm2
    expect(p.mmx(1)).toBe(0x0100_0002_7fff_8001n);
    expect(p.state.get('fpuExponent', 1)).toBe(0xffff);
    expect(p.state.get('fpuExponent', 2)).toBe(0);
    expect(p.state.get('fpuStatus')).toBe(0x0500);
    expect(p.state.get('fpuTag')).toBe(0);
  });

  it('EMMS empties it', () => {
    const p = new XmmProgram();
    p.state.set('fpuTag', 0);
    p.run('0f', 'none', 0x77, 0, 0);
    expect(p.state.get('fpuTag')).toBe(0xffff);
  });

  it('a pending x87 exception comes first', () => {
    const p = new XmmProgram();
    p.state.set('fpuStatus', 0x8081);
    p.setMmx(1, 1n);
    expect(p.run('0f', 'none', 0xfe, 1, 1).fault).toBe(vector.mf);
    expect(p.run('0f', 'none', 0x2a, 1, 1).fault).toBe(vector.mf); // CVTPI2PS xmm1, mm1
    expect(p.run('0f', 'none', 0x2a, 1, 1, { memory: true }).fault).toBeUndefined();
    expect(p.mmx(1)).toBe(1n);
  });

  it('horizontal operations, packs and shuffles stay within 64 bits', () => {
    const p = new XmmProgram();
    p.setMmx(1, 0x0004_0003_0002_0001n);
    p.setMmx(2, 0x0040_0030_0020_0010n);
    p.run('0f38', 'none', 0x01, 1, 2); // PHADDW
    expect(p.mmx(1)).toBe(0x0070_0030_0007_0003n);
    p.setMmx(1, 0x0004_0003_0002_0001n);
    p.run('0f', 'none', 0x67, 1, 2); // PACKUSWB
    expect(p.mmx(1)).toBe(0x4030_2010_0403_0201n);
    p.setMmx(2, 0x8001_0f06_0504_0302n);
    p.run('0f38', 'none', 0x00, 1, 2); // PSHUFB: indices count modulo 8
    expect(p.mmx(1)).toBe(0x0002_4030_2010_0403n);
    p.setMmx(2, 0x8877_6655_4433_2211n);
    p.run('0f', 'none', 0x70, 1, 2, { immediate: 0x1b }); // PSHUFW
    expect(p.mmx(1)).toBe(0x2211_4433_6655_8877n);
  });
});
