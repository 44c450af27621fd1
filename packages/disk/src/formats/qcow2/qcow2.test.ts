import type { Format } from '../../format.ts';
import { testFormat } from '../../testing/test-format.ts';
import { qcow2 } from './format.ts';

testFormat({
  format: qcow2 as unknown as Format, qemuName: 'qcow2', qemuChecks: true, survivesPowerCuts: true, operations: 200,
  variants: [
    { name: 'version 3' },
    { name: 'version 2', options: { compat: '0.10' } },
    { name: 'clusters of 512 bytes', options: { cluster_size: 512 } },
    { name: 'clusters of 2 MiB', options: { cluster_size: '2M' }, size: 9 * 1024 * 1024 + 512 },
    { name: 'refcounts of 1 bit', options: { refcount_bits: 1, cluster_size: 4096 } },
    { name: 'refcounts of 4 bits', options: { refcount_bits: 4, cluster_size: 512 } },
    { name: 'refcounts of 64 bits', options: { refcount_bits: 64, cluster_size: 512 } },
    { name: 'zstd', options: { compression_type: 'zstd' } },
    { name: 'extended L2 entries', options: { extended_l2: true, cluster_size: '16K' } },
    { name: 'extended L2 entries, zstd', options: { extended_l2: true, compression_type: 'zstd' } },
    { name: 'lazy refcounts', options: { lazy_refcounts: true } },
    { name: 'preallocated metadata', options: { preallocation: 'metadata' } },
    { name: 'preallocated', options: { preallocation: 'full', cluster_size: 4096 } },
    { name: 'an external data file', options: { data_file: 'data.bin' }, needsFiles: true },
    { name: 'a raw external data file', options: { data_file: 'data.bin', data_file_raw: true, cluster_size: 4096 }, needsFiles: true },
    { name: 'an external data file, extended L2 entries', options: { data_file: 'data.bin', extended_l2: true }, needsFiles: true },
  ],
});
