import type { Format } from '../../format.ts';
import { testFormat } from '../../testing/test-format.ts';
import { qcow2 } from './format.ts';

testFormat({
  format: qcow2 as unknown as Format, qemuName: 'qcow2', qemuChecks: true, survivesPowerCuts: true, operations: 120,
  variants: [
    { name: 'refcounts of 1 bit', options: { refcount_bits: 1, cluster_size: 4096 } },
    { name: 'refcounts of 4 bits', options: { refcount_bits: 4, cluster_size: 512 } },
    { name: 'refcounts of 32 bits', options: { refcount_bits: 32 } },
    { name: 'refcounts of 64 bits', options: { refcount_bits: 64, cluster_size: 512 } },
  ],
});
