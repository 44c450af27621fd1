import { describe, expect, it } from 'vitest';
import { toHex, XmmProgram } from '../../testing/xmm-program.ts';

describe('AES', () => {
  /** Expands a 128-bit key as the AESKEYGENASSIST entry of the SDM does; round keys are in memory order. */
  const expandKey = (p: XmmProgram, key: string): string[] => {
    const keys = [key];
    for (const rcon of [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x1b, 0x36]) {
      p.setXmm(1, keys.at(-1)!);
      p.run('0f3a', 'p66', 0xdf, 2, 1, { immediate: rcon });
      p.run('0f', 'p66', 0x70, 2, 2, { immediate: 0xff }); // PSHUFD
      p.setXmm(3, p.xmm(1).slice());
      for (let i = 0; i < 3; i++) {
        p.run('0f', 'p66', 0x73, 0, 3, { group: 7, immediate: 4 }); // PSLLDQ
        p.run('0f', 'p66', 0xef, 1, 3);
      }
      p.run('0f', 'p66', 0xef, 1, 2);
      keys.push(toHex(p.xmm(1)));
    }
    return keys;
  };

  it('encrypts and decrypts the example of FIPS 197, appendix C.1', () => {
    const p = new XmmProgram();
    const keys = expandKey(p, '000102030405060708090a0b0c0d0e0f');
    expect(keys[10]).toBe('13111d7fe3944a17f307a78b4d2b30c5');
    p.setXmm(0, '00112233445566778899aabbccddeeff');
    p.setXmm(1, keys[0]!);
    p.run('0f', 'p66', 0xef, 0, 1);
    for (let round = 1; round <= 10; round++) {
      p.setXmm(1, keys[round]!);
      p.run('0f38', 'p66', round === 10 ? 0xdd : 0xdc, 0, 1);
    }
    expect(toHex(p.xmm(0))).toBe('69c4e0d86a7b0430d8cdb78070b4c55a');

    p.setXmm(1, keys[10]!);
    p.run('0f', 'p66', 0xef, 0, 1);
    for (let round = 9; round >= 0; round--) {
      p.setXmm(1, keys[round]!);
      if (round > 0) p.run('0f38', 'p66', 0xdb, 1, 1); // AESIMC
      p.run('0f38', 'p66', round === 0 ? 0xdf : 0xde, 0, 1);
    }
    expect(toHex(p.xmm(0))).toBe('00112233445566778899aabbccddeeff');
  });
});

describe('PCLMULQDQ', () => {
  it('multiplies the halves that imm names without carries', () => {
    const p = new XmmProgram();
    for (const [immediate, expected] of [[0x00, 0x03n], [0x11, 0x05n], [0x10, 0x0fn]] as const) {
      p.setXmm(1, '0300000000000000 0500000000000000');
      p.setXmm(2, '0100000000000000' + (immediate === 0x10 ? '0500000000000000' : '0100000000000000'));
      p.run('0f3a', 'p66', 0x44, 1, 2, { immediate });
      expect(new DataView(p.xmm(1).slice().buffer).getBigUint64(0, true), `${immediate}`).toBe(expected);
    }
    p.setXmm(1, 'ffffffffffffffff' + '00'.repeat(8));
    p.setXmm(2, 'ffffffffffffffff' + '00'.repeat(8));
    p.run('0f3a', 'p66', 0x44, 1, 2, { immediate: 0 });
    expect(toHex(p.xmm(1))).toBe('55'.repeat(16));
  });
});

describe('SHA', () => {
  const words = (hex: string): number[] => hex.match(/.{8}/g)!.map((w) => parseInt(w, 16));
  /** Lane 3 holds the first word. */
  const vector = (w: readonly number[]): Uint8Array => new Uint8Array(Uint32Array.from([w[3]!, w[2]!, w[1]!, w[0]!]).buffer);
  const lanes = (p: XmmProgram, register: number): number[] => [...new Uint32Array(p.xmm(register).slice().buffer)].reverse();
  const block = words('61626380' + '0'.repeat(104) + '0000000000000018');

  it('SHA-1 of "abc" (FIPS 180-4 example)', () => {
    const p = new XmmProgram();
    const initial = words('67452301efcdab8998badcfe10325476c3d2e1f0');
    const schedule = [0, 4, 8, 12].map((i) => block.slice(i, i + 4));
    p.setXmm(0, vector(initial.slice(0, 4)));
    p.setXmm(1, vector([initial[4]!, 0, 0, 0]));
    for (let group = 0; group < 20; group++) {
      if (group >= 4) {
        p.setXmm(4, vector(schedule[group - 4]!));
        p.setXmm(5, vector(schedule[group - 3]!));
        p.run('0f38', 'none', 0xc9, 4, 5); // SHA1MSG1
        p.setXmm(5, vector(schedule[group - 2]!));
        p.run('0f', 'p66', 0xef, 4, 5);
        p.setXmm(5, vector(schedule[group - 1]!));
        p.run('0f38', 'none', 0xca, 4, 5); // SHA1MSG2
        schedule.push(lanes(p, 4));
      }
      p.setXmm(2, vector(schedule[group]!));
      if (group === 0) p.run('0f', 'p66', 0xfe, 1, 2); // PADDD
      else p.run('0f38', 'none', 0xc8, 1, 2); // SHA1NEXTE
      p.setXmm(3, p.xmm(0).slice());
      p.run('0f3a', 'none', 0xcc, 0, 1, { immediate: Math.floor(group / 5) });
      p.setXmm(1, p.xmm(3).slice());
    }
    p.setXmm(2, vector([initial[4]!, 0, 0, 0]));
    p.run('0f38', 'none', 0xc8, 1, 2);
    const digest = [...lanes(p, 0).map((w, i) => (w + initial[i]!) >>> 0), lanes(p, 1)[0]!];
    expect(digest.map((w) => w.toString(16).padStart(8, '0')).join('')).toBe('a9993e364706816aba3e25717850c26c9cd0d89d');
  });

  it('SHA-256 of "abc" (FIPS 180-4 example)', () => {
    const p = new XmmProgram();
    const primes = Array.from({ length: 312 }, (_, i) => i).filter((n) => n > 1 && !Array.from({ length: Math.floor(Math.sqrt(n)) - 1 }, (_, i) => i + 2).some((d) => n % d === 0)).slice(0, 64);
    const fraction = (x: number): number => Math.floor((x - Math.floor(x)) * 2 ** 32) >>> 0;
    const constants = primes.map((n) => fraction(Math.cbrt(n)));
    const initial = primes.slice(0, 8).map((n) => fraction(Math.sqrt(n)));
    const little = (w: readonly number[]): Uint8Array => new Uint8Array(Uint32Array.from(w).buffer);
    const schedule = [...block];
    for (let i = 16; i < 64; i += 4) {
      p.setXmm(4, little(schedule.slice(i - 16, i - 12)));
      p.setXmm(5, little(schedule.slice(i - 12, i - 8)));
      p.run('0f38', 'none', 0xcc, 4, 5); // SHA256MSG1
      p.setXmm(5, little(schedule.slice(i - 7, i - 3)));
      p.run('0f', 'p66', 0xfe, 4, 5);
      p.setXmm(5, little(schedule.slice(i - 4, i)));
      p.run('0f38', 'none', 0xcd, 4, 5); // SHA256MSG2
      schedule.push(...lanes(p, 4).reverse());
    }
    const [a, b, c, d, e, f, g, h] = initial as [number, number, number, number, number, number, number, number];
    p.setXmm(1, vector([a, b, e, f]));
    p.setXmm(2, vector([c, d, g, h]));
    for (let i = 0; i < 64; i += 2) {
      p.setXmm(0, little([schedule[i]! + constants[i]!, schedule[i + 1]! + constants[i + 1]!, 0, 0]));
      p.run('0f38', 'none', 0xcb, 2, 1); // SHA256RNDS2: the new ABEF; the old one becomes CDGH
      const next = p.xmm(2).slice();
      p.setXmm(2, p.xmm(1).slice());
      p.setXmm(1, next);
    }
    const [abef, cdgh] = [lanes(p, 1), lanes(p, 2)];
    const digest = [abef[0], abef[1], cdgh[0], cdgh[1], abef[2], abef[3], cdgh[2], cdgh[3]].map((w, i) => ((w! + initial[i]!) >>> 0).toString(16).padStart(8, '0'));
    expect(digest.join('')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});

describe('GFNI', () => {
  it('multiplies in the field of AES, and the inverse multiplies to 1', () => {
    const p = new XmmProgram();
    const values = '0001025313ca57833f80ff1b8d0a4d99';
    p.setXmm(1, values);
    p.setXmm(2, '8040201008040201'.repeat(2)); // the identity matrix
    p.run('0f3a', 'p66', 0xcf, 1, 2, { immediate: 0 });
    p.setXmm(2, values);
    p.run('0f38', 'p66', 0xcf, 1, 2);
    expect(toHex(p.xmm(1))).toBe('00' + '01'.repeat(15));
    p.setXmm(1, '57'.repeat(16));
    p.setXmm(2, '83'.repeat(16));
    p.run('0f38', 'p66', 0xcf, 1, 2);
    expect(toHex(p.xmm(1))).toBe('c1'.repeat(16)); // FIPS 197, 4.2
  });
});
