/** Debug registers at work: SDM vol. 3B, 17.2. Microcode reads and writes them; this looks whether an access hits one. */
import { segment } from './state.ts';
import type { CpuState } from './state.ts';

const typeOf = (dr7: number, n: number): number => (dr7 >>> (16 + 4 * n)) & 3;
/** LEN: 1, 2, 8 (long mode) or 4 bytes. */
const lengthOf = (dr7: number, n: number): number => [1, 2, 8, 4][(dr7 >>> (18 + 4 * n)) & 3]!;
const isEnabled = (dr7: number, n: number): boolean => ((dr7 >>> (2 * n)) & 3) !== 0;
const type = { execute: 0, write: 1, io: 2, access: 3 } as const;

const dr7Of = (state: CpuState): number => Number(state.get64('dr', 7) & 0xffff_ffffn);

/** DR6 bits of enabled instruction breakpoints at the current instruction. */
export const instructionBreakpointHit = (state: CpuState): number => {
  const dr7 = dr7Of(state);
  if (!(dr7 & 0xff)) return 0;
  const linear = (state.rip + ((state.get('mode') & 3) === 2 ? 0n : state.get64('segmentBase', segment.cs))) & state.get64('codeMask');
  let hit = 0;
  let enabled = false;
  for (let n = 0; n < 4; n++) {
    if (typeOf(dr7, n) !== type.execute || state.get64('dr', n) !== linear) continue;
    hit |= 1 << n;
    enabled ||= isEnabled(dr7, n);
  }
  return enabled ? hit : 0;
};

/** DR6 bits of data breakpoints that an access of `size` bytes touches; they trap after the instruction. */
export const noteDataAccess = (state: CpuState, linear: bigint, size: number, write: boolean): number => {
  const dr7 = dr7Of(state);
  const first = BigInt.asUintN(64, linear);
  let hit = 0;
  let enabled = false;
  for (let n = 0; n < 4; n++) {
    const kind = typeOf(dr7, n);
    if (kind !== type.access && !(kind === type.write && write)) continue;
    const length = BigInt(lengthOf(dr7, n));
    const from = state.get64('dr', n) & ~(length - 1n);
    if (first + BigInt(size) <= from || first >= from + length) continue;
    hit |= 1 << n;
    enabled ||= isEnabled(dr7, n);
  }
  return enabled ? hit : 0;
};
