import { describe, expect, it } from 'vitest';
import { comparisonTable, figureTable, isKept, median, toJson } from './report.ts';

describe('the report of the bench', () => {
  it('takes medians: one slow round does not count', () => {
    expect(median([3, 1, 90])).toBe(3);
    expect(median([4, 1, 2, 90])).toBe(3);
  });

  it('compares peers by their medians, and leaves out what was not measured', () => {
    const comparisons = [
      { workload: 'boot', arch: 'amd64', seconds: new Map([['vmx', [6, 5, 7]], ['qemu', [2, 2, 2]]]) },
      { workload: 'boot', arch: 'i386', seconds: new Map([['vmx', [4]]]) },
    ];
    expect(comparisonTable(comparisons, ['vmx', 'qemu']).split('\n')).toEqual([
      'seconds, medians   vmx  qemu  vmx ÷ qemu',
      'amd64 boot        6.00  2.00        3.00',
      'i386 boot         4.00     –           –',
    ]);
  });

  it('says which promises are kept', () => {
    const figure = (values: number[]) => ({ name: 'speed', unit: 'M/s', values, atLeast: 100 });
    expect([isKept(figure([99, 101, 102])), isKept(figure([99, 99, 102]))]).toEqual([true, false]);
    expect(figureTable([figure([99, 99, 1234])])).toMatch(/speed +99 +99 +1,234 +M\/s +at least 100: NOT KEPT$/);
    expect(JSON.parse(toJson([], [figure([99])], 1))).toMatchObject({ rounds: 1, figures: [{ name: 'speed', values: [99], median: 99, kept: false }] });
  });
});
