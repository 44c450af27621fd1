/** Regions that turn out not to fit what the program does are made again (translator/translator.ts). Their first entry record has how often that may still be seen. */
import type { Subroutine } from '../builder/builder.ts';
import { imported } from '../builder/subroutines.ts';
import { record } from './record.ts';

/** It was left by jumps to places that it does not hold; what its anchors are looked up for does not lie in one piece. */
export const outgrownBy = { jumps: 0, anchors: 1 } as const;

/** (entry record, why): it has been seen often enough. */
export const outgrown = imported('outgrown', ['i32', 'i32'], []);

/** (entry record, the region's place in the table, why, how much it counts) */
export const countTowardsOutgrown: Subroutine = {
  name: 'countTowardsOutgrown', params: ['i32', 'i32', 'i32', 'i32'], results: [],
  build: (f, call) => {
    const [entry, slot, why, weight] = f.parameters;
    // the record may be another's by now
    f.if(f.ne(f.load('i32.load', entry, record.slot), slot), () => f.return());
    const left = f.let(f.sub(f.load('i32.load', entry, record.count), weight));
    f.store('i32.store', entry, left, record.count);
    f.if(f.leS(left, f.i32(0)), () => f.perform(call(outgrown), entry, why));
  },
};
