/** One case of CPU fuzzing, and its report with the smallest program that still shows it. */
import { compareSlices, compareWithSteps } from './differential.ts';
import type { Finding, Rigs } from './differential.ts';
import { Rig } from './rig.ts';
import { makeScenario } from './scenario.ts';
import type { Mode, Scenario } from './scenario.ts';
import { listing, shrink } from './shrink.ts';

const SLICES = [1, 7, 100];

export class CpuFuzz {
  /** A clock that stands still: a repeated string instruction counts differently in runs and in steps. */
  readonly #still: Rigs = { runs: new Rig(false), steps: new Rig(false) };
  readonly #counting: Rigs = { runs: new Rig(true), steps: new Rig(true) };

  /** The report, or undefined when all is well. */
  run(seed: number, mode?: Mode): string | undefined {
    const scenario = makeScenario(seed, mode);
    for (const check of this.#checks()) {
      const finding = check(scenario);
      if (finding) return this.#report(scenario, finding, check);
    }
    return undefined;
  }

  #checks(): ((scenario: Scenario) => Finding | undefined)[] {
    return [
      (scenario) => compareWithSteps(this.#still, scenario),
      (scenario) => compareSlices(this.#counting, scenario, SLICES[scenario.seed % SLICES.length]!),
    ];
  }

  #report(scenario: Scenario, finding: Finding, check: (scenario: Scenario) => Finding | undefined): string {
    const kind = (found: Finding | undefined): string | undefined => found?.what.replaceAll(/\d+/g, '#');
    const smallest = shrink(scenario, (smaller) => kind(check(smaller)) === kind(finding));
    const shown = check(smallest) ?? finding;
    return [`seed ${scenario.seed} ${scenario.mode}: ${shown.what}`, ...shown.detail.slice(0, 12).map((line) => `  ${line}`), ...listing(smallest)].join('\n');
  }
}
