import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isaPage } from './isa-page.ts';

describe('docs/isa.md', () => {
  it('is what the opcode maps say (if not: npm run docs:isa)', () => {
    expect(readFileSync(join(import.meta.dirname, '../../docs/isa.md'), 'utf8')).toBe(isaPage());
  });

  it('has a line for an encoding, with its group digit, prefix, feature and execution', () => {
    const lines = new Set(isaPage().split('\n'));
    expect(lines).toContain('| ADC | Ev, Gv | 11 /r |  |  | LOCK | generated |');
    expect(lines).toContain('| PTEST | Vx, Wx | 66 0F 38 17 /r | sse4_1 |  |  | generated |');
    expect(lines).toContain('| LGDT | Ms | 0F 01 /2 mem |  |  |  | microcode `lgdt` |');
  });
});
