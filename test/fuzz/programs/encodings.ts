/**
 * Every encoding that the opcode maps have, as something that can be written: opcode, what of prefixes, ModRM, REX and VEX is fixed by it, and its row.
 * A fuzzer that chooses among them reaches each instruction, where random bytes seldom find the rare ones.
 */
import { mnemonicOf, shownOperands } from '../../../packages/core/src/cpu/disassemble/disassembler.ts';
import { features } from '../../../packages/core/src/cpu/features.ts';
import { opcodeMaps } from '../../../packages/core/src/cpu/isa/maps.ts';
import type { Entry, Row } from '../../../packages/core/src/cpu/isa/row.ts';

type MandatoryPrefix = 'none' | 'p66' | 'f3' | 'f2';

/** What has been decided on the way from the opcode to the row; what is absent is free. */
interface Constraints {
  readonly digit?: number;
  readonly rm?: number;
  readonly form?: 'memory' | 'register';
  readonly prefix?: MandatoryPrefix;
  readonly w?: 0 | 1;
  readonly b?: 0 | 1;
  readonly l?: 0 | 1;
  readonly mode?: 'legacy' | 'long';
}

export interface Encoding extends Constraints {
  /** Index in `encodings`. */
  readonly number: number;
  readonly row: Row;
  readonly mnemonic: string;
  /** 0: one byte, 1: 0F, 2: 0F 38, 3: 0F 3A. */
  readonly map: 0 | 1 | 2 | 3;
  readonly isVex: boolean;
  readonly opcode: number;
}

function* leaves(entry: Entry | undefined, so: Constraints): Generator<Constraints & { row: Row }> {
  if (!entry) return;
  switch (entry.kind) {
    case 'semantics': case 'microcode': yield { ...so, row: entry }; return;
    case 'group': for (const [digit, e] of entry.rows.entries()) yield* leaves(e, { ...so, digit }); return;
    case 'prefix':
      for (const prefix of ['none', 'p66', 'f3', 'f2'] as const) yield* leaves(entry[prefix], { ...so, prefix });
      return;
    case 'form': {
      yield* leaves(entry.memory, { ...so, form: 'memory' });
      const { register } = entry;
      if (!Array.isArray(register)) yield* leaves(register as Entry | undefined, { ...so, form: 'register' });
      else for (const [rm, e] of (register as (Entry | undefined)[]).entries()) yield* leaves(e, { ...so, form: 'register', rm });
      return;
    }
    case 'mode':
      yield* leaves(entry.legacy, { ...so, mode: 'legacy' });
      yield* leaves(entry.long, { ...so, mode: 'long' });
      return;
    case 'extension':
      yield* leaves(entry.plain, { ...so, b: 0 });
      yield* leaves(entry.extended, { ...so, b: 1, mode: 'long' });
      return;
    case 'length':
      yield* leaves(entry.l0, { ...so, l: 0 });
      yield* leaves(entry.l1, { ...so, l: 1 });
      return;
    case 'wide':
      yield* leaves(entry.w0, { ...so, w: 0 });
      yield* leaves(entry.w1, { ...so, w: 1 });
      return;
  }
}

const isOn = (row: Row): boolean => !row.feature || (features[row.feature as keyof typeof features]?.enabled ?? false);

const collect = (): Encoding[] => {
  const found: Encoding[] = [];
  const maps = [[opcodeMaps.oneByte, 0, false], [opcodeMaps.twoByte, 1, false], [opcodeMaps.map0f38, 2, false], [opcodeMaps.map0f3a, 3, false], [opcodeMaps.vex0f, 1, true], [opcodeMaps.vex0f38, 2, true], [opcodeMaps.vex0f3a, 3, true]] as const;
  for (const [entries, map, isVex] of maps) {
    for (const [opcode, entry] of Object.entries(entries)) {
      for (const leaf of leaves(entry, {})) {
        if (!isOn(leaf.row)) continue;
        const { row } = leaf;
        const l = row.vex?.l ?? leaf.l, w = row.vex?.w ?? leaf.w;
        found.push({
          ...leaf, ...(l === undefined ? {} : { l }), ...(w === undefined ? {} : { w }), ...(row.facts.form && !leaf.form ? { form: row.facts.form } : {}),
          number: found.length, mnemonic: mnemonicOf(row), map, isVex, opcode: Number(opcode),
        });
      }
    }
  }
  return found;
};

export const encodings: readonly Encoding[] = collect();

/** Can it be written in code of this size? */
export const existsIn = (encoding: Encoding, size: 32 | 64): boolean => {
  const { row, mode } = encoding;
  if (size === 64) return !row.no64 && mode !== 'legacy' && !(encoding.map === 0 && !encoding.isVex && (encoding.opcode & 0xf0) === 0x40);
  // outside 64-bit mode there is no REX
  return !row.only64 && mode !== 'long' && encoding.b !== 1 && (encoding.w !== 1 || encoding.isVex);
};

/** For reports of coverage. */
export const titleOf = (encoding: Encoding): string => {
  const { mnemonic, row, map, isVex, opcode, digit, rm, prefix, form, w, l, mode } = encoding;
  const details = [
    `${isVex ? 'vex ' : ''}${['', '0f ', '0f 38 ', '0f 3a '][map]!}${opcode.toString(16).padStart(2, '0')}`,
    digit === undefined ? '' : `/${digit}`, rm === undefined ? '' : `rm${rm}`, prefix ?? '', form ?? '', w === undefined ? '' : `w${w}`, l === undefined ? '' : `l${l}`, mode ?? '',
  ].filter(Boolean);
  return `${mnemonic} ${shownOperands(row).join(',')} (${details.join(' ')})`;
};
