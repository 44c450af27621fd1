import { describe, expect, it } from 'vitest';
import { flag } from '../state.ts';
import { toHex, XmmProgram } from '../../testing/xmm-program.ts';

const text = (value: string): Uint8Array => Uint8Array.from({ length: 16 }, (_, i) => value.charCodeAt(i) || 0);

const implicitIndex = (set: string, subject: string, immediate: number): [index: number, flags: number] => {
  const p = new XmmProgram();
  p.setXmm(1, text(set));
  p.setXmm(2, text(subject));
  p.run('0f3a', 'p66', 0x63, 1, 2, { immediate });
  return [Number(p.state.reg(1)), p.arithmeticFlags];
};

describe('string comparisons', () => {
  it('equal any: the first of a set', () => {
    expect(implicitIndex('xyz', 'abcydef', 0x00)).toEqual([3, flag.cf | flag.zf | flag.sf]);
    expect(implicitIndex('xyz', 'abcdefghijklmnop', 0x00)).toEqual([16, flag.sf]);
  });

  it('ranges: the last letter, an odd limit counts for nothing', () => {
    expect(implicitIndex('azAZ', '12ab34', 0x44)[0]).toBe(3);
    expect(implicitIndex('az0', '12ab34', 0x04)[0]).toBe(2);
  });

  it('equal each, negated: the first difference; equal ends do not differ', () => {
    expect(implicitIndex('same', 'same', 0x18)).toEqual([16, flag.zf | flag.sf]);
    expect(implicitIndex('same', 'sane', 0x18)[0]).toBe(2);
  });

  it('equal ordered: a substring, also one that runs off the end', () => {
    expect(implicitIndex('cde', 'abcdefgh', 0x0c)[0]).toBe(2);
    expect(implicitIndex('opq', 'abcdefghijklmnop', 0x0c)[0]).toBe(14);
    expect(implicitIndex('xyz', 'abcdefgh', 0x0c)[0]).toBe(16);
  });

  it('explicit lengths are absolute and saturate; PCMPESTRM makes masks', () => {
    const p = new XmmProgram();
    p.setXmm(1, text('ab'));
    p.setXmm(2, text('bxab'));
    p.state.setReg(0, 0xffff_fffen); // -2
    p.state.setReg(2, 100n);
    p.run('0f3a', 'p66', 0x60, 1, 2, { immediate: 0x00 });
    expect(toHex(p.xmm(0))).toBe('0d00' + '00'.repeat(14));
    expect(p.arithmeticFlags).toBe(flag.cf | flag.sf | flag.of);
    p.run('0f3a', 'p66', 0x60, 1, 2, { immediate: 0x40 });
    expect(toHex(p.xmm(0))).toBe('ff00ffff' + '00'.repeat(12));
  });
});

describe('CRC32', () => {
  it('is Castagnoli’s: the check value of "123456789"', () => {
    const p = new XmmProgram();
    p.state.setReg(0, 0xffff_ffffn);
    for (const c of '123456789') {
      p.state.setReg(3, BigInt(c.charCodeAt(0)));
      p.run('0f38', 'f2', 0xf0, 0, 3);
    }
    expect((~Number(p.state.reg(0)) >>> 0).toString(16)).toBe('e3069283');
  });
});
