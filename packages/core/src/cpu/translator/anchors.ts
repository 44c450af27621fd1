/**
 * Accesses that share a look-up in the TLB. Those through one base register whose value does not change lie near one another, mostly in one page: an anchor is looked up
 * once, for the whole range, and gives the address in this memory where the range begins, or 0. Where it gives 0 each access is made by itself, so an anchor is never wrong.
 * But that takes code for each, which is hardly ever run. So where little is lost, the region is left instead: for a small range, which hardly ever lies in two pages, and
 * not before a loop. The interpreter soon comes to where it can be entered again.
 *
 * Where anchors fail again and again, as for data that does lie in two pages, the region is made anew without any.
 *
 * An anchor serves the accesses for which the register has one value (register-values.ts), in the block where it is looked up and in those that this dominates. It is looked up
 * before the loops in which the value stays. What was looked up holds as long as the region runs, and until a handler is called: nothing else in it changes a mapping.
 */
import { addressKind, RECORD_BYTES, record } from '../decode/record.ts';
import { gpr, offsetOf } from '../state.ts';
import type { Facts } from './facts.ts';
import type { BlockFlow } from './flow.ts';
import type { TranslatedInstruction } from './instruction.ts';
import type { RegionBlock, RegionEntry } from './region-job.ts';
import { blockAt, regionGraph, registerValues } from './register-values.ts';

export interface Anchor {
  /** General register by number, and the range of offsets from it. */
  readonly register: number;
  low: number;
  high: number;
  writes: boolean;
  uses: number;
  /** If it is not found the region is left; so uses need not ask. */
  isSure: boolean;
  /** Looked up once for a whole loop, perhaps. */
  readonly isBeforeLoop: boolean;
  /** The access for which it is looked up, at an offset from the register, where nothing but this access comes before it: a page that is not in the TLB may be walked for it. */
  readonly for: { readonly offset: number; readonly bytes: number; readonly writes: boolean } | undefined;
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
/** One that lies in one page but for a few in a hundred; and a frame on the stack, of which both pages are likely to be in the TLB. */
const SURE_RANGE = 256;
const SURE_FRAME = 512;
/** Of more the operand has to be aligned, which is looked at before the page. */
const MOST_WALKED_BYTES = 8;

interface Group {
  readonly anchor: Anchor;
  /** The instruction before which it is looked up; -1: where the region is entered. Its block's place in the flow graph; and whether that is before a loop. */
  readonly first: number;
  readonly place: number;
  readonly isOutside: boolean;
  /** How far RSP had moved where the anchor is looked up. */
  readonly origin: number;
  readonly memory: [number, AnchorUse][];
  readonly stack: [number, AnchorUse][];
}

export const noAnchors: Anchors = { ofRegion: [], before: new Map(), ofMemory: new Map(), ofStack: new Map() };

export const findAnchors = (blocks: readonly RegionBlock[], entries: readonly RegionEntry[], instructions: readonly TranslatedInstruction[], records: DataView, flow: BlockFlow): Anchors => {
  const ofRegion: Anchor[] = [];
  const before = new Map<number, Anchor[]>();
  const ofMemory = new Map<number, AnchorUse>(), ofStack = new Map<number, AnchorUse>();
  for (const { anchor, first, isOutside, memory, stack } of findGroups(blocks, entries, instructions, records, flow)) {
    if (anchor.uses === 1 && !isOutside) continue;
    anchor.isSure = first >= 0 && !isOutside && anchor.high - anchor.low <= (isFrame(anchor.register) ? SURE_FRAME : SURE_RANGE);
    if (first < 0) ofRegion.push(anchor);
    else before.set(first, [...(before.get(first) ?? []), anchor]);
    for (const [i, use] of memory) ofMemory.set(i, use);
    for (const [i, use] of stack) ofStack.set(i, use);
  }
  return { ofRegion, before, ofMemory, ofStack };
};

const isFrame = (register: number): boolean => register === gpr.rsp || register === gpr.rbp;

const findGroups = (blocks: readonly RegionBlock[], entries: readonly RegionEntry[], instructions: readonly TranslatedInstruction[], records: DataView, flow: BlockFlow): Group[] => {
  const groups: Group[] = [];
  const byValue = new Map<number, Group[]>();
  const graph = regionGraph(entries, flow.successors);
  const values = registerValues(graph, blocks, instructions, records, flow);
  for (let place = 0; place < graph.order.length; place++) {
    const { first, count } = blockAt(graph, blocks, place);
    const now = values.atStart(place);
    const use = (register: number, low: number, bytes: number, writes: boolean, i: number, kind: 'memory' | 'stack', moved: number, facts: Facts): void => {
      const value = now.values[register]!;
      let known = byValue.get(value);
      if (!known) byValue.set(value, known = []);
      // a store elsewhere is no reason for loads to look for a page that can be written
      const fits = ({ anchor, origin, place: at }: Group): boolean => {
        const from = low + moved - origin;
        return Math.max(anchor.high, from + bytes) - Math.min(anchor.low, from) <= LONGEST_RANGE && (at === place || (graph.dominates(at, place) && (anchor.writes || !writes)));
      };
      let group = known.findLast(fits);
      if (!group) {
        const at = values.outside(place, register, value) ?? { first: i, place, moved, isOutside: false };
        const from = low + moved - at.moved;
        const isFirst = at.first === i && bytes <= MOST_WALKED_BYTES && facts.accessesFirst && facts.stackAccesses.length + (facts.addressesMemory ? 1 : 0) === 1;
        group = { anchor: { register, low: from, high: from + bytes, writes, uses: 0, isSure: false, isBeforeLoop: at.isOutside, for: isFirst ? { offset: from, bytes, writes } : undefined }, first: at.first, place: at.place, isOutside: at.isOutside, origin: at.moved, memory: [], stack: [] };
        groups.push(group);
        known.push(group);
      }
      const { anchor, origin } = group;
      const from = low + moved - origin;
      anchor.low = Math.min(anchor.low, from);
      anchor.high = Math.max(anchor.high, from + bytes);
      anchor.writes ||= writes;
      anchor.uses++;
      const list = group[kind];
      // what an instruction adds to RSP while it accesses the stack is added by whoever makes its code
      if (list.at(-1)?.[0] !== i) list.push([i, { anchor, offset: now.moved[register]! - origin }]);
    };
    for (let i = first; i < first + count; i++) {
      const instruction = instructions[i]!;
      const at = i * RECORD_BYTES;
      if (instruction.binding === 'early') {
        const facts = instruction.facts!;
        const base = records.getUint8(at + record.base);
        const isSimple = base < offsetOf.zero && records.getUint8(at + record.index) === offsetOf.zero && records.getUint8(at + record.segmentBase) === offsetOf.zero
          && records.getUint8(at + record.addressKind) <= addressKind.flat32;
        const register = base >> 3;
        // POP addresses its operand by the RSP that it has raised
        const isMoved = register === gpr.rsp && facts.stackAccesses.length > 0;
        if (facts.addressesMemory && isSimple && facts.operandBytes > 0 && !isMoved) {
          use(register, records.getInt32(at + record.displacement, true), facts.operandBytes, facts.writesMemory, i, 'memory', now.moved[register]!, facts);
        }
        for (const access of facts.stackAccesses) use(gpr.rsp, access.offset, access.bytes, access.writes, i, 'stack', now.moved[gpr.rsp]!, facts);
      }
      now.step(i);
    }
  }
  return groups;
};
