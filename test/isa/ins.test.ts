import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Disassembler } from '../../packages/core/src/cpu/disassemble/disassembler.ts';
import { executorTiers } from '../conformance/executors.ts';
import { InsMachine } from './ins-machine.ts';
import { parseIns } from './ins.ts';

const codeSizes = { kernel64: 64, user64: 64, kernel32: 32, user32: 32, user16: 16, protected32: 32, protected16: 16, ring3: 32, v86: 16, real: 16 } as const;
const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ins')).sort();

for (const tier of executorTiers()) {
  const counts = { stepped: 0, inTier: 0 };
  describe.each(files)(`${tier.name} %s`, (file) => {
    const machine = new InsMachine(tier.create(0x10_0000));
    for (const test of parseIns(readFileSync(join(import.meta.dirname, file), 'utf8'))) {
      it(`${test.line}: ${test.mode} ${test.disassembly}`, () => {
        expect(machine.run(test)).toEqual([]);
      });
    }
    afterAll(() => {
      counts.stepped += machine.stepped;
      counts.inTier += machine.inTier;
    });
  });

  describe(tier.name, () => {
    it('carries out the instructions that are not left to the interpreter', () => {
      // system instructions, 16-bit code and far transfers are
      expect(counts.inTier).toBeGreaterThan(0.4 * counts.stepped);
    });
  });
}

describe.each(files)('disassembly of %s', (file) => {
  const disassembler = new Disassembler();
  it.each(parseIns(readFileSync(join(import.meta.dirname, file), 'utf8')))('$line: $mode $disassembly', (test) => {
    const { rip } = InsMachine.address(test);
    const texts: string[] = [];
    for (let at = 0; at < test.bytes.length;) {
      const { text, lengthBytes } = disassembler.disassemble(test.bytes, at, codeSizes[test.mode], rip + BigInt(at));
      texts.push(text);
      if (text === '(bad)') break;
      at += lengthBytes || test.bytes.length;
    }
    expect(texts.join('; ')).toBe(test.disassembly);
  });
});

describe('parseIns', () => {
  it('reads bytes, both states and the exception', () => {
    const [only] = parseIns('.mode kernel64\n// a comment\n0f 22 c0 | mov cr0,rax | rax=50033 => #13(0) [20001000]=0102');
    expect(only).toMatchObject({ line: 3, mode: 'kernel64', disassembly: 'mov cr0,rax', after: { exception: { vector: 13, errorCode: 0 } } });
    expect(only!.before.registers.get('rax')).toBe(0x50033n);
    expect(only!.after.memory).toEqual([{ address: 0x2000_1000n, isPhysical: false, bytes: new Uint8Array([1, 2]) }]);
  });

  it('names the line of a mistake', () => {
    expect(() => parseIns('\n0f zz | x | =>')).toThrow(/line 2.*not bytes/);
    expect(() => parseIns('90 | nop | rax')).toThrow(/line 1/);
  });
});
