import type { Format } from '../../format.ts';
import { testRestructuring } from '../../testing/test-restructuring.ts';
import { qcow2 } from './format.ts';

const MIB = 1024 * 1024;
testRestructuring({ format: qcow2 as unknown as Format, options: { cluster_size: 4096 }, sizes: [9 * MIB, MIB + 512, 20 * MIB] });
testRestructuring({ format: qcow2 as unknown as Format, options: { cluster_size: 16_384, extended_l2: true }, sizes: [9 * MIB, MIB + 512, 20 * MIB] });
