/**
 * Which value each general register has at each place of a region, as a number: the same number, the same value. A value begins at the region's entry, where an instruction
 * writes the register, and where paths meet on which it is not the same. RSP that was moved by a known distance keeps its value's number, and how far it has been moved is known.
 *
 * An instruction that is not bound early may change everything.
 */
import { FlowGraph } from '../../wasm/flow-graph.ts';
import { RECORD_BYTES } from '../decode/record.ts';
import { gpr } from '../state.ts';
import type { Facts } from './facts.ts';
import type { BlockFlow } from './flow.ts';
import { slots } from './instruction.ts';
import type { TranslatedInstruction } from './instruction.ts';
import type { RegionBlock, RegionEntry } from './region-job.ts';

const REGISTERS = 16;

/** Node 0 leads to the region's entries; then come the blocks. */
export const regionGraph = (entries: readonly RegionEntry[], successors: BlockFlow['successors']): FlowGraph => {
  const nodes = [entries.map(({ block }) => block), ...successors].map((list) => list.map((block) => block + 1));
  return new FlowGraph({ count: nodes.length, successors: (node) => nodes[node]! });
};
const nothing = { first: 0, count: 0 } as const;
/** The block at a place of that graph, or nothing where the region is entered. */
export const blockAt = (graph: FlowGraph, blocks: readonly RegionBlock[], place: number): Pick<RegionBlock, 'first' | 'count'> => blocks[graph.order[place]! - 1] ?? nothing;

/** By register; changed as one instruction after the other is passed. */
interface ValuesNow {
  readonly values: Int32Array;
  /** How far the register has been moved from its value; of RSP alone. */
  readonly moved: Int32Array;
  step(instruction: number): void;
}

/** Before the instruction `first` of the block at `place`, or where the region is entered: there the register has been moved so far from its value. */
interface Outside {
  readonly first: number;
  readonly place: number;
  readonly moved: number;
  readonly isOutside: true;
}

interface RegisterValues {
  /** At the start of the block at a place of the flow graph. */
  atStart(place: number): ValuesNow;
  /** Before the outermost loop around the place in which the register keeps the value, if there is one. */
  outside(place: number, register: number, value: number): Outside | undefined;
}

export const registerValues = (graph: FlowGraph, blocks: readonly RegionBlock[], instructions: readonly TranslatedInstruction[], records: DataView, { writtenBy }: BlockFlow): RegisterValues => {
  const places = graph.order.length;
  // numbers: of what is there when a block begins, then of what instructions write
  const initial = (place: number, register: number): number => place * REGISTERS + register;
  const written = (i: number, register: number): number => (places + i) * REGISTERS + register;
  const step = (values: Int32Array, moved: Int32Array, i: number): void => {
    const { binding, facts } = instructions[i]!;
    const mask = binding === 'early' ? writtenBy[i]!.general : 0xffff;
    for (let register = 0; mask >>> register; register++) {
      if (!((mask >>> register) & 1)) continue;
      if (register === gpr.rsp && binding === 'early' && facts!.stackDelta !== undefined && !isOperand(records, i * RECORD_BYTES, facts!, register)) {
        moved[register]! += facts!.stackDelta;
      } else {
        values[register] = written(i, register);
        moved[register] = 0;
      }
    }
  };
  const startValues = Array.from({ length: places }, (_, place) => Int32Array.from({ length: REGISTERS }, (_unused, register) => (place === 0 ? initial(0, register) : -1)));
  const startMoved = Array.from({ length: places }, () => new Int32Array(REGISTERS));
  const endValues: (Int32Array | undefined)[] = Array.from({ length: places });
  const endMoved: Int32Array[] = Array.from({ length: places }, () => new Int32Array(REGISTERS));
  /** What comes from a place that was passed; a place that was not yet says nothing. */
  const meet = (place: number): boolean => {
    const values = startValues[place]!, moved = startMoved[place]!;
    let changed = false;
    for (const from of graph.predecessors[place]!) {
      const ends = endValues[from];
      if (!ends) continue;
      for (let register = 0; register < REGISTERS; register++) {
        const own = initial(place, register);
        if (values[register] === own || (values[register] === ends[register] && moved[register] === endMoved[from]![register])) continue;
        const isFirst = values[register] === -1;
        values[register] = isFirst ? ends[register]! : own;
        moved[register] = isFirst ? endMoved[from]![register]! : 0;
        changed = true;
      }
    }
    return changed;
  };
  for (let again = true; again;) {
    again = false;
    for (let place = 0; place < places; place++) {
      if (!meet(place) && endValues[place]) continue;
      again = true;
      const values = startValues[place]!.slice(), moved = startMoved[place]!.slice();
      const { first, count } = blockAt(graph, blocks, place);
      for (let i = first; i < first + count; i++) step(values, moved, i);
      endValues[place] = values;
      endMoved[place] = moved;
    }
  }
  const beforeLoop = (head: number, register: number, value: number): Outside | undefined => {
    if (value === initial(head, register) || startValues[head]![register] !== value) return undefined;
    const place = graph.immediateDominators[head]!;
    const values = startValues[place]!.slice(), moved = startMoved[place]!.slice();
    const { first, count } = blockAt(graph, blocks, place);
    for (let i = first; i < first + count - 1; i++) step(values, moved, i);
    return values[register] === value ? { first: place === 0 ? -1 : first + count - 1, place, moved: moved[register]!, isOutside: true } : undefined;
  };
  return {
    outside: (place, register, value) => {
      let found: Outside | undefined;
      for (let head = graph.loopOf(place); head >= 0; head = graph.outerHeads[head]!) {
        const outer = beforeLoop(head, register, value);
        if (!outer) break;
        found = outer;
      }
      return found;
    },
    atStart: (place) => {
      const values = startValues[place]!.slice(), moved = startMoved[place]!.slice();
      return { values, moved, step: (i) => step(values, moved, i) };
    },
  };
};

/** Is the register among the operands that the instruction writes, besides what it does to it by itself? */
const isOperand = (records: DataView, at: number, { slotOperands }: Facts, register: number): boolean =>
  slotOperands.some(({ kind, writes }, slot) => writes && kind === 'register' && records.getUint8(at + slots[slot]!) >> 3 === register);
