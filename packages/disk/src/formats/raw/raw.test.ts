import { testFormat } from '../../testing/test-format.ts';
import type { Format } from '../../format.ts';
import { raw } from './format.ts';

testFormat({ format: raw as unknown as Format, variants: [{ name: 'sparse' }, { name: 'full', options: { preallocation: 'full' } }], qemuName: 'raw', survivesPowerCuts: true });
