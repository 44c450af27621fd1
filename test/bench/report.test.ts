import { describe, expect, it } from 'vitest';
import type { PeerName } from './peers.ts';
import { type Comparison, comparisonTable, figureTable, geometricMean, isKept, limits, limitTable, median, toJson } from './report.ts';

function comparison(arch: string, workload: string, seconds: Partial<Record<PeerName, number[]>>, wrong: PeerName[] = []): Comparison {
  return {
    arch, workload, kind: workload === 'boot to init' ? 'boot' : 'program',
    seconds: new Map(Object.entries(seconds) as [PeerName, number[]][]),
    cpuSeconds: new Map((Object.entries(seconds) as [PeerName, number[]][]).map(([peer, values]) => [peer, values.map((value) => value / 2)])),
    problems: new Map(wrong.map((peer) => [peer, 'printed something else'])),
  };
}

const boots = [
  comparison('amd64', 'boot to init', { vmx: [6, 5, 7], qemu: [2, 2, 2] }),
  comparison('i386', 'boot to init', { vmx: [4] }),
];

describe('the report of the bench', () => {
  it('takes medians: one slow round does not count', () => {
    expect(median([3, 1, 90])).toBe(3);
    expect(median([4, 1, 2, 90])).toBe(3);
    expect(geometricMean([1, 4, 16])).toBeCloseTo(4);
  });

  it('compares peers by their medians, and leaves out what was not measured', () => {
    expect(comparisonTable(boots, ['vmx', 'qemu'], 'wall').split('\n')).toEqual([
      'seconds, medians                 vmx  qemu  vmx ÷ qemu',
      'amd64 boot to init              6.00  2.00        3.00',
      'i386 boot to init               4.00     –           –',
      'amd64 programs, geometric mean                       –',
      'i386 programs, geometric mean                        –',
    ]);
    expect(comparisonTable(boots, ['vmx', 'qemu'], 'cpu')).toMatch(/^CPU seconds.*\namd64 boot to init +3\.00 +1\.00 +3\.00/);
  });

  it('judges the means, the slowest and the boot of each architecture against its own peer', () => {
    const measured = [
      ...boots,
      comparison('amd64', 'sort', { vmx: [2], qemu: [1] }),
      comparison('amd64', 'calls', { vmx: [4], qemu: [8] }),
      comparison('i386', 'sort', { vmx: [3], v86: [2], qemu: [1] }),
    ];
    expect(limits(measured, 'wall').map(({ name, value, atMost }) => [name, Number(value.toFixed(3)), atMost])).toEqual([
      ['i386 programs ÷ v86, geometric mean of 1', 1.5, 0.65],
      ['i386 slowest program ÷ v86: sort', 1.5, 1],
      ['amd64 programs ÷ qemu, geometric mean of 2', 1, 1.3],
      ['amd64 slowest program ÷ qemu: sort', 2, 2.5],
      ['amd64 boot to init ÷ qemu', 3, 2],
    ]);
    expect(limitTable(limits(measured, 'wall')).split('\n').map((line) => line.replace(/ {2,}/g, '|'))).toEqual([
      'judged|ratio|limit|goal',
      'i386 programs ÷ v86, geometric mean of 1|1.50|0.65|0.40|MISSED',
      'i386 slowest program ÷ v86: sort|1.50|1.00|1.00|MISSED',
      'amd64 programs ÷ qemu, geometric mean of 2|1.00|1.30|0.80|kept',
      'amd64 slowest program ÷ qemu: sort|2.00|2.50|1.30|kept',
      'amd64 boot to init ÷ qemu|3.00|2.00|1.00|MISSED',
    ]);
  });

  it('does not compare with a peer that computed something else', () => {
    const wrong = [comparison('i386', 'x87', { vmx: [1], v86: [2] }, ['v86'])];
    expect(limits(wrong, 'wall')).toEqual([]);
    expect(comparisonTable(wrong, ['vmx', 'v86'], 'wall')).toMatch(/i386 x87 +1\.00 +wrong +–/);
  });

  it('says which promises are kept', () => {
    const figure = (values: number[]) => ({ name: 'speed', unit: 'M/s', values, atLeast: 100 });
    expect([isKept(figure([99, 101, 102])), isKept(figure([99, 99, 102]))]).toEqual([true, false]);
    expect(figureTable([figure([99, 99, 1234])])).toMatch(/speed +99 +99 +1,234 +M\/s +at least 100: NOT KEPT$/);
    const json: unknown = JSON.parse(toJson({ rounds: 3, peers: { vmx: 'this clone' }, compilers: {}, comparisons: boots, figures: [figure([99])], translator: [] }));
    expect(json).toMatchObject({
      rounds: 3, figures: [{ name: 'speed', values: [99], median: 99, kept: false }],
      comparisons: [{ seconds: { vmx: { median: 6, values: [6, 5, 7] } } }, {}], limits: { wall: [{ value: 3, atMost: 2 }] },
    });
  });
});
