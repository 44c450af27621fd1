import { testParentChange, testRestructuring } from '../../testing/test-restructuring.ts';
import type { Format } from '../../format.ts';
import { vhdx } from './format.ts';

const format = vhdx as unknown as Format;
const MIB = 1024 * 1024;
const SIZES = [5 * MIB + 512, 10 * MIB, 3 * MIB + 1024, 4 * MIB];

testRestructuring({ format, options: { block_size: MIB }, sizes: SIZES });
testRestructuring({ format, options: { subformat: 'fixed', block_size: MIB }, sizes: SIZES });
testParentChange({ format, options: { block_size: MIB } });
