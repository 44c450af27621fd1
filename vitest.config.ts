import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const report = join(process.env['WORLDSWITCH_CACHE'] ?? '.cache', 'test-report.json');

export default defineConfig({
  test: {
    // Unit tests stand beside their sources; whole-machine and cross-package tests in test/.
    include: ['packages/*/src/**/*.test.ts', 'bin/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '.cache/**'],
    cache: false,
    pool: 'forks',
    testTimeout: 30_000,
    // .ci/run counts and lists the skipped tests from the report.
    reporters: (process.env['CI'] ?? '') === '' ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
});
