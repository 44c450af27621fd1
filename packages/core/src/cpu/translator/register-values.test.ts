import { describe, expect, it } from 'vitest';
import { gpr } from '../state.ts';
import type { BlockFlow } from './flow.ts';
import type { TranslatedInstruction } from './instruction.ts';
import type { RegionBlock, RegionEntry } from './region-job.ts';
import { regionGraph, registerValues } from './register-values.ts';
import { noRegisters } from './registers.ts';

const { rax, rsp, rbp } = gpr;

/** Blocks of instructions, each of which is the register that it writes, `push`, or `handler`: one that is called. */
const valuesOf = (code: readonly (readonly (number | 'push' | 'handler' | undefined)[])[], successors: readonly (readonly number[])[], entries = [0]): ReturnType<typeof registerValues> => {
  const flat = code.flat();
  const blocks = code.map((list, n) => ({ first: code.slice(0, n).flat().length, count: list.length })) as unknown as RegionBlock[];
  const instructions = flat.map((what) => ({ binding: what === 'handler' ? 'called' : 'early', facts: { stackDelta: what === 'push' ? -4 : undefined, slotOperands: [] } })) as unknown as TranslatedInstruction[];
  const writtenBy = flat.map((what) => ({ ...noRegisters, general: what === 'push' ? 1 << rsp : typeof what === 'number' ? 1 << what : 0 }));
  return registerValues(regionGraph(entries.map((block) => ({ block }) as RegionEntry), successors), blocks, instructions, new DataView(new ArrayBuffer(32 * flat.length)), { writtenBy } as unknown as BlockFlow);
};

describe('values of registers', () => {
  it('stay the same where paths meet that do not write them, and RSP is moved', () => {
    const values = valuesOf([['push'], [rax], ['push'], [undefined]], [[1, 2], [3], [3], []]);
    const start = values.atStart(1), end = values.atStart(4);
    expect(end.values[rbp]).toBe(start.values[rbp]);
    expect(end.values[rax]).not.toBe(start.values[rax]);
    // pushed on one way only
    expect([end.values[rsp] === start.values[rsp], end.moved[rsp]]).toEqual([false, 0]);
    const both = valuesOf([['push'], ['push'], ['push'], [undefined]], [[1, 2], [3], [3], []]);
    expect([both.atStart(4).values[rsp] === both.atStart(1).values[rsp], both.atStart(4).moved[rsp]]).toEqual([true, -8]);
  });

  it('are kept by a loop that does not write them, so what depends on them belongs before it', () => {
    const values = valuesOf([[rax], [undefined, rbp], [undefined]], [[1], [1, 2], []]);
    const inLoop = values.atStart(2);
    expect(values.outside(2, rax, inLoop.values[rax]!)).toBeUndefined(); // written by the last instruction before the loop
    expect(values.outside(2, gpr.rbx, inLoop.values[gpr.rbx]!)).toEqual({ first: 0, place: 1, moved: 0, isOutside: true });
    expect(values.outside(2, rbp, inLoop.values[rbp]!)).toBeUndefined();
  });

  it('are looked at where the region is entered, when that is the loop', () => {
    const values = valuesOf([['push', rax], [rsp]], [[0, 1], []]);
    const start = values.atStart(1);
    expect(values.outside(1, rbp, start.values[rbp]!)).toEqual({ first: -1, place: 0, moved: 0, isOutside: true });
    expect(values.outside(1, rax, start.values[rax]!)).toBeUndefined();
    expect(values.outside(1, rsp, start.values[rsp]!)).toBeUndefined();
  });

  it('may come from any of the entries', () => {
    const code = [[rax], [undefined], [undefined]], successors = [[1], [2], []];
    const one = valuesOf(code, successors), two = valuesOf(code, successors, [0, 1]);
    const at = (values: ReturnType<typeof valuesOf>, place: number): number => values.atStart(place).values[rax]!;
    expect(at(one, 2)).not.toBe(at(one, 1));
    expect(at(two, 2)).not.toBe(at(one, 2)); // not what block 0 has written alone
    expect(two.atStart(2).values[rbp]).toBe(two.atStart(1).values[rbp]);
  });

  it('are not known after a handler that is called', () => {
    const values = valuesOf([['handler', undefined]], [[0]]);
    const now = values.atStart(1);
    const before = now.values[rbp];
    now.step(0);
    expect(now.values[rbp]).not.toBe(before);
    expect(values.outside(1, rbp, before!)).toBeUndefined();
  });
});
