/** PE is set just when softfloat, which an unmasked exception calls for, sets it; and the results are the same. */
import { describe, expect, it } from 'vitest';
import { toHex, XmmProgram } from '../../testing/xmm-program.ts';

/** All masked, PE clear: the short way. With UE unmasked, which none of these operands raises, softfloat. */
const SHORT = 0x1f80, EXACT = 0x1780;
const PE = 0x20;

/** Numerical Recipes' linear congruential generator: the same operands every time. */
let seed = 7;
const random = (below: number): number => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((seed / 2 ** 32) * below);
};
const sign = (): number => (random(2) ? -1 : 1);
/** Few bits, so that half of the results are exact, or many. */
const number = (): number => {
  switch (random(6)) {
    case 0: return random(2) ? -0 : 0;
    case 1: return sign() * random(1000);
    case 2: return (sign() * random(1 << 24)) / 2 ** random(30);
    case 3: return sign() * (1 + random(8)) * 2 ** (random(40) - 20);
    case 4: return sign() * (1 + random(2 ** 32) / 2 ** 32);
    default: return (sign() * (random(2 ** 32) * 2 ** 20 + random(2 ** 20))) / 2 ** 52;
  }
};
const doubles = (): Uint8Array => new Uint8Array(new Float64Array([number(), number()]).buffer);
const singles = (): Uint8Array => new Uint8Array(new Float32Array([number(), number(), number(), number()]).buffer);
const integers = (): Uint8Array => new Uint8Array(Int32Array.from({ length: 4 }, () => (random(2) ? random(2 ** 32) : random(1000) - 500)).buffer);

const program = new XmmProgram();
type Run = Readonly<Parameters<XmmProgram['run']>>;
const outcome = (mxcsr: number, x: Uint8Array, y: Uint8Array, instruction: Run): string => {
  program.mxcsr = mxcsr;
  program.setXmm(1, x);
  program.setXmm(2, y);
  program.state.set64('gpr', 0n, 1);
  expect(program.run(...instruction).fault).toBeUndefined();
  return `${toHex(program.xmm(1))} ${program.state.get64('gpr', 1).toString(16)} ${program.mxcsr & 0x3f}`;
};

const rows: readonly (readonly [string, () => Uint8Array, Run])[] = [
  ...([['add', 0x58], ['mul', 0x59], ['sub', 0x5c], ['div', 0x5e], ['sqrt', 0x51]] as const).flatMap(([name, opcode]) => [
    [`${name}sd`, doubles, ['0f', 'f2', opcode, 1, 2]], [`${name}pd`, doubles, ['0f', 'p66', opcode, 1, 2]],
    [`${name}ss`, singles, ['0f', 'f3', opcode, 1, 2]], [`${name}ps`, singles, ['0f', 'none', opcode, 1, 2]],
  ] as const),
  ['addsubps', singles, ['0f', 'f2', 0xd0, 1, 2]], ['haddpd', doubles, ['0f', 'p66', 0x7c, 1, 2]],
  ['cvtsd2ss', doubles, ['0f', 'f2', 0x5a, 1, 2]], ['cvtpd2ps', doubles, ['0f', 'p66', 0x5a, 1, 2]], ['cvtdq2ps', integers, ['0f', 'none', 0x5b, 1, 2]],
  ['cvtps2dq', singles, ['0f', 'p66', 0x5b, 1, 2]], ['cvttps2dq', singles, ['0f', 'f3', 0x5b, 1, 2]], ['cvtpd2dq', doubles, ['0f', 'f2', 0xe6, 1, 2]],
  ['cvttpd2dq', doubles, ['0f', 'p66', 0xe6, 1, 2]], ['cvtsd2si', doubles, ['0f', 'f2', 0x2d, 1, 2]], ['cvttsd2si', doubles, ['0f', 'f2', 0x2c, 1, 2]],
  ['cvttss2si', singles, ['0f', 'f3', 0x2c, 1, 2]],
  ['roundsd', doubles, ['0f3a', 'p66', 0x0b, 1, 2, { immediate: 1 }]], ['roundsd without PE', doubles, ['0f3a', 'p66', 0x0b, 1, 2, { immediate: 9 }]],
  ['roundps', singles, ['0f3a', 'p66', 0x08, 1, 2, { immediate: 4 }]],
];

describe('PE', () => {
  it.each(rows)('%s', (name, operands, instruction) => {
    let inexact = 0;
    const runs = 600;
    for (let n = 0; n < runs; n++) {
      const [x, y] = [operands(), operands()];
      const short = outcome(SHORT, x, y, instruction);
      expect(short, `${toHex(x)} ${toHex(y)}`).toBe(outcome(EXACT, x, y, instruction));
      if (program.mxcsr & PE) inexact++;
    }
    // both kinds are met
    expect(inexact).toBeLessThan(runs);
    if (name !== 'roundsd without PE') expect(inexact).toBeGreaterThan(runs / 20);
  });
});
