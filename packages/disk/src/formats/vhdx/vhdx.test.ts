import { testFormat } from '../../testing/test-format.ts';
import type { Format } from '../../format.ts';
import { vhdx } from './format.ts';

const format = vhdx as unknown as Format;
const MIB = 1024 * 1024;

testFormat({
  format,
  variants: [
    { name: 'dynamic' }, { name: 'dynamic in blocks of 1 MiB', options: { block_size: MIB, block_state_zero: true, log_size: 2 * MIB } }, { name: 'fixed', options: { subformat: 'fixed', block_size: MIB } },
  ],
  qemuName: 'vhdx', qemuChecks: true, survivesPowerCuts: true, operations: 200,
});
// qemu-img reads no sectors of 4 KiB.
testFormat({ format, variants: [{ name: 'of 4 KiB sectors', options: { logical_sector_size: 4096, block_size: MIB }, size: 3 * MIB + 7 * 4096 }], survivesPowerCuts: true, operations: 200 });
