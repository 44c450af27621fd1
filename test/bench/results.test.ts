import { expect, it } from 'vitest';
import { Results } from './results.ts';

const subject = { workload: 'gzip', kind: 'program', arch: 'i386' } as const;
const outcome = (output: string) => ({ seconds: 1, cpuSeconds: 0.5, output });

it('knows a wrong result: by what is expected, by another peer, by an earlier round', () => {
  const expected = new Results(() => undefined);
  expected.program(subject, 'vmx', outcome('check 1'), 'check 1');
  expected.program(subject, 'v86', outcome('check 2'), 'check 1');
  expect([...expected.comparisons[0]!.problems]).toEqual([['v86', 'printed "check 2", not "check 1"']]);

  const compared = new Results(() => undefined);
  compared.program(subject, 'vmx', outcome('7'));
  compared.program(subject, 'qemu', outcome('8'));
  expect([...compared.comparisons[0]!.problems.keys()]).toEqual(['vmx']);

  const repeated = new Results(() => undefined);
  repeated.program(subject, 'vmx', outcome('7'));
  repeated.program(subject, 'vmx', outcome('8'));
  expect([...repeated.comparisons[0]!.problems.keys()]).toEqual(['vmx']);
  repeated.program(subject, 'qemu', new Error('the guest is gone'));
  expect(repeated.comparisons[0]!.problems.get('qemu')).toBe('the guest is gone');
});

it('collects every value of each round', () => {
  const results = new Results(() => undefined);
  for (const value of [1, 3, 2]) {
    results.program(subject, 'vmx', { seconds: value, cpuSeconds: undefined, output: 'x' });
    results.add([{ name: 'speed', unit: 'M/s', value }]);
  }
  expect(results.comparisons).toMatchObject([{ seconds: new Map([['vmx', [1, 3, 2]]]), cpuSeconds: new Map(), problems: new Map() }]);
  expect(results.figures).toEqual([{ name: 'speed', unit: 'M/s', values: [1, 3, 2] }]);
});
