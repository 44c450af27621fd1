import { describe, expect, it } from 'vitest';
import { parseUnittests, unsupported } from './kut-config.ts';

const text = `# a comment
[msr64]
file = msr.flat
qemu_params = -cpu max,vendor=GenuineIntel -m 2048
arch = x86_64
test_args = 'one two'

# another
[asyncpf]
file = asyncpf.flat
accel = kvm
groups = kvm slow
`;

describe('parseUnittests', () => {
  it('reads a section with its file, arguments and memory', () => {
    expect(parseUnittests(text)[0]).toEqual({ name: 'msr64', file: 'msr.flat', arch: 'x86_64', arguments: 'one two', memory: '2048M', machine: '-cpu max,vendor=GenuineIntel -m 2048', groups: [] });
  });

  it('tells which tests are about another machine', () => {
    expect(parseUnittests(text).map(unsupported)).toEqual([undefined, 'tests KVM itself']);
  });
});
