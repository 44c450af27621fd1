/**
 * The slow paths of a region's memory accesses. Regions have one wherever they access memory, and hardly ever take it: what they say for it is as short as can be.
 *
 * Each is given the instruction's `site` and the budget, and leaves what is left of the budget in the state. Where an access fails the region has to be left before the
 * instruction, which has changed nothing: then the instructions before it are settled, and the state's `regionResult` says how the interpreter goes on.
 */
import { BOUNCE_END, RAM_BASE, TLB_ENTRIES, TLB_ENTRY_BYTES, TLB_WRITE_HALF } from '../../memory/layout.ts';
import { accessBit, accessSlow, commitSlow } from '../../memory/mmu.ts';
import type { Expression, FunctionBuilder } from '../../wasm/function.ts';
import type { Subroutine } from '../builder/builder.ts';
import { loadField, storeField } from '../builder/fields.ts';
import { RECORD_BYTES } from '../decode/record.ts';
import { atRecord } from '../interpreter/region-result.ts';

const RECORD_BITS = Math.log2(RAM_BASE / RECORD_BYTES);
const MOST_UNSETTLED = 2 ** (32 - RECORD_BITS) - 1;

/** An instruction's record, and how many instructions have run since the budget was settled, in one number. */
export const siteOf = (recordAddress: number, unsettled: number): number => {
  if (unsettled < 0 || unsettled > MOST_UNSETTLED) throw new RangeError(`${unsettled} instructions are not settled`);
  return (recordAddress / RECORD_BYTES) | (unsettled << RECORD_BITS);
};

const recordOf = (f: FunctionBuilder, site: Expression): Expression => f.mul(f.and(site, f.i32(2 ** RECORD_BITS - 1)), f.i32(RECORD_BYTES));
const unsettledAt = (f: FunctionBuilder, site: Expression): Expression => f.shrU(site, RECORD_BITS);

/** Where the TLB in force has a linear address, if it does. */
const tlbEntry = (f: FunctionBuilder, linear: Expression, writes: Expression): Expression =>
  f.add(f.add(loadField(f, 'tlb'), f.and(f.wrap(f.shrU(linear, 8)), f.i32((TLB_ENTRIES - 1) * TLB_ENTRY_BYTES))), f.select(writes, f.i32(TLB_WRITE_HALF), f.i32(0)));

/** Devices may ask for the time: it is that of the instruction. */
const atSite = (f: FunctionBuilder, site: Expression, budget: Expression, body: (recordAddress: Expression) => void): void => {
  const at = f.let(recordOf(f, site));
  storeField(f, 'budget', budget);
  storeField(f, 'instruction', at);
  storeField(f, 'runStart', f.sub(at, f.mul(unsettledAt(f, site), f.i32(RECORD_BYTES))));
  body(at);
};

/**
 * (linear address, size | access bits, site, budget) -> as `accessSlow`; 0 where the region has to be left: with a fault, for a device that may not be read yet (`accessBit.first`), and
 * when decoded code was discarded meanwhile. An access whose anchor failed may be in the TLB.
 */
export const regionReach: Subroutine = {
  name: 'regionReach', params: ['i64', 'i32', 'i32', 'i32'], results: ['i32'],
  build: (f, call) => {
    const [linear, how, site, budget] = f.parameters;
    const entry = f.let(tlbEntry(f, linear, f.and(how, f.i32(accessBit.write))));
    const last = f.add(linear, f.extendU(f.sub(f.and(how, f.i32(0xff)), f.i32(1))));
    storeField(f, 'budget', budget);
    f.if(f.eq(f.load('i64.load', entry), f.and(last, f.i64(~0xfffn))), () => f.return(f.add(f.wrap(linear), f.load('i32.load', entry, 8))));
    const host = f.local('i32');
    atSite(f, site, budget, (at) => {
      f.set(host, f.call(call(accessSlow), linear, how));
      storeField(f, 'instruction', f.i32(0));
      f.if(f.and(f.ne(host, f.i32(0)), f.eqz(loadField(f, 'regionStale'))), () => f.return(host));
      storeField(f, 'budget', f.sub(loadField(f, 'budget'), unsettledAt(f, site)));
      storeField(f, 'regionResult', f.or(at, f.select(loadField(f, 'faultVector'), f.i32(atRecord.fault), f.i32(atRecord.interpret))));
    });
    f.return(f.i32(0));
  },
};

/** (site, budget): a store to the bounce buffer is carried out. */
export const regionCommit: Subroutine = {
  name: 'regionCommit', params: ['i32', 'i32'], results: [],
  build: (f, call) => {
    const [site, budget] = f.parameters;
    atSite(f, site, budget, () => f.perform(call(commitSlow)));
    storeField(f, 'instruction', f.i32(0));
  },
};

/** (linear address, value, size | access bits, site, budget) -> 0 where the region has to be left: a store of 1, 2, 4 or 8 bytes. */
export const regionStore: Subroutine = {
  name: 'regionStore', params: ['i64', 'i64', 'i32', 'i32', 'i32'], results: ['i32'],
  build: (f, call) => {
    const [linear, value, how, site] = f.parameters;
    const budget = f.params[4]!;
    const host = f.let(f.call(call(regionReach), linear, how, site, budget));
    f.if(f.eqz(host), () => f.return(f.i32(0)));
    const size = f.let(f.and(how, f.i32(0xff)));
    const stores = [[8, 'i64.store'], [4, 'i64.store32'], [2, 'i64.store16'], [1, 'i64.store8']] as const;
    for (const [bytes, store] of stores) f.if(f.eq(size, f.i32(bytes)), () => f.store(store, host, value));
    f.if(f.ltU(host, f.i32(BOUNCE_END)), () => f.perform(call(regionCommit), site, loadField(f, 'budget')));
    f.return(f.i32(1));
  },
};

/** In the second parameter of `regionAnchor`, beside the bytes: the pages have to be writable. */
export const anchorWrites = 0x1_0000;

/** The third parameter of `regionAnchor`: an access that is about to be made anyhow, at an offset from the anchor's start. */
export const anchorAccess = (offset: number, bytes: number, writes: boolean): number => (offset << ACCESS_BITS) | bytes | accessBit.first | (writes ? accessBit.write : 0);
const ACCESS_BITS = 16;

/**
 * (first linear address, bytes | anchorWrites, access or 0) -> an anchor's address that a look-up in one page did not find: where both pages of the range are in the TLB and lie side by
 * side in this memory, as those of kernels' stacks do, or are when a page has been walked for the access; else 0.
 */
export const regionAnchor: Subroutine = {
  name: 'regionAnchor', params: ['i64', 'i32', 'i32'], results: ['i32'],
  build: (f, call) => {
    const [start, how, access] = f.parameters;
    const entryOf = (linear: Expression): Expression => f.let(tlbEntry(f, linear, f.and(how, f.i32(anchorWrites))));
    const has = (entry: Expression, linear: Expression): Expression => f.eq(f.load('i64.load', entry), f.and(linear, f.i64(~0xfffn)));
    const last = f.let(f.add(start, f.extendU(f.sub(f.and(how, f.i32(anchorWrites - 1)), f.i32(1)))));
    const first = entryOf(start), second = entryOf(last);
    const find = (): void => {
      const distance = f.let(f.load('i32.load', first, 8));
      f.if(f.and(f.and(has(first, start), has(second, last)), f.eq(distance, f.load('i32.load', second, 8))), () => f.return(f.add(f.wrap(start), distance)));
    };
    find();
    f.if(access, () => {
      const linear = f.let(f.and(f.add(start, f.extendU(f.shrU(access, ACCESS_BITS))), loadField(f, 'codeMask')));
      const known = f.load('i64.load', tlbEntry(f, linear, f.and(access, f.i32(accessBit.write))));
      // what is in the TLB does not lie in one piece, or holds code
      f.if(f.eq(f.and(known, f.i64(~0xfffn)), f.and(linear, f.i64(~0xfffn))), () => f.return(f.i32(0)));
      f.if(f.call(call(accessSlow), linear, f.and(access, f.i32(2 ** ACCESS_BITS - 1))), () => {
        f.if(f.eqz(loadField(f, 'regionStale')), find);
      }, () => storeField(f, 'faultVector', f.i32(0))); // the access itself will raise it again
    });
    f.return(f.i32(0));
  },
};
