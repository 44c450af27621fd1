/** The C programs on the host's own processor: the results that the bench expects of every machine are a processor's. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { CHECKS } from '../bench/workloads.ts';
import { GUEST_ARCHITECTURES } from './guests.ts';
import { compilePrograms, PROGRAM_NAMES } from './programs.ts';

const LIMIT_MS = 120_000;

it('each guest program has a result', () => {
  expect(Object.keys(CHECKS).sort()).toEqual(PROGRAM_NAMES);
});

describe.each(GUEST_ARCHITECTURES)('guest programs for %s', (arch) => {
  const compiled = compilePrograms(arch);
  // A compiler that is not there is a reason to skip, an error that it finds is not.
  const isAbsent = 'missing' in compiled && !compiled.missing.includes('does not compile');
  it.skipIf(isAbsent)(`compile without a C library${isAbsent ? ` (skipped: ${compiled.missing})` : ''}`, () => {
    expect(compiled).toMatchObject({ paths: expect.any(Map) as unknown });
    expect('files' in compiled && compiled.files.map(({ name }) => name)).toEqual(PROGRAM_NAMES.map((name) => `bench/${name}`));
  });
});

describe('guest programs on this processor', () => {
  const compiled = compilePrograms('amd64');
  // The 32-bit ones are not run: many hosts' kernels have no 32-bit system calls.
  const reason = 'missing' in compiled ? compiled.missing : process.platform === 'linux' && process.arch === 'x64' ? undefined : 'this host is no x86-64 Linux';
  it.skipIf(reason !== undefined).each(Object.entries(CHECKS))(`%s prints its result${reason === undefined ? '' : ` (skipped: ${reason})`}`, { timeout: LIMIT_MS }, (name, check) => {
    const path = 'paths' in compiled ? compiled.paths.get(name) : undefined;
    expect(spawnSync(path!, { encoding: 'utf8' }).stdout).toBe(`check ${check}\n`);
  });
});
