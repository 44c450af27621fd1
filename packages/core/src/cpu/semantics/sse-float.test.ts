import { describe, expect, it } from 'vitest';
import { vector } from '../fault.ts';
import { flag } from '../state.ts';
import { toHex, XmmProgram } from '../../testing/xmm-program.ts';

const singles = (...values: number[]): Uint8Array => new Uint8Array(new Float32Array([...values, 0, 0, 0].slice(0, 4)).buffer);
const doubles = (...values: number[]): Uint8Array => new Uint8Array(new Float64Array([...values, 0].slice(0, 2)).buffer);
const PE = 0x20, UE = 0x10, IE = 1, ZE = 4;

describe('SSE arithmetic', () => {
  it('sets the flags that hardware sets, and keeps the upper lanes of a scalar', () => {
    const p = new XmmProgram();
    p.setXmm(1, singles(1, 2, 3, 4));
    p.setXmm(2, singles(3, 5, 6, 7));
    p.run('0f', 'f3', 0x5e, 1, 2); // DIVSS
    expect(toHex(p.xmm(1))).toBe(toHex(singles(Math.fround(1 / 3), 2, 3, 4)));
    expect(p.mxcsr).toBe(0x1f80 | PE);
  });

  it('raises #XM before the destination is written; #UD without CR4.OSXMMEXCPT', () => {
    const p = new XmmProgram();
    p.mxcsr = 0x1f80 & ~(ZE << 7);
    p.setXmm(1, singles(1, 1, 1, 1));
    p.setXmm(2, singles(3, 0, 3, 3));
    expect(p.run('0f', 'none', 0x5e, 1, 2).fault).toBe(vector.xm);
    // An exception of the operands keeps everything from being computed: no PE.
    expect(p.mxcsr).toBe((0x1f80 & ~(ZE << 7)) | ZE);
    expect(toHex(p.xmm(1))).toBe(toHex(singles(1, 1, 1, 1)));
    p.state.set64('cr4', 0x200n);
    expect(p.run('0f', 'none', 0x5e, 1, 2).fault).toBe(vector.ud);
  });

  it('an unmasked underflow is inexact only if it is so at full precision', () => {
    const p = new XmmProgram();
    for (const [x, flags] of [[2 ** -100, UE], [Math.fround(2 ** -100 * (1 + 2 ** -23)), UE | PE]] as const) {
      p.mxcsr = 0x1f80 & ~(UE << 7);
      p.setXmm(1, singles(x));
      p.setXmm(2, singles(Math.fround(2 ** -48 * (1 + 2 ** -23))));
      expect(p.run('0f', 'f3', 0x59, 1, 2).fault).toBe(vector.xm);
      expect(p.mxcsr & 0x3f, `${x}`).toBe(flags);
    }
  });

  it('gives the same through WebAssembly as through softfloat', () => {
    // PE clear takes the exact path, PE set the fast one wherever it claims to be right.
    const p = new XmmProgram();
    let seed = 12345;
    const random = (): number => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) >>> 8;
    const interesting = [0, 0x8000_0000, 0x3f80_0000, 0x0080_0000, 0x0080_0001, 0x00ff_ffff, 0x0000_0001, 0x7f7f_ffff, 0x7f80_0000, 0x7fc0_0000, 0x7f80_0001, 0x3380_0000, 0x2000_0000, 0x1fff_ffff];
    const word = (): number => (random() & 1 ? interesting[random() % interesting.length]! | (random() & 1 ? 0x8000_0000 : 0) : (random() << 8) ^ random()) >>> 0;
    for (const [prefix, opcodes] of [['none', [0x51, 0x58, 0x59, 0x5a, 0x5b, 0x5c, 0x5d, 0x5e, 0x5f]], ['p66', [0x51, 0x58, 0x59, 0x5a, 0x5c, 0x5d, 0x5e, 0x5f, 0x7c, 0xd0]], ['f3', [0x51, 0x58, 0x59, 0x5a, 0x5b, 0x5c, 0x5d, 0x5e]], ['f2', [0x51, 0x58, 0x59, 0x5a, 0x5c, 0x5e]]] as const) {
      for (const opcode of opcodes) {
        for (let i = 0; i < 200; i++) {
          const x = new Uint8Array(Uint32Array.from({ length: 4 }, word).buffer);
          const y = new Uint8Array(Uint32Array.from({ length: 4 }, word).buffer);
          const [exact, fast] = [0x1f80, 0x1f80 | PE].map((mxcsr) => {
            p.setXmm(1, x);
            p.setXmm(2, y);
            p.mxcsr = mxcsr;
            p.run('0f', prefix, opcode, 1, 2);
            return `${toHex(p.xmm(1))} ${p.mxcsr | PE}`;
          });
          expect(fast, `${prefix} ${opcode.toString(16)} ${toHex(x)} ${toHex(y)}`).toBe(exact);
        }
      }
    }
  });

  it('MIN and MAX give the second operand of zeros and of NaNs', () => {
    const p = new XmmProgram();
    p.setXmm(1, singles(-0, 0, NaN, 1));
    p.setXmm(2, singles(0, -0, 1, NaN));
    p.run('0f', 'none', 0x5d, 1, 2);
    expect(toHex(p.xmm(1))).toBe(toHex(singles(0, -0, 1, NaN)));
    expect(p.mxcsr).toBe(0x1f80 | IE);
  });

  it('CMPPS knows eight predicates, of which the ordering ones signal', () => {
    const p = new XmmProgram();
    const results = ['0001', '1000', '1001', '0010', '1110', '0111', '0110', '1101']; // lanes of 1<2, 2>1, NaN, 1=1
    results.forEach((lanes, immediate) => {
      p.mxcsr = 0x1f80;
      p.setXmm(1, singles(1, 2, NaN, 1));
      p.setXmm(2, singles(2, 1, 1, 1));
      p.run('0f', 'none', 0xc2, 1, 2, { immediate });
      expect(toHex(p.xmm(1)), `${immediate}`).toBe([...lanes].map((c) => (c === '1' ? 'ffffffff' : '00000000')).join(''));
      expect(p.mxcsr, `${immediate}`).toBe([1, 2, 5, 6].includes(immediate) ? 0x1f80 | IE : 0x1f80);
    });
  });

  it('COMISD and UCOMISD set ZF, PF, CF', () => {
    const p = new XmmProgram();
    for (const [x, y, flags] of [[1, 2, flag.cf], [2, 1, 0], [0, -0, flag.zf], [NaN, 1, flag.zf | flag.pf | flag.cf]] as const) {
      p.state.set('flags', flag.of | flag.sf | flag.af);
      p.mxcsr = 0x1f80;
      p.setXmm(1, doubles(x));
      p.setXmm(2, doubles(y));
      p.run('0f', 'p66', 0x2e, 1, 2);
      expect([p.arithmeticFlags, p.mxcsr], `${x} ${y}`).toEqual([flags, 0x1f80]);
      p.run('0f', 'p66', 0x2f, 1, 2);
      expect([p.arithmeticFlags, p.mxcsr], `${x} ${y}`).toEqual([flags, Number.isNaN(x) ? 0x1f80 | IE : 0x1f80]);
    }
  });

  it('RCPPS and RSQRTPS keep within 1.5 · 2^-12 and have the special cases of the manual', () => {
    const p = new XmmProgram();
    p.setXmm(2, singles(3, -0, Infinity, 1e-40));
    p.run('0f', 'none', 0x53, 1, 2);
    const reciprocals = new Float32Array(p.xmm(1).slice().buffer);
    expect(Math.abs(reciprocals[0]! * 3 - 1)).toBeLessThan(1.5 / 4096);
    expect([...reciprocals.subarray(1)]).toEqual([-Infinity, 0, Infinity]);
    p.setXmm(2, singles(4, -0, -1, 1e-40));
    p.run('0f', 'none', 0x52, 1, 2);
    expect(toHex(p.xmm(1))).toBe('0000003f000080ff0000c0ff0000807f');
    expect(p.mxcsr).toBe(0x1f80);
  });

  it('ROUNDSD rounds as imm or MXCSR says, and is silent when asked', () => {
    const p = new XmmProgram();
    for (const [immediate, expected, flags] of [[0, 2, PE], [1, 2, PE], [2, 3, PE], [3, 2, PE], [8, 2, 0], [4, 3, PE], [12, 3, 0]] as const) {
      p.mxcsr = 0x5f80; // up
      p.setXmm(2, doubles(2.5));
      p.run('0f3a', 'p66', 0x0b, 1, 2, { immediate });
      expect([new Float64Array(p.xmm(1).slice().buffer)[0], p.mxcsr], `${immediate}`).toEqual([expected, 0x5f80 | flags]);
    }
  });

  it('DPPS multiplies and sums the lanes that are asked for', () => {
    const p = new XmmProgram();
    p.setXmm(1, singles(1, 2, 3, 4));
    p.setXmm(2, singles(10, 100, 1000, NaN));
    p.run('0f3a', 'p66', 0x40, 1, 2, { immediate: 0x75 });
    expect(toHex(p.xmm(1))).toBe(toHex(singles(3210, 0, 3210, 0)));
    expect(p.mxcsr).toBe(0x1f80);
  });
});

describe('conversions', () => {
  it('CVTSD2SI rounds, CVTTSD2SI truncates, what does not fit is the integer indefinite', () => {
    const p = new XmmProgram();
    for (const [value, rounded, truncated] of [[2.5, 2n, 2n], [-1.5, 0xffff_fffen, 0xffff_ffffn], [3e9, 0x8000_0000n, 0x8000_0000n], [-2147483648, 0x8000_0000n, 0x8000_0000n]] as const) {
      for (const mxcsr of [0x1f80, 0x1fa0]) {
        p.mxcsr = mxcsr;
        p.setXmm(2, doubles(value));
        p.run('0f', 'f2', 0x2d, 0, 2);
        expect(p.state.reg(0), `${value}`).toBe(rounded);
        p.run('0f', 'f2', 0x2c, 0, 2);
        expect(p.state.reg(0), `${value}`).toBe(truncated);
      }
    }
    p.setXmm(2, doubles(3e9));
    p.run('0f', 'f2', 0x2c, 0, 2, { operandSize: 64 });
    expect(p.state.reg(0)).toBe(3_000_000_000n);
  });

  it('CVTSI2SS rounds by MXCSR', () => {
    const p = new XmmProgram();
    p.state.setReg(0, 0x0100_0001n);
    p.run('0f', 'f3', 0x2a, 1, 0);
    expect(toHex(p.xmm(1).subarray(0, 4))).toBe('0000804b');
    p.mxcsr = 0x5f80;
    p.run('0f', 'f3', 0x2a, 1, 0);
    expect(toHex(p.xmm(1).subarray(0, 4))).toBe('0100804b');
    expect(p.mxcsr).toBe(0x5f80 | PE);
  });
});
