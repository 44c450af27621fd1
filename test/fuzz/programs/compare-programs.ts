/** One program on two machines, in the same slices: after each they have to be in the same state. */
import { assemble } from './assemble.ts';
import type { Program, Slice } from './program.ts';
import { PAGE, physical } from './regions.ts';
import { registerDifferences } from '../register-blocks.ts';
import type { ProgramMachine } from './program-machine.ts';
import { memoryOf } from './world.ts';

export interface Difference {
  readonly what: string;
  readonly detail: readonly string[];
  /** The slice after which it was seen. */
  readonly slice: number;
}

export interface Pair {
  readonly one: ProgramMachine;
  readonly other: ProgramMachine;
  /** What is done to the other machine before a slice, that should make no difference. */
  disturb?(machine: ProgramMachine, program: Program): void;
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

export type Verdict = { readonly kind: 'same'; readonly retired: number } | { readonly kind: 'different'; readonly difference: Difference } | { readonly kind: 'tooLong' };

/** `thorough` compares memory after each slice, and not only at the end. */
export function compareProgram(pair: Pair, program: Program, thorough = false): Verdict {
  const assembled = assemble(program);
  if (!assembled) return { kind: 'tooLong' };
  const memory = memoryOf(program, assembled);
  const { one, other } = pair;
  one.load(program, assembled, memory);
  other.load(program, assembled, memory);
  const last = program.slices.length - 1;
  for (const [number, slice] of program.slices.entries()) {
    pair.disturb?.(other, program);
    const exits = [runGuarded(one, slice), runGuarded(other, slice)];
    const difference = (what: string): Verdict => ({ kind: 'different', difference: { what, slice: number, detail: details(pair, exits) } });
    if (exits[0] !== exits[1]) return difference(`exits ${exits.join(' / ')}`);
    if (one.retired !== other.retired) return difference(`retired ${one.retired} / ${other.retired}`);
    const a = one.registers(), b = other.registers();
    if (!same(a, b)) return difference(`registers: ${registerDifferences(a, b).map((line) => line.split(' ')[0]).join(' ')}`);
    if (one.log !== other.log) return difference('what devices were asked');
    const ends = exits[0] === 'shutdown' || number === last;
    if ((ends || thorough) && !same(comparable(pair, one), comparable(pair, other))) return difference('memory');
    if (ends) break;
  }
  return { kind: 'same', retired: one.retired };
}

/** A machine whose translations were thrown away marks page tables accessed again. */
const comparable = ({ disturb }: Pair, { window }: ProgramMachine): Uint8Array => (disturb ? window.subarray(physical.code * PAGE) : window);

/** Nothing that a guest does may throw. */
function runGuarded(machine: ProgramMachine, slice: Slice): string {
  try {
    return machine.run(slice);
  } catch (thrown) {
    return `threw ${String(thrown)}\n${thrown instanceof Error ? (thrown.stack ?? '').split('\n').slice(1, 6).join('\n') : ''}`;
  }
}

function details({ one, other }: Pair, exits: readonly string[]): string[] {
  const lines = [`exits ${exits.join(' / ')}, retired ${one.retired} / ${other.retired}`, ...registerDifferences(one.registers(), other.registers())];
  const a = one.window, b = other.window;
  for (let at = 0, found = 0; at < a.length && found < 8; at++) {
    if (a[at] === b[at]) continue;
    found++;
    lines.push(`${pageName(at)} ${(at % PAGE).toString(16)}: ${a[at]!.toString(16)} / ${b[at]!.toString(16)}`);
  }
  return lines;
}

const pageName = (at: number): string => {
  const page = Math.floor(at / PAGE);
  const [name, first] = Object.entries(physical).filter(([name, start]) => !/count|dataPages/.test(name) && start <= page).sort(([, a], [, b]) => b - a)[0]!;
  return `${name}${page - first}`;
};
