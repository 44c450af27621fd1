import { testParentChange, testRestructuring } from '../../testing/test-restructuring.ts';
import type { Format } from '../../format.ts';
import { vhd } from './format.ts';

const format = vhd as unknown as Format;
const MIB = 1024 * 1024;
const SIZES = [5 * MIB + 512, 66 * MIB, 3 * MIB + 1024, 4 * MIB];

testRestructuring({ format, options: { block_size: MIB / 2 }, sizes: SIZES });
testRestructuring({ format, options: { subformat: 'fixed' }, sizes: [5 * MIB + 512, 10 * MIB, 3 * MIB + 1024, 4 * MIB] });
testParentChange({ format, options: { block_size: MIB / 2 } });
