/** The slow paths of a region's memory accesses. */
import { TLB_ENTRIES, TLB_ENTRY_BYTES, TLB_WRITE_HALF } from '../../memory/layout.ts';
import { accessBit, accessSlow, commitSlow, hostAddress, walk } from '../../memory/mmu.ts';
import type { Expression } from '../../wasm/function.ts';
import type { Subroutine } from '../builder/builder.ts';
import { loadField, storeField } from '../builder/fields.ts';

/** (linear addresses of the first byte and the last): is either mapped to what is not memory? Pages are walked as the access itself does it, the second where the first is there. */
const reachesDevice: Subroutine = {
  name: 'reachesDevice', params: ['i64', 'i64'], results: ['i32'],
  build: (f, call) => {
    const [first, last] = f.parameters;
    const look = (linear: Expression): void => {
      const walked = f.let(f.call(call(walk), linear, f.i32(0)));
      f.if(f.eq(walked, f.i64(-1)), () => {
        storeField(f, 'faultVector', f.i32(0)); // the access itself will leave it
        f.return(f.i32(0));
      });
      f.if(f.eqz(f.call(call(hostAddress), walked)), () => f.return(f.i32(1)));
    };
    look(first);
    f.if(f.ne(f.shrU(first, 12), f.shrU(last, 12)), () => look(last));
    f.return(f.i32(0));
  },
};

/**
 * With `accessBit.first`, an instruction that reads a device and then finds that it has to be left before its second access would be carried out anew, and read the device
 * again: so it is left before its first.
 *
 * (linear address, size | access bits, record, record - RECORD_BYTES * instructions since the budget was settled) -> as `accessSlow`; and 0 when decoded code was
 * discarded meanwhile. Then, or with a fault in the state, the region has to be left before the instruction, which has changed nothing.
 */
export const regionAccess: Subroutine = {
  name: 'regionAccess', params: ['i64', 'i32', 'i32', 'i32'], results: ['i32'],
  build: (f, call) => {
    const [linear, how, at, runStart] = f.parameters;
    f.if(f.and(how, f.i32(accessBit.first)), () => {
      const last = f.add(linear, f.extendU(f.sub(f.and(how, f.i32(0xff)), f.i32(1))));
      f.if(f.call(call(reachesDevice), linear, last), () => f.return(f.i32(0)));
    });
    storeField(f, 'instruction', at);
    storeField(f, 'runStart', runStart);
    const host = f.let(f.call(call(accessSlow), linear, how));
    storeField(f, 'instruction', f.i32(0));
    f.return(f.select(loadField(f, 'regionStale'), f.i32(0), host));
  },
};

/** (record, as above): a store to the bounce buffer is carried out. Devices may ask for the time: it is that of this instruction. */
export const regionCommit: Subroutine = {
  name: 'regionCommit', params: ['i32', 'i32'], results: [],
  build: (f, call) => {
    const [at, runStart] = f.parameters;
    storeField(f, 'instruction', at);
    storeField(f, 'runStart', runStart);
    f.perform(call(commitSlow));
    storeField(f, 'instruction', f.i32(0));
  },
};

/** In the second parameter of `regionAnchor`, beside the bytes: the pages have to be writable. */
export const anchorWrites = 0x1_0000;

/**
 * (first linear address, bytes | anchorWrites) -> an anchor's address that a look-up in one page did not find: where both pages of the range are in the TLB and lie side by side
 * in this memory, as those of kernels' stacks do; else 0.
 */
export const regionAnchor: Subroutine = {
  name: 'regionAnchor', params: ['i64', 'i32'], results: ['i32'],
  build: (f) => {
    const [start, how] = f.parameters;
    const half = f.let(f.add(loadField(f, 'tlb'), f.select(f.and(how, f.i32(anchorWrites)), f.i32(TLB_WRITE_HALF), f.i32(0))));
    const entryOf = (linear: Expression): Expression => f.let(f.add(half, f.and(f.wrap(f.shrU(linear, 8)), f.i32((TLB_ENTRIES - 1) * TLB_ENTRY_BYTES))));
    const has = (entry: Expression, linear: Expression): Expression => f.eq(f.load('i64.load', entry), f.and(linear, f.i64(~0xfffn)));
    const last = f.let(f.add(start, f.extendU(f.sub(f.and(how, f.i32(anchorWrites - 1)), f.i32(1)))));
    const first = entryOf(start), second = entryOf(last);
    const distance = f.let(f.load('i32.load', first, 8));
    const isOne = f.and(f.and(has(first, start), has(second, last)), f.eq(distance, f.load('i32.load', second, 8)));
    f.return(f.select(isOne, f.add(f.wrap(start), distance), f.i32(0)));
  },
};
/** The same as regionAccess, by the TLB if that has it: for accesses whose anchor failed. */
export const regionReach: Subroutine = {
  name: 'regionReach', params: ['i64', 'i32', 'i32', 'i32'], results: ['i32'],
  build: (f, call) => {
    const [linear, how, at, runStart] = f.parameters;
    const half = f.select(f.and(how, f.i32(accessBit.write)), f.i32(TLB_WRITE_HALF), f.i32(0));
    const entry = f.let(f.add(f.add(loadField(f, 'tlb'), f.and(f.wrap(f.shrU(linear, 8)), f.i32((TLB_ENTRIES - 1) * TLB_ENTRY_BYTES))), half));
    const last = f.add(linear, f.extendU(f.sub(f.and(how, f.i32(0xff)), f.i32(1))));
    f.if(f.eq(f.load('i64.load', entry), f.and(last, f.i64(~0xfffn))), () => f.return(f.add(f.wrap(linear), f.load('i32.load', entry, 8))));
    f.return(f.call(call(regionAccess), linear, how, at, runStart));
  },
};
