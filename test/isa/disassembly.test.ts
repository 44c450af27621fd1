/** The disassembler's text against the names in the recorded vectors, which another disassembler wrote in NASM's syntax. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Disassembler } from '../../packages/core/src/cpu/disassemble/disassembler.ts';
import type { CodeSize } from '../../packages/core/src/cpu/disassemble/disassembler.ts';

const folder = join(import.meta.dirname, '../../../shared/vectors');
/** Those that have names. */
const files = ['hw16-int', 'hw16-x87', 'hw32-int', 'hw32-x87', 'hw64-int', 'hw64-x87'].map((name) => `${name}.jsonl.gz`);

interface Named {
  readonly m: CodeSize;
  /** Bytes, more than the instruction has. */
  readonly b: string;
  readonly i: { readonly rip: string };
  readonly n: string;
}

/** Differences that mean nothing: what is replaced, and why. Applied to both sides. */
const insignificant: readonly (readonly [RegExp, string])[] = [
  // prefixes of extensions that are not here: MPX, CET, TSX
  [/^(.*?)(?:bnd|notrack|xacquire|xrelease) /, '$1'],
  // hints to the branch predictor
  [/^(o16 |o32 )?(?:cs|ds) (?=j)/, '$1'],
  // REX.W or 66 where the operand is a selector
  [/^o\d\d (?=ver[rw]|[ls]ldt|ltr)/, ''],
  // an implied ST(1)
  [/^(f\w+) st1$/, '$1'],
  // 66 90 and 48 90 exchange rAX with itself
  [/^xchg (e?ax|rax),\1$/, 'nop'],
  // the pushed immediate's size shows in its digits or does not matter
  [/^o\d\d push/, 'push'],
  // three operands of which two are the same
  [/^(imul (\w+),)\2,/, '$1'],
];
const significant = (text: string): string => insignificant.reduce((t, [pattern, replacement]) => t.replace(pattern, replacement), text);

/** What is left: F3 41 90, named PAUSE there, which the recording processor executed as XCHG; MOVSXD with 66. */
const ALLOWED_SHARE = 0.002;

describe('disassembly', () => {
  it.skipIf(!existsSync(folder)).each(files)('of %s (needs ../shared/vectors)', (file) => {
    const disassembler = new Disassembler({ hasFeature: () => true });
    const vectors = gunzipSync(readFileSync(join(folder, file))).toString().trim().split('\n').map((line) => JSON.parse(line) as Named);
    const differences = vectors.flatMap(({ m, b, i, n }) => {
      const { text } = disassembler.disassemble(new Uint8Array(Buffer.from(b, 'hex')), 0, m, BigInt(`0x${i.rip}`));
      return significant(text) === significant(n) ? [] : [`${b}: '${text}', and it is '${n}'`];
    });
    expect(vectors.length).toBeGreaterThan(3000);
    expect(differences.length / vectors.length, differences.slice(0, 10).join('\n')).toBeLessThan(ALLOWED_SHARE);
  });
});
