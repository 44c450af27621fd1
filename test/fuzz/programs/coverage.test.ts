import { describe, expect, it } from 'vitest';
import { assemble } from './assemble.ts';
import { encodings, titleOf } from './encodings.ts';
import { reachable } from './instruction-choice.ts';
import { makeProgram } from './make-program.ts';
import { ProgramMachine } from './program-machine.ts';
import { region } from './regions.ts';
import { memoryOf } from './world.ts';

/** Encodings whose instructions programs come to. */
function executed(seeds: number): ReadonlySet<number> {
  const machine = new ProgramMachine();
  const found = new Set<number>();
  for (let seed = 1; seed <= seeds; seed++) {
    const program = makeProgram(seed);
    const assembled = assemble(program);
    if (!assembled) continue;
    machine.load(program, assembled, memoryOf(program, assembled));
    const byOffset = new Map(assembled.placed.map(({ offset, item }) => [offset, item?.kind === 'code' ? item.written.encoding : undefined]));
    for (const slice of program.slices) {
      machine.run({ ...slice, instructions: 0 });
      for (let n = 0; n < slice.instructions && machine.cpu.run(0) === 'budget'; n++) {
        const offset = Number(machine.cpu.state.rip & 0x1f_ffffn);
        const encoding = offset < region.data ? byOffset.get(offset & 0xffff) : undefined;
        if (encoding !== undefined) found.add(encoding);
        machine.cpu.step();
      }
    }
  }
  return found;
}

describe('fuzzed programs', () => {
  it('come to nearly every encoding', () => {
    const possible = new Set([...reachable(32), ...reachable(64)].map(({ number }) => number));
    const found = executed(1200);
    const missing = [...possible].filter((number) => !found.has(number));
    // what never comes has to be looked for in another way, so it is named
    expect(missing.length / possible.size, missing.map((number) => titleOf(encodings[number]!)).join('; ')).toBeLessThan(0.05);
    expect(possible.size).toBeGreaterThan(0.9 * encodings.length);
  });
});
