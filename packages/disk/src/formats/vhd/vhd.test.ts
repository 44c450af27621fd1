import { testFormat } from '../../testing/test-format.ts';
import type { Format } from '../../format.ts';
import { geometryOf, geometrySize, sizeOfWholeCylinders } from './geometry.ts';
import { vhd } from './format.ts';

testFormat({
  format: vhd as unknown as Format,
  variants: [
    { name: 'dynamic' }, { name: 'dynamic in blocks of 512 KiB', options: { block_size: 512 * 1024 } }, { name: 'fixed', options: { subformat: 'fixed' } },
    { name: 'dynamic of whole cylinders', options: { force_size: false, block_size: 512 * 1024 }, size: geometrySize(geometryOf(sizeOfWholeCylinders(3 * 1024 * 1024))) },
  ],
  qemuName: 'vpc', survivesPowerCuts: true,
});
