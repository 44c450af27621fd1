import { testDifferencing } from '../../testing/test-differencing.ts';
import type { Format } from '../../format.ts';
import { vhdx } from './format.ts';

const format = vhdx as unknown as Format;
const MIB = 1024 * 1024;

testDifferencing({ format, options: { block_size: MIB } });
testDifferencing({ format, options: { logical_sector_size: 4096 } });
