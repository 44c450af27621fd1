import { testDifferencing } from '../../testing/test-differencing.ts';
import { contentsByVhdimount, hasVhdimount } from '../../testing/vhdimount.ts';
import type { Format } from '../../format.ts';
import { vhdx } from './format.ts';

const format = vhdx as unknown as Format;
const MIB = 1024 * 1024;

const judge = { name: 'vhdimount', contents: hasVhdimount ? contentsByVhdimount : undefined };

testDifferencing({ format, options: { block_size: MIB }, judge });
testDifferencing({ format, options: { logical_sector_size: 4096 }, judge });
