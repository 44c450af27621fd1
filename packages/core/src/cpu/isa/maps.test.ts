import { describe, expect, it } from 'vitest';
import { features } from '../features.ts';
import { oneByte } from './one-byte.ts';
import { rowsOf } from './shapes.ts';
import { map0f38, map0f3a } from './three-byte.ts';
import { twoByte } from './two-byte.ts';

const rows = [oneByte, twoByte, map0f38, map0f3a].flatMap((map) => Object.values(map).flatMap((entry) => [...rowsOf(entry)]));

describe('opcode maps', () => {
  it('name features that there are', () => {
    const named = new Set(rows.flatMap((row) => row.feature ?? []));
    expect([...named].filter((name) => !(name in features))).toEqual([]);
  });

  it('have no row whose semantics take more operands than it names', () => {
    const short = rows.filter((row) => row.kind === 'semantics' && row.operands.length < row.semantics.access.length);
    expect(short.map((row) => (row.kind === 'semantics' ? row.semantics.name : row.microcode))).toEqual([]);
  });
});
