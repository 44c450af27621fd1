import { describe, expect, it } from 'vitest';
import { readAr } from './ar.ts';

function member(name: string, data: string): string {
  const head = `${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}${String(data.length).padEnd(10)}\`\n`;
  return head + data + (data.length % 2 === 1 ? '\n' : '');
}

describe('ar', () => {
  it('lists members, with padding after an odd length', () => {
    const archive = Buffer.from(`!<arch>\n${member('debian-binary', '2.0\n')}${member('odd/', 'abc')}${member('last', 'z')}`);
    expect(readAr(archive).map(({ name, data }) => [name, Buffer.from(data).toString()])).toEqual([
      ['debian-binary', '2.0\n'],
      ['odd', 'abc'],
      ['last', 'z'],
    ]);
  });

  it('refuses what is not an archive', () => {
    expect(() => readAr(Buffer.from('PK'))).toThrow(/not an ar archive/);
  });

  it('refuses a truncated member and a bad header', () => {
    const whole = Buffer.from(`!<arch>\n${member('a', 'abcdef')}`);
    expect(() => readAr(whole.subarray(0, -1))).toThrow(/size '6'/);
    expect(() => readAr(whole.subarray(0, 30))).toThrow(/no member header/);
    expect(() => readAr(Buffer.from(whole.toString('latin1').replace(/6 {9}/, '-6        '), 'latin1'))).toThrow(/size '-6'/);
  });
});
