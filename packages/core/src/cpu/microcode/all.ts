/** Microcode by number: what the decoder puts into a record. */
import type { MicrocodeFunction } from './core.ts';
import { microcode } from './registry.ts';
import { x87Microcode } from '../softfloat/transcendental.ts';

const table: Readonly<Record<string, MicrocodeFunction>> = { ...microcode, ...x87Microcode };
export const microcodeNames: readonly string[] = Object.keys(table);
export const microcodeFunctions: readonly MicrocodeFunction[] = Object.values(table);
