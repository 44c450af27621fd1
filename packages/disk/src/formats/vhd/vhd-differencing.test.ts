import { testDifferencing } from '../../testing/test-differencing.ts';
import type { Format } from '../../format.ts';
import { vhd } from './format.ts';

testDifferencing({ format: vhd as unknown as Format });
testDifferencing({ format: vhd as unknown as Format, options: { block_size: 512 * 1024 } });
