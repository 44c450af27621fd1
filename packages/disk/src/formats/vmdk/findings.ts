/** What check finds, as it comes up. */
import type { CheckProblem, CheckReport } from '../../format.ts';

const MOST_PROBLEMS = 1000;

export class Findings {
  readonly problems: CheckProblem[] = [];
  corruptions = 0;
  leaks = 0;
  corruptionsFixed = 0;
  leaksFixed = 0;
  allocated = 0;
  compressed = 0;
  fragmented = 0;
  total = 0;
  endOffset = 0;

  /** @param count of grains, where it is more than one */
  add(problem: CheckProblem, count = 1): void {
    if (this.problems.length < MOST_PROBLEMS) this.problems.push(problem);
    if (problem.kind === 'corruption' && problem.isFixed === true) this.corruptionsFixed += count;
    else if (problem.kind === 'corruption') this.corruptions += count;
    else if (problem.kind === 'leak' && problem.isFixed === true) this.leaksFixed += count;
    else if (problem.kind === 'leak') this.leaks += count;
  }

  report(): CheckReport {
    const { problems, corruptions, leaks, corruptionsFixed, leaksFixed, allocated, compressed, fragmented, total, endOffset } = this;
    return { problems, corruptions, leaks, corruptionsFixed, leaksFixed, allocated, compressed, fragmented, total, endOffset };
  }
}
