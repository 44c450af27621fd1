import type { Format } from '../../format.ts';
import { testFormat } from '../../testing/test-format.ts';
import { qcow2 } from './format.ts';

testFormat({
  format: qcow2 as unknown as Format, qemuName: 'qcow2', qemuChecks: true, survivesPowerCuts: true, operations: 120,
  variants: [
    { name: 'version 3' },
    { name: 'version 2', options: { compat: '0.10' } },
    { name: 'lazy refcounts', options: { lazy_refcounts: true } },
    { name: 'zstd', options: { compression_type: 'zstd' } },
  ],
});
