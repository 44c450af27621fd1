/**
 * Where the interpreter saw indirect jumps and calls go, so that a region can hold what such a jump leads to. A table of fixed size: two jumps that share
 * a place contend for it. What it says is a guess: a region compares where the jump goes.
 */
import { INDIRECT_TARGET_BYTES, INDIRECT_TARGETS, INDIRECT_TARGETS_BASE } from '../../memory/layout.ts';
import type { Subroutine } from '../builder/builder.ts';
import { loadField, storeField } from '../builder/fields.ts';
import { countTowardsOutgrown, outgrownBy } from './outgrown.ts';

/** Fields of an entry. */
const from = 0, count = 4, to = 8;

/** (linear address): the jump whose record the state names went there. */
export const noteTarget: Subroutine = {
  name: 'noteTarget', params: ['i64'], results: [],
  build: (f) => {
    const [linear] = f.parameters;
    const jump = f.let(loadField(f, 'indirectFrom'));
    storeField(f, 'indirectFrom', f.i32(0));
    // records are 32 bytes apart, targets seldom less than 4
    const mixed = f.mul(f.xor(f.shrU(jump, 5), f.shrU(f.wrap(linear), 2)), f.i32(0x9e37_79b1 | 0));
    const at = f.let(f.mul(f.shrU(mixed, 32 - Math.log2(INDIRECT_TARGETS)), f.i32(INDIRECT_TARGET_BYTES)));
    const counted = f.let(f.load('i32.load', at, INDIRECT_TARGETS_BASE + count));
    const isSame = f.and(f.eq(f.load('i32.load', at, INDIRECT_TARGETS_BASE + from), jump), f.eq(f.load('i64.load', at, INDIRECT_TARGETS_BASE + to), linear));
    f.if(isSame, () => {
      f.store('i32.store', at, f.add(counted, f.i32(1)), INDIRECT_TARGETS_BASE + count);
      f.return();
    });
    f.if(f.gtS(counted, f.i32(0)), () => {
      f.store('i32.store', at, f.sub(counted, f.i32(1)), INDIRECT_TARGETS_BASE + count);
      f.return();
    });
    f.store('i32.store', at, jump, INDIRECT_TARGETS_BASE + from);
    f.store('i32.store', at, f.i32(1), INDIRECT_TARGETS_BASE + count);
    f.store('i64.store', at, linear, INDIRECT_TARGETS_BASE + to);
  },
};


/** (record of a jump, linear address, entry record, place in the table): a region's jump went to where the region does not lead. */
export const noteMiss: Subroutine = {
  name: 'noteMiss', params: ['i32', 'i64', 'i32', 'i32'], results: [],
  build: (f, call) => {
    const [jump, linear, entry, slot] = f.parameters;
    storeField(f, 'indirectFrom', jump);
    f.perform(call(noteTarget), linear);
    f.perform(call(countTowardsOutgrown), entry, slot, f.i32(outgrownBy.jumps), f.i32(1));
  },
};

export class IndirectTargets {
  readonly #u32: Uint32Array;
  readonly #u64: BigUint64Array;

  constructor(memory: ArrayBufferLike) {
    const length = INDIRECT_TARGETS * INDIRECT_TARGET_BYTES;
    this.#u32 = new Uint32Array(memory, INDIRECT_TARGETS_BASE, length / 4);
    this.#u64 = new BigUint64Array(memory, INDIRECT_TARGETS_BASE, length / 8);
  }

  /** Linear addresses where the jump of a record went, the most frequent first; without those that were less than `share` of what is known of it. */
  of(address: number, share: number): bigint[] {
    const known: { linear: bigint; times: number }[] = [];
    let sum = 0;
    for (let at = 0; at < this.#u32.length; at += INDIRECT_TARGET_BYTES / 4) {
      if (this.#u32[at + from / 4] !== address) continue;
      const times = this.#u32[at + count / 4]!;
      known.push({ linear: this.#u64[(at * 4 + to) / 8]!, times });
      sum += times;
    }
    return known.filter(({ times }) => times >= sum * share).sort((x, y) => y.times - x.times).map(({ linear }) => linear);
  }

  /** Records are about to lie elsewhere. */
  forget(): void {
    this.#u32.fill(0);
  }
}
