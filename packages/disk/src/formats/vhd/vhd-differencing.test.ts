import { testDifferencing } from '../../testing/test-differencing.ts';
import { contentsByVhdimount, hasVhdimount } from '../../testing/vhdimount.ts';
import type { Format } from '../../format.ts';
import { vhd } from './format.ts';

const judge = { name: 'vhdimount', contents: hasVhdimount ? contentsByVhdimount : undefined };

testDifferencing({ format: vhd as unknown as Format, judge });
testDifferencing({ format: vhd as unknown as Format, options: { block_size: 512 * 1024 }, judge });
