import { describe, expect, it } from 'vitest';
import { judge, toRows } from './judgement.ts';
import type { Outcome } from './judgement.ts';

const MIB = 1024 * 1024;
const outcome = (changes: Partial<Outcome> = {}): Outcome => ({
  job: { name: 'raw to x', ours: [], inputs: [], peers: [{ peer: 'qemu-img', command: [], bar: { must: 0.5, goal: 0.3 } }] },
  ours: [4, 1, 2], peers: new Map([['qemu-img', [5, 6, 4]]]), cpuSeconds: new Map(), peakBytes: 90 * MIB, problem: undefined, ...changes,
});

describe('a job of bench:disk', () => {
  it('is judged by the ratio of medians', () => {
    expect(judge(outcome())).toMatchObject({ isKept: true, isGoalReached: false, limits: [{ name: 'qemu-img', value: 0.4 }, { name: 'peak bytes' }] });
    expect(judge(outcome({ ours: [1] }))).toMatchObject({ isKept: true, isGoalReached: true });
    expect(judge(outcome({ ours: [3] }))).toMatchObject({ isKept: false });
  });

  it('is not kept with a wrong result, too much memory, or too large a file', () => {
    expect(judge(outcome({ problem: 'it differs' })).isKept).toBe(false);
    expect(judge(outcome({ ours: [] })).isKept).toBe(false);
    expect(judge(outcome({ peakBytes: 161 * MIB })).isKept).toBe(false);
    expect(judge(outcome({ sizes: { ours: 1021, peer: 1000 } })).isKept).toBe(false);
    expect(judge(outcome({ sizes: { ours: 1019, peer: 1000 } })).isKept).toBe(true);
  });

  it('is a row of the table', () => {
    expect(toRows([judge(outcome())])[1]).toEqual(['raw to x', '2.00', '5.00', '0.40', '90', 'kept']);
    expect(toRows([judge(outcome({ ours: [3] }))])[1]!.at(-1)).toBe('MISSED: qemu-img 0.6, at most 0.5');
  });
});
