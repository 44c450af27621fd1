import type { Format } from '../../format.ts';
import { testDifferencing } from '../../testing/test-differencing.ts';
import { testFormat } from '../../testing/test-format.ts';
import { vmdk } from './format.ts';

testFormat({
  format: vmdk as unknown as Format,
  qemuName: 'vmdk',
  qemuChecks: true,
  survivesPowerCuts: true,
  // Header, descriptor, both directories and their tables.
  headerBytes: 32 * 1024,
  variants: [
    { name: 'monolithicSparse' },
    { name: 'monolithicSparse with zeroed grains', options: { zeroed_grain: true, adapter_type: 'lsilogic' } },
    // Only in files: a model of this size takes the suite's power cuts a minute.
    { name: 'monolithicSparse of several tables', size: 33 * 1024 * 1024 + 512, needsFiles: true },
    { name: 'monolithicFlat', options: { subformat: 'monolithicFlat' }, needsFiles: true },
    { name: 'monolithicFlat preallocated', options: { subformat: 'monolithicFlat', preallocation: 'full' }, needsFiles: true },
    { name: 'twoGbMaxExtentSparse', options: { subformat: 'twoGbMaxExtentSparse', zeroed_grain: true }, needsFiles: true },
    { name: 'twoGbMaxExtentFlat', options: { subformat: 'twoGbMaxExtentFlat', adapter_type: 'buslogic' }, needsFiles: true },
  ],
});

for (const options of [{}, { zeroed_grain: true }]) testDifferencing({ format: vmdk as unknown as Format, options });
