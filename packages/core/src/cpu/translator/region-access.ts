/** The slow paths of a region's memory accesses. */
import { accessSlow, commitSlow } from '../../memory/mmu.ts';
import type { Subroutine } from '../builder/builder.ts';
import { loadField, storeField } from '../builder/fields.ts';

/**
 * (linear address, size | access bits, record, record - RECORD_BYTES * instructions since the budget was settled) -> as `accessSlow`; and 0 when decoded code was
 * discarded meanwhile. Then, or with a fault in the state, the region has to be left before the instruction, which has changed nothing.
 */
export const regionAccess: Subroutine = {
  name: 'regionAccess', params: ['i64', 'i32', 'i32', 'i32'], results: ['i32'],
  build: (f, call) => {
    const [linear, how, at, runStart] = f.parameters;
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
