import { describe, expect, it } from 'vitest';
import { loopInstructions, PatternMachine } from './pattern-machine.ts';
import { PATTERNS } from './patterns.ts';

/** Often enough for the translator to have taken over. */
const TIMES = 1500;

describe('patterns of instructions are as many instructions as they say', () => {
  it.each(PATTERNS)('$name', (pattern) => {
    const interpreted = new PatternMachine(pattern, 64, {}).run(TIMES);
    // HLT may or may not have retired when the run ends.
    expect(Math.abs(interpreted.instructions - TIMES * loopInstructions(pattern))).toBeLessThanOrEqual(1);
    expect(interpreted.inRegions).toBe(0);
    const machine = new PatternMachine(pattern, 64, { translation: { hotAfter: 100 } });
    machine.run(TIMES);
    const translated = machine.run(TIMES);
    expect(translated.instructions).toBe(interpreted.instructions);
    expect(translated.inRegions).toBeGreaterThan(0);
  });
});
