/**
 * Accesses that share a look-up in the TLB. Those through one base register whose value does not change lie near one another, mostly in one page: an anchor is looked up
 * once, for the whole range, and gives the address in this memory where the range begins, or 0. Where it gives 0 each access is made by itself, so an anchor is never wrong.
 *
 * An anchor serves the accesses of one block between two writes to the register (a push or a pop moves RSP by a known distance); or those of the whole region,
 * where there is a loop and the register is not written. What was looked up holds as long as the region runs: nothing in it changes a mapping.
 */
import { addressKind, RECORD_BYTES, record } from '../decode/record.ts';
import { gpr, offsetOf } from '../state.ts';
import type { Facts } from './facts.ts';
import type { BlockFlow } from './flow.ts';
import { slots } from './instruction.ts';
import type { TranslatedInstruction } from './instruction.ts';
import type { RegionBlock } from './region-job.ts';

export interface Anchor {
  /** General register by number, and the range of offsets from it. */
  readonly register: number;
  low: number;
  high: number;
  writes: boolean;
  uses: number;
}

/** How an instruction's access finds its place: `offset` is that of the register's present value from the anchor's. */
export interface AnchorUse {
  readonly anchor: Anchor;
  readonly offset: number;
}

export interface Anchors {
  /** Looked up when the region is entered. */
  readonly ofRegion: readonly Anchor[];
  /** By instruction: looked up before it. */
  readonly before: ReadonlyMap<number, readonly Anchor[]>;
  /** By instruction: of the memory operand, and of the stack. */
  readonly ofMemory: ReadonlyMap<number, AnchorUse>;
  readonly ofStack: ReadonlyMap<number, AnchorUse>;
}

/** A range that is likely to lie in one page. */
const LONGEST_RANGE = 1024;

interface Group {
  readonly anchor: Anchor;
  readonly first: number;
  /** How far RSP had moved where the anchor is looked up. */
  readonly origin: number;
  readonly memory: [number, AnchorUse][];
  readonly stack: [number, AnchorUse][];
}

const hasLoop = (successors: BlockFlow['successors']): boolean => {
  const state = new Uint8Array(successors.length);
  const visit = (n: number): boolean => {
    if (state[n]) return state[n] === 1;
    state[n] = 1;
    const found = successors[n]!.some(visit);
    state[n] = 2;
    return found;
  };
  return visit(0);
};

export const findAnchors = (blocks: readonly RegionBlock[], instructions: readonly TranslatedInstruction[], records: DataView, flow: BlockFlow): Anchors => {
  const groups = blocks.flatMap((block) => groupsOf(block, instructions, records, flow.writtenBy));
  const ofRegion: Anchor[] = [];
  if (!instructions.some(({ binding }) => binding === 'called') && hasLoop(flow.successors)) {
    for (let register = 0; register < 16; register++) {
      if ((flow.written.general >>> register) & 1) continue;
      const mine = groups.filter(({ anchor }) => anchor.register === register);
      const low = Math.min(...mine.map(({ anchor }) => anchor.low)), high = Math.max(...mine.map(({ anchor }) => anchor.high));
      const uses = mine.reduce((sum, { anchor }) => sum + anchor.uses, 0);
      if (!mine.length || high - low > LONGEST_RANGE) continue;
      const whole: Anchor = { register, low, high, uses, writes: mine.some(({ anchor }) => anchor.writes) };
      ofRegion.push(whole);
      for (const group of mine) {
        group.memory.forEach((use) => { use[1] = { ...use[1], anchor: whole }; });
        group.stack.forEach((use) => { use[1] = { ...use[1], anchor: whole }; });
        group.anchor.uses = 0;
      }
    }
  }
  const before = new Map<number, Anchor[]>();
  const ofMemory = new Map<number, AnchorUse>(), ofStack = new Map<number, AnchorUse>();
  for (const { anchor, first, memory, stack } of groups) {
    if (anchor.uses === 1) continue;
    if (anchor.uses) before.set(first, [...(before.get(first) ?? []), anchor]);
    for (const [i, use] of memory) ofMemory.set(i, use);
    for (const [i, use] of stack) ofStack.set(i, use);
  }
  return { ofRegion, before, ofMemory, ofStack };
};

const groupsOf = ({ first, count }: RegionBlock, instructions: readonly TranslatedInstruction[], records: DataView, writtenBy: BlockFlow['writtenBy']): Group[] => {
  const groups: Group[] = [];
  const open = new Map<number, Group>();
  let stackOffset = 0;
  const use = (register: number, low: number, bytes: number, writes: boolean, i: number, kind: 'memory' | 'stack'): void => {
    let group = open.get(register);
    if (group && Math.max(group.anchor.high, low - group.origin + bytes) - Math.min(group.anchor.low, low - group.origin) > LONGEST_RANGE) group = undefined;
    if (!group) {
      const origin = register === gpr.rsp ? stackOffset : 0;
      group = { anchor: { register, low: low - origin, high: low - origin + bytes, writes, uses: 0 }, first: i, origin, memory: [], stack: [] };
      groups.push(group);
      open.set(register, group);
    }
    const { anchor, origin } = group;
    anchor.low = Math.min(anchor.low, low - origin);
    anchor.high = Math.max(anchor.high, low - origin + bytes);
    anchor.writes ||= writes;
    anchor.uses++;
    const list = group[kind];
    if (list.at(-1)?.[0] !== i) list.push([i, { anchor, offset: register === gpr.rsp ? stackOffset - origin : 0 }]);
  };
  const close = (register: number): void => {
    open.delete(register);
    if (register === gpr.rsp) stackOffset = 0;
  };
  for (let i = first; i < first + count; i++) {
    const instruction = instructions[i]!;
    const at = i * RECORD_BYTES;
    if (instruction.binding !== 'early') {
      open.clear();
      stackOffset = 0;
      continue;
    }
    const facts = instruction.facts!;
    const base = records.getUint8(at + record.base);
    const isSimple = base < offsetOf.zero && records.getUint8(at + record.index) === offsetOf.zero && records.getUint8(at + record.segmentBase) === offsetOf.zero
      && records.getUint8(at + record.addressKind) <= addressKind.flat32;
    const register = base >> 3;
    // POP addresses its operand by the RSP that it has raised
    const isMoved = register === gpr.rsp && facts.stackAccesses.length > 0;
    if (facts.addressesMemory && isSimple && facts.operandBytes > 0 && !isMoved) {
      use(register, records.getInt32(at + record.displacement, true) + (register === gpr.rsp ? stackOffset : 0), facts.operandBytes, facts.writesMemory, i, 'memory');
    }
    for (const access of facts.stackAccesses) use(gpr.rsp, stackOffset + access.offset, access.bytes, access.writes, i, 'stack');
    const written = writtenBy[i]!.general;
    for (let register = 0; written >>> register; register++) {
      if (!((written >>> register) & 1)) continue;
      const isOperand = register === gpr.rsp && !writesOperand(records, at, facts, register) && facts.stackDelta !== undefined;
      if (isOperand) stackOffset += facts.stackDelta!;
      else close(register);
    }
  }
  return groups;
};

/** Is the register among the operands that the instruction writes, besides what it does to it by itself? */
const writesOperand = (records: DataView, at: number, { slotOperands }: Facts, register: number): boolean =>
  slotOperands.some(({ kind, writes }, slot) => writes && kind === 'register' && records.getUint8(at + slots[slot]!) >> 3 === register);
