/** The C programs on the host's own processor: the results that the bench expects of every machine are a processor's. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { CHECKS } from '../bench/workloads.ts';
import { GUEST_ARCHITECTURES } from './guests.ts';
import { compilePrograms, PROGRAM_NAMES } from './programs.ts';

/** The 32-bit ones are not run: many hosts' kernels have no 32-bit system calls, or slow ones. */
const canRun = process.platform === 'linux' && process.arch === 'x64';
const LIMIT_MS = 120_000;

describe('guest programs', () => {
  it('have a result each', () => {
    expect(Object.keys(CHECKS).sort()).toEqual(PROGRAM_NAMES);
  });

  for (const arch of GUEST_ARCHITECTURES) {
    it(`compile for ${arch}, without a C library`, { timeout: LIMIT_MS }, (test) => {
      const compiled = compilePrograms(arch);
      if ('missing' in compiled) {
        // Told apart: a compiler that is not there, and one that finds an error.
        expect(compiled.missing).not.toContain('does not compile');
        test.skip(compiled.missing);
        return;
      }
      expect([...compiled.paths.keys()]).toEqual(PROGRAM_NAMES);
    });
  }

  for (const [name, check] of Object.entries(CHECKS)) {
    it(`${name} prints the result on this processor`, { timeout: LIMIT_MS }, (test) => {
      const compiled = compilePrograms('amd64');
      if ('missing' in compiled || !canRun) {
        test.skip('missing' in compiled ? compiled.missing : 'this host is no x86-64 Linux');
        return;
      }
      expect(spawnSync(compiled.paths.get(name)!, { encoding: 'utf8' }).stdout).toBe(`check ${check}\n`);
    });
  }
});
