/**
 * The same code twice: in runs, as a machine executes it, and one instruction at a time. Both have to pass through the same states.
 * A repeated string instruction is one instruction in a run and many steps, so the run's last state is looked for among the steps' states.
 * And in slices: a run of one instruction each ends at every branch that is taken, so it has to pass through the state in which a long one ends.
 */
import type { RunExit } from '../../packages/core/src/cpu/cpu.ts';
import { place } from './places.ts';
import { registerDifferences } from './register-blocks.ts';
import type { Rig } from './rig.ts';
import type { Scenario } from './scenario.ts';

export interface Finding {
  readonly what: string;
  readonly detail: readonly string[];
}

const INSTRUCTIONS = 400;
/** Repeated string instructions take a step for each element; a case that needs more is not followed. */
const MOST_STEPS = 10_000;
/** A run ends at most so many instructions late: 256 decoded at once, and what follows in the next page. */
const OVERRUN = 6000;

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

export interface Rigs {
  readonly runs: Rig;
  readonly steps: Rig;
}

/** What was wrong, or undefined. */
export function compareWithSteps({ runs, steps }: Rigs, scenario: Scenario, instructions = INSTRUCTIONS): Finding | undefined {
  runs.load(scenario);
  steps.load(scenario);
  const exit = guarded(() => runs.cpu.run(instructions));
  if (typeof exit !== 'string') return exit;
  const { retired } = runs;
  if (retired > instructions + OVERRUN) return { what: `run(${instructions}) retired ${retired} instructions`, detail: [] };
  const wanted = runs.registers();
  let nearest: Uint8Array | undefined;
  const { rip } = runs.cpu.state;
  const forgets = scenario.seed % 2 === 1;
  // steps that stay where they are may be elements of one instruction
  for (let step = 0, moves = 0, last = -1n; ; step++) {
    const now = steps.cpu.state.rip;
    if (now === rip) {
      const state = steps.registers();
      if (sameBytes(state, wanted) && sameBytes(steps.ram, runs.ram)) return undefined;
      if (!nearest || moves <= retired) nearest = state;
    }
    if (now !== last) moves++;
    last = now;
    const ended = steps.probe();
    if (step === MOST_STEPS) return undefined;
    if (ended === 'halt' || ended === 'shutdown' || moves > retired + 2) break;
    const code = codeAround(steps, now);
    const before = codeSum(code);
    // translations may be forgotten at any time: whoever needs one that should be gone is found out
    if (forgets) steps.cpu.flushTlb(true);
    const thrown = guarded(() => { steps.cpu.step(); return 'budget' as const; });
    // a repeated instruction that overwrites itself: a run goes on with what it has decoded, as processors do
    if (steps.cpu.state.rip === now && codeSum(code) !== before) return undefined;
    if (typeof thrown !== 'string') return { ...thrown, what: `step: ${thrown.what}` };
  }
  const ended = steps.probe();
  const detail = nearest ? registerDifferences(wanted, nearest) : [`the steps never come to ${rip.toString(16)}`];
  return { what: `run(${instructions}) (${exit}, ${retired} retired) and steps (${ended}) differ`, detail: [...detail, ...ramDifferences(runs.ram, steps.ram)] };
}

export function compareSlices({ runs, steps: slices }: Rigs, scenario: Scenario, slice: number, instructions = INSTRUCTIONS): Finding | undefined {
  runs.load(scenario);
  slices.load(scenario);
  const exit = guarded(() => runs.cpu.run(instructions));
  if (typeof exit !== 'string') return exit;
  const ends = exit === 'halt' || exit === 'shutdown';
  let other: RunExit | Finding = 'budget';
  const goal = ends ? Infinity : runs.retired;
  for (let calls = 0; other === 'budget' && slices.retired < goal; calls++) {
    other = guarded(() => slices.cpu.run(slice));
    if (typeof other !== 'string') return other;
    if (calls > MOST_STEPS) return { what: `slices of ${slice} make no progress`, detail: [] };
  }
  if (runs.portBatches || slices.portBatches) return undefined;
  // a run ends where a branch is taken after its budget is spent, so the slices may have gone further
  while (runs.retired < slices.retired && runs.probe() === 'budget') {
    const { rip } = runs.cpu.state;
    runs.cpu.step();
    if (runs.cpu.state.rip === rip) return undefined; // an element of a repeated instruction, which a run does not count
  }
  const late = runs.retired - slices.retired;
  if (late > 0 && !ends) return undefined;
  const wrong = registerDifferences(runs.registers(), slices.registers());
  if (late === 0 && wrong.length === 0 && sameBytes(runs.ram, slices.ram)) return undefined;
  return { what: `run(${instructions}) (${exit}) retired ${runs.retired}, slices of ${slice} (${other}) ${slices.retired}`, detail: [...wrong, ...ramDifferences(runs.ram, slices.ram)] };
}

/** The bytes at RIP, where code lies. */
const codeAround = (rig: Rig, rip: bigint): Uint8Array => {
  const at = place.code + (Number(rip) & 0x1fff);
  return rig.ram.subarray(at, at + 15);
};
const codeSum = (bytes: Uint8Array): number => {
  let sum = 0;
  for (let i = 0; i < bytes.length; i++) sum = (Math.imul(sum, 31) + bytes[i]!) | 0;
  return sum;
};

/** Nothing that a guest does may throw. */
function guarded<T extends string>(action: () => T): T | Finding {
  try {
    return action();
  } catch (thrown) {
    return { what: `threw ${String(thrown)}`, detail: thrown instanceof Error ? (thrown.stack ?? '').split('\n').slice(1, 8) : [] };
  }
}

function ramDifferences(a: Uint8Array, b: Uint8Array): string[] {
  const found: string[] = [];
  for (let at = 0; at < a.length && found.length < 6; at++) if (a[at] !== b[at]) found.push(`[${at.toString(16)}] ${a[at]!.toString(16)} / ${b[at]!.toString(16)}`);
  return found;
}
