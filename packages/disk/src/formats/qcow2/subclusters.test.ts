import type { Format } from '../../format.ts';
import { testFormat } from '../../testing/test-format.ts';
import { qcow2 } from './format.ts';

testFormat({
  format: qcow2 as unknown as Format, qemuName: 'qcow2', qemuChecks: true, survivesPowerCuts: true, operations: 120,
  variants: [
    { name: 'extended L2 entries', options: { extended_l2: true, cluster_size: '16K' } },
    { name: 'extended L2 entries, zstd', options: { extended_l2: true, compression_type: 'zstd' } },
    { name: 'extended L2 entries, preallocated', options: { extended_l2: true, preallocation: 'metadata' } },
  ],
});
