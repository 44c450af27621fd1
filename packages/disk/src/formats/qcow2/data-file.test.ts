import type { Format } from '../../format.ts';
import { testFormat } from '../../testing/test-format.ts';
import { qcow2 } from './format.ts';

testFormat({
  format: qcow2 as unknown as Format, qemuName: 'qcow2', qemuChecks: true, survivesPowerCuts: true, operations: 120,
  variants: [
    { name: 'an external data file', options: { data_file: 'data.bin' }, needsFiles: true },
    { name: 'a raw external data file', options: { data_file: 'data.bin', data_file_raw: true, cluster_size: 4096 }, needsFiles: true },
    { name: 'an external data file, extended L2 entries', options: { data_file: 'data.bin', extended_l2: true }, needsFiles: true },
  ],
});
