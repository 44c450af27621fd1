import type { Format } from '../../format.ts';
import { testFormat } from '../../testing/test-format.ts';
import { qcow2 } from './format.ts';

testFormat({
  format: qcow2 as unknown as Format, qemuName: 'qcow2', qemuChecks: true, survivesPowerCuts: true, operations: 120,
  variants: [
    { name: 'clusters of 512 bytes', options: { cluster_size: 512 } },
    { name: 'clusters of 512 KiB', options: { cluster_size: '512K' } },
    // Copies of it for each power cut and damage would take minutes.
    { name: 'clusters of 2 MiB', options: { cluster_size: '2M' }, size: 9 * 1024 * 1024 + 512, needsFiles: true },
    { name: 'preallocated metadata', options: { preallocation: 'metadata' } },
    { name: 'preallocated', options: { preallocation: 'full', cluster_size: 4096 } },
  ],
});
