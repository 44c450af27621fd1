import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Unit tests stand beside their sources; whole-machine and cross-package tests in test/.
    include: ['packages/*/src/**/*.test.ts', 'bin/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '.cache/**'],
    cache: false,
    pool: 'forks',
    testTimeout: 30_000,
  },
});
