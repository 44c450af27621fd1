import { describe, expect, it } from 'vitest';
import { CpuFuzz } from './cpu-fuzz.ts';
import { compareWithSteps } from './differential.ts';
import { fuzzImages } from './image-fuzz.ts';
import { fuzzPc } from './pc-fuzz.ts';
import { Random } from './random.ts';
import { Rig } from './rig.ts';
import { makeScenario, modes } from './scenario.ts';

/** Always the same seeds, a few seconds: that fuzzing works, and what it has found before. `npm run fuzz` looks further. */
const seeds = (first: number, count: number): number[] => Array.from({ length: count }, (_, n) => first + n);

describe('fuzzing', () => {
  const fuzz = new CpuFuzz();

  it.each(modes)('%s code does the same in runs, slices and single steps', (mode) => {
    for (const seed of seeds(1, 8)) expect(fuzz.run(seed, mode)).toBeUndefined();
  });

  it('does so where it did not once', () => {
    // INT n in virtual-8086 mode looked at the protected-mode gate, whose page it marked as accessed
    for (const seed of [5261, 39000]) expect(fuzz.run(seed)).toBeUndefined();
  });

  it('random firmware on the whole PC does the same twice', () => {
    for (const seed of seeds(1, 3)) expect(fuzzPc(seed)).toBeUndefined();
  });

  it('damaged images and files are refused by name or used', () => {
    for (const seed of seeds(1, 60)) expect(fuzzImages(seed)).toBeUndefined();
  });

  it('sees a difference where there is one', () => {
    const runs = new Rig(false), steps = new Rig(false);
    const load = steps.load.bind(steps);
    steps.load = (scenario) => {
      load(scenario);
      steps.cpu.state.setReg(5, 0x1234_5678n);
    };
    const findings = seeds(1, 5).map((seed) => compareWithSteps({ runs, steps }, makeScenario(seed, 'protected32')));
    expect(findings.filter(Boolean).length).toBeGreaterThan(0);
  });

  it('repeats its random numbers, which differ from seed to seed', () => {
    const numbers = (seed: number): number[] => {
      const random = new Random(seed);
      return Array.from({ length: 4 }, () => random.u32());
    };
    expect(numbers(7)).toEqual(numbers(7));
    expect(numbers(7)).not.toEqual(numbers(8));
  });
});
