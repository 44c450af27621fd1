/** Microcode by number: what the decoder puts into a record. */
import type { MicrocodeFunction } from './core.ts';
import { microcode } from './registry.ts';

const table: Readonly<Record<string, MicrocodeFunction>> = microcode;
export const microcodeNames: readonly string[] = Object.keys(table);
export const microcodeFunctions: readonly MicrocodeFunction[] = Object.values(table);
